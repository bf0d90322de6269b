#include "ledger/log/leaf.h"

#include <assert.h>
#include <string.h>

#include "core/seal.h"

static const struct {
    const char *name;
    size_t size;
} kinds[LEAF_KIND_COUNT] = {
    [LEAF_PAD] = {"pad", 104},           [LEAF_ACCOUNT] = {"account", 104},
    [LEAF_TRANSFER] = {"transfer", 208}, [LEAF_COMMITMENT] = {"commitment", 104},
    [LEAF_REVEAL] = {"reveal", 104},     [LEAF_CLOSE] = {"close", 136},
    [LEAF_EXPORT] = {"export", 128},     [LEAF_RULESET] = {"ruleset", 120},
    [LEAF_KEY] = {"key", 176},           [LEAF_ANCHOR] = {"anchor", 112},
};

/* A place in the bytes being written or read; fields follow one another in the order of the layout.
 */
struct pen {
    uint8_t *at;
};
struct eye {
    const uint8_t *at;
    bool zeros; /* every reserved byte so far was zero */
};

const char *leaf_kind_name(int kind)
{
    return kind >= 0 && kind < LEAF_KIND_COUNT ? kinds[kind].name : "unknown";
}

size_t leaf_size(int kind)
{
    return kind >= 0 && kind < LEAF_KIND_COUNT ? kinds[kind].size : 0;
}

static void put(struct pen *pen, const void *data, size_t size)
{
    memcpy(pen->at, data, size);
    pen->at += size;
}

