#pragma once
/* Raking (iterative proportional fitting; Deming & Stephan 1940): weights under which each margin
 * of a sample agrees with what is known of all physicians. For released figures, whose joint cells
 * nobody may see, see rake_share. */
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
    double design_effect; /* Kish: n * sum w^2 / (sum w)^2 */
    int64_t trimmed;      /* weights cut at the limits */
};

/* weights: of each row, all set; mean 1 before trimming. A part nobody belongs to is left out and
 * the others of its margin share its target. low and high: weights beyond are cut there, 0 and
 * INFINITY for none (usual .3 and 3). INVALID: no row, or no margin. */
MUST_USE enum result rake(struct raked *raked, double *weights, size_t rows,
                          const struct rake_margin *margins, size_t count, double low, double high);
double rake_design_effect(const double *weights, size_t rows);

/* The same with one margin that was released as noisy figures alone: the share of those who agree
 * in each part, weighted by what the part is of all physicians, weights trimmed. agree and counts
 * of each part; parts with a count below 1 are left out. */
struct rake_shared {
    double share;         /* weighted, 0 to 1 */
    double design_effect; /* 1 or more */
};
struct rake_shared rake_share(const double *agree, const double *counts, const double *targets,
                              size_t parts, double low, double high);
/* Half of the 95% interval of a share: 1.96 sqrt(deff p(1-p)/n + noise), noise: the variance that
 * protects members, of the share. Of n physicians who chose to answer, modelled as if drawn at
 * random within what was weighted. */
double margin_of_error(double share, double n, double design_effect, double noise);
