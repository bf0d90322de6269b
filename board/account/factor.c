#include "board/account/account.h"

#include "board/account/passkey.h"
#include "board/account/totp.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/session.h"
#include "core/trace.h"
#include "schema/desk.h"

#include <assert.h>
#include <string.h>

void factor_handle(struct work *work, struct bytes id, uint8_t handle[DIGEST_SIZE])
{
    const struct bytes key = bytes_of(work->clerk->keys.request_key, KEY_SIZE);
    const struct bytes parts[] = {text_bytes(TEXT("passkey")), id};
    seal_digest(handle, &key, parts, 2);
}

enum result factor_open(struct work *work, int64_t member, struct bytes box, struct bytes *plain)
{
    uint8_t key[KEY_SIZE];
    enum result result = keyring_member_key(&work->clerk->keys, work->arena, member, key);
    if (result == OK && seal_unbox(work->arena, key, box, plain) != OK)
        result = BROKEN;
    seal_wipe(key, sizeof(key));
    return result;
}

/* Algorithm, sizes, id, key, label. */
struct bytes passkey_pack(struct arena *arena, const struct passkey *passkey, struct text label)
{
    struct buf out;
    assert(passkey->id.size <= PASSKEY_ID_MAX && passkey->key.size <= PASSKEY_KEY_MAX);
    buf_open(&out, arena, 200 + passkey->id.size);
    buf_char(&out, passkey->algorithm == PASSKEY_ES256 ? 1 : 2);
    buf_char(&out, (char)(passkey->id.size >> 8));
    buf_char(&out, (char)(passkey->id.size & 255));
    buf_char(&out, (char)passkey->key.size);
    buf_add(&out, passkey->id.data, passkey->id.size);
    buf_add(&out, passkey->key.data, passkey->key.size);
    buf_add(&out, label.data, label.size);
    return buf_bytes(&out);
}

enum result passkey_unpack(struct bytes plain, struct passkey *passkey, struct text *label)
{
    if (plain.size < 4)
        return BROKEN;
    size_t id_size = (size_t)plain.data[1] << 8 | plain.data[2], key_size = plain.data[3];
    if (plain.size < 4 + id_size + key_size)
        return BROKEN;
    *passkey = (struct passkey){
        .algorithm = plain.data[0] == 1 ? PASSKEY_ES256 : PASSKEY_EDDSA,
        .id = bytes_of(plain.data + 4, id_size),
        .key = bytes_of(plain.data + 4 + id_size, key_size),
    };
    size_t at = 4 + id_size + key_size;
    *label = (struct text){(const char *)plain.data + at, plain.size - at};
    return OK;
}

/* A stolen session must not make itself at home: what opens the account is changed only shortly
 * after signing in. */
bool account_fresh(const struct work *work)
{
    return work->clerk->now_ms - work->actor.opened_ms < FRESH_MS;
}

static enum result not_fresh(struct work *work)
{
    return problem(work, REFUSED, "",
                   "You signed in more than 15 minutes ago. To change how you sign in, sign out "
                   "and in again first.");
}

/* A new factor's secret boxed under its member's key. */
static enum result factor_box(struct work *work, int64_t member, struct bytes plain,
                              struct bytes *box)
{
    uint8_t key[KEY_SIZE];
    enum result result = keyring_member_key(&work->clerk->keys, work->arena, member, key);
    if (result == OK)
        *box = seal_box(work->arena, key, NULL, plain);
    seal_wipe(key, sizeof(key));
    return result;
}

struct text code_typed(struct arena *arena, struct text typed)
{
    char *out = arena_take(arena, typed.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < typed.size; i++) {
        if (typed.data[i] != ' ' && typed.data[i] != '-')
            out[size++] = typed.data[i];
    }
    return (struct text){out, size};
}

/* --- recovery codes --- */

