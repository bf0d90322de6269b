/* What moves money, or lets a key in, waits for a second person who confirmed exactly that. */
#include "tests/unit/ledger_world.h"

#include <sqlite3.h>

#include "ledger/desk/proposal.h"
#include "core/operation.h"
#include "ledger/desk/tools.h"

static struct world world;
static struct paymaster paymaster;
static int64_t second;
static uint8_t second_token[TOKEN_SIZE];

static const char two[] = "ledger.close_bucket = 64\nledger.fund_unit_cents = 1000\n";

/* world_settings lets tests do without; here nothing does. */
static void two_open(void)
{
    char settings[400];
    world_open(&world, two);
    snprintf(settings, sizeof settings,
             "%sledger.findings = 0\nsecond.staff = 0\nearmark.audience = 1\n", two);
    FILE *file = fopen(conf_path("curbside.conf"), "w");
    assert_non_null(file);
    assert_true(fputs(settings, file) >= 0);
    fclose(file);
    char state[600];
    snprintf(state, sizeof state, "%s", conf_path("."));
    conf_open(state);
    second = world_staff(&world, 3, second_token);
    assert_int_equal(paymaster_open(&paymaster), OK);
}

static void two_close(void)
{
    paymaster_close(&paymaster);
    world_close(&world);
}

/* The number of what the last command proposed; 0: it proposed nothing. */
static int64_t proposed(void)
{
    struct reply_proposed reply = {0};
    struct json *json = NULL;
    if (world.reply.size > 0 && json_read(text_bytes(world.reply), &json) == OK)
        (void)(reply_proposed_read(json, &world.arena, &reply) == OK);
    json_close(json);
    return reply.operation;
}

static struct record_operation operation_of(int64_t number)
{
    struct command command = {.kind = COMMAND_OPERATIONS};
    struct reply_operations all;
    struct json *json;
    struct record_operation found = {0};
    struct event seen = {.kind = EVENT_SESSION_SEEN};
    session_digest(seen.session_seen.digest, second_token);
    world_event(&world, seen);
    assert_int_equal(world_ask(&world, &paymaster, &command, second_token), OK);
    assert_int_equal(json_read(text_bytes(world.reply), &json), OK);
    assert_int_equal(reply_operations_read(json, &world.arena, &all), OK);
    json_close(json);
    for (size_t i = 0; i < all.operations_count; i++)
        if (all.operations[i].number == number)
            found = all.operations[i];
    return found;
}

/* As the clerk records a passkey's word, and what the paymaster makes of it. */
static void confirm(int64_t number, int64_t member, int flip)
{
    struct record_operation operation = operation_of(number);
    struct event event = {.kind = EVENT_OPERATION_CONFIRMED};
    struct bytes digest = hex_read(&world.arena, operation.digest);
    bool more;
    assert_int_equal(digest.size, DIGEST_SIZE);
    event.operation_confirmed.member = member;
    event.operation_confirmed.name = operation.name;
    event.operation_confirmed.about = number;
    memcpy(event.operation_confirmed.operation, digest.data, DIGEST_SIZE);
    event.operation_confirmed.operation[0] ^= (uint8_t)flip;
    event.operation_confirmed.client_data = event.operation_confirmed.authenticator =
        event.operation_confirmed.signature = bytes_of("x", 1);
    world_event(&world, event);
    assert_int_equal(vault_follow(&paymaster), OK);
    enum result result = proposal_confirmed(&paymaster, &more);
    for (bool closed = false; paymaster.close != NULL;)
        assert_int_equal(close_run(&paymaster, INT64_MAX, &closed), OK);
    if (result == OK && more)
        result = proposal_confirmed(&paymaster, &more);
    assert_int_equal(result, OK);
}

