/* Own statements and their receipts. Everything here was made by the paymaster when a month was
 * closed. */
#include "fcgi/page_doors.h"

#include <inttypes.h>

#include "core/clock.h"
#include "schema/board.h"
#include "schema/statement.h"

enum { MONTHS_MAX = 36, PAYMENTS_MAX = 20, PARTS_MAX = 50 };

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

static struct text part_words(struct request *r, int64_t kind, int64_t posting)
{
    struct board_posting_get_row row;
    const char *what = kind == 1 ? "Your posting" : kind == 2 ? "Your answer" : "Your vote";
    if (board_posting_get(request_store(r, WEB_BOARD), r->arena, posting, &row) != OK)
        return text_of(what);
    if (row.title.size == 0) {
        struct board_thread_get_row thread;
        if (board_thread_get(request_store(r, WEB_BOARD), r->arena, row.question, &thread) != OK)
            return text_of(what);
        row.title = thread.title;
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

static enum result payments_load(struct request *r, struct view_statement *statement)
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
                                         .amount = page_money(r->arena, rows[i].cents)};
        result = parts_load(r, payment);
        if (result != OK)
            return result;
        statement->payments_count++;
    }
    return OK;
}

enum result page_earnings(struct request *r, struct reply *out)
{
    struct statement_statement_list_row *rows;
    struct statement_statement_total_row total;
    size_t count;
    struct db *store = request_store(r, WEB_STATEMENT);
    enum result result =
        statement_statement_list(store, r->arena, r->reader.member, MONTHS_MAX, &rows, &count);
    if (result == OK)
        result = statement_statement_total(store, r->arena, r->reader.member, &total);
    if (result != OK)
        return result;
    struct view_earnings v = {.head = page_head(r, TEXT("Your earnings"))};
    /* Payouts come with the rails; until then all that was earned is payable. */
    v.payable = page_money(r->arena, total.cents);
    v.held = page_money(r->arena, 0);
    v.paid = page_money(r->arena, 0);
    v.statements = arena_array(r->arena, struct view_statement, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct view_statement *statement = &v.statements[i];
        *statement = (struct view_statement){.period = rows[i].period,
                                             .month = page_month(r->arena, rows[i].period),
                                             .amount = page_money(r->arena, rows[i].cents),
                                             .zero = rows[i].cents == 0,
                                             .at = clock_day(r->arena, rows[i].closed_ms)};
        result = payments_load(r, statement);
        if (result != OK)
            return result;
        v.statements_count++;
    }
    return reply_view(r, out, earnings, &v);
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
