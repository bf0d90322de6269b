/* Time: dates of every kind of year against the C library, words for ages, and a clock set by a
 * test. */
#include "core/clock.h"

#include "core/conf.h"

#include "tests/support/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;

static int open_arena(void **state UNUSED)
{
    scratch_open();
    arena_open(&arena, 16 << 20);
    return 0;
}

static void dates_are_those_of_the_c_library(void **state UNUSED)
{
    /* Every 9 days and some from the year 1 to 4000: all leap rules and every time of day. */
    const int64_t step = 9 * DAY_MS + 12345677;
    for (int64_t at = -62135596800000; at < 64060588800000; at += step) {
        time_t seconds = (time_t)(at / 1000 - (at % 1000 < 0));
        struct tm tm;
        assert_non_null(gmtime_r(&seconds, &tm));
        struct clock_date date = clock_date(at);
        assert_int_equal(date.year, tm.tm_year + 1900);
        assert_int_equal(date.month, tm.tm_mon + 1);
        assert_int_equal(date.day, tm.tm_mday);
        assert_int_equal(date.hour * 3600 + date.minute * 60 + date.second,
                         tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec);
        assert_true(clock_from_date(date.year, date.month, date.day) ==
                    ((int64_t)seconds - date.hour * 3600 - date.minute * 60 - date.second) * 1000);
    }
}

static void times_are_written_for_machines_and_for_people(void **state UNUSED)
{
    const int64_t at = 1773500966535;
    assert_string_equal(clock_iso(&arena, at).data, "2026-03-14T15:09:26Z");
    assert_string_equal(clock_day(&arena, at).data, "14 March 2026");
    assert_string_equal(clock_month(&arena, at).data, "2026-03");
}

static void months_begin_and_end_at_utc_midnight(void **state UNUSED)
{
    const int64_t march = clock_from_date(2026, 3, 1), december = clock_from_date(2025, 12, 1);
    assert_true(clock_month_start(march) == march);
    assert_true(clock_month_start(march - 1) == clock_from_date(2026, 2, 1));
    assert_true(clock_month_next(march - 1) == march);
    assert_true(clock_month_next(december) == clock_from_date(2026, 1, 1));
    assert_true(clock_month_next(clock_from_date(2024, 2, 29)) == clock_from_date(2024, 3, 1));
}

static void ages_are_told_in_words(void **state UNUSED)
{
    const int64_t now = clock_from_date(2026, 3, 14) + 15 * HOUR_MS;
    const struct {
        int64_t age;
        const char *words;
    } cases[] = {
        {-HOUR_MS, "just now"},
        {0, "just now"},
        {MINUTE_MS - 1, "just now"},
        {MINUTE_MS, "1 min ago"},
        {HOUR_MS - 1, "59 min ago"},
        {HOUR_MS, "1 h ago"},
        {DAY_MS - 1, "23 h ago"},
        {DAY_MS, "yesterday"},
        {39 * HOUR_MS, "yesterday"},
        {39 * HOUR_MS + 1, "2 days ago"},
        {12 * (int64_t)DAY_MS, "12 days ago"},
        {30 * (int64_t)DAY_MS, "30 days ago"},
        {31 * (int64_t)DAY_MS, "11 February 2026"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(text_cut(clock_ago(&arena, now - cases[i].age, now), 99).data,
                            cases[i].words);
}

static void the_real_clock_and_the_steady_one_go_forward(void **state UNUSED)
{
    assert_false(clock_is_set_by_test());
    assert_true(clock_now_ms() > clock_from_date(2024, 1, 1));
    int64_t before = clock_steady_us();
    usleep(2000);
    assert_in_range(clock_steady_us() - before, 2000, 10000000);
}

static const char *clock_file(const void *data, size_t size)
{
    static char path[600];
    snprintf(path, sizeof(path), "%s", conf_path("clock"));
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    close(fd);
    return path;
}

static void follow_the_file(void *path)
{
    int64_t next = 2000;
    setenv("CURBSIDE_CLOCK", path, 1);
    clock_open();
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool first = clock_is_set_by_test() && clock_now_ms() == 1000;
    bool moved = pwrite(fd, &next, sizeof(next), 0) == 8 && clock_now_ms() == 2000;
    bool steady = clock_steady_us() > 2000000;
    _exit(first && moved && steady ? 0 : 3);
}

static void a_test_sets_the_time_of_all_programs(void **state UNUSED)
{
    int64_t now = 1000;
    const char *path = clock_file(&now, sizeof(now));
    assert_int_equal(scratch_child(follow_the_file, (void *)(uintptr_t)path), 0);
}

static void a_clock_file_that_is_missing_or_short_stops_the_start(void **state UNUSED)
{
    const char *path = clock_file("1234567", 7);
    assert_int_equal(scratch_child(follow_the_file, (void *)(uintptr_t)path), 1);
    unlink(path);
    assert_int_equal(scratch_child(follow_the_file, (void *)(uintptr_t)path), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_those_of_the_c_library),
        cmocka_unit_test(times_are_written_for_machines_and_for_people),
        cmocka_unit_test(months_begin_and_end_at_utc_midnight),
        cmocka_unit_test(ages_are_told_in_words),
        cmocka_unit_test(the_real_clock_and_the_steady_one_go_forward),
        cmocka_unit_test(a_test_sets_the_time_of_all_programs),
        cmocka_unit_test(a_clock_file_that_is_missing_or_short_stops_the_start),
    };
    return cmocka_run_group_tests(tests, open_arena, NULL);
}
