#include <string.h>

#include "core/clock.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ledger/earmark/envelope.h"
#include "ledger/desk/proposal.h"
#include "ledger/earmark/reach.h"
#include "ledger/earmark/select.h"

/* Earmarks as their sponsors send them: signed by a key that stays with the sponsor, sealed where
 * it was written. Here they are opened for the first time, judged, and sealed again one by one. */

enum { KEYS_MOST = 20 };

static const char *const rule_names[] = {"", "reward/posting", "reward/answer", "reward/vote"};

static enum result hex_text(struct arena *arena, struct bytes bytes, struct text *out)
{
    struct buf hex;
    buf_open(&hex, arena, bytes.size * 2 + 1);
    buf_hex(&hex, bytes);
    *out = buf_done(&hex);
    return OK;
}

/* The selectors of the house, with the constants that an earmark gives values to. */
static enum result selectors_tell(struct paymaster *paymaster, struct reply_earmark_terms *terms)
{
    struct vault_selector_newest_row newest;
    struct vault_rule_by_hash_row rule;
    struct select_value values[EARMARK_VALUES_MAX];
    struct arena *arena = &paymaster->arena;
    size_t count = 0;
    enum result result =
        vault_selector_newest(paymaster->vault, arena, TEXT(SELECTOR_NAME), &newest);
    if (result == OK)
        result = vault_rule_by_hash(paymaster->vault, arena, newest.sha256, &rule);
    if (result == OK)
        result = select_values_of(arena, rule.script, values, &count);
    if (result != OK)
        return result;
    struct record_selector *selector = arena_array(arena, struct record_selector, 1);
    selector->name = rule.name;
    selector->values = arena_array(arena, struct record_selector_value, count + 1);
    for (size_t i = 0; i < count; i++)
        selector->values[selector->values_count++] =
            (struct record_selector_value){values[i].name, values[i].value, values[i].low,
                                           values[i].high, values[i].unit,  values[i].meaning};
    terms->selectors = selector;
    terms->selectors_count = 1;
    return hex_text(arena, newest.sha256, &selector->sha256);
}

static enum result terms_tell(struct paymaster *paymaster, const struct vault_actor *actor,
                              struct buf *reply)
{
    struct reply_earmark_terms terms = {0};
    struct vault_own_keys_of_row *keys;
    struct arena *arena = &paymaster->arena;
    size_t count;
    enum result result = hex_text(arena, bytes_of(paymaster->box_public, 32), &terms.box_key);
    terms.rules = arena_array(arena, struct record_kind_rule, 3);
    for (int kind = EARMARK_POSTING; result == OK && kind <= EARMARK_VOTE; kind++) {
        struct vault_rule_current_row row;
        struct record_kind_rule *rule = &terms.rules[terms.rules_count++];
        rule->kind = kind;
        result = vault_rule_current(paymaster->vault, arena, text_of(rule_names[kind]), &row);
        if (result == OK)
            result = hex_text(arena, row.sha256, &rule->sha256);
    }
    if (result == OK)
        result = selectors_tell(paymaster, &terms);
    if (result == OK)
        result = reach_tell(paymaster, &terms);
    if (result == OK)
        result =
            vault_own_keys_of(paymaster->vault, arena, actor->member, KEYS_MOST, &keys, &count);
    if (result != OK)
        return result;
    terms.keys = arena_array(arena, struct record_signing_key, count + 1);
    for (size_t i = 0; i < count; i++) {
        terms.keys[i].added_ms = keys[i].added_ms;
        (void)hex_text(arena, keys[i].public_key, &terms.keys[i].public_key);
    }
    terms.keys_count = count;
    reply_earmark_terms_write(reply, &terms);
    return OK;
}

