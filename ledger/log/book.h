#pragma once
/* book.db: accounts, transfers and the tree's edge as a fold of the ledger's leaves, in
 * TigerBeetle's model: one debit account, one credit account, one amount; holds are pending
 * transfers that a post (in part or whole) or a void resolves at most once; the caller makes the
 * 128-bit id, and the same id again is answered, not done again. A row balances by construction.
 *
 * Nothing here writes the ledger: ledger/log/writer.h asks the book, appends the leaf, and lets the
 * book take it. */
#include "core/db.h"
#include "core/log.h"
#include "ledger/log/leaf.h"
#include "ledger/log/recent.h"
#include "ledger/log/tree.h"

/* Why a transfer was not made. Checked in exactly this order; the first that applies is the answer.
 */
enum book_answer {
    BOOK_CREATED = 0,
    BOOK_MALFORMED, /* zero id, amount 0 or above 2^53-1, flags and pending id that disagree,
                       currency */
    BOOK_EXISTS,    /* this very transfer was made before */
    BOOK_EXISTS_OTHER_FLAGS, /* the id was used for a transfer that differs in ... */
    BOOK_EXISTS_OTHER_PENDING,
    BOOK_EXISTS_OTHER_TIMEOUT,
    BOOK_EXISTS_OTHER_DEBIT,
    BOOK_EXISTS_OTHER_CREDIT,
    BOOK_EXISTS_OTHER_AMOUNT,
    BOOK_EXISTS_OTHER_CURRENCY,
    BOOK_EXISTS_OTHER_CODE,
    BOOK_EXISTS_OTHER_REF,
    BOOK_EXISTS_OTHER_META,
    BOOK_FAILED_BEFORE, /* a failed id stays failed; a deliberate retry makes a new id */
    BOOK_SAME_ACCOUNTS, /* debit is credit */
    BOOK_NO_DEBIT,      /* no such account */
    BOOK_NO_CREDIT,
    BOOK_CURRENCIES_DIFFER, /* of the accounts or of the transfer */
    BOOK_NO_PENDING,        /* what is to be resolved does not exist */
    BOOK_NOT_PENDING,       /* ... is no hold */
    BOOK_PENDING_DIFFERS,   /* ... has other accounts */
    BOOK_PENDING_TOO_SMALL, /* post of more, or void of another amount, than is held */
    BOOK_PENDING_POSTED,    /* resolved before */
    BOOK_PENDING_VOIDED,
    BOOK_OVERFLOWS,       /* a total would reach 2^62 */
    BOOK_EXCEEDS_CREDITS, /* the debit account's debits may not exceed its credits */
    BOOK_EXCEEDS_DEBITS,  /* the credit account's credits may not exceed its debits */
    BOOK_ANSWER_COUNT
};
/* "exceeds_credits". */
const char *book_answer_name(enum book_answer answer);
/* Whether it hangs on the state of the books, so that the id must be remembered as failed. */
bool book_answer_sticks(enum book_answer answer);

struct book_account {
    uint8_t id[16];
    int64_t seq;
    uint32_t code;
    uint16_t flags;
    char currency[3];
    uint8_t exponent;
    int64_t debits_pending, debits_posted, credits_pending, credits_posted;
};

struct book {
    struct db *db;
    struct log *log;       /* where the leaves are, for comparing a used id's fields */
    struct db *vault;      /* failed ids; NULL: none are known (rebuild, trials) */
    struct arena *arena;   /* for what is read on the way; reset by each call */
    struct tree tree;      /* the edge after every leaf taken so far */
    uint64_t tick;         /* of the latest leaf */
    uint8_t prev[32];      /* its hash */
    struct recent *recent; /* ids that are not settled yet; NULL: not loaded */
};

/* Remember the handles and load the edge. The arena is the book's alone. */
MUST_USE enum result book_open(struct book *book, struct db *db, struct log *log, struct db *vault,
                               struct arena *arena);
/* Gives up what it holds in memory; the handles stay the caller's. */
void book_close(struct book *book);
/* Load the edge again, after a rolled back transaction. */
MUST_USE enum result book_reload(struct book *book);
/* What would come of this transfer. OK, with the answer; *seq is its leaf when it exists. */
MUST_USE enum result book_check(struct book *book, uint8_t flags,
                                const struct leaf_transfer *transfer, enum book_answer *answer,
                                uint64_t *seq);
/* The leaf of the transfer with this id, or NOT_FOUND. Resets the book's arena. */
MUST_USE enum result book_transfer(struct book *book, const uint8_t id[16], uint64_t *seq);
/* Note that this id failed. */
MUST_USE enum result book_fail(struct book *book, const uint8_t id[16], enum book_answer answer);
/* Take the next leaf, whose hash is given. Inside a transaction of book->db. INVALID, with *why (a
 * literal), when it does not fit: wrong seq, prev, or a transfer that the rules refuse. */
MUST_USE enum result book_take(struct book *book, const struct leaf *leaf, const uint8_t hash[32],
                               const char **why);
/* Write the edge; the last call before the transaction's commit. */
MUST_USE enum result book_save(struct book *book);
/* Take every leaf of the log that is not in yet, in transactions of its own. BROKEN names the leaf
 * in the trace. */
MUST_USE enum result book_catch_up(struct book *book, void (*progress)(int64_t seq));
MUST_USE enum result book_account(struct book *book, const uint8_t id[16],
                                  struct book_account *account);
/* Row hashes from the log (row 0) and the book (above). */
struct tree_source book_source(struct book *book);
/* Leaf number `seq` (from 0) as it lies in the log, in `arena`. NOT_FOUND past the end. */
MUST_USE enum result book_leaf(struct book *book, struct arena *arena, uint64_t seq,
                               struct bytes *leaf);
