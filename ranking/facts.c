#include "ranking/facts.h"

#include <stdio.h>

#include "ranking/weigh.h"

enum { SLICE = 64 };

/* Its number of votes when the first event from `start_ms` on comes: those after it are the
 * month's. */
struct month {
    int64_t start_ms, end_ms;
    int32_t first_vote; /* -1: not begun */
    bool over;
};

static enum result entries_apply(struct ranking *ranking, const struct journal_entry *entries,
                                 size_t count, struct month *month, struct arena *arena)
{
    enum result result = OK;
    for (size_t i = 0; i < count && result == OK && !month->over; i++) {
        month->over = entries[i].event.at_ms >= month->end_ms;
        if (month->first_vote < 0 && entries[i].event.at_ms >= month->start_ms)
            month->first_vote = ranking->counters.votes.count;
        if (!month->over)
            result = ranking_apply(ranking, &entries[i], arena);
    }
    return result;
}

static enum result month_replay(struct ranking *ranking, struct log *journal, struct arena *arena,
                                int64_t upto, struct month *month)
{
    enum result result = OK;
    while (result == OK && ranking->seq < upto && !month->over) {
        struct journal_entry *entries;
        size_t mark = arena->used, count = 0;
        int64_t left = upto - ranking->seq;
        result = journal_read(journal, arena, ranking->seq, left < SLICE ? (size_t)left : SLICE,
                              &entries, &count);
        if (result == OK && count == 0)
            result = BROKEN; /* the journal ends before the place that was named */
        if (result == OK)
            result = entries_apply(ranking, entries, count, month, arena);
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
static void vote_print(struct ranking *ranking, const struct vote_facts *vote)
{
    const struct counters *counters = &ranking->counters;
    printf("v %lld %lld %.17g %.17g %.17g\n", (long long)counters->postings.at[vote->posting].id,
           (long long)counters->members.at[vote->voter].id, share_of_packed(vote->apart),
           trust_apart(ranking, vote->voter), (double)vote->worth / WORTH_WHOLE);
}

enum result facts_print(struct log *journal, struct arena *arena, struct text first_script,
                        int64_t upto, int64_t start_ms, int64_t end_ms)
{
    static struct ranking ranking;
    struct month month = {.start_ms = start_ms, .end_ms = end_ms, .first_vote = -1};
    struct text why = NO_TEXT;
    long long postings = 0, votes = 0;
    enum result result = ranking_open(&ranking, NULL, journal, arena, first_script, &why);
    if (result == OK)
        result = month_replay(&ranking, journal, arena, upto, &month);
    const struct counters *counters = &ranking.counters;
    for (int32_t i = 0; result == OK && i < counters->postings.count; i++)
        if (counters->postings.at[i].author >= 0) {
            posting_print(&ranking, i);
            postings++;
        }
    int32_t first = month.first_vote < 0 ? counters->votes.count : month.first_vote;
    for (int32_t i = first; result == OK && i < counters->votes.count; i++, votes++)
        vote_print(&ranking, &counters->votes.at[i]);
    if (result == OK && ranking.policy.broken)
        result = INVALID;
    if (result == OK)
        printf("end %lld %lld\n", postings, votes);
    ranking_close(&ranking);
    return result;
}
