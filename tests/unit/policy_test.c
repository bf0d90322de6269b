/* The first rule set against its own formulas written a second time in C, and what happens when a
 * rule set fails. */
#include "ranking/policy.h"
#include "core/clock.h"
#include "tests/support/scratch.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;
static struct policy policy;
static uint64_t seed = 20250101;

static double draw(double low, double high)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return low + (high - low) * (double)(seed >> 11) / (double)(1ull << 53);
}

static double whole(double high)
{
    return floor(draw(0, high + 1));
}

static void assert_near(double got, double expected, const char *what)
{
    if (!(fabs(got - expected) <= 1e-9))
        fail_msg("%s: %.17g, expected %.17g", what, got, expected);
}

/* --- the formulas once more --- */

static double ramp(double x, double low, double high)
{
    return x <= low ? 1 : x >= high ? 0 : (high - x) / (high - low);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double logit(double p)
{
    return log(p / (1 - p));
}

struct voter {
    double votes, ups, site_votes, site_ups, up_good, good, up_bad, bad;
};

static struct voter voter_draw(void)
{
    struct voter v = {.votes = whole(300), .site_votes = 0};
    v.ups = whole(v.votes);
    v.site_votes = v.votes + whole(5000);
    v.site_ups = v.ups + whole(v.site_votes - v.votes);
    v.good = draw(0, 100);
    v.up_good = draw(0, v.good);
    v.bad = draw(0, 60);
    v.up_bad = draw(0, v.bad);
    return v;
}

static void rates(const struct voter *v, double *a, double *b)
{
    double site = (v->site_ups + 20 * .74) / (v->site_votes + 20);
    double own = (v->ups + 8 * site) / (v->votes + 8), rare = fmin(1, site / .74);
    *a = .77 * sqrt(rare);
    *b = .38 * pow(rare, 1.6);
    if (own > site) {
        double s = (own - site) / (1 - site);
        *a += (1 - *a) * s;
        *b += (1 - *b) * s;
    } else {
        *a *= own / site;
        *b *= own / site;
    }
    *a = (v->up_good + 8 * *a) / (v->good + 8);
    *b = (v->up_bad + 8 * *b) / (v->bad + 8);
}

/* How far a topic is a member's field, by his acts in it and in all. */
static double field(double in_field, double acts)
{
    return 1 - ramp((in_field + 4 * .3) / (acts + 4), .15, .4);
}

static void votes_weigh_as_the_reference_says(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct voter v = voter_draw();
        double sign = whole(1) * 2 - 1, independent = draw(0, 1), trust = draw(0, 1), a, b, r[3];
        double acts = whole(60), in_field = whole(acts), standing = draw(-.5, .5);
        double author_acts = whole(60), author_in_field = whole(author_acts);
        rates(&v, &a, &b);
        a = fmin(.98, fmax(.02, a));
        b = fmin(.98, fmax(.02, b));
        double expert = 1.2 * fmin(2, fmax(.5, 1 + 3 * standing));
        double w = independent * trust * (.4 + (expert - .4) * field(in_field, acts));
        double odds =
            sign > 0 ? fmin(2.2, fmax(0, log(a / b))) : -fmin(2.2, fmax(0, log((1 - b) / (1 - a))));
        double weight =
            w * fmin(2, fmax(0, (a - b) / .39)) * (.2 + .8 * field(author_in_field, author_acts));
        POLICY_CALL(&policy, POLICY_VOTE, r, sign, independent, trust, whole(3), in_field, acts,
                    v.votes, v.ups, v.site_votes, v.site_ups, v.up_good, v.good, v.up_bad, v.bad,
                    standing, author_in_field, author_acts);
        assert_near(r[0], w * odds, "odds");
        assert_near(r[1], weight, "weight");
        assert_near(r[2], weight * ((sign > 0) - .5 * (a + b)), "residual");
    }
}

