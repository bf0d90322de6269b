#pragma once
/* How far a vote counts: its voter's links and trust, asked of the rules. Independence is 1 none ..
 * 0 linked. */
#include "ranking/score.h"

enum { KIND_OBSERVATION = 3, KIND_ANSWER = 4 }; /* as in the event posting_added */

double trust_of(struct ranking *ranking, int32_t member);
/* The same by votes of either sign: what pay may know. */
double trust_apart(struct ranking *ranking, int32_t member);
/* What his votes have been worth (for pay), 0 .. 1. */
double worth_of(struct ranking *ranking, int32_t member);
/* Of a vote. A single vote between two is no link, and who has no link at all is independent,
 * whatever the rules. */
struct vote_links {
    double independence; /* from its author, its product and the author's rivals, by votes of its
                            sign */
    double apart; /* the same without a look at any direction, its own and others': what pay for it
                     may know */
};
struct vote_links links_of(struct ranking *ranking, const struct vote_facts *vote);
/* Only the first of them: after settlement nothing is paid. */
double independence_of(struct ranking *ranking, const struct vote_facts *vote);
/* How far it counts for having been cast by somebody who could see what the others said. */
double informed_of(const struct ranking *ranking, const struct vote_facts *vote);
/* Acts of a posting's author in its thread's topic, and in all: whether it is his field. None of a
 * reference. */
struct author_acts {
    int32_t topic, all;
};
struct author_acts author_acts_of(const struct ranking *ranking, int32_t posting);
/* Fill in its log-odds, weight and residual; its independence is there. */
void vote_weigh(struct ranking *ranking, struct vote_facts *vote, struct author_acts author);
