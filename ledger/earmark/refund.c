#include "ledger/earmark/refund.h"

#include <assert.h>
#include <string.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ledger/ledger.h"

enum { DUE_MOST = 20, CAMPAIGN_SIZE = 16 };

int64_t refund_cents(const struct refund *refund)
{
    const struct bytes key = bytes_of(refund->key, KEY_SIZE);
    const struct bytes parts[] = {text_bytes(TEXT("refund")),
                                  bytes_of(refund->campaign, CAMPAIGN_SIZE)};
    const uint64_t width =
        (uint64_t)refund->most * (uint64_t)(refund->kept_back + 1) * REFUND_WIDTH;
    const int64_t unshown = refund->deposit - refund->shown;
    const int64_t hidden = unshown > refund->escrow ? unshown - refund->escrow : 0;
    uint8_t digest[DIGEST_SIZE];
    uint64_t draw;
    assert(refund->most >= 0 && refund->kept_back >= 0 && refund->escrow >= 0);
    seal_digest(digest, &key, parts, 2);
    memcpy(&draw, digest, sizeof draw); /* the remainder is off by less than 2^-20 of any chance */
    const int64_t laid_out = (int64_t)(draw % (width + 1));
    return refund->escrow + (laid_out < hidden ? laid_out : hidden);
}

/* The campaign, if its time has come. */
static enum result refund_find(struct paymaster *paymaster, struct text hex, uint8_t id[16],
                               struct vault_campaign_find_row *campaign)
{
    struct vault_campaign_over_row over;
    int64_t opened_ms = clock_now_ms() - conf_int("ledger.embargo_days") * DAY_MS;
    if (!campaign_id_read(&paymaster->arena, hex, id))
        return INVALID;
    enum result result =
        vault_campaign_find(paymaster->vault, &paymaster->arena, bytes_of(id, 16), campaign);
    if (result == OK && !campaign->has_refund_cents)
        result = vault_campaign_over(paymaster->vault, &paymaster->arena, bytes_of(id, 16),
                                     opened_ms, &over);
    return result;
}

/* What it comes to: as it was meant before a crash, else by the escrow as it stands. */
static enum result refund_make(struct paymaster *paymaster, const uint8_t id[16],
                               const struct vault_campaign_find_row *campaign, int64_t *cents,
                               int64_t *house)
{
    struct book_account escrow;
    uint8_t account[16];
    if (campaign->has_refund_cents) {
        *cents = campaign->refund_cents;
        *house = campaign->refund_house_cents;
        return OK;
    }
    account_escrow(&paymaster->key, id, account);
    arena_reset(&paymaster->book_arena, 0);
    enum result result = book_account(&paymaster->writer.book, account, &escrow);
    if (result != OK)
        return result;
    const struct refund refund = {
        .key = paymaster->key.id_key,
        .campaign = id,
        .kept_back = conf_int("ledger.kept_back"),
        .deposit = campaign->deposit_cents,
        .shown = campaign->shown_cents,
        .escrow = escrow.credits_posted - escrow.debits_posted - escrow.debits_pending,
        .most = campaign->most_cents,
    };
    *cents = refund_cents(&refund);
    *house = *cents - refund.escrow;
    return OK;
}

enum result refund_words(struct paymaster *paymaster, const struct command *command,
                         int64_t by UNUSED, struct text *subject, struct text *words)
{
    const struct command_campaign_refund *refund = &command->campaign_refund;
    struct vault_campaign_find_row campaign;
    int64_t cents, house;
    uint8_t id[16];
    enum result result = refund_find(paymaster, refund->campaign, id, &campaign);
    if (result == OK && campaign.has_refund_leaf)
        return OK;
    if (result == OK)
        result = refund_make(paymaster, id, &campaign, &cents, &house);
    if (result != OK)
        return result;
    *subject = refund->campaign;
    *words = arena_format(&paymaster->arena,
                          "Return %s to the sponsor of the campaign %.8s “%.*s”, which is over",
                          ledger_money(&paymaster->arena, cents).data, refund->campaign.data,
                          (int)campaign.name.size, campaign.name.data);
    return OK;
}

/* One of the two leaves: a transfer, or where it would be of nothing a pad, so that the tree grows
 * the same. */
