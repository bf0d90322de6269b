#include "board/board.h"

#include "core/clock.h"

enum { MONDAY, THURSDAY = 3, FRIDAY, SATURDAY };

/* 1970 began on a Thursday. */
static int weekday_of(int64_t day)
{
    return (int)((day + THURSDAY) % 7);
}

/* Those of the eleven that have a date: New Year, Juneteenth, Independence Day, Veterans Day,
 * Christmas. */
static bool has_dated(int64_t day)
{
    static const struct {
        int month, day;
    } dates[] = {{1, 1}, {6, 19}, {7, 4}, {11, 11}, {12, 25}};
    const struct clock_date date = clock_date(day * DAY_MS);
    for (size_t i = 0; i < sizeof(dates) / sizeof(*dates); i++)
        if (date.month == dates[i].month && date.day == dates[i].day)
            return true;
    return false;
}

/* The others: so-manieth (0: last) Monday or Thursday of a month. */
static bool has_counted(int64_t day)
{
    static const struct {
        int month, weekday, which;
    } rules[] = {{1, MONDAY, 3}, {2, MONDAY, 3},  {5, MONDAY, 0},
                 {9, MONDAY, 1}, {10, MONDAY, 2}, {11, THURSDAY, 4}};
    const struct clock_date date = clock_date(day * DAY_MS);
    const bool is_last = clock_date((day + 7) * DAY_MS).month != date.month;
    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
        if (date.month == rules[i].month && weekday_of(day) == rules[i].weekday &&
            (rules[i].which == 0 ? is_last : (date.day + 6) / 7 == rules[i].which))
            return true;
    return false;
}

/* One on a Saturday is kept on the Friday before, one on a Sunday on the Monday behind. */
static bool is_holiday(int64_t day)
{
    return has_dated(day) || has_counted(day) ||
           (weekday_of(day) == FRIDAY && has_dated(day + 1)) ||
           (weekday_of(day) == MONDAY && has_dated(day - 1));
}

int64_t business_due_ms(int64_t at_ms, int64_t days, bool holidays)
{
    int64_t day = at_ms / DAY_MS;
    while (days > 0) {
        day++;
        if (weekday_of(day) < SATURDAY && !(holidays && is_holiday(day)))
            days--;
    }
    return (day + 1) * DAY_MS;
}
