#include "ledger/payout/withhold.h"

#include <assert.h>
#include <string.h>

#include "core/clock.h"
#include "core/trace.h"
#include "ledger/ledger.h"

enum { DAY_S = 24 * 60 * 60, POINTS = 10000, REFERENCE_MAX = 40 };

int64_t withhold_tax_year(int64_t tick_s)
{
    return clock_date((tick_s + DAY_S) * 1000).year;
}

void withhold_span(int64_t year, int64_t *from_s, int64_t *to_s)
{
    *from_s = clock_from_date((int)year, 1, 1) / 1000 - DAY_S;
    *to_s = clock_from_date((int)year + 1, 1, 1) / 1000 - DAY_S;
}

enum result withhold_rates(struct arena *arena, int64_t year, struct withhold_rates *rates)
{
    struct tax_table *table = arena_take(arena, sizeof *table);
    enum result result = tax_table_load(arena, table);
    if (result != OK)
        return result;
    if (tax_table_get(table, TAX_THRESHOLD_CENTS, year, &rates->threshold_cents) == OK &&
        tax_table_get(table, TAX_THRESHOLD_CENTS, year - 1, &rates->threshold_before_cents) == OK &&
        tax_table_get(table, TAX_WITHHELD_POINTS, year, &rates->points) == OK)
        return OK;
    trace_fail("tax", "years.txt says nothing of %lld or the year before", (long long)year);
    return INVALID;
}

int64_t withhold_cents(const struct withhold_rates *rates, enum withhold_form form,
                       struct withhold_year year, struct withhold_year before, int64_t cents)
{
    assert(cents > 0 && rates->points > 0 && rates->points < POINTS);
    if (form == WITHHOLD_FORM_GOOD)
        return 0;
    bool reached = year.cents + cents >= rates->threshold_cents;
    bool told_before = before.cents >= rates->threshold_before_cents;
    if (!reached && !told_before && before.withheld == 0)
        return 0;
    int64_t withheld = (cents * rates->points + POINTS / 2) / POINTS;
    return withheld < cents ? withheld : cents - 1;
}

static enum result year_of(struct paymaster *paymaster, int64_t member, int64_t tax_year,
                           struct withhold_year *year)
{
    struct vault_rail_year_row row;
    int64_t from_s, to_s;
    withhold_span(tax_year, &from_s, &to_s);
    enum result result =
        vault_rail_year(paymaster->vault, &paymaster->arena, member, from_s, to_s, &row);
    if (result == OK)
        *year = (struct withhold_year){row.cents, row.withheld};
    return result;
}

enum result withhold_of(struct paymaster *paymaster, const struct withhold_rates *rates,
                        int64_t tax_year, int64_t member, int64_t form, int64_t cents,
                        int64_t *withheld)
{
    struct withhold_year year, before;
    *withheld = 0;
    if (form == WITHHOLD_FORM_GOOD)
        return OK;
    enum result result = year_of(paymaster, member, tax_year, &year);
    if (result == OK)
        result = year_of(paymaster, member, tax_year - 1, &before);
    if (result == OK)
        *withheld = withhold_cents(rates, (enum withhold_form)form, year, before, cents);
    return result;
}

/* --- to the tax office --- */

static enum result remittance_write(struct paymaster *paymaster,
                                    const struct leaf_transfer *transfer)
{
    enum book_answer answer;
    uint64_t seq;
    enum result result = writer_begin(&paymaster->writer);
    if (result != OK)
        return result;
    result = writer_transfer(&paymaster->writer, 0, transfer, &answer, &seq);
    if (result == OK && answer == BOOK_CREATED)
        return writer_commit(&paymaster->writer);
    writer_rollback(&paymaster->writer);
    if (result != OK || answer == BOOK_EXISTS)
        return result;
    trace_warn("tax", "remittance refused: %s", book_answer_name(answer));
    return CONFLICT;
}

/* Checks the remittance and makes its transfer. CONFLICT as withhold_remit; *there: it was written
 * before. Asked before it is tried, since an id that was refused once stays refused. */
static enum result remittance_make(struct paymaster *paymaster, int64_t cents, struct text said,
                                   struct leaf_transfer *transfer, bool *there)
{
    struct book_account account;
    enum book_answer answer;
    uint64_t seq;
    if (cents < 1 || said.size == 0 || said.size > REFERENCE_MAX)
        return INVALID;
    *transfer = (struct leaf_transfer){
        .amount = (uint64_t)cents, .exponent = LEDGER_EXPONENT, .code = TRANSFER_REMITTED};
    memcpy(transfer->currency, LEDGER_CURRENCY, 3);
    account_single(&paymaster->key, ACCOUNT_WITHHELD, transfer->debit);
    account_bank(&paymaster->key, transfer->credit);
    account_remittance_id(&paymaster->key, said, transfer->id);
    arena_reset(&paymaster->book_arena, 0);
    enum result result = book_account(&paymaster->writer.book, transfer->debit, &account);
    if (result != OK)
        return result == NOT_FOUND ? CONFLICT : result; /* nothing was ever withheld */
    result = book_check(&paymaster->writer.book, 0, transfer, &answer, &seq);
    *there = answer == BOOK_EXISTS;
    return result == OK && answer != BOOK_CREATED && answer != BOOK_EXISTS ? CONFLICT : result;
}

enum result remit_words(struct paymaster *paymaster, const struct command *command,
                        int64_t by UNUSED, struct text *subject, struct text *words)
{
    const struct command_withheld_remit *remit = &command->withheld_remit;
    struct leaf_transfer transfer;
    struct text said = text_trim(remit->reference);
    bool there = false;
    enum result result = remittance_make(paymaster, remit->cents, said, &transfer, &there);
    if (result != OK || there)
        return result;
    *subject = said;
    *words = arena_format(
        &paymaster->arena, "Book %s of withheld taxes as gone to the tax office, reference “%.*s”",
        ledger_money(&paymaster->arena, remit->cents).data, (int)said.size, said.data);
    return OK;
}

enum result withhold_remit(struct paymaster *paymaster, int64_t cents, struct text reference)
{
    struct leaf_transfer transfer;
    bool there = false;
    if (paymaster->close != NULL)
        return BUSY;
    enum result result = remittance_make(paymaster, cents, text_trim(reference), &transfer, &there);
    return result == OK && !there ? remittance_write(paymaster, &transfer) : result;
}
