#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ledger/reward/breaker.h"
#include "ledger/close/plan.h"
#include "ledger/close/preview.h"
#include "ledger/desk/proposal.h"
#include "ledger/close/settle.h"

/* Closing a period, in steps short enough to answer commands between them:
 *   1 evaluate every event and earmark (in memory), then write into the vault what is to be paid
 *   2 append the planned leaves, a chunk a commit
 *   3 publish the checkpoint, settle earmarks and campaigns, write the statements
 * The vault says which of these was reached. While 2 goes on nothing else is appended, so the
 * ledger's size says how far it got; and the derived ids would refuse to pay twice even if it did
 * not. */

enum { STATE_EVALUATE = 1, STATE_PAY = 2, STATE_CLOSED = 3, CHUNK = 2048 };

struct close {
    char name[PERIOD_NAME_SIZE + 1];
    int state;
    struct evaluation evaluation;
    bool evaluating;
    struct plan plan;
    bool planned;
    struct vault_period_find_row
        row; /* digest: copied below, the row's own is gone with its arena */
    uint8_t journal_digest[32];
};

static struct text close_name(const struct close *close)
{
    return (struct text){close->name, PERIOD_NAME_SIZE};
}

void close_drop(struct paymaster *paymaster)
{
    struct close *close = paymaster->close;
    if (close == NULL)
        return;
    if (close->evaluating)
        evaluation_close(&close->evaluation);
    if (close->planned)
        plan_close(&close->plan);
    free(close);
    paymaster->close = NULL;
}

/* Take up a period that has a row in the vault. */
static enum result close_take_up(struct paymaster *paymaster, struct text name)
{
    struct close *close = calloc(1, sizeof *close);
    assert(close != NULL && name.size == PERIOD_NAME_SIZE);
    paymaster->close = close;
    memcpy(close->name, name.data, PERIOD_NAME_SIZE);
    enum result result = vault_period_find(paymaster->vault, &paymaster->arena, name, &close->row);
    if (result == OK && close->row.journal_digest.size != 32)
        result = BROKEN;
    if (result == OK) {
        close->state = (int)close->row.state;
        memcpy(close->journal_digest, close->row.journal_digest.data, 32);
        close->row.journal_digest = NO_BYTES;
    }
    if (result != OK)
        close_drop(paymaster);
    return result;
}

enum result close_resume(struct paymaster *paymaster)
{
    struct vault_period_open_row row;
    bool closed;
    enum result result = vault_period_open(paymaster->vault, &paymaster->arena, &row);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    if (breaker_check_month(paymaster, row.name) == CONFLICT && row.state == STATE_EVALUATE)
        return OK; /* it waits for two admins */
    trace_info("close", "going on with an unfinished period");
    result = close_take_up(paymaster, row.name);
    if (result == OK)
        result = close_run(paymaster, INT64_MAX, &closed);
    /* It waits for two admins, or for a ranker that can be asked. */
    bool waits = result == CONFLICT || result == BUSY;
    return waits && row.state == STATE_EVALUATE ? OK : result;
}

/* The month after the last closed one; for the first, the month of the ledger's first leaf. */
static enum result next_month(struct paymaster *paymaster, struct arena *arena, int64_t *start_ms)
{
    struct vault_period_last_row last;
    struct bytes bytes;
    struct leaf leaf;
    enum result result = vault_period_last(paymaster->vault, arena, &last);
    if (result == OK)
        *start_ms = last.end_ms;
    if (result != NOT_FOUND)
        return result;
    result = book_leaf(&paymaster->writer.book, arena, 0, &bytes);
    if (result == OK && leaf_decode(bytes, &leaf, NULL) != OK)
        result = BROKEN;
    if (result == OK)
        *start_ms = clock_month_start((int64_t)leaf.tick * 1000);
    return result;
}

enum result close_due(struct paymaster *paymaster, struct arena *arena, struct text *name,
                      int64_t *start_ms)
{
    enum result result = next_month(paymaster, arena, start_ms);
    if (result == OK && clock_month_next(*start_ms) > clock_now_ms())
        return NOT_FOUND;
    if (result == OK)
        *name = clock_month(arena, *start_ms);
    return result;
}

