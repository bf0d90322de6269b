/* Borrowed bytes and text: absent and empty, numbers, parts, UTF-8. */
#include "core/bytes.h"

#include "core/result.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void absent_text_equals_only_absent_text(void **state UNUSED)
{
    assert_true(text_equal(NO_TEXT, text_of(NULL)));
    assert_false(text_equal(NO_TEXT, TEXT("")));
    assert_true(text_equal(TEXT(""), text_of("")));
    assert_false(text_is(NO_TEXT, ""));
    assert_true(text_is(TEXT("ab"), "ab"));
    assert_false(text_is(TEXT("ab"), "abc"));
    assert_false(text_starts(NO_TEXT, ""));
    assert_true(text_starts(TEXT("abc"), "ab"));
    assert_false(text_starts(TEXT("a"), "ab"));
}

static void trimming_takes_ascii_white_space_from_both_ends_only(void **state UNUSED)
{
    assert_true(text_is(text_trim(TEXT(" \t\r\n a b \v\f")), "a b"));
    assert_true(text_is(text_trim(TEXT("  \n ")), ""));
    assert_null(text_trim(NO_TEXT).data);
    assert_true(text_is(text_trim(TEXT("\xc2\xa0x")), "\xc2\xa0x"));
}

static void parts_come_one_by_one_and_the_last_empty_one_is_none(void **state UNUSED)
{
    struct text rest = TEXT("a,,b,"), part;
    assert_true(text_next(&rest, ',', &part) && text_is(part, "a"));
    assert_true(text_next(&rest, ',', &part) && text_is(part, ""));
    assert_true(text_next(&rest, ',', &part) && text_is(part, "b"));
    assert_false(text_next(&rest, ',', &part));
    rest = TEXT("");
    assert_false(text_next(&rest, ',', &part));
    rest = NO_TEXT;
    assert_false(text_next(&rest, ',', &part));
}

static void whole_numbers_are_read_up_to_both_ends_of_int64(void **state UNUSED)
{
    int64_t out = 7;
    assert_true(text_int(TEXT("9223372036854775807"), INT64_MIN, INT64_MAX, &out));
    assert_true(out == INT64_MAX);
    assert_true(text_int(TEXT("-9223372036854775808"), INT64_MIN, INT64_MAX, &out));
    assert_true(out == INT64_MIN);
    assert_true(text_int(TEXT("007"), 0, 10, &out) && out == 7);
    assert_true(text_int(TEXT("-3"), -3, 3, &out) && out == -3);
}

static void anything_but_a_whole_number_in_range_is_refused(void **state UNUSED)
{
    static const char *const wrong[] = {"",
                                        "-",
                                        "+1",
                                        " 1",
                                        "1 ",
                                        "1.0",
                                        "0x10",
                                        "1e3",
                                        "--1",
                                        "1-",
                                        "a",
                                        "11",
                                        "-1",
                                        "9223372036854775808",
                                        "-9223372036854775809",
                                        "99999999999999999999",
                                        "00000000000000000001"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        int64_t out = 42;
        if (text_int(text_of(wrong[i]), 0, 10, &out) || out != 42)
            fail_msg("taken: %s", wrong[i]);
    }
    int64_t out = 42;
    assert_false(text_int(NO_TEXT, 0, 10, &out));
}

static bool is_utf8(const char *text)
{
    return text_is_utf8(bytes_of(text, strlen(text)));
}

static void finite_numbers_are_read_whole_and_nothing_else_is(void **state UNUSED)
{
    static const char *const wrong[] = {"",    " 1",    "1 ",  "0x10", "inf", "nan", "1e999",
                                        "1,5", "1.2.3", "--1", "e",    "1e",  "1-2"};
    double out = 42, numbers[3];
    assert_true(text_real(TEXT("-2.5e-3"), &out) && out == -0.0025);
    assert_true(text_real(TEXT("1.7976931348623157e+308"), &out) && out > 1e308);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        out = 42;
        if (text_real(text_of(wrong[i]), &out) || out != 42)
            fail_msg("\"%s\" was taken", wrong[i]);
    }
    assert_int_equal(text_reals(TEXT("1 2.5 3"), numbers, 3), 3);
    assert_true(numbers[1] == 2.5);
    assert_int_equal(text_reals(TEXT("1 2"), numbers, 3), 2);
    assert_int_equal(text_reals(TEXT("1 2 3 4"), numbers, 3), -1);
    assert_int_equal(text_reals(TEXT("1  2"), numbers, 3), -1);
}

static void well_formed_utf8_is_taken_at_every_length_and_offset(void **state UNUSED)
{
    static const char *const good[] = {"",
                                       "plain words of more than eight bytes",
                                       "\xc2\x80 \xdf\xbf",
                                       "\xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf",
                                       "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf",
                                       "1234567\xc3\xa4 12345678\xe2\x82\xac"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(is_utf8(good[i]));
}

static void ill_formed_utf8_is_refused_wherever_it_stands(void **state UNUSED)
{
    static const char *const bad[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xc3",
        "\xc3(",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xe2\x82",
        "\xe2(\x82",
        "\xe2\x82(",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf0\x80\x80\x80",
        "\xf0\x9f\x98",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xf8\x88\x80\x80",
        "\xfe",
        "\xff",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        for (size_t before = 0; before < 18; before++) {
            char text[64] = "abcdefghijklmnopqr";
            memcpy(text + before, bad[i], strlen(bad[i]) + 1);
            if (is_utf8(text))
                fail_msg("taken: number %zu behind %zu bytes", i, before);
        }
    }
}

static void a_nul_byte_is_refused_wherever_it_stands(void **state UNUSED)
{
    for (size_t at = 0; at < 20; at++) {
        char text[20];
        memset(text, 'a', sizeof(text));
        assert_true(text_is_utf8(bytes_of(text, sizeof(text))));
        text[at] = 0;
        assert_false(text_is_utf8(bytes_of(text, sizeof(text))));
    }
}

static void cutting_never_splits_a_code_point(void **state UNUSED)
{
    struct text text = TEXT("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    static const size_t sizes[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        assert_int_equal(text_cut(text, i).size, sizes[i]);
    assert_int_equal(text_characters(text), 4);
    assert_int_equal(text_characters(NO_TEXT), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_text_equals_only_absent_text),
        cmocka_unit_test(trimming_takes_ascii_white_space_from_both_ends_only),
        cmocka_unit_test(parts_come_one_by_one_and_the_last_empty_one_is_none),
        cmocka_unit_test(whole_numbers_are_read_up_to_both_ends_of_int64),
        cmocka_unit_test(anything_but_a_whole_number_in_range_is_refused),
        cmocka_unit_test(finite_numbers_are_read_whole_and_nothing_else_is),
        cmocka_unit_test(well_formed_utf8_is_taken_at_every_length_and_offset),
        cmocka_unit_test(ill_formed_utf8_is_refused_wherever_it_stands),
        cmocka_unit_test(a_nul_byte_is_refused_wherever_it_stands),
        cmocka_unit_test(cutting_never_splits_a_code_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
