#include "ledger/batch.h"

#include "core/clock.h"
#include "core/conf.h"
#include "core/operation.h"
#include "core/trace.h"
#include "ledger/file.h"
#include "ledger/payout.h"

enum { OPERATIONS_SHOWN = 20, BATCHES_SHOWN = 24 };
enum { OPERATION_DONE = 3, OPERATION_FELL_OUT = 4 };

static void number_write(uint8_t out[8], int64_t number)
{
    for (size_t i = 0; i < 8; i++)
        out[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
}

static void digest_of(uint8_t digest[DIGEST_SIZE], int64_t number, int64_t rail,
                      const struct payout_due *due)
{
    uint8_t parts[3][8];
    number_write(parts[0], rail);
    number_write(parts[1], due->payees);
    number_write(parts[2], due->cents);
    const struct bytes all[] = {bytes_of(parts[0], 8), bytes_of(parts[1], 8),
                                bytes_of(parts[2], 8)};
    operation_digest(digest, OPERATION_PAYOUT, number, all, 3);
}

static enum result propose(struct paymaster *paymaster, int64_t rail, int64_t member)
{
    struct payout_due due;
    struct vault_operation_next_row next;
    uint8_t digest[DIGEST_SIZE];
    enum result result = payout_preview(paymaster, (enum rail)rail, &due);
    if (result == OK && due.payees == 0)
        result = NOT_FOUND;
    if (result == OK)
        result = vault_operation_next(paymaster->vault, &paymaster->arena, &next);
    if (result == OK)
        result = db_begin(paymaster->vault);
    if (result != OK)
        return result;
    digest_of(digest, next.number, rail, &due);
    result = vault_operation_drop_waiting(paymaster->vault, rail);
    if (result == OK)
        result = vault_operation_add(paymaster->vault, next.number, rail, due.payees, due.cents,
                                     bytes_of(digest, DIGEST_SIZE), member, clock_now_ms());
    if (result == OK)
        return db_commit(paymaster->vault);
    db_rollback(paymaster->vault);
    return result;
}

/* --- what is shown --- */

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

static enum result operations_list(struct paymaster *paymaster, int64_t member,
                                   struct reply_payouts *list)
{
    struct vault_operations_row *rows;
    size_t count;
    enum result result =
        vault_operations(paymaster->vault, &paymaster->arena, OPERATIONS_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    list->operations = arena_array(&paymaster->arena, struct record_operation, count + 1);
    list->operations_count = count;
    for (size_t i = 0; i < count; i++)
        list->operations[i] = (struct record_operation){
            .number = rows[i].number,
            .rail = rows[i].rail,
            .payees = rows[i].payees,
            .cents = rows[i].cents,
            .digest = hex_of(&paymaster->arena, rows[i].digest),
            .own = rows[i].proposed_by == member,
            .at_ms = rows[i].at_ms,
            .state = rows[i].state,
        };
    return OK;
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

enum result batch_command(struct paymaster *paymaster, const struct command *command,
                          const struct vault_actor *actor, struct buf *reply)
{
    struct reply_payouts list = {0};
    if (command->kind == COMMAND_PAYOUT_PROPOSE)
        return actor->role == 3 ? propose(paymaster, command->payout_propose.rail, actor->member)
                                : REFUSED;
    enum result result = dues_list(paymaster, &list);
    if (result == OK)
        result = operations_list(paymaster, actor->member, &list);
    if (result == OK)
        result = batches_list(paymaster, &list);
    if (result == OK)
        reply_payouts_write(reply, &list);
    return result;
}

/* --- doing it --- */

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

/* Closed by a batch that a crash left planned, this one is done when that one is. */
static enum result operation_do(struct paymaster *paymaster,
                                const struct vault_operation_confirmed_row *operation)
{
    struct payout_due due;
    uint8_t batch[16];
    enum result result = payout_preview(paymaster, (enum rail)operation->rail, &due);
    if (result != OK)
        return result;
    if (due.payees != operation->payees || due.cents != operation->cents) {
        trace_warn("payout", "operation=%lld is no longer what was confirmed",
                   (long long)operation->number);
        return vault_operation_end(paymaster->vault, operation->number, OPERATION_FELL_OUT);
    }
    result = batch_make(paymaster, (enum rail)operation->rail, batch);
    return result == OK ? vault_operation_end(paymaster->vault, operation->number, OPERATION_DONE)
                        : result;
}

enum result batch_confirmed(struct paymaster *paymaster)
{
    struct vault_operation_confirmed_row operation;
    enum result result = vault_operation_confirmed(paymaster->vault, &paymaster->arena, &operation);
    if (result == OK && paymaster->close != NULL)
        return OK; /* when the month is closed */
    while (result == OK) {
        result = operation_do(paymaster, &operation);
        if (result == OK)
            result = vault_operation_confirmed(paymaster->vault, &paymaster->arena, &operation);
    }
    return result == NOT_FOUND ? OK : result;
}
