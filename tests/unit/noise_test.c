/* The noise that protects members: its distribution, and that it is drawn in whole numbers. */
#include "insight/noise.h"
#include "core/seal.h"
#include "tests/support/scratch.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { REACH = 60 };
static struct noise noise;

static size_t draws(void)
{
    const char *asked = getenv("DRAWS");
    return asked ? strtoull(asked, NULL, 10) : 400000;
}

static double chance(int k, int sixteenths)
{
    const double q = exp(-sixteenths / 16.);
    return (1 - q) / (1 + q) * pow(q, abs(k));
}

/* Sum of (seen - expected)^2 / expected over values that are expected often enough, as a number of
 * standard deviations from what it should be. */
static double chi_square(const int64_t *seen, size_t count, int sixteenths)
{
    double sum = 0, rest = (double)count, rest_seen = (double)count;
    int cells = 0;
    for (int k = -REACH; k <= REACH; k++) {
        const double expected = chance(k, sixteenths) * (double)count;
        if (expected < 20)
            continue;
        sum += pow((double)seen[k + REACH] - expected, 2) / expected;
        rest -= expected;
        rest_seen -= (double)seen[k + REACH];
        cells++;
    }
    if (rest > 5)
        sum += pow(rest_seen - rest, 2) / rest;
    return (sum - cells) / sqrt(2. * cells);
}

static void sample(int64_t *seen, size_t count, int sixteenths, double *variance)
{
    memset(seen, 0, (2 * REACH + 1) * sizeof(*seen));
    *variance = 0;
    for (size_t i = 0; i < count; i++) {
        const int64_t k = noise_draw(&noise, sixteenths);
        *variance += (double)(k * k) / (double)count;
        if (llabs(k) <= REACH)
            seen[k + REACH]++;
    }
}

static void draws_follow_the_discrete_laplace_distribution(void **state)
{
    (void)state;
    static const int each[] = {1, 4, 6, 12, 16, 64};
    static int64_t seen[2 * REACH + 1];
    for (size_t i = 0; i < sizeof(each) / sizeof(*each); i++) {
        double variance;
        const double q = exp(-each[i] / 16.), expected = 2 * q / ((1 - q) * (1 - q));
        sample(seen, draws(), each[i], &variance);
        const double z = chi_square(seen, draws(), each[i]);
        if (fabs(z) > 4.5) /* a fair sampler goes so far once in 100,000 tries */
            fail_msg("%d sixteenths: chi square is %.1f deviations off", each[i], z);
        /* of the mean of squares: the fourth moment of a Laplace distribution is 6 variance^2 */
        if (fabs(variance / expected - 1) > 6 * sqrt(5. / (double)draws()))
            fail_msg("%d sixteenths: variance %.3f, not %.3f", each[i], variance, expected);
    }
}

static void control_a_rounded_laplace_is_seen(void **state)
{
    (void)state;
    static int64_t seen[2 * REACH + 1];
    memset(seen, 0, sizeof(seen));
    for (size_t i = 0; i < draws(); i++) {
        const double u = ((double)seal_random_below(1u << 30) + .5) / (1u << 30) - .5;
        const long k = lround(-copysign(1, u) * log(1 - 2 * fabs(u)) * 4); /* scale 4 */
        if (labs(k) <= REACH)
            seen[k + REACH]++;
    }
    assert_true(fabs(chi_square(seen, draws(), 4)) > 4.5);
}

int main(void)
{
    (void)scratch_open();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_follow_the_discrete_laplace_distribution),
        cmocka_unit_test(control_a_rounded_laplace_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
