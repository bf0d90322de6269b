#include "insight/gps.h"
#include "insight/special.h"
#include <assert.h>
#include <math.h>
#include <string.h>

enum { SIZE = 5, STEPS_MAX = 400, HALVINGS_MAX = 50, POINTS_LEAST = 8 };

/* How far the logarithms of the parameters may go: where all pairs are as expected the best shape
 * is endless, and a step may lead anywhere. */
static const double REACH = 25;

/* --- likelihood --- */

/* Logarithm of the chance of n reports under one part, and its slopes in shape and rate. */
struct part {
    double log_chance, by_shape, by_rate;
};

static double log_chance(int64_t n, double a, double b, double e)
{
    const double count = (double)n;
    return lgamma(count + a) - lgamma(a) - lgamma(count + 1) + a * log(b / (b + e)) +
           count * log(e / (b + e));
}

static double log_add(double x, double y)
{
    const double most = fmax(x, y);
    return most + log(exp(x - most) + exp(y - most));
}

/* digamma(n + a) - digamma(a), whose sum is short for the counts that occur. */
static double digamma_rise(int64_t n, double a)
{
    double sum = 0;
    if (n > 50)
        return digamma((double)n + a) - digamma(a);
    for (int64_t i = 0; i < n; i++)
        sum += 1 / (a + (double)i);
    return sum;
}

/* The same for lgamma, less ln n!. */
static double log_rise(int64_t n, double a)
{
    double product = 1;
    if (n > 20)
        return lgamma((double)n + a) - lgamma(a) - lgamma((double)n + 1);
    for (int64_t i = 0; i < n; i++)
        product *= (a + (double)i) / (double)(i + 1);
    return log(product);
}

static struct part part_of(int64_t n, double a, double b, double e)
{
    const double count = (double)n, log_b = log(b / (b + e)), none = exp(a * log_b);
    const double log_some = log(-expm1(a * log_b)), odds = none / -expm1(a * log_b);
    return (struct part){
        .log_chance = log_rise(n, a) + a * log_b + count * log(e / (b + e)) - log_some,
        .by_shape = digamma_rise(n, a) + log_b + odds * log_b,
        .by_rate = a / b - (a + count) / (b + e) + odds * a * e / (b * (b + e)),
    };
}

/* The five parameters without bounds: logarithms, and log odds of the share. */
static struct gps_theta theta_of(const double x[SIZE])
{
    return (struct gps_theta){.shape = {exp(x[0]), exp(x[2])},
                              .rate = {exp(x[1]), exp(x[3])},
                              .share = 1 / (1 + exp(-x[4]))};
}

static double loss_at(const double x[SIZE], const struct gps_point *points, size_t count,
                      double slope[SIZE])
{
    const struct gps_theta t = theta_of(x);
    double loss = 0;
    memset(slope, 0, SIZE * sizeof(*slope));
    for (int k = 0; k < SIZE; k++)
        if (!(fabs(x[k]) <= REACH)) /* too far for doubles, or no number */
            return INFINITY;
    for (size_t i = 0; i < count; i++) {
        const double weight = (double)points[i].pairs, e = points[i].expected;
        const struct part one = part_of(points[i].n, t.shape[0], t.rate[0], e);
        const struct part two = part_of(points[i].n, t.shape[1], t.rate[1], e);
        const double first = log(t.share) + one.log_chance,
                     both = log_add(first, log1p(-t.share) + two.log_chance),
                     is_first = exp(first - both);
        loss -= weight * both;
        slope[0] -= weight * is_first * one.by_shape * t.shape[0];
        slope[1] -= weight * is_first * one.by_rate * t.rate[0];
        slope[2] -= weight * (1 - is_first) * two.by_shape * t.shape[1];
        slope[3] -= weight * (1 - is_first) * two.by_rate * t.rate[1];
        slope[4] -= weight * (is_first - t.share);
    }
    return loss;
}

double gps_loss(const struct gps_theta *theta, const struct gps_point *points, size_t count)
{
    const double x[SIZE] = {log(theta->shape[0]), log(theta->rate[0]), log(theta->shape[1]),
                            log(theta->rate[1]), log(theta->share / (1 - theta->share))};
    double slope[SIZE];
    return loss_at(x, points, count, slope);
}

/* --- fitting --- */

static double dot(const double *a, const double *b)
{
    double sum = 0;
    for (int i = 0; i < SIZE; i++)
        sum += a[i] * b[i];
    return sum;
}

static void unit_set(double h[SIZE][SIZE], double scale)
{
    memset(h, 0, sizeof(double[SIZE][SIZE]));
    for (int i = 0; i < SIZE; i++)
        h[i][i] = scale;
}

/* The BFGS update of the inverse second derivative: s the step, y the change of slope. */
static void bfgs_update(double h[SIZE][SIZE], const double *s, const double *y)
{
    double hy[SIZE];
    const double sy = dot(s, y);
    if (!(sy > 1e-14))
        return;
    for (int i = 0; i < SIZE; i++)
        hy[i] = dot(h[i], y);
    const double factor = (1 + dot(y, hy) / sy) / sy;
    for (int i = 0; i < SIZE; i++)
        for (int k = 0; k < SIZE; k++)
            h[i][k] += factor * s[i] * s[k] - (hy[i] * s[k] + s[i] * hy[k]) / sy;
}

