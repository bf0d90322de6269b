#pragma once
/* The score of a posting for a query, and the best so far. BM25 as FTS5 has it: occurrences
 * weighted by column and added up, dampened by the length of the whole posting (Robertson and
 * Zaragoza, "The Probabilistic Relevance Framework", 2009), with a heap of the best instead of a
 * sort of all. A posting's length is read only when it could still be among the best. */
#include "core/db.h"

enum { SCORE_BEST_MAX = 200, SCORE_PHRASES_MAX = 256 };

struct score_entry {
    double score;
    int64_t posting;
};
/* How long postings are, kept from query to query: reading one is as much work as all else that is
 * done for a row. A slot holds 48 bits of the posting's number and 16 of its length. */
enum { SCORE_LENGTHS = 1024 * 1024 };
struct score {
    uint64_t *lengths; /* SCORE_LENGTHS slots, the caller's */
    /* What each phrase of the query adds, in the query's order; 0: it is not looked at. */
    double weights[SCORE_PHRASES_MAX];
    size_t phrases;
    size_t most;                             /* kept, up to SCORE_BEST_MAX */
    double average;                          /* words of a posting; 0: not known yet */
    struct score_entry best[SCORE_BEST_MAX]; /* a heap: the worst stands first */
    size_t count;
};

/* What one word weighs that stands in `rows` of `texts` postings and was said `times` times. */
double score_rarity(int64_t rows, int64_t texts);
double score_said(int64_t times);
/* A db_rank_row: self is a struct score. */
void score_row(void *self, const struct db_match *match, int64_t posting);
/* The best first; equal scores in the order the postings came. */
void score_sort(struct score_entry *entries, size_t count);
