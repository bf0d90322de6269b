#pragma once
/* Which of a member's rewards have gone out, and by what. A batch takes what is payable as one sum;
 * the oldest rewards are the first that it carries. So each reward is in exactly one state, and the
 * rewards in a state come to what the figures above them say. Pages only. */
#include "fcgi/page/page_doors.h"
#include "schema/statement.h"

struct settled {
    const struct statement_credits_row *credits; /* the latest thousand, latest first */
    const struct statement_debits_row *debits;   /* the same */
    size_t credits_count, debits_count;
    int64_t gone; /* what all debits come to, in cents */
};
enum settled_state { SETTLED_NOT, SETTLED_SENT, SETTLED_PAID };

/* The reader's. */
MUST_USE enum result settled_load(struct request *r, struct settled *settled);
/* How far a reward has gone; words say when, in which batch and under which reference of the
 * bank's. *rest: cents of it that have not, where some of it has: an earlier one was taken back
 * after it had been paid, or the ledger held less than what was released. Else 0. */
MUST_USE enum result settled_of(struct request *r, const struct settled *settled, int64_t payment,
                                enum settled_state *state, struct text *words, int64_t *rest);