static struct text campaign_open(int64_t cents)
{
    struct command open = {.kind = COMMAND_CAMPAIGN_OPEN};
    struct reply_opened opened;
    struct json *json;
    open.campaign_open = (struct command_campaign_open){TEXT("campaign"),
                                                        TEXT("product"),
                                                        *world_clock,
                                                        *world_clock + 300 * (int64_t)DAY_MS,
                                                        cents,
                                                        TEXT("")};
    assert_int_equal(world_ask(&world, &paymaster, &open, world.sponsor_token), OK);
    assert_int_equal(json_read(text_bytes(world.reply), &json), OK);
    assert_int_equal(reply_opened_read(json, &world.arena, &opened), OK);
    json_close(json);
    return opened.id;
}

static enum result deposit(struct text campaign, int64_t cents, const uint8_t *token)
{
    struct command fund = {.kind = COMMAND_CAMPAIGN_FUND, .campaign_fund = {campaign, cents}};
    return world_ask(&world, &paymaster, &fund, token);
}

static int64_t deposited(struct text campaign)
{
    struct vault_campaign_find_row row;
    uint8_t id[16];
    assert_true(campaign_id_read(&world.arena, campaign, id));
    assert_int_equal(vault_campaign_find(paymaster.vault, &world.arena, bytes_of(id, 16), &row),
                     OK);
    return row.deposit_cents;
}

static void a_deposit_waits_for_another_admin_and_is_booked_once(void **state UNUSED)
{
    two_open();
    struct text campaign = campaign_open(200000);
    uint64_t size = size_of(&paymaster);
    assert_int_equal(deposit(campaign, 200000, world.admin_token), OK);
    int64_t number = proposed();
    assert_true(number > 0);
    assert_int_equal(deposited(campaign), 0);
    assert_int_equal(size_of(&paymaster), size); /* no leaf either */
    struct text words = operation_of(number).words;
    assert_non_null(strstr(words.data, "2,000.00 USD"));
    assert_non_null(strstr(words.data, "“campaign”"));
    confirm(number, world.admin, 0); /* who proposed it */
    assert_int_equal(operation_of(number).state, 1);
    confirm(number, second, 1); /* another hash */
    assert_int_equal(operation_of(number).state, 1);
    confirm(number, world.sponsor, 0); /* no admin */
    confirm(number, world.members[0], 0);
    assert_int_equal(operation_of(number).state, 1);
    assert_int_equal(deposited(campaign), 0);
    confirm(number, second, 0); /* control */
    assert_int_equal(operation_of(number).state, 3);
    assert_int_equal(deposited(campaign), 200000);
    confirm(number, second, 0); /* once */
    assert_int_equal(deposited(campaign), 200000);
    assert_int_equal(deposit(campaign, 1234, world.admin_token), INVALID); /* no multiple */
    assert_int_equal(deposit(campaign, 1000, world.sponsor_token), REFUSED);
    assert_int_equal(deposit(campaign, 1000, NULL), OK); /* at the machine: proposed too */
    assert_true(operation_of(proposed()).machine);
    assert_int_equal(commit_publish(&paymaster), OK);
    two_close();
    sound();
}

static void two_equal_deposits_are_two_operations_and_a_request_is_one(void **state UNUSED)
{
    struct command fund = {.kind = COMMAND_CAMPAIGN_FUND};
    two_open();
    struct text campaign = campaign_open(200000);
    fund.campaign_fund = (struct command_campaign_fund){campaign, 5000};
    assert_int_equal(world_ask(&world, &paymaster, &fund, world.admin_token), OK);
    int64_t first = proposed();
    assert_int_equal(world_ask(&world, &paymaster, &fund, world.admin_token), OK);
    assert_int_equal(proposed(), first);
    fund.campaign_fund.amount_cents = 6000;
    assert_int_equal(world_ask(&world, &paymaster, &fund, world.admin_token), CONFLICT);
    assert_int_equal(deposit(campaign, 5000, world.admin_token), OK);
    int64_t other = proposed();
    assert_true(other > first);
    struct command withdraw = {.kind = COMMAND_OPERATION_WITHDRAW, .operation_withdraw = {first}};
    assert_int_equal(world_ask(&world, &paymaster, &withdraw, second_token), OK);
    assert_int_equal(operation_of(first).state, 5);
    confirm(first, second, 0);
    assert_int_equal(deposited(campaign), 0); /* what was turned down is not done */
    confirm(other, second, 0);
    assert_int_equal(deposited(campaign), 5000);
    two_close();
}

