#pragma once
/* How far earmarks by a selector could have reached in a closed month: what a sponsor looks at
 * before choosing. Private to ledger/.
 *
 * A form that counted for the choice in it would tell the web workers, and whoever reads their
 * logs, what is about to be wanted; and one that counts whenever it is asked could be watched until
 * a number moves. So there are only these figures: made once a month, at its close, the same for
 * every sponsor, told whole to whoever asks for any. What they come to for a choice is worked out
 * where the choice is made (fcgi/static/select.js), which asks nobody.
 *
 * They are of the closed month: active members (ledger/earmark/select.h) in all and by the
 * specialty they show, and its postings by topic and kind. Rounded down, members to REACH_MEMBERS
 * and postings to REACH_POSTINGS, and what is 0 then is not there at all: no name of a specialty or
 * topic that few have. No table crosses two of them, as in the analyst's reports (the
 * specification's notes on reports, 1.3). */
#include "ledger/desk/paymaster.h"

enum { REACH_MEMBERS = 50, REACH_POSTINGS = 10 };

/* Before the first event of a month's close. */
void reach_watch(struct evaluation *evaluation);
/* The month's figures into the vault; within a transaction of the caller's. */
MUST_USE enum result reach_write(struct paymaster *paymaster, const struct evaluation *evaluation,
                                 struct text period);
/* The last closed month's, into their fields of the reply; month "" when there are none yet. */
MUST_USE enum result reach_tell(struct paymaster *paymaster, struct reply_earmark_terms *terms);
