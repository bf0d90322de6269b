#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/trace.h"
#include "ledger/ledger.h"
#include "ledger/earmark/product.h"
#include "ledger/log/table.h"
#include "ledger/desk/tools.h"
#include "ledger/payout/unblind.h"
#include "ledger/payout/withhold.h"

/* Lists for the tax office and for transparency reports, by members' numbers alone: names and
 * taxpayers' numbers come to them on the machine of the offline key (curbside identity report).
 *
 * A list is text: a line with its kind, one with the names of its columns, then a row a line,
 * fields separated by tabs. Amounts are cents, days are 2026-03-14. */

enum { PAGE = 1000, DAY_CHARACTERS = 10 };

static bool year_read(const char *word, int64_t *year)
{
    return text_int(text_of(word), TAX_YEAR_MIN + 1, TAX_YEAR_MAX, year);
}

static int tool_end(struct paymaster *paymaster, const char *what, enum result result)
{
    if (result != OK)
        trace_fail(what, "result=%s", result_name(result));
    paymaster_close(paymaster);
    return result == OK && fflush(stdout) == 0 ? 0 : 1;
}

/* --- 1099-NEC --- */

static void payee_print(const struct withhold_rates *rates, int64_t year,
                        const struct vault_rail_year_totals_row *row)
{
    if (row->cents >= rates->threshold_cents || row->withheld > 0)
        printf("%lld\t%lld\t%lld\t%lld\n", (long long)year, (long long)row->member,
               (long long)row->cents, (long long)row->withheld);
    if (row->waiting > 0)
        fprintf(stderr, "member %lld: the bank has not answered for %lld.%02lld of %lld\n",
                (long long)row->member, (long long)row->waiting / 100,
                (long long)row->waiting % 100, (long long)year);
}

static enum result payees_print(struct paymaster *paymaster, const struct withhold_rates *rates,
                                int64_t year)
{
    int64_t from_s, to_s, after = 0;
    enum result result = OK;
    withhold_span(year, &from_s, &to_s);
    printf("curbside/tax/v1\nyear\tmember\tcents\twithheld\n");
    for (size_t count = PAGE; count == PAGE && result == OK;) {
        struct vault_rail_year_totals_row *rows;
        size_t mark = paymaster->arena.used;
        result = vault_rail_year_totals(paymaster->vault, &paymaster->arena, from_s, to_s, after,
                                        PAGE, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = rows[i].member;
            payee_print(rates, year, &rows[i]);
        }
        arena_reset(&paymaster->arena, mark);
    }
    return result;
}

int tool_tax(const char *word)
{
    static struct paymaster paymaster;
    struct withhold_rates rates;
    int64_t year;
    if (!year_read(word, &year))
        return 2;
    enum result result = paymaster_open_reading(&paymaster, true);
    if (result == OK)
        result = withhold_rates(&paymaster.arena, year, &rates);
    if (result == OK)
        result = payees_print(&paymaster, &rates, year);
    return tool_end(&paymaster, "tax", result);
}

/* --- Open Payments --- */

struct payment {
    int64_t leaf, member, cents, reason, sponsor;
    int64_t at_ms, known_ms;
    struct text campaign, product, products; /* products: NULL, it was never asked */
};
struct report {
    struct paymaster *paymaster;
    struct arena arena; /* of the rows' texts */
    int64_t year;
    struct payment *rows;
    size_t count, room;
    struct table pairs; /* payee and sponsor */
    int64_t *totals;    /* of each pair */
    int64_t late, small;
};

static enum result leaf_at(struct paymaster *paymaster, int64_t seq, struct leaf *leaf)
{
    struct bytes bytes;
    size_t mark = paymaster->arena.used;
    enum result result =
        book_leaf(&paymaster->writer.book, &paymaster->arena, (uint64_t)seq, &bytes);
    if (result == OK && leaf_decode(bytes, leaf, NULL) != OK)
        result = BROKEN;
    arena_reset(&paymaster->arena, mark);
    return result;
}

/* Words of a sponsor as one field of a row. */
static struct text field_text(struct arena *arena, struct text words)
{
    struct buf out;
    buf_open(&out, arena, words.size + 1);
    for (size_t i = 0; i < words.size; i++)
        buf_char(&out, (unsigned char)words.data[i] < ' ' ? ' ' : words.data[i]);
    return buf_done(&out);
}

static size_t pair_of(struct report *report, int64_t member, int64_t sponsor)
{
    uint8_t key[16];
    table_key(key, member, sponsor);
    return table_put(&report->pairs, key, NULL);
}

