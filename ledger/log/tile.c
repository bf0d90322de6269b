#include "ledger/log/tile.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/trace.h"
#include "ledger/log/file.h"

void tile_path(char out[TILE_PATH_MAX], int row, uint64_t number, size_t width)
{
    assert(row >= 0 && row < TREE_ROWS_MAX && width >= 1 && width <= TILE_WIDTH);
    unsigned groups[8]; /* of three digits, last first: 1234067 is x001/x234/067 */
    size_t count = 0;
    do {
        groups[count++] = (unsigned)(number % 1000);
        number /= 1000;
    } while (number > 0);
    int used = snprintf(out, TILE_PATH_MAX, "tile/%d", row);
    for (size_t i = count; i > 0; i--)
        used += snprintf(out + used, (size_t)(TILE_PATH_MAX - used), i > 1 ? "/x%03u" : "/%03u",
                         groups[i - 1]);
    if (width < TILE_WIDTH)
        snprintf(out + used, (size_t)(TILE_PATH_MAX - used), ".p/%zu", width);
}

enum result tile_each(uint64_t older, uint64_t size,
                      enum result (*visit)(void *self, int row, uint64_t number, size_t width),
                      void *self)
{
    for (int row = 0; row < TREE_ROWS_MAX && size >> (8 * row) > 0; row++) {
        uint64_t before = older >> (8 * row), after = size >> (8 * row);
        for (uint64_t number = before / TILE_WIDTH; number * TILE_WIDTH < after; number++) {
            uint64_t left = after - number * TILE_WIDTH;
            if (before == after)
                break;
            enum result result =
                visit(self, row, number, left < TILE_WIDTH ? (size_t)left : TILE_WIDTH);
            if (result != OK)
                return result;
        }
    }
    return OK;
}

struct tile_writer {
    const char *folder;
    const struct tree_source *source;
};

/* Partial tiles of what is whole now: readers fall back to the full one, as the format says. */
static void partial_remove(const char *folder, int row, uint64_t number)
{
    char name[TILE_PATH_MAX], path[PATH_MAX];
    for (size_t width = 1; width < TILE_WIDTH; width++) {
        tile_path(name, row, number, width);
        snprintf(path, sizeof path, "%s/%s", folder, name);
        (void)unlink(path);
    }
    char *slash = strrchr(path, '/');
    *slash = '\0';
    (void)rmdir(path);
}

static enum result tile_write_one(void *self, int row, uint64_t number, size_t width)
{
    const struct tile_writer *writer = self;
    uint8_t hashes[TILE_WIDTH][TREE_HASH];
    char name[TILE_PATH_MAX], path[PATH_MAX];
    enum result result =
        writer->source->hashes(writer->source->self, row, number * TILE_WIDTH, width, hashes);
    if (result != OK)
        return result;
    tile_path(name, row, number, width);
    snprintf(path, sizeof path, "%s/%s", writer->folder, name);
    result = file_write(path, bytes_of(hashes, width * TREE_HASH));
    if (result == OK && width == TILE_WIDTH)
        partial_remove(writer->folder, row, number);
    return result;
}

enum result tile_write(const char *folder, const struct tree_source *source, uint64_t older,
                       uint64_t newer)
{
    assert(older <= newer);
    struct tile_writer writer = {folder, source};
    return tile_each(older, newer, tile_write_one, &writer);
}

static enum result tile_hashes(void *self, int row, uint64_t first, size_t count,
                               uint8_t (*out)[TREE_HASH])
{
    struct tile_files *files = self;
    uint64_t entries = row < TREE_ROWS_MAX ? files->size >> (8 * row) : 0;
    uint64_t number = first / TILE_WIDTH;
    if (first + count > entries || (first + count - 1) / TILE_WIDTH != number)
        return NOT_FOUND;
    uint64_t left = entries - number * TILE_WIDTH;
    size_t width = left < TILE_WIDTH ? (size_t)left : TILE_WIDTH;
    char name[TILE_PATH_MAX], path[PATH_MAX];
    struct bytes content;
    enum result result = NOT_FOUND;
    /* The full tile may have replaced the partial one of a tree that is a little older. */
    for (int full = 0; full < 2 && result == NOT_FOUND; full++) {
        tile_path(name, row, number, full ? TILE_WIDTH : width);
        snprintf(path, sizeof path, "%s/%s", files->folder, name);
        result = file_read(files->arena, path, TILE_WIDTH * TREE_HASH, &content);
    }
    if (result != OK)
        return result;
    if (content.size < width * TREE_HASH)
        return INVALID;
    memcpy(out, content.data + (first % TILE_WIDTH) * TREE_HASH, count * TREE_HASH);
    return OK;
}

struct tree_source tile_source(struct tile_files *files)
{
    return (struct tree_source){tile_hashes, files};
}
