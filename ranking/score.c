#include "ranking/score.h"
#include "ranking/gauge.h"
#include "ranking/weigh.h"
#include "core/clock.h"
#include "core/trace.h"
#include "schema/rank.h"
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REPLAY_SLICE = 32 };
/* What the rules say of a posting and of a member, in their order. */
enum { POSTING_TOTAL, POSTING_ODDS, FROM_AUTHOR, POSTING_PROBABILITY, POSTING_RESULTS };
enum { MEMBER_TOTAL, MEMBER_POSTINGS, MEMBER_VOTES, MEMBER_BAND, MEMBER_RESULTS };
enum { ACT_ASKED = 1, ACT_ANSWERED = 2, ACT_VOTED = 3 };
enum { OUTCOME_KEPT = 1, HOLD_WAITS = 1 }; /* as in the event posting_decided */
#define PATIENTS_BITS 3u                   /* bands 0 to 3, as in the event vote_cast */

/* --- what has to be scored again at the end of the event --- */

static void touch_member(struct ranking *ranking, int32_t member)
{
    if (member < 0 || ranking->counters.members.at[member].dirty)
        return;
    ranking->counters.members.at[member].dirty = true;
    LIST_ADD(ranking->dirty_members, member);
}

void touch_question(struct ranking *ranking, int32_t question)
{
    struct question_facts *facts = &ranking->counters.questions.at[question];
    if (facts->dirty)
        return;
    facts->dirty = true;
    LIST_ADD(ranking->dirty_questions, question);
}

static void touch_posting(struct ranking *ranking, int32_t posting)
{
    struct posting_facts *facts = &ranking->counters.postings.at[posting];
    if (facts->dirty)
        return;
    facts->dirty = true;
    LIST_ADD(ranking->dirty_postings, posting);
}

static void question_rise(struct ranking *ranking, int32_t question, int act, double weight)
{
    struct question_facts *facts = &ranking->counters.questions.at[question];
    double rising;
    POLICY_CALL(&ranking->policy, POLICY_RISING, &rising, facts->rising, act, weight,
                (double)ranking->now_ms / DAY_MS);
    facts->rising = rising;
    facts->is_ranked = true;
    if (act != ACT_VOTED) /* a vote is seen with its step */
        touch_question(ranking, question);
}

static void posting_ask(struct ranking *ranking, const struct posting_facts *posting,
                        double results[POSTING_RESULTS])
{
    double author = posting->author >= 0 ? ranking->counters.members.at[posting->author].score : 0;
    const struct site_facts *site = &ranking->counters.site;
    POLICY_CALL(&ranking->policy, POLICY_POSTING_SCORE, results, posting->odds, author,
                site->settled, site->settled_sum, site->settled_votes, site->settled_ups);
}

/* --- settlement: once per posting, O(its votes) --- */

static void vote_settle(struct ranking *ranking, const struct vote_facts *vote, double total,
                        double known)
{
    struct member_facts *voter = &ranking->counters.members.at[vote->voter];
    const struct vote_young *young = counters_young(&ranking->counters, vote);
    double results[4], independence = share_of_packed(vote->independence);
    assert(young); /* its posting settles only now */
    POLICY_CALL(&ranking->policy, POLICY_SETTLE, results, vote->sign,
                independence * informed_of(ranking, vote), vote->odds, total, known, young->before,
                vote->alone);
    double others = results[0], teaches = results[1], up = vote->sign > 0;
    voter->up_good += teaches * others * up;
    voter->good += teaches * others;
    voter->up_bad += teaches * (1 - others) * up;
    voter->bad += teaches * (1 - others);
    voter->credit += results[2];
    voter->alone += results[3];
    voter->dependent += 1 - independence;
    voter->tied += 1 - share_of_packed(young->apart);
    voter->settled_votes++;
    ranking->counters.site.settled_votes += 1;
    ranking->counters.site.settled_ups += up;
    voter->judged = 0;
    touch_member(ranking, vote->voter);
}

