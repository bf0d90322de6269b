#include "core/session.h"

#include "core/buf.h"
#include "core/conf.h"
#include "schema/command.h"

#include <assert.h>
#include <string.h>

bool session_token_read(struct text text, uint8_t token[TOKEN_SIZE])
{
    return base64url_read_into(token, TOKEN_SIZE, text);
}

struct text session_token_text(struct arena *arena, const uint8_t token[TOKEN_SIZE])
{
    return base64url_text(arena, bytes_of(token, TOKEN_SIZE));
}

static struct bytes part(const char *word)
{
    return bytes_of(word, strlen(word));
}

static void number_put(uint8_t out[8], int64_t number)
{
    for (size_t i = 0; i < 8; i++)
        out[i] = (uint8_t)((uint64_t)number >> (8 * i));
}

static int64_t number_get(const uint8_t in[8])
{
    uint64_t number = 0;
    for (size_t i = 0; i < 8; i++)
        number |= (uint64_t)in[i] << (8 * i);
    return (int64_t)number;
}

void session_digest(uint8_t digest[DIGEST_SIZE], const uint8_t token[TOKEN_SIZE])
{
    const struct bytes parts[] = {part("session"), bytes_of(token, TOKEN_SIZE)};
    seal_digest(digest, NULL, parts, 2);
}

void session_view_key(uint8_t view_key[KEY_SIZE], const uint8_t member_key[KEY_SIZE])
{
    const struct bytes key = bytes_of(member_key, KEY_SIZE), parts[] = {part("view")};
    seal_digest(view_key, &key, parts, 1);
}

static void view_seal_key(uint8_t key[KEY_SIZE], const uint8_t token[TOKEN_SIZE])
{
    const struct bytes parts[] = {part("view"), bytes_of(token, TOKEN_SIZE)};
    seal_digest(key, NULL, parts, 2);
}

struct bytes session_view_box(struct arena *arena, const uint8_t token[TOKEN_SIZE],
                              const uint8_t view_key[KEY_SIZE])
{
    const struct bytes parts[] = {part("view nonce"), bytes_of(token, TOKEN_SIZE)};
    uint8_t key[KEY_SIZE], nonce[DIGEST_SIZE];
    view_seal_key(key, token);
    seal_digest(nonce, NULL, parts, 2);
    struct bytes box = seal_box(arena, key, nonce, bytes_of(view_key, KEY_SIZE));
    seal_wipe(key, sizeof(key));
    return box;
}

enum result session_view_unbox(struct arena *arena, const uint8_t token[TOKEN_SIZE],
                               struct bytes box, uint8_t view_key[KEY_SIZE])
{
    uint8_t key[KEY_SIZE];
    struct bytes plain;
    view_seal_key(key, token);
    enum result result = seal_unbox(arena, key, box, &plain);
    seal_wipe(key, sizeof(key));
    if (result == OK && plain.size != KEY_SIZE)
        result = INVALID;
    if (result == OK)
        memcpy(view_key, plain.data, KEY_SIZE);
    return result;
}

static void form_digest(uint8_t out[ID_SIZE], const uint8_t token[TOKEN_SIZE], const char *action)
{
    const struct bytes key = bytes_of(token, TOKEN_SIZE), parts[] = {part("form"), part(action)};
    seal_id(out, &key, parts, 2);
}

struct text session_form(struct arena *arena, const uint8_t token[TOKEN_SIZE], const char *action)
{
    uint8_t digest[ID_SIZE];
    form_digest(digest, token, action);
    return base64url_text(arena, bytes_of(digest, ID_SIZE));
}

bool session_form_check(const uint8_t token[TOKEN_SIZE], const char *action, struct text form)
{
    uint8_t digest[ID_SIZE];
    char want[SESSION_FORM_TEXT];
    _Static_assert(SESSION_FORM_TEXT == BASE64URL_SIZE(ID_SIZE), "a form token is an id's text");
    if (form.size != SESSION_FORM_TEXT)
        return false;
    form_digest(digest, token, action);
    base64url_write(want, bytes_of(digest, ID_SIZE));
    return seal_equal(want, form.data, SESSION_FORM_TEXT);
}

