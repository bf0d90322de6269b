#pragma once
/* Whose payee the maker knows. Every reward is blinded until 30 June of the year after it was
 * credited: an indirect payment whose maker does not learn who got it in the year itself or the
 * first two quarters of the next is left out of its Open Payments report (42 CFR 403.904(i)(1)),
 * and stays out. Until when follows from the leaf's tick alone (ledger_blind_until_ms), so it needs
 * no place in the leaf.
 *
 * That a maker does know is an entry of its own: a transfer of the reward's amount between two
 * memorandum accounts, Blinded -> Named, whose ref is the reward's id and whose code is the reason.
 * Its id is derived from the reward alone: each is unblinded once, and for one reason. Nothing else
 * in this house unblinds, whatever a member agreed to. Private to ledger/. */
#include "ledger/desk/paymaster.h"

enum unblind_reason { UNBLIND_DISCLOSED = 1, UNBLIND_CONSENT = 2, UNBLIND_LEARNED = 3 };

/* "disclosed", "consent", "learned". */
const char *unblind_reason_name(int64_t reason);
/* Write the entry for the reward at leaf `leaf`. Again it is OK. NOT_FOUND: no reward lies there.
 * CONFLICT: it was unblinded for another reason, or taken back. */
MUST_USE enum result unblind(struct paymaster *paymaster, int64_t leaf, int64_t reason);
/* After a start: finish what a crash left half done. */
MUST_USE enum result unblind_recover(struct paymaster *paymaster);
