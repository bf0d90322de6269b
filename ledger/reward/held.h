#pragma once
/* Acts that a month's findings kept from earning, what the admins and the members concerned see of
 * it, and what becomes of an objection.
 *
 * Every act of the month that the findings speak against is here, whether an earmark was on it or
 * not: so that it stands in a list tells nobody that something was promised. Of a vote nothing is
 * here that depends on how it was cast, and an admin never sees on what a member voted: of votes he
 * sees how many, and by what figures. Of a posting, whose author everybody knows, he sees which.
 *
 * A member objects once a month (event held_objected); two admins decide, with a reason that he
 * reads. What is granted is judged anew with nothing held against this member's acts, and the
 * difference is a payout of the next close (ledger/close/correct.h): a transfer of its own
 * (TRANSFER_CORRECTION), in the same padded batch, whose ref is the id of the reward it makes good.
 * `replay` judges it again. Private to ledger/. */
#include "ledger/desk/proposal.h"

enum held_kind { HELD_POSTING = 1, HELD_ANSWER, HELD_VOTE };
enum held_why { HELD_LINKED = 1, HELD_TRADES = 2, HELD_UNSUPPORTED = 4 };

/* Into the vault, while the month is evaluated: inside of a transaction of the caller's, as the
 * next two. */
MUST_USE enum result held_write(struct paymaster *paymaster, const struct findings *low,
                                struct text period);
/* Whose postings these are, when all acts were gone through; what nobody corroborates, or has no
 * author, is none. */
MUST_USE enum result held_resolve(struct paymaster *paymaster, const struct reward *reward,
                                  struct text period);
/* What the members concerned see of a closed month, into statement.db. */
MUST_USE enum result held_state(struct paymaster *paymaster, struct text period);

words_of held_words; /* of COMMAND_HELD_DECIDE (ledger/desk/proposal.h) */
/* Commands held and held_decide, of admins. */
MUST_USE enum result held_command(struct paymaster *paymaster, const struct command *command,
                                  struct buf *reply);
