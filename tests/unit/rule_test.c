/* The Lua host against scripts that mean well, that are wrong, and that mean harm. */
#include "core/rule.h"
#include "core/seal.h"
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;
static const struct rule_function run_only[] = {{"run", 1, 1, 0}};

static struct rule_set *load(const char *script, const char *overrides, const char **why)
{
    struct rule_set *set = NULL;
    struct text reason;
    arena_reset(&arena, 0);
    enum result result = rule_load(&set, &arena, TEXT("test"), text_of(script), text_of(overrides),
                                   run_only, 1, &reason);
    assert_true((result == OK) == (set != NULL));
    if (why)
        *why = reason.data;
    return set;
}

static void assert_refused(const char *script, const char *expected)
{
    const char *why = NULL;
    struct rule_set *set = load(script, "", &why);
    if (set || !strstr(why, expected))
        fail_msg("'%s': expected '%s', got '%s'", script, expected, set ? "(loaded)" : why);
    assert_null(strchr(why, '\n'));
}

static double call(struct rule_set *set, double argument)
{
    double result = 0;
    const char *why = NULL;
    if (rule_call(set, 0, &argument, &result, &why) != OK)
        fail_msg("%s", why);
    return result;
}

/* --- what works --- */

static void a_rule_reads_its_constants_as_plain_numbers(void **state)
{
    (void)state;
    struct rule_set *set =
        load("P = { k = { 3, 0, 9, 'votes', 'a weight' } } function run(x) return x * P.k end", "",
             NULL);
    assert_non_null(set);
    assert_true(call(set, 7) == 21);
    double value = 0;
    assert_true(rule_constant(set, "k", &value) && value == 3);
    assert_false(rule_constant(set, "q", &value));
    rule_close(set);
}

static void constants_are_listed_in_the_order_of_the_script(void **state)
{
    (void)state;
    struct rule_set *set =
        load("P = {\n zeta = { 1, 0, 2, 'days', 'first' },\n alpha = { 1, 0, 2, '', 'second' },"
             " mid={0,0,0,'','third'} }\nfunction run(x) return x end",
             "", NULL);
    assert_non_null(set);
    const struct rule_constant *constants;
    assert_int_equal(rule_constants(set, &constants), 3);
    assert_string_equal(constants[0].name.data, "zeta");
    assert_string_equal(constants[0].unit.data, "days");
    assert_string_equal(constants[1].name.data, "alpha");
    assert_string_equal(constants[1].meaning.data, "second");
    assert_string_equal(constants[2].name.data, "mid");
    rule_close(set);
}

static void an_override_replaces_a_value_within_its_range(void **state)
{
    (void)state;
    const char *script =
        "P = { k = { 3, 0, 9, '', 'a weight' } } function run(x) return x * P.k end";
    struct rule_set *set = load(script, "# ours\n\n k = 4.5 \n", NULL);
    assert_non_null(set);
    assert_true(call(set, 2) == 9);
    rule_close(set);
    const char *why = NULL;
    assert_null(load(script, "k = 10", &why));
    assert_non_null(strstr(why, "override of k: 10 is not between 0 and 9"));
    assert_null(load(script, "q = 1", &why));
    assert_non_null(strstr(why, "no such constant"));
    assert_null(load(script, "k = 1x", &why));
    assert_non_null(strstr(why, "not a number"));
    assert_null(load(script, "k", &why));
    assert_null(load(script, "k = nan", &why));
}

static void the_hash_covers_script_and_overrides(void **state)
{
    (void)state;
    const char *scripts[] = {"P={k={3,0,9,'','w'}} function run(x) return x end",
                             "P={k={3,0,9,'','w'}} function run(x) return x  end"};
    uint8_t hashes[3][DIGEST_SIZE];
    for (int i = 0; i < 3; i++) {
        struct rule_set *set = load(scripts[i == 1], i == 2 ? "k=3" : "", NULL);
        memcpy(hashes[i], rule_hash(set), DIGEST_SIZE);
        rule_close(set);
    }
    assert_memory_not_equal(hashes[0], hashes[1], DIGEST_SIZE);
    assert_memory_not_equal(hashes[0], hashes[2], DIGEST_SIZE);
}

