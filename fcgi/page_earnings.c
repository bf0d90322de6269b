/* Own statements and their receipts. Everything here was made by the paymaster when a month was
 * closed. */
#include "fcgi/page_doors.h"

#include <inttypes.h>

#include "core/clock.h"
#include "core/conf.h"
#include "fcgi/guard.h"
#include "fcgi/page_settled.h"
#include "ledger/ledger.h"
#include "schema/board.h"
#include "schema/statement.h"

enum { MONTHS_MAX = 36, PAYMENTS_MAX = 20, PARTS_MAX = 50, OUTGOINGS_MAX = 50 };
enum { OUTGOING_SENT = 1, OUTGOING_PAID = 2 }; /* schema/statement/140-money.sql */

const struct field fields_earnings[] = {
    {.name = "asked", .type = FIELD_FLAG, .optional = true, .label = "What was before"},
    {.name = NULL},
};
const struct field fields_receipt[] = {
    {.name = "part",
     .type = FIELD_INT,
     .low = 0,
     .high = PARTS_MAX,
     .optional = true,
     .label = "The part"},
    {.name = "opening", .type = FIELD_FLAG, .optional = true, .label = "The opening"},
    {.name = NULL},
};

/* posting 0: a selector chose, and a part may come of any of what it took. */
static struct text part_words(struct request *r, int64_t kind, int64_t posting)
{
    struct board_posting_get_row row;
    const char *what = kind == 1 ? "Your posting" : kind == 2 ? "Your answer" : "Your vote";
    if (posting == 0)
        return arena_format(r->arena, "%s, chosen by a selector", what);
    if (board_posting_get(request_store(r, WEB_BOARD), r->arena, posting, &row) != OK)
        return text_of(what);
    if (row.title.size == 0) {
        struct board_thread_get_row thread;
        if (board_thread_get(request_store(r, WEB_BOARD), r->arena, row.question, &thread) != OK)
            return text_of(what);
        row.title = page_titled(r->arena, thread.kind, thread.member, thread.source, thread.title);
    }
    return arena_format(r->arena, "%s: %.*s", what, (int)row.title.size, row.title.data);
}

static enum result parts_load(struct request *r, struct view_payment *payment)
{
    struct statement_parts_row *rows;
    size_t count;
    enum result result = statement_parts(request_store(r, WEB_STATEMENT), r->arena,
                                         r->reader.member, payment->id, PARTS_MAX, &rows, &count);
    if (result != OK)
        return result;
    payment->parts = arena_array(r->arena, struct view_part, count + 1);
    payment->parts_count = count;
    for (size_t i = 0; i < count; i++) {
        struct board_posting_thread_row thread = {.question = rows[i].posting};
        struct view_part *part = &payment->parts[i];
        part->words = part_words(r, rows[i].kind, rows[i].posting);
        part->amount = page_money(r->arena, rows[i].cents);
        result =
            board_posting_thread(request_store(r, WEB_BOARD), r->arena, rows[i].posting, &thread);
        if (result != OK && result != NOT_FOUND)
            return result;
        part->number = rows[i].number;
        part->question = thread.question;
        part->posting = rows[i].posting;
    }
    return OK;
}

/* When a reward is the member's to take: so long after its month was closed. */
static int64_t payable_from(int64_t closed_ms)
{
    return closed_ms + conf_int("payout.hold_days") * DAY_MS;
}

/* Held or payable, and what it waits for. */
static void payment_waits(struct request *r, int64_t closed_ms, struct text waits,
                          struct view_payment *payment)
{
    struct text from = clock_day(r->arena, payable_from(closed_ms));
    bool held = payable_from(closed_ms) > r->now_ms;
    payment->state = held ? TEXT("held") : TEXT("payable");
    payment->words = held ? arena_format(r->arena, "until %.*s, in case a mistake is found.",
                                         (int)from.size, from.data)
                          : arena_format(r->arena, "since %.*s. %.*s", (int)from.size, from.data,
                                         (int)waits.size, waits.data);
}

