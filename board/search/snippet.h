#pragma once
/* The place of a posting that shows best why it was found: about 180 bytes of plain words, with the
 * bytes 2 and 3 around words that were asked for. Words count as found when they begin alike
 * (endings are cut off on both sides), which is close to what the index does and costs a hundredth
 * of asking it. */
#include "core/arena.h"

/* `words`: lower case. Absent when none of them stands in the body. */
struct text snippet_make(struct arena *arena, struct text body, const struct text *words,
                         size_t word_count);