bool session_second_missing(int64_t role, int64_t level, int64_t second)
{
    enum { PHYSICIAN = 1, LEVEL_OPEN = 3 };
    if (role == PHYSICIAN)
        return conf_int("second.physician") != 0 && level >= LEVEL_OPEN &&
               (second & (SECOND_TOTP | SECOND_PASSKEY)) == 0;
    return conf_int("second.staff") != 0 && (second & SECOND_PASSKEY) == 0;
}

/* Forms of the safety desk, and the answer to it. */
static const char *safety_action(enum command_kind kind)
{
    switch (kind) {
    case COMMAND_WATCH_SET:
        return "/admin/safety/watch";
    case COMMAND_WATCH_END:
        return "/admin/safety/watch/:id/end";
    case COMMAND_CASES_SEND:
        return "/admin/safety/watch/:id/sent";
    case COMMAND_SIGHTING_JUDGE:
        return "/admin/safety/case/:id";
    case COMMAND_CONTACT_ASK:
        return "/admin/safety/case/:id/ask";
    case COMMAND_CONTACT_ANSWER:
        return "/contact/:id";
    default:
        return NULL;
    }
}

/* Forms about what others wrote. */
static const char *moderation_action(enum command_kind kind)
{
    switch (kind) {
    case COMMAND_FLAG:
        return "/p/:id/flag";
    case COMMAND_FLAG_WITHDRAW:
        return "/p/:id/flag/withdraw";
    case COMMAND_APPEAL:
        return "/p/:id/appeal";
    case COMMAND_DUPLICATE_ANSWER:
        return "/q/:id/duplicate";
    case COMMAND_POSTING_DECIDE:
        return "/admin/desk/:id";
    case COMMAND_POSTING_AUDIT:
        return "/admin/audit/:id";
    case COMMAND_TOPIC_DESCRIBE:
        return "/admin/topic/:name";
    case COMMAND_DUPLICATE_DECIDE:
        return "/admin/duplicate/:id";
    case COMMAND_THREADS_MERGE:
        return "/admin/merge/:id";
    default:
        return safety_action(kind);
    }
}

/* Forms of a member's own account. */
static const char *account_action(enum command_kind kind)
{
    switch (kind) {
    case COMMAND_TOTP_ADD:
        return "/account/totp";
    case COMMAND_PASSKEY_ADD:
        return "/account/passkey";
    case COMMAND_RECOVERY_RENEW:
        return "/account/codes";
    case COMMAND_FACTOR_REMOVE:
        return "/account/factor/:id/remove";
    case COMMAND_PASSWORD_CHANGE:
        return "/account/password";
    case COMMAND_EMAIL_ASK:
        return "/account/email";
    case COMMAND_EMAIL_CONFIRM:
        return "/account/email/confirm";
    case COMMAND_SESSION_END:
        return "/account/session/:key/end";
    case COMMAND_SESSIONS_END:
        return "/account/sessions/end";
    case COMMAND_SPECIALTY_SHOW:
        return "/account/specialty";
    case COMMAND_LEAVE:
        return "/account/leave";
    case COMMAND_TOKEN_MAKE:
        return "/account/tokens";
    case COMMAND_TOKEN_END:
        return "/account/token/:id/end";
    case COMMAND_PAYEE_SET:
        return "/account/payout";
    case COMMAND_TAX_FORM_GIVE:
        return "/account/tax";
    case COMMAND_PAYOUT_ASK:
        return "/earnings/payout";
    case COMMAND_HELD_OBJECT:
        return "/earnings/object";
    default:
        return moderation_action(kind);
    }
}

