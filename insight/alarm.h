#pragma once
/* Has a weekly count risen? Each unit is told the counts up to a week and says the bound that the
 * count must not pass; nothing looks ahead. Weeks count from 0; a week without enough past has no
 * bound (NAN) and no alarm. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alarm {
    double bound; /* of the count; NAN: too little past */
    bool rings;
};

/* The early aberration reporting system of the CDC (Hutwagner et al. 2003): the mean of seven weeks
 * and so many standard deviations. C1: the seven weeks before; C2: two weeks between; C3: C2 with
 * what the two weeks before were too high. alpha: share of false alarms a week if counts were
 * normal (usual: .001, .001, .025). */
enum ears { EARS_C1, EARS_C2, EARS_C3 };
struct alarm alarm_ears(const int64_t *counts, size_t week, enum ears method, double alpha);

/* Cumulative sum of (count - mean) / deviation less k a week, never below 0; rings from h on
 * (Page 1954; Rossi, Lampugnani & Marchi 1999). The bound is the least count that rings. The
 * deviation is sqrt(mean + spread mean^2): Poisson counts for 0, clustered ones above. */
struct cusum {
    double mean; /* what is usual, above 0; may be set anew before each week */
    double spread;
    double k, h; /* in standard deviations; for counts 1.04 and 2.26 give a false alarm in about 100
                    weeks */
    bool resets; /* begin anew after an alarm */
    double sum;  /* 0 at the start */
};
struct alarm cusum_next(struct cusum *cusum, int64_t count);

/* Exponentially weighted mean of (count - mean) / deviation, as above; rings beyond `limit` of its
 * own standard deviations (Lucas & Saccucci 1990; Borror et al. 1998 for Poisson counts). */
struct ewma {
    double mean, spread;
    double weight, limit; /* weight of the newest week, 0 to 1 */
    double level;         /* 0 at the start */
    int64_t weeks;        /* 0 at the start */
};
struct alarm ewma_next(struct ewma *ewma, int64_t count);
double ewma_bound(const struct ewma *ewma); /* of the level, this week */

/* What is usual for a week by the `weeks` weeks before it, a guard of one week left out, and how
 * high IC025 of its count is against that. NAN: too little past. */
double alarm_ic_low(const int64_t *counts, size_t week, size_t weeks);
