#pragma once
/* What takes two people: a command that moves money or lets a key in is not run, but kept as a
 * proposal until an admin who did not propose it has confirmed it with a passkey, over the hash of
 * exactly this (core/operation.h). One table (proposal.c) says which commands, under which setting
 * and who may propose. Private to ledger/.
 *
 * 1. Whoever asks gets `proposed` with the proposal's number. The command, and the words that say
 *    what it does in figures and names, are in the vault; its hash is
 *    operation_digest(name, number, {command as JSON, words}).
 * 2. Another admin reads these words at /admin/operations and confirms them; the clerk writes
 *    operation_confirmed into the journal, which the vault follows.
 * 3. The words are made anew. If they are no longer the same, it falls out; else the command is run
 *    with the request id it was proposed with, so that a crash in between runs it once.
 *
 * A proposal has a term (money.proposal_days). What nobody confirmed until then expires; a
 * passkey's word counts by its time in the journal, not by when it was read. What was confirmed and
 * cannot be done now (BUSY, BROKEN, or we died over it) is tried again, a little later each time,
 * while those behind it go on; after eight times it steps aside with its reason, and any admin has
 * it tried again. He may withdraw it, and its term may end it, only as long as nothing of it can be
 * in the ledger: half a deposit is finished, never forgotten. Every such move is a line of
 * operation_step, written with it.
 *
 * What is at the operator's hand alone needs no proposal here: the signer's key, the witness policy
 * and the settings are files, and whoever may write them may write the programs too. A month's
 * close at its own time needs nobody: see docs/operators.md. */
#include "ledger/desk/paymaster.h"

/* Checks that a command of its kind could be run now, and says what it does: what is read and
 * signed. Absent words: what it asks for is so already. *subject: what two waiting proposals of one
 * kind cannot both be about. `by`: who proposes it, 0 the operator. */
typedef enum result words_of(struct paymaster *paymaster, const struct command *command, int64_t by,
                             struct text *subject, struct text *words);
words_of deposit_words; /* campaign.c */
words_of period_words;  /* close.c */
words_of key_words;     /* promise.c */

/* Whether this command waits for a second person, as the settings are. */
bool proposal_wanted(enum command_kind kind, const struct vault_actor *actor);
/* Keep it instead of running it; replies `proposed`. The same request again is the same proposal.
 * REFUSED: not for this actor; TOO_MUCH: too many of the machine's wait; INVALID with a record
 * `problem`: too many of a member's, or of all; and what its own
 * words answer: NOT_FOUND, INVALID, CONFLICT. */
MUST_USE enum result proposal_make(struct paymaster *paymaster, const struct command *command,
                                   const struct vault_actor *actor, struct buf *reply);
/* COMMAND_OPERATIONS, COMMAND_OPERATION_WITHDRAW and COMMAND_OPERATION_RETRY of an admin. */
MUST_USE enum result proposal_command(struct paymaster *paymaster, const struct command *command,
                                      const struct vault_actor *actor, struct buf *reply);
/* End what is past its term. */
MUST_USE enum result proposal_expire(struct paymaster *paymaster);
/* Run what was confirmed and not yet done; *more: something of it goes on, look again later. */
MUST_USE enum result proposal_confirmed(struct paymaster *paymaster, bool *more);
