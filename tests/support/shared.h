#pragma once
/* Shared data that a test compares with: not part of the house, so a test whose data is not there
 * says it was skipped. */
#include "core/arena.h"

/* The whole file below $SHARED, unpacked when its name ends in .gz or .xz; absent if it is not
 * there. */
struct text shared_text(struct arena *arena, const char *path);
/* Field `column` (from 0) of a line separated by `separator`, blanks around it cut off. No quotes:
 * see csv_field. */
struct text shared_field(struct text line, char separator, size_t column);
/* The same of CSV in which a field may stand in double quotes. */
struct text csv_field(struct text line, size_t column);
/* NAN for "NA", "nan" or nothing; INFINITY for "Inf" and "inf". */
double shared_real(struct text field);
