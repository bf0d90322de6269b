#pragma once
/* The tree's hashes as static files that anyone may fetch: c2sp.org/tlog-tiles, below FOLDER/tile/.
 * A tile holds up to 256 hashes of a row; a partial one carries its width in its name and goes once
 * the full one is there. Only hashes of blinded leaves are public; the leaves themselves
 * (tile/entries) are for auditors and not written here. */
#include "core/arena.h"
#include "ledger/log/tree.h"

enum { TILE_WIDTH = 256, TILE_PATH_MAX = 96 };

/* "tile/0/x001/234.p/17"; width 256 is the full tile. */
void tile_path(char out[TILE_PATH_MAX], int row, uint64_t number, size_t width);
/* Write every tile that the growth from `older` to `newer` leaves changed. Doing it again changes
 * nothing, so after a crash it is run again from the last published size. Call before the
 * checkpoint of `newer` is published. */
MUST_USE enum result tile_write(const char *folder, const struct tree_source *source,
                                uint64_t older, uint64_t newer);
/* Calls `visit` for every tile of a tree of `size` leaves, lowest row first; stops at the first
 * that is not OK. */
MUST_USE enum result
tile_each(uint64_t older, uint64_t size,
          enum result (*visit)(void *self, int row, uint64_t number, size_t width), void *self);
/* A tree source that reads the tiles of a tree of `size` leaves. Row hashes that no tile holds:
 * NOT_FOUND. */
struct tile_files {
    const char *folder;
    uint64_t size;
    struct arena *arena; /* what is read lies here until the owner resets it */
};
struct tree_source tile_source(struct tile_files *files);
