/* Drafts: saved by whoever types (site.js, or the button beside "Post"), listed, brought back and
 * deleted. Read here from pad.db, which only the reader's own key opens; written by the clerk. */
#include "fcgi/member/page_drafts.h"

#include <inttypes.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/session.h"
#include "core/text.h"
#include "fcgi/guard.h"
#include "fcgi/page/page_doors.h"
#include "schema/board.h"
#include "schema/pad.h"

enum { EXCERPT = 160, ROWS_MAX = 100 };

static const char *const kept_names[] = {"title",    "body",    "topics", "kind",
                                         "options",  "setting", "seen",   "from_month",
                                         "to_month", "seek",    "note",   "base"};
enum { KEPT_NAMES = sizeof kept_names / sizeof kept_names[0] };

const struct field fields_draft[] = {
    {.name = "place", .type = FIELD_LINE, .low = 1, .high = PAGE_PLACE_MAX, .label = "The form"},
    PAGE_KEPT_FIELDS,
    {.name = NULL},
};
const struct field fields_draft_remove[] = {
    {.name = "place", .type = FIELD_LINE, .low = 1, .high = PAGE_PLACE_MAX, .label = "The form"},
    {.name = "list", .type = FIELD_FLAG, .optional = true, .label = "From the list"},
    {.name = NULL},
};
const struct field fields_drafts[] = {
    {.name = "place",
     .type = FIELD_LINE,
     .high = PAGE_PLACE_MAX,
     .optional = true,
     .label = "The form"},
    {.name = NULL},
};

static int64_t since_ms(const struct request *r)
{
    return r->now_ms - conf_int("draft.days") * DAY_MS;
}

static enum result content_open(struct request *r, const uint8_t *view_key, struct bytes box,
                                struct reply_draft *content)
{
    struct json *root = NULL;
    struct bytes plain;
    enum result result = seal_unbox(r->arena, view_key, box, &plain);
    if (result == OK)
        result = json_read(plain, &root);
    if (result == OK)
        result = reply_draft_read(root, r->arena, content);
    json_close(root);
    return result == OK ? OK : BROKEN;
}

enum result page_draft_find(struct request *r, struct text place, struct page_draft *draft)
{
    const uint8_t *view_key;
    uint8_t owner[SESSION_TAG_SIZE], tag[SESSION_TAG_SIZE];
    struct pad_draft_get_row row;
    *draft = (struct page_draft){.found = false};
    enum result result = request_view_key(r, &view_key);
    if (result != OK)
        return result;
    session_pad_owner(owner, view_key);
    session_draft_tag(tag, view_key, place);
    result = pad_draft_get(request_store(r, WEB_PAD), r->arena, bytes_of(owner, sizeof owner),
                           bytes_of(tag, sizeof tag), &row);
    if (result == NOT_FOUND || (result == OK && row.at_ms <= since_ms(r)))
        return OK;
    if (result == OK)
        result = content_open(r, view_key, row.box, &draft->content);
    draft->found = result == OK;
    draft->at_ms = result == OK ? row.at_ms : 0;
    return result;
}

struct text page_draft_field(const struct page_draft *draft, const char *name)
{
    for (size_t i = 0; draft->found && i < draft->content.fields_count; i++)
        if (text_is(draft->content.fields[i].name, name))
            return draft->content.fields[i].value;
    return TEXT("");
}

void page_draft_typed(struct request *r, const struct page_draft *draft)
{
    for (size_t i = 0; draft->found && i < draft->content.fields_count; i++) {
        const struct record_draft_field *field = &draft->content.fields[i];
        if (field->value.size > 0)
            request_typed_put(r, field->name, field->value);
    }
}

struct view_draft_bar page_draft_bar(struct request *r, struct reply *out, struct text place,
                                     const struct page_draft *draft)
{
    bool restored = draft != NULL && draft->found;
    return (struct view_draft_bar){
        .place = place,
        .form = guard_form(r, out, "/draft"),
        .remove_form = guard_form(r, out, "/draft/remove"),
        .restored = restored,
        .saved = restored ? clock_ago(r->arena, draft->at_ms, r->now_ms) : TEXT(""),
        .iso = restored ? clock_iso(r->arena, draft->at_ms) : TEXT(""),
        .left_out = restored ? draft->content.left_out : 0,
        .image_form = guard_form(r, out, ROUTE_UPLOAD),
        .image_open =
            page_field_bad(r, "picture") || page_field_bad(r, "alt") || page_field_bad(r, "clean"),
        .alt = request_typed(r, "alt"),
    };
}

