#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/trace.h"
#include "ledger/reward/held.h"
#include "ledger/close/plan.h"
#include "ledger/log/receipt.h"
#include "ledger/log/table.h"
#include "schema/common.h"
#include "schema/statement.h"

/* statement.db out of ledger, vault and journal: for every closed period, in order, a statement for
 * each physician who was in at its end (zero included), and for who was paid the payments with
 * their proofs. Its cursor "period" is the end of the last period done. */

enum { MEMBERS_PAGE = 1000 };

struct total {
    int64_t member, cents, payments;
    bool stated;
};
struct maker {
    struct paymaster *paymaster;
    struct text period;
    struct vault_period_find_row row;
    struct plan plan;
    struct table members; /* who was paid */
    struct total *totals;
    struct text note; /* the checkpoint the payments' receipts stand on */
};

static size_t total_of(struct maker *maker, int64_t member)
{
    uint8_t key[16];
    table_key(key, member, 0);
    return table_put(&maker->members, key, NULL);
}

/* When an entry was written, by itself. */
static enum result leaf_time(struct paymaster *paymaster, int64_t seq, int64_t *at_ms)
{
    struct bytes bytes;
    struct leaf leaf;
    enum result result =
        book_leaf(&paymaster->writer.book, &paymaster->arena, (uint64_t)seq, &bytes);
    if (result == OK && leaf_decode(bytes, &leaf, NULL) != OK)
        result = BROKEN;
    if (result == OK)
        *at_ms = (int64_t)leaf.tick * 1000;
    return result;
}

/* Payments of a statement.db that an earlier program made. */
static enum result payments_time(struct paymaster *paymaster)
{
    enum result result = OK;
    for (size_t count = 1; count > 0 && result == OK;) {
        struct statement_payments_untimed_row *rows;
        size_t mark = paymaster->arena.used;
        int64_t at_ms = 0;
        result = statement_payments_untimed(paymaster->statement, &paymaster->arena, MEMBERS_PAGE,
                                            &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            result = leaf_time(paymaster, rows[i].id, &at_ms);
            if (result == OK)
                result = statement_payment_time(paymaster->statement, rows[i].id, at_ms);
        }
        arena_reset(&paymaster->arena, mark);
    }
    return result;
}

static enum result receipt_make(struct maker *maker, uint64_t seq, uint64_t size, struct text note,
                                struct text *receipt)
{
    struct book *book = &maker->paymaster->writer.book;
    struct arena *arena = &maker->paymaster->arena;
    struct tree_source source = book_source(book);
    struct tree_proof proof;
    struct bytes leaf;
    struct buf out;
    enum result result = book_leaf(book, arena, seq, &leaf);
    if (result == OK)
        result = tree_inclusion(&source, seq, size, &proof);
    if (result != OK)
        return result;
    buf_open(&out, arena, 2048);
    receipt_write(&out, leaf, seq, &proof, note);
    *receipt = buf_done(&out);
    return OK;
}

/* An earmark's part of a payment, opened: the commitment under the first checkpoint that held it.
 */
static enum result part_make(struct maker *maker, int64_t payment, int64_t number,
                             const struct vault_items_of_row *item)
{
    struct paymaster *paymaster = maker->paymaster;
    struct vault_earmark_get_row earmark;
    struct vault_checkpoint_after_row checkpoint;
    struct bytes opening;
    struct earmark terms;
    struct text receipt;
    const char *why;
    enum result result =
        vault_earmark_get(paymaster->vault, &paymaster->arena, item->earmark, &earmark);
    if (result == OK)
        result = earmark_open(paymaster, &paymaster->arena, earmark.sealed, earmark.commitment,
                              &opening, &terms, &why);
    if (result == OK)
        result = vault_checkpoint_after(paymaster->vault, &paymaster->arena, earmark.leaf_seq + 1,
                                        &checkpoint);
    if (result == OK)
        result = receipt_make(maker, (uint64_t)earmark.leaf_seq, (uint64_t)checkpoint.size,
                              checkpoint.note, &receipt);
    if (result == OK)
        result = statement_part_add(paymaster->statement, payment, number, (int64_t)terms.kind,
                                    terms.target, item->cents, earmark.leaf_seq, opening, receipt);
    return result;
}

static enum result payment_make(struct maker *maker, const struct vault_payouts_row *payout)
{
    struct paymaster *paymaster = maker->paymaster;
    struct vault_campaign_find_row campaign;
    struct vault_items_of_row *items;
    struct text receipt;
    size_t count;
    int64_t at_ms = 0;
    if (!payout->has_leaf_seq)
        return BROKEN;
    enum result result =
        vault_campaign_find(paymaster->vault, &paymaster->arena, payout->campaign, &campaign);
    if (result == OK)
        result = receipt_make(maker, (uint64_t)payout->leaf_seq,
                              (uint64_t)maker->row.checkpoint_size, maker->note, &receipt);
    if (result == OK)
        result = leaf_time(paymaster, payout->leaf_seq, &at_ms);
    if (result == OK)
        result = statement_payment_add(paymaster->statement, payout->leaf_seq, payout->member,
                                       maker->period, campaign.name, campaign.product,
                                       payout->cents, at_ms, receipt, payout->corrects);
    if (result != OK || payout->corrects.size > 0) /* what it makes good was promised earlier */
        return result;
    result = vault_items_of(paymaster->vault, &paymaster->arena, maker->period, payout->campaign,
                            payout->member, &items, &count);
    for (size_t i = 0; result == OK && i < count; i++)
        result = part_make(maker, payout->leaf_seq, (int64_t)i + 1, &items[i]);
    return result;
}

