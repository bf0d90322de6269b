#include "ledger/close/settle.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ledger/close/correct.h"
#include "ledger/reward/held.h"
#include "ledger/earmark/reach.h"
#include "ledger/log/table.h"
#include "ledger/earmark/tranche.h"

enum { EARMARKS_PAGE = 256, CAMPAIGNS_MOST = 100000 };

/* --- before paying --- */

struct due {
    uint8_t campaign[16];
    int64_t member;
    int64_t cents;
};

static int due_order(const void *a, const void *b)
{
    const struct due *x = a, *y = b;
    int order = memcmp(x->campaign, y->campaign, 16);
    if (order != 0)
        return order;
    return x->member < y->member ? -1 : x->member > y->member;
}

/* One payout a campaign and member, with the id that these and the period give. */
static enum result payouts_write(struct paymaster *paymaster, const struct due *due, size_t count,
                                 struct text period)
{
    enum result result = OK;
    for (size_t i = 0; i < count && result == OK;) {
        uint8_t id[16];
        int64_t cents = 0;
        size_t next = i;
        for (; next < count && due_order(&due[i], &due[next]) == 0; next++)
            cents += due[next].cents;
        account_reward_id(&paymaster->key, period, due[i].campaign, due[i].member, 0, id);
        result = vault_payout_add(paymaster->vault, bytes_of(id, 16), period,
                                  bytes_of(due[i].campaign, 16), due[i].member, cents, 0);
        i = next;
    }
    return result;
}

/* Which payout, by id, is the first to an account that is not there yet: its leaf goes before it.
 */
static enum result accounts_plan(struct paymaster *paymaster, struct text period)
{
    struct vault_payouts_row *rows;
    struct table seen = {0};
    size_t count = 0, mark = paymaster->arena.used;
    enum result result = vault_payouts(paymaster->vault, &paymaster->arena, period, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        struct book_account account;
        uint8_t id[16];
        bool first;
        account_member(&paymaster->key, rows[i].member, id);
        (void)table_put(&seen, id, &first);
        if (!first)
            continue;
        arena_reset(&paymaster->book_arena, 0);
        result = book_account(&paymaster->writer.book, id, &account);
        if (result == NOT_FOUND)
            result = vault_payout_opens(paymaster->vault, rows[i].id);
    }
    table_close(&seen);
    arena_reset(&paymaster->arena, mark);
    return result;
}

static enum result plan_write(struct paymaster *paymaster, struct evaluation *evaluation,
                              struct text period, struct due *due, struct corrections *corrections)
{
    const struct reward_item *items;
    const struct reward_earmark *earmarks;
    struct plan plan;
    size_t count = reward_items(evaluation->reward, &items);
    size_t earmark_count = reward_earmarks(evaluation->reward, &earmarks);
    enum result result = OK;
    for (size_t i = 0; i < count && result == OK; i++) {
        const struct reward_earmark *earmark = &earmarks[items[i].earmark];
        due[i] = (struct due){.member = items[i].member, .cents = items[i].cents};
        memcpy(due[i].campaign, earmark->terms.campaign, 16);
        result = vault_item_add(paymaster->vault, period, earmark->id, items[i].member,
                                bytes_of(earmark->terms.campaign, 16), items[i].cents);
    }
    /* All that were evaluated are closed with this period, whether they paid or not. */
    for (size_t i = 0; i < earmark_count && result == OK; i++)
        result = vault_earmark_close(paymaster->vault, earmarks[i].id, period);
    if (count > 1)
        qsort(due, count, sizeof *due, due_order);
    if (result == OK)
        result = payouts_write(paymaster, due, count, period);
    if (result == OK)
        result = reach_write(paymaster, evaluation, period);
    if (result == OK)
        result = held_resolve(paymaster, evaluation->reward, period);
    if (result == OK)
        result = corrections_fit(paymaster, corrections, period, NULL, false);
    if (result == OK)
        result = corrections_plan(paymaster, corrections, period);
    if (result == OK)
        result = accounts_plan(paymaster, period);
    if (result == OK)
        result = plan_open(paymaster, &plan, period);
    if (result != OK)
        return result;
    int64_t first = (int64_t)writer_size(&paymaster->writer);
    result = vault_period_planned(paymaster->vault, period, first, first + (int64_t)plan.padded,
                                  (int64_t)plan.payout_count, plan.cents);
    plan_close(&plan);
    return result;
}

