#include "ranking/pay_kind.h"
#include "core/clock.h"
#include "ranking/pay.h"
#include "ranking/weigh.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHARE_UNIT = 1000000, CALLS_CPU_MS = 5000, MEMBER_LEVEL = 3, PAY = 0 };
enum { VOTE_FACTS = 7, FINDINGS_OF_VOTE = 3, FINDINGS_OF_AUTHOR = 4, ASK_LATER = -1 };
enum { OUTCOME_KEPT = 1, HOLD_WAITS = 1 }; /* as in the event posting_decided */

/* Below half of it nobody is taken to be independent, or trusted: as in ledger/reward/reward.c. */
#define LINKED_BELOW 0.5

__asm__(".pushsection .rodata\n"
        ".global ranking_pay_posting\n"
        "ranking_pay_posting:\n"
        ".incbin \"scripts/reward/posting.lua\"\n"
        ".byte 0\n"
        ".popsection\n");
extern const char ranking_pay_posting[];

/* What the paymaster asks, by its own counts or by the ranker's findings. */
static const struct rule_function by_counts[] = {
    [PAY_POSTING] = {"pay_posting", 7, 1, 0},
    [PAY_ANSWER] = {"pay_answer", 6, 1, 0},
    [PAY_VOTE] = {"pay_vote", VOTE_FACTS, 1, 0},
};
static const struct rule_function by_findings[] = {
    [PAY_POSTING] = {"pay_author", FINDINGS_OF_AUTHOR, 1, 0},
    [PAY_ANSWER] = {"pay_author", FINDINGS_OF_AUTHOR, 1, 0},
    [PAY_VOTE] = {"pay_vote", FINDINGS_OF_VOTE, 1, 0},
};

enum pay_kind pay_kind_of(struct text name)
{
    return text_is(name, "reward/posting")  ? PAY_POSTING
           : text_is(name, "reward/answer") ? PAY_ANSWER
           : text_is(name, "reward/vote")   ? PAY_VOTE
                                            : PAY_NO_KIND;
}

struct text pay_kind_first_script(enum pay_kind kind)
{
    assert(kind != PAY_NO_KIND);
    return kind == PAY_POSTING ? text_of(ranking_pay_posting) : pay_first_script();
}

/* --- opening --- */

static enum result script_open(struct pay_script *script, struct arena *arena, enum pay_kind kind,
                               struct text text, struct text *why)
{
    struct text other;
    enum result result =
        rule_load(&script->rules, arena, TEXT("reward"), text, TEXT(""), &by_counts[kind], 1, why);
    script->by_findings = result == INVALID;
    if (result == INVALID)
        result = rule_load(&script->rules, arena, TEXT("reward"), text, TEXT(""),
                           &by_findings[kind], 1, &other);
    if (result == OK && !rule_constant(script->rules, "day_most", &script->day_most))
        script->day_most = INFINITY;
    return result;
}

enum result pay_kinds_open(struct pay_kinds *kinds, struct arena *arena, struct ranking *ranking,
                           enum pay_kind kind, const struct text *scripts, size_t count,
                           struct text *why)
{
    struct text other;
    enum result result = OK;
    assert(kind != PAY_NO_KIND && count >= 1 && count <= 2);
    *kinds = (struct pay_kinds){.kind = kind, .ranking = ranking, .first_vote = -1};
    for (size_t i = 0; i < count && result == OK; i++) {
        result = script_open(&kinds->scripts[i], arena, kind, scripts[i], i == 0 ? why : &other);
        kinds->scripts[i].failed = result != OK;
        result = i > 0 && result == INVALID ? OK : result;
        kinds->script_count += result == OK;
    }
    return result;
}

void pay_kinds_close(struct pay_kinds *kinds)
{
    for (size_t i = 0; i < kinds->script_count; i++)
        rule_close(kinds->scripts[i].rules);
    free(kinds->people.at);
    free(kinds->postings.at);
    free(kinds->pairs.slots);
    free(kinds->casts);
    *kinds = (struct pay_kinds){.kind = kinds->kind};
}

/* --- asking --- */

/* What `script` gives for these facts, in millionths; 0 once it failed. */
static int32_t ask(struct pay_kinds *kinds, size_t script, const double *facts)
{
    const char *why = "a reward rule gave a share outside of 0..1";
    double share = 0;
    if (kinds->scripts[script].failed)
        return 0;
    enum result result = rule_call(kinds->scripts[script].rules, PAY, facts, &share, &why);
    if (result == OK && share >= 0 && share <= 1)
        return (int32_t)llround(share * SHARE_UNIT);
    if (result == OK)
        why = "a reward rule gave a share outside of 0..1";
    kinds->scripts[script].failed = true;
    if (script == 0)
        snprintf(kinds->why, sizeof(kinds->why), "%s", why);
    return 0;
}

/* --- counting, as the paymaster does --- */

static struct pay_person *person_of(struct pay_kinds *kinds, int32_t member)
{
    while (kinds->people.count <= member)
        LIST_ADD(kinds->people, (struct pay_person){0});
    return &kinds->people.at[member];
}

