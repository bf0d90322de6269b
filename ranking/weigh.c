/* How far a vote counts: its voter's links and trust, asked of the rules. */
#include "ranking/weigh.h"
#include <math.h>

enum { RIVALS_MAX = 200 };

double trust_of(struct ranking *ranking, int32_t member)
{
    const struct member_facts *facts = &ranking->counters.members.at[member];
    double trust;
    POLICY_CALL(&ranking->policy, POLICY_TRUST, &trust, facts->settled_votes, facts->dependent);
    return trust;
}

/* Of all postings of the house that can be voted on, how many he voted on. */
static double share_of(const struct counters *counters, int32_t member)
{
    return counters->members.at[member].votes / fmax(1, counters->site.postings);
}

/* By votes of one sign, or (0) of both. Who never voted on each other are independent, whatever the
 * rules. */
double link_of(struct ranking *ranking, int32_t voter, int32_t author, int sign)
{
    const struct counters *counters = &ranking->counters;
    double link = 1, to = counters_pair(counters, voter, author, sign);
    double back = counters_pair(counters, author, voter, sign);
    if (to == 0 && back == 0)
        return 1;
    POLICY_CALL(&ranking->policy, POLICY_LINK, &link, to, counters->members.at[author].postings,
                share_of(counters, voter), back, counters->members.at[voter].postings,
                share_of(counters, author));
    return link;
}

/* To a product: there is no way back. */
double product_link_of(struct ranking *ranking, int32_t voter, int32_t product, int sign)
{
    const struct counters *counters = &ranking->counters;
    double link = 1,
           to = product < 0 ? 0 : counters_pair(counters, voter, product_target(product), sign);
    if (to == 0)
        return 1;
    POLICY_CALL(&ranking->policy, POLICY_LINK, &link, to, counters->topics.at[product],
                share_of(counters, voter), 0, 0, 0);
    return link;
}

/* Of a voter who disputes an answer: his least link to another author of answers in the thread. */
static double rival_of(struct ranking *ranking, int32_t voter, const struct posting_facts *posting)
{
    const struct counters *counters = &ranking->counters;
    double least = 1;
    int32_t at = counters->questions.at[posting->question].first_posting;
    for (int i = 0; at >= 0 && i < RIVALS_MAX;
         i++, at = counters->postings.at[at].next_in_question) {
        const struct posting_facts *other = &counters->postings.at[at];
        if (other->hidden != 0 || other->kind != KIND_ANSWER || other->author == posting->author ||
            other->author < 0 || other->author == voter)
            continue;
        double link = link_of(ranking, voter, other->author, 1);
        least = link < least ? link : least;
    }
    return least;
}

double independence_of(struct ranking *ranking, const struct vote_facts *vote)
{
    const struct posting_facts *posting = &ranking->counters.postings.at[vote->posting];
    double own = 1, rival = 1, independence;
    if (posting->author >= 0)
        own = link_of(ranking, vote->voter, posting->author, vote->sign);
    double product = product_link_of(ranking, vote->voter, posting->product, vote->sign);
    if (vote->sign < 0 && posting->kind == KIND_ANSWER)
        rival = rival_of(ranking, vote->voter, posting);
    POLICY_CALL(&ranking->policy, POLICY_INDEPENDENCE, &independence, vote->sign, own, product,
                rival);
    return independence;
}

/* The same without a look at any direction: what pay for the vote may know. */
double apart_of(struct ranking *ranking, const struct vote_facts *vote)
{
    const struct posting_facts *posting = &ranking->counters.postings.at[vote->posting];
    double apart, own = 1;
    if (posting->author >= 0)
        own = link_of(ranking, vote->voter, posting->author, 0);
    double product = product_link_of(ranking, vote->voter, posting->product, 0);
    if (own == 1 && product == 1)
        return 1;
    POLICY_CALL(&ranking->policy, POLICY_INDEPENDENCE, &apart, 1, own, product, 1);
    return apart;
}

/* How far a vote counts for having been cast by somebody who could see what the others said. */
double informed_of(const struct ranking *ranking, const struct vote_facts *vote)
{
    return vote->informed ? policy_holds(&ranking->policy)->informed : 1;
}

void vote_weigh(struct ranking *ranking, struct vote_facts *vote)
{
    const struct counters *counters = &ranking->counters;
    const struct member_facts *voter = &counters->members.at[vote->voter];
    const struct site_facts *site = &counters->site;
    double results[3];
    double trust = trust_of(ranking, vote->voter) * informed_of(ranking, vote);
    int32_t question = counters->postings.at[vote->posting].question;
    POLICY_CALL(&ranking->policy, POLICY_VOTE, results, vote->sign,
                share_of_packed(vote->independence), trust, vote->patients,
                counters_acts(counters, vote->voter, question), voter->acts, voter->votes,
                voter->ups, site->votes, site->ups, voter->up_good, voter->good, voter->up_bad,
                voter->bad);
    vote->odds = (float)results[0];
    vote->weight = (float)results[1];
    vote->residual = (float)results[2];
}
