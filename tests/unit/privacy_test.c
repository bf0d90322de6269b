/* test-seconds: 60
 * What attackers learn from reports. Each of them reads a report's bytes as a sponsor gets them and
 * whatever else is said beside him; the target's vote is a coin. The figure is the 95% upper bound
 * (Wilson) of how often he is right. TRIALS: of each attack (2000; `make torture`: 20000). What
 * follows by algebra, without chance (A3): algebra_test.c. */
#include "core/seal.h"
#include "insight/body.h"
#include "insight/population.h"
#include "tests/support/scratch.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { TARGET_GROUP = 9, TARGET_PART = 3, REACH = 600, TRIALS_USUAL = 2000 };
static struct arena arena;
static struct noise noise;

static int trials(void)
{
    int64_t count;
    return text_int(text_of(getenv("TRIALS")), 100, 1000000, &count) ? (int)count : TRIALS_USUAL;
}

/* The world's own dice, so that a million votes cost little; the reports' noise comes from where it
 * always does. */
static uint64_t dice;

static uint64_t roll(uint64_t bound)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (dice >> 11) % bound;
}

static int coin(void)
{
    return (int)roll(2);
}

static double wilson(int right, int of)
{
    const double z = 1.96, p = (double)right / of, n = of;
    return (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) /
           (1 + z * z / n);
}

/* In a short run chance alone goes beyond the bound now and then; the controls lie far beyond. */
static double most(double bound)
{
    return bound + (trials() < 10000 ? 2.2 / sqrt(trials()) : 0);
}

static double told(const char *attack, int right, int of)
{
    const double bound = wilson(right, of);
    print_message("# %-58s %.3f (at most %.3f)\n", attack, (double)right / of, bound);
    return bound;
}

/* --- what an attacker knows of noise --- */

static double pmf(int64_t k, double epsilon)
{
    const double q = exp(-epsilon);
    return (1 - q) / (1 + q) * pow(q, (double)llabs(k));
}

/* Tables of the three noises that one side of a whole may carry, and of a specialty's. */
static double small_table[2 * REACH + 1], large_table[2 * REACH + 1];

static void tables_make(void)
{
    for (int x = -200; x <= 200; x++)
        for (int y = -200; y <= 200; y++) {
            const double p = pmf(x, .25);
            const int mean = (int)lround((x + 9. * y) / 10);
            large_table[x + y + REACH] += p * pmf(y, .25);
            if (abs(y) < 60 && abs(mean) <= REACH)
                small_table[mean + REACH] += p * pmf(y, .75);
        }
}

static double log_table(const double *table, int64_t k)
{
    return llabs(k) > REACH ? -60 : log(fmax(table[k + REACH], 1e-26));
}

/* --- a question --- */

struct trial {
    struct counts counts; /* with the target */
    int way;              /* 0: he corroborates, 1: he disputes */
    struct insight_report report;
};

/* n others, a tenth of them in the target's specialty; half of them told their region, the others
 * for how long they practise: more than ever will, so that more is shown. He votes by a coin. */
static struct counts others_make(int n, int further)
{
    struct counts counts = {.of = {{{0}}}};
    for (int i = 0; i < n + further; i++) {
        const enum side side = roll(10) < 6 ? SIDE_CORROBORATE : SIDE_DISPUTE;
        counts.of[i < n ? TIER_FIRST : TIER_FURTHER][i % 10 == 0 ? TARGET_GROUP : (int)roll(8)]
                 [side]++;
        counts.parts[i % MARGINS][roll(PARTS)][side]++;
    }
    return counts;
}

static struct bytes report_bytes(const struct counts *counts, bool *is_shown)
{
    struct measured measured;
    int64_t shown, withheld;
    const struct body_head head = {.id = 1,
                                   .template = INSIGHT_RESULT,
                                   .object = 7,
                                   .period = TEXT("2026-03"),
                                   .journal_seq = 1};
    static const struct population population = {.is_known = {false}};
    measure_question(&measured, &noise, counts, true);
    *is_shown = measured.whole.is_shown;
    return body_result(&arena, &head, &measured, &population, &shown, &withheld);
}

static void target_add(struct counts *counts, enum tier tier, int way)
{
    counts->of[tier][TARGET_GROUP][way]++;
    counts->parts[MARGIN_REGION][TARGET_PART][way]++;
}

