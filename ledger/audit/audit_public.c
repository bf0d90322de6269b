/* What a stranger can judge: the files this house publishes, copied into a folder (checkpoint, vkey
 * and tile/...), without a leaf, a store or a network. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ledger/audit/audit.h"
#include "ledger/log/checkpoint.h"
#include "ledger/log/file.h"
#include "ledger/log/tile.h"
#include "ledger/desk/tools.h"

enum { ARENA = 1024 * 1024, VKEY_MAX = 1024, FILE_PATH = 4096 };

struct copy {
    const char *folder;
    struct arena arena;
    struct tile_files files;
    struct tree_source source;
    struct tree tree;
    struct note_key key;
    struct checkpoint head;
    uint64_t older_size; /* of the checkpoint that was kept; 0: none, or of nothing */
    uint8_t older_root[TREE_HASH];
    struct public_report *report;
};

static void path_in(const struct copy *copy, char out[FILE_PATH], const char *name)
{
    (void)snprintf(out, FILE_PATH, "%s/%s", copy->folder, name);
}

static enum result fault(struct copy *copy, const char *check, const char *what)
{
    copy->report->check = check;
    (void)snprintf(copy->report->what, sizeof copy->report->what, "%s", what);
    return INVALID;
}

static struct text trimmed(struct bytes bytes)
{
    return text_trim((struct text){(const char *)bytes.data, bytes.size});
}

/* A checkpoint's file, signed by the key. */
static enum result checkpoint_take(struct copy *copy, const char *path, const char *name,
                                   struct checkpoint *checkpoint)
{
    struct bytes note;
    if (file_read(&copy->arena, path, CHECKPOINT_SIZE_MAX, &note) != OK)
        return fault(copy, name, "there is no such file");
    struct text text = {(const char *)note.data, note.size};
    if (checkpoint_open(&copy->arena, text, &copy->key, checkpoint) != OK)
        return fault(copy, name, "it is not signed by the key in vkey");
    return OK;
}

static enum result copy_open(struct copy *copy, const char *folder, struct public_report *report)
{
    char path[FILE_PATH];
    struct bytes vkey;
    *copy = (struct copy){.folder = folder, .report = report};
    arena_open(&copy->arena, ARENA);
    path_in(copy, path, "vkey");
    if (file_read(&copy->arena, path, VKEY_MAX, &vkey) != OK)
        return fault(copy, "vkey", "there is no such file");
    if (note_key_read(&copy->arena, trimmed(vkey), &copy->key) != OK)
        return fault(copy, "vkey", "it is no key of a log");
    path_in(copy, path, "checkpoint");
    enum result result = checkpoint_take(copy, path, "checkpoint", &copy->head);
    if (result != OK)
        return result;
    report->size = copy->head.size;
    copy->files = (struct tile_files){folder, copy->head.size, &copy->arena};
    copy->source = tile_source(&copy->files);
    return OK;
}

static bool is_there(const struct copy *copy, int row, uint64_t number, size_t width)
{
    char name[TILE_PATH_MAX], path[FILE_PATH];
    tile_path(name, row, number, width);
    path_in(copy, path, name);
    if (access(path, R_OK) == 0)
        return true;
    tile_path(name, row, number, TILE_WIDTH); /* of a tree that is a little newer */
    path_in(copy, path, name);
    return access(path, R_OK) == 0;
}

/* A hash of an upper row is the root of the whole tile below it. */
static enum result node_take(struct copy *copy, const struct tree_node *node)
{
    uint8_t hash[TREE_HASH];
    char below[TILE_PATH_MAX], what[160];
    if (copy->source.hashes(copy->source.self, node->row, node->place, 1, &hash) == OK &&
        memcmp(hash, node->hash, TREE_HASH) == 0)
        return OK;
    tile_path(below, node->row - 1, node->place, TILE_WIDTH);
    (void)snprintf(what, sizeof what, "the row above does not hold the root of %s", below);
    return fault(copy, "tile", what);
}

