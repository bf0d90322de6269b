#pragma once
/* Following the journal: the loop of ranker, paymaster, analyst and postman, and the clerk's own
 * catching up. The cursor lies in the fold's database (table `cursor` of schema/common) and moves
 * in the same transaction as the effect, so a crash repeats nothing and loses nothing. Followers
 * are woken by a datagram on STATE/run/wake.PROGRAM and otherwise look once a second. */
#include "core/db.h"
#include "core/journal.h"

struct fold {
    const char *name; /* cursor name: "journal" */
    struct db *db;    /* where cursor and effect go */
    enum result (*apply)(void *self, const struct journal_entry *entry,
                         struct arena *arena); /* anything but OK stops the fold */
    void *self;
    /* For a fold that holds effects back; else both NULL. settle: write them, before the
     * transaction ends; forget: it was rolled back, or the store is not what it was. */
    enum result (*settle)(void *self);
    void (*forget)(void *self);
};

/* Apply at most `most` entries after the cursor in one transaction of fold->db. *done = how many.
 */
MUST_USE enum result fold_step(struct fold *fold, struct log *journal, struct arena *arena,
                               size_t most, size_t *done);
/* fold_step until nothing is left; `progress` (may be NULL) is called after each with the cursor.
 */
MUST_USE enum result fold_catch_up(struct fold *fold, struct log *journal, struct arena *arena,
                                   void (*progress)(int64_t cursor));
MUST_USE enum result fold_cursor(struct fold *fold, int64_t *cursor);

/* Datagram socket of this program; -1 and a trace on failure. From here on the program gives way to
 * those that people wait for: on a busy machine a follower falls behind, and catches up. */
int wake_listen(const char *program);
void wake_drain(int fd);
void wake_all(void); /* poke every STATE/run/wake.* ; never blocks */
