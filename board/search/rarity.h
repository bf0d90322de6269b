#pragma once
/* How many postings a word stands in, counted when it is first asked for and kept for ten minutes.
 * One a search handle. A word of many postings is not counted to its end: how thick it stands at
 * places spread evenly over all postings says how many there are, closely enough for what the
 * logarithm of that number is used for. So a word that was never asked for costs the same at any
 * size. */
#include "board/search/postings.h"

enum { RARITY_SLOTS = 65536 };
struct rarity_slot {
    uint64_t word;
    int64_t rows, until_us;
    int64_t version; /* of the store; none at all holds for this one alone */
};
struct rarity {
    struct db *db;
    struct postings *postings; /* NULL: FTS5 counts */
    bool all;       /* no cap on the postings looked at: for measuring what the cap costs */
    int64_t texts;  /* indexed postings */
    int64_t newest; /* the last posting's number */
    int64_t texts_until_us;
    int64_t version; /* of the store, as this query sees it */
    struct rarity_slot slots[RARITY_SLOTS];
};

/* Makes `texts` fresh; before the first count of a query. */
MUST_USE enum result rarity_texts(struct rarity *rarity, struct arena *arena);
/* A word in more postings says nothing: it is only used when there is nothing else. */
int64_t rarity_common(const struct rarity *rarity);
/* `quoted`: as FTS5 is to read it ("\"fever\"", "\"fev\" *"); `word`: the same word itself, absent
 * if it is no single one. *rows is exact up to 20,000. */
MUST_USE enum result rarity_rows(struct rarity *rarity, struct arena *arena, struct text quoted,
                                 struct text word, int64_t *rows);
