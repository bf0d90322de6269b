/* What moves money, or lets a key in, waits for a second person who confirmed exactly that. */
#include "tests/unit/ledger_world.h"

#include "ledger/proposal.h"
#include "core/operation.h"

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
    snprintf(settings, sizeof settings, "%sledger.findings = 0\nsecond.staff = 0\n", two);
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
    open.campaign_open =
        (struct command_campaign_open){TEXT("campaign"), TEXT("product"), *world_clock,
                                       *world_clock + 300 * (int64_t)DAY_MS, cents};
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
    for (int i = 0; i < 20; i++)
        assert_int_equal(deposit(campaign, 1000, world.admin_token), OK);
    assert_int_equal(deposit(campaign, 1000, world.admin_token), TOO_MUCH);
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
    assert_int_equal(vault_operation_confirm(paymaster.vault, number, digest, second), OK);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deposit_waits_for_another_admin_and_is_booked_once),
        cmocka_unit_test(two_equal_deposits_are_two_operations_and_a_request_is_one),
        cmocka_unit_test(what_was_confirmed_and_not_done_is_done_at_the_next_start),
        cmocka_unit_test(a_month_is_closed_by_hand_and_a_reward_taken_back_by_two),
        cmocka_unit_test(what_is_no_longer_what_was_read_falls_out),
    };
    world_clock_open();
    trace_open("test");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
