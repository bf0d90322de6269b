#include "ledger/payout/payout.h"

#include <string.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ledger/payout/withhold.h"
#include "schema/book.h"

enum { PAYEES_PAGE = 1000, ITEM_ON_ITS_WAY = 1, ITEM_PAID = 2, ITEM_BACK = 3, HEX_SHORT = 15 };
enum { BATCH_PLANNED = 1, BATCH_HELD = 2, BATCH_EXPORTED = 3 };

/* --- planning --- */

/* What is this payee's to be sent now; 0: nothing, or not enough. */
static enum result item_due(struct paymaster *paymaster, const struct vault_rail_payees_row *payee,
                            int64_t *cents)
{
    struct book_account account;
    struct vault_rail_released_row released;
    uint8_t id[16];
    int64_t released_ms = clock_now_ms() - conf_int("payout.hold_days") * DAY_MS;
    *cents = 0;
    account_member(&paymaster->key, payee->member, id);
    arena_reset(&paymaster->book_arena, 0);
    enum result result = book_account(&paymaster->writer.book, id, &account);
    if (result == OK)
        result = vault_rail_released(paymaster->vault, &paymaster->arena, payee->member,
                                     released_ms, &released);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    /* The vault says what is released, the ledger what is there: never more than either. */
    int64_t due = account.credits_posted - account.debits_posted - account.debits_pending;
    if (released.cents < due)
        due = released.cents;
    if (due >= (payee->asked_ms > 0 ? 1 : conf_int("payout.threshold_cents")))
        *cents = due;
    return OK;
}

static enum result item_plan(struct paymaster *paymaster, const uint8_t batch[16],
                             const struct vault_rail_payees_row *payee, int64_t cents,
                             int64_t withheld)
{
    uint8_t hold[16];
    enum result result = OK;
    /* What was asked for is done with this. */
    if (payee->asked_ms > 0)
        result = vault_payee_asked(paymaster->vault, payee->member, 0);
    if (result != OK)
        return result;
    account_payout_id(&paymaster->key, "hold", batch, payee->member, hold);
    return vault_rail_item_add(paymaster->vault, bytes_of(hold, 16), bytes_of(batch, 16),
                               payee->member, cents - withheld, withheld, payee->charity,
                               clock_now_ms());
}

/* Everybody who is due by this rail; with a batch, planned into it. */
static enum result payees_walk(struct paymaster *paymaster, enum rail rail, const uint8_t *batch,
                               struct payout_due *due)
{
    int64_t after = 0, cents, withheld = 0, year = withhold_tax_year(clock_now_ms() / 1000);
    struct withhold_rates rates;
    enum result result = withhold_rates(&paymaster->arena, year, &rates);
    *due = (struct payout_due){0, 0, 0};
    for (size_t count = PAYEES_PAGE; count == PAYEES_PAGE && result == OK;) {
        struct vault_rail_payees_row *rows;
        size_t mark = paymaster->arena.used;
        result = vault_rail_payees(paymaster->vault, &paymaster->arena, (int64_t)rail, after,
                                   PAYEES_PAGE, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = rows[i].member;
            result = item_due(paymaster, &rows[i], &cents);
            if (result != OK || cents == 0)
                continue;
            result = withhold_of(paymaster, &rates, year, after, rows[i].form, cents, &withheld);
            due->payees++;
            due->cents += cents - withheld;
            due->withheld += withheld;
            if (result == OK && batch != NULL)
                result = item_plan(paymaster, batch, &rows[i], cents, withheld);
        }
        arena_reset(&paymaster->arena, mark);
    }
    return result;
}

enum result payout_preview(struct paymaster *paymaster, enum rail rail, struct payout_due *due)
{
    return payees_walk(paymaster, rail, NULL, due);
}

static enum result batch_plan(struct paymaster *paymaster, enum rail rail, int64_t number,
                              uint8_t batch[16], struct payout_due *due)
{
    uint8_t none[16] = {0};
    account_payout_id(&paymaster->key, "batch", none, number, batch);
    enum result result = vault_rail_batch_add(paymaster->vault, bytes_of(batch, 16), number,
                                              (int64_t)rail, clock_now_ms() / 1000);
    return result == OK ? payees_walk(paymaster, rail, batch, due) : result;
}

