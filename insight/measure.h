#pragma once
/* From counts to figures that may leave the house. Every figure is a count plus noise (noise.h);
 * what is shown, what is broken down and what is withheld is decided on noisy figures alone, never
 * on the true ones: a test of the true count tells whoever knows all others whether one more was
 * there. What a vote may cost in all is 16 sixteenths of one unit of epsilon, over its whole life.
 *
 * How it is spent: 4 on the question as a whole. Then, by the noisy number of voters: fewer than
 * MEASURE_LEAST_FIRST nothing further, nothing is shown; fewer than MEASURE_SOME: 12 on the whole
 * again, and what is shown is the mean of both, weighted by their precision; fewer than
 * MEASURE_MANY: 12 on the specialties; from there on the further votes (tally.h) count too, at 4,
 * and the specialties get 6. (Regions and years in practice are not known to this house: their 6
 * stay unspent.) */
#include "insight/noise.h"
#include "insight/tally.h"

enum {
    EPSILON_WHOLE = 16, /* sixteenths: 1 */
    MEASURE_SOME = 100,
    MEASURE_MANY = 300,
    MEASURE_K = 11,
    /* MEASURE_K + ln(25)/epsilon, rounded up: with so much noise, what is shown has fewer than
     * MEASURE_K people behind it in about one case of a hundred. */
    MEASURE_LEAST_FIRST = 24, /* at 4/16 */
    MEASURE_LEAST = 15,       /* at 16/16, and for the mean of both measurements */
};

enum measurement {
    MEASURE_WHOLE = 1,
    MEASURE_AGAIN,
    MEASURE_GROUPS,
    MEASURE_FURTHER,
    MEASURE_KINDS
};
/* Which votes a measurement used up: both kinds are apart, so neither pays for the other. */
enum { VOTES_FIRST = 1, VOTES_FURTHER = 2 };

struct spending {
    int measure, votes, sixteenths;
};

struct figure {
    bool is_shown;
    int64_t n;            /* the sides together */
    int64_t sides[SIDES]; /* noisy: below 0 now and then */
    int64_t variance_e2;  /* of each side, in hundredths */
};

struct measured {
    struct figure whole;
    bool has_groups;
    struct figure groups[GROUPS];
    struct spending spent[MEASURE_KINDS];
    size_t spent_count;
};

/* counts: NULL for a question nobody voted on, which is measured all the same. */
void measure_question(struct measured *measured, struct noise *noise, const struct counts *counts);

/* A number of people at the whole of epsilon. */
struct figure measure_number(struct noise *noise, int64_t count);
/* A number of members at a quarter of epsilon, rounded to 50 and never below 0. */
int64_t measure_members(struct noise *noise, int64_t count);
/* Variance of the noise in hundredths. */
int64_t measure_variance_e2(int sixteenths);