/* The least independence so far: an old link never fades. */
static void vote_links_follow(struct ranking *ranking, struct vote_facts *vote, bool settles)
{
    uint16_t independence;
    if (settles) {
        struct vote_young *young = counters_young(&ranking->counters, vote);
        const struct vote_links links = links_of(ranking, vote);
        uint16_t apart = share_pack(links.apart);
        assert(young);
        young->apart = apart < young->apart ? apart : young->apart;
        independence = share_pack(links.independence);
    } else {
        independence = share_pack(independence_of(ranking, vote));
    }
    vote->independence = independence < vote->independence ? independence : vote->independence;
}

/* Weigh the votes on a posting with what is known of their voters by now. */
static void posting_weigh(struct ranking *ranking, int32_t number, bool settles)
{
    struct counters *counters = &ranking->counters;
    const struct author_acts author = author_acts_of(ranking, number);
    int32_t at = counters->postings.at[number].first_vote;
    for (; at >= 0; at = counters->votes.at[at].next) {
        struct vote_facts *vote = &counters->votes.at[at];
        if (vote->sign == 0)
            continue;
        counters_vote_apply(counters, vote, -1);
        vote_links_follow(ranking, vote, settles);
        vote_weigh(ranking, vote, author);
        counters_vote_apply(counters, vote, 1);
    }
    touch_posting(ranking, number);
    touch_member(ranking, counters->postings.at[number].author);
}

static void posting_settle(struct ranking *ranking, int32_t number)
{
    struct counters *counters = &ranking->counters;
    struct posting_facts *posting = &counters->postings.at[number];
    if (posting->hidden != 0)
        return; /* when it comes back */
    posting->settled = true;
    if (posting->up + posting->down == 0) {
        gauge_settled(ranking, number, 0);
        return; /* nothing was said, so nothing is learned */
    }
    posting_weigh(ranking, number, true);
    double known, none[] = {0, 0}, score[POSTING_RESULTS];
    posting_ask(ranking, posting, score);
    const double total = score[POSTING_ODDS], probability = score[POSTING_PROBABILITY];
    struct member_facts *author =
        posting->author >= 0 ? &counters->members.at[posting->author] : NULL;
    POLICY_CALL(&ranking->policy, POLICY_KNOWN, &known, counters->site.settled,
                counters->site.settled_sum, author ? author->settled_postings : none[0],
                author ? author->record : none[1]);
    gauge_settled(ranking, number, probability);
    if (ranking->settled)
        ranking->settled(ranking->settled_self, number, total);
    counters->site.settled += 1;
    counters->site.settled_sum += probability;
    if (author) {
        author->settled_postings++;
        author->record += probability;
    }
    for (int32_t i = posting->first_vote; i >= 0; i = counters->votes.at[i].next)
        if (counters->votes.at[i].sign != 0)
            vote_settle(ranking, &counters->votes.at[i], total, known);
}

static bool is_due(const struct ranking *ranking, int32_t posting, double days)
{
    const struct counters *counters = &ranking->counters;
    return posting < counters->postings.count &&
           (double)(ranking->now_ms - counters->postings.at[posting].at_ms) >= days * DAY_MS;
}

/* Settle what is old enough, and look a second time at what is much older: by then more is known of
 * its voters. */
static void settle_due(struct ranking *ranking)
{
    const struct policy_set *set = policy_holds(&ranking->policy);
    double settle_days = set->settle_days, review_days = set->review_days;
    while (is_due(ranking, ranking->settle_next, settle_days))
        posting_settle(ranking, ranking->settle_next++);
    counters_young_forget(&ranking->counters);
    while (ranking->review_next < ranking->settle_next &&
           is_due(ranking, ranking->review_next, review_days)) {
        const struct posting_facts *posting =
            &ranking->counters.postings.at[ranking->review_next++];
        if (posting->up + posting->down > 0)
            posting_weigh(ranking, ranking->review_next - 1, false);
    }
}

/* --- events --- */

