#pragma once
/* Is the ledger sound? Answered from files alone: ledger.db, book.db, vault.db, public/checkpoint,
 * public/vkey and the tiles. Reads them beside a running paymaster, needs no key, and folds the
 * leaves in memory by rules of its own, so that it judges the book instead of repeating it.
 *
 * Checks, in this order; the first that fails is reported:
 * - schema: ledger.db's pages hold together; its tables and triggers are the ones it was made with
 * - place: entries are dense
 * - leaf: canonical layout v1
 * - hash: the stored digest is SHA-256(0x00 || leaf)
 * - seq, prev, tick: the leaf knows its own place, the leaf before, and time does not go back
 * - key: leaf 0 is the log's key, signed by itself, and the one in public/vkey; later keys are
 *   signed by it
 * - journal: every anchor holds the digest the journal has at that place, and its chain is whole;
 *   left out where there is no journal.db (report->anchors_checked)
 * - account, transfer: the rules of double entry: ids used once, accounts there, currencies equal,
 *   holds resolved once, no overdraft
 * - tile: every published hash is the one of its leaves (a changed leaf is named)
 * - checkpoint: signed by the log's key, its root is that of the first `size` leaves, and there are
 *   so many
 * - witness: public/cosigned is a checkpoint of this very tree, and as many witnesses cosigned it
 * as witness.policy wants; left out where either is missing (report->cosigned is 0)
 * - balance: debits equal credits, pending and posted
 * - book: book.db has the same accounts and sums
 * - vault: every row of vault.db is the one that was written; left out where it is not to be read
 *   (report->vault_checked) */
#include "core/arena.h"

struct audit_report {
    int64_t leaf;      /* the one that fails; -1: none in particular */
    const char *check; /* a word of the list above; NULL: sound */
    char what[160];
    uint64_t leaves, accounts, transfers, checkpoint_size;
    uint64_t anchors; /* leaves that hold the journal's head */
    bool anchors_checked, vault_checked;
    uint64_t cosigned; /* size of the tree that enough witnesses have seen */
};
/* OK (report->check tells sound from not), or BUSY/BROKEN when files cannot be read: then check is
 * "file". `progress` may be NULL. */
MUST_USE enum result audit_run(struct audit_report *report,
                               void (*progress)(uint64_t done, uint64_t all));

/* --- audit_public.c --- */
/* What anybody can judge without a leaf: FOLDER/checkpoint is signed by the key in FOLDER/vkey, all
 * tiles of its tree are below FOLDER/tile, every hash of an upper row is the root of the tile below
 * it, and together they give the signed root. With `older` (a file, or NULL) also: it is a
 * checkpoint by the same key, and the tree begins with its tree. */
struct public_report {
    const char *check; /* vkey, checkpoint, older, tile, root; NULL: sound */
    char what[160];
    uint64_t size, older_size; /* entries */
};
/* INVALID: report->check and what say why not. */
MUST_USE enum result audit_public(const char *folder, const char *older,
                                  struct public_report *report);

/* --- audit_opening.c --- */
/* Whether anything was chosen afterwards, from the ledger's leaves and the published openings (what
 * `openings` prints, in its order) alone: each opening hashes to its commitment, is signed with a
 * sponsor's key and names a rule that both stand in the ledger; every commitment of months whose
 * next month is closed too is opened, dummies as well, which hold nothing but zeros; every reward
 * is revealed with promises of its campaign that stood before it and come to at least as much; and
 * what ledger/audit/audit_promise.h lists: batches of one size, never more promised than lies in
 * escrow, caps, members and dates. Due are months whose embargo (the setting ledger.embargo_days)
 * was over when the ledger's last leaf was written. With `selection` and the journal also what
 * ledger/audit/audit_choice.h says: whom each earmark was on; one that paid another, or was void
 * and paid, is named by the leaf of its commitment. Void ones are listed with the reason. */
enum { OPENING_VOIDS_MAX = 1000 };
struct opening_void {
    uint64_t leaf;   /* of the earmark's commitment */
    const char *why; /* a literal */
};
struct opening_report {
    int64_t commitments, dummies, closed, rewards; /* closed: not opened, and not due yet */
    int64_t batches;
    int64_t corrections;   /* out of escrow, beside what promises are revealed with */
    int64_t chosen, voids; /* payments compared with the journal; earmarks that were void */
    struct opening_void voided[OPENING_VOIDS_MAX]; /* the first of them */
    int64_t leaf;                                  /* which does not hold; -1 */
    const char *what;                              /* a literal; NULL: nothing is wrong */
};
/* INVALID: report->what says what, at report->leaf. */
MUST_USE enum result audit_openings(struct text openings, struct text selection,
                                    struct opening_report *report);
