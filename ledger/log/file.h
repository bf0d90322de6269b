#pragma once
/* Whole files, written so that a reader sees the old or the new one and a power cut leaves one of
 * the two. */
#include "core/arena.h"

/* Folders on the way are made (0755, for what is public). BUSY when the system refuses; traced. */
MUST_USE enum result file_write(const char *path, struct bytes content);
/* The same, readable by its owner alone. */
MUST_USE enum result file_write_private(const char *path, struct bytes content);
/* NOT_FOUND, TOO_MUCH over size_max, BUSY when the system refuses. The content gets a NUL behind
 * it. */
MUST_USE enum result file_read(struct arena *arena, const char *path, size_t size_max,
                               struct bytes *content);