static struct pay_posting *posting_of(struct pay_kinds *kinds, int32_t posting)
{
    while (kinds->postings.count <= posting)
        LIST_ADD(kinds->postings, (struct pay_posting){0});
    return &kinds->postings.at[posting];
}

void pay_kinds_let_in(struct pay_kinds *kinds, int64_t member, int64_t at_ms)
{
    person_of(kinds, counters_member(&kinds->ranking->counters, member))->in_ms = at_ms;
}

static void posting_begins(struct pay_kinds *kinds, int64_t id)
{
    const struct counters *counters = &kinds->ranking->counters;
    int32_t number = counters_posting_find(counters, id);
    if (number < 0)
        return;
    const struct posting_facts *posting = &counters->postings.at[number];
    const struct question_facts *thread = &counters->questions.at[posting->question];
    if (posting->author >= 0)
        person_of(kinds, posting->author)->postings++;
    (void)posting_of(kinds, number);
    int32_t opener = counters_posting_find(counters, thread->id);
    if (posting->id != thread->id && opener >= 0) {
        int32_t order = ++posting_of(kinds, opener)->answers;
        posting_of(kinds, number)->order = order;
    }
}

/* A vote's facts as they stood before it, in the order of the rule's arguments. How it was cast is
 * not read here, and must never be. */
static void vote_facts(struct pay_kinds *kinds, int32_t voter, int32_t author, int64_t at_ms,
                       double facts[VOTE_FACTS])
{
    const struct pay_person own = *person_of(kinds, voter);
    facts[0] = map_get(&kinds->pairs, key_of_two(voter, author), 0);
    facts[1] = person_of(kinds, author)->postings;
    facts[2] = map_get(&kinds->pairs, key_of_two(author, voter), 0);
    facts[3] = own.postings;
    facts[4] = own.votes;
    facts[5] = own.mutual;
    facts[6] = own.in_ms > 0 && at_ms > own.in_ms ? (double)((at_ms - own.in_ms) / DAY_MS) : 0;
}

static struct pay_cast *cast_of(struct pay_kinds *kinds, int32_t vote)
{
    size_t place = (size_t)(vote - kinds->first_vote);
    if (place >= kinds->cast_room) {
        size_t room = kinds->cast_room ? 2 * kinds->cast_room : 1024;
        room = place < room ? room : place + 1;
        kinds->casts = reallocarray(kinds->casts, room, sizeof(*kinds->casts));
        assert(kinds->casts);
        memset(kinds->casts + kinds->cast_room, 0,
               (room - kinds->cast_room) * sizeof(*kinds->casts));
        kinds->cast_room = room;
    }
    return &kinds->casts[place];
}

static void vote_ask(struct pay_kinds *kinds, int32_t number, int32_t author, int64_t at_ms)
{
    const struct vote_facts *vote = &kinds->ranking->counters.votes.at[number];
    double facts[VOTE_FACTS];
    if (kinds->first_vote < 0)
        kinds->first_vote = number;
    vote_facts(kinds, vote->voter, author, at_ms, facts);
    struct pay_cast *cast = cast_of(kinds, number);
    for (size_t i = 0; i < kinds->script_count; i++) {
        const struct pay_script *script = &kinds->scripts[i];
        cast->over[i] = person_of(kinds, vote->voter)->day_votes >= script->day_most;
        cast->share[i] = script->by_findings               ? ASK_LATER
                         : cast->over[i] || vote->informed ? 0
                                                           : ask(kinds, i, facts);
    }
}

/* A member's first vote on a posting is the act; changing it later is none. */
static void vote_counts(struct pay_kinds *kinds, int64_t at_ms)
{
    const struct counters *counters = &kinds->ranking->counters;
    int32_t number = counters->votes.count - 1;
    const struct vote_facts *vote = &counters->votes.at[number];
    int32_t author = counters->postings.at[vote->posting].author;
    struct pay_person *voter = person_of(kinds, vote->voter);
    if (voter->day != at_ms / DAY_MS) {
        voter->day = at_ms / DAY_MS;
        voter->day_votes = 0;
    }
    if (kinds->kind == PAY_VOTE && author >= 0 && at_ms >= kinds->from_ms)
        vote_ask(kinds, number, author, at_ms);
    voter = person_of(kinds, vote->voter); /* the list may have moved */
    if (author >= 0) {
        voter->mutual += map_get(&kinds->pairs, key_of_two(author, vote->voter), 0) > 0;
        ++*map_put(&kinds->pairs, key_of_two(vote->voter, author));
    }
    voter->votes++;
    voter->day_votes++;
    posting_of(kinds, vote->posting)->votes++;
}