/* Whether there is a report; the target votes with this tier's votes. */
static bool trial_run(struct trial *trial, const struct counts *others, enum tier tier)
{
    bool is_shown;
    trial->counts = *others;
    trial->way = coin();
    target_add(&trial->counts, tier, trial->way);
    const struct bytes bytes = report_bytes(&trial->counts, &is_shown);
    if (is_shown)
        assert_int_equal(insight_read(&arena, bytes, &trial->report), OK);
    return is_shown;
}

/* How much likelier one figure is if the target corroborates, and it holds him. */
static double figure_odds(const struct insight_figure *figure, const int64_t others[SIDES],
                          double epsilon)
{
    double odds = 0;
    for (int s = 0; s < 2; s++) {
        const int64_t off = figure->sides[s] - others[s];
        const double more = log(pmf(off - 1, epsilon) / pmf(off, epsilon));
        odds += s == 0 ? more : -more;
    }
    return odds;
}

static const struct insight_figure *figure_of(const struct insight_figure *figures, size_t count,
                                              const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (text_is(figures[i].name, name))
            return &figures[i];
    return NULL;
}

/* How much likelier the report is if the target corroborates, given all others' votes. */
static double log_odds(const struct insight_report *report, const struct counts *others)
{
    double odds = 0;
    int64_t whole[SIDES] = {0}, group[SIDES] = {0};
    for (int t = 0; t < (report->is_large ? TIERS : 1); t++)
        for (int g = 0; g < GROUPS; g++)
            for (int s = 0; s < SIDES; s++) {
                whole[s] += others->of[t][g][s];
                group[s] += g == TARGET_GROUP ? others->of[t][g][s] : 0;
            }
    for (int s = 0; s < 2; s++) {
        const int64_t off = report->whole.sides[s] - whole[s];
        const double *table = report->is_large ? large_table : small_table;
        const double more = report->has_groups && !report->is_large
                                ? log(pmf(off - 1, .25) / pmf(off, .25))
                                : log_table(table, off - 1) - log_table(table, off);
        odds += s == 0 ? more : -more;
    }
    const struct insight_figure *own =
        figure_of(report->figures, report->figure_count, insight_group_name(TARGET_GROUP));
    if (own)
        odds += figure_odds(own, group, report->is_large ? .375 : .75);
    own = figure_of(report->parts[MARGIN_REGION], report->part_counts[MARGIN_REGION],
                    part_name(MARGIN_REGION, TARGET_PART));
    for (int s = 0; s < SIDES; s++)
        group[s] = others->parts[MARGIN_REGION][TARGET_PART][s];
    return odds + (own ? figure_odds(own, group, .25) : 0);
}

static bool guess_is_right(double odds, int way)
{
    if (odds > 1e-9)
        return way == 0;
    return odds < -1e-9 ? way == 1 : coin() == way;
}

/* --- A4: all other votes are known --- */

static void who_knows_all_other_votes_is_right_in_two_of_three_cases_and_never_sure(void **state)
{
    (void)state;
    static const struct {
        int n;
        double most;
    } cases[] = {{60, .72}, {200, .72}, {400, .66}, {1000, .66}};
    for (size_t c = 0; c < sizeof(cases) / sizeof(*cases); c++) {
        int right = 0, sure = 0;
        for (int i = 0; i < trials(); i++) {
            struct trial trial;
            const struct counts others = others_make(cases[c].n, cases[c].n / 5);
            const double odds =
                trial_run(&trial, &others, TIER_FIRST) ? log_odds(&trial.report, &others) : 0;
            const bool is_right = guess_is_right(odds, trial.way);
            right += is_right;
            sure += is_right && fabs(odds) > log(19); /* 95 of 100 */
            arena_reset(&arena, 0);
        }
        char name[80];
        snprintf(name, sizeof(name), "A4 all others known, %d voters (sure: %d)", cases[c].n, sure);
        assert_true(told(name, right, trials()) <= most(cases[c].most));
        assert_int_equal(sure, 0);
    }
}

