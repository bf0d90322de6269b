#pragma once
/* The rule set of the ranker: the functions it must have, called by number, and what happens when
 * one fails: it is put aside at that place for good, and the set before it answers instead. So a
 * caller always gets numbers, and a replay gets the same ones. */
#include "core/rule.h"
#include "ranking/ranking.h"

enum policy_function {
    POLICY_LINK,
    POLICY_INDEPENDENCE,
    POLICY_TRUST,
    POLICY_WORTH,
    POLICY_VOTE,
    POLICY_KNOWN,
    POLICY_SETTLE,
    POLICY_MEMBER_SCORE,
    POLICY_POSTING_SCORE,
    POLICY_RISING,
    POLICY_FUNCTIONS
};
extern const struct rule_function policy_functions[POLICY_FUNCTIONS];

enum { POLICY_SETS_MAX = 3, POLICY_EVENT_CPU_MS = 5000 };

struct policy_set {
    struct rule_set *rules;
    int64_t active_seq;
    double settle_days, review_days; /* age at which a posting settles, is weighed again */
    double informed;                 /* weight of a vote by somebody who could see the totals */
};

/* The sets that may answer: the last one holds, those before it stand in when it fails. */
struct policy {
    struct policy_set sets[POLICY_SETS_MAX];
    size_t count;
    int64_t calls;
    int32_t generation; /* changes with the set that answers: what an older one said is void */
    int64_t failed_seq; /* active_seq of a set put aside since the owner last looked; -1: none */
    char why[200];      /* of that, or of the call that nobody could answer */
    bool broken; /* the only set failed: numbers are zeros from here on, and the owner must stop */
};

/* The script the program brings along: scripts/rank/policy.lua as it was when the program was
 * built. */
struct text policy_first_script(void);

/* Load and check a script. INVALID with *why on a fault; then nothing has changed. */
MUST_USE enum result policy_push(struct policy *policy, struct arena *arena, struct text script,
                                 int64_t active_seq, struct text *why);
void policy_close(struct policy *policy);
const struct policy_set *policy_holds(const struct policy *policy);
/* Gives the CPU budget of one event. */
void policy_event(struct policy *policy);
/* The last argument list must have as many numbers as the function takes (asserted). */
void policy_call(struct policy *policy, enum policy_function function, const double *arguments,
                 size_t count, double *results);
#define POLICY_CALL(policy, function, results, ...)                  \
    policy_call((policy), (function), (const double[]){__VA_ARGS__}, \
                sizeof((const double[]){__VA_ARGS__}) / sizeof(double), (results))
