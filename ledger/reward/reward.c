#include "ledger/reward/reward.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "ledger/reward/reward_state.h"

enum { OUTCOME_KEPT = 1, HOLD_WAITS = 1 }; /* as in the event posting_decided */

struct reward *reward_open(void)
{
    struct reward *reward = calloc(1, sizeof *reward);
    assert(reward != NULL);
    reward->select = select_open();
    return reward;
}

void reward_close(struct reward *reward)
{
    if (reward == NULL)
        return;
    for (size_t i = 0; i < reward->rule_count; i++)
        rule_close(reward->rules[i].set);
    struct table *tables[] = {&reward->postings, &reward->members,   &reward->pairs,
                              &reward->votes,    &reward->earmarked, &reward->paid,
                              &reward->freed,    &reward->freed_paid};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        table_close(tables[i]);
    findings_close(&reward->findings);
    select_close(reward->select);
    findings_close(&reward->low);
    free(reward->posting);
    free(reward->member);
    free(reward->pair);
    free(reward->earmarks);
    free(reward->fresh);
    free(reward->items);
    free(reward->freed_items);
    free(reward->answers);
    free(reward);
}

/* --- findings --- */

/* Whether any earmark may be on this posting: the scan's only question about a target. */
static bool target_earmarked(const struct reward *reward, int64_t target)
{
    uint8_t key[16];
    table_key(key, target, 0);
    return select_any(reward->select) || table_find(&reward->earmarked, key) != SIZE_MAX;
}

bool reward_concerns(const struct reward *reward, int64_t posting, int64_t question)
{
    return target_earmarked(reward, posting) || target_earmarked(reward, question);
}

struct findings *reward_findings(struct reward *reward)
{
    return &reward->findings;
}

struct findings *reward_low(struct reward *reward)
{
    return &reward->low;
}

void reward_free(struct reward *reward, int64_t member)
{
    uint8_t key[16];
    assert(reward->postings.count == 0);
    table_key(key, member, 0);
    (void)table_put(&reward->freed, key, NULL);
}

void reward_hand_free(struct reward *reward)
{
    assert(reward->postings.count == 0);
    select_hand_free(reward->select);
}

struct select *reward_select(struct reward *reward)
{
    return reward->select;
}

int64_t reward_withheld(const struct reward *reward)
{
    return reward->withheld;
}

void reward_watch(struct reward *reward, reward_watcher *watcher, void *self)
{
    assert(reward->postings.count == 0);
    reward->watcher = watcher;
    reward->watcher_self = self;
}

static bool in_time(const struct reward_earmark *earmark, int64_t seq, int64_t at_ms)
{
    return seq > earmark->after_seq && at_ms >= earmark->start_ms && at_ms < earmark->end_ms &&
           at_ms / 1000 >= earmark->terms.valid_from_s && at_ms / 1000 <= earmark->terms.valid_to_s;
}

/* Before it was committed to, or before its month. */
static bool is_early(const struct reward_earmark *earmark, int64_t seq, int64_t at_ms)
{
    return seq <= earmark->after_seq || at_ms < earmark->start_ms ||
           at_ms / 1000 < earmark->terms.valid_from_s;
}

/* --- counting --- */

static struct reward_member *member_of(struct reward *reward, int64_t id)
{
    uint8_t key[16];
    table_key(key, id, 0);
    size_t index = table_put(&reward->members, key, NULL);
    reward->member =
        table_room(reward->member, &reward->member_room, index + 1, sizeof *reward->member);
    return &reward->member[index];
}

static int64_t *pair_of(struct reward *reward, int64_t from, int64_t to)
{
    uint8_t key[16];
    table_key(key, from, to);
    size_t index = table_put(&reward->pairs, key, NULL);
    reward->pair = table_room(reward->pair, &reward->pair_room, index + 1, sizeof *reward->pair);
    return &reward->pair[index];
}

static size_t posting_find(const struct reward *reward, int64_t id)
{
    uint8_t key[16];
    table_key(key, id, 0);
    return table_find(&reward->postings, key);
}

