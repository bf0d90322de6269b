/* Sponsors' campaigns: the list, opening one, one campaign with the form that places an earmark,
 * and the totals. Everything shown comes from the paymaster, who checks the session again; this
 * pool reads nothing of what members wrote. */
#include "fcgi/page/page_doors.h"

#include <inttypes.h>

#include "core/clock.h"
#include "core/conf.h"
#include "fcgi/guard.h"

enum {
    NAME_MAX_SIZE = 80,
    PRODUCTS_MAX_SIZE = 1500,
    PERCENT = 100,
    DOLLAR = 100,
    DAYS_MOST = 3653,
    ENVELOPE_MAX = 12000,
    KEY_HEX = 64
};
#define DEPOSIT_MAX INT64_C(10000000000) /* cents */

const struct field fields_campaigns[] = {
    {.name = "name", .type = FIELD_LINE, .low = 1, .high = NAME_MAX_SIZE, .label = "The name"},
    {.name = "product",
     .type = FIELD_LINE,
     .low = 1,
     .high = NAME_MAX_SIZE,
     .label = "The product or programme"},
    {.name = "products",
     .type = FIELD_TEXT,
     .high = PRODUCTS_MAX_SIZE,
     .optional = true,
     .label = "The covered products"},
    {.name = "starts", .type = FIELD_DATE, .label = "The first day"},
    {.name = "ends", .type = FIELD_DATE, .label = "The last day"},
    {.name = "deposit",
     .type = FIELD_MONEY,
     .low = DOLLAR,
     .high = DEPOSIT_MAX,
     .label = "The deposit"},
    {.name = NULL},
};
const struct field fields_campaign[] = {
    {.name = "placed", .type = FIELD_FLAG, .optional = true, .label = "What was before"},
    {.name = "opened", .type = FIELD_FLAG, .optional = true, .label = "What was before"},
    {.name = NULL},
};
const struct field fields_earmark[] = {
    {.name = "envelope",
     .type = FIELD_LINE,
     .low = 1,
     .high = ENVELOPE_MAX,
     .label = "The sealed envelope"},
    {.name = "public_key",
     .type = FIELD_KEY,
     .high = KEY_HEX,
     .optional = true,
     .label = "The signing key"},
    {.name = NULL},
};

static const char *campaign_state(const struct record_campaign *campaign, int64_t now_ms)
{
    if (campaign->refund_leaf > 0)
        return "settled";
    if (now_ms > campaign->ends_ms)
        return "over";
    if (campaign->deposit_cents == 0)
        return "waits for its deposit";
    return now_ms < campaign->starts_ms ? "not begun yet" : "running";
}

/* What went back at its end, or when it will. */
static struct text refund_words(struct request *r, const struct record_campaign *campaign)
{
    struct text at = clock_day(r->arena, campaign->refund_ms);
    if (campaign->refund_leaf > 0)
        return arena_format(r->arena, "%s on %.*s, entry %" PRId64 " of the ledger.",
                            page_money(r->arena, campaign->refund_cents).data, (int)at.size,
                            at.data, campaign->refund_leaf);
    return arena_format(
        r->arena,
        "Nothing yet. What is not spent comes back %" PRId64
        " days after the month of the last day is closed, when all that was promised is opened.",
        conf_int("ledger.embargo_days"));
}

/* What of a deposit no earmark has reserved. */
static int64_t free_of(const struct reply_sponsor_totals *totals, struct text id)
{
    for (size_t i = 0; i < totals->campaigns_count; i++)
        if (text_equal(totals->campaigns[i].id, id))
            return totals->campaigns[i].free_cents;
    return 0;
}

static int64_t width_of(int64_t cents, int64_t deposit)
{
    return deposit > 0 && cents > 0 && cents <= deposit ? cents * PERCENT / deposit : 0;
}

