/* Asking, and the two helpers beside the form: similar questions and a preview, as pages and as
 * fragments for site.js. */
#include "fcgi/member/page_drafts.h"
#include "fcgi/member/page_kinds.h"

#include <inttypes.h>

#include "core/json.h"
#include "core/text.h"
#include "fcgi/guard.h"
#include "schema/command.h"

enum { SIMILAR_FROM = 10 }; /* characters of a title, below which nothing is looked up */

const struct field fields_ask[] = {
    {.name = "kind",
     .type = FIELD_INT,
     .low = 1,
     .high = 3,
     .optional = true,
     .fallback = 1,
     .label = "The kind"},
    {.name = "title",
     .type = FIELD_LINE,
     .low = TITLE_SIZE_MIN,
     .high = TITLE_SIZE_MAX,
     .label = "The title"},
    {.name = "body", .type = FIELD_TEXT, .low = 1, .high = POSTING_SIZE_MAX, .label = "The text"},
    {.name = "topics", .type = FIELD_LINE, .high = 200, .optional = true, .label = "Topics"},
    ASK_KIND_FIELDS,
    {.name = "preview", .type = FIELD_FLAG, .optional = true, .label = "Preview"},
    {.name = "general", .type = FIELD_FLAG, .optional = true, .label = "More general forms"},
    {.name = "change", .type = FIELD_LINE, .high = 40, .optional = true, .label = "One form"},
    {.name = "confirmed", .type = FIELD_FLAG, .optional = true, .label = "Your word"},
    {.name = "seek", .type = FIELD_FLAG, .optional = true, .label = "Asking colleagues"},
    PAGE_FORGOTTEN,
    PAGE_WITHOUT,
    {.name = NULL},
};
/* A title may come along, from a search that found nothing; the others come from a draft. */
const struct field fields_ask_form[] = {
    {.name = "title",
     .type = FIELD_LINE,
     .high = SEARCH_QUERY_SIZE_MAX,
     .optional = true,
     .label = "The title"},
    PAGE_KEPT("body", "The text"),
    PAGE_KEPT("topics", "Topics"),
    PAGE_KEPT("kind", "The kind"),
    ASK_KIND_FIELDS,
    PAGE_KEPT("seek", "Asking colleagues"),
    {.name = NULL},
};
const struct field fields_similar[] = {
    {.name = "q",
     .type = FIELD_LINE,
     .high = SEARCH_QUERY_SIZE_MAX,
     .optional = true,
     .label = "The title"},
    {.name = NULL},
};
const struct field fields_preview[] = {
    {.name = "title",
     .type = FIELD_LINE,
     .high = TITLE_SIZE_MAX,
     .optional = true,
     .label = "The title"},
    {.name = "body",
     .type = FIELD_TEXT,
     .high = POSTING_SIZE_MAX,
     .optional = true,
     .label = "The text"},
    {.name = NULL},
};

/* What is shown in the fields: as typed, or made more general. */
struct asked {
    struct text title, body, topics, options;
    int64_t kind;
    bool preview, seek;
    const struct page_draft *draft; /* NULL: not from one */
};

static enum result ask_show(struct request *r, struct reply *out, struct asked asked)
{
    struct page_checked checked;
    struct view_ask v = {.head = page_head(r, TEXT("Ask"))};
    page_check(r, asked.title, asked.body, &checked);
    page_check_more(r, "options", asked.options, &checked);
    v.by_kind = page_ask_kind(r, asked.options);
    v.form = guard_form(r, out, "/ask");
    v.preview_form = guard_form(r, out, "/preview");
    v.draft = page_draft_bar(r, out, TEXT("ask"), asked.draft);
    page_images_in(r, asked.body, &v.draft);
    v.request = guard_request_id(r);
    v.kind = asked.kind;
    v.title = asked.title;
    v.body = asked.body;
    v.topics = asked.topics;
    v.seek = asked.seek;
    v.spans = checked.spans;
    v.spans_count = checked.count;
    v.general = checked.general;
    v.confirm = checked.asking > 0 && checked.blocked == 0;
    page_problems(r, &v.problems, &v.problems_count);
    v.bad_title = page_field_bad(r, "title");
    v.bad_body = page_field_bad(r, "body");
    v.bad_topics = page_field_bad(r, "topics");
    if (asked.preview && asked.body.size > 0)
        v.has_preview = text_markdown(r->arena, asked.body, &v.preview) == OK;
    if (text_characters(asked.title) >= SIMILAR_FROM) {
        /* Without them the form still serves. */
        enum result ignored = page_similar_rows(r, asked.title, 0, &v.similar, &v.similar_count);
        (void)ignored;
    }
    return reply_view(r, out, ask, &v);
}

