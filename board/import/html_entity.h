#pragma once
/* Character references of HTML. */
#include "core/buf.h"

/* The reference at the front of `text` ("&amp;..."): adds what it stands for and gives its length
 * with the semicolon; 0 when it is none that is known. */
size_t html_entity(struct text text, struct buf *out);
