#include "ledger/reward/month_trial.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "core/socket.h"
#include "core/trace.h"
#include "ledger/reward/breaker.h"
#include "ledger/reward/coarse.h"
#include "ledger/reward/month_found.h"

enum { TELL_WAIT_MS = 500, LIMIT_DAYS = 30, ARENA = 1 << 18, GONE_THROUGH = 1, RULE_FAILED = 2 };
enum { PAYEES_LEAST = 100 }; /* from which on the first of a hundred says something */

struct month_trial {
    bool running;
    int64_t proposal, start_ms;
    char period[PERIOD_NAME_SIZE + 1];
    struct tried_rule tried;
    struct arena arena; /* of the rule's text */
    struct evaluation evaluation;
    struct caller clerk;
    bool warned; /* that the clerk refuses us */
};

static struct month_trial *trial_of(struct paymaster *paymaster)
{
    if (paymaster->month_trial == NULL) {
        struct month_trial *trial = calloc(1, sizeof *trial);
        assert(trial != NULL);
        arena_open(&trial->arena, ARENA);
        trial->clerk = (struct caller){.program = "clerk", .fd = -1, .wait_ms = TELL_WAIT_MS};
        paymaster->month_trial = trial;
    }
    return paymaster->month_trial;
}

static void run_end(struct month_trial *trial)
{
    if (trial->running)
        evaluation_close(&trial->evaluation);
    trial->running = false;
    arena_reset(&trial->arena, 0);
}

void month_trial_close(struct paymaster *paymaster)
{
    struct month_trial *trial = paymaster->month_trial;
    if (trial == NULL)
        return;
    run_end(trial);
    caller_close(&trial->clerk);
    arena_close(&trial->arena);
    free(trial);
    paymaster->month_trial = NULL;
}

bool month_trial_runs(const struct paymaster *paymaster)
{
    return paymaster->month_trial != NULL && paymaster->month_trial->running;
}

/* --- one month --- */

static int by_member(const void *a, const void *b)
{
    const struct coarse_member *x = a, *y = b;
    return x->member < y->member ? -1 : x->member > y->member;
}

/* Everybody's sums, in order of member; of each earmark the second is by the proposed rule. The
 * caller frees them. */
static struct coarse_member *members_of(const struct reward *reward, size_t *count)
{
    const struct reward_item *items;
    size_t items_count = reward_items(reward, &items), members = 0;
    struct coarse_member *sums = calloc(items_count + 1, sizeof *sums);
    assert(sums != NULL);
    for (size_t i = 0; i < items_count; i++) {
        bool proposed = items[i].earmark % 2 == 1;
        sums[i] = (struct coarse_member){items[i].member, proposed ? 0 : items[i].cents,
                                         proposed ? items[i].cents : 0};
    }
    if (items_count > 1)
        qsort(sums, items_count, sizeof *sums, by_member);
    for (size_t i = 0; i < items_count; i++) {
        if (members > 0 && sums[members - 1].member == sums[i].member) {
            sums[members - 1].before += sums[i].before;
            sums[members - 1].after += sums[i].after;
        } else {
            sums[members++] = sums[i];
        }
    }
    *count = members;
    return sums;
}

static int64_t top_of(const struct coarse_member *rows, size_t count, bool after)
{
    int64_t *cents = calloc(count + 1, sizeof *cents), sum = 0;
    size_t payees = 0;
    assert(cents != NULL);
    for (size_t i = 0; i < count; i++) {
        int64_t one = after ? rows[i].after : rows[i].before;
        if (one > 0)
            cents[payees++] = one;
        sum += one;
    }
    int64_t top = payees < PAYEES_LEAST ? 0 : breaker_top(cents, payees, sum);
    free(cents);
    return top;
}

/* What is told of a month is worked out once, here. */
static enum result rows_write(struct paymaster *paymaster, const struct month_trial *trial,
                              int state, bool later)
{
    struct coarse_paid paid = {0};
    struct coarse_member *members = NULL;
    size_t count = 0;
    struct text period = text_of(trial->period);
    if (state == GONE_THROUGH) {
        members = members_of(trial->evaluation.reward, &count);
        coarse_paid(paymaster->key.id_key, trial->period, members, count, conf_int("ledger.k"),
                    &paid);
    }
    enum result result =
        vault_month_tried_add(paymaster->vault, trial->proposal, period, state, clock_now_ms(),
                              later, paid.payees_before, paid.before, paid.payees_after, paid.after,
                              top_of(members, count, false), top_of(members, count, true));
    for (size_t i = 0; i < count && result == OK; i++)
        result =
            vault_month_tried_member_add(paymaster->vault, trial->proposal, period,
                                         members[i].member, members[i].before, members[i].after);
    free(members);
    if (result == OK) /* to be judged anew */
        result = vault_month_trial_judge(paymaster->vault, trial->proposal, 0, TEXT(""));
    return result;
}

/* Nothing is kept of a proposal that was decided meanwhile. */
static enum result month_write(struct paymaster *paymaster, struct month_trial *trial, int state)
{
    struct vault_rule_get_row rule;
    struct vault_period_find_row period;
    enum result result =
        vault_rule_get(paymaster->vault, &paymaster->arena, trial->proposal, &rule);
    if (result == OK)
        result =
            vault_period_find(paymaster->vault, &paymaster->arena, text_of(trial->period), &period);
    if (result != OK || rule.state != 1)
        return result;
    result = db_begin(paymaster->vault);
    if (result != OK)
        return result;
    result = rows_write(paymaster, trial, state, period.closed_ms > trial->start_ms);
    if (result == OK)
        return db_commit(paymaster->vault);
    db_rollback(paymaster->vault);
    return result;
}

