#pragma once
/* Raking (iterative proportional fitting; Deming & Stephan 1940): weights under which each margin
 * of a sample agrees with what is known of all physicians. For released figures, whose joint cells
 * nobody may see, see weighting.h. */
#include "core/arena.h"

enum { RAKE_MARGINS_MAX = 4, RAKE_ROUNDS_MAX = 200 };

struct rake_margin {
    const uint8_t *cell;   /* of each row: which part of this margin it belongs to */
    const double *targets; /* shares of the parts; sum 1 */
    size_t parts;
};

struct raked {
    int64_t rounds;
    double off;           /* largest factor in the last round, less 1 */
    double design_effect; /* Kish: sum b * sum b w^2 / (sum b w)^2 */
    int64_t trimmed;      /* weights cut at the limits */
};

/* weights: of each row, all set; mean 1 before trimming. bases: how many people each row stands
 * for, each above 0; NULL: one. A part nobody belongs to is left out and the others of its margin
 * share its target. low and high: weights beyond are cut there, 0 and INFINITY for none (usual .3
 * and 3). INVALID: no row, or no margin. */
MUST_USE enum result rake(struct raked *raked, double *weights, const double *bases, size_t rows,
                          const struct rake_margin *margins, size_t count, double low, double high);

/* Half of the 95% interval of a share: 1.96 sqrt(deff p(1-p)/n + noise), noise: the variance that
 * protects members, of the share. Of n physicians who chose to answer, modelled as if drawn at
 * random within what was weighted. */
double margin_of_error(double share, double n, double design_effect, double noise);