static void the_same_call_gives_the_same_bits_in_every_state(void **state)
{
    (void)state;
    const char *script =
        "function run(x) local s = 0.0 for i = 1, 100 do s = s + math.exp(-x * i) end return s end";
    struct rule_set *a = load(script, "", NULL);
    struct rule_set *b = load(script, "", NULL);
    for (double x = 0.01; x < 2; x += 0.07) {
        double first = call(a, x), second = call(b, x);
        assert_memory_equal(&first, &second, sizeof(first));
    }
    rule_close(a);
    rule_close(b);
}

static void examples_must_hold(void **state)
{
    (void)state;
    struct rule_set *set = load("function run(x) return x + 1 end\nexamples = {\n"
                                " { call = 'run', with = { 1 }, gives = { 2 } },\n"
                                " { call = 'run', with = { 1 }, gives = { 2.1 }, within = 0.2 } }",
                                "", NULL);
    assert_non_null(set);
    rule_close(set);
    assert_refused("function run(x) return x + 1 end\nexamples = {\n"
                   " { call = 'run', with = { 1 }, gives = { 2 } },\n"
                   " { call = 'run', with = { 2 }, gives = { 4 }, why = 'doubling' } }",
                   "line 4: example 2 (doubling): run gives 3, expected 4");
    assert_refused(
        "function run(x) return x end examples = { { call = 'walk', with = {}, gives = {} } }",
        "example 1 calls 'walk', which is no function");
    assert_refused(
        "function run(x) return x end examples = { { call = 'run', with = { 'x' }, gives = {} } }",
        "item 1 of with is not a number");
    assert_refused(
        "function run(x) return x end examples = { { call = 'run', with = { 1 }, gives = {} } }",
        "gives 1 values, expected 0");
    assert_refused("function run(x) return 0/0 end examples = { { call = 'run', with = { 1 }, "
                   "gives = { 1 } } }",
                   "expected 1");
    assert_refused("function run(x) while true do end end\nexamples = { { call = 'run', with = { 1 "
                   "}, gives = { 1 } } }",
                   "line 1: takes too many steps");
}

/* --- what is wrong is named --- */

static void a_syntax_error_names_its_line(void **state)
{
    (void)state;
    assert_refused("function run(x)\n  return x +\nend", "line 3: unexpected symbol near 'end'");
    assert_refused("", "empty");
    assert_refused("x = 1", "there is no function run");
    assert_refused("run = 5", "there is no function run");
    assert_refused("x = 1\nfunction run(a, b) return a end",
                   "line 2: function run takes 2 arguments, but is given 1");
    assert_refused("function run() return 1 end", "takes 0 arguments");
    assert_refused("local s = nil .. 'x'", "line 1: attempt to concatenate a nil value");
}

static void a_wrong_constant_is_named_with_its_line(void **state)
{
    (void)state;
    assert_refused("P = {\n k = { 10, 0, 9, '', 'w' } } function run(x) return x end",
                   "line 2: constant k: 10 is not between 0 and 9");
    assert_refused("P = {\n\n k = { 1, 0, 9, '' } } function run(x) return x end",
                   "line 3: constant k is not {");
    assert_refused("P = { k = 5 } function run(x) return x end", "constant k is not {");
    assert_refused("P = { k = { 1, 0, 9, '', '' } } function run(x) return x end",
                   "its meaning (item 5)");
    assert_refused("P = { k = { 0/0, 0, 9, '', 'w' } } function run(x) return x end",
                   "its value (item 1) is not a finite");
    assert_refused("P = { k = { 1, -math.huge, 9, '', 'w' } } function run(x) return x end",
                   "its lowest value");
    assert_refused("P = { ['a-b'] = { 1, 0, 9, '', 'w' } } function run(x) return x end",
                   "other than letters");
    assert_refused("P = { { 1, 0, 9, '', 'w' } } function run(x) return x end", "a constant in P");
    assert_refused("P = 5 function run(x) return x end", "P is not a table");
}

