/* Buckets: a minute's worth at once, then as fast as the rate; one member's do not touch another's.
 */
#include "fcgi/rate.h"

#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { SECOND_US = 1000 * 1000 };
static struct rates *rates;

static int fresh(void **unused UNUSED)
{
    rates = rates_open();
    return 0;
}

static int done(void **unused UNUSED)
{
    rates_close(rates);
    return 0;
}

static int taken(int64_t member, const char *address, int tries, int64_t per_minute, int64_t now_us)
{
    int count = 0, wait_s;
    for (int i = 0; i < tries; i++)
        count += rates_take(rates, 1, member, text_of(address), per_minute, now_us, &wait_s);
    return count;
}

static void a_minutes_worth_goes_at_once_and_then_the_rate_holds(void **unused UNUSED)
{
    int wait_s = 0;
    assert_int_equal(taken(5, "a", 100, 30, SECOND_US), 30);
    assert_false(rates_take(rates, 1, 5, text_of("a"), 30, SECOND_US, &wait_s));
    assert_in_range(wait_s, 2, 3);
    assert_int_equal(taken(5, "a", 100, 30, 11 * SECOND_US), 5);
    assert_int_equal(taken(5, "a", 100, 30, 3600LL * SECOND_US), 30);
}

static void members_and_kinds_are_apart_and_addresses_count_for_nobody_only(void **unused UNUSED)
{
    int wait_s;
    assert_int_equal(taken(5, "a", 50, 10, SECOND_US), 10);
    assert_int_equal(taken(5, "b", 50, 10, SECOND_US), 0); /* a member is one, wherever he is */
    assert_int_equal(taken(6, "a", 50, 10, SECOND_US), 10);
    assert_int_equal(taken(0, "a", 50, 10, SECOND_US), 10);
    assert_int_equal(taken(0, "b", 50, 10, SECOND_US), 10);
    assert_true(rates_take(rates, 2, 5, text_of("a"), 10, SECOND_US, &wait_s));
}

static void no_limit_is_no_limit(void **unused UNUSED)
{
    assert_int_equal(taken(5, "a", 1000, 0, SECOND_US), 1000);
}

static void a_flood_of_strangers_does_not_empty_a_members_bucket(void **unused UNUSED)
{
    char address[32];
    assert_int_equal(taken(5, "", 5, 10, SECOND_US), 5);
    for (int i = 0; i < 20000; i++) {
        snprintf(address, sizeof address, "10.0.%d.%d", i / 250, i % 250);
        assert_int_equal(taken(0, address, 1, 10, SECOND_US), 1);
    }
    assert_in_range(taken(5, "", 50, 10, SECOND_US), 5, 10); /* forgotten at worst, never charged */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_minutes_worth_goes_at_once_and_then_the_rate_holds, fresh,
                                        done),
        cmocka_unit_test_setup_teardown(
            members_and_kinds_are_apart_and_addresses_count_for_nobody_only, fresh, done),
        cmocka_unit_test_setup_teardown(no_limit_is_no_limit, fresh, done),
        cmocka_unit_test_setup_teardown(a_flood_of_strangers_does_not_empty_a_members_bucket, fresh,
                                        done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
