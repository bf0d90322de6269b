#include "insight/signal.h"
#include "core/clock.h"
#include "insight/burst.h"
#include "insight/insight.h"
#include "insight/pairs.h"
#include "schema/signal.h"
#include <math.h>
#include <stdlib.h>

/* What this week's sums are run over: a year, and the past of its first week. */
enum { WATCH_WEEKS = 52 + INSIGHT_BASELINE + 1, YEAR_WEEKS = 52, PAIR_LEAST = 3 };
enum { WEEKS_ALL = 4000, PAIRS_MOST = 2000000 };
static const double BURST_RATE = 2, BURST_COST = 1, BURST_LEAST = 5;

/* Mondays since 1970, which began on a Thursday. */
static int64_t week_number(struct period week)
{
    return (week.start_ms + 3 * DAY_MS) / (7 * DAY_MS);
}

enum result signal_seq(struct db *db, struct arena *arena, int64_t *seq, int64_t *words)
{
    struct signal_week_last_row last = {0};
    struct signal_word_last_row word = {0};
    enum result result = signal_week_last(db, arena, &last);
    if (result == OK)
        result = signal_word_last(db, arena, &word);
    *seq = last.journal_seq;
    *words = word.id;
    return result == NOT_FOUND ? OK : result;
}

/* Weeks up to the latest, dense: writers[i] of week first + i. */
struct past {
    int64_t first, last;
    int64_t *writers;
    size_t weeks;
};

static enum result past_read(struct db *db, struct arena *arena, int64_t week, int64_t most,
                             struct past *past)
{
    struct signal_weeks_row *rows;
    size_t count;
    enum result result = signal_weeks(db, arena, week - most, week, most, &rows, &count);
    if (result != OK)
        return result;
    past->first = rows[0].week;
    past->last = week;
    past->weeks = (size_t)(week - past->first + 1);
    past->writers = arena_array(arena, int64_t, past->weeks);
    for (size_t i = 0; i < count; i++)
        past->writers[rows[i].week - past->first] = rows[i].authors;
    return OK;
}

static enum result sign_put(struct db *db, struct arena *arena, int64_t week, int64_t word,
                            int64_t authors, const struct insight_watched *watched)
{
    enum result result = OK;
    for (int kind = INSIGHT_SIGN_IC; kind < INSIGHT_SIGNS && result == OK; kind++) {
        const struct insight_sign_value *sign = &watched->signs[kind];
        struct signal_sign_weeks_row before;
        if (!sign->rings)
            continue;
        result = signal_sign_weeks(db, arena, week - 1, kind, word, &before);
        if (result == OK || result == NOT_FOUND)
            result = signal_sign_add(db, week, kind, word, authors, watched->usual, sign->value,
                                     sign->bound, result == OK ? before.weeks + 1 : 1);
    }
    return result;
}

/* authors[i] of week past->first + i; NULL: nobody ever wrote it. */
static enum result word_read(struct db *db, struct arena *arena, const struct past *past,
                             int64_t word, int64_t **authors)
{
    struct signal_word_weeks_row *rows;
    size_t count;
    enum result result = signal_word_weeks(db, arena, word, past->first - 1, past->last,
                                           (int64_t)past->weeks, &rows, &count);
    *authors = NULL;
    if (result != OK || count == 0)
        return result;
    *authors = arena_array(arena, int64_t, past->weeks);
    for (size_t i = 0; i < count; i++)
        (*authors)[rows[i].week - past->first] = rows[i].authors;
    return OK;
}

static enum result word_judge(struct db *db, struct arena *arena, const struct past *past,
                              int64_t word)
{
    int64_t *authors;
    enum result result = word_read(db, arena, past, word, &authors);
    if (result != OK || !authors)
        return result;
    struct insight_watched *watched = arena_array(arena, struct insight_watched, past->weeks);
    insight_watch(authors, past->writers, past->weeks, watched);
    return sign_put(db, arena, past->last, word, authors[past->weeks - 1],
                    &watched[past->weeks - 1]);
}

/* --- looking back --- */

static enum result bursts_put(struct db *db, struct arena *arena, const struct past *past,
                              int64_t word)
{
    size_t found = 0;
    int64_t *authors;
    const struct burst *bursts = NULL;
    enum result result = word_read(db, arena, past, word, &authors);
    if (result == OK && authors)
        bursts =
            burst_find(arena, authors, past->writers, past->weeks, BURST_RATE, BURST_COST, &found);
    for (size_t i = 0; i < found && result == OK; i++)
        if (bursts[i].weight >= BURST_LEAST)
            result = signal_burst_add(db, word, past->first + (int64_t)bursts[i].first,
                                      past->first + (int64_t)bursts[i].last, bursts[i].weight);
    return result;
}

static enum result bursts_judge(struct db *db, struct arena *arena, int64_t week, int64_t word_last)
{
    struct past past;
    enum result result = past_read(db, arena, week, WEEKS_ALL, &past);
    if (result == OK)
        result = signal_bursts_drop(db);
    for (int64_t id = 1; id <= word_last && result == OK; id++) {
        const size_t mark = arena->used;
        result = bursts_put(db, arena, &past, id);
        arena_reset(arena, mark);
    }
    return result;
}

