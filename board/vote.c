#include "board/clerk.h"

#include "core/clock.h"
#include "core/conf.h"
#include "schema/desk.h"

/* A vote is a state: how this member stands to this posting. Saying the same again is no event;
 * changing it says what it replaces. */
enum result vote_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_vote *c = &work->command->vote;
    struct event event = {.kind = EVENT_VOTE_CAST};
    struct desk_vote_place_row place;
    enum result result =
        desk_vote_place(clerk->desk, work->arena, c->posting, work->actor.member, &place);
    if (result != OK)
        return result;
    if (place.author == work->actor.member)
        return REFUSED; /* nobody votes on what is his own */
    if (place.stance == c->stance && place.patients == c->patients)
        return OK;
    if (place.day == clerk->now_ms / DAY_MS && place.votes >= conf_int("vote.per_day"))
        return TOO_OFTEN;
    event.vote_cast = (struct event_vote_cast){.posting = c->posting,
                                               .question = place.question,
                                               .member = work->actor.member,
                                               .author = place.author,
                                               .stance = c->stance,
                                               .patients = c->patients,
                                               .was_stance = place.stance,
                                               .was_patients = place.patients};
    return clerk_record(clerk, &event, NULL, 0);
}