static enum result payments_make(struct maker *maker)
{
    enum result result = OK;
    for (size_t i = 0; i < maker->plan.payout_count && result == OK; i++) {
        const struct vault_payouts_row *payout = &maker->plan.payouts[i];
        size_t mark = maker->paymaster->arena.used;
        struct total *total = &maker->totals[total_of(maker, payout->member)];
        total->member = payout->member;
        total->cents += payout->cents;
        total->payments++;
        result = payment_make(maker, payout);
        arena_reset(&maker->paymaster->arena, mark);
    }
    return result;
}

static enum result statement_make(struct maker *maker, int64_t member, const struct total *total)
{
    return statement_statement_add(maker->paymaster->statement, member, maker->period,
                                   total == NULL ? 0 : total->cents,
                                   total == NULL ? 0 : total->payments, maker->row.closed_ms);
}

static enum result statements_make(struct maker *maker)
{
    enum result result = OK;
    int64_t after = 0;
    for (size_t count = MEMBERS_PAGE; count == MEMBERS_PAGE && result == OK;) {
        struct vault_members_in_row *rows;
        size_t mark = maker->paymaster->arena.used;
        result = vault_members_in(maker->paymaster->vault, &maker->paymaster->arena,
                                  maker->row.end_ms, after, MEMBERS_PAGE, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            uint8_t key[16];
            after = rows[i].id;
            table_key(key, after, 0);
            size_t index = table_find(&maker->members, key);
            struct total *total = index == SIZE_MAX ? NULL : &maker->totals[index];
            result = statement_make(maker, after, total);
            if (total != NULL)
                total->stated = true;
        }
        arena_reset(&maker->paymaster->arena, mark);
    }
    /* Who left before the end but earned gets one too. */
    for (size_t i = 0; i < maker->members.count && result == OK; i++)
        if (!maker->totals[i].stated)
            result = statement_make(maker, maker->totals[i].member, &maker->totals[i]);
    return result;
}

static enum result period_make(struct maker *maker)
{
    struct paymaster *paymaster = maker->paymaster;
    struct vault_checkpoint_after_row checkpoint;
    enum result result =
        vault_period_find(paymaster->vault, &maker->plan.arena, maker->period, &maker->row);
    if (result == OK)
        result = vault_checkpoint_after(paymaster->vault, &maker->plan.arena,
                                        maker->row.checkpoint_size, &checkpoint);
    if (result == OK && checkpoint.size != maker->row.checkpoint_size)
        result = BROKEN;
    if (result != OK)
        return result;
    maker->note = checkpoint.note;
    result = db_begin(paymaster->statement);
    if (result != OK)
        return result;
    result = payments_make(maker);
    if (result == OK)
        result = statements_make(maker);
    if (result == OK)
        result = held_state(paymaster, maker->period);
    if (result == OK)
        result = common_cursor_set(paymaster->statement, TEXT("period"), maker->row.end_ms);
    if (result == OK)
        return db_commit(paymaster->statement);
    db_rollback(paymaster->statement);
    return result;
}

enum result statement_catch_up(struct paymaster *paymaster)
{
    for (;;) {
        struct common_cursor_get_row cursor = {0};
        struct vault_period_after_row next;
        struct maker maker = {.paymaster = paymaster};
        size_t mark = paymaster->arena.used;
        enum result result =
            common_cursor_get(paymaster->statement, &paymaster->arena, TEXT("period"), &cursor);
        if (result == OK || result == NOT_FOUND)
            result = vault_period_after(paymaster->vault, &paymaster->arena, cursor.seq, &next);
        if (result == NOT_FOUND) {
            arena_reset(&paymaster->arena, mark);
            result = payments_time(paymaster);
            return result == OK ? moved_catch_up(paymaster) : result;
        }
        if (result == OK)
            result = plan_open(paymaster, &maker.plan, next.name);
        if (result != OK)
            return result;
        maker.period = arena_text(&maker.plan.arena, next.name);
        maker.totals = calloc(maker.plan.payout_count + 1, sizeof *maker.totals);
        assert(maker.totals != NULL);
        arena_reset(&paymaster->arena, mark);
        result = period_make(&maker);
        if (result != OK)
            trace_fail("statement", "period=%.*s result=%s", (int)maker.period.size,
                       maker.period.data, result_name(result));
        table_close(&maker.members);
        free(maker.totals);
        plan_close(&maker.plan);
        if (result != OK)
            return result;
    }
}