/* Forms about what a member follows and is told of. */
static const char *telling_action(enum command_kind kind)
{
    switch (kind) {
    case COMMAND_SEARCH_SAVE:
        return "/search/save";
    case COMMAND_SEARCH_DROP:
        return "/saved/:id/drop";
    case COMMAND_THREAD_FOLLOW:
        return "/q/:id/follow";
    case COMMAND_TELLING_SET:
        return "/notices/settings";
    case COMMAND_FEED_MAKE:
        return "/feeds";
    case COMMAND_FEED_DROP:
        return "/feeds/:id/drop";
    case COMMAND_REPORTS_FEED_SET:
        return "/sponsor/feed";
    case COMMAND_REPORTS_MAIL:
        return "/sponsor/mail";
    case COMMAND_SPONSOR_ASK:
        return "/sponsor/questions";
    case COMMAND_SPONSOR_KIND_SET:
        return "/admin/sponsor/:id";
    case COMMAND_OPINION_DECLINE:
        return "/q/:id/decline";
    default:
        return account_action(kind);
    }
}

/* Forms of what is being written. */
static const char *pad_action(enum command_kind kind)
{
    switch (kind) {
    case COMMAND_DRAFT_SAVE:
        return "/draft";
    case COMMAND_DRAFT_REMOVE:
        return "/draft/remove";
    case COMMAND_IMAGE_ADD:
        return "/image";
    default:
        return telling_action(kind);
    }
}

/* What becomes of postings. */
static const char *texts_action(enum command_kind kind)
{
    switch (kind) {
    case COMMAND_POSTING_EDIT:
        return "/p/:id/edit";
    case COMMAND_COMMENT_ADD:
        return "/p/:id/comment";
    case COMMAND_COMMENT_REMOVE:
        return "/comment/:id/remove";
    case COMMAND_THANK:
        return "/p/:id/thank";
    case COMMAND_CHOOSE:
        return "/p/:id/choose";
    case COMMAND_MARK_SET:
        return "/p/:id/mark";
    case COMMAND_MARK_WITHDRAW:
        return "/p/:id/mark/withdraw";
    case COMMAND_SUMMARY_EDIT:
        return "/q/:id/summary";
    default:
        return pad_action(kind);
    }
}

/* Rules, and what takes a second person's passkey. */
static const char *rule_action(enum command_kind kind)
{
    switch (kind) {
    case COMMAND_RULE_PROPOSE:
        return "/admin/rules";
    case COMMAND_RULE_DRAFT:
        return "/admin/rules/draft";
    case COMMAND_RULE_APPROVE:
        return "/admin/rule/:id/approve";
    case COMMAND_RULE_WITHDRAW:
        return "/admin/rule/:id/withdraw";
    case COMMAND_RULE_SHADOW:
        return "/admin/rule/:id/shadow";
    case COMMAND_RULE_ROLLBACK:
        return "/admin/rule/:id/rollback";
    case COMMAND_PAYOUT_CLOSE:
        return "/admin/payouts";
    case COMMAND_BREAKER_RESET:
        return "/admin/guardrails";
    case COMMAND_HELD_DECIDE:
        return "/admin/held";
    case COMMAND_OPERATION_WITHDRAW:
        return "/admin/operation/:id/withdraw";
    case COMMAND_OPERATION_RETRY:
        return "/admin/operation/:id/retry";
    case COMMAND_OPERATION_CONFIRM:
        return "/admin/confirm";
    default:
        return texts_action(kind);
    }
}

