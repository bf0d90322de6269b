#include "core/seal.h"
#include "core/trace.h"
#include "ranking/pay_kind.h"
#include "schema/rank.h"
#include <assert.h>
#include <stdlib.h>

enum { PROPOSALS_MAX = 100000 };
#define SHADOW_OVER INT64_MAX
static const char withdrawn_words[] = "it was withdrawn before it was done";

static enum result constants_write(struct ranking *ranking)
{
    const struct rule_constant *constants;
    size_t count = rule_constants(policy_holds(&ranking->policy)->rules, &constants);
    enum result result = rank_rule_constants_clear(ranking->db);
    for (size_t i = 0; i < count && result == OK; i++)
        result = rank_rule_constant_add(ranking->db, (int64_t)i, constants[i].name,
                                        constants[i].value, constants[i].low, constants[i].high,
                                        constants[i].unit, constants[i].meaning);
    return result;
}

static bool is_ours(const struct ranking *ranking, int64_t proposal)
{
    for (int32_t i = 0; i < ranking->proposals.count; i++)
        if (ranking->proposals.at[i] == proposal)
            return true;
    return false;
}

/* A rule of pay that waits to be decided: tried here, and used by the paymaster. */
static int32_t pay_place(const struct ranking *ranking, int64_t proposal)
{
    int32_t at = ranking->pay_proposals.count;
    while (--at >= 0 && ranking->pay_proposals.at[at] != proposal)
        ;
    return at;
}

/* It was decided: whatever is under way for it ends. */
static enum result pay_over(struct ranking *ranking, int64_t proposal, const char *why)
{
    int32_t place = pay_place(ranking, proposal);
    enum result result = OK;
    if (place < 0)
        return OK;
    ranking->pay_proposals.at[place] = ranking->pay_proposals.at[--ranking->pay_proposals.count];
    if (!ranking_writes(ranking))
        return OK;
    if (why)
        result = rank_trial_drop(ranking->db, proposal, text_of(why));
    return result == OK ? rank_shadow_due(ranking->db, proposal, SHADOW_OVER) : result;
}

enum result sets_proposed(struct ranking *ranking, const struct event *event)
{
    bool pay = pay_kind_of(event->rule_proposed.name) != PAY_NO_KIND;
    if ((!pay && !text_is(event->rule_proposed.name, RANKING_RULE_NAME)) ||
        ranking->proposals.count == PROPOSALS_MAX || ranking->pay_proposals.count == PROPOSALS_MAX)
        return OK;
    if (pay)
        LIST_ADD(ranking->pay_proposals, event->seq);
    else
        LIST_ADD(ranking->proposals, event->seq);
    if (!ranking_writes(ranking))
        return OK;
    return rank_trial_add(ranking->db, event->seq, event->rule_proposed.name, event->seq);
}

/* This proposal's script is to hold from `event` on. */
static enum result set_push(struct ranking *ranking, const struct event *event, int64_t proposal,
                            struct text script, struct arena *arena)
{
    int64_t before = policy_holds(&ranking->policy)->active_seq;
    struct text why = NO_TEXT;
    bool holds = policy_push(&ranking->policy, arena, script, event->seq, &why) == OK;
    if (!ranking_writes(ranking))
        return OK;
    trace_info("rule_set", "proposal=%lld active_seq=%lld holds=%d", (long long)proposal,
               (long long)event->seq, holds);
    static const uint8_t nothing[DIGEST_SIZE];
    const uint8_t *hash = holds ? rule_hash(policy_holds(&ranking->policy)->rules) : nothing;
    enum result result = OK;
    if (holds)
        result = rank_rule_set_end(ranking->db, before, RULE_SET_SUPERSEDED, event->seq, TEXT(""));
    if (result == OK)
        result = rank_rule_set_put(ranking->db, event->seq, proposal, TEXT(RANKING_RULE_NAME),
                                   bytes_of(hash, DIGEST_SIZE),
                                   holds ? RULE_SET_HOLDS : RULE_SET_REFUSED,
                                   holds ? 0 : event->seq, holds ? TEXT("") : why, TEXT(""));
    return result == OK && holds ? constants_write(ranking) : result;
}

static enum result proposal_script(struct log *journal, struct arena *arena, int64_t proposal,
                                   struct text *script)
{
    struct journal_entry *entries;
    size_t count = 0;
    enum result result = journal_read(journal, arena, proposal - 1, 1, &entries, &count);
    if (result != OK)
        return result;
    assert(count == 1 && entries[0].event.seq == proposal);
    *script = entries[0].texts[0];
    return OK;
}