/* --- the list --- */

enum result payout_list(struct paymaster *paymaster, const uint8_t batch[16], struct buf *list)
{
    struct vault_rail_batch_find_row row;
    struct vault_rail_items_row *items;
    size_t count;
    enum result result =
        vault_rail_batch_find(paymaster->vault, &paymaster->arena, bytes_of(batch, 16), &row);
    if (result == OK)
        result = vault_rail_items(paymaster->vault, &paymaster->arena, bytes_of(batch, 16), &items,
                                  &count);
    if (result != OK)
        return result;
    buf_format(list, "curbside/rail/v1\nbatch ");
    buf_hex(list, bytes_of(batch, 16));
    buf_format(list, "\nrail %s\ntick %lld\n", rail_name((int)row.rail), (long long)row.tick_s);
    for (size_t i = 0; i < count; i++) {
        buf_hex(list, items[i].transfer);
        buf_format(list, " %lld %lld", (long long)items[i].member, (long long)items[i].cents);
        if (items[i].charity.size > 0)
            buf_format(list, " %.*s", (int)items[i].charity.size, items[i].charity.data);
        buf_char(list, '\n');
    }
    return OK;
}

/* --- holding --- */

static struct leaf_transfer transfer_make(const struct paymaster *paymaster, enum rail rail,
                                          int64_t member, int64_t cents)
{
    struct leaf_transfer transfer = {
        .amount = (uint64_t)cents, .exponent = LEDGER_EXPONENT, .code = TRANSFER_PAYOUT};
    memcpy(transfer.currency, LEDGER_CURRENCY, 3);
    account_member(&paymaster->key, member, transfer.debit);
    account_transit(&paymaster->key, (int64_t)rail, transfer.credit);
    return transfer;
}

/* What is withheld beside a payout: between other accounts, under ids of its own. */
static struct leaf_transfer withheld_make(const struct paymaster *paymaster, const uint8_t hold[16],
                                          int64_t member, int64_t cents)
{
    struct leaf_transfer transfer = transfer_make(paymaster, RAIL_NONE, member, cents);
    transfer.code = TRANSFER_WITHHELD;
    account_single(&paymaster->key, ACCOUNT_WITHHELD, transfer.credit);
    account_payout_id(&paymaster->key, "withheld", hold, 0, transfer.id);
    return transfer;
}

/* Append a transfer that may be there already. */
static enum result transfer_write(struct paymaster *paymaster, uint8_t flags,
                                  const struct leaf_transfer *transfer)
{
    enum book_answer answer;
    uint64_t seq;
    enum result result = writer_transfer(&paymaster->writer, flags, transfer, &answer, &seq);
    if (result == OK && answer != BOOK_CREATED && answer != BOOK_EXISTS) {
        trace_fail("payout", "refused: %s", book_answer_name(answer));
        result = BROKEN;
    }
    return result;
}

static enum result account_write(struct paymaster *paymaster, uint32_t code, const uint8_t id[16])
{
    struct leaf_account account = account_leaf(code, id);
    return writer_account(&paymaster->writer, &account);
}

/* The hold of one item, and beside it what is withheld. */
static enum result item_hold(struct paymaster *paymaster, enum rail rail, const uint8_t batch[16],
                             const struct vault_rail_items_row *item)
{
    struct leaf_transfer hold = transfer_make(paymaster, rail, item->member, item->cents);
    uint8_t account[16];
    memcpy(hold.id, item->transfer.data, 16);
    memcpy(hold.ref, batch, 16);
    hold.timeout = (uint32_t)(conf_int("payout.file_days") * (DAY_MS / 1000));
    enum result result = transfer_write(paymaster, TRANSFER_PENDING, &hold);
    if (result != OK || item->withheld == 0)
        return result;
    account_single(&paymaster->key, ACCOUNT_WITHHELD, account);
    result = account_write(paymaster, ACCOUNT_WITHHELD, account);
    struct leaf_transfer withheld =
        withheld_make(paymaster, item->transfer.data, item->member, item->withheld);
    memcpy(withheld.ref, batch, 16);
    withheld.timeout = hold.timeout;
    return result == OK ? transfer_write(paymaster, TRANSFER_PENDING, &withheld) : result;
}

