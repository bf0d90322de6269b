/* The author's own posting in another wording. */
#include "fcgi/member/page_drafts.h"
#include "fcgi/member/page_texts.h"

#include <inttypes.h>

#include "core/step.h"
#include "core/text.h"
#include "fcgi/guard.h"
#include "schema/board.h"
#include "schema/command.h"

const struct field fields_edit[] = {
    {.name = "title",
     .type = FIELD_LINE,
     .high = TITLE_SIZE_MAX,
     .optional = true,
     .label = "The title"},
    {.name = "body", .type = FIELD_TEXT, .low = 1, .high = POSTING_SIZE_MAX, .label = "The text"},
    {.name = "note",
     .type = FIELD_LINE,
     .high = NOTE_SIZE_MAX,
     .optional = true,
     .label = "What changes"},
    {.name = "preview", .type = FIELD_FLAG, .optional = true, .label = "Preview"},
    {.name = "general", .type = FIELD_FLAG, .optional = true, .label = "More general forms"},
    {.name = "change", .type = FIELD_LINE, .high = 40, .optional = true, .label = "One form"},
    {.name = "confirmed", .type = FIELD_FLAG, .optional = true, .label = "Your word"},
    PAGE_FORGOTTEN,
    PAGE_WITHOUT,
    {.name = NULL},
};

enum { EXCERPT = 200 };

enum result page_posting_find(struct request *r, int64_t id, struct page_posting *posting)
{
    struct db *board = request_store(r, WEB_BOARD);
    struct board_posting_source_row row;
    struct board_thread_get_row thread;
    struct board_member_profile_row member;
    enum result result = board_posting_source(board, r->arena, id, &row);
    if (result == OK)
        result = board_thread_get(board, r->arena, row.question, &thread);
    if (result != OK)
        return result;
    *posting = (struct page_posting){
        .question = row.question,
        .kind = row.kind,
        .member = row.member,
        .title = row.title,
        .body = row.body,
        .thread = page_titled(r->arena, thread.kind, thread.member, thread.source, thread.title),
        .author = TEXT(""),
        .excerpt = text_excerpt(r->arena, row.body, EXCERPT)};
    if (row.member > 0 && board_member_profile(board, r->arena, row.member, &member) == OK)
        posting->author = member.pseudonym;
    return OK;
}

/* What stands in the fields. */
struct edited {
    struct text title, body, note;
    bool preview;
    const struct page_draft *draft; /* NULL: not from one */
};

/* The posting, if it is the reader's own. */
static enum result own_find(struct request *r, struct page_posting *posting)
{
    enum result result = page_posting_find(r, r->id, posting);
    return result == OK && posting->member != r->reader.member ? REFUSED : result;
}

static enum result edit_show(struct request *r, struct reply *out,
                             const struct page_posting *posting, struct edited edited)
{
    struct page_checked checked;
    struct board_posting_get_row votes;
    struct view_edit v = {.head = page_head(r, TEXT("Edit"))};
    enum result result = board_posting_get(request_store(r, WEB_BOARD), r->arena, r->id, &votes);
    if (result != OK)
        return result;
    page_check(r, edited.title, edited.body, &checked);
    v.form = guard_form(r, out, "/p/:id/edit");
    v.preview_form = guard_form(r, out, "/preview");
    v.draft =
        page_draft_bar(r, out, page_place_name(r->arena, PAGE_FORM_EDIT, r->id), edited.draft);
    page_images_in(r, edited.body, &v.draft);
    v.request = guard_request_id(r);
    v.posting = r->id;
    v.question = posting->question;
    v.opens = posting->question == r->id;
    v.voted = votes.corroborate + votes.dispute + votes.cannot_say >= STEP_VOTERS;
    v.title = edited.title;
    v.body = edited.body;
    v.note = edited.note;
    v.spans = checked.spans;
    v.spans_count = checked.count;
    v.general = checked.general;
    v.confirm = checked.asking > 0 && checked.blocked == 0;
    page_problems(r, &v.problems, &v.problems_count);
    v.bad_title = page_field_bad(r, "title");
    v.bad_body = page_field_bad(r, "body");
    if (edited.preview && edited.body.size > 0)
        v.has_preview = text_markdown(r->arena, edited.body, &v.preview) == OK;
    return reply_view(r, out, edit, &v);
}

enum result page_edit(struct request *r, struct reply *out)
{
    struct page_posting posting;
    struct page_draft draft;
    enum result result = own_find(r, &posting);
    if (result == OK)
        result = page_draft_find(r, page_place_name(r->arena, PAGE_FORM_EDIT, r->id), &draft);
    if (result != OK)
        return result;
    struct edited edited = {.title = posting.title, .body = posting.body, .note = TEXT("")};
    if (draft.found)
        edited = (struct edited){.title = page_draft_field(&draft, "title"),
                                 .body = page_draft_field(&draft, "body"),
                                 .note = page_draft_field(&draft, "note"),
                                 .draft = &draft};
    return edit_show(r, out, &posting, edited);
}

static struct edited typed_of(const struct request *r)
{
    return (struct edited){.title = request_typed(r, "title"),
                           .body = request_typed(r, "body"),
                           .note = request_typed(r, "note")};
}

enum result page_edit_again(struct request *r, struct reply *out)
{
    struct page_posting posting;
    enum result result = own_find(r, &posting);
    return result == OK ? edit_show(r, out, &posting, typed_of(r)) : result;
}

enum result page_edit_post(struct request *r, struct reply *out)
{
    struct page_posting posting;
    struct page_checked checked;
    struct edited edited = typed_of(r);
    enum result result = own_find(r, &posting);
    if (result != OK)
        return result;
    if (page_wants_general(r)) {
        struct text change = request_text(r, "change");
        edited.title = page_generalise(r, "title", edited.title, change);
        edited.body = page_generalise(r, "body", edited.body, change);
    }
    bool without = page_image_without(r, &edited.body);
    if (page_wants_general(r) || without || request_flag(r, "preview")) {
        edited.preview = true;
        return edit_show(r, out, &posting, edited);
    }
    struct command command = {.kind = COMMAND_POSTING_EDIT};
    command.posting_edit.posting = r->id;
    command.posting_edit.title = request_text(r, "title");
    command.posting_edit.body = request_text(r, "body");
    command.posting_edit.note = request_text(r, "note");
    page_check(r, command.posting_edit.title, command.posting_edit.body, &checked);
    result = page_check_post(r, &checked);
    if (result == OK)
        result = page_image_forgotten(r);
    if (result != OK)
        return result;
    struct reply_created created;
    result = page_command_created(r, &command, &created);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/q/%" PRId64 "#p%" PRId64, posting.question, r->id);
}