static void a_failing_call_is_named_and_the_set_goes_on_working(void **state)
{
    (void)state;
    struct rule_set *set =
        load("function run(x)\n if x < 0 then error('negative') end\n"
             " if x == 0 then return 'text' end if x == 1 then return 0/0 end\n"
             " if x == 2 then return 1, 2 end if x == 3 then return end\n"
             " if x == 4 then while true do end end if x == 5 then error({}) end\n"
             " if x == 6 then return '7' end if x == 8 then error('a\\nb\\xff') end\n return x end",
             "", NULL);
    assert_non_null(set);
    static const struct {
        double x;
        const char *why;
    } cases[] = {
        {-1, "run: line 2: negative"},
        {0, "run: value 1 is not a finite number"},
        {1, "run: value 1 is not a finite number"},
        {2, "run: gives 2 values, expected 1"},
        {3, "run: gives 0 values, expected 1"},
        {4, "run: line 5: takes too many steps"},
        {5, "run: error without a message"},
        {6, "run: value 1 is not a finite number"},
        {8, "run: line 6: a"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        double result = 0;
        const char *why = NULL;
        assert_int_equal(rule_call(set, 0, &cases[i].x, &result, &why), INVALID);
        assert_string_equal(why, cases[i].why);
        assert_true(call(set, 9) == 9);
    }
    rule_close(set);
}

static void a_batch_has_a_budget_of_cpu_time(void **state)
{
    (void)state;
    struct rule_set *set =
        load("function run(x) local s = 0 for i = 1, 1500 do s = s + i end return s end", "", NULL);
    double x = 0, result = 0;
    const char *why = NULL;
    enum result outcome = OK;
    rule_budget(set, 5);
    int calls = 0;
    for (; calls < 100000 && outcome == OK; calls++)
        outcome = rule_call(set, 0, &x, &result, &why);
    assert_int_equal(outcome, INVALID);
    assert_non_null(strstr(why, "too much time"));
    assert_true(calls > 10);
    rule_budget(set, 1000);
    assert_int_equal(rule_call(set, 0, &x, &result, &why), OK);
    rule_close(set);
}

static void a_script_has_at_most_64_KiB(void **state)
{
    (void)state;
    static char script[RULE_TEXT_MAX + 2];
    memset(script, ' ', sizeof(script) - 1);
    memcpy(script, "function run(x) return x end", 28);
    assert_refused(script, "65537 bytes, the limit is 65536");
    script[RULE_TEXT_MAX] = 0;
    struct rule_set *set = load(script, "", NULL);
    assert_non_null(set);
    rule_close(set);
}

static void lint_checks_text_and_constants_but_runs_no_function(void **state)
{
    (void)state;
    struct text why;
    assert_int_equal(rule_lint(&arena, TEXT("function other() while true do end end"), &why), OK);
    assert_int_equal(rule_lint(&arena, TEXT("P = { k = { 2, 0, 1, '', 'w' } }"), &why), INVALID);
    assert_int_equal(rule_lint(&arena, TEXT("function f("), &why), INVALID);
    assert_true(text_starts(why, "line 1:"));
}

/* --- nothing lives on between calls --- */

static void a_rule_cannot_remember(void **state)
{
    (void)state;
    assert_refused("local n = 0\nfunction run(x) n = n + 1 return n end",
                   "line 2: a function changes 'n'");
    assert_refused("local n = 0\nlocal function inner() return function() n = 1 end end\nfunction "
                   "run(x) return x end",
                   "changes 'n'");
    assert_refused("_ENV = {} function run(x) return x end", "changes '_ENV'");
    static const char *const scripts[] = {
        "function run(x) n = (n or 0) + 1 return n end",
        "local t = { 0 } function run(x) t[1] = t[1] + 1 return t[1] end",
        "local t = { a = { 0 } } function run(x) t.a[1] = 1 return 1 end",
        "P = { k = { 1, 0, 9, '', 'w' } } function run(x) P.k = 2 return P.k end",
        "function run(x) math.pi = 3 return math.pi end",
        "function run(x) run = nil return 1 end",
        "local t = {} local function f() return t end function run(x) f()[x] = 1 return 1 end",
    };
    for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++) {
        struct rule_set *set = load(scripts[i], "", NULL);
        double x = 1, result = 0;
        const char *why = NULL;
        assert_non_null(set);
        if (rule_call(set, 0, &x, &result, &why) != INVALID || !strstr(why, "outlives the call"))
            fail_msg("'%s' remembers (%s)", scripts[i], why ? why : "worked");
        rule_close(set);
    }
}