/* Inside the writer's batch: account, holds, close. *done: they were there already. */
static enum result batch_write(struct paymaster *paymaster, const uint8_t batch[16], bool *done)
{
    struct vault_rail_batch_find_row row;
    struct vault_rail_items_row *items;
    uint64_t there;
    struct leaf close = {.kind = LEAF_CLOSE};
    struct buf list;
    uint8_t transit[16];
    size_t count = 0;
    enum result result =
        vault_rail_batch_find(paymaster->vault, &paymaster->arena, bytes_of(batch, 16), &row);
    if (result == OK)
        result = vault_rail_items(paymaster->vault, &paymaster->arena, bytes_of(batch, 16), &items,
                                  &count);
    if (result != OK || count == 0)
        return result == OK ? BROKEN : result;
    /* One commit holds all of them: the first says whether it happened. */
    result = book_transfer(&paymaster->writer.book, items[0].transfer.data, &there);
    *done = result == OK;
    if (result != NOT_FOUND)
        return result;
    account_transit(&paymaster->key, row.rail, transit);
    result = account_write(paymaster, ACCOUNT_TRANSIT, transit);
    for (size_t i = 0; i < count && result == OK; i++) {
        result = item_hold(paymaster, (enum rail)row.rail, batch, &items[i]);
        close.close.total += (uint64_t)items[i].cents;
    }
    buf_open(&list, &paymaster->arena, 4096);
    if (result == OK)
        result = payout_list(paymaster, batch, &list);
    if (result != OK)
        return result;
    memcpy(close.close.batch, batch, 16);
    close.close.rail = (uint16_t)row.rail;
    close.close.count = (uint32_t)count;
    seal_sha256(close.close.instructions, buf_bytes(&list), NO_BYTES);
    return writer_add(&paymaster->writer, &close);
}

static enum result batch_hold(struct paymaster *paymaster, const uint8_t batch[16])
{
    bool done = false;
    enum result result = writer_begin(&paymaster->writer);
    if (result != OK)
        return result;
    result = batch_write(paymaster, batch, &done);
    if (result == OK && !done)
        result = writer_commit(&paymaster->writer);
    else
        writer_rollback(&paymaster->writer);
    return result == OK ? vault_rail_batch_held(paymaster->vault, bytes_of(batch, 16)) : result;
}

enum result payout_close(struct paymaster *paymaster, enum rail rail, uint8_t batch[16])
{
    struct vault_rail_batch_last_row last = {0};
    struct payout_due due;
    if (rail <= RAIL_NONE || rail >= RAIL_COUNT)
        return INVALID;
    if (paymaster->close != NULL)
        return BUSY;
    enum result result = vault_rail_batch_last(paymaster->vault, &paymaster->arena, &last);
    if (result == OK && last.state == BATCH_PLANNED) {
        memcpy(batch, last.id.data, 16);
        return batch_hold(paymaster, batch);
    }
    if (result == OK || result == NOT_FOUND)
        result = db_begin(paymaster->vault);
    if (result != OK)
        return result;
    result = batch_plan(paymaster, rail, last.number + 1, batch, &due);
    if (result == OK && due.payees == 0)
        result = NOT_FOUND;
    if (result == OK)
        result = db_commit(paymaster->vault);
    else
        db_rollback(paymaster->vault);
    return result == OK ? batch_hold(paymaster, batch) : result;
}

/* --- the file --- */

