/* Short words on a posting: outdated and dangerous with their source, thanks, the asker's choice;
 * and where a source is cited. */
#include "fcgi/member/page_texts.h"

#include <inttypes.h>

#include "core/clock.h"
#include "fcgi/guard.h"
#include "schema/board.h"
#include "schema/command.h"

enum { MARKS_SHOWN = 100, CITED_SHOWN = 20 };

const struct field fields_mark[] = {
    {.name = "what",
     .type = FIELD_INT,
     .low = MARK_OUTDATED,
     .high = MARK_DANGEROUS,
     .label = "What is wrong with it"},
    {.name = "source",
     .type = FIELD_LINE,
     .low = 1,
     .high = CITATION_SIZE_MAX,
     .label = "The source"},
    {.name = "body",
     .type = FIELD_TEXT,
     .low = 1,
     .high = 4 * COMMENT_CHARACTERS_MAX,
     .label = "The comment"},
    {.name = "general", .type = FIELD_FLAG, .optional = true, .label = "More general forms"},
    {.name = "change", .type = FIELD_LINE, .high = 40, .optional = true, .label = "One form"},
    {.name = "confirmed", .type = FIELD_FLAG, .optional = true, .label = "Your word"},
    {.name = NULL},
};
const struct field fields_mark_withdraw[] = {
    {.name = "what",
     .type = FIELD_INT,
     .low = MARK_OUTDATED,
     .high = MARK_DANGEROUS,
     .label = "Which mark"},
    {.name = NULL},
};
const struct field fields_choose[] = {
    {.name = "chosen", .type = FIELD_FLAG, .label = "The choice"},
    {.name = NULL},
};
const struct field fields_cited[] = {
    {.name = "source",
     .type = FIELD_LINE,
     .low = 1,
     .high = CITATION_SIZE_MAX,
     .label = "The source"},
    PAGE_FIELD_BEFORE,
    {.name = NULL},
};

static enum result marks_fill(struct request *r, const struct page_posting *posting,
                              struct view_mark_page *v)
{
    struct board_marks_of_thread_row *rows;
    size_t count;
    enum result result = board_marks_of_thread(request_store(r, WEB_BOARD), r->arena,
                                               posting->question, 1000, &rows, &count);
    v->marks = arena_array(r->arena, struct view_mark, MARKS_SHOWN);
    for (size_t i = 0; result == OK && i < count && v->marks_count < MARKS_SHOWN; i++) {
        if (rows[i].posting != r->id)
            continue;
        struct view_mark *mark = &v->marks[v->marks_count++];
        *mark = page_mark_view(r, (struct mark_facts){rows[i].what, rows[i].member, rows[i].at_ms,
                                                      rows[i].source, rows[i].pseudonym,
                                                      rows[i].key, rows[i].body});
        mark->own = rows[i].member == r->reader.member;
    }
    return result;
}

struct marked {
    int64_t what;
    struct text source, body;
};

static enum result mark_show(struct request *r, struct reply *out, struct marked marked)
{
    struct page_posting posting;
    struct page_checked checked;
    struct view_mark_page v = {.head = page_head(r, TEXT("Outdated or dangerous?"))};
    enum result result = page_posting_find(r, r->id, &posting);
    if (result == OK)
        result = marks_fill(r, &posting, &v);
    if (result != OK)
        return result;
    page_check(r, TEXT(""), marked.body, &checked);
    v.form = guard_form(r, out, "/p/:id/mark");
    v.withdraw_form = guard_form(r, out, "/p/:id/mark/withdraw");
    v.request = guard_request_id(r);
    v.posting = r->id;
    v.question = posting.question;
    v.title = posting.thread;
    v.author = posting.author;
    v.excerpt = posting.excerpt;
    v.mine = posting.member == r->reader.member;
    v.what = marked.what;
    v.source = marked.source;
    v.body = marked.body;
    v.spans = checked.spans;
    v.spans_count = checked.count;
    v.general = checked.general;
    v.confirm = checked.asking > 0 && checked.blocked == 0;
    page_problems(r, &v.problems, &v.problems_count);
    v.bad_source = page_field_bad(r, "source");
    v.bad_body = page_field_bad(r, "body");
    return reply_view(r, out, mark_page, &v);
}