static double or_none(double value)
{
    return isfinite(value) ? value : -1;
}

static enum result pairs_put(struct db *db, const struct pairs *pairs,
                             const struct taken_pair *names)
{
    enum result result = signal_pairs_drop(db);
    for (size_t i = 0; i < pairs->count && result == OK; i++) {
        const struct pair *pair = &pairs->rows[i];
        if (pair->n >= PAIR_LEAST)
            result = signal_pair_add(db, names[i].drug, names[i].event, pair->n, pair->expected,
                                     or_none(pair->prr), or_none(pair->ror), or_none(pair->ror_low),
                                     or_none(pair->ror_high), pair->ic_low, or_none(pair->gps.ebgm),
                                     or_none(pair->gps.low), or_none(pair->gps.high));
    }
    return result;
}

static enum result pairs_judge(struct db *db, struct arena *arena, int64_t week, int64_t word_count)
{
    struct signal_pair_sums_row *rows;
    struct pairs pairs = {.rows = NULL};
    size_t count;
    enum result result = signal_pair_sums(db, arena, week - YEAR_WEEKS, PAIRS_MOST, &rows, &count);
    if (result != OK)
        return result;
    int64_t *of = arena_array(arena, int64_t, (size_t)word_count + 1);
    struct taken_pair *names = arena_array(arena, struct taken_pair, count + 1);
    pairs.rows = arena_array(arena, struct pair, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].drug == 0 && rows[i].event == 0)
            pairs.reports = rows[i].postings;
        else if (rows[i].drug == 0 || rows[i].event == 0)
            of[rows[i].drug + rows[i].event] = rows[i].postings;
    }
    for (size_t i = 0; i < count; i++) {
        if (rows[i].drug == 0 || rows[i].event == 0)
            continue;
        names[pairs.count] = (struct taken_pair){rows[i].drug, rows[i].event, rows[i].postings};
        pairs.rows[pairs.count++] = (struct pair){
            .n = rows[i].postings, .of_product = of[rows[i].drug], .of_event = of[rows[i].event]};
    }
    pairs_measure(&pairs, arena);
    return pairs_put(db, &pairs, names);
}

/* --- a week --- */

static enum result counts_put(struct db *db, const struct taken *taken, const struct word *words,
                              int64_t word_count, int64_t week)
{
    enum result result = OK;
    for (int64_t id = 1; id <= word_count && result == OK; id++) {
        if (!words[id].text.data)
            continue;
        result = signal_word_put(db, id, words[id].text, words[id].kind);
        if (result == OK && taken->all_authors[id] > 0)
            result = signal_word_week_add(db, id, week, taken->all_authors[id]);
    }
    for (size_t i = 0; i < taken->pair_count && result == OK; i++)
        result = signal_pair_week_add(db, week, taken->pairs[i].drug, taken->pairs[i].event,
                                      taken->pairs[i].postings);
    return result;
}

static enum result week_put(struct db *db, struct arena *arena, const struct taken *taken,
                            const struct word *words, int64_t word_count, int64_t journal_seq)
{
    const int64_t week = week_number(taken->period);
    struct past past;
    enum result result =
        signal_week_add(db, week, period_name(arena, taken->period), journal_seq, taken->writers);
    if (result == OK)
        result = counts_put(db, taken, words, word_count, week);
    if (result == OK)
        result = past_read(db, arena, week, WATCH_WEEKS, &past);
    for (int64_t id = 1; id <= word_count && result == OK; id++) {
        const size_t mark = arena->used;
        result = word_judge(db, arena, &past, id);
        arena_reset(arena, mark);
    }
    return result;
}

static enum result transaction_end(struct db *db, enum result result)
{
    if (result == OK)
        result = db_commit(db);
    if (result != OK)
        db_rollback(db);
    return result;
}

enum result signal_week(struct db *db, struct arena *arena, const struct taken *taken,
                        const struct word *words, int64_t word_count, int64_t journal_seq)
{
    const size_t mark = arena->used;
    struct signal_week_last_row last;
    enum result result = signal_week_last(db, arena, &last);
    if (result == OK && last.week >= week_number(taken->period))
        return OK;
    if (result == OK || result == NOT_FOUND)
        result = db_begin(db);
    if (result != OK)
        return result;
    result = week_put(db, arena, taken, words, word_count, journal_seq);
    arena_reset(arena, mark);
    return transaction_end(db, result);
}

enum result signal_look_back(struct db *db, struct arena *arena)
{
    const size_t mark = arena->used;
    struct signal_week_last_row last;
    struct signal_look_back_get_row looked = {0};
    struct signal_word_last_row word = {0};
    enum result result = signal_week_last(db, arena, &last);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    result = signal_look_back_get(db, arena, &looked);
    if (result == OK && looked.week == last.week)
        return OK;
    if (result == OK || result == NOT_FOUND)
        result = signal_word_last(db, arena, &word);
    if (result == OK || result == NOT_FOUND)
        result = db_begin(db);
    if (result != OK)
        return result;
    result = bursts_judge(db, arena, last.week, word.id);
    if (result == OK)
        result = pairs_judge(db, arena, last.week, word.id);
    if (result == OK)
        result = signal_look_back_set(db, last.week);
    arena_reset(arena, mark);
    return transaction_end(db, result);
}