static void members_score_as_the_reference_says(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct voter v = voter_draw();
        double weight = draw(0, 200), residual = draw(-100, 100), a, b, r[4];
        rates(&v, &a, &b);
        POLICY_CALL(&policy, POLICY_MEMBER_SCORE, r, weight, residual, v.votes, v.ups, v.site_votes,
                    v.site_ups, v.up_good, v.good, v.up_bad, v.bad);
        assert_near(r[0], residual / (weight + 3) + .2 * ((a - b) - .39), "score");
        assert_near(r[0], r[1] + r[2], "parts");
        assert_true(r[3] == (weight < 3 ? 0 : r[0] < .13 ? 1 : r[0] < .24 ? 2 : 3));
    }
}

static void links_and_trust_are_as_the_reference_says(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        double na = whole(40), va = whole(na), nv = whole(40), av = whole(nv), got;
        double s = draw(0, .5), t = draw(0, .5);
        double x = fmax(0, va - na * s - sqrt(na * s)) / (na + 3);
        double y = fmax(0, av - nv * t - sqrt(nv * t)) / (nv + 3);
        POLICY_CALL(&policy, POLICY_LINK, &got, va, na, s, av, nv, t);
        assert_near(got, ramp(x, .25, .45) * ramp(fmin(x, y), .05, .20), "link");
        double own = draw(0, 1), product = draw(0, 1), rival = draw(0, 1), sign = whole(1) * 2 - 1;
        POLICY_CALL(&policy, POLICY_INDEPENDENCE, &got, sign, own, product, rival);
        assert_near(got, sign < 0 && rival < .5 ? 0 : own * product, "independence");
        double votes = whole(100), dependent = draw(0, votes);
        POLICY_CALL(&policy, POLICY_TRUST, &got, votes, dependent);
        assert_near(got, ramp(dependent / (votes + 5), .05, .15), "trust");
        double credit = draw(-.1, .2) * votes, alone = draw(0, .3) * votes;
        double of_all = whole(200);
        POLICY_CALL(&policy, POLICY_WORTH, &got, votes, credit, alone, of_all);
        double worth = fmax(0, fmin(1, (credit / (votes + 8) - .005) / .015)) *
                       fmin(1, alone / (votes + 8) / .05);
        assert_near(got, votes > 0 ? worth : of_all < 100 ? 1 : .03, "worth");
    }
}

static void settlement_is_as_the_reference_says(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        double sum = draw(-40, 40), author = draw(-1, 1), known, r[4];
        double n = whole(2000), s = draw(0, n), m = whole(50), t = draw(0, m);
        double votes = whole(9000), ups = whole(votes), site = (ups + 14.8) / (votes + 20);
        double mean = (s + 300 * sigmoid(logit(site) - logit(.74))) / (n + 300);
        POLICY_CALL(&policy, POLICY_POSTING_SCORE, r, sum, author, n, s, votes, ups);
        double total = r[1];
        assert_near(total, sum + fmin(0, logit(mean)), "odds");
        assert_near(r[0], total + 8 * author, "score");
        assert_near(r[3], sigmoid(total), "probability");
        POLICY_CALL(&policy, POLICY_KNOWN, &known, n, s, m, t);
        assert_near(known, logit((t + 4 * (s + 5) / (n + 10)) / (m + 4)), "known");
        double sign = whole(1) * 2 - 1, ind = draw(0, 1), own = draw(-2, 2), before = draw(-9, 9);
        double alone = whole(1);
        POLICY_CALL(&policy, POLICY_SETTLE, r, sign, ind, own, total, known, before, alone);
        double others = sigmoid(total - own), was = sigmoid(known + before);
        assert_near(r[0], others, "others");
        assert_near(r[1], ind * fmax(.15, 4 * was * (1 - was)), "teaches");
        double gain = sign * (others - was), refuted = .25 * sign * (others - .5);
        assert_near(r[2], (refuted < 0 ? fmin(gain, refuted) : gain) * ind, "credit");
        assert_near(r[3], alone * ind, "alone");
    }
}

