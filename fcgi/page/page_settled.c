#include "fcgi/page/page_settled.h"

#include <inttypes.h>

#include "core/clock.h"

enum { CREDITS_MOST = 1000, DEBITS_MOST = 1000, NAMED_MOST = 3, REFERENCE_BYTES = 7 };
enum { OUTGOING_PAID = 2 }; /* schema/statement/140-money.sql */

enum result settled_load(struct request *r, struct settled *settled)
{
    struct statement_credits_row *credits;
    struct statement_debits_row *debits;
    struct db *store = request_store(r, WEB_STATEMENT);
    *settled = (struct settled){0};
    enum result result = statement_credits(store, r->arena, r->reader.member, CREDITS_MOST,
                                           &credits, &settled->credits_count);
    if (result == OK)
        result = statement_debits(store, r->arena, r->reader.member, DEBITS_MOST, &debits,
                                  &settled->debits_count);
    if (result != OK)
        return result;
    settled->credits = credits;
    settled->debits = debits;
    settled->gone = settled->debits_count > 0 ? debits[0].upto : 0;
    return OK;
}

/* "on 3 May 2026 with batch 4, reference 1a2b3c4d5e6f7a": as the bank's own statement begins it. */
static void debit_words(struct request *r, struct buf *out,
                        const struct statement_debits_row *debit)
{
    bool paid = debit->state == OUTGOING_PAID;
    struct text at = clock_day(r->arena, paid ? debit->at_ms : debit->since_ms);
    if (buf_bytes(out).size > 0)
        buf_format(out, ", and ");
    buf_format(out, "%s %.*s", paid ? "on" : "since", (int)at.size, at.data);
    if (debit->batch > 0)
        buf_format(out, " with batch %" PRId64, debit->batch);
    buf_format(out, ", reference ");
    buf_hex(out, bytes_of(debit->transfer.data, REFERENCE_BYTES));
}

/* A reward among the latest, or an older one by itself. */
static enum result credit_find(struct request *r, const struct settled *settled, int64_t payment,
                               struct statement_credit_of_row *credit)
{
    for (size_t i = 0; i < settled->credits_count; i++)
        if (settled->credits[i].payment == payment) {
            *credit = (struct statement_credit_of_row){.cents = settled->credits[i].cents,
                                                       .upto = settled->credits[i].upto};
            return OK;
        }
    if (settled->credits_count < CREDITS_MOST)
        return NOT_FOUND;
    return statement_credit_of(request_store(r, WEB_STATEMENT), r->arena, r->reader.member, payment,
                               credit);
}

enum result settled_of(struct request *r, const struct settled *settled, int64_t payment,
                       enum settled_state *state, struct text *words, int64_t *rest)
{
    struct statement_credit_of_row credit;
    struct buf out;
    size_t named = 0;
    *rest = 0;
    *words = TEXT("");
    *state = SETTLED_NOT;
    enum result result = credit_find(r, settled, payment, &credit);
    if (result == NOT_FOUND || (result == OK && credit.upto - credit.cents >= settled->gone))
        return OK;
    if (result != OK)
        return result;
    *state = SETTLED_PAID;
    buf_open(&out, r->arena, 256);
    for (size_t i = settled->debits_count; i > 0; i--) {
        const struct statement_debits_row *debit = &settled->debits[i - 1];
        if (debit->upto <= credit.upto - credit.cents || debit->upto - debit->cents >= credit.upto)
            continue;
        if (named++ < NAMED_MOST)
            debit_words(r, &out, debit);
        if (debit->state != OUTGOING_PAID)
            *state = SETTLED_SENT;
    }
    *words = buf_done(&out);
    *rest = credit.upto > settled->gone ? credit.upto - settled->gone : 0;
    return OK;
}
