#include "insight/rake.h"
#include <assert.h>
#include <math.h>

static const double CLOSE = 1e-12;
static const double Z95 = 1.96;

static double base_of(const double *bases, size_t row)
{
    return bases ? bases[row] : 1;
}

/* One margin: each part's weights are scaled to its target. The largest factor less 1. */
static double margin_fit(double *weights, const double *bases, size_t rows,
                         const struct rake_margin *margin)
{
    enum { PARTS_MAX = 256 };
    double sums[PARTS_MAX] = {0}, reached = 0, off = 0, people = 0;
    assert(margin->parts > 0 && margin->parts <= PARTS_MAX);
    for (size_t i = 0; i < rows; i++) {
        assert(margin->cell[i] < margin->parts);
        sums[margin->cell[i]] += weights[i] * base_of(bases, i);
        people += base_of(bases, i);
    }
    for (size_t k = 0; k < margin->parts; k++)
        reached += sums[k] > 0 ? margin->targets[k] : 0;
    if (!(reached > 0))
        return 0;
    for (size_t k = 0; k < margin->parts; k++) {
        if (!(sums[k] > 0))
            continue;
        sums[k] = margin->targets[k] / reached * people / sums[k];
        off = fmax(off, fabs(sums[k] - 1));
    }
    for (size_t i = 0; i < rows; i++)
        weights[i] *= sums[margin->cell[i]];
    return off;
}

static double design_effect_of(const double *weights, const double *bases, size_t rows)
{
    double people = 0, sum = 0, squares = 0;
    for (size_t i = 0; i < rows; i++) {
        people += base_of(bases, i);
        sum += base_of(bases, i) * weights[i];
        squares += base_of(bases, i) * weights[i] * weights[i];
    }
    return sum > 0 ? people * squares / (sum * sum) : 1;
}

enum result rake(struct raked *raked, double *weights, const double *bases, size_t rows,
                 const struct rake_margin *margins, size_t count, double low, double high)
{
    *raked = (struct raked){.off = INFINITY};
    if (rows == 0 || count == 0 || count > RAKE_MARGINS_MAX)
        return INVALID;
    for (size_t i = 0; i < rows; i++)
        weights[i] = 1;
    while (raked->rounds < RAKE_ROUNDS_MAX && raked->off >= CLOSE) {
        raked->rounds++;
        raked->off = 0;
        for (size_t k = 0; k < count; k++)
            raked->off = fmax(raked->off, margin_fit(weights, bases, rows, &margins[k]));
    }
    for (size_t i = 0; i < rows; i++) {
        const double cut = fmin(high, fmax(low, weights[i]));
        raked->trimmed += cut < weights[i] || cut > weights[i];
        weights[i] = cut;
    }
    raked->design_effect = design_effect_of(weights, bases, rows);
    return OK;
}

double margin_of_error(double share, double n, double design_effect, double noise)
{
    return Z95 * sqrt(design_effect * share * (1 - share) / fmax(n, 1) + noise);
}
