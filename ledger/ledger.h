#pragma once
/* What other folders may know of the ledger: what its words mean and how a member's statement is
 * read.
 *
 * Reading statement.db (DB_READ, role web_member or web_admin): the calls of "schema/statement.h"
 * are the interface, statement_statement_list, statement_standing, statement_outgoings,
 * statement_payments, statement_reversal_of, statement_unblinding_of, statement_payment_find,
 * statement_parts, statement_part_find, each of which takes the member whose rows these are; there
 * is none that reads another's. statement_allowance_get says what holds for all. A payment's
 * receipt and each part's receipt are ready files for download (LEDGER_RECEIPT_TYPE), and a part's
 * opening is 544 bytes that hash to the commitment its receipt proves. */
#include "core/arena.h"
#include "ledger/log/leaf.h"

#define LEDGER_RECEIPT_TYPE "text/plain; charset=utf-8"
#define LEDGER_RECEIPT_SUFFIX ".tlog-proof"

/* 123456 cents: "1,234.56 USD". */
struct text ledger_money(struct arena *arena, int64_t cents);
/* "80", "12.50": units of the currency, at most a thousand million, in cents. */
bool ledger_money_read(struct text text, int64_t *cents);
/* Until when a payment credited at this instant is blinded: the first instant after 30 June of the
 * next year, UTC (ledger/payout/unblind.h). */
int64_t ledger_blind_until_ms(int64_t at_ms);
/* What a part of a payment was earned with (enum earmark_kind): "vote on", "answer to", "posting".
 */
const char *ledger_part_name(int64_t kind);
/* One line about a leaf for the admin's explorer. Accounts by the first 4 bytes of their keyed id:
 * nobody's name. */
struct text ledger_leaf_summary(struct arena *arena, const struct leaf *leaf);

/* What the circuit breaker watches (ledger/reward/breaker.h): trips say which it was. */
enum breaker_figure {
    BREAKER_MONEY = 1, /* a month's rewards, cents for each of its days; no more than */
    BREAKER_TOP,       /* thousandths of them to the first of a hundred payees; no more than */
    BREAKER_LINKED,    /* of settled votes, those that depended on a link; no more than */
    BREAKER_AGREED,    /* of audited postings, those judged alike; no less than */
    BREAKER_COVERED,   /* of settled postings, those judged; no less than */
    BREAKER_FIGURES
};

/* An earmark as somebody wishes it, for the command line and the demo; browsers have their own
 * (fcgi/static/seal.js). Keys, rule and campaign in hex, as the paymaster tells them. */
struct ledger_wish {
    struct text campaign, box_key, rule;
    struct text
        match; /* "topic=NAME, kind=4, first=3": by scripts/select/match.lua, and no target */
    int64_t target, kind, amount_cents, cap_cents, payees_max, from_ms, until_ms;
};
/* Sign it with the key of this seed and seal it: the envelope in base64 and the public key in hex.
 * False: something in it is no earmark. */
bool ledger_wish_seal(struct arena *arena, const struct ledger_wish *wish, const uint8_t seed[32],
                      struct text *public_key, struct text *envelope);
