#pragma once
/* The circuit breaker: daily figures with limits (the settings guardrail.*), and what happens when
 * one is crossed. Payouts stop: a month that has been evaluated is not paid, no batch is held for a
 * bank. All else goes on: acts, votes, ranking, commitments, and what a bank already has.
 *
 * Two figures are worked out here, from money, when a month's acts have been through the rules and
 * before any of it is paid; as means over the month's days, because what single days earn would
 * tell which acts an earmark was on. Three come from the ranker, which knows nothing of money: it
 * is asked once a tick for its days (`curbside-ranker figures`, ranking/gauge.h).
 *
 * Two admins let payouts go on, one with a reason, the other with his passkey
 * (ledger/desk/proposal.h). A month's figure is then accepted for that month; a share of days is
 * measured anew from the day after.
 *
 * It must never: let a month be paid in part, or tell a member anything. While a month waits, no
 * member has his statement of it, zero or not, so that nobody can tell who was to be paid. */
#include "ledger/ledger.h"
#include "ledger/desk/proposal.h"

/* Thousandths of `sum` that the one in a hundred (at least one) of these who get most get. Sorts
 * them. 0 of nothing. */
int64_t breaker_top(int64_t *cents, size_t payees, int64_t sum);

/* Ask the ranker for its days and trip on what they say. A ranker that does not answer trips
 * nothing; the admins' page says since when. */
MUST_USE enum result breaker_look(struct paymaster *paymaster);
/* The same with what it printed, as of `now_ms`. INVALID: these are no such lines. */
MUST_USE enum result breaker_days(struct paymaster *paymaster, struct text lines, int64_t now_ms);
/* Measure an evaluated month, once and in one transaction. */
MUST_USE enum result breaker_month(struct paymaster *paymaster, const struct evaluation *evaluation,
                                   struct text period);
/* CONFLICT while any trip is open: nothing is to be paid. */
MUST_USE enum result breaker_check(struct paymaster *paymaster);
/* CONFLICT when this month was measured and nothing is to be paid: it need not be evaluated again.
 */
MUST_USE enum result breaker_check_month(struct paymaster *paymaster, struct text period);
/* For the reply to who wanted something paid: says in words why it is not, if it is for that. Gives
 * back `result`. */
enum result breaker_refuse(struct paymaster *paymaster, enum result result, struct buf *reply);

words_of breaker_words; /* of COMMAND_BREAKER_RESET (ledger/desk/proposal.h) */
/* Commands breaker and breaker_reset, of admins. */
MUST_USE enum result breaker_command(struct paymaster *paymaster, const struct command *command,
                                     struct buf *reply);