/* OK: it may be added; *there: it is this sponsor's already. */
static enum result key_check(struct paymaster *paymaster, const struct command *command,
                             int64_t member, struct bytes *key, bool *there)
{
    struct vault_own_key_find_row row;
    struct vault_own_keys_of_row *keys;
    size_t count = 0;
    *key = hex_read(&paymaster->arena, command->sponsor_key_add.public_key);
    if (key->data == NULL || key->size != 32)
        return INVALID;
    enum result result = vault_own_key_find(paymaster->vault, &paymaster->arena, *key, &row);
    *there = result == OK;
    if (result == OK)
        return row.member == member ? OK : CONFLICT;
    if (result == NOT_FOUND)
        result = vault_own_keys_of(paymaster->vault, &paymaster->arena, member, KEYS_MOST, &keys,
                                   &count);
    return result == OK && count == KEYS_MOST ? TOO_MUCH : result;
}

/* Whose it would be, by the name everybody in the house knows him under. */
enum result key_words(struct paymaster *paymaster, const struct command *command, int64_t by,
                      struct text *subject, struct text *words)
{
    struct journal_entry *entries;
    struct bytes key;
    size_t count;
    bool there;
    enum result result = key_check(paymaster, command, by, &key, &there);
    if (result == OK && there)
        return OK;
    if (result == OK)
        result = journal_read(paymaster->journal, &paymaster->arena, by - 1, 1, &entries, &count);
    if (result == OK && (count == 0 || entries[0].event.kind != EVENT_STAFF_ADDED))
        result = BROKEN;
    if (result != OK)
        return result;
    const struct event_staff_added *sponsor = &entries[0].event.staff_added;
    result = hex_text(&paymaster->arena, key, subject);
    *words = arena_format(
        &paymaster->arena, "Let the key %.*s sign earmarks of the sponsor “%.*s” (%.*s)",
        (int)subject->size, subject->data, (int)sponsor->pseudonym.size, sponsor->pseudonym.data,
        (int)sponsor->organisation.size, sponsor->organisation.data);
    return result;
}

/* Its key event takes a place of the next batch of commitments: a ledger that grew by one leaf more
 * would tell that somebody is about to set an earmark. */
static enum result key_add(struct paymaster *paymaster, const struct command *command,
                           const struct vault_actor *actor)
{
    struct bytes key;
    bool there;
    enum result result = key_check(paymaster, command, actor->member, &key, &there);
    return result == OK && !there
               ? vault_own_key_add(paymaster->vault, key, actor->member, clock_now_ms())
               : result;
}

/* --- judging --- */

static enum result target_check(struct paymaster *paymaster, int64_t target, int64_t kind)
{
    struct journal_entry *entries;
    size_t count;
    if (target <= 0)
        return INVALID;
    enum result result =
        journal_read(paymaster->journal, &paymaster->arena, target - 1, 1, &entries, &count);
    if (result != OK)
        return result;
    if (count == 0 || entries[0].event.seq != target ||
        entries[0].event.kind != EVENT_POSTING_ADDED)
        return INVALID;
    const struct event_posting_added *posting = &entries[0].event.posting_added;
    if (kind == EARMARK_POSTING && posting->member == 0)
        return INVALID; /* a reference has no author */
    return kind == EARMARK_ANSWER && posting->question != 0 && posting->question != target ? INVALID
                                                                                           : OK;
}

/* INVALID: the script is none of the house's selectors, or takes no such values. */
static enum result selector_check(struct paymaster *paymaster, const struct earmark_by *by)
{
    struct vault_rule_by_hash_row rule;
    struct text why = NO_TEXT;
    enum result result =
        vault_rule_by_hash(paymaster->vault, &paymaster->arena, bytes_of(by->sha256, 32), &rule);
    if (result == OK && text_is(rule.name, SELECTOR_NAME))
        return select_check(&paymaster->arena, rule.script, by, &why);
    return result == OK || result == NOT_FOUND ? INVALID : result;
}

