#pragma once
/* A result weighted until it resembles all physicians, from released figures alone: the whole, and
 * up to three margins (specialty, region, years in practice), each noisy.
 *
 * Joint cells are nobody's to see. In their place stands the joint table that says least beyond
 * what was released (maximum entropy): among those who corroborate, and among those who dispute,
 * specialty, region and years are independent. Its rows are raked to the targets (rake.h), weights
 * cut at 0.3 and 3. Figures that are withheld are left out, and the others of their margin share
 * their targets.
 *
 * The interval: sampling, times Kish's design effect; the noise of the whole; and what each margin
 * adds as it moves the share by sum(target - own part) x share of the part: its noise, and where
 * only half of the members were asked, that this half is a sample too (the delta method). */
#include "insight/insight.h"

enum { WEIGHTING_MARGINS = 3, WEIGHTING_PARTS_MAX = 25 };

struct weighting_part {
    double with, against; /* released; below 1 together: left out */
    double variance;      /* of the noise on either */
    double target;        /* of the population: any unit */
};
struct weighting_margin {
    struct weighting_part parts[WEIGHTING_PARTS_MAX];
    size_t count; /* below 2: not weighted by */
    bool is_half; /* half of the members were asked */
};
struct weighting {
    struct weighting_part whole;
    struct weighting_margin margins[WEIGHTING_MARGINS];
};

/* False when no margin has two parts. */
bool weighting_share(const struct weighting *weigh, struct insight_share *share);
