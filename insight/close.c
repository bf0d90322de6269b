#include "insight/close.h"
#include "insight/pairs.h"
#include "insight/population.h"
#include "schema/release.h"
#include <math.h>
#include <stdlib.h>

/* What is usual for a word: its mean over so many weeks, one week between left out. */
enum { BASELINE_WEEKS = 26, BASELINE_LEAST = 8, GUARD_WEEKS = 1 };
enum { TREND_MONTHS = 36, TREND_LEAST = 2 };
/* So many members must have told region or years, by the latest released membership, before results
 * are measured by either: below, noise is all there would be. */
enum { TOLD_LEAST = 400 };
/* IC025 from which a noisy number is called rising: one false alarm a week over 3,000 words in the
 * simulated worlds of tests/unit/rising_test.c. */
static const double RISING = .49;

bool close_is_rising(int64_t authors, double expected)
{
    return authors >= INSIGHT_K && ic_low_of((double)authors, expected) > RISING;
}

/* --- months: questions --- */

static enum result spend_all(struct release *release, int64_t question,
                             const struct measured *measured)
{
    enum result result = OK;
    for (size_t i = 0; i < measured->spent_count && result == OK; i++)
        result = release_spend(release, INSIGHT_RESULT, question, measured->spent[i].measure,
                               measured->spent[i].votes, measured->spent[i].sixteenths);
    release->measured++;
    return result;
}

/* The journal has it, as long as nobody blanked it. */
static enum result title_put(struct close *close, struct release *release, int64_t question)
{
    struct journal_entry *entries;
    size_t count;
    if (!close->journal)
        return OK;
    enum result result =
        journal_read(close->journal, release->arena, question - 1, 1, &entries, &count);
    if (result == OK && count == 1 && entries[0].texts[0].data) {
        const struct event_posting_added *asked = &entries[0].event.posting_added;
        result = release_title_put(release->db, question, entries[0].texts[0],
                                   asked->has_sponsor ? asked->source : TEXT(""));
    }
    return result;
}

/* Sums of what was released before and now: nothing new is measured. */
static enum result trend_add(struct release *release, int64_t question)
{
    struct release_reports_of_row *rows;
    size_t count, months = 0;
    struct insight_figure figures[TREND_MONTHS];
    enum result result = release_reports_of(release->db, release->arena, INSIGHT_RESULT, question,
                                            release->id, TREND_MONTHS, &rows, &count);
    if (result != OK || count < TREND_LEAST)
        return result;
    for (size_t i = count; i-- > 0 && result == OK;) {
        struct insight_report report;
        result = insight_read(release->arena, rows[i].body, &report);
        figures[months] = report.whole;
        figures[months++].name = rows[i].period;
    }
    if (result != OK)
        return result;
    const struct body_head head = release_head(release, INSIGHT_TREND, question);
    return release_add(release, &head, body_trend(release->arena, &head, figures, months),
                       (int64_t)months, 0);
}

/* What holds for all questions of a month. */
struct month {
    struct population population;
    bool with_parts;
};

static enum result month_begin(struct release *release, struct month *month)
{
    struct release_reports_of_row *rows;
    struct insight_report members;
    size_t count;
    int64_t told = 0;
    enum result result = population_get(release->db, release->arena, &month->population);
    month->with_parts = false;
    if (result == OK)
        result = release_reports_of(release->db, release->arena, INSIGHT_MEMBERS, 0, release->id, 1,
                                    &rows, &count);
    if (result != OK || count == 0)
        return result;
    result = insight_read(release->arena, rows[0].body, &members);
    for (int k = 0; result == OK && k < MARGINS; k++)
        for (size_t i = 0; i < members.part_counts[k]; i++)
            told += members.parts[k][i].n;
    month->with_parts = told >= TOLD_LEAST;
    return result;
}