void reward_earmark_add(struct reward *reward, struct arena *arena,
                        const struct reward_earmark *earmark, struct text selector)
{
    uint8_t key[16];
    assert(reward->postings.count == 0);
    assert(reward_rule_known(reward, earmark->terms.kind, earmark->terms.rule));
    assert(earmark->terms.kind >= EARMARK_POSTING && earmark->terms.kind <= EARMARK_VOTE);
    size_t count = reward->earmark_count + 1;
    reward->earmarks = reallocarray(reward->earmarks, count, sizeof *reward->earmarks);
    reward->fresh = reallocarray(reward->fresh, count, sizeof *reward->fresh);
    assert(reward->earmarks != NULL && reward->fresh != NULL);
    reward->earmarks[count - 1] = *earmark;
    reward->earmarks[count - 1].spent = reward->earmarks[count - 1].payees = 0;
    reward->fresh[count - 1] = 0;
    reward->earmark_count = count;
    select_add(reward->select, arena, &earmark->terms, earmark->sponsor, selector);
    table_key(key, earmark->terms.target, 0);
    (void)table_put(&reward->earmarked, key, NULL);
}

static void due_add(struct reward *reward, size_t earmark, size_t posting)
{
    reward->answers = table_room(reward->answers, &reward->answer_room, reward->answer_count + 1,
                                 sizeof *reward->answers);
    reward->answers[reward->answer_count++] = (struct answer_due){earmark, posting};
}

/* Scripts are asked about postings when they begin; earmarks on votes, when one is cast. */
static void posting_selected(struct reward *reward, size_t index, const struct event *event)
{
    const struct reward_posting *posting = &reward->posting[index];
    for (size_t i = 0; i < reward->earmark_count && select_any(reward->select); i++) {
        const struct reward_earmark *earmark = &reward->earmarks[i];
        bool wanted = earmark->terms.kind == EARMARK_POSTING ||
                      (earmark->terms.kind == EARMARK_ANSWER && posting->question != 0);
        if (earmark->terms.by.script && wanted && posting->author != 0 &&
            in_time(earmark, event->seq, event->at_ms) &&
            select_takes(reward->select, i, posting->id, posting->order, event->at_ms))
            due_add(reward, i, index);
    }
}

/* A posting is there for all from this event on: it counts, and may earn. */
static void posting_begins(struct reward *reward, size_t index, const struct event *event)
{
    struct reward_posting *posting = &reward->posting[index];
    if (posting->author != 0)
        member_of(reward, posting->author)->postings++;
    size_t question = posting->question == 0 ? SIZE_MAX : posting_find(reward, posting->question);
    if (question != SIZE_MAX)
        posting->order = (int)++reward->posting[question].answers;
    posting_selected(reward, index, event);
    if (posting->question == 0 || !target_earmarked(reward, posting->question))
        return;
    for (size_t i = 0; i < reward->earmark_count; i++) {
        const struct reward_earmark *earmark = &reward->earmarks[i];
        if (earmark->terms.target != posting->question ||
            !in_time(earmark, event->seq, event->at_ms))
            continue;
        reward->fresh[i]++;
        if (earmark->terms.kind == EARMARK_ANSWER && posting->author != 0)
            due_add(reward, i, index);
    }
}

static void posting_event(struct reward *reward, const struct event *event)
{
    const struct event_posting_added *added = &event->posting_added;
    uint8_t key[16];
    table_key(key, event->seq, 0);
    size_t index = table_put(&reward->postings, key, NULL);
    reward->posting =
        table_room(reward->posting, &reward->posting_room, index + 1, sizeof *reward->posting);
    reward->posting[index] = (struct reward_posting){.id = event->seq,
                                                     .question = added->question,
                                                     .author = added->member,
                                                     .at_ms = event->at_ms,
                                                     .kind = (int)added->kind,
                                                     .hidden = added->held};
    if (!added->held)
        posting_begins(reward, index, event);
}

