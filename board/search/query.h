#pragma once
/* From what was asked to one FTS5 query with a weight for each of its phrases. */
#include "board/search/asked.h"
#include "board/search/rarity.h"
#include "board/search/weigh.h"
#include "board/search/vocab.h"

enum { PLAN_TERMS_MAX = ASKED_WORDS_MAX + VOCAB_MORE_MAX, PLAN_REPAIRS_MAX = 4 };

struct term {
    struct text stem;   /* of a single word, else of what it is */
    struct text quoted; /* as FTS5 reads it */
    struct text word;   /* absent: a phrase, or beginnings of words */
    size_t order;       /* in which they came */
    int64_t rows;
    double weight;
};
/* A word that stands nowhere, and what was looked for instead. */
struct plan_repair {
    struct text typed, taken;
};
struct plan {
    struct term terms[PLAN_TERMS_MAX]; /* the rarest first */
    size_t count;
    size_t leading; /* of them: one of these must be there */
    size_t scored;  /* with them: the others of these only add (rest.h) */
    struct term must[ASKED_WORDS_MAX], unwanted[ASKED_WORDS_MAX]; /* phrases; what to leave out */
    size_t must_count, unwanted_count;
    struct plan_repair repairs[PLAN_REPAIRS_MAX];
    size_t repair_count;
    bool letter;   /* of many words: each of them is worth less work */
    bool loosened; /* a phrase stood nowhere as it is, so its words are looked for */
    bool merged;   /* FTS5 must say which postings match: phrases, unwanted words, filters */
};

/* `more`: names to look for as well, at a lower weight. `repair`: look for what a misspelt word was
 * probably meant to be. */
MUST_USE enum result plan_make(struct rarity *rarity, struct arena *arena,
                               const struct asked *asked, const struct vocab_more *more,
                               bool repair, struct plan *plan);
/* The query, with its weights in `score`; words that lead alone stand in it in their order. Absent:
 * nothing can match. */
struct text plan_write(struct arena *arena, const struct plan *plan, struct score *score);
