#include "ledger/reward/held.h"

#include "core/clock.h"
#include "schema/statement.h"

enum { PAGE = 1000, WAITS = 1, LEFT = 2, GRANTED = 3 };

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
