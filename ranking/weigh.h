#pragma once
/* How far a vote counts: its voter's links and trust, asked of the rules. Independence is 1 none ..
 * 0 linked. */
#include "ranking/score.h"

enum { KIND_OBSERVATION = 3, KIND_ANSWER = 4 }; /* as in the event posting_added */

double trust_of(struct ranking *ranking, int32_t member);
/* By votes of one sign, or (0) of both; product -1: none. Who never voted on each other are
 * independent, whatever the rules. */
double link_of(struct ranking *ranking, int32_t voter, int32_t author, int sign);
double product_link_of(struct ranking *ranking, int32_t voter, int32_t product, int sign);
/* Of a vote: from its author, its product and the author's rivals, by votes of its sign. */
double independence_of(struct ranking *ranking, const struct vote_facts *vote);
/* The same without a look at any direction, its own and others': what pay for it may know. */
double apart_of(struct ranking *ranking, const struct vote_facts *vote);
/* How far it counts for having been cast by somebody who could see what the others said. */
double informed_of(const struct ranking *ranking, const struct vote_facts *vote);
/* Fill in its log-odds, weight and residual; its independence is there. */
void vote_weigh(struct ranking *ranking, struct vote_facts *vote);