struct judging {
    struct paymaster *paymaster;
    const struct vault_actor *actor;
    struct vault_campaign_find_row campaign;
    uint8_t id[16];     /* of the campaign */
    int64_t free_cents; /* as far as no earmark has reserved it */
};

/* Whether a rule is the one in force for that kind of act. */
static enum result rule_check(struct paymaster *paymaster, const struct earmark *terms)
{
    struct vault_rule_current_row row;
    enum result result = vault_rule_current(paymaster->vault, &paymaster->arena,
                                            text_of(rule_names[terms->kind]), &row);
    return result != OK ? result : memcmp(row.sha256.data, terms->rule, 32) == 0 ? OK : INVALID;
}

/* What keeps one earmark out, in words that say nothing of what is in it; NULL when nothing does.
 */
static const char *slot_judge(struct judging *judging, const struct envelope_slot *slot,
                              enum result *result)
{
    struct paymaster *paymaster = judging->paymaster;
    const struct earmark *terms = &slot->terms;
    struct vault_own_key_find_row own;
    struct vault_earmark_by_commitment_row there;
    uint8_t commitment[32];
    int64_t now_s = clock_now_ms() / 1000;
    int64_t month_s = clock_month_next(clock_now_ms()) / 1000 - 1;
    *result = INVALID;
    if (memcmp(terms->campaign, judging->id, 16) != 0)
        return "It was sealed for another campaign.";
    *result = vault_own_key_find(paymaster->vault, &paymaster->arena,
                                 bytes_of(terms->sponsor_key, 32), &own);
    if (*result == NOT_FOUND || (*result == OK && own.member != judging->actor->member)) {
        *result = INVALID;
        return "It is signed by a key that is not among yours. Add the key first.";
    }
    if (*result != OK)
        return "";
    *result = INVALID;
    if (slot->until_s < now_s || slot->until_s > judging->campaign.ends_ms / 1000 ||
        terms->valid_to_s > slot->until_s || terms->valid_to_s > month_s)
        return "It lasts longer than its campaign, or has ended already.";
    if (terms->kind == EARMARK_POSTING && !terms->by.script && terms->payees_max != 1)
        return "A posting has one author.";
    if (terms->cap > judging->free_cents)
        return "The most in all is more than what is free.";
    judging->free_cents -= terms->cap;
    *result = rule_check(paymaster, terms);
    if (*result != OK)
        return *result == INVALID ? "The rule has changed meanwhile: seal it again." : "";
    if (terms->by.script) {
        *result = selector_check(paymaster, &terms->by);
        if (*result != OK)
            return *result == INVALID ? "Its selector is not one of this house, or a value in it "
                                        "is out of range."
                                      : "";
    } else {
        *result = target_check(paymaster, terms->target, terms->kind);
    }
    if (*result != OK)
        return *result == INVALID ? "There is no such posting by a member, or it takes no answers."
                                  : "";
    earmark_commitment(slot->opening, commitment);
    *result = vault_earmark_by_commitment(paymaster->vault, &paymaster->arena,
                                          bytes_of(commitment, 32), &there);
    if (*result == OK) {
        *result = INVALID;
        return "This very earmark is there already.";
    }
    *result = *result == NOT_FOUND ? OK : *result;
    return *result == OK ? NULL : "";
}

static enum result problem_tell(struct buf *reply, const char *words)
{
    struct reply_problem problem = {TEXT("envelope"), text_of(words)};
    if (words[0] != '\0')
        reply_problem_write(reply, &problem);
    return INVALID;
}

