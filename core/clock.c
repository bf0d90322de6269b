#include "core/clock.h"

#include "core/trace.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const int64_t *test_clock; /* NULL: the real time */

void clock_open(void)
{
    const char *path = getenv("CURBSIDE_CLOCK");
    if (path == NULL || *path == 0 || test_clock != NULL)
        return;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0 || status.st_size < (off_t)sizeof(*test_clock))
        trace_die("clock", "CURBSIDE_CLOCK names no file of 8 bytes, error=%d", errno);
    void *map = mmap(NULL, sizeof(*test_clock), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (map == MAP_FAILED)
        trace_die("clock", "CURBSIDE_CLOCK cannot be mapped, error=%d", errno);
    test_clock = map;
    trace_warn("clock", "the time is set by a test");
}

bool clock_is_set_by_test(void)
{
    return test_clock != NULL;
}

int64_t clock_now_ms(void)
{
    if (test_clock != NULL)
        return __atomic_load_n(test_clock, __ATOMIC_RELAXED);
    struct timespec now;
    int failed = clock_gettime(CLOCK_REALTIME, &now);
    assert(!failed);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_steady_us(void)
{
    struct timespec now;
    int failed = clock_gettime(CLOCK_MONOTONIC, &now);
    assert(!failed);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Rounds towards the past, so that days before 1970 are whole days too. */
static int64_t floor_divide(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

/* Howard Hinnant, "chrono-compatible low-level date algorithms": years begin in March, so that the
 * leap day comes last. */
struct clock_date clock_date(int64_t at_ms)
{
    int64_t days = floor_divide(at_ms, DAY_MS), rest = at_ms - days * DAY_MS;
    int64_t shifted = days + 719468;
    int64_t era = floor_divide(shifted, 146097), day_of_era = shifted - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    int64_t year = year_of_era + era * 400 + (month >= 10);
    return (struct clock_date){
        .year = (int)year,
        .month = (int)(month < 10 ? month + 3 : month - 9),
        .day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
        .hour = (int)(rest / HOUR_MS),
        .minute = (int)(rest % HOUR_MS / MINUTE_MS),
        .second = (int)(rest % MINUTE_MS / 1000),
        .millisecond = (int)(rest % 1000),
    };
}

int64_t clock_from_date(int year, int month, int day)
{
    assert(month >= 1 && month <= 12 && day >= 1 && day <= 31);
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = floor_divide(y, 400), year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (era * 146097 + day_of_era - 719468) * DAY_MS;
}

struct text clock_iso(struct arena *arena, int64_t at_ms)
{
    struct clock_date at = clock_date(at_ms);
    return arena_format(arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", at.year, at.month, at.day, at.hour,
                        at.minute, at.second);
}

struct text clock_day(struct arena *arena, int64_t at_ms)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    struct clock_date at = clock_date(at_ms);
    return arena_format(arena, "%d %s %d", at.day, months[at.month - 1], at.year);
}

struct text clock_ago(struct arena *arena, int64_t at_ms, int64_t now_ms)
{
    /* Two machines' clocks differ a little: what lies just ahead is now. */
    int64_t age_ms = now_ms - at_ms;
    if (age_ms < MINUTE_MS)
        return TEXT("just now");
    if (age_ms < HOUR_MS)
        return arena_format(arena, "%lld min ago", (long long)(age_ms / MINUTE_MS));
    if (age_ms < DAY_MS)
        return arena_format(arena, "%lld h ago", (long long)(age_ms / HOUR_MS));
    int64_t days = floor_divide(now_ms, DAY_MS) - floor_divide(at_ms, DAY_MS);
    if (days <= 1)
        return TEXT("yesterday");
    if (days <= 30)
        return arena_format(arena, "%lld days ago", (long long)days);
    return clock_day(arena, at_ms);
}

int64_t clock_week_start(int64_t at_ms)
{
    enum { WEEK_DAYS = 7, SINCE_MONDAY = 3 }; /* 1970-01-01 was a Thursday */
    const int64_t day = at_ms / DAY_MS;
    return (day - (day + SINCE_MONDAY) % WEEK_DAYS) * DAY_MS;
}

int64_t clock_month_start(int64_t at_ms)
{
    struct clock_date at = clock_date(at_ms);
    return clock_from_date(at.year, at.month, 1);
}

int64_t clock_month_next(int64_t at_ms)
{
    struct clock_date at = clock_date(at_ms);
    return at.month == 12 ? clock_from_date(at.year + 1, 1, 1)
                          : clock_from_date(at.year, at.month + 1, 1);
}

struct text clock_month(struct arena *arena, int64_t at_ms)
{
    struct clock_date at = clock_date(at_ms);
    return arena_format(arena, "%04d-%02d", at.year, at.month);
}
