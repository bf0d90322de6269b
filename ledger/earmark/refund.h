#pragma once
/* What is left of a campaign goes back to its sponsor: by a transfer that leaves nothing in escrow,
 * once the campaign is over, the month of its last day is closed, and that month's embargo is over,
 * so that its commitments are opened. The paymaster proposes it by itself (ledger/desk/proposal.h);
 * the operator sends the money as he received the deposit. Private to ledger/.
 *
 * Exactly what is unspent would tell the sum of the payees no group shows
 * (ledger/earmark/tranche.h), and with it, to who knows ten of them, whether there was an eleventh.
 * So the sponsor gets what no group shows, less a blurred part of the hidden sum H:
 *
 *     refund = deposit - shown - max(0, H - N),   N uniform in [0, W], once for each campaign
 *
 * and the house lays out min(H, N) of it, never more than W. The sponsor never gets less than is
 * unspent, nor more than groups leave unexplained; where nothing is hidden the refund is exactly
 * what is unspent. W is WIDTH (kept_back + 1) times the largest amount that an earmark of the
 * campaign names, which its sponsor knows: one payment more or less then moves the chance of any
 * refund by at most 1 / (WIDTH (kept_back + 1)), a quarter of what a group's appearing may tell.
 * Both together leave a guess right in at most .548 of the cases for 12 kept back
 * (tests/unit/ledger_refund_test.c).
 *
 * What it does not hide, as groups do not: a member who had many payments in one campaign counts as
 * often. What is taken back from a member after the refund stays in escrow for the operator to
 * settle. */
#include "ledger/desk/paymaster.h"
#include "ledger/desk/proposal.h"

enum { REFUND_WIDTH = 4 };

struct refund {
    const uint8_t *key;             /* 32 bytes, the paymaster's own */
    const uint8_t *campaign;        /* 16 bytes */
    int64_t kept_back;              /* the setting ledger.kept_back */
    int64_t deposit, shown, escrow; /* cents: came in, shown as paid, still there */
    int64_t most;                   /* the largest amount an earmark names, cents */
};
/* Cents that go back: at least what is in escrow. Pure, and the same when asked again. */
int64_t refund_cents(const struct refund *refund);

/* COMMAND_CAMPAIGN_REFUND. NOT_FOUND: no such campaign, or it is not due yet. */
words_of refund_words;
MUST_USE enum result campaign_refund(struct paymaster *paymaster, struct text campaign);
/* Propose, or where no second person is wanted do, what is due. At every tick. */
MUST_USE enum result refunds_due(struct paymaster *paymaster);
