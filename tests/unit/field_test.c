/* What a form may hold: each kind of field, its limits, and the words when it is not so. */
#include "fcgi/engine.h"

#include "core/clock.h"
#include "tests/support/scratch.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static const struct field fields[] = {
    {.name = "line",
     .type = FIELD_LINE,
     .low = 2,
     .high = 12,
     .optional = true,
     .label = "The line"},
    {.name = "text",
     .type = FIELD_TEXT,
     .low = 1,
     .high = 20,
     .optional = true,
     .label = "The text"},
    {.name = "secret", .type = FIELD_SECRET, .low = 1, .high = 9, .optional = true, .label = "It"},
    {.name = "int",
     .type = FIELD_INT,
     .low = -3,
     .high = 9,
     .optional = true,
     .fallback = 5,
     .label = "The number"},
    {.name = "flag", .type = FIELD_FLAG, .label = "The box"},
    {.name = "key", .type = FIELD_KEY, .high = 4, .optional = true, .label = "The key"},
    {.name = "month", .type = FIELD_MONTH, .optional = true, .label = "The month"},
    {.name = "date", .type = FIELD_DATE, .optional = true, .label = "The day"},
    {.name = "money",
     .type = FIELD_MONEY,
     .low = 1,
     .high = 1000000,
     .optional = true,
     .label = "The amount"},
    {.name = NULL},
};
static const struct field needed[] = {
    {.name = "line", .type = FIELD_LINE, .low = 1, .high = 12, .label = "The line"},
    {.name = "int", .type = FIELD_INT, .low = 1, .high = 9, .label = "The number"},
    {.name = NULL},
};

static int open_scratch(void **unused UNUSED)
{
    (void)scratch_open();
    arena_open(&arena, 16 * 1024 * 1024);
    return 0;
}

static struct request r;

static enum result take(const struct field *table, const char *form)
{
    r = (struct request){.arena = &arena, .method = METHOD_POST};
    r.content_type = TEXT("application/x-www-form-urlencoded; charset=UTF-8");
    r.body = text_bytes(text_of(form));
    return request_fields(&r, table);
}

static void assert_good(const char *form)
{
    if (take(fields, form) != OK)
        fail_msg("%s: %s", form, r.faults[0].words.data);
}

static void assert_bad(const char *form, const char *field)
{
    assert_int_equal(take(fields, form), INVALID);
    assert_int_equal(r.fault_count, 1);
    assert_string_equal(r.faults[0].field, field);
}

static void assert_text(const char *name, const char *want)
{
    assert_true(text_is(request_text(&r, name), want));
}

static void percent_and_plus_are_decoded_and_nonsense_stands_for_itself(void **unused UNUSED)
{
    assert_good("line=a%2Bb+c%25&text=%C3%A9t%C3%A9");
    assert_text("line", "a+b c%");
    assert_text("text", "\xc3\xa9t\xc3\xa9");
    assert_good("line=50%25%&text=%4");
    assert_text("line", "50%%");
    assert_text("text", "%4");
}

static void a_line_is_one_line_and_a_text_keeps_its_lines(void **unused UNUSED)
{
    assert_good("line=++a%0D%0A%09b++&text=a%0D%0A%0Db%0D%0A++");
    assert_text("line", "a b");
    assert_text("text", "a\n\nb");
}

static void a_secret_is_taken_as_it_is_and_never_shown_again(void **unused UNUSED)
{
    assert_good("secret=+a+b+");
    assert_text("secret", " a b ");
    assert_true(text_is(request_typed(&r, "secret"), ""));
    assert_int_equal(take(fields, "secret=0123456789&line=abc"), TOO_MUCH);
    assert_true(text_is(request_typed(&r, "secret"), ""));
    assert_true(text_is(request_typed(&r, "line"), "abc"));
}

static void too_long_says_both_sizes_and_keeps_what_was_typed(void **unused UNUSED)
{
    assert_int_equal(take(fields, "text=123456789012345678901"), TOO_MUCH);
    assert_true(text_is(request_fault(&r, "text"),
                        "The text is 21 bytes long; at most 20 fit. Please shorten it."));
    assert_true(text_is(request_typed(&r, "text"), "123456789012345678901"));
    assert_good("text=12345678901234567890");
    assert_bad("line=a", "line");
}

static void bytes_that_are_no_text_and_controls_are_refused(void **unused UNUSED)
{
    assert_bad("line=a%ffb", "line");
    assert_true(text_is(request_typed(&r, "line"), "a?b"));
    assert_bad("text=a%00b", "text");
    assert_bad("text=a%1bb", "text");
    assert_bad("line=a%7fb", "line");
    assert_good("text=a%09b%0a");
}

