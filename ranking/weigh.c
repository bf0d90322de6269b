#include "ranking/weigh.h"
#include <math.h>

enum { RIVALS_MAX = 200 };

/* Both change when one of his votes settles, and are asked for at every vote. */
static const struct member_facts *judged(struct ranking *ranking, int32_t member)
{
    struct member_facts *facts = &ranking->counters.members.at[member];
    if (facts->judged == ranking->policy.generation)
        return facts;
    POLICY_CALL(&ranking->policy, POLICY_TRUST, &facts->trust, facts->settled_votes,
                facts->dependent);
    POLICY_CALL(&ranking->policy, POLICY_WORTH, &facts->worth, facts->settled_votes, facts->credit,
                facts->alone, ranking->counters.site.settled_votes);
    if (facts->settled_votes > 0) /* before that it depends on what is known of others */
        facts->judged = ranking->policy.generation;
    return facts;
}

double trust_of(struct ranking *ranking, int32_t member)
{
    return judged(ranking, member)->trust;
}

double trust_apart(struct ranking *ranking, int32_t member)
{
    const struct member_facts *facts = &ranking->counters.members.at[member];
    double trust;
    POLICY_CALL(&ranking->policy, POLICY_TRUST, &trust, facts->settled_votes, facts->tied);
    return trust;
}

double worth_of(struct ranking *ranking, int32_t member)
{
    return judged(ranking, member)->worth;
}

/* Of all postings of the house that can be voted on, how many he voted on. */
static double share_of(const struct counters *counters, int32_t member)
{
    return counters->members.at[member].votes / fmax(1, counters->site.postings);
}

/* --- links --- */

/* Votes of two on each other; on a product (author -1) there is no way back. */
struct tie {
    int32_t voter, author, postings;
    struct pair_votes to, back;
};

static struct tie author_tie(const struct counters *counters, int32_t voter, int32_t author)
{
    return (struct tie){voter, author, counters->members.at[author].postings,
                        counters_pair(counters, voter, author),
                        counters_pair(counters, author, voter)};
}

static struct tie product_tie(const struct counters *counters, int32_t voter, int32_t product)
{
    return (struct tie){voter, -1, counters->topics.at[product],
                        counters_pair(counters, voter, product_target(product)),
                        (struct pair_votes){0, 0}};
}

static int32_t votes_of(struct pair_votes votes, int sign)
{
    return (sign >= 0 ? votes.up : 0) + (sign <= 0 ? votes.down : 0);
}

/* By votes of one sign, or (0) of both. */
static double link_by(struct ranking *ranking, const struct tie *tie, int sign)
{
    const struct counters *counters = &ranking->counters;
    double link, to = votes_of(tie->to, sign), back = votes_of(tie->back, sign);
    if (to + back <= 1)
        return 1;
    POLICY_CALL(&ranking->policy, POLICY_LINK, &link, to, tie->postings,
                share_of(counters, tie->voter), back,
                tie->author < 0 ? 0 : counters->members.at[tie->voter].postings,
                tie->author < 0 ? 0 : share_of(counters, tie->author));
    return link;
}

/* The same by votes of both signs, when it is known by one. */
static double link_by_both(struct ranking *ranking, const struct tie *tie, int sign, double link)
{
    bool same = votes_of(tie->to, sign) == votes_of(tie->to, 0) &&
                votes_of(tie->back, sign) == votes_of(tie->back, 0);
    return same ? link : link_by(ranking, tie, 0);
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
        struct tie tie = author_tie(counters, voter, other->author);
        double link = link_by(ranking, &tie, 1);
        least = link < least ? link : least;
    }
    return least;
}

static struct vote_links links_ask(struct ranking *ranking, const struct vote_facts *vote,
                                   bool for_pay)
{
    const struct counters *counters = &ranking->counters;
    const struct posting_facts *posting = &counters->postings.at[vote->posting];
    double own = 1, own_both = 1, product = 1, product_both = 1, rival = 1;
    struct vote_links links = {1, 1};
    if (posting->author >= 0) {
        struct tie tie = author_tie(counters, vote->voter, posting->author);
        own = link_by(ranking, &tie, vote->sign);
        own_both = for_pay ? link_by_both(ranking, &tie, vote->sign, own) : 1;
    }
    if (posting->product >= 0) {
        struct tie tie = product_tie(counters, vote->voter, posting->product);
        product = link_by(ranking, &tie, vote->sign);
        product_both = for_pay ? link_by_both(ranking, &tie, vote->sign, product) : 1;
    }
    if (vote->sign < 0 && posting->kind == KIND_ANSWER)
        rival = rival_of(ranking, vote->voter, posting);
    if (own < 1 || product < 1 || rival < 1)
        POLICY_CALL(&ranking->policy, POLICY_INDEPENDENCE, &links.independence, vote->sign, own,
                    product, rival);
    if (own_both < 1 || product_both < 1)
        POLICY_CALL(&ranking->policy, POLICY_INDEPENDENCE, &links.apart, 1, own_both, product_both,
                    1);
    return links;
}

/* How far a vote counts for having been cast by somebody who could see what the others said. */
struct vote_links links_of(struct ranking *ranking, const struct vote_facts *vote)
{
    return links_ask(ranking, vote, true);
}

double independence_of(struct ranking *ranking, const struct vote_facts *vote)
{
    return links_ask(ranking, vote, false).independence;
}

double informed_of(const struct ranking *ranking, const struct vote_facts *vote)
{
    return vote->informed ? policy_holds(&ranking->policy)->informed : 1;
}

struct author_acts author_acts_of(const struct ranking *ranking, int32_t posting)
{
    const struct counters *counters = &ranking->counters;
    const struct posting_facts *facts = &counters->postings.at[posting];
    if (facts->author < 0)
        return (struct author_acts){0, 0};
    return (struct author_acts){counters_acts(counters, facts->author, facts->question),
                                counters->members.at[facts->author].acts};
}

void vote_weigh(struct ranking *ranking, struct vote_facts *vote, struct author_acts author)
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
                voter->bad, voter->from_postings, author.topic, author.all);
    vote->odds = (float)results[0];
    vote->weight = (float)results[1];
    vote->residual = (float)results[2];
}
