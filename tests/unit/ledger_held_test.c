/* Acts that findings kept from earning: listed whether anything was promised on them or not, told
 * to their member, objected to, and made good with the next close when two admins grant it. */
#include "tests/unit/ledger_world.h"

#include <fcntl.h>

#include "ledger/close/correct.h"
#include "ledger/reward/held.h"
#include "ledger/desk/tools.h"
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

/* --- caps, what is free, and what is carried on --- */

/* As `setup`, but with one earmark, on votes on the first question, and a campaign of so much. It
 * lasts so many days. */
static void setup_one(int64_t cap, int64_t deposit, int64_t payees, int64_t days)
{
    world_open(&world, "ledger.close_bucket = 64\nledger.fund_unit_cents = 100\n");
    assert_int_equal(paymaster_open(&paymaster), OK);
    for (size_t i = 0; i < 5; i++)
        month.questions[i] = world_posting(&world, world.members[i], 0);
    month.campaign = world_campaign(&world, &paymaster, deposit);
    assert_int_equal(world_key_add(&world, &paymaster), OK);
    struct envelope_slot slot =
        world_slot(&paymaster, month.campaign, month.questions[0], 3, 1000, cap);
    slot.terms.payees_max = payees;
    slot.until_s = *world_clock / 1000 + days * (DAY_MS / 1000);
    if (days > 31)
        slot.terms.valid_to_s = clock_month_next(*world_clock) / 1000 - 1;
    assert_int_equal(world_seal(&world, &paymaster, month.campaign, slot), OK);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    month_live(&world, &month);
    findings_put();
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
}

static int64_t paid_in_all(const char *period)
{
    struct vault_period_find_row row;
    assert_int_equal(vault_period_find(paymaster.vault, &world.arena, text_of(period), &row), OK);
    return row.cents;
}

static void may_close(void)
{
    *world_clock = clock_month_next(*world_clock) + 3600 * 1000;
    assert_int_equal(world_period(&world, &paymaster, "2026-05"), OK);
}

enum { SHARE = 500 }; /* what a vote earns here */

static void corrections_of_one_earmark_stay_within_its_cap_together(void **state UNUSED)
{
    setup_one(50000, 50000, 50, 20);
    int64_t usual = paid_in_all("2026-03");
    teardown();
    /* Room for one of two and a part of the other, in one close. */
    setup_one(usual + SHARE + 200, 100000, 50, 20);
    assert_int_equal(paid_in_all("2026-03"), usual);
    objects(LOW);
    objects(SILENT);
    assert_int_equal(decide(LOW, true), OK);
    assert_int_equal(decide(SILENT, true), OK);
    april_close();
    assert_int_equal(paid(LOW, "2026-04", NULL), SHARE);
    assert_int_equal(paid(SILENT, "2026-04", NULL), 200);
    assert_int_equal(replay_differs("2026-04"), 0);
    teardown();
    /* And in two. */
    setup_one(usual + SHARE + 200, 100000, 50, 20);
    objects(LOW);
    objects(SILENT);
    assert_int_equal(decide(LOW, true), OK);
    april_close();
    assert_int_equal(decide(SILENT, true), OK);
    may_close();
    assert_int_equal(paid(LOW, "2026-04", NULL), SHARE);
    assert_int_equal(paid(SILENT, "2026-05", NULL), 200);
    assert_int_equal(replay_differs("2026-04"), 0);
    assert_int_equal(replay_differs("2026-05"), 0);
    /* Control: a replay that does not know what went before gives more. */
    assert_int_equal(
        db_run_script(paymaster.vault, "DELETE FROM correction WHERE paid < '2026-05'"), OK);
    assert_true(replay_differs("2026-05") > 0);
    teardown();
}

static void corrections_pay_no_more_members_than_the_earmark_names(void **state UNUSED)
{
    setup_one(50000, 100000, 23, 20); /* 22 were paid */
    objects(LOW);
    objects(SILENT);
    assert_int_equal(decide(LOW, true), OK);
    assert_int_equal(decide(SILENT, true), OK);
    april_close();
    assert_int_equal(paid(LOW, "2026-04", NULL), SHARE);
    assert_int_equal(paid(SILENT, "2026-04", NULL), 0);
    assert_int_equal(replay_differs("2026-04"), 0);
    teardown();
}

