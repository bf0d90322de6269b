#include <string.h>

#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ledger/desk/paymaster.h"
#include "ledger/earmark/reach.h"

/* One period through the reward rules: earmarks out of the vault, events out of the journal from
 * its first to the place the period was closed at, always all of them and in order. Run again later
 * it gives the same items. */

enum { EARMARKS_PAGE = 256, EVENTS_SLICE = 256 };

/* A sponsor's own key signs what the sponsor sets, the house's key for that sponsor only what it
 * carries on into another month. */
static enum result key_check(struct paymaster *paymaster, struct arena *arena,
                             const struct earmark *terms, struct bytes commitment)
{
    struct vault_campaign_find_row campaign;
    struct vault_earmark_by_commitment_row row;
    struct vault_sponsor_key_find_row house;
    struct vault_own_key_find_row own;
    enum result result =
        vault_campaign_find(paymaster->vault, arena, bytes_of(terms->campaign, 16), &campaign);
    if (result == OK)
        result = vault_earmark_by_commitment(paymaster->vault, arena, commitment, &row);
    if (result == OK && row.carried == 0) {
        result =
            vault_own_key_find(paymaster->vault, arena, bytes_of(terms->sponsor_key, 32), &own);
        if (result == OK && own.member != campaign.sponsor)
            result = INVALID;
    } else if (result == OK) {
        result = vault_sponsor_key_find(paymaster->vault, arena, campaign.sponsor, &house);
        if (result == OK && (house.public_key.size != 32 ||
                             memcmp(house.public_key.data, terms->sponsor_key, 32) != 0))
            result = INVALID;
    }
    return result == NOT_FOUND ? INVALID : result;
}

enum result earmark_open(struct paymaster *paymaster, struct arena *arena, struct bytes sealed,
                         struct bytes commitment, struct bytes *opening, struct earmark *terms,
                         const char **why)
{
    uint8_t again[32];
    *why = "the box does not open";
    enum result result =
        seal_open_box(arena, paymaster->box_public, paymaster->box_secret, sealed, opening);
    if (result != OK)
        return INVALID;
    *why = "the size is wrong";
    if (opening->size != EARMARK_OPENING_SIZE || commitment.size != 32)
        return INVALID;
    earmark_commitment(opening->data, again);
    *why = "it is not what was committed to";
    if (memcmp(again, commitment.data, 32) != 0)
        return INVALID;
    result = earmark_read(*opening, terms, why);
    if (result != OK)
        return result;
    *why = "its key is not one of its campaign's sponsor";
    return key_check(paymaster, arena, terms, commitment);
}

static enum result rule_load_by_hash(struct paymaster *paymaster, struct evaluation *evaluation,
                                     const struct earmark *terms)
{
    struct vault_rule_by_hash_row rule;
    struct text why = NO_TEXT;
    if (reward_rule_known(evaluation->reward, terms->kind, terms->rule))
        return OK;
    enum result result =
        vault_rule_by_hash(paymaster->vault, &paymaster->arena, bytes_of(terms->rule, 32), &rule);
    if (result == OK)
        result = reward_rule_add(evaluation->reward, &paymaster->arena, terms->kind, terms->rule,
                                 rule.name, rule.script, &why);
    if (result != OK)
        trace_fail("evaluate", "a rule is missing or does not load: %.*s", (int)why.size,
                   why.size > 0 ? why.data : "");
    return result == NOT_FOUND ? BROKEN : result;
}

/* Whose campaign it is, and the script that chooses for it. */
static enum result selector_find(struct paymaster *paymaster, struct reward_earmark *earmark,
                                 struct text *script)
{
    const struct earmark *terms = &earmark->terms;
    struct vault_campaign_find_row campaign;
    struct vault_rule_by_hash_row rule;
    *script = TEXT("");
    enum result result = vault_campaign_find(paymaster->vault, &paymaster->arena,
                                             bytes_of(terms->campaign, 16), &campaign);
    if (result != OK)
        return result;
    earmark->sponsor = campaign.sponsor;
    if (!terms->by.script)
        return OK;
    result = vault_rule_by_hash(paymaster->vault, &paymaster->arena, bytes_of(terms->by.sha256, 32),
                                &rule);
    if (result == OK)
        *script = rule.script;
    return result == NOT_FOUND ? BROKEN : result;
}

