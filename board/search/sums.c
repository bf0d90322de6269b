#include "board/search/sums.h"

#include "core/trace.h"

#include <stdlib.h>
#include <string.h>

enum { TOGETHER = 16 };

void sums_open(struct sums *sums)
{
    *sums = (struct sums){0};
}

void sums_close(struct sums *sums)
{
    free(sums->of);
    free(sums->touched);
}

static void *grown(void *data, size_t before, size_t after)
{
    uint8_t *const bigger = realloc(data, after);
    if (bigger == NULL)
        trace_die("sums_grow", "reason=memory");
    memset(bigger + before, 0, after - before);
    return bigger;
}

void sums_grow(struct sums *sums, int64_t posting)
{
    if (posting < sums->room || posting >= SUMS_MOST)
        return;
    const size_t before = (size_t)sums->room;
    const size_t blocks = ((size_t)posting + (size_t)posting / 4) / SUMS_BLOCK + 1;
    const size_t after = blocks * SUMS_BLOCK;
    sums->of = grown(sums->of, before * sizeof(*sums->of), after * sizeof(*sums->of));
    sums->touched = grown(sums->touched, before / SUMS_BLOCK, blocks);
    sums->room = (int64_t)after;
}

/* Four sums at once, as every processor of ours compares them. */
typedef float four __attribute__((vector_size(16), aligned(16), may_alias));
typedef int32_t four_less __attribute__((vector_size(16)));

/* Whether one of these TOGETHER sums is more. */
static bool any_more(const float *of, float least)
{
    const four *const fours = (const four *)(const void *)of;
    const four than = {least, least, least, least};
    const four_less more =
        (fours[0] > than) | (fours[1] > than) | (fours[2] > than) | (fours[3] > than);
    return (more[0] | more[1] | more[2] | more[3]) != 0;
}

/* Most are too low to be kept. */
static void block_best(const float *of, int64_t first, struct score *score)
{
    float least = score->count < score->most ? 0 : (float)score->best[0].score;
    for (size_t i = 0; i < SUMS_BLOCK; i += TOGETHER) {
        if (!any_more(of + i, least))
            continue;
        for (size_t j = i; j < i + TOGETHER; j++) {
            if (of[j] > least)
                score_keep(score, (struct score_entry){(double)of[j], first + (int64_t)j});
        }
        least = score->count < score->most ? 0 : (float)score->best[0].score;
    }
}

void sums_best(struct sums *sums, struct score *score)
{
    for (int64_t first = 0; first < sums->room; first += SUMS_BLOCK) {
        if (!sums->touched[first / SUMS_BLOCK])
            continue;
        block_best(sums->of + first, first, score);
        memset(sums->of + first, 0, SUMS_BLOCK * sizeof(*sums->of));
        sums->touched[first / SUMS_BLOCK] = 0;
    }
    score_sort(score->best, score->count);
}
