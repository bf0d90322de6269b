#pragma once
/* What a query's commoner words add to the best postings: read in their texts. A word in every
 * third posting has a list as long as the house is large, and tells so little that only the best by
 * the rarer words can gain by it. Words are held against one another by their stems (asked_stem),
 * which is near enough for words that weigh little; comments and what a thread came to are not
 * read. */
#include "board/search/query.h"

struct rest {
    const struct term *terms; /* the plan's, behind the leading ones */
    size_t count;
    uint64_t begins[1024]; /* by the first two bytes of a word: whether a term may begin so */
};

void rest_open(struct rest *rest, const struct plan *plan);
/* Adds to every entry of `score` what the rest says; best first again. */
MUST_USE enum result rest_add(const struct rest *rest, struct db *db, struct arena *arena,
                              struct score *score);
