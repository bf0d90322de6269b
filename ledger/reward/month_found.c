#include "ledger/reward/month_found.h"

#include <assert.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/conf.h"
#include "ledger/reward/coarse.h"
#include "ledger/ledger.h"

enum { MONTHS_MAX = 60, LIMIT_DAYS = 30, PERCENT = 10, WHOLE = 100 };
enum { STATE_FAILED = 2, RULE_OPEN = 1, RULE_PASSED = 1 };
enum { SHOW_WAITS = 1, SHOW_QUEUED, SHOW_RUNS, SHOW_PASSED, SHOW_FAILED };

static struct text money(struct paymaster *paymaster, int64_t cents)
{
    return ledger_money(&paymaster->arena, cents);
}

/* A guardrail of money that this month crossed neither then nor for another rule's sake. */
static struct text month_words(struct paymaster *paymaster,
                               const struct vault_month_tried_list_row *month)
{
    int64_t days = (month->end_ms - month->start_ms) / DAY_MS;
    int64_t day_most = conf_int("guardrail.day_cents");
    int64_t top_most = conf_int("guardrail.top_percent") * PERCENT;
    int64_t was = month->cents / days;
    int64_t now = (month->cents - month->before + month->after) / days;
    if (day_most > 0 && now > day_most && was <= day_most) {
        struct text sum = money(paymaster, now), most = money(paymaster, day_most);
        return arena_format(&paymaster->arena,
                            "of %s it would have paid about %.*s for each day; above %.*s payouts "
                            "stop",
                            month->period.data, (int)sum.size, sum.data, (int)most.size, most.data);
    }
    if (month->top_after > top_most && month->top_before <= top_most)
        return arena_format(&paymaster->arena,
                            "of %s more than %lld %% would have gone to the first of a hundred "
                            "payees, and payouts would stop",
                            month->period.data, (long long)(top_most / PERCENT));
    return TEXT("");
}

static struct text sum_words(struct paymaster *paymaster,
                             const struct vault_month_tried_list_row *months, size_t count)
{
    int64_t before = 0, after = 0, percent = conf_int("rule.month_percent");
    for (size_t i = 0; i < count; i++) {
        if (months[i].payees_before == 0 || months[i].payees_after == 0)
            continue; /* one of the two is not told */
        before += months[i].before;
        after += months[i].after;
    }
    if (before == 0 || (__int128)after * WHOLE <= (__int128)before * (WHOLE + percent))
        return TEXT("");
    struct text then = money(paymaster, after), now = money(paymaster, before);
    return arena_format(&paymaster->arena,
                        "it would have paid about %.*s for closed months, which paid about %.*s; "
                        "%lld %% more is the limit",
                        (int)then.size, then.data, (int)now.size, now.data, (long long)percent);
}

/* By what changes for a member, over all months: worked out once, as told. */
static enum result changes_write(struct paymaster *paymaster, int64_t proposal)
{
    struct coarse_figures changes[COARSE_CHANGES];
    struct vault_month_tried_members_row *rows;
    size_t count;
    enum result result =
        vault_month_tried_members(paymaster->vault, &paymaster->arena, proposal, &rows, &count);
    if (result != OK)
        return result;
    struct coarse_member *members = calloc(count + 1, sizeof *members);
    assert(members != NULL);
    for (size_t i = 0; i < count; i++)
        members[i] = (struct coarse_member){rows[i].member, rows[i].before, rows[i].after};
    coarse_changes(paymaster->key.id_key, "all", members, count, conf_int("ledger.k"), changes);
    free(members);
    for (int i = 0; i < COARSE_CHANGES && result == OK; i++)
        result = vault_month_change_put(paymaster->vault, proposal, i, changes[i].members,
                                        changes[i].before, changes[i].after);
    return result;
}

enum result month_found_judge(struct paymaster *paymaster, int64_t proposal, struct text *why)
{
    struct vault_month_tried_list_row *months;
    size_t count = 0;
    *why = TEXT("");
    enum result result =
        vault_month_tried_list(paymaster->vault, &paymaster->arena, proposal, &months, &count);
    if (result == OK)
        result = changes_write(paymaster, proposal);
    for (size_t i = 0; result == OK && i < count && why->size == 0; i++)
        *why = months[i].state == STATE_FAILED
                   ? TEXT("on what closed months’ earmarks were on it erred, took too many steps "
                          "or gave a share outside of 0..1; on which act stays hidden")
                   : month_words(paymaster, &months[i]);
    if (result == OK && why->size == 0)
        *why = sum_words(paymaster, months, count);
    return result;
}

