#include "insight/period.h"
#include "core/clock.h"
#include <assert.h>

enum { WEEK_DAYS = 7, QUARTER_MONTHS = 3, NAME_WEEK = 8, NAME_MONTH = 7, NAME_QUARTER = 7 };
enum { THURSDAY = 3 }; /* days behind Monday */
static int64_t quarter_start(int64_t at_ms)
{
    const struct clock_date date = clock_date(at_ms);
    return clock_from_date(date.year, (date.month - 1) / QUARTER_MONTHS * QUARTER_MONTHS + 1, 1);
}

struct period period_of(enum period_kind kind, int64_t at_ms)
{
    const int64_t start_ms = kind == PERIOD_WEEK    ? clock_week_start(at_ms)
                             : kind == PERIOD_MONTH ? clock_month_start(at_ms)
                                                    : quarter_start(at_ms);
    return (struct period){kind, start_ms};
}

int64_t period_end_ms(struct period period)
{
    int64_t end_ms = period.start_ms;
    if (period.kind == PERIOD_WEEK)
        return period.start_ms + WEEK_DAYS * DAY_MS;
    for (int i = 0; i < (period.kind == PERIOD_MONTH ? 1 : QUARTER_MONTHS); i++)
        end_ms = clock_month_next(end_ms);
    return end_ms;
}

struct period period_before(struct period period)
{
    return period_of(period.kind, period.start_ms - 1);
}

struct text period_name(struct arena *arena, struct period period)
{
    const struct clock_date date = clock_date(period.start_ms);
    if (period.kind == PERIOD_MONTH)
        return clock_month(arena, period.start_ms);
    if (period.kind == PERIOD_QUARTER)
        return arena_format(arena, "%04d-Q%d", date.year, (date.month - 1) / QUARTER_MONTHS + 1);
    /* A week belongs to the year of its Thursday (ISO 8601). */
    const int64_t thursday_ms = period.start_ms + THURSDAY * DAY_MS;
    const int year = clock_date(thursday_ms).year;
    const int64_t day = (thursday_ms - clock_from_date(year, 1, 1)) / DAY_MS;
    return arena_format(arena, "%04d-W%02d", year, (int)(day / WEEK_DAYS) + 1);
}

static bool digits_read(struct text name, size_t at, size_t size, int64_t low, int64_t high,
                        int64_t *out)
{
    int64_t value = 0;
    for (size_t i = at; i < at + size; i++) {
        if (name.data[i] < '0' || name.data[i] > '9')
            return false;
        value = value * 10 + (name.data[i] - '0');
    }
    *out = value;
    return value >= low && value <= high;
}

bool period_read(struct text name, struct period *period)
{
    int64_t year, part;
    if (name.size < NAME_MONTH || name.size > NAME_WEEK || name.data[4] != '-' ||
        !digits_read(name, 0, 4, 2000, 9999, &year))
        return false;
    if (name.size == NAME_WEEK && name.data[5] == 'W' && digits_read(name, 6, 2, 1, 53, &part)) {
        /* The fourth of January is always in the first week. */
        const int64_t first_ms = clock_week_start(clock_from_date((int)year, 1, 4));
        *period = (struct period){PERIOD_WEEK, first_ms + (part - 1) * WEEK_DAYS * DAY_MS};
        const int64_t thursday_ms = period->start_ms + THURSDAY * DAY_MS;
        return clock_date(thursday_ms).year == year;
    }
    if (name.size == NAME_QUARTER && name.data[5] == 'Q' && digits_read(name, 6, 1, 1, 4, &part)) {
        const int month = (int)(part - 1) * QUARTER_MONTHS + 1;
        *period = (struct period){PERIOD_QUARTER, clock_from_date((int)year, month, 1)};
        return true;
    }
    if (name.size != NAME_MONTH || !digits_read(name, 5, 2, 1, 12, &part))
        return false;
    *period = (struct period){PERIOD_MONTH, clock_from_date((int)year, (int)part, 1)};
    return true;
}

struct calendar calendar_of(int64_t at_ms)
{
    struct calendar calendar;
    for (int kind = PERIOD_WEEK; kind < PERIOD_KINDS; kind++)
        calendar.open[kind] = period_of((enum period_kind)kind, at_ms);
    return calendar;
}

struct period calendar_next(const struct calendar *calendar)
{
    struct period next = calendar->open[PERIOD_WEEK];
    for (int kind = PERIOD_MONTH; kind < PERIOD_KINDS; kind++)
        if (period_end_ms(calendar->open[kind]) < period_end_ms(next))
            next = calendar->open[kind];
    return next;
}

void calendar_pass(struct calendar *calendar, enum period_kind kind)
{
    assert(kind >= PERIOD_WEEK && kind < PERIOD_KINDS);
    calendar->open[kind].start_ms = period_end_ms(calendar->open[kind]);
}
