#pragma once
/* The auditor's own double entry, in memory: a second reading of the rules, sharing nothing with
 * ledger/log/book.c. Private to ledger/. */
#include "ledger/log/leaf.h"
#include "ledger/log/table.h"

struct audit_account {
    uint8_t id[16];
    int64_t seq;
    uint32_t code;
    uint16_t flags;
    char currency[3];
    uint8_t exponent;
    int64_t sums[4]; /* debits pending, debits posted, credits pending, credits posted */
};
struct audit_transfer {
    uint32_t debit, credit;
    int64_t amount;
    uint8_t flags;
    bool resolved;
};
struct audit_fold {
    struct table account_ids, transfer_ids;
    struct audit_account *accounts;
    struct audit_transfer *transfers;
    size_t account_room, transfer_room;
};
/* Take one leaf; NULL, or what is wrong with it (a literal). Leaves that move no money are always
 * fine. */
const char *audit_fold_take(struct audit_fold *fold, const struct leaf *leaf);
/* Debits equal credits in every currency; NULL or what is wrong. */
const char *audit_fold_balance(const struct audit_fold *fold);
void audit_fold_close(struct audit_fold *fold);
