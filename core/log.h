#pragma once
/* An append-only log: the journal and the ledger are two of these. Entries have dense positions 1,
 * 2, 3 ... given under the right to append, so following is "everything after my cursor" and
 * nothing can be skipped. An entry is bytes and their digest; what the digest covers is the owner's
 * business (journal: a chain, core/journal.h; ledger: a leaf hash). Beside the entries lie texts
 * that can be blanked (erasure); an entry holds only a text's salted digest.
 *
 * Drivers: SQLite (core/log_sqlite.c) today; the interface is all that a PostgreSQL one has to
 * fill. Nothing else may assume SQLite. */
#include "core/arena.h"

struct log;

struct log_entry {
    int64_t seq; /* from 1 */
    struct bytes body;
    uint8_t digest[32];
};

enum log_mode { LOG_READ, LOG_APPEND };

/* `name` is "journal" or "ledger". LOG_READ of a log that does not exist yet: BUSY after wait_ms.
 */
MUST_USE enum result log_open(struct log **log, const char *name, enum log_mode mode, int wait_ms);
void log_close(struct log *log);

/* begin: take the right to append (and see the true head). commit: durable before it returns OK; on
 * anything else nothing was appended (BUSY: disk full, locked) or the process has died (I/O error:
 * it is not known what is on the disk). */
MUST_USE enum result log_begin(struct log *log);
MUST_USE enum result log_append(struct log *log, struct bytes body, const uint8_t digest[32],
                                int64_t *seq);
MUST_USE enum result log_commit(struct log *log);
void log_rollback(struct log *log);

/* Head: position and digest of the last entry; seq 0 and zeros when empty. Inside begin..commit it
 * counts what was appended. */
MUST_USE enum result log_head(struct log *log, int64_t *seq, uint8_t digest[32]);
/* What is read in between is of one moment, and takes the file's locks once instead of for each
 * statement: for who reads many texts. Nothing happens in a log that is open for appending. */
MUST_USE enum result log_hold(struct log *log);
void log_release(struct log *log);
/* Up to `most` entries after `after`, in order. NOT an error when there are none. */
MUST_USE enum result log_read(struct log *log, struct arena *arena, int64_t after, size_t most,
                              struct log_entry **entries, size_t *count);

/* Erasable texts, by (seq, part). Put only between begin and commit, for a seq that is being
 * appended. */
MUST_USE enum result log_text_put(struct log *log, int64_t seq, int64_t part,
                                  const uint8_t salt[16], struct text body);
/* NOT_FOUND when there never was one; OK with data == NULL when it was blanked. */
MUST_USE enum result log_text_get(struct log *log, struct arena *arena, int64_t seq, int64_t part,
                                  struct text *body, uint8_t salt[16]);
MUST_USE enum result log_text_blank(struct log *log, int64_t seq, int64_t part);
void log_checkpoint(struct log *log); /* housekeeping when idle */
