#include <string.h>

#include "core/trace.h"
#include "ledger/close/correct.h"
#include "ledger/close/plan.h"

/* The rules again, over the same journal and earmarks: every payment of a closed period must come
 * out as it stands in the ledger. */

struct replay {
    struct paymaster *paymaster;
    struct text period;
    struct plan plan;
    const struct reward_item *items;
    const struct reward_earmark *earmarks;
    size_t item_count;
    struct corrections corrections;
};

/* What the rules give this payout now. */
static int64_t cents_now(const struct replay *replay, const struct vault_payouts_row *payout)
{
    int64_t cents = 0;
    for (size_t i = 0; payout->corrects.size > 0 && i < replay->corrections.count; i++) {
        const struct correction *one = &replay->corrections.list[i];
        if (one->member == payout->member &&
            memcmp(one->campaign, payout->campaign.data, 16) == 0 &&
            memcmp(one->corrects, payout->corrects.data, PERIOD_NAME_SIZE) == 0)
            cents += one->cents;
    }
    for (size_t i = 0; payout->corrects.size == 0 && i < replay->item_count; i++)
        if (replay->items[i].member == payout->member &&
            memcmp(replay->earmarks[replay->items[i].earmark].terms.campaign, payout->campaign.data,
                   16) == 0)
            cents += replay->items[i].cents;
    return cents;
}

/* Compared as the bytes they would be in the ledger. */
static bool transfer_same(const struct leaf *leaf, const struct leaf_transfer *want)
{
    uint8_t a[LEAF_SIZE_MAX], b[LEAF_SIZE_MAX];
    struct leaf made = *leaf;
    if (leaf_transfer_fault(0, want) != NULL || leaf->flags != 0)
        return false;
    made.transfer = *want;
    size_t size = leaf_encode(leaf, a);
    return leaf_encode(&made, b) == size && memcmp(a, b, size) == 0;
}

/* Whether the payout's leaf is the transfer it should be, of as much as the rules give now. */
static enum result payout_compare(const struct replay *replay, size_t index, bool *same)
{
    struct paymaster *paymaster = replay->paymaster;
    const struct vault_payouts_row *payout = &replay->plan.payouts[index];
    struct leaf_transfer want = plan_transfer(paymaster, payout);
    struct bytes bytes;
    struct leaf leaf;
    size_t mark = paymaster->arena.used;
    uint8_t id[16];
    *same = false;
    if (!payout->has_leaf_seq)
        return OK;
    enum result result =
        book_leaf(&paymaster->writer.book, &paymaster->arena, (uint64_t)payout->leaf_seq, &bytes);
    if (result == OK && leaf_decode(bytes, &leaf, NULL) != OK)
        result = BROKEN;
    arena_reset(&paymaster->arena, mark);
    if (result != OK || leaf.kind != LEAF_TRANSFER)
        return result;
    want.amount = (uint64_t)cents_now(replay, payout);
    bool corrects = payout->corrects.size > 0;
    account_reward_id(&paymaster->key, corrects ? payout->corrects : replay->period,
                      payout->campaign.data, payout->member, corrects, id);
    *same = memcmp(id, want.id, 16) == 0 && transfer_same(&leaf, &want);
    return OK;
}

static enum result items_compare(struct replay *replay, int64_t *differ)
{
    enum result result = OK;
    int64_t cents = 0;
    for (size_t i = 0; i < replay->plan.payout_count && result == OK; i++) {
        bool same;
        result = payout_compare(replay, i, &same);
        if (result == OK && !same) {
            trace_fail("replay", "period=%.*s leaf=%lld differs", (int)replay->period.size,
                       replay->period.data, (long long)replay->plan.payouts[i].leaf_seq);
            ++*differ;
        }
    }
    for (size_t i = 0; i < replay->item_count; i++)
        cents += replay->items[i].cents;
    for (size_t i = 0; i < replay->corrections.count; i++)
        cents += replay->corrections.list[i].cents;
    if (result == OK && cents != replay->plan.cents) {
        trace_fail("replay", "period=%.*s the sums differ", (int)replay->period.size,
                   replay->period.data);
        ++*differ;
    }
    return result;
}

/* The close leaf's instruction list: the payouts, and the journal as it was when the period was
 * closed. */
static enum result close_compare(const struct replay *replay, int64_t *differ)
{
    struct paymaster *paymaster = replay->paymaster;
    struct vault_period_find_row row;
    struct log_entry *entries;
    struct bytes bytes;
    struct leaf leaf;
    size_t count = 0;
    uint8_t digest[32] = {0}, sha256[32];
    enum result result =
        vault_period_find(paymaster->vault, &paymaster->arena, replay->period, &row);
    if (result == OK && row.journal_seq > 0)
        result = log_read(paymaster->journal, &paymaster->arena, row.journal_seq - 1, 1, &entries,
                          &count);
    if (result == OK && count == 1)
        memcpy(digest, entries[0].digest, 32);
    if (result == OK)
        result = book_leaf(&paymaster->writer.book, &paymaster->arena,
                           (uint64_t)row.first_leaf + replay->plan.count - 1, &bytes);
    if (result == OK && leaf_decode(bytes, &leaf, NULL) != OK)
        result = BROKEN;
    if (result != OK)
        return result;
    plan_instructions(paymaster, &replay->plan, replay->period, &row, bytes_of(digest, 32), sha256);
    if (leaf.kind != LEAF_CLOSE || memcmp(leaf.close.instructions, sha256, 32) != 0) {
        trace_fail("replay", "period=%.*s leaf=%llu is another close, or the journal was changed",
                   (int)replay->period.size, replay->period.data, (unsigned long long)leaf.seq);
        ++*differ;
    }
    return OK;
}

enum result close_replay(struct paymaster *paymaster, struct text name, int64_t *payments,
                         int64_t *differ)
{
    struct replay replay = {.paymaster = paymaster, .period = name};
    struct evaluation evaluation;
    bool done = false;
    enum result result = evaluation_open(paymaster, &evaluation, name, true);
    if (result != OK)
        return result;
    while (result == OK && !done)
        result = evaluation_step(paymaster, &evaluation, &done);
    if (result == OK)
        result = plan_open(paymaster, &replay.plan, name);
    if (result == OK) {
        replay.item_count = reward_items(evaluation.reward, &replay.items);
        (void)reward_earmarks(evaluation.reward, &replay.earmarks);
        *payments += (int64_t)replay.plan.payout_count;
        result = corrections_judge(paymaster, &replay.corrections, name);
        if (result == OK)
            result = corrections_fit(paymaster, &replay.corrections, name, NULL, true);
        if (result == OK)
            result = items_compare(&replay, differ);
        if (result == OK)
            result = close_compare(&replay, differ);
        plan_close(&replay.plan);
        corrections_close(&replay.corrections);
    }
    evaluation_close(&evaluation);
    return result;
}
