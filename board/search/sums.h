#pragma once
/* What the words of a query add up to, posting by posting: one number for each posting of the
 * house, so that a row of a list costs an addition and no search. Four bytes a posting; a house of
 * a million fits into a processor's cache. */
#include "board/search/weigh.h"

enum {
    SUMS_BLOCK = 4096,
    SUMS_MOST = 1 << 28
}; /* postings; later ones than SUMS_MOST add nothing */

struct sums {
    float *of;        /* by posting */
    uint8_t *touched; /* blocks of which some sum may not be 0 */
    int64_t room;     /* postings, a multiple of SUMS_BLOCK */
};

void sums_open(struct sums *sums);
void sums_close(struct sums *sums);
/* Makes room for this posting, unless it is none that can have a sum. */
void sums_grow(struct sums *sums, int64_t posting);
static inline void sums_add(struct sums *sums, int64_t posting, float part)
{
    if (posting >= sums->room)
        sums_grow(sums, posting);
    if (posting < 0 || posting >= sums->room)
        return;
    sums->of[posting] += part;
    sums->touched[posting / SUMS_BLOCK] = 1;
}
/* Keeps the best in `score`, best first; all sums are 0 again. */
void sums_best(struct sums *sums, struct score *score);