enum result sets_approved(struct ranking *ranking, const struct event *event, struct arena *arena)
{
    int64_t proposal = event->rule_approved.proposal;
    struct text script;
    if (pay_place(ranking, proposal) >= 0)
        return pay_over(ranking, proposal, NULL);
    if (ranking->is_fixed || !is_ours(ranking, proposal))
        return OK;
    enum result result = proposal_script(ranking->journal, arena, proposal, &script);
    if (result == OK)
        result = set_push(ranking, event, proposal, script, arena);
    return result == OK && ranking_writes(ranking)
               ? rank_shadow_due(ranking->db, proposal, SHADOW_OVER)
               : result;
}

enum result sets_withdrawn(struct ranking *ranking, const struct event *event)
{
    int64_t proposal = event->rule_withdrawn.proposal;
    if (pay_place(ranking, proposal) >= 0)
        return pay_over(ranking, proposal, withdrawn_words);
    if (!is_ours(ranking, proposal) || !ranking_writes(ranking))
        return OK;
    enum result result = rank_trial_drop(ranking->db, proposal, text_of(withdrawn_words));
    return result == OK ? rank_shadow_due(ranking->db, proposal, SHADOW_OVER) : result;
}

enum result sets_rolled_back(struct ranking *ranking, const struct event *event,
                             struct arena *arena)
{
    const struct event_rule_rolled_back *e = &event->rule_rolled_back;
    struct text script = text_of(ranking->first_script);
    if (ranking->is_fixed || !text_is(e->name, RANKING_RULE_NAME))
        return OK;
    enum result result =
        e->proposal > 0 ? proposal_script(ranking->journal, arena, e->proposal, &script) : OK;
    return result == OK ? set_push(ranking, event, e->proposal, script, arena) : result;
}

enum result sets_shadowed(struct ranking *ranking, const struct event *event)
{
    int64_t proposal = event->rule_shadowed.proposal;
    if ((!is_ours(ranking, proposal) && pay_place(ranking, proposal) < 0) ||
        !ranking_writes(ranking))
        return OK;
    return rank_shadow_put(ranking->db, proposal, event->at_ms);
}

enum result sets_waiting_try(struct ranking *ranking, struct arena *arena)
{
    enum result result = OK;
    for (int32_t i = 0; i < ranking->pay_proposals.count && result == OK; i++) {
        struct journal_entry *entries;
        int64_t proposal = ranking->pay_proposals.at[i];
        size_t mark = arena->used, count = 0;
        result = journal_read(ranking->journal, arena, proposal - 1, 1, &entries, &count);
        if (result == OK && count == 1)
            result = rank_trial_add(ranking->db, proposal, entries[0].event.rule_proposed.name,
                                    proposal);
        arena_reset(arena, mark);
    }
    return result;
}

struct text sets_live_script(struct db *db, struct log *journal, struct arena *arena,
                             struct text first)
{
    struct rank_rule_holds_row row;
    struct text script;
    enum result result = rank_rule_holds(db, arena, &row);
    if (result == OK && row.proposal > 0 &&
        proposal_script(journal, arena, row.proposal, &script) == OK)
        return script;
    return first;
}

/* A set that failed on the way has been put aside by policy_call; say so where the admins read it.
 */
enum result sets_failures_note(struct ranking *ranking)
{
    if (ranking->policy.broken) {
        trace_fail("no_rule_set", "seq=%lld", (long long)ranking->seq);
        return BROKEN;
    }
    int64_t failed = ranking->policy.failed_seq;
    if (failed < 0)
        return OK;
    ranking->policy.failed_seq = -1;
    if (!ranking_writes(ranking))
        return OK;
    enum result result = rank_rule_set_end(ranking->db, failed, RULE_SET_PUT_ASIDE, ranking->seq,
                                           text_of(ranking->policy.why));
    if (result == OK)
        result = rank_rule_set_end(ranking->db, policy_holds(&ranking->policy)->active_seq,
                                   RULE_SET_HOLDS, 0, TEXT(""));
    return result == OK ? constants_write(ranking) : result;
}

enum result sets_first_write(struct ranking *ranking, struct arena *arena, struct text script)
{
    struct rank_rule_set_first_row row;
    enum result result = rank_rule_set_first(ranking->db, arena, &row);
    if (result != NOT_FOUND)
        return result;
    result = db_begin(ranking->db);
    if (result != OK)
        return result;
    const uint8_t *hash = rule_hash(policy_holds(&ranking->policy)->rules);
    result = rank_rule_set_put(ranking->db, 0, 0, TEXT(RANKING_RULE_NAME),
                               bytes_of(hash, DIGEST_SIZE), RULE_SET_HOLDS, 0, TEXT(""), script);
    if (result == OK)
        result = constants_write(ranking);
    if (result == OK)
        return db_commit(ranking->db);
    db_rollback(ranking->db);
    return result;
}
