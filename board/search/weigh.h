#pragma once
/* The score of a posting for a query, and the best so far: BM25F (Robertson and Zaragoza, "The
 * Probabilistic Relevance Framework", 2009). What a word does in each column is set against that
 * column's own length, weighted, added up and only then dampened; so a title counts as a title
 * whether a long answer follows or none. A heap keeps the best instead of a sort of all. */
#include "board/search/sizes.h"

enum { SCORE_OFTEN = 8, SCORE_BEST_MAX = 400, SCORE_PHRASES_MAX = 256 };
/* As posting_text has them. */
enum {
    SCORE_TITLE,
    SCORE_NAMES,
    SCORE_TOPICS,
    SCORE_BODY,
    SCORE_GIST, /* how it was solved, and the members' common summary */
    SCORE_COMMENTS,
    SCORE_COLUMNS
};

struct score_entry {
    double score;
    int64_t posting;
};
struct score {
    struct sizes *sizes;
    struct arena *arena;
    /* What each phrase of the query adds, in the query's order; 0: it is not looked at. */
    double weights[SCORE_PHRASES_MAX];
    size_t phrases;
    float of_title[SIZES_CODES], of_body[SIZES_CODES]; /* what once is worth, by their sizes */
    float in_body[SCORE_OFTEN][SIZES_CODES]; /* a word that stands in the body alone, so often */
    bool ready;
    size_t most;                             /* kept, up to SCORE_BEST_MAX */
    struct score_entry best[SCORE_BEST_MAX]; /* a heap: the worst stands first */
    size_t count;
};

/* What one word weighs that stands in `rows` of `texts` postings and was said `times` times. */
double score_rarity(int64_t rows, int64_t texts);
double score_said(int64_t times);
/* What a word of this weight adds that stands so often in each column of a posting. */
double score_part(const struct score *score, struct size size, double weight,
                  const uint16_t times[SCORE_COLUMNS]);
/* What such a word is worth where it weighs 1, from 0 to below the most; and that in a byte,
 * to half of a 255th of the most. Never 0, which is no worth. */
double score_worth(const struct score *score, struct size size,
                   const uint16_t times[SCORE_COLUMNS]);
uint8_t score_code(double worth);
double score_code_worth(uint8_t code);
/* Before the first part: sets lengths against their means, in words. */
void score_ready(struct score *score, double title, double body);
/* A db_rank_row: self is a struct score. */
void score_row(void *self, const struct db_match *match, int64_t posting);
void score_keep(struct score *score, struct score_entry entry);
/* The best first; equal scores in the order the postings came. */
void score_sort(struct score_entry *entries, size_t count);
