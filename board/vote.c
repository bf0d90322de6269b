#include "board/clerk.h"

#include "core/conf.h"
#include "schema/desk.h"

/* A vote is a state: how this member stands to this posting. Saying the same again is no event;
 * changing it says what it replaces. */
enum result vote_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_vote *c = &work->command->vote;
    struct event event = {.kind = EVENT_VOTE_CAST};
    struct desk_posting_get_row posting;
    struct desk_vote_get_row was = {0};
    enum result result = desk_posting_get(clerk->desk, work->arena, c->posting, &posting);
    if (result != OK)
        return result;
    if (posting.member == work->actor.member)
        return REFUSED; /* nobody votes on what is his own */
    result = desk_vote_get(clerk->desk, work->arena, c->posting, work->actor.member, &was);
    if (result == OK && was.stance == c->stance && was.patients == c->patients)
        return OK;
    if (result != OK && result != NOT_FOUND)
        return result;
    if (work->actor.votes_today >= conf_int("vote.per_day"))
        return TOO_OFTEN;
    event.vote_cast = (struct event_vote_cast){.posting = c->posting,
                                               .question = posting.question,
                                               .member = work->actor.member,
                                               .author = posting.member,
                                               .stance = c->stance,
                                               .patients = c->patients,
                                               .was_stance = was.stance,
                                               .was_patients = was.patients};
    return clerk_record(clerk, &event, NULL, 0);
}
