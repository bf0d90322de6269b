#include "ledger/close/preview.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/conf.h"
#include "ledger/close/correct.h"
#include "ledger/close/plan.h"
#include "ledger/close/settle.h"
#include "ledger/log/table.h"

enum { PREVIEW_NONE = 0, PREVIEW_RUNNING = 1, PREVIEW_READY = 2, PREVIEW_FAILED = 3 };
enum { FIRST_MS_MAX = 2000, GROUPS_MAX = 40, PREVIEW_ARENA = 1 << 20 };

struct preview {
    int state;
    struct evaluation evaluation; /* while running */
    struct arena arena;           /* of what was found */
    struct reply_period_preview found;
};

/* One line of what would be paid. */
struct line {
    uint8_t campaign[16];
    int64_t member, cents;
    int kind;      /* of a correction -1: it stands apart */
    size_t payout; /* of a correction its own number, from 1: it is a transfer of its own */
};

void preview_drop(struct paymaster *paymaster)
{
    struct preview *preview = paymaster->preview;
    if (preview == NULL)
        return;
    if (preview->state == PREVIEW_RUNNING)
        evaluation_close(&preview->evaluation);
    arena_close(&preview->arena);
    free(preview);
    paymaster->preview = NULL;
}

bool preview_runs(const struct paymaster *paymaster)
{
    return paymaster->preview != NULL && paymaster->preview->state == PREVIEW_RUNNING;
}

static enum result preview_begin(struct paymaster *paymaster)
{
    uint8_t digest[32];
    struct text name;
    int64_t start_ms, head;
    enum result result = close_due(paymaster, &paymaster->arena, &name, &start_ms);
    if (result == OK)
        result = vault_follow(paymaster);
    if (result == OK)
        result = log_head(paymaster->journal, &head, digest);
    if (result != OK)
        return result;
    struct preview *preview = calloc(1, sizeof *preview);
    assert(preview != NULL);
    arena_open(&preview->arena, PREVIEW_ARENA);
    preview->found.period = arena_text(&preview->arena, name);
    preview->found.events = head;
    result = evaluation_begin(paymaster, &preview->evaluation, start_ms, clock_month_next(start_ms),
                              head);
    preview->state = result == OK ? PREVIEW_RUNNING : PREVIEW_FAILED;
    paymaster->preview = preview;
    if (result != OK)
        preview_drop(paymaster);
    return result;
}

/* --- what was found --- */

static int by_payout(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    int order = memcmp(x->campaign, y->campaign, 16);
    if (order == 0)
        order = x->member < y->member ? -1 : x->member > y->member;
    return order != 0 ? order : x->payout < y->payout ? -1 : x->payout > y->payout;
}

static int by_reason(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    int order = memcmp(x->campaign, y->campaign, 16);
    if (order == 0)
        order = x->kind - y->kind;
    return order != 0 ? order : x->member < y->member ? -1 : x->member > y->member;
}

/* Payouts and payees, and the accounts that would be opened for them. `lines`: by_payout. */
static enum result payouts_count(struct paymaster *paymaster, const struct line *lines,
                                 size_t count, uint64_t *leaves)
{
    struct reply_period_preview *found = &paymaster->preview->found;
    struct table members = {0};
    enum result result = OK;
    for (size_t i = 0; i < count && result == OK; i++) {
        struct book_account account;
        uint8_t id[16];
        bool first;
        found->cents += lines[i].cents;
        found->payouts += i == 0 || by_payout(&lines[i - 1], &lines[i]) != 0;
        account_member(&paymaster->key, lines[i].member, id);
        (void)table_put(&members, id, &first);
        if (!first)
            continue;
        found->payees++;
        arena_reset(&paymaster->book_arena, 0);
        result = book_account(&paymaster->writer.book, id, &account);
        *leaves += result == NOT_FOUND;
        result = result == NOT_FOUND ? OK : result;
    }
    table_close(&members);
    return result;
}

static void group_name(struct paymaster *paymaster, const struct line *line,
                       struct record_preview_group *group)
{
    struct arena *arena = &paymaster->preview->arena;
    struct vault_campaign_find_row campaign;
    group->kind = line->kind;
    group->campaign = TEXT("");
    if (vault_campaign_find(paymaster->vault, &paymaster->arena, bytes_of(line->campaign, 16),
                            &campaign) == OK)
        group->campaign = arena_text(arena, campaign.name);
}

/* Sums by campaign and what was earned with. `lines`: by_reason. */
static void groups_find(struct paymaster *paymaster, const struct line *lines, size_t count)
{
    struct preview *preview = paymaster->preview;
    struct reply_period_preview *found = &preview->found;
    struct record_preview_group rest = {.campaign = TEXT("")};
    found->groups = arena_array(&preview->arena, struct record_preview_group, GROUPS_MAX + 1);
    for (size_t i = 0, next; i < count; i = next) {
        struct record_preview_group group = {.payees = 1};
        if (lines[i].payout > 0) {
            next = i + 1;
            continue;
        }
        for (next = i; next < count && memcmp(lines[i].campaign, lines[next].campaign, 16) == 0 &&
                       lines[i].kind == lines[next].kind;
             next++) {
            group.cents += lines[next].cents;
            group.payees += next > i && lines[next].member != lines[next - 1].member;
        }
        if (group.payees < conf_int("ledger.k") || found->groups_count == GROUPS_MAX) {
            rest.cents += group.cents;
            rest.payees += group.payees;
            continue;
        }
        group_name(paymaster, &lines[i], &group);
        found->groups[found->groups_count++] = group;
    }
    if (rest.payees > 0)
        found->groups[found->groups_count++] = rest;
}

