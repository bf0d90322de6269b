#pragma once
/* Functions of mathematics that libm lacks, in double precision (relative error below 1e-12 in the
 * ranges used here: shape 1e-3 to 1e5). No state. */

/* Logarithmic derivative of the gamma function, x > 0. Abramowitz & Stegun 6.3.18. */
double digamma(double x);
/* Regularised lower incomplete gamma P(a, x): the share of a gamma distribution of shape `a` and
 * rate 1 that lies below x. Series below a + 1, continued fraction above (A&S 6.5.29, 6.5.31). */
double gamma_below(double a, double x);
/* Density of the same distribution at x > 0. */
double gamma_density(double a, double x);
/* The point of the standard normal distribution below which the share p lies, 0 < p < 1. */
double normal_quantile(double p);
/* The least whole number that a negative binomial variable with this mean (above 0) and variance
 * `dispersion` times as large stays at or below with the chance p; Poisson for a dispersion of 1.
 */
double negative_binomial_quantile(double p, double mean, double dispersion);
