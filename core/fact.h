#pragma once
/* What a script declares, read into C: its constants (P), the values that override them, its
 * examples, and what its compiled code tells of it. The other half of core/rule.c and private to
 * it. Every function may raise a Lua error, so it runs only inside a protected call, and closes
 * nothing. */
#include "core/rule.h"
#include "core/rule_code.h"
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

/* The compiled script is on top of the stack: refuse one whose functions keep something between
 * calls. */
struct rule_code fact_code_check(lua_State *lua);
/* Into `report`: names that the function at `function` and those in it read and that are nowhere,
 * and constants that P does not have, with their lines. */
void fact_names_tell(lua_State *lua, struct fact_script *facts, int environment, int function,
                     struct rule_report *report);
/* Read P out of the environment table at `environment`, apply the overrides, and put plain numbers
 * in the place of the entries. */
void fact_constants(lua_State *lua, struct fact_script *facts, int environment);
/* Take the list `examples` out of the environment and leave it (or nil) on the stack: functions
 * have no business with it. */
void fact_examples_take(lua_State *lua, int environment);
/* Run every example of the list at `examples`. */
void fact_examples_run(lua_State *lua, struct fact_script *facts, int environment, int examples);
/* The same, each by itself, told in `report` instead of stopping at the first that fails. */
void fact_examples_tell(lua_State *lua, struct fact_script *facts, int environment, int examples,
                        struct rule_report *report);
/* The parser's own words for what it found, made such that a person knows what is meant. */
struct text fact_words(struct arena *arena, struct text words);