static enum result question_close(struct close *close, struct release *release,
                                  const struct month *month, const struct tally_row *row)
{
    struct measured measured;
    int64_t shown, withheld;
    measure_question(&measured, &close->noise, row->counts, month->with_parts);
    enum result result = spend_all(release, row->question, &measured);
    if (result != OK || !measured.whole.is_shown)
        return result;
    const struct body_head head = release_head(release, INSIGHT_RESULT, row->question);
    const struct bytes body =
        body_result(release->arena, &head, &measured, &month->population, &shown, &withheld);
    result = release_add(release, &head, body, shown, withheld);
    if (result == OK)
        result = title_put(close, release, row->question);
    return result == OK ? trend_add(release, row->question) : result;
}

static enum result month_close(struct close *close, struct release *release,
                               const struct taken *taken)
{
    struct month month;
    enum result result = month_begin(release, &month);
    for (size_t i = 0; i < taken->row_count && result == OK; i++) {
        const size_t mark = release->arena->used;
        result = question_close(close, release, &month, &taken->rows[i]);
        arena_reset(release->arena, mark);
    }
    return result;
}

/* --- weeks: words --- */

struct past_weeks {
    double *sums; /* [word], over the weeks that are there */
    double total;
    int weeks;
};

static enum result past_read(struct release *release, int64_t word_count, struct past_weeks *past)
{
    enum result result = OK;
    struct period week = release->period;
    past->sums = arena_array(release->arena, double, (size_t)word_count + 1);
    for (int back = 0; back < BASELINE_WEEKS + GUARD_WEEKS && result == OK; back++) {
        struct release_term_week_row *rows;
        size_t count;
        const size_t mark = release->arena->used;
        week = period_before(week);
        if (back < GUARD_WEEKS)
            continue;
        result = release_term_week(release->db, release->arena, period_name(release->arena, week),
                                   INSIGHT_TERMS_MAX, &rows, &count);
        past->weeks += result == OK && count > 0;
        for (size_t i = 0; result == OK && i < count; i++) {
            const double authors = fmax(0, (double)rows[i].authors);
            if (rows[i].term <= word_count)
                past->sums[rows[i].term] += authors;
            past->total += authors;
        }
        arena_reset(release->arena, mark);
    }
    return result;
}

static int by_ic(const void *a, const void *b)
{
    const struct insight_term *x = a, *y = b;
    return (x->ic_low < y->ic_low) - (x->ic_low > y->ic_low);
}

/* How many weeks in a row before this one it stood among the rising words. */
static enum result streaks_add(struct release *release, struct insight_term *terms, size_t count)
{
    struct release_reports_of_row *rows;
    struct insight_report before;
    size_t found;
    enum result result = release_reports_of(release->db, release->arena, INSIGHT_RISING, 0,
                                            release->id, 1, &rows, &found);
    if (result == OK && found > 0)
        result = insight_read(release->arena, rows[0].body, &before);
    for (size_t i = 0; i < count; i++) {
        terms[i].weeks = 1;
        for (size_t k = 0; result == OK && found > 0 && k < before.term_count; k++)
            if (text_equal(before.terms[k].word, terms[i].word) &&
                text_equal(before.period,
                           period_name(release->arena, period_before(release->period))))
                terms[i].weeks = before.terms[k].weeks + 1;
    }
    return result;
}

static enum result rising_add(struct release *release, struct insight_term *terms, size_t count,
                              const int64_t *ids, double total, int64_t word_count)
{
    struct past_weeks past = {.weeks = 0};
    size_t rising = 0;
    enum result result = past_read(release, word_count, &past);
    if (result != OK || past.weeks < BASELINE_LEAST || !(past.total > 0))
        return result;
    const double activity = fmin(4, fmax(.25, total / (past.total / past.weeks)));
    for (size_t i = 0; i < count; i++) {
        terms[i].usual = past.sums[ids[i]] / past.weeks * activity;
        terms[i].ic_low = ic_low_of((double)terms[i].authors, terms[i].usual);
        if (close_is_rising(terms[i].authors, terms[i].usual))
            terms[rising++] = terms[i];
    }
    qsort(terms, rising, sizeof(*terms), by_ic);
    result = streaks_add(release, terms, rising);
    if (result != OK)
        return result;
    const struct body_head head = release_head(release, INSIGHT_RISING, 0);
    return release_add(release, &head,
                       body_rising(release->arena, &head, terms, rising, (int64_t)count),
                       (int64_t)rising, (int64_t)(count - rising));
}