enum result payout_export(struct paymaster *paymaster, const uint8_t batch[16],
                          const uint8_t sha256[32], uint64_t size)
{
    struct vault_rail_batch_find_row row;
    struct leaf leaf = {.kind = LEAF_EXPORT, .export = {.size = size}};
    enum result result =
        vault_rail_batch_find(paymaster->vault, &paymaster->arena, bytes_of(batch, 16), &row);
    if (result != OK)
        return result;
    if (row.state == BATCH_EXPORTED)
        return row.sha256.size == 32 && memcmp(row.sha256.data, sha256, 32) == 0 ? OK : CONFLICT;
    if (row.expired)
        return STALE;
    if (row.state != BATCH_HELD || size == 0)
        return INVALID;
    if (paymaster->close != NULL)
        return BUSY;
    memcpy(leaf.export.batch, batch, 16);
    memcpy(leaf.export.sha256, sha256, 32);
    result = writer_begin(&paymaster->writer);
    if (result != OK)
        return result;
    /* The vault first, with the leaf that is meant: a start finds out whether it was written. */
    result = vault_rail_batch_exporting(paymaster->vault, bytes_of(batch, 16), bytes_of(sha256, 32),
                                        (int64_t)writer_size(&paymaster->writer));
    if (result == OK)
        result = writer_add(&paymaster->writer, &leaf);
    if (result == OK)
        return writer_commit(&paymaster->writer);
    writer_rollback(&paymaster->writer);
    return result;
}

/* --- the bank's answers --- */

/* The one hold whose id begins with these digits. */
static enum result item_find(struct paymaster *paymaster, struct text id,
                             struct vault_rail_item_find_row *item)
{
    struct vault_rail_item_find_row *rows;
    char low[33], high[33];
    size_t count;
    if (id.size != HEX_SHORT && id.size != 32)
        return INVALID;
    memset(low, '0', 32);
    memset(high, 'f', 32);
    memcpy(low, id.data, id.size);
    memcpy(high, id.data, id.size);
    struct bytes from = hex_read(&paymaster->arena, (struct text){low, 32});
    struct bytes to = hex_read(&paymaster->arena, (struct text){high, 32});
    if (from.data == NULL || to.data == NULL)
        return INVALID;
    enum result result =
        vault_rail_item_find(paymaster->vault, &paymaster->arena, from, to, &rows, &count);
    if (result == OK && count != 1)
        result = NOT_FOUND;
    if (result == OK)
        *item = rows[0];
    return result;
}

/* What is withheld beside it ends the same way, and stays the tax office's or is the member's. */
static enum result withheld_end(struct paymaster *paymaster,
                                const struct vault_rail_item_find_row *item, bool paid)
{
    struct leaf_transfer end =
        withheld_make(paymaster, item->transfer.data, item->member, item->withheld);
    memcpy(end.pending, end.id, 16);
    memcpy(end.ref, item->batch.data, 16);
    account_payout_id(&paymaster->key, "withheld end", item->transfer.data, 0, end.id);
    return transfer_write(paymaster, paid ? TRANSFER_POST : TRANSFER_VOID, &end);
}

/* Post the hold and let the money leave the bank's account, or void it. */
static enum result item_write(struct paymaster *paymaster, enum rail rail,
                              const struct vault_rail_item_find_row *item, bool paid)
{
    struct leaf_transfer end = transfer_make(paymaster, rail, item->member, item->cents), out;
    memcpy(end.pending, item->transfer.data, 16);
    memcpy(end.ref, item->batch.data, 16);
    account_payout_id(&paymaster->key, "end", item->transfer.data, 0, end.id);
    enum result result = transfer_write(paymaster, paid ? TRANSFER_POST : TRANSFER_VOID, &end);
    if (result == OK && item->withheld > 0)
        result = withheld_end(paymaster, item, paid);
    if (result != OK || !paid)
        return result;
    out = end;
    memset(out.pending, 0, 16);
    memcpy(out.debit, end.credit, 16);
    account_bank(&paymaster->key, out.credit);
    account_payout_id(&paymaster->key, "out", item->transfer.data, 0, out.id);
    return transfer_write(paymaster, 0, &out);
}

