#pragma once
/* Which postings a word was met with in newer pieces of the index: what was written anew or taken
 * out stands there, and an older piece's row of the same posting says nothing any more. Pieces are
 * gone through from the newest on, each in the order of its postings. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct newer {
    int64_t *postings;
    size_t count, room;
    size_t known; /* of them, in order: of the pieces before this one */
    size_t at;    /* the first of these that this piece has not passed */
    int64_t horizon;
};

void newer_close(struct newer *newer);
static inline void newer_clear(struct newer *newer)
{
    newer->count = newer->known = newer->at = 0;
}
/* The next piece begins; no older one has postings behind `horizon`. */
void newer_piece(struct newer *newer, int64_t horizon);
/* Rows of the piece at hand hold without asking from here to before this posting. */
static inline int64_t newer_until(const struct newer *newer, int64_t posting)
{
    return posting <= newer->horizon   ? 0
           : newer->at == newer->known ? INT64_MAX
                                       : newer->postings[newer->at];
}
/* The piece has a row of this posting. False: a newer one has, too. */
bool newer_holds(struct newer *newer, int64_t posting);
