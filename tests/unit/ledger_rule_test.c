/* Which version of a reward rule a month is paid by, when one is approved and then rolled back. */
#include "tests/unit/ledger_world.h"

#include "schema/statement.h"

#define SETTINGS                                                                                  \
    "ledger.close_bucket = 64\nledger.fund_unit_cents = 1000\nledger.k = 11\nledger.kept_back = " \
    "0\n"
#define VOTE "reward/vote"
#define PAYS(share) "P = {}\nfunction pay_vote(a, b, c, d, e, f, g) return " share " end\n"

enum { AMOUNT = 1000, VOTERS = 5, FULL = AMOUNT, HALF = AMOUNT / 2, STARTED_WITH = -3 };

static struct paymaster paymaster;
static struct world world;

/* Proposed by the admin and approved by another. */
static int64_t rule_put(const char *script)
{
    struct event proposed = {.kind = EVENT_RULE_PROPOSED}, approved = {.kind = EVENT_RULE_APPROVED};
    struct text texts[1] = {text_of(script)};
    proposed.at_ms = *world_clock;
    proposed.rule_proposed.name = TEXT(VOTE);
    proposed.rule_proposed.by = world.admin;
    proposed.rule_proposed.reason = TEXT("to pay better");
    assert_int_equal(log_begin(world.journal), OK);
    assert_int_equal(journal_append(world.journal, &world.arena, &proposed, texts, 1), OK);
    assert_int_equal(log_commit(world.journal), OK);
    approved.rule_approved.proposal = proposed.seq;
    approved.rule_approved.by = world.admin + 1;
    (void)world_event(&world, approved);
    return proposed.seq;
}

static void rule_roll_back(int64_t proposal)
{
    struct event event = {.kind = EVENT_RULE_ROLLED_BACK};
    event.rule_rolled_back.name = TEXT(VOTE);
    event.rule_rolled_back.proposal = proposal;
    event.rule_rolled_back.by = world.admin;
    event.rule_rolled_back.reason = TEXT("it pays too little");
    (void)world_event(&world, event);
}

static int64_t rule_holds(void)
{
    struct vault_rule_current_row row;
    assert_int_equal(vault_follow(&paymaster), OK);
    assert_int_equal(vault_rule_current(paymaster.vault, &world.arena, TEXT(VOTE), &row), OK);
    return row.id;
}

/* A month with one earmark on a new question's votes, by the rule that holds, and its close. Gives
 * the earmark's terms. */
static struct envelope_slot month_pay(struct text campaign, const char *name, int64_t each)
{
    struct vault_items_row *items;
    size_t count;
    int64_t question = world_posting(&world, world.members[0], 0);
    assert_int_equal(world_key_add(&world, &paymaster), OK);
    struct envelope_slot slot = world_slot(&paymaster, campaign, question, 3, AMOUNT, 50000);
    assert_int_equal(world_seal(&world, &paymaster, campaign, slot), OK);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    for (size_t i = 1; i <= VOTERS; i++)
        world_vote(&world, question, world.members[0], world.members[i], 1);
    *world_clock = clock_month_next(*world_clock) + HOUR_MS;
    assert_int_equal(world_period(&world, &paymaster, name), OK);
    assert_int_equal(vault_items(paymaster.vault, &world.arena, text_of(name), &items, &count), OK);
    assert_int_equal(count, VOTERS);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(items[i].cents, each);
    return slot;
}

static int64_t differ_in(const char *name)
{
    static struct paymaster reader;
    int64_t payments = 0, differ = 0;
    assert_int_equal(paymaster_open_reading(&reader, true), OK);
    assert_int_equal(close_replay(&reader, text_of(name), &payments, &differ), OK);
    assert_int_equal(payments, VOTERS);
    paymaster_close(&reader);
    return differ;
}

static void setup(void)
{
    world_open(&world, SETTINGS);
    assert_int_equal(paymaster_open(&paymaster), OK);
}

/* March under the second version; April under the first again, or, as a control, still under the
 * second. */