enum result settle_plan(struct paymaster *paymaster, struct evaluation *evaluation,
                        struct text period)
{
    const struct reward_item *items;
    size_t count = reward_items(evaluation->reward, &items);
    struct corrections corrections = {0};
    struct due *due = calloc(count + 1, sizeof *due);
    assert(due != NULL);
    enum result result = corrections_judge(paymaster, &corrections, NO_TEXT);
    if (result == OK)
        result = db_begin(paymaster->vault);
    if (result == OK) {
        result = plan_write(paymaster, evaluation, period, due, &corrections);
        if (result == OK)
            result = db_commit(paymaster->vault);
        else
            db_rollback(paymaster->vault);
    }
    free(due);
    corrections_close(&corrections);
    return result;
}

/* --- after paying --- */

/* What is left of an earmark whose sponsor wants it to last longer goes on as a new one, under a
 * new nonce and the house's key for that sponsor: the opening of the old one says nothing of it. */
static enum result carry_on(struct paymaster *paymaster, const struct earmark *old, int64_t id,
                            int64_t spent, int64_t payees, int64_t until_s, int64_t start_s)
{
    struct earmark next = *old;
    uint8_t nonce[EARMARK_NONCE_SIZE], opening[EARMARK_OPENING_SIZE], commitment[32];
    uint8_t number[16] = {0}, request[16], public_key[32], secret_key[64];
    struct vault_campaign_find_row campaign;
    struct vault_earmark_add_row row;
    enum result result = vault_campaign_find(paymaster->vault, &paymaster->arena,
                                             bytes_of(old->campaign, 16), &campaign);
    if (result != OK)
        return result;
    int64_t month_s = clock_month_next(start_s * 1000) / 1000 - 1;
    next.cap -= spent;
    next.payees_max -= payees;
    if (next.amount > next.cap)
        next.amount = next.cap;
    next.valid_from_s = start_s;
    next.valid_to_s = until_s < month_s ? until_s : month_s;
    memcpy(number, &id, sizeof id);
    account_request_id(&paymaster->key, "carried earmark", 0, number, request);
    paymaster_sponsor_key(paymaster, campaign.sponsor, public_key, secret_key);
    memcpy(next.sponsor_key, public_key, sizeof public_key);
    seal_random(nonce, sizeof nonce);
    earmark_write(&next, nonce, secret_key, opening);
    earmark_commitment(opening, commitment);
    struct bytes sealed =
        seal_to(&paymaster->arena, paymaster->box_public, bytes_of(opening, sizeof opening));
    result = vault_earmark_add(paymaster->vault, &paymaster->arena, bytes_of(request, 16),
                               bytes_of(request, 16), bytes_of(commitment, 32), sealed, until_s, 1,
                               &row);
    seal_wipe(secret_key, sizeof secret_key);
    seal_wipe(opening, sizeof opening);
    return result;
}

bool settle_lasts(const struct earmark *terms, int64_t until_s, int64_t spent, int64_t payees,
                  int64_t end_ms)
{
    return until_s * 1000 >= end_ms && spent < terms->cap && payees < terms->payees_max &&
           !(terms->kind == EARMARK_POSTING && payees > 0);
}

static enum result earmark_settle(struct paymaster *paymaster,
                                  const struct vault_earmarks_of_period_row *row,
                                  struct text period, int64_t end_ms)
{
    struct vault_item_spent_row spent;
    struct vault_corrected_with_row corrected;
    struct bytes opening;
    struct earmark terms;
    const char *why;
    enum result result = earmark_open(paymaster, &paymaster->arena, row->sealed, row->commitment,
                                      &opening, &terms, &why);
    if (result == OK)
        result = vault_item_spent(paymaster->vault, &paymaster->arena, row->id, &spent);
    if (result == OK)
        result =
            vault_corrected_with(paymaster->vault, &paymaster->arena, row->id, period, &corrected);
    if (result != OK)
        return result == INVALID ? BROKEN : result;
    spent.cents += corrected.cents;
    spent.payees += corrected.payees;
    bool lasts = settle_lasts(&terms, row->until_s, spent.cents, spent.payees, end_ms);
    if (lasts)
        result = carry_on(paymaster, &terms, row->id, spent.cents, spent.payees, row->until_s,
                          end_ms / 1000);
    if (result == OK)
        result = vault_campaign_closed(paymaster->vault, bytes_of(terms.campaign, 16),
                                       lasts ? spent.cents : terms.cap);
    return result;
}

