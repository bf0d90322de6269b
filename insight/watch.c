/* Which weeks of a word ring, for the desk: the three ways of insight.h over one series, and the
 * season's bound for looking back. */
#include "core/clock.h"
#include "insight/farrington.h"
#include "insight/insight.h"
#include "insight/pairs.h"
#include <math.h>

enum { GUARD = 1 };
/* How much more than Poisson counts of authors vary: one who writes a word is answered with it. */
static const double SPREAD = .1;
static const double IC_BOUND = .64;
static const double CUSUM_K = .5, CUSUM_H = 4.6;
static const double EWMA_WEIGHT = .4, EWMA_LIMIT = 3.1;
/* Below one author a week the sums ring by single authors. */
static const double FOLLOWED_FROM = 1, ACTIVITY_LOW = .25, ACTIVITY_HIGH = 4;

static double usual_of(const int64_t *authors, const int64_t *writers, size_t week)
{
    if (week < INSIGHT_BASELINE_LEAST + GUARD)
        return NAN;
    const size_t end = week - GUARD, from = end > INSIGHT_BASELINE ? end - INSIGHT_BASELINE : 0;
    double sum = 0, all = 0;
    for (size_t i = from; i < end; i++) {
        sum += (double)authors[i];
        all += (double)writers[i];
    }
    const double weeks = (double)(end - from);
    const double activity = all > 0 ? (double)writers[week] / (all / weeks) : 1;
    return sum / weeks * fmin(ACTIVITY_HIGH, fmax(ACTIVITY_LOW, activity));
}

static struct insight_sign_value value_of(double value, double bound, bool rings)
{
    return (struct insight_sign_value){value, bound, rings};
}

void insight_watch(const int64_t *authors, const int64_t *writers, size_t weeks,
                   struct insight_watched *watched)
{
    struct cusum cusum = {.k = CUSUM_K, .h = CUSUM_H, .spread = SPREAD};
    struct ewma ewma = {.weight = EWMA_WEIGHT, .limit = EWMA_LIMIT, .spread = SPREAD};
    const struct insight_sign_value none = {NAN, NAN, false};
    for (size_t i = 0; i < weeks; i++) {
        struct insight_watched *w = &watched[i];
        *w = (struct insight_watched){.usual = usual_of(authors, writers, i)};
        w->signs[INSIGHT_SIGN_IC] = w->signs[INSIGHT_SIGN_CUSUM] = w->signs[INSIGHT_SIGN_EWMA] =
            none;
        if (isnan(w->usual))
            continue;
        const double ic = ic_low_of((double)authors[i], w->usual);
        w->signs[INSIGHT_SIGN_IC] = value_of(ic, IC_BOUND, authors[i] > 0 && ic > IC_BOUND);
        if (w->usual < FOLLOWED_FROM) { /* begins anew when it is followed again */
            cusum.sum = ewma.level = 0;
            ewma.weeks = 0;
            continue;
        }
        cusum.mean = ewma.mean = w->usual;
        const bool sum_rings = cusum_next(&cusum, authors[i]).rings;
        const bool level_rings = ewma_next(&ewma, authors[i]).rings;
        w->signs[INSIGHT_SIGN_CUSUM] = value_of(cusum.sum, CUSUM_H, sum_rings);
        if (sum_rings)
            cusum.sum = 0; /* begins anew; what it reached is told */
        w->signs[INSIGHT_SIGN_EWMA] = value_of(ewma.level, ewma_bound(&ewma), level_rings);
    }
}

struct insight_sign_value insight_season(const int64_t *authors, size_t weeks, int64_t monday)
{
    static const double ALPHA = .01;
    const struct alarm alarm =
        weeks > INSIGHT_SEASON_PAST
            ? alarm_farrington(authors, weeks - 1, (7 * monday - 3) * DAY_MS, ALPHA)
            : (struct alarm){.bound = NAN};
    return (struct insight_sign_value){weeks > 0 ? (double)authors[weeks - 1] : 0, alarm.bound,
                                       alarm.rings};
}
