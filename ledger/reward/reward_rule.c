/* What a reward rule may be: which functions it has says what facts it takes. */
#include "ledger/reward/reward.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "ledger/reward/reward_state.h"

enum { BUDGET_MS = 60 * 1000 };

static const struct rule_function pay_functions[] = {
    [EARMARK_POSTING] = {"pay_posting", 7, 1, 0},
    [EARMARK_ANSWER] = {"pay_answer", 6, 1, 0},
    [EARMARK_VOTE] = {"pay_vote", 7, 1, 0},
};

/* The same with the ranker's findings. */
static const struct rule_function finding_functions[] = {
    [EARMARK_POSTING] = {"pay_author", 4, 1, 0},
    [EARMARK_ANSWER] = {"pay_author", 4, 1, 0},
    [EARMARK_VOTE] = {"pay_vote", 3, 1, 0},
};

enum result reward_rule_try(struct rule_set **set, struct arena *arena, enum earmark_kind kind,
                            struct text name, struct text script, bool *by_findings,
                            struct text *why)
{
    struct text other = NO_TEXT;
    assert(kind >= EARMARK_POSTING && kind <= EARMARK_VOTE);
    *by_findings = false;
    enum result result =
        rule_load(set, arena, name, script, TEXT(""), &pay_functions[kind], 1, why);
    if (result != INVALID)
        return result;
    *by_findings = true;
    return rule_load(set, arena, name, script, TEXT(""), &finding_functions[kind], 1, &other);
}

static bool holds(struct text text, const char *word)
{
    return memmem(text.data, text.size, word, strlen(word)) != NULL;
}

/* Which of the two functions a rule that does not load was meant to have. `why`: what is wrong with
 * it as one by counts. */
static bool is_of_findings(enum earmark_kind kind, struct text script, struct text why)
{
    const struct rule_function *counts = &pay_functions[kind], *found = &finding_functions[kind];
    char takes[40];
    if (strcmp(counts->name, found->name) != 0)
        return holds(script, found->name) && !holds(script, counts->name);
    snprintf(takes, sizeof takes, "takes %d arguments", (int)found->arguments);
    return holds(why, takes);
}

void reward_rule_report(struct arena *arena, enum earmark_kind kind, struct text script,
                        struct buf *reply)
{
    struct rule_set *set = NULL;
    struct text why = NO_TEXT;
    bool by_findings = false;
    bool loads =
        reward_rule_try(&set, arena, kind, TEXT("check"), script, &by_findings, &why) == OK;
    if (loads)
        rule_close(set);
    else
        by_findings = is_of_findings(kind, script, why);
    check_reply(arena, script, by_findings ? &finding_functions[kind] : &pay_functions[kind], 1,
                reply);
}

enum result reward_rule_check(struct arena *arena, enum earmark_kind kind, struct text name,
                              struct text script, struct text *why)
{
    struct rule_set *set = NULL;
    bool by_findings;
    enum result result = reward_rule_try(&set, arena, kind, name, script, &by_findings, why);
    if (result == OK)
        rule_close(set);
    return result;
}

enum result reward_rule_day_most(struct arena *arena, struct text name, struct text script,
                                 int64_t *votes)
{
    struct rule_set *set = NULL;
    struct text why = NO_TEXT;
    bool by_findings;
    double most = 0;
    enum result result =
        reward_rule_try(&set, arena, EARMARK_VOTE, name, script, &by_findings, &why);
    *votes = 0;
    if (result != OK)
        return result;
    if (rule_constant(set, "day_most", &most) && most > 0 && most < (double)INT32_MAX)
        *votes = (int64_t)ceil(most);
    rule_close(set);
    return OK;
}

/* --- those of one evaluation --- */

size_t reward_rule_find(const struct reward *reward, enum earmark_kind kind,
                        const uint8_t sha256[32])
{
    size_t i = 0;
    while (i < reward->rule_count &&
           (reward->rules[i].kind != kind || memcmp(reward->rules[i].sha256, sha256, 32) != 0))
        i++;
    return i;
}

bool reward_rule_known(const struct reward *reward, enum earmark_kind kind,
                       const uint8_t sha256[32])
{
    return reward_rule_find(reward, kind, sha256) < reward->rule_count;
}

enum result reward_rule_add(struct reward *reward, struct arena *arena, enum earmark_kind kind,
                            const uint8_t sha256[32], struct text name, struct text script,
                            struct text *why)
{
    assert(kind >= EARMARK_POSTING && kind <= EARMARK_VOTE);
    *why = TEXT("too many rules in one period");
    if (reward->rule_count == REWARD_RULES_MAX)
        return INVALID;
    struct reward_rule *rule = &reward->rules[reward->rule_count];
    enum result result =
        reward_rule_try(&rule->set, arena, kind, name, script, &rule->by_findings, why);
    if (result != OK)
        return result;
    rule_budget(rule->set, BUDGET_MS);
    if (!rule_constant(rule->set, "day_most", &rule->day_most))
        rule->day_most = INFINITY;
    memcpy(rule->sha256, sha256, 32);
    rule->kind = kind;
    reward->rule_count++;
    return OK;
}
