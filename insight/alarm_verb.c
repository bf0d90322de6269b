#include "insight/alarm_verb.h"
#include "core/arena.h"
#include "core/clock.h"
#include "insight/farrington.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { WEEKS_MAX = 5200, INPUT_MAX = 256 * 1024, COUNT_MAX = 1000 * 1000 * 1000, CUSUM_PAST = 52 };
#define WEEK_MS (7 * DAY_MS)
static const double EARS_ALPHA = .001, EARS_C3_ALPHA = .025, ALPHA = .01;

struct series {
    int64_t counts[WEEKS_MAX];
    int64_t first_ms;
    size_t weeks;
};

static bool line_take(struct series *series, struct text line)
{
    struct text date, year, month;
    int64_t y, m, d, count;
    if (!text_next(&line, '\t', &date) || !text_int(text_trim(line), 0, COUNT_MAX, &count) ||
        series->weeks == WEEKS_MAX)
        return false;
    if (!text_next(&date, '-', &year) || !text_next(&date, '-', &month) ||
        !text_int(year, 1970, 9999, &y) || !text_int(month, 1, 12, &m) ||
        !text_int(date, 1, 31, &d))
        return false;
    const int64_t at_ms = clock_from_date((int)y, (int)m, (int)d);
    if (series->weeks == 0)
        series->first_ms = at_ms;
    if (at_ms != clock_week_start(at_ms) ||
        at_ms != series->first_ms + (int64_t)series->weeks * WEEK_MS)
        return false;
    series->counts[series->weeks++] = count;
    return true;
}

static bool series_read(struct series *series)
{
    static char data[INPUT_MAX];
    struct text line, input = {data, fread(data, 1, sizeof(data), stdin)};
    if (ferror(stdin) || input.size == sizeof(data)) {
        fputs("the input cannot be read, or is longer than 256 KiB\n", stderr);
        return false;
    }
    for (int64_t number = 1; text_next(&input, '\n', &line); number++) {
        const struct text trimmed = text_trim(line);
        if (trimmed.size == 0 || *trimmed.data == '#' || line_take(series, line))
            continue;
        fprintf(stderr, "line %" PRId64 ": not the next Monday, a tab and a count\n", number);
        return false;
    }
    return true;
}

static void alarm_print(struct alarm alarm)
{
    if (isnan(alarm.bound))
        fputs("\tNA", stdout);
    else
        printf("\t%.10g%s", alarm.bound, alarm.rings ? "*" : "");
}

int alarm_verb(void)
{
    static struct series series;
    struct cusum cusum = {.k = 1.04, .h = 2.26};
    if (!series_read(&series))
        return 1;
    for (size_t week = 0; week < CUSUM_PAST && week < series.weeks; week++)
        cusum.mean += (double)series.counts[week] / CUSUM_PAST;
    fputs("week\tcount\tEARS_C1\tEARS_C2\tEARS_C3\tCUSUM\tBayes\tFarrington\tIC025\n", stdout);
    for (size_t week = 0; week < series.weeks; week++) {
        const int64_t at_ms = series.first_ms + (int64_t)week * WEEK_MS;
        const struct clock_date date = clock_date(at_ms);
        const double ic = alarm_ic_low(series.counts, week, 26);
        printf("%04d-%02d-%02d\t%" PRId64, date.year, date.month, date.day, series.counts[week]);
        alarm_print(alarm_ears(series.counts, week, EARS_C1, EARS_ALPHA));
        alarm_print(alarm_ears(series.counts, week, EARS_C2, EARS_ALPHA));
        alarm_print(alarm_ears(series.counts, week, EARS_C3, EARS_C3_ALPHA));
        alarm_print(week < CUSUM_PAST || !(cusum.mean > 0)
                        ? (struct alarm){.bound = NAN}
                        : cusum_next(&cusum, series.counts[week]));
        alarm_print(alarm_bayes(series.counts, week, ALPHA));
        alarm_print(alarm_farrington(series.counts, week, at_ms, ALPHA));
        if (isnan(ic))
            fputs("\tNA\n", stdout);
        else
            printf("\t%.4f\n", ic);
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
