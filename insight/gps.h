#pragma once
/* The gamma-Poisson shrinker of DuMouchel (The American Statistician 53:177, 1999): how much more
 * often a pair was reported than expected, drawn towards what all pairs say, so that one report
 * where a hundredth was expected is no signal. The prior of that ratio is a mixture of two gamma
 * distributions; its five parameters are fitted to all pairs that were reported at least once. */
#include "core/arena.h"

struct gps_theta {
    double shape[2], rate[2];
    double share; /* of the first part, 0 to 1 */
};

/* Pairs with the same count and expectation are given once. */
struct gps_point {
    int64_t n;       /* reports, at least 1 */
    double expected; /* above 0 */
    int64_t pairs;   /* so many pairs are like this, at least 1 */
};

/* Negative logarithm of the likelihood (DuMouchel's equation 12 given n >= 1). */
double gps_loss(const struct gps_theta *theta, const struct gps_point *points, size_t count);
/* Least loss from three starting places, by BFGS. INVALID when there are fewer than 8 points or no
 * minimum was reached. */
MUST_USE enum result gps_fit(struct gps_theta *theta, double *loss, const struct gps_point *points,
                             size_t count);

struct gps_measure {
    double first;     /* chance that the pair belongs to the first part (Qn) */
    double ebgm;      /* geometric mean of the ratio given the data */
    double low, high; /* its 5th and 95th hundredth: EB05 and EB95, relative error below 1e-12 */
};
struct gps_measure gps_measure(const struct gps_theta *theta, int64_t n, double expected);