static void control_exact_counts_above_eleven_give_every_vote_away(void **state)
{
    (void)state;
    int right = 0;
    for (int i = 0; i < 500; i++) {
        struct counts others = others_make(60, 0), counts = others;
        const int way = coin();
        counts.of[TIER_FIRST][TARGET_GROUP][way]++;
        int64_t with = 0, known = 0;
        for (int g = 0; g < GROUPS; g++) {
            with += counts.of[TIER_FIRST][g][0];
            known += others.of[TIER_FIRST][g][0];
        }
        right += (with > known ? 0 : 1) == way; /* 60 and more: all is shown */
    }
    assert_true(told("control: A4 on exact counts", right, 500) > .99);
    assert_int_equal(right, 500);
}

/* --- A1: one month's report subtracted from the next --- */

static void subtracting_months_tells_nothing(void **state)
{
    (void)state;
    int right = 0;
    for (int i = 0; i < trials(); i++) {
        struct trial later;
        struct counts nobody = {.of = {{{0}}}};
        bool is_shown;
        /* the others voted in the first month, of which he knows the report; the target alone in
         * the second */
        const struct counts others = others_make(200, 0);
        (void)report_bytes(&others, &is_shown);
        const bool has_second = trial_run(&later, &nobody, TIER_FIRST);
        const double odds =
            has_second ? (double)(later.report.whole.sides[0] - later.report.whole.sides[1]) : 0;
        right += guess_is_right(odds, later.way);
        arena_reset(&arena, 0);
    }
    assert_true(told("A1 two months subtracted", right, trials()) <= most(.52));
}

/* All votes so far, drawn anew each week: the mean of what was before is subtracted from the mean
 * of what is after. */
static void control_reports_of_all_so_far_give_the_vote_away(void **state)
{
    (void)state;
    enum { WEEKS = 8 };
    int right = 0, tries = 2000;
    for (int i = 0; i < tries; i++) {
        const int way = coin();
        double before = 0, after = 0;
        for (int week = 0; week < WEEKS; week++) {
            before += (double)(noise_draw(&noise, 32) - noise_draw(&noise, 32)) / WEEKS;
            after +=
                (double)((way == 0 ? 1 : -1) + noise_draw(&noise, 32) - noise_draw(&noise, 32)) /
                WEEKS;
        }
        right += guess_is_right(after - before, way);
    }
    assert_true(told("control: A1 on all votes so far, eight weeks", right, tries) > .75);
}

/* --- A2: any two documents subtracted --- */

static void subtracting_documents_tells_nothing(void **state)
{
    (void)state;
    /* Of exact sums, too, he would be right in 508 of 1,000 cases: the difference moves by 1 either
     * way where chance alone moves it by 50. So many tries that the bound is not met by luck. */
    const int tries = 5 * trials();
    int right = 0;
    for (int i = 0; i < tries; i++) {
        struct trial trial;
        struct insight_report again;
        bool is_shown;
        const struct counts others = others_make(1000, 200);
        if (!trial_run(&trial, &others, TIER_FIRST)) {
            right += coin();
            continue;
        }
        /* the same bytes for the second sponsor, and whatever another month's report says */
        const struct counts month = others_make(1000, 200);
        const struct bytes bytes = report_bytes(&month, &is_shown);
        assert_int_equal(insight_read(&arena, bytes, &again), OK);
        const double odds = (double)(trial.report.whole.sides[0] - again.whole.sides[0]) -
                            (double)(trial.report.whole.sides[1] - again.whole.sides[1]);
        right += guess_is_right(odds, trial.way);
        arena_reset(&arena, 0);
    }
    assert_true(told("A2 two documents subtracted", right, tries) <= most(.52));
}

/* The same question asked twenty times, with noise drawn anew each time. */
static void control_fresh_noise_averages_away(void **state)
{
    (void)state;
    int right = 0, tries = 500;
    for (int i = 0; i < tries; i++) {
        struct trial trial;
        double odds = 0;
        const struct counts others = others_make(200, 0);
        (void)trial_run(&trial, &others, TIER_FIRST);
        for (int k = 0; k < 20; k++) {
            bool is_shown;
            const struct bytes bytes = report_bytes(&trial.counts, &is_shown);
            if (is_shown && insight_read(&arena, bytes, &trial.report) == OK)
                odds += log_odds(&trial.report, &others);
        }
        right += guess_is_right(odds, trial.way);
        arena_reset(&arena, 0);
    }
    assert_true(told("control: twenty draws of one report", right, tries) > .93);
}

/* --- A5: ten colluders --- */

