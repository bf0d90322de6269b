#include "board/cover.h"

#include <math.h>

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
        const struct text stem = asked_stem(word);
        const bool stop = asked_stop(word);
        double weight = stop ? cover->taste->stop : cover->other;
        for (size_t i = 0; i < cover->count; i++) {
            if (!text_equal(cover->stems[i], stem))
                continue;
            if (cover->weights[i] > 0)
                weight = cover->weights[i];
            found += weight;
            *stops += stop ? weight : 0;
            break;
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
            const struct text stem = asked_stem(word);
            bool found = asked_stop(word);
            for (size_t i = 0; i < cover->count && !found; i++) {
                found = text_equal(cover->stems[i], stem);
                sum += found ? cover->weights[i] : 0;
            }
            all = found;
        }
        if (all && sum > most)
            most = sum;
    }
    return most;
}

void cover_open(struct cover *cover, const struct cover_taste *taste, const struct asked *asked,
                const struct plan *plan, int64_t texts)
{
    cover->taste = taste;
    cover->other = taste->other * log((double)texts + 2);
    for (size_t i = 0; i < plan->count; i++) {
        cover->stems[cover->count] = plan->terms[i].stem;
        cover->weights[cover->count++] = score_rarity(plan->terms[i].rows, texts);
    }
    for (size_t i = 0; i < asked->count; i++) {
        if (asked->words[i].stop && !asked->words[i].unwanted)
            cover->stems[cover->count++] = asked->words[i].stem;
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
