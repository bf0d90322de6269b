#include "insight/burst.h"
#include <assert.h>
#include <math.h>

enum { CALM, RAISED };
static const double RATE_MAX = .9999; /* a chance must stay below 1 */

/* What calm costs more than raised in this batch. */
static double saved(int64_t count, int64_t total, double p0, double p1)
{
    const double hits = (double)count, rest = (double)(total - count);
    return hits * (log(p1) - log(p0)) + rest * (log1p(-p1) - log1p(-p0));
}

static size_t bursts_collect(const uint8_t *state, const double *gain, size_t batches,
                             struct burst *bursts)
{
    size_t found = 0;
    for (size_t i = 0; i < batches; i++) {
        if (state[i] == CALM)
            continue;
        if (i == 0 || state[i - 1] == CALM)
            bursts[found++] = (struct burst){.first = i};
        bursts[found - 1].last = i;
        bursts[found - 1].weight += gain[i];
    }
    return found;
}

struct burst *burst_find(struct arena *arena, const int64_t *counts, const int64_t *totals,
                         size_t batches, double rate, double cost, size_t *found)
{
    struct burst *bursts = arena_array(arena, struct burst, batches / 2 + 2);
    double *gain = arena_array(arena, double, batches + 1);
    uint8_t(*from)[2] = arena_take(arena, (batches + 1) * sizeof(*from)), *state;
    int64_t sum = 0, all = 0;
    for (size_t i = 0; i < batches; i++) {
        assert(counts[i] >= 0 && counts[i] <= totals[i]);
        sum += counts[i];
        all += totals[i];
    }
    *found = 0;
    if (sum == 0 || sum == all)
        return bursts;
    const double p0 = (double)sum / (double)all, p1 = fmin(RATE_MAX, p0 * rate);
    const double toll = cost * log((double)batches);
    double calm = 0, raised = toll; /* costs so far, less what calm costs in every batch */
    for (size_t i = 0; i < batches; i++) {
        gain[i] = saved(counts[i], totals[i], p0, p1);
        from[i][CALM] = calm <= raised ? CALM : RAISED;
        from[i][RAISED] = calm + toll < raised ? CALM : RAISED;
        const double before = calm;
        calm = fmin(calm, raised);
        raised = fmin(before + toll, raised) - gain[i];
    }
    state = arena_take(arena, batches + 1);
    uint8_t now = calm <= raised ? CALM : RAISED;
    for (size_t i = batches; i-- > 0; now = from[i][now])
        state[i] = now;
    *found = bursts_collect(state, gain, batches, bursts);
    return bursts;
}
