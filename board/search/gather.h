#pragma once
/* The postings that hold any of a query's leading words, with what these words add up to: word by
 * word (term at a time), each from the rarest on, so that FTS5 never merges lists and no posting is
 * looked up twice. Packed lists (packed.h) add up by themselves. */
#include "board/search/postings.h"
#include "board/search/query.h"

struct gather; /* opaque: the table; one a search handle */

struct gather *gather_open(struct db *db);
void gather_close(struct gather *gather);
/* The best by the leading words of `plan` into `score`, best first. `postings`: NULL leaves all to
 * FTS5. */
MUST_USE enum result gather_best(struct gather *gather, struct arena *arena,
                                 const struct plan *plan, struct postings *postings,
                                 struct score *score);
