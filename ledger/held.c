#include "ledger/held.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "ledger/plan.h"
#include "schema/statement.h"

enum { PAGE = 1000, WAITS = 1, LEFT = 2, GRANTED = 3 };

void held_corrections_close(struct held_corrections *corrections)
{
    free(corrections->list);
    *corrections = (struct held_corrections){0};
}

/* --- what was held back --- */

static int64_t vote_why(const struct vote_finding *found)
{
    return (found->apart < LINKED_BELOW ? HELD_LINKED : 0) |
           (found->trust < LINKED_BELOW ? HELD_TRADES : 0);
}

enum result held_write(struct paymaster *paymaster, const struct findings *low, struct text period)
{
    const struct posting_finding *p = low->postings;
    const struct vote_finding *v = low->votes;
    enum result result = OK;
    for (size_t i = 0; i < low->posting_of.count && result == OK; i++)
        result = vault_held_act_add(paymaster->vault, period, p[i].posting, 0, 0, 0,
                                    (p[i].trust < LINKED_BELOW ? HELD_TRADES : 0) |
                                        (p[i].support < LINKED_BELOW ? HELD_UNSUPPORTED : 0),
                                    1, p[i].trust, p[i].support);
    for (size_t i = 0; i < low->vote_of.count && result == OK; i++)
        result =
            vault_held_act_add(paymaster->vault, period, v[i].posting, v[i].member, v[i].member,
                               HELD_VOTE, vote_why(&v[i]), v[i].apart, v[i].trust, 1);
    return result;
}

enum result held_resolve(struct paymaster *paymaster, const struct reward *reward,
                         struct text period)
{
    enum result result = OK;
    int64_t after = 0;
    for (size_t count = PAGE; count == PAGE && result == OK;) {
        struct vault_held_raw_row *rows;
        size_t mark = paymaster->arena.used;
        result =
            vault_held_raw(paymaster->vault, &paymaster->arena, period, after, PAGE, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            int64_t author = 0;
            bool answers = false, corroborated = false;
            after = rows[i].posting;
            bool known =
                reward_posting_about(reward, after, &author, &answers, &corroborated) && author > 0;
            result = known && (corroborated || rows[i].trust < LINKED_BELOW)
                         ? vault_held_act_of(paymaster->vault, period, after, author,
                                             answers ? HELD_ANSWER : HELD_POSTING)
                         : vault_held_act_drop(paymaster->vault, period, after);
        }
        arena_reset(&paymaster->arena, mark);
    }
    return result;
}

enum result held_state(struct paymaster *paymaster, struct text period)
{
    enum result result = OK;
    int64_t posting = 0, voter = -1;
    for (size_t count = PAGE; count == PAGE && result == OK;) {
        struct vault_held_acts_row *rows;
        size_t mark = paymaster->arena.used;
        result = vault_held_acts(paymaster->vault, &paymaster->arena, period, posting, voter, PAGE,
                                 &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            posting = rows[i].posting;
            voter = rows[i].voter;
            result = statement_held_add(paymaster->statement, rows[i].member, period, posting,
                                        rows[i].kind, rows[i].why);
        }
        arena_reset(&paymaster->arena, mark);
    }
    return result;
}

/* --- what is made good --- */

static void correction_add(struct held_corrections *corrections, struct text period,
                           const uint8_t campaign[16], int64_t member, int64_t cents)
{
    for (size_t i = 0; i < corrections->count; i++) {
        struct held_correction *one = &corrections->list[i];
        if (one->member == member && memcmp(one->campaign, campaign, 16) == 0 &&
            memcmp(one->corrects, period.data, PERIOD_NAME_SIZE) == 0) {
            one->cents += cents;
            return;
        }
    }
    if (corrections->count == corrections->room) {
        corrections->room = corrections->room == 0 ? 16 : corrections->room * 2;
        corrections->list =
            reallocarray(corrections->list, corrections->room, sizeof *corrections->list);
        assert(corrections->list != NULL);
    }
    struct held_correction *fresh = &corrections->list[corrections->count++];
    *fresh = (struct held_correction){.member = member, .cents = cents};
    memcpy(fresh->campaign, campaign, 16);
    memcpy(fresh->corrects, period.data, PERIOD_NAME_SIZE);
}