/* What waited for a look is posted when it is let out. */
static void decided_event(struct reward *reward, const struct event *event)
{
    const struct event_posting_decided *decided = &event->posting_decided;
    size_t index = posting_find(reward, decided->posting);
    if (index == SIZE_MAX)
        return;
    reward->posting[index].hidden = decided->outcome != OUTCOME_KEPT;
    if (decided->outcome == OUTCOME_KEPT && decided->was == HOLD_WAITS)
        posting_begins(reward, index, event);
}

/* Withheld itself, or with its thread. Votes cast before stay paid: they were given in good faith.
 */
static bool is_hidden(const struct reward *reward, const struct reward_posting *posting)
{
    size_t question = posting->question == 0 ? SIZE_MAX : posting_find(reward, posting->question);
    return posting->hidden || (question != SIZE_MAX && reward->posting[question].hidden);
}

/* What stood before this vote. The event's stance is not read here, and must never be. */
static struct vote_facts vote_facts(struct reward *reward, int64_t voter, int64_t author,
                                    int64_t at_ms)
{
    struct vote_facts facts;
    facts.given = (double)*pair_of(reward, voter, author);
    facts.given_of = (double)member_of(reward, author)->postings;
    facts.back = (double)*pair_of(reward, author, voter);
    facts.back_of = (double)member_of(reward, voter)->postings;
    facts.votes = (double)member_of(reward, voter)->votes;
    facts.mutual = (double)member_of(reward, voter)->mutual;
    int64_t in_ms = member_of(reward, voter)->in_ms;
    facts.days = in_ms > 0 && at_ms > in_ms ? (double)((at_ms - in_ms) / DAY_MS) : 0;
    return facts;
}

/* Whether the voter's day is used up, as this earmark's rule has it: pay for votes must not make
 * anybody vote on everything. Of the votes before this one, whatever they said, and whether they
 * earned or not. */
static bool day_over(struct reward *reward, size_t earmark, int64_t voter)
{
    const struct earmark *terms = &reward->earmarks[earmark].terms;
    size_t rule = reward_rule_find(reward, terms->kind, terms->rule);
    return (double)member_of(reward, voter)->day_votes >= reward->rules[rule].day_most;
}

static void day_begin(struct reward *reward, int64_t voter, int64_t at_ms)
{
    struct reward_member *member = member_of(reward, voter);
    if (member->day == at_ms / DAY_MS)
        return;
    member->day = at_ms / DAY_MS;
    member->day_votes = 0;
}

/* Whether an earmark is on the posting that is voted on. */
static bool on_vote(struct reward *reward, size_t earmark, const struct event *event)
{
    const struct earmark *terms = &reward->earmarks[earmark].terms;
    int64_t posting = event->vote_cast.posting;
    if (!terms->by.script)
        return terms->target == posting;
    size_t index = posting_find(reward, posting);
    return terms->kind == EARMARK_VOTE && index != SIZE_MAX &&
           select_takes(reward->select, earmark, posting, reward->posting[index].order,
                        event->at_ms);
}

/* The first vote of a member on a posting is the act; changing it later is neither paid nor counted
 * again. An informed one is counted and earns nothing: whether it is one stood fixed before its
 * direction was chosen. */
static enum result vote_pay(struct reward *reward, const struct event *event, int64_t author,
                            const char **why)
{
    const struct event_vote_cast *vote = &event->vote_cast;
    const struct vote_facts facts = vote_facts(reward, vote->member, author, event->at_ms);
    const double arguments[] = {facts.given, facts.given_of, facts.back, facts.back_of,
                                facts.votes, facts.mutual,   facts.days};
    enum result result = OK;
    bool informed = vote->has_informed && vote->informed;
    if (target_earmarked(reward, vote->posting))
        for (size_t i = 0; i < reward->earmark_count && result == OK; i++) {
            const struct reward_earmark *earmark = &reward->earmarks[i];
            if (is_early(earmark, event->seq, event->at_ms) &&
                earmark->terms.target == vote->posting)
                select_without(reward->select, i, vote->member);
            if (!in_time(earmark, event->seq, event->at_ms) || !on_vote(reward, i, event))
                continue;
            reward->fresh[i]++;
            if (earmark->terms.kind == EARMARK_VOTE && !informed &&
                !day_over(reward, i, vote->member))
                result = reward_vote_earns(reward, i, vote->posting, vote->member, arguments, why);
        }
    if (author == 0)
        return result;
    if (*pair_of(reward, author, vote->member) > 0)
        member_of(reward, vote->member)->mutual++;
    ++*pair_of(reward, vote->member, author);
    return result;
}

