#pragma once
/* The only source of time. Milliseconds since 1970-01-01T00:00:00Z in int64_t everywhere ("_ms");
 * days are UTC days.
 *
 * Tests and the demo set the time of all programs at once: if the variable CURBSIDE_CLOCK names a
 * file, its first 8 bytes (native int64_t, milliseconds, mapped shared) are the time; the file's
 * owner moves it. Programs say so at start. */
#include "core/arena.h"

void clock_open(void); /* once at start, before the sandbox; without it the real time is used */
int64_t clock_now_ms(void);
bool clock_is_set_by_test(void);
/* Steady time for measuring and timeouts; never set by tests. */
int64_t clock_steady_us(void);

/* int64_t, since forty days already overflow an int. */
#define DAY_MS INT64_C(86400000)
#define HOUR_MS INT64_C(3600000)
#define MINUTE_MS INT64_C(60000)

struct clock_date {
    int year, month, day, hour, minute, second, millisecond; /* UTC; month and day count from 1 */
};
struct clock_date clock_date(int64_t at_ms);
int64_t clock_from_date(int year, int month, int day); /* first instant of that UTC day */

struct text clock_iso(struct arena *arena, int64_t at_ms); /* 2026-03-14T15:09:26Z */
struct text clock_day(struct arena *arena, int64_t at_ms); /* 14 March 2026 */
/* "just now", "5 min ago", "3 h ago", "yesterday", "12 days ago" (up to 30), then the day; what
 * lies ahead is "just now". */
struct text clock_ago(struct arena *arena, int64_t at_ms, int64_t now_ms);
int64_t clock_week_start(int64_t at_ms);  /* first instant of the UTC week: Monday's */
int64_t clock_month_start(int64_t at_ms); /* first instant of the UTC month */
int64_t clock_month_next(int64_t at_ms);  /* first instant of the following UTC month */
/* 2026-03: the name of a settlement period. */
struct text clock_month(struct arena *arena, int64_t at_ms);
