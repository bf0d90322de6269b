/* From counts to figures: what is shown, what is spent, and what a reader may work out. */
#include "insight/measure.h"
#include "insight/body.h"
#include "insight/population.h"
#include "tests/support/scratch.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;
static struct noise noise;

static struct counts spread(int n)
{
    struct counts counts = {.of = {{{0}}}};
    for (int i = 0; i < n; i++)
        counts.of[TIER_FIRST][i % 3][i % 10 < 7 ? SIDE_CORROBORATE : SIDE_DISPUTE]++;
    return counts;
}

/* What each kind of vote gave, by the same sum as the store's trigger. */
enum { KINDS = 4 };
static void spent_of(const struct measured *m, int sums[KINDS])
{
    for (int kind = 0; kind < KINDS; kind++) {
        sums[kind] = 0;
        for (size_t i = 0; i < m->spent_count; i++)
            sums[kind] += m->spent[i].votes >> kind & 1 ? m->spent[i].sixteenths : 0;
    }
}

static void no_vote_gives_more_than_its_budget(void **state)
{
    (void)state;
    static const int sizes[] = {0, 5, 20, 60, 95, 105, 150, 290, 310, 1000};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        for (int k = 0; k < 200; k++) {
            struct measured m;
            int sums[KINDS];
            const struct counts counts = spread(sizes[i]);
            measure_question(&m, &noise, &counts, true);
            spent_of(&m, sums);
            assert_true(sums[0] >= 4);
            for (int kind = 0; kind < KINDS; kind++)
                assert_true(sums[kind] <= EPSILON_WHOLE);
            assert_true(!m.has_parts ||
                        sums[0] + 4 > EPSILON_WHOLE); /* control: both would not do */
            assert_int_equal(m.whole.n, m.whole.sides[0] + m.whole.sides[1] + m.whole.sides[2]);
        }
}

static void small_questions_are_withheld_and_large_ones_broken_down(void **state)
{
    (void)state;
    int shown[4] = {0}, groups[4] = {0};
    static const int sizes[] = {0, 60, 200, 600};
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 1000; k++) {
            struct measured m;
            const struct counts counts = spread(sizes[i]);
            measure_question(&m, &noise, i == 0 ? NULL : &counts, true);
            shown[i] += m.whole.is_shown;
            groups[i] += m.has_groups;
        }
    assert_true(shown[0] <= 3);
    assert_true(shown[1] > 900 && groups[1] < 10);
    assert_true(shown[2] == 1000 && groups[2] > 990);
    assert_true(shown[3] == 1000 && groups[3] == 1000);
}

/* Of specialties that are shown, how many have fewer than 11 people behind them? */
static void what_is_shown_has_eleven_people_behind_it_but_for_one_case_in_fifty(void **state)
{
    (void)state;
    int shown = 0, few = 0;
    for (int k = 0; k < 4000; k++) {
        struct measured m;
        struct counts counts = {.of = {{{0}}}};
        for (int g = 0; g < GROUPS; g++) /* 1 to 49 in each */
            for (int i = 0; i < 2 * g + 1; i++)
                counts.of[TIER_FIRST][g][i % 2]++;
        measure_question(&m, &noise, &counts, true);
        for (int g = 0; g < GROUPS && m.has_groups; g++) {
            shown += m.groups[g].is_shown;
            few += m.groups[g].is_shown && 2 * g + 1 < MEASURE_K;
        }
    }
    print_message("# %d of %d shown specialties have fewer than %d\n", few, shown, MEASURE_K);
    assert_true(shown > 10000 && few * 50 < shown);
}

static void an_interval_holds_the_true_share_as_often_as_it_says(void **state)
{
    (void)state;
    int held = 0, tries = 4000;
    for (int k = 0; k < tries; k++) {
        struct measured m;
        struct counts counts = {.of = {{{0}}}};
        for (int i = 0; i < 150; i++) /* drawn from a world of a known share */
            counts.of[TIER_FIRST][0][noise_draw(&noise, 16) % 2 == 0 ? 0 : 1]++;
        measure_question(&m, &noise, &counts, true);
        struct insight_figure figure = {.n = m.whole.n,
                                        .variance = (double)m.whole.variance_e2 / 100};
        memcpy(figure.sides, m.whole.sides, sizeof(figure.sides));
        const struct insight_share share = insight_share(&figure);
        const double q = exp(-1), even = (1 - q) / (1 + q) * (1 + 2 * q * q / (1 - q * q));
        held += share.low <= even && even <= share.high;
    }
    print_message("# %.1f %% of intervals hold the true share\n", 100. * held / tries);
    assert_true(held > tries * .935 && held < tries * .985);
}

static void a_report_reads_back_as_it_was_written(void **state)
{
    (void)state;
    struct measured m;
    struct insight_report report;
    int64_t shown, withheld;
    const struct population population = {.is_known = {false}};
    const struct counts counts = spread(600);
    measure_question(&m, &noise, &counts, true);
    const struct body_head head = {.id = 7,
                                   .template = INSIGHT_RESULT,
                                   .object = 17,
                                   .period = TEXT("2026-03"),
                                   .journal_seq = 9};
    const struct bytes body = body_result(&arena, &head, &m, &population, &shown, &withheld);
    assert_int_equal(insight_read(&arena, body, &report), OK);
    assert_int_equal(report.id, 7);
    assert_int_equal(report.object, 17);
    assert_true(text_is(report.period, "2026-03"));
    assert_int_equal(report.whole.n, m.whole.n);
    assert_int_equal(report.whole.sides[1], m.whole.sides[1]);
    assert_true(report.has_groups && report.is_large);
    assert_int_equal(report.figure_count, shown);
    assert_int_equal(report.withheld, withheld);
    assert_int_equal(shown + withheld, GROUPS);
    assert_true(text_is(report.figures[0].name, "Internal medicine"));
    assert_int_equal(report.figures[0].n, m.groups[0].n);
    const struct insight_share share = report.weighted;
    assert_true(report.is_weighted && share.design_effect >= 1);
    assert_true(share.low < share.share && share.share < share.high);
    assert_non_null(report.sources[INSIGHT_BY_SPECIALTY].data);
    assert_null(report.sources[INSIGHT_BY_REGION].data); /* nobody told, so none is shown */
    assert_true(report.has_parts);
    assert_int_equal(insight_read(&arena, text_bytes(TEXT("{}")), &report), INVALID);
    assert_int_equal(insight_read(&arena, text_bytes(TEXT("{")), &report), INVALID);
}

int main(void)
{
    (void)scratch_open();
    arena_open(&arena, 8u << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_vote_gives_more_than_its_budget),
        cmocka_unit_test(small_questions_are_withheld_and_large_ones_broken_down),
        cmocka_unit_test(what_is_shown_has_eleven_people_behind_it_but_for_one_case_in_fifty),
        cmocka_unit_test(an_interval_holds_the_true_share_as_often_as_it_says),
        cmocka_unit_test(a_report_reads_back_as_it_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