static void frozen_tables_can_still_be_read(void **state)
{
    (void)state;
    struct rule_set *set = load("local t = { 1, 2, 3, name = 4 } t.self = t\n"
                                "function run(x) local s = #t + t.name + t.self.name for i, v in "
                                "ipairs(t) do s = s + i * v end return s end",
                                "", NULL);
    assert_non_null(set);
    assert_true(call(set, 0) == 3 + 4 + 4 + 14);
    assert_true(call(set, 0) == 25);
    rule_close(set);
}

/* --- scripts that mean harm --- */

static const struct {
    const char *name, *script;
} hostile[] = {
    {"loop", "while true do end"},
    {"goto loop", "::a:: goto a"},
    {"for huge", "for i = 1, math.maxinteger do end"},
    {"pcall swallows the limit", "while true do pcall(function() while true do end end) end"},
    {"nested pcall", "local function f() pcall(f) while true do end end f()"},
    {"xpcall handler loops",
     "xpcall(function() while true do end end, function() while true do end end) return 'escaped'"},
    {"coroutine", "coroutine.wrap(function() while true do end end)()"},
    {"many coroutines", "while true do coroutine.wrap(function() for i = 1, 900 do end end)() end"},
    {"string.rep", "local s = string.rep('x', 1 << 28) while true do s = s .. 'x' end"},
    {"rep without string", "local s = ('x'):rep(1 << 28) return #s > 0 and 'escaped'"},
    {"concat doubling", "local s = 'x' while true do s = s .. s end"},
    {"concat CPU amplification", "local s = '0123456789abcdef' for i = 1, 13 do s = s .. s end "
                                 "local n = 0 while true do local t = s .. n n = n + 1 end"},
    {"pattern blow-up in C", "return ('a'):rep(2000):find('.-.-.-.-b')"},
    {"table.insert front", "local t = {} for i = 1, 60000 do t[i] = i end while true do "
                           "table.insert(t, 1, 0) table.remove(t, 1) end"},
    {"next over emptied table", "local t = {} for i = 1, 20000 do t['k' .. i] = 1 end for i = 1, "
                                "20000 do t['k' .. i] = nil end while true do next(t) end"},
    {"table.sort bad comparator", "while true do local t = {} for i = 1, 1000 do t[i] = i end "
                                  "pcall(table.sort, t, function() return true end) end"},
    {"__gc loops",
     "setmetatable({}, { __gc = function() while true do end end }) collectgarbage() return 'x'"},
    {"__gc on close",
     "X = setmetatable({}, { __gc = function() while true do end end }) return 'x'"},
    {"__close loops",
     "do local x <close> = setmetatable({}, { __close = function() while true do end end }) end"},
    {"recursion", "local function f() return 1 + f() end while true do pcall(f) end"},
    {"plain recursion", "local function f() return 1 + f() end return f()"},
    {"memory by tables", "local t = {} local i = 1 while true do t[i] = { i } i = i + 1 end"},
    {"memory by globals", "local i = 1 while true do _ENV['g' .. i] = i i = i + 1 end"},
    {"memory by closures", "local t while true do local u = t t = function() return u end end"},
    {"string metatable", "getmetatable('').__index = function() return 'poisoned' end return "
                         "('x').anything == 'poisoned' and 'escaped'"},
    {"load text", "return load('return 6*7')() == 42 and 'escaped'"},
    {"load bytecode", "local s = string.dump(function() return 1 end) return load(s, 'x', 'b')() "
                      "== 1 and 'escaped'"},
    {"error object", "error(setmetatable({}, { __tostring = function() while true do end end }))"},
    {"walk _G", "for k, v in pairs(_G) do if k == 'load' then return 'escaped' end end"},
    {"address leak", "return tostring(print):find('0x') and 'escaped'"},
    {"random", "return math.random(1 << 40) and 'escaped'"},
    {"clock", "return os.time() > 0 and os.clock() and 'escaped'"},
    {"read a file", "return io.open('/etc/passwd'):read('a') and 'escaped'"},
    {"run a program", "return os.execute('true') and 'escaped'"},
    {"debug", "return debug.getregistry() and 'escaped'"},
    {"require", "return require('string') and 'escaped'"},
    {"dofile", "return dofile('/dev/null') == nil and 'escaped'"},
    {"rawset", "rawset(_G, 'x', 1) return x == 1 and 'escaped'"},
    {"print", "print('') return 'escaped'"},
    {"collectgarbage", "return collectgarbage('count') > 0 and 'escaped'"},
    {"stop the hook", "debug.sethook() while true do end"},
    {"deep nesting", "local t = {} for i = 1, 1000 do t = { t } end T = t"},
};
enum { HOSTILE_COUNT = sizeof(hostile) / sizeof(*hostile) };

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void no_hostile_script_gets_through(void **state)
{
    (void)state;
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        static char script[1024];
        double before = cpu_ms();
        /* at the top level it must not load; inside a function no call may succeed */
        snprintf(script, sizeof(script), "%s", hostile[i].script);
        const char *why = NULL;
        struct rule_set *set = load(script, "", &why);
        assert_null(set);
        snprintf(script, sizeof(script),
                 "function run(x)\nlocal function f() %s end\nreturn f() end", hostile[i].script);
        set = load(script, "", &why);
        if (set) {
            double x = 0, result = 0;
            rule_budget(set, 50);
            assert_int_equal(rule_call(set, 0, &x, &result, &why), INVALID);
            assert_true(rule_memory(set) <= RULE_MEMORY_MAX);
            rule_close(set);
        }
        double took = cpu_ms() - before;
        if (took > 150)
            fail_msg("%s: stopped only after %.0f ms", hostile[i].name, took);
    }
}