const char *session_action(enum command_kind kind)
{
    switch (kind) {
    case COMMAND_SIGN_OUT:
        return "/logout";
    case COMMAND_NOTICES_SEEN:
        return "/notices/seen";
    case COMMAND_ASK:
        return "/ask";
    case COMMAND_ANSWER:
        return "/q/:id/answer";
    case COMMAND_VOTE:
        return "/p/:id/vote";
    case COMMAND_SOLVE:
        return "/q/:id/solved";
    case COMMAND_ROUND_OPEN:
        return "/q/:id/round";
    case COMMAND_ROUND_CLOSE:
        return "/q/:id/round/close";
    case COMMAND_TOPIC_FOLLOW:
        return "/topic/:name/follow";
    case COMMAND_MEMBER_DECIDE:
        return "/admin/member/:id";
    case COMMAND_CAMPAIGN_OPEN:
        return "/sponsor/campaigns";
    case COMMAND_SPONSOR_KEY_ADD:
    case COMMAND_EARMARK_SEAL:
        return "/sponsor/campaign/:key/earmark";
    case COMMAND_CAMPAIGN_FUND:
        return "/admin/fund";
    case COMMAND_PERIOD_CLOSE:
        return "/admin/period";
    case COMMAND_PERIOD_PREVIEW_START:
        return "/admin/preview";
    case COMMAND_QUIZ_ANSWER:
        return "/waiting/quiz";
    case COMMAND_LETTER_ASK:
        return "/waiting/letter";
    case COMMAND_MAIL_ASK:
        return "/waiting/mail";
    case COMMAND_CODE_ENTER:
        return "/waiting/code";
    case COMMAND_VOUCH_ASK:
        return "/waiting/vouch";
    case COMMAND_INVITE:
        return "/vouch/invite";
    case COMMAND_VOUCH_ANSWER:
        return "/vouch/:id";
    case COMMAND_DOMAIN_SET:
        return "/admin/domains";
    case COMMAND_PIONEER_SET:
        return "/admin/pioneers";
    case COMMAND_BRANCH_WITHDRAW:
        return "/admin/branch/:id";
    case COMMAND_MEMBER_RESTORE:
        return "/admin/restore/:id";
    case COMMAND_TOTALS_SHOW:
        return "/q/:id/show";
    case COMMAND_POLL_CHOOSE:
        return "/q/:id/poll";
    case COMMAND_QUESTION_RATE:
        return "/q/:id/rate";
    case COMMAND_SPECIALTIES_CHOOSE:
        return "/account/specialties";
    case COMMAND_BACKGROUND_TELL:
        return "/account/background";
    default:
        return rule_action(kind);
    }
}

void session_votes_tag(uint8_t tag[SESSION_TAG_SIZE], const uint8_t view_key[KEY_SIZE],
                       int64_t question)
{
    uint8_t number[8];
    const struct bytes key = bytes_of(view_key, KEY_SIZE);
    const struct bytes parts[] = {part("votes"), bytes_of(number, sizeof(number))};
    number_put(number, question);
    seal_id(tag, &key, parts, 2);
}

void session_thread_tag(uint8_t tag[SESSION_TAG_SIZE], const uint8_t view_key[KEY_SIZE],
                        int64_t question)
{
    uint8_t number[8];
    const struct bytes key = bytes_of(view_key, KEY_SIZE);
    const struct bytes parts[] = {part("thread"), bytes_of(number, sizeof(number))};
    number_put(number, question);
    seal_id(tag, &key, parts, 2);
}

void session_topics_tag(uint8_t tag[SESSION_TAG_SIZE], const uint8_t view_key[KEY_SIZE])
{
    const struct bytes key = bytes_of(view_key, KEY_SIZE), parts[] = {part("topics")};
    seal_id(tag, &key, parts, 1);
}

void session_follows_tag(uint8_t tag[SESSION_TAG_SIZE], const uint8_t view_key[KEY_SIZE])
{
    const struct bytes key = bytes_of(view_key, KEY_SIZE), parts[] = {part("follows")};
    seal_id(tag, &key, parts, 1);
}

void session_pad_owner(uint8_t owner[SESSION_TAG_SIZE], const uint8_t view_key[KEY_SIZE])
{
    const struct bytes key = bytes_of(view_key, KEY_SIZE), parts[] = {part("pad")};
    seal_id(owner, &key, parts, 1);
}

void session_draft_tag(uint8_t tag[SESSION_TAG_SIZE], const uint8_t view_key[KEY_SIZE],
                       struct text place)
{
    const struct bytes key = bytes_of(view_key, KEY_SIZE);
    const struct bytes parts[] = {part("draft"), text_bytes(place)};
    seal_id(tag, &key, parts, 2);
}

