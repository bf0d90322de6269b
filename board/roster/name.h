#pragma once
/* Names and numbers of persons as lists and people write them, folded so that spellings of the same
 * meet. Pure. */
#include "core/arena.h"

/* Ten digits whose check digit is right (Luhn over 80840 and the number). */
bool npi_valid(struct text npi);
/* Same person's name, as far as spelling goes: case, accents, hyphens, blanks, titles and Jr./III
 * do not count. Empty names match nothing. */
bool names_match(struct arena *arena, struct text a, struct text b);
/* A folded "last first" with the first of the first names, for looking a name up. Narrow: Müller as
 * Muller; wide: as Mueller. In the arena. */
struct text name_key(struct arena *arena, struct text first, struct text last, bool wide);
/* A licence number with only capital letters and digits, without leading zeros: lists and people
 * differ in blanks, hyphens, dots, case and zeros. In the arena; '' if nothing is left. */
struct text licence_key(struct arena *arena, struct text number);
/* The same into room of number.size bytes; how many it took. */
size_t licence_key_write(char *out, struct text number);
