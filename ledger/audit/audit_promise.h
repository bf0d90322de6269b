#pragma once
/* What was promised against what was there to be paid, as an auditor reads it from leaves and
 * openings alone, in the ledger's order. Private to ledger/.
 *
 * - Batches: every batch of commitments of a month holds as many places (a sponsor's key takes
 * one), and begins with an anchor: no promise was slipped in beside.
 * - Escrow: with each promise, what its campaign's open promises may cost in all is no more than
 *   lies in the campaign's escrow at that leaf.
 * - Caps: a promise pays within its dates, in the one close of its month, to no more members than
 * it names; and where its share of a net transfer is certain, no more than its cap. (A transfer
 * that carries several promises leaves to each what the amounts of the others cannot explain.) What
 * a campaign's own dates were stands in no leaf; the close keeps them, since no promise outlives
 * its campaign. */
#include "ledger/earmark/earmark.h"
#include "ledger/log/leaf.h"

struct promise_audit;

struct promise_audit *promise_audit_open(void);
void promise_audit_close(struct promise_audit *audit);
/* The next leaf; `terms`: of a commitment that was opened, else NULL. NULL when nothing is wrong;
 * else what is (a literal), at *leaf. */
const char *promise_audit_take(struct promise_audit *audit, const struct leaf *leaf,
                               const struct earmark *terms, uint64_t *seq);
/* After the last leaf. */
const char *promise_audit_end(struct promise_audit *audit, uint64_t *seq);
/* How many batches were seen. */
int64_t promise_audit_batches(const struct promise_audit *audit);