static int64_t patients_least(int64_t band)
{
    static const int64_t least[] = {0, 1, 6, 21};
    return band >= 0 && band < 4 ? least[band] : 0;
}

static enum result vote_event(struct reward *reward, const struct event *event, const char **why)
{
    const struct event_vote_cast *vote = &event->vote_cast;
    uint8_t key[16];
    bool first;
    enum result result = OK;
    size_t index = posting_find(reward, vote->posting);
    if (index == SIZE_MAX || reward->posting[index].author == vote->member)
        return OK;
    table_key(key, vote->posting, vote->member);
    (void)table_put(&reward->votes, key, &first);
    if (first) {
        day_begin(reward, vote->member, event->at_ms);
        result = vote_pay(reward, event, reward->posting[index].author, why);
        member_of(reward, vote->member)->votes++;
        member_of(reward, vote->member)->day_votes++;
    }
    struct reward_posting *posting = &reward->posting[index];
    if (vote->was_stance > 0)
        posting->stance[vote->was_stance]--;
    posting->stance[vote->stance]++;
    posting->voters += first;
    posting->patients += patients_least(vote->patients) -
                         (vote->was_stance > 0 ? patients_least(vote->was_patients) : 0);
    return result;
}

enum result reward_event(struct reward *reward, const struct event *event, const char **why)
{
    select_event(reward->select, event);
    switch (event->kind) {
    case EVENT_MEMBER_DECIDED:
        if (event->member_decided.accepted && event->member_decided.level == 3)
            member_of(reward, event->member_decided.member)->in_ms = event->at_ms;
        return OK;
    case EVENT_MEMBER_LEVEL_SET:
        if (event->member_level_set.level == 3 && event->member_level_set.was < 3)
            member_of(reward, event->member_level_set.member)->in_ms = event->at_ms;
        return OK;
    case EVENT_POSTING_ADDED:
        posting_event(reward, event);
        return OK;
    case EVENT_VOTE_CAST:
        return vote_event(reward, event, why);
    case EVENT_POSTING_DECIDED:
        decided_event(reward, event);
        return OK;
    default:
        return OK;
    }
}

static double days_between(int64_t from_ms, int64_t to_ms)
{
    return to_ms > from_ms ? (double)((to_ms - from_ms) / DAY_MS) : 0;
}

static enum result posting_pays(struct reward *reward, size_t earmark,
                                const struct reward_posting *posting, int64_t fresh, int64_t end_ms,
                                const char **why)
{
    const double facts[] = {
        (double)posting->stance[1],          (double)posting->stance[2], (double)posting->stance[3],
        (double)posting->patients,           (double)posting->answers,   (double)fresh,
        days_between(posting->at_ms, end_ms)};
    return reward_author_earns(reward, earmark, posting, facts, why);
}

/* Of what a script selected as a posting, all votes and answers came after the commitment. */
static enum result due_pay(struct reward *reward, int64_t end_ms, const char **why)
{
    enum result result = OK;
    for (size_t i = 0; i < reward->answer_count && result == OK; i++) {
        const struct answer_due *due = &reward->answers[i];
        const struct reward_posting *posting = &reward->posting[due->posting];
        if (is_hidden(reward, posting))
            continue;
        const double facts[] = {(double)posting->stance[1], (double)posting->stance[2],
                                (double)posting->stance[3], (double)posting->patients,
                                (double)posting->order,     days_between(posting->at_ms, end_ms)};
        result = reward->earmarks[due->earmark].terms.kind == EARMARK_POSTING
                     ? posting_pays(reward, due->earmark, posting,
                                    posting->voters + posting->answers, end_ms, why)
                     : reward_author_earns(reward, due->earmark, posting, facts, why);
    }
    return result;
}

