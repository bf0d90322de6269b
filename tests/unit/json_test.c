/* Reading JSON: what is taken, what is refused, and that a refusal quotes nothing of the text. */
#include "core/json.h"

#include "tests/support/scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static int open_all(void **state UNUSED)
{
    scratch_open();
    arena_open(&arena, 1 << 20);
    return 0;
}

static bool is_read(const char *text, size_t size)
{
    struct json *root;
    enum result result = json_read(bytes_of(text, size), &root);
    assert_true(result == OK || (result == INVALID && root == NULL));
    json_close(root);
    return result == OK;
}

static const char sample[] =
    "{\"text\":\"a\\u00e4\\n\",\"int\":-5,\"real\":0.5,\"yes\":true,\"none\":null,"
    "\"list\":[1,{\"x\":2}],\"base\":\"Zm9v\",\"hex\":\"00fF\",\"empty\":\"\"}";

static void every_type_of_leaf_is_read(void **state UNUSED)
{
    struct json *root;
    struct text text;
    struct bytes bytes;
    int64_t number;
    double real;
    bool yes;
    uint8_t two[2];
    assert_int_equal(json_read(text_bytes(text_of(sample)), &root), OK);
    assert_true(json_is_object(root) && json_members(root) == 9);
    assert_true(json_get_text(json_get(root, "text"), &arena, 4, &text) &&
                text_is(text, "a\xc3\xa4\n") && text.data[4] == 0);
    assert_true(json_get_int(json_get(root, "int"), -5, 5, &number) && number == -5);
    assert_true(json_get_real(json_get(root, "real"), &real) && real == 0.5);
    assert_true(json_get_real(json_get(root, "int"), &real) && real == -5);
    assert_true(json_get_bool(json_get(root, "yes"), &yes) && yes);
    assert_true(json_get_base64(json_get(root, "base"), &arena, 3, &bytes) && bytes.size == 3);
    assert_true(json_get_hex(json_get(root, "hex"), two, 2) && two[1] == 255);
    assert_true(json_get_text(json_get(root, "empty"), &arena, 0, &text) && text.data != NULL);
    assert_null(json_get(root, "none"));
    assert_null(json_get(root, "absent"));
    const struct json *list = json_get(root, "list");
    assert_true(json_is_array(list) && json_count(list) == 2 && json_is_object(json_at(list, 1)));
    assert_null(json_at(list, 2));
    json_close(root);
}

static void leaves_of_another_type_or_over_a_limit_are_refused(void **state UNUSED)
{
    struct json *root;
    struct text text = TEXT("untouched");
    struct bytes bytes;
    int64_t number = 42;
    double real;
    bool yes;
    uint8_t two[2];
    assert_int_equal(json_read(text_bytes(text_of(sample)), &root), OK);
    assert_false(json_get_text(json_get(root, "text"), &arena, 3, &text));
    assert_false(json_get_text(json_get(root, "int"), &arena, 9, &text));
    assert_false(json_get_text(NULL, &arena, 9, &text));
    assert_true(text_is(text, "untouched"));
    assert_false(json_get_int(json_get(root, "int"), -4, 5, &number));
    assert_false(json_get_int(json_get(root, "real"), -4, 5, &number));
    assert_false(json_get_int(json_get(root, "yes"), -4, 5, &number));
    assert_int_equal(number, 42);
    assert_false(json_get_real(json_get(root, "text"), &real));
    assert_false(json_get_bool(json_get(root, "int"), &yes));
    assert_false(json_get_base64(json_get(root, "base"), &arena, 2, &bytes));
    assert_false(json_get_base64(json_get(root, "text"), &arena, 99, &bytes));
    assert_false(json_get_hex(json_get(root, "hex"), two, 1));
    assert_false(json_is_array(root));
    assert_false(json_is_object(NULL));
    assert_int_equal(json_count(root), 0);
    json_close(root);
    json_close(NULL);
}

static void every_truncated_text_is_refused(void **state UNUSED)
{
    assert_true(is_read(sample, strlen(sample)));
    for (size_t size = 0; size < strlen(sample); size++)
        assert_false(is_read(sample, size));
    struct json *root;
    assert_int_equal(json_read(NO_BYTES, &root), INVALID);
}

static void malformed_texts_are_refused(void **state UNUSED)
{
    static const char *const bad[] = {
        "",
        "1",
        "\"a\"",
        "{\"a\":1}x",
        "{\"a\":1,}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":1e999}",
        "{\"a\":9223372036854775808}",
        "{\"a\":NaN}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\xc0\x80\"}",
        "{\"a\":\"\xed\xa0\x80\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1 // comment\n}",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (is_read(bad[i], strlen(bad[i])))
            fail_msg("taken: %s", bad[i]);
        assert_true(strlen(json_error()) > 5);
    }
}

static void nesting_is_taken_to_32_levels_and_no_further(void **state UNUSED)
{
    static char text[200000];
    for (size_t depth = 1; depth < 100000; depth = depth < 40 ? depth + 1 : depth * 2) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        assert_true(is_read(text, 2 * depth) == (depth <= 32));
    }
    const char *quoted = "[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[\"]";
    assert_true(is_read(quoted, strlen(quoted)));
}

static void the_error_names_the_place_and_quotes_nothing(void **state UNUSED)
{
    static const char *const texts[] = {
        "{\n \"token\": Secret1 }",
        "{\"Secret1\":1,\"Secret1\":2}",
        "{\"a\":\"Secret1",
        "{\"a\":\"Secret1\x01\"}",
        "[1 Secret1]",
        "{\"a\" Secret1",
        "{\"a\":1}Secret1",
        "{\"a\":-Secret1}",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_false(is_read(texts[i], strlen(texts[i])));
        assert_non_null(strstr(json_error(), "line "));
        if (strstr(json_error(), "ecret") != NULL)
            fail_msg("%s", json_error());
    }
    json_fault("command_vote", "stance", "out of range");
    assert_string_equal(json_error(), "command_vote.stance: out of range");
}

static void the_first_unknown_key_is_named(void **state UNUSED)
{
    static const char *const known[] = {"a", "b"};
    struct json *root;
    assert_int_equal(json_read(text_bytes(TEXT("{\"a\":1,\"c\":2,\"b\":3}")), &root), OK);
    assert_string_equal(json_unknown(root, known, 2), "c");
    assert_string_equal(json_unknown(root, known, 0), "a");
    json_close(root);
    assert_int_equal(json_read(text_bytes(TEXT("{\"b\":1}")), &root), OK);
    assert_null(json_unknown(root, known, 2));
    json_close(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_of_leaf_is_read),
        cmocka_unit_test(leaves_of_another_type_or_over_a_limit_are_refused),
        cmocka_unit_test(every_truncated_text_is_refused),
        cmocka_unit_test(malformed_texts_are_refused),
        cmocka_unit_test(nesting_is_taken_to_32_levels_and_no_further),
        cmocka_unit_test(the_error_names_the_place_and_quotes_nothing),
        cmocka_unit_test(the_first_unknown_key_is_named),
    };
    return cmocka_run_group_tests(tests, open_all, NULL);
}
