#include "fcgi/guard.h"

#include <assert.h>
#include <string.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/session.h"
#include "fcgi/engine.h"
#include "fcgi/kept.h"
#include "schema/board.h"
#include "schema/command.h"

enum { ROLE_OF_PHYSICIAN = 1, ROLE_OF_SPONSOR = 2, ROLE_OF_ADMIN = 3, LEVEL_IN = 3 };

static int64_t idle_ms(int64_t role)
{
    return MINUTE_MS * conf_int(role == ROLE_OF_PHYSICIAN ? "session.idle_minutes"
                                                          : "session.idle_minutes_staff");
}

enum result guard_reader(struct request *r)
{
    struct reader *reader = &r->reader;
    uint8_t digest[DIGEST_SIZE];
    if (r->bearer.data)
        return guard_program_reader(r);
    if (!session_token_read(request_cookie(r, "__Host-s"), reader->token))
        return OK;
    session_digest(digest, reader->token);
    struct board_session_find_row row;
    enum result result = board_session_find(request_store(r, WEB_BOARD), r->arena,
                                            bytes_of(digest, sizeof digest), &row);
    if (result == NOT_FOUND)
        return OK;
    if (result != OK)
        return result;
    if (r->now_ms >= row.expires_ms || r->now_ms >= row.seen_ms + idle_ms(row.role))
        return OK;
    reader->signed_in = true;
    reader->member = row.member;
    reader->role = row.role;
    reader->level = row.level;
    reader->pseudonym = row.pseudonym;
    reader->organisation = row.organisation;
    reader->unread = row.unread;
    reader->seen_ms = row.seen_ms;
    reader->view_box = row.view_box;
    reader->second_missing = session_second_missing(row.role, row.level, row.second);
    return OK;
}

enum result guard_row(const struct request *r)
{
    const struct reader *reader = &r->reader;
    bool in = reader->role == ROLE_OF_PHYSICIAN && reader->level >= LEVEL_IN;
    if (r->route->who == WHO_ANYONE)
        return OK;
    if (!reader->signed_in)
        return STALE;
    if (reader->second_missing && r->route->who != WHO_ACCOUNT)
        return REFUSED;
    switch (r->route->who) {
    case WHO_ANYONE:
    case WHO_WAITING:
    case WHO_ACCOUNT:
        return OK;
    case WHO_PHYSICIAN:
        return in ? OK : REFUSED;
    case WHO_MEMBER:
        return in || reader->role == ROLE_OF_ADMIN ? OK : REFUSED;
    case WHO_SPONSOR:
        return reader->role == ROLE_OF_SPONSOR ? OK : REFUSED;
    case WHO_ADMIN:
        return reader->role == ROLE_OF_ADMIN ? OK : REFUSED;
    }
    return REFUSED;
}

/* "https://HOST" or "http://HOST" with the very HOST this request was sent to. */
static bool origin_is_ours(struct text origin, struct text host)
{
    size_t scheme = text_starts(origin, "https://") ? 8 : text_starts(origin, "http://") ? 7 : 0;
    if (scheme == 0 || !host.data || host.size == 0)
        return false;
    return text_equal((struct text){origin.data + scheme, origin.size - scheme}, host);
}

enum result guard_origin(const struct request *r)
{
    if (r->fetch_site.data)
        return text_is(r->fetch_site, "same-origin") ? OK : REFUSED;
    return r->origin.data && origin_is_ours(r->origin, r->host) ? OK : REFUSED;
}

/* What form tokens are bound to: the session, or before there is one the cookie __Host-f. */
static bool form_root(const struct request *r, uint8_t root[TOKEN_SIZE])
{
    if (!r->reader.signed_in)
        return session_token_read(request_cookie(r, "__Host-f"), root);
    memcpy(root, r->reader.token, TOKEN_SIZE);
    return true;
}

enum result guard_form_check(const struct request *r)
{
    uint8_t root[TOKEN_SIZE];
    struct text form = request_form_token(r);
    if (!form.data || !form_root(r, root))
        return STALE;
    return session_form_check(root, r->route->pattern, form) ? OK : STALE;
}

/* The tokens this worker made last: a question's page has ten, and whoever reads one page reads the
 * next. A slot holds no more than any page of its session does. */
enum { FORMS_MADE = 256 };
struct form_made {
    uint8_t root[TOKEN_SIZE];
    const char *pattern; /* as the caller has it: written in the program, so its place will do */
    char text[SESSION_FORM_TEXT];
};
static struct form_made forms_made[FORMS_MADE];

