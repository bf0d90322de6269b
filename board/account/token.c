#include "board/account/token.h"

#include "core/clock.h"
#include "core/session.h"
#include "core/token.h"
#include "schema/desk.h"

#include <string.h>

/* Personal tokens in the clerk: whom one speaks for, and making, listing and ending them. What a
 * token may do is decided here again, whatever the web has let through. */

enum { TOKENS_MOST = 20, DAYS_MOST = 366 };

enum result token_actor_find(struct work *work)
{
    struct actor *actor = &work->actor;
    struct desk_token_actor_row row;
    if (!token_read(work->command->token, actor->token))
        return STALE;
    token_digest(actor->digest, actor->token);
    enum result result = desk_token_actor(work->clerk->desk, work->arena,
                                          bytes_of(actor->digest, DIGEST_SIZE), &row);
    if (result == NOT_FOUND || (result == OK && row.expires_ms <= work->clerk->now_ms))
        return STALE;
    if (result != OK)
        return result;
    if (row.state != MEMBER_IN)
        return REFUSED;
    actor->member = row.member;
    actor->role = row.role;
    actor->level = row.level;
    actor->state = row.state;
    actor->second = row.second;
    actor->seen_ms = row.used_ms;
    actor->program = row.id;
    actor->scopes = row.scopes;
    return OK;
}

bool token_may(const struct actor *actor, enum command_kind kind)
{
    const char *action = session_action(kind);
    if (kind == COMMAND_SESSION_TOUCH)
        return true;
    /* Questions without a form: what /notices and /p/:id/flag show. */
    if (kind == COMMAND_FOLLOWING)
        return (actor->scopes & SCOPE_NOTICES) != 0;
    if (kind == COMMAND_FLAGS_OWN)
        return (actor->scopes & SCOPE_FLAG) != 0;
    return action != NULL && (token_form_scopes(action) & actor->scopes) != 0;
}

enum result token_touch(struct work *work)
{
    struct event event = {.kind = EVENT_TOKEN_USED};
    struct event_token_used *e = &event.token_used;
    e->token = work->actor.program;
    e->member = work->actor.member;
    e->day_ms = work->clerk->now_ms - work->clerk->now_ms % DAY_MS;
    if (work->actor.seen_ms >= e->day_ms)
        return OK; /* no more than the day is anybody's business */
    return clerk_record(work->clerk, &event, NULL, 0);
}

/* A token is a lasting way in: who has a second step shows it shortly before, as for every other
 * way in that he adds. A password read over his shoulder is not enough. */
static bool may_make(const struct work *work)
{
    return (work->actor.second & (SECOND_TOTP | SECOND_PASSKEY)) == 0 || account_fresh(work);
}

enum result tokens_run(struct work *work)
{
    struct desk_tokens_of_row *rows;
    struct reply_tokens reply = {0};
    size_t count = 0;
    enum result result = desk_tokens_of(work->clerk->desk, work->arena, work->actor.member,
                                        TOKENS_MOST, &rows, &count);
    if (result != OK)
        return result;
    reply.fresh = may_make(work);
    reply.tokens = arena_array(work->arena, struct record_token, count + 1);
    for (size_t i = 0; i < count && result == OK; i++) {
        struct bytes name;
        if (rows[i].expires_ms <= work->clerk->now_ms)
            continue;
        result = factor_open(work, work->actor.member, rows[i].box, &name);
        if (result == OK)
            reply.tokens[reply.tokens_count++] =
                (struct record_token){.id = rows[i].id,
                                      .name = {(const char *)name.data, name.size},
                                      .scopes = rows[i].scopes,
                                      .made_ms = rows[i].made_ms,
                                      .expires_ms = rows[i].expires_ms,
                                      .used_ms = rows[i].used_ms};
    }
    if (result == OK)
        reply_tokens_write(&work->reply, &reply);
    return result;
}

static enum result make_check(struct work *work)
{
    const struct command_token_make *c = &work->command->token_make;
    struct desk_tokens_of_row *rows;
    size_t count = 0, good = 0;
    if (!may_make(work))
        return problem(work, REFUSED, "",
                       "You signed in more than 15 minutes ago. To make a token, sign out and in "
                       "again first, with your second step.");
    if (text_trim(c->name).size == 0)
        return problem(work, INVALID, "name", "Give it a name, so that you know it in the list.");
    enum result result = desk_tokens_of(work->clerk->desk, work->arena, work->actor.member,
                                        TOKENS_MOST, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++)
        good += rows[i].expires_ms > work->clerk->now_ms;
    if (result == OK && good >= TOKENS_MOST)
        return problem(work, TOO_MUCH, "", "Twenty tokens are enough. End one first.");
    return result;
}

enum result token_make_hash(struct work *work, struct hash_ask *ask)
{
    enum result result = make_check(work);
    return result == OK ? own_password_hash(work, work->command->token_make.password, ask) : result;
}

static void made_reply(struct work *work, struct text token)
{
    const struct reply_token_made reply = {.token = token};
    reply_token_made_write(&work->reply, &reply);
}

static enum result made_record(struct work *work, struct event *event)
{
    const struct command_token_make *c = &work->command->token_make;
    struct event_token_made *e = &event->token_made;
    uint8_t token[TOKEN_SIZE], member_key[KEY_SIZE], view_key[KEY_SIZE];
    struct keyring *keys = &work->clerk->keys;
    enum result result = keyring_member_key(keys, work->arena, work->actor.member, member_key);
    if (result == OK)
        result = keyring_view_key(keys, work->arena, work->actor.member, view_key);
    if (result != OK)
        return result == NOT_FOUND ? REFUSED : result;
    seal_random(token, sizeof(token));
    token_digest(e->digest, token);
    e->member = work->actor.member;
    e->scopes = c->scopes;
    e->expires_ms = work->clerk->now_ms + c->days * DAY_MS;
    e->view_box = session_view_box(work->arena, token, view_key);
    e->box = seal_box(work->arena, member_key, NULL, text_bytes(text_trim(c->name)));
    result = clerk_record(work->clerk, event, NULL, 0);
    if (result == OK)
        made_reply(work, token_text(work->arena, token));
    seal_wipe(token, sizeof(token));
    seal_wipe(member_key, sizeof(member_key));
    seal_wipe(view_key, sizeof(view_key));
    return result;
}

enum result token_make_run(struct work *work)
{
    struct event event = {.kind = EVENT_TOKEN_MADE};
    int64_t before = 0;
    enum result result = request_find(work, &before);
    if (result == OK)
        made_reply(work, TEXT("")); /* it was told once, and is kept nowhere */
    if (result != NOT_FOUND)
        return result;
    request_put(work, event.token_made.request);
    result = own_password_good(work, "password");
    if (result == OK)
        result = make_check(work);
    return result == OK ? made_record(work, &event) : result;
}

enum result token_end_run(struct work *work)
{
    struct event event = {.kind = EVENT_TOKEN_ENDED};
    struct desk_token_get_row row;
    int64_t token = work->command->token_end.id;
    enum result result = desk_token_get(work->clerk->desk, work->arena, token, &row);
    if (result == NOT_FOUND)
        return OK; /* ended already: that is what was asked for */
    if (result == OK && row.member != work->actor.member)
        return NOT_FOUND;
    event.token_ended = (struct event_token_ended){.token = token, .member = work->actor.member};
    return result == OK ? clerk_record(work->clerk, &event, NULL, 0) : result;
}