/* A box that somebody forged or damaged pays nothing and is named; it must not keep everybody else
 * unpaid. */
static enum result earmark_take(struct paymaster *paymaster, struct evaluation *evaluation,
                                int64_t id, struct bytes sealed, struct bytes commitment,
                                int64_t journal_seq)
{
    struct reward_earmark earmark = {.id = id,
                                     .after_seq = journal_seq,
                                     .start_ms = evaluation->start_ms,
                                     .end_ms = evaluation->end_ms};
    struct bytes opening;
    const char *why;
    enum result result = earmark_open(paymaster, &paymaster->arena, sealed, commitment, &opening,
                                      &earmark.terms, &why);
    if (result == INVALID) {
        trace_fail("evaluate", "earmark=%lld left out: %s", (long long)id, why);
        return OK;
    }
    if (result != OK || earmark.terms.valid_from_s * 1000 >= evaluation->end_ms)
        return result;
    const struct tried_rule *tried = evaluation->tried;
    struct text script;
    if (tried != NULL && earmark.terms.kind != tried->kind)
        return OK;
    result = rule_load_by_hash(paymaster, evaluation, &earmark.terms);
    if (result == OK)
        result = selector_find(paymaster, &earmark, &script);
    if (result != OK)
        return result;
    reward_earmark_add(evaluation->reward, &paymaster->arena, &earmark, script);
    if (tried != NULL) {
        memcpy(earmark.terms.rule, tried->sha256, 32);
        reward_earmark_add(evaluation->reward, &paymaster->arena, &earmark, script);
    }
    return OK;
}

static enum result earmarks_load(struct paymaster *paymaster, struct evaluation *evaluation,
                                 struct text period, bool closed)
{
    int64_t after = 0;
    for (size_t count = EARMARKS_PAGE; count == EARMARKS_PAGE;) {
        struct vault_earmarks_due_row *due;
        struct vault_earmarks_of_period_row *of;
        size_t mark = paymaster->arena.used;
        enum result result =
            closed
                ? vault_earmarks_of_period(paymaster->vault, &paymaster->arena, period, after,
                                           EARMARKS_PAGE, &of, &count)
                : vault_earmarks_due(paymaster->vault, &paymaster->arena, evaluation->journal_seq,
                                     after, EARMARKS_PAGE, &due, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = closed ? of[i].leaf_seq : due[i].leaf_seq;
            result = earmark_take(paymaster, evaluation, closed ? of[i].id : due[i].id,
                                  closed ? of[i].sealed : due[i].sealed,
                                  closed ? of[i].commitment : due[i].commitment,
                                  closed ? of[i].journal_seq : due[i].journal_seq);
        }
        arena_reset(&paymaster->arena, mark);
        if (result != OK)
            return result;
    }
    return OK;
}

enum result evaluation_begin(struct paymaster *paymaster, struct evaluation *evaluation,
                             int64_t start_ms, int64_t end_ms, int64_t journal_seq)
{
    *evaluation = (struct evaluation){.reward = reward_open(),
                                      .start_ms = start_ms,
                                      .end_ms = end_ms,
                                      .journal_seq = journal_seq,
                                      .audience = conf_int("earmark.audience")};
    enum result result = earmarks_load(paymaster, evaluation, NO_TEXT, false);
    if (result == OK)
        result = finding_open(paymaster, evaluation, NO_TEXT, true);
    if (result != OK)
        evaluation_close(evaluation);
    return result;
}

enum result evaluation_open(struct paymaster *paymaster, struct evaluation *evaluation,
                            struct text period, bool closed)
{
    struct vault_period_find_row row;
    enum result result = vault_period_find(paymaster->vault, &paymaster->arena, period, &row);
    if (result != OK)
        return result;
    *evaluation = (struct evaluation){.reward = reward_open(),
                                      .period = period,
                                      .start_ms = row.start_ms,
                                      .end_ms = row.end_ms,
                                      .journal_seq = row.journal_seq,
                                      .audience = row.has_audience ? row.audience
                                                                   : conf_int("earmark.audience")};
    if (!row.has_audience)
        reward_hand_free(evaluation->reward);
    if (!closed)
        reach_watch(evaluation);
    result = earmarks_load(paymaster, evaluation, period, closed);
    if (result == OK)
        result = finding_open(paymaster, evaluation, period, !closed);
    if (result != OK)
        evaluation_close(evaluation);
    return result;
}

