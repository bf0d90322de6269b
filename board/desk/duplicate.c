#include "board/desk/moderation.h"
#include "board/posting/sponsored.h"

#include "schema/board.h"
#include "schema/desk.h"

/* Threads that repeat another: linked by who asked or by an admin, merged by an admin. What was
 * proposed and linked stands on the board, for all to see but for who proposed it. */

enum { PROPOSED = 1, LINKED = 2, REFUSED_BEFORE = 3 };

static enum result thread_check(struct work *work, int64_t target)
{
    struct desk_posting_get_row row;
    enum result result = desk_posting_get(work->clerk->desk, work->arena, target, &row);
    if (result == NOT_FOUND || (result == OK && row.question != target))
        return problem(work, INVALID, "target", "There is no question with this number.");
    return result;
}

static enum result pair_state(struct work *work, int64_t question, int64_t target,
                              struct board_duplicate_get_row *row)
{
    *row = (struct board_duplicate_get_row){0};
    enum result result =
        board_duplicate_get(work->clerk->board, work->arena, question, target, row);
    return result == NOT_FOUND ? OK : result;
}

enum result duplicate_check(struct work *work, int64_t question, int64_t target)
{
    struct board_duplicate_get_row row, back;
    if (question == target)
        return problem(work, INVALID, "target", "This is the question itself.");
    enum result result = thread_check(work, target);
    if (result == OK)
        result = pair_state(work, question, target, &row);
    if (result == OK)
        result = pair_state(work, target, question, &back);
    if (result != OK)
        return result;
    if (row.state == LINKED || back.state == LINKED)
        return problem(work, CONFLICT, "target", "These two are linked already.");
    if (row.state == REFUSED_BEFORE)
        return problem(work, CONFLICT, "target",
                       "It was looked at, and found to be another question.");
    return OK;
}

/* One question repeats one other, and what is merged comes apart first. */
static enum result link_may(struct work *work, int64_t question, int64_t target, bool linked,
                            const struct board_duplicate_get_row *row)
{
    struct board_duplicate_get_row back;
    struct board_duplicate_ties_row ties;
    if (row->state == (linked ? LINKED : REFUSED_BEFORE))
        return problem(work, CONFLICT, "target", "That has been decided already.");
    if (!linked && row->merged != 0)
        return problem(work, CONFLICT, "target", "Take the two apart first.");
    if (!linked)
        return OK;
    enum result result = thread_check(work, target);
    if (result == OK)
        result = pair_state(work, target, question, &back);
    if (result == OK)
        result = board_duplicate_ties(work->clerk->board, work->arena, question, &ties);
    if (result != OK)
        return result;
    if (question == target || back.state == LINKED || ties.linked > 0)
        return problem(work, CONFLICT, "target",
                       "A question repeats one other at most, and not one that repeats it.");
    return OK;
}

static enum result decide(struct work *work, int64_t question, int64_t target, bool linked)
{
    struct event event = {.kind = EVENT_DUPLICATE_DECIDED};
    struct event_duplicate_decided *e = &event.duplicate_decided;
    request_put(work, e->request);
    e->question = question;
    e->target = target;
    e->by = work->actor.member;
    e->linked = linked;
    return clerk_record(work->clerk, &event, NULL, 0);
}

enum result duplicate_answer_run(struct work *work)
{
    const struct command_duplicate_answer *c = &work->command->duplicate_answer;
    struct board_duplicate_get_row row;
    struct desk_posting_get_row thread;
    enum result result = desk_posting_get(work->clerk->desk, work->arena, c->question, &thread);
    if (result == OK && thread.member != work->actor.member)
        return REFUSED;
    if (result == OK)
        result = pair_state(work, c->question, c->target, &row);
    if (result == OK && row.state == 0)
        return NOT_FOUND; /* nobody has said so */
    if (result == OK && row.state != PROPOSED)
        return problem(work, CONFLICT, "target", "That has been decided already.");
    if (result == OK)
        result = link_may(work, c->question, c->target, c->linked, &row);
    return result == OK ? decide(work, c->question, c->target, c->linked) : result;
}

enum result duplicate_decide_run(struct work *work)
{
    const struct command_duplicate_decide *c = &work->command->duplicate_decide;
    struct board_duplicate_get_row row;
    struct desk_posting_get_row thread;
    enum result result = desk_posting_get(work->clerk->desk, work->arena, c->question, &thread);
    if (result == OK && (thread.question != c->question || thread.kind > POSTING_OBSERVATION))
        return NOT_FOUND;
    if (result == OK)
        result = pair_state(work, c->question, c->target, &row);
    if (result == OK)
        result = link_may(work, c->question, c->target, c->linked, &row);
    return result == OK ? decide(work, c->question, c->target, c->linked) : result;
}

/* Answers to a sponsor's question stand under its label alone, and no others do. What was merged
 * may come apart. */
static enum result sponsors_apart(struct work *work)
{
    const struct command_threads_merge *c = &work->command->threads_merge;
    bool here = false, there = false;
    enum result result = sponsored_is(work, c->question, &here);
    if (result == OK)
        result = sponsored_is(work, c->target, &there);
    if (result == OK && c->merged && (here || there))
        return problem(work, CONFLICT, "",
                       "A sponsor’s question stays apart, so that every answer to it stands under "
                       "its label.");
    return result;
}

enum result threads_merge_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_threads_merge *c = &work->command->threads_merge;
    struct event event = {.kind = EVENT_THREADS_MERGED};
    struct event_threads_merged *e = &event.threads_merged;
    struct board_duplicate_get_row row;
    struct board_duplicate_ties_row here, there;
    struct board_thread_answers_row thread;
    struct desk_posting_get_row target;
    request_put(work, e->request);
    enum result result = pair_state(work, c->question, c->target, &row);
    if (result == OK)
        result = sponsors_apart(work);
    if (result == OK && row.state != LINKED)
        return NOT_FOUND;
    if (result == OK && (row.merged != 0) == c->merged)
        return problem(work, CONFLICT, "", "That has been done already.");
    if (result == OK)
        result = board_duplicate_ties(clerk->board, work->arena, c->question, &here);
    if (result == OK)
        result = board_duplicate_ties(clerk->board, work->arena, c->target, &there);
    if (result == OK && c->merged && (here.into > 0 || there.merged > 0))
        return problem(work, CONFLICT, "",
                       "Others are merged into this one, or the older one is merged itself: take "
                       "those apart first.");
    if (result == OK)
        result = board_thread_answers(clerk->board, work->arena, c->question, &thread);
    if (result == OK) /* both must be there: one that is withheld comes back first */
        result = desk_posting_get(clerk->desk, work->arena, c->target, &target);
    if (result != OK)
        return result;
    e->question = c->question;
    e->target = c->target;
    e->by = work->actor.member;
    e->merged = c->merged;
    e->answers = c->merged ? thread.answers : row.answers;
    return clerk_record(clerk, &event, NULL, 0);
}