bool recovery_digest(struct work *work, struct text typed, uint8_t digest[ID_SIZE])
{
    char plain[RECOVERY_CODE_SIZE];
    size_t size = 0;
    for (size_t i = 0; i < typed.size; i++) {
        char c = typed.data[i];
        if (c == ' ' || c == '-')
            continue;
        if (size == RECOVERY_CODE_SIZE)
            return false;
        plain[size++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    const struct bytes key = bytes_of(work->clerk->keys.pepper, KEY_SIZE);
    const struct bytes parts[] = {text_bytes(TEXT("recovery")), bytes_of(plain, size)};
    seal_id(digest, &key, parts, 2);
    seal_wipe(plain, sizeof(plain));
    return size == RECOVERY_CODE_SIZE;
}

/* Ten codes as text (by spaces), and their digests. Letters and digits that cannot be taken for one
 * another. */
static struct text recovery_make(struct work *work, uint8_t digests[RECOVERY_CODES * ID_SIZE])
{
    static const char signs[] = "abcdefghjkmnpqrstvwxyz0123456789";
    struct buf out;
    buf_open(&out, work->arena, RECOVERY_CODES * 16);
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        size_t from = out.size;
        for (size_t j = 0; j < RECOVERY_CODE_SIZE; j++) {
            if (j > 0 && j % 4 == 0)
                buf_char(&out, '-');
            buf_char(&out, signs[seal_random_below(sizeof(signs) - 1)]);
        }
        bool whole = recovery_digest(work, (struct text){out.data + from, out.size - from},
                                     digests + i * ID_SIZE);
        assert(whole);
        if (i + 1 < RECOVERY_CODES)
            buf_char(&out, ' ');
    }
    return buf_done(&out);
}

static enum result recovery_record(struct work *work, int64_t second, struct text *codes)
{
    uint8_t digests[RECOVERY_CODES * ID_SIZE];
    struct event event = {.kind = EVENT_FACTOR_ADDED};
    struct event_factor_added *e = &event.factor_added;
    *codes = recovery_make(work, digests);
    *e = (struct event_factor_added){
        .member = work->actor.member, .kind = FACTOR_RECOVERY, .second = second};
    request_put(work, e->request);
    enum result result = factor_box(work, e->member, bytes_of(digests, sizeof(digests)), &e->box);
    return result == OK ? clerk_record(work->clerk, &event, NULL, 0) : result;
}

static void codes_reply(struct work *work, struct text codes)
{
    const struct reply_recovery_codes reply = {.codes = codes};
    reply_recovery_codes_write(&work->reply, &reply);
}

enum result recovery_renew_run(struct work *work)
{
    struct text codes = TEXT("");
    int64_t before = 0;
    if (!account_fresh(work))
        return not_fresh(work);
    enum result result = request_find(work, &before);
    if (result == NOT_FOUND && (work->actor.second & (SECOND_TOTP | SECOND_PASSKEY)) == 0)
        return problem(work, CONFLICT, "", "Add an authenticator app or a passkey first.");
    if (result == NOT_FOUND)
        result = recovery_record(work, work->actor.second, &codes);
    if (result == OK)
        codes_reply(work, codes);
    return result;
}

/* --- adding --- */

static enum result has_codes(struct work *work, bool *has)
{
    struct desk_factors_of_row *rows;
    size_t count = 0;
    enum result result = desk_factors_of(work->clerk->desk, work->arena, work->actor.member,
                                         FACTORS_MOST, &rows, &count);
    *has = false;
    for (size_t i = 0; i < count && result == OK; i++)
        *has = *has || rows[i].kind == FACTOR_RECOVERY;
    return result;
}

/* Written down; the first one brings recovery codes, and ends all sessions that were opened with
 * less. */
static enum result factor_record(struct work *work, struct event *event, struct bytes plain)
{
    struct event_factor_added *e = &event->factor_added;
    struct text codes = TEXT("");
    bool has = false;
    int64_t bit = e->kind == FACTOR_TOTP ? SECOND_TOTP : SECOND_PASSKEY;
    request_put(work, e->request);
    e->member = work->actor.member;
    e->second = (work->actor.second & (SECOND_TOTP | SECOND_PASSKEY)) | bit;
    enum result result = factor_box(work, e->member, plain, &e->box);
    if (result == OK)
        result = has_codes(work, &has);
    if (result == OK)
        result = clerk_record(work->clerk, event, NULL, 0);
    if (result == OK && !has)
        result = recovery_record(work, e->second, &codes);
    if (result == OK && work->actor.second == 0)
        result = sessions_record(work, e->member, work->actor.digest);
    if (result == OK)
        codes_reply(work, codes);
    return result;
}

static enum result room_for_one(struct work *work)
{
    struct desk_factors_of_row *rows;
    size_t count = 0;
    enum result result = desk_factors_of(work->clerk->desk, work->arena, work->actor.member,
                                         FACTORS_MOST, &rows, &count);
    if (result == OK && count + 3 > FACTORS_MOST)
        return problem(work, TOO_MUCH, "", "That is enough of them. Remove one first.");
    return result;
}

enum result totp_offer_run(struct work *work)
{
    struct reply_totp_offered reply;
    struct ticket ticket;
    if (!account_fresh(work))
        return not_fresh(work);
    reply.ticket = ticket_make(&work->clerk->tickets, work->arena, TICKET_TOTP, work->actor.member,
                               work->clerk->now_ms, &ticket);
    reply.secret = totp_secret_text(work->arena, bytes_of(ticket.secret, TOTP_SECRET_SIZE));
    reply_totp_offered_write(&work->reply, &reply);
    seal_wipe(&ticket, sizeof(ticket));
    return OK;
}

enum result totp_add_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_totp_add *c = &work->command->totp_add;
    struct event event = {.kind = EVENT_FACTOR_ADDED};
    struct ticket ticket;
    int64_t before = 0, step = 0;
    if (!account_fresh(work))
        return not_fresh(work);
    enum result result = request_find(work, &before);
    if (result == OK)
        codes_reply(work, TEXT(""));
    if (result != NOT_FOUND)
        return result;
    result =
        ticket_read(&clerk->tickets, work->arena, c->ticket, TICKET_TOTP, clerk->now_ms, &ticket);
    if (result != OK || ticket.member != work->actor.member)
        return problem(work, STALE, "", "This lay open for long. Here is a new secret.");
    struct bytes secret = bytes_of(ticket.secret, TOTP_SECRET_SIZE);
    if (!totp_check(work->arena, secret, code_typed(work->arena, c->code), clerk->now_ms, 0, &step))
        return problem(work, INVALID, "code",
                       "This is not the code. Check the clock of your device, and take the code "
                       "that is shown now.");
    result = room_for_one(work);
    if (result == OK)
        result = ticket_use(&clerk->tickets, c->ticket, clerk->now_ms);
    event.factor_added.kind = FACTOR_TOTP;
    if (result == OK)
        result = factor_record(work, &event, secret);
    /* The code that proved it is used up. */
    struct event used = {.kind = EVENT_FACTOR_USED};
    used.factor_used = (struct event_factor_used){event.seq, work->actor.member, step};
    if (result == OK)
        result = clerk_record(clerk, &used, NULL, 0);
    seal_wipe(&ticket, sizeof(ticket));
    return result;
}

