#include "board/search/weigh.h"

#include <math.h>
#include <stdlib.h>

enum { CODE_MOST = 255 };

/* A word in the title says what a posting is about, and a name of its subject as much; a topic is a
 * rough drawer. A body may mention anything. What a thread came to is its answers in few words; a
 * comment is beside the matter as often as not. */
static const double TITLE = 4, NAMES = 4, TOPICS = 1.5, BODY = 1, GIST = 2, COMMENTS = 0.5;
/* How much of a column's length counts: BM25's b. */
static const double TITLE_SHARE = 0.5, BODY_SHARE = 0.75;
/* BM25's k1: a long letter asks with many words, so that a posting which says the word again and
 * again should still gain. */
static const double TIMES_DAMPING = 2.5;
static const double WORTH_MOST = 3.5; /* one more: of a word that is said without end */
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

void score_keep(struct score *score, struct score_entry entry)
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

static double dampened(double sum)
{
    return sum * WORTH_MOST / (sum + TIMES_DAMPING);
}

double score_worth(const struct score *score, struct size size, const uint16_t times[SCORE_COLUMNS])
{
    const bool body_alone = (times[SCORE_TITLE] | times[SCORE_NAMES] | times[SCORE_TOPICS] |
                             times[SCORE_GIST] | times[SCORE_COMMENTS]) == 0;
    if (body_alone && times[SCORE_BODY] < SCORE_OFTEN) /* most are */
        return (double)score->in_body[times[SCORE_BODY]][size.body];
    const double sum = score->of_title[size.title] * times[SCORE_TITLE] +
                       NAMES * times[SCORE_NAMES] + TOPICS * times[SCORE_TOPICS] +
                       score->of_body[size.body] * times[SCORE_BODY] + GIST * times[SCORE_GIST] +
                       COMMENTS * times[SCORE_COMMENTS];
    return dampened(sum);
}

double score_part(const struct score *score, struct size size, double weight,
                  const uint16_t times[SCORE_COLUMNS])
{
    return weight * score_worth(score, size, times);
}

uint8_t score_code(double worth)
{
    const double code = round(worth * CODE_MOST / WORTH_MOST);
    return code < 1 ? 1 : code > CODE_MOST ? CODE_MOST : (uint8_t)code;
}

double score_code_worth(uint8_t code)
{
    return code * WORTH_MOST / CODE_MOST;
}

static void worth_fill(float *worth, double once, double share, double average)
{
    for (size_t i = 0; i < SIZES_CODES; i++) {
        const double length = i == 0 ? 1 : sizes_words((uint8_t)i) / average;
        worth[i] = (float)(once / (1 - share + share * length));
    }
}

void score_ready(struct score *score, double title, double body)
{
    worth_fill(score->of_title, TITLE, TITLE_SHARE, title);
    worth_fill(score->of_body, BODY, BODY_SHARE, body);
    for (size_t often = 0; often < SCORE_OFTEN; often++) {
        for (size_t size = 0; size < SIZES_CODES; size++)
            score->in_body[often][size] =
                (float)dampened((double)often * (double)score->of_body[size]);
    }
    score->ready = true;
}

void score_row(void *self, const struct db_match *match, int64_t posting)
{
    struct score *score = self;
    uint16_t times[SCORE_COLUMNS];
    double sum = 0;
    if (!score->ready)
        score_ready(score, db_match_average(match, SCORE_TITLE),
                    db_match_average(match, SCORE_BODY));
    const struct size size = sizes_of(score->sizes, score->arena, posting);
    for (size_t i = 0; i < score->phrases; i++) {
        if (score->weights[i] > 0 && db_match_counts(match, i, times, SCORE_COLUMNS))
            sum += score_part(score, size, score->weights[i], times);
    }
    score_keep(score, (struct score_entry){sum, posting});
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
