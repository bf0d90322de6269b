#pragma once
/* pad.db, the clerk's store of what is being written: drafts, and pictures. Not a fold: nothing of
 * it is in the journal, and nothing of it can be rebuilt.
 *
 * Durable (synchronous=FULL) before whoever saved is told so. It shares the clerk's batches: one
 * transaction, opened by the first write and committed BEFORE the journal, so that a draft that
 * could not be kept is never acknowledged. What goes only because something was posted goes after
 * the journal's commit (pad_after): a crash in between leaves a draft of something posted, never
 * the loss of both.
 *
 * A draft is boxed under its member's view key (core/session.h), and its row is found by tags made
 * from that key: the store alone tells neither whose it is nor what for. Several clerks on several
 * machines have a pad each. */
#include "core/db.h"
#include "core/seal.h"

enum { PAD_DONE_MAX = 1024 };

struct pad_done {
    uint8_t owner[ID_SIZE], tag[ID_SIZE], request[ID_SIZE];
    bool all; /* everything of this owner that no posting shows: the member has left */
};
struct pad {
    struct db *db;
    bool writing;
    int64_t pruned_ms;
    struct pad_done done[PAD_DONE_MAX];
    size_t done_count;
};

MUST_USE enum result pad_open(struct pad *pad);
void pad_close(struct pad *pad);
/* Begin the transaction that pad_commit ends; again does nothing. */
MUST_USE enum result pad_write(struct pad *pad);
MUST_USE enum result pad_commit(struct pad *pad);
void pad_rollback(struct pad *pad);
/* After the journal's commit: drafts of what was posted lose their text, and of those who left all
 * goes. What fails is traced and goes with its age. */
void pad_after(struct pad *pad, int64_t now_ms);
/* Forget what nobody touched for draft.days; at most once an hour. */
void pad_prune(struct pad *pad, int64_t now_ms);