/* It is there for all from now on. */
static void posting_begins(struct ranking *ranking, int32_t number)
{
    struct counters *counters = &ranking->counters;
    const struct posting_facts *posting = &counters->postings.at[number];
    if (posting->author >= 0)
        counters_acts_add(counters, posting->author, posting->question, 1);
    bool opens = counters->questions.at[posting->question].id == posting->id;
    if (posting->kind == KIND_OBSERVATION || posting->kind == KIND_ANSWER)
        counters_posting_count(counters, number);
    if (posting->author < 0)
        return; /* references take no part until somebody votes on them */
    touch_posting(ranking, number);
    touch_member(ranking, posting->author);
    question_rise(ranking, posting->question, opens ? ACT_ASKED : ACT_ANSWERED,
                  trust_of(ranking, posting->author));
}

static void posting_hide(struct ranking *ranking, int32_t number, enum hidden_why why, bool hidden)
{
    struct posting_facts *posting = &ranking->counters.postings.at[number];
    if (!counters_posting_hide(&ranking->counters, number, why, hidden))
        return;
    if (posting->hidden == 0 && !posting->settled && number < ranking->settle_next)
        posting_settle(ranking, number);
    touch_posting(ranking, number);
    touch_member(ranking, posting->author);
}

static void posting_added(struct ranking *ranking, const struct event *event)
{
    const struct event_posting_added *added = &event->posting_added;
    struct counters *counters = &ranking->counters;
    int32_t number = counters_posting_add(counters, event->seq, added->question, added->member,
                                          (uint8_t)added->kind, ranking->now_ms);
    if (number < 0) {
        trace_warn("posting_without_thread", "seq=%lld", (long long)event->seq);
        return;
    }
    counters_topics(counters, number, added->topics);
    if (added->held) {
        /* No vote is on it yet: whether it went, its marks say. */
        (void)counters_posting_hide(counters, number, HIDDEN_ITSELF, true);
        counters->questions.at[counters->postings.at[number].question].hidden |=
            added->question == 0;
        return;
    }
    posting_begins(ranking, number);
}

/* An admin decided: a thread goes and comes back with all that stands in it. */
static void posting_decided(struct ranking *ranking, const struct event_posting_decided *decided)
{
    struct counters *counters = &ranking->counters;
    int32_t number = counters_posting_find(counters, decided->posting);
    bool hidden = decided->outcome != OUTCOME_KEPT, waited = decided->was == HOLD_WAITS;
    if (number < 0)
        return;
    int32_t question = counters->postings.at[number].question;
    if (decided->posting == decided->question) {
        counters->questions.at[question].hidden = hidden;
        for (int32_t at = counters->questions.at[question].first_posting; at >= 0;
             at = counters->postings.at[at].next_in_question)
            if (at != number)
                posting_hide(ranking, at, HIDDEN_THREAD, hidden);
    }
    posting_hide(ranking, number, HIDDEN_ITSELF, hidden);
    touch_question(ranking, question);
    if (!hidden && waited)
        posting_begins(ranking, number);
}

/* Take a vote out of every counter it went into (side -1) or put it in (side 1), but for its
 * figures (counters_vote_apply). */
static void vote_count(struct counters *counters, const struct vote_facts *vote, int side)
{
    if (vote->sign == 0)
        return;
    const struct posting_facts *posting = &counters->postings.at[vote->posting];
    struct member_facts *voter = &counters->members.at[vote->voter];
    int up = vote->sign > 0 ? side : 0;
    counters->site.votes += side;
    counters->site.ups += up;
    voter->votes += side;
    voter->ups += up;
    if (posting->author >= 0)
        counters_pair_add(counters, vote->voter, posting->author, vote->sign, side);
    if (posting->product >= 0)
        counters_pair_add(counters, vote->voter, product_target(posting->product), vote->sign,
                          side);
    counters_acts_add(counters, vote->voter, posting->question, side);
}