static enum result leaf_add(struct paymaster *paymaster, uint32_t code, const uint8_t campaign[16],
                            int64_t cents, uint64_t *seq)
{
    struct leaf pad = {.kind = LEAF_PAD};
    struct leaf_transfer transfer = {
        .amount = (uint64_t)cents, .exponent = LEDGER_EXPONENT, .code = code};
    enum book_answer answer;
    bool back = code == TRANSFER_REFUND;
    if (cents == 0) {
        seal_random(pad.pad, sizeof pad.pad);
        enum result result = writer_add(&paymaster->writer, &pad);
        *seq = pad.seq;
        return result;
    }
    memcpy(transfer.ref, campaign, 16);
    memcpy(transfer.currency, LEDGER_CURRENCY, 3);
    account_payout_id(&paymaster->key, back ? "refund" : "house", campaign, 0, transfer.id);
    account_bank(&paymaster->key, back ? transfer.credit : transfer.debit);
    account_escrow(&paymaster->key, campaign, back ? transfer.debit : transfer.credit);
    enum result result = writer_transfer(&paymaster->writer, 0, &transfer, &answer, seq);
    if (result == OK && answer != BOOK_CREATED && answer != BOOK_EXISTS) {
        trace_warn("refund", "refused: %s", book_answer_name(answer));
        result = BROKEN;
    }
    return result;
}

/* A crash may have come before the vault knew of it: the pad in the house's place has no id by
 * which it could be known again, but stands or falls with the transfer after it. (Where both are
 * pads, nothing goes back, and two more do no harm.) */
static enum result refund_write(struct paymaster *paymaster, const uint8_t id[16], int64_t cents,
                                int64_t house, uint64_t *seq)
{
    uint8_t transfer[16];
    enum result result = writer_begin(&paymaster->writer);
    if (result != OK)
        return result;
    account_payout_id(&paymaster->key, "refund", id, 0, transfer);
    result = book_transfer(&paymaster->writer.book, transfer, seq);
    if (result == OK) {
        writer_rollback(&paymaster->writer);
        return OK;
    }
    if (result == NOT_FOUND)
        result = leaf_add(paymaster, TRANSFER_HOUSE, id, house, seq);
    if (result == OK)
        result = leaf_add(paymaster, TRANSFER_REFUND, id, cents, seq);
    if (result == OK)
        return writer_commit(&paymaster->writer);
    writer_rollback(&paymaster->writer);
    return result;
}

enum result campaign_refund(struct paymaster *paymaster, struct text campaign)
{
    struct vault_campaign_find_row row;
    int64_t cents, house;
    uint64_t seq;
    uint8_t id[16];
    if (paymaster->close != NULL)
        return BUSY;
    enum result result = refund_find(paymaster, campaign, id, &row);
    if (result == OK && row.has_refund_leaf)
        return OK;
    if (result == OK)
        result = refund_make(paymaster, id, &row, &cents, &house);
    /* Meant first: once it is in the ledger, the escrow says nothing any more of what it was. */
    if (result == OK && !row.has_refund_cents)
        result =
            vault_campaign_refund(paymaster->vault, bytes_of(id, 16), cents, house, clock_now_ms());
    if (result == OK)
        result = refund_write(paymaster, id, cents, house, &seq);
    if (result == OK)
        result = vault_campaign_refunded(paymaster->vault, bytes_of(id, 16), (int64_t)seq);
    return result;
}

/* As the operator's own, unless it is under way already. */
static enum result refund_ask(struct paymaster *paymaster, struct text campaign)
{
    const struct vault_actor operator_ = {0, 0};
    struct command command = {.kind = COMMAND_CAMPAIGN_REFUND, .campaign_refund = {campaign}};
    struct vault_operation_underway_row underway;
    struct buf reply;
    enum result result = vault_operation_underway(paymaster->vault, &paymaster->arena,
                                                  TEXT("campaign/refund"), campaign, &underway);
    if (result != OK || underway.count > 0)
        return result;
    seal_random(command.request, sizeof command.request);
    buf_open(&reply, &paymaster->arena, 256);
    return proposal_wanted(command.kind, &operator_)
               ? proposal_make(paymaster, &command, &operator_, &reply)
               : campaign_refund(paymaster, campaign);
}

enum result refunds_due(struct paymaster *paymaster)
{
    struct vault_campaigns_over_row *rows;
    size_t count;
    int64_t opened_ms = clock_now_ms() - conf_int("ledger.embargo_days") * DAY_MS;
    enum result result = vault_campaigns_over(paymaster->vault, &paymaster->arena, opened_ms,
                                              DUE_MOST, &rows, &count);
    for (size_t i = 0; result == OK && i < count && paymaster->close == NULL; i++) {
        struct buf hex;
        buf_open(&hex, &paymaster->arena, 40);
        buf_hex(&hex, rows[i].id);
        result = refund_ask(paymaster, buf_done(&hex));
    }
    return result == TOO_MUCH ? OK : result; /* too many proposals wait: at another tick */
}
