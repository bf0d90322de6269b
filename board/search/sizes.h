#pragma once
/* How many words the title and the body of each posting have, near enough for ranking: a byte for
 * each, in steps of four per cent. They are read a thousand at a time when a posting among them is
 * first found: as they were packed (packing.h), else from the index's own table. They stay as they
 * were read: a posting that was changed or blanked keeps its old size until its piece is packed
 * anew or the process ends, which moves it a little and breaks nothing. */
#include "core/db.h"

enum { SIZES_CODES = 256, SIZES_BLOCK = 1024 };
struct size {
    uint8_t title, body; /* codes; 0: cannot be read */
};
struct sizes {
    struct db *db;
    struct size **blocks; /* of a thousand postings each; NULL: not read yet */
    size_t count;
    size_t left; /* blocks that may still be read from the index: see sizes_allow */
    bool fresh;  /* what is packed does not count: it is being packed anew */
};

void sizes_open(struct sizes *sizes, struct db *db);
void sizes_close(struct sizes *sizes);
/* From now on at most so many blocks are read, half a millisecond each; without: as many as it
 * takes. The first question to a house of a million postings would wait for a thousand of them;
 * with a limit it takes what is not read yet as of middling size. */
void sizes_allow(struct sizes *sizes, size_t blocks);
/* Stores the blocks from *block on that were read whole, `most` of them; *block: the next one.
 * *more: there are further ones. */
MUST_USE enum result sizes_store(struct sizes *sizes, size_t most, size_t *block, bool *more);
/* Reads the block the posting is in. */
struct size sizes_read(struct sizes *sizes, struct arena *arena, int64_t posting);
/* Of a posting that is in the index. */
static inline struct size sizes_of(struct sizes *sizes, struct arena *arena, int64_t posting)
{
    const size_t block = (size_t)posting / SIZES_BLOCK, at = (size_t)posting % SIZES_BLOCK;
    if (block < sizes->count && sizes->blocks[block] != NULL && sizes->blocks[block][at].body > 0)
        return sizes->blocks[block][at];
    return sizes_read(sizes, arena, posting);
}
/* What a code stands for, in words. */
double sizes_words(uint8_t code);
