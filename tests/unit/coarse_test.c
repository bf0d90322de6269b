/* What an admin may read of a trial on earmarks tells groups, and nothing of anybody in them. */
#include "ledger/reward/coarse.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/seal.h"
#include "core/trace.h"

enum { FLOOR = 11, ROWS = 400, HOUSES = 4000, TRIALS = 6, PAID = 1000 };

static uint8_t key[32];
static struct coarse_member rows[ROWS];

static void house(uint64_t number)
{
    memset(key, 0, sizeof key);
    memcpy(key, &number, sizeof number);
}

/* `count` members paid `before`, then `after`. */
static size_t add(size_t at, size_t count, int64_t before, int64_t after)
{
    for (size_t i = 0; i < count; i++, at++)
        rows[at] = (struct coarse_member){(int64_t)at + 1, before, after};
    return at;
}

static void groups_of_many_are_told_about_and_smaller_ones_are_not(void **state UNUSED)
{
    struct coarse_figures out[COARSE_CHANGES];
    struct coarse_paid paid;
    size_t count = add(0, 100, 0, PAID);
    count = add(count, 100, PAID, 2 * PAID);
    count = add(count, 100, PAID, 0);
    house(1);
    coarse_changes(key, "all", rows, count, FLOOR, out);
    assert_in_range(out[COARSE_NEWLY].members, 66, 121);
    assert_in_range(out[COARSE_MORE].after, 180000, 220000);
    assert_in_range(out[COARSE_NO_LONGER].before, 90000, 110000);
    assert_int_equal(out[COARSE_NO_LONGER].after, 0);
    assert_int_equal(out[COARSE_NEWLY].members % FLOOR, 0);
    assert_int_equal(out[COARSE_MORE].after % 10000, 0);
    coarse_paid(key, "all", rows, count, FLOOR, &paid);
    assert_in_range(paid.before, 180000, 220000);
    assert_in_range(paid.after, 270000, 330000);
    /* Nobody, and a few, are told alike in nearly all houses; and no sum is, without a count. */
    size_t shown[2] = {0};
    for (uint64_t i = 0; i < HOUSES; i++)
        for (size_t few = 0; few < 2; few++) {
            house(i);
            coarse_changes(key, "all", rows, add(0, few, 0, PAID + (int64_t)i), FLOOR, out);
            shown[few] += out[COARSE_NEWLY].members > 0;
            assert_true(out[COARSE_NEWLY].members > 0 || out[COARSE_NEWLY].after == 0);
        }
    assert_in_range(shown[0], HOUSES / 100, HOUSES / 20);
    assert_in_range(shown[1], HOUSES / 100, HOUSES / 20);
}

static void
the_same_outcome_gives_the_same_answer_and_what_was_paid_no_rule_draws_anew(void **state UNUSED)
{
    struct coarse_figures first[COARSE_CHANGES], again[COARSE_CHANGES];
    struct coarse_paid paid, other;
    size_t differ = 0;
    for (uint64_t i = 0; i < 200; i++) {
        house(i);
        size_t count = add(0, 50, PAID, 2 * PAID);
        coarse_changes(key, "all", rows, count, FLOOR, first);
        coarse_changes(key, "all", rows, count, FLOOR, again);
        assert_memory_equal(first, again, sizeof first);
        coarse_paid(key, "2026-03", rows, count, FLOOR, &paid);
        rows[7].after++; /* another rule: a cent more for one */
        coarse_changes(key, "all", rows, count, FLOOR, again);
        coarse_paid(key, "2026-03", rows, count, FLOOR, &other);
        differ += memcmp(first, again, sizeof first) != 0;
        assert_int_equal(paid.payees_before, other.payees_before);
        assert_int_equal(paid.before, other.before);
    }
    assert_true(differ > 150);
}

/* How much likelier `told` makes a sum that holds one more of `width` than the sum without him. */
static double likelier(int64_t told, double without, double width)
{
    return (fabs((double)told - without) - fabs((double)told - without - width)) / (2 * width);
}

/* An admin who knows everybody else's pay asks by as many rules as he may whether one more is paid:
 * each rule changes what the others get by a little, so that noise is drawn anew, and his guess is
 * what is likelier by all that he reads. `exact`: the same without noise. How many of HOUSES he
 * gets right. */
static size_t guessed(size_t others, bool exact)
{
    size_t right = 0;
    for (uint64_t i = 0; i < HOUSES; i++) {
        struct coarse_figures out[COARSE_CHANGES];
        struct coarse_paid month;
        bool paid = i % 2 == 0;
        double for_paid = 0;
        house(i);
        for (int trial = 0; trial < TRIALS; trial++) {
            const int64_t each = PAID + trial;
            size_t count = add(0, 50, PAID, PAID); /* whom no such rule concerns */
            count = add(count, others, 0, each);
            count = add(count, paid, 0, PAID);
            coarse_changes(key, "all", rows, count, FLOOR, out);
            coarse_paid(key, "2026-03", rows, count, FLOOR, &month);
            if (exact)
                out[COARSE_NEWLY].members = count - 50 < FLOOR ? 0 : (int64_t)count - 50;
            if (out[COARSE_NEWLY].members == 0)
                for_paid -= 0.1;
            else
                for_paid += 0.1 + likelier(out[COARSE_NEWLY].after, (double)others * (double)each,
                                           (double)each);
            if (month.payees_after > 0 && !exact)
                for_paid += likelier(month.after, 50.0 * PAID + (double)others * (double)each,
                                     (double)each);
            if (exact)
                for_paid = out[COARSE_NEWLY].members > 0 ? 1 : -1;
        }
        right += paid == (for_paid > 0);
    }
    return right;
}

static void who_knows_all_others_learns_little_of_one_more(void **state UNUSED)
{
    size_t few = guessed(FLOOR - 1, false), many = guessed(60, false);
    print_message("guessed right of %d: among %d known %zu, among 60 %zu\n", HOUSES, FLOOR - 1, few,
                  many);
    assert_true(few < HOUSES * 80 / 100 && many < HOUSES * 80 / 100);
    /* The control: the floor alone, without noise, tells him every time. */
    assert_int_equal(guessed(FLOOR - 1, true), HOUSES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_of_many_are_told_about_and_smaller_ones_are_not),
        cmocka_unit_test(
            the_same_outcome_gives_the_same_answer_and_what_was_paid_no_rule_draws_anew),
        cmocka_unit_test(who_knows_all_others_learns_little_of_one_more),
    };
    seal_open();
    trace_open("test");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
