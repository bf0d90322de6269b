#include "insight/farrington.h"
#include "core/clock.h"
#include "insight/special.h"
#include <math.h>
#include <string.h>

enum { YEARS = 4, HALF = 3, SEASONS = 10, LEFT_OUT = 26, POINTS_MAX = FARRINGTON_PAST };
enum { COLUMNS_MAX = SEASONS + 1, ROUNDS_MAX = 50, CASES_LEAST = 5, CASES_WEEKS = 4 };
enum { BAYES_YEARS = 2, BAYES_HALF = 3, YEAR_WEEKS = 52 };
static const double RESIDUAL_MOST = 2.58, CLOSE = 1e-8;

struct point {
    double time;
    int season; /* from 0, which is that of the week itself */
    double count, weight;
    double mean, leverage; /* fitted */
};

struct fit {
    struct point points[POINTS_MAX];
    size_t count, columns; /* intercept, seasons but the first, then the trend if there is one */
    double at[COLUMNS_MAX];
    double inverse[COLUMNS_MAX][COLUMNS_MAX]; /* of the information */
    double dispersion;
};

/* --- which weeks, and which season each is in --- */

/* The same date so many years before, to the nearest week. */
static size_t week_before(size_t week, int64_t week_ms, int years)
{
    const struct clock_date date = clock_date(week_ms);
    const bool is_leap_day = date.month == 2 && date.day == 29;
    const int64_t then =
        clock_from_date(date.year - years, date.month, is_leap_day ? 28 : date.day);
    const double back = (double)(week_ms - then) / (double)(7 * DAY_MS);
    return week - (size_t)lround(back);
}

static void point_add(struct fit *fit, const int64_t *counts, size_t week, size_t last, int season)
{
    if (week <= last && fit->count < POINTS_MAX)
        fit->points[fit->count++] = (struct point){
            .time = (double)week, .season = season, .count = (double)counts[week], .weight = 1};
}

/* From the window around `from` up to the one around `to`: what lies between is cut into nine, the
 * first of which take what does not divide. */
static void year_add(struct fit *fit, const int64_t *counts, size_t from, size_t to, size_t last)
{
    const size_t between = to - from - (2 * HALF + 1);
    size_t week = from - HALF;
    for (; week <= from + HALF; week++)
        point_add(fit, counts, week, last, 0);
    for (int season = 1; season < SEASONS; season++) {
        const size_t extra = (size_t)season <= between % (SEASONS - 1);
        for (size_t i = 0; i < between / (SEASONS - 1) + extra; i++)
            point_add(fit, counts, week++, last, season);
    }
}

/* False: the past does not reach so far. */
static bool points_make(struct fit *fit, const int64_t *counts, size_t week, int64_t week_ms)
{
    size_t same[YEARS + 1];
    for (int i = 0; i <= YEARS; i++)
        same[i] = week_before(week, week_ms, i);
    if (same[YEARS] > week || same[YEARS] < HALF)
        return false;
    for (int i = YEARS; i > 0; i--)
        year_add(fit, counts, same[i], same[i - 1], week - LEFT_OUT - 1);
    for (size_t i = fit->count; i-- > 0;) /* so that the numbers stay small */
        fit->points[i].time -= fit->points[0].time;
    return true;
}

/* --- the regression: iteratively reweighted least squares --- */

/* A point's row of the design: few of its columns are not 0. */
struct row {
    size_t columns[3];
    double values[3];
    size_t count;
};

static struct row row_of(const struct fit *fit, const struct point *point)
{
    struct row row = {.columns = {0}, .values = {1}, .count = 1};
    if (point->season > 0) {
        row.columns[row.count] = (size_t)point->season;
        row.values[row.count++] = 1;
    }
    if (fit->columns > SEASONS) {
        row.columns[row.count] = SEASONS;
        row.values[row.count++] = point->time;
    }
    return row;
}

static double predict(const struct fit *fit, const struct point *point)
{
    const struct row row = row_of(fit, point);
    double sum = 0;
    for (size_t c = 0; c < row.count; c++)
        sum += fit->at[row.columns[c]] * row.values[c];
    return exp(fmin(30, fmax(-30, sum)));
}

/* Gauss and Jordan, for a matrix that is positive definite. */
static bool invert(double m[COLUMNS_MAX][COLUMNS_MAX], size_t size)
{
    for (size_t c = 0; c < size; c++) {
        const double pivot = m[c][c];
        if (!(fabs(pivot) > 1e-12))
            return false;
        m[c][c] = 1;
        for (size_t k = 0; k < size; k++)
            m[c][k] /= pivot;
        for (size_t r = 0; r < size; r++) {
            const double factor = m[r][c];
            if (r == c)
                continue;
            m[r][c] = 0;
            for (size_t k = 0; k < size; k++)
                m[r][k] -= factor * m[c][k];
        }
    }
    return true;
}

