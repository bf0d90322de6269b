/* The leaf layout is frozen: these bytes and hashes can never change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "core/seal.h"
#include "ledger/log/leaf.h"

static struct leaf leaf_of(int kind)
{
    struct leaf leaf = {.kind = (enum leaf_kind)kind, .seq = 7, .tick = 1772442000};
    memset(leaf.prev, 0x11, 32);
    memset(leaf.blind, 0x22, 16);
    switch (leaf.kind) {
    case LEAF_PAD:
        memset(leaf.pad, 0x33, 32);
        break;
    case LEAF_ACCOUNT:
        memset(leaf.account.id, 0x44, 16);
        memcpy(leaf.account.currency, "USD", 3);
        leaf.account.exponent = 2;
        leaf.account.code = 3;
        leaf.account.flags = 1;
        break;
    case LEAF_TRANSFER:
        leaf.flags = TRANSFER_PENDING;
        memset(leaf.transfer.id, 0x51, 16);
        memset(leaf.transfer.debit, 0x52, 16);
        memset(leaf.transfer.credit, 0x53, 16);
        leaf.transfer.amount = 123456;
        memcpy(leaf.transfer.currency, "USD", 3);
        leaf.transfer.exponent = 2;
        leaf.transfer.code = 2;
        memset(leaf.transfer.ref, 0x54, 16);
        memset(leaf.transfer.meta, 0x55, 32);
        leaf.transfer.timeout = 3600;
        break;
    case LEAF_COMMITMENT:
        memset(leaf.commitment, 0x66, 32);
        break;
    case LEAF_REVEAL:
        leaf.reveal.commitment = 5;
        memset(leaf.reveal.transfer, 0x77, 16);
        break;
    case LEAF_CLOSE:
        memset(leaf.close.batch, 0x81, 16);
        leaf.close.count = 3;
        leaf.close.total = 99;
        memset(leaf.close.instructions, 0x82, 32);
        break;
    case LEAF_EXPORT:
        memset(leaf.export.batch, 0x91, 16);
        memset(leaf.export.sha256, 0x92, 32);
        leaf.export.size = 1000;
        break;
    case LEAF_RULESET:
        memset(leaf.ruleset.sha256, 0xa1, 32);
        leaf.ruleset.valid_from = 1772441000;
        memset(leaf.ruleset.admins, 0xa2, 8);
        break;
    case LEAF_KEY:
        leaf.key.type = KEY_SPONSOR;
        memset(leaf.key.public_key, 0xb1, 32);
        memset(leaf.key.signature, 0xb2, 64);
        break;
    case LEAF_ANCHOR:
        leaf.anchor.place = 4711;
        memset(leaf.anchor.digest, 0xc1, 32);
        break;
    case LEAF_KIND_COUNT:
        break;
    }
    return leaf;
}

static void every_kind_has_the_hash_it_had_when_the_layout_was_frozen(void **state)
{
    (void)state;
    static const char *const frozen[LEAF_KIND_COUNT] = {
        [LEAF_PAD] = "c532ac0a0a7b0cbaa2c7f44e93e069ad3616f6ee4df66eb7868bc4a283af516c",
        [LEAF_ACCOUNT] = "a382a56ba8d983000b3f29c7f4ee4a60af35476481fe5ad8511913e0d1d65d97",
        [LEAF_TRANSFER] = "36aa2d77c8735fcdc6ba4e82adef89b01aa806732fc78639eff10820426a2de8",
        [LEAF_COMMITMENT] = "b77663fffacb21680dd5b21343612791842de4d75d9c0f71ca77d2f860de3902",
        [LEAF_REVEAL] = "bea8b04de0e7d306eae9f73d0a75c30a69019fc4c67777ecc0f9e7c5fcb7a138",
        [LEAF_CLOSE] = "10655972c12de62a23e6f260bdff2082f3fa1732d46156521884ab75872e0cf7",
        [LEAF_EXPORT] = "d70955bed4bfdc5a6b527b31b51e340030fc9a81d6973bcc6b8fbf40f074a723",
        [LEAF_RULESET] = "fb53c141048ab7d99b55a291cb448e5eafe743b562fda3a8a193c74e13966906",
        [LEAF_KEY] = "a492dbab4351e635c31bcf06a863452f8d6743ffda58114601effd4637029cc7",
        [LEAF_ANCHOR] = "ce9a91175badf690651d35c5da3c6b540c3741727295f641d1be23b4e950a07d",
    };
    struct arena arena;
    arena_open(&arena, 1 << 16);
    for (int kind = 0; kind < LEAF_KIND_COUNT; kind++) {
        uint8_t bytes[LEAF_SIZE_MAX], hash[32];
        struct leaf leaf = leaf_of(kind);
        struct buf hex;
        size_t size = leaf_encode(&leaf, bytes);
        assert_int_equal(size, leaf_size(kind));
        leaf_hash(bytes_of(bytes, size), hash);
        buf_open(&hex, &arena, 80);
        buf_hex(&hex, bytes_of(hash, 32));
        buf_char(&hex, '\0');
        assert_string_equal(hex.data, frozen[kind]);
    }
    arena_close(&arena);
}

static void a_transfer_lies_byte_for_byte_as_the_table_says(void **state)
{
    (void)state;
    uint8_t bytes[LEAF_SIZE_MAX];
    struct leaf leaf = leaf_of(LEAF_TRANSFER);
    assert_int_equal(leaf_encode(&leaf, bytes), 208);
    assert_memory_equal(bytes, "LDG1\x02\x02\x00\xd0", 8);
    assert_memory_equal(bytes + 8, "\0\0\0\0\0\0\0\x07", 8);
    assert_int_equal(bytes[24], 0x11);
    assert_int_equal(bytes[56], 0x22);
    assert_int_equal(bytes[72], 0x51);
    assert_int_equal(bytes[88], 0x52);
    assert_int_equal(bytes[104], 0x53);
    assert_memory_equal(bytes + 120, "\0\0\0\0\0\x01\xe2\x40USD\x02\0\0\0\x02", 16);
    assert_int_equal(bytes[136], 0);
    assert_int_equal(bytes[152], 0x54);
    assert_int_equal(bytes[168], 0x55);
    assert_memory_equal(bytes + 200, "\0\0\x0e\x10\0\0\0\0", 8);
}

static void every_changed_bit_is_refused_or_another_leaf(void **state)
{
    (void)state;
    int refused = 0, other = 0;
    for (int kind = 0; kind < LEAF_KIND_COUNT; kind++) {
        uint8_t bytes[LEAF_SIZE_MAX], again[LEAF_SIZE_MAX];
        struct leaf leaf = leaf_of(kind);
        size_t size = leaf_encode(&leaf, bytes);
        for (size_t bit = 0; bit < size * 8; bit++) {
            struct leaf read;
            const char *why;
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            if (leaf_decode(bytes_of(bytes, size), &read, &why) != OK) {
                assert_non_null(why);
                refused++;
            } else {
                /* Injective: what is read is written as exactly these bytes. */
                assert_int_equal(leaf_encode(&read, again), size);
                assert_memory_equal(again, bytes, size);
                other++;
            }
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    assert_true(refused > 800);
    assert_true(other > 5000);
}

