#include "board/search/cover.h"

#include <math.h>

enum { BITS = 64, BEGINS = 3 }; /* a stem keeps three bytes of its word at least */

static size_t begin_bit(const struct cover *cover, struct text word)
{
    size_t hash = 0;
    for (size_t i = 0; i < BEGINS && i < word.size; i++)
        hash = hash * 33 + (uint8_t)word.data[i];
    return hash % (sizeof(cover->begins) / sizeof(*cover->begins) * BITS);
}

/* Which of the query's words this one is; cover->count: none. Most words of a title are none. */
static size_t word_find(const struct cover *cover, struct text word)
{
    const size_t bit = begin_bit(cover, word);
    if ((cover->begins[bit / BITS] >> bit % BITS & 1) == 0)
        return cover->count;
    const struct text stem = asked_stem(word);
    size_t at = 0;
    while (at < cover->count && !text_equal(cover->stems[at], stem))
        at++;
    return at;
}

/* How much of a title was asked for, by weight: all of a short title says more than a part of a
 * long one. A word of it that was not asked for weighs as one of middling rarity would, a stop word
 * little. */
static double title_cover(const struct cover *cover, struct arena *arena, struct text title,
                          double *stops)
{
    double all = 0, found = 0;
    struct text word;
    size_t at = 0;
    *stops = 0;
    while (asked_next(arena, title, &at, &word)) {
        const size_t known = word_find(cover, word);
        const bool stop = asked_stop(word);
        double weight = stop ? cover->taste->stop : cover->other;
        if (known < cover->count) {
            if (cover->weights[known] > 0)
                weight = cover->weights[known];
            found += weight;
            *stops += stop ? weight : 0;
        }
        all += weight;
    }
    return all > 0 ? found / all : 0;
}

/* The weight of the weightiest name of which every word was said: who says the whole name of a
 * thing asks about that thing. */
static double name_said(const struct cover *cover, struct arena *arena, struct text names)
{
    double most = 0;
    struct text name;
    while (text_next(&names, ';', &name)) {
        double sum = 0;
        struct text word;
        size_t at = 0;
        bool all = true;
        while (all && asked_next(arena, name, &at, &word)) {
            const size_t known = word_find(cover, word);
            all = known < cover->count || asked_stop(word);
            if (known < cover->count && !asked_stop(word))
                sum += cover->weights[known];
        }
        if (all && sum > most)
            most = sum;
    }
    return most;
}

static void word_keep(struct cover *cover, struct text stem, double weight)
{
    const size_t bit = begin_bit(cover, stem);
    cover->begins[bit / BITS] |= UINT64_C(1) << bit % BITS;
    cover->stems[cover->count] = stem;
    cover->weights[cover->count++] = weight;
}

void cover_open(struct cover *cover, const struct cover_taste *taste, const struct asked *asked,
                const struct plan *plan, int64_t texts)
{
    cover->taste = taste;
    cover->other = taste->other * log((double)texts + 2);
    for (size_t i = 0; i < plan->count; i++)
        word_keep(cover, plan->terms[i].stem, score_rarity(plan->terms[i].rows, texts));
    for (size_t i = 0; i < asked->count; i++) {
        if (asked->words[i].stop && !asked->words[i].unwanted)
            word_keep(cover, asked->words[i].stem, 0);
    }
}

double cover_score(const struct cover *cover, struct arena *arena, double score, struct text title,
                   struct text names)
{
    double stops;
    const double share = title_cover(cover, arena, title, &stops);
    const double name = cover->taste->name > 0 ? name_said(cover, arena, names) : 0;
    return (score + stops) * (1 + cover->taste->cover * share) + cover->taste->name * name;
}