enum result evaluation_try(struct paymaster *paymaster, struct evaluation *evaluation,
                           struct text period, const struct tried_rule *tried)
{
    struct vault_period_find_row row;
    struct vault_finding_month_find_row kept;
    struct text why = NO_TEXT;
    enum result result = vault_period_find(paymaster->vault, &paymaster->arena, period, &row);
    if (result != OK)
        return result;
    *evaluation = (struct evaluation){.reward = reward_open(),
                                      .tried = tried,
                                      .start_ms = row.start_ms,
                                      .end_ms = row.end_ms,
                                      .journal_seq = row.journal_seq};
    result = reward_rule_add(evaluation->reward, &paymaster->arena, tried->kind, tried->sha256,
                             tried->name, tried->script, &why);
    if (result == OK)
        result = earmarks_load(paymaster, evaluation, period, true);
    /* A month that was closed without findings gets them for a rule that may ask for them. */
    if (result == OK)
        result = vault_finding_month_find(paymaster->vault, &paymaster->arena, period, &kept);
    if (result == OK || result == NOT_FOUND)
        result = finding_open(paymaster, evaluation, result == OK ? period : NO_TEXT, true);
    if (result != OK)
        evaluation_close(evaluation);
    return result;
}

static void void_tell(const struct reward *reward)
{
    const struct reward_earmark *earmarks;
    size_t count = reward_earmarks(reward, &earmarks);
    for (size_t i = 0; i < count; i++)
        if (reward_void(reward, i) != NULL)
            trace_warn("evaluate", "earmark=%lld void: %s", (long long)earmarks[i].id,
                       reward_void(reward, i));
}

enum result evaluation_step(struct paymaster *paymaster, struct evaluation *evaluation, bool *done)
{
    struct journal_entry *entries;
    size_t count, mark = paymaster->arena.used;
    int64_t left = evaluation->journal_seq - evaluation->cursor;
    const char *why = NULL;
    enum result result = OK;
    bool found;
    *done = false;
    if (evaluation->finding != NULL)
        return finding_step(paymaster, evaluation, &found);
    if (left > 0)
        result = journal_read(paymaster->journal, &paymaster->arena, evaluation->cursor,
                              left < EVENTS_SLICE ? (size_t)left : EVENTS_SLICE, &entries, &count);
    if (result == OK && left > 0 && count == 0)
        result = BROKEN; /* the journal is shorter than when the period was closed */
    for (size_t i = 0; left > 0 && result == OK && i < count; i++) {
        const struct event *event = &entries[i].event;
        evaluation->cursor = event->seq;
        if (event->at_ms < evaluation->end_ms)
            result = reward_event(evaluation->reward, event, &why);
    }
    if (result == OK && evaluation->cursor >= evaluation->journal_seq) {
        result = reward_finish(evaluation->reward, evaluation->end_ms, evaluation->audience, &why);
        *done = true;
        if (evaluation->tried == NULL)
            void_tell(evaluation->reward);
        if (evaluation->tried == NULL && reward_withheld(evaluation->reward) > 0)
            trace_info("evaluate", "withheld=%lld acts of linked members",
                       (long long)reward_withheld(evaluation->reward));
    }
    if (result != OK && (evaluation->tried == NULL || result != INVALID))
        trace_fail("evaluate", "seq=%lld result=%s %s", (long long)evaluation->cursor,
                   result_name(result), why == NULL ? "" : why);
    arena_reset(&paymaster->arena, mark);
    return result;
}

void evaluation_close(struct evaluation *evaluation)
{
    finding_close(evaluation->finding);
    evaluation->finding = NULL;
    reward_close(evaluation->reward);
    evaluation->reward = NULL;
}
