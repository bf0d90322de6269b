/* Business days, for the safety desk's clock. */
#include "board/board.h"
#include "core/clock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static void the_days_behind_day_zero_are_counted_without_weekends(void **state)
{
    (void)state;
    static const struct {
        int day, days, due; /* of March 2026, whose 2nd is a Monday; due: the first day behind */
    } cases[] = {{2, 1, 4}, {5, 1, 7}, {6, 1, 10}, {7, 1, 10}, {8, 1, 10}, {6, 5, 14}, {9, 10, 24}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        for (int64_t hour = 0; hour < 24; hour += 23)
            assert_int_equal(
                business_due_ms(clock_from_date(2026, 3, cases[i].day) + hour * HOUR_MS,
                                cases[i].days, true),
                clock_from_date(2026, 3, cases[i].due));
}

/* The days on which federal offices stay closed, as the Office of Personnel Management lists them:
 * 2027 has three on weekends, and 31 December 2021 was the New Year's of 2022. */
static void federal_holidays_are_no_business_days_unless_an_agreement_counts_them(void **state)
{
    (void)state;
    static const struct {
        int year, month, day;
    } closed[] = {{2026, 1, 1},   {2026, 1, 19},  {2026, 2, 16},  {2026, 5, 25},  {2026, 6, 19},
                  {2026, 7, 3},   {2026, 9, 7},   {2026, 10, 12}, {2026, 11, 11}, {2026, 11, 26},
                  {2026, 12, 25}, {2027, 1, 1},   {2027, 1, 18},  {2027, 2, 15},  {2027, 5, 31},
                  {2027, 6, 18},  {2027, 7, 5},   {2027, 9, 6},   {2027, 10, 11}, {2027, 11, 11},
                  {2027, 11, 25}, {2027, 12, 24}, {2027, 12, 31}, {2021, 12, 31}, {2022, 12, 26}};
    const size_t count = sizeof(closed) / sizeof(*closed);
    for (int64_t day = clock_from_date(2026, 1, 1); day < clock_from_date(2028, 1, 1);
         day += DAY_MS) {
        bool is_closed = false, is_weekend = (day / DAY_MS + 3) % 7 >= 5;
        for (size_t i = 0; i < count; i++)
            is_closed |= day == clock_from_date(closed[i].year, closed[i].month, closed[i].day);
        const bool counts = business_due_ms(day - DAY_MS, 1, true) == day + DAY_MS;
        assert_int_equal(counts, !is_closed && !is_weekend);
        assert_int_equal(business_due_ms(day - DAY_MS, 1, false) == day + DAY_MS, !is_weekend);
    }
    for (size_t i = 0; i < count; i++)
        assert_true(
            business_due_ms(
                clock_from_date(closed[i].year, closed[i].month, closed[i].day) - DAY_MS, 1, true) >
            clock_from_date(closed[i].year, closed[i].month, closed[i].day) + DAY_MS);
    /* Written on the Thursday before Independence Day of 2026, a Saturday: due on the 6th. */
    assert_int_equal(business_due_ms(clock_from_date(2026, 7, 2), 1, true),
                     clock_from_date(2026, 7, 7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_days_behind_day_zero_are_counted_without_weekends),
        cmocka_unit_test(federal_holidays_are_no_business_days_unless_an_agreement_counts_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