static void what_is_not_canonical_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[LEAF_SIZE_MAX + 1] = {0};
    struct leaf leaf = leaf_of(LEAF_TRANSFER), read;
    size_t size = leaf_encode(&leaf, bytes);
    const char *why;
    assert_int_equal(leaf_decode(bytes_of(bytes, size), &read, &why), OK);
    assert_int_equal(leaf_decode(bytes_of(bytes, size - 1), &read, &why), INVALID);
    assert_int_equal(leaf_decode(bytes_of(bytes, size + 1), &read, &why), INVALID);
    assert_int_equal(leaf_decode(bytes_of(bytes, 10), &read, &why), INVALID);
    leaf.transfer.amount = 0;
    assert_non_null(leaf_transfer_fault(leaf.flags, &leaf.transfer));
    leaf.transfer.amount = LEAF_AMOUNT_MAX + 1;
    assert_non_null(leaf_transfer_fault(leaf.flags, &leaf.transfer));
    leaf.transfer.amount = LEAF_AMOUNT_MAX;
    assert_null(leaf_transfer_fault(leaf.flags, &leaf.transfer));
    assert_non_null(leaf_transfer_fault(TRANSFER_POST, &leaf.transfer));
    assert_non_null(leaf_transfer_fault(3, &leaf.transfer));
    leaf.transfer.currency[1] = 's';
    assert_non_null(leaf_transfer_fault(leaf.flags, &leaf.transfer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_the_hash_it_had_when_the_layout_was_frozen),
        cmocka_unit_test(a_transfer_lies_byte_for_byte_as_the_table_says),
        cmocka_unit_test(every_changed_bit_is_refused_or_another_leaf),
        cmocka_unit_test(what_is_not_canonical_is_refused),
    };
    seal_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
