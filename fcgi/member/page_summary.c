/* A thread's summary: shown with its sources numbered, and edited by everybody here. Who saves
 * after somebody else saved sees both and keeps what was typed. */
#include "fcgi/member/page_drafts.h"
#include "fcgi/member/page_texts.h"

#include <inttypes.h>

#include "core/clock.h"
#include "core/text.h"
#include "fcgi/guard.h"
#include "schema/board.h"
#include "schema/command.h"

enum { POSTINGS_SHOWN = 201, EXCERPT = 120 };

const struct field fields_summary[] = {
    {.name = "body",
     .type = FIELD_TEXT,
     .low = 1,
     .high = SUMMARY_SIZE_MAX,
     .label = "The summary"},
    {.name = "base",
     .type = FIELD_INT,
     .low = 0,
     .high = PAGE_BEFORE_ALL,
     .optional = true,
     .label = "The version"},
    {.name = "note",
     .type = FIELD_LINE,
     .high = NOTE_SIZE_MAX,
     .optional = true,
     .label = "What changes"},
    {.name = "preview", .type = FIELD_FLAG, .optional = true, .label = "Preview"},
    {.name = "general", .type = FIELD_FLAG, .optional = true, .label = "More general forms"},
    {.name = "change", .type = FIELD_LINE, .high = 40, .optional = true, .label = "One form"},
    {.name = "confirmed", .type = FIELD_FLAG, .optional = true, .label = "Your word"},
    {.name = NULL},
};

/* A posting of the thread as a source: whose, and where. */
static struct view_cite posting_cite(struct request *r, int64_t posting, int64_t number)
{
    struct page_posting found;
    struct view_cite cite = {
        .number = number,
        .label = TEXT("a posting"),
        .url = arena_format(r->arena, "#p%" PRId64, posting),
        .title = TEXT(""),
        .where = TEXT(""),
        .key = TEXT(""),
    };
    if (page_posting_find(r, posting, &found) != OK)
        return cite;
    cite.label = found.member == 0
                     ? TEXT("the reference this thread is about")
                     : arena_format(r->arena, "%s by %.*s", posting_kind_name(found.kind),
                                    (int)found.author.size, found.author.data);
    cite.url = arena_format(r->arena, "/q/%" PRId64 "#p%" PRId64, found.question, posting);
    return cite;
}

static void sentence_fill(struct request *r, const struct summary_sentence *from,
                          struct view_summary_sentence *to)
{
    to->words = from->words;
    to->refs = arena_array(r->arena, struct view_summary_ref, from->source_count);
    for (size_t i = 0; i < from->source_count; i++)
        to->refs[to->refs_count++] = (struct view_summary_ref){
            .number = (int64_t)from->sources[i] + 1, .link = TEXT(""), .label = TEXT("")};
}

bool page_summary_view(struct request *r, struct text body, struct view_summary_box *box)
{
    struct summary summary;
    *box =
        (struct view_summary_box){.author = {.name = TEXT("")}, .ago = TEXT(""), .iso = TEXT("")};
    if (summary_read(r->arena, body, &summary) != NULL)
        return false;
    box->sources = arena_array(r->arena, struct view_cite, summary.source_count);
    for (size_t i = 0; i < summary.source_count; i++) {
        const struct summary_source *s = &summary.sources[i];
        int64_t number = (int64_t)i + 1;
        box->sources[box->sources_count++] = s->posting > 0 ? posting_cite(r, s->posting, number)
                                                            : page_cite(r, s->citation, number);
    }
    size_t count = summary.sentence_count;
    box->paragraphs = arena_array(r->arena, struct view_summary_paragraph, count);
    struct view_summary_sentence *sentences =
        arena_array(r->arena, struct view_summary_sentence, count);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || summary.sentences[i - 1].ends_paragraph)
            box->paragraphs[box->paragraphs_count++].sentences = &sentences[i];
        sentence_fill(r, &summary.sentences[i], &sentences[i]);
        box->paragraphs[box->paragraphs_count - 1].sentences_count++;
    }
    return true;
}

/* What stands in the fields. */
struct drafted {
    struct text body, note;
    int64_t base;
    bool preview;
    const struct page_draft *kept; /* NULL: not from one */
};

