#include "tests/support/past.h"
#include "core/clock.h"
#include <assert.h>
#include <string.h>

enum { RING = 5 };

void past_open(struct past *past, uint64_t seed)
{
    memset(past, 0, sizeof(*past));
    past->seed = seed * 0x9e3779b97f4a7c15u + 1;
    past->at_ms = 1735689600000; /* 2025-01-01 */
    arena_open(&past->arena, 4u << 20);
    enum result result = log_open(&past->journal, "journal", LOG_APPEND, 1000);
    assert(result == OK);
}

void past_close(struct past *past)
{
    log_close(past->journal);
    arena_close(&past->arena);
}

uint64_t past_draw(struct past *past, uint64_t bound)
{
    past->seed ^= past->seed << 13;
    past->seed ^= past->seed >> 7;
    past->seed ^= past->seed << 17;
    return (past->seed >> 11) % bound;
}

double past_real(struct past *past, double low, double high)
{
    return low + (high - low) * (double)past_draw(past, 1u << 30) / (double)(1u << 30);
}

int64_t past_add(struct past *past, struct event event, struct text text0, struct text text1,
                 int64_t pause_ms)
{
    struct text texts[] = {text0, text1};
    event.at_ms = past->at_ms;
    past->at_ms += pause_ms > 0 ? (int64_t)past_draw(past, (uint64_t)pause_ms) : 0;
    enum result result = log_begin(past->journal);
    if (result == OK)
        result = journal_append(past->journal, &past->arena, &event, texts, 2);
    if (result == OK)
        result = log_commit(past->journal);
    assert(result == OK);
    arena_reset(&past->arena, 0);
    return event.seq;
}

void past_members(struct past *past, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct event event = {.kind = EVENT_MEMBER_APPLIED};
        event.member_applied.pseudonym = TEXT("somebody");
        event.member_applied.specialty = TEXT("medicine");
        event.member_applied.credential = bytes_of("x", 1);
        int64_t id = past_add(past, event, NO_TEXT, NO_TEXT, 1000);
        event = (struct event){.kind = EVENT_MEMBER_DECIDED};
        event.member_decided.member = id;
        event.member_decided.by = 1;
        event.member_decided.accepted = true;
        event.member_decided.level = 3;
        event.member_decided.reason = TEXT("");
        (void)past_add(past, event, NO_TEXT, NO_TEXT, 1000);
        past->members[past->member_count++] = id;
    }
}

static int64_t posting_add(struct past *past, int kind, int64_t question, int64_t member)
{
    struct event event = {.kind = EVENT_POSTING_ADDED};
    event.posting_added.kind = kind;
    event.posting_added.member = member;
    event.posting_added.question = question;
    event.posting_added.topics = TEXT("cardiology");
    event.posting_added.source = event.posting_added.url = event.posting_added.licence = TEXT("");
    return past_add(past, event, question ? NO_TEXT : TEXT("A title"), TEXT("A body"), 1000);
}

int64_t past_question(struct past *past, int64_t member)
{
    int64_t id = posting_add(past, 1, 0, member);
    past->questions[past->question_count++] = id;
    return id;
}

int64_t past_answer(struct past *past, int64_t question, int64_t member)
{
    int64_t id = posting_add(past, 4, question, member);
    past->postings[past->posting_count] = id;
    past->posting_question[past->posting_count] = question;
    past->posting_author[past->posting_count++] = member;
    return id;
}

int64_t past_vote(struct past *past, size_t posting, int64_t member, int stance, int patients)
{
    struct event event = {.kind = EVENT_VOTE_CAST};
    event.vote_cast.posting = past->postings[posting];
    event.vote_cast.question = past->posting_question[posting];
    event.vote_cast.author = past->posting_author[posting];
    event.vote_cast.member = member;
    event.vote_cast.stance = stance;
    event.vote_cast.patients = patients;
    return past_add(past, event, NO_TEXT, NO_TEXT, 1000);
}

static void vote_at_random(struct past *past)
{
    size_t posting = past_draw(past, past->posting_count);
    size_t voter = past_draw(past, past->member_count);
    bool in_ring = voter % RING == 0;
    for (int i = 0; in_ring && i < 8; i++) /* ring mates find each other */
        if (past->posting_author[posting] != past->members[(voter + RING) % past->member_count])
            posting = past_draw(past, past->posting_count);
    uint64_t luck = past_draw(past, 10);
    bool is_good = past->postings[posting] % 3 != 0;
    int stance = luck == 0 ? 3 : in_ring ? 1 : luck < (is_good ? 9u : 5u) ? 1 : 2;
    if (past->members[voter] != past->posting_author[posting])
        (void)past_vote(past, posting, past->members[voter], stance, (int)past_draw(past, 4));
}

void past_live(struct past *past, size_t events, double days)
{
    int64_t pause_ms = (int64_t)(2 * days * DAY_MS / (double)events);
    for (size_t i = 0; i < events; i++) {
        uint64_t act = past_draw(past, 20);
        int64_t member = past->members[past_draw(past, past->member_count)];
        past->at_ms += (int64_t)past_draw(past, (uint64_t)pause_ms);
        if (past->question_count == 0 || (act == 0 && past->question_count < 256))
            (void)past_question(past, member);
        else if (past->posting_count == 0 || (act < 4 && past->posting_count < 1024))
            (void)past_answer(past, past->questions[past_draw(past, past->question_count)], member);
        else
            vote_at_random(past);
    }
}

int64_t past_propose(struct past *past, const char *name, struct text script)
{
    struct event event = {.kind = EVENT_RULE_PROPOSED};
    event.rule_proposed.name = text_of(name);
    event.rule_proposed.by = 1;
    event.rule_proposed.reason = TEXT("to try");
    return past_add(past, event, script, NO_TEXT, 0);
}

int64_t past_approve(struct past *past, int64_t proposal)
{
    struct event event = {.kind = EVENT_RULE_APPROVED};
    event.rule_approved.proposal = proposal;
    event.rule_approved.by = 2;
    return past_add(past, event, NO_TEXT, NO_TEXT, 0);
}
