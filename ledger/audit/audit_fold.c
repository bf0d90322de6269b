#include "ledger/audit/audit_fold.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum sum { DEBITS_PENDING, DEBITS_POSTED, CREDITS_PENDING, CREDITS_POSTED };

#define SUM_LIMIT ((int64_t)1 << 62)

void audit_fold_close(struct audit_fold *fold)
{
    table_close(&fold->account_ids);
    table_close(&fold->transfer_ids);
    free(fold->accounts);
    free(fold->transfers);
    *fold = (struct audit_fold){0};
}

static const char *account_take(struct audit_fold *fold, const struct leaf *leaf)
{
    const struct leaf_account *made = &leaf->account;
    bool fresh;
    size_t index = table_put(&fold->account_ids, made->id, &fresh);
    if (!fresh)
        return "an account's id is used twice";
    fold->accounts =
        table_room(fold->accounts, &fold->account_room, index + 1, sizeof *fold->accounts);
    struct audit_account *account = &fold->accounts[index];
    *account = (struct audit_account){.seq = (int64_t)leaf->seq,
                                      .code = made->code,
                                      .flags = made->flags,
                                      .exponent = made->exponent};
    memcpy(account->id, made->id, 16);
    memcpy(account->currency, made->currency, 3);
    return NULL;
}

static bool within(const struct audit_account *account)
{
    const int64_t *s = account->sums;
    for (int i = 0; i < 4; i++)
        if (s[i] < 0 || s[i] >= SUM_LIMIT)
            return false;
    if (account->flags & ACCOUNT_DEBITS_BOUND &&
        s[DEBITS_PENDING] + s[DEBITS_POSTED] > s[CREDITS_POSTED])
        return false;
    return !(account->flags & ACCOUNT_CREDITS_BOUND &&
             s[CREDITS_PENDING] + s[CREDITS_POSTED] > s[DEBITS_POSTED]);
}

/* What a post or void does to the hold it names. */
static const char *hold_resolve(struct audit_fold *fold, const struct leaf *leaf, size_t debit,
                                size_t credit)
{
    size_t index = table_find(&fold->transfer_ids, leaf->transfer.pending);
    if (index == SIZE_MAX)
        return "it resolves a hold there is not";
    struct audit_transfer *hold = &fold->transfers[index];
    int64_t amount = (int64_t)leaf->transfer.amount;
    if (hold->flags != TRANSFER_PENDING)
        return "it resolves what is no hold";
    if (hold->resolved)
        return "it resolves a hold a second time";
    if (hold->debit != debit || hold->credit != credit)
        return "it resolves a hold between other accounts";
    if (leaf->flags == TRANSFER_POST ? amount > hold->amount : amount != hold->amount)
        return "it resolves another amount than is held";
    hold->resolved = true;
    fold->accounts[debit].sums[DEBITS_PENDING] -= hold->amount;
    fold->accounts[credit].sums[CREDITS_PENDING] -= hold->amount;
    return NULL;
}

static bool currency_fits(const struct audit_account *account, const struct leaf_transfer *transfer)
{
    return memcmp(account->currency, transfer->currency, 3) == 0 &&
           account->exponent == transfer->exponent;
}

static const char *transfer_take(struct audit_fold *fold, const struct leaf *leaf)
{
    const struct leaf_transfer *transfer = &leaf->transfer;
    size_t debit = table_find(&fold->account_ids, transfer->debit);
    size_t credit = table_find(&fold->account_ids, transfer->credit);
    const char *why;
    bool fresh;
    if (debit == SIZE_MAX || credit == SIZE_MAX)
        return "it names an account there is not";
    if (debit == credit)
        return "debit and credit are one account";
    struct audit_account *from = &fold->accounts[debit], *to = &fold->accounts[credit];
    if (!currency_fits(from, transfer) || !currency_fits(to, transfer))
        return "currencies differ";
    bool resolves = leaf->flags == TRANSFER_POST || leaf->flags == TRANSFER_VOID;
    if (resolves && (why = hold_resolve(fold, leaf, debit, credit)) != NULL)
        return why;
    int64_t amount = (int64_t)transfer->amount;
    if (leaf->flags != TRANSFER_VOID) {
        bool holds = leaf->flags == TRANSFER_PENDING;
        from->sums[holds ? DEBITS_PENDING : DEBITS_POSTED] += amount;
        to->sums[holds ? CREDITS_PENDING : CREDITS_POSTED] += amount;
    }
    if (!within(from) || !within(to))
        return "an account is overdrawn";
    size_t index = table_put(&fold->transfer_ids, transfer->id, &fresh);
    if (!fresh)
        return "a transfer's id is used twice";
    fold->transfers =
        table_room(fold->transfers, &fold->transfer_room, index + 1, sizeof *fold->transfers);
    fold->transfers[index] = (struct audit_transfer){.debit = (uint32_t)debit,
                                                     .credit = (uint32_t)credit,
                                                     .amount = amount,
                                                     .flags = leaf->flags};
    return NULL;
}

const char *audit_fold_take(struct audit_fold *fold, const struct leaf *leaf)
{
    if (leaf->kind == LEAF_ACCOUNT)
        return account_take(fold, leaf);
    return leaf->kind == LEAF_TRANSFER ? transfer_take(fold, leaf) : NULL;
}

const char *audit_fold_balance(const struct audit_fold *fold)
{
    for (size_t i = 0; i < fold->account_ids.count; i++) {
        __int128 pending = 0, posted = 0;
        for (size_t j = 0; j < fold->account_ids.count; j++) {
            const struct audit_account *account = &fold->accounts[j];
            if (memcmp(account->currency, fold->accounts[i].currency, 3) != 0)
                continue;
            pending += account->sums[DEBITS_PENDING] - account->sums[CREDITS_PENDING];
            posted += account->sums[DEBITS_POSTED] - account->sums[CREDITS_POSTED];
        }
        if (pending != 0 || posted != 0)
            return "debits and credits do not add up to zero";
        /* One pass a currency, not one an account. */
        while (i + 1 < fold->account_ids.count &&
               memcmp(fold->accounts[i + 1].currency, fold->accounts[i].currency, 3) == 0)
            i++;
    }
    return NULL;
}
