#pragma once
/* Payment files for banks. A file is a pure function of a batch, what its payees gave as their
 * accounts, and the house's own account: no clock, no store, so that after any crash the same bytes
 * are made again. Checks a schema cannot make (control totals, check digits) are made here, on the
 * finished file. Never in a store or trace: what is in a payee.
 *
 * Formats: ISO 20022 pain.001.001.09; NACHA file with PPD credit entries (94-character records);
 * what comes back: pain.002 and NACHA returns (addenda type 99). */
#include "core/buf.h"

enum rail { RAIL_NONE = 0, RAIL_PAIN001 = 1, RAIL_NACHA = 2, RAIL_CHARITY = 3, RAIL_COUNT };
enum { RAIL_PAYMENTS_MAX = 100000, RAIL_NAME_MAX = 70 };

/* Where money goes. A bank is named by `iban` (with `bic` or without), or by a US routing number
 * with `account`. */
struct rail_payee {
    struct text name;
    struct text iban, bic;
    struct text routing, account;
    bool savings;
};
struct rail_payment {
    uint8_t transfer[16]; /* the hold's id: the bank's EndToEndId, in hex */
    int64_t cents;
    struct rail_payee to;
};
struct rail_batch {
    uint8_t id[16];
    int64_t tick_s; /* when it was closed; the day after is the day it is to be carried out */
    const struct rail_payment *payments;
    size_t count;
    const char *currency; /* three letters with two decimal places */
};
/* Who pays. company_id: 10 characters NACHA gives a company; bank_name: for the file's head. */
struct rail_house {
    struct rail_payee account;
    struct text company_id, bank_name;
};

const char *rail_name(int rail); /* "pain001" */
/* What keeps a payee from being paid by this rail (a literal), or NULL. */
const char *rail_payee_fault(enum rail rail, const struct rail_payee *payee);

/* INVALID and *why (a literal) when a payment cannot go this way; nothing of it is written then. */
MUST_USE enum result rail_pain001_write(struct buf *out, const struct rail_batch *batch,
                                        const struct rail_house *house, const char **why);
MUST_USE enum result rail_nacha_write(struct buf *out, const struct rail_batch *batch,
                                      const struct rail_house *house, const char **why);
/* What is wrong with a finished file, or NULL. Both count what they find and compare with what the
 * file says of itself: the number of payments, their sum; NACHA also entry hash, blocking, record
 * types in order, ascending traces, check digits, credits alone. *cents, *count: what was found. */
const char *rail_pain001_fault(struct text file, int64_t *cents, size_t *count);
const char *rail_nacha_fault(struct text file, int64_t *cents, size_t *count);

/* One payment a bank speaks of: carried out, or sent back. */
struct rail_answer {
    struct text id;     /* EndToEndId, or the first 15 digits of it (NACHA's individual id) */
    bool paid;          /* false: returned or refused */
    struct text reason; /* the bank's code: AC04, R03 */
};
/* Answers in the order of the file, in the arena. INVALID: not such a file. pain.002: status ACSC
 * or ACCC is paid, RJCT is not, anything else is still on its way and left out. A NACHA return file
 * has only what came back. */
MUST_USE enum result rail_pain002_read(struct arena *arena, struct text file,
                                       struct rail_answer **answers, size_t *count);
MUST_USE enum result rail_return_read(struct arena *arena, struct text file,
                                      struct rail_answer **answers, size_t *count);
