/* A proposed reward rule on what closed months' earmarks were on: it is compared with what the
 * close paid, is refused for what it does there, and leaves all else as it was. test-seconds: 60 */
#include "tests/unit/ledger_world.h"

#include "ledger/reward/month_found.h"
#include "ledger/reward/month_trial.h"

#define SETTINGS "ledger.close_bucket = 64\nledger.fund_unit_cents = 1000\nledger.k = 2\n"
#define VOTE "reward/vote"
#define HEAD "P = {}\nfunction pay_vote(given, given_of, back, back_of, votes, mutual, days)\n"
#define PAYS(share) HEAD "return " share " end\n"

enum { VOTES_EARMARKED = 24, MONTHS_SHOWN = 8, STEPS_MOST = 10000 };

static struct paymaster paymaster;
static struct world world;
static struct month month;

static void march_closed(const char *settings)
{
    world_open(&world, settings);
    assert_int_equal(paymaster_open(&paymaster), OK);
    month_begin(&world, &paymaster, &month, true);
    month_live(&world, &month);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
}

static void teardown(void)
{
    paymaster_close(&paymaster);
    world_close(&world);
}

static int64_t propose(const char *script)
{
    struct event event = {.kind = EVENT_RULE_PROPOSED, .at_ms = *world_clock};
    struct text texts[1] = {text_of(script)};
    event.rule_proposed.name = TEXT(VOTE);
    event.rule_proposed.by = world.admin;
    event.rule_proposed.reason = TEXT("to pay better");
    assert_int_equal(log_begin(world.journal), OK);
    assert_int_equal(journal_append(world.journal, &world.arena, &event, texts, 1), OK);
    assert_int_equal(log_commit(world.journal), OK);
    return event.seq;
}

static void ranker_tells(int64_t proposal, bool passed)
{
    struct event event = {.kind = EVENT_RULE_TRIED};
    event.rule_tried =
        (struct event_rule_tried){.proposal = proposal, .passed = passed, .words = TEXT("")};
    (void)world_event(&world, event);
}

static int64_t passes_at_the_ranker(const char *script)
{
    int64_t proposal = propose(script);
    ranker_tells(proposal, true);
    return proposal;
}

/* Everything there is to do, as between commands; no clerk is there to be told. */
static void all_is_tried(void)
{
    bool idle = false;
    int steps = 0;
    enum result result = OK;
    assert_int_equal(vault_follow(&paymaster), OK);
    while (!idle && result == OK && steps++ < STEPS_MOST)
        result = month_trial_step(&paymaster, &idle);
    assert_true(result == OK || result == BUSY);
    assert_true(steps < STEPS_MOST);
}

static struct reply_rule_months shown(int64_t proposal)
{
    struct command command = {.kind = COMMAND_RULE_MONTHS};
    struct reply_rule_months reply = {0};
    struct json *json;
    command.rule_months.proposal = proposal;
    assert_int_equal(world_ask(&world, &paymaster, &command, world.admin_token), OK);
    assert_int_equal(json_read(text_bytes(world.reply), &json), OK);
    assert_int_equal(reply_rule_months_read(json, &world.arena, &reply), OK);
    json_close(json);
    return reply;
}

enum { WAITS = 1, QUEUED, RUNS, PASSED, FAILED };

static void assert_failed_with(int64_t proposal, const char *words)
{
    struct reply_rule_months found = shown(proposal);
    assert_int_equal(found.state, FAILED);
    if (memmem(found.why.data, found.why.size, words, strlen(words)) == NULL)
        fail_msg("not \"%s\": %.*s", words, (int)found.why.size, found.why.data);
}

/* What each member was paid for votes in March. */
static size_t paid_in_march(struct vault_items_row **items)
{
    size_t count, votes = 0;
    assert_int_equal(vault_items(paymaster.vault, &world.arena, TEXT("2026-03"), items, &count),
                     OK);
    for (size_t i = 0; i < count; i++) /* the first earmark is the one on votes */
        if ((*items)[i].earmark == (*items)[0].earmark)
            votes++;
    return votes;
}

