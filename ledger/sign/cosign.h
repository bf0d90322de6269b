#pragma once
/* What witnesses add to a checkpoint: c2sp.org/tlog-cosignature v1. A witness says "at this time I
 * saw this tree head, and it extends every one I saw before": who trusts enough witnesses need not
 * trust the log to show everybody the same history, nor its clock. */
#include "ledger/log/checkpoint.h"

/* A witness's key. id = SHA-256(name || 0x0A || 0x04 || public key)[0..4]. */
struct cosigner {
    struct text name;
    uint8_t id[4];
    uint8_t public_key[32];
};
/* Borrows the name. */
void cosigner_make(struct cosigner *cosigner, struct text name, const uint8_t public_key[32]);
/* "name+id+base64(0x04||key)". */
void cosigner_write(struct buf *out, const struct cosigner *cosigner);
MUST_USE enum result cosigner_read(struct arena *arena, struct text vkey,
                                   struct cosigner *cosigner);

/* The line a witness answers with: "— name base64(id || time u64 || signature)\n", the signature
 * over "cosignature/v1\ntime T\n" and the checkpoint's text. */
void cosignature_write(struct arena *arena, struct buf *out, const struct cosigner *cosigner,
                       const uint8_t secret_key[64], int64_t time_s, struct text text);
/* This witness's cosignature of the note. NOT_FOUND: there is none; INVALID: malformed, or wrong.
 * *time_s is when the witness says it saw it. */
MUST_USE enum result cosignature_find(struct arena *arena, struct text note,
                                      const struct cosigner *cosigner, int64_t *time_s);
