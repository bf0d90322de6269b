#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/program.h"
#include "core/seal.h"
#include "core/session.h"
#include "core/trace.h"
#include "ledger/log/file.h"
#include "ledger/desk/paymaster.h"
#include "ledger/earmark/select.h"

/* What vault.db keeps of the journal: who is in, sessions of sponsors and admins, reward rules. */

enum { ROLE_PHYSICIAN_MEMBER = 1, ROLE_SPONSOR_MEMBER = 2, RULE_WAITS = 1, RULE_ACTIVE = 2 };
enum { RULE_TRIAL_PASSED = 1, RULE_TRIAL_FAILED = 2 };
enum { SELECTORS_BELOW = -1000 }; /* ids of what the house keeps without a proposal */

enum earmark_kind vault_rule_kind(struct text name)
{
    if (text_starts(name, "reward/posting"))
        return EARMARK_POSTING;
    if (text_starts(name, "reward/answer"))
        return EARMARK_ANSWER;
    return text_starts(name, "reward/vote") ? EARMARK_VOTE : EARMARK_DUMMY;
}

/* Since when a member is in, and until when: only who is in (level 3) may be paid. */
static enum result level_apply(struct paymaster *paymaster, int64_t member, int64_t level,
                               int64_t at_ms, struct arena *arena)
{
    struct vault_member_find_row row;
    enum result result = vault_member_find(paymaster->vault, arena, member, &row);
    if (result == NOT_FOUND)
        return OK;
    if (result != OK)
        return result;
    bool in = level == 3;
    int64_t since_ms = in && row.since_ms == 0 ? at_ms : row.since_ms;
    int64_t until_ms = in || row.since_ms == 0 ? 0 : at_ms;
    return vault_member_put(paymaster->vault, member, row.role, level, since_ms, until_ms);
}

static enum result rule_propose(struct paymaster *paymaster, const struct journal_entry *entry)
{
    const struct event_rule_proposed *proposed = &entry->event.rule_proposed;
    uint8_t sha256[32];
    struct text script = entry->texts[0].data == NULL ? TEXT("") : entry->texts[0];
    if (vault_rule_kind(proposed->name) == EARMARK_DUMMY)
        return OK;
    seal_sha256(sha256, text_bytes(script), NO_BYTES);
    return vault_rule_add(paymaster->vault, entry->event.seq, proposed->name, script,
                          bytes_of(sha256, 32), RULE_WAITS, proposed->by);
}

/* Two admins have agreed, but a rule that does not load never replaces one that works. */
static enum result rule_approve(struct paymaster *paymaster, const struct event *event,
                                struct arena *arena)
{
    struct vault_rule_get_row row;
    struct text why = NO_TEXT;
    int64_t id = event->rule_approved.proposal;
    enum result result = vault_rule_get(paymaster->vault, arena, id, &row);
    if (result == NOT_FOUND)
        return OK;
    if (result != OK)
        return result;
    if (reward_rule_check(arena, vault_rule_kind(row.name), row.name, row.script, &why) != OK) {
        trace_warn("rule", "proposal=%lld does not load and stays out", (long long)id);
        return vault_rule_withdraw(paymaster->vault, id);
    }
    return vault_rule_approve(paymaster->vault, id, event->rule_approved.by, event->seq,
                              event->at_ms);
}

/* What it would have paid whom is nobody's business any more. */
static enum result rule_withdraw(struct paymaster *paymaster, int64_t proposal)
{
    enum result result = vault_rule_withdraw(paymaster->vault, proposal);
    return result == OK ? vault_month_tried_drop(paymaster->vault, proposal) : result;
}

/* Where money goes, as the clerk was told. */
static enum result payee_apply(struct paymaster *paymaster, const struct event *event)
{
    switch (event->kind) {
    case EVENT_PAYEE_SET:
        return vault_payee_set(paymaster->vault, event->payee_set.member, event->payee_set.rail,
                               event->payee_set.charity);
    case EVENT_TAX_FORM_SET:
        return vault_payee_form(paymaster->vault, event->tax_form_set.member,
                                event->tax_form_set.form);
    case EVENT_HELD_OBJECTED:
        return vault_objection_add(paymaster->vault, event->held_objected.member,
                                   event->held_objected.period, event->seq, event->at_ms);
    case EVENT_PAYOUT_ASKED:
        return vault_payee_asked(paymaster->vault, event->payout_asked.member, event->at_ms);
    default:
        return OK;
    }
}

/* Sessions end and second factors change; only the staff's are kept here. What one who has left is
 * owed stays owed. */