/* What was granted of earlier months, and would be paid with it. */
static enum result corrections_find(struct paymaster *paymaster,
                                    const struct evaluation *evaluation,
                                    struct corrections *corrections)
{
    struct reply_period_preview *found = &paymaster->preview->found;
    enum result result = corrections_judge(paymaster, corrections, NO_TEXT);
    if (result == OK)
        result = corrections_fit(paymaster, corrections, found->period, evaluation, false);
    found->corrections = (int64_t)corrections->count;
    for (size_t i = 0; i < corrections->count; i++)
        found->corrections_cents += corrections->list[i].cents;
    return result;
}

/* What would go on into the next month. */
static enum result carried_count(struct paymaster *paymaster, const struct evaluation *evaluation,
                                 const struct corrections *corrections)
{
    struct reply_period_preview *found = &paymaster->preview->found;
    const struct reward_earmark *earmarks;
    size_t count = reward_earmarks(evaluation->reward, &earmarks);
    enum result result = OK;
    found->earmarks = (int64_t)count;
    for (size_t i = 0; i < count && result == OK; i++) {
        struct vault_earmark_get_row row;
        size_t mark = paymaster->arena.used;
        int64_t spent = earmarks[i].spent, payees = earmarks[i].payees;
        for (size_t p = 0; p < corrections->part_count; p++)
            if (corrections->parts[p].tail == earmarks[i].id) {
                spent += corrections->parts[p].cents;
                payees += corrections->wants[corrections->parts[p].want].fresh;
            }
        result = vault_earmark_get(paymaster->vault, &paymaster->arena, earmarks[i].id, &row);
        if (result == OK &&
            settle_lasts(&earmarks[i].terms, row.until_s, spent, payees, evaluation->end_ms)) {
            found->carried++;
            found->carried_cents += earmarks[i].terms.cap - spent;
        }
        arena_reset(&paymaster->arena, mark);
    }
    return result;
}

static enum result found_make(struct paymaster *paymaster, const struct evaluation *evaluation)
{
    struct reply_period_preview *found = &paymaster->preview->found;
    const struct reward_item *items;
    const struct reward_earmark *earmarks;
    uint64_t leaves = 0;
    size_t item_count = reward_items(evaluation->reward, &items);
    struct corrections corrections = {0};
    enum result result = corrections_find(paymaster, evaluation, &corrections);
    size_t count = item_count + corrections.count;
    struct line *lines = calloc(count + 1, sizeof *lines);
    assert(lines != NULL);
    (void)reward_earmarks(evaluation->reward, &earmarks);
    for (size_t i = 0; i < corrections.count; i++) {
        const struct correction *one = &corrections.list[i];
        lines[item_count + i] =
            (struct line){.member = one->member, .cents = one->cents, .kind = -1, .payout = i + 1};
        memcpy(lines[item_count + i].campaign, one->campaign, 16);
    }
    for (size_t i = 0; i < item_count; i++) {
        const struct earmark *terms = &earmarks[items[i].earmark].terms;
        lines[i] = (struct line){
            .member = items[i].member, .cents = items[i].cents, .kind = (int)terms->kind};
        memcpy(lines[i].campaign, terms->campaign, 16);
    }
    if (count > 1)
        qsort(lines, count, sizeof *lines, by_payout);
    if (result == OK)
        result = payouts_count(paymaster, lines, count, &leaves);
    if (count > 1)
        qsort(lines, count, sizeof *lines, by_reason);
    groups_find(paymaster, lines, count);
    free(lines);
    if (result == OK)
        result = carried_count(paymaster, evaluation, &corrections);
    corrections_close(&corrections);
    leaves +=
        (uint64_t)found->payouts + item_count + 1; /* transfers, reveals and the close itself */
    found->leaves = (int64_t)plan_padded(leaves);
    return result;
}

enum result preview_step(struct paymaster *paymaster)
{
    struct preview *preview = paymaster->preview;
    bool done = false;
    if (!preview_runs(paymaster))
        return OK;
    enum result result = evaluation_step(paymaster, &preview->evaluation, &done);
    if (result == OK && done)
        result = found_make(paymaster, &preview->evaluation);
    preview->found.done = preview->evaluation.cursor;
    if (result == OK && !done)
        return OK;
    evaluation_close(&preview->evaluation);
    preview->state = result == OK ? PREVIEW_READY : PREVIEW_FAILED;
    preview->found.at_ms = clock_now_ms();
    return OK; /* that it failed is what the preview tells; the close would say why */
}

enum result preview_command(struct paymaster *paymaster, bool start, struct buf *reply)
{
    struct reply_period_preview none = {.period = TEXT("")};
    int64_t start_us = clock_steady_us();
    enum result result = OK;
    if (start && paymaster->close != NULL)
        return BUSY;
    if (start && !preview_runs(paymaster)) {
        preview_drop(paymaster);
        result = preview_begin(paymaster);
    }
    while (result == OK && start && preview_runs(paymaster) &&
           (clock_steady_us() - start_us) / 1000 < FIRST_MS_MAX)
        result = preview_step(paymaster);
    if (result != OK)
        return result;
    struct preview *preview = paymaster->preview;
    if (preview != NULL)
        preview->found.state = preview->state;
    reply_period_preview_write(reply, preview == NULL ? &none : &preview->found);
    return OK;
}
