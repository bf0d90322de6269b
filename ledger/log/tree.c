#include "ledger/log/tree.h"

#include <assert.h>
#include <string.h>

#include "core/seal.h"

void tree_node_hash(uint8_t out[TREE_HASH], const uint8_t left[TREE_HASH],
                    const uint8_t right[TREE_HASH])
{
    uint8_t both[1 + TREE_HASH];
    both[0] = 0x01;
    memcpy(both + 1, left, TREE_HASH);
    seal_sha256(out, (struct bytes){both, sizeof both}, (struct bytes){right, TREE_HASH});
}

size_t tree_peak_count(const struct tree *tree)
{
    return (size_t)__builtin_popcountll(tree->size);
}

size_t tree_push(struct tree *tree, const uint8_t leaf[TREE_HASH],
                 struct tree_node nodes[TREE_ROWS_MAX])
{
    assert(tree->size < (uint64_t)1 << TREE_HEIGHT_MAX);
    size_t top = tree_peak_count(tree);
    size_t completed = 0;
    memcpy(tree->peaks[top], leaf, TREE_HASH);
    int height = 0;
    for (uint64_t rest = tree->size; rest & 1; rest >>= 1) {
        assert(top > 0);
        tree_node_hash(tree->peaks[top - 1], tree->peaks[top - 1], tree->peaks[top]);
        top--;
        height++;
        if (height % 8 == 0 && nodes != NULL) {
            nodes[completed].row = height / 8;
            nodes[completed].place = tree->size >> height;
            memcpy(nodes[completed].hash, tree->peaks[top], TREE_HASH);
            completed++;
        }
    }
    tree->size++;
    assert(top + 1 == tree_peak_count(tree));
    return completed;
}

void tree_root(const struct tree *tree, uint8_t root[TREE_HASH])
{
    size_t count = tree_peak_count(tree);
    if (count == 0) {
        seal_sha256(root, NO_BYTES, NO_BYTES);
        return;
    }
    memcpy(root, tree->peaks[count - 1], TREE_HASH);
    for (size_t i = count - 1; i > 0; i--)
        tree_node_hash(root, tree->peaks[i - 1], root);
}

/* Root of the perfect subtree number `place` of 2^height leaves, from the nearest row below it. */
static enum result perfect_root(const struct tree_source *source, int height, uint64_t place,
                                uint8_t root[TREE_HASH])
{
    uint8_t hashes[128][TREE_HASH];
    int above = height % 8;
    size_t count = (size_t)1 << above;
    enum result result = source->hashes(source->self, height / 8, place << above, count, hashes);
    if (result != OK)
        return result;
    for (; count > 1; count /= 2)
        for (size_t i = 0; i < count / 2; i++)
            tree_node_hash(hashes[i], hashes[2 * i], hashes[2 * i + 1]);
    memcpy(root, hashes[0], TREE_HASH);
    return OK;
}

/* Root of leaves first .. first + count - 1, where first is a multiple of the power of two that
 * covers count. */
static enum result range_root(const struct tree_source *source, uint64_t first, uint64_t count,
                              uint8_t root[TREE_HASH])
{
    assert(count > 0);
    uint8_t parts[TREE_HEIGHT_MAX][TREE_HASH];
    size_t parts_count = 0;
    for (int height = TREE_HEIGHT_MAX - 1; height >= 0; height--) {
        if (!(count >> height & 1))
            continue;
        enum result result = perfect_root(source, height, first >> height, parts[parts_count++]);
        if (result != OK)
            return result;
        first += (uint64_t)1 << height;
    }
    memcpy(root, parts[parts_count - 1], TREE_HASH);
    for (size_t i = parts_count - 1; i > 0; i--)
        tree_node_hash(root, parts[i - 1], root);
    return OK;
}

