#pragma once
/* Reads compiled Lua 5.4 code (what lua_dump gives), for one question only: does a function assign
 * to a variable of a function around it? Such a variable would live on between calls, and a rule
 * could remember what it saw. Part of core/rule.c; nobody else needs it. */
#include "core/bytes.h"

/* True when no function does. Otherwise *line is the line the offending function starts at and
 * `name` (64 bytes) the variable; line 0 and an empty name mean that the code could not be read at
 * all, which counts as a refusal too. */
bool rule_code_is_stateless(struct bytes code, int64_t *line, char name[64]);
