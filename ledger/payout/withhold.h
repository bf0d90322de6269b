#pragma once
/* Backup withholding: the part of a payout that is the tax office's because its payee gave no tax
 * form that holds. Which payouts: 26 U.S.C. 3406(b)(6), payments of the kind 6041(a) and 6041A(a)
 * speak of (fees to who is no employee). Without a W-9 that holds (none given, or refused by the
 * tax office: 3406(a)(1)(A) and (B)), the rate of the year applies to the whole of a payment
 *   (A) with which the payee's payments of the year come to the year's threshold or more, or
 *   (B) to a payee whose payments of the year before came to that year's threshold, or
 *   (C) to a payee from whom something was withheld in the year before.
 * Every payee counts as a US person, charities' givers too: this house takes no W-8.
 *
 * A payment is made on the day the bank is told to carry it out, the day after its batch
 * (ledger/payout/rail.h): that day's year, in UTC, is its tax year. What comes back was not paid.
 * Private to ledger/. */
#include "ledger/desk/proposal.h"
#include "ledger/payout/tax_table.h"

enum withhold_form { WITHHOLD_NO_FORM = 0, WITHHOLD_FORM_GOOD = 1, WITHHOLD_FORM_REFUSED = 2 };

/* A payee's payments of a year: gross, and what of it was withheld. */
struct withhold_year {
    int64_t cents, withheld;
};
/* What the law says of a year and the one before. */
struct withhold_rates {
    int64_t threshold_cents, threshold_before_cents;
    int64_t points; /* of 10,000 */
};

/* The tax year of a payment whose batch was made then, and that year's batches: from_s up to, not
 * including, to_s. */
int64_t withhold_tax_year(int64_t tick_s);
void withhold_span(int64_t year, int64_t *from_s, int64_t *to_s);
/* INVALID: the table says nothing of the year or the one before, or is no good; traced. */
MUST_USE enum result withhold_rates(struct arena *arena, int64_t year,
                                    struct withhold_rates *rates);
/* Cents of a payment of `cents` (above 0) that are withheld, to the nearest cent, halves up; less
 * than all. `year` is without this payment. */
int64_t withhold_cents(const struct withhold_rates *rates, enum withhold_form form,
                       struct withhold_year year, struct withhold_year before, int64_t cents);
/* The same of a member, by what went out and did not come back. */
MUST_USE enum result withhold_of(struct paymaster *paymaster, const struct withhold_rates *rates,
                                 int64_t tax_year, int64_t member, int64_t form, int64_t cents,
                                 int64_t *withheld);
/* Note that so much of what was withheld went to the tax office, under its reference (1 to 40
 * bytes): Withheld -> Bank. The same again is OK. CONFLICT: another amount under this reference, or
 * more than was withheld and not remitted yet. */
MUST_USE enum result withhold_remit(struct paymaster *paymaster, int64_t cents,
                                    struct text reference);
words_of remit_words; /* of it, for the second person */
