#include "board/board.h"

#include "core/clock.h"

/* 1970 began on a Thursday. */
static bool is_business_day(int64_t day)
{
    const int64_t weekday = (day + 3) % 7; /* 0 Monday */
    return weekday < 5;
}

int64_t business_due_ms(int64_t at_ms, int64_t days)
{
    int64_t day = at_ms / DAY_MS;
    while (days > 0)
        days -= is_business_day(++day);
    return (day + 1) * DAY_MS;
}
