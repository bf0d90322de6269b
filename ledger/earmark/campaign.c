#include <assert.h>
#include <string.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ledger/ledger.h"
#include "ledger/earmark/product.h"
#include "ledger/desk/proposal.h"
#include "ledger/earmark/refund.h"

/* Sponsors' campaigns: opened by the sponsor, funded by an admin (Bank -> Escrow). What a sponsor
 * is shown of payments comes in groups of ledger.k payees and says nothing of one act. */

enum { CAMPAIGNS_MOST = 100, TRANCHES_MOST = 60, YEARS_MOST_MS_DAYS = 3660 };
enum { TRANCHES_ALL = 2400 }; /* of all campaigns: the reply is one message (core/socket.h) */

bool campaign_id_read(struct arena *arena, struct text hex, uint8_t id[16])
{
    struct bytes bytes = hex_read(arena, hex);
    if (bytes.data == NULL || bytes.size != 16)
        return false;
    memcpy(id, bytes.data, 16);
    return true;
}

static struct text campaign_id_text(struct arena *arena, struct bytes id)
{
    struct buf hex;
    buf_open(&hex, arena, 40);
    buf_hex(&hex, id);
    return buf_done(&hex);
}

/* The sponsor's key event (once) and the campaign's escrow account, both before anything about an
 * earmark is known. */
static enum result campaign_leaves(struct paymaster *paymaster, int64_t sponsor,
                                   const uint8_t id[16])
{
    struct vault_sponsor_key_find_row known;
    struct leaf leaf = {.kind = LEAF_KEY, .key = {.type = KEY_SPONSOR}};
    uint8_t escrow[16], secret_key[64];
    account_escrow(&paymaster->key, id, escrow);
    struct leaf_account account = account_leaf(ACCOUNT_ESCROW, escrow);
    enum result result =
        vault_sponsor_key_find(paymaster->vault, &paymaster->arena, sponsor, &known);
    bool fresh = result == NOT_FOUND;
    if (fresh) {
        paymaster_sponsor_key(paymaster, sponsor, leaf.key.public_key, secret_key);
        seal_wipe(secret_key, sizeof secret_key);
        result =
            signer_key(&paymaster->signer, KEY_SPONSOR, leaf.key.public_key, leaf.key.signature);
    }
    if (result == OK)
        result = writer_begin(&paymaster->writer);
    if (result != OK)
        return result;
    if (fresh)
        result = writer_add(&paymaster->writer, &leaf);
    if (result == OK)
        result = writer_account(&paymaster->writer, &account);
    if (result == OK)
        result = writer_commit(&paymaster->writer);
    else
        writer_rollback(&paymaster->writer);
    if (result == OK && fresh)
        result = vault_sponsor_key_add(paymaster->vault, sponsor, bytes_of(leaf.key.public_key, 32),
                                       (int64_t)leaf.seq);
    return result;
}

/* What is wrong with them stands in the reply. */
static bool products_hold(struct paymaster *paymaster, struct text lines, struct buf *reply)
{
    struct product products[PRODUCTS_MOST];
    struct reply_problem problem = {.field = TEXT("products")};
    size_t count;
    if (products_read(&paymaster->arena, lines, products, &count, &problem.reason) == OK)
        return true;
    reply_problem_write(reply, &problem);
    return false;
}

static enum result campaign_open(struct paymaster *paymaster, const struct command *command,
                                 const struct vault_actor *actor, struct buf *reply)
{
    const struct command_campaign_open *open = &command->campaign_open;
    struct vault_campaign_find_row there;
    uint8_t id[16];
    if (actor->role != 2)
        return REFUSED;
    struct text name = text_trim(open->name), products = text_trim(open->products);
    struct text product = text_trim(open->product);
    if (name.size == 0 || product.size == 0 || open->starts_ms < 0 ||
        open->ends_ms <= open->starts_ms ||
        open->ends_ms - open->starts_ms > (int64_t)YEARS_MOST_MS_DAYS * DAY_MS ||
        open->deposit_cents < 1 || (uint64_t)open->deposit_cents > LEAF_AMOUNT_MAX)
        return INVALID;
    if (!products_hold(paymaster, products, reply))
        return INVALID;
    account_request_id(&paymaster->key, "campaign", actor->member, command->request, id);
    enum result result =
        vault_campaign_find(paymaster->vault, &paymaster->arena, bytes_of(id, 16), &there);
    if (result == OK &&
        (!text_equal(there.name, name) || !text_equal(there.product, product) ||
         there.starts_ms != open->starts_ms || there.ends_ms != open->ends_ms ||
         there.pledged_cents != open->deposit_cents || !text_equal(there.products, products)))
        return CONFLICT;
    if (result == NOT_FOUND) {
        result = paymaster->close != NULL ? BUSY : campaign_leaves(paymaster, actor->member, id);
        if (result == OK)
            result =
                vault_campaign_add(paymaster->vault, bytes_of(id, 16), actor->member, name, product,
                                   open->starts_ms, open->ends_ms, open->deposit_cents, products);
    }
    struct reply_opened opened = {campaign_id_text(&paymaster->arena, bytes_of(id, 16))};
    if (result == OK)
        reply_opened_write(reply, &opened);
    return result;
}

