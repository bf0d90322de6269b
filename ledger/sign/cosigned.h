#pragma once
/* A log's side of witnessing: asking the witnesses of STATE/witness.policy for what they see, and
 * keeping it in STATE/cosigned/. Reads only what is public, so that it may run where there is a
 * network and no secret. Private to ledger/. */
#include "ledger/sign/quorum.h"

/* STATE/witness.policy. NOT_FOUND: there is none, nobody is asked; INVALID: traced. */
MUST_USE enum result cosigned_policy(struct arena *arena, struct quorum *policy);
/* Ask every witness with a URL about public/checkpoint. When enough have cosigned it, it is written
 * with their lines to cosigned/checkpoint. *count: how many did. REFUSED: not enough. */
MUST_USE enum result cosigned_ask(struct arena *arena, const struct quorum *policy, size_t *count);