static enum result postings_fill(struct request *r, struct view_summary_edit *v)
{
    struct board_postings_of_thread_row *rows;
    size_t count;
    struct db *board = request_store(r, WEB_BOARD);
    enum result result =
        board_postings_of_thread(board, r->arena, r->id, POSTINGS_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    v->postings = arena_array(r->arena, struct view_source_posting, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct board_posting_source_row source;
        result = board_posting_source(board, r->arena, rows[i].id, &source);
        if (result != OK)
            return result;
        v->postings[v->postings_count++] = (struct view_source_posting){
            .id = rows[i].id,
            .author = rows[i].member > 0 ? rows[i].pseudonym : rows[i].source,
            .kind = text_of(posting_kind_name(rows[i].kind)),
            .excerpt = text_excerpt(r->arena, source.body, EXCERPT),
        };
    }
    return OK;
}

/* The version that stands, when it is not the one this reader started from. */
static enum result other_fill(struct request *r, struct view_summary_edit *v)
{
    struct board_summary_get_row now;
    struct board_summaries_of_row *rows;
    size_t count;
    struct db *board = request_store(r, WEB_BOARD);
    enum result result = board_summary_get(board, r->arena, r->id, &now);
    if (result == NOT_FOUND || (result == OK && now.id == v->base))
        return OK;
    if (result == OK)
        result = board_summaries_of(board, r->arena, r->id, v->base + 1, 1, &rows, &count);
    if (result != OK)
        return result;
    bool known = count == 1 && rows[0].id == v->base;
    v->conflict = true;
    v->other = (struct view_author){.id = now.member, .name = now.pseudonym};
    v->other_body = now.body;
    v->base = now.id; /* saving again is a decision made with both in view */
    page_diff_words(r->arena, known ? rows[0].body : TEXT(""), now.body, &v->changes,
                    &v->changes_count);
    return OK;
}

static enum result summary_show(struct request *r, struct reply *out, struct drafted draft)
{
    struct board_thread_get_row thread;
    struct page_checked checked;
    struct view_summary_edit v = {.head = page_head(r, TEXT("Summary")), .base = draft.base};
    enum result result = board_thread_get(request_store(r, WEB_BOARD), r->arena, r->id, &thread);
    if (result == OK)
        result = postings_fill(r, &v);
    if (result == OK)
        result = other_fill(r, &v);
    if (result != OK)
        return result;
    page_check(r, TEXT(""), draft.body, &checked);
    v.form = guard_form(r, out, "/q/:id/summary");
    v.draft =
        page_draft_bar(r, out, page_place_name(r->arena, PAGE_FORM_SUMMARY, r->id), draft.kept);
    v.request = guard_request_id(r);
    v.question = r->id;
    v.title = page_titled(r->arena, thread.kind, thread.member, thread.source, thread.title);
    v.body = draft.body;
    v.note = draft.note;
    v.spans = checked.spans;
    v.spans_count = checked.count;
    v.general = checked.general;
    v.confirm = checked.asking > 0 && checked.blocked == 0;
    page_problems(r, &v.problems, &v.problems_count);
    v.bad_body = page_field_bad(r, "body");
    v.has_preview = draft.preview && page_summary_view(r, draft.body, &v.preview);
    return reply_view(r, out, summary_edit, &v);
}

enum result page_summary(struct request *r, struct reply *out)
{
    struct board_summary_get_row now = {.body = TEXT("")};
    struct page_draft kept;
    enum result result = board_summary_get(request_store(r, WEB_BOARD), r->arena, r->id, &now);
    if (result == OK || result == NOT_FOUND)
        result = page_draft_find(r, page_place_name(r->arena, PAGE_FORM_SUMMARY, r->id), &kept);
    if (result != OK)
        return result;
    struct drafted draft = {.body = now.body, .note = TEXT(""), .base = now.id, .kept = &kept};
    if (kept.found) {
        draft.body = page_draft_field(&kept, "body");
        draft.note = page_draft_field(&kept, "note");
        /* What was saved since the draft was begun is shown beside it. */
        (void)text_int(page_draft_field(&kept, "base"), 0, PAGE_BEFORE_ALL, &draft.base);
    }
    return summary_show(r, out, draft);
}

static struct drafted typed_of(const struct request *r)
{
    struct drafted draft = {.body = request_typed(r, "body"), .note = request_typed(r, "note")};
    /* What is no version is none. */
    (void)text_int(request_typed(r, "base"), 0, PAGE_BEFORE_ALL, &draft.base);
    return draft;
}

enum result page_summary_again(struct request *r, struct reply *out)
{
    request_fresh(r);
    return summary_show(r, out, typed_of(r));
}

enum result page_summary_post(struct request *r, struct reply *out)
{
    struct page_checked checked;
    struct drafted draft = typed_of(r);
    if (page_wants_general(r))
        draft.body = page_generalise(r, "body", draft.body, request_text(r, "change"));
    if (page_wants_general(r) || request_flag(r, "preview")) {
        struct summary summary;
        const char *fault = summary_read(r->arena, draft.body, &summary);
        if (fault != NULL)
            request_fault_add(r, "body", "%s", fault);
        draft.preview = true;
        return summary_show(r, out, draft);
    }
    page_check(r, TEXT(""), draft.body, &checked);
    enum result result = page_check_post(r, &checked);
    if (result != OK)
        return result;
    struct command command = {.kind = COMMAND_SUMMARY_EDIT};
    struct reply_created created;
    command.summary_edit.question = r->id;
    command.summary_edit.base = request_int(r, "base");
    command.summary_edit.body = request_text(r, "body");
    command.summary_edit.note = request_text(r, "note");
    result = page_command_created(r, &command, &created);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/q/%" PRId64 "#summary", r->id);
}
