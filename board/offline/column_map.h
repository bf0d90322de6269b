#pragma once
/* How rows are laid out as a CSV file for an office that wants its own: a file of data, since forms
 * change every year (scripts/tax/README.md shows the words). Private to board/.
 *
 * A line each, "#" begins a comment where a line begins with it:
 *   list KIND                          the first line of the lists it is for
 *   rows N                             at most so many rows a file; without it 100,000
 *   column NAME = SOURCE | FILTER ...  a column that every row must fill
 *   maybe NAME = SOURCE | FILTER ...   one that may stay empty
 *   empty NAME                         one that always is
 * SOURCE is the name of a field, or "words" as they are. */
#include "core/buf.h"

enum { COLUMNS_MAX = 128, COLUMN_FILTERS_MAX = 4, COLUMN_ROWS_MAX = 100000 };

enum column_filter {
    COLUMN_MONEY,  /* cents: 1234 is 12.34 */
    COLUMN_DIGITS, /* nothing but the digits */
    COLUMN_UPPER,  /* ASCII letters large */
    COLUMN_DAY,    /* 2026-03-14 is 03/14/2026 */
    COLUMN_CITY,   /* of a US address line, "St. Louis, MO 63110" ... */
    COLUMN_STATE,  /* ... its two letters ... */
    COLUMN_ZIP,    /* ... and its ZIP code */
    COLUMN_FILTER_COUNT
};
struct column {
    struct text name, source;
    bool constant; /* source is the words themselves */
    bool optional;
    enum column_filter filters[COLUMN_FILTERS_MAX];
    size_t filter_count;
};
struct column_map {
    struct text list;
    int64_t rows;
    struct column columns[COLUMNS_MAX];
    size_t count;
};

/* INVALID and *why with the line ("line 7: ...", in the arena). The map borrows the file. */
MUST_USE enum result column_map_read(struct arena *arena, struct text file, struct column_map *map,
                                     struct text *why);
/* What stands in a column for a raw value (empty or absent: nothing): in the arena, and NULL, or
 * what is wrong with it (a literal). */
const char *column_value(struct arena *arena, const struct column *column, struct text raw,
                         struct text *value);
/* A field of CSV (RFC 4180): in quotes when it needs them. */
void column_csv(struct buf *out, struct text value);
