#pragma once
/* Reads compiled Lua 5.4 code (what lua_dump gives), for two questions. Does a function assign to a
 * variable of a function around it? Such a variable would live on between calls, and a rule could
 * remember what it saw. And which names of the script's surroundings does it read, on which line?
 * Part of core/rule.c; nobody else needs it. */
#include "core/bytes.h"

/* True when no function does. Otherwise *line is the line the offending function starts at and
 * `name` (64 bytes) the variable; line 0 and an empty name mean that the code could not be read at
 * all, which counts as a refusal too. */
bool rule_code_is_stateless(struct bytes code, int64_t *line, char name[64]);
/* Tells every place that reads a global, and with it the field read of it at once (P.name; else
 * absent). Both are borrowed from the code. False when the code could not be read. */
bool rule_code_names(struct bytes code,
                     void (*tell)(void *self, int64_t line, struct text global, struct text field),
                     void *self);