static bool told(const char *words)
{
    struct reply_problem problem = {0};
    struct json *json;
    assert_int_equal(json_read(text_bytes(world.reply), &json), OK);
    assert_int_equal(reply_problem_read(json, &world.arena, &problem), OK);
    json_close(json);
    return memmem(problem.reason.data, problem.reason.size, words, strlen(words)) != NULL;
}

static void one_session_keeps_nobody_else_from_proposing(void **state UNUSED)
{
    uint8_t token[TOKEN_SIZE];
    struct command withdraw = {.kind = COMMAND_OPERATION_WITHDRAW};
    two_open();
    struct text campaign = campaign_open(200000);
    for (int i = 0; i < 6; i++)
        assert_int_equal(deposit(campaign, 1000, world.admin_token), OK);
    int64_t last = proposed();
    assert_int_equal(deposit(campaign, 1000, world.admin_token), INVALID);
    assert_true(told("of your proposals"));
    assert_int_equal(deposit(campaign, 1000, second_token), OK);
    assert_int_equal(deposit(campaign, 1000, NULL), OK); /* nor the operator */
    withdraw.operation_withdraw.number = last;
    assert_int_equal(world_ask(&world, &paymaster, &withdraw, second_token), OK);
    assert_int_equal(deposit(campaign, 1000, world.admin_token), OK);
    /* Three sessions more fill the members' places, and not the machine's. */
    int64_t waiting = 7;
    for (int s = 0; s < 3; s++) {
        (void)world_staff(&world, 3, token);
        assert_int_equal(vault_follow(&paymaster), OK);
        for (int i = 0; i < 6 && waiting < 20; i++, waiting++)
            assert_int_equal(deposit(campaign, 1000, token), OK);
    }
    assert_int_equal(waiting, 20);
    assert_int_equal(deposit(campaign, 1000, second_token), INVALID);
    assert_true(told("As many proposals wait"));
    for (int i = 1; i < 20; i++)
        assert_int_equal(deposit(campaign, 1000, NULL), OK);
    assert_int_equal(deposit(campaign, 1000, NULL), TOO_MUCH);
    two_close();
}

/* What a verb prints, and the status it ends with. */
static struct text printed_of(int (*verb)(void), int *status)
{
    struct bytes content;
    char path[600];
    snprintf(path, sizeof path, "%s", conf_path("printed"));
    fflush(stdout);
    int kept = dup(1), fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(kept >= 0 && fd >= 0 && dup2(fd, 1) == 1);
    *status = verb();
    fflush(stdout);
    assert_true(dup2(kept, 1) == 1);
    close(kept);
    close(fd);
    assert_int_equal(file_read(&world.arena, path, 1 << 20, &content), OK);
    return (struct text){(const char *)content.data, content.size};
}

static bool holds(struct text text, struct text part)
{
    return memmem(text.data, text.size, part.data, part.size) != NULL;
}

static void at_the_machine_proposals_are_read_past_all_pages(void **state UNUSED)
{
    int status;
    two_open();
    struct text campaign = campaign_open(200000);
    assert_int_equal(deposit(campaign, 200000, world.admin_token), OK);
    struct record_operation operation = operation_of(proposed());
    struct text said = printed_of(tool_operations, &status);
    assert_int_equal(status, 0);
    assert_true(holds(said, operation.words));
    assert_true(holds(said, operation.digest));
    assert_true(holds(said, TEXT("campaign/fund, waits, proposed by member")));
    /* Control: other words than were hashed. */
    assert_int_equal(db_run_script(paymaster.vault, "UPDATE operation SET words = 'Book 1 USD'"),
                     OK);
    said = printed_of(tool_operations, &status);
    assert_int_equal(status, 1);
    assert_true(holds(said, TEXT("IS NOT THE HASH THAT IS KEPT")));
    two_close();
}