/* A reward is in exactly one state. waits: what payable money waits for. */
static enum result payment_state(struct request *r, int64_t closed_ms,
                                 const struct settled *settled, struct text waits,
                                 struct view_payment *payment)
{
    struct statement_reversal_of_row back;
    struct text went;
    int64_t rest;
    enum result result = statement_reversal_of(request_store(r, WEB_STATEMENT), r->arena,
                                               r->reader.member, payment->id, &back);
    if (result == OK) {
        struct text at = clock_day(r->arena, back.at_ms);
        payment->state = TEXT("taken back");
        payment->words =
            arena_format(r->arena, "on %.*s: %.*s. It stands in the ledger as entry %" PRId64 ".",
                         (int)at.size, at.data, (int)back.why.size, back.why.data, back.leaf);
        return OK;
    }
    if (result != NOT_FOUND)
        return result;
    enum settled_state state = settled_of(r, settled, payment->id, &went, &rest);
    payment_waits(r, closed_ms, waits, payment);
    if (rest > 0) {
        payment->words = arena_format(r->arena, "%.*s Of it, all but %s has gone out: %.*s.",
                                      (int)payment->words.size, payment->words.data,
                                      page_money(r->arena, rest).data, (int)went.size, went.data);
    } else if (state != SETTLED_NOT) {
        payment->state = state == SETTLED_PAID ? TEXT("paid") : TEXT("on its way");
        payment->words = arena_format(r->arena, "%.*s.", (int)went.size, went.data);
    }
    return OK;
}

/* Whether the maker knows who got it. */
static enum result payment_blind(struct request *r, int64_t at_ms, struct view_payment *payment)
{
    static const struct text why[] = {TEXT("it was told who took part"),
                                      TEXT("you agreed to be named"),
                                      TEXT("it learned of you otherwise")};
    struct statement_unblinding_of_row known;
    int64_t until_ms = ledger_blind_until_ms(at_ms);
    struct text until = clock_day(r->arena, until_ms - 1);
    payment->blind = TEXT("");
    if (text_is(payment->state, "taken back"))
        return OK;
    enum result result = statement_unblinding_of(request_store(r, WEB_STATEMENT), r->arena,
                                                 r->reader.member, payment->id, &known);
    if (result == NOT_FOUND) {
        payment->blind = arena_format(
            r->arena,
            r->now_ms < until_ms
                ? "Its maker does not know that it was you. While that is so until %.*s, no "
                  "transparency report names you for it."
                : "Its maker did not know that it was you until %.*s, so no transparency report "
                  "names you for it.",
            (int)until.size, until.data);
        return OK;
    }
    if (result != OK || known.reason < 1 || known.reason > 3)
        return result == OK ? BROKEN : result;
    struct text since = clock_day(r->arena, known.at_ms), because = why[known.reason - 1];
    payment->blind = arena_format(
        r->arena,
        known.at_ms < until_ms
            ? "Its maker has known since %.*s that it was you: %.*s. This payment will stand in "
              "its transparency report."
            : "Its maker has known since %.*s that it was you: %.*s. That was after its term, so "
              "no transparency report names you for it.",
        (int)since.size, since.data, (int)because.size, because.data);
    return OK;
}

static enum result payments_load(struct request *r, int64_t closed_ms,
                                 const struct settled *settled, struct text waits,
                                 struct view_statement *statement)
{
    struct statement_payments_row *rows;
    size_t count;
    enum result result =
        statement_payments(request_store(r, WEB_STATEMENT), r->arena, r->reader.member,
                           statement->period, PAYMENTS_MAX, &rows, &count);
    if (result != OK)
        return result;
    statement->payments = arena_array(r->arena, struct view_payment, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct view_payment *payment = &statement->payments[i];
        *payment = (struct view_payment){.id = rows[i].id,
                                         .campaign = rows[i].campaign,
                                         .product = rows[i].product,
                                         .amount = page_money(r->arena, rows[i].cents),
                                         .corrects = rows[i].corrects.size > 0
                                                         ? page_month(r->arena, rows[i].corrects)
                                                         : TEXT("")};
        result = payment_state(r, closed_ms, settled, waits, payment);
        if (result == OK)
            result = payment_blind(r, rows[i].at_ms, payment);
        if (result == OK)
            result = parts_load(r, payment);
        if (result != OK)
            return result;
        statement->payments_count++;
    }
    return OK;
}

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

static enum result outgoings_load(struct request *r, struct view_earnings *v)
{
    struct statement_outgoings_row *rows;
    size_t count;
    enum result result = statement_outgoings(request_store(r, WEB_STATEMENT), r->arena,
                                             r->reader.member, OUTGOINGS_MAX, &rows, &count);
    if (result != OK)
        return result;
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
    v->may_ask = placed && payable > 0 && payable < least && !asked;
    v->held = page_money(r->arena, row.held);
    v->held_words = arena_format(r->arena, "Payable %" PRId64 " days after its month was settled.",
                                 conf_int("payout.hold_days"));
    v->sent = page_money(r->arena, row.sent);
    v->paid = page_money(r->arena, row.paid);
    v->withheld = row.withheld > 0 ? page_money(r->arena, row.withheld) : TEXT("");
    return OK;
}

