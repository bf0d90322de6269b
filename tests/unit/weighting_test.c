/* Weighted results, from votes to what a report says: nearer to all physicians than the voters are,
 * within its interval as often as it says; and by which figures. */
#include "insight/weighting.h"
#include "insight/body.h"
#include "insight/population.h"
#include "core/conf.h"
#include "schema/release.h"
#include "tests/support/scratch.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { SPECIALTIES = 6, VOTERS = 1500, WORLDS = 1500 };
static struct arena arena;
static struct noise noise;
static uint64_t dice = 88172645463325252u;

static double roll(void)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (double)(dice >> 11) * 0x1p-53;
}

static int draw(const double *weights, int count)
{
    double sum = 0, left;
    int i = 0;
    for (int k = 0; k < count; k++)
        sum += weights[k];
    left = roll() * sum;
    while (i < count - 1 && left >= weights[i])
        left -= weights[i++];
    return i;
}

/* What physicians think by specialty, region and years, and how likely each of them is a member:
 * the young ones of the Northeast and West, and internists, are here too often. */
static const double minds[3][SPECIALTIES] = {
    {.10, -.05, -.15, .05, 0, -.20}, {.12, 0, -.08, .06}, {.15, .05, -.05, -.15}};
static const double zeal[3][SPECIALTIES] = {
    {2, 1, .7, 1, .8, .6}, {1.6, .8, .7, 1.4}, {2, 1.2, .8, .5}};
static const struct population population = {
    .is_known = {true, true},
    .physicians = {{200, 210, 360, 230}, {250, 250, 250, 250}},
    .source = {{"A source of regions", 19}, {"A source of years", 17}},
};

static double truth(void)
{
    double share = .55, of[3] = {0};
    for (int i = 0; i < SPECIALTIES; i++)
        of[0] += (double)group_physicians(i);
    for (int i = 0; i < SPECIALTIES; i++)
        share += minds[0][i] * (double)group_physicians(i) / of[0];
    for (int m = 0; m < MARGINS; m++) {
        for (int i = 0; i < PARTS; i++)
            of[1 + m] += population.physicians[m][i];
        for (int i = 0; i < PARTS; i++)
            share += minds[1 + m][i] * population.physicians[m][i] / of[1 + m];
    }
    return share;
}

/* Half of the voters are asked for each, and six in ten of them tell. */
static struct counts world_make(void)
{
    double weights[3][SPECIALTIES];
    struct counts counts = {.of = {{{0}}}};
    for (int i = 0; i < SPECIALTIES; i++)
        weights[0][i] = zeal[0][i] * (double)group_physicians(i);
    for (int m = 0; m < MARGINS; m++)
        for (int i = 0; i < PARTS; i++)
            weights[1 + m][i] = zeal[1 + m][i] * population.physicians[m][i];
    for (int v = 0; v < VOTERS; v++) {
        const int s = draw(weights[0], SPECIALTIES),
                  told[MARGINS] = {draw(weights[1], PARTS), draw(weights[2], PARTS)};
        const double mind = .55 + minds[0][s] + minds[1][told[0]] + minds[2][told[1]];
        const enum side side = roll() < mind ? SIDE_CORROBORATE : SIDE_DISPUTE;
        const enum margin asked = roll() < .5 ? MARGIN_REGION : MARGIN_YEARS;
        counts.of[TIER_FIRST][s][side]++;
        if (roll() < .6)
            counts.parts[asked][told[asked]][side]++;
    }
    return counts;
}

static struct insight_report report_of(const struct counts *counts, const struct population *to)
{
    struct measured measured;
    struct insight_report report;
    int64_t shown, withheld;
    const struct body_head head = {.id = 1,
                                   .template = INSIGHT_RESULT,
                                   .object = 7,
                                   .period = TEXT("2026-03"),
                                   .journal_seq = 1};
    measure_question(&measured, &noise, counts, true);
    const struct bytes body = body_result(&arena, &head, &measured, to, &shown, &withheld);
    assert_int_equal(insight_read(&arena, body, &report), OK);
    return report;
}

static void a_weighted_share_is_within_its_interval_as_often_as_it_says(void **state)
{
    (void)state;
    const struct population none = {.is_known = {false}};
    int held = 0, held_plain = 0, held_by_specialty = 0;
    double off = 0, off_plain = 0, wide = 0;
    for (int i = 0; i < WORLDS; i++) {
        const struct counts counts = world_make();
        const struct insight_report report = report_of(&counts, &population);
        const struct insight_share plain = insight_share(&report.whole), w = report.weighted;
        const struct insight_share by_specialty = report_of(&counts, &none).weighted;
        assert_true(report.is_weighted && report.sources[INSIGHT_BY_YEARS].size > 0);
        held += w.low <= truth() && truth() <= w.high;
        held_plain += plain.low <= truth() && truth() <= plain.high;
        held_by_specialty += by_specialty.low <= truth() && truth() <= by_specialty.high;
        off += (w.share - truth()) / WORLDS;
        off_plain += (plain.share - truth()) / WORLDS;
        wide += (w.high - w.low) / 2 / WORLDS;
        arena_reset(&arena, 0);
    }
    print_message("# off by %.3f (unweighted %.3f), intervals of +-%.3f hold %.1f %% (unweighted "
                  "%.1f %%, by specialty alone %.1f %%)\n",
                  off, off_plain, wide, 100. * held / WORLDS, 100. * held_plain / WORLDS,
                  100. * held_by_specialty / WORLDS);
    assert_true(held > WORLDS * .93 && held < WORLDS * .99);
    assert_true(off_plain > .05 && fabs(off) < off_plain / 4);
    assert_true(held_plain < WORLDS / 2); /* control: without weights it is missed */
    assert_true(held_by_specialty < held);
}

