#include "fcgi/request.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/session.h"
#include "core/token.h"
#include "fcgi/engine.h"
#include "fcgi/multipart.h"
#include "schema/command.h"

enum { PATH_SIZE_MAX = 300, QUERY_SIZE_MAX = 4096, PAIRS_MAX = 160, WORDS_MAX = 300 };
enum { FILE_WAIT_MS = 7500 }; /* work on what came beside a command may take seconds */
enum { SOON_WAIT_MS = 300 };

/* Paths of this site need no percent-encoding, so one that has it is not ours. */
static bool path_is_plain(struct text path)
{
    for (size_t i = 0; i < path.size; i++) {
        char c = path.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '/' || c == '-' || c == '_' || c == '.'))
            return false;
    }
    return path.size > 0 && path.size <= PATH_SIZE_MAX && path.data[0] == '/';
}

/* Does a header like Accept or Accept-Encoding name this word, not with q=0? Good enough for two
 * words of our own. */
static bool header_names(struct text header, const char *word)
{
    struct text part;
    while (text_next(&header, ',', &part)) {
        struct text name;
        struct text rest = part;
        if (!text_next(&rest, ';', &name) || !text_is(text_trim(name), word))
            continue;
        rest = text_trim(rest);
        return !(text_is(rest, "q=0") || text_is(rest, "q=0.0") || text_is(rest, "q=0.00") ||
                 text_is(rest, "q=0.000"));
    }
    return false;
}

/* Who sends a token is a program: it gets JSON, and what cookies come along count for nothing. Who
 * sends JSON gets it back unless he would rather not. */
static void bearer_take(struct request *r, struct text authorization, struct text accept)
{
    static const char word[] = "Bearer";
    if (text_starts(r->content_type, "application/json") && !header_names(accept, "text/html"))
        r->wants_json = true;
    size_t size = sizeof word - 1;
    if (authorization.size < size || strncasecmp(authorization.data, word, size) != 0 ||
        (authorization.size > size && authorization.data[size] != ' '))
        return;
    r->bearer = text_trim((struct text){authorization.data + size, authorization.size - size});
    r->cookies = NO_TEXT;
    r->wants_json = true;
}

enum result request_open(struct request *r, struct worker *worker, struct arena *arena,
                         const struct incoming *in)
{
    *r = (struct request){.arena = arena, .worker = worker, .now_ms = clock_now_ms()};
    struct text method = accept_param(in, "REQUEST_METHOD");
    r->head = text_is(method, "HEAD");
    r->method = text_is(method, "POST") ? METHOD_POST : METHOD_GET;
    r->remote = accept_param(in, "REMOTE_ADDR");
    r->host = accept_param(in, "HTTP_HOST");
    r->origin = accept_param(in, "HTTP_ORIGIN");
    r->fetch_site = accept_param(in, "HTTP_SEC_FETCH_SITE");
    r->device = accept_param(in, "DEVICE");
    r->cookies = accept_param(in, "HTTP_COOKIE");
    r->content_type = accept_param(in, "CONTENT_TYPE");
    struct text accept = accept_param(in, "HTTP_ACCEPT");
    r->wants_json = header_names(accept, "application/json");
    bearer_take(r, accept_param(in, "HTTP_AUTHORIZATION"), accept);
    r->takes_gzip = header_names(accept_param(in, "HTTP_ACCEPT_ENCODING"), "gzip");
    r->body = in->body;
    struct text uri = accept_param(in, "REQUEST_URI");
    size_t mark = 0;
    while (mark < uri.size && uri.data[mark] != '?')
        mark++;
    r->path = (struct text){uri.data, mark};
    r->query = mark < uri.size ? (struct text){uri.data + mark + 1, uri.size - mark - 1} : TEXT("");
    if (!path_is_plain(r->path)) {
        r->path = TEXT("/");
        return NOT_FOUND;
    }
    if (in->body_over || r->query.size > QUERY_SIZE_MAX)
        return TOO_MUCH;
    if (!r->head && r->method == METHOD_GET && !text_is(method, "GET"))
        return INVALID;
    return OK;
}

