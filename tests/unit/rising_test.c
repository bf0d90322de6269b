/* Words that rise, as sponsors and as the desk may see them, in simulated worlds: 3,000 words of
 * Zipf's frequencies, overdispersed as postings are (gamma, alpha .1). */
#include "core/seal.h"
#include "insight/close.h"
#include "insight/insight.h"
#include "insight/pairs.h"
#include "tests/support/scratch.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { WORDS = 3000, BASELINE = 26, WEEKS = 8, TRIES = 2000 };
static struct noise noise;
/* IC025 of true counts that gives the desk one false alarm a week. */
static const double DESK = .64;
static uint64_t dice = 88172645463325252u;

static double uniform(void)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return ((double)(dice >> 11) + .5) / 9007199254740992.;
}

static double normal(void)
{
    return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

/* Gamma of shape 10 and mean 1 (Wilson-Hilferty), then Poisson. */
static int64_t authors(double mean)
{
    const double g = 1 - 1 / 90. + normal() / sqrt(90.), rate = mean * fmax(0, g * g * g);
    if (rate > 40)
        return (int64_t)fmax(0, round(rate + sqrt(rate) * normal()));
    const double limit = exp(-rate);
    int64_t k = 0;
    for (double p = uniform(); p > limit; p *= uniform())
        k++;
    return k;
}

static double usual_of(int word)
{
    return 60 / pow(word + 1, .8);
}

/* How many false alarms a week 3,000 words give, and how often `extra` authors are found at once.
 */
static bool rings(double mean, int64_t extra, bool noisy)
{
    double expected = 0;
    for (int i = 0; i < BASELINE; i++) {
        const int64_t n = authors(mean) + (noisy ? noise_draw(&noise, EPSILON_WHOLE) : 0);
        expected += fmax(0, (double)n) / BASELINE;
    }
    const int64_t n = authors(mean) + extra + (noisy ? noise_draw(&noise, EPSILON_WHOLE) : 0);
    return noisy ? close_is_rising(n, expected) : ic_low_of((double)n, expected) > DESK;
}

static double found(int64_t extra, bool noisy)
{
    int count = 0;
    for (int i = 0; i < TRIES; i++)
        count += rings(usual_of((int)(uniform() * WORDS)), extra, noisy);
    return (double)count / TRIES;
}

static double false_alarms(bool noisy)
{
    int count = 0;
    for (int week = 0; week < WEEKS; week++)
        for (int word = 0; word < WORDS; word++)
            count += rings(usual_of(word), 0, noisy);
    return (double)count / WEEKS;
}

static void sponsors_see_twelve_more_authors_in_the_first_week(void **state)
{
    (void)state;
    const double alarms = false_alarms(true), twelve = found(12, true), twenty = found(20, true);
    print_message("# sponsors: %.2f false alarms a week; +12 %.2f, +20 %.2f\n", alarms, twelve,
                  twenty);
    assert_true(alarms < 2.5); /* eight weeks: chance */
    assert_true(twelve >= .80);
    assert_true(twenty >= .98);
}

static void the_desk_sees_five_more_authors_by_the_second_week(void **state)
{
    (void)state;
    const double alarms = false_alarms(false), five = found(5, false);
    const double by_second = 1 - (1 - five) * (1 - five);
    print_message("# desk: %.2f false alarms a week; +5 %.2f, by the second week %.2f\n", alarms,
                  five, by_second);
    assert_true(alarms < 2.5); /* eight weeks: chance */
    assert_true(by_second >= .85);
}

/* Sums over weeks, by the desk's own function: how many weeks between alarms of a word that does
 * not change, and after how many weeks three times as many authors are found. */
struct following {
    double weeks_between, delay;
};

static struct following follow(enum insight_sign kind, double mean)
{
    enum { SERIES = 300, LONG = 160, FIRST = 27, CHANGE = 60, MOST = 30 };
    int64_t still[LONG], rising[LONG], writers[LONG];
    struct insight_watched watched[LONG];
    struct following f = {0, 0};
    int alarms = 0;
    for (int s = 0; s < SERIES; s++) {
        for (int i = 0; i < LONG; i++) {
            writers[i] = 100;
            still[i] = authors(mean);
            rising[i] = authors(i < CHANGE ? mean : 3 * mean);
        }
        insight_watch(still, writers, LONG, watched);
        for (int i = FIRST; i < LONG; i++)
            alarms += watched[i].signs[kind].rings && !watched[i - 1].signs[kind].rings;
        insight_watch(rising, writers, LONG, watched);
        int at = CHANGE;
        while (at < CHANGE + MOST && !watched[at].signs[kind].rings)
            at++;
        f.delay += (double)(at - CHANGE + 1) / SERIES;
    }
    f.weeks_between = (double)(SERIES * (LONG - FIRST)) / fmax(1, alarms);
    return f;
}

static void the_desk_follows_a_word_for_200_weeks_between_false_alarms(void **state)
{
    (void)state;
    static const double means[] = {1.5, 5, 20};
    for (size_t i = 0; i < 3; i++)
        for (int kind = INSIGHT_SIGN_CUSUM; kind < INSIGHT_SIGNS; kind++) {
            const struct following f = follow((enum insight_sign)kind, means[i]);
            print_message("# %s, %.1f authors: %.0f weeks between, three times as many in %.1f\n",
                          kind == INSIGHT_SIGN_CUSUM ? "CUSUM" : "EWMA", means[i], f.weeks_between,
                          f.delay);
            assert_true(f.weeks_between > 110 && f.weeks_between < 400);
            assert_true(means[i] < 5 || f.delay <= 3);
        }
}

/* A word of nobody rings at its third author; nothing rings before there is a past. */
static void the_desk_is_told_of_a_new_word_but_of_none_without_a_past(void **state)
{
    (void)state;
    int64_t words[40] = {0}, writers[40];
    struct insight_watched watched[40];
    for (int i = 0; i < 40; i++)
        writers[i] = 50;
    words[2] = 9;
    words[38] = 9;
    insight_watch(words, writers, 40, watched);
    assert_true(isnan(watched[2].usual) && !watched[2].signs[INSIGHT_SIGN_IC].rings);
    assert_true(watched[38].signs[INSIGHT_SIGN_IC].rings);
    assert_false(watched[37].signs[INSIGHT_SIGN_IC].rings);
    assert_true(isnan(watched[38].signs[INSIGHT_SIGN_CUSUM].value)); /* too rare to be summed up */
    writers[38] = 200; /* four times as busy a week: so much more is usual */
    words[20] = 26;
    insight_watch(words, writers, 40, watched);
    assert_true(fabs(watched[38].usual - 4) < 1e-9);
}

int main(void)
{
    (void)scratch_open();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sponsors_see_twelve_more_authors_in_the_first_week),
        cmocka_unit_test(the_desk_sees_five_more_authors_by_the_second_week),
        cmocka_unit_test(the_desk_follows_a_word_for_200_weeks_between_false_alarms),
        cmocka_unit_test(the_desk_is_told_of_a_new_word_but_of_none_without_a_past),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
