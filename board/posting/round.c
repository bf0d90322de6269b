/* Rounds: a thread's author opens it for live discussion for a set time. Nothing else about the
 * thread changes: what is written meanwhile are ordinary answers, and stays. */
#include "board/clerk/clerk.h"

#include "core/clock.h"
#include "core/conf.h"
#include "schema/desk.h"

/* REFUSED unless this member opened the thread. */
static enum result own_thread(struct work *work, int64_t question)
{
    struct desk_posting_get_row thread;
    enum result result = desk_posting_get(work->clerk->desk, work->arena, question, &thread);
    if (result != OK)
        return result;
    if (thread.question != question || thread.kind > POSTING_OBSERVATION)
        return NOT_FOUND;
    return thread.member == work->actor.member ? OK : REFUSED;
}

enum result round_open_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_round_open *c = &work->command->round_open;
    struct event event = {.kind = EVENT_ROUND_OPENED};
    struct event_round_opened *e = &event.round_opened;
    struct desk_round_open_get_row open;
    struct desk_rounds_since_row since;
    request_put(work, e->request);
    enum result result = own_thread(work, c->question);
    if (result != OK)
        return result;
    result = desk_round_open_get(clerk->desk, work->arena, c->question, clerk->now_ms, &open);
    if (result == OK)
        return problem(work, CONFLICT, "minutes", "A live discussion of this is open already.");
    if (result != NOT_FOUND)
        return result;
    result = desk_rounds_since(clerk->desk, work->arena, work->actor.member, clerk->now_ms - DAY_MS,
                               &since);
    if (result != OK)
        return result;
    if (since.rounds >= conf_int("round.per_day"))
        return TOO_OFTEN;
    e->question = c->question;
    e->member = work->actor.member;
    e->until_ms = clerk->now_ms + c->minutes * MINUTE_MS;
    return clerk_record(clerk, &event, NULL, 0);
}

enum result round_close_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_round_close *c = &work->command->round_close;
    struct event event = {.kind = EVENT_ROUND_CLOSED};
    struct desk_round_open_get_row open;
    enum result result = own_thread(work, c->question);
    if (result != OK)
        return result;
    result = desk_round_open_get(clerk->desk, work->arena, c->question, clerk->now_ms, &open);
    if (result == NOT_FOUND)
        return OK; /* over by itself */
    if (result != OK)
        return result;
    event.round_closed =
        (struct event_round_closed){.question = c->question, .member = work->actor.member};
    return clerk_record(clerk, &event, NULL, 0);
}