static void what_was_confirmed_and_not_done_is_done_at_the_next_start(void **state UNUSED)
{
    two_open();
    struct text campaign = campaign_open(200000);
    assert_int_equal(deposit(campaign, 3000, world.admin_token), OK);
    int64_t number = proposed();
    struct record_operation operation = operation_of(number);
    struct bytes digest = hex_read(&world.arena, operation.digest);
    assert_int_equal(vault_operation_confirm(paymaster.vault, number, digest, second, *world_clock),
                     OK);
    paymaster_close(&paymaster);
    assert_int_equal(paymaster_open(&paymaster), OK);
    assert_true(paymaster.confirmed);
    bool more;
    assert_int_equal(proposal_confirmed(&paymaster, &more), OK);
    assert_int_equal(deposited(campaign), 3000);
    assert_int_equal(operation_of(number).state, 3);
    two_close();
}

static void a_month_is_closed_by_hand_and_a_reward_taken_back_by_two(void **state UNUSED)
{
    struct command close = {.kind = COMMAND_PERIOD_CLOSE, .period_close = {TEXT("2026-03")}};
    struct command reverse = {.kind = COMMAND_REWARD_REVERSE};
    struct vault_payouts_row *payouts;
    struct vault_reversal_find_row reversal;
    size_t count;
    two_open();
    struct text campaign = campaign_open(200000);
    assert_int_equal(deposit(campaign, 200000, world.admin_token), OK);
    confirm(proposed(), second, 0);
    int64_t question = world_posting(&world, world.members[0], 0);
    assert_int_equal(world_key_add(&world, &paymaster), OK);
    struct text words = operation_of(proposed()).words;
    assert_non_null(strstr(words.data, "sign earmarks of the sponsor “staff” (house)"));
    struct envelope_slot slot = world_slot(&paymaster, campaign, question, 3, 1000, 50000);
    assert_int_equal(world_seal(&world, &paymaster, campaign, slot), INVALID); /* not let in yet */
    assert_int_equal(world_key_add(&world, &paymaster), OK);
    confirm(proposed(), second, 0);
    assert_int_equal(world_key_add(&world, &paymaster), OK);
    assert_int_equal(proposed(), 0); /* it is there: nothing to propose */
    assert_int_equal(world_seal(&world, &paymaster, campaign, slot), OK);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    for (size_t i = 1; i < 9; i++)
        world_vote(&world, question, world.members[0], world.members[i], 1);
    assert_int_equal(world_ask(&world, &paymaster, &close, world.admin_token), INVALID);
    *world_clock = clock_month_next(WORLD_START) + 3600 * 1000;
    memset(close.request, 0, sizeof close.request);
    assert_int_equal(world_ask(&world, &paymaster, &close, world.admin_token), OK);
    int64_t number = proposed();
    assert_null(paymaster.close);
    confirm(number, second, 0);
    assert_int_equal(operation_of(number).state, 3);
    assert_int_equal(
        vault_payouts(paymaster.vault, &world.arena, TEXT("2026-03"), &payouts, &count), OK);
    assert_int_equal(count, 8);
    reverse.reward_reverse = (struct command_reward_reverse){payouts[0].leaf_seq, TEXT("Twice")};
    assert_int_equal(world_ask(&world, &paymaster, &reverse, NULL), OK);
    number = proposed();
    assert_int_equal(vault_reversal_find(paymaster.vault, &world.arena, payouts[0].id, &reversal),
                     NOT_FOUND);
    assert_non_null(strstr(operation_of(number).words.data, "its member reads: “Twice”"));
    confirm(number, second, 0);
    assert_int_equal(vault_reversal_find(paymaster.vault, &world.arena, payouts[0].id, &reversal),
                     OK);
    assert_int_equal(commit_publish(&paymaster), OK);
    two_close();
    sound();
}

