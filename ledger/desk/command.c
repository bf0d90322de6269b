#include <assert.h>
#include <string.h>

#include "core/clock.h"
#include "core/trace.h"
#include "ledger/payout/batch.h"
#include "ledger/reward/breaker.h"
#include "ledger/reward/held.h"
#include "ledger/ledger.h"
#include "ledger/reward/month_found.h"
#include "ledger/payout/payout.h"
#include "ledger/close/preview.h"
#include "ledger/close/reverse.h"
#include "ledger/payout/unblind.h"
#include "ledger/payout/withhold.h"
#include "schema/book.h"

/* Commands that are not about one campaign: the batch, periods, the explorer. Whoever asks, the
 * session decides what he may. */

enum { PERIODS_MOST = 120, CLOSE_MS_MAX = 3000 };

static bool is_admin(const struct vault_actor *actor)
{
    return actor->role == 3 || actor->role == 0;
}

static enum result tick_command(struct paymaster *paymaster)
{
    return paymaster->close != NULL ? BUSY : commit_tick(paymaster);
}

/* UNKNOWN: it is being closed, and goes on by itself; asking again later says how it went. */
static enum result period_close(struct paymaster *paymaster, struct text name)
{
    bool closed;
    enum result result = close_start(paymaster, name, &closed);
    if (result == OK && !closed)
        result = close_run(paymaster, CLOSE_MS_MAX, &closed);
    return result == OK && !closed ? UNKNOWN : result;
}

static enum result periods_list(struct paymaster *paymaster, struct buf *reply)
{
    struct vault_periods_row *rows;
    struct reply_periods list = {0};
    size_t count;
    enum result result =
        vault_periods(paymaster->vault, &paymaster->arena, PERIODS_MOST - 1, &rows, &count);
    if (result != OK)
        return result;
    list.periods = arena_array(&paymaster->arena, struct record_period, count + 1);
    for (size_t i = 0; i < count; i++)
        list.periods[i] = (struct record_period){
            .name = rows[i].name,
            .closed = rows[i].state == 3,
            .payees = rows[i].state == 3 ? rows[i].payees : 0,
            .cents = rows[i].state == 3 ? rows[i].cents : 0,
            .closed_ms = rows[i].closed_ms,
        };
    for (size_t i = 0; i < count; i++)
        if (!list.periods[i].closed)
            close_progress(paymaster, &list.periods[i].done, &list.periods[i].all);
    list.periods_count = count;
    /* The month that has ended and that nobody has begun to close has no row yet. */
    struct text due;
    int64_t start_ms;
    result = close_due(paymaster, &paymaster->arena, &due, &start_ms);
    if (result == OK && (count == 0 || !text_equal(rows[0].name, due))) {
        memmove(&list.periods[1], &list.periods[0], count * sizeof(struct record_period));
        list.periods[0] = (struct record_period){.name = due};
        list.periods_count++;
    }
    if (result != OK && result != NOT_FOUND)
        return result;
    reply_periods_write(reply, &list);
    return OK;
}

static enum result page_entry(struct paymaster *paymaster, const struct log_entry *entry,
                              struct record_ledger_entry *one)
{
    struct leaf leaf;
    struct buf hash;
    if (leaf_decode(entry->body, &leaf, NULL) != OK)
        return BROKEN;
    buf_open(&hash, &paymaster->arena, 80);
    buf_hex(&hash, bytes_of(entry->digest, 32));
    *one = (struct record_ledger_entry){
        .seq = (int64_t)leaf.seq,
        .kind = text_of(leaf_kind_name((int)leaf.kind)),
        .tick_ms = (int64_t)leaf.tick * 1000,
        .summary = ledger_leaf_summary(&paymaster->arena, &leaf),
        .leaf_hash = buf_done(&hash),
    };
    return OK;
}

/* The newest before a place. */
static enum result page_entries(struct paymaster *paymaster, int64_t before, int64_t most,
                                struct reply_ledger_page *out)
{
    struct log_entry *entries;
    size_t count;
    int64_t first = before > most ? before - most : 0;
    enum result result = log_read(paymaster->ledger, &paymaster->arena, first,
                                  (size_t)(before - first), &entries, &count);
    for (size_t i = 0; i < count && result == OK; i++)
        result =
            page_entry(paymaster, &entries[count - 1 - i], &out->entries[out->entries_count++]);
    return result;
}

