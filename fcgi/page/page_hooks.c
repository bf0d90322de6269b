/* What every page has: the handles a worker keeps for pages, the personal part of the header, and
 * the page for faults. */
#include "fcgi/page/page_parts.h"

#include <stdlib.h>
#include <string.h>

#include "core/trace.h"
#include "core/json.h"
#include "fcgi/guard.h"
#include "fcgi/page/page_doors.h"
#include "schema/command.h"

struct page_handles {
    struct guard *guard;
    struct search *search;
    struct db *board; /* that `search` works on */
};

void page_hook_open(void **handle, enum pool pool, struct db *board)
{
    if (pool != POOL_MEMBER && pool != POOL_SPONSOR)
        return;
    struct page_handles *handles = calloc(1, sizeof *handles);
    if (handles == NULL)
        trace_die("start", "no memory for the pages' handles");
    handles->guard = guard_open();
    if (pool == POOL_SPONSOR) { /* checks what he would ask; searches nothing that members wrote */
        *handle = handles;
        return;
    }
    handles->board = board;
    if (board != NULL)
        handles->search = search_open(board);
    *handle = handles;
}

struct guard *page_guard(struct request *r)
{
    struct page_handles *handles = *request_handle(r);
    return handles->guard;
}

struct search *page_search_handle(struct request *r)
{
    struct page_handles *handles = *request_handle(r);
    struct db *board = request_store(r, WEB_BOARD);
    if (handles->board != board) { /* the store came after the worker, or anew */
        search_close(handles->search);
        handles->search = search_open(board);
        handles->board = board;
    }
    search_vocab_set(handles->search, request_store_maybe(r, WEB_VOCAB));
    return handles->search;
}

/* What waits at the desk, for its admin's header. Without an answer the header goes without. */
static int64_t desk_waiting(struct request *r)
{
    struct command command = {.kind = COMMAND_MODERATION_COUNT};
    struct reply_moderation_count reply = {0};
    struct bytes json = NO_BYTES;
    struct json *root = NULL;
    if (!page_may_ask(r) || request_command(r, "clerk", &command, &json) != OK ||
        json_read(json, &root) != OK)
        return 0;
    if (reply_moderation_count_read(root, r->arena, &reply) != OK)
        reply.waiting = 0;
    json_close(root);
    return reply.waiting;
}

bool page_hook_fill(struct request *r, struct reply *out, struct buf *buf, const char *slot,
                    int64_t id)
{
    (void)id;
    if (strcmp(slot, "reader") != 0)
        return false;
    const struct reader *reader = &r->reader;
    struct view_reader v = {
        .role = reader->signed_in ? reader->role : 0,
        .who = reader->pseudonym,
        .member = reader->member,
        .unread = reader->unread,
        .desk = reader->signed_in && reader->role == BOARD_ADMIN && r->route != NULL &&
                        r->route->pool == POOL_ADMIN
                    ? desk_waiting(r)
                    : 0,
        .pool = TEXT("/"),
        .path = r->path,
        .sign_out = reader->signed_in ? guard_form(r, out, "/logout") : TEXT(""),
        .waiting = reader->role == BOARD_PHYSICIAN && reader->level < BOARD_LEVEL_OPEN,
    };
    html_reader(buf, &v);
    return true;
}

/* Short inputs and notes to the server are not what somebody would miss. */
static bool worth_keeping(const struct field *field, struct text typed)
{
    bool written = field->type == FIELD_LINE || field->type == FIELD_TEXT ||
                   field->type == FIELD_MONEY || field->type == FIELD_DATE;
    return written && typed.size > 0;
}

static void typed_load(const struct request *r, struct view_fault *v)
{
    v->typed = arena_array(r->arena, struct view_typed, REQUEST_FIELDS_MAX);
    if (r->method != METHOD_POST || r->fields == NULL)
        return;
    for (size_t i = 0; i < REQUEST_FIELDS_MAX && r->fields[i].name != NULL; i++) {
        const struct field *field = &r->fields[i];
        if (!worth_keeping(field, r->typed[i]))
            continue;
        v->typed[v->typed_count++] = (struct view_typed){
            .name = text_of(field->name),
            .label = text_of(field->label != NULL ? field->label : field->name),
            .text = r->typed[i],
            .many_lines = field->type == FIELD_TEXT,
        };
    }
}

static struct text home_of(const struct request *r)
{
    if (r->reader.role == BOARD_SPONSOR)
        return TEXT("/sponsor/campaigns");
    return r->reader.role == BOARD_ADMIN ? TEXT("/admin/status") : TEXT("/");
}

/* Back to the page the form stood on, where site.js has kept the draft. */
static struct text sign_in_of(const struct request *r)
{
    if (r->route != NULL && text_starts(text_of(r->route->pattern), "/q/:id/"))
        return arena_format(r->arena, "/login?next=/q/%lld", (long long)r->id);
    if (r->route != NULL && text_is(text_of(r->route->pattern), "/ask"))
        return TEXT("/login?next=/ask");
    return TEXT("/login");
}

enum result page_hook_fault(struct request *r, struct reply *out, enum result result)
{
    struct view_fault v = {
        .head = page_head(r, text_of(result_title(result))),
        .title = text_of(result_title(result)),
        .words = text_of(result_advice(result)),
        .more = out->words.data != NULL ? out->words : TEXT(""),
        .link = home_of(r),
        .link_words = TEXT("To the first page"),
    };
    if (!r->reader.signed_in && result == STALE) {
        v.title = TEXT("Please sign in again");
        v.words = TEXT("You have been signed out, so nothing was changed.");
        v.link = sign_in_of(r);
        v.link_words = TEXT("Sign in");
    }
    v.problems = arena_array(r->arena, struct view_problem, REQUEST_FAULTS_MAX);
    for (size_t i = 0; i < r->fault_count; i++)
        v.problems[v.problems_count++] =
            (struct view_problem){text_of(r->faults[i].field), r->faults[i].words};
    typed_load(r, &v);
    html_fault(reply_html(out), &v);
    return OK;
}
