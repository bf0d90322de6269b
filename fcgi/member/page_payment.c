/* One payment of a month: its state, what it is made of, and its proofs. */
#include "fcgi/member/page_payment.h"

#include <inttypes.h>

#include "core/clock.h"
#include "core/conf.h"
#include "ledger/ledger.h"
#include "schema/board.h"

enum { PARTS_BRIEF = 5, PARTS_PAGE = 100, PART_HIGH = 10000000 };

const struct field fields_receipt[] = {
    {.name = "part",
     .type = FIELD_INT,
     .low = 0,
     .high = PART_HIGH,
     .optional = true,
     .label = "The part"},
    {.name = "opening", .type = FIELD_FLAG, .optional = true, .label = "The opening"},
    {.name = NULL},
};
const struct field fields_payment[] = {
    {.name = "after",
     .type = FIELD_INT,
     .low = 0,
     .high = PART_HIGH,
     .optional = true,
     .label = "The part before"},
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

/* As many parts as asked for behind `after`, and how many there are in all. */
static enum result parts_load(struct request *r, struct view_payment *payment, int64_t after,
                              int64_t most)
{
    struct db *store = request_store(r, WEB_STATEMENT);
    struct statement_parts_count_row all;
    struct statement_parts_row *rows;
    size_t count;
    enum result result =
        statement_parts_count(store, r->arena, r->reader.member, payment->id, &all);
    if (result == OK)
        result = statement_parts(store, r->arena, r->reader.member, payment->id, after, most, &rows,
                                 &count);
    if (result != OK)
        return result;
    payment->parts = arena_array(r->arena, struct view_part, count + 1);
    payment->parts_count = count;
    payment->all = all.parts;
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
    enum settled_state state;
    result = settled_of(r, settled, payment->id, &state, &went, &rest);
    if (result != OK)
        return result;
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

static enum result payment_fill(struct request *r, const struct payment_months *months,
                                const struct statement_payments_row *row,
                                struct view_payment *payment)
{
    *payment = (struct view_payment){
        .id = row->id,
        .campaign = row->campaign,
        .product = row->product,
        .amount = page_money(r->arena, row->cents),
        .corrects = row->corrects.size > 0 ? page_month(r->arena, row->corrects) : TEXT(""),
    };
    enum result result =
        payment_state(r, months->closed_ms, months->settled, months->waits, payment);
    return result == OK ? payment_blind(r, row->at_ms, payment) : result;
}

enum result page_payments_load(struct request *r, const struct payment_months *months,
                               int64_t after, int64_t most, struct view_statement *statement)
{
    struct statement_payments_row *rows;
    size_t count;
    enum result result =
        statement_payments(request_store(r, WEB_STATEMENT), r->arena, r->reader.member,
                           statement->period, after, most, &rows, &count);
    if (result != OK)
        return result;
    statement->payments = arena_array(r->arena, struct view_payment, count + 1);
    for (size_t i = 0; i < count && result == OK; i++) {
        struct view_payment *payment = &statement->payments[statement->payments_count++];
        result = payment_fill(r, months, &rows[i], payment);
        if (result == OK)
            result = parts_load(r, payment, 0, PARTS_BRIEF);
    }
    return result;
}

/* All parts of one payment, page by page. */
enum result page_payment(struct request *r, struct reply *out)
{
    struct view_payment_parts v = {.head = page_head(r, TEXT("A payment"))};
    struct db *store = request_store(r, WEB_STATEMENT);
    struct statement_payment_find_row row;
    struct statement_statement_of_row month;
    struct settled settled;
    enum result result = statement_payment_find(store, r->arena, r->reader.member, r->id, &row);
    if (result == OK)
        result = statement_statement_of(store, r->arena, r->reader.member, row.period, &month);
    if (result == OK)
        result = settled_load(r, &settled);
    if (result != OK)
        return result;
    const struct payment_months months = {
        .closed_ms = month.closed_ms, .settled = &settled, .waits = TEXT("")};
    const struct statement_payments_row of = {.id = r->id,
                                              .campaign = row.campaign,
                                              .product = row.product,
                                              .cents = row.cents,
                                              .at_ms = row.at_ms,
                                              .corrects = row.corrects};
    v.period = row.period;
    v.month = page_month(r->arena, row.period);
    v.payment = arena_array(r->arena, struct view_payment, 1);
    v.payment_count = 1;
    result = payment_fill(r, &months, &of, v.payment);
    if (result == OK)
        result = parts_load(r, v.payment, request_int(r, "after"), PARTS_PAGE);
    if (result != OK)
        return result;
    const struct view_payment *payment = v.payment;
    if (payment->parts_count > 0) {
        v.first = payment->parts[0].number;
        v.last = payment->parts[payment->parts_count - 1].number;
    }
    v.before = v.first > PARTS_PAGE ? v.first - PARTS_PAGE - 1 : 0;
    return reply_view(r, out, payment_parts, &v);
}

/* The tlog-proof of one part's commitment, or what it commits to: nonce and plaintext in hex, for
 * SHA-256("ldg/earmark/v1\n" || opening). */
static enum result part_receipt(struct request *r, struct reply *out, int64_t number)
{
    struct statement_part_find_row part;
    enum result result = statement_part_find(request_store(r, WEB_STATEMENT), r->arena,
                                             r->reader.member, r->id, number, &part);
    if (result != OK)
        return result;
    bool opening = request_flag(r, "opening");
    struct buf *file = reply_file(out, "text/plain; charset=utf-8",
                                  arena_format(r->arena, "%s-%" PRId64 "-%" PRId64 ".txt",
                                               opening ? "opening" : "commitment", r->id, number));
    if (opening)
        buf_hex(file, part.opening);
    else
        buf_add(file, part.receipt.data, part.receipt.size);
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