/* The figures of a batch move between the two: it falls out, and holds nothing. */
static void what_is_no_longer_what_was_read_falls_out(void **state UNUSED)
{
    struct command pay = {.kind = COMMAND_PAYOUT_CLOSE, .payout_close = {2}};
    two_open();
    struct text campaign = campaign_open(200000);
    assert_int_equal(deposit(campaign, 200000, world.admin_token), OK);
    confirm(proposed(), second, 0);
    int64_t question = world_posting(&world, world.members[0], 0);
    assert_int_equal(world_key_add(&world, &paymaster), OK);
    confirm(proposed(), second, 0);
    assert_int_equal(world_seal(&world, &paymaster, campaign,
                                world_slot(&paymaster, campaign, question, 3, 20000, 200000)),
                     OK);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    struct event payee = {.kind = EVENT_PAYEE_SET};
    for (size_t i = 1; i < 4; i++) {
        world_vote(&world, question, world.members[0], world.members[i], 1);
        payee.payee_set.member = world.members[i];
        payee.payee_set.rail = 2;
        payee.payee_set.charity = TEXT("");
        world_event(&world, payee);
    }
    *world_clock = clock_month_next(WORLD_START) + 3600 * 1000;
    struct command close = {.kind = COMMAND_PERIOD_CLOSE, .period_close = {TEXT("2026-03")}};
    assert_int_equal(world_ask(&world, &paymaster, &close, NULL), OK);
    confirm(proposed(), second, 0);
    *world_clock += 15 * (int64_t)DAY_MS;
    uint64_t size = size_of(&paymaster);
    assert_int_equal(world_ask(&world, &paymaster, &pay, NULL), OK); /* the machine's word alone */
    int64_t number = proposed();
    assert_non_null(strstr(operation_of(number).words.data, "3 payees"));
    payee.payee_set.rail = 0;
    world_event(&world, payee); /* one takes his account away */
    confirm(number, second, 0);
    assert_int_equal(operation_of(number).state, 4);
    assert_int_equal(size_of(&paymaster), size);
    memset(pay.request, 0, sizeof pay.request);
    assert_int_equal(world_ask(&world, &paymaster, &pay, world.admin_token), OK);
    number = proposed();
    confirm(number, second, 0); /* control */
    assert_int_equal(operation_of(number).state, 3);
    assert_true(size_of(&paymaster) > size);
    two_close();
}

/* The vault's row, which a test may look at or change by hand. */
static void vault_run(const char *sql)
{
    sqlite3 *raw;
    assert_int_equal(sqlite3_open(conf_path("vault/vault.db"), &raw), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(raw, 2000), SQLITE_OK);
    assert_int_equal(sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(raw), SQLITE_OK);
}