static void margins_without_figures_are_not_weighted_by(void **state)
{
    (void)state;
    struct population half = population;
    const struct counts counts = world_make();
    half.is_known[MARGIN_YEARS] = false;
    const struct insight_report report = report_of(&counts, &half);
    assert_true(text_is(report.sources[INSIGHT_BY_REGION], "A source of regions"));
    assert_null(report.sources[INSIGHT_BY_YEARS].data);
    /* Shown all the same, though the noise withholds a part now and then. */
    assert_in_range(report.part_counts[MARGIN_YEARS], 1, PARTS);
}

static void one_margin_alone_is_what_a_hand_would_reckon(void **state)
{
    (void)state;
    struct insight_share share;
    struct weighting weigh = {
        .whole = {90, 110, 0, 1},
        .margins = {{.parts = {{80, 20, 0, .25}, {10, 90, 0, .75}}, .count = 2}}};
    assert_true(weighting_share(&weigh, &share));
    assert_true(fabs(share.share - (.25 * .8 + .75 * .1)) < 1e-12);
    assert_true(fabs(share.design_effect - (.5 * .5 + 1.5 * 1.5) / 2) < 1e-12);
    weigh.margins[0].count = 1;
    assert_false(weighting_share(&weigh, &share));
}

static void two_halves_that_lean_one_way_are_both_set_right(void **state)
{
    (void)state;
    struct insight_share share;
    const struct weighting weigh = {
        .whole = {500, 500, 0, 1},
        .margins = {{.count = 0},
                    {.parts = {{150, 50, 0, .5}, {50, 150, 0, .5}}, .count = 2, .is_half = true},
                    {.parts = {{120, 180, 0, .5}, {80, 20, 0, .5}}, .count = 2, .is_half = true}}};
    assert_true(weighting_share(&weigh, &share));
    /* regions are even already; of years (.4, .8) the second is twice too rare: about .6 */
    assert_true(share.share > .57 && share.share < .62 && share.design_effect > 1);
}

static enum result load(struct db *db, const char *file, struct text *why)
{
    return population_load(db, &arena, text_of(file), why);
}

static void distributions_are_taken_whole_with_their_source_or_not_at_all(void **state)
{
    (void)state;
    struct db *db;
    struct text why;
    struct population p;
    (void)scratch_open();
    assert_int_equal(db_open(&db, &release_store, conf_store("release"), ROLE_ANALYST, DB_LOG, 0),
                     OK);
    static const char *const good = "# of 2031\n\nregion\tsource\tThe Bureau, 2031\n"
                                    "region\tNortheast\t1\nregion\tMidwest\t2\n"
                                    "region\tSouth\t3\nregion\tWest\t4\n";
    assert_int_equal(load(db, good, &why), OK);
    assert_int_equal(population_get(db, &arena, &p), OK);
    assert_true(p.is_known[MARGIN_REGION] && !p.is_known[MARGIN_YEARS]);
    assert_true(p.physicians[MARGIN_REGION][3] > 3.5);
    assert_true(text_is(p.source[MARGIN_REGION], "The Bureau, 2031"));
    static const char *const bad[] = {"",
                                      "region\tWest\t4\n",
                                      "region\tNowhere\t4\n",
                                      "height\tWest\t4\n",
                                      "region\tWest\t-4\n",
                                      ("region\tNortheast\t9\nregion\tMidwest\t9\n"
                                       "region\tSouth\t9\nregion\tWest\t9\n")};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_int_equal(load(db, bad[i], &why), INVALID);
        assert_non_null(why.data);
    }
    assert_int_equal(population_get(db, &arena, &p), OK);
    assert_true(p.physicians[MARGIN_REGION][3] < 4.5); /* as before */
    db_close(db);
}

int main(void)
{
    (void)scratch_open();
    arena_open(&arena, 32u << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_weighted_share_is_within_its_interval_as_often_as_it_says),
        cmocka_unit_test(margins_without_figures_are_not_weighted_by),
        cmocka_unit_test(one_margin_alone_is_what_a_hand_would_reckon),
        cmocka_unit_test(two_halves_that_lean_one_way_are_both_set_right),
        cmocka_unit_test(distributions_are_taken_whole_with_their_source_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