/* How many acts of the month could not earn, whatever was promised on them. */
static enum result held_count(struct request *r, struct view_statement *statement)
{
    struct statement_held_count_row row;
    enum result result = statement_held_count(request_store(r, WEB_STATEMENT), r->arena,
                                              r->reader.member, statement->period, &row);
    statement->held = result == OK ? row.acts : 0;
    return result;
}

enum result page_earnings(struct request *r, struct reply *out)
{
    struct statement_statement_list_row *rows;
    struct statement_payee_get_row payee;
    struct settled settled;
    size_t count;
    struct db *store = request_store(r, WEB_STATEMENT);
    struct view_earnings v = {.head = page_head(r, TEXT("Your earnings")), .notice = TEXT("")};
    if (r->fields == fields_earnings && request_flag(r, "asked"))
        v.notice = TEXT("Asked: the next batch takes what is payable, however little it is.");
    page_form_problems(r, "", &v.problems, &v.problems_count);
    v.form = guard_form(r, out, "/earnings/payout");
    v.request = guard_request_id(r);
    enum result result =
        statement_statement_list(store, r->arena, r->reader.member, MONTHS_MAX, &rows, &count);
    if (result == OK)
        result = payee_load(r, &v, &payee);
    if (result == OK)
        result = standing_load(r, &payee, &v);
    if (result == OK)
        result = outgoings_load(r, &v);
    if (result == OK)
        result = settled_load(r, &settled);
    if (result != OK)
        return result;
    v.statements = arena_array(r->arena, struct view_statement, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct view_statement *statement = &v.statements[i];
        *statement = (struct view_statement){.period = rows[i].period,
                                             .month = page_month(r->arena, rows[i].period),
                                             .amount = page_money(r->arena, rows[i].cents),
                                             .zero = rows[i].cents == 0,
                                             .at = clock_day(r->arena, rows[i].closed_ms)};
        result = payments_load(r, rows[i].closed_ms, &settled, v.payable_words, statement);
        if (result == OK)
            result = held_count(r, statement);
        if (result != OK)
            return result;
        v.statements_count++;
    }
    return reply_view(r, out, earnings, &v);
}

enum result page_payout_ask_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_PAYOUT_ASK};
    enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/earnings?asked=1") : result;
}

/* The tlog-proof of one part's commitment, or what it commits to: nonce and plaintext in hex, for
 * SHA-256("ldg/earmark/v1\n" || opening). */
static enum result part_receipt(struct request *r, struct reply *out, int64_t number)
{
    struct statement_parts_row *rows;
    size_t count;
    enum result result = statement_parts(request_store(r, WEB_STATEMENT), r->arena,
                                         r->reader.member, r->id, PARTS_MAX, &rows, &count);
    size_t at = 0;
    if (result != OK)
        return result;
    while (at < count && rows[at].number != number)
        at++;
    if (at == count)
        return NOT_FOUND;
    bool opening = request_flag(r, "opening");
    struct buf *file = reply_file(out, "text/plain; charset=utf-8",
                                  arena_format(r->arena, "%s-%" PRId64 "-%" PRId64 ".txt",
                                               opening ? "opening" : "commitment", r->id, number));
    if (opening)
        buf_hex(file, rows[at].opening);
    else
        buf_add(file, rows[at].receipt.data, rows[at].receipt.size);
    return OK;
}

/* Of the payment: a tlog-proof as it is, for tools that are not ours. With part=N: of what part N
 * was promised by. */
enum result page_receipt(struct request *r, struct reply *out)
{
    struct statement_payment_find_row row;
    enum result result = statement_payment_find(request_store(r, WEB_STATEMENT), r->arena,
                                                r->reader.member, r->id, &row);
    if (result != OK)
        return result;
    if (request_int(r, "part") > 0)
        return part_receipt(r, out, request_int(r, "part"));
    struct buf *file = reply_file(out, "text/plain; charset=utf-8",
                                  arena_format(r->arena, "receipt-%" PRId64 ".txt", r->id));
    buf_add(file, row.receipt.data, row.receipt.size);
    return OK;
}
