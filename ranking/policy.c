#include "ranking/policy.h"
#include "core/trace.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

/* For scripts from before there were informed votes: as shipped today. */
#define INFORMED_WEIGHT 0.5

const struct rule_function policy_functions[POLICY_FUNCTIONS] = {
    [POLICY_LINK] = {"link", 6, 1, 0},
    [POLICY_INDEPENDENCE] = {"independence", 4, 1, 0},
    [POLICY_TRUST] = {"trust", 2, 1, 0},
    [POLICY_WORTH] = {"worth", 4, 1, 3},
    [POLICY_VOTE] = {"vote", 17, 3, 14},
    [POLICY_KNOWN] = {"known", 4, 1, 0},
    [POLICY_SETTLE] = {"settle", 7, 4, 0},
    [POLICY_MEMBER_SCORE] = {"member_score", 10, 4, 0},
    [POLICY_POSTING_SCORE] = {"posting_score", 6, 4, 0},
    [POLICY_RISING] = {"rising", 4, 1, 0},
};

/* Part of the program, not read from the disk when it runs: a rebuild must not depend on a file
 * somebody may have changed. */
__asm__(".pushsection .rodata\n"
        ".global ranking_first_script, ranking_first_script_end\n"
        "ranking_first_script:\n"
        ".incbin \"scripts/rank/policy.lua\"\n"
        "ranking_first_script_end:\n"
        ".byte 0\n"
        ".popsection\n");
extern const char ranking_first_script[];
extern const char ranking_first_script_end[];

struct text policy_first_script(void)
{
    return (struct text){ranking_first_script,
                         (size_t)(ranking_first_script_end - ranking_first_script)};
}

const char *ranking_band_name(int64_t band)
{
    static const char *const names[RANKING_BANDS] = {"new", "steady", "strong", "leading"};
    assert(band >= 0 && band < RANKING_BANDS);
    return names[band];
}

enum result policy_push(struct policy *policy, struct arena *arena, struct text script,
                        int64_t active_seq, struct text *why)
{
    struct policy_set set = {.active_seq = active_seq};
    enum result result = rule_load(&set.rules, arena, TEXT(RANKING_RULE_NAME), script, TEXT(""),
                                   policy_functions, POLICY_FUNCTIONS, why);
    if (result != OK)
        return result;
    if (!rule_constant(set.rules, "settle", &set.settle_days) ||
        !rule_constant(set.rules, "review", &set.review_days) || set.settle_days < 0.01) {
        rule_close(set.rules);
        *why = TEXT("the constants settle and review (days, settle at least 0.01) are missing");
        return INVALID;
    }
    if (!rule_constant(set.rules, "informed", &set.informed))
        set.informed = INFORMED_WEIGHT;
    if (set.informed < 0 || set.informed > 1) {
        rule_close(set.rules);
        *why = TEXT("the constant informed (a factor) must lie between 0 and 1");
        return INVALID;
    }
    if (policy->count == 0)
        policy->failed_seq = -1;
    if (policy->count == POLICY_SETS_MAX) { /* the first stays: it is the one that cannot fail */
        rule_close(policy->sets[1].rules);
        policy->sets[1] = policy->sets[2];
        policy->count--;
    }
    policy->sets[policy->count++] = set;
    policy->generation++;
    return OK;
}

void policy_close(struct policy *policy)
{
    for (size_t i = 0; i < policy->count; i++)
        rule_close(policy->sets[i].rules);
    *policy = (struct policy){.failed_seq = -1};
}

const struct policy_set *policy_holds(const struct policy *policy)
{
    assert(policy->count > 0);
    return &policy->sets[policy->count - 1];
}

void policy_event(struct policy *policy)
{
    rule_budget(policy->sets[policy->count - 1].rules, POLICY_EVENT_CPU_MS);
}

void policy_call(struct policy *policy, enum policy_function function, const double *arguments,
                 size_t count, double *results)
{
    assert(count == policy_functions[function].arguments && policy->count > 0);
    policy->calls++;
    while (!policy->broken) {
        struct policy_set *set = &policy->sets[policy->count - 1];
        const char *why = NULL;
        if (rule_call(set->rules, function, arguments, results, &why) == OK)
            return;
        snprintf(policy->why, sizeof(policy->why), "%s", why);
        trace_warn("rule_failed", "active_seq=%lld", (long long)set->active_seq);
        if (policy->count == 1) {
            policy->broken = true;
            break;
        }
        policy->failed_seq = set->active_seq;
        rule_close(set->rules);
        policy->count--;
        policy->generation++;
        policy_event(policy);
    }
    memset(results, 0, policy_functions[function].results * sizeof(*results));
}
