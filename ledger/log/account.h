#pragma once
/* The chart of accounts and every derived id. Ids are keyed BLAKE2b-128 under the paymaster's id
 * key: without the key an id seen in a receipt is no test for whose it is. The same act gives the
 * same id again, so that a re-run cannot pay twice even if its worker lost its memory. */
#include "ledger/log/leaf.h"

enum account_code {
    ACCOUNT_BANK = 1,       /* asset: credits may not exceed debits */
    ACCOUNT_ESCROW = 2,     /* liability, one a campaign: debits may not exceed credits */
    ACCOUNT_MEMBER = 3,     /* liability, one a paid member: the same */
    ACCOUNT_TRANSIT = 4,    /* liability, one a rail: on its way out */
    ACCOUNT_FEE = 5,        /* expense */
    ACCOUNT_ADJUSTMENT = 6, /* corrections that belong nowhere else */
    ACCOUNT_WITHHELD = 7,   /* liability: members' money that is the tax office's (withhold.h) */
    /* Memorandum accounts, no money: by how much payees are known to the maker (unblind.h). */
    ACCOUNT_BLINDED = 8,
    ACCOUNT_NAMED = 9,
};
enum transfer_code {
    TRANSFER_FUND = 1,       /* Bank -> Escrow: a campaign's deposit */
    TRANSFER_REWARD = 2,     /* Escrow -> Member: net of one campaign, member and period */
    TRANSFER_REFUND = 3,     /* Escrow -> Bank: what is left, to the sponsor (refund.h) */
    TRANSFER_PAYOUT = 4,     /* Member -> Transit: a hold until the rail answers */
    TRANSFER_CORRECTION = 5, /* the reverse of a wrong one, or what an earlier month held back from
                                one (held.h); ref is its id */
    TRANSFER_EXPIRED = 6,    /* void of a hold whose time was over */
    TRANSFER_WITHHELD = 7,   /* Member -> Withheld: a hold beside a payout's, and ends with it */
    TRANSFER_REMITTED = 8,   /* Withheld -> Bank: to the tax office */
    /* Blinded -> Named, of a reward whose id is ref: the maker knows who was paid, because ... */
    TRANSFER_DISCLOSED = 9,  /* ... it was told who took part */
    TRANSFER_CONSENTED = 10, /* ... the member agreed to be named */
    TRANSFER_LEARNED = 11,   /* ... it came to know otherwise */
    TRANSFER_HOUSE = 12,     /* Bank -> Escrow: the house's own, beside a refund (refund.h) */
};
const char *account_code_name(uint32_t code);  /* "escrow"; "other" */
const char *transfer_code_name(uint32_t code); /* "reward"; "other" */
uint16_t account_code_flags(uint32_t code);    /* the bound of each kind of account */

#define LEDGER_CURRENCY "USD"
enum { LEDGER_EXPONENT = 2 };

/* Keys of derived ids: 32 bytes of STATE/keys/paymaster/id. */
struct account_key {
    const uint8_t *id_key;
};
void account_bank(const struct account_key *key, uint8_t id[16]);
void account_escrow(const struct account_key *key, const uint8_t campaign[16], uint8_t id[16]);
void account_member(const struct account_key *key, int64_t member, uint8_t id[16]);
/* Who asked and which request: one campaign, deposit or earmark each. `what` is a word. */
void account_request_id(const struct account_key *key, const char *what, int64_t member,
                        const uint8_t request[16], uint8_t id[16]);
/* The net reward of a campaign, member and period; `attempt` is raised only by a deliberate retry.
 */
void account_reward_id(const struct account_key *key, struct text period,
                       const uint8_t campaign[16], int64_t member, int64_t attempt, uint8_t id[16]);
/* The void of a hold whose time is over. */
void account_expiry_id(const struct account_key *key, const uint8_t hold[16], uint8_t id[16]);
void account_batch_id(const struct account_key *key, struct text period, uint8_t id[16]);
void account_transit(const struct account_key *key, int64_t rail, uint8_t id[16]);
/* Of payouts: `what` is a word, `of` the batch or hold it is about. */
void account_payout_id(const struct account_key *key, const char *what, const uint8_t of[16],
                       int64_t number, uint8_t id[16]);
/* The house's one account of this kind: withheld, blinded, named. */
void account_single(const struct account_key *key, uint32_t code, uint8_t id[16]);
/* Who is known for a reward: once each, whatever the reason. */
void account_unblind_id(const struct account_key *key, const uint8_t reward[16], uint8_t id[16]);
/* What went to the tax office under this reference of theirs. */
void account_remittance_id(const struct account_key *key, struct text reference, uint8_t id[16]);
/* First 4 bytes of a member's keyed id: who of the admins let a rule in. */
void account_admin_id(const struct account_key *key, int64_t member, uint8_t id[4]);
/* Fills an account leaf's body for this id. */
struct leaf_account account_leaf(uint32_t code, const uint8_t id[16]);
