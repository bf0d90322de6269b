/* Acts that findings kept from earning: listed whether anything was promised on them or not, told
 * to their member, objected to, and made good with the next close when two admins grant it. */
#include "tests/unit/ledger_world.h"

#include "ledger/held.h"
#include "schema/statement.h"

static struct world world;
static struct paymaster paymaster;
static struct month month;

enum { LOW = 6, SILENT = 7, FREE = 8, AUTHOR = 2 };

static int64_t member(size_t i)
{
    return world.members[i];
}

/* What the ranker's child would have said of March: four votes of linked members, one of them where
 * nothing is promised; and a posting that linked colleagues alone corroborate. */
static void findings_put(void)
{
    struct findings low = {0};
    const struct text march = TEXT("2026-03");
    const struct vote_finding votes[] = {
        {month.questions[0], member(LOW), 0.1, 1, 1},
        {month.questions[0], member(SILENT), 0.1, 0.2, 1},
        {month.questions[3], member(FREE), 0.3, 1, 1},
    };
    const struct posting_finding postings[] = {{month.questions[1], 2, 0.1, 1, 0},
                                               {month.questions[4], 2, 0.1, 1, 0}};
    assert_int_equal(db_begin(paymaster.vault), OK);
    assert_int_equal(vault_finding_month_add(paymaster.vault, march, 1, 2), OK);
    for (size_t i = 0; i < 3; i++)
        findings_vote_put(&low, &votes[i]);
    for (size_t i = 0; i < 2; i++) {
        findings_posting_put(&low, &postings[i]);
        assert_int_equal(vault_vote_finding_add(paymaster.vault, march, votes[i].posting,
                                                votes[i].member, votes[i].apart, votes[i].trust,
                                                votes[i].worth),
                         OK);
    }
    assert_int_equal(
        vault_posting_finding_add(paymaster.vault, march, postings[0].posting, 2, 0.1, 1, 0), OK);
    assert_int_equal(held_write(&paymaster, &low, march), OK);
    assert_int_equal(db_commit(paymaster.vault), OK);
    findings_close(&low);
}

static void setup(void)
{
    world_open(&world, "ledger.close_bucket = 64\n");
    assert_int_equal(paymaster_open(&paymaster), OK);
    month_begin(&world, &paymaster, &month, true);
    month_live(&world, &month);
    findings_put();
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
}

static void teardown(void)
{
    assert_int_equal(commit_publish(&paymaster), OK);
    paymaster_close(&paymaster);
    sound();
    world_close(&world);
}

static size_t held_of(size_t i)
{
    struct statement_held_count_row row;
    struct db *db = NULL;
    assert_int_equal(
        db_open(&db, &statement_store, conf_store("statement"), ROLE_WEB_MEMBER, DB_READ, 0), OK);
    assert_int_equal(statement_held_count(db, &world.arena, member(i), TEXT("2026-03"), &row), OK);
    db_close(db);
    return (size_t)row.acts;
}

static void objects(size_t i)
{
    struct event event = {.kind = EVENT_HELD_OBJECTED};
    event.held_objected.member = member(i);
    event.held_objected.period = TEXT("2026-03");
    world_event(&world, event);
}

static enum result decide(size_t i, bool granted)
{
    struct command command = {.kind = COMMAND_HELD_DECIDE};
    command.held_decide =
        (struct command_held_decide){member(i), TEXT("2026-03"), granted, TEXT("One field.")};
    return world_ask(&world, &paymaster, &command, NULL);
}

static void april_close(void)
{
    *world_clock = clock_month_next(*world_clock) + 3600 * 1000;
    assert_int_equal(world_period(&world, &paymaster, "2026-04"), OK);
}

/* What a member was paid with a month's close. */
static int64_t paid(size_t i, const char *period, struct vault_payouts_row *found)
{
    struct vault_payouts_row *rows;
    size_t count;
    int64_t cents = 0;
    assert_int_equal(vault_payouts(paymaster.vault, &world.arena, text_of(period), &rows, &count),
                     OK);
    for (size_t r = 0; r < count; r++)
        if (rows[r].member == member(i)) {
            cents += rows[r].cents;
            if (found != NULL)
                *found = rows[r];
        }
    return cents;
}

static int64_t replay_differs(const char *period)
{
    int64_t payments = 0, differ = 0;
    assert_int_equal(close_replay(&paymaster, text_of(period), &payments, &differ), OK);
    return differ;
}