static bool step(struct fit *fit)
{
    double score[COLUMNS_MAX] = {0};
    memset(fit->inverse, 0, sizeof(fit->inverse));
    for (size_t i = 0; i < fit->count; i++) {
        const struct point *point = &fit->points[i];
        const double weight = point->weight * point->mean;
        const double target = log(point->mean) + (point->count - point->mean) / point->mean;
        const struct row row = row_of(fit, point);
        for (size_t c = 0; c < row.count; c++) {
            score[row.columns[c]] += weight * target * row.values[c];
            for (size_t k = 0; k < row.count; k++)
                fit->inverse[row.columns[c]][row.columns[k]] +=
                    weight * row.values[c] * row.values[k];
        }
    }
    if (!invert(fit->inverse, fit->columns))
        return false;
    for (size_t c = 0; c < fit->columns; c++) {
        fit->at[c] = 0;
        for (size_t k = 0; k < fit->columns; k++)
            fit->at[c] += fit->inverse[c][k] * score[k];
    }
    return true;
}

static double deviance(const struct fit *fit)
{
    double sum = 0;
    for (size_t i = 0; i < fit->count; i++) {
        const struct point *p = &fit->points[i];
        const double log_part = p->count > 0 ? p->count * log(p->count / p->mean) : 0;
        sum += 2 * p->weight * (log_part - (p->count - p->mean));
    }
    return sum;
}

/* Until the deviance stands still. */
static bool fit_run(struct fit *fit)
{
    double before = INFINITY, now = 0;
    for (size_t i = 0; i < fit->count; i++)
        fit->points[i].mean = fit->points[i].count + .1;
    for (int round = 0; round < ROUNDS_MAX; round++, before = now) {
        if (!step(fit))
            return false;
        for (size_t i = 0; i < fit->count; i++)
            fit->points[i].mean = predict(fit, &fit->points[i]);
        now = deviance(fit);
        if (fabs(now - before) / (fabs(now) + .1) < CLOSE)
            break;
    }
    return true;
}

/* Leverages, and the dispersion by Pearson's sum of squares. */
static void fit_judge(struct fit *fit)
{
    double squares = 0;
    for (size_t i = 0; i < fit->count; i++) {
        struct point *p = &fit->points[i];
        const struct row row = row_of(fit, p);
        double own = 0;
        for (size_t c = 0; c < row.count; c++)
            for (size_t k = 0; k < row.count; k++)
                own += row.values[c] * fit->inverse[row.columns[c]][row.columns[k]] * row.values[k];
        p->leverage = p->weight * p->mean * own;
        squares += p->weight * (p->count - p->mean) * (p->count - p->mean) / p->mean;
    }
    fit->dispersion = fmax(1, squares / (double)(fit->count - fit->columns));
}

/* Once as it is, and once more with weeks of past outbreaks weighed down. */
static bool fit_twice(struct fit *fit, bool has_trend)
{
    double sum = 0;
    fit->columns = SEASONS + has_trend;
    for (size_t i = 0; i < fit->count; i++)
        fit->points[i].weight = 1;
    if (fit->count <= fit->columns || !fit_run(fit))
        return false;
    fit_judge(fit);
    for (size_t i = 0; i < fit->count; i++) {
        struct point *p = &fit->points[i];
        const double residual = 1.5 * (pow(p->count, 2. / 3) - pow(p->mean, 2. / 3)) /
                                (pow(p->mean, 1. / 6) * sqrt(fit->dispersion * (1 - p->leverage)));
        p->weight = residual > RESIDUAL_MOST ? 1 / (residual * residual) : 1;
        sum += p->weight;
    }
    for (size_t i = 0; i < fit->count; i++)
        fit->points[i].weight *= (double)fit->count / sum;
    if (!fit_run(fit))
        return false;
    fit_judge(fit);
    return true;
}

struct alarm alarm_farrington(const int64_t *counts, size_t week, int64_t week_ms, double alpha)
{
    const struct alarm none = {.bound = NAN};
    struct fit fit = {.count = 0};
    double most = 0;
    int64_t cases = 0;
    if (week < FARRINGTON_PAST)
        return none;
    for (size_t i = 0; i < CASES_WEEKS; i++)
        cases += counts[week - i];
    if (cases < CASES_LEAST || !points_make(&fit, counts, week, week_ms))
        return none;
    const struct point now = {.time = (double)(week - (week_before(week, week_ms, YEARS) - HALF))};
    if (!fit_twice(&fit, true))
        return none;
    for (size_t i = 0; i < fit.count; i++)
        most = fmax(most, fit.points[i].count);
    if (predict(&fit, &now) > most && !fit_twice(&fit, false))
        return none;
    struct alarm alarm = {
        .bound = negative_binomial_quantile(1 - alpha, predict(&fit, &now), fit.dispersion)};
    alarm.rings = (double)counts[week] > alarm.bound;
    return alarm;
}

/* --- Bayes --- */

struct alarm alarm_bayes(const int64_t *counts, size_t week, double alpha)
{
    double sum = .5, weeks = 0;
    if (week < BAYES_YEARS * YEAR_WEEKS + BAYES_HALF)
        return (struct alarm){.bound = NAN};
    for (size_t back = 1; back <= BAYES_HALF; back++, weeks++)
        sum += (double)counts[week - back];
    for (size_t year = 1; year <= BAYES_YEARS; year++)
        for (size_t k = 0; k <= 2 * BAYES_HALF; k++, weeks++)
            sum += (double)counts[week - year * YEAR_WEEKS - BAYES_HALF + k];
    struct alarm alarm = {.bound =
                              negative_binomial_quantile(1 - alpha, sum / weeks, 1 + 1 / weeks)};
    alarm.rings = (double)counts[week] >= alarm.bound;
    return alarm;
}