/* What an earmark gives more than it gave, within its cap. */
static enum result item_take(struct paymaster *paymaster, struct held_corrections *corrections,
                             const struct evaluation *evaluation, const struct reward_item *item)
{
    const struct reward_earmark *earmarks;
    struct vault_item_cents_row had;
    struct vault_item_spent_row spent;
    (void)reward_earmarks(evaluation->reward, &earmarks);
    const struct reward_earmark *earmark = &earmarks[item->earmark];
    enum result result = vault_item_cents(paymaster->vault, &paymaster->arena, evaluation->period,
                                          earmark->id, item->member, &had);
    if (result == OK)
        result = vault_item_spent(paymaster->vault, &paymaster->arena, earmark->id, &spent);
    if (result != OK)
        return result;
    int64_t more = item->cents - had.cents, left = earmark->terms.cap - spent.cents;
    if (more > left)
        more = left;
    if (more > 0)
        correction_add(corrections, evaluation->period, earmark->terms.campaign, item->member,
                       more);
    return OK;
}

/* A closed month once more, with nothing held against these members. */
static enum result month_judge(struct paymaster *paymaster, struct held_corrections *corrections,
                               struct text period, const int64_t *members, size_t count)
{
    struct evaluation evaluation;
    const struct reward_item *items;
    bool done = false;
    enum result result = evaluation_open(paymaster, &evaluation, period, true);
    if (result != OK)
        return result;
    for (size_t i = 0; i < count; i++)
        reward_free(evaluation.reward, members[i]);
    while (result == OK && !done)
        result = evaluation_step(paymaster, &evaluation, &done);
    size_t item_count = result == OK ? reward_items(evaluation.reward, &items) : 0;
    for (size_t i = 0; i < item_count && result == OK; i++)
        for (size_t m = 0; m < count && result == OK; m++)
            if (items[i].member == members[m])
                result = item_take(paymaster, corrections, &evaluation, &items[i]);
    evaluation_close(&evaluation);
    return result;
}

enum result held_due(struct paymaster *paymaster, struct held_corrections *corrections)
{
    struct vault_objections_due_row *rows;
    size_t count = 0;
    enum result result = vault_objections_due(paymaster->vault, &paymaster->arena, &rows, &count);
    for (size_t i = 0, next; i < count && result == OK; i = next) {
        int64_t *members = arena_array(&paymaster->arena, int64_t, count);
        for (next = i; next < count && text_equal(rows[next].period, rows[i].period); next++)
            members[next - i] = rows[next].member;
        result = month_judge(paymaster, corrections, rows[i].period, members, next - i);
    }
    return result;
}

enum result held_again(struct paymaster *paymaster, const struct plan *plan, struct text period,
                       struct held_corrections *corrections)
{
    enum result result = OK;
    struct text done = NO_TEXT;
    for (size_t i = 0; i < plan->payout_count && result == OK; i++) {
        struct vault_objections_paid_row *rows;
        struct text of = plan->payouts[i].corrects;
        size_t count = 0;
        bool judged = false;
        for (size_t b = 0; b < i; b++)
            judged |= text_equal(plan->payouts[b].corrects, of);
        if (of.size == 0 || judged || text_equal(of, done))
            continue;
        done = of;
        result =
            vault_objections_paid(paymaster->vault, &paymaster->arena, period, of, &rows, &count);
        int64_t *members = arena_array(&paymaster->arena, int64_t, count + 1);
        for (size_t m = 0; m < count; m++)
            members[m] = rows[m].member;
        if (result == OK)
            result = month_judge(paymaster, corrections, of, members, count);
    }
    return result;
}

