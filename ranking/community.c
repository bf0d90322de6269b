#include "ranking/community.h"
#include "core/clock.h"
#include "ranking/weigh.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_DAY = 20000, STANCE_UP = 1, STANCE_DOWN = 2, KIND_QUESTION = 1 };

static enum result apply(struct community *community, struct event event, double day)
{
    size_t mark = community->arena.used;
    struct journal_entry entry = {.event = event};
    entry.event.seq = ++community->seq;
    entry.event.at_ms = (int64_t)((FIRST_DAY + day) * DAY_MS);
    enum result result = ranking_apply(&community->ranking, &entry, &community->arena);
    if (result == OK && community->kinds.script_count > 0 &&
        pay_kinds_event(&community->kinds, &entry.event) != OK)
        community->why = community->kinds.why;
    arena_reset(&community->arena, mark);
    if (result == OK && !community->why)
        return OK;
    community->why = community->why ? community->why : community->ranking.policy.why;
    return INVALID;
}

/* --- money --- */

static int32_t answer_of(const struct community *community, int32_t posting)
{
    int32_t low = 0, high = community->told;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (community->answers.at[middle].posting < posting)
            low = middle + 1;
        else
            high = middle;
    }
    return low < community->told && community->answers.at[low].posting == posting ? low : -1;
}

static void pay_out(void *self, int32_t posting, int32_t member, bool is_author, int64_t micro)
{
    struct community *community = self;
    const struct counters *counters = &community->ranking.counters;
    if (community->paid)
        community->paid(community->self, answer_of(community, posting),
                        (int32_t)(counters->members.at[member].id - 1), is_author, micro);
}

static void on_settled(void *self, int32_t posting, double odds)
{
    struct community *community = self;
    int32_t number = answer_of(community, posting);
    if (number < 0 || community->why)
        return;
    int32_t place = community->answers.at[number].pots;
    if (place == 0)
        return;
    const struct community_pots *pots = &community->pots.at[place - 1];
    if (community->kinds.script_count > 0) {
        pay_kinds_settled(&community->kinds, posting, odds,
                          community->kinds.kind == PAY_VOTE ? pots->voter_micro
                                                            : pots->author_micro);
        if (community->kinds.why[0])
            community->why = community->kinds.why;
        return;
    }
    const char *why = NULL;
    if (pay_settled(&community->pay, &community->ranking, posting, odds, pots->author_micro,
                    pots->voter_micro, pay_out, community, &why) != OK)
        community->why = why;
}

/* --- --- */

enum result community_open(struct community *community, struct text rules, struct text pay,
                           struct text *why)
{
    *community = (struct community){.seq = 0};
    arena_open(&community->arena, 1u << 20);
    enum result result =
        ranking_open(&community->ranking, NULL, NULL, &community->arena, rules, why);
    community->ranking.settled = on_settled;
    community->ranking.settled_self = community;
    return result == OK ? pay_open(&community->pay, &community->arena, pay, why) : result;
}

static void on_act(void *self, int32_t posting, int32_t member, const int64_t micro[2],
                   enum pay_bar bar)
{
    struct community *community = self;
    (void)bar;
    if (micro[0] > 0)
        pay_out(self, posting, member, community->kinds.kind != PAY_VOTE, micro[0]);
}

enum result community_pay_kind(struct community *community, enum pay_kind kind, struct text script,
                               struct text *why)
{
    enum result result = pay_kinds_open(&community->kinds, &community->arena, &community->ranking,
                                        kind, &script, 1, why);
    community->kinds.act = on_act;
    community->kinds.self = community;
    return result;
}

void community_joined(struct community *community, int32_t member, double day)
{
    pay_kinds_let_in(&community->kinds, 1 + (int64_t)member, (int64_t)((FIRST_DAY + day) * DAY_MS));
}

void community_close(struct community *community)
{
    pay_kinds_close(&community->kinds);
    free(community->answers.at);
    free(community->pots.at);
    free(community->questions.at);
    pay_close(&community->pay);
    ranking_close(&community->ranking);
    arena_close(&community->arena);
}

void community_pots(struct community *community, int32_t answer, int64_t author_micro,
                    int64_t voter_micro)
{
    while (community->answers.count <= answer)
        LIST_ADD(community->answers, (struct community_answer){.pots = 0});
    if (author_micro + voter_micro == 0)
        return;
    int32_t *place = &community->answers.at[answer].pots;
    if (*place == 0) {
        LIST_ADD(community->pots, (struct community_pots){0});
        *place = community->pots.count;
    }
    community->pots.at[*place - 1] = (struct community_pots){author_micro, voter_micro};
}

enum result community_answer(struct community *community, struct community_told told)
{
    assert(told.answer == community->told);
    while (community->questions.count <= told.question)
        LIST_ADD(community->questions, 0);
    struct event event = {.kind = EVENT_POSTING_ADDED};
    enum result result = OK;
    char name[40];
    if (!community->questions.at[told.question]) { /* who asked is not told */
        event.posting_added.kind = KIND_QUESTION;
        snprintf(name, sizeof(name), "field-%d", (int)told.field);
        event.posting_added.topics = text_of(name);
        result = apply(community, event, told.day);
        community->questions.at[told.question] = community->seq;
    }
    snprintf(name, sizeof(name), PRODUCT_TOPIC "%d", (int)told.product);
    event.posting_added.kind = KIND_ANSWER;
    event.posting_added.topics = told.product > 0 ? text_of(name) : NO_TEXT;
    event.posting_added.member = 1 + (int64_t)told.author;
    event.posting_added.question = community->questions.at[told.question];
    if (community->answers.count <= told.answer)
        LIST_ADD(community->answers, (struct community_answer){.pots = 0});
    if (result == OK)
        result = apply(community, event, told.day);
    community->answers.at[told.answer].posting = community->ranking.counters.postings.count - 1;
    community->told++;
    return result;
}

enum result community_vote(struct community *community, struct community_vote vote)
{
    assert(vote.answer < community->told && (vote.sign == 1 || vote.sign == -1));
    const struct counters *counters = &community->ranking.counters;
    const struct posting_facts *posting =
        &counters->postings.at[community->answers.at[vote.answer].posting];
    struct event event = {.kind = EVENT_VOTE_CAST};
    event.vote_cast.posting = posting->id;
    event.vote_cast.question = counters->questions.at[posting->question].id;
    event.vote_cast.member = 1 + (int64_t)vote.voter;
    event.vote_cast.stance = vote.sign > 0 ? STANCE_UP : STANCE_DOWN;
    event.vote_cast.patients = vote.patients;
    event.vote_cast.has_informed = true;
    event.vote_cast.informed = vote.informed;
    return apply(community, event, vote.day);
}

enum result community_time(struct community *community, double day)
{
    /* Of no interest to the ranker but for its time. */
    return apply(community, (struct event){.kind = EVENT_TOPIC_FOLLOWED}, day);
}

double community_score(const struct community *community, int32_t answer)
{
    const struct counters *counters = &community->ranking.counters;
    return counters->postings.at[community->answers.at[answer].posting].score;
}
