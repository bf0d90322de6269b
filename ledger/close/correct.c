#include "ledger/close/correct.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/log/table.h"

void corrections_close(struct corrections *corrections)
{
    free(corrections->wants);
    free(corrections->parts);
    free(corrections->objections);
    free(corrections->list);
    *corrections = (struct corrections){0};
}

static bool same_month(const char *a, const char *b)
{
    return memcmp(a, b, PERIOD_NAME_SIZE) == 0;
}

/* --- what would have been earned --- */

/* What an earmark gives more than it gave. */
static enum result item_want(struct paymaster *paymaster, struct corrections *corrections,
                             const struct evaluation *evaluation, const struct reward_item *item)
{
    const struct reward_earmark *earmarks;
    struct vault_item_cents_row had;
    (void)reward_earmarks(evaluation->reward, &earmarks);
    const struct reward_earmark *earmark = &earmarks[item->earmark];
    enum result result = vault_item_cents(paymaster->vault, &paymaster->arena, evaluation->period,
                                          earmark->id, item->member, &had);
    if (result != OK || item->cents <= had.cents)
        return result;
    corrections->wants = table_room(corrections->wants, &corrections->want_room,
                                    corrections->want_count + 1, sizeof *corrections->wants);
    struct correct_want *want = &corrections->wants[corrections->want_count++];
    *want = (struct correct_want){.member = item->member,
                                  .earmark = earmark->id,
                                  .cents = item->cents - had.cents,
                                  .fresh = had.cents == 0};
    memcpy(want->corrects, evaluation->period.data, PERIOD_NAME_SIZE);
    memcpy(want->campaign, earmark->terms.campaign, 16);
    return OK;
}

/* A closed month once more, with nothing held against these members. */
static enum result month_judge(struct paymaster *paymaster, struct corrections *corrections,
                               struct text period, const struct correct_objection *objections,
                               size_t count)
{
    struct evaluation evaluation;
    const struct reward_item *items;
    bool done = false;
    enum result result = evaluation_open(paymaster, &evaluation, period, true);
    if (result != OK)
        return result;
    for (size_t i = 0; i < count; i++)
        reward_free(evaluation.reward, objections[i].member);
    while (result == OK && !done)
        result = evaluation_step(paymaster, &evaluation, &done);
    size_t item_count = result == OK ? reward_freed_items(evaluation.reward, &items) : 0;
    for (size_t i = 0; i < item_count && result == OK; i++)
        result = item_want(paymaster, corrections, &evaluation, &items[i]);
    evaluation_close(&evaluation);
    return result;
}

static enum result objections_load(struct paymaster *paymaster, struct corrections *corrections,
                                   struct text paid)
{
    struct vault_objections_granted_row *rows;
    size_t count;
    enum result result = vault_objections_granted(
        paymaster->vault, &paymaster->arena, paid.data == NULL ? TEXT("") : paid, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        corrections->objections =
            table_room(corrections->objections, &corrections->objection_room,
                       corrections->objection_count + 1, sizeof *corrections->objections);
        struct correct_objection *objection =
            &corrections->objections[corrections->objection_count++];
        *objection = (struct correct_objection){.member = rows[i].member};
        assert(rows[i].period.size == PERIOD_NAME_SIZE);
        memcpy(objection->period, rows[i].period.data, PERIOD_NAME_SIZE);
    }
    return result;
}

enum result corrections_judge(struct paymaster *paymaster, struct corrections *corrections,
                              struct text paid)
{
    enum result result = objections_load(paymaster, corrections, paid);
    const struct correct_objection *all = corrections->objections;
    for (size_t i = 0, next; i < corrections->objection_count && result == OK; i = next) {
        next = i + 1;
        while (next < corrections->objection_count && same_month(all[next].period, all[i].period))
            next++;
        result = month_judge(paymaster, corrections, (struct text){all[i].period, PERIOD_NAME_SIZE},
                             &all[i], next - i);
    }
    return result;
}

/* --- what there is for it --- */

struct fit {
    struct paymaster *paymaster;
    struct corrections *corrections;
    struct text period;
    const struct evaluation *evaluation;
};
/* Of the months of an earmark, the last that is closed with this close, or was before it. */
struct tail {
    int64_t id, cents, payees; /* what is left of it */
    bool now, open; /* it closes now; a later one, which has all that was left, is open */
};

/* An earmark of the close that is being worked out; NULL: none. */
static const struct reward_earmark *closes_now(const struct fit *fit, int64_t id)
{
    const struct reward_earmark *earmarks;
    size_t count =
        fit->evaluation == NULL ? 0 : reward_earmarks(fit->evaluation->reward, &earmarks);
    for (size_t i = 0; i < count; i++)
        if (earmarks[i].id == id)
            return &earmarks[i];
    return NULL;
}

