#pragma once
/* Bank batches as admins see and want them: what the next one would hold, and how batches stand
 * with the bank. That two admins want one: ledger/desk/proposal.h. Private to ledger/. */
#include "ledger/desk/proposal.h"
#include "ledger/payout/rail.h"

/* What COMMAND_PAYOUTS answers. */
MUST_USE enum result batch_list(struct paymaster *paymaster, struct buf *reply);
/* Of COMMAND_PAYOUT_CLOSE: the figures the next batch would have. NOT_FOUND: nobody is due. */
words_of batch_words;
/* Hold a batch now and leave its instruction list in STATE/outbox. As payout_close answers. */
MUST_USE enum result batch_make(struct paymaster *paymaster, enum rail rail, uint8_t batch[16]);