static void payment_keep(struct report *report, const struct payment *payment)
{
    if (report->count == report->room) {
        report->room = report->room == 0 ? PAGE : report->room * 2;
        report->rows = reallocarray(report->rows, report->room, sizeof *report->rows);
        report->totals = reallocarray(report->totals, report->room, sizeof *report->totals);
        assert(report->rows != NULL && report->totals != NULL);
        memset(report->totals + report->count, 0,
               (report->room - report->count) * sizeof *report->totals);
    }
    report->rows[report->count++] = *payment;
    report->totals[pair_of(report, payment->member, payment->sponsor)] += payment->cents;
}

/* One that the vault calls unblinded: it is only if the ledger has the entry, and is reported only
 * if that was in time. */
static enum result payment_take(struct report *report, const struct vault_unblinded_row *row)
{
    struct leaf reward, entry;
    uint8_t id[16];
    enum result result = leaf_at(report->paymaster, row->leaf, &reward);
    if (result == OK)
        result = leaf_at(report->paymaster, row->entry, &entry);
    if (result != OK)
        return result;
    account_unblind_id(&report->paymaster->key, row->payout.data, id);
    if (reward.kind != LEAF_TRANSFER || entry.kind != LEAF_TRANSFER ||
        memcmp(reward.transfer.id, row->payout.data, 16) != 0 ||
        memcmp(entry.transfer.id, id, 16) != 0 ||
        memcmp(entry.transfer.ref, reward.transfer.id, 16) != 0)
        return BROKEN;
    struct payment payment = {.leaf = row->leaf,
                              .member = row->member,
                              .cents = (int64_t)reward.transfer.amount,
                              .reason = row->reason,
                              .sponsor = row->sponsor,
                              .at_ms = (int64_t)reward.tick * 1000,
                              .known_ms = (int64_t)entry.tick * 1000,
                              .campaign = field_text(&report->arena, row->campaign),
                              .product = field_text(&report->arena, row->product),
                              .products = arena_text(&report->arena, row->products)};
    if (clock_date(payment.at_ms).year != report->year)
        return OK;
    if (payment.known_ms < ledger_blind_until_ms(payment.at_ms)) {
        payment_keep(report, &payment);
        return OK;
    }
    fprintf(stderr, "leaf %lld became known after its term, and is not reported\n",
            (long long)payment.leaf);
    report->late++;
    return OK;
}

static enum result payments_take(struct report *report)
{
    int64_t after = 0;
    enum result result = OK;
    for (size_t count = PAGE; count == PAGE && result == OK;) {
        struct vault_unblinded_row *rows;
        size_t mark = report->paymaster->arena.used;
        result = vault_unblinded(report->paymaster->vault, &report->paymaster->arena, after, PAGE,
                                 &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = rows[i].number;
            result = payment_take(report, &rows[i]);
        }
        arena_reset(&report->paymaster->arena, mark);
    }
    return result;
}

static struct text day_text(struct arena *arena, int64_t at_ms)
{
    struct text iso = clock_iso(arena, at_ms);
    return (struct text){iso.data, DAY_CHARACTERS};
}

/* The names of their columns, or what stands in them. A campaign that was never asked leaves open
 * whether it is about a product: the office's form does not take that, so somebody has to say. */
static void products_head(void)
{
    printf("\trelated");
    for (int i = 1; i <= PRODUCTS_MOST; i++)
        printf("\tcovered%d\tkind%d\tarea%d\tname%d\tndc%d\tpdi%d", i, i, i, i, i, i);
    printf("\n");
}

static void products_print(struct report *report, struct text lines)
{
    struct product products[PRODUCTS_MOST];
    struct text why;
    size_t count = 0;
    if (lines.data != NULL && products_read(&report->arena, lines, products, &count, &why) != OK)
        count = 0; /* none was taken that does not hold */
    printf("\t%s", lines.data == NULL ? "" : count > 0 ? "Yes" : "No");
    for (size_t i = 0; i < PRODUCTS_MOST; i++) {
        const struct product none = {.name = TEXT(""), .area = TEXT(""), .code = TEXT("")};
        const struct product *product = i < count ? &products[i] : &none;
        struct text name = field_text(&report->arena, product->name);
        struct text area = field_text(&report->arena, product->area);
        struct text code = field_text(&report->arena, product->code);
        bool ndc = product_has_ndc(product);
        printf("\t%s\t%s\t%.*s\t%.*s\t%.*s\t%.*s", i < count ? "Covered" : "",
               product_kind_name(product->kind), (int)area.size, area.data, (int)name.size,
               name.data, ndc ? (int)code.size : 0, code.data, ndc ? 0 : (int)code.size, code.data);
    }
    printf("\n");
}

