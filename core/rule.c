#include "core/rule.h"
#include "core/fact.h"
#include "core/rule_environment.h"
#include "core/rule_text.h"
#include "core/seal.h"
#include <assert.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    LOAD_STEPS_MAX = 200000, /* the script's own top level: tables and function definitions */
    LOAD_CPU_MS = 50,
    HOOK_STEPS =
        100, /* between two looks at the clock; at 1 MiB of memory no step takes more than 0.1 ms */
    CALL_STEPS = 200,  /* a function entered counts as so many */
    LOOK_STEPS = 1600, /* then, between two looks: without .. no step takes more than 5 us */
    FUNCTIONS_MAX = 64,
    OVERRIDES_MAX = 8 * 1024,
    WHY_MAX = 400,
};

#define CALL_NS (RULE_CALL_CPU_MS * INT64_C(1000000))

struct rule_set {
    lua_State *lua;
    size_t memory;
    int64_t steps_left;
    int64_t unlooked;                    /* steps since the last look at the clock */
    bool by_calls;                       /* steps are counted as functions are entered */
    int64_t budget_ns;                   /* CPU time of a batch of calls; 0: no limit */
    int64_t wall_start_ns, cpu_start_ns; /* first look at each clock in the batch; 0: not yet */
    int64_t call_wall_ns, call_cpu_ns;   /* the same in this call */
    const char *limit;                   /* which one was hit, until the next call */
    struct arena arena;
    struct fact_script facts;
    size_t function_count;
    struct rule_function functions[FUNCTIONS_MAX];
    int refs[FUNCTIONS_MAX];
    uint8_t hash[DIGEST_SIZE];
    char why[WHY_MAX];
};

/* What one protected step of loading works on. */
struct load {
    struct rule_set *set;
    struct text script;
    struct text overrides;
    const struct rule_function *needed;
    size_t needed_count;
    bool run_examples;
    struct rule_report *report; /* or NULL: then the first fault ends it */
};

/* --- limits --- */

