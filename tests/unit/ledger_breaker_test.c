/* The circuit breaker: what trips it, what then stops and what does not, and who lets it go on.
 * test-seconds: 60 */
#include "tests/unit/ledger_world.h"

#include "ledger/reward/breaker.h"
#include "ledger/ledger.h"
#include "schema/statement.h"

#define SETTINGS "ledger.close_bucket = 64\nledger.fund_unit_cents = 1000\nledger.k = 11\n"
/* A day of the month below comes to a few dollars. */
#define TIGHT SETTINGS "guardrail.day_cents = 10\npayout.two_admins = 0\n"

static struct paymaster paymaster;
static struct world world;
static struct month month;

static void setup(const char *settings)
{
    world_open(&world, settings);
    assert_int_equal(paymaster_open(&paymaster), OK);
}

static void teardown(void)
{
    paymaster_close(&paymaster);
    world_close(&world);
}

static struct reply_breaker shown(void)
{
    struct command command = {.kind = COMMAND_BREAKER};
    struct reply_breaker reply = {0};
    struct json *json;
    assert_int_equal(world_ask(&world, &paymaster, &command, world.admin_token), OK);
    assert_int_equal(json_read(text_bytes(world.reply), &json), OK);
    assert_int_equal(reply_breaker_read(json, &world.arena, &reply), OK);
    json_close(json);
    return reply;
}

static enum result proposes(void)
{
    struct command command = {.kind = COMMAND_BREAKER_RESET};
    command.breaker_reset.reason = TEXT("A known campaign; both of us looked.");
    return world_ask(&world, &paymaster, &command, world.admin_token);
}

static struct record_operation latest(void)
{
    struct command command = {.kind = COMMAND_OPERATIONS};
    struct reply_operations all;
    struct json *json;
    assert_int_equal(world_ask(&world, &paymaster, &command, world.admin_token), OK);
    assert_int_equal(json_read(text_bytes(world.reply), &json), OK);
    assert_int_equal(reply_operations_read(json, &world.arena, &all), OK);
    json_close(json);
    assert_true(all.operations_count > 0);
    return all.operations[0];
}

/* What the journal holds after an admin's passkey: by `member`, over the hash of what was proposed
 * last, or (flip) over another. */
static void confirms(int64_t member, int flip)
{
    struct record_operation operation = latest();
    struct event event = {.kind = EVENT_OPERATION_CONFIRMED};
    struct event_operation_confirmed *e = &event.operation_confirmed;
    struct bytes digest = hex_read(&world.arena, operation.digest);
    bool more;
    *e = (struct event_operation_confirmed){
        .member = member, .name = operation.name, .about = operation.number};
    assert_int_equal(digest.size, DIGEST_SIZE);
    memcpy(e->operation, digest.data, DIGEST_SIZE);
    e->operation[0] ^= (uint8_t)flip;
    e->client_data = e->authenticator = e->signature = bytes_of("x", 1);
    world_event(&world, event);
    assert_int_equal(vault_follow(&paymaster), OK);
    assert_int_equal(proposal_confirmed(&paymaster, &more), OK);
    arena_reset(&paymaster.arena, 0);
}

static int64_t statements(void)
{
    struct statement_statement_list_row *rows;
    size_t count, all = 0;
    for (size_t i = 0; i < WORLD_MEMBERS; i++) {
        assert_int_equal(statement_statement_list(paymaster.statement, &world.arena,
                                                  world.members[i], TEXT("~"), 10, &rows, &count),
                         OK);
        all += count;
    }
    return (int64_t)all;
}

static void a_month_that_pays_too_much_is_evaluated_and_not_paid(void **state UNUSED)
{
    struct command hold = {.kind = COMMAND_PAYOUT_CLOSE};
    hold.payout_close.rail = 1;
    setup(TIGHT);
    month_begin(&world, &paymaster, &month, true);
    month_live(&world, &month);
    uint64_t before = size_of(&paymaster);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), CONFLICT);
    assert_non_null(memmem(world.reply.data, world.reply.size, "Payouts are stopped", 19));
    assert_int_equal(size_of(&paymaster), before);
    assert_int_equal(statements(), 0); /* nobody's, whether he was to be paid or not */
    struct reply_breaker all = shown();
    assert_true(all.stopped);
    assert_int_equal(all.trips_count, 1);
    assert_int_equal(all.trips[0].figure, BREAKER_MONEY);
    assert_true(text_is(all.trips[0].about, "2026-03"));
    assert_int_equal(all.trips[0].allowed, 10);
    assert_true(all.trips[0].measured > 10);
    assert_int_equal(all.months[0].day_cents, all.trips[0].measured);
    /* Again it is refused without being evaluated; nothing leaves for a bank; commitments go on. */
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), CONFLICT);
    assert_null(paymaster.close);
    assert_int_equal(world_ask(&world, &paymaster, &hold, NULL), CONFLICT);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    assert_true(size_of(&paymaster) > before);
    sound();
    /* After a start it waits as before. */
    paymaster_close(&paymaster);
    assert_int_equal(paymaster_open(&paymaster), OK);
    assert_true(shown().stopped);
    assert_int_equal(statements(), 0);
    teardown();
}