/* The same order as adding up decayed acts, at any time. */
static void rising_is_a_decayed_sum(void **state)
{
    (void)state;
    double key = -1e6, sum = 0, day = 20000;
    for (int i = 0; i < 200; i++) {
        double pause = draw(0, 2), weight = draw(0, 1), act = 1 + whole(2);
        day += pause;
        sum = sum * exp2(-pause / 3) + weight * (act == 2 ? 1.5 : 1);
        POLICY_CALL(&policy, POLICY_RISING, &key, key, act, weight, day);
        assert_true(fabs(exp2(key - day / 3) - sum) < 1e-9);
    }
}

static void the_reference_would_notice_another_constant(void **state)
{
    (void)state;
    struct text script = policy_first_script(), why;
    char *changed = arena_take(&arena, script.size + 1);
    memcpy(changed, script.data, script.size);
    char *place = strstr(changed, "{ 2.2, 0.5, 6,");
    assert_non_null(place);
    place[4] = '1';
    struct policy other = {.failed_seq = -1};
    assert_int_equal(policy_push(&other, &arena, (struct text){changed, script.size}, 0, &why), OK);
    double r[3], s[3];
    POLICY_CALL(&other, POLICY_VOTE, r, 1, 1, 1, 0, 9, 9, 50, 25, 1000, 600, 90, 90, 0, 50, 0, 9,
                9);
    POLICY_CALL(&policy, POLICY_VOTE, s, 1, 1, 1, 0, 9, 9, 50, 25, 1000, 600, 90, 90, 0, 50, 0, 9,
                9);
    assert_true(fabs(r[0] - s[0]) > 1e-3);
    policy_close(&other);
}

/* --- failing sets --- */

/* The first script with `what` put behind it: a later definition of a function wins. */
static struct text script_with(const char *what)
{
    struct text first = policy_first_script();
    return arena_format(&arena, "%.*s\n%s\n", (int)first.size, first.data, what);
}

static void a_failing_set_is_put_aside_and_the_one_before_answers(void **state)
{
    (void)state;
    struct policy p = {.failed_seq = -1};
    struct text why;
    assert_int_equal(policy_push(&p, &arena, policy_first_script(), 0, &why), OK);
    assert_int_equal(policy_push(&p, &arena,
                                 script_with("function trust(n, s) if n > 50 then return 0/0 end "
                                             "return 1.0 * (n < 20 and s < 10 and 1 or 0) end"),
                                 7, &why),
                     OK);
    double trust;
    POLICY_CALL(&p, POLICY_TRUST, &trust, 3, 3);
    assert_true(trust == 1 && p.failed_seq == -1 && policy_holds(&p)->active_seq == 7);
    POLICY_CALL(&p, POLICY_TRUST, &trust, 51, 0);
    assert_true(trust == 1 && p.failed_seq == 7 && policy_holds(&p)->active_seq == 0);
    assert_string_equal(p.why, "trust: value 1 is not a finite number");
    assert_false(p.broken);
    policy_close(&p);
}

static void a_script_from_before_votes_knew_their_voters_standing_goes_on(void **state)
{
    (void)state;
    struct policy p = {.failed_seq = -1};
    struct text why, first = policy_first_script(), rest = first, line;
    char *older = arena_take(&arena, first.size + 200), *end = older;
    while (text_next(&rest, '\n', &line) && !text_starts(line, "examples"))
        end += snprintf(end, line.size + 2, "%.*s\n", (int)line.size, line.data);
    char *after = end;
    end += snprintf(end, 150,
                    "function vote(a, b, c, d, e, f, g, h, i, j, k, l, m, n) "
                    "return a, b, n end\nfunction worth(a, b, c) return c end\n");
    assert_int_equal(policy_push(&p, &arena, (struct text){older, (size_t)(end - older)}, 0, &why),
                     OK);
    double r[3], worth;
    POLICY_CALL(&p, POLICY_VOTE, r, 1, .5, 1, 0, 9, 9, 50, 25, 99, 60, 90, 90, 0, 50, 7, 8, 9);
    assert_true(r[0] == 1 && r[1] == .5 && r[2] == 50);
    POLICY_CALL(&p, POLICY_WORTH, &worth, 1, 2, 3, 4);
    assert_true(worth == 3);
    policy_close(&p);
    /* control: any other number of arguments is a fault */
    end = after + snprintf(after, 150, "function worth(a, b) return b end\n");
    assert_int_equal(
        policy_push(&policy, &arena, (struct text){older, (size_t)(end - older)}, 0, &why),
        INVALID);
    assert_non_null(strstr(why.data, "function worth takes 2 arguments, but is given 4"));
}