/* Largest power of two below n; n >= 2. */
static uint64_t split(uint64_t n)
{
    assert(n >= 2);
    return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

enum result tree_root_at(const struct tree_source *source, uint64_t size, uint8_t root[TREE_HASH])
{
    if (size > 0)
        return range_root(source, 0, size, root);
    seal_sha256(root, NO_BYTES, NO_BYTES);
    return OK;
}

static void proof_reverse(struct tree_proof *proof)
{
    for (size_t i = 0, j = proof->count; i + 1 < j; i++) {
        uint8_t swap[TREE_HASH];
        j--;
        memcpy(swap, proof->hashes[i], TREE_HASH);
        memcpy(proof->hashes[i], proof->hashes[j], TREE_HASH);
        memcpy(proof->hashes[j], swap, TREE_HASH);
    }
}

enum result tree_inclusion(const struct tree_source *source, uint64_t index, uint64_t size,
                           struct tree_proof *proof)
{
    assert(index < size);
    uint64_t first = 0;
    proof->count = 0;
    /* From the root down; RFC 9162 lists from the leaf up, hence the turn at the end. */
    while (size > 1) {
        uint64_t left = split(size);
        bool goes_left = index < left;
        enum result result =
            goes_left ? range_root(source, first + left, size - left, proof->hashes[proof->count])
                      : range_root(source, first, left, proof->hashes[proof->count]);
        if (result != OK)
            return result;
        proof->count++;
        if (!goes_left) {
            index -= left;
            first += left;
        }
        size = goes_left ? left : size - left;
    }
    proof_reverse(proof);
    return OK;
}

enum result tree_consistency(const struct tree_source *source, uint64_t older, uint64_t newer,
                             struct tree_proof *proof)
{
    assert(older <= newer);
    proof->count = 0;
    if (older == 0 || older == newer)
        return OK;
    uint64_t first = 0;
    bool whole =
        true; /* what is left of the older tree is a subtree of it that the verifier knows */
    while (older != newer) {
        uint64_t left = split(newer);
        bool goes_left = older <= left;
        enum result result =
            goes_left ? range_root(source, first + left, newer - left, proof->hashes[proof->count])
                      : range_root(source, first, left, proof->hashes[proof->count]);
        if (result != OK)
            return result;
        proof->count++;
        if (goes_left) {
            newer = left;
        } else {
            older -= left;
            newer -= left;
            first += left;
            whole = false;
        }
    }
    if (!whole) {
        enum result result = range_root(source, first, older, proof->hashes[proof->count]);
        if (result != OK)
            return result;
        proof->count++;
    }
    proof_reverse(proof);
    return OK;
}

bool tree_inclusion_holds(const uint8_t leaf[TREE_HASH], uint64_t index, uint64_t size,
                          const uint8_t (*proof)[TREE_HASH], size_t count,
                          const uint8_t root[TREE_HASH])
{
    if (index >= size)
        return false;
    uint64_t fn = index, sn = size - 1;
    uint8_t hash[TREE_HASH];
    memcpy(hash, leaf, TREE_HASH);
    for (size_t i = 0; i < count; i++) {
        if (sn == 0)
            return false;
        if (fn & 1 || fn == sn) {
            tree_node_hash(hash, proof[i], hash);
            while (!(fn & 1) && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            tree_node_hash(hash, hash, proof[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && memcmp(hash, root, TREE_HASH) == 0;
}

/* RFC 9162 2.1.4.2, steps 3 to 6, for 0 < older < newer and a proof whose first hash stands at the
 * older tree's right edge. */
static bool consistency_walk(uint64_t fn, uint64_t sn, const uint8_t start[TREE_HASH],
                             const uint8_t (*proof)[TREE_HASH], size_t count,
                             const uint8_t older_root[TREE_HASH],
                             const uint8_t newer_root[TREE_HASH])
{
    uint8_t fr[TREE_HASH], sr[TREE_HASH];
    memcpy(fr, start, TREE_HASH);
    memcpy(sr, start, TREE_HASH);
    for (size_t i = 0; i < count; i++) {
        if (sn == 0)
            return false;
        if (fn & 1 || fn == sn) {
            tree_node_hash(fr, proof[i], fr);
            tree_node_hash(sr, proof[i], sr);
            while (!(fn & 1) && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            tree_node_hash(sr, sr, proof[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && memcmp(fr, older_root, TREE_HASH) == 0 &&
           memcmp(sr, newer_root, TREE_HASH) == 0;
}

bool tree_consistency_holds(uint64_t older, uint64_t newer, const uint8_t older_root[TREE_HASH],
                            const uint8_t newer_root[TREE_HASH], const uint8_t (*proof)[TREE_HASH],
                            size_t count)
{
    if (older > newer)
        return false;
    if (older == newer)
        return count == 0 && memcmp(older_root, newer_root, TREE_HASH) == 0;
    if (older == 0) {
        uint8_t empty[TREE_HASH];
        seal_sha256(empty, NO_BYTES, NO_BYTES);
        return count == 0 && memcmp(older_root, empty, TREE_HASH) == 0;
    }
    if (count == 0)
        return false;
    uint64_t fn = older - 1, sn = newer - 1;
    while (fn & 1) {
        fn >>= 1;
        sn >>= 1;
    }
    /* A perfect older tree is its own first hash and is left out of the proof. */
    if ((older & (older - 1)) == 0)
        return consistency_walk(fn, sn, older_root, proof, count, older_root, newer_root);
    return consistency_walk(fn, sn, proof[0], proof + 1, count - 1, older_root, newer_root);
}
