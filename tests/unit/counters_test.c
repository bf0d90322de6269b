/* What is kept of votes and pairs, packed, is what was put there. */
#include "ranking/counters.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

enum { MEMBERS = 300, FIRST_ID = 1000 };

static struct counters counters;

static int start(void **state)
{
    (void)state;
    counters_open(&counters);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    counters_close(&counters);
    return 0;
}

static void assert_pair(int32_t voter, int32_t target, int32_t up, int32_t down)
{
    struct pair_votes votes = counters_pair(&counters, voter, target);
    assert_int_equal(votes.up, up);
    assert_int_equal(votes.down, down);
}

static void a_pair_counts_any_number_of_votes_there_and_back(void **state)
{
    (void)state;
    for (int i = 0; i < 200; i++)
        counters_pair_add(&counters, 1, 2, 1, 1);
    for (int i = 0; i < 126; i++)
        counters_pair_add(&counters, 1, 2, -1, 1);
    assert_pair(1, 2, 200, 126);
    counters_pair_add(&counters, 1, 2, -1, 1);
    assert_pair(1, 2, 200, 127);
    for (int i = 0; i < 199; i++)
        counters_pair_add(&counters, 1, 2, 1, -1);
    assert_pair(1, 2, 1, 127);
    assert_pair(2, 1, 0, 0);
}

static void members_and_products_are_never_taken_for_each_other(void **state)
{
    (void)state;
    const int32_t last = PAIR_MEMBERS - 2;
    for (int32_t i = 0; i < MEMBERS; i++) {
        counters_pair_add(&counters, i, i, 1, 1);
        counters_pair_add(&counters, i, product_target(i), -1, 1);
        counters_pair_add(&counters, last - i, last, -1, 1);
    }
    for (int32_t i = 0; i < MEMBERS; i++) {
        assert_pair(i, i, 1, 0);
        assert_pair(i, product_target(i), 0, 1);
        assert_pair(i, i + 1, 0, 0);
        assert_pair(last - i, last, 0, 1);
        assert_pair(last - i, product_target(last), 0, 0);
    }
}

static void a_posting_is_found_by_its_id_however_many_there_are(void **state)
{
    (void)state;
    for (int32_t i = 0; i < 5000; i++)
        assert_int_equal(counters_posting_add(&counters, FIRST_ID + 3 * (int64_t)i, 0, 1, 1, 0), i);
    for (int32_t i = 0; i < 5000; i++) {
        assert_int_equal(counters_posting_find(&counters, FIRST_ID + 3 * (int64_t)i), i);
        assert_int_equal(counters_posting_find(&counters, FIRST_ID + 3 * (int64_t)i + 1), -1);
    }
}

/* Ten votes on each of many postings; they settle one after the other, but for the first. */
static void
what_only_settlement_needs_is_let_go_behind_the_oldest_that_has_not_settled(void **state)
{
    (void)state;
    enum { POSTINGS = 3000, VOTES = 10 };
    for (int32_t i = 0; i < POSTINGS; i++)
        (void)counters_posting_add(&counters, FIRST_ID + i, 0, MEMBERS, 1, 0);
    for (int32_t i = 0; i < POSTINGS * VOTES; i++) {
        int32_t vote = counters_vote_add(&counters, i % VOTES, i / VOTES);
        counters_young(&counters, &counters.votes.at[vote])->before = (float)i;
    }
    for (int32_t i = 1; i < POSTINGS; i++)
        counters.postings.at[i].settled = true;
    counters_young_forget(&counters);
    assert_int_equal(counters.young.count, POSTINGS * VOTES);
    counters.postings.at[0].settled = true;
    counters.postings.at[POSTINGS - 1].settled = false;
    counters_young_forget(&counters);
    assert_int_equal(counters.young.count, VOTES);
    assert_null(counters_young(&counters, &counters.votes.at[0]));
    for (int32_t i = (POSTINGS - 1) * VOTES; i < POSTINGS * VOTES; i++)
        assert_true(counters_young(&counters, &counters.votes.at[i])->before == (float)i);
    int32_t vote = counters_vote_add(&counters, VOTES, 0);
    counters_young(&counters, &counters.votes.at[vote])->before = 0.5f;
    assert_int_equal(counters.young.count, VOTES + 1);
}

int main(void)
{
#define SENTENCE(test) cmocka_unit_test_setup_teardown(test, start, stop)
    const struct CMUnitTest tests[] = {
        SENTENCE(a_pair_counts_any_number_of_votes_there_and_back),
        SENTENCE(members_and_products_are_never_taken_for_each_other),
        SENTENCE(a_posting_is_found_by_its_id_however_many_there_are),
        SENTENCE(what_only_settlement_needs_is_let_go_behind_the_oldest_that_has_not_settled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
