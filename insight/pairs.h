#pragma once
/* Which product is reported with which event more often than it should be: the table of all pairs
 * of a set of reports with the usual measures of disproportionality. A signal is a question for a
 * person, never an answer: reports are no rates.
 *
 * Memory: about 100 bytes a line of input beside the input itself, in the arena. */
#include "core/arena.h"
#include "insight/gps.h"

enum {
    PAIRS_LINES_MAX = 20 * 1000 * 1000,
    PAIRS_WORD_MAX = 1000, /* bytes of an id, product, event or stratum */
};

struct pair {
    struct text product, event; /* borrowed from the input */
    int64_t n;                  /* reports that name both */
    int64_t of_product, of_event;
    /* Expected if product and event had nothing to do with each other; in strata: the sum over
     * them. */
    double expected;
    double rr;  /* n / expected */
    double prr; /* proportional reporting ratio (Evans 2001); infinite when no other product has the
                   event, NAN when every report names the product */
    double ror, ror_low, ror_high; /* reporting odds ratio and its 95% interval; NAN when a cell of
                                      the four is empty */
    double ic, ic_low; /* information component and its lower bound IC025 (Noren 2013) */
    struct gps_measure gps;
};

struct pairs {
    struct pair *rows; /* by product, then event, in the order of bytes */
    size_t count;
    int64_t reports, lines;
    struct gps_theta theta;
    double loss;
    bool is_fitted; /* false: too few pairs to fit a prior; gps is NAN */
};

/* Lines of "report TAB product TAB event [TAB stratum]"; a first line that begins with "id" or
 * "report" is a heading. A report names several products and events on several lines; naming one
 * twice counts once. Lines without a stratum belong to the stratum ''. theta: NULL to fit it.
 * INVALID and *why with the line's number for a line that is not so, or a report in two strata;
 * TOO_MUCH beyond the limits. */
MUST_USE enum result pairs_read(struct pairs *pairs, struct arena *arena, struct text input,
                                const struct gps_theta *theta, struct text *why);
/* The same from counts: rows have product, event, n, of_product and of_event. */
void pairs_measure(struct pairs *pairs, struct arena *arena);
/* ic and ic_low, also for terms of a week: log2((n+.5)/(e+.5)), and the same less
 * 3.3/sqrt(n+.5) + 2/(n+.5)^1.5. */
double ic_of(double n, double expected);
double ic_low_of(double n, double expected);
