#pragma once
/* The long lists of the search index once more, in a form that adds up quickly. FTS5's own say
 * where in a text a word stands, ten bytes a row to be read one by one; what a row adds to a score
 * hangs on that alone, so that it is worked out once, when nobody asks (packing.h), and two bytes
 * are left: how far on the posting is and what the word is worth in it. Only lists of a kilobyte
 * and more are packed; a shorter one is read as it is in the same time.
 *
 * A piece of the index never changes while it is one (pieces.h), and so neither do its packed
 * lists; a piece that was joined into another, or whose number another has, is not the one that
 * was packed. What was taken out of the index or written anew stands in a newer piece, whose row
 * holds.
 *
 * A list's part: rows of a step from the posting before (seven bits a byte, the low ones first, the
 * highest bit: more follows; the first step is from 0) and a code, 0: taken out. The worth of a row
 * is that of the day on which its piece was packed: a mean length moves slowly. It is told in 255
 * steps (score_code). */
#include "board/search/newer.h"
#include "board/search/pieces.h"
#include "board/search/sums.h"

enum {
    PACKED_CODES = 256,
    PACKED_PIECES_MAX = 24,
    PACKED_LIST_LEAST = 1024,
    PACKED_PART_ROWS = 16384,
    PACKED_ROW_SIZE_MAX = 10
};

struct packed {
    struct db *db;
    int64_t version; /* of the store when it was looked what is packed */
    bool looked;
    bool off; /* never used: for measuring */
    size_t count;
    struct packed_one {
        struct piece piece;
        bool whole;     /* packed, and still the same */
        int64_t newest; /* in its packed lists */
    } pieces[PACKED_PIECES_MAX];
};

/* Before a query: which of these pieces, the newest first, are packed. `version`: db_version. */
MUST_USE enum result packed_look(struct packed *packed, struct arena *arena,
                                 const struct piece *pieces, size_t count, int64_t version);
bool packed_any(const struct packed *packed);
bool packed_most(const struct packed *packed); /* at least three quarters of the pages */
/* No row of a piece older than this one is of a later posting; INT64_MAX: nobody knows. */
int64_t packed_horizon(const struct packed *packed, size_t piece);
/* The rows of a list; 0: it is not packed. */
MUST_USE enum result packed_rows(struct packed *packed, struct arena *arena, size_t piece,
                                 struct text key, int64_t *rows);
/* Adds a packed list to the sums, but for rows of which `newer` knows better (newer_piece was
 * called for this piece). *found: there is one. */
MUST_USE enum result packed_sum(struct packed *packed, struct arena *arena, size_t piece,
                                struct text key, double weight, struct sums *sums,
                                struct newer *newer, bool *found);
/* Tells this piece from a later one of the same number. */
MUST_USE enum result packed_mark(struct db *db, struct arena *arena, const struct piece *piece,
                                 int64_t *mark);

/* A part being written; the next one begins with size and rows 0 and the same `last`. */
struct packed_part {
    int64_t last; /* posting; 0 before the first */
    size_t size, rows;
    uint8_t bytes[PACKED_PART_ROWS * PACKED_ROW_SIZE_MAX];
};
/* `part` has fewer than PACKED_PART_ROWS, all before `posting`. */
void packed_write(struct packed_part *part, int64_t posting, uint8_t code);
