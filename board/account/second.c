#include "board/account/account.h"

#include "board/account/passkey.h"
#include "board/account/totp.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/session.h"
#include "schema/desk.h"

#include <string.h>

/* The second step of signing in. Whoever gets here has shown the password (or starts with a
 * passkey), so what is told here is told to the owner of the account. */

static int64_t bit_of(int64_t kind)
{
    return kind == FACTOR_TOTP       ? SECOND_TOTP
           : kind == FACTOR_RECOVERY ? SECOND_RECOVERY
                                     : SECOND_PASSKEY;
}

static bool codes_left(int64_t mark)
{
    return mark != (1 << RECOVERY_CODES) - 1;
}

enum result second_methods(struct work *work, int64_t member, int64_t role, int64_t *methods)
{
    struct desk_factors_of_row *rows;
    size_t count = 0;
    enum result result =
        desk_factors_of(work->clerk->desk, work->arena, member, FACTORS_MOST, &rows, &count);
    *methods = 0;
    for (size_t i = 0; i < count && result == OK; i++) {
        if (rows[i].kind != FACTOR_RECOVERY || codes_left(rows[i].mark))
            *methods |= bit_of(rows[i].kind);
    }
    if ((*methods & (SECOND_TOTP | SECOND_PASSKEY)) == 0)
        *methods = 0; /* recovery codes stand in for something */
    /* A code can be asked for by a false page, a passkey cannot. */
    if (role != BOARD_PHYSICIAN && conf_int("second.staff") != 0 &&
        (*methods & SECOND_PASSKEY) != 0)
        *methods &= ~(int64_t)SECOND_TOTP;
    return result;
}

enum result passkeys_list(struct work *work, int64_t member, struct text *list)
{
    struct desk_factors_of_row *rows;
    size_t count = 0;
    struct buf out;
    enum { LIST_MAX = 3900 };
    buf_open(&out, work->arena, 400);
    enum result result =
        desk_factors_of(work->clerk->desk, work->arena, member, FACTORS_MOST, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        struct passkey passkey;
        struct text label;
        struct bytes plain;
        if (rows[i].kind != FACTOR_PASSKEY)
            continue;
        result = factor_open(work, member, rows[i].box, &plain);
        if (result == OK)
            result = passkey_unpack(plain, &passkey, &label);
        if (result != OK || out.size + passkey.id.size * 4 / 3 + 4 > LIST_MAX)
            break;
        if (out.size > 0)
            buf_char(&out, ' ');
        buf_base64url(&out, passkey.id);
    }
    *list = out.size > 0 ? buf_done(&out) : TEXT("");
    return result;
}

enum result second_offer(struct work *work, int64_t member, int64_t role, int64_t methods)
{
    struct ticket ticket;
    struct reply_signed_in reply = {.role = role, .member = member, .methods = methods};
    enum result result = passkeys_list(work, member, &reply.allow);
    if (result != OK)
        return result;
    reply.ticket = ticket_make(&work->clerk->tickets, work->arena, TICKET_SECOND, member,
                               work->clerk->now_ms, &ticket);
    reply.challenge = base64url_text(work->arena, bytes_of(ticket.secret, sizeof(ticket.secret)));
    reply_signed_in_write(&work->reply, &reply);
    return OK;
}

enum result passkey_ask_run(struct work *work)
{
    struct ticket ticket;
    struct reply_passkey_asked reply = {.user = TEXT(""), .name = TEXT(""), .allow = TEXT("")};
    reply.ticket = ticket_make(&work->clerk->tickets, work->arena, TICKET_PASSKEY, 0,
                               work->clerk->now_ms, &ticket);
    struct bytes challenge = bytes_of(ticket.secret, sizeof(ticket.secret));
    reply.challenge = base64url_text(work->arena, challenge);
    reply_passkey_asked_write(&work->reply, &reply);
    return OK;
}

/* --- the three ways --- */

/* Which factor it was, and what is to be remembered of its use. */
struct shown {
    int64_t factor, member, kind, mark;
};

static enum result totp_shown(struct work *work, int64_t member, struct text code,
                              struct shown *shown)
{
    struct desk_factors_of_row *rows;
    struct bytes secret;
    size_t count = 0;
    enum result result =
        desk_factors_of(work->clerk->desk, work->arena, member, FACTORS_MOST, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        if (rows[i].kind != FACTOR_TOTP)
            continue;
        result = factor_open(work, member, rows[i].box, &secret);
        if (result != OK)
            return result;
        *shown = (struct shown){rows[i].id, member, FACTOR_TOTP, 0};
        return totp_check(work->arena, secret, code, work->clerk->now_ms, rows[i].mark,
                          &shown->mark)
                   ? OK
                   : REFUSED;
    }
    return result == OK ? REFUSED : result;
}

static enum result recovery_shown(struct work *work, int64_t member, struct text code,
                                  struct shown *shown)
{
    struct desk_factors_of_row *rows;
    struct bytes digests;
    size_t count = 0;
    uint8_t digest[ID_SIZE];
    if (!recovery_digest(work, code, digest))
        return REFUSED;
    enum result result =
        desk_factors_of(work->clerk->desk, work->arena, member, FACTORS_MOST, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        if (rows[i].kind != FACTOR_RECOVERY)
            continue;
        result = factor_open(work, member, rows[i].box, &digests);
        if (result == OK && digests.size != RECOVERY_CODES * ID_SIZE)
            result = BROKEN;
        for (int64_t at = 0; at < RECOVERY_CODES && result == OK; at++) {
            bool same = seal_equal(digests.data + at * ID_SIZE, digest, ID_SIZE);
            *shown = (struct shown){rows[i].id, member, FACTOR_RECOVERY, at};
            if (same)
                return (rows[i].mark >> at & 1) == 0 ? OK : REFUSED;
        }
    }
    return result == OK ? REFUSED : result;
}

