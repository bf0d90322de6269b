/* The tree's proofs, notes and tiles against vectors of other implementations (read where they lie,
 * skipped when absent) and against a naive reading of RFC 6962 on every small tree. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/json.h"
#include "core/seal.h"
#include "ledger/log/checkpoint.h"
#include "ledger/log/file.h"
#include "ledger/log/leaf.h"
#include "ledger/log/receipt.h"
#include "ledger/log/tile.h"
#include "ledger/log/tree.h"

static struct arena arena;

static const char *golden(const char *name)
{
    static char path[4][512];
    static int turn;
    char *out = path[turn++ % 4];
    const char *shared = getenv("SHARED");
    snprintf(out, sizeof path[0], "%s/golden/ledger/%s", shared == NULL ? "../shared" : shared,
             name);
    return out;
}

static struct text slurp(const char *path)
{
    struct bytes content = NO_BYTES;
    if (file_read(&arena, path, 1 << 20, &content) != OK)
        return NO_TEXT;
    return (struct text){(const char *)content.data, content.size};
}

static void need_golden(void)
{
    if (access(golden("NOTE.md"), R_OK) != 0)
        skip();
}

/* --- a naive tree: RFC 6962 2.1 word for word --- */

static void naive_root(uint8_t (*leaves)[32], uint64_t count, uint8_t root[32])
{
    if (count == 1) {
        memcpy(root, leaves[0], 32);
        return;
    }
    uint64_t left = 1;
    while (left * 2 < count)
        left *= 2;
    uint8_t a[32], b[32];
    naive_root(leaves, left, a);
    naive_root(leaves + left, count - left, b);
    tree_node_hash(root, a, b);
}

struct rows {
    uint8_t (*hashes)[32];
    uint64_t count;
    struct tree_node nodes[64];
    size_t nodes_count;
};

static enum result rows_hashes(void *self, int row, uint64_t first, size_t count,
                               uint8_t (*out)[32])
{
    struct rows *rows = self;
    for (size_t i = 0; i < count; i++) {
        if (row == 0 && first + i < rows->count) {
            memcpy(out[i], rows->hashes[first + i], 32);
            continue;
        }
        size_t n = 0;
        while (n < rows->nodes_count &&
               (rows->nodes[n].row != row || rows->nodes[n].place != first + i))
            n++;
        if (n == rows->nodes_count)
            return NOT_FOUND;
        memcpy(out[i], rows->nodes[n].hash, 32);
    }
    return OK;
}

static void leaves_make(uint8_t (*leaves)[32], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t number[2] = {(uint8_t)(i >> 8), (uint8_t)i};
        leaf_hash(bytes_of(number, 2), leaves[i]);
    }
}

static void every_small_tree_gives_the_naive_root_and_proofs_that_hold(void **state)
{
    (void)state;
    enum { MOST = 70 };
    uint8_t leaves[MOST][32], root[32], roots[MOST + 1][32];
    leaves_make(leaves, MOST);
    struct tree tree = {0};
    struct rows rows = {leaves, MOST, {{0}}, 0};
    struct tree_source source = {rows_hashes, &rows};
    tree_root(&tree, roots[0]);
    for (uint64_t size = 1; size <= MOST; size++) {
        tree_push(&tree, leaves[size - 1], NULL);
        tree_root(&tree, roots[size]);
        naive_root(leaves, size, root);
        assert_memory_equal(root, roots[size], 32);
        assert_int_equal(tree_root_at(&source, size, root), OK);
        assert_memory_equal(root, roots[size], 32);
        struct tree_proof proof;
        for (uint64_t i = 0; i < size; i++) {
            assert_int_equal(tree_inclusion(&source, i, size, &proof), OK);
            const uint8_t(*hashes)[32] = (const uint8_t(*)[32])proof.hashes;
            assert_true(tree_inclusion_holds(leaves[i], i, size, hashes, proof.count, roots[size]));
            assert_false(tree_inclusion_holds(leaves[i], (i + 1) % (size + 1), size, hashes,
                                              proof.count, roots[size]));
        }
        for (uint64_t older = 0; older <= size; older++) {
            assert_int_equal(tree_consistency(&source, older, size, &proof), OK);
            const uint8_t(*hashes)[32] = (const uint8_t(*)[32])proof.hashes;
            assert_true(tree_consistency_holds(older, size, roots[older], roots[size], hashes,
                                               proof.count));
            if (older > 0 && older < size)
                assert_false(tree_consistency_holds(older, size, roots[older - 1], roots[size],
                                                    hashes, proof.count));
        }
    }
}