static enum result month_step(struct paymaster *paymaster, struct month_trial *trial)
{
    bool done = false;
    enum result result = evaluation_step(paymaster, &trial->evaluation, &done);
    if (result == OK && !done)
        return OK;
    if (result == OK || result == INVALID)
        result = month_write(paymaster, trial, result == OK ? GONE_THROUGH : RULE_FAILED);
    trace_info("month_trial", "proposal=%lld period=%s result=%s", (long long)trial->proposal,
               trial->period, result_name(result));
    run_end(trial);
    return result;
}

/* --- what is next --- */

/* Let the oldest proposal in that waits, if there may be one more. */
static enum result admit(struct paymaster *paymaster)
{
    struct vault_month_trial_waits_row waits;
    struct vault_month_trials_since_row begun;
    int64_t now_ms = clock_now_ms();
    enum result result = vault_month_trial_waits(paymaster->vault, &paymaster->arena, 0, &waits);
    if (result == OK)
        result = vault_month_trials_since(paymaster->vault, &paymaster->arena,
                                          now_ms - LIMIT_DAYS * (int64_t)DAY_MS, &begun);
    if (result != OK || begun.count >= conf_int("rule.month_trials"))
        return result == OK ? NOT_FOUND : result;
    return vault_month_trial_add(paymaster->vault, waits.id, now_ms,
                                 now_ms - MONTH_TRIAL_DAYS * (int64_t)DAY_MS);
}

static enum result month_begin(struct paymaster *paymaster, struct month_trial *trial)
{
    struct vault_month_trial_next_row next;
    struct vault_rule_get_row rule;
    enum result result = vault_month_trial_next(paymaster->vault, &paymaster->arena, &next);
    if (result == OK)
        result = vault_rule_get(paymaster->vault, &paymaster->arena, next.proposal, &rule);
    if (result != OK)
        return result;
    assert(next.period.size == PERIOD_NAME_SIZE && rule.sha256.size == 32);
    trial->proposal = next.proposal;
    trial->start_ms = next.start_ms;
    memcpy(trial->period, next.period.data, PERIOD_NAME_SIZE);
    trial->tried = (struct tried_rule){.kind = vault_rule_kind(rule.name),
                                       .name = arena_text(&trial->arena, rule.name),
                                       .script = arena_text(&trial->arena, rule.script)};
    memcpy(trial->tried.sha256, rule.sha256.data, 32);
    result = evaluation_try(paymaster, &trial->evaluation, text_of(trial->period), &trial->tried);
    trial->running = result == OK;
    if (result == INVALID)
        result = month_write(paymaster, trial, RULE_FAILED);
    if (!trial->running)
        run_end(trial);
    return result;
}

static enum result judge(struct paymaster *paymaster)
{
    struct vault_month_trial_unjudged_row row;
    struct text why = TEXT("");
    enum result result = vault_month_trial_unjudged(paymaster->vault, &paymaster->arena, &row);
    if (result == OK)
        result = db_begin(paymaster->vault);
    if (result != OK)
        return result;
    result = month_found_judge(paymaster, row.proposal, &why);
    if (result == OK)
        result =
            vault_month_trial_judge(paymaster->vault, row.proposal,
                                    why.size == 0 ? MONTH_TRIAL_PASSED : MONTH_TRIAL_FAILED, why);
    if (result == OK)
        result = db_commit(paymaster->vault);
    else
        db_rollback(paymaster->vault);
    trace_info("month_trial", "proposal=%lld passed=%d", (long long)row.proposal, why.size == 0);
    return result;
}

static enum result tell(struct paymaster *paymaster, struct month_trial *trial)
{
    struct vault_month_trial_untold_row row;
    struct command command = {
        .kind = COMMAND_RULE_MONTHS_TRIED, .token = TEXT(""), .form = TEXT("")};
    struct bytes reply = NO_BYTES;
    struct buf message;
    enum result result = vault_month_trial_untold(paymaster->vault, &paymaster->arena, &row);
    if (result != OK)
        return result;
    command.rule_months_tried = (struct command_rule_months_tried){
        .proposal = row.proposal, .passed = row.verdict == MONTH_TRIAL_PASSED, .words = row.why};
    seal_random(command.request, sizeof command.request);
    buf_open(&message, &paymaster->arena, 1024);
    command_write(&message, &command);
    result = caller_ask(&trial->clerk, &paymaster->arena, buf_bytes(&message), &reply);
    if (result == REFUSED && !trial->warned) {
        struct text user = conf_text("socket.paymaster_user");
        trace_warn("month_trial",
                   "the clerk refuses us: our user is not socket.paymaster_user=%.*s",
                   (int)user.size, user.data);
        trial->warned = true;
    }
    if (result == OK)
        return vault_month_trial_told(paymaster->vault, row.proposal, row.verdict);
    return BUSY;
}

enum result month_trial_step(struct paymaster *paymaster, bool *idle)
{
    struct month_trial *trial = trial_of(paymaster);
    size_t mark = paymaster->arena.used;
    enum result result;
    *idle = false;
    if (trial->running)
        return month_step(paymaster, trial);
    result = admit(paymaster);
    if (result == NOT_FOUND)
        result = month_begin(paymaster, trial);
    if (result == NOT_FOUND)
        result = judge(paymaster);
    if (result == NOT_FOUND)
        result = tell(paymaster, trial);
    *idle = result != OK;
    arena_reset(&paymaster->arena, mark);
    return result == NOT_FOUND ? OK : result;
}
