#pragma once
/* What a pseudonym must not be: somebody else's for the eye, the person's own name, or a word that
 * sounds like the house. Pure functions; pseudonym_key (board/fold/fold.h), which is in stores,
 * stays as it is. */
#include "core/arena.h"

/* As a reader sees it in a hurry: folds more than pseudonym_key (doubled letters, cl and d, rn and
 * m, u and v ...), so it may only be compared when a name is chosen. In the arena. */
struct text pseudonym_look(struct arena *arena, struct text pseudonym);
/* Whether it is or holds the first or last name: whole, as one of its words, or a last name of five
 * letters and more inside of it. */
bool pseudonym_is_own(struct arena *arena, struct text pseudonym, struct text first_name,
                      struct text last_name);
/* Whether it is, or has as one of its words, one that is kept for the house. */
bool pseudonym_is_reserved(struct arena *arena, struct text pseudonym);