static void ten_colluders_do_not_learn_whether_the_eleventh_voted(void **state)
{
    (void)state;
    int right = 0, right_exact = 0;
    for (int i = 0; i < trials(); i++) {
        struct trial trial;
        bool is_shown, cell_shown = false;
        struct counts counts = {.of = {{{0}}}};
        for (int k = 0; k < 200; k++)
            counts.of[TIER_FIRST][k % 8][coin()]++;
        const int voted = coin();
        counts.of[TIER_FIRST][TARGET_GROUP][SIDE_CORROBORATE] = 10 + voted;
        const struct bytes bytes = report_bytes(&counts, &is_shown);
        if (is_shown && insight_read(&arena, bytes, &trial.report) == OK)
            for (size_t k = 0; k < trial.report.figure_count; k++)
                cell_shown |=
                    text_is(trial.report.figures[k].name, insight_group_name(TARGET_GROUP));
        right += cell_shown == voted;
        right_exact += (10 + voted >= INSIGHT_K) == voted;
        arena_reset(&arena, 0);
    }
    assert_true(told("A5 ten colluders", right, trials()) <= most(.55));
    assert_int_equal(right_exact, trials()); /* control: a test of the true count */
}

/* The same ten alone in their region, of which the figures are shown from 24 on. */
static void nor_when_they_are_alone_in_their_region(void **state)
{
    (void)state;
    int right = 0;
    for (int i = 0; i < trials(); i++) {
        struct trial trial;
        struct counts counts = others_make(800, 0);
        bool is_shown, cell_shown = false;
        const int voted = coin();
        memset(counts.parts[MARGIN_REGION][TARGET_PART], 0, sizeof(counts.parts[0][0]));
        counts.parts[MARGIN_REGION][TARGET_PART][SIDE_CORROBORATE] = 10 + voted;
        const struct bytes bytes = report_bytes(&counts, &is_shown);
        if (is_shown && insight_read(&arena, bytes, &trial.report) == OK)
            cell_shown = figure_of(trial.report.parts[MARGIN_REGION],
                                   trial.report.part_counts[MARGIN_REGION],
                                   part_name(MARGIN_REGION, TARGET_PART));
        right += cell_shown == voted;
        arena_reset(&arena, 0);
    }
    assert_true(told("A5 ten colluders alone in a region", right, trials()) <= most(.55));
}

/* --- A7: always the same way --- */

/* Others whom the attacker does not know vote by coins: their sum is known but for its spread. */
static double odds_half_known(const struct trial *trial, const struct counts *others, int unknown)
{
    const struct insight_figure *whole = &trial->report.whole;
    int64_t with = 0, against = 0;
    for (int t = 0; t < (trial->report.is_large ? TIERS : 1); t++)
        for (int g = 0; g < GROUPS; g++) {
            with += others->of[t][g][0];
            against += others->of[t][g][1];
        }
    const double variance = 2 * whole->variance + unknown;
    /* of with - against: 2 from one way to the other */
    return 2 * (double)(whole->sides[0] - whole->sides[1] - (with - against)) / variance;
}

static double stance_run(int n, int questions, bool all_known)
{
    int right = 0;
    for (int i = 0; i < trials(); i++) {
        const int way = coin();
        double odds = 0;
        for (int q = 0; q < questions; q++) {
            struct trial trial;
            bool is_shown;
            struct counts others = others_make(n, n / 5), hidden = others;
            const int unknown = n / 2;
            for (int k = 0; !all_known && k < unknown; k++)
                hidden.of[TIER_FIRST][k % 8][coin()]++;
            trial.counts = hidden;
            target_add(&trial.counts, q < TALLY_CAP_FEW ? TIER_FIRST : TIER_FURTHER, way);
            const struct bytes bytes = report_bytes(&trial.counts, &is_shown);
            if (!is_shown || insight_read(&arena, bytes, &trial.report) != OK)
                continue;
            odds += all_known ? log_odds(&trial.report, &others)
                              : odds_half_known(&trial, &others, unknown);
            arena_reset(&arena, 0);
        }
        right += guess_is_right(odds, way);
    }
    char name[80];
    snprintf(name, sizeof(name), "A7 one way in %d counted votes, %d voters, %s known", questions,
             n, all_known ? "all" : "half");
    return told(name, right, trials());
}

