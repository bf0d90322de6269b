/* Own statements, month by month. Everything here was made by the paymaster when a month was
 * closed. */
#include "fcgi/member/page_payment.h"

#include <inttypes.h>

#include "core/clock.h"
#include "core/conf.h"
#include "fcgi/guard.h"

enum { MONTHS_PAGE = 12, PAYMENTS_BRIEF = 10, PAYMENTS_PAGE = 50, OUTGOINGS_BRIEF = 10 };
enum { OUTGOINGS_PAGE = 50 };
enum { OUTGOING_SENT = 1, OUTGOING_PAID = 2 }; /* schema/statement/140-money.sql */

const struct field fields_earnings[] = {
    {.name = "asked", .type = FIELD_FLAG, .optional = true, .label = "What was before"},
    {.name = "before", .type = FIELD_LINE, .high = 7, .optional = true, .label = "Months before"},
    {.name = "month", .type = FIELD_LINE, .high = 7, .optional = true, .label = "The month"},
    {.name = "after",
     .type = FIELD_INT,
     .high = INT64_MAX,
     .optional = true,
     .label = "Payments after"},
    {.name = "sent",
     .type = FIELD_INT,
     .high = INT64_MAX,
     .optional = true,
     .label = "Payouts before"},
    {.name = NULL},
};