/* --- deposits --- */

static enum result fund_write(struct paymaster *paymaster, const uint8_t campaign[16],
                              const uint8_t id[16], int64_t cents, uint64_t *seq)
{
    struct leaf_transfer transfer = {
        .amount = (uint64_t)cents, .exponent = LEDGER_EXPONENT, .code = TRANSFER_FUND};
    enum book_answer answer;
    memcpy(transfer.id, id, 16);
    memcpy(transfer.ref, campaign, 16);
    memcpy(transfer.currency, LEDGER_CURRENCY, 3);
    account_bank(&paymaster->key, transfer.debit);
    account_escrow(&paymaster->key, campaign, transfer.credit);
    enum result result = writer_begin(&paymaster->writer);
    if (result != OK)
        return result;
    result = writer_transfer(&paymaster->writer, 0, &transfer, &answer, seq);
    if (result == OK && answer != BOOK_CREATED && answer != BOOK_EXISTS) {
        trace_warn("fund", "refused: %s", book_answer_name(answer));
        result = CONFLICT;
    }
    if (result == OK)
        return writer_commit(&paymaster->writer);
    writer_rollback(&paymaster->writer);
    return result;
}

/* Whether a deposit may be booked as it is asked for. */
static enum result fund_check(struct paymaster *paymaster, const struct command_campaign_fund *fund,
                              uint8_t id[16], struct vault_campaign_find_row *campaign)
{
    if (!campaign_id_read(&paymaster->arena, fund->campaign, id))
        return INVALID;
    if (fund->amount_cents < 1 || (uint64_t)fund->amount_cents > LEAF_AMOUNT_MAX / 4 ||
        fund->amount_cents % conf_int("ledger.fund_unit_cents") != 0)
        return INVALID;
    enum result result =
        vault_campaign_find(paymaster->vault, &paymaster->arena, bytes_of(id, 16), campaign);
    if (result == OK && (uint64_t)campaign->deposit_cents > LEAF_AMOUNT_MAX / 4)
        result = INVALID;
    if (result == OK && campaign->has_refund_cents) /* it is over, and given back */
        result = CONFLICT;
    return result;
}

enum result deposit_words(struct paymaster *paymaster, const struct command *command,
                          int64_t by UNUSED, struct text *subject, struct text *words)
{
    const struct command_campaign_fund *fund = &command->campaign_fund;
    struct vault_campaign_find_row campaign;
    uint8_t id[16];
    enum result result = fund_check(paymaster, fund, id, &campaign);
    if (result != OK)
        return result;
    /* Two deposits of one campaign are two operations. */
    *subject = campaign_id_text(&paymaster->arena, bytes_of(command->request, 16));
    *words = arena_format(&paymaster->arena, "Book a deposit of %s in the campaign %.8s “%.*s”",
                          ledger_money(&paymaster->arena, fund->amount_cents).data,
                          fund->campaign.data, (int)campaign.name.size, campaign.name.data);
    return OK;
}

static enum result campaign_fund(struct paymaster *paymaster, const struct command *command,
                                 const struct vault_actor *actor)
{
    const struct command_campaign_fund *fund = &command->campaign_fund;
    struct vault_campaign_find_row campaign;
    struct vault_fund_find_row there;
    uint8_t id[16], transfer[16];
    uint64_t seq;
    if (actor->role != 3 && actor->role != 0)
        return REFUSED;
    enum result result = fund_check(paymaster, fund, id, &campaign);
    if (result != OK)
        return result;
    account_request_id(&paymaster->key, "fund", actor->member, command->request, transfer);
    result = vault_fund_find(paymaster->vault, &paymaster->arena, bytes_of(transfer, 16), &there);
    if (result == OK)
        return there.cents == fund->amount_cents && memcmp(there.campaign.data, id, 16) == 0
                   ? OK
                   : CONFLICT;
    if (result != NOT_FOUND)
        return result;
    if (paymaster->close != NULL)
        return BUSY;
    /* Ledger first: if we die before the vault knows, the repeated request finds the transfer there
     * and finishes. */
    result = fund_write(paymaster, id, transfer, fund->amount_cents, &seq);
    if (result == OK)
        result = db_begin(paymaster->vault);
    if (result != OK)
        return result;
    result = vault_fund_add(paymaster->vault, bytes_of(transfer, 16), bytes_of(id, 16),
                            fund->amount_cents, (int64_t)seq);
    if (result == OK)
        result = vault_campaign_deposit(paymaster->vault, bytes_of(id, 16), fund->amount_cents);
    if (result == OK)
        return db_commit(paymaster->vault);
    db_rollback(paymaster->vault);
    return result;
}

