#include "board/clerk/clerk.h"

#include "core/clock.h"
#include "core/conf.h"
#include "schema/board.h"
#include "schema/desk.h"

/* Whether a vote is cast by somebody who could see the posting's totals. Then it counts for
 * readers, earns nothing, and teaches the ranking less.
 *
 * Before a first vote only those see totals who asked the question or chose to look; that there may
 * have been none to see does not matter, so that what was said before looking holds without
 * exception. After the first vote everybody sees them: another stance is an informed one, while
 * more or fewer patients under the same stance follow from counting again. */
static bool is_informed(const struct desk_vote_place_row *place, const struct command_vote *vote)
{
    bool turned = place->stance != STANCE_NONE && place->stance != vote->stance;
    return place->informed || turned;
}

/* The answers of a merged thread stand on another's page: who asked there, or looked, has seen
 * their totals too. */
static enum result place_merged(struct work *work, struct desk_vote_place_row *place)
{
    struct board_duplicate_of_row of = {0};
    struct desk_totals_seen_row seen = {0};
    if (place->informed || place->stance != STANCE_NONE)
        return OK;
    enum result result = board_duplicate_of(work->clerk->board, work->arena, place->question, &of);
    if (result == OK && of.merged != 0)
        result =
            desk_totals_seen(work->clerk->desk, work->arena, of.target, work->actor.member, &seen);
    place->informed = seen.seen;
    return result == NOT_FOUND ? OK : result;
}

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
    result = place_merged(work, &place);
    if (result != OK)
        return result;
    bool informed = is_informed(&place, c);
    event.vote_cast = (struct event_vote_cast){.posting = c->posting,
                                               .question = place.question,
                                               .member = work->actor.member,
                                               .author = place.author,
                                               .stance = c->stance,
                                               .patients = c->patients,
                                               .was_stance = place.stance,
                                               .was_patients = place.patients,
                                               .has_informed = informed,
                                               .informed = informed};
    return clerk_record(clerk, &event, NULL, 0);
}

/* Of today's votes of a member those that pay's daily limit counts (ledger/reward/reward.h): the
 * first on each posting, whatever they said. */
enum result votes_today_run(struct work *work)
{
    struct desk_firsts_on_row row = {0};
    struct reply_votes_today reply;
    enum result result = desk_firsts_on(work->clerk->desk, work->arena, work->actor.member,
                                        work->clerk->now_ms / DAY_MS, &row);
    if (result != OK && result != NOT_FOUND)
        return result;
    reply.votes = row.firsts;
    reply_votes_today_write(&work->reply, &reply);
    return OK;
}

/* From now on the member sees the thread's totals. Once is enough, and whoever asked sees them
 * anyway. */
enum result totals_show_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    int64_t question = work->command->totals_show.question, me = work->actor.member;
    struct event event = {.kind = EVENT_TOTALS_SHOWN};
    struct desk_posting_get_row thread;
    struct desk_looked_find_row looked;
    enum result result = desk_posting_get(clerk->desk, work->arena, question, &thread);
    if (result != OK)
        return result;
    if (thread.question != question)
        return NOT_FOUND; /* an answer opens no thread */
    if (thread.member == me)
        return OK;
    result = desk_looked_find(clerk->desk, work->arena, me, question, &looked);
    if (result != NOT_FOUND)
        return result;
    event.totals_shown = (struct event_totals_shown){.member = me, .question = question};
    return clerk_record(clerk, &event, NULL, 0);
}