static void what_nobody_confirmed_expires_by_its_term_and_says_so(void **state UNUSED)
{
    two_open();
    struct text campaign = campaign_open(200000);
    assert_int_equal(deposit(campaign, 3000, world.admin_token), OK);
    int64_t late = proposed();
    assert_int_equal(deposit(campaign, 4000, world.admin_token), OK);
    int64_t in_time = proposed();
    assert_int_equal(operation_of(late).expires_ms - *world_clock, 7 * (int64_t)DAY_MS);
    *world_clock += 7 * (int64_t)DAY_MS - 1;
    assert_int_equal(proposal_expire(&paymaster), OK);
    assert_int_equal(operation_of(late).state, 1); /* control: not before */
    /* Confirmed in the last moment, and read of only after the term. */
    struct record_operation operation = operation_of(in_time);
    struct event event = {.kind = EVENT_OPERATION_CONFIRMED};
    event.operation_confirmed.member = second;
    event.operation_confirmed.name = operation.name;
    event.operation_confirmed.about = in_time;
    memcpy(event.operation_confirmed.operation, hex_read(&world.arena, operation.digest).data,
           DIGEST_SIZE);
    event.operation_confirmed.client_data = event.operation_confirmed.authenticator =
        event.operation_confirmed.signature = bytes_of("x", 1);
    world_event(&world, event);
    *world_clock += 1;
    assert_int_equal(proposal_expire(&paymaster), OK);
    struct record_operation expired = operation_of(late);
    assert_int_equal(expired.state, 6);
    assert_int_equal(expired.moved_ms, *world_clock);
    assert_int_equal(expired.steps_count, 2); /* proposed, and its own line: expired */
    assert_int_equal(expired.steps[1].state, 6);
    assert_int_equal(expired.steps[1].by, 3);
    confirm(late, second, 0);
    assert_int_equal(operation_of(late).state, 6);
    assert_int_equal(operation_of(in_time).state, 3);
    assert_int_equal(deposited(campaign), 4000);
    two_close();
}

static void a_passkeys_word_after_the_term_counts_for_nothing(void **state UNUSED)
{
    two_open();
    struct text campaign = campaign_open(200000);
    assert_int_equal(deposit(campaign, 3000, world.admin_token), OK);
    int64_t number = proposed();
    *world_clock += 7 * (int64_t)DAY_MS; /* and the tick that ends it has not come yet */
    confirm(number, second, 0);
    assert_int_equal(operation_of(number).state, 1);
    assert_int_equal(deposited(campaign), 0);
    two_close();
}

static void confirm_two(struct text campaign, int64_t *first, int64_t *behind)
{
    assert_int_equal(deposit(campaign, 3000, world.admin_token), OK);
    *first = proposed();
    assert_int_equal(deposit(campaign, 4000, world.admin_token), OK);
    *behind = proposed();
}

static void what_cannot_be_done_steps_aside_and_those_behind_it_go_on(void **state UNUSED)
{
    int64_t first, behind;
    bool more = true;
    two_open();
    struct text campaign = campaign_open(200000);
    confirm_two(campaign, &first, &behind);
    /* The vault refuses the first's row, each time it comes to it. */
    vault_run("CREATE TRIGGER stuck BEFORE INSERT ON fund WHEN new.cents = 3000 "
              "BEGIN SELECT RAISE(ABORT, 'stuck'); END");
    confirm(first, second, 0);
    assert_int_equal(operation_of(first).state, 2);
    confirm(behind, second, 0);
    assert_int_equal(operation_of(behind).state, 3);
    assert_int_equal(deposited(campaign), 4000);
    for (int i = 0; i < 10 && more; i++) {
        *world_clock += 60 * 1000;
        assert_int_equal(proposal_confirmed(&paymaster, &more), OK);
    }
    struct record_operation aside = operation_of(first);
    assert_int_equal(aside.state, 7);
    assert_true(text_is(aside.why, "broken"));
    assert_true(aside.begun); /* the ledger has the deposit: it cannot be given up */
    struct command withdraw = {.kind = COMMAND_OPERATION_WITHDRAW, .operation_withdraw = {first}};
    assert_int_equal(world_ask(&world, &paymaster, &withdraw, second_token), OK);
    *world_clock += 8 * (int64_t)DAY_MS;
    assert_int_equal(proposal_expire(&paymaster), OK);
    assert_int_equal(operation_of(first).state, 7);
    vault_run("DROP TRIGGER stuck");
    struct command retry = {.kind = COMMAND_OPERATION_RETRY, .operation_retry = {first}};
    uint64_t size = size_of(&paymaster);
    assert_int_equal(world_ask(&world, &paymaster, &retry, second_token), OK);
    assert_true(paymaster.confirmed);
    assert_int_equal(proposal_confirmed(&paymaster, &more), OK);
    assert_int_equal(operation_of(first).state, 3);
    assert_int_equal(deposited(campaign), 7000);
    assert_int_equal(size_of(&paymaster), size); /* its leaf was there: once */
    assert_int_equal(commit_publish(&paymaster), OK);
    two_close();
    sound();
}

