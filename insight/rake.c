#include "insight/rake.h"
#include <assert.h>
#include <math.h>

static const double CLOSE = 1e-12;
static const double Z95 = 1.96;

/* One margin: each part's weights are scaled to its target. The largest factor less 1. */
static double margin_fit(double *weights, size_t rows, const struct rake_margin *margin)
{
    enum { PARTS_MAX = 256 };
    double sums[PARTS_MAX] = {0}, reached = 0, off = 0;
    assert(margin->parts > 0 && margin->parts <= PARTS_MAX);
    for (size_t i = 0; i < rows; i++) {
        assert(margin->cell[i] < margin->parts);
        sums[margin->cell[i]] += weights[i];
    }
    for (size_t k = 0; k < margin->parts; k++)
        reached += sums[k] > 0 ? margin->targets[k] : 0;
    if (!(reached > 0))
        return 0;
    for (size_t k = 0; k < margin->parts; k++) {
        if (!(sums[k] > 0))
            continue;
        sums[k] = margin->targets[k] / reached * (double)rows / sums[k];
        off = fmax(off, fabs(sums[k] - 1));
    }
    for (size_t i = 0; i < rows; i++)
        weights[i] *= sums[margin->cell[i]];
    return off;
}

double rake_design_effect(const double *weights, size_t rows)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < rows; i++) {
        sum += weights[i];
        squares += weights[i] * weights[i];
    }
    return sum > 0 ? (double)rows * squares / (sum * sum) : 1;
}

enum result rake(struct raked *raked, double *weights, size_t rows,
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
            raked->off = fmax(raked->off, margin_fit(weights, rows, &margins[k]));
    }
    for (size_t i = 0; i < rows; i++) {
        const double cut = fmin(high, fmax(low, weights[i]));
        raked->trimmed += cut < weights[i] || cut > weights[i];
        weights[i] = cut;
    }
    raked->design_effect = rake_design_effect(weights, rows);
    return OK;
}

struct rake_shared rake_share(const double *agree, const double *counts, const double *targets,
                              size_t parts, double low, double high)
{
    double n = 0, reached = 0, sum = 0, squares = 0, agreed = 0;
    for (size_t i = 0; i < parts; i++) {
        n += counts[i] >= 1 ? counts[i] : 0;
        reached += counts[i] >= 1 ? targets[i] : 0;
    }
    if (!(reached > 0))
        return (struct rake_shared){NAN, 1};
    for (size_t i = 0; i < parts; i++) {
        if (!(counts[i] >= 1))
            continue;
        const double weight = fmin(high, fmax(low, targets[i] / reached / (counts[i] / n)));
        sum += weight * counts[i];
        squares += weight * weight * counts[i];
        agreed += weight * fmin(counts[i], fmax(0, agree[i]));
    }
    return (struct rake_shared){.share = sum > 0 ? agreed / sum : NAN,
                                .design_effect = sum > 0 ? n * squares / (sum * sum) : 1};
}

double margin_of_error(double share, double n, double design_effect, double noise)
{
    return Z95 * sqrt(design_effect * share * (1 - share) / fmax(n, 1) + noise);
}
