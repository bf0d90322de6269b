#include "board/search/pieces.h"

#include "schema/board.h"

enum {
    COOKIE_SIZE = 4,
    LEVELS_MAX = 64,   /* FTS5's own limit */
    PIECES_MAX = 2000, /* FTS5's own limit */
    PIECES_FEW = 3,
    SMALL_SHARE = 4,
    STEP_PAGES = 64, /* of four kilobytes each */
};

static struct piece piece_read(struct bytes shape, size_t *at)
{
    const int64_t number = (int64_t)bytes_number(shape, at);
    const int64_t first = (int64_t)bytes_number(shape, at);
    return (struct piece){number, first, (int64_t)bytes_number(shape, at)};
}

/* The record as fts5_index.c describes it ("Structure record"): a cookie, the numbers of levels,
 * pieces and writes; for each level how many are being joined, how many there are, and for each
 * piece its number, first and last page. */
enum result pieces_read(struct db *board, struct arena *arena, struct pieces *pieces,
                        struct piece *list, size_t most)
{
    struct board_index_shape_row row;
    size_t at = COOKIE_SIZE;
    *pieces = (struct pieces){0};
    const enum result result = board_index_shape(board, arena, &row);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    const uint64_t levels = bytes_number(row.shape, &at), count = bytes_number(row.shape, &at);
    (void)bytes_number(row.shape, &at);
    if (levels > LEVELS_MAX || count > PIECES_MAX)
        return BROKEN;
    pieces->count = (int64_t)count;
    for (uint64_t i = 0, newer = 0; i < levels; i++) {
        pieces->joining = bytes_number(row.shape, &at) > 0 || pieces->joining;
        const uint64_t here = bytes_number(row.shape, &at);
        if (here > count - newer)
            return BROKEN;
        pieces->paired = pieces->paired || here > 1;
        for (uint64_t j = 0; j < here; j++) { /* within a level the newest stands last */
            const struct piece piece = piece_read(row.shape, &at);
            const int64_t pages = piece.last - piece.first + 1;
            pieces->pages += pages;
            pieces->largest = pages > pieces->largest ? pages : pieces->largest;
            if (newer + here - 1 - j < most)
                list[newer + here - 1 - j] = piece;
        }
        newer += here;
    }
    return OK;
}

enum result pieces_join(struct db *board, struct arena *arena, bool *more)
{
    struct pieces now;
    *more = false;
    enum result result = pieces_read(board, arena, &now, NULL, 0);
    const bool all = now.count > PIECES_FEW && (now.pages - now.largest) * SMALL_SHARE > now.pages;
    if (result != OK || !(now.joining || all || now.paired))
        return result;
    result = db_begin(board);
    if (result != OK)
        return result;
    /* Below 0 makes FTS5 begin to join them all; from then on both do the same. */
    result = board_index_join(board, all && !now.joining ? -STEP_PAGES : STEP_PAGES);
    if (result == OK)
        result = db_commit(board);
    else
        db_rollback(board);
    *more = result == OK;
    return result;
}
