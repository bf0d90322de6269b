#pragma once
/* How all physicians are distributed over regions and years in practice: what results are weighted
 * to, beside specialty (group_physicians). The house has no figures of its own: an operator loads
 * them with their source, and until then nothing is weighted by that margin.
 *
 * The file: lines of "region TAB part TAB physicians" or "years TAB part TAB physicians", all four
 * parts of a margin by the names of part_name; "region TAB source TAB words" says where they are
 * from, in at most 120 bytes. '#' begins a remark. A margin that is not in the file stays as it
 * is. */
#include "core/db.h"
#include "insight/group.h"

struct population {
    bool is_known[MARGINS];
    double physicians[MARGINS][PARTS];
    struct text source[MARGINS]; /* in the arena */
};

enum { POPULATION_SOURCE_MAX = 120 };

/* INVALID and *why with the line's number, or what is missing; nothing is changed then. */
MUST_USE enum result population_load(struct db *db, struct arena *arena, struct text file,
                                     struct text *why);
MUST_USE enum result population_get(struct db *db, struct arena *arena,
                                    struct population *population);
