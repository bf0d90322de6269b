#include "ranking/facts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "ranking/weigh.h"

enum { SLICE = 64 };

/* Of a vote of the month. The ranker forgets both when its posting settles: then they stay here as
 * they were. */
struct cast {
    double apart, worth;
};
struct month {
    int64_t start_ms, end_ms;
    int32_t first_vote; /* the month's votes are those from this number on; -1: not begun */
    bool over;
    struct ranking ranking;
    GROWING(struct cast) casts; /* by number, from first_vote on */
};

/* Of a vote that takes no side the ranker weighs nothing; it is looked at here all the same, so
 * that not even this shows in what it earns. */
static struct cast cast_of_none(struct month *month, int32_t number)
{
    const struct vote_facts *vote = &month->ranking.counters.votes.at[number];
    int32_t place = number - month->first_vote;
    struct cast now = {links_of(&month->ranking, vote).apart,
                       worth_of(&month->ranking, vote->voter)};
    if (place < month->casts.count) {
        const struct cast *then = &month->casts.at[place];
        now.apart = then->apart < now.apart ? then->apart : now.apart;
        now.worth = then->worth;
    }
    return now;
}

/* As it is now, while the ranker still knows. */
static void cast_look(struct month *month, int32_t number)
{
    const struct counters *counters = &month->ranking.counters;
    const struct vote_facts *vote = &counters->votes.at[number];
    const struct vote_young *young = counters_young(counters, vote);
    struct cast now;
    if (month->first_vote < 0 || number < month->first_vote)
        return;
    bool known = number - month->first_vote < month->casts.count;
    if (!young && vote->sign != 0 && known)
        return;
    if (!young || vote->sign == 0) /* or it came when all was settled */
        now = cast_of_none(month, number);
    else
        now = (struct cast){share_of_packed(young->apart), (double)young->worth / WORTH_WHOLE};
    while (month->casts.count <= number - month->first_vote)
        LIST_ADD(month->casts, now);
    month->casts.at[number - month->first_vote] = now;
}

static void on_settled(void *self, int32_t posting, double odds)
{
    struct month *month = self;
    const struct counters *counters = &month->ranking.counters;
    (void)odds;
    for (int32_t i = counters->postings.at[posting].first_vote; i >= 0;
         i = counters->votes.at[i].next)
        cast_look(month, i);
}

static enum result entries_apply(struct month *month, const struct journal_entry *entries,
                                 size_t count, struct arena *arena)
{
    enum result result = OK;
    for (size_t i = 0; i < count && result == OK && !month->over; i++) {
        const struct event *event = &entries[i].event;
        int32_t before = month->ranking.counters.votes.count;
        month->over = event->at_ms >= month->end_ms;
        if (month->first_vote < 0 && event->at_ms >= month->start_ms)
            month->first_vote = before;
        if (!month->over)
            result = ranking_apply(&month->ranking, &entries[i], arena);
        if (result == OK && month->ranking.counters.votes.count > before)
            cast_look(month, before);
    }
    return result;
}

static enum result month_replay(struct month *month, struct log *journal, struct arena *arena,
                                int64_t upto)
{
    enum result result = OK;
    while (result == OK && month->ranking.seq < upto && !month->over) {
        struct journal_entry *entries;
        size_t mark = arena->used, count = 0;
        int64_t left = upto - month->ranking.seq;
        result = journal_read(journal, arena, month->ranking.seq,
                              left < SLICE ? (size_t)left : SLICE, &entries, &count);
        if (result == OK && count == 0)
            result = BROKEN; /* the journal ends before the place that was named */
        if (result == OK)
            result = entries_apply(month, entries, count, arena);
        arena_reset(arena, mark);
    }
    return result;
}

static void posting_print(struct ranking *ranking, int32_t number)
{
    const struct counters *counters = &ranking->counters;
    const struct posting_facts *posting = &counters->postings.at[number];
    double support = 0;
    for (int32_t i = posting->first_vote; i >= 0; i = counters->votes.at[i].next)
        if (counters->votes.at[i].sign > 0)
            support += share_of_packed(counters->votes.at[i].independence) *
                       trust_of(ranking, counters->votes.at[i].voter);
    printf("p %lld %lld %.17g %.17g %.17g %.17g\n", (long long)posting->id,
           (long long)counters->questions.at[posting->question].id, posting->odds, support,
           trust_of(ranking, posting->author), member_standing(ranking, posting->author));
}

/* Nothing of a vote's direction is read here, and must never be: one that takes no side is printed
 * like any other. */
static void vote_print(struct month *month, int32_t number)
{
    const struct counters *counters = &month->ranking.counters;
    const struct vote_facts *vote = &counters->votes.at[number];
    if (vote->sign != 0)
        cast_look(month, number);
    const struct cast *cast = &month->casts.at[number - month->first_vote];
    printf("v %lld %lld %.17g %.17g %.17g\n", (long long)counters->postings.at[vote->posting].id,
           (long long)counters->members.at[vote->voter].id, cast->apart,
           trust_apart(&month->ranking, vote->voter), cast->worth);
}

static void month_print(struct month *month)
{
    const struct counters *counters = &month->ranking.counters;
    int32_t first = month->first_vote < 0 ? counters->votes.count : month->first_vote;
    long long postings = 0;
    for (int32_t i = 0; i < counters->postings.count; i++)
        if (counters->postings.at[i].author >= 0) {
            posting_print(&month->ranking, i);
            postings++;
        }
    for (int32_t i = first; i < counters->votes.count; i++)
        vote_print(month, i);
    printf("end %lld %lld\n", postings, (long long)(counters->votes.count - first));
}

enum result facts_print(struct log *journal, struct arena *arena, struct text first_script,
                        int64_t upto, int64_t start_ms, int64_t end_ms)
{
    static struct month month;
    struct text why = NO_TEXT;
    month = (struct month){.start_ms = start_ms, .end_ms = end_ms, .first_vote = -1};
    enum result result = ranking_open(&month.ranking, NULL, journal, arena, first_script, &why);
    month.ranking.settled = on_settled;
    month.ranking.settled_self = &month;
    if (result == OK)
        result = month_replay(&month, journal, arena, upto);
    if (result == OK && month.ranking.policy.broken)
        result = INVALID;
    if (result == OK)
        month_print(&month);
    free(month.casts.at);
    ranking_close(&month.ranking);
    return result;
}
