#include "board/account/token.h"

#include "core/clock.h"
#include "core/conf.h"
#include "core/session.h"
#include "schema/desk.h"

#include <string.h>

/* The account behind a name, or one that nobody can sign in to: both take the same steps, so that
 * time does not tell which it was. */
static enum result account_find(struct work *work, struct text name,
                                struct desk_member_by_name_row *row, struct credential *credential)
{
    struct clerk *clerk = work->clerk;
    uint8_t key[KEY_SIZE] = {0};
    enum result result =
        desk_member_by_name(clerk->desk, work->arena, pseudonym_key(work->arena, name), row);
    bool known = result == OK;
    if (result == NOT_FOUND) {
        const struct credential decoy = {
            TEXT("$argon2id$v=19$m=65536,t=2,p=1$................................"),
            TEXT("nobody@example.org")};
        memset(row, 0, sizeof(*row));
        row->credential = credential_box(work->arena, key, &decoy);
        result = keyring_member_key(&clerk->keys, work->arena, -1, key);
        result = result == NOT_FOUND ? OK : result;
    } else if (result == OK) {
        result = keyring_member_key(&clerk->keys, work->arena, row->id, key);
    }
    if (result == OK)
        result = credential_unbox(work->arena, key, row->credential, credential);
    seal_wipe(key, sizeof(key));
    if (result == OK && !known)
        result = NOT_FOUND;
    return result;
}

enum result sign_in_hash(struct work *work, struct hash_ask *ask)
{
    const struct command_sign_in *c = &work->command->sign_in;
    struct desk_member_by_name_row row;
    struct credential credential;
    struct text key = pseudonym_key(work->arena, c->name);
    if (!throttle_may(&work->clerk->throttle, key, clock_steady_us()))
        return TOO_OFTEN;
    hash_ask_password(ask, work->clerk->keys.pepper, c->password);
    ask->check = 1;
    enum result result = account_find(work, c->name, &row, &credential);
    if (result == NOT_FOUND)
        return OK; /* without a hash: checked against a decoy, and fails */
    if (result == OK && credential.hash.size < sizeof(ask->hash))
        memcpy(ask->hash, credential.hash.data, credential.hash.size);
    return result;
}

enum result session_open(struct work *work, int64_t member, int64_t role, struct text device)
{
    struct clerk *clerk = work->clerk;
    struct event event = {.kind = EVENT_SESSION_OPENED};
    struct event_session_opened *e = &event.session_opened;
    uint8_t token[TOKEN_SIZE], view_key[KEY_SIZE];
    int64_t hours = conf_int(role == BOARD_PHYSICIAN ? "session.hours" : "session.hours_staff");
    enum result result = keyring_view_key(&clerk->keys, work->arena, member, view_key);
    if (result != OK)
        return result == NOT_FOUND ? REFUSED : result;
    seal_random(token, sizeof(token));
    session_digest(e->digest, token);
    e->member = member;
    e->role = role;
    e->expires_ms = clerk->now_ms + hours * HOUR_MS;
    e->view_box = session_view_box(work->arena, token, view_key);
    if (device.size > 0)
        e->device = device;
    result = clerk_record(clerk, &event, NULL, 0);
    if (result == OK) {
        const struct reply_signed_in reply = {
            .token = session_token_text(work->arena, token), .role = role, .member = member};
        reply_signed_in_write(&work->reply, &reply);
    }
    seal_wipe(token, sizeof(token));
    seal_wipe(view_key, sizeof(view_key));
    return result;
}

enum result sign_in_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    struct desk_member_by_name_row row;
    struct text key = pseudonym_key(work->arena, work->command->sign_in.name);
    int64_t methods = 0;
    enum result result = desk_member_by_name(clerk->desk, work->arena, key, &row);
    bool good = work->job->hash->good && result == OK;
    if (result == OK && row.state != MEMBER_WAITING && row.state != MEMBER_IN)
        good = false;
    if (result != OK && result != NOT_FOUND)
        return result;
    if (!good) {
        throttle_failed(&clerk->throttle, key, clock_steady_us());
        return REFUSED; /* one word for all: which of the two was wrong is not told */
    }
    throttle_passed(&clerk->throttle, key);
    result = second_methods(work, row.id, row.role, &methods);
    if (result == OK && methods != 0)
        return second_offer(work, row.id, row.role, methods);
    return result == OK ? session_open(work, row.id, row.role, work->command->sign_in.device)
                        : result;
}

enum result sign_out_run(struct work *work)
{
    struct event event = {.kind = EVENT_SESSION_CLOSED};
    memcpy(event.session_closed.digest, work->actor.digest, DIGEST_SIZE);
    return clerk_record(work->clerk, &event, NULL, 0);
}

enum result session_touch_run(struct work *work)
{
    struct event event = {.kind = EVENT_SESSION_SEEN};
    if (work->actor.program > 0)
        return token_touch(work);
    int64_t rest_ms = conf_int("session.touch_minutes") * MINUTE_MS;
    if (work->clerk->now_ms - work->actor.seen_ms < rest_ms)
        return OK;
    memcpy(event.session_seen.digest, work->actor.digest, DIGEST_SIZE);
    return clerk_record(work->clerk, &event, NULL, 0);
}