struct text request_cookie(const struct request *r, const char *name)
{
    struct text rest = r->cookies, part;
    size_t size = strlen(name);
    while (text_next(&rest, ';', &part)) {
        part = text_trim(part);
        if (part.size > size && memcmp(part.data, name, size) == 0 && part.data[size] == '=')
            return (struct text){part.data + size + 1, part.size - size - 1};
    }
    return NO_TEXT;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* application/x-www-form-urlencoded, one value; a % that is none stands for itself, as browsers
 * take it. */
static struct text form_decode(struct arena *arena, struct text raw)
{
    char *out = arena_take(arena, raw.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < raw.size; i++) {
        char c = raw.data[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%' && i + 2 < raw.size && hex_value(raw.data[i + 1]) >= 0 &&
                   hex_value(raw.data[i + 2]) >= 0) {
            c = (char)(hex_value(raw.data[i + 1]) << 4 | hex_value(raw.data[i + 2]));
            i += 2;
        }
        out[size++] = c;
    }
    return (struct text){out, size};
}

/* May this request's form come with a file? Only where its table has one. */
static bool is_multipart(const struct request *r)
{
    if (r->method != METHOD_POST || !text_starts(r->content_type, "multipart/form-data"))
        return false;
    const struct field *fields = r->route ? r->route->fields : NULL;
    for (size_t i = 0; fields && fields[i].name; i++)
        if (fields[i].type == FIELD_FILE)
            return true;
    return false;
}

/* A body of another type than our forms have is no form: its fields are as good as absent. */
static struct text form_of(const struct request *r)
{
    if (r->method == METHOD_POST &&
        !text_starts(r->content_type, "application/x-www-form-urlencoded"))
        return TEXT("");
    if (r->method == METHOD_POST)
        return r->body.data ? (struct text){(const char *)r->body.data, r->body.size} : TEXT("");
    return r->query;
}

static struct text hidden_of_parts(const struct request *r, const char *name)
{
    struct multipart form;
    struct part part;
    if (multipart_open(&form, r->content_type, r->body))
        for (int i = 0; i < PAIRS_MAX && multipart_next(&form, &part); i++)
            if (!part.file && text_is(part.name, name))
                return part.value;
    return NO_TEXT;
}

struct text request_hidden(const struct request *r, const char *name)
{
    struct text rest = form_of(r), pair;
    size_t size = strlen(name);
    if (is_multipart(r))
        return hidden_of_parts(r, name);
    for (int i = 0; i < PAIRS_MAX && text_next(&rest, '&', &pair); i++)
        if (pair.size > size && memcmp(pair.data, name, size) == 0 && pair.data[size] == '=')
            return form_decode(r->arena, (struct text){pair.data + size + 1, pair.size - size - 1});
    return NO_TEXT;
}

struct text request_form_token(const struct request *r)
{
    struct text of_button = request_hidden(r, "button_form");
    return of_button.data ? of_button : request_hidden(r, "form");
}

static size_t field_index(const struct field *fields, struct text name)
{
    size_t i = 0;
    while (fields[i].name && !text_is(name, fields[i].name))
        i++;
    return i;
}

/* What a person typed, fit to be shown again: bytes that are no UTF-8 become '?'. */
static struct text shown(struct arena *arena, struct text text)
{
    if (text_is_utf8(text_bytes(text)))
        return text;
    char *copy = arena_take(arena, text.size + 1);
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        copy[i] = (unsigned char)c >= 0x80 || c == 0 ? '?' : c;
    }
    return (struct text){copy, text.size};
}

/* One more line; a line end inside of a value would make two of it. */
static struct text list_add(struct arena *arena, struct text list, struct text value)
{
    char *line = (char *)(uintptr_t)arena_text(arena, value).data;
    for (size_t i = 0; i < value.size; i++)
        line[i] = line[i] == '\n' || line[i] == '\r' ? ' ' : line[i];
    if (!list.data)
        return (struct text){line, value.size};
    return arena_format(arena, "%.*s\n%.*s", (int)list.size, list.data, (int)value.size, line);
}

static void raw_set(struct request *r, const struct field *fields, struct text name,
                    struct text value, struct text *raw)
{
    size_t i = field_index(fields, name);
    assert(i < REQUEST_FIELDS_MAX);
    if (fields[i].name && fields[i].type == FIELD_LIST)
        raw[i] = list_add(r->arena, raw[i], value);
    else if (fields[i].name && raw[i].data)
        request_fault_add(r, fields[i].name, "%s was sent twice.", fields[i].label);
    else if (fields[i].name)
        raw[i] = value;
}

