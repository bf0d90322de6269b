/* A6: an earmark made so narrow that the statement tells of one member. The attacker knows all
 * other payees; the target was paid or not, by a coin. TRIALS: 20,000; SEED: 1. */
#include "core/arena.h"
#include "core/seal.h"
#include "ledger/earmark/tranche.h"
#include "tests/support/chance.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { K = 11, KEPT_BACK = 12, OTHERS_MOST = 80, DRAWS = 200000 };

static int trials(void)
{
    int64_t count;
    return text_int(text_of(getenv("TRIALS")), 100, 1000000, &count) ? (int)count : 20000;
}

static double wilson(int right, int of)
{
    const double z = 1.96, p = (double)right / of, n = of;
    return (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) /
           (1 + z * z / n);
}

/* A campaign of its own each time, as every sponsor's statement is. */
static size_t shown_of(size_t hidden, int64_t kept_back, uint64_t number)
{
    uint8_t key[KEY_SIZE] = {7}, campaign[16] = {0};
    memcpy(campaign, &number, sizeof(number));
    const struct tranche tranche = {key, campaign, K, kept_back, 0, hidden};
    return tranche_payees(&tranche);
}

/* How often each number of payees is shown. */
static void distribution(double of[OTHERS_MOST + 2], size_t hidden, int64_t kept_back)
{
    memset(of, 0, (OTHERS_MOST + 2) * sizeof(*of));
    for (uint64_t i = 0; i < DRAWS / 10; i++)
        of[shown_of(hidden, kept_back, i)] += 10. / DRAWS;
}

/* The best guess there is: what is shown, weighed by how often it is with and without him. */
static double attack(size_t others, int64_t kept_back)
{
    double without[OTHERS_MOST + 2], with[OTHERS_MOST + 2];
    int right = 0;
    distribution(without, others, kept_back);
    distribution(with, others + 1, kept_back);
    for (int i = 0; i < trials(); i++) {
        const bool was_paid = chance(2) == 1;
        const size_t shown = shown_of(others + was_paid, kept_back, UINT32_MAX + (uint64_t)i);
        const bool guess =
            with[shown] > without[shown] || (with[shown] == without[shown] && chance(2) == 1);
        right += guess == was_paid;
    }
    print_message("# A6 %zu others known: %.3f (at most %.3f)\n", others, (double)right / trials(),
                  wilson(right, trials()));
    return wilson(right, trials());
}

static void who_knows_all_other_payees_hardly_learns_whether_the_target_was_one(void **state)
{
    (void)state;
    static const size_t others[] = {10, 11, 20, 21, 32, 65};
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        assert_true(attack(others[i], KEPT_BACK) <= .55);
}

static void control_groups_alone_give_the_eleventh_away(void **state)
{
    (void)state;
    assert_true(attack(10, 0) > .999);
    assert_true(attack(15, 0) < .52); /* where he completes no group they do not */
}

static void a_group_that_was_shown_stays_and_what_is_kept_back_is_drawn_once(void **state)
{
    (void)state;
    uint8_t key[KEY_SIZE] = {9}, campaign[16] = {3};
    size_t shown = 0;
    for (size_t paid = 0; paid < 400; paid++) {
        struct tranche tranche = {key, campaign, K, KEPT_BACK, shown, paid - shown};
        const size_t more = tranche_payees(&tranche);
        assert_int_equal(more, tranche_payees(&tranche));
        assert_int_equal(more % K, 0);
        assert_true(more <= paid - shown);
        shown += more;
        /* one month or many: the same number is out by then */
        tranche = (struct tranche){key, campaign, K, KEPT_BACK, 0, paid};
        assert_int_equal(tranche_payees(&tranche), shown);
    }
    assert_true(shown > 300);
}

static void what_is_kept_back_is_geometric_with_the_mean_that_was_set(void **state)
{
    (void)state;
    double mean = 0;
    int none = 0;
    for (uint64_t i = 0; i < 20000; i++) {
        size_t kept = 0; /* the first number of payees of which a group is shown tells it */
        while (shown_of(K + kept, KEPT_BACK, i) == 0)
            kept++;
        mean += (double)kept / 20000;
        none += kept == 0;
    }
    assert_true(fabs(mean - KEPT_BACK) < .4); /* four standard errors */
    assert_true(fabs(none / 20000. - 1. / (KEPT_BACK + 1)) < .008);
}

int main(void)
{
    const char *seed = getenv("SEED");
    seal_open();
    chance_state = seed == NULL ? 1 : strtoull(seed, NULL, 10);
    print_message("SEED=%llu\n", (unsigned long long)chance_state);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_knows_all_other_payees_hardly_learns_whether_the_target_was_one),
        cmocka_unit_test(control_groups_alone_give_the_eleventh_away),
        cmocka_unit_test(a_group_that_was_shown_stays_and_what_is_kept_back_is_drawn_once),
        cmocka_unit_test(what_is_kept_back_is_geometric_with_the_mean_that_was_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