enum result passkey_offer_run(struct work *work)
{
    struct reply_passkey_asked reply;
    struct ticket ticket;
    struct desk_member_get_row row;
    uint8_t handle[DIGEST_SIZE], number[8];
    if (!account_fresh(work))
        return not_fresh(work);
    enum result result = desk_member_get(work->clerk->desk, work->arena, work->actor.member, &row);
    if (result == OK)
        result = passkeys_list(work, work->actor.member, &reply.allow);
    if (result != OK)
        return result;
    reply.ticket = ticket_make(&work->clerk->tickets, work->arena, TICKET_REGISTER,
                               work->actor.member, work->clerk->now_ms, &ticket);
    memcpy(number, &work->actor.member, sizeof(number));
    factor_handle(work, bytes_of(number, sizeof(number)), handle); /* says nothing of who it is */
    reply.user = base64url_text(work->arena, bytes_of(handle, ID_SIZE));
    reply.challenge = base64url_text(work->arena, bytes_of(ticket.secret, sizeof(ticket.secret)));
    reply.name = row.pseudonym;
    reply_passkey_asked_write(&work->reply, &reply);
    return OK;
}

/* What the browser sent of a new passkey, checked; nobody else's has its id. */
static enum result passkey_taken(struct work *work, const struct ticket *ticket,
                                 struct event_factor_added *e, struct passkey *passkey)
{
    const struct command_passkey_add *c = &work->command->passkey_add;
    struct desk_factor_by_handle_row row;
    struct bytes client_data = base64url_read(work->arena, c->client_data);
    struct bytes authenticator = base64url_read(work->arena, c->authenticator);
    struct passkey_want want = passkey_want(work->arena, conf_text("site.url"),
                                            bytes_of(ticket->secret, sizeof(ticket->secret)));
    if (client_data.data == NULL || authenticator.data == NULL ||
        passkey_read(work->arena, &want, client_data, authenticator, passkey) != OK) {
        trace_warn("passkey_refused", "check=site.url"); /* a wrong one refuses them all */
        return problem(work, INVALID, "",
                       "The browser sent no passkey that can be used here. Try another device.");
    }
    factor_handle(work, passkey->id, e->handle);
    e->has_handle = true;
    enum result result = desk_factor_by_handle(work->clerk->desk, work->arena,
                                               bytes_of(e->handle, DIGEST_SIZE), &row);
    if (result == OK)
        return problem(work, CONFLICT, "", "This passkey is in use already.");
    return result == NOT_FOUND ? OK : result;
}

