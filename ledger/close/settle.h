#pragma once
/* What a period's close writes into the vault: before the payments (who is to get what) and after
 * them (earmarks closed or carried on, tranches the sponsor may see). Private to ledger/. */
#include "ledger/close/plan.h"

/* Items and net payouts of a finished evaluation, and the leaves they will take, in one
 * transaction. */
MUST_USE enum result settle_plan(struct paymaster *paymaster, struct evaluation *evaluation,
                                 struct text period);
/* Whether what is left of an earmark goes on into the month after `end_ms`. */
bool settle_lasts(const struct earmark *terms, int64_t until_s, int64_t spent, int64_t payees,
                  int64_t end_ms);
/* The payments are in the ledger and published: close the earmarks, re-commit what goes on, show
 * full tranches; one transaction. */
MUST_USE enum result settle_period(struct paymaster *paymaster, const struct plan *plan,
                                   struct text period);