static enum result account_apply(struct paymaster *paymaster, const struct event *event)
{
    static const uint8_t none[32];
    switch (event->kind) {
    case EVENT_SESSIONS_ENDED:
        return vault_sessions_drop(paymaster->vault, event->sessions_ended.member,
                                   bytes_of(event->sessions_ended.but, 32));
    case EVENT_MEMBER_LEFT:
        return vault_sessions_drop(paymaster->vault, event->member_left.member,
                                   bytes_of(none, sizeof none));
    case EVENT_FACTOR_ADDED:
        return vault_second_set(paymaster->vault, event->factor_added.member,
                                event->factor_added.second);
    case EVENT_FACTOR_REMOVED:
        return vault_second_set(paymaster->vault, event->factor_removed.member,
                                event->factor_removed.second);
    default:
        return OK;
    }
}

enum result vault_apply(void *self, const struct journal_entry *entry, struct arena *arena)
{
    struct paymaster *paymaster = self;
    const struct event *event = &entry->event;
    switch (event->kind) {
    case EVENT_MEMBER_APPLIED:
        return vault_member_put(paymaster->vault, event->seq, ROLE_PHYSICIAN_MEMBER, 0, 0, 0);
    case EVENT_STAFF_ADDED:
        return vault_member_put(paymaster->vault, event->seq, event->staff_added.role, 3,
                                event->at_ms, 0);
    case EVENT_MEMBER_DECIDED:
        return level_apply(paymaster, event->member_decided.member,
                           event->member_decided.accepted ? event->member_decided.level : 0,
                           event->at_ms, arena);
    case EVENT_MEMBER_LEVEL_SET:
        return level_apply(paymaster, event->member_level_set.member, event->member_level_set.level,
                           event->at_ms, arena);
    case EVENT_SESSION_OPENED:
        if (event->session_opened.role < ROLE_SPONSOR_MEMBER)
            return OK;
        return vault_session_put(paymaster->vault, bytes_of(event->session_opened.digest, 32),
                                 event->session_opened.member, event->session_opened.role,
                                 event->at_ms, event->session_opened.expires_ms);
    case EVENT_SESSION_SEEN:
        return vault_session_seen(paymaster->vault, bytes_of(event->session_seen.digest, 32),
                                  event->at_ms);
    case EVENT_SESSION_CLOSED:
        return vault_session_drop(paymaster->vault, bytes_of(event->session_closed.digest, 32));
    case EVENT_SESSIONS_ENDED:
    case EVENT_MEMBER_LEFT:
    case EVENT_FACTOR_ADDED:
    case EVENT_FACTOR_REMOVED:
        return account_apply(paymaster, event);
    case EVENT_RULE_PROPOSED:
        return rule_propose(paymaster, entry);
    case EVENT_RULE_ROLLED_BACK:
        paymaster->told_moved = true;
        return vault_rule_again(paymaster->vault, event->rule_rolled_back.proposal,
                                event->rule_rolled_back.name, event->seq, event->at_ms);
    case EVENT_RULE_APPROVED:
        paymaster->told_moved = true;
        return rule_approve(paymaster, event, arena);
    case EVENT_RULE_TRIED:
        if (event->rule_tried.has_months && event->rule_tried.months)
            return OK; /* what is told by us */
        return vault_rule_tried(paymaster->vault, event->rule_tried.proposal,
                                event->rule_tried.passed ? RULE_TRIAL_PASSED : RULE_TRIAL_FAILED);
    case EVENT_RULE_WITHDRAWN:
        return rule_withdraw(paymaster, event->rule_withdrawn.proposal);
    case EVENT_OPERATION_CONFIRMED:
        paymaster->confirmed = true;
        return vault_operation_confirm(paymaster->vault, event->operation_confirmed.about,
                                       bytes_of(event->operation_confirmed.operation, 32),
                                       event->operation_confirmed.member, event->at_ms);
    case EVENT_PAYEE_SET:
    case EVENT_TAX_FORM_SET:
    case EVENT_HELD_OBJECTED:
    case EVENT_PAYOUT_ASKED:
        paymaster->told_moved = true;
        return payee_apply(paymaster, event);
    default:
        return OK;
    }
}

enum result vault_follow(struct paymaster *paymaster)
{
    return fold_catch_up(&paymaster->fold, paymaster->journal, &paymaster->arena, NULL);
}