enum result passkey_add_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_passkey_add *c = &work->command->passkey_add;
    struct event event = {.kind = EVENT_FACTOR_ADDED};
    struct event used = {.kind = EVENT_FACTOR_USED};
    struct passkey passkey;
    struct ticket ticket;
    int64_t before = 0;
    if (!account_fresh(work))
        return not_fresh(work);
    enum result result = request_find(work, &before);
    if (result == OK)
        codes_reply(work, TEXT(""));
    if (result != NOT_FOUND)
        return result;
    result = ticket_read(&clerk->tickets, work->arena, c->ticket, TICKET_REGISTER, clerk->now_ms,
                         &ticket);
    if (result != OK || ticket.member != work->actor.member)
        return problem(work, STALE, "", "This lay open for long. Press the button once more.");
    result = passkey_taken(work, &ticket, &event.factor_added, &passkey);
    if (result == OK)
        result = room_for_one(work);
    if (result == OK)
        result = ticket_use(&clerk->tickets, c->ticket, clerk->now_ms);
    event.factor_added.kind = FACTOR_PASSKEY;
    if (result == OK)
        result = factor_record(work, &event, passkey_pack(work->arena, &passkey, c->label));
    used.factor_used = (struct event_factor_used){event.seq, work->actor.member, passkey.counter};
    if (result == OK && passkey.counter > 0)
        result = clerk_record(clerk, &used, NULL, 0);
    return result;
}

/* --- removing --- */

static enum result removal_record(struct work *work, int64_t factor, int64_t member, int64_t second)
{
    struct event event = {.kind = EVENT_FACTOR_REMOVED};
    event.factor_removed =
        (struct event_factor_removed){factor, member, work->actor.member, second};
    return clerk_record(work->clerk, &event, NULL, 0);
}

/* Codes that stand in for nothing go with the last of what they stood in for. */
static enum result codes_remove(struct work *work, const struct desk_factors_of_row *rows,
                                size_t count, int64_t member)
{
    enum result result = OK;
    for (size_t i = 0; i < count && result == OK; i++) {
        if (rows[i].kind == FACTOR_RECOVERY)
            result = removal_record(work, rows[i].id, member, 0);
    }
    return result;
}

