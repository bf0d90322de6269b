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
 * the specialties get 6, regions 4 and years in practice 4. No vote stands in both of the latter,
 * since each member is asked for one of them only: so it gives 4 + 6 + 4. The last 2 stay unspent:
 * with them, who knows all other votes would be right in 65 of 100 cases instead of 63, and who
 * knows them of five votes that went one way in 81 instead of 77. */
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
    MEASURE_REGIONS,
    MEASURE_YEARS,
    MEASURE_KINDS
};
/* Which votes a measurement used up: four kinds apart, none of which pays for another. First (1)
 * and further (2) votes of members asked for their region; the same (4, 8) of those asked for
 * years. */
enum { VOTES_FIRST = 1 | 4, VOTES_FURTHER = 2 | 8, VOTES_REGION = 1 | 2, VOTES_YEARS = 4 | 8 };

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
    bool has_parts;
    struct figure parts[MARGINS][PARTS];
    struct spending spent[MEASURE_KINDS];
    size_t spent_count;
};

/* counts: NULL for a question nobody voted on, which is measured all the same. with_parts: large
 * ones by region and years too; false while too few members told either, as released
 * (close.c). */
void measure_question(struct measured *measured, struct noise *noise, const struct counts *counts,
                      bool with_parts);

/* A number of people at the whole of epsilon. */
struct figure measure_number(struct noise *noise, int64_t count);
/* A number of members at a quarter of epsilon, rounded to 50 and never below 0. */
int64_t measure_members(struct noise *noise, int64_t count);
/* Variance of the noise in hundredths. */
int64_t measure_variance_e2(int sixteenths);