static enum result earmarks_settle(struct paymaster *paymaster, struct text period, int64_t end_ms)
{
    enum result result = OK;
    int64_t after = 0;
    for (size_t count = EARMARKS_PAGE; count == EARMARKS_PAGE && result == OK;) {
        struct vault_earmarks_of_period_row *rows;
        size_t mark = paymaster->arena.used;
        result = vault_earmarks_of_period(paymaster->vault, &paymaster->arena, period, after,
                                          EARMARKS_PAGE, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = rows[i].leaf_seq;
            result = earmark_settle(paymaster, &rows[i], period, end_ms);
        }
        arena_reset(&paymaster->arena, mark);
    }
    return result;
}

/* A sponsor sees payments only in groups of payees (ledger/earmark/tranche.h). What closed earmarks
 * left over shows as free again only when every payment is shown: otherwise it would tell the sum
 * that is still hidden. */
static enum result tranche_show(struct paymaster *paymaster, struct bytes campaign,
                                struct text period)
{
    struct vault_payouts_hidden_row *rows;
    size_t count;
    struct vault_campaign_find_row before;
    int64_t cents = 0;
    size_t shown = 0;
    enum result result =
        vault_payouts_hidden(paymaster->vault, &paymaster->arena, campaign, &rows, &count);
    if (result == OK)
        result = vault_campaign_find(paymaster->vault, &paymaster->arena, campaign, &before);
    if (result == OK)
        shown = tranche_payees(&(struct tranche){.key = paymaster->key.id_key,
                                                 .campaign = campaign.data,
                                                 .k = conf_int("ledger.k"),
                                                 .kept_back = conf_int("ledger.kept_back"),
                                                 .shown = (size_t)before.shown_payees,
                                                 .hidden = count});
    for (size_t i = 0; i < shown && result == OK; i++) {
        cents += rows[i].cents;
        result = vault_payout_show(paymaster->vault, rows[i].id);
    }
    if (result != OK || shown == 0)
        return result;
    result = vault_tranche_add(paymaster->vault, campaign, period, (int64_t)shown, cents);
    if (result == OK)
        result = vault_campaign_shown(paymaster->vault, campaign, (int64_t)shown, cents);
    if (result == OK && shown == count)
        result = vault_campaign_settle(paymaster->vault, campaign);
    return result;
}

static enum result tranches_show(struct paymaster *paymaster, struct text period)
{
    struct vault_campaigns_of_row *rows;
    size_t count, mark = paymaster->arena.used;
    enum result result =
        vault_campaigns_of(paymaster->vault, &paymaster->arena, 0, CAMPAIGNS_MOST, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++)
        result = tranche_show(paymaster, rows[i].id, period);
    arena_reset(&paymaster->arena, mark);
    return result;
}

static enum result period_settle(struct paymaster *paymaster, const struct plan *plan,
                                 struct text period)
{
    struct vault_period_find_row row;
    enum result result = vault_period_find(paymaster->vault, &paymaster->arena, period, &row);
    for (size_t i = 0; i < plan->payout_count && result == OK; i++)
        result = vault_payout_paid(paymaster->vault, plan->payouts[i].id,
                                   row.first_leaf + (int64_t)plan->payout_place[i]);
    if (result == OK)
        result = earmarks_settle(paymaster, period, row.end_ms);
    if (result == OK)
        result = tranches_show(paymaster, period);
    if (result == OK)
        result = vault_period_closed(paymaster->vault, period, clock_now_ms(),
                                     (int64_t)writer_size(&paymaster->writer));
    return result;
}

enum result settle_period(struct paymaster *paymaster, const struct plan *plan, struct text period)
{
    enum result result = db_begin(paymaster->vault);
    if (result != OK)
        return result;
    result = period_settle(paymaster, plan, period);
    if (result == OK)
        return db_commit(paymaster->vault);
    db_rollback(paymaster->vault);
    return result;
}
