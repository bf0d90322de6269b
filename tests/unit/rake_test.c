/* Weights: margins met, limits kept, the design effect told. */
#include "insight/rake.h"
#include "tests/support/shared.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { ROWS_MAX = 500, MARGINS = 3 };
static struct arena arena;

static void two_margins_are_met_at_once(void **state)
{
    (void)state;
    static const uint8_t sex[] = {0, 0, 0, 1, 1, 1, 1, 1}, place[] = {0, 1, 1, 0, 0, 1, 0, 1};
    static const double sexes[] = {.5, .5}, places[] = {.25, .75};
    const struct rake_margin margins[] = {{sex, sexes, 2}, {place, places, 2}};
    double weights[8], men = 0, first = 0;
    struct raked raked;
    assert_int_equal(rake(&raked, weights, NULL, 8, margins, 2, 0, INFINITY), OK);
    assert_true(raked.rounds < RAKE_ROUNDS_MAX && raked.off < 1e-12);
    for (int i = 0; i < 8; i++) {
        men += sex[i] == 0 ? weights[i] : 0;
        first += place[i] == 0 ? weights[i] : 0;
    }
    assert_true(fabs(men - 4) < 1e-9 && fabs(first - 2) < 1e-9);
    assert_true(raked.design_effect > 1);
    assert_int_equal(rake(&raked, weights, NULL, 0, margins, 2, 0, INFINITY), INVALID);
}

static void a_weight_beyond_the_limits_is_cut_and_said(void **state)
{
    (void)state;
    static const uint8_t part[] = {0, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    static const double targets[] = {.9, .1};
    const struct rake_margin margin = {part, targets, 2};
    double weights[10];
    struct raked raked;
    assert_int_equal(rake(&raked, weights, NULL, 10, &margin, 1, .3, 3), OK);
    assert_true(weights[0] == 3 && weights[1] == .3);
    assert_int_equal(raked.trimmed, 10);
}

static void a_row_may_stand_for_many(void **state)
{
    (void)state;
    static const uint8_t part[] = {0, 1};
    static const double targets[] = {.25, .75}, bases[] = {100, 300};
    const struct rake_margin margin = {part, targets, 2};
    double weights[2];
    struct raked raked;
    assert_int_equal(rake(&raked, weights, bases, 2, &margin, 1, .3, 3), OK);
    assert_true(fabs(weights[0] - 1) < 1e-12 && fabs(raked.design_effect - 1) < 1e-12);
    assert_int_equal(rake(&raked, weights, NULL, 2, &margin, 1, .3, 3), OK);
    assert_true(fabs(weights[0] - .5) < 1e-12 && fabs(weights[1] - 1.5) < 1e-12);
    assert_true(fabs(raked.design_effect - (.5 * .5 + 1.5 * 1.5) / 2) < 1e-12);
}

static void the_margin_of_error_adds_sampling_and_protection(void **state)
{
    (void)state;
    assert_true(fabs(margin_of_error(.5, 1032, 1, 0) - .0305) < 1e-4);
    assert_true(fabs(margin_of_error(.5, 100, 2, .0016) - 1.96 * sqrt(.005 + .0016)) < 1e-12);
}

static uint8_t part_of(const char *const *names, struct text name)
{
    uint8_t i = 0;
    while (names[i] && !text_is(name, names[i]))
        i++;
    assert_non_null(names[i]);
    return i;
}

static void golden_weights_are_met_to_ten_digits(void **state)
{
    (void)state;
    static const char *const names[MARGINS][6] = {{"IM", "FM", "PED", "EM", "OTH", NULL},
                                                  {"NE", "MW", "S", "W", NULL},
                                                  {"<10", "10-19", "20+", NULL}};
    static const double targets[MARGINS][5] = {
        {.143, .141, .072, .056, .588}, {.20, .21, .36, .23}, {.3, .3, .4}};
    static uint8_t cells[MARGINS][ROWS_MAX];
    static double weights[ROWS_MAX], golden[ROWS_MAX], agree[ROWS_MAX];
    struct text line, text = shared_text(&arena, "golden/insight/rake_golden.csv");
    size_t rows = 0;
    if (!text.data || !text_next(&text, '\n', &line))
        skip();
    for (; text_next(&text, '\n', &line); rows++) {
        for (size_t k = 0; k < MARGINS; k++)
            cells[k][rows] = part_of(names[k], shared_field(line, ',', k));
        agree[rows] = shared_real(shared_field(line, ',', 3));
        golden[rows] = shared_real(shared_field(line, ',', 4));
    }
    const struct rake_margin margins[] = {
        {cells[0], targets[0], 5}, {cells[1], targets[1], 4}, {cells[2], targets[2], 3}};
    struct raked raked;
    double sum = 0, agreed = 0;
    assert_int_equal(rows, 400);
    assert_int_equal(rake(&raked, weights, NULL, rows, margins, MARGINS, 0, INFINITY), OK);
    for (size_t i = 0; i < rows; i++) {
        assert_true(fabs(weights[i] - golden[i]) < 1e-10);
        sum += weights[i];
        agreed += weights[i] * agree[i];
    }
    assert_true(fabs(agreed / sum - .596486364) < 1e-9);
    assert_true(fabs(raked.design_effect - 1.572185497) < 1e-9);
    assert_int_equal(rake(&raked, weights, NULL, rows, margins, MARGINS, .3, 3), OK);
    for (size_t i = 0; i < rows; i++)
        assert_true(weights[i] >= .3 && weights[i] <= 3);
    assert_true(raked.design_effect < 1.572185497);
}

int main(void)
{
    arena_open(&arena, (size_t)1 << 30);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_margins_are_met_at_once),
        cmocka_unit_test(a_weight_beyond_the_limits_is_cut_and_said),
        cmocka_unit_test(a_row_may_stand_for_many),
        cmocka_unit_test(the_margin_of_error_adds_sampling_and_protection),
        cmocka_unit_test(golden_weights_are_met_to_ten_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
