#include "insight/analyst.h"
#include "core/alive.h"
#include "core/clock.h"
#include "core/trace.h"
#include "insight/insight.h"
#include "insight/signal.h"
#include <stdio.h>
#include <stdlib.h>

enum { SLICE = 256, OBJECTS_MAX = 4 * 1024 * 1024 };

/* --- passing what is closed --- */

enum result analyst_next(struct analyst *analyst, struct arena *arena)
{
    enum result result =
        release_closing_after(analyst->db, arena, analyst->last_id, &analyst->next);
    analyst->has_next = result == OK;
    if (analyst->has_next) /* outlives the arena */
        snprintf(analyst->next_name, sizeof(analyst->next_name), "%.*s",
                 (int)analyst->next.period.size, analyst->next.period.data);
    return result == NOT_FOUND ? OK : result;
}

static void fault_set(struct analyst *analyst, const char *why)
{
    if (!*analyst->fault)
        snprintf(analyst->fault, sizeof(analyst->fault), "%s: %s", analyst->next_name, why);
}

/* Everything that could be measured was, and nothing else: the list is public, so it must not
 * follow from what was counted. */
static enum result measured_check(struct analyst *analyst, struct arena *arena,
                                  const struct taken *taken)
{
    struct release_spent_objects_row *rows;
    size_t count;
    enum result result =
        release_spent_objects(analyst->db, arena, INSIGHT_RESULT, text_of(analyst->next_name), 0,
                              OBJECTS_MAX, &rows, &count);
    if (result != OK || taken->period.kind != PERIOD_MONTH)
        return result;
    if (count != taken->row_count)
        fault_set(analyst, "the journal gives other questions");
    for (size_t i = 0; i < count && i < taken->row_count; i++)
        if (rows[i].object != taken->rows[i].question)
            fault_set(analyst, "the journal gives other questions");
    return OK;
}

/* A released number is the true one and noise: beyond this it is something else. The chance that
 * noise alone goes so far is below exp(-35). */
static enum result results_check(struct analyst *analyst, struct arena *arena,
                                 const struct taken *taken)
{
    enum { NOISE_MOST = 300 };
    enum result result = OK;
    for (size_t i = 0; i < taken->row_count && result == OK; i++) {
        struct release_report_of_row row;
        struct insight_report report;
        const struct counts *counts = taken->rows[i].counts;
        const size_t mark = arena->used;
        int64_t n = 0;
        result = release_report_of(analyst->db, arena, INSIGHT_RESULT, taken->rows[i].question,
                                   text_of(analyst->next_name), &row);
        if (result == OK)
            result = insight_read(arena, row.body, &report);
        for (int k = 0; result == OK && counts && k < TIERS * GROUPS * SIDES; k++)
            if (report.is_large || k < GROUPS * SIDES)
                n += (&counts->of[0][0][0])[k];
        if (result == OK && llabs(report.whole.n - n) > NOISE_MOST)
            fault_set(analyst, "the journal gives other figures");
        result = result == NOT_FOUND ? OK : result;
        arena_reset(arena, mark);
    }
    return result;
}

/* The desk's store is behind the reports: a crash in between is mended by counting again. */
static enum result desk_follow(struct analyst *analyst, struct arena *arena,
                               const struct taken *taken, int64_t journal_seq)
{
    if (!analyst->signal || taken->period.kind != PERIOD_WEEK || analyst->count.word_count == 0)
        return OK;
    return signal_week(analyst->signal, arena, taken, analyst->count.words,
                       analyst->count.word_count, journal_seq);
}

enum result analyst_pass(struct analyst *analyst, struct arena *arena)
{
    const size_t mark = arena->used;
    const struct period period = calendar_next(&analyst->calendar);
    if (!text_is(period_name(arena, period), analyst->next_name))
        return BROKEN; /* periods end in their order, so another one is a fault of the store */
    const struct taken taken = count_take(&analyst->count, arena, period);
    enum result result = OK;
    if (analyst->is_checking)
        result = measured_check(analyst, arena, &taken);
    if (analyst->is_checking && result == OK)
        result = results_check(analyst, arena, &taken);
    if (result == OK)
        result = desk_follow(analyst, arena, &taken, analyst->next.journal_seq);
    analyst->last_id = analyst->next.id;
    calendar_pass(&analyst->calendar, period.kind);
    arena_reset(arena, mark);
    return result == OK ? analyst_next(analyst, arena) : result;
}

/* --- closing a period --- */