/* The same script in a state with everything in it and no limits, in a child that may take 0.3 s:
 * true when it does harm, that is, reaches what it wanted, or has to be killed. */
static bool breaks_out(const char *script)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit memory = {256u << 20, 256u << 20}, core = {0, 0};
        struct itimerval timer = {.it_value = {.tv_usec = 300000}};
#ifndef __SANITIZE_ADDRESS__ /* which maps terabytes of shadow */
        setrlimit(RLIMIT_AS, &memory);
#else
        (void)memory;
#endif
        setrlimit(RLIMIT_CORE, &core);
        signal(SIGVTALRM, SIG_DFL);
        setitimer(ITIMER_VIRTUAL, &timer, NULL);
        if (!freopen("/dev/null", "w", stdout))
            _exit(9);
        lua_State *lua = luaL_newstate();
        luaL_openlibs(lua);
        bool escaped = luaL_loadstring(lua, script) == LUA_OK &&
                       lua_pcall(lua, 0, 1, 0) == LUA_OK && lua_type(lua, -1) == LUA_TSTRING &&
                       strcmp(lua_tostring(lua, -1), "escaped") == 0;
        lua_close(lua);
        _exit(escaped ? 1 : 0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) || WEXITSTATUS(status) == 1;
}

static void control_an_open_state_is_broken_by_most_of_them(void **state)
{
    (void)state;
    size_t broken = 0;
    for (size_t i = 0; i < HOSTILE_COUNT; i++)
        broken += breaks_out(hostile[i].script);
    print_message("%zu of %d hostile scripts break an open state\n", broken, HOSTILE_COUNT);
    assert_true(broken >= 25);
}

