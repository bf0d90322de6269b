/* The values of constants are written into a script where that is certain to say the same, and
 * nowhere else. */
#include "core/rule_text.h"
#include "core/rule.h"
#include "core/seal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;
static const struct rule_constant constants[] = {
    {.name = {"k", 1}, .value = 0.1},
    {.name = {"low", 3}, .value = -2},
};

static int start(void **state)
{
    (void)state;
    seal_open();
    arena_open(&arena, 1u << 20);
    return 0;
}

static struct text written(const char *script)
{
    return rule_text_with_values(&arena, text_of(script), constants, 2);
}

static void assert_written(const char *script, const char *expected)
{
    struct text text = written(script);
    if (!text_is(text, expected))
        fail_msg("%s became %.*s", script, (int)text.size, text.data ? text.data : "(nothing)");
}

static void functions_get_the_values_to_the_last_bit(void **state)
{
    (void)state;
    assert_written("P = {}\nfunction f(x) return x * P.k end",
                   "P = {}\nfunction f(x) return x * (0x1.999999999999ap-4) end");
    assert_written("function f() return -P.low ^ 2 .. P.k == P.k end",
                   "function f() return -(-0x1p+1) ^ 2 .. (0x1.999999999999ap-4) == "
                   "(0x1.999999999999ap-4) end");
    assert_written("function f() if a then return P\n.\nk end end",
                   "function f() if a then return (0x1.999999999999ap-4)\n\n end end");
}

static void texts_comments_fields_and_the_top_level_stay(void **state)
{
    (void)state;
    static const char *const same[] = {
        "P = {} local top = P.k",
        "function f() return 'P.k', \"\\\"P.k\", [==[P.k]]P.k]==] end",
        "function f() return 1 -- P.k\n --[[ P.k\n P.k ]] end",
        "function f(t) return t.P.k, t . P . k, t:P(), 0x1P3, PP.k, P_.k end",
        "function f() if 1 then while 1 do end end repeat until 1 end local x = P.k",
    };
    for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
        assert_written(same[i], same[i]);
}

static void control_whatever_else_uses_the_name_keeps_the_script_as_it_is(void **state)
{
    (void)state;
    static const char *const kept[] = {
        "local P = {}",
        "function f(P) return P.k end",
        "function f() for P = 1, 2 do return P.k end end",
        "function f() for x, P in g do return P.k end end",
        "function f() local x, P = 1, g return P.k end",
        "function f() local P <const> = g return P.k end",
        "P = {} P = {}",
        "function f() P = {} end",
        "function f() return P end",
        "function f() return P['k'] end",
        "function f() return P.unknown end",
        "function f() return P.k[1], P.k.x, P.k'', P.k{}, P.k() end",
        "function f() P.k = 1 end",
        "function f() local _ENV = g return P.k end",
    };
    for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
        if (written(kept[i]).data)
            fail_msg("%s was written into", kept[i]);
}

static void deep_and_large_scripts_stay_as_they_are(void **state)
{
    (void)state;
    static char script[RULE_TEXT_MAX];
    size_t size = 0;
    for (int i = 0; i < 300; i++)
        size += (size_t)snprintf(script + size, sizeof(script) - size, "do ");
    assert_null(written(script).data);
    size = (size_t)snprintf(script, sizeof(script), "function f() return 0");
    while (size + 8 < sizeof(script))
        size += (size_t)snprintf(script + size, sizeof(script) - size, "+P.k");
    struct arena room;
    arena_open(&room, 16 * RULE_TEXT_MAX);
    assert_null(rule_text_with_values(&room, text_of(script), constants, 2).data);
    arena_close(&room);
}

/* A local P, a P that is read while the script loads, one with an override: all as the language has
 * it. */
static void every_script_gives_what_the_language_says(void **state)
{
    (void)state;
    static const struct rule_function needed[] = {{"f", 1, 1, 0}};
#define CONSTANT "P = { k = { 3, 0, 9, \"\", \"a factor\" } }\n"
    static const struct {
        const char *script, *overrides;
        double expected;
    } cases[] = {
        {CONSTANT "function f(x) return x * P.k end", "", 30},
        {CONSTANT "function f(x) return x * P.k end", "k = 0.1", 1},
        {CONSTANT "function f(x) local P = { k = 7 } return x * P.k end", "", 70},
        {CONSTANT "local function g(P) return P.k end function f(x) return g({ k = 5 }) * x end",
         "", 50},
        {CONSTANT "local e = P.k function f(x) return x * e[1] + P.k end", "k = 2", 32},
        {CONSTANT "local function g() return P.k[3] end local m = g() function f(x) return m * x "
                  "end",
         "", 90},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct rule_set *set;
        struct text why;
        const char *reason;
        const double ten = 10;
        double got = 0;
        assert_int_equal(rule_load(&set, &arena, TEXT("test"), text_of(cases[i].script),
                                   text_of(cases[i].overrides), needed, 1, &why),
                         OK);
        assert_int_equal(rule_call(set, 0, &ten, &got, &reason), OK);
        if (got != cases[i].expected)
            fail_msg("%s gave %g", cases[i].script, got);
        rule_close(set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(functions_get_the_values_to_the_last_bit),
        cmocka_unit_test(texts_comments_fields_and_the_top_level_stay),
        cmocka_unit_test(control_whatever_else_uses_the_name_keeps_the_script_as_it_is),
        cmocka_unit_test(deep_and_large_scripts_stay_as_they_are),
        cmocka_unit_test(every_script_gives_what_the_language_says),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