enum result page_mark(struct request *r, struct reply *out)
{
    return mark_show(r, out, (struct marked){0, TEXT(""), TEXT("")});
}

static struct marked typed_of(const struct request *r)
{
    struct marked marked = {0, request_typed(r, "source"), request_typed(r, "body")};
    /* What is neither stays unchosen. */
    (void)text_int(request_typed(r, "what"), MARK_OUTDATED, MARK_DANGEROUS, &marked.what);
    return marked;
}

enum result page_mark_again(struct request *r, struct reply *out)
{
    return mark_show(r, out, typed_of(r));
}

enum result page_mark_post(struct request *r, struct reply *out)
{
    struct board_posting_thread_row row;
    struct page_checked checked;
    struct marked marked = typed_of(r);
    enum result result = board_posting_thread(request_store(r, WEB_BOARD), r->arena, r->id, &row);
    if (result != OK)
        return result;
    if (page_wants_general(r)) {
        marked.body = page_generalise(r, "body", marked.body, request_text(r, "change"));
        return mark_show(r, out, marked);
    }
    page_check(r, TEXT(""), marked.body, &checked);
    result = page_check_post(r, &checked);
    if (result != OK)
        return result;
    struct command command = {.kind = COMMAND_MARK_SET};
    struct reply_created created;
    command.mark_set.posting = r->id;
    command.mark_set.what = request_int(r, "what");
    command.mark_set.source = request_text(r, "source");
    command.mark_set.comment = request_text(r, "body");
    result = page_command_created(r, &command, &created);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/q/%" PRId64 "#p%" PRId64, row.question, r->id);
}

enum result page_mark_withdraw_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_MARK_WITHDRAW};
    command.mark_withdraw.posting = r->id;
    command.mark_withdraw.what = request_int(r, "what");
    enum result result = page_command(r, &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/p/%" PRId64 "/mark", r->id);
}

/* Send a short word on posting r->id, then show it in its thread. */
static enum result word_send(struct request *r, struct reply *out, struct command *command,
                             int64_t question)
{
    enum result result = page_command(r, command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/q/%" PRId64 "#p%" PRId64, question, r->id);
}

enum result page_thank_post(struct request *r, struct reply *out)
{
    struct board_posting_thread_row row;
    struct command command = {.kind = COMMAND_THANK};
    enum result result = board_posting_thread(request_store(r, WEB_BOARD), r->arena, r->id, &row);
    command.thank.posting = r->id;
    return result == OK ? word_send(r, out, &command, row.question) : result;
}

enum result page_choose_post(struct request *r, struct reply *out)
{
    struct board_posting_thread_row row;
    struct command command = {.kind = COMMAND_CHOOSE};
    enum result result = board_posting_thread(request_store(r, WEB_BOARD), r->arena, r->id, &row);
    if (result != OK)
        return result;
    command.choose.question = row.question;
    command.choose.posting = request_flag(r, "chosen") ? r->id : 0;
    return word_send(r, out, &command, row.question);
}

enum result page_cited(struct request *r, struct reply *out)
{
    struct board_postings_citing_row *rows;
    struct citation source;
    size_t count;
    if (!citation_read(r->arena, request_text(r, "source"), &source))
        return NOT_FOUND;
    enum result result =
        board_postings_citing(request_store(r, WEB_BOARD), r->arena, source.kind, source.key,
                              request_int(r, "before"), CITED_SHOWN + 1, &rows, &count);
    if (result != OK)
        return result;
    struct view_cited v = {.head = page_head(r, TEXT("Where it is cited")),
                           .source = page_cite(r, source, 1)};
    v.rows = arena_array(r->arena, struct view_cited_row, CITED_SHOWN);
    for (size_t i = 0; i < count && v.rows_count < CITED_SHOWN; i++)
        v.rows[v.rows_count++] = (struct view_cited_row){
            .id = rows[i].id,
            .question = rows[i].question,
            .title = rows[i].title,
            .excerpt = rows[i].excerpt,
            .author = rows[i].pseudonym,
            .ago = clock_ago(r->arena, rows[i].at_ms, r->now_ms),
            .iso = clock_iso(r->arena, rows[i].at_ms),
        };
    if (count > v.rows_count)
        v.next = v.rows[v.rows_count - 1].id;
    return reply_view(r, out, cited, &v);
}
