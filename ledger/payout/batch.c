#include "ledger/payout/batch.h"

#include "core/clock.h"
#include "core/conf.h"
#include "core/trace.h"
#include "ledger/reward/breaker.h"
#include "ledger/log/file.h"
#include "ledger/ledger.h"
#include "ledger/payout/payout.h"

enum { BATCHES_SHOWN = 24 };

static struct text hex_of(struct arena *arena, struct bytes bytes)
{
    struct buf hex;
    buf_open(&hex, arena, 80);
    buf_hex(&hex, bytes);
    return buf_done(&hex);
}

static enum result dues_list(struct paymaster *paymaster, struct reply_payouts *list)
{
    struct vault_rail_unplaced_row unplaced;
    int64_t released_ms = clock_now_ms() - conf_int("payout.hold_days") * DAY_MS;
    enum result result =
        vault_rail_unplaced(paymaster->vault, &paymaster->arena, released_ms, &unplaced);
    if (result != OK)
        return result;
    list->unplaced = unplaced.members;
    list->unplaced_cents = unplaced.cents;
    list->dues = arena_array(&paymaster->arena, struct record_due, RAIL_CHARITY);
    for (int64_t rail = RAIL_PAIN001; rail < RAIL_CHARITY && result == OK; rail++) {
        struct payout_due due;
        result = payout_preview(paymaster, (enum rail)rail, &due);
        list->dues[list->dues_count++] = (struct record_due){
            .rail = rail, .payees = due.payees, .cents = due.cents, .withheld = due.withheld};
    }
    return result;
}

static enum result batches_list(struct paymaster *paymaster, struct reply_payouts *list)
{
    struct vault_rail_batches_row *rows;
    size_t count;
    enum result result =
        vault_rail_batches(paymaster->vault, &paymaster->arena, BATCHES_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    list->batches = arena_array(&paymaster->arena, struct record_payout_batch, count + 1);
    list->batches_count = count;
    for (size_t i = 0; i < count; i++)
        list->batches[i] = (struct record_payout_batch){
            .id = hex_of(&paymaster->arena, rows[i].id),
            .number = rows[i].number,
            .rail = rows[i].rail,
            .state = rows[i].expired ? 4 : rows[i].state,
            .at_ms = rows[i].tick_s * 1000,
            .payees = rows[i].payees,
            .cents = rows[i].cents,
            .paid = rows[i].paid,
            .paid_cents = rows[i].paid_cents,
            .back = rows[i].back,
            .back_cents = rows[i].back_cents,
        };
    return OK;
}

enum result batch_list(struct paymaster *paymaster, struct buf *reply)
{
    struct reply_payouts list = {0};
    enum result result = dues_list(paymaster, &list);
    if (result == OK)
        result = batches_list(paymaster, &list);
    if (result == OK)
        reply_payouts_write(reply, &list);
    return result;
}

enum result batch_words(struct paymaster *paymaster, const struct command *command,
                        int64_t by UNUSED, struct text *subject, struct text *words)
{
    enum rail rail = (enum rail)command->payout_close.rail;
    struct payout_due due;
    if (rail >= RAIL_CHARITY)
        return INVALID;
    enum result result = breaker_check(paymaster);
    if (result == OK)
        result = payout_preview(paymaster, rail, &due);
    if (result == OK && due.payees == 0)
        result = NOT_FOUND;
    if (result != OK)
        return result;
    *subject = text_of(rail_name((int)rail));
    *words = arena_format(
        &paymaster->arena,
        "Hold %s of %lld %s for one file to the bank (%s), and %s for the tax office",
        ledger_money(&paymaster->arena, due.cents).data, (long long)due.payees,
        due.payees == 1 ? "payee" : "payees", rail_name((int)rail),
        due.withheld > 0 ? ledger_money(&paymaster->arena, due.withheld).data : "nothing");
    return OK;
}

enum result batch_make(struct paymaster *paymaster, enum rail rail, uint8_t batch[16])
{
    struct buf list;
    enum result result = payout_close(paymaster, rail, batch);
    buf_open(&list, &paymaster->arena, 4096);
    if (result == OK)
        result = payout_list(paymaster, batch, &list);
    if (result == OK) {
        struct text name = hex_of(&paymaster->arena, bytes_of(batch, 16));
        result = file_write_private(conf_path("outbox/%.*s.list", (int)name.size, name.data),
                                    buf_bytes(&list));
    }
    /* What the members see of it follows; if that fails it is taken up again later. */
    if (result == OK && statement_catch_up(paymaster) != OK)
        trace_warn("payout", "statements=later");
    return result;
}
