#include "insight/special.h"
#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>

enum { TERMS_MAX = 100000 };

double digamma(double x)
{
    double sum = 0;
    assert(x > 0);
    for (; x < 10; x++)
        sum -= 1 / x;
    const double f = 1 / (x * x);
    return sum + log(x) - .5 / x -
           f * (1. / 12 - f * (1. / 120 -
                               f * (1. / 252 - f * (1. / 240 - f * (1. / 132 - f * 691 / 32760)))));
}

static double series(double a, double x)
{
    double term = 1 / a, sum = term;
    for (int i = 1; i < TERMS_MAX && fabs(term) > fabs(sum) * DBL_EPSILON / 4; i++) {
        term *= x / (a + i);
        sum += term;
    }
    return sum * exp(-x + a * log(x) - lgamma(a));
}

/* The share above x, by Lentz' method. */
static double fraction(double a, double x)
{
    double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
    for (int i = 1; i < TERMS_MAX; i++) {
        const double step = -i * (i - a);
        b += 2;
        d = step * d + b;
        d = 1 / (d == 0 ? 1e-300 : d);
        c = b + step / c;
        c = c == 0 ? 1e-300 : c;
        h *= d * c;
        if (fabs(d * c - 1) < DBL_EPSILON)
            break;
    }
    return exp(-x + a * log(x) - lgamma(a)) * h;
}

double gamma_below(double a, double x)
{
    assert(a > 0);
    if (x <= 0)
        return 0;
    return x < a + 1 ? series(a, x) : 1 - fraction(a, x);
}

double gamma_density(double a, double x)
{
    return exp(-x + (a - 1) * log(x) - lgamma(a));
}

double normal_quantile(double p)
{
    assert(p > 0 && p < 1);
    double low = -40, high = 40;
    while (high - low > 1e-13) {
        const double middle = (low + high) / 2;
        if (erfc(-middle * M_SQRT1_2) / 2 < p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

double negative_binomial_quantile(double p, double mean, double dispersion)
{
    enum { MOST = 10 * 1000 * 1000 };
    const bool is_poisson = dispersion <= 1;
    const double size = is_poisson ? 0 : mean / (dispersion - 1), missed = 1 - 1 / dispersion;
    double term = is_poisson ? -mean : -size * log(dispersion), sum = exp(term), k = 0;
    assert(p > 0 && p < 1 && mean > 0);
    for (; sum < p && k < MOST; sum += exp(term)) {
        k++;
        term += is_poisson ? log(mean / k) : log((size + k - 1) / k * missed);
    }
    return k;
}
