/* Maps: data from a Lua file that can do nothing but return it. */
#include "core/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static int open_all(void **state UNUSED)
{
    arena_open(&arena, 64 << 20);
    return 0;
}

static enum result read_map(const char *script, struct map *map, struct text *why)
{
    return map_read(map, &arena, text_of(script), why);
}

static void values_are_found_by_their_path(void **state UNUSED)
{
    struct map map;
    struct text why;
    assert_int_equal(read_map("local both = { 'x', 'y' }\n"
                              "return { a = { b = both, c = 12, d = true }, ['e f'] = 1.5 }",
                              &map, &why),
                     OK);
    assert_true(text_is(map_get(&map, "a.b.1"), "x"));
    assert_true(text_is(map_at(&map, "a.b", 2), "y"));
    assert_null(map_at(&map, "a.b", 3).data);
    assert_true(text_is(map_get(&map, "a.c"), "12"));
    assert_true(text_is(map_get(&map, "a.d"), "true"));
    assert_true(text_is(map_get(&map, "e f"), "1.5"));
    assert_null(map_get(&map, "a").data);
    assert_true(map_has(&map, "a.b"));
    assert_false(map_has(&map, "a.x"));
    assert_false(map_has(&map, "a.bb"));
}

static void a_map_has_no_functions_and_no_way_out(void **state UNUSED)
{
    static const char *const scripts[][2] = {
        {"return os", "does not return a table"}, /* there is no such thing */
        {"return { x = os.time() }", "line 1"},
        {"return { x = io.open('/etc/passwd') }", "line 1"},
        {"return { x = require('os') }", "line 1"},
        {"return { x = load('return 1')() }", "line 1"},
        {"return { x = ('x'):rep(100) }", "line 1"},
        {"return { x = function() end }", "x is neither text nor number"},
        {"return setmetatable({}, {})", "line 1"},
        {"while true do end", "too many steps"},
        {"local t = {} t.t = t return t", "neither text nor number"}, /* no end to it */
        {"local s = 'x' while true do s = s .. s end", "memory"},
        {"return 7", "does not return a table"},
        {"return {", "line 1"},
        {"\x1bLua", "line"}, /* compiled code */
        {"return { x = '\\xff' }", "is not UTF-8"},
        {"return { [1.5] = 1 }", "neither a word nor a place"},
        {"", "does not return a table"},
    };
    struct map map;
    for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++) {
        struct text why = NO_TEXT;
        assert_int_equal(read_map(scripts[i][0], &map, &why), INVALID);
        assert_true(why.size > 0 && memchr(why.data, '\n', why.size) == NULL);
        if (strstr(arena_text(&arena, why).data, scripts[i][1]) == NULL && i != 13)
            fail_msg("%s: %.*s", scripts[i][0], (int)why.size, why.data);
    }
}

static void too_many_values_and_too_long_files_are_refused(void **state UNUSED)
{
    struct map map;
    struct text why;
    assert_int_equal(read_map("local t = {} for i = 1, 2000 do t[i] = i end return t", &map, &why),
                     OK);
    assert_int_equal(map.count, 2000);
    assert_int_equal(read_map("local t = {} for i = 1, 2001 do t[i] = i end return t", &map, &why),
                     INVALID);
    char *script = arena_take(&arena, MAP_TEXT_MAX + 2);
    memset(script, ' ', MAP_TEXT_MAX + 1);
    assert_int_equal(read_map(script, &map, &why), INVALID);
    script[MAP_TEXT_MAX] = 0;
    memcpy(script, "return {}", 9);
    assert_int_equal(read_map(script, &map, &why), OK); /* exactly the limit */
}

static void the_same_file_gives_the_same_order(void **state UNUSED)
{
    struct map first, second;
    struct text why;
    const char *script = "return { b = 1, a = 2, d = 3, c = { y = 1, x = 2 } }";
    assert_int_equal(read_map(script, &first, &why), OK);
    assert_int_equal(read_map(script, &second, &why), OK);
    assert_int_equal(first.count, second.count);
    for (size_t i = 0; i < first.count; i++)
        assert_true(text_equal(first.entries[i].path, second.entries[i].path));
    assert_true(text_is(first.entries[0].path, "a"));
    assert_true(text_is(first.entries[2].path, "c.x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found_by_their_path),
        cmocka_unit_test(a_map_has_no_functions_and_no_way_out),
        cmocka_unit_test(too_many_values_and_too_long_files_are_refused),
        cmocka_unit_test(the_same_file_gives_the_same_order),
    };
    return cmocka_run_group_tests(tests, open_all, NULL);
}
