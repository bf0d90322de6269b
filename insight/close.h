#pragma once
/* A period is over: measure, store what may be shown, spend the budget. All in one transaction, so
 * that noise is drawn once: a crash takes draw and budget back together. */
#include "insight/count.h"
#include "insight/release.h"

struct close {
    struct noise noise;
    struct log *journal; /* for the titles of the questions that are shown; NULL: none */
};

/* Fills `release`'s period with reports, the last of which says that it is over. The transaction is
 * the caller's. */
MUST_USE enum result close_period(struct close *close, struct release *release,
                                  const struct taken *taken, const struct word *words,
                                  int64_t word_count);
/* Whether a noisy number of authors is far enough above what is usual for its word. */
bool close_is_rising(int64_t authors, double expected);