enum result pay_kinds_event(struct pay_kinds *kinds, const struct event *event)
{
    const struct counters *counters = &kinds->ranking->counters;
    for (size_t i = 0; i < kinds->script_count; i++)
        if (!kinds->scripts[i].failed)
            rule_budget(kinds->scripts[i].rules, CALLS_CPU_MS);
    switch (event->kind) {
    case EVENT_MEMBER_DECIDED:
        if (event->member_decided.accepted && event->member_decided.level == MEMBER_LEVEL)
            pay_kinds_let_in(kinds, event->member_decided.member, event->at_ms);
        break;
    case EVENT_MEMBER_LEVEL_SET:
        if (event->member_level_set.level == MEMBER_LEVEL &&
            event->member_level_set.was < MEMBER_LEVEL)
            pay_kinds_let_in(kinds, event->member_level_set.member, event->at_ms);
        break;
    case EVENT_POSTING_ADDED:
        if (!event->posting_added.held)
            posting_begins(kinds, event->seq);
        break;
    case EVENT_POSTING_DECIDED:
        if (event->posting_decided.outcome == OUTCOME_KEPT &&
            event->posting_decided.was == HOLD_WAITS)
            posting_begins(kinds, event->posting_decided.posting);
        break;
    case EVENT_VOTE_CAST:
        if (counters->votes.count > kinds->votes_seen)
            vote_counts(kinds, event->at_ms);
        break;
    default:
        break;
    }
    kinds->votes_seen = counters->votes.count;
    return kinds->why[0] ? INVALID : OK;
}

/* --- paying --- */

static int64_t part_of(int64_t micro, int32_t share)
{
    return (int64_t)((__int128)micro * share / SHARE_UNIT);
}

static void author_pays(struct pay_kinds *kinds, int32_t number, double odds, int64_t pot_micro)
{
    static const int64_t least[] = {0, 1, 6, 21}; /* patients, by the band of the event vote_cast */
    struct ranking *ranking = kinds->ranking;
    const struct counters *counters = &ranking->counters;
    const struct posting_facts *posting = &counters->postings.at[number];
    const struct pay_posting counts = *posting_of(kinds, number);
    double found[FINDINGS_OF_AUTHOR], patients = 0;
    int64_t micro[2] = {0, 0};
    pay_author_facts(ranking, number, odds, found);
    for (int32_t i = posting->first_vote; i >= 0; i = counters->votes.at[i].next)
        patients += (double)least[counters->votes.at[i].patients];
    const double days = (double)((ranking->now_ms - posting->at_ms) / DAY_MS);
    const double up = posting->up, down = posting->down, unsure = posting->unsure;
    const double of_posting[] = {
        up, down, unsure, patients, counts.answers, counts.votes + counts.answers, days};
    const double of_answer[] = {up, down, unsure, patients, counts.order, days};
    bool linked = found[2] < LINKED_BELOW || (up > 0 && found[1] < LINKED_BELOW);
    for (size_t i = 0; i < kinds->script_count && !linked; i++)
        micro[i] = part_of(pot_micro, ask(kinds, i,
                                          kinds->scripts[i].by_findings ? found
                                          : kinds->kind == PAY_ANSWER   ? of_answer
                                                                        : of_posting));
    kinds->act(kinds->self, number, posting->author, micro, linked ? PAY_BAR_LINKED : PAY_BAR_NONE);
}

static void vote_pays(struct pay_kinds *kinds, int32_t number, int64_t most_micro)
{
    struct ranking *ranking = kinds->ranking;
    const struct vote_facts *vote = &ranking->counters.votes.at[number];
    const struct pay_cast *cast = cast_of(kinds, number);
    double found[FINDINGS_OF_VOTE];
    int64_t micro[2] = {0, 0};
    pay_vote_facts(ranking, vote, found);
    bool linked = found[0] < LINKED_BELOW || found[1] < LINKED_BELOW;
    for (size_t i = 0; i < kinds->script_count && !linked && !vote->informed; i++) {
        int32_t share = cast->share[i];
        if (share == ASK_LATER)
            share = cast->over[i] ? 0 : ask(kinds, i, found);
        micro[i] = part_of(most_micro, share);
    }
    kinds->act(kinds->self, vote->posting, vote->voter, micro,
               vote->informed ? PAY_BAR_INFORMED
               : linked       ? PAY_BAR_LINKED
                              : PAY_BAR_NONE);
}

void pay_kinds_settled(struct pay_kinds *kinds, int32_t posting, double odds, int64_t pot_micro)
{
    const struct counters *counters = &kinds->ranking->counters;
    const struct posting_facts *facts = &counters->postings.at[posting];
    bool answers = counters->questions.at[facts->question].id != facts->id;
    int32_t votes = 0;
    if (facts->author < 0 || kinds->why[0])
        return;
    if (kinds->kind != PAY_VOTE) {
        if (kinds->kind == PAY_POSTING || answers)
            author_pays(kinds, posting, odds, pot_micro);
        return;
    }
    for (int32_t i = facts->first_vote; i >= 0; i = counters->votes.at[i].next)
        votes++;
    for (int32_t i = facts->first_vote; i >= 0; i = counters->votes.at[i].next)
        if (kinds->first_vote >= 0 && i >= kinds->first_vote)
            vote_pays(kinds, i, pot_micro / votes);
}