void close_progress(const struct paymaster *paymaster, int64_t *done, int64_t *all)
{
    const struct close *close = paymaster->close;
    *done = *all = 0;
    if (close == NULL)
        return;
    *done = close->state == STATE_EVALUATE
                ? close->evaluation.cursor
                : (int64_t)writer_size(&paymaster->writer) - close->row.first_leaf;
    *all = close->state == STATE_EVALUATE ? close->row.journal_seq
                                          : close->row.last_leaf - close->row.first_leaf;
}

static enum result close_begin(struct paymaster *paymaster, int64_t start_ms)
{
    uint8_t digest[32];
    int64_t head;
    struct text name = clock_month(&paymaster->arena, start_ms);
    enum result result = vault_follow(paymaster);
    if (result == OK)
        result = log_head(paymaster->journal, &head, digest);
    if (result == OK)
        result = vault_period_add(paymaster->vault, name, start_ms, clock_month_next(start_ms),
                                  head, bytes_of(digest, 32), conf_int("earmark.audience"));
    return result == OK ? close_take_up(paymaster, name) : result;
}

enum result close_start(struct paymaster *paymaster, struct text name, bool *closed)
{
    struct vault_period_find_row row;
    int64_t start_ms;
    *closed = false;
    if (name.size != PERIOD_NAME_SIZE)
        return INVALID;
    enum result result = vault_period_find(paymaster->vault, &paymaster->arena, name, &row);
    if (result == OK) {
        *closed = row.state == STATE_CLOSED;
        if (*closed || paymaster->close != NULL)
            return OK;
        if (row.state == STATE_EVALUATE)
            result = breaker_check_month(paymaster, name);
        if (result != OK)
            return result;
        return close_take_up(paymaster, name); /* an attempt that failed: go on where it got to */
    }
    if (result != NOT_FOUND)
        return result;
    if (paymaster->close != NULL)
        return BUSY;
    preview_drop(paymaster);
    result = next_month(paymaster, &paymaster->arena, &start_ms);
    if (result != OK)
        return result;
    struct text next = clock_month(&paymaster->arena, start_ms);
    if (!text_equal(next, name) || clock_month_next(start_ms) > clock_now_ms())
        return INVALID;
    return close_begin(paymaster, start_ms);
}

enum result period_words(struct paymaster *paymaster, const struct command *command,
                         int64_t by UNUSED, struct text *subject, struct text *words)
{
    struct text name = command->period_close.period, due = TEXT("");
    int64_t start_ms;
    struct vault_period_find_row row;
    enum result result = vault_period_find(paymaster->vault, &paymaster->arena, name, &row);
    if (result == OK && row.state == STATE_CLOSED)
        return OK;
    if (result == NOT_FOUND) {
        result = close_due(paymaster, &paymaster->arena, &due, &start_ms);
        if (result == NOT_FOUND || (result == OK && !text_equal(due, name)))
            result = INVALID;
    }
    if (result != OK)
        return result;
    *subject = name;
    *words = arena_format(&paymaster->arena,
                          "Close the month %.*s, pay its rewards and write "
                          "every member's statement",
                          (int)name.size, name.data);
    return OK;
}

static enum result evaluate_step(struct paymaster *paymaster, struct close *close)
{
    bool done = false;
    enum result result = OK;
    if (!close->evaluating) {
        result = evaluation_open(paymaster, &close->evaluation, close_name(close), false);
        close->evaluating = result == OK;
    }
    if (result == OK)
        result = evaluation_step(paymaster, &close->evaluation, &done);
    if (result != OK || !done)
        return result;
    result = breaker_month(paymaster, &close->evaluation, close_name(close));
    if (result == OK)
        result = breaker_check(paymaster);
    if (result == OK)
        result = settle_plan(paymaster, &close->evaluation, close_name(close));
    if (result == OK)
        close->state = STATE_PAY;
    return result;
}