static void put_number(struct pen *pen, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        pen->at[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
    pen->at += size;
}

static void put_zeros(struct pen *pen, size_t size)
{
    memset(pen->at, 0, size);
    pen->at += size;
}

static void take(struct eye *eye, void *out, size_t size)
{
    memcpy(out, eye->at, size);
    eye->at += size;
}

static uint64_t take_number(struct eye *eye, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | eye->at[i];
    eye->at += size;
    return value;
}

static bool is_zero(const uint8_t *data, size_t size)
{
    uint8_t any = 0;
    for (size_t i = 0; i < size; i++)
        any |= data[i];
    return any == 0;
}

static void take_zeros(struct eye *eye, size_t size)
{
    eye->zeros = eye->zeros && is_zero(eye->at, size);
    eye->at += size;
}

static void put_transfer(struct pen *pen, const struct leaf_transfer *transfer)
{
    put(pen, transfer->id, 16);
    put(pen, transfer->debit, 16);
    put(pen, transfer->credit, 16);
    put_number(pen, transfer->amount, 8);
    put(pen, transfer->currency, 3);
    put_number(pen, transfer->exponent, 1);
    put_number(pen, transfer->code, 4);
    put(pen, transfer->pending, 16);
    put(pen, transfer->ref, 16);
    put(pen, transfer->meta, 32);
    put_number(pen, transfer->timeout, 4);
    put_zeros(pen, 4);
}

static void take_transfer(struct eye *eye, struct leaf_transfer *transfer)
{
    take(eye, transfer->id, 16);
    take(eye, transfer->debit, 16);
    take(eye, transfer->credit, 16);
    transfer->amount = take_number(eye, 8);
    take(eye, transfer->currency, 3);
    transfer->exponent = (uint8_t)take_number(eye, 1);
    transfer->code = (uint32_t)take_number(eye, 4);
    take(eye, transfer->pending, 16);
    take(eye, transfer->ref, 16);
    take(eye, transfer->meta, 32);
    transfer->timeout = (uint32_t)take_number(eye, 4);
    take_zeros(eye, 4);
}

static void put_body(struct pen *pen, const struct leaf *leaf)
{
    switch (leaf->kind) {
    case LEAF_PAD:
        put(pen, leaf->pad, 32);
        break;
    case LEAF_ACCOUNT:
        put(pen, leaf->account.id, 16);
        put(pen, leaf->account.currency, 3);
        put_number(pen, leaf->account.exponent, 1);
        put_number(pen, leaf->account.code, 4);
        put_number(pen, leaf->account.flags, 2);
        put_zeros(pen, 6);
        break;
    case LEAF_TRANSFER:
        put_transfer(pen, &leaf->transfer);
        break;
    case LEAF_COMMITMENT:
        put(pen, leaf->commitment, 32);
        break;
    case LEAF_REVEAL:
        put_number(pen, leaf->reveal.commitment, 8);
        put(pen, leaf->reveal.transfer, 16);
        put_zeros(pen, 8);
        break;
    case LEAF_CLOSE:
        put(pen, leaf->close.batch, 16);
        put_number(pen, leaf->close.rail, 2);
        put_number(pen, leaf->close.count, 4);
        put_zeros(pen, 2);
        put_number(pen, leaf->close.total, 8);
        put(pen, leaf->close.instructions, 32);
        break;
    case LEAF_EXPORT:
        put(pen, leaf->export.batch, 16);
        put(pen, leaf->export.sha256, 32);
        put_number(pen, leaf->export.size, 8);
        break;
    case LEAF_RULESET:
        put(pen, leaf->ruleset.sha256, 32);
        put_number(pen, leaf->ruleset.valid_from, 8);
        put(pen, leaf->ruleset.admins, 8);
        break;
    case LEAF_KEY:
        put_number(pen, leaf->key.type, 2);
        put_zeros(pen, 6);
        put(pen, leaf->key.public_key, 32);
        put(pen, leaf->key.signature, 64);
        break;
    case LEAF_ANCHOR:
        put_number(pen, leaf->anchor.place, 8);
        put(pen, leaf->anchor.digest, 32);
        break;
    case LEAF_KIND_COUNT:
        break;
    }
}

static void take_body(struct eye *eye, struct leaf *leaf)
{
    switch (leaf->kind) {
    case LEAF_PAD:
        take(eye, leaf->pad, 32);
        break;
    case LEAF_ACCOUNT:
        take(eye, leaf->account.id, 16);
        take(eye, leaf->account.currency, 3);
        leaf->account.exponent = (uint8_t)take_number(eye, 1);
        leaf->account.code = (uint32_t)take_number(eye, 4);
        leaf->account.flags = (uint16_t)take_number(eye, 2);
        take_zeros(eye, 6);
        break;
    case LEAF_TRANSFER:
        take_transfer(eye, &leaf->transfer);
        break;
    case LEAF_COMMITMENT:
        take(eye, leaf->commitment, 32);
        break;
    case LEAF_REVEAL:
        leaf->reveal.commitment = take_number(eye, 8);
        take(eye, leaf->reveal.transfer, 16);
        take_zeros(eye, 8);
        break;
    case LEAF_CLOSE:
        take(eye, leaf->close.batch, 16);
        leaf->close.rail = (uint16_t)take_number(eye, 2);
        leaf->close.count = (uint32_t)take_number(eye, 4);
        take_zeros(eye, 2);
        leaf->close.total = take_number(eye, 8);
        take(eye, leaf->close.instructions, 32);
        break;
    case LEAF_EXPORT:
        take(eye, leaf->export.batch, 16);
        take(eye, leaf->export.sha256, 32);
        leaf->export.size = take_number(eye, 8);
        break;
    case LEAF_RULESET:
        take(eye, leaf->ruleset.sha256, 32);
        leaf->ruleset.valid_from = take_number(eye, 8);
        take(eye, leaf->ruleset.admins, 8);
        break;
    case LEAF_KEY:
        leaf->key.type = (uint16_t)take_number(eye, 2);
        take_zeros(eye, 6);
        take(eye, leaf->key.public_key, 32);
        take(eye, leaf->key.signature, 64);
        break;
    case LEAF_ANCHOR:
        leaf->anchor.place = take_number(eye, 8);
        take(eye, leaf->anchor.digest, 32);
        break;
    case LEAF_KIND_COUNT:
        break;
    }
}

static bool currency_ok(const char currency[3], uint8_t exponent)
{
    for (int i = 0; i < 3; i++)
        if (currency[i] < 'A' || currency[i] > 'Z')
            return false;
    return exponent <= 4;
}

const char *leaf_transfer_fault(uint8_t flags, const struct leaf_transfer *transfer)
{
    if (flags != 0 && flags != TRANSFER_PENDING && flags != TRANSFER_POST && flags != TRANSFER_VOID)
        return "transfer flags";
    if (is_zero(transfer->id, 16))
        return "transfer id is zero";
    if (transfer->amount < 1 || transfer->amount > LEAF_AMOUNT_MAX)
        return "amount out of range";
    if (!currency_ok(transfer->currency, transfer->exponent))
        return "currency";
    bool resolves = flags == TRANSFER_POST || flags == TRANSFER_VOID;
    if (resolves == is_zero(transfer->pending, 16))
        return "pending id and flags disagree";
    if (transfer->timeout != 0 && flags != TRANSFER_PENDING)
        return "timeout on what is no hold";
    return NULL;
}

/* What makes a well-formed leaf meaningless whatever came before it; NULL when nothing does. */
static const char *leaf_fault(const struct leaf *leaf)
{
    if (leaf->kind != LEAF_TRANSFER && leaf->flags != 0)
        return "flags on a kind that has none";
    if (leaf->seq >= (uint64_t)1 << 62 || leaf->tick >= (uint64_t)1 << 62)
        return "seq or tick out of range";
    if (leaf->seq == 0 && !is_zero(leaf->prev, 32))
        return "the first leaf has a predecessor";
    switch (leaf->kind) {
    case LEAF_TRANSFER:
        return leaf_transfer_fault(leaf->flags, &leaf->transfer);
    case LEAF_ACCOUNT:
        if (!currency_ok(leaf->account.currency, leaf->account.exponent))
            return "currency";
        return leaf->account.flags <= ACCOUNT_CREDITS_BOUND ? NULL : "account flags";
    case LEAF_CLOSE:
        return leaf->close.total <= LEAF_AMOUNT_MAX ? NULL : "total out of range";
    case LEAF_KEY:
        return leaf->key.type >= KEY_LOG && leaf->key.type <= KEY_ADMIN ? NULL : "key type";
    case LEAF_ANCHOR:
        return leaf->anchor.place < (uint64_t)1 << 62 ? NULL : "place out of range";
    default:
        return NULL;
    }
}

size_t leaf_encode(const struct leaf *leaf, uint8_t out[LEAF_SIZE_MAX])
{
    size_t size = leaf_size((int)leaf->kind);
    assert(size > 0);
    assert(leaf_fault(leaf) == NULL);
    struct pen pen = {out};
    put(&pen, "LDG1", 4);
    put_number(&pen, (uint64_t)leaf->kind, 1);
    put_number(&pen, leaf->flags, 1);
    put_number(&pen, size, 2);
    put_number(&pen, leaf->seq, 8);
    put_number(&pen, leaf->tick, 8);
    put(&pen, leaf->prev, 32);
    put(&pen, leaf->blind, 16);
    assert(pen.at == out + LEAF_HEADER_SIZE);
    put_body(&pen, leaf);
    assert(pen.at == out + size);
    return size;
}

enum result leaf_decode(struct bytes bytes, struct leaf *leaf, const char **why)
{
    const char *unused;
    why = why != NULL ? why : &unused;
    *why = "shorter than a header";
    if (bytes.size < LEAF_HEADER_SIZE)
        return INVALID;
    *why = "not a leaf of layout v1";
    if (memcmp(bytes.data, "LDG1", 4) != 0)
        return INVALID;
    struct eye eye = {bytes.data + 4, true};
    int kind = (int)take_number(&eye, 1);
    *why = "unknown kind";
    if (leaf_size(kind) == 0)
        return INVALID;
    *leaf = (struct leaf){.kind = (enum leaf_kind)kind};
    leaf->flags = (uint8_t)take_number(&eye, 1);
    uint64_t size = take_number(&eye, 2);
    *why = "length";
    if (size != leaf_size(kind) || bytes.size != size)
        return INVALID;
    leaf->seq = take_number(&eye, 8);
    leaf->tick = take_number(&eye, 8);
    take(&eye, leaf->prev, 32);
    take(&eye, leaf->blind, 16);
    take_body(&eye, leaf);
    assert(eye.at == bytes.data + size);
    *why = "reserved bytes are not zero";
    if (!eye.zeros)
        return INVALID;
    *why = leaf_fault(leaf);
    return *why == NULL ? OK : INVALID;
}

void leaf_hash(struct bytes leaf, uint8_t out[LEAF_HASH_SIZE])
{
    static const uint8_t prefix = 0x00;
    seal_sha256(out, (struct bytes){&prefix, 1}, leaf);
}

void leaf_key_message(uint8_t out[LEAF_KEY_MESSAGE_SIZE], uint16_t type,
                      const uint8_t public_key[32])
{
    struct pen pen = {out};
    put(&pen, "ldg/key/v1\n", 11);
    put_number(&pen, type, 2);
    put(&pen, public_key, 32);
    assert(pen.at == out + LEAF_KEY_MESSAGE_SIZE);
}
