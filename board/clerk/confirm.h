#pragma once
/* A second person's word, with his passkey, over the hash of one exact operation
 * (core/operation.h): the clerk's side. For anything that two people must want.
 *
 * 1. Whoever does the operation works out its hash from what it holds itself, and shows it.
 * 2. The page asks the clerk (`confirm_ask`) for a ticket and the challenge made of that hash.
 * 3. The person's passkey signs it, after his finger, face or PIN; the answer comes back as
 *    `proof` in a command of the clerk's (rule_approve, which calls confirm_take), or, for another
 *    program's operation, as `operation_confirm`.
 * 4. It stands in the journal as operation_confirmed {member, name, about, operation, ...}.
 *    The other program follows the journal, finds its operation by name, number and hash, checks
 *    that `member` is not who proposed it and may do this (admins only can send
 *    operation_confirm), and does it: once, in the transaction of its cursor.
 *
 * Never here: a proof taken without the person having shown himself to his device; one that fits
 * another operation, another member or a second time; one of a passkey added only lately
 * (confirm.passkey_hours), which whoever took a session over might have put there himself. */
#include "board/clerk/clerk.h"

/* Checks `proof` against `operation` as the caller worked it out, uses the ticket up, and records
 * that and operation_confirmed; *confirmed is its seq (may be NULL).
 * STALE: it lay open for too long; REFUSED: not a passkey of the actor's, not over this, or one
 * that is too new. All with words. */
MUST_USE enum result confirm_take(struct work *work, struct text name, int64_t about,
                                  const uint8_t operation[DIGEST_SIZE],
                                  const struct record_proof *proof, int64_t *confirmed);
enum result confirm_ask_run(struct work *work);
enum result operation_confirm_run(struct work *work);
