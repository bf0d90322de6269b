#pragma once
/* Writes the values of a script's constants where its functions read them: `x * P.k_link` becomes
 * `x * (0x1.8p+1)`, which the compiler keeps as a number, while P.k_link is two look-ups in tables
 * at every call: without them the shipped rules take a third less time. The numbers are the same to
 * the last bit, and lines stay where they are. Part of core/rule.c; nobody else needs it.
 *
 * Only for a script that has been loaded already and in which functions read the plain numbers and
 * nothing else: none is called while it loads (it would see the entries, not the values), and none
 * writes to a table. Of the text it is asked here that P is one global, set once at the top, and
 * read as P.name; a script that uses its name in any other way stays as it is. */
#include "core/rule.h"

/* In the arena; absent when the script must stay as it is. */
struct text rule_text_with_values(struct arena *arena, struct text script,
                                  const struct rule_constant *constants, size_t count);
