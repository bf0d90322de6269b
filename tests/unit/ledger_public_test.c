/* What anybody judges of a log with a copy of its public files: every change of any of them is
 * found, and so is a tree that does not go on from the one that was kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/seal.h"
#include "ledger/audit/audit.h"
#include "ledger/log/checkpoint.h"
#include "ledger/log/file.h"
#include "ledger/log/tile.h"
#include "ledger/desk/tools.h"
#include "tests/support/scratch.h"

enum { LEAVES = 70000, OLDER = 66000, ROWS = 3 }; /* three rows, whole and partial tiles in each */

static struct arena arena;
static uint8_t (*rows[ROWS])[TREE_HASH];
static uint8_t secret_key[64];
static struct note_key key;
static char folder[256], kept[300];

static enum result hashes(void *self UNUSED, int row, uint64_t first, size_t count,
                          uint8_t (*out)[TREE_HASH])
{
    memcpy(out, rows[row] + first, count * TREE_HASH);
    return OK;
}

static void path_make(char out[512], const char *name)
{
    (void)snprintf(out, 512, "%s/%s", folder, name);
}

static void checkpoint_put(const char *path, uint64_t size, const uint8_t root[TREE_HASH])
{
    struct checkpoint checkpoint = {.origin = key.name, .size = size};
    uint8_t signature[64];
    struct buf text, note;
    memcpy(checkpoint.root, root, TREE_HASH);
    buf_open(&text, &arena, 512);
    checkpoint_write(&text, &checkpoint);
    seal_sign(signature, secret_key, buf_bytes(&text));
    buf_open(&note, &arena, 1024);
    note_write(&note, buf_done(&text), &key, signature);
    assert_int_equal(file_write(path, buf_bytes(&note)), OK);
}

/* A log of LEAVES entries whose hashes come from `seed`, published; and its head at OLDER kept. */
static void log_make(uint8_t seed)
{
    static const uint64_t sizes[ROWS] = {LEAVES, LEAVES / 256, LEAVES / 65536};
    static struct tree tree;
    const struct tree_source source = {hashes, NULL};
    char path[512];
    uint8_t public_key[32], root[TREE_HASH];
    struct buf vkey;
    arena_reset(&arena, 0);
    (void)snprintf(folder, sizeof folder, "%s/log%d", scratch_open(), seed);
    (void)snprintf(kept, sizeof kept, "%s/kept", folder);
    seal_sign_keypair(public_key, secret_key, (const uint8_t[32]){7});
    note_key_make(&key, TEXT("stranger.example/log"), public_key);
    buf_open(&vkey, &arena, 512);
    note_key_write(&vkey, &key);
    path_make(path, "vkey");
    assert_int_equal(file_write(path, buf_bytes(&vkey)), OK);
    for (int row = 0; row < ROWS; row++)
        rows[row] = realloc(rows[row], (sizes[row] + 1) * TREE_HASH);
    memset(&tree, 0, sizeof tree);
    for (uint64_t i = 0; i < LEAVES; i++) {
        struct tree_node nodes[TREE_ROWS_MAX];
        const uint64_t leaf[2] = {i, seed};
        const struct bytes parts[] = {bytes_of(leaf, sizeof leaf)};
        seal_digest(rows[0][i], NULL, parts, 1);
        size_t count = tree_push(&tree, rows[0][i], nodes);
        for (size_t j = 0; j < count; j++)
            memcpy(rows[nodes[j].row][nodes[j].place], nodes[j].hash, TREE_HASH);
        if (tree.size == OLDER) {
            tree_root(&tree, root);
            checkpoint_put(kept, OLDER, root);
        }
    }
    assert_int_equal(tile_write(folder, &source, 0, LEAVES), OK);
    tree_root(&tree, root);
    path_make(path, "checkpoint");
    checkpoint_put(path, LEAVES, root);
}

static void found(const char *older, const char *check)
{
    struct public_report report;
    enum result result = audit_public(folder, older, &report);
    assert_int_equal(result, check == NULL ? OK : INVALID);
    if (check != NULL)
        assert_string_equal(report.check, check);
    else
        assert_int_equal(report.size, LEAVES);
}

/* Turns one bit of a file over, at a share of it. */
static void bit_turn(const char *path, size_t numerator, size_t denominator)
{
    struct bytes content;
    assert_int_equal(file_read(&arena, path, 1 << 20, &content), OK);
    uint8_t *copy = malloc(content.size);
    assert_non_null(copy);
    memcpy(copy, content.data, content.size);
    copy[(content.size - 1) * numerator / denominator] ^= 4;
    assert_int_equal(file_write(path, bytes_of(copy, content.size)), OK);
    free(copy);
}

static void a_copy_of_the_public_files_is_judged_by_itself(void **state UNUSED)
{
    log_make(1);
    found(NULL, NULL);
    found(kept, NULL);
    assert_int_equal(tool_public(folder, kept), 0);
}

static enum result tile_spoil(void *self UNUSED, int row, uint64_t number, size_t width)
{
    char name[TILE_PATH_MAX], path[512], aside[520];
    if (row == 0 && number % 40 != 0 && width == TILE_WIDTH)
        return OK; /* a few whole ones of many */
    tile_path(name, row, number, width);
    path_make(path, name);
    for (size_t i = 0; i < 3; i++) {
        bit_turn(path, i, 2);
        found(NULL, width < TILE_WIDTH && row == 0 ? "root" : "tile");
        bit_turn(path, i, 2);
    }
    (void)snprintf(aside, sizeof aside, "%s.aside", path);
    assert_int_equal(rename(path, aside), 0);
    found(NULL, "tile");
    assert_int_equal(rename(aside, path), 0);
    return OK;
}

static void every_changed_or_missing_tile_is_found(void **state UNUSED)
{
    log_make(1);
    assert_int_equal(tile_each(0, LEAVES, tile_spoil, NULL), OK);
    found(NULL, NULL); /* (control) all are as they were */
}

static void a_checkpoint_of_another_key_or_another_tree_is_found(void **state UNUSED)
{
    char path[512];
    log_make(1);
    path_make(path, "checkpoint");
    bit_turn(path, 1, 3);
    found(NULL, "checkpoint");
    bit_turn(path, 1, 3);
    checkpoint_put(path, LEAVES, (const uint8_t[TREE_HASH]){1});
    found(NULL, "root");
    path_make(path, "vkey");
    bit_turn(path, 9, 10);
    found(NULL, "vkey");
}

static void a_log_that_was_rewritten_does_not_go_on_from_the_one_that_was_kept(void **state UNUSED)
{
    char other[300];
    log_make(1);
    memcpy(other, kept, sizeof other);
    log_make(2);
    found(NULL, NULL); /* by itself it is sound */
    found(kept, NULL);
    found(other, "older");
    char path[512];
    path_make(path, "checkpoint");
    found(path, NULL); /* the same tree */
    path_make(path, "nowhere");
    found(path, "older");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_of_the_public_files_is_judged_by_itself),
        cmocka_unit_test(every_changed_or_missing_tile_is_found),
        cmocka_unit_test(a_checkpoint_of_another_key_or_another_tree_is_found),
        cmocka_unit_test(a_log_that_was_rewritten_does_not_go_on_from_the_one_that_was_kept),
    };
    seal_open();
    arena_open(&arena, 16 << 20);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