static void proofs_across_full_tiles_hold(void **state)
{
    (void)state;
    enum { COUNT = 1100 };
    static uint8_t leaves[COUNT][32];
    uint8_t root[32], older_root[32];
    leaves_make(leaves, COUNT);
    struct tree tree = {0};
    struct rows rows = {leaves, COUNT, {{0}}, 0};
    struct tree_source source = {rows_hashes, &rows};
    for (size_t i = 0; i < COUNT; i++)
        rows.nodes_count += tree_push(&tree, leaves[i], rows.nodes + rows.nodes_count);
    assert_int_equal(rows.nodes_count, COUNT / 256);
    tree_root(&tree, root);
    for (uint64_t i = 0; i < COUNT; i += 37) {
        struct tree_proof proof;
        assert_int_equal(tree_inclusion(&source, i, COUNT, &proof), OK);
        assert_true(tree_inclusion_holds(leaves[i], i, COUNT, (const uint8_t(*)[32])proof.hashes,
                                         proof.count, root));
        assert_int_equal(tree_root_at(&source, i, older_root), OK);
        assert_int_equal(tree_consistency(&source, i, COUNT, &proof), OK);
        assert_true(tree_consistency_holds(i, COUNT, older_root, root,
                                           (const uint8_t(*)[32])proof.hashes, proof.count));
    }
}

/* --- vectors --- */

static bool hash_get(const struct json *json, const char *key, uint8_t out[32])
{
    struct bytes bytes;
    if (!json_get_base64(json_get(json, key), &arena, 64, &bytes) || bytes.size != 32)
        return false;
    memcpy(out, bytes.data, 32);
    return true;
}

/* Whether our verifier takes the vector. */
static bool vector_holds(const struct json *json)
{
    uint8_t proof[TREE_PROOF_MAX][32], a[32], b[32];
    const struct json *list = json_get(json, "proof");
    size_t count = list == NULL ? 0 : json_count(list);
    int64_t first = 0, second = 0;
    if (count > TREE_PROOF_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct bytes hash;
        if (!json_get_base64(json_at(list, i), &arena, 1 << 16, &hash) || hash.size != 32)
            return false; /* strict: 32 bytes or nothing */
        memcpy(proof[i], hash.data, 32);
    }
    if (json_get(json, "treeSize") != NULL || json_get(json, "leafHash") != NULL)
        return json_get_int(json_get(json, "leafIdx"), 0, INT64_MAX, &first) &&
               json_get_int(json_get(json, "treeSize"), 0, INT64_MAX, &second) &&
               hash_get(json, "leafHash", a) && hash_get(json, "root", b) &&
               tree_inclusion_holds(a, (uint64_t)first, (uint64_t)second,
                                    (const uint8_t(*)[32])proof, count, b);
    return json_get_int(json_get(json, "size1"), 0, INT64_MAX, &first) &&
           json_get_int(json_get(json, "size2"), 0, INT64_MAX, &second) &&
           hash_get(json, "root1", a) && hash_get(json, "root2", b) &&
           tree_consistency_holds((uint64_t)first, (uint64_t)second, a, b,
                                  (const uint8_t(*)[32])proof, count);
}

struct tally {
    int agree, differ;
    char differing[256];
};

static void vectors_walk(const char *folder, struct tally *tally)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[1024];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        size_t length = strlen(path);
        if (length < 5 || strcmp(path + length - 5, ".json") != 0) {
            vectors_walk(path, tally);
            continue;
        }
        arena_reset(&arena, 0);
        struct text content = slurp(path);
        struct json *json;
        /* An index of 2^64 - 1 already fails as a number: that is a refusal too. */
        bool wanted = strstr(content.data, "\"wantErr\": true") == NULL, holds = false;
        if (json_read(text_bytes(content), &json) == OK) {
            holds = vector_holds(json);
            json_close(json);
        }
        if (holds == wanted)
            tally->agree++;
        else if (tally->differ++ == 0)
            snprintf(tally->differing, sizeof tally->differing, "%s", entry->d_name);
    }
    closedir(dir);
}

static void all_196_published_proofs_are_judged_alike_but_the_one_with_a_12_byte_root(void **state)
{
    (void)state;
    need_golden();
    struct tally tally = {0, 0, ""};
    vectors_walk(golden("transparency-dev-merkle/testdata"), &tally);
    assert_int_equal(tally.agree, 195);
    assert_int_equal(tally.differ, 1);
    /* Two equal "roots" of 12 bytes: 32 bytes or nothing is our rule. */
    assert_string_equal(tally.differing, "sizes-are-equal-one-and-proof-is-empty.json");
}