/* The same of transfers alone, which most entries are not: promises and padding. */
static enum result page_transfers(struct paymaster *paymaster, int64_t before, int64_t most,
                                  struct reply_ledger_page *out)
{
    struct book_transfers_before_row *rows;
    size_t count, read = 1;
    enum result result = book_transfers_before(paymaster->writer.book.db, &paymaster->arena, before,
                                               most, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        struct log_entry *entry;
        result = log_read(paymaster->ledger, &paymaster->arena, rows[i].seq, 1, &entry, &read);
        if (result == OK)
            result = read == 1 ? page_entry(paymaster, entry, &out->entries[out->entries_count++])
                               : BROKEN;
    }
    return result;
}

static enum result ledger_page(struct paymaster *paymaster, const struct command_ledger_page *page,
                               struct buf *reply)
{
    struct vault_checkpoint_last_row last = {0};
    struct vault_checkpoint_cosigned_row seen = {0};
    struct reply_ledger_page out = {0};
    struct buf root;
    uint8_t hash[32];
    if (page->before < 0)
        return INVALID;
    const int64_t size = (int64_t)writer_size(&paymaster->writer);
    const int64_t before = page->before > 0 && page->before < size ? page->before : size;
    out.entries =
        arena_array(&paymaster->arena, struct record_ledger_entry, (size_t)page->most + 1);
    enum result result =
        (page->money ? page_transfers : page_entries)(paymaster, before, page->most, &out);
    if (result == OK)
        result = vault_checkpoint_last(paymaster->vault, &paymaster->arena, &last);
    if (result == OK)
        result = fold_cursor(&paymaster->fold, &out.journal_cursor);
    if (result == OK)
        result = vault_checkpoint_cosigned(paymaster->vault, &paymaster->arena, &seen);
    if (result != OK && result != NOT_FOUND)
        return result;
    out.cosigned = seen.size;
    out.witnesses = seen.cosigned;
    tree_root(&paymaster->writer.book.tree, hash);
    buf_open(&root, &paymaster->arena, 80);
    buf_hex(&root, bytes_of(hash, 32));
    out.size = size;
    out.root = buf_done(&root);
    out.origin = paymaster->signer.key.name;
    out.checkpoint_ms = last.at_ms;
    reply_ledger_page_write(reply, &out);
    return OK;
}

static enum result rule_active(struct paymaster *paymaster, struct text name, struct buf *reply)
{
    struct vault_rule_current_row row;
    enum result result = vault_rule_current(paymaster->vault, &paymaster->arena, name, &row);
    if (result != OK)
        return result;
    struct reply_rule_active active = {row.script};
    reply_rule_active_write(reply, &active);
    return OK;
}

/* Looked over for the admin who writes it; at most 0.1 s of this program's time. */
static enum result rule_check(struct paymaster *paymaster, const struct command_rule_check *check,
                              struct buf *reply)
{
    enum earmark_kind kind = vault_rule_kind(check->name);
    if (kind == EARMARK_DUMMY)
        return NOT_FOUND;
    reward_rule_report(&paymaster->arena, kind, check->script, reply);
    return OK;
}

/* What the members see of it follows; if that fails it is taken up again later, and what was done
 * stands. */
static enum result payout_told(struct paymaster *paymaster, enum result result)
{
    if (result == OK && statement_catch_up(paymaster) != OK)
        trace_warn("payout", "statements=later");
    return result;
}

/* Money that leaves. */
static enum result payout_command(struct paymaster *paymaster, const struct command *command,
                                  struct buf *reply)
{
    const struct command_payout_export *made = &command->payout_export;
    const struct command_payout_answer *said = &command->payout_answer;
    struct reply_payout_batch answer;
    struct bytes sha256;
    struct buf hex;
    uint8_t batch[16];
    enum result result;
    switch (command->kind) {
    case COMMAND_PAYOUT_CLOSE:
        result = breaker_check(paymaster);
        if (result == OK)
            result = batch_make(paymaster, (enum rail)command->payout_close.rail, batch);
        buf_open(&hex, &paymaster->arena, 40);
        buf_hex(&hex, bytes_of(batch, result == OK ? 16 : 0));
        answer.batch = buf_done(&hex);
        if (result == OK)
            reply_payout_batch_write(reply, &answer);
        return result;
    case COMMAND_PAYOUT_EXPORT:
        sha256 = hex_read(&paymaster->arena, made->sha256);
        if (!campaign_id_read(&paymaster->arena, made->batch, batch) || sha256.data == NULL ||
            sha256.size != 32 || made->size < 1)
            return INVALID;
        return payout_export(paymaster, batch, sha256.data, (uint64_t)made->size);
    case COMMAND_REWARD_REVERSE:
        return reward_reverse(paymaster, command->reward_reverse.leaf, command->reward_reverse.why);
    case COMMAND_PAYMENT_UNBLIND:
        return unblind(paymaster, command->payment_unblind.leaf, command->payment_unblind.reason);
    case COMMAND_WITHHELD_REMIT:
        return withhold_remit(paymaster, command->withheld_remit.cents,
                              command->withheld_remit.reference);
    default:
        return payout_told(
            paymaster,
            payout_answer(paymaster, &(struct rail_answer){said->id, said->paid, said->reason}));
    }
}