enum result payout_answer(struct paymaster *paymaster, const struct rail_answer *answer)
{
    struct vault_rail_batch_find_row batch;
    struct vault_rail_item_find_row item;
    int64_t state = answer->paid ? ITEM_PAID : ITEM_BACK;
    enum result result = item_find(paymaster, answer->id, &item);
    if (result == OK)
        result = vault_rail_batch_find(paymaster->vault, &paymaster->arena, item.batch, &batch);
    if (result != OK)
        return result;
    if (item.state != ITEM_ON_ITS_WAY)
        return item.state == state ? OK : CONFLICT;
    if (batch.state != BATCH_EXPORTED)
        return INVALID; /* no bank can know of it yet */
    if (paymaster->close != NULL)
        return BUSY;
    result = writer_begin(&paymaster->writer);
    if (result != OK)
        return result;
    result = item_write(paymaster, (enum rail)batch.rail, &item, answer->paid);
    if (result == OK)
        result = writer_commit(&paymaster->writer);
    else
        writer_rollback(&paymaster->writer);
    return result == OK ? vault_rail_item_end(paymaster->vault, item.transfer, state,
                                              answer->reason, clock_now_ms())
                        : result;
}

/* --- batches nobody made a file of --- */

static enum result hold_expire(struct paymaster *paymaster, struct bytes hold)
{
    uint64_t seq;
    enum book_answer answer;
    enum result result = book_transfer(&paymaster->writer.book, hold.data, &seq);
    if (result == OK)
        result = writer_expire(&paymaster->writer, &paymaster->key, seq, &answer);
    if (result == OK && answer != BOOK_CREATED && answer != BOOK_EXISTS) {
        trace_fail("payout", "expiry refused: %s", book_answer_name(answer));
        result = BROKEN;
    }
    return result;
}

static enum result item_expire(struct paymaster *paymaster, const struct vault_rail_items_row *item)
{
    uint8_t withheld[16];
    enum result result = hold_expire(paymaster, item->transfer);
    if (result != OK || item->withheld == 0)
        return result;
    account_payout_id(&paymaster->key, "withheld", item->transfer.data, 0, withheld);
    return hold_expire(paymaster, bytes_of(withheld, sizeof withheld));
}

/* First the ledger, then the vault: a crash between the two finds the voids there already. */
static enum result batch_expire(struct paymaster *paymaster, struct bytes batch)
{
    struct vault_rail_items_row *items;
    size_t count;
    enum result result =
        vault_rail_items(paymaster->vault, &paymaster->arena, batch, &items, &count);
    if (result == OK)
        result = writer_begin(&paymaster->writer);
    if (result != OK)
        return result;
    for (size_t i = 0; i < count && result == OK; i++)
        result = item_expire(paymaster, &items[i]);
    if (result != OK) {
        writer_rollback(&paymaster->writer);
        return result;
    }
    result = writer_commit(&paymaster->writer);
    if (result == OK)
        result = db_begin(paymaster->vault);
    if (result != OK)
        return result;
    result = vault_rail_batch_expire(paymaster->vault, batch);
    for (size_t i = 0; i < count && result == OK; i++)
        result = vault_rail_item_end(paymaster->vault, items[i].transfer, ITEM_BACK,
                                     TEXT("expired"), clock_now_ms());
    if (result == OK)
        return db_commit(paymaster->vault);
    db_rollback(paymaster->vault);
    return result;
}

enum result payout_expire(struct paymaster *paymaster)
{
    struct vault_rail_batches_late_row *rows;
    size_t count, mark = paymaster->arena.used, expired = 0;
    int64_t before_s = clock_now_ms() / 1000 - conf_int("payout.file_days") * (DAY_MS / 1000);
    enum result result =
        vault_rail_batches_late(paymaster->vault, &paymaster->arena, before_s, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        result = batch_expire(paymaster, rows[i].id);
        expired += result == OK;
        if (result == NOT_FOUND)
            result = OK; /* held later than planned: not over yet */
    }
    arena_reset(&paymaster->arena, mark);
    return result == OK && expired > 0 ? statement_catch_up(paymaster) : result;
}
