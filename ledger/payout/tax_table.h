#pragma once
/* The numbers that tax and transparency law set for a year, from a file of data:
 * scripts/tax/years.txt, which is built in, or the operator's own STATE/tax/years.txt. A line each:
 * NAME FROM TO VALUE, by blanks, TO a year or "-"; "#" begins a comment. Private to ledger/. */
#include "core/arena.h"

enum tax_number {
    TAX_THRESHOLD_CENTS, /* nec.threshold_cents: 1099-NEC from this much a payee and year */
    TAX_WITHHELD_POINTS, /* withhold.basis_points: backup withholding, of 10,000 */
    TAX_SMALL_CENTS,     /* small.cents: Open Payments leave out what is below, unless ... */
    TAX_SMALL_YEAR,      /* small.year_cents: ... the year comes to more than this */
    TAX_NUMBER_COUNT
};
enum { TAX_ROWS_MAX = 200, TAX_YEAR_MIN = 1900, TAX_YEAR_MAX = 9999 };

struct tax_row {
    enum tax_number number;
    int64_t from, to; /* years, both within; to is TAX_YEAR_MAX for "-" */
    int64_t value;
};
struct tax_table {
    struct tax_row rows[TAX_ROWS_MAX];
    size_t count;
};

/* INVALID and *why with the line ("line 7: ...", in the arena): a word that is none, a year outside
 * of its range, rows of one name that overlap or are not in the order of their years. */
MUST_USE enum result tax_table_read(struct arena *arena, struct text file, struct tax_table *table,
                                    struct text *why);
/* The table in force, read anew: the operator's own, else what is built in. A fault is traced. */
MUST_USE enum result tax_table_load(struct arena *arena, struct tax_table *table);
/* NOT_FOUND: the table says nothing of this year. */
MUST_USE enum result tax_table_get(const struct tax_table *table, enum tax_number number,
                                   int64_t year, int64_t *value);