/* What is no kind stays a question. */
static int64_t kind_of(struct text typed)
{
    int64_t kind = POSTING_QUESTION;
    (void)text_int(typed, POSTING_QUESTION, POSTING_OBSERVATION, &kind);
    return kind;
}

static struct asked typed_of(const struct request *r)
{
    return (struct asked){.title = request_typed(r, "title"),
                          .body = request_typed(r, "body"),
                          .topics = request_typed(r, "topics"),
                          .options = request_typed(r, "options"),
                          .kind = kind_of(request_typed(r, "kind")),
                          .seek = request_typed(r, "seek").size > 0};
}

enum result page_ask(struct request *r, struct reply *out)
{
    struct page_draft draft;
    enum result result = page_draft_find(r, TEXT("ask"), &draft);
    if (result != OK)
        return result;
    page_draft_typed(r, &draft);
    struct asked asked = typed_of(r);
    asked.title = text_cut(asked.title, TITLE_SIZE_MAX);
    asked.draft = &draft;
    return ask_show(r, out, asked);
}

enum result page_ask_again(struct request *r, struct reply *out)
{
    return ask_show(r, out, typed_of(r));
}

enum result page_ask_post(struct request *r, struct reply *out)
{
    struct page_checked checked;
    struct asked asked = typed_of(r);
    if (page_wants_general(r)) {
        struct text change = request_text(r, "change");
        asked.title = page_generalise(r, "title", asked.title, change);
        asked.body = page_generalise(r, "body", asked.body, change);
        asked.options = page_generalise(r, "options", asked.options, change);
    }
    bool without = page_image_without(r, &asked.body);
    if (page_wants_general(r) || without || request_flag(r, "preview")) {
        asked.preview = true;
        return ask_show(r, out, asked);
    }
    struct command command = {.kind = COMMAND_ASK};
    command.ask.kind = request_int(r, "kind");
    command.ask.title = request_text(r, "title");
    command.ask.body = request_text(r, "body");
    command.ask.has_seek = true;
    command.ask.seek = request_flag(r, "seek");
    const char *why = topics_read(r->arena, request_text(r, "topics"), &command.ask.topics);
    if (why != NULL)
        request_fault_add(r, "topics", "%s", why);
    bool of_kind = page_ask_kind_read(r, &command.ask);
    page_check(r, command.ask.title, command.ask.body, &checked);
    page_check_more(r, "options", asked.options, &checked);
    enum result result = page_check_post(r, &checked);
    if (result == OK)
        result = page_image_forgotten(r);
    if (result != OK || why != NULL || !of_kind)
        return INVALID;
    struct reply_created created;
    result = page_command_created(r, &command, &created);
    if (result != OK)
        return result;
    return reply_made(r, out, created.id, "/q/%" PRId64, created.id);
}

enum result page_similar(struct request *r, struct reply *out)
{
    struct view_similar v = {0};
    struct text title = request_text(r, "q");
    if (text_characters(title) >= SIMILAR_FROM) {
        enum result result = page_similar_rows(r, title, 0, &v.rows, &v.rows_count);
        if (result != OK)
            return result;
    }
    return reply_view(r, out, similar, &v);
}

enum result page_preview(struct request *r, struct reply *out)
{
    struct page_checked checked;
    struct view_preview v = {0};
    struct text body = request_text(r, "body");
    page_check(r, request_text(r, "title"), body, &checked);
    v.spans = checked.spans;
    v.spans_count = checked.count;
    enum result result = text_markdown(r->arena, body, &v.body);
    if (result != OK)
        return result;
    return reply_view(r, out, preview, &v);
}