static enum result slots_store(struct paymaster *paymaster, const struct envelope_slot *slots,
                               size_t count, const uint8_t request[16], const uint8_t content[32])
{
    enum result result = db_begin(paymaster->vault);
    if (result != OK)
        return result;
    for (size_t i = 0; i < count && result == OK; i++) {
        struct vault_earmark_add_row row;
        struct bytes opening = bytes_of(slots[i].opening, EARMARK_OPENING_SIZE);
        uint8_t id[16], commitment[32];
        memcpy(id, request, 16);
        id[15] ^= (uint8_t)i; /* each slot of the request its own */
        earmark_commitment(slots[i].opening, commitment);
        result = vault_earmark_add(paymaster->vault, &paymaster->arena, bytes_of(id, 16),
                                   bytes_of(content, 32), bytes_of(commitment, 32),
                                   seal_to(&paymaster->arena, paymaster->box_public, opening),
                                   slots[i].until_s, 0, &row);
        if (result == OK)
            result =
                vault_campaign_earmarked(paymaster->vault, bytes_of(slots[i].terms.campaign, 16),
                                         slots[i].terms.cap, slots[i].terms.amount);
    }
    if (result == OK)
        return db_commit(paymaster->vault);
    db_rollback(paymaster->vault);
    return result;
}

/* The campaign, if it is this sponsor's; another's looks like none. */
static enum result campaign_load(struct judging *judging, struct text hex)
{
    struct paymaster *paymaster = judging->paymaster;
    if (!campaign_id_read(&paymaster->arena, hex, judging->id))
        return INVALID;
    enum result result = vault_campaign_find(paymaster->vault, &paymaster->arena,
                                             bytes_of(judging->id, 16), &judging->campaign);
    if (result == OK && judging->campaign.sponsor != judging->actor->member)
        result = NOT_FOUND;
    judging->free_cents = judging->campaign.deposit_cents - judging->campaign.reserved_cents -
                          judging->campaign.settled_cents;
    return result;
}

static enum result earmark_seal(struct paymaster *paymaster, const struct command *command,
                                const struct vault_actor *actor, struct buf *reply)
{
    static struct envelope_slot slots[ENVELOPE_SLOTS];
    const struct command_earmark_seal *sent = &command->earmark_seal;
    struct judging judging = {.paymaster = paymaster, .actor = actor};
    struct vault_earmark_by_request_row there;
    uint8_t request[16], content[32];
    size_t count = 0;
    const char *why = NULL;
    struct bytes parts[] = {text_bytes(sent->campaign), text_bytes(sent->envelope)};
    struct bytes key = bytes_of(paymaster->key.id_key, KEY_SIZE);
    seal_digest(content, &key, parts, 2);
    account_request_id(&paymaster->key, "earmark", actor->member, command->request, request);
    enum result result = vault_earmark_by_request(paymaster->vault, &paymaster->arena,
                                                  bytes_of(request, 16), &there);
    if (result == OK)
        return memcmp(there.content.data, content, 32) == 0 ? OK : CONFLICT;
    if (result == NOT_FOUND)
        result = campaign_load(&judging, sent->campaign);
    if (result != OK)
        return result;
    if (clock_now_ms() < judging.campaign.starts_ms)
        return problem_tell(reply, "The campaign has not begun yet.");
    if (envelope_open(&paymaster->arena, sent->envelope, paymaster->box_public,
                      paymaster->box_secret, slots, &count, &why) != OK)
        return problem_tell(reply, why);
    for (size_t i = 0; i < count && result == OK; i++)
        why = slot_judge(&judging, &slots[i], &result);
    if (result == OK)
        result = slots_store(paymaster, slots, count, request, content);
    else if (result == INVALID)
        result = problem_tell(reply, why);
    seal_wipe(slots, sizeof slots);
    return result;
}

enum result promise_command(struct paymaster *paymaster, const struct command *command,
                            const struct vault_actor *actor, struct buf *reply)
{
    switch (command->kind) {
    case COMMAND_EARMARK_TERMS:
        return terms_tell(paymaster, actor, reply);
    case COMMAND_SPONSOR_KEY_ADD:
        return key_add(paymaster, command, actor);
    case COMMAND_EARMARK_SEAL:
        return earmark_seal(paymaster, command, actor, reply);
    default:
        return INVALID;
    }
}