static void two_months(bool is_rolled_back)
{
    char sql[200];
    setup();
    struct text campaign = world_campaign(&world, &paymaster, 500000);
    int64_t first = rule_put(PAYS("1")), second = rule_put(PAYS("0.5"));
    assert_int_equal(rule_holds(), second);
    struct envelope_slot march = month_pay(campaign, "2026-03", HALF);
    if (is_rolled_back)
        rule_roll_back(first);
    assert_int_equal(rule_holds(), is_rolled_back ? first : second);
    struct envelope_slot april = month_pay(campaign, "2026-04", is_rolled_back ? FULL : HALF);
    /* A promise names its rule by hash, and none is taken any more by one that was taken back. */
    assert_int_equal(memcmp(march.terms.rule, april.terms.rule, 32) != 0, is_rolled_back);
    april = world_slot(&paymaster, campaign, april.terms.target, 3, AMOUNT, 50000);
    memcpy(april.terms.rule, march.terms.rule, 32);
    assert_int_equal(world_seal(&world, &paymaster, campaign, april),
                     is_rolled_back ? INVALID : OK);
    sound();
    paymaster_close(&paymaster);
    assert_int_equal(differ_in("2026-03"), 0);
    assert_int_equal(differ_in("2026-04"), 0);
    /* Control: what was closed is replayed by the version it was paid by. */
    snprintf(sql, sizeof sql,
             "UPDATE rule SET script = (SELECT script FROM rule WHERE id = %lld) WHERE id = %lld",
             (long long)first, (long long)second);
    assert_int_equal(paymaster_open(&paymaster), OK);
    assert_int_equal(db_run_script(paymaster.vault, sql), OK);
    paymaster_close(&paymaster);
    assert_true(differ_in("2026-03") > 0);
    assert_int_equal(differ_in("2026-04") > 0, !is_rolled_back);
    world_close(&world);
}

static void after_a_rollback_the_next_month_is_paid_by_the_version_before(void **state UNUSED)
{
    two_months(true);
}

static void without_it_the_next_month_is_paid_by_the_newest_version(void **state UNUSED)
{
    two_months(false);
}

static void what_the_house_began_with_can_hold_again_and_only_what_was_approved(void **state UNUSED)
{
    setup();
    assert_int_equal(rule_holds(), STARTED_WITH);
    int64_t first = rule_put(PAYS("1"));
    assert_int_equal(rule_holds(), first);
    rule_roll_back(0);
    assert_int_equal(rule_holds(), STARTED_WITH);
    rule_roll_back(first);
    assert_int_equal(rule_holds(), first);
    int64_t broken = rule_put("P = {}"); /* approved, but it does not load */
    rule_roll_back(broken);
    assert_int_equal(rule_holds(), first);
    paymaster_close(&paymaster);
    assert_int_equal(paymaster_open(&paymaster), OK);
    assert_int_equal(rule_holds(), first);
    paymaster_close(&paymaster);
    world_close(&world);
}

/* What members are told of the limit; -1: nothing. */
static int64_t day_told(void)
{
    struct statement_allowance_get_row row;
    enum result result = statement_allowance_get(paymaster.statement, &world.arena, &row);
    assert_true(result == OK || result == NOT_FOUND);
    return result == OK ? row.day_most : -1;
}

static void members_are_told_how_many_votes_of_a_day_the_rule_in_force_counts(void **state UNUSED)
{
    static const char nine_and_a_half[] =
        "P = { day_most = { 9.5, 1, 100, \"votes\", \"a day\" } }\n"
        "function pay_vote(a, b, c, d, e, f, g) return 1 end\n";
    setup();
    assert_int_equal(day_told(), 20); /* scripts/reward/settled.lua */
    int64_t half = rule_put(nine_and_a_half);
    assert_int_equal(rule_holds(), half);
    assert_int_equal(moved_catch_up(&paymaster), OK);
    assert_int_equal(day_told(), 10); /* the tenth vote has nine before it, which is under 9.5 */
    (void)rule_put(PAYS("1"));
    (void)rule_holds();
    assert_int_equal(moved_catch_up(&paymaster), OK);
    assert_int_equal(day_told(), 0); /* it sets no limit */
    rule_roll_back(half);
    (void)rule_holds();
    assert_int_equal(day_told(), 0); /* (control) before statement.db followed */
    assert_int_equal(moved_catch_up(&paymaster), OK);
    assert_int_equal(day_told(), 10);
    paymaster_close(&paymaster);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_a_rollback_the_next_month_is_paid_by_the_version_before),
        cmocka_unit_test(without_it_the_next_month_is_paid_by_the_newest_version),
        cmocka_unit_test(what_the_house_began_with_can_hold_again_and_only_what_was_approved),
        cmocka_unit_test(members_are_told_how_many_votes_of_a_day_the_rule_in_force_counts),
    };
    world_clock_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
