#pragma once
/* Names and numbers of persons as lists and people write them, folded so that spellings of the same
 * meet. Pure. */
#include "core/arena.h"

/* Ten digits whose check digit is right (Luhn over 80840 and the number). */
bool npi_valid(struct text npi);
/* Same person's name, as far as spelling goes: case, accents, hyphens, blanks, titles and Jr./III
 * do not count. Empty names match nothing. */
bool names_match(struct arena *arena, struct text a, struct text b);
/* A folded "last first", for looking a name up: every spelling of the narrow kind (Müller, Muller)
 * gives the same. In the arena. */
struct text name_key(struct arena *arena, struct text first, struct text last);
/* A licence number with only capital letters and digits, without leading zeros: lists and people
 * differ in blanks, hyphens, dots, case and zeros. In the arena; '' if nothing is left. */
struct text licence_key(struct arena *arena, struct text number);