static enum result hash_take(struct copy *copy, const uint8_t hash[TREE_HASH])
{
    struct tree_node nodes[TREE_ROWS_MAX];
    uint8_t root[TREE_HASH];
    enum result result = OK;
    size_t count = tree_push(&copy->tree, hash, nodes);
    for (size_t i = 0; i < count && result == OK; i++)
        result = node_take(copy, &nodes[i]);
    if (result != OK || copy->tree.size != copy->older_size)
        return result;
    tree_root(&copy->tree, root);
    return memcmp(root, copy->older_root, TREE_HASH) == 0
               ? OK
               : fault(copy, "older",
                       "the tree does not begin with the one that was kept: it was "
                       "rewritten");
}

static enum result tile_take(void *self, int row, uint64_t number, size_t width)
{
    struct copy *copy = self;
    uint8_t hashes[TILE_WIDTH][TREE_HASH];
    char name[TILE_PATH_MAX], what[160];
    size_t mark = copy->arena.used;
    enum result result =
        copy->source.hashes(copy->source.self, row, number * TILE_WIDTH, width, hashes);
    if (result != OK) {
        tile_path(name, row, number, width);
        (void)snprintf(what, sizeof what, "%s is missing or too short", name);
        return fault(copy, "tile", what);
    }
    for (size_t i = 0; row == 0 && i < width && result == OK; i++)
        result = hash_take(copy, hashes[i]);
    arena_reset(&copy->arena, mark);
    return result;
}

static enum result older_take(struct copy *copy, const char *path)
{
    struct checkpoint older;
    enum result result = checkpoint_take(copy, path, "older", &older);
    if (result != OK)
        return result;
    if (older.size > copy->head.size)
        return fault(copy, "older", "it is of a larger tree than the checkpoint");
    copy->older_size = older.size;
    memcpy(copy->older_root, older.root, TREE_HASH);
    copy->report->older_size = older.size;
    return OK;
}

enum result audit_public(const char *folder, const char *older, struct public_report *report)
{
    struct copy copy;
    uint8_t root[TREE_HASH];
    *report = (struct public_report){0};
    enum result result = copy_open(&copy, folder, report);
    if (result == OK && older != NULL)
        result = older_take(&copy, older);
    if (result == OK)
        result = tile_each(0, copy.head.size, tile_take, &copy);
    if (result == OK) {
        tree_root(&copy.tree, root);
        if (memcmp(root, copy.head.root, TREE_HASH) != 0)
            result =
                fault(&copy, "root", "the tiles give another root than the one that is signed");
    }
    arena_close(&copy.arena);
    return result;
}

/* --- the verbs --- */

static int told(const struct public_report *report)
{
    fprintf(stderr, "not sound: %s: %s\n", report->check, report->what);
    return 1;
}

int tool_public(const char *folder, const char *older)
{
    struct public_report report;
    if (audit_public(folder, older, &report) != OK)
        return told(&report);
    printf("sound: the hashes of %llu entries give the root that is signed",
           (unsigned long long)report.size);
    if (older != NULL)
        printf("; they begin with the %llu of the checkpoint you kept",
               (unsigned long long)report.older_size);
    printf("\n");
    return 0;
}

static enum result missing_print(void *self, int row, uint64_t number, size_t width)
{
    char name[TILE_PATH_MAX];
    if (!is_there(self, row, number, width)) {
        tile_path(name, row, number, width);
        printf("%s\n", name);
    }
    return OK;
}

int tool_tiles(const char *folder)
{
    struct public_report report = {0};
    struct copy copy;
    enum result result = copy_open(&copy, folder, &report);
    if (result == OK)
        result = tile_each(0, copy.head.size, missing_print, &copy);
    arena_close(&copy.arena);
    return result == OK ? 0 : told(&report);
}