static struct view_campaign campaign_view(struct request *r, const struct record_campaign *campaign,
                                          int64_t free_cents)
{
    int64_t deposit = campaign->deposit_cents;
    int64_t paid = campaign->paid_cents;
    int64_t reserved = campaign->escrow_cents - free_cents;
    return (struct view_campaign){
        .id = campaign->id,
        .name = campaign->name,
        .product = campaign->product,
        .starts = clock_day(r->arena, campaign->starts_ms),
        .ends = clock_day(r->arena, campaign->ends_ms),
        .state = text_of(campaign_state(campaign, r->now_ms)),
        .deposit = page_money(r->arena, deposit),
        .escrow = page_money(r->arena, campaign->escrow_cents),
        .paid = page_money(r->arena, paid),
        .paid_width = width_of(paid, deposit),
        .reserved = page_money(r->arena, reserved),
        .reserved_width = width_of(reserved, deposit),
        .free = page_money(r->arena, free_cents),
        .payees = campaign->payees,
        .earmarks = campaign->earmarks,
        .refund = refund_words(r, campaign),
        .funded = deposit > 0,
    };
}

static enum result campaigns_load(struct request *r, struct reply_campaigns *campaigns)
{
    struct json *root;
    struct command command = {.kind = COMMAND_CAMPAIGNS};
    enum result result = page_program(r, "paymaster", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_campaigns_read(root, r->arena, campaigns) : BROKEN;
    json_close(root);
    return result;
}

static enum result totals_load(struct request *r, struct reply_sponsor_totals *totals)
{
    struct json *root;
    struct command command = {.kind = COMMAND_SPONSOR_TOTALS};
    enum result result = page_program(r, "paymaster", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_sponsor_totals_read(root, r->arena, totals) : BROKEN;
    json_close(root);
    return result;
}

/* The campaign of this page, and what of its deposit is free. */
static enum result campaign_load(struct request *r, struct record_campaign *campaign,
                                 int64_t *free_cents)
{
    struct reply_campaigns all = {0};
    struct reply_sponsor_totals totals = {0};
    enum result result = campaigns_load(r, &all);
    if (result == OK)
        result = totals_load(r, &totals);
    if (result != OK)
        return result;
    *free_cents = free_of(&totals, r->name);
    for (size_t i = 0; i < all.campaigns_count; i++) {
        if (!text_equal(all.campaigns[i].id, r->name))
            continue;
        *campaign = all.campaigns[i];
        return OK;
    }
    return NOT_FOUND;
}

static enum result campaigns_show(struct request *r, struct reply *out, struct view_campaigns *v)
{
    struct reply_campaigns all = {0};
    struct reply_sponsor_totals totals = {0};
    enum result result = page_may_ask(r) ? campaigns_load(r, &all) : r->why;
    if (result == OK)
        result = totals_load(r, &totals);
    if (result != OK)
        return result;
    v->head = page_head(r, TEXT("Campaigns"));
    v->campaigns = arena_array(r->arena, struct view_campaign, all.campaigns_count + 1);
    for (size_t i = 0; i < all.campaigns_count; i++)
        v->campaigns[v->campaigns_count++] =
            campaign_view(r, &all.campaigns[i], free_of(&totals, all.campaigns[i].id));
    v->unit = page_money(r->arena, conf_int("ledger.fund_unit_cents"));
    v->form = guard_form(r, out, "/sponsor/campaigns");
    v->request = guard_request_id(r);
    page_form_problems(r, "name product products starts ends deposit", &v->problems,
                       &v->problems_count);
    return reply_view(r, out, campaigns, v);
}

enum result page_sponsor(struct request *r, struct reply *out)
{
    return reply_redirect(r, out, "/sponsor/campaigns");
}

enum result page_campaigns(struct request *r, struct reply *out)
{
    int64_t next_ms = clock_month_next(r->now_ms);
    struct view_campaigns v = {
        .name = TEXT(""),
        .product = TEXT(""),
        .products = TEXT(""),
        .starts = page_date(r->arena, r->now_ms),
        .ends = page_date(r->arena, clock_month_next(clock_month_next(next_ms)) - DAY_MS),
        .deposit = TEXT(""),
    };
    return campaigns_show(r, out, &v);
}

enum result page_campaigns_again(struct request *r, struct reply *out)
{
    struct view_campaigns v = {
        .name = request_typed(r, "name"),
        .product = request_typed(r, "product"),
        .products = request_typed(r, "products"),
        .starts = request_typed(r, "starts"),
        .ends = request_typed(r, "ends"),
        .deposit = request_typed(r, "deposit"),
    };
    return campaigns_show(r, out, &v);
}

enum result page_campaigns_post(struct request *r, struct reply *out)
{
    struct json *root;
    struct reply_opened opened;
    int64_t unit = conf_int("ledger.fund_unit_cents");
    struct command command = {.kind = COMMAND_CAMPAIGN_OPEN};
    command.campaign_open = (struct command_campaign_open){
        .name = request_text(r, "name"),
        .product = request_text(r, "product"),
        .products = request_text(r, "products"),
        .starts_ms = request_int(r, "starts"),
        .ends_ms = request_int(r, "ends") + DAY_MS - 1, /* the last day belongs to it */
        .deposit_cents = request_int(r, "deposit"),
    };
    if (command.campaign_open.ends_ms < command.campaign_open.starts_ms)
        request_fault_add(r, "ends", "The last day lies before the first.");
    else if (command.campaign_open.ends_ms < r->now_ms)
        request_fault_add(r, "ends", "The last day has passed already.");
    else if (command.campaign_open.ends_ms - command.campaign_open.starts_ms > DAYS_MOST * DAY_MS)
        request_fault_add(r, "ends", "A campaign runs for ten years at most.");
    if (command.campaign_open.deposit_cents % unit != 0)
        request_fault_add(r, "deposit", "The deposit must be a multiple of %s.",
                          page_money(r->arena, unit).data);
    if (r->fault_count > 0)
        return INVALID;
    enum result result = page_program(r, "paymaster", &command, &root);
    if (result != OK)
        return result;
    result = root != NULL ? reply_opened_read(root, r->arena, &opened) : UNKNOWN;
    json_close(root);
    if (result != OK)
        return UNKNOWN;
    return reply_redirect(r, out, "/sponsor/campaign/%.*s?opened=1", (int)opened.id.size,
                          opened.id.data);
}

/* Units of constants for which names or a choice are offered. */
static struct text value_choices(struct text unit)
{
    static const char *const known[] = {"topic", "specialty", "kind"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (text_is(unit, known[i]))
            return unit;
    return TEXT("");
}

static struct text value_label(struct request *r, struct text name)
{
    struct text label = arena_text(r->arena, name);
    char *first = (char *)(uintptr_t)label.data; /* the arena's own copy */
    if (label.size > 0 && first[0] >= 'a' && first[0] <= 'z')
        first[0] = (char)(first[0] - 'a' + 'A');
    return label;
}

/* The form of a selector is made from the constants it declares, as that of a rule is. */
static void selectors_view(struct request *r, const struct reply_earmark_terms *terms,
                           struct view_campaign_page *v)
{
    v->selectors = arena_array(r->arena, struct view_selector, terms->selectors_count + 1);
    for (size_t i = 0; i < terms->selectors_count; i++) {
        const struct record_selector *selector = &terms->selectors[i];
        struct view_selector *one = &v->selectors[v->selectors_count++];
        struct buf words;
        buf_open(&words, r->arena, 256);
        one->sha256 = selector->sha256;
        one->values = arena_array(r->arena, struct view_selector_value, selector->values_count + 1);
        for (size_t j = 0; j < selector->values_count; j++) {
            const struct record_selector_value *value = &selector->values[j];
            buf_format(&words, "%s%.*s", j == 0 ? "" : ", ", (int)value->name.size,
                       value->name.data);
            one->values[one->values_count++] =
                (struct view_selector_value){value->name,    value_label(r, value->name),
                                             value->value,   value->low,
                                             value->high,    value->unit,
                                             value->meaning, value_choices(value->unit)};
        }
        one->words = buf_done(&words);
    }
}

static void reach_view(struct request *r, const struct reply_earmark_terms *terms,
                       struct view_campaign_page *v)
{
    v->month = terms->month.size > 0 ? page_month(r->arena, terms->month) : TEXT("");
    v->active = terms->active;
    v->specialties =
        arena_array(r->arena, struct view_reach_specialty, terms->specialties_count + 1);
    for (size_t i = 0; i < terms->specialties_count; i++)
        v->specialties[v->specialties_count++] = (struct view_reach_specialty){
            terms->specialties[i].name, terms->specialties[i].members};
    v->topics = arena_array(r->arena, struct view_reach_topic, terms->topics_count + 1);
    for (size_t i = 0; i < terms->topics_count; i++) {
        const struct record_reach_topic *topic = &terms->topics[i];
        v->topics[v->topics_count++] = (struct view_reach_topic){
            topic->name, topic->questions, topic->cases, topic->observations, topic->answers};
    }
}

/* What sealing needs: the paymaster's key and rules, and the keys this sponsor has signed with. */
static enum result terms_load(struct request *r, struct view_campaign_page *v)
{
    struct json *root;
    struct reply_earmark_terms terms = {0};
    struct command command = {.kind = COMMAND_EARMARK_TERMS};
    struct buf rules;
    enum result result = page_program(r, "paymaster", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_earmark_terms_read(root, r->arena, &terms) : BROKEN;
    json_close(root);
    if (result != OK)
        return result;
    buf_open(&rules, r->arena, 256);
    for (size_t i = 0; i < terms.rules_count; i++) {
        if (i > 0)
            buf_char(&rules, ' ');
        buf_add(&rules, terms.rules[i].sha256.data, terms.rules[i].sha256.size);
    }
    v->box = terms.box_key;
    v->rules = buf_done(&rules);
    v->now_s = r->now_ms / 1000;
    v->month_s = clock_month_next(r->now_ms) / 1000 - 1;
    v->audience = conf_int("earmark.audience");
    selectors_view(r, &terms, v);
    reach_view(r, &terms, v);
    v->keys = arena_array(r->arena, struct view_signing_key, terms.keys_count + 1);
    for (size_t i = 0; i < terms.keys_count; i++)
        v->keys[v->keys_count++] = (struct view_signing_key){
            terms.keys[i].public_key, clock_day(r->arena, terms.keys[i].added_ms)};
    return OK;
}

static enum result campaign_show(struct request *r, struct reply *out, struct view_campaign_page *v)
{
    struct record_campaign campaign;
    int64_t free_cents;
    enum result result = page_may_ask(r) ? campaign_load(r, &campaign, &free_cents) : r->why;
    if (result == OK)
        result = terms_load(r, v);
    if (result != OK)
        return result;
    v->campaign = campaign_view(r, &campaign, free_cents);
    v->head = page_head(r, v->campaign.name);
    v->may_place = r->now_ms <= campaign.ends_ms && r->now_ms >= campaign.starts_ms &&
                   campaign.deposit_cents > 0;
    v->why_not = r->now_ms > campaign.ends_ms
                     ? TEXT("The campaign is over, so nothing more can be placed. What it owes is "
                            "settled with the months it ran in.")
                 : campaign.deposit_cents == 0
                     ? TEXT("Earmarks can be placed as soon as an admin has booked your deposit.")
                     : TEXT("Earmarks can be placed from the campaign's first day on.");
    v->until = page_date(r->arena, campaign.ends_ms);
    v->form = guard_form(r, out, "/sponsor/campaign/:key/earmark");
    v->request = guard_request_id(r);
    page_form_problems(r, "envelope public_key", &v->problems, &v->problems_count);
    return reply_view(r, out, campaign_page, v);
}

enum result page_campaign(struct request *r, struct reply *out)
{
    struct view_campaign_page v = {.notice = TEXT(""), .envelope = TEXT("")};
    if (request_flag(r, "placed"))
        v.notice = arena_format(
            r->arena,
            "The earmark is sealed and waits for the next batch of commitments. From then on, what "
            "members do may earn it; if by the month’s end fewer than %" PRId64
            " active members could have, it pays nobody.",
            conf_int("earmark.audience"));
    else if (request_flag(r, "opened"))
        v.notice = TEXT("The campaign is open.");
    return campaign_show(r, out, &v);
}

/* The envelope is not shown again: what was typed is in the browser, which seals it anew. */
enum result page_earmark_again(struct request *r, struct reply *out)
{
    struct view_campaign_page v = {.notice = TEXT(""), .envelope = TEXT("")};
    return campaign_show(r, out, &v);
}

enum result page_earmark_post(struct request *r, struct reply *out)
{
    struct command key = {.kind = COMMAND_SPONSOR_KEY_ADD};
    struct command command = {.kind = COMMAND_EARMARK_SEAL};
    struct record_campaign campaign;
    int64_t free_cents;
    enum result result = campaign_load(r, &campaign, &free_cents); /* another's looks like none */
    if (result != OK)
        return result;
    key.sponsor_key_add.public_key = request_text(r, "public_key");
    bool waits = false;
    if (key.sponsor_key_add.public_key.size > 0)
        result = page_program_two(r, "paymaster", &key, &waits);
    if (result == OK && waits) {
        request_fault_add(r, "public_key",
                          "Your key %.16s… is new here: an admin lets it in first, who compares it "
                          "with what you say it is. Tell one, and place this once more then.",
                          key.sponsor_key_add.public_key.data);
        return INVALID;
    }
    if (result == CONFLICT || (result == INVALID && r->fault_count == 0))
        request_fault_add(r, "public_key", "%s",
                          result == CONFLICT ? "This key is another sponsor's." : "No such key.");
    if (result == CONFLICT)
        return INVALID;
    command.earmark_seal.campaign = r->name;
    command.earmark_seal.envelope = request_text(r, "envelope");
    if (result == OK)
        result = page_program_done(r, "paymaster", &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/sponsor/campaign/%.*s?placed=1", (int)r->name.size,
                          r->name.data);
}

static void tranches_view(struct request *r, const struct record_campaign_totals *totals,
                          struct view_sponsor_campaign_totals *v)
{
    v->tranches = arena_array(r->arena, struct view_tranche, totals->tranches_count + 1);
    for (size_t i = 0; i < totals->tranches_count; i++)
        v->tranches[v->tranches_count++] =
            (struct view_tranche){.period = page_month(r->arena, totals->tranches[i].period),
                                  .payees = totals->tranches[i].payees,
                                  .amount = page_money(r->arena, totals->tranches[i].cents)};
}

enum result page_totals(struct request *r, struct reply *out)
{
    struct reply_sponsor_totals totals = {0};
    enum result result = totals_load(r, &totals);
    if (result != OK)
        return result;
    struct view_sponsor_totals v = {.head = page_head(r, TEXT("Totals")),
                                    .k = conf_int("ledger.k")};
    v.campaigns =
        arena_array(r->arena, struct view_sponsor_campaign_totals, totals.campaigns_count + 1);
    for (size_t i = 0; i < totals.campaigns_count; i++) {
        const struct record_campaign_totals *campaign = &totals.campaigns[i];
        struct view_sponsor_campaign_totals *row = &v.campaigns[v.campaigns_count++];
        *row = (struct view_sponsor_campaign_totals){
            .id = campaign->id,
            .name = campaign->name,
            .deposit = page_money(r->arena, campaign->deposit_cents),
            .paid = page_money(r->arena, campaign->paid_cents),
            .escrow = page_money(r->arena, campaign->deposit_cents - campaign->paid_cents -
                                               campaign->refund_cents),
            .refund = campaign->refund_cents > 0 ? page_money(r->arena, campaign->refund_cents)
                                                 : TEXT(""),
            .free = page_money(r->arena, campaign->free_cents),
        };
        tranches_view(r, campaign, row);
    }
    return reply_view(r, out, sponsor_totals, &v);
}
