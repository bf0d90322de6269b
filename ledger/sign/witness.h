#pragma once
/* A witness of other people's logs (c2sp.org/tlog-witness): for a sponsor, a medical society or
 * anyone who wants to hold a ledger to what it has shown. It remembers the latest tree head of each
 * log it knows, and cosigns a newer one only with a proof that it extends that. It never sees a
 * leaf.
 *
 * Its state folder: curbside.conf (witness.name, witness.port), `logs` (the vkey of each log it
 * watches, a line each), keys/witness/seed, seen/ (the latest checkpoint of each log). */
#include "ledger/sign/cosign.h"

struct witness {
    struct arena kept; /* key and logs */
    struct cosigner cosigner;
    uint8_t secret_key[64];
    struct note_key *logs;
    size_t log_count;
};
/* Reads the state folder, making the key when there is none. INVALID: witness.name or `logs`. */
MUST_USE enum result witness_open(struct witness *witness);
void witness_close(struct witness *witness);
/* The answer to one add-checkpoint request: its HTTP status, with the body in `body`.
 *   200 the cosignature line      404 no log of ours     403 not signed by its log
 *   400 not a request             409 the size seen last (text/x.tlog.size), or another root at it
 *   422 the proof does not hold   500 it could not be written down
 * What is cosigned lies on the disk before this returns. */
int witness_answer(struct witness *witness, struct arena *arena, struct text request, int64_t now_s,
                   struct buf *body);
