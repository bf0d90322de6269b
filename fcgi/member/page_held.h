#pragma once
/* Words for what findings kept from earning, on the member's page and on the admins'. */
#include "fcgi/page/page_parts.h"

/* "Your answer: TITLE"; without `own` "Answer: TITLE". *question: where it stands, 0 where it is
 * not shown any more. kind: 1 posting, 2 answer, 3 vote. */
enum result page_held_act(struct request *r, int64_t kind, int64_t posting, bool own,
                          struct text *what, int64_t *question);
/* Sentences of a sum of enum held_why (ledger/reward/held.h); `vote`: of a vote. */
struct text page_held_why(struct arena *arena, int64_t why, bool vote);