static void control_a_month_within_its_limits_is_paid(void **state UNUSED)
{
    setup(SETTINGS);
    month_begin(&world, &paymaster, &month, true);
    month_live(&world, &month);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    assert_int_equal(statements(), WORLD_MEMBERS);
    struct reply_breaker all = shown();
    assert_false(all.stopped);
    assert_int_equal(all.trips_count, 0);
    assert_int_equal(all.months_count, 1);
    assert_int_equal(proposes(), OK); /* it is so already: nothing is proposed */
    assert_int_equal(world.reply.size, 0);
    teardown();
}

static void two_admins_let_the_month_go_on_and_no_less(void **state UNUSED)
{
    uint8_t token[TOKEN_SIZE];
    setup(TIGHT);
    int64_t second = world_staff(&world, 3, token);
    month_begin(&world, &paymaster, &month, true);
    month_live(&world, &month);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), CONFLICT);
    assert_int_equal(proposes(), OK);
    assert_true(shown().stopped);
    assert_true(latest().own);
    struct text said = latest().words;
    assert_non_null(memmem(said.data, said.size, "money a day", 11));
    assert_non_null(memmem(said.data, said.size, "both of us looked", 17));
    confirms(world.admin, 0); /* who proposed it */
    assert_true(shown().stopped);
    confirms(second, 1); /* over something else */
    assert_true(shown().stopped);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), CONFLICT);
    confirms(second, 0);
    assert_false(shown().stopped);
    assert_true(shown().trips[0].cleared_ms > 0);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    assert_int_equal(statements(), WORLD_MEMBERS);
    sound();
    int64_t payments = 0, differ = 0;
    assert_int_equal(close_replay(&paymaster, TEXT("2026-03"), &payments, &differ), OK);
    assert_true(payments > 0);
    assert_int_equal(differ, 0);
    teardown();
}

static void a_trip_after_the_proposal_wants_another(void **state UNUSED)
{
    uint8_t token[TOKEN_SIZE];
    setup(TIGHT);
    int64_t second = world_staff(&world, 3, token);
    month_begin(&world, &paymaster, &month, true);
    month_live(&world, &month);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), CONFLICT);
    assert_int_equal(proposes(), OK);
    /* Half of the settled votes depended on a link. */
    struct text lines = arena_format(&world.arena, "%lld 400 400 1000 500 0 0\n",
                                     (long long)(*world_clock / DAY_MS));
    assert_int_equal(breaker_days(&paymaster, lines, *world_clock), OK);
    struct reply_breaker all = shown();
    assert_int_equal(all.trips_count, 2);
    confirms(second, 0); /* it is no longer what was looked at, and falls out */
    assert_int_equal(latest().state, 4);
    assert_true(shown().stopped);
    assert_int_equal(proposes(), OK);
    confirms(second, 0);
    assert_false(shown().stopped);
    teardown();
}

/* --- the ranker's days --- */

static enum result days(const char *rest, int64_t ago)
{
    return breaker_days(
        &paymaster,
        arena_format(&world.arena, "%lld %s\n", (long long)(*world_clock / DAY_MS - ago), rest),
        *world_clock);
}

