#pragma once
/* The Lua host: rules as pure functions from numbers to numbers plus a table of constants with meanings. No ids, text, clock,
 * randomness, files or state inside, so every result can be replayed. The environment is built from an empty table
 * (math without random, assert, error, ipairs, select, type, tonumber); text-mode load; capped memory; a count hook that re-arms itself
 * to every instruction once the budget is spent, so that nothing can swallow it; a CPU deadline. A rule set that fails to load, to pass its own
 * examples or to return finite numbers never replaces one that works.
 *
 * A script is one file: it assigns the constants table
 *   P = { name = { value, low, high, "unit", "what it means" }, ... }  (rules read P.name as the plain number)
 * an optional list of examples, and global functions. */
#include "core/arena.h"

enum { RULE_TEXT_MAX = 64 * 1024, RULE_MEMORY_MAX = 1024 * 1024, RULE_STEPS_MAX = 20000, RULE_VALUES_MAX = 16, RULE_CONSTANTS_MAX = 128 };

struct rule_set; /* opaque: one Lua state with one script */

struct rule_constant {
    struct text name, unit, meaning;
    double value, low, high;
};
struct rule_function {
    const char *name;
    uint8_t arguments, results;
};

/* Load a script, check that every function of `needed` is there, run its examples. On failure INVALID and *why (in the arena):
 * names the script line, example or limit. `overrides` (name=value lines, may be empty) replace constants' values, within their ranges. */
MUST_USE enum result rule_load(struct rule_set **set, struct arena *arena, struct text name, struct text script, struct text overrides,
                               const struct rule_function *needed, size_t needed_count, struct text *why);
void rule_close(struct rule_set *set);
/* BLAKE2b-256 of script and overrides: stored beside every result. */
const uint8_t *rule_hash(const struct rule_set *set);
size_t rule_constants(const struct rule_set *set, const struct rule_constant **constants);
/* Call function `index` of `needed`. INVALID (and *why) on an error, a limit or a result that is not a finite number. */
MUST_USE enum result rule_call(struct rule_set *set, size_t index, const double *arguments, double *results, const char **why);
/* Syntax check and constants only, without running functions. */
MUST_USE enum result rule_lint(struct arena *arena, struct text script, struct text *why);
/* Start a budget for a batch of calls: CPU time in ms over all rule_call until the next rule_budget. */
void rule_budget(struct rule_set *set, int64_t cpu_ms);
size_t rule_memory(const struct rule_set *set);
