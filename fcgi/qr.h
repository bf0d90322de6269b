#pragma once
/* A text as a QR code, drawn: the only unit that names libqrencode. Pure. */
#include "core/arena.h"

enum { QR_TEXT_MAX = 400, QR_BORDER = 4 };

/* The dark fields as the path of an SVG in a box of *size x *size, border included; one run of
 * fields a step. Absent when the text is too long. */
struct text qr_path(struct arena *arena, struct text text, int64_t *size);
