#pragma once
/* What the ranker found out of a month's votes and postings, in memory; meanings and ranges stand
 * in ranking/facts.h, whose lines they come in. No finding of a vote depends on how it was cast.
 * Private to ledger/. */
#include "ledger/log/table.h"

struct vote_finding {
    int64_t posting, member;
    double apart, trust, worth; /* 0..1 */
};
struct posting_finding {
    int64_t posting;
    double odds, support, trust, standing;
};
/* Below half of it nobody is taken to be independent, or trusted. */
#define LINKED_BELOW 0.5
struct findings {
    struct table vote_of, posting_of; /* by (posting, member) and by posting */
    struct vote_finding *votes;       /* in the order they were put */
    struct posting_finding *postings;
    size_t vote_room, posting_room;
};

bool findings_vote_low(const struct vote_finding *found); /* it earns nothing */
/* By its author, or by who corroborates it if anybody does. */
bool findings_posting_low(const struct posting_finding *found);
void findings_close(struct findings *findings);
void findings_vote_put(struct findings *findings, const struct vote_finding *finding);
void findings_posting_put(struct findings *findings, const struct posting_finding *finding);
/* NULL: nothing was found out. */
const struct vote_finding *findings_vote(const struct findings *findings, int64_t posting,
                                         int64_t member);
const struct posting_finding *findings_posting(const struct findings *findings, int64_t posting);
