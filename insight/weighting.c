#include "insight/weighting.h"
#include "insight/rake.h"
#include <math.h>

enum { WAYS = 2, ROWS_MAX = WAYS * WEIGHTING_PARTS_MAX * 4 * 4 };
static const double TRIM_LOW = .3, TRIM_HIGH = 3, LEAST = .5;

/* What of a margin can be used: how its parts are made up among either way, and their targets. */
struct shape {
    double within[WAYS][WEIGHTING_PARTS_MAX]; /* shares of the parts; sum 1 */
    double targets[WEIGHTING_PARTS_MAX];      /* the same */
    size_t count;
};

static struct shape shape_of(const struct weighting_margin *margin)
{
    struct shape shape = {.count = 0};
    double sums[WAYS] = {0}, target = 0;
    for (size_t i = 0; i < margin->count; i++) {
        const struct weighting_part *part = &margin->parts[i];
        if (part->with + part->against < 1)
            continue;
        shape.within[0][shape.count] = fmax(LEAST, part->with);
        shape.within[1][shape.count] = fmax(LEAST, part->against);
        shape.targets[shape.count] = part->target;
        sums[0] += shape.within[0][shape.count];
        sums[1] += shape.within[1][shape.count];
        target += shape.targets[shape.count++];
    }
    if (shape.count < 2) { /* as if all were of one part */
        return (struct shape){.within = {{1}, {1}}, .targets = {1}, .count = 1};
    }
    for (size_t i = 0; i < shape.count; i++) {
        shape.within[0][i] /= sums[0];
        shape.within[1][i] /= sums[1];
        shape.targets[i] /= target;
    }
    return shape;
}

/* What weighing by this margin adds to the share's variance. */
static double variance_add(const struct weighting_margin *margin, double share)
{
    double n = 0, target = 0, sum = 0;
    for (size_t i = 0; i < margin->count; i++) {
        const double of = margin->parts[i].with + margin->parts[i].against;
        n += of >= 1 ? of : 0;
        target += of >= 1 ? margin->parts[i].target : 0;
    }
    for (size_t i = 0; i < margin->count; i++) {
        const struct weighting_part *part = &margin->parts[i];
        const double of = part->with + part->against;
        if (of < 1)
            continue;
        const double p = fmin(1, fmax(0, part->with / of)), own = of / n;
        const double moves = pow(part->target / target - own, 2), off = pow(p - share, 2);
        sum += moves * part->variance * (1 - 2 * p + 2 * p * p) / (of * of) +
               off * 2 * part->variance / (n * n);
        if (margin->is_half)
            sum += moves * p * (1 - p) / of + off * own / n;
    }
    return sum;
}

static size_t rows_make(const struct weighting *weigh, const struct shape shapes[WEIGHTING_MARGINS],
                        uint8_t cells[WEIGHTING_MARGINS][ROWS_MAX], double *bases)
{
    const double whole[WAYS] = {fmax(LEAST, weigh->whole.with), fmax(LEAST, weigh->whole.against)};
    size_t rows = 0;
    for (size_t way = 0; way < WAYS; way++)
        for (size_t i = 0; i < shapes[0].count; i++)
            for (size_t j = 0; j < shapes[1].count; j++)
                for (size_t k = 0; k < shapes[2].count; k++, rows++) {
                    cells[0][rows] = (uint8_t)i;
                    cells[1][rows] = (uint8_t)j;
                    cells[2][rows] = (uint8_t)k;
                    bases[rows] = whole[way] * shapes[0].within[way][i] * shapes[1].within[way][j] *
                                  shapes[2].within[way][k];
                }
    return rows;
}

bool weighting_share(const struct weighting *weigh, struct insight_share *share)
{
    struct shape shapes[WEIGHTING_MARGINS];
    uint8_t cells[WEIGHTING_MARGINS][ROWS_MAX];
    double bases[ROWS_MAX], weights[ROWS_MAX], sums[WAYS] = {0};
    struct rake_margin margins[WEIGHTING_MARGINS];
    struct raked raked;
    bool has_any = false;
    for (size_t m = 0; m < WEIGHTING_MARGINS; m++) {
        shapes[m] = shape_of(&weigh->margins[m]);
        margins[m] = (struct rake_margin){cells[m], shapes[m].targets, shapes[m].count};
        has_any = has_any || shapes[m].count > 1;
    }
    const double of = weigh->whole.with + weigh->whole.against;
    if (!has_any || of < 1)
        return false;
    const size_t rows = rows_make(weigh, shapes, cells, bases);
    if (rake(&raked, weights, bases, rows, margins, WEIGHTING_MARGINS, TRIM_LOW, TRIM_HIGH) != OK)
        return false;
    for (size_t i = 0; i < rows; i++)
        sums[i < rows / WAYS ? 0 : 1] += bases[i] * weights[i];
    const double p = sums[0] / (sums[0] + sums[1]);
    double noise = weigh->whole.variance * (1 - 2 * p + 2 * p * p) / (of * of);
    for (size_t m = 0; m < WEIGHTING_MARGINS; m++)
        noise += shapes[m].count > 1 ? variance_add(&weigh->margins[m], p) : 0;
    const double margin = margin_of_error(p, of, raked.design_effect, noise);
    *share = insight_share_of(p, margin, raked.design_effect);
    return true;
}