static void shares_trip_beyond_their_limits_and_not_at_them(void **state UNUSED)
{
    static const struct {
        const char *within, *crossed;
        enum breaker_figure figure;
        int64_t measured;
    } cases[] = {
        {"400 400 1000 250 0 0", "400 400 1000 252 0 0", BREAKER_LINKED, 252},
        {"400 400 1000 0 20 14", "400 400 1000 0 20 13", BREAKER_AGREED, 650},
        {"400 200 1000 0 0 0", "400 199 1000 0 0 0", BREAKER_COVERED, 497},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        setup(SETTINGS);
        assert_int_equal(days(cases[i].within, 0), OK);
        assert_false(shown().stopped);
        assert_int_equal(days(cases[i].crossed, 0), OK);
        struct reply_breaker all = shown();
        assert_true(all.stopped);
        assert_int_equal(all.trips[0].figure, cases[i].figure);
        assert_int_equal(all.trips[0].measured, cases[i].measured);
        assert_int_equal(days(cases[i].crossed, 0), OK);
        assert_int_equal(shown().trips_count, 1); /* once */
        teardown();
    }
}

static void few_and_old_ones_say_nothing(void **state UNUSED)
{
    setup(SETTINGS);
    assert_int_equal(days("299 0 299 299 19 0", 0), OK);
    assert_int_equal(days("9999 0 9999 9999 999 0", 28), OK);
    assert_false(shown().stopped);
    assert_int_equal(days("9999 0 9999 9999 999 0", 27), OK);
    assert_int_equal(shown().trips_count, 3);
    teardown();
}

static void what_is_no_such_line_is_refused(void **state UNUSED)
{
    static const char *const bad[] = {"1 2 3",        "1 2 3 4 5 6 7", "1 2 3 x 5 6",
                                      "-1 2 3 4 5 6", "nan 2 3 4 5 6", "1e300 2 3 4 5 6"};
    setup(SETTINGS);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(days(bad[i], 0), INVALID);
    assert_int_equal(days("1 2 3 4 5 6", 0), OK);
    assert_false(shown().stopped);
    teardown();
}

static void after_it_was_cleared_a_share_is_measured_anew(void **state UNUSED)
{
    uint8_t token[TOKEN_SIZE];
    setup(SETTINGS);
    int64_t second = world_staff(&world, 3, token);
    const char *bad = "400 400 1000 900 0 0";
    assert_int_equal(days(bad, 0), OK);
    assert_int_equal(proposes(), OK);
    confirms(second, 0);
    assert_false(shown().stopped);
    *world_clock += DAY_MS;
    assert_int_equal(days(bad, 1), OK); /* the day it was cleared on, and before it */
    assert_false(shown().stopped);
    *world_clock += DAY_MS;
    assert_int_equal(days(bad, 1), OK); /* a day after that */
    assert_true(shown().stopped);
    teardown();
}

static void no_batch_is_proposed_or_held(void **state UNUSED)
{
    struct command propose = {.kind = COMMAND_PAYOUT_CLOSE};
    propose.payout_close.rail = 1;
    setup(SETTINGS);
    assert_int_equal(world_ask(&world, &paymaster, &propose, world.admin_token), NOT_FOUND);
    assert_int_equal(days("400 400 1000 900 0 0", 0), OK);
    propose.request[0] = 0;
    assert_int_equal(world_ask(&world, &paymaster, &propose, world.admin_token), CONFLICT);
    assert_non_null(memmem(world.reply.data, world.reply.size, "Payouts are stopped", 19));
    teardown();
}

static void the_top_is_one_in_a_hundred_and_at_least_one(void **state UNUSED)
{
    int64_t cents[250], sum = 0;
    for (size_t i = 0; i < 250; i++)
        sum += cents[i] = (int64_t)(i * 7919 % 250) + 1;
    assert_int_equal(breaker_top(cents, 250, sum), (250 + 249 + 248) * 1000 / sum);
    int64_t one[] = {5};
    assert_int_equal(breaker_top(one, 1, 5), 1000);
    assert_int_equal(breaker_top(one, 0, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_month_that_pays_too_much_is_evaluated_and_not_paid),
        cmocka_unit_test(control_a_month_within_its_limits_is_paid),
        cmocka_unit_test(two_admins_let_the_month_go_on_and_no_less),
        cmocka_unit_test(a_trip_after_the_proposal_wants_another),
        cmocka_unit_test(shares_trip_beyond_their_limits_and_not_at_them),
        cmocka_unit_test(few_and_old_ones_say_nothing),
        cmocka_unit_test(what_is_no_such_line_is_refused),
        cmocka_unit_test(after_it_was_cleared_a_share_is_measured_anew),
        cmocka_unit_test(no_batch_is_proposed_or_held),
        cmocka_unit_test(the_top_is_one_in_a_hundred_and_at_least_one),
    };
    world_clock_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
