#include "board/account/account.h"

#include "core/clock.h"
#include "schema/desk.h"

#include <string.h>

/* What a member changes about his own account: password, sessions, specialty. */

enum { SESSIONS_MOST = 100, KEY_HALF = 16 };

enum result own_credential(struct work *work, int64_t member, struct credential *credential)
{
    struct desk_member_get_row row;
    uint8_t key[KEY_SIZE];
    enum result result = desk_member_get(work->clerk->desk, work->arena, member, &row);
    if (result == OK)
        result = keyring_member_key(&work->clerk->keys, work->arena, member, key);
    if (result == OK)
        result = credential_unbox(work->arena, key, row.credential, credential);
    seal_wipe(key, sizeof(key));
    return result;
}

enum result credential_record(struct work *work, struct event *event,
                              const struct credential *credential)
{
    struct event_credential_set *e = &event->credential_set;
    uint8_t key[KEY_SIZE];
    enum result result = keyring_member_key(&work->clerk->keys, work->arena, e->member, key);
    if (result == OK)
        e->credential = credential_box(work->arena, key, credential);
    seal_wipe(key, sizeof(key));
    return result == OK ? clerk_record(work->clerk, event, NULL, 0) : result;
}

enum result sessions_record(struct work *work, int64_t member, const uint8_t *but)
{
    struct event event = {.kind = EVENT_SESSIONS_ENDED};
    event.sessions_ended.member = member;
    if (but != NULL) {
        memcpy(event.sessions_ended.but, but, DIGEST_SIZE);
        event.sessions_ended.has_but = true;
    }
    return clerk_record(work->clerk, &event, NULL, 0);
}

/* --- passwords --- */

static struct text own_key(struct work *work)
{
    return arena_format(work->arena, "\x01own %lld", (long long)work->actor.member);
}

enum result own_password_hash(struct work *work, struct text password, struct hash_ask *ask)
{
    struct credential credential;
    if (!throttle_may(&work->clerk->throttle, own_key(work), clock_steady_us()))
        return TOO_OFTEN;
    enum result result = own_credential(work, work->actor.member, &credential);
    if (result != OK)
        return result;
    hash_ask_password(ask, work->clerk->keys.pepper, password);
    ask->check = 1;
    if (credential.hash.size < sizeof(ask->hash))
        memcpy(ask->hash, credential.hash.data, credential.hash.size);
    return OK;
}

enum result own_password_good(struct work *work, const char *field)
{
    struct throttle *throttle = &work->clerk->throttle;
    if (work->job->hash->good) {
        throttle_passed(throttle, own_key(work));
        return OK;
    }
    throttle_failed(throttle, own_key(work), clock_steady_us());
    return problem(work, INVALID, field, "This is not your password.");
}

enum result password_change_hash(struct work *work, struct hash_ask *ask)
{
    const struct command_password_change *c = &work->command->password_change;
    struct desk_member_get_row row;
    enum result result = desk_member_get(work->clerk->desk, work->arena, work->actor.member, &row);
    if (result != OK)
        return result;
    const char *fault =
        password_fault(&work->clerk->passwords, work->arena, c->password, row.pseudonym);
    if (fault != NULL)
        return problem(work, INVALID, "password", fault);
    result = own_password_hash(work, c->old, ask);
    if (result == OK)
        hash_ask_fresh(ask, work->clerk->keys.pepper, c->password);
    return result;
}

enum result password_change_run(struct work *work)
{
    struct event event = {.kind = EVENT_CREDENTIAL_SET};
    struct credential credential;
    request_put(work, event.credential_set.request);
    enum result result = own_password_good(work, "old");
    if (result == OK)
        result = own_credential(work, work->actor.member, &credential);
    if (result != OK)
        return result;
    credential.hash = text_of(work->job->hash->hash);
    event.credential_set.member = work->actor.member;
    event.credential_set.why = TEXT("password");
    result = credential_record(work, &event, &credential);
    return result == OK ? sessions_record(work, work->actor.member, work->actor.digest) : result;
}

/* --- sessions --- */

enum result session_end_run(struct work *work)
{
    struct event event = {.kind = EVENT_SESSION_CLOSED};
    struct desk_sessions_of_row *rows;
    size_t count = 0;
    uint8_t half[KEY_HALF];
    if (!hex_read_into(half, sizeof(half), work->command->session_end.key))
        return NOT_FOUND;
    enum result result = desk_sessions_of(work->clerk->desk, work->arena, work->actor.member,
                                          SESSIONS_MOST, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        if (rows[i].digest.size != DIGEST_SIZE || memcmp(rows[i].digest.data, half, KEY_HALF) != 0)
            continue;
        memcpy(event.session_closed.digest, rows[i].digest.data, DIGEST_SIZE);
        return clerk_record(work->clerk, &event, NULL, 0);
    }
    return result; /* ended already: that is what was asked for */
}

enum result sessions_end_run(struct work *work)
{
    struct desk_sessions_of_row *rows;
    size_t count = 0;
    enum result result = desk_sessions_of(work->clerk->desk, work->arena, work->actor.member,
                                          SESSIONS_MOST, &rows, &count);
    if (result != OK || count < 2)
        return result;
    return sessions_record(work, work->actor.member, work->actor.digest);
}

/* --- specialty --- */

enum result specialty_show_run(struct work *work)
{
    struct event event = {.kind = EVENT_SPECIALTIES_CHOSEN};
    struct event_specialties_chosen *e = &event.specialties_chosen;
    struct desk_member_specialties_row row;
    request_put(work, e->request);
    enum result result =
        desk_member_specialties(work->clerk->desk, work->arena, work->actor.member, &row);
    if (result != OK)
        return result;
    if (row.words.size == 0)
        return problem(work, CONFLICT, "", "There is no specialty to show.");
    e->member = work->actor.member;
    e->shown = work->command->specialty_show.shown;
    e->codes = row.codes;
    e->words = row.words; /* told here, since the board has none of one who does not show it */
    return clerk_record(work->clerk, &event, NULL, 0);
}
