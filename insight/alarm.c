#include "insight/alarm.h"
#include "insight/pairs.h"
#include "insight/special.h"
#include <assert.h>
#include <math.h>

enum { BASELINE = 7, GAP = 2, TAIL = 2 };

struct usual {
    double mean, deviation;
};

static struct usual usual_of(const int64_t *counts, size_t from, size_t count)
{
    struct usual usual = {0, 0};
    for (size_t i = 0; i < count; i++)
        usual.mean += (double)counts[from + i] / (double)count;
    for (size_t i = 0; i < count; i++)
        usual.deviation += pow((double)counts[from + i] - usual.mean, 2) / (double)(count - 1);
    usual.deviation = sqrt(usual.deviation);
    return usual;
}

/* By how many deviations a week was more than one too high, against a baseline two weeks before. */
static double excess(const int64_t *counts, size_t week)
{
    const struct usual usual = usual_of(counts, week - GAP - BASELINE, BASELINE);
    const double off = (double)counts[week] - usual.mean;
    if (usual.deviation == 0)
        return off > 0 ? INFINITY : 0;
    return fmax(0, off / usual.deviation - 1);
}

struct alarm alarm_ears(const int64_t *counts, size_t week, enum ears method, double alpha)
{
    const size_t gap = method == EARS_C1 ? 0 : GAP;
    const double z = normal_quantile(1 - alpha);
    if (week < gap + BASELINE + (method == EARS_C3 ? TAIL : 0))
        return (struct alarm){.bound = NAN};
    const struct usual usual = usual_of(counts, week - gap - BASELINE, BASELINE);
    double bound = usual.mean + z * usual.deviation;
    if (method == EARS_C3) {
        /* What is left of the limit after the two weeks before, beside the count itself: the form
         * in which R's surveillance package states it. */
        const double before = excess(counts, week - 1) + excess(counts, week - 2);
        bound = fmax(0, (double)counts[week] + usual.deviation * (z - before));
    }
    return (struct alarm){.bound = bound, .rings = (double)counts[week] > bound};
}

static double deviation_of(double mean, double spread)
{
    return sqrt(mean + spread * mean * mean);
}

struct alarm cusum_next(struct cusum *cusum, int64_t count)
{
    assert(cusum->mean > 0);
    const double unit = deviation_of(cusum->mean, cusum->spread);
    const double bound = cusum->mean + unit * (cusum->h - cusum->sum + cusum->k);
    cusum->sum = fmax(0, cusum->sum + ((double)count - cusum->mean) / unit - cusum->k);
    const struct alarm alarm = {.bound = fmax(0, ceil(bound)), .rings = cusum->sum >= cusum->h};
    if (alarm.rings && cusum->resets)
        cusum->sum = 0;
    return alarm;
}

double ewma_bound(const struct ewma *ewma)
{
    const double w = ewma->weight;
    return ewma->limit * sqrt(w / (2 - w) * (1 - pow(1 - w, 2 * (double)ewma->weeks)));
}

struct alarm ewma_next(struct ewma *ewma, int64_t count)
{
    assert(ewma->mean > 0 && ewma->weight > 0 && ewma->weight <= 1);
    const double w = ewma->weight, kept = 1 - w;
    const double unit = deviation_of(ewma->mean, ewma->spread);
    ewma->weeks++;
    const double limit = ewma_bound(ewma);
    const double bound = ewma->mean + unit * (limit - kept * ewma->level) / w;
    ewma->level = kept * ewma->level + w * ((double)count - ewma->mean) / unit;
    return (struct alarm){.bound = fmax(0, bound), .rings = ewma->level > limit};
}

double alarm_ic_low(const int64_t *counts, size_t week, size_t weeks)
{
    enum { GUARD = 1 };
    if (week < weeks + GUARD)
        return NAN;
    double expected = 0;
    for (size_t i = 0; i < weeks; i++)
        expected += (double)counts[week - GUARD - weeks + i] / (double)weeks;
    return ic_low_of((double)counts[week], expected);
}