static void
what_was_paid_is_beside_what_would_have_been_and_nothing_else_changes(void **state UNUSED)
{
    struct vault_items_row *items;
    struct vault_month_tried_members_row *rows;
    size_t count;
    int64_t payments = 0, differ = 0;
    march_closed(SETTINGS);
    size_t votes = paid_in_march(&items);
    uint64_t size = size_of(&paymaster);
    int64_t proposal = propose(PAYS("0.25"));
    all_is_tried();
    assert_int_equal(shown(proposal).state, WAITS); /* the ranker has not passed it */
    ranker_tells(proposal, true);
    all_is_tried();
    assert_int_equal(shown(proposal).state, PASSED);
    assert_int_equal(
        vault_month_tried_members(paymaster.vault, &world.arena, proposal, &rows, &count), OK);
    assert_true(votes > 11 && count >= votes && count <= VOTES_EARMARKED);
    size_t same = 0;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(rows[i].after, 250); /* a quarter of what was earmarked for each */
        for (size_t j = 0; j < votes; j++)
            same += items[j].member == rows[i].member && items[j].cents == rows[i].before;
    }
    assert_int_equal(same, votes);
    assert_int_equal(size_of(&paymaster), size);
    assert_int_equal(close_replay(&paymaster, TEXT("2026-03"), &payments, &differ), OK);
    assert_int_equal(differ, 0);
    sound();
    struct command command = {.kind = COMMAND_RULE_MONTHS};
    command.rule_months.proposal = proposal;
    assert_int_equal(world_ask(&world, &paymaster, &command, world.sponsor_token), REFUSED);
    teardown();
}

static void one_that_pays_too_much_errs_or_loops_there_is_refused_in_words(void **state UNUSED)
{
    march_closed(SETTINGS "rule.month_percent = 10\nrule.month_trials = 20\n");
    int64_t sound_one = passes_at_the_ranker(PAYS("0.1"));
    int64_t much = passes_at_the_ranker(PAYS("1.0"));
    int64_t errs =
        passes_at_the_ranker(HEAD "if votes > 0 then error('late') end return 0.1 end\n");
    int64_t loops =
        passes_at_the_ranker(HEAD "if votes > 0 then while true do end end return 0.1 end\n");
    int64_t outside =
        passes_at_the_ranker(HEAD "if votes > 0 then return 2.0 end return 0.1 end\n");
    all_is_tried();
    /* One waits to be told to a clerk that is not there; all are judged. */
    assert_int_equal(shown(sound_one).state, PASSED);
    assert_failed_with(much, "10 % more is the limit");
    assert_failed_with(errs, "it erred, took too many steps");
    assert_failed_with(loops, "it erred, took too many steps");
    assert_failed_with(outside, "share outside of 0..1");
    struct text why = shown(errs).why;
    assert_null(memmem(why.data, why.size, "late", 4)); /* its own words could tell of the act */
    teardown();
}

static void one_that_would_stop_payouts_is_refused(void **state UNUSED)
{
    /* March comes to some dollars a day. */
    march_closed(SETTINGS "rule.month_percent = 10000\nguardrail.day_cents = 900\n");
    int64_t most = passes_at_the_ranker(PAYS("1.0"));
    int64_t little = passes_at_the_ranker(PAYS("0.01"));
    all_is_tried();
    assert_failed_with(most, "payouts stop");
    assert_int_equal(shown(little).state, PASSED); /* control */
    teardown();
}

