#include "ledger/log/receipt.h"

#include <string.h>

#include "ledger/log/leaf.h"

#define RECEIPT_FIRST_LINE "c2sp.org/tlog-proof@v1"

void receipt_write(struct buf *out, struct bytes leaf, uint64_t index,
                   const struct tree_proof *proof, struct text note)
{
    buf_format(out, "%s\nextra ", RECEIPT_FIRST_LINE);
    buf_base64(out, leaf);
    buf_format(out, "\nindex %llu\n", (unsigned long long)index);
    for (size_t i = 0; i < proof->count; i++) {
        buf_base64(out, bytes_of(proof->hashes[i], TREE_HASH));
        buf_char(out, '\n');
    }
    buf_char(out, '\n');
    buf_add(out, note.data, note.size);
}

static bool line_after(struct text *rest, const char *prefix, struct text *value)
{
    struct text line;
    if (!text_next(rest, '\n', &line) || !text_starts(line, prefix))
        return false;
    *value = (struct text){line.data + strlen(prefix), line.size - strlen(prefix)};
    return true;
}

static bool proof_read(struct arena *arena, struct text *rest, struct tree_proof *proof)
{
    struct text line;
    proof->count = 0;
    while (text_next(rest, '\n', &line)) {
        if (line.size == 0)
            return true;
        struct bytes hash = base64_read(arena, line);
        if (hash.data == NULL || hash.size != TREE_HASH || proof->count == TREE_PROOF_MAX)
            return false;
        memcpy(proof->hashes[proof->count++], hash.data, TREE_HASH);
    }
    return false;
}

enum result receipt_check(struct arena *arena, struct text receipt, const struct note_key *key,
                          struct bytes *leaf, uint64_t *index, struct checkpoint *checkpoint,
                          const char **why)
{
    struct text rest = receipt, extra, number, first;
    struct tree_proof proof;
    uint8_t hash[LEAF_HASH_SIZE];
    int64_t place;
    *why = "not a receipt";
    if (receipt.size > RECEIPT_SIZE_MAX || !line_after(&rest, RECEIPT_FIRST_LINE, &first) ||
        first.size != 0 || !line_after(&rest, "extra ", &extra) ||
        !line_after(&rest, "index ", &number) || !text_int(number, 0, INT64_MAX, &place) ||
        number.data[0] == '-' || (number.size > 1 && number.data[0] == '0') ||
        !proof_read(arena, &rest, &proof))
        return INVALID;
    *leaf = base64_read(arena, extra);
    *why = "the leaf is not base64";
    if (leaf->data == NULL)
        return INVALID;
    *why = "the checkpoint is not signed by this ledger";
    if (checkpoint_open(arena, rest, key, checkpoint) != OK)
        return INVALID;
    leaf_hash(*leaf, hash);
    *why = "the leaf is not in the tree of the checkpoint";
    if (!tree_inclusion_holds(hash, (uint64_t)place, checkpoint->size,
                              (const uint8_t(*)[TREE_HASH])proof.hashes, proof.count,
                              checkpoint->root))
        return INVALID;
    *index = (uint64_t)place;
    *why = NULL;
    return OK;
}