enum result factor_remove_run(struct work *work)
{
    struct desk_factors_of_row *rows;
    size_t count = 0;
    int64_t factor = work->command->factor_remove.factor, second = 0, kind = 0;
    if (!account_fresh(work))
        return not_fresh(work);
    enum result result = desk_factors_of(work->clerk->desk, work->arena, work->actor.member,
                                         FACTORS_MOST, &rows, &count);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].id == factor)
            kind = rows[i].kind;
        else if (rows[i].kind != FACTOR_RECOVERY)
            second |= rows[i].kind == FACTOR_TOTP ? SECOND_TOTP : SECOND_PASSKEY;
    }
    if (result != OK)
        return result;
    if (kind == 0 || kind == FACTOR_RECOVERY)
        return NOT_FOUND;
    if (session_second_missing(work->actor.role, work->actor.level, second))
        return problem(work, CONFLICT, "",
                       "This is the last one, and your account must have one. Add another first.");
    result = removal_record(work, factor, work->actor.member, second);
    if (result == OK && second == 0)
        result = codes_remove(work, rows, count, work->actor.member);
    return result;
}

enum result factors_clear_run(struct work *work)
{
    struct desk_factors_of_row *rows;
    size_t count = 0;
    int64_t member = work->command->factors_clear.member;
    enum result result =
        desk_factors_of(work->clerk->desk, work->arena, member, FACTORS_MOST, &rows, &count);
    if (result == OK && count == 0)
        return problem(work, NOT_FOUND, "member", "This member has no second factor.");
    for (size_t i = 0; i < count && result == OK; i++)
        result = removal_record(work, rows[i].id, member, 0);
    if (result == OK)
        result = sessions_record(work, member, NULL);
    return result;
}

/* --- showing --- */

static enum result factor_show(struct work *work, const struct desk_factors_of_row *row,
                               struct record_factor *factor)
{
    struct passkey passkey;
    struct bytes plain;
    *factor = (struct record_factor){.id = row->id,
                                     .kind = row->kind,
                                     .label = TEXT(""),
                                     .added_ms = row->at_ms,
                                     .used_ms = row->used_ms};
    if (row->kind != FACTOR_PASSKEY)
        return OK;
    enum result result = factor_open(work, work->actor.member, row->box, &plain);
    return result == OK ? passkey_unpack(plain, &passkey, &factor->label) : result;
}

static enum result email_changing(struct work *work, struct text *email)
{
    struct desk_email_change_open_row row;
    struct bytes plain;
    enum result result =
        desk_email_change_open(work->clerk->desk, work->arena, work->actor.member, &row);
    *email = TEXT("");
    if (result != OK || row.expires_ms <= work->clerk->now_ms)
        return result == NOT_FOUND ? OK : result;
    result = factor_open(work, work->actor.member, row.box, &plain);
    struct text rest = {(const char *)plain.data, plain.size}, old;
    if (result == OK && (!text_next(&rest, '\n', &old) || !text_next(&rest, '\n', email)))
        result = BROKEN;
    return result;
}

enum result account_run(struct work *work)
{
    struct reply_account reply = {0};
    struct desk_factors_of_row *rows;
    struct desk_member_account_row member;
    struct credential credential;
    size_t count = 0;
    enum result result =
        desk_member_account(work->clerk->desk, work->arena, work->actor.member, &member);
    if (result == OK)
        result = own_credential(work, work->actor.member, &credential);
    if (result == OK)
        result = email_changing(work, &reply.changing);
    if (result == OK)
        result = desk_factors_of(work->clerk->desk, work->arena, work->actor.member, FACTORS_MOST,
                                 &rows, &count);
    if (result != OK)
        return result;
    reply.email = credential.email;
    reply.specialty = member.specialty;
    reply.shown = member.shown != 0;
    reply.fresh = account_fresh(work);
    reply.factors = arena_array(work->arena, struct record_factor, count + 1);
    for (size_t i = 0; i < count && result == OK; i++) {
        for (int64_t at = 0; at < RECOVERY_CODES && rows[i].kind == FACTOR_RECOVERY; at++)
            reply.codes_left += (rows[i].mark >> at & 1) == 0;
        result = factor_show(work, &rows[i], &reply.factors[reply.factors_count++]);
    }
    if (result == OK)
        reply_account_write(&work->reply, &reply);
    return result;
}