static void one_way_in_all_counted_votes_is_known_no_better_than_said(void **state)
{
    (void)state;
    assert_true(stance_run(400, TALLY_CAP, true) <= most(.80));
    assert_true(stance_run(400, TALLY_CAP, false) <= most(.70));
    assert_true(stance_run(200, TALLY_CAP_FEW, true) <= most(.90));
    assert_true(stance_run(60, TALLY_CAP_FEW, true) <= most(.90));
    assert_true(stance_run(60, TALLY_CAP_FEW, false) <= most(.70));
}

/* --- A8: words of few authors --- */

static void words_that_are_shown_have_eleven_authors_but_for_one_in_a_hundred(void **state)
{
    (void)state;
    int shown = 0, few = 0;
    for (int week = 0; week < trials() / 100; week++)
        for (int term = 1; term <= 3000; term++) { /* Zipf: 400 authors of the first */
            const int64_t authors = 400 / term + (int64_t)roll(3);
            const struct figure figure = measure_number(&noise, authors);
            shown += figure.is_shown;
            few += figure.is_shown && authors < INSIGHT_K;
        }
    print_message("# A8 %d of %d shown words have fewer than %d authors\n", few, shown, INSIGHT_K);
    assert_true(shown > 100 && few * 100 <= shown * (trials() < 10000 ? 2 : 1));
}

/* --- A10: the region itself --- */

/* All other votes, their regions and how the target voted are known; where he practises is not, and
 * he stands in so many large questions. One in four without any report. */
static double region_run(int questions, int tries, bool exact)
{
    int right = 0;
    for (int i = 0; i < tries; i++) {
        const int region = (int)roll(PARTS);
        double odds[PARTS] = {0};
        for (int q = 0; q < questions; q++) {
            const struct counts others = others_make(500, 0);
            struct counts counts = others;
            struct measured measured;
            counts.of[TIER_FIRST][TARGET_GROUP][0]++;
            counts.parts[MARGIN_REGION][region][0]++;
            measure_question(&measured, &noise, &counts, true);
            for (int r = 0; r < PARTS; r++) {
                const struct figure *figure = &measured.parts[MARGIN_REGION][r];
                const int64_t known = others.parts[MARGIN_REGION][r][0];
                if (exact)
                    odds[r] += (double)(counts.parts[MARGIN_REGION][r][0] - known);
                else if (measured.has_parts && figure->is_shown)
                    odds[r] += log(pmf(figure->sides[0] - known - 1, .25) /
                                   pmf(figure->sides[0] - known, .25));
            }
        }
        int best = (int)roll(PARTS);
        for (int r = 0; r < PARTS; r++)
            best = odds[r] > odds[best] + 1e-9 ? r : best;
        right += best == region;
    }
    char name[80];
    snprintf(name, sizeof(name), "%sA10 region of one who stands in %d large questions",
             exact ? "control, exact: " : "", questions);
    return told(name, right, tries);
}

static void a_region_is_told_by_few_questions_hardly_and_by_many_as_said(void **state)
{
    (void)state;
    assert_true(region_run(1, trials(), false) <= most(.36));
    assert_true(region_run(5, trials() / 2, false) <= most(.48));
    assert_true(region_run(20, trials() / 10, false) <= most(.72));
    assert_true(region_run(1, 200, true) > .97);
}

int main(void)
{
    (void)scratch_open();
    arena_open(&arena, 64u << 20);
    tables_make();
    seal_random(&dice, sizeof(dice));
    dice |= 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_knows_all_other_votes_is_right_in_two_of_three_cases_and_never_sure),
        cmocka_unit_test(control_exact_counts_above_eleven_give_every_vote_away),
        cmocka_unit_test(subtracting_months_tells_nothing),
        cmocka_unit_test(control_reports_of_all_so_far_give_the_vote_away),
        cmocka_unit_test(subtracting_documents_tells_nothing),
        cmocka_unit_test(control_fresh_noise_averages_away),
        cmocka_unit_test(ten_colluders_do_not_learn_whether_the_eleventh_voted),
        cmocka_unit_test(nor_when_they_are_alone_in_their_region),
        cmocka_unit_test(one_way_in_all_counted_votes_is_known_no_better_than_said),
        cmocka_unit_test(words_that_are_shown_have_eleven_authors_but_for_one_in_a_hundred),
        cmocka_unit_test(a_region_is_told_by_few_questions_hardly_and_by_many_as_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
