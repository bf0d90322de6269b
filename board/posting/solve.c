#include "board/clerk/clerk.h"

#include "schema/board.h"
#include "schema/desk.h"

/* Solved or not, how, by which answer, and whether it is a case study: the asker's word. What a
 * command leaves out stays as it was; saying the same again is no event. */

static enum result how_check(struct work *work, struct text *how)
{
    const struct command_solve *c = &work->command->solve;
    if (c->how.data == NULL)
        return OK;
    *how = text_trim(c->how);
    if (how->size > SOLUTION_SIZE_MAX)
        return problem(work, TOO_MUCH, "how", "Say it in at most 2,000 characters.");
    if (!text_good(*how))
        return problem(work, INVALID, "how", "The text holds control characters.");
    enum result result = guard_text(work, "how", *how);
    return result == OK ? images_check(work, "how", *how) : result;
}

static enum result answer_check(struct work *work)
{
    const struct command_solve *c = &work->command->solve;
    struct desk_posting_get_row row;
    if (!c->has_answer || c->answer == 0)
        return OK;
    enum result result = desk_posting_get(work->clerk->desk, work->arena, c->answer, &row);
    if (result == NOT_FOUND ||
        (result == OK && (row.question != c->question || row.kind != POSTING_ANSWER)))
        return problem(work, INVALID, "answer", "That is no answer to this question.");
    return result;
}

/* Only what changes goes into the event. */
static enum result changes_find(struct work *work, int64_t solved, struct text how,
                                struct event_question_solved *e, struct text *text, bool *changes)
{
    const struct command_solve *c = &work->command->solve;
    struct board_solution_get_row now = {.how = TEXT(""), .answer = 0};
    *changes = (solved != THREAD_UNSOLVED) != c->solved;
    if (!c->solved)
        return OK;
    enum result result = board_solution_get(work->clerk->board, work->arena, c->question, &now);
    if (result != OK && result != NOT_FOUND)
        return result;
    if (c->has_study && c->study != (solved == THREAD_STUDY)) {
        e->has_study = true;
        e->study = c->study;
    }
    if (c->has_answer && c->answer != now.answer) {
        e->has_answer = true;
        e->answer = c->answer;
    }
    if (how.data != NULL && !text_equal(how, now.how))
        *text = how;
    *changes = *changes || e->has_study || e->has_answer || text->data != NULL;
    return OK;
}

enum result solve_run(struct work *work)
{
    const struct command_solve *c = &work->command->solve;
    struct event event = {.kind = EVENT_QUESTION_SOLVED};
    struct desk_posting_get_row thread;
    struct text how = NO_TEXT, text = NO_TEXT;
    bool changes = false;
    enum result result = desk_posting_get(work->clerk->desk, work->arena, c->question, &thread);
    if (result != OK)
        return result;
    if (thread.question != c->question || thread.kind > POSTING_OBSERVATION)
        return NOT_FOUND;
    if (thread.member != work->actor.member)
        return REFUSED;
    if (c->has_study && c->study && (thread.kind != POSTING_CASE || !c->solved))
        return problem(work, INVALID, "study", "Only a solved case is a case study.");
    event.question_solved = (struct event_question_solved){
        .question = c->question, .member = work->actor.member, .solved = c->solved};
    result = how_check(work, &how);
    if (result == OK)
        result = answer_check(work);
    if (result == OK)
        result = changes_find(work, thread.solved, how, &event.question_solved, &text, &changes);
    if (result != OK || !changes)
        return result;
    return clerk_record(work->clerk, &event, &text, 1);
}