static void the_eight_reference_leaves_give_the_nine_reference_roots(void **state)
{
    (void)state;
    need_golden();
    static const char *const inputs[] = {"",
                                         "00",
                                         "10",
                                         "2021",
                                         "3031",
                                         "40414243",
                                         "5051525354555657",
                                         "606162636465666768696a6b6c6d6e6f"};
    struct text content = slurp(golden("ct-8-leaf.txt"));
    struct tree tree = {0};
    for (size_t i = 0; i <= 8; i++) {
        struct buf want;
        uint8_t root[32];
        tree_root(&tree, root);
        buf_open(&want, &arena, 128);
        buf_format(&want, "root %zu ", i);
        buf_hex(&want, bytes_of(root, 32));
        buf_char(&want, '\n');
        buf_char(&want, '\0');
        assert_non_null(strstr(content.data, want.data));
        if (i == 8)
            break;
        uint8_t hash[32];
        leaf_hash(hex_read(&arena, text_of(inputs[i])), hash);
        tree_push(&tree, hash, NULL);
    }
}

static void a_c2sp_example_note_is_read_and_one_changed_byte_is_not(void **state)
{
    (void)state;
    need_golden();
    struct note_key key;
    struct text note = slurp(golden("c2sp-signed-note/example.note")), text;
    struct text vkey = slurp(golden("c2sp-signed-note/example.vkey"));
    assert_int_equal(note_key_read(&arena, vkey, &key), OK);
    assert_int_equal(note_read(&arena, note, &key, &text), OK);
    assert_true(text_is(text, "This is an example message.\n"));
    char *changed = (char *)arena_text(&arena, note).data;
    changed[3] ^= 1;
    assert_int_equal(note_read(&arena, (struct text){changed, note.size}, &key, &text), INVALID);
}

static void our_earlier_checkpoint_is_read_and_written_again_byte_for_byte(void **state)
{
    (void)state;
    need_golden();
    struct note_key key;
    struct checkpoint checkpoint;
    uint8_t seed[32], public_key[32], secret_key[64], signature[64];
    struct text note = slurp(golden("ours-checkpoint/checkpoint"));
    assert_int_equal(note_key_read(&arena, slurp(golden("ours-checkpoint/vkey")), &key), OK);
    assert_int_equal(checkpoint_open(&arena, note, &key, &checkpoint), OK);
    assert_int_equal(checkpoint.size, 70000);
    for (int i = 0; i < 32; i++)
        seed[i] = (uint8_t)i;
    seal_sign_keypair(public_key, secret_key, seed);
    assert_memory_equal(public_key, key.public_key, 32);
    struct buf text, again;
    buf_open(&text, &arena, 256);
    buf_open(&again, &arena, 512);
    checkpoint_write(&text, &checkpoint);
    seal_sign(signature, secret_key, buf_bytes(&text));
    note_write(&again, buf_done(&text), &key, signature);
    assert_int_equal(again.size, note.size);
    assert_memory_equal(again.data, note.data, note.size);
}

static void every_checkpoint_of_a_foreign_log_matches_its_tiles(void **state)
{
    (void)state;
    need_golden();
    struct note_key key;
    struct text vkey =
        TEXT("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx");
    assert_int_equal(note_key_read(&arena, vkey, &key), OK);
    uint8_t roots[16][32];
    const char *folder = arena_text(&arena, text_of(golden("tessera-log/testdata/log"))).data;
    struct tile_files files = {folder, 15, &arena};
    struct tree_source source = tile_source(&files);
    for (unsigned size = 0; size <= 15; size++) {
        char name[64];
        struct checkpoint checkpoint;
        snprintf(name, sizeof name, "tessera-log/testdata/log/checkpoint.%u", size);
        assert_int_equal(checkpoint_open(&arena, slurp(golden(name)), &key, &checkpoint), OK);
        assert_int_equal(checkpoint.size, size);
        assert_int_equal(tree_root_at(&source, size, roots[size]), OK);
        assert_memory_equal(roots[size], checkpoint.root, 32);
        struct tree_proof proof;
        for (unsigned older = 0; older <= size; older++) {
            assert_int_equal(tree_consistency(&source, older, size, &proof), OK);
            assert_true(tree_consistency_holds(older, size, roots[older], roots[size],
                                               (const uint8_t(*)[32])proof.hashes, proof.count));
        }
    }
}

static void tile_names_are_as_the_format_prints_them(void **state)
{
    (void)state;
    char path[TILE_PATH_MAX];
    tile_path(path, 0, 0, 256);
    assert_string_equal(path, "tile/0/000");
    tile_path(path, 0, 1234067, 256);
    assert_string_equal(path, "tile/0/x001/x234/067");
    tile_path(path, 1, 999, 17);
    assert_string_equal(path, "tile/1/999.p/17");
    tile_path(path, 2, 1000, 1);
    assert_string_equal(path, "tile/2/x001/000.p/1");
}

