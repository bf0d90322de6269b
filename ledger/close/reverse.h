#pragma once
/* Rewards taken back: by a transfer of its own, Member -> Escrow, that names the wrong one; the
 * member sees it in the statement, with the reason. What is on its way to a bank cannot be taken
 * back: the ledger refuses. The sponsor's figures stay as they were shown; what came back lies in
 * the campaign's escrow. Private to ledger/. */
#include "ledger/desk/proposal.h"

/* Take back the reward at leaf `leaf`, all of it; `why` is what its member reads. Again it is OK.
 * NOT_FOUND: no reward lies there. CONFLICT: the money is gone already, or a vault's reversal of it
 * has another reason. */
MUST_USE enum result reward_reverse(struct paymaster *paymaster, int64_t leaf, struct text why);
/* Of COMMAND_REWARD_REVERSE (ledger/desk/proposal.h). */
words_of reverse_words;
/* After a start: finish what a crash left half done. */
MUST_USE enum result reward_reverse_recover(struct paymaster *paymaster);