/* The leaf at a place of the plan. */
static enum result leaf_write(struct paymaster *paymaster, const struct close *close,
                              uint64_t place)
{
    const struct plan *plan = &close->plan;
    struct leaf leaf = {.kind = LEAF_PAD};
    const struct vault_payouts_row *payout;
    struct vault_earmark_get_row earmark;
    struct leaf_transfer transfer;
    enum book_answer answer;
    uint64_t seq;
    size_t index, mark = paymaster->arena.used;
    enum result result = OK;
    switch (plan_at(plan, place, &index)) {
    case PLAN_ACCOUNT:
        leaf.kind = LEAF_ACCOUNT;
        transfer = plan_transfer(paymaster, &plan->payouts[index]);
        leaf.account = account_leaf(ACCOUNT_MEMBER, transfer.credit);
        break;
    case PLAN_TRANSFER:
        transfer = plan_transfer(paymaster, &plan->payouts[index]);
        result = writer_transfer(&paymaster->writer, 0, &transfer, &answer, &seq);
        if (result == OK && answer != BOOK_CREATED) {
            trace_fail("close", "a payout was refused: %s", book_answer_name(answer));
            result = BROKEN;
        }
        return result;
    case PLAN_REVEAL:
        leaf.kind = LEAF_REVEAL;
        payout = plan_payout_of(paymaster, plan, close_name(close), &plan->items[index]);
        result = vault_earmark_get(paymaster->vault, &paymaster->arena, plan->items[index].earmark,
                                   &earmark);
        if (result != OK || payout == NULL)
            return BROKEN;
        leaf.reveal.commitment = (uint64_t)earmark.leaf_seq;
        memcpy(leaf.reveal.transfer, payout->id.data, 16);
        arena_reset(&paymaster->arena, mark);
        break;
    case PLAN_CLOSE:
        leaf.kind = LEAF_CLOSE;
        account_batch_id(&paymaster->key, close_name(close), leaf.close.batch);
        leaf.close.count = (uint32_t)plan->payout_count;
        leaf.close.total = (uint64_t)plan->cents;
        plan_instructions(paymaster, plan, close_name(close), &close->row,
                          bytes_of(close->journal_digest, 32), leaf.close.instructions);
        break;
    case PLAN_PAD:
        seal_random(leaf.pad, sizeof leaf.pad);
        break;
    }
    return writer_add(&paymaster->writer, &leaf);
}

static enum result pay_open(struct paymaster *paymaster, struct close *close)
{
    enum result result = plan_open(paymaster, &close->plan, close_name(close));
    close->planned = result == OK;
    if (result == OK)
        result =
            vault_period_find(paymaster->vault, &close->plan.arena, close_name(close), &close->row);
    if (result == OK &&
        (uint64_t)(close->row.last_leaf - close->row.first_leaf) != close->plan.padded) {
        trace_fail("close", "ledger.close_bucket was changed while a period was being closed");
        result = BROKEN;
    }
    return result;
}

static enum result pay_step(struct paymaster *paymaster, struct close *close, bool *done)
{
    enum result result = OK;
    if (!close->planned)
        result = pay_open(paymaster, close);
    if (result == OK)
        result = writer_begin(&paymaster->writer);
    if (result != OK)
        return result;
    uint64_t size = writer_size(&paymaster->writer);
    uint64_t first = (uint64_t)close->row.first_leaf, last = (uint64_t)close->row.last_leaf;
    if (size < first || size > last)
        result = BROKEN; /* somebody else appended: not ours to guess */
    for (size_t i = 0; i < CHUNK && result == OK && size < last; i++, size++)
        result = leaf_write(paymaster, close, size - first);
    if (result != OK) {
        writer_rollback(&paymaster->writer);
        return result;
    }
    *done = size == last;
    return writer_commit(&paymaster->writer);
}

enum result close_step(struct paymaster *paymaster, bool *closed)
{
    struct close *close = paymaster->close;
    bool paid = false;
    assert(close != NULL);
    *closed = false;
    if (close->state == STATE_EVALUATE)
        return evaluate_step(paymaster, close);
    enum result result = pay_step(paymaster, close, &paid);
    if (result != OK || !paid)
        return result;
    result = commit_publish(paymaster);
    if (result == OK)
        result = settle_period(paymaster, &close->plan, close_name(close));
    if (result != OK)
        return result;
    trace_info("close", "period=%s leaves=%llu", close->name,
               (unsigned long long)close->plan.padded);
    close_drop(paymaster);
    *closed = true;
    return statement_catch_up(paymaster);
}

enum result close_run(struct paymaster *paymaster, int64_t most_ms, bool *closed)
{
    int64_t start_us = clock_steady_us();
    enum result result = OK;
    *closed = false;
    while (result == OK && !*closed && (clock_steady_us() - start_us) / 1000 < most_ms)
        result = close_step(paymaster, closed);
    if (result != OK)
        close_drop(
            paymaster); /* what was reached is in the vault; the next attempt goes on there */
    return result;
}