/* The month after this one's of the same promise. NOT_FOUND: it was not carried on. */
static enum result next_find(const struct fit *fit, int64_t id, struct vault_earmark_next_row *next)
{
    uint8_t number[16] = {0}, request[16];
    memcpy(number, &id, sizeof id);
    account_request_id(&fit->paymaster->key, "carried earmark", 0, number, request);
    return vault_earmark_next(fit->paymaster->vault, &fit->paymaster->arena, bytes_of(request, 16),
                              next);
}

static enum result tail_walk(const struct fit *fit, int64_t earmark, struct tail *tail)
{
    struct vault_earmark_next_row next;
    enum result result;
    *tail = (struct tail){.id = earmark};
    while ((result = next_find(fit, tail->id, &next)) == OK) {
        bool closed = next.period.size == PERIOD_NAME_SIZE &&
                      memcmp(next.period.data, fit->period.data, PERIOD_NAME_SIZE) <= 0;
        bool now = closes_now(fit, next.id) != NULL ||
                   (closed && same_month(next.period.data, fit->period.data));
        if (!closed && !now) {
            tail->open = !tail->now; /* else it was made by that close, after this */
            return OK;
        }
        tail->id = next.id;
        tail->now = now;
    }
    return result == NOT_FOUND ? OK : result;
}

/* What earlier corrections, this close's so far and its payments leave of it. */
static enum result tail_left(const struct fit *fit, struct tail *tail)
{
    struct paymaster *paymaster = fit->paymaster;
    const struct reward_earmark *now = closes_now(fit, tail->id);
    struct vault_earmark_get_row row;
    struct vault_item_spent_row spent;
    struct vault_corrected_before_row before;
    struct bytes opening;
    struct earmark terms;
    const char *why;
    enum result result = vault_earmark_get(paymaster->vault, &paymaster->arena, tail->id, &row);
    if (result == OK)
        result = earmark_open(paymaster, &paymaster->arena, row.sealed, row.commitment, &opening,
                              &terms, &why);
    if (result == OK)
        result = vault_item_spent(paymaster->vault, &paymaster->arena, tail->id, &spent);
    if (result == OK)
        result = vault_corrected_before(paymaster->vault, &paymaster->arena, tail->id, fit->period,
                                        &before);
    if (result != OK)
        return result == INVALID || result == NOT_FOUND ? BROKEN : result;
    tail->cents = terms.cap - (now != NULL ? now->spent : spent.cents) - before.cents;
    tail->payees = terms.payees_max - (now != NULL ? now->payees : spent.payees) - before.payees;
    for (size_t i = 0; i < fit->corrections->part_count; i++) {
        const struct correct_part *part = &fit->corrections->parts[i];
        if (part->tail != tail->id)
            continue;
        tail->cents -= part->cents;
        tail->payees -= fit->corrections->wants[part->want].fresh;
    }
    return OK;
}

static enum result part_fit(const struct fit *fit, size_t index)
{
    struct corrections *corrections = fit->corrections;
    const struct correct_want *want = &corrections->wants[index];
    struct tail tail;
    size_t mark = fit->paymaster->arena.used;
    enum result result = tail_walk(fit, want->earmark, &tail);
    if (result == OK && !tail.open)
        result = tail_left(fit, &tail);
    arena_reset(&fit->paymaster->arena, mark);
    int64_t cents = want->cents < tail.cents ? want->cents : tail.cents;
    if (result != OK || tail.open || cents <= 0 || (want->fresh && tail.payees <= 0))
        return result;
    corrections->parts = table_room(corrections->parts, &corrections->part_room,
                                    corrections->part_count + 1, sizeof *corrections->parts);
    corrections->parts[corrections->part_count++] =
        (struct correct_part){.want = index, .tail = tail.id, .cents = cents, .reserved = tail.now};
    return OK;
}

/* Whether this campaign has what these parts, from `first` on and before, take of what is free. */
static enum result is_free(const struct fit *fit, const uint8_t campaign[16], bool *all)
{
    const struct corrections *corrections = fit->corrections;
    struct vault_campaign_find_row row = {0};
    int64_t cents = 0;
    size_t mark = fit->paymaster->arena.used;
    for (size_t i = 0; i < corrections->part_count; i++) {
        const struct correct_part *part = &corrections->parts[i];
        if (!part->reserved && memcmp(corrections->wants[part->want].campaign, campaign, 16) == 0)
            cents += part->cents;
    }
    enum result result = vault_campaign_find(fit->paymaster->vault, &fit->paymaster->arena,
                                             bytes_of(campaign, 16), &row);
    int64_t left = row.has_refund_cents /* it goes back, or went: nothing is free */
                       ? 0
                       : row.deposit_cents - row.reserved_cents - row.settled_cents;
    if (result == OK)
        *all = *all && (cents == 0 || left >= cents);
    arena_reset(&fit->paymaster->arena, mark);
    return result;
}