static void a_correction_waits_until_its_campaign_has_what_it_takes(void **state UNUSED)
{
    struct command fund = {.kind = COMMAND_CAMPAIGN_FUND};
    setup_one(50000, 50000, 50, 20); /* all of it is promised */
    objects(LOW);
    assert_int_equal(decide(LOW, true), OK);
    april_close();
    assert_int_equal(paid(LOW, "2026-04", NULL), 0);
    assert_int_equal(replay_differs("2026-04"), 0);
    fund.campaign_fund = (struct command_campaign_fund){month.campaign, SHARE - 100};
    assert_int_equal(world_ask(&world, &paymaster, &fund, world.admin_token), OK);
    may_close(); /* control: still a little too little */
    assert_int_equal(paid(LOW, "2026-05", NULL), 0);
    fund.request[0] = 0;
    fund.campaign_fund.amount_cents = 100;
    assert_int_equal(world_ask(&world, &paymaster, &fund, world.admin_token), OK);
    *world_clock = clock_month_next(*world_clock) + 3600 * 1000;
    assert_int_equal(world_period(&world, &paymaster, "2026-06"), OK);
    assert_int_equal(paid(LOW, "2026-06", NULL), SHARE);
    assert_int_equal(replay_differs("2026-06"), 0);
    teardown();
}

static void what_went_back_to_its_sponsor_pays_no_correction_and_stops_no_close(void **state UNUSED)
{
    uint8_t id[16];
    setup_one(50000, 60000, 50, 20); /* 10,000 would be free */
    assert_true(campaign_id_read(&world.arena, month.campaign, id));
    assert_int_equal(
        vault_campaign_refund(paymaster.vault, bytes_of(id, 16), 10000, 0, *world_clock), OK);
    objects(LOW);
    assert_int_equal(decide(LOW, true), OK);
    april_close();
    assert_int_equal(paid(LOW, "2026-04", NULL), 0);
    assert_int_equal(replay_differs("2026-04"), 0);
    teardown();
}