/* --- for an admin --- */

static void months_show(struct paymaster *paymaster,
                        const struct vault_month_tried_list_row *months, size_t count,
                        struct reply_rule_months *out)
{
    out->months = arena_array(&paymaster->arena, struct record_month_tried, count + 1);
    for (size_t i = 0; i < count && i < MONTHS_MAX; i++)
        out->months[out->months_count++] = (struct record_month_tried){
            .period = months[i].period,
            .start_ms = months[i].start_ms,
            .failed = months[i].state == STATE_FAILED,
            .later = months[i].closed_later != 0,
            .payees_before = months[i].payees_before,
            .before = months[i].before,
            .payees_after = months[i].payees_after,
            .after = months[i].after,
        };
}

static enum result changes_show(struct paymaster *paymaster, int64_t proposal,
                                struct reply_rule_months *out)
{
    struct vault_month_changes_row *rows;
    size_t count;
    enum result result =
        vault_month_changes(paymaster->vault, &paymaster->arena, proposal, &rows, &count);
    if (result != OK)
        return result;
    out->changes = arena_array(&paymaster->arena, struct record_month_change, COARSE_CHANGES);
    for (size_t i = 0; i < count && i < COARSE_CHANGES; i++)
        out->changes[out->changes_count++] =
            (struct record_month_change){rows[i].members, rows[i].before, rows[i].after};
    return OK;
}

/* It has not begun: it waits for the ranker, or for its turn. */
static enum result waiting_show(struct paymaster *paymaster, int64_t tried,
                                struct reply_rule_months *out)
{
    struct vault_month_trials_since_row begun;
    out->state = tried == RULE_PASSED ? SHOW_RUNS : SHOW_WAITS;
    enum result result = vault_month_trials_since(
        paymaster->vault, &paymaster->arena, clock_now_ms() - LIMIT_DAYS * (int64_t)DAY_MS, &begun);
    if (result == OK && out->state == SHOW_RUNS && begun.count >= conf_int("rule.month_trials")) {
        out->state = SHOW_QUEUED;
        out->next_ms = begun.oldest_ms + LIMIT_DAYS * (int64_t)DAY_MS;
    }
    return result;
}

static enum result begun_show(struct paymaster *paymaster, int64_t proposal,
                              const struct vault_month_trial_find_row *row, bool open,
                              struct reply_rule_months *out)
{
    struct vault_month_trial_left_row left;
    struct vault_month_tried_list_row *months;
    size_t count = 0;
    out->why = row->why;
    enum result result =
        vault_month_trial_left(paymaster->vault, &paymaster->arena, proposal, &left);
    if (result == OK)
        result =
            vault_month_tried_list(paymaster->vault, &paymaster->arena, proposal, &months, &count);
    if (result != OK)
        return result;
    out->done = left.done;
    out->all = left.months;
    out->state = row->verdict == MONTH_TRIAL_FAILED            ? SHOW_FAILED
                 : row->verdict == MONTH_TRIAL_PASSED || !open ? SHOW_PASSED
                                                               : SHOW_RUNS;
    if (out->state == SHOW_RUNS)
        return OK; /* half of it is another outcome, and would be told beside the whole */
    months_show(paymaster, months, count, out);
    return changes_show(paymaster, proposal, out);
}

enum result month_found_reply(struct paymaster *paymaster, int64_t proposal, struct buf *reply)
{
    struct vault_rule_look_row rule;
    struct vault_month_trial_find_row row;
    struct reply_rule_months out = {.why = TEXT(""), .floor = conf_int("ledger.k")};
    enum result result = vault_rule_look(paymaster->vault, &paymaster->arena, proposal, &rule);
    if (result != OK)
        return result;
    result = vault_month_trial_find(paymaster->vault, &paymaster->arena, proposal, &row);
    if (result == NOT_FOUND)
        result = waiting_show(paymaster, rule.tried, &out);
    else if (result == OK)
        result = begun_show(paymaster, proposal, &row, rule.state == RULE_OPEN, &out);
    if (result == OK)
        reply_rule_months_write(reply, &out);
    return result;
}
