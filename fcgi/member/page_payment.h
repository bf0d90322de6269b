#pragma once
/* What the earnings pages share: the payments of a month (page_payment.c), and how many of today's
 * votes can still earn (page_allowance.c). The reader's own alone. */
#include "fcgi/page/page_settled.h"

struct payment_months {
    int64_t closed_ms; /* when the month was closed */
    const struct settled *settled;
    struct text waits; /* what payable money waits for, in a sentence; may be empty */
};
/* Up to `most` payments of the month behind `after`, each with the first few of its parts. */
MUST_USE enum result page_payments_load(struct request *r, const struct payment_months *months,
                                        int64_t after, int64_t most,
                                        struct view_statement *statement);
/* BUSY never: without the clerk's answer only the limit is told. */
MUST_USE enum result page_allowance_load(struct request *r, struct view_allowance *v);
