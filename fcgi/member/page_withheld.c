/* A posting or comment that only its author sees: why, and what he can do about it. */
#include "fcgi/member/page_question_moderation.h"

#include <inttypes.h>

#include "core/clock.h"
#include "core/text.h"
#include "fcgi/guard.h"
#include "fcgi/page/page_doors.h"

enum { APPEAL_MAX = 2000, DONE_APPEALED = 1, APPEAL_WAITS = 1, APPEAL_DECIDED = 2 };

const struct field fields_withheld[] = {
    {.name = "done",
     .type = FIELD_INT,
     .low = DONE_APPEALED,
     .high = DONE_APPEALED,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};
const struct field fields_appeal[] = {
    {.name = "words", .type = FIELD_TEXT, .low = 1, .high = APPEAL_MAX, .label = "Your objection"},
    {.name = NULL},
};

static void forms_fill(struct request *r, struct reply *out, struct view_withheld *v)
{
    v->request = guard_request_id(r);
    v->again = v->state == HOLD_RETURNED;
    v->again_form = TEXT("");
    v->appeal_form = TEXT("");
    if (v->again)
        v->again_form =
            guard_form(r, out, v->kind_number == POSTING_ANSWER ? "/q/:id/answer" : "/ask");
    if (v->can_appeal)
        v->appeal_form = guard_form(r, out, "/p/:id/appeal");
}

/* A comment is told as if it were a posting without title and topics. */
static enum result own_find(struct request *r, struct board_withheld_own_row *row)
{
    struct db *board = request_store(r, WEB_BOARD);
    struct board_comment_withheld_own_row comment;
    enum result result = board_withheld_own(board, r->arena, r->id, r->reader.member, row);
    if (result != NOT_FOUND)
        return result;
    result = board_comment_withheld_own(board, r->arena, r->id, r->reader.member, &comment);
    if (result == OK)
        *row = (struct board_withheld_own_row){.question = comment.question,
                                               .kind = POSTING_COMMENT,
                                               .at_ms = comment.at_ms,
                                               .title = TEXT(""),
                                               .body = TEXT(""),
                                               .html = comment.html,
                                               .topics = TEXT(""),
                                               .thread_title = comment.thread_title,
                                               .state = comment.state,
                                               .reason = comment.reason,
                                               .words = comment.words,
                                               .appeal = comment.appeal};
    return result;
}

static enum result withheld_show(struct request *r, struct reply *out, struct text notice)
{
    struct board_withheld_own_row row;
    enum result result = own_find(r, &row);
    if (result != OK)
        return result;
    struct view_withheld v = {.head = page_head(r, TEXT("Only you see this")),
                              .posting = r->id,
                              .question = row.question,
                              .kind = text_of(posting_kind_name(row.kind)),
                              .kind_number = row.kind,
                              .title = row.title,
                              .body = text_kept_html(row.html),
                              .text = row.body,
                              .topics = row.topics,
                              .state = row.state,
                              .what = page_hold_words(row.state),
                              .reason = text_of(flag_reason_words(row.reason)),
                              .words = row.words,
                              .on = clock_day(r->arena, row.at_ms),
                              .link = TEXT(""),
                              .appealed = TEXT(""),
                              .appeal = request_typed(r, "words"),
                              .notice = notice};
    v.can_appeal = (row.state == HOLD_HIDDEN || row.state == HOLD_RETURNED) && row.appeal == 0;
    if (row.appeal == APPEAL_WAITS)
        v.appealed = TEXT("You have objected; another admin looks at it.");
    else if (row.appeal == APPEAL_DECIDED)
        v.appealed = TEXT("You objected, and a second admin has decided.");
    if (row.thread_title.size > 0 && row.question != r->id)
        v.link = arena_format(r->arena, "/q/%" PRId64, row.question);
    forms_fill(r, out, &v);
    page_form_problems(r, "words", &v.problems, &v.problems_count);
    return reply_view(r, out, withheld, &v);
}

enum result page_withheld(struct request *r, struct reply *out)
{
    return withheld_show(r, out,
                         request_int(r, "done") == DONE_APPEALED
                             ? TEXT("Sent. Another admin than the one who decided looks at it.")
                             : TEXT(""));
}

enum result page_withheld_again(struct request *r, struct reply *out)
{
    return withheld_show(r, out, TEXT(""));
}

enum result page_appeal_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_APPEAL};
    command.appeal.posting = r->id;
    command.appeal.words = request_text(r, "words");
    enum result result = page_program_done(r, "clerk", &command);
    return result == OK
               ? reply_redirect(r, out, "/p/%" PRId64 "/withheld?done=%d", r->id, DONE_APPEALED)
               : result;
}
