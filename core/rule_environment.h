#pragma once
/* What a script finds around it: an environment built from an empty table, never by taking away.
 * Part of core/rule.c; nobody else needs it. Both may raise a Lua error, so they run only inside a
 * protected call. */
#include <lua.h>

/* Leaves the script's environment on the stack, and makes it the state's only global table. */
void rule_environment_push(lua_State *lua);
/* Freeze the table at `environment` and everything that can be reached from it: content stays, and
 * nothing can change. */
void rule_environment_freeze(lua_State *lua, int environment);