enum result analyst_close(struct analyst *analyst, struct arena *arena, int64_t journal_seq)
{
    const size_t mark = arena->used;
    const struct period period = calendar_next(&analyst->calendar);
    const struct taken taken = count_take(&analyst->count, arena, period);
    struct release release = {.db = analyst->db,
                              .arena = arena,
                              .period = period,
                              .journal_seq = journal_seq,
                              .at_ms = clock_now_ms()};
    enum result result = db_begin(analyst->db);
    if (result != OK)
        return result;
    result = close_period(&analyst->close, &release, &taken, analyst->count.words,
                          analyst->count.word_count);
    if (result == OK)
        result = db_commit(analyst->db);
    if (result != OK) {
        db_rollback(analyst->db);
        return result;
    }
    trace_info("release", "period=%.*s measured=%lld reports=%lld", (int)release.name.size,
               release.name.data, (long long)release.measured,
               (long long)(release.id - release.first));
    result = desk_follow(analyst, arena, &taken, journal_seq);
    analyst->last_id = release.id;
    calendar_pass(&analyst->calendar, period.kind);
    arena_reset(arena, mark);
    return result;
}

/* --- one event --- */

static enum result boundaries_pass(struct analyst *analyst, const struct event *event,
                                   struct arena *arena)
{
    enum result result = OK;
    if (!analyst->has_begun) {
        analyst->first_ms = analyst->now_ms;
        analyst->calendar = calendar_of(analyst->now_ms);
        analyst->has_begun = true;
    }
    while (result == OK && analyst->has_next && event->seq > analyst->next.journal_seq)
        result = analyst_pass(analyst, arena);
    while (result == OK && !analyst->has_next && analyst->may_close &&
           period_end_ms(calendar_next(&analyst->calendar)) <= analyst->now_ms)
        result = analyst_close(analyst, arena, event->seq - 1);
    return result;
}

/* Words are counted for the week that is open, and for those that the desk lacks. */
static bool wants_terms(const struct analyst *analyst, int64_t seq)
{
    const bool is_behind = analyst->signal && seq > analyst->signal_seq;
    return analyst->count.word_count > 0 && (seq > analyst->week_seq || is_behind) &&
           !analyst->is_checking;
}

/* A text nobody sees any more: sponsors do not read its title either. Figures that were released
 * stay. */
static enum result title_follow(struct analyst *analyst, const struct event *event)
{
    enum { KEPT = 1 };
    const struct event_posting_decided *decided = &event->posting_decided;
    if (!analyst->may_close)
        return OK;
    if (event->kind == EVENT_POSTING_DECIDED && decided->posting == decided->question &&
        decided->outcome != KEPT)
        return release_title_blank(analyst->db, decided->question);
    if (event->kind == EVENT_TEXT_BLANKED && event->text_blanked.part == 0)
        return release_title_blank(analyst->db, event->text_blanked.seq);
    return OK;
}

static enum result event_apply(struct analyst *analyst, const struct journal_entry *entry,
                               struct arena *arena)
{
    const struct event *event = &entry->event;
    if (event->at_ms > analyst->now_ms)
        analyst->now_ms = event->at_ms;
    enum result result = boundaries_pass(analyst, event, arena);
    if (result != OK)
        return result;
    analyst->seq = event->seq;
    count_event(&analyst->count, entry, wants_terms(analyst, event->seq));
    return title_follow(analyst, event);
}

/* Every so many events, and so once in a few seconds. */
static void where_say(int64_t seq, int64_t count)
{
    enum { STEP = 250 * 1000 };
    if (seq / STEP != (seq - count) / STEP)
        fprintf(stderr, "%lld events counted\n", (long long)seq);
}

enum result analyst_follow(struct analyst *analyst)
{
    enum result result = OK;
    size_t count = 1;
    while (result == OK && count > 0 && !analyst->stop_asked) {
        struct journal_entry *entries;
        arena_reset(&analyst->arena, 0);
        result =
            journal_read(analyst->journal, &analyst->arena, analyst->seq, SLICE, &entries, &count);
        for (size_t i = 0; i < count && result == OK; i++)
            result = event_apply(analyst, &entries[i], &analyst->arena);
        if (analyst->is_serving)
            alive_beat();
        if (analyst->says_where && count > 0)
            where_say(analyst->seq, (int64_t)count);
    }
    if (result == OK && analyst->signal && !analyst->stop_asked)
        result = signal_look_back(analyst->signal, &analyst->arena);
    return result;
}
