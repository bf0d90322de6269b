#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "fcgi/admin/page_rules.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_open(&arena, 32 * 1024 * 1024);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_close(&arena);
    return 0;
}

static void assert_words(struct text got, const char *want)
{
    assert_string_equal(arena_text(&arena, got).data, want);
}

static void amounts_are_written_with_commas_and_cents(void **state)
{
    (void)state;
    assert_words(page_money(&arena, 0), "$0.00");
    assert_words(page_money(&arena, 5), "$0.05");
    assert_words(page_money(&arena, 123456), "$1,234.56");
    assert_words(page_money(&arena, 100000000000), "$1,000,000,000.00");
    assert_words(page_money(&arena, -150), "−$1.50");
    assert_words(page_money(&arena, INT64_MIN), "−$92,233,720,368,547,758.08");
}

static void numbers_are_written_with_commas(void **state)
{
    (void)state;
    assert_words(page_number(&arena, 999), "999");
    assert_words(page_number(&arena, 1000), "1,000");
    assert_words(page_number(&arena, -1234567), "−1,234,567");
}

static void months_are_named_and_what_is_no_month_stays(void **state)
{
    (void)state;
    assert_words(page_month(&arena, TEXT("2026-03")), "March 2026");
    assert_words(page_month(&arena, TEXT("2026-12")), "December 2026");
    assert_words(page_month(&arena, TEXT("2026-13")), "2026-13");
    assert_words(page_month(&arena, TEXT("spring")), "spring");
}

/* " a-b+c.": sign and text of each line. */
static struct text diff_words(const char *before, const char *after)
{
    struct view_diff_line *lines;
    size_t count;
    struct buf out;
    buf_open(&out, &arena, 256);
    page_diff(&arena, text_of(before), text_of(after), &lines, &count);
    for (size_t i = 0; i < count; i++) {
        const char *sign = text_is(lines[i].kind, "gone")   ? "-"
                           : text_is(lines[i].kind, "new")  ? "+"
                           : text_is(lines[i].kind, "same") ? "="
                                                            : "~";
        buf_add(&out, sign, 1);
        if (sign[0] != '~')
            buf_add(&out, lines[i].text.data, lines[i].text.size);
    }
    return buf_done(&out);
}

static void equal_texts_differ_in_nothing(void **state)
{
    (void)state;
    assert_words(diff_words("a\nb\nc\n", "a\nb\nc\n"), "~");
    assert_words(diff_words("", ""), "");
}

static void a_changed_line_stands_as_gone_and_new_with_two_lines_around(void **state)
{
    (void)state;
    assert_words(diff_words("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nx\n6\n7\n8\n"),
                 "~=3=4-5+x=6=7~");
}

static void added_and_removed_lines_are_found_among_equal_ones(void **state)
{
    (void)state;
    assert_words(diff_words("a\nb\nc\n", "a\nb\nnew\nc\n"), "=a=b+new=c");
    assert_words(diff_words("a\nb\nc\n", "a\nc\n"), "=a-b=c");
    assert_words(diff_words("", "a\n"), "+a");
    assert_words(diff_words("a\n", ""), "-a");
    assert_words(diff_words("a\na\nb\n", "a\nb\nb\n"), "=a-a+b=b");
}

static char *numbered(int64_t from, size_t count)
{
    struct buf out;
    buf_open(&out, &arena, 16 * count);
    for (size_t i = 0; i < count; i++)
        buf_format(&out, "%d\n", (int)(from + (int64_t)i));
    buf_char(&out, 0);
    return out.data;
}

static void past_the_limit_of_work_everything_counts_as_changed_and_the_list_ends(void **state)
{
    (void)state;
    struct view_diff_line *lines;
    size_t count;
    page_diff(&arena, text_of(numbered(0, 3000)), text_of(numbered(100000, 3000)), &lines, &count);
    assert_int_equal(count, 4000);
    assert_true(text_is(lines[0].kind, "gone"));
    assert_true(text_is(lines[2999].kind, "gone"));
    assert_true(text_is(lines[3000].kind, "new"));
}

static void faults_of_what_is_no_field_stand_for_the_whole_form(void **state)
{
    (void)state;
    struct request r = {.arena = &arena, .why = INVALID};
    struct view_problem *problems;
    size_t count;
    request_fault_add(&r, "reason", "The reason is missing.");
    request_fault_add(&r, "proposal", "It has been decided already.");
    page_form_problems(&r, "script reason", &problems, &count);
    assert_int_equal(count, 2);
    assert_words(problems[0].field, "reason");
    assert_words(problems[1].field, "");
    assert_words(problems[1].words, "It has been decided already.");
}

static void a_program_that_did_not_answer_is_not_asked_again(void **state)
{
    (void)state;
    struct request r = {.why = OK};
    assert_true(page_may_ask(&r));
    r.why = INVALID;
    assert_true(page_may_ask(&r));
    r.why = BUSY;
    assert_false(page_may_ask(&r));
    r.why = UNKNOWN;
    assert_false(page_may_ask(&r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_are_written_with_commas_and_cents),
        cmocka_unit_test(numbers_are_written_with_commas),
        cmocka_unit_test(months_are_named_and_what_is_no_month_stays),
        cmocka_unit_test(equal_texts_differ_in_nothing),
        cmocka_unit_test(a_changed_line_stands_as_gone_and_new_with_two_lines_around),
        cmocka_unit_test(added_and_removed_lines_are_found_among_equal_ones),
        cmocka_unit_test(past_the_limit_of_work_everything_counts_as_changed_and_the_list_ends),
        cmocka_unit_test(faults_of_what_is_no_field_stand_for_the_whole_form),
        cmocka_unit_test(a_program_that_did_not_answer_is_not_asked_again),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
