#pragma once
/* The Lua host: rules as pure functions from numbers to numbers, plus a table of constants with
 * meanings. No ids, text, clock, randomness, files or state inside, so every result can be
 * replayed.
 *
 * How that is held. The environment is built from an empty table: assert, error, ipairs, select,
 * tonumber, type, and math without random; no strings' methods, tables' library, metatables, pcall,
 * load, pairs or coroutines. Only text is loaded, never compiled code. The compiled script is
 * refused if a function in it assigns to a variable outside of it, and after loading every table it
 * can reach is frozen, unless no function has an instruction that writes to a table (then reading
 * the constants costs a fifth): so nothing lives on between calls. Memory is capped; a count hook
 * stops a call after RULE_STEPS_MAX steps or RULE_CALL_CPU_MS, or when the CPU budget of its batch
 * is spent, and then fires at every step, so that nothing can swallow it. A rule set that fails to
 * load, to pass its own examples or to give finite numbers never replaces one that works: that is
 * the callers' part.
 *
 * A script is one file. It assigns the constants
 *   P = { name = { value, low, high, "unit", "what it means" }, ... }
 * (functions read P.name as the plain number), defines global functions, and may list examples
 *   examples = { { call = "trust", with = { 0, 0 }, gives = { 1 }, within = 0.01, why = "..." } }
 * (within is the tolerance, 1e-9 if absent). scripts/README.md is the page for authors. */
#include "core/arena.h"

enum {
    RULE_TEXT_MAX = 64 * 1024,     /* bytes of a script */
    RULE_MEMORY_MAX = 1024 * 1024, /* bytes of its Lua state */
    RULE_STEPS_MAX = 20000,        /* Lua instructions of one call */
    RULE_CALL_CPU_MS = 40,         /* and its CPU time */
    RULE_VALUES_MAX = 20,          /* arguments, results */
    RULE_CONSTANTS_MAX = 128
};

struct rule_set; /* opaque: one Lua state with one script */

struct rule_constant {
    struct text name, unit, meaning;
    double value, low, high;
};
struct rule_function {
    const char *name; /* static storage: kept by the set */
    uint8_t arguments, results;
    /* So many are taken by scripts from before the last ones were added, which never see those; 0:
     * always as many. */
    uint8_t arguments_once;
};

/* Load a script, check that every function of `needed` is there and takes as many arguments, run
 * its examples. On failure INVALID and *why (one line, in the arena), which names the script's
 * line, the example or the limit. `overrides` ("name = value" lines, # comments, may be empty)
 * replace constants' values, within their ranges. `name` is for the caller's traces only. */
MUST_USE enum result rule_load(struct rule_set **set, struct arena *arena, struct text name,
                               struct text script, struct text overrides,
                               const struct rule_function *needed, size_t needed_count,
                               struct text *why);
void rule_close(struct rule_set *set); /* NULL is harmless */
/* BLAKE2b-256 of script and overrides (DIGEST_SIZE bytes): stored beside every result. */
const uint8_t *rule_hash(const struct rule_set *set);
/* In the order they stand in the script; owned by the set. */
size_t rule_constants(const struct rule_set *set, const struct rule_constant **constants);
/* The value of one constant; false when the script has none of that name. */
bool rule_constant(const struct rule_set *set, const char *name, double *value);
/* Call function `index` of `needed`. INVALID and *why (owned by the set, until its next call) on an
 * error, a limit, a wrong number of results or a result that is not a finite number. */
MUST_USE enum result rule_call(struct rule_set *set, size_t index, const double *arguments,
                               double *results, const char **why);
/* Syntax, constants and what is refused of code; runs the top level, but no function. */
MUST_USE enum result rule_lint(struct arena *arena, struct text script, struct text *why);
/* --- everything that is wrong at once, for who writes a rule --- */

enum { RULE_FAULTS_MAX = 20, RULE_EXAMPLES_SHOWN = 50 };
struct rule_fault {
    int64_t line; /* 0: of no line */
    struct text words;
};
struct rule_example {
    int64_t line;
    struct text call, why;
    double with[RULE_VALUES_MAX], gives[RULE_VALUES_MAX], got[RULE_VALUES_MAX];
    int with_count, gives_count, got_count;
    double within;
    bool good;
    struct text fault; /* why there is nothing (sound) that it got */
};
struct rule_report {
    struct rule_fault faults[RULE_FAULTS_MAX];
    struct rule_constant constants[RULE_CONSTANTS_MAX];
    struct rule_example examples[RULE_EXAMPLES_SHOWN];
    size_t fault_count, constant_count, example_count;
    bool good; /* rule_load would take it, and no name is misspelt */
};
/* As rule_load, but goes on where it can: a fault of loading, names that are nowhere (with their
 * lines), and every example with what it got. Texts lie in the arena. */
void rule_inspect(struct arena *arena, struct text script, const struct rule_function *needed,
                  size_t needed_count, struct rule_report *report);

/* Start a budget for a batch of calls: CPU time in ms over all rule_call until the next
 * rule_budget. */
void rule_budget(struct rule_set *set, int64_t cpu_ms);
size_t rule_memory(const struct rule_set *set); /* bytes in use now */
