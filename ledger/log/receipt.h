#pragma once
/* A receipt: c2sp.org/tlog-proof@v1, a text file that proves offline that a leaf is in the ledger.
 *
 *   c2sp.org/tlog-proof@v1
 *   extra BASE64(leaf)
 *   index N
 *   BASE64(hash)        inclusion proof, leaf to root
 *   ...
 *                       (empty line)
 *   signed checkpoint */
#include "ledger/log/checkpoint.h"
#include "ledger/log/tree.h"

enum { RECEIPT_SIZE_MAX = 16 * 1024 };

void receipt_write(struct buf *out, struct bytes leaf, uint64_t index,
                   const struct tree_proof *proof, struct text note);
/* Whether the receipt holds under `key`: signature, inclusion of SHA-256(0x00||leaf). OK, or
 * INVALID and *why (a literal). On OK the leaf's bytes, its index and the checkpoint are given (in
 * the arena). */
MUST_USE enum result receipt_check(struct arena *arena, struct text receipt,
                                   const struct note_key *key, struct bytes *leaf, uint64_t *index,
                                   struct checkpoint *checkpoint, const char **why);