static enum result week_close(struct close *close, struct release *release,
                              const struct taken *taken, const struct word *words,
                              int64_t word_count)
{
    enum result result = OK;
    size_t shown = 0, count = 0;
    double total = 0;
    struct insight_term *terms =
        arena_array(release->arena, struct insight_term, (size_t)word_count + 1);
    struct insight_term *all =
        arena_array(release->arena, struct insight_term, (size_t)word_count + 1);
    int64_t *ids = arena_array(release->arena, int64_t, (size_t)word_count + 1);
    for (int64_t id = 1; id <= word_count && result == OK; id++) {
        if (!words[id].text.data || words[id].added_ms >= release->period.start_ms)
            continue; /* counts from the first whole week on */
        const struct figure figure = measure_number(&close->noise, taken->authors[id]);
        result =
            release_spend(release, INSIGHT_VOLUME, id, MEASURE_WHOLE, VOTES_FIRST, EPSILON_WHOLE);
        if (result == OK)
            result = release_term_week_add(release->db, release->name, id, figure.n);
        total += fmax(0, (double)figure.n);
        release->measured++;
        ids[count] = id;
        all[count++] = (struct insight_term){.word = words[id].text, .authors = figure.n};
        if (figure.is_shown)
            terms[shown++] = all[count - 1];
    }
    if (result != OK || release->measured == 0)
        return result;
    const struct body_head head = release_head(release, INSIGHT_VOLUME, 0);
    const int64_t withheld = release->measured - (int64_t)shown;
    result = release_add(release, &head, body_volume(release->arena, &head, terms, shown, withheld),
                         (int64_t)shown, withheld);
    return result == OK ? rising_add(release, all, count, ids, total, word_count) : result;
}

/* --- quarters: members --- */

static enum result number_close(struct close *close, struct release *release, int measure,
                                int object, int64_t *members)
{
    enum {
        SIXTEENTHS = 4
    }; /* a member stands in one specialty, and in one region or band at most */
    *members = measure_members(&close->noise, *members);
    release->measured++;
    return release_spend(release, INSIGHT_MEMBERS, object, measure, VOTES_FIRST | VOTES_FURTHER,
                         SIXTEENTHS);
}

static enum result quarter_close(struct close *close, struct release *release,
                                 const struct taken *taken)
{
    static const int measures[MARGINS] = {MEASURE_REGIONS, MEASURE_YEARS};
    struct taken_members members = taken->members;
    enum result result = OK;
    for (int g = 0; g < GROUPS && result == OK; g++)
        result = number_close(close, release, MEASURE_WHOLE, g, &members.groups[g]);
    for (int k = 0; k < MARGINS; k++)
        for (int i = 0; i < PARTS && result == OK; i++)
            result = number_close(close, release, measures[k], i, &members.parts[k][i]);
    if (result != OK)
        return result;
    const struct body_head head = release_head(release, INSIGHT_MEMBERS, 0);
    const struct bytes body =
        body_members(release->arena, &head, members.groups, (const int64_t(*)[PARTS])members.parts);
    return release_add(release, &head, body, GROUPS, 0);
}

enum result close_period(struct close *close, struct release *release, const struct taken *taken,
                         const struct word *words, int64_t word_count)
{
    enum result result = release_begin(release);
    if (result != OK)
        return result;
    if (release->period.kind == PERIOD_WEEK)
        result = week_close(close, release, taken, words, word_count);
    else if (release->period.kind == PERIOD_MONTH)
        result = month_close(close, release, taken);
    else
        result = quarter_close(close, release, taken);
    return result == OK ? release_end(release) : result;
}