/* Whether all campaigns have what this member is to get; *all in one close, or none of it. */
static enum result is_free(struct paymaster *paymaster, const struct held_corrections *corrections,
                           struct text corrects, int64_t member, bool *all)
{
    *all = true;
    for (size_t i = 0; i < corrections->count; i++) {
        const struct held_correction *one = &corrections->list[i];
        struct vault_campaign_find_row row;
        if (one->member != member || memcmp(one->corrects, corrects.data, PERIOD_NAME_SIZE) != 0)
            continue;
        enum result result = vault_campaign_find(paymaster->vault, &paymaster->arena,
                                                 bytes_of(one->campaign, 16), &row);
        if (result != OK)
            return result;
        *all &= row.deposit_cents - row.reserved_cents - row.settled_cents >= one->cents;
    }
    return OK;
}

static enum result member_plan(struct paymaster *paymaster,
                               const struct held_corrections *corrections, struct text period,
                               struct text corrects, int64_t member)
{
    enum result result = OK;
    for (size_t i = 0; i < corrections->count && result == OK; i++) {
        const struct held_correction *one = &corrections->list[i];
        uint8_t id[16];
        if (one->member != member || memcmp(one->corrects, corrects.data, PERIOD_NAME_SIZE) != 0)
            continue;
        account_reward_id(&paymaster->key, corrects, one->campaign, member, 1, id);
        result = vault_payout_correct(paymaster->vault, bytes_of(id, 16), period,
                                      bytes_of(one->campaign, 16), member, one->cents, corrects);
        if (result == OK)
            result =
                vault_campaign_correct(paymaster->vault, bytes_of(one->campaign, 16), one->cents);
    }
    return result == OK ? vault_objection_pay(paymaster->vault, member, corrects, period) : result;
}

enum result held_plan(struct paymaster *paymaster, const struct held_corrections *corrections,
                      struct text period)
{
    struct vault_objections_due_row *rows;
    size_t count = 0;
    enum result result = vault_objections_due(paymaster->vault, &paymaster->arena, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        bool all;
        result = is_free(paymaster, corrections, rows[i].period, rows[i].member, &all);
        if (result == OK && all)
            result = member_plan(paymaster, corrections, period, rows[i].period, rows[i].member);
    }
    return result;
}

/* --- what admins see and decide --- */

static int64_t thousandths(double share)
{
    return share > 1000 ? 1000000 : (int64_t)(share * 1000 + 0.5);
}

static enum result objection_fill(struct paymaster *paymaster,
                                  const struct vault_objections_row *row,
                                  struct record_objection *out)
{
    struct vault_held_of_row held;
    struct text words = NO_TEXT;
    uint8_t salt[16];
    enum result result =
        vault_held_of(paymaster->vault, &paymaster->arena, row->member, row->period, &held);
    if (result == OK)
        result = log_text_get(paymaster->journal, &paymaster->arena, row->seq, 0, &words, salt);
    if (result != OK && result != NOT_FOUND)
        return result;
    *out = (struct record_objection){
        .member = row->member,
        .period = row->period,
        .at_ms = row->at_ms,
        .words = words.data != NULL ? words : TEXT("(blanked)"),
        .state = row->state,
        .reason = row->why,
        .paid = row->paid,
        .postings = held.postings,
        .votes = held.votes,
        .linked = held.linked,
        .trades = held.trades,
        .unsupported = held.unsupported,
        .apart = thousandths(held.apart),
        .trust = thousandths(held.trust),
        .support = thousandths(held.support),
    };
    return OK;
}

static enum result objections_list(struct paymaster *paymaster, struct reply_held *reply)
{
    enum { MOST = 50 };
    struct vault_objections_row *rows;
    enum result result = vault_objections(paymaster->vault, &paymaster->arena, MOST, &rows,
                                          &reply->objections_count);
    if (result != OK)
        return result;
    reply->objections =
        arena_array(&paymaster->arena, struct record_objection, reply->objections_count + 1);
    for (size_t i = 0; i < reply->objections_count && result == OK; i++)
        result = objection_fill(paymaster, &rows[i], &reply->objections[i]);
    return result;
}

