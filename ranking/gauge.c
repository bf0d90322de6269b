#include "ranking/gauge.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/clock.h"
#include "ranking/weigh.h"
#include "schema/rank.h"

/* Votes worth this many independent, trusted ones have judged a posting. */
#define COVERED_FROM 1.0

void gauge_close(struct gauge *gauge)
{
    free(gauge->days.at);
    free(gauge->drawn.at);
}

/* Of now; time never goes back, so it is the last one or a new one. */
static struct gauge_day *today(struct ranking *ranking)
{
    struct gauge *gauge = &ranking->gauge;
    int64_t day = ranking->now_ms / DAY_MS;
    if (gauge->days.count == 0 || gauge->days.at[gauge->days.count - 1].day < day)
        LIST_ADD(gauge->days, (struct gauge_day){.day = day});
    int32_t last = gauge->days.count - 1;
    gauge->days_from = last < gauge->days_from ? last : gauge->days_from;
    return &gauge->days.at[last];
}

/* Every bit of the number moves every bit of the draw (splitmix64's finisher). */
static bool is_drawn(int64_t id)
{
    uint64_t x = (uint64_t)id + UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (x ^ (x >> 31)) % GAUGE_DRAWN_ONE_IN == 0;
}

static void draw(struct ranking *ranking, int32_t posting, double probability)
{
    struct gauge *gauge = &ranking->gauge;
    const struct gauge_audit audit = {posting, GAUGE_WAITS, ranking->now_ms, probability};
    if (is_drawn(ranking->counters.postings.at[posting].id))
        LIST_ADD(gauge->drawn, audit);
}

void gauge_settled(struct ranking *ranking, int32_t number, double probability)
{
    const struct counters *counters = &ranking->counters;
    const struct posting_facts *posting = &counters->postings.at[number];
    if (posting->kind != KIND_ANSWER && posting->kind != KIND_OBSERVATION)
        return;
    struct gauge_day *day = today(ranking);
    double judged = 0;
    int32_t votes = 0;
    for (int32_t i = posting->first_vote; i >= 0; i = counters->votes.at[i].next) {
        const struct vote_facts *vote = &counters->votes.at[i];
        if (vote->sign == 0)
            continue;
        const struct vote_young *young = counters_young(counters, vote);
        assert(young); /* its posting settles only now */
        double apart = share_of_packed(young->apart);
        judged += apart * trust_of(ranking, vote->voter);
        day->linked += 1 - apart;
        votes++;
    }
    day->settled++;
    day->covered += judged >= COVERED_FROM;
    day->votes += votes;
    if (votes > 0)
        draw(ranking, number, probability);
}

void gauge_audited(struct ranking *ranking, const struct event_posting_audited *audited)
{
    struct gauge *gauge = &ranking->gauge;
    int32_t number = counters_posting_find(&ranking->counters, audited->posting);
    int32_t i = gauge->drawn.count - 1;
    while (i >= 0 && (number < 0 || gauge->drawn.at[i].posting != number))
        i--;
    if (i < 0 || gauge->drawn.at[i].outcome != GAUGE_WAITS)
        return;
    struct gauge_audit *audit = &gauge->drawn.at[i];
    audit->outcome = (uint8_t)audited->outcome;
    gauge->drawn_from = i < gauge->drawn_from ? i : gauge->drawn_from;
    if (audit->outcome == GAUGE_CANNOT_SAY)
        return;
    struct gauge_day *day = today(ranking);
    day->audited++;
    day->agreed += (audit->probability >= 0.5) == (audit->outcome == GAUGE_RIGHT);
}

enum result gauge_write(struct ranking *ranking)
{
    struct gauge *gauge = &ranking->gauge;
    const struct counters *counters = &ranking->counters;
    enum result result = OK;
    for (int32_t i = gauge->days_from; i < gauge->days.count && result == OK; i++) {
        const struct gauge_day *day = &gauge->days.at[i];
        result = rank_gauge_day_put(ranking->db, day->day, day->settled, day->covered, day->votes,
                                    day->linked, day->audited, day->agreed);
    }
    for (int32_t i = gauge->drawn_from; i < gauge->drawn.count && result == OK; i++) {
        const struct gauge_audit *audit = &gauge->drawn.at[i];
        const struct posting_facts *posting = &counters->postings.at[audit->posting];
        result =
            rank_audit_put(ranking->db, posting->id, counters->questions.at[posting->question].id,
                           audit->drawn_ms, audit->probability, audit->outcome);
    }
    if (result != OK)
        return result;
    gauge->days_from = gauge->days.count;
    gauge->drawn_from = gauge->drawn.count;
    return OK;
}

enum result gauge_print(struct db *db, struct arena *arena)
{
    struct rank_gauge_days_row *rows;
    size_t count = 0;
    int64_t after = clock_now_ms() / DAY_MS - GAUGE_DAYS_PRINTED;
    enum result result = rank_gauge_days(db, arena, after, GAUGE_DAYS_PRINTED, &rows, &count);
    for (size_t i = 0; result == OK && i < count; i++)
        printf("%lld %lld %lld %lld %.17g %lld %lld\n", (long long)rows[i].day,
               (long long)rows[i].settled, (long long)rows[i].covered, (long long)rows[i].votes,
               rows[i].linked, (long long)rows[i].audited, (long long)rows[i].agreed);
    return result;
}
