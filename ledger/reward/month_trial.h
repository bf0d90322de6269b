#pragma once
/* A proposed reward rule on what the site's own earmarks were on: for each closed month that ends
 * in the 180 days before its trial began, and for each that is closed while the proposal is open
 * (in its shadow too), the month's earmarks of the rule's kind go through the same evaluation as at
 * the close, once by the rule each was promised under and once by the proposed one, over the same
 * events (evaluation_try). Only the paymaster may know what is earmarked, so it is done here, in
 * slices between commands as a preview is, and what comes of it is told through
 * ledger/reward/coarse.h alone.
 *
 * A proposal comes here when the ranker's trial of it passed: what loops or errs on acts in general
 * has been found by then. What is done is in the vault after each month, so a crash repeats one
 * month at most; a close goes first, knows nothing of it and is not slower by it.
 *
 * The clerk is told whether it passed, and lets no rule of pay into the shadow or into force that
 * has not. It fails when it errs or takes too long (also in a month that is closed later), when it
 * would have paid more than rule.month_percent above what was paid, and where a month that crossed
 * no guardrail of money would have crossed one. Each is judged by the rough figures, but for the
 * share of the first of a hundred payees, which is of a hundred at least. Private to ledger/. */
#include "ledger/desk/paymaster.h"

enum { MONTH_TRIAL_DAYS = 180 };

/* Something is under way that can be gone on with at once. */
bool month_trial_runs(const struct paymaster *paymaster);
/* The next slice; or look for what is to be begun, judged or told. *idle: there was nothing. BUSY:
 * the ranker's program or the clerk cannot be reached; later. */
MUST_USE enum result month_trial_step(struct paymaster *paymaster, bool *idle);
void month_trial_close(struct paymaster *paymaster);