static void what_kills_the_paymaster_each_time_steps_aside_too(void **state UNUSED)
{
    int64_t first, behind;
    bool more = true;
    two_open();
    struct text campaign = campaign_open(200000);
    confirm_two(campaign, &first, &behind);
    struct record_operation operation = operation_of(first);
    assert_int_equal(vault_operation_confirm(paymaster.vault, first,
                                             hex_read(&world.arena, operation.digest), second,
                                             *world_clock),
                     OK);
    for (int i = 0; i < 8; i++) /* tried, and dead before there was a result */
        assert_int_equal(vault_operation_try(paymaster.vault, first), OK);
    paymaster_close(&paymaster);
    assert_int_equal(paymaster_open(&paymaster), OK);
    assert_int_equal(proposal_confirmed(&paymaster, &more), OK);
    assert_int_equal(operation_of(first).state, 7);
    assert_int_equal(deposited(campaign), 0);
    confirm(behind, second, 0);
    assert_int_equal(deposited(campaign), 4000);
    two_close();
}

static void what_stepped_aside_with_nothing_written_may_be_withdrawn_or_expires(void **state UNUSED)
{
    int64_t first, other;
    bool more = true;
    two_open();
    struct text campaign = campaign_open(200000);
    confirm_two(campaign, &first, &other);
    vault_run("UPDATE operation SET state = 2, next_ms = 0, tries = 0");
    vault_run("ALTER TABLE campaign RENAME COLUMN deposit_cents TO deposit_gone");
    for (int i = 0; i < 10 && more; i++) {
        *world_clock += 60 * 1000;
        assert_int_equal(proposal_confirmed(&paymaster, &more), OK);
    }
    vault_run("ALTER TABLE campaign RENAME COLUMN deposit_gone TO deposit_cents");
    assert_int_equal(operation_of(first).state, 7);
    assert_false(operation_of(first).begun);
    struct command withdraw = {.kind = COMMAND_OPERATION_WITHDRAW, .operation_withdraw = {first}};
    assert_int_equal(world_ask(&world, &paymaster, &withdraw, second_token), OK);
    assert_int_equal(operation_of(first).state, 5);
    *world_clock += 8 * (int64_t)DAY_MS;
    assert_int_equal(proposal_expire(&paymaster), OK);
    assert_int_equal(operation_of(other).state, 6);
    assert_int_equal(deposited(campaign), 0);
    two_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deposit_waits_for_another_admin_and_is_booked_once),
        cmocka_unit_test(two_equal_deposits_are_two_operations_and_a_request_is_one),
        cmocka_unit_test(one_session_keeps_nobody_else_from_proposing),
        cmocka_unit_test(at_the_machine_proposals_are_read_past_all_pages),
        cmocka_unit_test(what_was_confirmed_and_not_done_is_done_at_the_next_start),
        cmocka_unit_test(a_month_is_closed_by_hand_and_a_reward_taken_back_by_two),
        cmocka_unit_test(what_is_no_longer_what_was_read_falls_out),
        cmocka_unit_test(what_nobody_confirmed_expires_by_its_term_and_says_so),
        cmocka_unit_test(a_passkeys_word_after_the_term_counts_for_nothing),
        cmocka_unit_test(what_cannot_be_done_steps_aside_and_those_behind_it_go_on),
        cmocka_unit_test(what_kills_the_paymaster_each_time_steps_aside_too),
        cmocka_unit_test(what_stepped_aside_with_nothing_written_may_be_withdrawn_or_expires),
    };
    world_clock_open();
    trace_open("test");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
