#pragma once
/* Bank batches as admins see and want them: what the next one would hold, a proposal by one admin,
 * the confirmation of another by a passkey over exactly its figures (core/operation.h), and how
 * batches stand with the bank. Private to ledger/.
 *
 * An operation's hash is operation_digest("payout/close", number, {rail, payees, cents}), the three
 * as 8 bytes each, big-endian. */
#include "ledger/paymaster.h"
#include "ledger/rail.h"

#define OPERATION_PAYOUT "payout/close"

/* COMMAND_PAYOUTS and COMMAND_PAYOUT_PROPOSE of an admin. */
MUST_USE enum result batch_command(struct paymaster *paymaster, const struct command *command,
                                   const struct vault_actor *actor, struct buf *reply);
/* Hold a batch now and leave its instruction list in STATE/outbox. As payout_close answers. */
MUST_USE enum result batch_make(struct paymaster *paymaster, enum rail rail, uint8_t batch[16]);
/* Do what was confirmed and has not been done. One whose figures are no longer those that were
 * confirmed falls out: somebody must look again. */
MUST_USE enum result batch_confirmed(struct paymaster *paymaster);