static void without_a_set_left_the_policy_says_it_is_broken(void **state)
{
    (void)state;
    struct policy p = {.failed_seq = -1};
    struct text why;
    double known = 5;
    assert_int_equal(policy_push(&p, &arena,
                                 script_with("function known(n, s, m, t) return n / 0 end"), 0,
                                 &why),
                     OK);
    POLICY_CALL(&p, POLICY_KNOWN, &known, 1, 1, 1, 1);
    assert_true(p.broken && known == 0);
    policy_close(&p);
}

static void a_set_that_does_not_load_changes_nothing(void **state)
{
    (void)state;
    struct text why;
    size_t count = policy.count;
    assert_int_equal(policy_push(&policy, &arena, TEXT("function trust("), 9, &why), INVALID);
    assert_int_equal(policy_push(&policy, &arena, TEXT("P = {}"), 9, &why), INVALID);
    assert_true(text_starts(why, "there is no function link"));
    assert_int_equal(
        policy_push(&policy, &arena, script_with("function trust(...) return 2 end"), 9, &why),
        INVALID);
    assert_non_null(strstr(why.data, "example 7"));
    assert_int_equal(policy.count, count);
}

static void many_sets_one_after_the_other_keep_the_first(void **state)
{
    (void)state;
    struct policy p = {.failed_seq = -1};
    struct text why;
    for (int i = 0; i < 6; i++)
        assert_int_equal(policy_push(&p, &arena, policy_first_script(), i, &why), OK);
    assert_int_equal(p.count, POLICY_SETS_MAX);
    assert_int_equal(p.sets[0].active_seq, 0);
    assert_int_equal(p.sets[1].active_seq, 4);
    assert_int_equal(policy_holds(&p)->active_seq, 5);
    policy_close(&p);
}

static void a_rule_set_takes_less_than_64_KiB(void **state)
{
    (void)state;
    print_message("Lua memory of the first rule set: %zu KiB\n",
                  rule_memory(policy.sets[0].rules) / 1024);
    assert_true(rule_memory(policy.sets[0].rules) < 64 * 1024);
}

static void the_first_script_has_at_most_200_lines(void **state)
{
    (void)state;
    struct text rest = policy_first_script(), line;
    int lines = 0;
    while (text_next(&rest, '\n', &line))
        lines++;
    assert_in_range(lines, 1, 200);
}

int main(void)
{
    (void)scratch_open();
    arena_open(&arena, 8u << 20);
    struct text why;
    policy.failed_seq = -1;
    if (policy_push(&policy, &arena, policy_first_script(), 0, &why) != OK) {
        fprintf(stderr, "%s\n", why.data);
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(votes_weigh_as_the_reference_says),
        cmocka_unit_test(members_score_as_the_reference_says),
        cmocka_unit_test(links_and_trust_are_as_the_reference_says),
        cmocka_unit_test(settlement_is_as_the_reference_says),
        cmocka_unit_test(rising_is_a_decayed_sum),
        cmocka_unit_test(the_reference_would_notice_another_constant),
        cmocka_unit_test(a_failing_set_is_put_aside_and_the_one_before_answers),
        cmocka_unit_test(a_script_from_before_votes_knew_their_voters_standing_goes_on),
        cmocka_unit_test(without_a_set_left_the_policy_says_it_is_broken),
        cmocka_unit_test(a_set_that_does_not_load_changes_nothing),
        cmocka_unit_test(many_sets_one_after_the_other_keep_the_first),
        cmocka_unit_test(a_rule_set_takes_less_than_64_KiB),
        cmocka_unit_test(the_first_script_has_at_most_200_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