enum result passkey_signed(struct work *work, int64_t member, const struct passkey_want *want,
                           const struct record_proof *proof, struct passkey_signer *signer)
{
    struct desk_factor_by_handle_row row;
    struct passkey passkey;
    struct text label;
    struct bytes plain;
    uint8_t handle[DIGEST_SIZE];
    struct bytes id = base64url_read(work->arena, proof->passkey);
    struct bytes client_data = base64url_read(work->arena, proof->client_data);
    struct bytes authenticator = base64url_read(work->arena, proof->authenticator);
    struct bytes signature = base64url_read(work->arena, proof->signature);
    if (id.data == NULL || client_data.data == NULL || authenticator.data == NULL ||
        signature.data == NULL)
        return REFUSED;
    factor_handle(work, id, handle);
    enum result result =
        desk_factor_by_handle(work->clerk->desk, work->arena, bytes_of(handle, DIGEST_SIZE), &row);
    if (result == NOT_FOUND || (result == OK && member != 0 && row.member != member))
        return REFUSED;
    if (result == OK)
        result = factor_open(work, row.member, row.box, &plain);
    if (result == OK)
        result = passkey_unpack(plain, &passkey, &label);
    if (result != OK)
        return result;
    passkey.counter = row.mark;
    *signer = (struct passkey_signer){row.id, row.member, 0, row.at_ms};
    return passkey_check(work->arena, want, &passkey, client_data, authenticator, signature,
                         &signer->mark);
}

/* member 0: whoever's passkey it is. */
static enum result passkey_shown(struct work *work, const struct ticket *ticket,
                                 struct shown *shown)
{
    const struct command_sign_in_second *c = &work->command->sign_in_second;
    const struct record_proof proof = {c->ticket, c->passkey, c->client_data, c->authenticator,
                                       c->signature};
    struct passkey_signer signer = {0};
    struct passkey_want want = passkey_want(work->arena, conf_text("site.url"),
                                            bytes_of(ticket->secret, sizeof(ticket->secret)));
    want.verified = ticket->member == 0; /* without a password the device must know the person */
    enum result result = passkey_signed(work, ticket->member, &want, &proof, &signer);
    *shown = (struct shown){signer.factor, signer.member, FACTOR_PASSKEY, signer.mark};
    return result;
}

static enum result factor_shown(struct work *work, const struct ticket *ticket, int64_t methods,
                                struct shown *shown)
{
    const struct command_sign_in_second *c = &work->command->sign_in_second;
    struct text code = code_typed(work->arena, c->code);
    if (c->passkey.size > 0)
        return passkey_shown(work, ticket, shown);
    if (ticket->member == 0 || code.size == 0)
        return REFUSED;
    if (code.size == TOTP_DIGITS)
        return (methods & SECOND_TOTP) != 0 ? totp_shown(work, ticket->member, code, shown)
                                            : REFUSED;
    return recovery_shown(work, ticket->member, code, shown);
}

static struct text throttle_key(struct work *work, int64_t member)
{
    return arena_format(work->arena, "\x01second %lld", (long long)member);
}

static enum result shown_good(struct work *work, const struct shown *shown)
{
    struct clerk *clerk = work->clerk;
    const struct command_sign_in_second *c = &work->command->sign_in_second;
    struct event event = {.kind = EVENT_FACTOR_USED};
    struct desk_member_get_row row;
    enum result result = desk_member_get(clerk->desk, work->arena, shown->member, &row);
    if (result == OK && row.state != MEMBER_WAITING && row.state != MEMBER_IN)
        return REFUSED;
    if (result == OK)
        result = ticket_use(&clerk->tickets, c->ticket, clerk->now_ms);
    if (result != OK)
        return result;
    event.factor_used = (struct event_factor_used){shown->factor, shown->member, shown->mark};
    result = clerk_record(clerk, &event, NULL, 0);
    return result == OK ? session_open(work, shown->member, row.role, c->device) : result;
}

enum result sign_in_second_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_sign_in_second *c = &work->command->sign_in_second;
    struct desk_member_get_row row;
    struct ticket ticket;
    struct shown shown;
    int64_t methods = SECOND_PASSKEY;
    enum result result =
        ticket_read(&clerk->tickets, work->arena, c->ticket, TICKET_SECOND, clerk->now_ms, &ticket);
    if (result != OK)
        result = ticket_read(&clerk->tickets, work->arena, c->ticket, TICKET_PASSKEY, clerk->now_ms,
                             &ticket);
    if (result != OK)
        return problem(work, STALE, "", "That took too long. Start again with your password.");
    struct text key = throttle_key(work, ticket.member);
    bool may = ticket.member == 0 ? throttle_house(&clerk->throttle, clock_steady_us())
                                  : throttle_may(&clerk->throttle, key, clock_steady_us());
    if (!may)
        return TOO_OFTEN;
    if (ticket.member != 0) {
        result = desk_member_get(clerk->desk, work->arena, ticket.member, &row);
        if (result == OK)
            result = second_methods(work, ticket.member, row.role, &methods);
    }
    if (result == OK)
        result = factor_shown(work, &ticket, methods, &shown);
    if (result == OK)
        result = shown_good(work, &shown);
    if (result == REFUSED && ticket.member != 0)
        throttle_failed(&clerk->throttle, key, clock_steady_us());
    if (result == REFUSED && c->passkey.size > 0)
        return problem(work, REFUSED, "", "This passkey does not open an account here.");
    if (result == REFUSED)
        return problem(work, REFUSED, "code",
                       "This code is not right, or was used before. Take the one shown now.");
    if (result == OK && ticket.member != 0)
        throttle_passed(&clerk->throttle, key);
    return result;
}
