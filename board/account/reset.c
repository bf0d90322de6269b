#include "board/account/account.h"

#include "core/clock.h"
#include "schema/desk.h"

#include <string.h>

/* A lost password: a code by mail, good once and for half an hour. Whether the name is known, and
 * whether a mail goes out, is told to nobody: the same steps, the same entry in the journal, the
 * same answer. */

enum { RESET_CODE_SIZE = 16 };
#define RESET_MS (30 * MINUTE_MS)

static void reset_digest(struct work *work, struct text code, uint8_t digest[DIGEST_SIZE])
{
    const struct bytes key = bytes_of(work->clerk->keys.request_key, KEY_SIZE);
    const struct bytes parts[] = {text_bytes(TEXT("reset")), text_bytes(code)};
    seal_digest(digest, &key, parts, 2);
}

/* The member behind a name, with his key; else 0 and a key that is nobody's. */
static enum result reset_member(struct work *work, struct text name, int64_t *member,
                                uint8_t key[KEY_SIZE])
{
    struct desk_member_by_name_row row;
    enum result result =
        desk_member_by_name(work->clerk->desk, work->arena, pseudonym_key(work->arena, name), &row);
    bool known = result == OK && (row.state == MEMBER_WAITING || row.state == MEMBER_IN);
    if (result != OK && result != NOT_FOUND)
        return result;
    *member = known ? row.id : 0;
    seal_random(key, KEY_SIZE);
    result = keyring_member_key(&work->clerk->keys, work->arena, known ? row.id : -1, key);
    return result == NOT_FOUND && !known ? OK : result;
}

enum result reset_ask_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    struct event event = {.kind = EVENT_RESET_ASKED};
    struct event_reset_asked *e = &event.reset_asked;
    uint8_t key[KEY_SIZE], code[RESET_CODE_SIZE];
    struct text text,
        slot = arena_format(work->arena, "\x01reset %.*s",
                            (int)pseudonym_key(work->arena, work->command->reset_ask.name).size,
                            pseudonym_key(work->arena, work->command->reset_ask.name).data);
    if (!throttle_may(&clerk->throttle, slot, clock_steady_us()))
        return TOO_OFTEN;
    throttle_failed(&clerk->throttle, slot, clock_steady_us()); /* five, then ever longer waits */
    enum result result = reset_member(work, work->command->reset_ask.name, &e->member, key);
    if (result == OK) {
        seal_random(code, sizeof(code));
        text = base64url_text(work->arena, bytes_of(code, sizeof(code)));
        reset_digest(work, text, e->digest);
        e->box = seal_box(work->arena, key, NULL, text_bytes(text));
        e->expires_ms = clerk->now_ms + RESET_MS;
        result = clerk_record(clerk, &event, NULL, 0);
    }
    seal_wipe(key, sizeof(key));
    seal_wipe(code, sizeof(code));
    return result;
}

static enum result reset_find(struct work *work, uint8_t digest[DIGEST_SIZE],
                              struct desk_reset_find_row *row)
{
    struct text code = text_trim(work->command->reset_do.code);
    reset_digest(work, code, digest);
    enum result result =
        desk_reset_find(work->clerk->desk, work->arena, bytes_of(digest, DIGEST_SIZE), row);
    bool over = result == OK &&
                (row->used != 0 || row->member == 0 || row->expires_ms <= work->clerk->now_ms);
    return over ? NOT_FOUND : result;
}

/* Costs the same for a code that is none. */
enum result reset_do_hash(struct work *work, struct hash_ask *ask)
{
    const struct command_reset_do *c = &work->command->reset_do;
    struct desk_reset_find_row row;
    struct desk_member_get_row member = {.pseudonym = TEXT("")};
    uint8_t digest[DIGEST_SIZE];
    if (!throttle_house(&work->clerk->throttle, clock_steady_us()))
        return TOO_OFTEN;
    enum result result = reset_find(work, digest, &row);
    if (result == OK)
        result = desk_member_get(work->clerk->desk, work->arena, row.member, &member);
    if (result != OK && result != NOT_FOUND)
        return result;
    const char *fault =
        password_fault(&work->clerk->passwords, work->arena, c->password, member.pseudonym);
    if (fault != NULL)
        return problem(work, INVALID, "password", fault);
    hash_ask_password(ask, work->clerk->keys.pepper, c->password);
    return OK;
}

enum result reset_do_run(struct work *work)
{
    struct event event = {.kind = EVENT_CREDENTIAL_SET};
    struct event_credential_set *e = &event.credential_set;
    struct desk_reset_find_row row;
    struct credential credential;
    if (!work->job->hash->good)
        return BUSY;
    request_put(work, e->request);
    enum result result = reset_find(work, e->reset, &row);
    if (result == NOT_FOUND)
        return problem(work, INVALID, "code",
                       "This code is not right, was used, or is older than half an hour. Ask for a "
                       "new one.");
    if (result == OK)
        result = own_credential(work, row.member, &credential);
    if (result != OK)
        return result;
    credential.hash = text_of(work->job->hash->hash);
    e->member = row.member;
    e->why = TEXT("reset");
    e->has_reset = true;
    result = credential_record(work, &event, &credential);
    return result == OK ? sessions_record(work, row.member, NULL) : result;
}
