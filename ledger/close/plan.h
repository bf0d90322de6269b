#pragma once
/* The leaves of a period's close, in order, as one list: the same list whenever it is made, so that
 * after a crash the number of leaves already in the ledger says where to go on. Private to ledger/.
 *
 *   for each payout, by id: [account] transfer;  for each item: reveal;  close;  pads up to the
 * next multiple of the bucket */
#include "ledger/desk/paymaster.h"

enum plan_op { PLAN_ACCOUNT = 1, PLAN_TRANSFER, PLAN_REVEAL, PLAN_CLOSE, PLAN_PAD };

struct plan {
    struct arena arena; /* everything below lies here */
    struct vault_payouts_row *payouts;
    size_t payout_count;
    struct vault_items_row *items;
    size_t item_count;
    uint64_t *payout_place; /* of each payout's transfer in the list */
    uint64_t count;         /* without pads */
    uint64_t padded;        /* with them */
    int64_t cents;
};

/* Read what a planned period pays out of the vault. */
MUST_USE enum result plan_open(struct paymaster *paymaster, struct plan *plan, struct text period);
/* So many leaves, up to the next multiple of ledger.close_bucket. */
uint64_t plan_padded(uint64_t leaves);
void plan_close(struct plan *plan);
/* What stands at `place`; *index: which payout or item. */
enum plan_op plan_at(const struct plan *plan, uint64_t place, size_t *index);
/* The transfer of a payout. */
struct leaf_transfer plan_transfer(const struct paymaster *paymaster,
                                   const struct vault_payouts_row *payout);
/* SHA-256 of the canonical instruction list:
 *   "curbside/close/v1\n" "period NAME\n" "journal SEQ HEX(digest of that event)\n" "audience N\n"
 * (of a month that has it), then a payout a line, by id: HEX(transfer id) HEX(debit account)
 * HEX(credit account) CENTS The second to fourth line anchor the journal, and the least audience
 * the month was paid by, in the ledger at every close. */
void plan_instructions(const struct paymaster *paymaster, const struct plan *plan,
                       struct text period, const struct vault_period_find_row *row,
                       struct bytes journal_digest, uint8_t sha256[32]);
/* The payout that carries an item: same campaign and member. */
const struct vault_payouts_row *plan_payout_of(const struct paymaster *paymaster,
                                               const struct plan *plan, struct text period,
                                               const struct vault_items_row *item);
