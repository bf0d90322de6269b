#pragma once
/* A community told in answers and votes with numbers and days, as simulators tell it, played
 * through the house's own fold and paid by the pay rules as answers settle. Nothing is stored. */
#include "ranking/pay.h"
#include "ranking/pay_kind.h"

struct community_answer {
    int32_t posting; /* its number in the counters, once it is told */
    int32_t pots;    /* one more than a number of community.pots; 0: none */
};
/* What an answer and the votes on it may earn, in millionths. */
struct community_pots {
    int64_t author_micro, voter_micro;
};
/* Days from 0, in order of time; members, questions and answers are numbered from 0. */
struct community_told {
    double day;
    int32_t answer, question, author, field, product; /* product 0: none */
};
struct community_vote {
    double day;
    int32_t voter, answer;
    int sign; /* 1 or -1 */
    uint8_t patients;
    bool informed;
};

struct community {
    struct ranking ranking;
    struct pay pay;
    struct pay_kinds kinds; /* in place of pay, when it was given a script */
    struct arena arena;
    GROWING(struct community_answer) answers;
    GROWING(struct community_pots) pots;
    GROWING(int64_t) questions; /* id of its event, by number */
    int32_t told;               /* answers so far: they are told in the order of their numbers */
    int64_t seq;
    const char *why; /* a rule failed */
    /* Of each payment, in millionths. */
    void (*paid)(void *self, int32_t answer, int32_t member, bool is_author, int64_t micro);
    void *self;
};

/* INVALID and *why (until the community closes) when a script does not load. Close it in any case.
 */
MUST_USE enum result community_open(struct community *community, struct text rules, struct text pay,
                                    struct text *why);
/* Pay by a rule of this kind from now on, instead of by `pay`: for the author or for the votes, as
 * the kind has it. Before the first event. */
MUST_USE enum result community_pay_kind(struct community *community, enum pay_kind kind,
                                        struct text script, struct text *why);
/* A member joins at `day`: rules of one kind may ask how long somebody has been in. */
void community_joined(struct community *community, int32_t member, double day);
void community_close(struct community *community);
/* Set before the answer settles; it may still be untold. */
void community_pots(struct community *community, int32_t answer, int64_t author_micro,
                    int64_t voter_micro);
/* INVALID when a rule fails (->why). The answer told must be number ->told, its voters' answers
 * told before. */
MUST_USE enum result community_answer(struct community *community, struct community_told told);
MUST_USE enum result community_vote(struct community *community, struct community_vote vote);
/* Time goes on: what is due settles. */
MUST_USE enum result community_time(struct community *community, double day);
/* Scores as they stand; a member's number is his id less one. */
double community_score(const struct community *community, int32_t answer);