struct view_draft_bar page_draft_none(void)
{
    const struct text none = TEXT("");
    return (struct view_draft_bar){.place = none,
                                   .form = none,
                                   .remove_form = none,
                                   .saved = none,
                                   .iso = none,
                                   .image_form = none,
                                   .alt = none};
}

/* Where each form stands: what is before and behind the number. */
static const struct {
    const char *name, *before, *behind, *what;
} forms[] = {
    [PAGE_FORM_NONE] = {"", "/drafts", "", "Something you wrote"},
    [PAGE_FORM_ASK] = {"ask", "/ask", "", "A question of yours"},
    [PAGE_FORM_ANSWER] = {"answer", "/q/", "/answer", "An answer"},
    [PAGE_FORM_EDIT] = {"edit", "/p/", "/edit", "An edit of what you wrote"},
    [PAGE_FORM_COMMENT] = {"comment", "/p/", "/comment", "A comment"},
    [PAGE_FORM_SUMMARY] = {"summary", "/q/", "/summary", "A thread’s summary"},
};

struct text page_place_name(struct arena *arena, enum page_form form, int64_t id)
{
    return id == 0 ? text_of(forms[form].name)
                   : arena_format(arena, "%s-%" PRId64, forms[form].name, id);
}

struct page_place page_place_read(struct text name)
{
    struct page_place place = {PAGE_FORM_NONE, 0};
    struct text rest = name, word;
    if (text_is(name, "ask"))
        return (struct page_place){PAGE_FORM_ASK, 0};
    if (!text_next(&rest, '-', &word) || !text_int(rest, 1, PAGE_BEFORE_ALL, &place.id))
        return place;
    for (enum page_form form = PAGE_FORM_ANSWER; form <= PAGE_FORM_SUMMARY; form++)
        if (text_is(word, forms[form].name))
            place.form = form;
    return place;
}

struct text page_draft_link(struct arena *arena, struct text name)
{
    struct page_place place = page_place_read(name);
    const char *before = forms[place.form].before, *behind = forms[place.form].behind;
    return behind[0] == 0 ? text_of(before)
                          : arena_format(arena, "%s%" PRId64 "%s", before, place.id, behind);
}

void page_draft_fields(struct request *r, struct record_draft_field **fields, size_t *count)
{
    *fields = arena_array(r->arena, struct record_draft_field, KEPT_NAMES);
    *count = 0;
    for (size_t i = 0; i < KEPT_NAMES; i++) {
        struct text value = request_text(r, kept_names[i]);
        if (value.size > 0)
            (*fields)[(*count)++] = (struct record_draft_field){text_of(kept_names[i]), value};
    }
}

struct text page_left_out(struct arena *arena, int64_t left_out)
{
    if (left_out == 0)
        return TEXT("");
    return arena_format(arena,
                        "%" PRId64 " %s out: what could point to a patient is never kept, not "
                        "even in a draft.",
                        left_out, left_out == 1 ? "place was left" : "places were left");
}

enum result page_draft_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_DRAFT_SAVE};
    struct reply_draft_saved saved = {0};
    struct json *root;
    command.draft_save.place = request_text(r, "place");
    page_draft_fields(r, &command.draft_save.fields, &command.draft_save.fields_count);
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_draft_saved_read(root, r->arena, &saved) : BROKEN;
    json_close(root);
    if (result != OK)
        return result;
    if (!r->wants_json) {
        struct text link = page_draft_link(r->arena, request_text(r, "place"));
        return reply_redirect(r, out, "%.*s", (int)link.size, link.data);
    }
    struct view_draft_saved v = {.saved = saved.at_ms > 0, .left_out = saved.left_out};
    v.iso = saved.at_ms > 0 ? clock_iso(r->arena, saved.at_ms) : TEXT("");
    v.words = page_left_out(r->arena, saved.left_out);
    view_draft_saved_write(reply_json(out), &v);
    return OK;
}

enum result page_draft_remove_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_DRAFT_REMOVE};
    command.draft_remove.place = request_text(r, "place");
    enum result result = page_program_done(r, "clerk", &command);
    if (result != OK)
        return result;
    if (request_flag(r, "list"))
        return reply_redirect(r, out, "/drafts");
    /* Whoever deletes it below its form begins anew there. */
    struct text link = page_draft_link(r->arena, command.draft_remove.place);
    return reply_redirect(r, out, "%.*s", (int)link.size, link.data);
}

