/* Programs at the door: a personal token in the header Authorization instead of a session's cookie.
 * A browser never sends one by itself, so neither form tokens nor the same-site check are needed;
 * what a token opens stands in core/token.c. The clerk resolves it again. */
#include "fcgi/guard.h"

#include <string.h>

#include "core/session.h"
#include "core/token.h"
#include "fcgi/engine.h"
#include "schema/board.h"

enum result guard_program_reader(struct request *r)
{
    struct reader *reader = &r->reader;
    uint8_t digest[DIGEST_SIZE];
    struct board_token_find_row row;
    if (r->worker->pool != POOL_MEMBER || !token_read(r->bearer, reader->token))
        return OK;
    token_digest(digest, reader->token);
    enum result result = board_token_find(request_store(r, WEB_BOARD), r->arena,
                                          bytes_of(digest, sizeof digest), &row);
    if (result == NOT_FOUND || (result == OK && r->now_ms >= row.expires_ms))
        return OK;
    if (result != OK)
        return result;
    reader->signed_in = true;
    reader->program = true;
    reader->scopes = row.scopes;
    reader->member = row.member;
    reader->role = row.role;
    reader->level = row.level;
    reader->pseudonym = row.pseudonym;
    reader->organisation = row.organisation;
    reader->unread = row.unread;
    reader->seen_ms = row.used_ms;
    reader->view_box = row.view_box;
    reader->second_missing = session_second_missing(row.role, row.level, row.second);
    return OK;
}

int64_t route_scopes(const struct route *route)
{
    bool theirs = route->who == WHO_PHYSICIAN || route->who == WHO_MEMBER;
    if (route->pool != POOL_MEMBER || !theirs)
        return 0;
    return route->method == METHOD_POST
               ? token_form_scopes(route->pattern)
               : token_page_scopes(route->pattern, route->who == WHO_PHYSICIAN);
}

/* "read", or "ask or answer": any of these would do. */
static struct text scope_names(struct request *r, int64_t scopes, const char *between)
{
    struct buf out;
    buf_open(&out, r->arena, 64);
    for (size_t i = 0; i < SCOPES; i++)
        if (scopes >> i & 1)
            buf_format(&out, "%s%s", out.size > 0 ? between : "", token_scope_name(i));
    return buf_done(&out);
}

enum result guard_program(struct request *r, struct reply *out)
{
    int64_t scopes = route_scopes(r->route);
    if (!r->reader.signed_in) {
        reply_words(out, "This token is none of ours, has expired, or was ended.");
        return STALE;
    }
    if (r->route->who == WHO_ANYONE && r->route->method == METHOD_GET)
        return OK;
    if (scopes == 0) {
        reply_words(out, "No token opens this: sign in for it.");
        return REFUSED;
    }
    if ((scopes & r->reader.scopes) != 0)
        return OK;
    struct text names = scope_names(r, scopes, " or ");
    reply_words(out, "This token is not for that. It would need the scope %.*s.", (int)names.size,
                names.data);
    return REFUSED;
}

void guard_program_failed(struct request *r, struct reply *out, enum result result)
{
    if (result == STALE) {
        reply_header(out, "WWW-Authenticate",
                     TEXT("Bearer realm=\"curbside\", error=\"invalid_token\""));
    } else if (result == REFUSED && r->reader.signed_in && r->route &&
               route_scopes(r->route) != 0 && !(route_scopes(r->route) & r->reader.scopes)) {
        struct text names = scope_names(r, route_scopes(r->route), " ");
        reply_header(
            out, "WWW-Authenticate",
            arena_format(r->arena,
                         "Bearer realm=\"curbside\", error=\"insufficient_scope\", scope=\"%.*s\"",
                         (int)names.size, names.data));
    }
}