struct bytes session_own_box(struct arena *arena, const uint8_t view_key[KEY_SIZE],
                             const uint8_t tag[SESSION_TAG_SIZE], int64_t seq, struct bytes plain)
{
    uint8_t nonce[SESSION_TAG_SIZE + 8];
    memcpy(nonce, tag, SESSION_TAG_SIZE);
    number_put(nonce + SESSION_TAG_SIZE, seq);
    return seal_box(arena, view_key, nonce, plain);
}

enum result session_own_unbox(struct arena *arena, const uint8_t view_key[KEY_SIZE],
                              struct bytes box, struct bytes *plain)
{
    return seal_unbox(arena, view_key, box, plain);
}

enum result session_votes_read(struct arena *arena, struct bytes plain, struct own_vote **votes,
                               size_t *count)
{
    if (plain.size % OWN_VOTE_SIZE != 0)
        return INVALID;
    *count = plain.size / OWN_VOTE_SIZE;
    *votes = arena_array(arena, struct own_vote, *count + 1);
    for (size_t i = 0; i < *count; i++) {
        const uint8_t *at = plain.data + i * OWN_VOTE_SIZE;
        (*votes)[i] = (struct own_vote){number_get(at), at[8], at[9]};
    }
    return OK;
}

struct bytes session_votes_put(struct arena *arena, struct bytes plain, struct own_vote vote)
{
    size_t count = plain.size / OWN_VOTE_SIZE, at = 0;
    uint8_t *out = arena_take(arena, (count + 1) * OWN_VOTE_SIZE);
    while (at < count && number_get(plain.data + at * OWN_VOTE_SIZE) < vote.posting)
        at++;
    bool replace = at < count && number_get(plain.data + at * OWN_VOTE_SIZE) == vote.posting;
    size_t head = at * OWN_VOTE_SIZE, skip = head + (replace ? OWN_VOTE_SIZE : 0);
    if (head > 0)
        memcpy(out, plain.data, head);
    number_put(out + head, vote.posting);
    out[head + 8] = vote.stance;
    out[head + 9] = vote.patients;
    if (plain.size > skip)
        memcpy(out + head + OWN_VOTE_SIZE, plain.data + skip, plain.size - skip);
    return bytes_of(out, replace ? plain.size : plain.size + OWN_VOTE_SIZE);
}

bool session_follows_has(struct bytes plain, int64_t question)
{
    for (size_t at = 0; at + OWN_FOLLOW_SIZE <= plain.size; at += OWN_FOLLOW_SIZE)
        if (number_get(plain.data + at) == question)
            return true;
    return false;
}

struct bytes session_follows_put(struct arena *arena, struct bytes plain, int64_t question,
                                 bool follows)
{
    uint8_t *out = arena_take(arena, plain.size + OWN_FOLLOW_SIZE);
    size_t size = 0;
    bool placed = !follows;
    for (size_t at = 0; at + OWN_FOLLOW_SIZE <= plain.size; at += OWN_FOLLOW_SIZE) {
        int64_t number = number_get(plain.data + at);
        if (number == question)
            continue;
        if (!placed && number > question) {
            number_put(out + size, question);
            size += OWN_FOLLOW_SIZE;
            placed = true;
        }
        number_put(out + size, number);
        size += OWN_FOLLOW_SIZE;
    }
    if (!placed) {
        number_put(out + size, question);
        size += OWN_FOLLOW_SIZE;
    }
    return bytes_of(out, size);
}

enum result session_thread_read(struct bytes plain, struct own_thread *own)
{
    *own = (struct own_thread){0};
    if (plain.size == 0)
        return OK;
    if (plain.size != OWN_THREAD_SIZE)
        return INVALID;
    *own = (struct own_thread){plain.data[0], plain.data[1], plain.data[2], plain.data[3]};
    return OK;
}

struct bytes session_thread_bytes(struct arena *arena, struct own_thread own)
{
    uint8_t *out = arena_take(arena, OWN_THREAD_SIZE);
    out[0] = own.choice;
    out[1] = own.looked;
    out[2] = own.importance;
    out[3] = own.relevance;
    return bytes_of(out, OWN_THREAD_SIZE);
}
