#pragma once
/* RFC 6962 Merkle tree over leaf hashes with SHA-256: the compact range that grows with the log,
 * proofs, and their checks exactly as RFC 9162 2.1.3.2 and 2.1.4.2 write them (strict: every hash
 * is 32 bytes). The tree is the only proof system; `prev` inside a leaf is content, not proof.
 * Knows nothing of leaves, files or stores.
 *
 * Hashes come in rows of tiles as in c2sp.org/tlog-tiles: row 0 are the leaf hashes, entry n of row
 * L is the root of leaves n*256^L .. (n+1)*256^L - 1, and exists once all of these do. */
#include "core/bytes.h"
#include "core/result.h"

enum { TREE_HASH = 32, TREE_HEIGHT_MAX = 62, TREE_PROOF_MAX = 64, TREE_ROWS_MAX = 8 };

/* Roots of the perfect subtrees of `size` leaves, largest first: popcount(size) of them. */
struct tree {
    uint64_t size;
    uint8_t peaks[TREE_HEIGHT_MAX][TREE_HASH];
};

/* A row entry that the latest leaf completed. */
struct tree_node {
    int row; /* from 1 */
    uint64_t place;
    uint8_t hash[TREE_HASH];
};

void tree_node_hash(uint8_t out[TREE_HASH], const uint8_t left[TREE_HASH],
                    const uint8_t right[TREE_HASH]);
size_t tree_peak_count(const struct tree *tree);
/* Takes one more leaf hash; fills `nodes` (may be NULL) with the row entries it completed and
 * returns how many. */
size_t tree_push(struct tree *tree, const uint8_t leaf[TREE_HASH],
                 struct tree_node nodes[TREE_ROWS_MAX]);
/* SHA-256 of nothing for an empty tree. */
void tree_root(const struct tree *tree, uint8_t root[TREE_HASH]);

/* Where proofs take their hashes from: `count` (at most 256) entries of a row from `first` on. */
struct tree_source {
    enum result (*hashes)(void *self, int row, uint64_t first, size_t count,
                          uint8_t (*out)[TREE_HASH]);
    void *self;
};
struct tree_proof {
    uint8_t hashes[TREE_PROOF_MAX][TREE_HASH];
    size_t count;
};
/* The root of the first `size` leaves. */
MUST_USE enum result tree_root_at(const struct tree_source *source, uint64_t size,
                                  uint8_t root[TREE_HASH]);
/* That leaf `index` is in the tree of `size` leaves; index < size. */
MUST_USE enum result tree_inclusion(const struct tree_source *source, uint64_t index, uint64_t size,
                                    struct tree_proof *proof);
/* That the tree of `newer` leaves begins with the tree of `older`; 0 <= older <= newer. Empty for
 * older 0 or equal sizes. */
MUST_USE enum result tree_consistency(const struct tree_source *source, uint64_t older,
                                      uint64_t newer, struct tree_proof *proof);

bool tree_inclusion_holds(const uint8_t leaf[TREE_HASH], uint64_t index, uint64_t size,
                          const uint8_t (*proof)[TREE_HASH], size_t count,
                          const uint8_t root[TREE_HASH]);
bool tree_consistency_holds(uint64_t older, uint64_t newer, const uint8_t older_root[TREE_HASH],
                            const uint8_t newer_root[TREE_HASH], const uint8_t (*proof)[TREE_HASH],
                            size_t count);
