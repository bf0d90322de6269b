/* Weeks, months and quarters: names, limits, and the order in which they end. */
#include "insight/period.h"
#include "core/clock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;

static void names_and_limits(void **state)
{
    (void)state;
    static const struct {
        int year, month, day;
        const char *week, *name, *quarter;
    } cases[] = {
        {2026, 1, 1, "2026-W01", "2026-01", "2026-Q1"},
        {2024, 12, 31, "2025-W01", "2024-12", "2024-Q4"}, /* a Tuesday of the next year's week */
        {2027, 1, 3, "2026-W53", "2027-01", "2027-Q1"},
        {2026, 3, 16, "2026-W12", "2026-03", "2026-Q1"}, /* a Monday */
        {2026, 3, 15, "2026-W11", "2026-03", "2026-Q1"},
        {2024, 2, 29, "2024-W09", "2024-02", "2024-Q1"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const int64_t at_ms = clock_from_date(cases[i].year, cases[i].month, cases[i].day) + 1;
        const char *const expected[] = {NULL, cases[i].week, cases[i].name, cases[i].quarter};
        for (int kind = PERIOD_WEEK; kind < PERIOD_KINDS; kind++) {
            const struct period period = period_of((enum period_kind)kind, at_ms);
            const struct text name = period_name(&arena, period);
            struct period again;
            assert_string_equal(name.data, expected[kind]);
            assert_true(period_read(name, &again));
            assert_true(again.kind == period.kind && again.start_ms == period.start_ms);
            assert_true(period.start_ms <= at_ms && at_ms < period_end_ms(period));
            assert_true(period_end_ms(period_before(period)) == period.start_ms);
        }
    }
}

static void what_is_no_period_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",         "2026",     "2026-00", "2026-13", "2026-W00",
                                      "2026-W54", "2025-W53", "2026-Q0", "2026-Q5", "2026-3x",
                                      "1999-01",  "2026-031", "2026+03", "2026-w11"};
    struct period period;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (period_read(text_of(bad[i]), &period))
            fail_msg("%s", bad[i]);
}

static void periods_end_one_after_another_the_shorter_first(void **state)
{
    (void)state;
    struct calendar calendar = calendar_of(clock_from_date(2025, 12, 10));
    int64_t before_ms = 0;
    int seen[PERIOD_KINDS] = {0};
    enum period_kind last = PERIOD_WEEK;
    for (int i = 0; i < 200; i++) {
        const struct period next = calendar_next(&calendar);
        assert_true(period_end_ms(next) >= before_ms);
        assert_true(period_end_ms(next) > before_ms || next.kind > last);
        before_ms = period_end_ms(next);
        last = next.kind;
        seen[next.kind]++;
        calendar_pass(&calendar, next.kind);
    }
    assert_true(seen[PERIOD_WEEK] > 145 && seen[PERIOD_MONTH] > 34 && seen[PERIOD_QUARTER] > 11);
}

int main(void)
{
    arena_open(&arena, 1u << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_limits),
        cmocka_unit_test(what_is_no_period_is_refused),
        cmocka_unit_test(periods_end_one_after_another_the_shorter_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
