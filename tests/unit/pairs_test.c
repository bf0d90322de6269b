/* Disproportionality: own small tables by hand, and the CAERS reports of 2012 against figures of an
 * independent program. */
#include "insight/pairs.h"
#include "core/buf.h"
#include "core/clock.h"
#include "insight/special.h"
#include "tests/support/shared.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;

/* The estimate printed in the vignette of the R package openEBGM, to which its figures belong. */
static const struct gps_theta vignette = {
    {3.25379356, 2.02612692}, {.39988854, 1.90807970}, .06534557};

static bool near(double a, double b, double relative)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    if (isinf(a) || isinf(b))
        return isinf(a) && isinf(b);
    return fabs(a - b) <= relative * fmax(fabs(a), fabs(b));
}

static const struct pair *pair_of(const struct pairs *pairs, const char *product, const char *event)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (text_is(pairs->rows[i].product, product) && text_is(pairs->rows[i].event, event))
            return &pairs->rows[i];
    return NULL;
}

static void a_table_small_enough_to_check_by_hand(void **state)
{
    (void)state;
    struct pairs pairs;
    struct text why;
    /* 10 reports: A with nausea 3, A with rash 1, B with nausea 2, C with rash 4; one said twice */
    const struct text input = TEXT("report\tproduct\tevent\n"
                                   "1\tA\tnausea\n2\tA\tnausea\n3\tA\tnausea\n3\tA\tnausea\n"
                                   "4\tA\trash\n5\tB\tnausea\n6\tB\tnausea\r\n"
                                   "7\tC\trash\n8\tC\trash\n9\tC\trash\n10\tC\trash\n");
    assert_int_equal(pairs_read(&pairs, &arena, input, NULL, &why), OK);
    assert_int_equal(pairs.reports, 10);
    assert_int_equal(pairs.count, 4);
    const struct pair *pair = pair_of(&pairs, "A", "nausea");
    assert_int_equal(pair->n, 3);
    assert_true(near(pair->expected, 4. * 5 / 10, 1e-14));
    assert_true(near(pair->rr, 1.5, 1e-14));
    assert_true(near(pair->prr, (3. / 4) / (2. / 6), 1e-14));
    assert_true(near(pair->ror, 3. * 4 / (1. * 2), 1e-14));
    const double error = 1.96 * sqrt(1. / 3 + 1. / 4 + 1. / 1 + 1. / 2);
    assert_true(near(pair->ror_low, 6 * exp(-error), 1e-12));
    assert_true(near(pair->ror_high, 6 * exp(error), 1e-12));
    assert_true(near(pair->ic, log2(3.5 / 2.5), 1e-14));
    assert_true(isnan(pair_of(&pairs, "B", "nausea")->ror)); /* an empty cell */
    assert_false(pairs.is_fitted);                           /* four pairs fit no prior */
    assert_true(isnan(pair->gps.ebgm));
}

static void what_is_expected_is_summed_over_strata(void **state)
{
    (void)state;
    struct pairs pairs;
    struct text why;
    const struct text input = TEXT("1\tA\tx\tF\n2\tA\ty\tF\n3\tB\tx\tF\n4\tB\ty\tF\n"
                                   "5\tA\tx\tM\n6\tB\tx\tM\n");
    assert_int_equal(pairs_read(&pairs, &arena, input, NULL, &why), OK);
    const struct pair *pair = pair_of(&pairs, "A", "x");
    assert_int_equal(pair->n, 2);
    assert_true(near(pair->expected, 2. * 2 / 4 + 1. * 2 / 2, 1e-14));
}

static void lines_that_are_no_reports_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *input, *why;
    } cases[] = {
        {"1\tA\tx\n2\tA\n", "line 2 "},
        {"1\tA\tx\tF\tmore\n", "line 1 "},
        {"\tA\tx\n", "line 1 "},
        {"1\t\tx\n", "line 1 "},
        {"1\tA\tx\tF\n1\tB\tx\tM\n", "report 1 stands in two strata"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct pairs pairs;
        struct text why;
        assert_int_equal(pairs_read(&pairs, &arena, text_of(cases[i].input), NULL, &why), INVALID);
        assert_true(text_starts(why, cases[i].why));
    }
    struct pairs pairs;
    struct text why;
    assert_int_equal(pairs_read(&pairs, &arena, TEXT(""), NULL, &why), OK);
    assert_int_equal(pairs.count, 0);
}

