#pragma once
/* Members' balances on their way to a bank, exactly once: a batch is planned in the vault, then
 * held in the ledger in one commit (Member -> Transit holds and a close leaf over the instruction
 * list), then its file, which is a pure function of it, gets an entry. What the bank answers posts
 * or voids each hold. Every id is derived, so each step may be done again after a crash at any
 * moment. Private to ledger/. */
#include "ledger/desk/paymaster.h"
#include "ledger/payout/rail.h"

/* What a batch by this rail would hold now: cents for the bank, and beside them what is withheld
 * for the tax office (ledger/payout/withhold.h). */
struct payout_due {
    int64_t payees, cents, withheld;
};
MUST_USE enum result payout_preview(struct paymaster *paymaster, enum rail rail,
                                    struct payout_due *due);
/* Hold what members have from the threshold on (payout.threshold_cents) of rewards whose hold-back
 * (payout.hold_days) is over; of a member who asked, whatever there is. Only
 * who said that the money is to go by this rail is in it. What must be withheld of it for the tax
 * office is held beside it (Member -> Withheld), in the same commit. A batch that a crash left
 * unfinished is finished instead of a new one. NOT_FOUND: nobody is due; INVALID: the table of
 * taxes says nothing of this year. */
MUST_USE enum result payout_close(struct paymaster *paymaster, enum rail rail, uint8_t batch[16]);
/* The batch's instruction list, whose SHA-256 stands in its close leaf:
 *   "curbside/rail/v1\n" "batch HEX\n" "rail NAME\n" "tick SECONDS\n", then a payment a line, by
 * id: HEX(hold) MEMBER CENTS (without what is withheld), and a charity's key where it goes there
 * instead */
MUST_USE enum result payout_list(struct paymaster *paymaster, const uint8_t batch[16],
                                 struct buf *list);
/* Its file was made: this digest, so many bytes. Again with the same digest is OK, with another
 * CONFLICT: a batch has one file. STALE: it came too late, the holds were given back; such a file
 * must not go to a bank. */
MUST_USE enum result payout_export(struct paymaster *paymaster, const uint8_t batch[16],
                                   const uint8_t sha256[32], uint64_t size);
/* The bank's answer about one hold, named by its id in hex or the first 15 digits of it. Paid: the
 * hold is posted and leaves the bank's account; not paid: it is voided, and the member has the
 * money again. What was withheld beside it is posted or voided with it. Again the same is OK, the
 * other answer CONFLICT. */
MUST_USE enum result payout_answer(struct paymaster *paymaster, const struct rail_answer *answer);
/* Give back the holds of batches of which no file was noted within payout.file_days: each ends by
 * an entry. A batch with a file never ends by itself, since its bank may pay late. */
MUST_USE enum result payout_expire(struct paymaster *paymaster);