static void list_add(struct corrections *corrections, const struct correct_part *part)
{
    const struct correct_want *want = &corrections->wants[part->want];
    struct correction *one = NULL;
    for (size_t i = 0; i < corrections->count && one == NULL; i++)
        if (corrections->list[i].member == want->member &&
            memcmp(corrections->list[i].campaign, want->campaign, 16) == 0 &&
            same_month(corrections->list[i].corrects, want->corrects))
            one = &corrections->list[i];
    if (one == NULL) {
        corrections->list = table_room(corrections->list, &corrections->room,
                                       corrections->count + 1, sizeof *corrections->list);
        one = &corrections->list[corrections->count++];
        *one = (struct correction){.member = want->member};
        memcpy(one->campaign, want->campaign, 16);
        memcpy(one->corrects, want->corrects, PERIOD_NAME_SIZE);
    }
    one->cents += part->cents;
    one->free_cents += part->reserved ? 0 : part->cents;
}

/* All that a member is to get of one month in one close, or none of it. */
static enum result objection_fit(const struct fit *fit, struct correct_objection *objection,
                                 bool again)
{
    struct corrections *corrections = fit->corrections;
    size_t first = corrections->part_count;
    enum result result = OK;
    objection->paid = true;
    for (size_t i = 0; i < corrections->want_count && result == OK; i++)
        if (corrections->wants[i].member == objection->member &&
            same_month(corrections->wants[i].corrects, objection->period))
            result = part_fit(fit, i);
    for (size_t i = first; i < corrections->part_count && result == OK && !again; i++)
        result =
            is_free(fit, corrections->wants[corrections->parts[i].want].campaign, &objection->paid);
    if (!objection->paid)
        corrections->part_count = first;
    for (size_t i = first; i < corrections->part_count && result == OK; i++)
        list_add(corrections, &corrections->parts[i]);
    return result;
}

enum result corrections_fit(struct paymaster *paymaster, struct corrections *corrections,
                            struct text period, const struct evaluation *evaluation, bool again)
{
    const struct fit fit = {paymaster, corrections, period, evaluation};
    enum result result = OK;
    assert(period.size == PERIOD_NAME_SIZE && corrections->part_count == 0);
    for (size_t i = 0; i < corrections->objection_count && result == OK; i++)
        result = objection_fit(&fit, &corrections->objections[i], again);
    return result;
}

/* --- that it is paid --- */

static enum result part_write(struct paymaster *paymaster, const struct corrections *corrections,
                              const struct correct_part *part, struct text period)
{
    const struct correct_want *want = &corrections->wants[part->want];
    return vault_correction_add(paymaster->vault, period,
                                (struct text){want->corrects, PERIOD_NAME_SIZE}, want->member,
                                want->earmark, part->tail, part->cents, want->fresh);
}

enum result corrections_plan(struct paymaster *paymaster, const struct corrections *corrections,
                             struct text period)
{
    enum result result = OK;
    for (size_t i = 0; i < corrections->part_count && result == OK; i++)
        result = part_write(paymaster, corrections, &corrections->parts[i], period);
    for (size_t i = 0; i < corrections->count && result == OK; i++) {
        const struct correction *one = &corrections->list[i];
        const struct text corrects = {one->corrects, PERIOD_NAME_SIZE};
        uint8_t id[16];
        account_reward_id(&paymaster->key, corrects, one->campaign, one->member, 1, id);
        result =
            vault_payout_correct(paymaster->vault, bytes_of(id, 16), period,
                                 bytes_of(one->campaign, 16), one->member, one->cents, corrects);
        if (result == OK)
            result = vault_campaign_correct(paymaster->vault, bytes_of(one->campaign, 16),
                                            one->free_cents);
    }
    for (size_t i = 0; i < corrections->objection_count && result == OK; i++) {
        const struct correct_objection *one = &corrections->objections[i];
        if (one->paid)
            result = vault_objection_pay(paymaster->vault, one->member,
                                         (struct text){one->period, PERIOD_NAME_SIZE}, period);
    }
    return result;
}
