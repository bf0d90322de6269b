/* What the pages may read of scores moves in steps, as the totals do (core/step.h). The exact
 * scores stand in tables of their own, which only the ranker reads; the rows shown are copies of
 * them, made when nothing is held back, or else with the first event after the step is due. */
#include "core/clock.h"
#include "core/step.h"
#include "ranking/score.h"
#include "schema/rank.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { COMPACT_FROM = 1024 };

static void step_queue(struct ranking *ranking, int32_t number, bool is_member)
{
    const struct step step = {step_end_ms(ranking->now_ms), number, is_member};
    if (ranking->step_next >= COMPACT_FROM && ranking->step_next * 2 >= ranking->steps.count) {
        ranking->steps.count -= ranking->step_next;
        memmove(ranking->steps.at, ranking->steps.at + ranking->step_next,
                (size_t)ranking->steps.count * sizeof(*ranking->steps.at));
        ranking->step_next = 0;
    }
    LIST_ADD(ranking->steps, step);
}

/* Votes cast make a step only for who receives none: else a member could tell one he received from
 * two he cast. */
static void member_hold(struct ranking *ranking, int32_t number, int32_t cast, int32_t received)
{
    if (number < 0)
        return;
    struct member_facts *member = &ranking->counters.members.at[number];
    member->held = true;
    member->fresh_cast += cast;
    member->fresh_received += received;
    bool ready = member->fresh_received >= STEP_VOTERS ||
                 (member->fresh_received == 0 && member->fresh_cast >= STEP_VOTERS);
    if (!ready || member->queued)
        return;
    member->queued = true;
    step_queue(ranking, number, true);
}

void step_vote(struct ranking *ranking, int32_t number, int32_t voter, bool is_first)
{
    struct posting_facts *posting = &ranking->counters.postings.at[number];
    posting->held = true;
    posting->fresh += is_first;
    if (posting->fresh >= STEP_VOTERS && !posting->queued) {
        posting->queued = true;
        step_queue(ranking, number, false);
    }
    member_hold(ranking, posting->author, 0, is_first);
    member_hold(ranking, voter, is_first, 0);
}

enum result step_show_posting(struct ranking *ranking, int32_t number)
{
    const struct posting_facts *posting = &ranking->counters.postings.at[number];
    touch_question(ranking, posting->question);
    return ranking_writes(ranking) ? rank_posting_show(ranking->db, posting->id) : OK;
}

enum result step_show_member(struct ranking *ranking, int32_t number, struct arena *arena)
{
    struct counters *counters = &ranking->counters;
    struct member_facts *member = &counters->members.at[number];
    enum result result = OK;
    size_t mark = arena->used;
    if (member->band != member->shown_band) /* it stands beside the name wherever he wrote */
        for (int32_t i = member->first_posting; i >= 0; i = counters->postings.at[i].next_of_author)
            touch_question(ranking, counters->postings.at[i].question);
    member->shown_band = member->band;
    if (ranking_writes(ranking)) {
        result = rank_member_show(ranking->db, member->id);
        if (result == OK)
            result =
                rank_member_month_put(ranking->db, member->id, clock_month(arena, ranking->now_ms),
                                      member->score, member->band);
    }
    arena_reset(arena, mark);
    return result;
}

enum result step_due(struct ranking *ranking, struct arena *arena)
{
    struct counters *counters = &ranking->counters;
    enum result result = OK;
    while (result == OK && ranking->step_next < ranking->steps.count &&
           ranking->steps.at[ranking->step_next].due_ms <= ranking->now_ms) {
        const struct step step = ranking->steps.at[ranking->step_next++];
        if (step.is_member) {
            struct member_facts *member = &counters->members.at[step.number];
            member->held = member->queued = false;
            member->fresh_cast = member->fresh_received = 0;
            result = step_show_member(ranking, step.number, arena);
        } else {
            struct posting_facts *posting = &counters->postings.at[step.number];
            posting->held = posting->queued = false;
            posting->fresh = 0;
            result = step_show_posting(ranking, step.number);
        }
    }
    return result;
}
