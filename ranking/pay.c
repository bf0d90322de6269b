#include "ranking/pay.h"
#include "ranking/weigh.h"
#include <assert.h>
#include <math.h>

enum { PAY_AUTHOR, PAY_VOTE, PAY_SHARE, PAY_FUNCTIONS };
static const struct rule_function pay_functions[PAY_FUNCTIONS] = {
    [PAY_AUTHOR] = {"pay_author", 4, 1, 0},
    [PAY_VOTE] = {"pay_vote", 3, 1, 0},
    [PAY_SHARE] = {"share", 2, 1, 0},
};
enum { PAY_CPU_MS = 5000, SHARE_UNIT = 1000000 };

__asm__(".pushsection .rodata\n"
        ".global ranking_pay_script, ranking_pay_script_end\n"
        "ranking_pay_script:\n"
        ".incbin \"scripts/reward/settled.lua\"\n"
        "ranking_pay_script_end:\n"
        ".byte 0\n"
        ".popsection\n");
extern const char ranking_pay_script[];
extern const char ranking_pay_script_end[];

struct text pay_first_script(void)
{
    return (struct text){ranking_pay_script, (size_t)(ranking_pay_script_end - ranking_pay_script)};
}

enum result pay_open(struct pay *pay, struct arena *arena, struct text script, struct text *why)
{
    return rule_load(&pay->rules, arena, TEXT("reward/settled"), script, TEXT(""), pay_functions,
                     PAY_FUNCTIONS, why);
}

void pay_close(struct pay *pay)
{
    rule_close(pay->rules);
    pay->rules = NULL;
}

static enum result share_of_rule(struct pay *pay, int function, const double *facts, double *share,
                                 const char **why)
{
    enum result result = rule_call(pay->rules, (size_t)function, facts, share, why);
    if (result == OK && !(*share >= 0 && *share <= 1)) {
        *why = "a pay rule gave a share outside of 0..1";
        return INVALID;
    }
    return result;
}

static int64_t part_of(int64_t micro, double share)
{
    return (int64_t)((__int128)micro * llround(share * SHARE_UNIT) / SHARE_UNIT);
}

void pay_author_facts(struct ranking *ranking, int32_t number, double odds, double facts[4])
{
    const struct counters *counters = &ranking->counters;
    const struct posting_facts *posting = &counters->postings.at[number];
    double support = 0;
    for (int32_t i = posting->first_vote; i >= 0; i = counters->votes.at[i].next)
        if (counters->votes.at[i].sign > 0)
            support += share_of_packed(counters->votes.at[i].independence) *
                       trust_of(ranking, counters->votes.at[i].voter);
    facts[0] = odds;
    facts[1] = support;
    facts[2] = trust_of(ranking, posting->author);
    facts[3] = member_standing(ranking, posting->author);
}

static enum result author_pay(struct pay *pay, struct ranking *ranking, int32_t number, double odds,
                              int64_t micro, pay_sink *sink, void *self, const char **why)
{
    const struct posting_facts *posting = &ranking->counters.postings.at[number];
    double facts[4], share;
    if (posting->author < 0)
        return OK;
    pay_author_facts(ranking, number, odds, facts);
    enum result result = share_of_rule(pay, PAY_AUTHOR, facts, &share, why);
    if (result == OK && part_of(micro, share) > 0)
        sink(self, number, posting->author, true, part_of(micro, share));
    return result;
}

/* Nothing of a vote's direction is read here, and must never be: of one that takes no side the
 * ranker keeps nothing, and it is looked at all the same. */
void pay_vote_facts(struct ranking *ranking, const struct vote_facts *vote, double facts[3])
{
    const struct vote_young *young = counters_young(&ranking->counters, vote);
    assert(young); /* it settles only now */
    facts[0] = vote->sign == 0 ? links_of(ranking, vote).apart : share_of_packed(young->apart);
    facts[1] = trust_apart(ranking, vote->voter);
    facts[2] =
        vote->sign == 0 ? worth_of(ranking, vote->voter) : (double)young->worth / WORTH_WHOLE;
}

static enum result vote_weight(struct pay *pay, struct ranking *ranking,
                               const struct vote_facts *vote, double *weight, const char **why)
{
    double facts[3];
    *weight = 0;
    if (vote->informed)
        return OK;
    pay_vote_facts(ranking, vote, facts);
    return share_of_rule(pay, PAY_VOTE, facts, weight, why);
}

enum result pay_settled(struct pay *pay, struct ranking *ranking, int32_t number, double odds,
                        int64_t author_micro, int64_t voters_micro, pay_sink *sink, void *self,
                        const char **why)
{
    const struct counters *counters = &ranking->counters;
    int32_t first = counters->postings.at[number].first_vote;
    double sum = 0, weight, share;
    int64_t left = voters_micro;
    rule_budget(pay->rules, PAY_CPU_MS);
    enum result result = author_pay(pay, ranking, number, odds, author_micro, sink, self, why);
    for (int32_t i = first; i >= 0 && result == OK; i = counters->votes.at[i].next) {
        result = vote_weight(pay, ranking, &counters->votes.at[i], &weight, why);
        sum += weight;
    }
    for (int32_t i = first; i >= 0 && result == OK; i = counters->votes.at[i].next) {
        const struct vote_facts *vote = &counters->votes.at[i];
        result = vote_weight(pay, ranking, vote, &weight, why);
        if (result == OK)
            result = share_of_rule(pay, PAY_SHARE, (const double[]){weight, sum}, &share, why);
        int64_t micro = result == OK ? part_of(voters_micro, share) : 0;
        micro = micro < left ? micro : left;
        left -= micro;
        if (micro > 0)
            sink(self, number, vote->voter, false, micro);
    }
    return result;
}