/* --- what a sponsor (or, for all campaigns, an admin) sees --- */

static enum result campaigns_list(struct paymaster *paymaster, int64_t sponsor, struct buf *reply)
{
    struct vault_campaigns_of_row *rows;
    struct reply_campaigns list = {0};
    size_t count;
    enum result result = vault_campaigns_of(paymaster->vault, &paymaster->arena, sponsor,
                                            CAMPAIGNS_MOST, &rows, &count);
    if (result != OK)
        return result;
    list.campaigns = arena_array(&paymaster->arena, struct record_campaign, count + 1);
    list.campaigns_count = count;
    for (size_t i = 0; i < count; i++)
        list.campaigns[i] = (struct record_campaign){
            .id = campaign_id_text(&paymaster->arena, rows[i].id),
            .name = rows[i].name,
            .product = rows[i].product,
            .starts_ms = rows[i].starts_ms,
            .ends_ms = rows[i].ends_ms,
            .deposit_cents = rows[i].deposit_cents,
            .escrow_cents = rows[i].deposit_cents - rows[i].shown_cents - rows[i].refund_cents,
            .refund_cents = rows[i].refund_cents,
            .refund_ms = rows[i].refund_ms,
            .refund_leaf = rows[i].refund_leaf,
            .paid_cents = rows[i].shown_cents,
            .payees = rows[i].shown_payees,
            .earmarks = rows[i].earmarks,
        };
    reply_campaigns_write(reply, &list);
    return OK;
}

static enum result totals_list(struct paymaster *paymaster, int64_t sponsor, struct buf *reply)
{
    struct vault_campaigns_of_row *rows;
    struct reply_sponsor_totals totals = {0};
    size_t count;
    enum result result = vault_campaigns_of(paymaster->vault, &paymaster->arena, sponsor,
                                            CAMPAIGNS_MOST, &rows, &count);
    if (result != OK)
        return result;
    totals.campaigns = arena_array(&paymaster->arena, struct record_campaign_totals, count + 1);
    totals.campaigns_count = count;
    const int64_t each =
        count * TRANCHES_MOST > TRANCHES_ALL ? TRANCHES_ALL / (int64_t)count : TRANCHES_MOST;
    for (size_t i = 0; i < count && result == OK; i++) {
        struct vault_tranches_row *tranches;
        struct record_campaign_totals *one = &totals.campaigns[i];
        result = vault_tranches(paymaster->vault, &paymaster->arena, rows[i].id, each, &tranches,
                                &one->tranches_count);
        if (result != OK)
            return result;
        one->id = campaign_id_text(&paymaster->arena, rows[i].id);
        one->name = rows[i].name;
        one->deposit_cents = rows[i].deposit_cents;
        one->paid_cents = rows[i].shown_cents;
        one->refund_cents = rows[i].refund_cents;
        one->free_cents = rows[i].refund_leaf > 0 ? 0
                                                  : rows[i].deposit_cents - rows[i].reserved_cents -
                                                        rows[i].settled_cents;
        one->tranches =
            arena_array(&paymaster->arena, struct record_tranche, one->tranches_count + 1);
        for (size_t t = 0; t < one->tranches_count; t++)
            one->tranches[t] =
                (struct record_tranche){tranches[t].period, tranches[t].payees, tranches[t].cents};
    }
    if (result == OK)
        reply_sponsor_totals_write(reply, &totals);
    return result;
}

enum result campaign_command(struct paymaster *paymaster, const struct command *command,
                             const struct vault_actor *actor, struct buf *reply)
{
    switch (command->kind) {
    case COMMAND_CAMPAIGN_OPEN:
        return campaign_open(paymaster, command, actor, reply);
    case COMMAND_CAMPAIGN_FUND:
        return campaign_fund(paymaster, command, actor);
    case COMMAND_CAMPAIGN_REFUND:
        return actor->role == 0 ? campaign_refund(paymaster, command->campaign_refund.campaign)
                                : REFUSED;
    case COMMAND_EARMARK_TERMS:
    case COMMAND_SPONSOR_KEY_ADD:
    case COMMAND_EARMARK_SEAL:
        return actor->role == 2 ? promise_command(paymaster, command, actor, reply) : REFUSED;
    case COMMAND_CAMPAIGNS:
        return actor->role == 2 ? campaigns_list(paymaster, actor->member, reply) : REFUSED;
    case COMMAND_SPONSOR_TOTALS:
        return actor->role == 2 ? totals_list(paymaster, actor->member, reply) : REFUSED;
    case COMMAND_ALL_CAMPAIGNS:
        return actor->role == 3 || actor->role == 0 ? campaigns_list(paymaster, 0, reply) : REFUSED;
    default:
        return INVALID;
    }
}
