/* Alarms over weekly counts: small own series, and Salmonella Newport in Germany 2004 to 2014 with
 * its outbreak of autumn 2011. */
#include "insight/alarm.h"
#include "core/clock.h"
#include "insight/farrington.h"
#include "tests/support/shared.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { WEEKS_MAX = 600, OUTBREAK = 408 /* the week of 31 October 2011 */ };
enum column {
    DATE = 1,
    COUNT = 2,
    C1 = 3,
    C2 = 5,
    C3 = 7,
    C1_LOOSE = 9,
    FARRINGTON = 11,
    CUSUM = 13,
    BAYES = 15
};
static struct arena arena;

struct newport {
    int64_t counts[WEEKS_MAX];
    struct text lines[WEEKS_MAX];
    size_t weeks;
};

static bool newport_read(struct newport *newport)
{
    struct text line, text = shared_text(&arena, "golden/insight/salmNewport_weekly_golden.csv");
    newport->weeks = 0;
    if (!text.data || !text_next(&text, '\n', &line))
        return false;
    while (text_next(&text, '\n', &line)) {
        newport->lines[newport->weeks] = line;
        newport->counts[newport->weeks++] = (int64_t)shared_real(shared_field(line, ',', COUNT));
    }
    return true;
}

/* Bound and alarm as the golden file has them; a week without either is passed over. */
static bool agrees(const struct newport *newport, size_t week, enum column column,
                   struct alarm alarm)
{
    const double bound = shared_real(shared_field(newport->lines[week], ',', column));
    if (isnan(bound))
        return true;
    return fabs(bound - alarm.bound) < 1e-8 &&
           (shared_real(shared_field(newport->lines[week], ',', column + 1)) > 0) == alarm.rings;
}

static void newport_bounds_and_alarms_of_ears_are_those_of_the_package(void **state)
{
    (void)state;
    static struct newport n;
    static const struct {
        enum ears method;
        double alpha;
        enum column column;
    } cases[] = {
        {EARS_C1, .001, C1}, {EARS_C2, .001, C2}, {EARS_C3, .025, C3}, {EARS_C1, .05, C1_LOOSE}};
    if (!newport_read(&n))
        skip();
    assert_int_equal(n.weeks, 528);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        for (size_t week = 0; week < n.weeks; week++)
            if (!agrees(&n, week, cases[i].column,
                        alarm_ears(n.counts, week, cases[i].method, cases[i].alpha)))
                fail_msg("method %zu, week %zu", i, week);
}

static void newport_bounds_and_alarms_of_the_cusum_are_those_of_the_package(void **state)
{
    (void)state;
    static struct newport n;
    size_t compared = 0, first = 0;
    if (!newport_read(&n))
        skip();
    while (isnan(shared_real(shared_field(n.lines[first], ',', CUSUM))))
        first++;
    struct cusum cusum = {.k = 1.04, .h = 2.26};
    for (size_t week = 0; week < first; week++)
        cusum.mean += (double)n.counts[week] / (double)first;
    size_t rang = 0;
    for (size_t week = first; week < first + 52; week++, compared++) {
        const struct alarm alarm = cusum_next(&cusum, n.counts[week]);
        if (!agrees(&n, week, CUSUM, alarm))
            fail_msg("week %zu: %g", week, alarm.bound);
        if (alarm.rings && !rang)
            rang = week;
    }
    assert_int_equal(compared, 52);
    assert_int_equal(rang, OUTBREAK);
}

/* 2011, and the week in which too few cases had been seen. */
enum { YEAR_2011 = 365, YEAR_WEEKS = 52 };

static void newport_bounds_and_alarms_of_farrington_and_bayes_are_those_of_the_package(void **state)
{
    (void)state;
    static struct newport n;
    size_t bounds = 0, first = 0;
    if (!newport_read(&n))
        skip();
    for (size_t week = YEAR_2011; week < YEAR_2011 + YEAR_WEEKS; week++) {
        const int64_t at_ms = clock_from_date(2004, 1, 5) + (int64_t)week * 7 * DAY_MS;
        const struct alarm farrington = alarm_farrington(n.counts, week, at_ms, .01);
        const double bound = shared_real(shared_field(n.lines[week], ',', FARRINGTON));
        if (isnan(bound) != isnan(farrington.bound) || !agrees(&n, week, FARRINGTON, farrington))
            fail_msg("week %zu: %g", week, farrington.bound);
        if (!agrees(&n, week, BAYES, alarm_bayes(n.counts, week, .01)))
            fail_msg("week %zu, Bayes", week);
        bounds += isnan(bound) ? 0 : 1;
        first = farrington.rings && !first ? week : first;
    }
    assert_int_equal(bounds, 42);
    assert_int_equal(first, OUTBREAK);
    assert_true(isnan(alarm_farrington(n.counts, FARRINGTON_PAST - 1, 0, .01).bound));
}

