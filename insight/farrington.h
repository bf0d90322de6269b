#pragma once
/* Bounds for weekly counts that have seasons and years of past: the two detectors that public
 * health runs on notified diseases. Both need years, which words of a young house do not have;
 * alarm.h has what works from the eighth week on. */
#include "insight/alarm.h"

/* What the first needs at least: counts up to that many weeks before. */
enum { FARRINGTON_PAST = 4 * 53 + 4 };

/* Farrington's method as changed by Noufaily et al. (Statistics in Medicine 32:1206, 2013). A
 * quasi-Poisson regression on four years with a linear trend and ten seasons: the seven weeks
 * around the same date of each year are one, the rest of the year is cut into nine. The last 26
 * weeks are left out, lest an outbreak under way teaches itself. Weeks whose Anscombe residual is
 * beyond 2.58 are weighed down by its square, so that past outbreaks do not hide new ones; the
 * trend is dropped where it leads beyond all that was ever counted. The bound is the 1 - alpha
 * quantile of the negative binomial with the fitted mean and dispersion, and rings when it is
 * passed. No bound where fewer than 5 cases fell into this week and the four before, or the fit
 * fails. week_ms: the start of that week, by whose date the same weeks of former years are found.
 */
struct alarm alarm_farrington(const int64_t *counts, size_t week, int64_t week_ms, double alpha);

/* The Bayesian predictive quantile (Hohle, algo.bayes; Riebler 2004): the three weeks before, and
 * the seven around the same week of two former years, are taken as Poisson of one mean with
 * Jeffreys' prior. The bound is the 1 - alpha quantile of the next count, and rings when it is
 * reached or passed. */
struct alarm alarm_bayes(const int64_t *counts, size_t week, double alpha);