static struct text form_signed_in(struct request *r, const char *pattern)
{
    uint64_t part;
    memcpy(&part, r->reader.token, sizeof part);
    part ^= (uintptr_t)pattern * UINT64_C(0x9E3779B97F4A7C15);
    struct form_made *made = &forms_made[(part >> 16) % FORMS_MADE];
    if (made->pattern != pattern || !seal_equal(made->root, r->reader.token, TOKEN_SIZE)) {
        struct text text = session_form(r->arena, r->reader.token, pattern);
        memcpy(made->root, r->reader.token, TOKEN_SIZE);
        memcpy(made->text, text.data, SESSION_FORM_TEXT);
        made->pattern = pattern;
    }
    return arena_text(r->arena, (struct text){made->text, SESSION_FORM_TEXT});
}

struct text guard_form(struct request *r, struct reply *out, const char *pattern)
{
    uint8_t root[TOKEN_SIZE];
    if (r->keeps)
        return kept_mark(r->arena, "form", (int64_t)route_of_form(pattern));
    if (r->reader.signed_in)
        return form_signed_in(r, pattern);
    if (form_root(r, root))
        return session_form(r->arena, root, pattern);
    if (!r->has_form_root) {
        seal_random(r->form_root, sizeof r->form_root);
        r->has_form_root = true;
        struct text value = session_token_text(r->arena, r->form_root);
        reply_header(out, "Set-Cookie",
                     arena_format(r->arena,
                                  "__Host-f=%.*s; Path=/; Secure; HttpOnly; SameSite=Strict",
                                  (int)value.size, value.data));
    }
    return session_form(r->arena, r->form_root, pattern);
}

struct text guard_request_id(struct request *r)
{
    uint8_t id[ID_SIZE];
    if (r->keeps)
        return kept_mark(r->arena, "request", 0);
    struct text had = r->method == METHOD_POST ? request_hidden(r, "request") : NO_TEXT;
    struct bytes raw = had.data ? hex_read(r->arena, had) : NO_BYTES;
    /* STALE, CONFLICT: what was sent under the old id was decided; a corrected form is a new
     * command. */
    bool keep = raw.data && raw.size == sizeof id && (r->why == BUSY || r->why == UNKNOWN);
    if (keep)
        return had;
    struct buf hex;
    seal_random(id, sizeof id);
    buf_open(&hex, r->arena, 2 * sizeof id + 1);
    buf_hex(&hex, bytes_of(id, sizeof id));
    return buf_done(&hex);
}

void guard_form_inputs(struct request *r, struct reply *out, struct buf *buf, const char *pattern)
{
    static const char form[] = "<input type=\"hidden\" name=\"form\" value=\"";
    static const char request[] = "\"><input type=\"hidden\" name=\"request\" value=\"";
    buf_literal(buf, form, sizeof form - 1);
    buf_attr(buf, guard_form(r, out, pattern));
    buf_literal(buf, request, sizeof request - 1);
    buf_attr(buf, guard_request_id(r));
    buf_literal(buf, "\">", 2);
}

void guard_touch(struct request *r)
{
    int64_t every_ms = MINUTE_MS * conf_int("session.touch_minutes");
    if (r->reader.program) /* of a token only the day is kept */
        every_ms = DAY_MS;
    if (!r->reader.signed_in || r->now_ms - r->reader.seen_ms < every_ms)
        return;
    /* A command of its own: it takes neither form token nor request id from what was sent. */
    r->method = METHOD_GET;
    r->query = TEXT("");
    struct command command = {.kind = COMMAND_SESSION_TOUCH};
    struct bytes reply;
    /* If it fails the next request tries again. */
    enum result ignored = request_command(r, "clerk", &command, &reply);
    (void)ignored;
}

void guard_report_read(struct request *r)
{
    struct command command = {.kind = COMMAND_REPORT_READ};
    struct bytes reply;
    if (r->report_read == 0 || !r->reader.signed_in)
        return;
    command.report_read.report = r->report_read;
    /* If it fails it is as if it had not been read: the next reading tells it. */
    enum result ignored = request_command(r, "clerk", &command, &reply);
    (void)ignored;
}

enum result request_view_key(struct request *r, const uint8_t **view_key)
{
    struct reader *reader = &r->reader;
    if (!reader->signed_in)
        return REFUSED;
    if (!reader->has_view_key) {
        enum result result =
            session_view_unbox(r->arena, reader->token, reader->view_box, reader->view_key);
        if (result != OK)
            return BROKEN;
        reader->has_view_key = true;
    }
    *view_key = reader->view_key;
    return OK;
}