/* All that is known when it comes; the facts before it first. */
static void vote_first_weigh(struct ranking *ranking, struct vote_facts *vote)
{
    struct counters *counters = &ranking->counters;
    struct vote_young *young = counters_young(counters, vote);
    const struct posting_facts *posting = &counters->postings.at[vote->posting];
    const struct member_facts *voter = &counters->members.at[vote->voter];
    int count = posting->up >= posting->down ? 1 : -1,
        habit = 2 * voter->ups >= voter->votes ? 1 : -1;
    vote->alone = vote->sign != count && vote->sign != habit;
    const struct vote_links links = links_of(ranking, vote);
    vote->independence = share_pack(links.independence);
    if (young) {
        young->apart = share_pack(links.apart);
        young->worth =
            (uint8_t)(fmax(0, fmin(1, worth_of(ranking, vote->voter))) * WORTH_WHOLE + 0.5);
    }
    vote_count(counters, vote, 1);
    vote_weigh(ranking, vote, author_acts_of(ranking, vote->posting));
}

static void vote_cast(struct ranking *ranking, const struct event_vote_cast *cast)
{
    struct counters *counters = &ranking->counters;
    int32_t number = counters_posting_find(counters, cast->posting);
    if (number < 0 || cast->member <= 0 || cast->member == cast->author)
        return;
    int32_t voter = counters_member(counters, cast->member);
    if (counters->postings.at[number].author == voter)
        return;
    int8_t sign = cast->stance == 1 ? 1 : cast->stance == 2 ? -1 : 0;
    int32_t found = counters_vote_find(counters, voter, number);
    bool is_first = found < 0;
    if (is_first)
        found = counters_vote_add(counters, voter, number);
    struct vote_facts *vote = &counters->votes.at[found];
    if (!is_first) {
        if (vote->sign == sign && vote->patients == cast->patients)
            return;
        counters_vote_apply(counters, vote, -1);
        vote_count(counters, vote, -1);
    }
    counters_posting_count(counters, number);
    struct posting_facts *posting = &counters->postings.at[number];
    vote->sign = sign;
    vote->patients = (unsigned)cast->patients & PATIENTS_BITS;
    vote->informed = cast->has_informed && cast->informed;
    struct vote_young *young = counters_young(counters, vote);
    if (young)
        young->before = (float)posting->odds;
    vote->odds = vote->weight = vote->residual = 0;
    if (sign != 0)
        vote_first_weigh(ranking, vote);
    counters_vote_apply(counters, vote, 1);
    if (is_first && sign != 0)
        question_rise(ranking, posting->question, ACT_VOTED,
                      share_of_packed(vote->independence) * trust_of(ranking, voter));
    touch_posting(ranking, number);
    touch_member(ranking, posting->author);
    touch_member(ranking, voter);
    step_vote(ranking, number, voter, is_first);
}

/* --- the end of an event: everything touched is scored, and written --- */

static void member_ask(struct ranking *ranking, int32_t number, double results[MEMBER_RESULTS])
{
    const struct member_facts *member = &ranking->counters.members.at[number];
    const struct site_facts *site = &ranking->counters.site;
    POLICY_CALL(&ranking->policy, POLICY_MEMBER_SCORE, results, member->weight, member->residual,
                member->votes, member->ups, site->votes, site->ups, member->up_good, member->good,
                member->up_bad, member->bad);
}

double member_standing(struct ranking *ranking, int32_t member)
{
    double results[MEMBER_RESULTS];
    member_ask(ranking, member, results);
    return results[MEMBER_TOTAL];
}

static void member_score(struct ranking *ranking, int32_t number)
{
    struct member_facts *member = &ranking->counters.members.at[number];
    double results[MEMBER_RESULTS];
    member_ask(ranking, number, results);
    (void)trust_of(ranking, number); /* is among the reasons */
    const double band = results[MEMBER_BAND];
    member->score = results[MEMBER_TOTAL];
    member->from_postings = results[MEMBER_POSTINGS];
    member->from_votes = results[MEMBER_VOTES];
    member->band = band < 1 ? 0 : band < 2 ? 1 : band < 3 ? 2 : 3;
    member->has_score = true;
}

