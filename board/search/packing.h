#pragma once
/* Packs the long lists of the search index (packed.h) when nobody asks anything: piece by piece, a
 * few pages at a time, each step in a transaction of its own. A search uses a piece's packed lists
 * once all of them are there. */
#include "board/search/packed.h"

struct packing; /* opaque; the clerk's */

struct packing *packing_open(struct db *board);
void packing_close(struct packing *packing);
/* One step, of some milliseconds at a million postings: what belongs to a piece that is no more
 * goes, else the next lists are packed. Only once no pieces are being joined. *more: there is
 * something left to do. BUSY as for any transaction. */
MUST_USE enum result packing_step(struct packing *packing, struct arena *arena, bool *more);