static enum result admin_command(struct paymaster *paymaster, const struct command *command,
                                 const struct vault_actor *actor, struct buf *reply)
{
    switch (command->kind) {
    case COMMAND_LEDGER_TICK:
        return tick_command(paymaster);
    case COMMAND_PERIOD_CLOSE:
        return period_close(paymaster, command->period_close.period);
    case COMMAND_PERIOD_PREVIEW:
    case COMMAND_PERIOD_PREVIEW_START:
        return preview_command(paymaster, command->kind == COMMAND_PERIOD_PREVIEW_START, reply);
    case COMMAND_PAYOUTS:
        return batch_list(paymaster, reply);
    case COMMAND_OPERATIONS:
    case COMMAND_OPERATION_WITHDRAW:
    case COMMAND_OPERATION_RETRY:
        return proposal_command(paymaster, command, actor, reply);
    case COMMAND_BREAKER:
    case COMMAND_BREAKER_RESET:
        return breaker_command(paymaster, command, reply);
    case COMMAND_HELD:
    case COMMAND_HELD_DECIDE:
        return held_command(paymaster, command, reply);
    case COMMAND_PERIODS:
        return periods_list(paymaster, reply);
    case COMMAND_LEDGER_PAGE:
        return ledger_page(paymaster, &command->ledger_page, reply);
    case COMMAND_RULE_ACTIVE:
        return rule_active(paymaster, command->rule_active.name, reply);
    case COMMAND_RULE_CHECK:
        return rule_check(paymaster, &command->rule_check, reply);
    case COMMAND_RULE_MONTHS:
        return month_found_reply(paymaster, command->rule_months.proposal, reply);
    default:
        return INVALID;
    }
}

enum result paymaster_run(struct paymaster *paymaster, const struct command *command,
                          const struct vault_actor *actor, struct buf *reply)
{
    switch (command->kind) {
    case COMMAND_CAMPAIGN_OPEN:
    case COMMAND_CAMPAIGN_FUND:
    case COMMAND_CAMPAIGN_REFUND:
    case COMMAND_EARMARK_TERMS:
    case COMMAND_SPONSOR_KEY_ADD:
    case COMMAND_EARMARK_SEAL:
    case COMMAND_CAMPAIGNS:
    case COMMAND_SPONSOR_TOTALS:
    case COMMAND_ALL_CAMPAIGNS:
        return campaign_command(paymaster, command, actor, reply);
    case COMMAND_PAYOUT_CLOSE:
    case COMMAND_REWARD_REVERSE:
        return is_admin(actor) ? payout_command(paymaster, command, reply) : REFUSED;
    case COMMAND_PAYOUT_EXPORT:
    case COMMAND_PAYOUT_ANSWER: /* what banks, makers and tax offices have and say: at the machine
                                 */
    case COMMAND_PAYMENT_UNBLIND:
    case COMMAND_WITHHELD_REMIT:
        return actor->role == 0 ? payout_command(paymaster, command, reply) : REFUSED;
    default:
        return is_admin(actor) ? admin_command(paymaster, command, actor, reply) : REFUSED;
    }
}

enum result paymaster_command(struct paymaster *paymaster, struct bytes message, bool operator_,
                              struct buf *reply)
{
    struct command command;
    struct vault_actor actor;
    enum result result = command_read(message, &paymaster->arena, &command);
    if (result == OK)
        result = vault_actor_of(paymaster, &command, operator_, &actor);
    if (result != OK)
        return result;
    result = proposal_wanted(command.kind, &actor)
                 ? proposal_make(paymaster, &command, &actor, reply)
                 : paymaster_run(paymaster, &command, &actor, reply);
    return command.kind == COMMAND_PAYOUT_CLOSE || command.kind == COMMAND_PERIOD_CLOSE
               ? breaker_refuse(paymaster, result, reply)
               : result;
}
