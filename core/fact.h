#pragma once
/* What a script declares, read into C: its constants (P), the values that override them, and its
 * examples. The other half of core/rule.c and private to it. Every function may raise a Lua error,
 * so it runs only inside a protected call, and closes nothing. */
#include "core/rule.h"
#include <lua.h>

struct fact_script {
    struct text script;
    struct text overrides;
    struct arena *arena; /* for names, units and meanings */
    struct rule_constant *constants;
    size_t constant_count;
    void (*arm)(void *self); /* gives every example the limits of one call */
    void *self;
};

/* Read P out of the environment table at `environment`, apply the overrides, and put plain numbers
 * in the place of the entries. */
void fact_constants(lua_State *lua, struct fact_script *facts, int environment);
/* Take the list `examples` out of the environment and leave it (or nil) on the stack: functions
 * have no business with it. */
void fact_examples_take(lua_State *lua, int environment);
/* Run every example of the list at `examples`. */
void fact_examples_run(lua_State *lua, struct fact_script *facts, int environment, int examples);
