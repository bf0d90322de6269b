#include "fcgi/reply.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/session.h"
#include "fcgi/kept.h"
#include "fcgi/route.h"

enum { BODY_ROOM = 16 * 1024, PATH_MAX_SIZE = 300, WORDS_SIZE = 400, HEAD_ROOM = 2048 };

/* On every answer. No inline script or style anywhere, so nothing smuggled into a page can run; see
 * notes/security.md, section 4. */
static const char security_headers[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'\r\n"
    "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Permissions-Policy: camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), "
    "usb=()\r\n"
    "Vary: Accept, Accept-Encoding\r\n";

struct outcome {
    int status;
    int retry_after; /* seconds; 0: none */
    const char *title, *advice;
};
static const struct outcome outcomes[] = {
    [OK] = {200, 0, "Done", ""},
    [ROW] = {500, 0, "Something broke here", ""},
    [NOT_FOUND] = {404, 0, "Not here",
                   "There is no such page, or it is not open to you. The address may be mistyped."},
    [REFUSED] = {403, 0, "Not allowed", "Your account may not do this, so nothing was changed."},
    [INVALID] = {422, 0, "Please check what you entered",
                 "Something cannot be taken as it is. What you typed is kept below."},
    [STALE] =
        {409, 0, "This form is no longer current",
         "Your session or the page has changed since the form was opened. Nothing was changed and "
         "what you typed is kept: send it once more."},
    [CONFLICT] = {409, 0, "That is there already",
                  "Somebody, perhaps you, has done this already with other content."},
    [TOO_MUCH] =
        {413, 0, "That is too long",
         "What you sent is over the limit. It is kept below: shorten it and send it again."},
    [TOO_OFTEN] = {429, 60, "A little too fast",
                   "You have done this often in a short time. Wait a minute and send it again."},
    [BUSY] = {503, 5, "Not possible at the moment",
              "Nothing was changed. Reading goes on; please try again in a few seconds."},
    [UNKNOWN] =
        {503, 5, "We could not confirm this",
         "It may or may not have been done. Sending it again is safe: it is done only once."},
    [BROKEN] = {500, 0, "Something broke here",
                "It has been noted. Nothing you did is lost; please try again later."},
};

static const struct outcome *outcome_of(enum result result)
{
    assert(result >= OK && (size_t)result < sizeof outcomes / sizeof outcomes[0]);
    return &outcomes[result];
}

int result_status(enum result result)
{
    return outcome_of(result)->status;
}

const char *result_title(enum result result)
{
    return outcome_of(result)->title;
}

const char *result_advice(enum result result)
{
    return outcome_of(result)->advice;
}

void reply_open(struct reply *out, struct arena *arena)
{
    *out = (struct reply){.arena = arena, .status = 200};
    buf_open(&out->headers, arena, 256);
}

static struct buf *body_start(struct reply *out, enum reply_kind kind, const char *type)
{
    assert(out->kind == REPLY_NONE);
    out->kind = kind;
    out->content_type = type;
    buf_open(&out->body, out->arena, BODY_ROOM);
    return &out->body;
}

struct buf *reply_html(struct reply *out)
{
    return body_start(out, REPLY_HTML, "text/html; charset=utf-8");
}

struct buf *reply_json(struct reply *out)
{
    return body_start(out, REPLY_JSON, "application/json");
}

struct buf *reply_text(struct reply *out)
{
    return body_start(out, REPLY_TEXT, "text/plain; charset=utf-8");
}

struct buf *reply_typed(struct reply *out, const char *type)
{
    return body_start(out, REPLY_FILE, type);
}

struct buf *reply_file(struct reply *out, const char *type, struct text file_name)
{
    for (size_t i = 0; i < file_name.size; i++)
        assert(file_name.data[i] > ' ' && file_name.data[i] < 0x7f && file_name.data[i] != '"');
    reply_header(out, "Content-Disposition",
                 arena_format(out->arena, "attachment; filename=\"%.*s\"", (int)file_name.size,
                              file_name.data));
    return body_start(out, REPLY_FILE, type);
}

void reply_image(struct reply *out, struct bytes jpeg)
{
    struct buf *body = body_start(out, REPLY_IMAGE, "image/jpeg");
    buf_add(body, jpeg.data, jpeg.size);
}

void reply_status(struct reply *out, int status)
{
    assert(status >= 200 && status <= 599);
    out->status = status;
}

void reply_header(struct reply *out, const char *name, struct text value)
{
    for (size_t i = 0; i < value.size; i++)
        assert((unsigned char)value.data[i] >= ' ' && value.data[i] != 0x7f);
    buf_add(&out->headers, name, strlen(name));
    buf_add(&out->headers, ": ", 2);
    buf_add(&out->headers, value.data, value.size);
    buf_add(&out->headers, "\r\n", 2);
}

void reply_words(struct reply *out, const char *format, ...)
{
    char *words = arena_take(out->arena, WORDS_SIZE);
    va_list values;
    va_start(values, format);
    int size = vsnprintf(words, WORDS_SIZE, format, values);
    va_end(values);
    assert(size >= 0);
    out->words = text_of(words);
}

void reply_session(struct reply *out, struct text token)
{
    static const char rest[] = "; Path=/; Secure; HttpOnly; SameSite=Lax";
    if (!token.data) {
        reply_header(out, "Set-Cookie", arena_format(out->arena, "__Host-s=%s; Max-Age=0", rest));
        out->sign_out = true;
        return;
    }
    uint8_t raw[TOKEN_SIZE];
    bool good = session_token_read(token, raw);
    assert(good);
    seal_wipe(raw, sizeof raw);
    reply_header(out, "Set-Cookie",
                 arena_format(out->arena, "__Host-s=%.*s%s", (int)token.size, token.data, rest));
}

/* A path on this site, in the arena. Never off it: "//" and a backslash would be another host to a
 * browser. */
static struct text path_format(struct reply *out, const char *format, va_list values)
{
    char path[PATH_MAX_SIZE];
    int size = vsnprintf(path, sizeof path, format, values);
    assert(size > 0 && (size_t)size < sizeof path && path[0] == '/' && path[1] != '/' &&
           path[1] != '\\');
    return arena_text(out->arena, text_of(path));
}

static enum result sent_on(struct request *r, struct reply *out, int64_t id, struct text path)
{
    if (r->wants_json) {
        struct buf *json = reply_json(out);
        buf_char(json, '{');
        if (id > 0)
            buf_format(json, "\"id\":%" PRId64 ",", id);
        buf_literal(json, "\"location\":", 11);
        buf_json_text(json, path);
        buf_char(json, '}');
        return OK;
    }
    reply_status(out, 303);
    reply_header(out, "Location", path);
    (void)reply_text(out);
    return OK;
}

enum result reply_redirect(struct request *r, struct reply *out, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    struct text path = path_format(out, format, values);
    va_end(values);
    return sent_on(r, out, 0, path);
}

enum result reply_made(struct request *r, struct reply *out, int64_t id, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    struct text path = path_format(out, format, values);
    va_end(values);
    if (r->wants_json) {
        reply_status(out, 201);
        reply_header(out, "Location", path);
    }
    return sent_on(r, out, id, path);
}

/* Problem details (RFC 9457); the type is a place in the page about the interface. */
static void fault_json(struct request *r, struct reply *out, enum result result)
{
    struct buf *json = reply_json(out);
    const char *name = result_name(result);
    out->content_type = "application/problem+json";
    buf_format(json, "{\"type\":\"/about/api#%s\",\"title\":", name);
    buf_json_text(json, text_of(result_title(result)));
    buf_format(json, ",\"status\":%d,\"detail\":", out->status);
    buf_json_text(json, out->words.data ? out->words : text_of(result_advice(result)));
    buf_format(json, ",\"error\":\"%s\",\"problems\":[", name);
    for (size_t i = 0; i < r->fault_count; i++) {
        buf_format(json, "%s{\"field\":", i > 0 ? "," : "");
        buf_json_text(json, text_of(r->faults[i].field));
        buf_literal(json, ",\"words\":", 9);
        buf_json_text(json, r->faults[i].words);
        buf_char(json, '}');
    }
    buf_literal(json, "]}", 2);
}

/* Words without layout, for when the pages' own error page is not there or fails. Plain text needs
 * no escape. */
static void fault_plain(struct request *r, struct reply *out, enum result result)
{
    struct buf *text = reply_text(out);
    buf_format(text, "%s\n\n%s\n", result_title(result), result_advice(result));
    if (out->words.data) {
        buf_add(text, out->words.data, out->words.size);
        buf_char(text, '\n');
    }
    for (size_t i = 0; i < r->fault_count; i++) {
        buf_add(text, r->faults[i].words.data, r->faults[i].words.size);
        buf_char(text, '\n');
    }
    for (size_t i = 0; r->fields && r->fields[i].name; i++) {
        if (r->typed[i].size == 0)
            continue;
        buf_format(text, "\n%s:\n", r->fields[i].label ? r->fields[i].label : r->fields[i].name);
        buf_add(text, r->typed[i].data, r->typed[i].size);
        buf_char(text, '\n');
    }
}

void reply_fault(struct request *r, struct reply *out, enum result result)
{
    struct text words = out->words;
    int retry_after = out->retry_after, status = out->fault_status;
    assert(result != OK);
    reply_open(out, r->arena);
    out->words = words;
    out->retry_after = retry_after;
    out->status = status > 0 ? status : result_status(result);
    r->why = result;
    if (r->wants_json) {
        fault_json(r, out, result);
    } else if (!route_hooks.fault || route_hooks.fault(r, out, result) != OK) {
        out->kind = REPLY_NONE;
        fault_plain(r, out, result);
    }
}

/* An ordinary page may have slots too (the header's personal part): fill them where they stand. */
static struct bytes html_body(struct request *r, struct reply *out)
{
    if (out->body.slot_count == 0)
        return buf_bytes(&out->body);
    struct buf whole;
    size_t at = 0;
    buf_open(&whole, out->arena, out->body.size + 4096);
    for (size_t i = 0; i < out->body.slot_count; i++) {
        const struct buf_slot *slot = &out->body.slots[i];
        buf_add(&whole, out->body.data + at, slot->offset - at);
        at = slot->offset;
        bool filled = route_hooks.fill && route_hooks.fill(r, out, &whole, slot->name, slot->id);
        assert(filled);
    }
    buf_add(&whole, out->body.data + at, out->body.size - at);
    return buf_bytes(&whole);
}

static const char *status_words(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 303:
        return "See Other";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 409:
        return "Conflict";
    case 413:
        return "Content Too Large";
    case 422:
        return "Unprocessable Content";
    case 429:
        return "Too Many Requests";
    case 500:
        return "Internal Server Error";
    case 503:
        return "Service Unavailable";
    default:
        return "Other";
    }
}

