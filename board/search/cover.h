#pragma once
/* A second look at the best: how much of a thread's title was asked for, and whether the whole name
 * of its subject was said. */
#include "board/search/query.h"

/* What counts beside the words themselves. */
struct cover_taste {
    double cover; /* a title that is wholly asked for: so many times its score more */
    double other; /* what a word of a title weighs that was not asked for, in ln(postings) */
    double stop;  /* what a stop word of a title weighs */
    double name;  /* a name of the subject that was said in full: so many times its weight */
};
/* The words of the query as titles are held against them. */
struct cover {
    const struct cover_taste *taste;
    struct text stems[PLAN_TERMS_MAX + ASKED_WORDS_MAX];
    double weights[PLAN_TERMS_MAX + ASKED_WORDS_MAX]; /* 0: as a word of its kind */
    size_t count;
    uint64_t begins[16]; /* by the first three bytes of a stem: whether one of them may begin so */
    double other;        /* a word that was not asked for */
};

void cover_open(struct cover *cover, const struct cover_taste *taste, const struct asked *asked,
                const struct plan *plan, int64_t texts);
/* The score once more. `names`: separated by ';'. */
double cover_score(const struct cover *cover, struct arena *arena, double score, struct text title,
                   struct text names);