/* What the bank said in its own code, for the few that members meet; others as they came. */
static struct text back_words(struct request *r, struct text reason)
{
    static const struct {
        const char *code, *words;
    } known[] = {
        {"expired", "was not sent in time and is yours again."},
        {"R01", "came back: the house's account lacked the money. It is yours again."},
        {"R02", "came back: this account is closed. It is yours again."},
        {"R03", "came back: there is no such account. It is yours again."},
        {"R04", "came back: the account number is not valid. It is yours again."},
        {"AC01", "came back: the account number is not right. It is yours again."},
        {"AC04", "came back: this account is closed. It is yours again."},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (text_is(reason, known[i].code))
            return text_of(known[i].words);
    return arena_format(r->arena, "came back from the bank (%.*s). It is yours again.",
                        (int)reason.size, reason.data);
}

/* What was kept back of it for the tax office: only who gave no form that holds meets this. */
static struct text tax_words(struct request *r, int64_t withheld, bool back)
{
    if (withheld == 0)
        return TEXT("");
    struct text amount = page_money(r->arena, withheld);
    return arena_format(r->arena,
                        back ? "So are the %.*s that were withheld for the tax office."
                             : "%.*s besides were withheld for the tax office, since there was no "
                               "valid tax form of yours.",
                        (int)amount.size, amount.data);
}

/* Latest first, of those before an instant; one more is asked for, to know whether there are. */
static enum result outgoings_load(struct request *r, int64_t before_ms, size_t most,
                                  struct view_earnings *v)
{
    struct statement_outgoings_row *rows;
    size_t count;
    enum result result =
        statement_outgoings(request_store(r, WEB_STATEMENT), r->arena, r->reader.member, before_ms,
                            (int64_t)most + 1, &rows, &count);
    if (result != OK)
        return result;
    if (count > most) {
        count = most;
        v->sent_before = rows[count - 1].since_ms;
    }
    v->outgoings = arena_array(r->arena, struct view_outgoing, count + 1);
    v->outgoings_count = count;
    for (size_t i = 0; i < count; i++) {
        bool sent = rows[i].state == OUTGOING_SENT, paid = rows[i].state == OUTGOING_PAID;
        v->outgoings[i] = (struct view_outgoing){
            .amount = page_money(r->arena, rows[i].cents),
            .at = clock_day(r->arena, sent ? rows[i].since_ms : rows[i].at_ms),
            .state = sent   ? TEXT("sent")
                     : paid ? TEXT("paid")
                            : TEXT("back"),
            .words = sent   ? TEXT("is on its way to your bank.")
                     : paid ? TEXT("was carried out by the bank.")
                            : back_words(r, rows[i].reason),
            .tax = tax_words(r, rows[i].withheld, !sent && !paid),
        };
    }
    return OK;
}

/* Where it goes, as far as this side of the house knows: never the account itself. */
static enum result payee_load(struct request *r, struct view_earnings *v,
                              struct statement_payee_get_row *payee)
{
    enum result result =
        statement_payee_get(request_store(r, WEB_STATEMENT), r->arena, r->reader.member, payee);
    if (result == NOT_FOUND)
        *payee = (struct statement_payee_get_row){.charity = TEXT("")};
    else if (result != OK)
        return result;
    v->to = payee->charity.size > 0 ? TEXT("Your rewards go to the charity you chose.")
            : payee->rail > 0       ? TEXT("Your rewards go to the account you gave.")
                                    : TEXT("You have not said yet where your rewards are to go.");
    return OK;
}

static enum result standing_load(struct request *r, const struct statement_payee_get_row *payee,
                                 struct view_earnings *v)
{
    struct statement_standing_row row;
    int64_t released_ms = r->now_ms - conf_int("payout.hold_days") * DAY_MS;
    enum result result = statement_standing(request_store(r, WEB_STATEMENT), r->arena,
                                            r->reader.member, released_ms, &row);
    if (result != OK)
        return result;
    int64_t payable = row.earned - row.held - row.sent - row.paid - row.withheld;
    int64_t least = conf_int("payout.threshold_cents");
    bool asked = payee->asked_ms > 0, placed = payee->rail > 0;
    v->payable = page_money(r->arena, payable);
    v->payable_words = !placed ? TEXT("Waits until you say where it goes.")
                       : payable >= least || (asked && payable > 0)
                           ? TEXT("Goes out with the next batch.")
                           : arena_format(r->arena, "Goes out by itself from %s on.",
                                          page_money(r->arena, least).data);
    v->placed = placed;
    v->may_ask = placed && payable > 0 && payable < least && !asked;
    v->held = page_money(r->arena, row.held);
    v->held_words = arena_format(r->arena, "Payable %" PRId64 " days after its month was settled.",
                                 conf_int("payout.hold_days"));
    v->sent = page_money(r->arena, row.sent);
    v->paid = page_money(r->arena, row.paid);
    v->withheld = row.withheld > 0 ? page_money(r->arena, row.withheld) : TEXT("");
    return OK;
}

/* One month, with up to `most` payments behind `after`. */
static enum result month_load(struct request *r, const struct payment_months *months, int64_t after,
                              int64_t most, const struct statement_statement_list_row *row,
                              struct view_statement *statement)
{
    struct statement_held_count_row held;
    *statement = (struct view_statement){.period = row->period,
                                         .month = page_month(r->arena, row->period),
                                         .amount = page_money(r->arena, row->cents),
                                         .zero = row->cents == 0,
                                         .all = row->payments,
                                         .at = clock_day(r->arena, row->closed_ms)};
    enum result result = page_payments_load(r, months, after, most, statement);
    if (result != OK)
        return result;
    result = statement_held_count(request_store(r, WEB_STATEMENT), r->arena, r->reader.member,
                                  row->period, &held);
    statement->held = result == OK ? held.acts : 0; /* whatever was promised on them */
    return result;
}

static enum result months_load(struct request *r, const struct settled *settled, struct text before,
                               struct view_earnings *v)
{
    struct statement_statement_list_row *rows;
    size_t count;
    enum result result =
        statement_statement_list(request_store(r, WEB_STATEMENT), r->arena, r->reader.member,
                                 before, MONTHS_PAGE + 1, &rows, &count);
    if (result != OK)
        return result;
    if (count > MONTHS_PAGE) {
        count = MONTHS_PAGE;
        v->earlier = rows[count - 1].period;
    }
    v->statements = arena_array(r->arena, struct view_statement, count + 1);
    for (size_t i = 0; i < count && result == OK; i++) {
        const struct payment_months months = {rows[i].closed_ms, settled, v->payable_words};
        result = month_load(r, &months, 0, PAYMENTS_BRIEF, &rows[i],
                            &v->statements[v->statements_count++]);
    }
    return result;
}

/* A month with more payments than the list of months shows. */
static enum result page_month_of(struct request *r, struct reply *out, struct view_earnings *v)
{
    struct statement_statement_of_row month;
    struct statement_payee_get_row payee;
    struct settled settled;
    struct text period = request_text(r, "month");
    v->only = TEXT("month");
    enum result result = statement_statement_of(request_store(r, WEB_STATEMENT), r->arena,
                                                r->reader.member, period, &month);
    if (result == OK)
        result = payee_load(r, v, &payee);
    if (result == OK)
        result = standing_load(r, &payee, v);
    if (result == OK)
        result = settled_load(r, &settled);
    if (result != OK)
        return result;
    const struct payment_months months = {month.closed_ms, &settled, v->payable_words};
    const struct statement_statement_list_row row = {
        .period = period,
        .cents = month.cents,
        .payments = month.payments,
        .closed_ms = month.closed_ms,
    };
    v->statements = arena_array(r->arena, struct view_statement, 1);
    v->statements_count = 1;
    struct view_statement *statement = &v->statements[0];
    result = month_load(r, &months, request_int(r, "after"), PAYMENTS_PAGE + 1, &row, statement);
    if (result != OK)
        return result;
    if (statement->payments_count > PAYMENTS_PAGE) {
        statement->payments_count = PAYMENTS_PAGE;
        v->after = statement->payments[PAYMENTS_PAGE - 1].id;
    }
    v->head = page_head(r, arena_format(r->arena, "Your earnings of %.*s",
                                        (int)statement->month.size, statement->month.data));
    return reply_view(r, out, earnings, v);
}

/* Payouts that are too long ago for the list above the months. */
static enum result page_sent_before(struct request *r, struct reply *out, struct view_earnings *v)
{
    v->only = TEXT("sent");
    v->head = page_head(r, TEXT("Your earlier payouts"));
    enum result result = outgoings_load(r, request_int(r, "sent"), OUTGOINGS_PAGE, v);
    if (result != OK)
        return result;
    return reply_view(r, out, earnings, v);
}

enum result page_earnings(struct request *r, struct reply *out)
{
    struct statement_payee_get_row payee;
    struct settled settled;
    struct view_earnings v = {.head = page_head(r, TEXT("Your earnings"))};
    bool form = r->fields != fields_earnings; /* shown again after a refused request */
    struct text before = form ? TEXT("") : request_text(r, "before");
    if (!form && request_int(r, "sent") > 0)
        return page_sent_before(r, out, &v);
    if (!form && request_text(r, "month").size > 0)
        return page_month_of(r, out, &v);
    if (!form && request_flag(r, "asked"))
        v.notice = TEXT("Asked: the next batch takes what is payable, however little it is.");
    page_form_problems(r, "", &v.problems, &v.problems_count);
    v.form = guard_form(r, out, "/earnings/payout");
    v.request = guard_request_id(r);
    v.only = before.size > 0 ? TEXT("earlier") : TEXT("");
    enum result result = payee_load(r, &v, &payee);
    if (result == OK)
        result = standing_load(r, &payee, &v);
    if (result == OK && before.size == 0)
        result = page_allowance_load(r, &v.today);
    if (result == OK && before.size == 0)
        result = outgoings_load(r, INT64_MAX, OUTGOINGS_BRIEF, &v);
    if (result == OK)
        result = settled_load(r, &settled);
    if (result == OK)
        result = months_load(r, &settled, before.size > 0 ? before : TEXT("~"), &v);
    if (result != OK)
        return result;
    return reply_view(r, out, earnings, &v);
}

enum result page_payout_ask_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_PAYOUT_ASK};
    enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/earnings?asked=1") : result;
}
