#pragma once
/* A word that stands in no posting, and the word of the index that was probably meant: one or two
 * letters apart and begun alike, the nearest first, the commonest of the nearest. */
#include "board/search/postings.h"

/* Letters to add, drop, change or swap with their neighbour to make one of the other; `most` + 1
 * when there are more. For words of up to 64 bytes. */
size_t repair_distance(struct text a, struct text b, size_t most);
/* *repaired: as it is written in a posting, lower case; absent when nothing is near. `word`: lower
 * case. `postings`: NULL leaves it to FTS5. `quick`: only among words that begin with the same four
 * letters, which costs a tenth. */
MUST_USE enum result repair_word(struct db *db, struct postings *postings, struct arena *arena,
                                 struct text word, bool quick, struct text *repaired);
