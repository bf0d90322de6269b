/* What is done on a question's page: answer and vote. The page itself is page_question.c. */
#include "fcgi/member/page_drafts.h"

#include <inttypes.h>

#include "core/text.h"
#include "schema/board.h"
#include "schema/command.h"

const struct field fields_answer[] = {
    {.name = "body", .type = FIELD_TEXT, .low = 1, .high = POSTING_SIZE_MAX, .label = "The answer"},
    {.name = "preview", .type = FIELD_FLAG, .optional = true, .label = "Preview"},
    {.name = "general", .type = FIELD_FLAG, .optional = true, .label = "More general forms"},
    {.name = "change", .type = FIELD_LINE, .high = 40, .optional = true, .label = "One form"},
    {.name = "confirmed", .type = FIELD_FLAG, .optional = true, .label = "Your word"},
    PAGE_FORGOTTEN,
    PAGE_WITHOUT,
    {.name = NULL},
};
const struct field fields_vote[] = {
    {.name = "stance",
     .type = FIELD_INT,
     .low = STANCE_CORROBORATE,
     .high = STANCE_CANNOT_SAY,
     .label = "Your vote"},
    {.name = "patients",
     .type = FIELD_INT,
     .low = 0,
     .high = 3,
     .optional = true,
     .label = "Patients seen"},
    {.name = NULL},
};
enum result page_answer_post(struct request *r, struct reply *out)
{
    struct page_checked checked;
    struct text body = request_text(r, "body");
    if (page_wants_general(r))
        return page_question_with(
            r, out, page_generalise(r, "body", body, request_text(r, "change")), true);
    if (page_image_without(r, &body) || request_flag(r, "preview"))
        return page_question_with(r, out, body, true);
    page_check(r, TEXT(""), body, &checked);
    enum result result = page_check_post(r, &checked);
    if (result == OK)
        result = page_image_forgotten(r);
    if (result != OK)
        return result;
    struct command command = {.kind = COMMAND_ANSWER};
    command.answer.question = r->id;
    command.answer.body = body;
    struct reply_created created;
    result = page_command_created(r, &command, &created);
    if (result != OK)
        return result;
    return reply_made(r, out, created.id, "/q/%" PRId64 "#p%" PRId64, r->id, created.id);
}

enum result page_answer_again(struct request *r, struct reply *out)
{
    return page_question_with(r, out, request_typed(r, "body"), false);
}

enum result page_vote_post(struct request *r, struct reply *out)
{
    struct board_posting_thread_row row;
    enum result result = board_posting_thread(request_store(r, WEB_BOARD), r->arena, r->id, &row);
    if (result != OK)
        return result;
    struct command command = {.kind = COMMAND_VOTE};
    command.vote.posting = r->id;
    command.vote.stance = request_int(r, "stance");
    command.vote.patients = request_int(r, "patients");
    result = page_command(r, &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/q/%" PRId64 "#p%" PRId64, row.question, r->id);
}