static enum result held_list(struct paymaster *paymaster, struct buf *out)
{
    enum { MONTHS_MOST = 24, POSTINGS_MOST = 50 };
    struct vault_held_months_row *months;
    struct vault_held_postings_row *postings;
    struct reply_held reply = {0};
    enum result result = vault_held_months(paymaster->vault, &paymaster->arena, MONTHS_MOST,
                                           &months, &reply.months_count);
    if (result == OK)
        result = vault_held_postings(paymaster->vault, &paymaster->arena, POSTINGS_MOST, &postings,
                                     &reply.postings_count);
    if (result == OK)
        result = objections_list(paymaster, &reply);
    if (result != OK)
        return result;
    reply.months = arena_array(&paymaster->arena, struct record_held_month, reply.months_count + 1);
    for (size_t i = 0; i < reply.months_count; i++)
        reply.months[i] = (struct record_held_month){
            months[i].period, months[i].postings, months[i].votes,      months[i].members,
            months[i].linked, months[i].trades,   months[i].unsupported};
    reply.postings =
        arena_array(&paymaster->arena, struct record_held_posting, reply.postings_count + 1);
    for (size_t i = 0; i < reply.postings_count; i++)
        reply.postings[i] = (struct record_held_posting){postings[i].period,
                                                         postings[i].posting,
                                                         postings[i].kind,
                                                         postings[i].why,
                                                         thousandths(postings[i].trust),
                                                         thousandths(postings[i].support)};
    reply_held_write(out, &reply);
    return OK;
}

static enum result decide_check(struct paymaster *paymaster, const struct command_held_decide *c,
                                bool *so_already)
{
    struct vault_objection_find_row row;
    struct text why = text_trim(c->why);
    if (why.size == 0)
        return INVALID;
    enum result result =
        vault_objection_find(paymaster->vault, &paymaster->arena, c->member, c->period, &row);
    if (result != OK)
        return result;
    *so_already = row.state == (c->granted ? GRANTED : LEFT) && text_equal(row.why, why);
    return *so_already || row.state == WAITS ? OK : CONFLICT;
}

enum result held_words(struct paymaster *paymaster, const struct command *command,
                       int64_t by UNUSED, struct text *subject, struct text *words)
{
    const struct command_held_decide *c = &command->held_decide;
    struct text why = text_trim(c->why);
    struct vault_held_of_row held;
    bool so_already = false;
    enum result result = decide_check(paymaster, c, &so_already);
    if (result == OK)
        result = vault_held_of(paymaster->vault, &paymaster->arena, c->member, c->period, &held);
    if (result != OK || so_already)
        return result;
    *subject = arena_format(&paymaster->arena, "%lld %.*s", (long long)c->member,
                            (int)c->period.size, c->period.data);
    *words = arena_format(
        &paymaster->arena,
        "%s member %lld’s objection to what was held back from %lld votes and %lld postings of "
        "%.*s%s; the member reads: “%.*s”",
        c->granted ? "Grant" : "Refuse", (long long)c->member, (long long)held.votes,
        (long long)held.postings, (int)c->period.size, c->period.data,
        c->granted ? ": the next close pays what they would have earned" : "", (int)why.size,
        why.data);
    return OK;
}

enum result held_command(struct paymaster *paymaster, const struct command *command,
                         struct buf *reply)
{
    const struct command_held_decide *c = &command->held_decide;
    bool so_already = false;
    if (command->kind == COMMAND_HELD)
        return held_list(paymaster, reply);
    enum result result = decide_check(paymaster, c, &so_already);
    if (result != OK || so_already)
        return result;
    result = vault_objection_decide(paymaster->vault, c->member, c->period,
                                    c->granted ? GRANTED : LEFT, text_trim(c->why), clock_now_ms());
    return result == OK ? statement_catch_up(paymaster) : result;
}
