/* What may leave the house: counting once, and the rule of k. */
#include "insight/tally.h"
#include "insight/insight.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { K = INSIGHT_K };
static struct arena arena;

static struct tally_row row_make(int64_t a, int64_t b, int64_t c)
{
    return (struct tally_row){.question = 1, .counted = a + b + c, .sides = {a, b, c}};
}

static void a_member_counts_once_per_question_with_the_first_vote(void **state)
{
    (void)state;
    struct tally tally;
    size_t count;
    tally_open(&tally);
    tally_vote(&tally, 7, 100, 1);
    tally_vote(&tally, 7, 100, 2); /* changed, or on another answer of the thread */
    tally_vote(&tally, 7, 101, 3);
    tally_vote(&tally, 8, 100, 2);
    struct tally_row *rows = tally_take(&tally, &arena, &count);
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].question, 7);
    assert_int_equal(rows[0].counted, 2);
    assert_int_equal(rows[0].sides[TALLY_CORROBORATE], 1);
    assert_int_equal(rows[0].sides[TALLY_CANNOT_SAY], 1);
    assert_int_equal(rows[1].sides[TALLY_DISPUTE], 1);
    tally_close(&tally);
}

static void a_question_that_is_dropped_is_in_no_release_of_the_period(void **state)
{
    (void)state;
    struct tally tally;
    size_t count;
    tally_open(&tally);
    tally_vote(&tally, 7, 100, 1);
    tally_vote(&tally, 8, 100, 1);
    tally_drop(&tally, 7);
    tally_drop(&tally, 9); /* nobody voted there */
    struct tally_row *rows = tally_take(&tally, &arena, &count);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].question, 8);
    tally_vote(&tally, 7, 101, 1); /* back again: counted from now on */
    rows = tally_take(&tally, &arena, &count);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].counted, 1);
    tally_close(&tally);
}

static void a_vote_counted_in_one_period_counts_in_no_later_one(void **state)
{
    (void)state;
    struct tally tally;
    size_t count;
    tally_open(&tally);
    tally_vote(&tally, 7, 100, 1);
    (void)tally_take(&tally, &arena, &count);
    tally_vote(&tally, 7, 100, 2);
    (void)tally_take(&tally, &arena, &count);
    assert_int_equal(count, 0);
    tally_vote(&tally, 7, 101, 2);
    struct tally_row *rows = tally_take(&tally, &arena, &count);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].counted, 1);
    tally_close(&tally);
}

static void many_questions_and_members_are_all_counted(void **state)
{
    (void)state;
    struct tally tally;
    size_t count;
    int64_t sum = 0;
    tally_open(&tally);
    for (int64_t member = 1; member <= 300; member++)
        for (int64_t question = 1; question <= 5000; question += member % 7 + 1)
            tally_vote(&tally, question, member, 1 + (member + question) % 3);
    struct tally_row *rows = tally_take(&tally, &arena, &count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(rows[i].counted, rows[i].sides[0] + rows[i].sides[1] + rows[i].sides[2]);
        assert_true(i == 0 || rows[i - 1].counted >= rows[i].counted);
        sum += rows[i].counted;
    }
    int64_t expected = 0;
    for (int64_t member = 1; member <= 300; member++)
        expected += (4999 / (member % 7 + 1)) + 1;
    assert_int_equal(sum, expected);
    assert_int_equal(count, 5000);
    tally_close(&tally);
}

static void a_question_with_fewer_than_k_members_is_not_shown(void **state)
{
    (void)state;
    bool shown[TALLY_SIDES];
    struct tally_row row = row_make(K - 1, 0, 0);
    assert_false(tally_row_shown(&row, K, shown));
    assert_false(shown[0] || shown[1] || shown[2]);
    row = row_make(K, 0, 0);
    assert_true(tally_row_shown(&row, K, shown));
    assert_true(shown[0] && shown[1] && shown[2]);
}

static void a_small_side_takes_others_with_it(void **state)
{
    (void)state;
    bool shown[TALLY_SIDES];
    struct tally_row row = row_make(40, 12, 3); /* 3 alone would be the rest of a subtraction */
    assert_true(tally_row_shown(&row, K, shown));
    assert_true(shown[0] && !shown[1] && !shown[2]);
    row = row_make(40, 6, 7); /* two small ones hide each other: 13 together */
    assert_true(tally_row_shown(&row, K, shown));
    assert_true(shown[0] && !shown[1] && !shown[2]);
    row = row_make(40, 2, 3); /* 5 together would not */
    assert_true(tally_row_shown(&row, K, shown));
    assert_false(shown[0] || shown[1] || shown[2]);
    row = row_make(40, 0, 3); /* nor does a nought hide anything */
    assert_true(tally_row_shown(&row, K, shown));
    assert_false(shown[0] || shown[1] || shown[2]);
}

/* An attacker reads total and shown sides and solves for the rest: is any side of 1 to k-1 known
 * for certain? */
static bool leaks(const struct tally_row *row, const bool shown[TALLY_SIDES])
{
    int64_t rest = row->counted;
    int hidden = 0;
    for (int i = 0; i < TALLY_SIDES; i++) {
        if (shown[i] && row->sides[i] > 0 && row->sides[i] < K)
            return true;
        rest -= shown[i] ? row->sides[i] : 0;
        hidden += !shown[i];
    }
    return hidden == 1 || (hidden > 1 && rest < K);
}

static void no_row_lets_a_small_figure_be_worked_out(void **state)
{
    (void)state;
    for (int64_t a = 0; a <= 30; a++)
        for (int64_t b = 0; b <= 30; b++)
            for (int64_t c = 0; c <= 30; c++) {
                bool shown[TALLY_SIDES];
                struct tally_row row = row_make(a, b, c);
                if (!tally_row_shown(&row, K, shown))
                    assert_true(row.counted < K);
                else if (leaks(&row, shown))
                    fail_msg("%d %d %d leaks", (int)a, (int)b, (int)c);
            }
}

static void control_withholding_small_sides_alone_would_leak(void **state)
{
    (void)state;
    int leaking = 0;
    for (int64_t a = 0; a <= 30; a++)
        for (int64_t b = 0; b <= 30; b++) {
            struct tally_row row = row_make(a, b, 0);
            bool shown[TALLY_SIDES] = {a == 0 || a >= K, b == 0 || b >= K, true};
            leaking += row.counted >= K && leaks(&row, shown);
        }
    assert_true(leaking > 100);
}

int main(void)
{
    arena_open(&arena, 16u << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_counts_once_per_question_with_the_first_vote),
        cmocka_unit_test(a_question_that_is_dropped_is_in_no_release_of_the_period),
        cmocka_unit_test(a_vote_counted_in_one_period_counts_in_no_later_one),
        cmocka_unit_test(many_questions_and_members_are_all_counted),
        cmocka_unit_test(a_question_with_fewer_than_k_members_is_not_shown),
        cmocka_unit_test(a_small_side_takes_others_with_it),
        cmocka_unit_test(no_row_lets_a_small_figure_be_worked_out),
        cmocka_unit_test(control_withholding_small_sides_alone_would_leak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