static enum result postings_pay(struct reward *reward, int64_t end_ms, const char **why)
{
    enum result result = OK;
    for (size_t i = 0; i < reward->earmark_count && result == OK; i++) {
        const struct reward_earmark *earmark = &reward->earmarks[i];
        size_t index = posting_find(reward, earmark->terms.target);
        if (earmark->terms.kind != EARMARK_POSTING || index == SIZE_MAX)
            continue;
        const struct reward_posting *posting = &reward->posting[index];
        if (posting->author != 0 && !is_hidden(reward, posting))
            result = posting_pays(reward, i, posting, reward->fresh[i], end_ms, why);
    }
    return result;
}

static size_t items_kept(const struct reward *reward, struct reward_item *items, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (select_void(reward->select, items[i].earmark) == NULL)
            items[kept++] = items[i];
    return kept;
}

/* Earmarks pay apart from each other: without one's items the others' are the same. */
static void void_drop(struct reward *reward, int64_t end_ms, int64_t audience_least)
{
    for (size_t i = 0; i < reward->earmark_count; i++) {
        size_t index = posting_find(reward, reward->earmarks[i].terms.target);
        if (index != SIZE_MAX) /* nobody votes on what is his own */
            select_without(reward->select, i, reward->posting[index].author);
    }
    select_finish(reward->select, end_ms, audience_least);
    reward->item_count = items_kept(reward, reward->items, reward->item_count);
    reward->freed_count = items_kept(reward, reward->freed_items, reward->freed_count);
    for (size_t i = 0; i < reward->earmark_count; i++)
        if (select_void(reward->select, i) != NULL)
            reward->earmarks[i].spent = reward->earmarks[i].payees = 0;
}

const char *reward_void(const struct reward *reward, size_t earmark)
{
    return select_void(reward->select, earmark);
}

static int item_order(const void *a, const void *b)
{
    const struct reward_item *x = a, *y = b;
    if (x->earmark != y->earmark)
        return x->earmark < y->earmark ? -1 : 1;
    return x->member < y->member ? -1 : x->member > y->member;
}

enum result reward_finish(struct reward *reward, int64_t end_ms, int64_t audience_least,
                          const char **why)
{
    enum result result = due_pay(reward, end_ms, why);
    if (result == OK)
        result = postings_pay(reward, end_ms, why);
    void_drop(reward, end_ms, audience_least);
    if (result == OK && reward->item_count > 1)
        qsort(reward->items, reward->item_count, sizeof *reward->items, item_order);
    if (result == OK && reward->freed_count > 1)
        qsort(reward->freed_items, reward->freed_count, sizeof *reward->freed_items, item_order);
    return result;
}

size_t reward_freed_items(const struct reward *reward, const struct reward_item **items)
{
    *items = reward->freed_items;
    return reward->freed_count;
}

size_t reward_items(const struct reward *reward, const struct reward_item **items)
{
    *items = reward->items;
    return reward->item_count;
}

size_t reward_earmarks(const struct reward *reward, const struct reward_earmark **earmarks)
{
    *earmarks = reward->earmarks;
    return reward->earmark_count;
}

bool reward_posting_about(const struct reward *reward, int64_t posting, int64_t *author,
                          bool *answers, bool *corroborated)
{
    size_t index = posting_find(reward, posting);
    if (index == SIZE_MAX)
        return false;
    *author = reward->posting[index].author;
    *answers = reward->posting[index].question != 0;
    *corroborated = reward->posting[index].stance[1] > 0;
    return true;
}