/* What is open of the one earmark, and what the campaign keeps for it. */
static int64_t open_cap(int64_t *reserved)
{
    struct vault_earmarks_due_row *due;
    struct vault_campaign_find_row campaign;
    struct bytes opening;
    struct earmark terms;
    const char *why;
    uint8_t id[16];
    size_t count;
    assert_int_equal(
        vault_earmarks_due(paymaster.vault, &world.arena, INT64_MAX - 1, 0, 10, &due, &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(earmark_open(&paymaster, &world.arena, due[0].sealed, due[0].commitment,
                                  &opening, &terms, &why),
                     OK);
    assert_true(campaign_id_read(&world.arena, month.campaign, id));
    assert_int_equal(
        vault_campaign_find(paymaster.vault, &world.arena, bytes_of(id, 16), &campaign), OK);
    *reserved = campaign.reserved_cents - campaign.closed_cents;
    return terms.cap;
}

static void what_is_carried_on_is_less_by_what_was_made_good(void **state UNUSED)
{
    int64_t reserved;
    setup_one(50000, 50000, 50, 120); /* nothing is free, and nothing need be */
    int64_t before = open_cap(&reserved);
    assert_int_equal(before, 50000 - paid_in_all("2026-03"));
    objects(LOW);
    assert_int_equal(decide(LOW, true), OK);
    april_close();
    assert_int_equal(paid(LOW, "2026-04", NULL), SHARE);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    assert_int_equal(open_cap(&reserved), before - SHARE);
    assert_int_equal(reserved, before - SHARE);
    objects(SILENT);
    assert_int_equal(decide(SILENT, true), OK);
    may_close(); /* out of the earmark's third month */
    assert_int_equal(paid(SILENT, "2026-05", NULL), SHARE);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    assert_int_equal(open_cap(&reserved), before - 2 * SHARE);
    assert_int_equal(reserved, before - 2 * SHARE);
    assert_int_equal(replay_differs("2026-04"), 0);
    assert_int_equal(replay_differs("2026-05"), 0);
    teardown();
}

/* --- seen before and after --- */

static struct reply_period_preview previewed(void)
{
    struct command command = {.kind = COMMAND_PERIOD_PREVIEW_START};
    struct reply_period_preview found;
    struct json *json;
    assert_int_equal(world_ask(&world, &paymaster, &command, world.admin_token), OK);
    assert_int_equal(json_read(text_bytes(world.reply), &json), OK);
    assert_int_equal(reply_period_preview_read(json, &world.arena, &found), OK);
    json_close(json);
    assert_int_equal(found.state, 2);
    return found;
}

static void a_preview_shows_corrections_and_writes_none(void **state UNUSED)
{
    struct vault_period_find_row row;
    setup_one(50000, 50000, 50, 120);
    objects(LOW);
    *world_clock = clock_month_next(*world_clock) + 3600 * 1000;
    assert_int_equal(previewed().corrections, 0); /* control: not granted yet */
    assert_int_equal(decide(LOW, true), OK);
    struct reply_period_preview found = previewed();
    assert_int_equal(found.corrections, 1);
    assert_int_equal(found.corrections_cents, SHARE);
    assert_int_equal(previewed().corrections, 1); /* as the first wrote nothing */
    uint64_t size = size_of(&paymaster);
    assert_int_equal(world_period(&world, &paymaster, "2026-04"), OK);
    assert_int_equal(vault_period_find(paymaster.vault, &world.arena, TEXT("2026-04"), &row), OK);
    assert_int_equal(row.payees, found.payouts);
    assert_int_equal(row.cents, found.cents);
    assert_int_equal(size_of(&paymaster) - size, found.leaves);
    int64_t reserved;
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    assert_int_equal(open_cap(&reserved), found.carried_cents);
    teardown();
}

static void export_to(const char *dialect, const char *path)
{
    fflush(NULL);
    int kept = dup(1), file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert(kept >= 0 && file >= 0 && dup2(file, 1) == 1);
    int status = tool_export(dialect);
    fflush(stdout);
    assert(dup2(kept, 1) == 1);
    close(kept);
    close(file);
    assert_int_equal(status, 0);
}

/* The answer of one of the judges; -1 where it is not installed. */
static int judged(const char *const *words)
{
    int status;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        int none = open("/dev/null", O_WRONLY);
        (void)dup2(none, 1);
        (void)dup2(none, 2);
        execvp(words[0], (char *const *)(uintptr_t)words);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WEXITSTATUS(status) == 127 ? -1 : WEXITSTATUS(status);
}

static void the_exported_books_hold_with_corrections_in_them(void **state UNUSED)
{
    static const char *const dialects[] = {"hledger", "ledger", "beancount"};
    setup_one(50000, 50000, 50, 120);
    objects(LOW);
    assert_int_equal(decide(LOW, true), OK);
    april_close();
    for (size_t i = 0; i < 3; i++) {
        const char *path = conf_path("books.%s", dialects[i]);
        char kept[600];
        struct bytes books;
        snprintf(kept, sizeof kept, "%s", path);
        export_to(dialects[i], kept);
        const char *const calls[3][6] = {{"hledger", "-f", kept, "check", "accounts", NULL},
                                         {"ledger", "-f", kept, "balance", NULL},
                                         {"bean-check", kept, NULL}};
        assert_int_equal(file_read(&world.arena, kept, 8 << 20, &books), OK);
        const char *at = memmem(books.data, books.size, "correction", 10);
        assert_non_null(at);
        assert_non_null(strstr(at, "blind_until: 2027-06-30"));
        char *cent = strstr(at, "5.00 USD");
        assert_non_null(cent);
        int answer = judged(calls[i]);
        if (answer < 0)
            continue;
        assert_int_equal(answer, 0);
        cent[3] = '1'; /* control: a correction of another cent */
        assert_int_equal(file_write(kept, books), OK);
        assert_int_not_equal(judged(calls[i]), 0);
    }
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
        cmocka_unit_test(corrections_of_one_earmark_stay_within_its_cap_together),
        cmocka_unit_test(corrections_pay_no_more_members_than_the_earmark_names),
        cmocka_unit_test(a_correction_waits_until_its_campaign_has_what_it_takes),
        cmocka_unit_test(what_went_back_to_its_sponsor_pays_no_correction_and_stops_no_close),
        cmocka_unit_test(what_is_carried_on_is_less_by_what_was_made_good),
        cmocka_unit_test(a_preview_shows_corrections_and_writes_none),
        cmocka_unit_test(the_exported_books_hold_with_corrections_in_them),
    };
    world_clock_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