static void what_findings_hold_back_is_listed_whether_promised_on_or_not(void **state UNUSED)
{
    setup();
    assert_int_equal(paid(LOW, "2026-03", NULL), 0);
    assert_true(paid(FREE, "2026-03", NULL) > 0); /* control: nothing against his vote there */
    assert_int_equal(held_of(LOW), 1);
    assert_int_equal(held_of(SILENT), 1);
    assert_int_equal(held_of(FREE), 1); /* where no earmark is */
    assert_int_equal(held_of(1), 1);    /* the author of what linked ones corroborate */
    assert_int_equal(held_of(4), 0);    /* whom nobody corroborates: that is no finding */
    assert_int_equal(held_of(9), 0);    /* control */
    teardown();
}

static void what_is_granted_comes_with_the_next_close_as_a_correction(void **state UNUSED)
{
    struct vault_payouts_row row;
    struct bytes bytes;
    struct leaf leaf;
    uint8_t reward[16];
    setup();
    objects(LOW);
    assert_int_equal(decide(LOW, true), OK);
    assert_int_equal(decide(LOW, true), OK);        /* it is so already */
    assert_int_equal(decide(LOW, false), CONFLICT); /* and stays so */
    assert_int_equal(paid(LOW, "2026-03", NULL), 0);
    april_close();
    assert_true(paid(LOW, "2026-04", &row) > 0);
    assert_true(text_is(row.corrects, "2026-03"));
    assert_int_equal(paid(SILENT, "2026-04", NULL), 0); /* control: he did not object */
    assert_int_equal(
        book_leaf(&paymaster.writer.book, &world.arena, (uint64_t)row.leaf_seq, &bytes), OK);
    assert_int_equal(leaf_decode(bytes, &leaf, NULL), OK);
    account_reward_id(&paymaster.key, TEXT("2026-03"), row.campaign.data, member(LOW), 0, reward);
    assert_int_equal(leaf.transfer.code, TRANSFER_CORRECTION);
    assert_memory_equal(leaf.transfer.ref, reward, 16);
    assert_int_equal(replay_differs("2026-03"), 0);
    assert_int_equal(replay_differs("2026-04"), 0);
    *world_clock += 40 * (int64_t)DAY_MS; /* once only */
    assert_int_equal(world_period(&world, &paymaster, "2026-05"), OK);
    assert_int_equal(paid(LOW, "2026-05", NULL), 0);
    teardown();
}

static void a_posting_is_made_good_as_a_vote_is(void **state UNUSED)
{
    setup();
    assert_int_equal(paid(1, "2026-03", NULL), 0);
    objects(1);
    assert_int_equal(decide(1, true), OK);
    april_close();
    assert_true(paid(1, "2026-04", NULL) > 0);
    assert_int_equal(replay_differs("2026-04"), 0);
    teardown();
}

static void what_two_admins_leave_is_never_paid(void **state UNUSED)
{
    setup();
    objects(LOW);
    assert_int_equal(decide(LOW, false), OK);
    april_close();
    assert_int_equal(paid(LOW, "2026-04", NULL), 0);
    assert_int_equal(replay_differs("2026-04"), 0);
    teardown();
}

static void only_who_was_held_back_objects_and_only_to_what_waits(void **state UNUSED)
{
    setup();
    objects(9);
    assert_int_equal(decide(9, true), NOT_FOUND);
    assert_int_equal(decide(LOW, true), NOT_FOUND); /* he has not objected */
    objects(LOW);
    struct command command = {.kind = COMMAND_HELD_DECIDE};
    command.held_decide =
        (struct command_held_decide){member(LOW), TEXT("2026-03"), true, TEXT(" ")};
    assert_int_equal(world_ask(&world, &paymaster, &command, NULL), INVALID); /* no reason */
    assert_int_equal(decide(LOW, true), OK);                                  /* control */
    teardown();
}

static void an_admin_alone_cannot_grant_it(void **state UNUSED)
{
    struct command command = {.kind = COMMAND_HELD_DECIDE};
    setup();
    objects(LOW);
    command.held_decide =
        (struct command_held_decide){member(LOW), TEXT("2026-03"), true, TEXT("One field.")};
    assert_int_equal(world_ask(&world, &paymaster, &command, world.admin_token), OK);
    april_close(); /* only proposed: nobody has confirmed it */
    assert_int_equal(paid(LOW, "2026-04", NULL), 0);
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_findings_hold_back_is_listed_whether_promised_on_or_not),
        cmocka_unit_test(what_is_granted_comes_with_the_next_close_as_a_correction),
        cmocka_unit_test(a_posting_is_made_good_as_a_vote_is),
        cmocka_unit_test(what_two_admins_leave_is_never_paid),
        cmocka_unit_test(only_who_was_held_back_objects_and_only_to_what_waits),
        cmocka_unit_test(an_admin_alone_cannot_grant_it),
    };
    world_clock_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
