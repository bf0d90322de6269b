#pragma once
/* English words cut to their stem, as M. F. Porter, "An algorithm for suffix stripping", Program
 * 14(3), 1980: "bleeding", "bleeds" and "bleed" are one. The same rules as the index uses, so that
 * a saved search finds what the search finds. Pure. */
#include <stddef.h>

/* `word` (lower case ASCII letters; anything else is left as it is) is cut in place; gives its new
 * size, which is never larger. */
size_t stem_cut(char *word, size_t size);