static enum result member_write(struct ranking *ranking, int32_t number, struct arena *arena)
{
    const struct member_facts *member = &ranking->counters.members.at[number];
    size_t mark = arena->used;
    int64_t active = policy_holds(&ranking->policy)->active_seq;
    enum result result = rank_member_put(
        ranking->db, member->id, member->score, member->band, ranking->seq, active,
        member_facts_json(arena, ranking, number), member_reasons(arena, ranking, number));
    arena_reset(arena, mark);
    return result;
}

static struct posting_parts posting_score(struct ranking *ranking, int32_t number)
{
    struct posting_facts *posting = &ranking->counters.postings.at[number];
    double results[POSTING_RESULTS];
    posting_ask(ranking, posting, results);
    posting->score = results[POSTING_TOTAL];
    posting->has_score = true;
    return (struct posting_parts){results[POSTING_ODDS], results[FROM_AUTHOR],
                                  results[POSTING_PROBABILITY]};
}

static enum result posting_write(struct ranking *ranking, int32_t number,
                                 const struct posting_parts *parts, struct arena *arena)
{
    const struct counters *counters = &ranking->counters;
    const struct posting_facts *posting = &counters->postings.at[number];
    size_t mark = arena->used;
    enum result result =
        rank_posting_put(ranking->db, posting->id, counters->questions.at[posting->question].id,
                         posting->author >= 0 ? counters->members.at[posting->author].id : 0,
                         posting->score, parts->probability, posting->settled, ranking->seq,
                         policy_holds(&ranking->policy)->active_seq,
                         posting_facts_json(arena, ranking, number, parts),
                         posting_reasons(arena, ranking, number, parts));
    arena_reset(arena, mark);
    return result;
}

static enum result flush(struct ranking *ranking, struct arena *arena)
{
    struct counters *counters = &ranking->counters;
    bool write = ranking_writes(ranking);
    enum result result = OK;
    for (int32_t i = 0; i < ranking->dirty_members.count; i++) {
        int32_t number = ranking->dirty_members.at[i];
        counters->members.at[number].dirty = false;
        member_score(ranking, number);
        if (write && result == OK)
            result = member_write(ranking, number, arena);
        if (result == OK && !counters->members.at[number].held)
            result = step_show_member(ranking, number, arena);
    }
    for (int32_t i = 0; i < ranking->dirty_postings.count; i++) {
        int32_t number = ranking->dirty_postings.at[i];
        struct posting_facts *posting = &counters->postings.at[number];
        posting->dirty = false;
        if (posting->hidden != 0) {
            posting->has_score = false;
            if (write && result == OK)
                result = rank_posting_remove(ranking->db, posting->id);
            if (write && result == OK)
                result = rank_posting_unshow(ranking->db, posting->id);
            touch_question(ranking, posting->question);
            continue;
        }
        if (!posting->counted)
            continue;
        const struct posting_parts parts = posting_score(ranking, number);
        if (write && result == OK)
            result = posting_write(ranking, number, &parts, arena);
        if (result == OK && !posting->held)
            result = step_show_posting(ranking, number);
    }
    for (int32_t i = 0; i < ranking->dirty_questions.count; i++) {
        struct question_facts *question = &counters->questions.at[ranking->dirty_questions.at[i]];
        question->dirty = false;
        question->version = ranking->seq;
        if (write && result == OK)
            result = question->hidden ? rank_question_remove(ranking->db, question->id)
                                      : rank_question_put(ranking->db, question->id, ranking->seq,
                                                          question->rising);
    }
    ranking->dirty_members.count = 0;
    ranking->dirty_postings.count = 0;
    ranking->dirty_questions.count = 0;
    return result == OK && write ? gauge_write(ranking) : result;
}