static void numbers_are_whole_and_in_range(void **unused UNUSED)
{
    assert_good("int=-3");
    assert_int_equal(request_int(&r, "int"), -3);
    assert_good("int=+9+");
    assert_int_equal(request_int(&r, "int"), 9);
    static const char *const bad[] = {
        "int=10",   "int=-4", "int=1.5", "int=0x1", "int=a", "int=1e3", "int=99999999999999999999",
        "int=%2B1", "int=1+2"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_bad(bad[i], "int");
    assert_good("line=abc");
    assert_int_equal(request_int(&r, "int"), 5);
    assert_false(request_given(&r, "int"));
}

static void flags_keys_months_and_days(void **unused UNUSED)
{
    assert_good("flag=on&key=00af&month=2026-03&date=2024-02-29");
    assert_true(request_flag(&r, "flag"));
    assert_text("key", "00af");
    assert_text("month", "2026-03");
    assert_true(text_is(clock_iso(&arena, request_int(&r, "date")), "2024-02-29T00:00:00Z"));
    assert_good("flag=0");
    assert_false(request_flag(&r, "flag"));
    assert_bad("flag=maybe", "flag");
    assert_bad("key=00AF", "key");
    assert_bad("key=00a", "key");
    assert_bad("key=00ag", "key");
    assert_bad("month=2026-13", "month");
    assert_bad("month=2026-3", "month");
    assert_bad("date=2026-02-29", "date");
    assert_bad("date=2026-04-31", "date");
    assert_bad("date=2026-00-10", "date");
    assert_bad("date=2026/03/10", "date");
}

static void amounts_are_whole_cents(void **unused UNUSED)
{
    static const struct {
        const char *form;
        int64_t cents;
    } good[] = {{"money=12.50", 1250},
                {"money=12", 1200},
                {"money=$1,234.5", 123450},
                {"money=0.01", 1},
                {"money=10000", 1000000}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_good(good[i].form);
        assert_int_equal(request_int(&r, "money"), good[i].cents);
    }
    static const char *const bad[] = {"money=0",
                                      "money=10000.01",
                                      "money=1.234",
                                      "money=-5",
                                      "money=.5",
                                      "money=5.",
                                      "money=1e3",
                                      "money=,5",
                                      "money=$",
                                      "money=1.2.3",
                                      "money=99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_bad(bad[i], "money");
}

static void what_is_needed_and_missing_is_named(void **unused UNUSED)
{
    assert_int_equal(take(needed, ""), INVALID);
    assert_int_equal(r.fault_count, 2);
    assert_true(text_is(request_fault(&r, "line"), "The line is missing."));
    assert_true(text_is(request_fault(&r, "int"), "The number is missing."));
    assert_int_equal(take(needed, "line=++&int="), INVALID);
    assert_int_equal(r.fault_count, 2);
    assert_int_equal(take(needed, "line=x&int=1"), OK);
}

static void a_field_sent_twice_is_refused_and_unknown_ones_are_ignored(void **unused UNUSED)
{
    assert_bad("line=abc&line=abd", "line");
    assert_good("line=abc&other=1&other=2&&=&x");
}

static void a_body_of_another_type_is_no_form(void **unused UNUSED)
{
    r = (struct request){.arena = &arena, .method = METHOD_POST};
    r.content_type = TEXT("text/plain");
    r.body = text_bytes(TEXT("line=x&int=1"));
    assert_int_equal(request_fields(&r, needed), INVALID);
    assert_int_equal(take(needed, "line=x&int=1"), OK);
}

static void more_pairs_than_any_form_has_are_refused(void **unused UNUSED)
{
    char form[800] = "line=abc";
    for (int i = 0; i < 160; i++)
        memcpy(form + 8 + 4 * i, "&a=1", 4);
    assert_int_equal(take(fields, form), TOO_MUCH);
    form[8 + 4 * 159] = 0;
    assert_int_equal(take(fields, form), OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percent_and_plus_are_decoded_and_nonsense_stands_for_itself),
        cmocka_unit_test(a_line_is_one_line_and_a_text_keeps_its_lines),
        cmocka_unit_test(a_secret_is_taken_as_it_is_and_never_shown_again),
        cmocka_unit_test(too_long_says_both_sizes_and_keeps_what_was_typed),
        cmocka_unit_test(bytes_that_are_no_text_and_controls_are_refused),
        cmocka_unit_test(numbers_are_whole_and_in_range),
        cmocka_unit_test(flags_keys_months_and_days),
        cmocka_unit_test(amounts_are_whole_cents),
        cmocka_unit_test(what_is_needed_and_missing_is_named),
        cmocka_unit_test(a_field_sent_twice_is_refused_and_unknown_ones_are_ignored),
        cmocka_unit_test(a_body_of_another_type_is_no_form),
        cmocka_unit_test(more_pairs_than_any_form_has_are_refused),
    };
    return cmocka_run_group_tests(tests, open_scratch, NULL);
}