/* The form's fields as sent, each at its place in the table. TOO_MUCH: more than any form has. */
static enum result raw_read(struct request *r, const struct field *fields, struct text *raw)
{
    struct text rest = form_of(r), pair;
    struct multipart form;
    struct part part;
    int pairs = 0;
    if (is_multipart(r)) {
        if (!multipart_open(&form, r->content_type, r->body))
            return OK; /* no form: its fields are missing */
        while (multipart_next(&form, &part)) {
            if (++pairs > PAIRS_MAX)
                return TOO_MUCH;
            size_t i = field_index(fields, part.name);
            if (part.file == (fields[i].type == FIELD_FILE))
                raw_set(r, fields, part.name, part.value, raw);
        }
        return OK;
    }
    while (text_next(&rest, '&', &pair)) {
        struct text name, value = pair;
        if (++pairs > PAIRS_MAX)
            return TOO_MUCH;
        if (!text_next(&value, '=', &name))
            continue;
        name = form_decode(r->arena, name);
        size_t i = field_index(fields, name);
        if (fields[i].name && fields[i].type != FIELD_FILE)
            raw_set(r, fields, name, form_decode(r->arena, value.data ? value : TEXT("")), raw);
    }
    return OK;
}

enum result request_fields(struct request *r, const struct field *fields)
{
    r->fields = fields;
    if (!fields)
        return OK;
    struct text raw[REQUEST_FIELDS_MAX] = {0};
    bool too_much = false;
    if (raw_read(r, fields, raw) != OK)
        return TOO_MUCH;
    for (size_t i = 0; fields[i].name; i++) {
        struct text typed = raw[i].data ? raw[i] : TEXT("");
        bool hidden = fields[i].type == FIELD_SECRET || fields[i].type == FIELD_FILE;
        r->typed[i] = hidden ? TEXT("") : shown(r->arena, typed);
        (void)field_check(r, &fields[i], typed, &r->values[i], &too_much);
    }
    if (r->fault_count == 0)
        return OK;
    return too_much ? TOO_MUCH : INVALID;
}

static const struct field_value *value_of(const struct request *r, const char *name,
                                          enum field_type *type)
{
    assert(r->fields);
    size_t i = field_index(r->fields, text_of(name));
    assert(r->fields[i].name); /* a page may only ask for what its table has */
    *type = r->fields[i].type;
    return &r->values[i];
}

struct text request_text(const struct request *r, const char *name)
{
    enum field_type type;
    const struct field_value *value = value_of(r, name, &type);
    assert(type == FIELD_LINE || type == FIELD_TEXT || type == FIELD_SECRET || type == FIELD_KEY ||
           type == FIELD_MONTH || type == FIELD_LIST);
    return value->text;
}

int64_t request_int(const struct request *r, const char *name)
{
    enum field_type type;
    const struct field_value *value = value_of(r, name, &type);
    assert(type == FIELD_INT || type == FIELD_DATE || type == FIELD_MONEY);
    return value->number;
}

bool request_flag(const struct request *r, const char *name)
{
    enum field_type type;
    const struct field_value *value = value_of(r, name, &type);
    assert(type == FIELD_FLAG);
    return value->number != 0;
}

struct bytes request_file(const struct request *r, const char *name)
{
    enum field_type type;
    const struct field_value *value = value_of(r, name, &type);
    assert(type == FIELD_FILE);
    return value->text.data ? text_bytes(value->text) : NO_BYTES;
}

bool request_given(const struct request *r, const char *name)
{
    enum field_type type;
    return value_of(r, name, &type)->given;
}

struct text request_typed(const struct request *r, const char *name)
{
    if (!r->fields)
        return TEXT("");
    size_t i = field_index(r->fields, text_of(name));
    return r->fields[i].name && r->typed[i].data ? r->typed[i] : TEXT("");
}

void request_typed_put(struct request *r, struct text name, struct text typed)
{
    size_t i = field_index(r->fields, name);
    if (r->fields[i].name)
        r->typed[i] = typed;
}

struct text request_fault(const struct request *r, const char *field)
{
    for (size_t i = 0; i < r->fault_count; i++)
        if (strcmp(r->faults[i].field, field) == 0)
            return r->faults[i].words;
    return NO_TEXT;
}