/* Of these rules one is two: what it has says what it takes. */
static enum result rule_start(struct paymaster *paymaster, int64_t id, const char *full,
                              const char *folder, const char *file)
{
    struct vault_rule_get_row row;
    char path[PATH_MAX];
    struct bytes content;
    struct text why = NO_TEXT;
    uint8_t sha256[32];
    enum result result = vault_rule_get(paymaster->vault, &paymaster->arena, id, &row);
    if (result != NOT_FOUND)
        return result;
    snprintf(path, sizeof path, "%s/reward/%s.lua", folder, file);
    result = file_read(&paymaster->arena, path, RULE_TEXT_MAX, &content);
    if (result != OK || !text_is_utf8(content)) {
        trace_fail("rule", "name=%s the script it starts with cannot be read", full);
        return BROKEN;
    }
    struct text script = {(const char *)content.data, content.size};
    enum earmark_kind kind = vault_rule_kind(text_of(full));
    if (reward_rule_check(&paymaster->arena, kind, text_of(full), script, &why) != OK) {
        trace_fail("rule", "name=%s %.*s", full, (int)why.size, why.data);
        return BROKEN;
    }
    seal_sha256(sha256, content, NO_BYTES);
    return vault_rule_add(paymaster->vault, id, text_of(full), script, bytes_of(sha256, 32),
                          RULE_ACTIVE, 0);
}

/* A selector is no rule of the house that replaces another: every version that was once there
 * stays, and stands in the ledger, so that an earmark can name it by its hash. */
static enum result selector_start(struct paymaster *paymaster, const char *folder)
{
    struct vault_rule_by_hash_row row;
    struct bytes content;
    struct vault_selector_newest_row newest;
    struct text why = NO_TEXT;
    char path[PATH_MAX];
    uint8_t sha256[32];
    snprintf(path, sizeof path, "%s/select/match.lua", folder);
    enum result result = file_read(&paymaster->arena, path, RULE_TEXT_MAX, &content);
    if (result != OK || !text_is_utf8(content)) {
        trace_fail("rule", "name=" SELECTOR_NAME " cannot be read");
        return BROKEN;
    }
    struct earmark_by by;
    struct text script = {(const char *)content.data, content.size};
    if (!select_values(&paymaster->arena, script, TEXT(""), &by, &why)) {
        trace_fail("rule", "name=" SELECTOR_NAME " %.*s", (int)why.size, why.data);
        return BROKEN;
    }
    seal_sha256(sha256, content, NO_BYTES);
    result = vault_rule_by_hash(paymaster->vault, &paymaster->arena, bytes_of(sha256, 32), &row);
    if (result != NOT_FOUND)
        return result;
    result =
        vault_selector_newest(paymaster->vault, &paymaster->arena, TEXT(SELECTOR_NAME), &newest);
    if (result != OK && result != NOT_FOUND)
        return result;
    return vault_rule_add(paymaster->vault, (result == OK ? newest.id : SELECTORS_BELOW) - 1,
                          TEXT(SELECTOR_NAME), script, bytes_of(sha256, 32), RULE_ACTIVE, 0);
}

enum result vault_rules_start(struct paymaster *paymaster)
{
    static const struct {
        const char *name, *file;
    } rules[] = {
        {"reward/posting", "posting"}, {"reward/answer", "settled"}, {"reward/vote", "settled"}};
    const char *folder = program_share("scripts");
    if (folder == NULL) {
        trace_fail("rule", "the folder of scripts is not there");
        return BROKEN;
    }
    enum result result = OK;
    for (int i = 0; i < 3 && result == OK; i++)
        result = rule_start(paymaster, -1 - i, rules[i].name, folder, rules[i].file);
    return result == OK ? selector_start(paymaster, folder) : result;
}

enum result vault_actor_of(struct paymaster *paymaster, const struct command *command,
                           bool operator_, struct vault_actor *actor)
{
    uint8_t token[TOKEN_SIZE], digest[DIGEST_SIZE];
    struct vault_session_find_row row;
    *actor = (struct vault_actor){0, 0};
    if (command->token.size == 0)
        return operator_ ? OK : REFUSED;
    if (!session_token_read(command->token, token))
        return STALE;
    session_digest(digest, token);
    enum result result = vault_session_find(paymaster->vault, &paymaster->arena,
                                            bytes_of(digest, DIGEST_SIZE), &row);
    if (result != OK)
        return result == NOT_FOUND ? STALE : result;
    int64_t now_ms = clock_now_ms();
    if (now_ms >= row.expires_ms ||
        now_ms - row.seen_ms > conf_int("session.idle_minutes_staff") * MINUTE_MS)
        return STALE;
    const char *action = session_action(command->kind);
    if (action != NULL && !session_form_check(token, action, command->form))
        return STALE;
    /* Only the staff has sessions here, and none of it a level below the highest. */
    if (session_second_missing(row.role, 3, row.second))
        return REFUSED;
    *actor = (struct vault_actor){row.member, row.role};
    return OK;
}
