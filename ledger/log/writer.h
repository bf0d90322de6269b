#pragma once
/* The one door into the ledger: a group commit of leaves. Takes the right to append, brings the
 * book up to the head, checks each transfer against the book as it stands within this very batch,
 * appends, makes all of it durable with one fsync, and only then answers.
 *
 *   writer_begin; writer_transfer / writer_add ...; writer_commit  (or writer_rollback)
 *
 * If the process dies between the log's commit and the book's, the next begin catches up. */
#include "ledger/log/account.h"
#include "ledger/log/book.h"

struct writer {
    struct log *log;
    struct book book;
    int64_t tick_s; /* leaves' times are rounded down to this many seconds */
    uint64_t tick;  /* of this batch */
    bool open;
};

/* The handles stay the caller's. `arena` is for the book alone. */
MUST_USE enum result writer_open(struct writer *writer, struct log *log, struct db *book,
                                 struct db *vault, int64_t tick_s, struct arena *arena);
/* BUSY: the log is locked or the disk full; nothing was changed. */
MUST_USE enum result writer_begin(struct writer *writer);
/* Append one leaf: kind, flags and body are the caller's; seq, tick, prev and blind are filled in.
 */
MUST_USE enum result writer_add(struct writer *writer, struct leaf *leaf);
/* Check a transfer and append it if it may be made. `answer` says what became of it, *seq its leaf
 * (made now or, for BOOK_EXISTS, before). */
MUST_USE enum result writer_transfer(struct writer *writer, uint8_t flags,
                                     const struct leaf_transfer *transfer, enum book_answer *answer,
                                     uint64_t *seq);
/* Void the hold that lies at leaf `seq`, whose time is over at this batch's tick: the reverse is an
 * entry of its own, with a derived id, so that what the books say never hangs on a clock. Answers
 * as writer_transfer does; NOT_FOUND: no hold lies there, or it still lasts. */
MUST_USE enum result writer_expire(struct writer *writer, const struct account_key *key,
                                   uint64_t seq, enum book_answer *answer);
/* Append an account unless it is there already. */
MUST_USE enum result writer_account(struct writer *writer, const struct leaf_account *account);
/* Durable when it returns OK; otherwise nothing was appended. */
MUST_USE enum result writer_commit(struct writer *writer);
void writer_rollback(struct writer *writer);
/* Leaves in the ledger, counting those of the open batch: the next one's seq. */
uint64_t writer_size(const struct writer *writer);
