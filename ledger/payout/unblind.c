#include "ledger/payout/unblind.h"

#include <string.h>

#include "core/clock.h"
#include "core/trace.h"

enum { MEANT_MOST = 1000, PERIOD_CLOSED = 3 };

const char *unblind_reason_name(int64_t reason)
{
    static const char *const names[] = {"unknown", "disclosed", "consent", "learned"};
    return names[reason >= UNBLIND_DISCLOSED && reason <= UNBLIND_LEARNED ? reason : 0];
}

static enum result accounts_write(struct paymaster *paymaster, struct leaf_transfer *transfer)
{
    account_single(&paymaster->key, ACCOUNT_BLINDED, transfer->credit);
    account_single(&paymaster->key, ACCOUNT_NAMED, transfer->debit);
    struct leaf_account blinded = account_leaf(ACCOUNT_BLINDED, transfer->credit);
    struct leaf_account named = account_leaf(ACCOUNT_NAMED, transfer->debit);
    enum result result = writer_account(&paymaster->writer, &blinded);
    return result == OK ? writer_account(&paymaster->writer, &named) : result;
}

/* Inside the writer's batch. */
static enum result entry_write(struct paymaster *paymaster, struct bytes reward, int64_t cents,
                               int64_t reason, uint64_t *seq)
{
    struct leaf_transfer transfer = {.amount = (uint64_t)cents,
                                     .exponent = LEDGER_EXPONENT,
                                     .code = TRANSFER_DISCLOSED +
                                             (uint32_t)(reason - UNBLIND_DISCLOSED)};
    enum book_answer answer;
    memcpy(transfer.currency, LEDGER_CURRENCY, 3);
    memcpy(transfer.ref, reward.data, 16);
    account_unblind_id(&paymaster->key, reward.data, transfer.id);
    enum result result = accounts_write(paymaster, &transfer);
    if (result == OK)
        result = writer_transfer(&paymaster->writer, 0, &transfer, &answer, seq);
    if (result == OK && answer != BOOK_CREATED && answer != BOOK_EXISTS) {
        trace_fail("unblind", "refused: %s", book_answer_name(answer));
        result = BROKEN;
    }
    return result;
}

/* When the entry lies in the ledger: its own time, not ours, so that a start says the same. */
static enum result entry_time(struct paymaster *paymaster, uint64_t seq, int64_t *at_ms)
{
    struct bytes bytes;
    struct leaf leaf;
    enum result result = book_leaf(&paymaster->writer.book, &paymaster->arena, seq, &bytes);
    if (result == OK && leaf_decode(bytes, &leaf, NULL) != OK)
        result = BROKEN;
    if (result == OK)
        *at_ms = (int64_t)leaf.tick * 1000;
    return result;
}

/* What was meant is written, and then said to be. */
static enum result unblind_finish(struct paymaster *paymaster, struct bytes reward, int64_t cents,
                                  int64_t reason)
{
    uint64_t seq = 0;
    int64_t at_ms = 0;
    enum result result = writer_begin(&paymaster->writer);
    if (result != OK)
        return result;
    result = entry_write(paymaster, reward, cents, reason, &seq);
    if (result == OK)
        result = writer_commit(&paymaster->writer);
    else
        writer_rollback(&paymaster->writer);
    if (result == OK)
        result = entry_time(paymaster, seq, &at_ms);
    return result == OK ? vault_unblinding_written(paymaster->vault, reward, (int64_t)seq, at_ms)
                        : result;
}

enum result unblind(struct paymaster *paymaster, int64_t leaf, int64_t reason)
{
    struct vault_reward_at_row reward;
    struct vault_unblinding_find_row there;
    struct vault_reversal_find_row back;
    if (reason < UNBLIND_DISCLOSED || reason > UNBLIND_LEARNED)
        return INVALID;
    enum result result = vault_reward_at(paymaster->vault, &paymaster->arena, leaf, &reward);
    if (result != OK)
        return result;
    if (paymaster->close != NULL || reward.state != PERIOD_CLOSED)
        return BUSY;
    result = vault_unblinding_find(paymaster->vault, &paymaster->arena, reward.id, &there);
    if (result == OK && there.reason != reason)
        return CONFLICT;
    if (result == OK && there.has_leaf_seq)
        return OK;
    if (result == NOT_FOUND) {
        result = vault_reversal_find(paymaster->vault, &paymaster->arena, reward.id, &back);
        if (result == OK)
            return CONFLICT;
        if (result == NOT_FOUND)
            result = vault_unblinding_add(paymaster->vault, reward.id, reason, clock_now_ms());
    }
    if (result == OK)
        result = unblind_finish(paymaster, reward.id, reward.cents, reason);
    return result == OK ? statement_catch_up(paymaster) : result;
}

enum result unblind_recover(struct paymaster *paymaster)
{
    struct vault_unblindings_meant_row *rows;
    size_t count;
    enum result result =
        vault_unblindings_meant(paymaster->vault, &paymaster->arena, MEANT_MOST, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++)
        result = unblind_finish(paymaster, rows[i].payout, rows[i].cents, rows[i].reason);
    return result;
}
