#pragma once
/* Whom the opened earmarks were on, worked out again by an auditor who has the journal too: the
 * engine that closes a month (ledger/reward/reward.h, with ledger/earmark/select.h) over the same
 * events, with what the openings say. Private to ledger/.
 *
 * What a house says of it besides (`curbside ledger selection`), a line each, parts by tabs:
 *   script <SHA-256 in hex> <a selector's text in base64>
 *   month <2026-03> <the least audience it was closed by; below 0: of earmarks by a selector alone>
 *   campaign <id in hex> <its sponsor's number>
 *   earmark <leaf> <place in the journal its acts come after>
 *   account <id in hex> <number of the member whose it is>
 * A script must have its hash; the place must lie between the anchors of its batch and of the next;
 * an account is one member's, and a member has one: said wrongly of one, it shows at the next of
 * his rewards, and to himself, since it stands in his receipts. That members of campaigns are who
 * they are said to be stands in no leaf.
 *
 * Then, of every month whose commitments are due: each reveal must name a member who did something
 * that the opened earmark is on, in its time; and an earmark that its selector makes void
 * (ledger/earmark/select.h) must have paid nobody. What the rule gave for it, and whom findings
 * held back, is not worked out here: `replay` does, with the vault. */
#include "core/log.h"
#include "ledger/audit/audit.h"
#include "ledger/earmark/earmark.h"
#include "ledger/log/leaf.h"

struct choice_audit;

/* `said` is copied. */
struct choice_audit *choice_audit_open(struct log *journal, struct text said);
void choice_audit_close(struct choice_audit *audit); /* NULL is harmless */
/* The next leaf; `terms`: of a commitment that was opened, else NULL; `due`: all commitments below
 * it must be open. NULL when nothing is wrong, else what is (a literal), at *seq. */
const char *choice_audit_take(struct choice_audit *audit, const struct leaf *leaf,
                              const struct earmark *terms, bool due, uint64_t *seq);
/* Earmarks that pay nobody whatever was done, the audit's own. */
size_t choice_audit_voids(const struct choice_audit *audit, const struct opening_void **voids);
/* How many payments were compared. */
int64_t choice_audit_payments(const struct choice_audit *audit);
