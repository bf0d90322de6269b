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
                                cases[i].days),
                clock_from_date(2026, 3, cases[i].due));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_days_behind_day_zero_are_counted_without_weekends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
