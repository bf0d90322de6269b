#pragma once
/* What a trial on closed months came to (ledger/reward/month_trial.h), out of the vault: as an
 * admin reads it, and whether the rule is refused for it. Private to ledger/. */
#include "ledger/desk/paymaster.h"

enum { MONTH_TRIAL_PASSED = 1, MONTH_TRIAL_FAILED = 2 };

/* *why: empty when nothing speaks against it; and what changes for members, into the vault. In a
 * transaction of the caller's, when all its months have been gone through, or it failed in one. */
MUST_USE enum result month_found_judge(struct paymaster *paymaster, int64_t proposal,
                                       struct text *why);
/* The reply rule_months. NOT_FOUND: there is no such proposal of a rule of pay. */
MUST_USE enum result month_found_reply(struct paymaster *paymaster, int64_t proposal,
                                       struct buf *reply);
