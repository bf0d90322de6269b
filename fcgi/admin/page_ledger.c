/* The ledger, for admins: its head, months, deposits and entries. All of it comes from the
 * paymaster; entries tell nothing of what is hidden. */
#include "fcgi/page/page_doors.h"

#include "core/clock.h"
#include "core/conf.h"
#include "fcgi/guard.h"

/* A month's close of the usual size fits into one page: 4,096 entries, nearly all padding. */
enum {
    ENTRIES_SHOWN = 50,
    ENTRIES_ASKED = 100,
    ASKED_MOST = 45,
    CHECKPOINT_TICKS = 3, /* so old a checkpoint is late */
    PERIODS_SHOWN = 24,
    KEY_HEX = 32,
    DONE_FUND = 1,
    DONE_PERIOD,
    DONE_CLOSING
};
#define AMOUNT_MAX INT64_C(10000000000) /* cents */

const struct field fields_ledger[] = {
    PAGE_FIELD_BEFORE,
    {.name = "money", .type = FIELD_FLAG, .optional = true, .label = "Money alone"},
    {.name = "done",
     .type = FIELD_INT,
     .low = DONE_FUND,
     .high = DONE_CLOSING,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};
const struct field fields_fund[] = {
    {.name = "campaign", .type = FIELD_KEY, .high = KEY_HEX, .label = "The campaign"},
    {.name = "amount", .type = FIELD_MONEY, .low = 1, .high = AMOUNT_MAX, .label = "The deposit"},
    {.name = NULL},
};
const struct field fields_period[] = {
    {.name = "period", .type = FIELD_MONTH, .label = "The month"},
    {.name = NULL},
};

static enum result entries_page(struct request *r, int64_t before, bool money,
                                struct reply_ledger_page *page)
{
    struct json *root;
    struct command command = {.kind = COMMAND_LEDGER_PAGE};
    command.ledger_page.before = before;
    command.ledger_page.most = money ? ENTRIES_SHOWN : ENTRIES_ASKED;
    command.ledger_page.money = money;
    enum result result = page_program(r, "paymaster", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_ledger_page_read(root, r->arena, page) : BROKEN;
    json_close(root);
    return result;
}

/* One more entry at the end of the list. A row of padding of one tick is one line: a month's close
 * has thousands. */
static void entry_add(struct request *r, struct view_ledger *v,
                      const struct record_ledger_entry *entry)
{
    struct view_ledger_entry *last =
        v->entries_count > 0 ? &v->entries[v->entries_count - 1] : NULL;
    struct text at = clock_iso(r->arena, entry->tick_ms);
    if (last != NULL && text_is(entry->kind, "pad") && text_equal(last->kind, entry->kind) &&
        text_equal(last->at, at)) {
        last->last = entry->seq;
        last->count++;
        last->summary = arena_format(r->arena, "%s entries of padding",
                                     page_number(r->arena, last->count).data);
        last->leaf_hash = TEXT("");
        return;
    }
    v->entries[v->entries_count++] = (struct view_ledger_entry){
        .seq = entry->seq,
        .last = entry->seq,
        .count = 1,
        .kind = entry->kind,
        .at = at,
        .summary = entry->summary,
        .leaf_hash = entry->leaf_hash,
    };
}

static enum result entries_load(struct request *r, int64_t before, struct view_ledger *v)
{
    struct reply_ledger_page page = {0};
    v->entries = arena_array(r->arena, struct view_ledger_entry, ENTRIES_SHOWN + ENTRIES_ASKED);
    for (int asked = 0; asked < ASKED_MOST && v->entries_count < ENTRIES_SHOWN; asked++) {
        page = (struct reply_ledger_page){0};
        enum result result = entries_page(r, before, v->money, &page);
        if (result != OK)
            return result;
        if (asked == 0) {
            v->size = page_number(r->arena, page.size);
            v->root = page.root;
            v->origin = page.origin;
            v->checkpoint = page.checkpoint_ms > 0
                                ? clock_ago(r->arena, page.checkpoint_ms, r->now_ms)
                                : TEXT("none yet");
            v->late = page.checkpoint_ms > 0 &&
                      r->now_ms - page.checkpoint_ms >
                          CHECKPOINT_TICKS * conf_int("earmark.tick_minutes") * MINUTE_MS;
            v->witnesses = page.cosigned > 0
                               ? arena_format(r->arena, "%s saw the first %s entries; %s are newer",
                                              page_number(r->arena, page.witnesses).data,
                                              page_number(r->arena, page.cosigned).data,
                                              page_number(r->arena, page.size - page.cosigned).data)
                               : TEXT("nobody else has seen it yet: name some in witness.policy");
        }
        size_t i = 0;
        while (i < page.entries_count && v->entries_count < ENTRIES_SHOWN)
            entry_add(r, v, &page.entries[i++]);
        before = i > 0 ? page.entries[i - 1].seq : 0;
        if (before == 0)
            break;
    }
    v->next = before;
    return OK;
}

/* Names order as their months do: 2026-03. */
static bool name_before(struct text a, struct text b)
{
    for (size_t i = 0; i < a.size && i < b.size; i++)
        if (a.data[i] != b.data[i])
            return a.data[i] < b.data[i];
    return false;
}

static enum result periods_load(struct request *r, struct view_ledger *v)
{
    struct json *root;
    struct reply_periods all = {0};
    struct command command = {.kind = COMMAND_PERIODS};
    struct text now = clock_month(r->arena, r->now_ms);
    struct view_period *next = NULL;
    enum result result = page_program(r, "paymaster", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_periods_read(root, r->arena, &all) : BROKEN;
    json_close(root);
    if (result != OK)
        return result;
    v->periods = arena_array(r->arena, struct view_period, PERIODS_SHOWN);
    for (size_t i = 0; i < all.periods_count && i < PERIODS_SHOWN; i++) {
        const struct record_period *period = &all.periods[i];
        struct view_period *row = &v->periods[v->periods_count++];
        *row = (struct view_period){.name = period->name,
                                    .month = page_month(r->arena, period->name),
                                    .closed = period->closed};
        row->payees = period->closed ? page_number(r->arena, period->payees) : TEXT("");
        row->amount = period->closed ? page_money(r->arena, period->cents) : TEXT("");
        row->progress = period->all > 0 ? arena_format(r->arena, "%s of %s steps done",
                                                       page_number(r->arena, period->done).data,
                                                       page_number(r->arena, period->all).data)
                                        : TEXT("");
        row->at = period->closed ? clock_day(r->arena, period->closed_ms) : TEXT("");
        if (!period->closed && name_before(row->name, now) &&
            (next == NULL || name_before(row->name, next->name)))
            next = row;
    }
    if (next != NULL) /* one after the other: only the oldest open month that has ended */
        next->can_close = true;
    return OK;
}

static enum result campaigns_load(struct request *r, struct view_ledger *v)
{
    struct json *root;
    struct reply_campaigns all = {0};
    struct command command = {.kind = COMMAND_ALL_CAMPAIGNS};
    enum result result = page_program(r, "paymaster", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_campaigns_read(root, r->arena, &all) : BROKEN;
    json_close(root);
    if (result != OK)
        return result;
    v->campaigns = arena_array(r->arena, struct view_campaign, all.campaigns_count + 1);
    for (size_t i = 0; i < all.campaigns_count; i++)
        v->campaigns[v->campaigns_count++] = (struct view_campaign){
            .id = all.campaigns[i].id,
            .name = all.campaigns[i].name,
            .product = all.campaigns[i].product,
            .starts = clock_day(r->arena, all.campaigns[i].starts_ms),
            .ends = clock_day(r->arena, all.campaigns[i].ends_ms),
            .state = TEXT(""),
            .deposit = page_money(r->arena, all.campaigns[i].deposit_cents),
            .escrow = page_money(r->arena, all.campaigns[i].escrow_cents),
            .paid = page_money(r->arena, all.campaigns[i].paid_cents),
            .funded = all.campaigns[i].deposit_cents > 0,
            .refund = all.campaigns[i].refund_leaf > 0
                          ? page_money(r->arena, all.campaigns[i].refund_cents)
                          : TEXT(""),
        };
    return OK;
}

/* How many proposals wait that the reader may confirm. */
static enum result waiting_load(struct request *r, struct view_ledger *v)
{
    enum { OPERATION_WAITS = 1 };
    struct json *root;
    struct reply_operations all = {0};
    struct command command = {.kind = COMMAND_OPERATIONS};
    enum result result = page_program(r, "paymaster", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_operations_read(root, r->arena, &all) : BROKEN;
    json_close(root);
    for (size_t i = 0; result == OK && i < all.operations_count; i++)
        v->waiting += all.operations[i].state == OPERATION_WAITS && !all.operations[i].own;
    return result;
}

static enum result ledger_show(struct request *r, struct reply *out, int64_t before,
                               struct view_ledger *v)
{
    v->head = page_head(r, TEXT("Ledger"));
    v->newest = before == PAGE_BEFORE_ALL && !v->money;
    v->first = before == PAGE_BEFORE_ALL;
    enum result result = page_may_ask(r) ? entries_load(r, before, v) : r->why;
    if (result == OK && v->newest)
        result = periods_load(r, v);
    if (result == OK && v->newest)
        result = campaigns_load(r, v);
    if (result == OK && v->newest)
        result = waiting_load(r, v);
    if (result != OK)
        return result;
    v->two = conf_int("money.two_admins") != 0;
    v->unit = page_money(r->arena, conf_int("ledger.fund_unit_cents"));
    v->fund_form = guard_form(r, out, "/admin/fund");
    v->period_form = guard_form(r, out, "/admin/period");
    v->request = guard_request_id(r);
    page_form_problems(r, "", &v->problems, &v->problems_count);
    return reply_view(r, out, ledger, v);
}

enum result page_ledger(struct request *r, struct reply *out)
{
    struct view_ledger v = {.funded = TEXT(""), .amount = TEXT(""), .notice = TEXT("")};
    v.money = request_flag(r, "money");
    int64_t done = request_int(r, "done");
    if (done == DONE_FUND)
        v.notice = TEXT("The deposit is booked: earmarks of that campaign can be placed now.");
    else if (done == DONE_PERIOD)
        v.notice = TEXT("The month is closed: every member has a statement now.");
    else if (done == DONE_CLOSING)
        v.notice = TEXT("The month is being closed, which goes on by itself. Reload this page in a "
                        "moment to see how far it is.");
    return ledger_show(r, out, request_int(r, "before"), &v);
}

enum result page_ledger_again(struct request *r, struct reply *out)
{
    struct view_ledger v = {
        .funded = request_typed(r, "campaign"),
        .amount = request_typed(r, "amount"),
        .notice = TEXT(""),
    };
    return ledger_show(r, out, PAGE_BEFORE_ALL, &v);
}

enum result page_fund_post(struct request *r, struct reply *out)
{
    int64_t unit = conf_int("ledger.fund_unit_cents");
    struct command command = {.kind = COMMAND_CAMPAIGN_FUND};
    command.campaign_fund.campaign = request_text(r, "campaign");
    command.campaign_fund.amount_cents = request_int(r, "amount");
    if (command.campaign_fund.amount_cents % unit != 0) {
        request_fault_add(r, "amount", "A deposit must be a multiple of %s.",
                          page_money(r->arena, unit).data);
        return INVALID;
    }
    bool proposed;
    enum result result = page_program_two(r, "paymaster", &command, &proposed);
    if (result != OK)
        return result;
    return proposed ? reply_redirect(r, out, "/admin/operations?proposed=1")
                    : reply_redirect(r, out, "/admin/ledger?done=%d", DONE_FUND);
}

enum result page_period_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_PERIOD_CLOSE};
    command.period_close.period = request_text(r, "period");
    bool proposed;
    enum result result = page_program_two(r, "paymaster", &command, &proposed);
    if (result == INVALID && r->fault_count == 0)
        request_fault_add(r, "",
                          "This month cannot be closed: it has not ended, or one before it "
                          "is still open.");
    /* UNKNOWN: it takes longer than anybody should wait for a page. */
    if (result != OK && result != UNKNOWN)
        return result;
    if (proposed)
        return reply_redirect(r, out, "/admin/operations?proposed=1");
    return reply_redirect(r, out, "/admin/ledger?done=%d",
                          result == OK ? DONE_PERIOD : DONE_CLOSING);
}