void request_fault_add(struct request *r, const char *field, const char *format, ...)
{
    if (r->fault_count == REQUEST_FAULTS_MAX)
        return;
    char *words = arena_take(r->arena, WORDS_MAX);
    va_list values;
    va_start(values, format);
    int size = vsnprintf(words, WORDS_MAX, format, values);
    va_end(values);
    assert(size >= 0);
    struct text text = {words, (size_t)size < WORDS_MAX ? (size_t)size : WORDS_MAX - 1};
    r->faults[r->fault_count++] = (struct fault){field, text};
}

struct db *request_store(struct request *r, enum web_store store)
{
    assert(r->worker->store_mask >> store & 1);
    struct db *db = r->worker->stores[store];
    assert(db); /* the engine answers 503 before a page runs when a store is not there */
    if (!(r->open_stores >> store & 1) && db_begin(db) == OK)
        r->open_stores |= 1u << store;
    /* When begin failed, so will the statement that comes next, with the same result. */
    return db;
}

struct db *request_store_maybe(struct request *r, enum web_store store)
{
    bool there = r->worker->store_mask >> store & 1 && r->worker->stores[store] != NULL;
    return there ? request_store(r, store) : NULL;
}

void request_fresh(struct request *r)
{
    for (size_t i = 0; i < WEB_STORES; i++)
        if (r->open_stores >> i & 1)
            db_rollback(r->worker->stores[i]);
    r->open_stores = 0;
}

void request_close(struct request *r)
{
    request_fresh(r);
}

/* The command as it goes: who asks, with which form. */
static struct bytes command_fill(struct request *r, struct command *command)
{
    struct text form = request_form_token(r);
    command->token = !r->reader.signed_in ? TEXT("")
                     : r->reader.program  ? token_text(r->arena, r->reader.token)
                                          : session_token_text(r->arena, r->reader.token);
    command->form = form.data && r->reader.signed_in ? form : TEXT("");
    struct bytes id = hex_read(r->arena, request_hidden(r, "request"));
    if (id.data && id.size == sizeof command->request)
        memcpy(command->request, id.data, sizeof command->request);
    else
        seal_random(command->request, sizeof command->request);
    request_fresh(r); /* no snapshot is held while we wait, and the next read sees what was done */
    struct buf message;
    buf_open(&message, r->arena, 1024);
    command_write(&message, command);
    return buf_bytes(&message);
}

enum result request_command(struct request *r, const char *program, struct command *command,
                            struct bytes *reply)
{
    struct caller *caller = strcmp(program, "paymaster") == 0 ? &r->worker->paymaster
                            : strcmp(program, "ranker") == 0  ? &r->worker->ranker
                                                              : &r->worker->clerk;
    assert(strcmp(program, caller->program) == 0);
    return caller_ask(caller, r->arena, command_fill(r, command), reply);
}

enum result request_command_soon(struct request *r, struct command *command, struct bytes *reply)
{
    struct caller *clerk = &r->worker->clerk;
    const int wait_ms = clerk->wait_ms;
    clerk->wait_ms = SOON_WAIT_MS;
    enum result result = caller_ask(clerk, r->arena, command_fill(r, command), reply);
    clerk->wait_ms = wait_ms;
    return result;
}

enum result request_command_with(struct request *r, const char *program, struct command *command,
                                 struct bytes file, struct bytes *reply)
{
    enum result result = BUSY;
    assert(strcmp(program, "clerk") == 0);
    *reply = NO_BYTES;
    int descriptor = memfd_create("upload", MFD_CLOEXEC);
    size_t at = 0;
    while (descriptor >= 0 && at < file.size) {
        ssize_t written = write(descriptor, file.data + at, file.size - at);
        if (written <= 0)
            goto done;
        at += (size_t)written;
    }
    struct caller *clerk = &r->worker->clerk;
    const int wait_ms = clerk->wait_ms;
    clerk->wait_ms = FILE_WAIT_MS;
    if (descriptor >= 0)
        result = caller_ask_with(clerk, r->arena, command_fill(r, command), descriptor, reply);
    clerk->wait_ms = wait_ms;
done:
    if (descriptor >= 0)
        (void)close(descriptor);
    return result;
}

void **request_handle(struct request *r)
{
    return &r->worker->pages;
}
