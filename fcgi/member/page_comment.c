/* Comments under one posting: all of them, the form for one more, and taking back one's own. */
#include "fcgi/member/page_drafts.h"
#include "fcgi/member/page_texts.h"

#include <inttypes.h>

#include "core/clock.h"
#include "core/text.h"
#include "fcgi/guard.h"
#include "schema/board.h"
#include "schema/command.h"

enum { COMMENTS_SHOWN = 500 };

const struct field fields_comment[] = {
    {.name = "body",
     .type = FIELD_TEXT,
     .low = 1,
     .high = 4 * COMMENT_CHARACTERS_MAX,
     .label = "The comment"},
    {.name = "preview", .type = FIELD_FLAG, .optional = true, .label = "Preview"},
    {.name = "general", .type = FIELD_FLAG, .optional = true, .label = "More general forms"},
    {.name = "change", .type = FIELD_LINE, .high = 40, .optional = true, .label = "One form"},
    {.name = "confirmed", .type = FIELD_FLAG, .optional = true, .label = "Your word"},
    {.name = NULL},
};

static enum result comments_fill(struct request *r, struct view_comment_page *v)
{
    struct board_comments_of_row *rows;
    size_t count;
    enum result result = board_comments_of(request_store(r, WEB_BOARD), r->arena, r->id,
                                           COMMENTS_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    v->comments = arena_array(r->arena, struct view_comment, count + 1);
    for (size_t i = 0; i < count; i++)
        v->comments[v->comments_count++] = (struct view_comment){
            .id = rows[i].id,
            .author = {.id = rows[i].member, .name = rows[i].pseudonym},
            .source = rows[i].source,
            .body = text_kept_html(rows[i].html),
            .ago = clock_ago(r->arena, rows[i].at_ms, r->now_ms),
            .iso = clock_iso(r->arena, rows[i].at_ms),
            .own = rows[i].member == r->reader.member,
        };
    return OK;
}

/* draft: NULL when the text is not from one. */
static enum result comment_show(struct request *r, struct reply *out, struct text body,
                                bool preview, const struct page_draft *draft)
{
    struct page_posting posting;
    struct page_checked checked;
    struct view_comment_page v = {.head = page_head(r, TEXT("Comment"))};
    enum result result = page_posting_find(r, r->id, &posting);
    if (result == OK)
        result = comments_fill(r, &v);
    if (result != OK)
        return result;
    page_check(r, TEXT(""), body, &checked);
    v.form = guard_form(r, out, "/p/:id/comment");
    v.remove_form = guard_form(r, out, "/comment/:id/remove");
    v.preview_form = guard_form(r, out, "/preview");
    v.draft = page_draft_bar(r, out, page_place_name(r->arena, PAGE_FORM_COMMENT, r->id), draft);
    v.request = guard_request_id(r);
    v.posting = r->id;
    v.question = posting.question;
    v.title = posting.thread;
    v.author = posting.author;
    v.excerpt = posting.excerpt;
    v.body = body;
    v.spans = checked.spans;
    v.spans_count = checked.count;
    v.general = checked.general;
    v.confirm = checked.asking > 0 && checked.blocked == 0;
    page_problems(r, &v.problems, &v.problems_count);
    if (preview && body.size > 0)
        v.has_preview = text_markdown(r->arena, body, &v.preview) == OK;
    return reply_view(r, out, comment_page, &v);
}

enum result page_comment(struct request *r, struct reply *out)
{
    struct page_draft draft;
    enum result result =
        page_draft_find(r, page_place_name(r->arena, PAGE_FORM_COMMENT, r->id), &draft);
    return result == OK ? comment_show(r, out, page_draft_field(&draft, "body"), false, &draft)
                        : result;
}

enum result page_comment_again(struct request *r, struct reply *out)
{
    return comment_show(r, out, request_typed(r, "body"), false, NULL);
}

enum result page_comment_post(struct request *r, struct reply *out)
{
    struct board_posting_thread_row row;
    struct page_checked checked;
    struct text body = request_text(r, "body");
    if (page_wants_general(r))
        return comment_show(r, out, page_generalise(r, "body", body, request_text(r, "change")),
                            true, NULL);
    if (request_flag(r, "preview"))
        return comment_show(r, out, body, true, NULL);
    enum result result = board_posting_thread(request_store(r, WEB_BOARD), r->arena, r->id, &row);
    if (result != OK)
        return result;
    page_check(r, TEXT(""), body, &checked);
    result = page_check_post(r, &checked);
    if (result != OK)
        return result;
    struct command command = {.kind = COMMAND_COMMENT_ADD};
    struct reply_created created;
    command.comment_add.posting = r->id;
    command.comment_add.body = body;
    result = page_command_created(r, &command, &created);
    if (result != OK)
        return result;
    return reply_made(r, out, created.id, "/q/%" PRId64 "#c%" PRId64, row.question, created.id);
}

enum result page_comment_remove_post(struct request *r, struct reply *out)
{
    struct board_comment_place_row row;
    enum result result = board_comment_place(request_store(r, WEB_BOARD), r->arena, r->id, &row);
    if (result != OK)
        return result;
    struct command command = {.kind = COMMAND_COMMENT_REMOVE};
    command.comment_remove.comment = r->id;
    result = page_command(r, &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/p/%" PRId64 "/comment", row.posting);
}