static void payment_print(struct report *report, const struct payment *payment)
{
    struct text at = day_text(&report->arena, payment->at_ms);
    struct text known = day_text(&report->arena, payment->known_ms);
    printf("%lld\t%lld\t%lld\t%.*s\t%lld\t%lld\t%.*s\t%.*s\t%s\t%.*s", (long long)report->year,
           (long long)payment->member, (long long)payment->leaf, (int)at.size, at.data,
           (long long)payment->cents, (long long)payment->sponsor, (int)payment->campaign.size,
           payment->campaign.data, (int)payment->product.size, payment->product.data,
           unblind_reason_name(payment->reason), (int)known.size, known.data);
    products_print(report, payment->products);
}

/* Small ones are left out, unless the year's come to enough; 42 CFR 403.904(i)(2). Counted over
 * what is reported: a sum over blinded ones too would tell of them. */
static enum result payments_print(struct report *report)
{
    struct tax_table *table = arena_take(&report->arena, sizeof *table);
    int64_t least = 0, year_most = 0;
    enum result result = tax_table_load(&report->arena, table);
    if (result != OK)
        return result;
    if (tax_table_get(table, TAX_SMALL_CENTS, report->year, &least) != OK ||
        tax_table_get(table, TAX_SMALL_YEAR, report->year, &year_most) != OK) {
        fprintf(stderr,
                "years.txt does not say which payments of %lld are too small to be reported; CMS "
                "says it each year: enter small.cents and small.year_cents (scripts/tax)\n",
                (long long)report->year);
        return NOT_FOUND;
    }
    printf("curbside/open-payments/v1\n"
           "year\tmember\tleaf\tdate\tcents\tsponsor\tcampaign\tproduct\treason\tknown");
    products_head();
    for (size_t i = 0; i < report->count; i++) {
        const struct payment *payment = &report->rows[i];
        size_t mark = report->arena.used;
        int64_t year = report->totals[pair_of(report, payment->member, payment->sponsor)];
        if (payment->cents < least && year <= year_most)
            report->small++;
        else
            payment_print(report, payment);
        arena_reset(&report->arena, mark);
    }
    if (report->small > 0)
        fprintf(stderr, "%lld too small to be reported\n", (long long)report->small);
    return OK;
}

int tool_open_payments(const char *word)
{
    static struct paymaster paymaster;
    struct report report = {.paymaster = &paymaster};
    if (!year_read(word, &report.year))
        return 2;
    arena_open(&report.arena, 64 * 1024 * 1024);
    enum result result = paymaster_open_reading(&paymaster, true);
    if (result == OK)
        result = payments_take(&report);
    if (result == OK)
        result = payments_print(&report);
    table_close(&report.pairs);
    free(report.rows);
    free(report.totals);
    arena_close(&report.arena);
    return tool_end(&paymaster, "open-payments", result);
}

/* --- a member's rewards, to find the leaf of one --- */

static enum result reward_print(struct paymaster *paymaster,
                                const struct vault_payments_of_row *row)
{
    struct leaf leaf;
    enum result result = leaf_at(paymaster, row->leaf, &leaf);
    if (result != OK)
        return result;
    int64_t at_ms = (int64_t)leaf.tick * 1000;
    struct text at = day_text(&paymaster->arena, at_ms);
    struct text until = day_text(&paymaster->arena, ledger_blind_until_ms(at_ms) - 1);
    struct text campaign = field_text(&paymaster->arena, row->campaign);
    struct text product = field_text(&paymaster->arena, row->product);
    printf("%lld\t%.*s\t%lld\t%lld\t%.*s\t%.*s\t%.*s\t%s\n", (long long)row->leaf, (int)at.size,
           at.data, (long long)row->cents, (long long)row->sponsor, (int)campaign.size,
           campaign.data, (int)product.size, product.data, (int)until.size, until.data,
           row->back         ? "taken back"
           : row->reason > 0 ? unblind_reason_name(row->reason)
                             : "blinded");
    return OK;
}

int tool_payments(const char *word)
{
    static struct paymaster paymaster;
    int64_t member, after = 0;
    if (!text_int(text_of(word), 1, INT64_MAX, &member))
        return 2;
    enum result result = paymaster_open_reading(&paymaster, true);
    printf("leaf\tdate\tcents\tsponsor\tcampaign\tproduct\tblind until\tstate\n");
    for (size_t count = PAGE; count == PAGE && result == OK;) {
        struct vault_payments_of_row *rows;
        size_t mark = paymaster.arena.used;
        result = vault_payments_of(paymaster.vault, &paymaster.arena, member, after, PAGE, &rows,
                                   &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = rows[i].leaf;
            result = reward_print(&paymaster, &rows[i]);
        }
        arena_reset(&paymaster.arena, mark);
    }
    return tool_end(&paymaster, "payments", result);
}