void reply_finish(struct request *r, struct reply *out, struct bytes *head, struct bytes *body)
{
    bool gzip = out->kind == REPLY_KEPT && r->takes_gzip;
    if (out->kind == REPLY_NONE)
        (void)reply_text(out);
    if (out->kind == REPLY_KEPT) {
        out->content_type = "text/html; charset=utf-8";
        *body = kept_body(out, gzip);
    } else {
        /* Not compressed: such a page may hold a secret beside what somebody else chose (BREACH).
         */
        *body = out->kind == REPLY_HTML ? html_body(r, out) : buf_bytes(&out->body);
    }
    int retry = out->retry_after;
    if (retry == 0 && (out->status == 503 || out->status == 429))
        retry =
            out->status == 429 ? outcome_of(TOO_OFTEN)->retry_after : outcome_of(BUSY)->retry_after;
    struct buf lines;
    buf_open(&lines, out->arena, HEAD_ROOM);
    buf_format(&lines, "Status: %d %s\r\n", out->status, status_words(out->status));
    buf_format(&lines, "Content-Type: %s\r\nContent-Length: %zu\r\n", out->content_type,
               body->size);
    buf_add(&lines, security_headers, sizeof security_headers - 1);
    buf_format(&lines, "Cache-Control: %s\r\n",
               out->kind == REPLY_IMAGE ? "private, max-age=300, immutable" : "no-store");
    if (gzip)
        buf_format(&lines, "Content-Encoding: gzip\r\n");
    if (retry > 0)
        buf_format(&lines, "Retry-After: %d\r\n", retry);
    if (out->sign_out)
        buf_format(&lines, "Clear-Site-Data: \"cookies\", \"storage\"\r\n");
    buf_add(&lines, out->headers.data, out->headers.size);
    buf_add(&lines, "\r\n", 2);
    *head = buf_bytes(&lines);
    if (r->head)
        *body = NO_BYTES;
}