static void compiled_code_is_never_loaded(void **state)
{
    (void)state;
    lua_State *lua = luaL_newstate();
    luaL_openlibs(lua);
    assert_int_equal(luaL_dostring(lua, "return string.dump(load('function run(x) return x end'))"),
                     LUA_OK);
    size_t size = 0;
    const char *code = lua_tolstring(lua, -1, &size);
    struct rule_set *set = NULL;
    struct text why;
    assert_int_equal(rule_load(&set, &arena, TEXT("test"), (struct text){code, size}, NO_TEXT,
                               run_only, 1, &why),
                     INVALID);
    lua_pushlstring(lua, "\x1bLua", 4);
    assert_int_equal(
        rule_load(&set, &arena, TEXT("test"), TEXT("\x1bLua"), NO_TEXT, run_only, 1, &why),
        INVALID);
    assert_non_null(strstr(why.data, "attempt to load a binary chunk"));
    lua_close(lua);
}

/* Scripts with a byte changed at random: whatever happens, it is refused or works, and nothing
 * dies. */
static void mutated_scripts_are_refused_or_work(void **state)
{
    (void)state;
    static const char script[] =
        "P = { k = { 3, 0, 9, 'v', 'w' } }\nlocal exp, t = math.exp, { 1, { 2 } }\n"
        "local function f(a, b) if a > b then return a end return b + #t end\n"
        "function run(x) local s = 0.5 for i, v in ipairs({ x, 2 }) do s = s + exp(-v) * P.k end\n"
        "return f(s, t[2][1]) end\nexamples = { { call = 'run', with = { 1 }, gives = { 4 }, "
        "within = 9 } }";
    static const char bytes[] = " (){}[]=+-*/%^#<>~:;,.\"'0123456789abcdefPxyz\n\\\x80";
    uint64_t seed = 88172645463325252u;
    size_t loaded = 0;
    for (int i = 0; i < 20000; i++) {
        char text[sizeof(script)];
        memcpy(text, script, sizeof(script));
        for (int k = 0; k < 1 + i % 3; k++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            text[seed % (sizeof(script) - 1)] = bytes[(seed >> 32) % (sizeof(bytes) - 1)];
        }
        struct rule_set *set = load(text, "", NULL);
        loaded += set != NULL;
        rule_close(set);
    }
    assert_true(loaded > 100 && loaded < 19000);
}

int main(void)
{
    arena_open(&arena, 4u << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_reads_its_constants_as_plain_numbers),
        cmocka_unit_test(constants_are_listed_in_the_order_of_the_script),
        cmocka_unit_test(an_override_replaces_a_value_within_its_range),
        cmocka_unit_test(the_hash_covers_script_and_overrides),
        cmocka_unit_test(the_same_call_gives_the_same_bits_in_every_state),
        cmocka_unit_test(examples_must_hold),
        cmocka_unit_test(a_syntax_error_names_its_line),
        cmocka_unit_test(a_wrong_constant_is_named_with_its_line),
        cmocka_unit_test(a_failing_call_is_named_and_the_set_goes_on_working),
        cmocka_unit_test(a_batch_has_a_budget_of_cpu_time),
        cmocka_unit_test(a_script_has_at_most_64_KiB),
        cmocka_unit_test(lint_checks_text_and_constants_but_runs_no_function),
        cmocka_unit_test(a_rule_cannot_remember),
        cmocka_unit_test(frozen_tables_can_still_be_read),
        cmocka_unit_test(no_hostile_script_gets_through),
        cmocka_unit_test(control_an_open_state_is_broken_by_most_of_them),
        cmocka_unit_test(compiled_code_is_never_loaded),
        cmocka_unit_test(mutated_scripts_are_refused_or_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
