#pragma once
/* An invented past: a journal of members, postings and votes drawn from a seed, for the tests of
 * what follows the journal. */
#include "core/journal.h"

struct past {
    struct log *journal; /* open for appending */
    struct arena arena;
    uint64_t seed;
    int64_t at_ms; /* time of the next event; every event moves it on */
    int64_t members[64];
    size_t member_count;
    int64_t questions[256], postings[1024], posting_question[1024], posting_author[1024];
    size_t question_count, posting_count;
};

/* Opens the journal of the state folder in use. */
void past_open(struct past *past, uint64_t seed);
void past_close(struct past *past);
uint64_t past_draw(struct past *past, uint64_t bound); /* below bound */
double past_real(struct past *past, double low, double high);
/* Append one event at the past's time, which then moves on by up to `pause_ms`. Gives its seq. */
int64_t past_add(struct past *past, struct event event, struct text text0, struct text text1,
                 int64_t pause_ms);
void past_members(struct past *past, size_t count);
int64_t past_question(struct past *past, int64_t member);
int64_t past_answer(struct past *past, int64_t question, int64_t member);
int64_t past_vote(struct past *past, size_t posting, int64_t member, int stance, int patients);
/* `events` random acts over about `days` days; every fifth member corroborates whatever his ring
 * mates write. */
void past_live(struct past *past, size_t events, double days);
int64_t past_propose(struct past *past, const char *name, struct text script);
int64_t past_approve(struct past *past, int64_t proposal);
