#include "ledger/close/plan.h"

#include <assert.h>
#include <string.h>

#include "core/conf.h"
#include "core/seal.h"

enum { PLAN_ARENA = 512 * 1024 * 1024 };

enum result plan_open(struct paymaster *paymaster, struct plan *plan, struct text period)
{
    *plan = (struct plan){0};
    arena_open(&plan->arena, PLAN_ARENA);
    enum result result =
        vault_payouts(paymaster->vault, &plan->arena, period, &plan->payouts, &plan->payout_count);
    if (result == OK)
        result =
            vault_items(paymaster->vault, &plan->arena, period, &plan->items, &plan->item_count);
    if (result != OK) {
        plan_close(plan);
        return result;
    }
    plan->payout_place = arena_array(&plan->arena, uint64_t, plan->payout_count + 1);
    for (size_t i = 0; i < plan->payout_count; i++) {
        plan->count += plan->payouts[i].opens != 0;
        plan->payout_place[i] = plan->count++;
        plan->cents += plan->payouts[i].cents;
    }
    plan->count += plan->item_count + 1;
    plan->padded = plan_padded(plan->count);
    return OK;
}

uint64_t plan_padded(uint64_t leaves)
{
    uint64_t bucket = (uint64_t)conf_int("ledger.close_bucket");
    return (leaves + bucket - 1) / bucket * bucket;
}

void plan_close(struct plan *plan)
{
    arena_close(&plan->arena);
    *plan = (struct plan){0};
}

/* The payout whose account or transfer stands at `place`. */
static size_t payout_at(const struct plan *plan, uint64_t place)
{
    size_t low = 0, high = plan->payout_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (plan->payout_place[middle] < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

enum plan_op plan_at(const struct plan *plan, uint64_t place, size_t *index)
{
    assert(place < plan->padded);
    uint64_t reveals = plan->count - 1 - plan->item_count;
    *index = 0;
    if (place >= plan->count)
        return PLAN_PAD;
    if (place == plan->count - 1)
        return PLAN_CLOSE;
    if (place >= reveals) {
        *index = (size_t)(place - reveals);
        return PLAN_REVEAL;
    }
    *index = payout_at(plan, place);
    return plan->payout_place[*index] == place ? PLAN_TRANSFER : PLAN_ACCOUNT;
}

struct leaf_transfer plan_transfer(const struct paymaster *paymaster,
                                   const struct vault_payouts_row *payout)
{
    struct leaf_transfer transfer = {
        .amount = (uint64_t)payout->cents, .exponent = LEDGER_EXPONENT, .code = TRANSFER_REWARD};
    memcpy(transfer.id, payout->id.data, 16);
    memcpy(transfer.currency, LEDGER_CURRENCY, 3);
    memcpy(transfer.ref, payout->campaign.data, 16);
    account_escrow(&paymaster->key, payout->campaign.data, transfer.debit);
    account_member(&paymaster->key, payout->member, transfer.credit);
    if (payout->corrects.size > 0) { /* names what would have been the reward */
        transfer.code = TRANSFER_CORRECTION;
        account_reward_id(&paymaster->key, payout->corrects, payout->campaign.data, payout->member,
                          0, transfer.ref);
    }
    return transfer;
}

void plan_instructions(const struct paymaster *paymaster, const struct plan *plan,
                       struct text period, const struct vault_period_find_row *row,
                       struct bytes journal_digest, uint8_t sha256[32])
{
    struct arena arena;
    struct buf list;
    /* A line has 97 characters and an amount; the buffer doubles as it grows. */
    arena_open(&arena, (plan->payout_count + 64) * 128 * 4);
    buf_open(&list, &arena, (plan->payout_count + 4) * 128);
    buf_format(&list, "curbside/close/v1\nperiod ");
    buf_add(&list, period.data, period.size);
    buf_format(&list, "\njournal %lld ", (long long)row->journal_seq);
    buf_hex(&list, journal_digest);
    buf_char(&list, '\n');
    if (row->has_audience)
        buf_format(&list, "audience %lld\n", (long long)row->audience);
    for (size_t i = 0; i < plan->payout_count; i++) {
        struct leaf_transfer transfer = plan_transfer(paymaster, &plan->payouts[i]);
        buf_hex(&list, bytes_of(transfer.id, 16));
        buf_char(&list, ' ');
        buf_hex(&list, bytes_of(transfer.debit, 16));
        buf_char(&list, ' ');
        buf_hex(&list, bytes_of(transfer.credit, 16));
        buf_format(&list, " %llu\n", (unsigned long long)transfer.amount);
    }
    seal_sha256(sha256, buf_bytes(&list), NO_BYTES);
    arena_close(&arena);
}

const struct vault_payouts_row *plan_payout_of(const struct paymaster *paymaster,
                                               const struct plan *plan, struct text period,
                                               const struct vault_items_row *item)
{
    uint8_t id[16];
    size_t low = 0, high = plan->payout_count;
    account_reward_id(&paymaster->key, period, item->campaign.data, item->member, 0, id);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(plan->payouts[middle].id.data, id, 16);
        if (order == 0)
            return &plan->payouts[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