static int64_t now_ns(clockid_t clock)
{
    struct timespec now;
    int failed = clock_gettime(clock, &now);
    assert(!failed);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void budget_start(struct rule_set *set, int64_t cpu_ms)
{
    set->budget_ns = cpu_ms * 1000000;
    set->wall_start_ns = set->cpu_start_ns = 0;
}

/* Clocks are first looked at when a call lasts; CPU time costs a system call, the wall clock does
 * not, and one thread never uses more of the first than passes on the second. So what has lasted
 * half of its limit by the wall clock gets the other half in CPU time, and is over: ordinary calls
 * look at no clock at all, or at the cheap one. */
static bool is_spent(int64_t wall_ns, int64_t *wall_start_ns, int64_t *cpu_start_ns,
                     int64_t limit_ns)
{
    if (*wall_start_ns == 0)
        *wall_start_ns = wall_ns;
    if (wall_ns - *wall_start_ns <= limit_ns / 2)
        return false;
    int64_t cpu_ns = now_ns(CLOCK_PROCESS_CPUTIME_ID);
    if (*cpu_start_ns == 0)
        *cpu_start_ns = cpu_ns;
    return cpu_ns - *cpu_start_ns > limit_ns / 2;
}

/* Of this call, or of the batch. */
static bool budget_is_spent(struct rule_set *set)
{
    int64_t wall_ns = now_ns(CLOCK_MONOTONIC);
    bool call = is_spent(wall_ns, &set->call_wall_ns, &set->call_cpu_ns, CALL_NS);
    return call || (set->budget_ns != 0 &&
                    is_spent(wall_ns, &set->wall_start_ns, &set->cpu_start_ns, set->budget_ns));
}

static void *memory_take(void *self, void *old, size_t old_size, size_t size)
{
    struct rule_set *set = self;
    if (!old)
        old_size = 0; /* Lua passes the kind of object here */
    if (size == 0) {
        free(old);
        set->memory -= old_size;
        return NULL;
    }
    if (size > old_size && set->memory + (size - old_size) > RULE_MEMORY_MAX)
        return NULL;
    void *taken = realloc(old, size);
    if (taken)
        set->memory = set->memory - old_size + size;
    return taken;
}

/* Every HOOK_STEPS steps; or, where no function has a loop or is longer than CALL_STEPS, whenever
 * one is entered, which costs a third: Lua looks at a hook for steps before each of them. Once a
 * limit is hit it fires at every step, so that no handler in the script can go on. */
static void limit_hook(lua_State *lua, lua_Debug *activation)
{
    (void)activation;
    struct rule_set *set = *(struct rule_set **)lua_getextraspace(lua);
    const int64_t steps = set->by_calls ? CALL_STEPS : HOOK_STEPS;
    set->steps_left -= steps;
    set->unlooked += steps;
    if (!set->limit && set->steps_left <= 0)
        set->limit = "takes too many steps";
    if (!set->limit && set->unlooked >= (set->by_calls ? LOOK_STEPS : HOOK_STEPS)) {
        set->unlooked = 0;
        if (budget_is_spent(set))
            set->limit = "takes too much time";
    }
    if (!set->limit)
        return;
    lua_sethook(lua, limit_hook, LUA_MASKCOUNT, 1);
    luaL_where(lua, 0);
    lua_pushstring(lua, set->limit);
    lua_concat(lua, 2);
    lua_error(lua);
}

static void hook_set(struct rule_set *set)
{
    lua_sethook(set->lua, limit_hook, set->by_calls ? LUA_MASKCALL : LUA_MASKCOUNT, HOOK_STEPS);
}

static void limits_arm(struct rule_set *set, int64_t steps)
{
    set->steps_left = steps;
    set->call_wall_ns = set->call_cpu_ns = 0;
    if (!set->limit)
        return;
    set->limit = NULL;
    hook_set(set);
}

/* --- reasons --- */

/* One printable line of UTF-8; "rule:12: text" becomes "line 12: text". */
static void why_set(struct rule_set *set, const char *where, const char *message)
{
    const char *line = "";
    if (strncmp(message, "rule:", 5) == 0) {
        line = "line ";
        message += 5;
    }
    int size = snprintf(set->why, sizeof(set->why), "%s%s%s", where, line, message);
    assert(size >= 0);
    char *end = strpbrk(set->why, "\r\n");
    if (end)
        *end = 0;
    struct text text = text_of(set->why);
    bool valid = text_is_utf8(text_bytes(text));
    for (char *c = set->why; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f || (!valid && (unsigned char)*c >= 0x80))
            *c = '?';
}

/* The reason a protected call failed, from the error value on the stack. Never runs code of the
 * script. */
static void why_from_error(struct rule_set *set, const char *where, int status)
{
    if (status == LUA_ERRMEM)
        why_set(set, where, "takes more than 1 MiB of memory");
    else if (set->limit && lua_type(set->lua, -1) != LUA_TSTRING)
        why_set(set, where, set->limit);
    else if (lua_type(set->lua, -1) == LUA_TSTRING)
        why_set(set, where, lua_tostring(set->lua, -1));
    else
        why_set(set, where, "error without a message");
}

/* --- loading --- */

/* The function on top of the stack takes as many arguments as it will be given, or any number: one
 * written for another house would take them for something else. */
static void function_check(lua_State *lua, const struct rule_function *needed)
{
    lua_Debug about;
    lua_pushvalue(lua, -1);
    lua_getinfo(lua, ">uS", &about);
    if (about.what[0] == 'L' && !about.isvararg && about.nparams != needed->arguments &&
        (needed->arguments_once == 0 || about.nparams != needed->arguments_once))
        luaL_error(lua, "rule:%d: function %s takes %d arguments, but is given %d",
                   about.linedefined, needed->name, (int)about.nparams, (int)needed->arguments);
}

static void functions_take(lua_State *lua, struct load *load, int environment)
{
    struct rule_set *set = load->set;
    for (size_t i = 0; i < load->needed_count; i++) {
        const struct rule_function *needed = &load->needed[i];
        assert(needed->arguments <= RULE_VALUES_MAX && needed->results <= RULE_VALUES_MAX);
        if (lua_getfield(lua, environment, needed->name) != LUA_TFUNCTION)
            luaL_error(lua, "there is no function %s", needed->name);
        function_check(lua, needed);
        set->functions[i] = *needed;
        set->refs[i] = luaL_ref(lua, LUA_REGISTRYINDEX);
        set->function_count = i + 1;
    }
}

/* Run the top level of `text` in an environment of its own and read its constants. Leaves function
 * and environment on the stack; nothing when the text does not compile. */
static bool script_run(lua_State *lua, struct load *load, struct text text, struct rule_code *about)
{
    int top = lua_gettop(lua);
    rule_environment_push(lua);
    if (luaL_loadbufferx(lua, text.data, text.size, "=rule", "t") != LUA_OK) {
        lua_replace(lua, top + 1);
        return false;
    }
    *about = fact_code_check(lua);
    lua_pushvalue(lua, -1);
    lua_insert(lua, top + 1);
    limits_arm(load->set, LOAD_STEPS_MAX);
    lua_call(lua, 0, 0);
    fact_constants(lua, &load->set->facts, top + 2);
    return true;
}

/* The load, its text with values, what is told of it: leaves the environment. */
static int quicken_protected(lua_State *lua)
{
    struct load *load = lua_touserdata(lua, 1);
    struct text *text = lua_touserdata(lua, 2);
    struct rule_code *about = lua_touserdata(lua, 3);
    return script_run(lua, load, *text, about) ? 1 : lua_error(lua);
}

/* Put the same script with its constants written in (core/rule_text.h) in the place of the one at
 * `environment`, where that is certain to say the same. Where it does not fit, all stays. */
static void script_quicken(lua_State *lua, struct load *load, int environment,
                           struct rule_code *about)
{
    struct rule_set *set = load->set;
    const struct fact_script facts = set->facts;
    struct rule_code quick;
    struct arena scratch;
    if (about->writes || about->calls)
        return;
    luaL_checkstack(lua, 4, "no room");
    arena_open(&scratch, 16 * RULE_TEXT_MAX); /* at most 4, in a buffer that doubles */
    struct text text =
        rule_text_with_values(&scratch, load->script, facts.constants, facts.constant_count);
    lua_pushcfunction(lua, quicken_protected);
    lua_pushlightuserdata(lua, load);
    lua_pushlightuserdata(lua, &text);
    lua_pushlightuserdata(lua, &quick);
    budget_start(set, LOAD_CPU_MS);
    if (text.data && lua_pcall(lua, 3, 1, 0) == LUA_OK) {
        lua_replace(lua, environment);
        *about = quick;
    }
    lua_settop(lua, environment);
    arena_close(&scratch);
    set->facts = facts;
    budget_start(set, LOAD_CPU_MS);
}

static int load_protected(lua_State *lua)
{
    struct load *load = lua_touserdata(lua, 1);
    struct rule_set *set = load->set;
    struct rule_code about;
    lua_settop(lua, 0);
    hook_set(set);
    budget_start(set, LOAD_CPU_MS);
    if (!script_run(lua, load, load->script, &about))
        return lua_error(lua);
    int function = 1, environment = 2;
    script_quicken(lua, load, environment, &about);
    functions_take(lua, load, environment);
    if (load->report)
        fact_names_tell(lua, &set->facts, environment, function, load->report);
    fact_examples_take(lua, environment);
    int examples = lua_gettop(lua);
    limits_arm(set, LOAD_STEPS_MAX);
    if (about.writes)
        rule_environment_freeze(lua, environment);
    budget_start(set, LOAD_CPU_MS);
    set->by_calls = !about.runs_on && about.longest <= CALL_STEPS;
    hook_set(set);
    if (load->report)
        fact_examples_tell(lua, &set->facts, environment, examples, load->report);
    else if (load->run_examples)
        fact_examples_run(lua, &set->facts, environment, examples);
    return 0;
}

static void example_arm(void *self)
{
    limits_arm(self, RULE_STEPS_MAX);
}

static enum result load_run(struct load *load)
{
    struct rule_set *set = load->set;
    if (!load->script.data || load->script.size == 0) {
        why_set(set, "", "the script is empty");
        return INVALID;
    }
    if (load->script.size > RULE_TEXT_MAX || load->overrides.size > OVERRIDES_MAX) {
        char message[96];
        snprintf(message, sizeof(message), "the script has %zu bytes, the limit is %d",
                 load->script.size, RULE_TEXT_MAX);
        why_set(set, "",
                load->script.size > RULE_TEXT_MAX ? message
                                                  : "the overrides have more than 8192 bytes");
        return INVALID;
    }
    if (load->needed_count > FUNCTIONS_MAX || !text_is_utf8(text_bytes(load->script))) {
        why_set(set, "", "the script is not valid UTF-8 text");
        return INVALID;
    }
    set->facts =
        (struct fact_script){load->script, load->overrides, &set->arena, NULL, 0, example_arm, set};
    set->lua = lua_newstate(memory_take, set);
    assert(set->lua);
    *(struct rule_set **)lua_getextraspace(set->lua) = set;
    lua_pushcfunction(set->lua, load_protected);
    lua_pushlightuserdata(set->lua, load);
    int status = lua_pcall(set->lua, 1, 0, 0);
    if (status != LUA_OK) {
        why_from_error(set, "", status);
        return INVALID;
    }
    set->facts.script = NO_TEXT; /* the caller's: gone when it likes */
    set->facts.overrides = NO_TEXT;
    lua_gc(set->lua, LUA_GCCOLLECT);
    set->budget_ns = 0;
    return OK;
}

static struct rule_set *set_new(void)
{
    struct rule_set *set = calloc(1, sizeof(*set));
    assert(set);
    arena_open(&set->arena, 256 * 1024);
    return set;
}

enum result rule_load(struct rule_set **out, struct arena *arena, struct text name,
                      struct text script, struct text overrides, const struct rule_function *needed,
                      size_t needed_count, struct text *why)
{
    assert(out && arena && why && needed_count <= FUNCTIONS_MAX);
    (void)name;
    *out = NULL;
    *why = NO_TEXT;
    struct rule_set *set = set_new();
    struct load load = {set, script, overrides, needed, needed_count, true, NULL};
    enum result result = load_run(&load);
    if (result != OK) {
        *why = arena_text(arena, text_of(set->why));
        rule_close(set);
        return result;
    }
    struct bytes parts[] = {text_bytes(script), text_bytes(overrides)};
    seal_digest(set->hash, NULL, parts, 2);
    *out = set;
    return OK;
}

enum result rule_lint(struct arena *arena, struct text script, struct text *why)
{
    assert(arena && why);
    *why = NO_TEXT;
    struct rule_set *set = set_new();
    struct load load = {set, script, NO_TEXT, NULL, 0, false, NULL};
    enum result result = load_run(&load);
    if (result != OK)
        *why = arena_text(arena, text_of(set->why));
    rule_close(set);
    return result;
}

/* "line 12: words" taken apart; a fault of the script as a whole has no line. */
static struct rule_fault fault_read(struct arena *arena, const char *why)
{
    struct rule_fault fault = {0, NO_TEXT};
    struct text rest = text_of(why), line;
    if (text_starts(rest, "line ") || text_starts(rest, "rule:")) {
        rest = (struct text){why + 5, rest.size - 5};
        if (text_next(&rest, ':', &line) && text_int(line, 1, RULE_TEXT_MAX, &fault.line))
            rest = text_trim(rest);
    }
    fault.words = fact_words(arena, rest);
    return fault;
}

void rule_inspect(struct arena *arena, struct text script, const struct rule_function *needed,
                  size_t needed_count, struct rule_report *report)
{
    struct rule_set *set = set_new();
    struct load load = {set, script, TEXT(""), needed, needed_count, true, report};
    memset(report, 0, sizeof(*report));
    report->good = load_run(&load) == OK;
    if (!report->good)
        report->faults[report->fault_count++] = fault_read(arena, set->why);
    for (size_t i = 0; i < set->facts.constant_count; i++) {
        struct rule_constant *constant = &report->constants[report->constant_count++];
        *constant = set->facts.constants[i];
        constant->name = arena_text(arena, constant->name);
        constant->unit = arena_text(arena, constant->unit);
        constant->meaning = arena_text(arena, constant->meaning);
    }
    for (size_t i = 0; i < report->fault_count; i++)
        report->faults[i].words = arena_text(arena, report->faults[i].words);
    for (size_t i = 0; i < report->example_count; i++) {
        struct rule_example *example = &report->examples[i];
        struct rule_fault fault = fault_read(arena, example->fault.data ? example->fault.data : "");
        example->call = arena_text(arena, example->call);
        example->why = arena_text(arena, example->why);
        example->fault = fault.words;
        report->good = report->good && example->good;
    }
    report->good = report->good && report->fault_count == 0;
    rule_close(set);
}

void rule_close(struct rule_set *set)
{
    if (!set)
        return;
    if (set->lua)
        lua_close(set->lua); /* runs nothing of the script: there are no finalizers without
                                setmetatable */
    arena_close(&set->arena);
    free(set);
}

const uint8_t *rule_hash(const struct rule_set *set)
{
    return set->hash;
}

size_t rule_constants(const struct rule_set *set, const struct rule_constant **constants)
{
    *constants = set->facts.constants;
    return set->facts.constant_count;
}

bool rule_constant(const struct rule_set *set, const char *name, double *value)
{
    for (size_t i = 0; i < set->facts.constant_count; i++) {
        if (!text_is(set->facts.constants[i].name, name))
            continue;
        *value = set->facts.constants[i].value;
        return true;
    }
    return false;
}

size_t rule_memory(const struct rule_set *set)
{
    return set->memory;
}

void rule_budget(struct rule_set *set, int64_t cpu_ms)
{
    assert(cpu_ms > 0);
    budget_start(set, cpu_ms);
}

/* --- calling --- */

enum result rule_call(struct rule_set *set, size_t index, const double *arguments, double *results,
                      const char **why)
{
    assert(set && index < set->function_count && why);
    const struct rule_function *function = &set->functions[index];
    lua_State *lua = set->lua;
    char where[80];
    *why = NULL;
    limits_arm(set, RULE_STEPS_MAX);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, set->refs[index]);
    for (int i = 0; i < function->arguments; i++)
        lua_pushnumber(lua, arguments[i]);
    int status = lua_pcall(lua, function->arguments, LUA_MULTRET, 0);
    if (status != LUA_OK) {
        snprintf(where, sizeof(where), "%s: ", function->name);
        why_from_error(set, where, status);
        goto refused;
    }
    if (lua_gettop(lua) != function->results) {
        snprintf(set->why, sizeof(set->why), "%s: gives %d values, expected %d", function->name,
                 lua_gettop(lua), function->results);
        goto refused;
    }
    for (int i = 0; i < function->results; i++) {
        if (lua_type(lua, i + 1) != LUA_TNUMBER || !isfinite(lua_tonumber(lua, i + 1))) {
            snprintf(set->why, sizeof(set->why), "%s: value %d is not a finite number",
                     function->name, i + 1);
            goto refused;
        }
        results[i] = lua_tonumber(lua, i + 1);
    }
    lua_settop(lua, 0);
    return OK;
refused:
    lua_settop(lua, 0);
    *why = set->why;
    return INVALID;
}