static void tiles_written_as_the_log_grows_equal_tiles_written_at_once(void **state)
{
    (void)state;
    enum { COUNT = 777 };
    static uint8_t leaves[COUNT][32];
    char folder[] = "/tmp/ledger_tiles_XXXXXX";
    assert_non_null(mkdtemp(folder));
    leaves_make(leaves, COUNT);
    struct rows rows = {leaves, COUNT, {{0}}, 0};
    struct tree_source source = {rows_hashes, &rows};
    struct tree tree = {0};
    for (size_t i = 0; i < COUNT; i++)
        rows.nodes_count += tree_push(&tree, leaves[i], rows.nodes + rows.nodes_count);
    uint64_t before = 0;
    for (uint64_t size = 3; size <= COUNT; size += 43) {
        uint8_t want[32], got[32];
        assert_int_equal(tile_write(folder, &source, before, size), OK);
        before = size;
        struct tile_files files = {folder, size, &arena};
        struct tree_source written = tile_source(&files);
        assert_int_equal(tree_root_at(&source, size, want), OK);
        assert_int_equal(tree_root_at(&written, size, got), OK);
        assert_memory_equal(want, got, 32);
    }
    char path[600];
    snprintf(path, sizeof path, "%s/tile/0/000.p", folder);
    assert_int_not_equal(access(path, F_OK), 0); /* partial ones go once the whole is there */
    snprintf(path, sizeof path, "rm -r %s", folder);
    char *const remove[] = {"rm", "-r", folder, NULL};
    if (fork() == 0)
        execvp("rm", remove);
}

static void notes_that_break_the_format_are_refused(void **state)
{
    (void)state;
    uint8_t public_key[32], secret_key[64], signature[64];
    struct note_key key;
    struct text text;
    struct buf good;
    seal_sign_keypair(public_key, secret_key, NULL);
    note_key_make(&key, TEXT("example.org/log"), public_key);
    struct text said = TEXT("example.org/log\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    seal_sign(signature, secret_key, text_bytes(said));
    buf_open(&good, &arena, 512);
    note_write(&good, said, &key, signature);
    struct checkpoint checkpoint;
    assert_int_equal(checkpoint_open(&arena, buf_done(&good), &key, &checkpoint), OK);
    /* Every byte but those of a line that is not ours: changed, it is refused. */
    for (size_t i = 0; i < good.size; i++) {
        char *changed = (char *)arena_text(&arena, buf_done(&good)).data;
        changed[i] ^= 1;
        struct text note = {changed, good.size};
        assert_int_equal(checkpoint_open(&arena, note, &key, &checkpoint), INVALID);
    }
    /* No signature, no blank line, a signature by somebody else only. */
    assert_int_equal(note_read(&arena, said, &key, &text), INVALID);
    struct note_key other;
    uint8_t other_public[32], other_secret[64];
    seal_sign_keypair(other_public, other_secret, NULL);
    note_key_make(&other, TEXT("example.org/other"), other_public);
    assert_int_equal(note_read(&arena, buf_done(&good), &other, &text), INVALID);
    /* A witness's line beside ours is ignored. */
    seal_sign(signature, other_secret, text_bytes(said));
    struct buf two, line;
    buf_open(&two, &arena, 1024);
    buf_open(&line, &arena, 512);
    buf_add(&two, good.data, good.size);
    note_write(&line, said, &other, signature);
    buf_add(&two, line.data + said.size + 1, line.size - said.size - 1);
    assert_int_equal(checkpoint_open(&arena, buf_done(&two), &key, &checkpoint), OK);
    assert_int_equal(checkpoint_read(&arena, TEXT("a\n05\nAAAA\n"), &checkpoint), INVALID);
}

static int set_up(void **state)
{
    (void)state;
    arena_open(&arena, 64 << 20);
    seal_open();
    return 0;
}

static int before_each(void **state)
{
    (void)state;
    arena_reset(&arena, 0);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_small_tree_gives_the_naive_root_and_proofs_that_hold,
                               before_each),
        cmocka_unit_test_setup(proofs_across_full_tiles_hold, before_each),
        cmocka_unit_test_setup(
            all_196_published_proofs_are_judged_alike_but_the_one_with_a_12_byte_root, before_each),
        cmocka_unit_test_setup(the_eight_reference_leaves_give_the_nine_reference_roots,
                               before_each),
        cmocka_unit_test_setup(a_c2sp_example_note_is_read_and_one_changed_byte_is_not,
                               before_each),
        cmocka_unit_test_setup(our_earlier_checkpoint_is_read_and_written_again_byte_for_byte,
                               before_each),
        cmocka_unit_test_setup(every_checkpoint_of_a_foreign_log_matches_its_tiles, before_each),
        cmocka_unit_test_setup(tile_names_are_as_the_format_prints_them, before_each),
        cmocka_unit_test_setup(tiles_written_as_the_log_grows_equal_tiles_written_at_once,
                               before_each),
        cmocka_unit_test_setup(notes_that_break_the_format_are_refused, before_each),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