/* Values of R 4.2 (digamma, pgamma, qnorm). */
static void special_functions_have_their_known_values(void **state)
{
    (void)state;
    assert_true(near(digamma(1), -0.57721566490153286, 1e-14));
    assert_true(near(digamma(.25), -4.2274535333762654, 1e-14));
    assert_true(near(gamma_below(1, 2), 1 - exp(-2), 1e-14));
    assert_true(near(gamma_below(.5, 1), erf(1), 1e-13));
    assert_true(near(gamma_below(2, 30), 1 - 31 * exp(-30), 1e-14));
    assert_true(near(normal_quantile(.975), 1.9599639845400542, 1e-12));
    assert_true(near(normal_quantile(.001), -3.0902323061678135, 1e-12));
}

/* A pair of openEBGM's vignette, so that the measure is tried without the shared data too. */
static void the_shrinker_measures_a_pair_as_published(void **state)
{
    (void)state;
    const struct gps_measure top = gps_measure(&vignette, 16, 0.406436233611442);
    assert_true(fabs(top.ebgm - 23.26) < .005);
    assert_true(fabs(top.low - 15.68) < .01 && fabs(top.high - 33.48) < .01);
    const struct gps_measure first = gps_measure(&vignette, 1, 0.0360548271752);
    assert_true(near(first.ebgm, 2.22668693043, 1e-8));
    assert_true(near(first.low, 0.491073760731, 1e-8));
    assert_true(near(first.high, 13.8560632361, 1e-8));
    assert_true(near(first.first, 0.281973736023, 1e-8));
}

/* With each report's stratum (sex), or without: the published figures are without. */
static struct text caers(bool has_strata)
{
    struct text line, rest = shared_text(&arena, "data/signal/caers_2012.tsv.gz");
    struct buf out;
    if (!rest.data || has_strata)
        return rest;
    buf_open(&out, &arena, rest.size + 1);
    while (text_next(&rest, '\n', &line)) {
        for (size_t i = 0; i < 3; i++) {
            const struct text field = shared_field(line, '\t', i);
            buf_add(&out, field.data, field.size);
            buf_char(&out, i < 2 ? '\t' : '\n');
        }
    }
    return buf_done(&out);
}

/* Every figure of every pair, 12 digits given. */
static void caers_2012_agrees_in_all_17189_pairs(void **state)
{
    (void)state;
    struct pairs pairs;
    struct text why, line,
        input = caers(false),
        golden = shared_text(&arena, "golden/insight/caers2012_golden_full.csv.xz");
    if (!input.data || !golden.data)
        skip();
    const int64_t from = clock_steady_us();
    assert_int_equal(pairs_read(&pairs, &arena, input, &vignette, &why), OK);
    print_message("# %zu pairs in %d ms\n", pairs.count, (int)((clock_steady_us() - from) / 1000));
    assert_int_equal(pairs.reports, 3356);
    assert_int_equal(pairs.lines, 20156);
    assert_int_equal(pairs.count, 17189);
    size_t row = 0, signals = 0;
    assert_true(text_next(&golden, '\n', &line)); /* the heading */
    for (; text_next(&golden, '\n', &line); row++) {
        const struct pair *pair = &pairs.rows[row];
        const double ours[] = {(double)pair->n,
                               (double)pair->of_product,
                               (double)pair->of_event,
                               pair->expected,
                               pair->rr,
                               pair->prr,
                               pair->ror,
                               pair->ror_low,
                               pair->ror_high,
                               pair->ic,
                               pair->ic_low,
                               pair->gps.first,
                               pair->gps.ebgm,
                               pair->gps.low,
                               pair->gps.high};
        assert_true(text_equal(csv_field(line, 0), pair->product));
        assert_true(text_equal(csv_field(line, 1), pair->event));
        for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
            if (!near(ours[i], shared_real(csv_field(line, i + 2)), 1e-8))
                fail_msg("row %zu, figure %zu: %.12g", row, i, ours[i]);
        signals += round(pair->gps.low * 100) / 100 >= 2;
    }
    assert_int_equal(row, 17189);
    assert_int_equal(signals, 131);
}

