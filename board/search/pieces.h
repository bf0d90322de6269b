#pragma once
/* The search index lies in pieces: FTS5 writes each commit's words as one of their own and joins a
 * few now and then. A search looks into every piece for every word, so that an index of twenty-six
 * pieces, as an import leaves it, takes twice the time of one. The clerk joins them when nobody
 * asks anything, a few pages at a time; what is searched stays the same. Everything is made one
 * once the small pieces are more than a quarter of all, so that a page is rewritten a few times in
 * its life; else pieces of like size are joined in pairs. */
#include "core/db.h"

struct pieces {
    int64_t count;
    int64_t pages, largest; /* pages of all, and of the largest */
    bool paired;            /* some are of like size */
    bool joining;           /* begun, and not done yet */
};

enum { PIECE_SHIFT = 37 }; /* a page's id: the piece's number above, its own below */

struct piece {
    int64_t number, first, last; /* pages */
};

/* How the index of board.db lies now; its first `most` pieces in `list`, the newest first. */
MUST_USE enum result pieces_read(struct db *board, struct arena *arena, struct pieces *pieces,
                                 struct piece *list, size_t most);
/* The number at *at as SQLite writes it (varint): seven bits a byte, the high ones first, all eight
 * of a ninth. *at moves behind it; past the end it is 0. */
static inline uint64_t bytes_number(struct bytes bytes, size_t *at)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 9 && *at < bytes.size; i++) {
        const uint8_t byte = bytes.data[(*at)++];
        if (i == 8)
            return value << 8 | byte;
        value = value << 7 | (byte & 0x7f);
        if (byte < 0x80)
            break;
    }
    return value;
}
/* One step in a transaction of its own, of some milliseconds. *more: there is something left to do.
 * BUSY as for any transaction. */
MUST_USE enum result pieces_join(struct db *board, struct arena *arena, bool *more);