/* What the form is about: its thread's title, unless the draft has one of its own. What is no
 * longer to be seen has no form to go on in. */
static enum result row_about(struct request *r, struct page_place place, struct view_draft_row *v)
{
    struct board_posting_thread_row posting = {.question = place.id};
    struct board_thread_get_row thread;
    struct db *board = request_store(r, WEB_BOARD);
    enum result result = OK;
    v->what = text_of(forms[place.form].what);
    if (place.form == PAGE_FORM_NONE || place.form == PAGE_FORM_ASK)
        return OK;
    if (place.form == PAGE_FORM_EDIT || place.form == PAGE_FORM_COMMENT)
        result = board_posting_thread(board, r->arena, place.id, &posting);
    if (result == OK)
        result = board_thread_get(board, r->arena, posting.question, &thread);
    v->gone = result == NOT_FOUND;
    if (result == OK && v->title.size == 0)
        v->title = page_titled(r->arena, thread.kind, thread.member, thread.source, thread.title);
    return result == NOT_FOUND ? OK : result;
}

static enum result row_fill(struct request *r, const struct page_draft *draft,
                            struct view_draft_row *v)
{
    const struct reply_draft *content = &draft->content;
    struct text body = page_draft_field(draft, "body");
    *v = (struct view_draft_row){
        .place = content->place,
        .link = page_draft_link(r->arena, content->place),
        .title = page_draft_field(draft, "title"),
        .excerpt = text_excerpt(r->arena, body, EXCERPT),
        .body = body,
        .saved = clock_ago(r->arena, draft->at_ms, r->now_ms),
        .iso = clock_iso(r->arena, draft->at_ms),
        .left_out = page_left_out(r->arena, content->left_out),
        .fields = arena_array(r->arena, struct view_draft_field, content->fields_count + 1),
    };
    for (size_t i = 0; i < content->fields_count; i++)
        v->fields[v->fields_count++] =
            (struct view_draft_field){content->fields[i].name, content->fields[i].value};
    enum result result = row_about(r, page_place_read(content->place), v);
    if (v->title.size == 0)
        v->title = v->gone ? TEXT("(no longer here)") : TEXT("(no title yet)");
    return result;
}

static enum result rows_all(struct request *r, struct view_drafts *v)
{
    const uint8_t *view_key;
    uint8_t owner[SESSION_TAG_SIZE];
    struct pad_drafts_row *rows;
    size_t count = 0;
    enum result result = request_view_key(r, &view_key);
    if (result != OK)
        return result;
    session_pad_owner(owner, view_key);
    result = pad_drafts(request_store(r, WEB_PAD), r->arena, bytes_of(owner, sizeof owner),
                        since_ms(r), ROWS_MAX, &rows, &count);
    v->rows = arena_array(r->arena, struct view_draft_row, count + 1);
    for (size_t i = 0; i < count && result == OK; i++) {
        struct page_draft draft = {.found = true, .at_ms = rows[i].at_ms};
        result = content_open(r, view_key, rows[i].box, &draft.content);
        if (result == OK)
            result = row_fill(r, &draft, &v->rows[v->rows_count++]);
    }
    return result;
}

enum result page_drafts(struct request *r, struct reply *out)
{
    struct view_drafts v = {.head = page_head(r, TEXT("Drafts")), .days = conf_int("draft.days")};
    struct text place = request_text(r, "place");
    struct page_draft draft;
    enum result result;
    v.form = guard_form(r, out, "/draft/remove");
    v.request = guard_request_id(r);
    if (place.size == 0) {
        result = rows_all(r, &v);
    } else {
        v.rows = arena_array(r->arena, struct view_draft_row, 1);
        result = page_draft_find(r, place, &draft);
        if (result == OK && draft.found)
            result = row_fill(r, &draft, &v.rows[v.rows_count++]);
    }
    if (result != OK)
        return result;
    return reply_view(r, out, drafts, &v);
}

enum result page_answer_draft(struct request *r, struct reply *out)
{
    struct page_draft draft;
    enum result result =
        page_draft_find(r, page_place_name(r->arena, PAGE_FORM_ANSWER, r->id), &draft);
    return result == OK ? page_question_drafted(r, out, &draft) : result;
}
