#pragma once
/* What a period's close writes into the vault: before the payments (who is to get what) and after
 * them (earmarks closed or carried on, tranches the sponsor may see). Private to ledger/. */
#include "ledger/plan.h"

/* Items and net payouts of a finished evaluation, and the leaves they will take, in one
 * transaction. */
MUST_USE enum result settle_plan(struct paymaster *paymaster, struct evaluation *evaluation,
                                 struct text period);
/* The payments are in the ledger and published: close the earmarks, re-commit what goes on, show
 * full tranches; one transaction. */
MUST_USE enum result settle_period(struct paymaster *paymaster, const struct plan *plan,
                                   struct text period);