static void the_newport_outbreak_is_seen_in_its_first_week_with_two_other_alarms(void **state)
{
    (void)state;
    static struct newport n;
    size_t others = 0, first = 0;
    if (!newport_read(&n))
        skip();
    for (size_t week = 27; week < n.weeks; week++) {
        if (!(alarm_ic_low(n.counts, week, 26) > .82))
            continue;
        const bool is_outbreak = week >= OUTBREAK && week < OUTBREAK + 8;
        if (is_outbreak && !first)
            first = week;
        others += !is_outbreak;
    }
    assert_int_equal(first, OUTBREAK);
    assert_true(others <= 2);
}

static void a_jump_from_five_to_fifteen_a_week_is_seen_within_three_weeks(void **state)
{
    (void)state;
    struct cusum cusum = {.mean = 5, .k = .5, .h = 5};
    struct ewma ewma = {.mean = 5, .weight = .4, .limit = 3};
    static const int64_t calm[] = {5, 4, 6, 3, 7, 5, 6, 4, 5, 5}, high[] = {14, 16, 15};
    for (size_t i = 0; i < 10; i++) {
        assert_false(cusum_next(&cusum, calm[i]).rings);
        assert_false(ewma_next(&ewma, calm[i]).rings);
    }
    bool is_seen = false, is_seen_too = false;
    for (size_t i = 0; i < 3; i++) {
        is_seen |= cusum_next(&cusum, high[i]).rings;
        is_seen_too |= ewma_next(&ewma, high[i]).rings;
    }
    assert_true(is_seen && is_seen_too);
}

static void the_bound_is_the_least_count_that_rings(void **state)
{
    (void)state;
    for (int64_t count = 0; count < 30; count++) {
        struct cusum cusum = {.mean = 4, .k = .5, .h = 4, .sum = 1.2};
        const struct alarm alarm = cusum_next(&cusum, count);
        assert_int_equal(alarm.rings, (double)count >= alarm.bound);
        struct ewma ewma = {.mean = 4, .weight = .4, .limit = 3, .level = .7, .weeks = 9};
        const struct alarm other = ewma_next(&ewma, count);
        assert_int_equal(other.rings, (double)count > other.bound);
    }
}

static void nothing_rings_without_a_past(void **state)
{
    (void)state;
    static const int64_t counts[] = {90, 90, 90, 90, 90, 90, 90, 90, 90, 90, 90};
    for (size_t week = 0; week < 7; week++)
        assert_true(isnan(alarm_ears(counts, week, EARS_C1, .001).bound));
    assert_true(isnan(alarm_ears(counts, 10, EARS_C3, .025).bound));
    assert_true(isnan(alarm_ic_low(counts, 10, 26)));
    assert_false(alarm_ears(counts, 7, EARS_C1, .001).rings); /* flat: not above itself */
    struct cusum again = {.mean = 2, .k = 1, .h = 2, .resets = true};
    assert_true(cusum_next(&again, 50).rings);
    assert_false(cusum_next(&again, 2).rings);
}

/* Clustered counts: where the mean is 20, a spread of .1 makes the deviation sqrt(60). */
static void clustered_counts_ring_later(void **state)
{
    (void)state;
    struct cusum plain = {.mean = 20, .k = .5, .h = 4},
                 clustered = {.mean = 20, .k = .5, .h = 4, .spread = .1};
    assert_true(fabs(cusum_next(&plain, 40).bound - 41) < 1e-9);
    assert_true(fabs(cusum_next(&clustered, 40).bound - 55) < 1e-9); /* 20 + 4.5 sqrt(60) */
    assert_true(fabs(clustered.sum - (20 / sqrt(60) - .5)) < 1e-12);
}

int main(void)
{
    arena_open(&arena, (size_t)1 << 30);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newport_bounds_and_alarms_of_ears_are_those_of_the_package),
        cmocka_unit_test(newport_bounds_and_alarms_of_the_cusum_are_those_of_the_package),
        cmocka_unit_test(
            newport_bounds_and_alarms_of_farrington_and_bayes_are_those_of_the_package),
        cmocka_unit_test(the_newport_outbreak_is_seen_in_its_first_week_with_two_other_alarms),
        cmocka_unit_test(a_jump_from_five_to_fifteen_a_week_is_seen_within_three_weeks),
        cmocka_unit_test(the_bound_is_the_least_count_that_rings),
        cmocka_unit_test(nothing_rings_without_a_past),
        cmocka_unit_test(clustered_counts_ring_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
