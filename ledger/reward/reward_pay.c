#include <assert.h>
#include <math.h>

#include "ledger/reward/reward_state.h"

/* What one act earns: the findings first, then the rule, then the cap. */

/* A rule's share is a number in 0..1; money is counted in millionths of it, so that cents come out
 * of integers alone. */
#define SHARE_UNIT 1000000
enum { PAY_FUNCTION = 0 };

static bool is_freed(const struct reward *reward, int64_t member)
{
    uint8_t key[16];
    table_key(key, member, 0);
    return table_find(&reward->freed, key) != SIZE_MAX;
}

static void watcher_tell(const struct reward *reward, size_t earmark, int64_t member)
{
    if (reward->watcher != NULL)
        reward->watcher(reward->watcher_self, earmark, member);
}

static bool takes_findings(const struct reward *reward, size_t earmark)
{
    const struct earmark *terms = &reward->earmarks[earmark].terms;
    size_t rule = reward_rule_find(reward, terms->kind, terms->rule);
    assert(rule < reward->rule_count);
    return reward->rules[rule].by_findings;
}

/* Ask the rule for the share, and turn it into cents within the earmark's amount and cap. */
static enum result share_cents(struct reward *reward, size_t index, const double *facts,
                               int64_t *cents, const char **why)
{
    const struct reward_earmark *earmark = &reward->earmarks[index];
    double share;
    size_t rule = reward_rule_find(reward, earmark->terms.kind, earmark->terms.rule);
    assert(rule < reward->rule_count);
    enum result result = rule_call(reward->rules[rule].set, PAY_FUNCTION, facts, &share, why);
    if (result != OK)
        return result;
    *why = "a reward rule gave a share outside 0..1";
    if (!(share >= 0 && share <= 1))
        return INVALID;
    int64_t parts = llround(share * SHARE_UNIT);
    /* amount <= 2^53, parts <= 10^6 < 2^20: 128 bits hold the product. */
    *cents = (int64_t)((__int128)earmark->terms.amount * parts / SHARE_UNIT);
    if (*cents > earmark->terms.cap - earmark->spent)
        *cents = earmark->terms.cap - earmark->spent;
    return OK;
}

static bool can_pay(const struct reward *reward, const struct table *paid, size_t index,
                    int64_t member)
{
    const struct reward_earmark *earmark = &reward->earmarks[index];
    uint8_t key[16];
    table_key(key, (int64_t)index, member);
    return earmark->payees < earmark->terms.payees_max && earmark->spent < earmark->terms.cap &&
           table_find(paid, key) == SIZE_MAX;
}

/* What a freed member would have got here, and nobody the less for it. */
static enum result pay_freed(struct reward *reward, size_t index, int64_t member,
                             const double *facts, const char **why)
{
    uint8_t key[16];
    int64_t cents = 0;
    if (!can_pay(reward, &reward->freed_paid, index, member))
        return OK;
    enum result result = share_cents(reward, index, facts, &cents, why);
    if (result != OK || cents <= 0)
        return result;
    table_key(key, (int64_t)index, member);
    (void)table_put(&reward->freed_paid, key, NULL);
    reward->freed_items = table_room(reward->freed_items, &reward->freed_room,
                                     reward->freed_count + 1, sizeof *reward->freed_items);
    reward->freed_items[reward->freed_count++] = (struct reward_item){index, member, cents};
    return OK;
}

/* Within the earmark's cap and number of payees, once. */
static enum result pay(struct reward *reward, size_t index, int64_t member, const double *facts,
                       const char **why)
{
    struct reward_earmark *earmark = &reward->earmarks[index];
    uint8_t key[16];
    int64_t cents = 0;
    if (!can_pay(reward, &reward->paid, index, member))
        return OK;
    enum result result = share_cents(reward, index, facts, &cents, why);
    if (result != OK || cents <= 0)
        return result;
    earmark->spent += cents;
    earmark->payees++;
    table_key(key, (int64_t)index, member);
    (void)table_put(&reward->paid, key, NULL);
    reward->items = table_room(reward->items, &reward->item_room, reward->item_count + 1,
                               sizeof *reward->items);
    reward->items[reward->item_count++] = (struct reward_item){index, member, cents};
    return OK;
}

/* By the rule and what it takes; a linked voter, or one who trades votes, earns nothing by any. */
enum result reward_vote_earns(struct reward *reward, size_t earmark, int64_t posting,
                              int64_t member, const double *counts, const char **why)
{
    const struct vote_finding *found = findings_vote(&reward->findings, posting, member);
    watcher_tell(reward, earmark, member);
    bool takes = takes_findings(reward, earmark);
    if (takes && found == NULL)
        return OK;
    double findings[] = {1, 1, takes ? found->worth : 0};
    if (is_freed(reward, member)) {
        enum result result = pay_freed(reward, earmark, member, takes ? findings : counts, why);
        if (result != OK)
            return result;
    }
    if (found != NULL && findings_vote_low(found)) {
        reward->withheld++;
        return OK;
    }
    if (takes) {
        findings[0] = found->apart;
        findings[1] = found->trust;
    }
    return pay(reward, earmark, member, takes ? findings : counts, why);
}

/* The same of a posting's author. What linked colleagues alone corroborate earns nothing either. */
enum result reward_author_earns(struct reward *reward, size_t earmark,
                                const struct reward_posting *posting, const double *counts,
                                const char **why)
{
    const struct posting_finding *found = findings_posting(&reward->findings, posting->id);
    watcher_tell(reward, earmark, posting->author);
    bool takes = takes_findings(reward, earmark), backed = posting->stance[1] > 0;
    if (takes && found == NULL)
        return OK;
    double findings[] = {0, 0, 1, 0};
    if (takes) {
        findings[0] = found->odds;
        findings[1] = backed ? fmax(found->support, 1) : found->support;
        findings[3] = found->standing;
    }
    if (is_freed(reward, posting->author)) {
        enum result result =
            pay_freed(reward, earmark, posting->author, takes ? findings : counts, why);
        if (result != OK)
            return result;
    }
    if (found != NULL && (found->trust < LINKED_BELOW || (backed && findings_posting_low(found)))) {
        reward->withheld++;
        return OK;
    }
    if (takes) {
        findings[1] = found->support;
        findings[2] = found->trust;
    }
    return pay(reward, earmark, posting->author, takes ? findings : counts, why);
}
