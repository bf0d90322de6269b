#include "board/account/account.h"

#include "core/clock.h"
#include "schema/desk.h"

#include <string.h>

/* A new e-mail address: the old one is told, the new one gets a code, and only the code makes it
 * the member's. */

enum { EMAIL_CODE_SIZE = 8 };
#define EMAIL_MS (24 * HOUR_MS)

enum result email_ask_hash(struct work *work, struct hash_ask *ask)
{
    const struct command_email_ask *c = &work->command->email_ask;
    if (!email_good(c->email))
        return problem(work, INVALID, "email", "This is not an e-mail address.");
    return own_password_hash(work, c->password, ask);
}

enum result email_ask_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    struct event event = {.kind = EVENT_EMAIL_ASKED};
    struct event_email_asked *e = &event.email_asked;
    struct text email = work->command->email_ask.email;
    struct credential credential;
    uint8_t key[KEY_SIZE];
    request_put(work, e->request);
    enum result result = own_password_good(work, "email_password");
    if (result == OK)
        result = own_credential(work, work->actor.member, &credential);
    if (result != OK)
        return result;
    if (text_equal(email, credential.email))
        return problem(work, CONFLICT, "email", "This is your address already.");
    struct text lines = arena_format(
        work->arena, "%.*s\n%.*s\n%08lld\n", (int)credential.email.size, credential.email.data,
        (int)email.size, email.data, (long long)seal_random_below(100000000));
    result = keyring_member_key(&clerk->keys, work->arena, work->actor.member, key);
    if (result == OK)
        e->box = seal_box(work->arena, key, NULL, text_bytes(lines));
    seal_wipe(key, sizeof(key));
    e->member = work->actor.member;
    e->expires_ms = clerk->now_ms + EMAIL_MS;
    return result == OK ? clerk_record(clerk, &event, NULL, 0) : result;
}

static struct text throttle_key(struct work *work)
{
    return arena_format(work->arena, "\x01email %lld", (long long)work->actor.member);
}

/* The open change, with its new address if the code is right. */
static enum result change_confirmed(struct work *work, int64_t *change, struct text *email)
{
    struct desk_email_change_open_row row;
    struct bytes plain;
    struct text old, code;
    struct text typed = text_trim(work->command->email_confirm.code);
    enum result result =
        desk_email_change_open(work->clerk->desk, work->arena, work->actor.member, &row);
    if (result == NOT_FOUND || (result == OK && row.expires_ms <= work->clerk->now_ms))
        return problem(work, CONFLICT, "", "No change of address is waiting. Ask for it again.");
    if (result == OK)
        result = factor_open(work, work->actor.member, row.box, &plain);
    if (result != OK)
        return result;
    struct text rest = {(const char *)plain.data, plain.size};
    if (!text_next(&rest, '\n', &old) || !text_next(&rest, '\n', email) ||
        !text_next(&rest, '\n', &code) || code.size != EMAIL_CODE_SIZE)
        return BROKEN;
    *change = row.id;
    bool same = typed.size == EMAIL_CODE_SIZE && seal_equal(typed.data, code.data, EMAIL_CODE_SIZE);
    return same ? OK : problem(work, INVALID, "code", "This is not the code in the mail.");
}

enum result email_confirm_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    struct event event = {.kind = EVENT_CREDENTIAL_SET};
    struct event_credential_set *e = &event.credential_set;
    struct credential credential;
    struct text email;
    request_put(work, e->request);
    if (!throttle_may(&clerk->throttle, throttle_key(work), clock_steady_us()))
        return TOO_OFTEN;
    enum result result = change_confirmed(work, &e->change, &email);
    if (result == INVALID)
        throttle_failed(&clerk->throttle, throttle_key(work), clock_steady_us());
    if (result == OK)
        result = own_credential(work, work->actor.member, &credential);
    if (result != OK)
        return result;
    throttle_passed(&clerk->throttle, throttle_key(work));
    credential.email = email;
    e->member = work->actor.member;
    e->why = TEXT("email");
    e->has_change = true;
    return credential_record(work, &event, &credential);
}
