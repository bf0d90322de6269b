#include "board/weigh.h"

#include <math.h>
#include <stdlib.h>

enum { COLUMNS = 4 }; /* title, names, topics, body: as posting_text has them */

/* A word in the title says what a posting is about, its other names nearly so; a topic is a rough
 * drawer. A body may mention anything. */
static const double column_weights[COLUMNS] = {4, 3, 1.5, 1};
static const double LENGTH_SHARE =
    0.75; /* how much of the length counts: BM25's b, as everywhere */
/* BM25's k1: a long letter asks with many words, so that a posting which says the word again and
 * again should still gain. */
static const double TIMES_DAMPING = 2.5;
static const double SAID_DAMPING = 3;

double score_rarity(int64_t rows, int64_t texts)
{
    const double rarity = log(((double)(texts - rows) + 0.5) / ((double)rows + 0.5));
    return rarity > 0.01 ? rarity : 0.01;
}

double score_said(int64_t times)
{
    return (double)times * (SAID_DAMPING + 1) / ((double)times + SAID_DAMPING);
}

/* The one at the place of `a` before the one at the place of `b`, when the worst stand first. */
static bool worse(const struct score_entry *a, const struct score_entry *b)
{
    return a->score < b->score || (a->score == b->score && a->posting > b->posting);
}

static void swap(struct score_entry *a, struct score_entry *b)
{
    const struct score_entry kept = *a;
    *a = *b;
    *b = kept;
}

static void heap_add(struct score *score, struct score_entry entry)
{
    struct score_entry *heap = score->best;
    if (score->count < score->most) {
        size_t at = score->count++;
        heap[at] = entry;
        for (; at > 0 && worse(&heap[at], &heap[(at - 1) / 2]); at = (at - 1) / 2)
            swap(&heap[at], &heap[(at - 1) / 2]);
        return;
    }
    if (!worse(&heap[0], &entry))
        return;
    heap[0] = entry;
    for (size_t at = 0;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < score->count && worse(&heap[child + 1], &heap[child]))
            child++;
        if (child >= score->count || !worse(&heap[child], &heap[at]))
            return;
        swap(&heap[at], &heap[child]);
        at = child;
    }
}

static double sum_of(const struct score *score, const double *times, const uint8_t *phrases,
                     size_t count, double length)
{
    const double dampen = TIMES_DAMPING * (1 - LENGTH_SHARE + LENGTH_SHARE * length);
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += score->weights[phrases[i]] * times[i] * (TIMES_DAMPING + 1) / (times[i] + dampen);
    return sum;
}

/* Words of the posting. One that was blanked since keeps its old length: it has no words to find.
 */
static double length_of(struct score *score, const struct db_match *match, int64_t posting)
{
    const uint64_t number = (uint64_t)posting;
    uint64_t *slot = &score->lengths[number % SCORE_LENGTHS];
    if (*slot >> 16 != number) {
        const int64_t size = db_match_size(match);
        *slot = number << 16 | (uint64_t)(size > UINT16_MAX ? UINT16_MAX : size);
    }
    return (double)(*slot & UINT16_MAX);
}

void score_row(void *self, const struct db_match *match, int64_t posting)
{
    struct score *score = self;
    double times[SCORE_PHRASES_MAX];
    uint8_t phrases[SCORE_PHRASES_MAX];
    size_t count = 0;
    if (score->average <= 0)
        score->average = db_match_average(match);
    for (size_t i = 0; i < score->phrases; i++) {
        uint16_t counts[COLUMNS];
        if (score->weights[i] <= 0 || !db_match_counts(match, i, counts, COLUMNS))
            continue;
        times[count] = 0;
        for (size_t j = 0; j < COLUMNS; j++)
            times[count] += column_weights[j] * counts[j];
        phrases[count++] = (uint8_t)i;
    }
    /* The shortest posting that could be would have this; most are far from the best already. */
    if (score->count == score->most &&
        sum_of(score, times, phrases, count, 0) < score->best[0].score)
        return;
    const double length = length_of(score, match, posting) / score->average;
    heap_add(score, (struct score_entry){sum_of(score, times, phrases, count, length), posting});
}

static int better_first(const void *a, const void *b)
{
    const struct score_entry *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->posting < y->posting ? -1 : x->posting > y->posting;
}

void score_sort(struct score_entry *entries, size_t count)
{
    qsort(entries, count, sizeof(*entries), better_first);
}
