/* The past under a proposed rule of pay beside the one in force. Real earmarks are nobody's
 * business here: it is as if every posting had been earmarked when it was written, by TRIAL_POT for
 * its author or for its votes, and judged as it settled (pay_kind.h). */
#include "core/clock.h"
#include "ranking/trial.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE = 32, PROGRESS_EVENTS = 512 };
#define MICRO INT64_C(1000000)

struct past {
    struct ranking ranking;
    struct pay_kinds kinds;
    int64_t from_ms;
    struct trial_result *out;
    GROWING(struct trial_sum) members; /* by number */
};

static enum trial_reason reason_of(const int64_t micro[2], enum pay_bar bar)
{
    int64_t after = micro[0], before = micro[1];
    return bar == PAY_BAR_LINKED     ? TRIAL_REASON_LINKED
           : bar == PAY_BAR_INFORMED ? TRIAL_REASON_INFORMED
           : before == 0             ? (after > 0 ? TRIAL_REASON_NEWLY : TRIAL_REASON_NOTHING)
           : after == 0              ? TRIAL_REASON_NO_LONGER
           : after > before          ? TRIAL_REASON_MORE
           : after < before          ? TRIAL_REASON_LESS
                                     : TRIAL_REASON_SAME;
}

static void sum_add(struct trial_sum *sum, const int64_t micro[2])
{
    sum->acts++;
    sum->after += micro[0];
    sum->before += micro[1];
}

/* Months come in their order, for events do. */
static struct trial_sum *month_of(struct trial_result *out, int64_t at_ms)
{
    int64_t start_ms = clock_month_start(at_ms);
    if (out->month_count == 0 ||
        (out->months[out->month_count - 1].start_ms < start_ms && out->month_count < TRIAL_MONTHS))
        out->months[out->month_count++].start_ms = start_ms;
    return &out->months[out->month_count - 1].sum;
}

static void on_act(void *self, int32_t posting, int32_t member, const int64_t micro[2],
                   enum pay_bar bar)
{
    struct past *past = self;
    (void)posting;
    while (past->members.count <= member)
        LIST_ADD(past->members, (struct trial_sum){0});
    sum_add(&past->members.at[member], micro);
    sum_add(&past->out->reasons[reason_of(micro, bar)], micro);
    sum_add(month_of(past->out, past->ranking.now_ms), micro);
}

static void on_settled(void *self, int32_t posting, double odds)
{
    struct past *past = self;
    if (past->ranking.now_ms >= past->from_ms)
        pay_kinds_settled(&past->kinds, posting, odds, TRIAL_POT * MICRO);
}

/* This kind's script in force once all of the first `upto` events had happened. */
static enum result live_find(struct log *journal, struct arena *arena, enum pay_kind kind,
                             int64_t upto, int64_t *live)
{
    struct journal_entry *entries, *other;
    enum result result = OK;
    size_t count = 1, found;
    *live = 0;
    for (int64_t at = 0; at < upto && result == OK && count > 0;) {
        size_t mark = arena->used;
        result = journal_read(journal, arena, at, SLICE, &entries, &count);
        for (size_t i = 0; i < count && result == OK && at < upto; i++) {
            const struct event *event = &entries[i].event;
            at = event->seq;
            if (event->kind == EVENT_RULE_ROLLED_BACK &&
                pay_kind_of(event->rule_rolled_back.name) == kind)
                *live = event->rule_rolled_back.proposal;
            if (event->kind != EVENT_RULE_APPROVED)
                continue;
            int64_t proposal = event->rule_approved.proposal;
            result = journal_read(journal, arena, proposal - 1, 1, &other, &found);
            if (result == OK && found == 1 && other[0].event.kind == EVENT_RULE_PROPOSED &&
                pay_kind_of(other[0].event.rule_proposed.name) == kind)
                *live = proposal;
        }
        arena_reset(arena, mark);
    }
    return result;
}

enum result trial_pay_live(struct log *journal, struct arena *arena, enum pay_kind kind,
                           int64_t upto, struct text *script)
{
    struct journal_entry *entries;
    int64_t proposal;
    size_t count;
    *script = pay_kind_first_script(kind);
    enum result result = live_find(journal, arena, kind, upto, &proposal);
    if (result == OK && proposal > 0) {
        result = journal_read(journal, arena, proposal - 1, 1, &entries, &count);
        if (result == OK && count == 1)
            *script = entries[0].texts[0];
    }
    return result;
}

static enum result past_fold(struct past *past, struct log *journal, struct arena *arena,
                             int64_t upto, void (*progress)(int64_t, int64_t), struct text *why)
{
    int64_t at = 0, shown = 0;
    enum result result = OK;
    for (size_t count = 1; at < upto && count > 0 && result == OK;) {
        struct journal_entry *entries;
        size_t mark = arena->used;
        result = journal_read(journal, arena, at, upto - at < SLICE ? (size_t)(upto - at) : SLICE,
                              &entries, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            at = entries[i].event.seq;
            result = ranking_apply(&past->ranking, &entries[i], arena);
            if (result == OK)
                result = pay_kinds_event(&past->kinds, &entries[i].event);
        }
        arena_reset(arena, mark);
        if (progress && at - shown >= PROGRESS_EVENTS) {
            progress(at, upto);
            shown = at;
        }
    }
    if (result == INVALID)
        *why =
            arena_format(arena, "at event %lld of the journal: %s", (long long)at, past->kinds.why);
    return result;
}

static void found_take(const struct past *past, enum pay_kind kind, struct trial_result *out)
{
    struct trial_paid *paid = &out->paid;
    bool votes = kind == PAY_VOTE;
    for (int32_t i = 0; i < past->members.count; i++) {
        const struct trial_sum *sum = &past->members.at[i];
        *(votes ? &paid->vote_before : &paid->author_before) += sum->before;
        *(votes ? &paid->vote_after : &paid->author_after) += sum->after;
        paid->newly += sum->after > 0 && sum->before == 0;
        paid->no_longer += sum->before > 0 && sum->after == 0;
    }
}

enum result trial_pay_run(struct log *journal, struct arena *arena, struct text first_script,
                          enum pay_kind kind, struct text script, int64_t before,
                          void (*progress)(int64_t, int64_t), struct trial_result *out,
                          struct text *why)
{
    static struct past past; /* too large for the stack of a small process */
    struct text scripts[2] = {script, NO_TEXT}, ignored;
    int64_t head = 0;
    uint8_t digest[32];
    *out = (struct trial_result){.agreement = 1};
    *why = NO_TEXT;
    past = (struct past){.out = out};
    enum result result = log_head(journal, &head, digest);
    int64_t upto = before > 0 && before - 1 < head ? before - 1 : head;
    if (result == OK)
        result = trial_window_begin(journal, arena, upto, &past.from_ms);
    if (result == OK)
        result = trial_pay_live(journal, arena, kind, upto, &scripts[1]);
    if (result == OK)
        result = ranking_open(&past.ranking, NULL, journal, arena, first_script, &ignored);
    if (result == OK)
        result = pay_kinds_open(&past.kinds, arena, &past.ranking, kind, scripts, 2, why);
    past.ranking.settled = on_settled;
    past.ranking.settled_self = &past;
    past.kinds.from_ms = past.from_ms;
    past.kinds.act = on_act;
    past.kinds.self = &past;
    if (result == OK)
        result = past_fold(&past, journal, arena, upto, progress, why);
    if (result == OK) {
        out->events = upto;
        found_take(&past, kind, out);
    }
    free(past.members.at);
    pay_kinds_close(&past.kinds);
    ranking_close(&past.ranking);
    return result;
}