static void the_prior_fitted_to_caers_is_the_published_one(void **state)
{
    (void)state;
    struct pairs pairs;
    struct text why, input = caers(false);
    if (!input.data)
        skip();
    const int64_t from = clock_steady_us();
    assert_int_equal(pairs_read(&pairs, &arena, input, NULL, &why), OK);
    print_message("# with fitting in %d ms\n", (int)((clock_steady_us() - from) / 1000));
    assert_true(pairs.is_fitted);
    assert_true(fabs(pairs.loss - 4162.455710) < 1e-5);
    assert_true(near(pairs.theta.shape[0], 3.255970, 1e-4));
    assert_true(near(pairs.theta.rate[0], .399990, 1e-4));
    assert_true(near(pairs.theta.shape[1], 2.023756, 1e-4));
    assert_true(near(pairs.theta.rate[1], 1.906137, 1e-4));
    assert_true(near(pairs.theta.share, .065308, 1e-4));
}

/* Two decimals, as they were printed by the package itself. */
static void published_figures_agree_to_a_hundredth(void **state)
{
    (void)state;
    struct pairs pairs;
    struct text why, line, input = caers(false);
    struct text given = shared_text(&arena, "data/signal/caers_reference_published_theta.tsv.gz");
    if (!input.data || !given.data)
        skip();
    assert_int_equal(pairs_read(&pairs, &arena, input, &vignette, &why), OK);
    assert_true(text_next(&given, '\n', &line));
    for (size_t i = 0; i < 500 && text_next(&given, '\n', &line); i++) {
        const struct text product = arena_text(&arena, shared_field(line, '\t', 0));
        const struct text event = arena_text(&arena, shared_field(line, '\t', 1));
        const struct pair *pair = pair_of(&pairs, product.data, event.data);
        assert_non_null(pair);
        assert_true(fabs(pair->gps.ebgm - shared_real(shared_field(line, '\t', 6))) <= .0051);
        assert_true(fabs(pair->gps.low - shared_real(shared_field(line, '\t', 7))) <= .0101);
        assert_true(fabs(pair->gps.high - shared_real(shared_field(line, '\t', 8))) <= .0101);
    }
}

static void caers_in_strata_agrees_with_the_package(void **state)
{
    (void)state;
    struct pairs pairs;
    struct text why, line, input = caers(true);
    struct text given =
        shared_text(&arena, "data/signal/caers_reference_stratified_by_strat1.tsv.gz");
    if (!input.data || !given.data)
        skip();
    assert_int_equal(pairs_read(&pairs, &arena, input, &vignette, &why), OK);
    assert_true(text_next(&given, '\n', &line));
    for (size_t i = 0; i < 500 && text_next(&given, '\n', &line); i++) {
        const struct text product = arena_text(&arena, shared_field(line, '\t', 0));
        const struct text event = arena_text(&arena, shared_field(line, '\t', 1));
        const struct pair *pair = pair_of(&pairs, product.data, event.data);
        assert_non_null(pair);
        if (!near(pair->expected, shared_real(shared_field(line, '\t', 3)), 1e-7))
            fail_msg("%s, %s: %.9g", product.data, event.data, pair->expected);
    }
}

/* Many postings, drug and event with nothing to do with each other: the prior has no best shape. */
static void even_pairs_end_without_a_prior_or_with_one_but_never_badly(void **state)
{
    (void)state;
    struct gps_theta theta;
    double loss;
    for (int64_t size = 10; size <= 1000000; size *= 10)
        for (int wave = 0; wave < 6; wave++) {
            struct gps_point points[60];
            for (int i = 0; i < 60; i++) {
                points[i] = (struct gps_point){.n = size + size * i / 7, .pairs = 1};
                points[i].expected = (double)points[i].n * (1 + wave * .004 * ((i * 37) % 11 - 5));
            }
            if (gps_fit(&theta, &loss, points, 60) != OK)
                continue;
            const struct gps_measure m = gps_measure(&theta, points[9].n, points[9].expected);
            assert_true(m.ebgm > .5 && m.ebgm < 2 && m.low <= m.ebgm && m.ebgm <= m.high);
        }
}

int main(void)
{
    clock_open();
    arena_open(&arena, (size_t)1 << 30);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_small_enough_to_check_by_hand),
        cmocka_unit_test(what_is_expected_is_summed_over_strata),
        cmocka_unit_test(lines_that_are_no_reports_are_named),
        cmocka_unit_test(special_functions_have_their_known_values),
        cmocka_unit_test(the_shrinker_measures_a_pair_as_published),
        cmocka_unit_test(caers_2012_agrees_in_all_17189_pairs),
        cmocka_unit_test(the_prior_fitted_to_caers_is_the_published_one),
        cmocka_unit_test(published_figures_agree_to_a_hundredth),
        cmocka_unit_test(caers_in_strata_agrees_with_the_package),
        cmocka_unit_test(even_pairs_end_without_a_prior_or_with_one_but_never_badly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