enum result ranking_apply(void *self, const struct journal_entry *entry, struct arena *arena)
{
    struct ranking *ranking = self;
    const struct event *event = &entry->event;
    if (event->seq != ranking->seq + 1)
        return BROKEN; /* somebody else moves the cursor: the counters miss what lies between */
    ranking->seq = event->seq;
    if (event->at_ms > ranking->now_ms)
        ranking->now_ms = event->at_ms;
    policy_event(&ranking->policy);
    enum result result = step_due(ranking, arena);
    if (result != OK)
        return result;
    settle_due(ranking);
    switch (event->kind) {
    case EVENT_MEMBER_DECIDED:
        if (event->member_decided.accepted && event->member_decided.member > 0)
            touch_member(ranking,
                         counters_member(&ranking->counters, event->member_decided.member));
        break;
    case EVENT_MEMBER_LEVEL_SET:
        if (event->member_level_set.level == 3 && event->member_level_set.was < 3)
            touch_member(ranking,
                         counters_member(&ranking->counters, event->member_level_set.member));
        break;
    case EVENT_POSTING_ADDED:
        posting_added(ranking, event);
        break;
    case EVENT_VOTE_CAST:
        vote_cast(ranking, &event->vote_cast);
        break;
    case EVENT_POSTING_DECIDED:
        posting_decided(ranking, &event->posting_decided);
        break;
    case EVENT_POSTING_AUDITED:
        gauge_audited(ranking, &event->posting_audited);
        break;
    case EVENT_RULE_PROPOSED:
        result = sets_proposed(ranking, event);
        break;
    case EVENT_RULE_ROLLED_BACK:
        result = sets_rolled_back(ranking, event, arena);
        break;
    case EVENT_RULE_SHADOWED:
        result = sets_shadowed(ranking, event);
        break;
    case EVENT_RULE_WITHDRAWN:
        result = sets_withdrawn(ranking, event);
        break;
    case EVENT_RULE_APPROVED:
        result = sets_approved(ranking, event, arena);
        break;
    default: /* moves the time only */
        break;
    }
    if (result == OK)
        result = flush(ranking, arena);
    return result == OK ? sets_failures_note(ranking) : result;
}

/* --- opening --- */

enum result ranking_open(struct ranking *ranking, struct db *db, struct log *journal,
                         struct arena *arena, struct text script, struct text *why)
{
    *ranking = (struct ranking){.db = db, .journal = journal};
    ranking->policy.failed_seq = -1;
    *why = NO_TEXT;
    counters_open(&ranking->counters);
    enum result result = policy_push(&ranking->policy, arena, script, 0, why);
    if (result == OK) {
        ranking->first_script = calloc(1, script.size + 1);
        assert(ranking->first_script);
        memcpy(ranking->first_script, script.data, script.size);
    }
    return result == OK && db ? sets_first_write(ranking, arena, script) : result;
}

enum result ranking_replay(struct ranking *ranking, struct arena *arena, int64_t upto,
                           void (*progress)(int64_t seq))
{
    ranking->written_seq = upto;
    while (ranking->seq < upto) {
        size_t mark = arena->used, count = 0, left = (size_t)(upto - ranking->seq);
        struct journal_entry *entries;
        enum result result =
            journal_read(ranking->journal, arena, ranking->seq,
                         left < REPLAY_SLICE ? left : REPLAY_SLICE, &entries, &count);
        if (result == OK && count == 0)
            result = BROKEN; /* the database is ahead of the journal */
        for (size_t i = 0; i < count && result == OK; i++)
            result = ranking_apply(ranking, &entries[i], arena);
        arena_reset(arena, mark);
        if (result != OK)
            return result;
        if (progress)
            progress(ranking->seq);
    }
    return OK;
}

void ranking_close(struct ranking *ranking)
{
    counters_close(&ranking->counters);
    policy_close(&ranking->policy);
    free(ranking->dirty_members.at);
    free(ranking->dirty_postings.at);
    free(ranking->dirty_questions.at);
    free(ranking->proposals.at);
    free(ranking->pay_proposals.at);
    free(ranking->steps.at);
    gauge_close(&ranking->gauge);
    free(ranking->first_script);
    *ranking = (struct ranking){.db = NULL};
}