static void only_so_many_begin_in_a_month_and_the_others_wait(void **state UNUSED)
{
    march_closed(SETTINGS "rule.month_trials = 1\n");
    int64_t first = passes_at_the_ranker(PAYS("0.1")), next = passes_at_the_ranker(PAYS("0.2"));
    all_is_tried();
    assert_int_equal(shown(first).state, PASSED);
    struct reply_rule_months found = shown(next);
    assert_int_equal(found.state, QUEUED);
    assert_int_equal(found.next_ms, *world_clock + 30 * (int64_t)DAY_MS);
    assert_int_equal(found.months_count, 0);
    struct event withdrawn = {.kind = EVENT_RULE_WITHDRAWN};
    withdrawn.rule_withdrawn.proposal = first;
    withdrawn.rule_withdrawn.by = world.admin;
    withdrawn.rule_withdrawn.reason = TEXT("to ask by another");
    (void)world_event(&world, withdrawn);
    all_is_tried();
    assert_int_equal(shown(next).state, QUEUED); /* that frees no place */
    *world_clock += 30 * (int64_t)DAY_MS + 1;
    all_is_tried();
    assert_int_equal(shown(next).state, PASSED);
    teardown();
}

/* Another question's votes are earmarked in the month that begins, and cast. */
static void another_month(const char *name)
{
    int64_t question = world_posting(&world, world.members[1], 0);
    assert_int_equal(world_earmark(&world, &paymaster, month.campaign, question, 3, 1000, 50000),
                     OK);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    for (size_t i = 6; i < WORLD_MEMBERS; i++)
        world_vote(&world, question, world.members[1], world.members[i], 1);
    *world_clock = clock_month_next(*world_clock) + 3600 * 1000;
    assert_int_equal(world_period(&world, &paymaster, name), OK);
}

static void each_month_that_is_closed_later_is_gone_through_and_may_refuse_it(void **state UNUSED)
{
    march_closed(SETTINGS);
    int64_t well = passes_at_the_ranker(PAYS("0.1"));
    /* In March nobody had cast so many votes before. */
    int64_t late = passes_at_the_ranker(HEAD "if votes > 2 then error('x') end return 0.1 end\n");
    all_is_tried();
    assert_int_equal(shown(well).state, PASSED);
    assert_int_equal(shown(late).state, PASSED);
    another_month("2026-04");
    all_is_tried();
    struct reply_rule_months found = shown(well);
    assert_int_equal(found.state, PASSED);
    assert_int_equal(found.months_count, 2);
    assert_false(found.months[0].later);
    assert_true(found.months[1].later && found.months[1].payees_before > 0);
    assert_failed_with(late, "it erred");
    sound();
    teardown();
}

static void a_crash_in_the_middle_changes_nothing_of_what_comes_out(void **state UNUSED)
{
    bool idle = false;
    march_closed(SETTINGS);
    int64_t proposal = passes_at_the_ranker(PAYS("0.25"));
    assert_int_equal(vault_follow(&paymaster), OK);
    while (!month_trial_runs(&paymaster))
        assert_int_equal(month_trial_step(&paymaster, &idle), OK);
    assert_int_equal(shown(proposal).state, RUNS);
    assert_int_equal(shown(proposal).months_count, 0); /* nothing by halves */
    paymaster_close(&paymaster);
    assert_int_equal(paymaster_open(&paymaster), OK);
    all_is_tried();
    struct reply_rule_months found = shown(proposal), again;
    assert_int_equal(found.state, PASSED);
    assert_int_equal(found.months_count, 1);
    again = shown(proposal);
    assert_int_equal(again.months[0].after, found.months[0].after);
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_paid_is_beside_what_would_have_been_and_nothing_else_changes),
        cmocka_unit_test(one_that_pays_too_much_errs_or_loops_there_is_refused_in_words),
        cmocka_unit_test(one_that_would_stop_payouts_is_refused),
        cmocka_unit_test(only_so_many_begin_in_a_month_and_the_others_wait),
        cmocka_unit_test(each_month_that_is_closed_later_is_gone_through_and_may_refuse_it),
        cmocka_unit_test(a_crash_in_the_middle_changes_nothing_of_what_comes_out),
    };
    setenv("CURBSIDE_SEED", "closed months", 1); /* the noise of what is told, the same each time */
    world_clock_open();
    trace_open("test");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