/* One way down from x; false when no minimum was found within the limits. */
static bool descend(double x[SIZE], double *loss, const struct gps_point *points, size_t count)
{
    double h[SIZE][SIZE], slope[SIZE];
    bool is_fresh = true;
    *loss = loss_at(x, points, count, slope);
    unit_set(h, 1 / (1 + sqrt(dot(slope, slope))));
    for (int step = 0; step < STEPS_MAX; step++) {
        double way[SIZE], next[SIZE], next_slope[SIZE], next_loss = INFINITY, length = 1;
        if (sqrt(dot(slope, slope)) < 1e-5 * (1 + fabs(*loss) * 1e-4))
            return true;
        for (int i = 0; i < SIZE; i++)
            way[i] = -dot(h[i], slope);
        const double fall = dot(way, slope);
        for (int i = 0; i < HALVINGS_MAX; i++, length /= 2) {
            for (int k = 0; k < SIZE; k++)
                next[k] = x[k] + length * way[k];
            next_loss = loss_at(next, points, count, next_slope);
            if (next_loss <= *loss + 1e-4 * length * fall)
                break;
        }
        if (!(next_loss < *loss)) { /* no way down: begin anew once, else as low as doubles go */
            if (is_fresh)
                return sqrt(dot(slope, slope)) < 1e-2;
            unit_set(h, 1 / (1 + sqrt(dot(slope, slope))));
            is_fresh = true;
            continue;
        }
        double moved[SIZE], turned[SIZE];
        for (int i = 0; i < SIZE; i++) {
            moved[i] = next[i] - x[i];
            turned[i] = next_slope[i] - slope[i];
        }
        bfgs_update(h, moved, turned);
        is_fresh = false;
        memcpy(x, next, sizeof(next));
        memcpy(slope, next_slope, sizeof(slope));
        *loss = next_loss;
    }
    return false;
}

enum result gps_fit(struct gps_theta *theta, double *loss, const struct gps_point *points,
                    size_t count)
{
    static const double starts[][SIZE] = {
        {.2, .1, 2, 4, 1. / 3}, {.1, .2, 10, 10, .2}, {.3, .5, 6, 6, .5}};
    *loss = INFINITY;
    if (count < POINTS_LEAST)
        return INVALID;
    for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
        double x[SIZE], low;
        for (int k = 0; k < SIZE - 1; k++)
            x[k] = log(starts[i][k]);
        x[SIZE - 1] = log(starts[i][SIZE - 1] / (1 - starts[i][SIZE - 1]));
        if (descend(x, &low, points, count) && low < *loss) {
            *loss = low;
            *theta = theta_of(x);
        }
    }
    return isfinite(*loss) ? OK : INVALID;
}

/* --- measuring a pair --- */

struct posterior {
    double shape[2], rate[2], first;
};

static double share_below(const struct posterior *p, double x)
{
    return p->first * gamma_below(p->shape[0], p->rate[0] * x) +
           (1 - p->first) * gamma_below(p->shape[1], p->rate[1] * x);
}

static double density(const struct posterior *p, double x)
{
    return p->first * p->rate[0] * gamma_density(p->shape[0], p->rate[0] * x) +
           (1 - p->first) * p->rate[1] * gamma_density(p->shape[1], p->rate[1] * x);
}

/* Newton's steps, kept inside a bracket that each one narrows. */
static double quantile(const struct posterior *p, double share)
{
    double low = 0, high = 1;
    while (share_below(p, high) < share)
        high *= 2;
    double x = high / 2;
    for (int i = 0; i < 200 && high - low > 1e-14 * high; i++) {
        const double off = share_below(p, x) - share;
        if (off < 0)
            low = x;
        else
            high = x;
        const double next = x - off / density(p, x);
        if (fabs(next - x) <= 1e-14 * x)
            return next;
        x = next > low && next < high ? next : (low + high) / 2;
    }
    return x;
}

struct gps_measure gps_measure(const struct gps_theta *theta, int64_t n, double expected)
{
    assert(n >= 1 && expected > 0);
    struct posterior p;
    for (int i = 0; i < 2; i++) {
        p.shape[i] = theta->shape[i] + (double)n;
        p.rate[i] = theta->rate[i] + expected;
    }
    const double one = log(theta->share) + log_chance(n, theta->shape[0], theta->rate[0], expected);
    const double two =
        log1p(-theta->share) + log_chance(n, theta->shape[1], theta->rate[1], expected);
    p.first = exp(one - log_add(one, two));
    return (struct gps_measure){
        .first = p.first,
        .ebgm = exp(p.first * (digamma(p.shape[0]) - log(p.rate[0])) +
                    (1 - p.first) * (digamma(p.shape[1]) - log(p.rate[1]))),
        .low = quantile(&p, .05),
        .high = quantile(&p, .95),
    };
}
