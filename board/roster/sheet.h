#pragma once
/* The rows of a list as the fields somebody wants. Columns are found by name once, in the first
 * line, so that files may order, rename and add columns; a row is then cut in one pass, and what
 * nobody wants costs no more than being stepped over.
 *
 * Rows are lines: CSV (RFC 4180) but for line ends inside quotes, which none of these lists has and
 * which are named as a fault. */
#include "core/map.h"

enum { SHEET_COLUMNS_MAX = 1000, SHEET_FIELDS_MAX = 96 };

/* A field somebody wants: its name in the map's `columns`. With repeat > 0 it stands for so many
 * columns, in whose names # is a number from 1. */
struct sheet_field {
    const char *name;
    size_t repeat;
};

struct sheet {
    char separator;
    bool quoted;
    int16_t field_of[SHEET_COLUMNS_MAX]; /* of a column; -1: nobody wants it */
    size_t column_count;
    size_t wanted_end;                    /* behind the last column that is wanted */
    size_t field_count;                   /* wanted, repeats counted each */
    struct text fields[SHEET_FIELDS_MAX]; /* of the latest row; '' where a column is not there */
};

/* Read the first line. The map says which separators may be (each is tried; with commas fields may
 * be quoted), under which names each column goes and which ones must be there. INVALID and *why. */
MUST_USE enum result sheet_open(struct sheet *sheet, struct arena *arena, const struct map *map,
                                const struct sheet_field *wanted, size_t count, struct text line,
                                struct text *why);
/* Cut one line into sheet->fields, trimmed; they borrow from the line or lie in the arena. False
 * and *why when it is no row of this list. */
bool sheet_row(struct sheet *sheet, struct arena *arena, struct text line, struct text *why);
