/* Killed at any system call while it keeps a proposal, takes what was confirmed and does it, or
 * returns what is left of a campaign: it is there once, and done once. KILLS=1 tries every system
 * call. test-seconds: 300 */
#include "tests/unit/ledger_killed.h"

#include "core/operation.h"
#include "ledger/desk/proposal.h"
#include "ledger/earmark/refund.h"

#define SETTINGS "ledger.close_bucket = 64\nledger.fund_unit_cents = 1000\n"

static struct world world;
static struct paymaster paymaster;
static struct text campaign, over; /* one that goes on, and one that is over */
static uint8_t public_key[32];

static enum result house_open(void)
{
    return paymaster_open(&paymaster);
}

/* Both take two: as the settings are by themselves. */
static void two_set(void)
{
    char state[600];
    snprintf(state, sizeof state, "%s", conf_path("."));
    state[strlen(state) - 2] = '\0'; /* the folder itself: it is copied */
    FILE *file = fopen(conf_path("curbside.conf"), "w");
    assert_non_null(file);
    assert_true(fputs(SETTINGS "ledger.findings = 0\nsecond.staff = 0\nledger.embargo_days = 0\n",
                      file) >= 0);
    fclose(file);
    conf_open(state);
}

static struct text campaign_of_days(int64_t days)
{
    struct command open = {.kind = COMMAND_CAMPAIGN_OPEN};
    struct reply_opened opened;
    struct json *json;
    open.campaign_open = (struct command_campaign_open){TEXT("short"), TEXT("product"),
                                                        *world_clock,  *world_clock + days * DAY_MS,
                                                        100000,        TEXT("")};
    assert_int_equal(world_ask(&world, &paymaster, &open, world.sponsor_token), OK);
    assert_int_equal(json_read(text_bytes(world.reply), &json), OK);
    assert_int_equal(reply_opened_read(json, &world.arena, &opened), OK);
    json_close(json);
    return opened.id;
}

/* A month in which `votes` of a campaign of 25 days earned, closed; so many are shown to nobody. */
static void month_over(size_t votes)
{
    world_open(&world, SETTINGS "ledger.embargo_days = 0\n");
    assert_int_equal(paymaster_open(&paymaster), OK);
    over = campaign_of_days(25);
    struct command fund = {.kind = COMMAND_CAMPAIGN_FUND, .campaign_fund = {over, 100000}};
    assert_int_equal(world_ask(&world, &paymaster, &fund, world.admin_token), OK);
    campaign = world_campaign(&world, &paymaster, 200000);
    int64_t question = world_posting(&world, world.members[0], 0);
    assert_int_equal(world_earmark(&world, &paymaster, over, question, 3, 1000, 50000), OK);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    for (size_t i = 1; i <= votes; i++)
        world_vote(&world, question, world.members[0], world.members[i], 1);
    *world_clock = clock_month_next(WORLD_START) + 3600 * 1000;
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
}

/* --- what came of it --- */

struct came {
    int64_t funded, refunded, house, leaves, keys; /* leaves: but of batches */
    int64_t proposals, done, deposit, refund_cents, refund_leaf, refund_seq, own_keys;
    uint8_t digests[3][DIGEST_SIZE];
};

static void leaf_count(struct came *came, const struct leaf *leaf)
{
    /* A batch may be written once more. */
    came->leaves += leaf->kind != LEAF_COMMITMENT && leaf->kind != LEAF_ANCHOR;
    came->keys += leaf->kind == LEAF_KEY && leaf->key.type == KEY_SPONSOR;
    if (leaf->kind != LEAF_TRANSFER)
        return;
    int64_t cents = (int64_t)leaf->transfer.amount;
    came->funded += leaf->transfer.code == TRANSFER_FUND ? cents : 0;
    came->house += leaf->transfer.code == TRANSFER_HOUSE ? cents : 0;
    if (leaf->transfer.code == TRANSFER_REFUND) {
        came->refunded += cents;
        came->refund_seq = (int64_t)leaf->seq;
    }
}

/* By ledger and vault, from files alone. */
static struct came came_of(void)
{
    static struct paymaster reader;
    struct came came = {.refund_leaf = -1, .refund_seq = -1};
    struct vault_operations_said_row *said;
    struct vault_campaign_find_row row;
    struct vault_own_keys_of_row *keys;
    struct log_entry *entries;
    uint8_t id[16];
    size_t count;
    assert_int_equal(paymaster_open_reading(&reader, true), OK);
    assert_int_equal(log_read(reader.ledger, &reader.arena, 0, 10000, &entries, &count), OK);
    for (size_t i = 0; i < count; i++) {
        struct leaf leaf;
        assert_int_equal(leaf_decode(entries[i].body, &leaf, NULL), OK);
        leaf_count(&came, &leaf);
    }
    assert_int_equal(vault_operations_said(reader.vault, &reader.arena, 20, &said, &count), OK);
    came.proposals = (int64_t)count;
    for (size_t i = 0; i < count && i < 3; i++) {
        came.done += said[i].state == 3;
        if (said[i].proposed_by != 0) /* the machine asks under a fresh request each time */
            memcpy(came.digests[i], said[i].digest.data, DIGEST_SIZE);
    }
    assert_true(campaign_id_read(&reader.arena, campaign, id));
    assert_int_equal(vault_campaign_find(reader.vault, &reader.arena, bytes_of(id, 16), &row), OK);
    came.deposit = row.deposit_cents;
    assert_true(campaign_id_read(&reader.arena, over, id));
    assert_int_equal(vault_campaign_find(reader.vault, &reader.arena, bytes_of(id, 16), &row), OK);
    came.refund_cents = row.has_refund_cents ? row.refund_cents : -1;
    came.refund_leaf = row.has_refund_leaf ? row.refund_leaf : -1;
    assert_int_equal(
        vault_own_keys_of(reader.vault, &reader.arena, world.sponsor, 20, &keys, &count), OK);
    came.own_keys = (int64_t)count;
    paymaster_close(&reader);
    return came;
}

/* The same from wherever it was killed. */
static void killed_anywhere(enum result (*work)(void), long some, struct came *whole)
{
    long calls = killed_run(house_open, work, 0), step = killed_step(calls, some), kills = 0;
    *whole = came_of();
    for (long at = 1; at <= calls; at += step) {
        killed_restore();
        kills += killed_run(house_open, work, at) < 0;
        (void)killed_run(house_open, work, 0);
        struct came now = came_of();
        if (memcmp(&now, whole, sizeof now) != 0)
            print_message("killed at %ld: %lld leaves, %lld done, %lld funded, %lld refunded\n", at,
                          (long long)now.leaves, (long long)now.done, (long long)now.funded,
                          (long long)now.refunded);
        assert_memory_equal(&now, whole, sizeof now);
    }
    print_message("%ld of %ld system calls\n", kills, calls);
    assert_true(kills >= 10);
    sound();
}

/* --- proposing --- */

static enum result ask(struct command command, const uint8_t *token, uint8_t request)
{
    struct arena arena;
    struct buf message, reply;
    const char *action = session_action(command.kind);
    arena_open(&arena, 1 << 20);
    command.token = session_token_text(&arena, token);
    command.form = session_form(&arena, token, action);
    command.request[0] = request;
    buf_open(&message, &arena, 1024);
    buf_open(&reply, &arena, 1024);
    command_write(&message, &command);
    enum result result = paymaster_command(&paymaster, buf_bytes(&message), false, &reply);
    arena_reset(&paymaster.arena, 0);
    arena_close(&arena);
    return result;
}

/* A deposit by an admin, a key by a sponsor, a refund by the machine: as a client that sends again
 * what was not answered. */
static enum result propose(void)
{
    struct command fund = {.kind = COMMAND_CAMPAIGN_FUND, .campaign_fund = {campaign, 5000}};
    struct command key = {.kind = COMMAND_SPONSOR_KEY_ADD};
    struct buf hex;
    buf_open(&hex, &world.arena, 80);
    buf_hex(&hex, bytes_of(public_key, 32));
    key.sponsor_key_add.public_key = buf_done(&hex);
    enum result result = vault_follow(&paymaster);
    if (result == OK)
        result = ask(fund, world.admin_token, 200);
    if (result == OK)
        result = ask(key, world.sponsor_token, 201);
    return result == OK ? refunds_due(&paymaster) : result;
}

static void proposals_ready(void)
{
    static const uint8_t seed[KEY_SIZE] = {8};
    uint8_t secret_key[64];
    month_over(5);
    seal_sign_keypair(public_key, secret_key, seed);
    two_set();
    world_awake(&world);
}

static void killed_while_it_is_proposed_it_is_there_once(void **state UNUSED)
{
    struct came whole;
    proposals_ready();
    paymaster_close(&paymaster);
    log_close(world.journal);
    killed_keep();
    killed_anywhere(propose, 12, &whole);
    assert_int_equal(whole.proposals, 3);
    assert_int_equal(whole.funded, 300000); /* nothing was done */
    killed_forget();
    arena_close(&world.arena);
}

/* --- doing what was confirmed --- */

/* As the serving paymaster: read what was confirmed, do it, look again while something goes on. */
static enum result confirmed_do(void)
{
    bool more = true;
    enum result result = vault_follow(&paymaster);
    for (int i = 0; i < 20 && more && result == OK; i++) {
        arena_reset(&paymaster.arena, 0);
        result = proposal_confirmed(&paymaster, &more);
        *world_clock += 60 * 1000; /* what died once is tried a little later */
    }
    if (result == OK)
        result = commit_tick(&paymaster); /* a key goes into the ledger with a batch */
    return result == OK ? commit_publish(&paymaster) : result;
}

static void confirmations_write(void)
{
    struct vault_operations_said_row *said;
    size_t count;
    int64_t second;
    uint8_t token[TOKEN_SIZE];
    second = world_staff(&world, 3, token);
    assert_int_equal(vault_operations_said(paymaster.vault, &world.arena, 9, &said, &count), OK);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        struct event event = {.kind = EVENT_OPERATION_CONFIRMED};
        event.operation_confirmed.member = second;
        event.operation_confirmed.name = said[i].name;
        event.operation_confirmed.about = said[i].number;
        memcpy(event.operation_confirmed.operation, said[i].digest.data, DIGEST_SIZE);
        event.operation_confirmed.client_data = event.operation_confirmed.authenticator =
            event.operation_confirmed.signature = bytes_of("x", 1);
        world_event(&world, event);
    }
}

static void killed_while_it_is_done_it_is_done_once(void **state UNUSED)
{
    struct came whole;
    proposals_ready();
    assert_int_equal(propose(), OK);
    confirmations_write();
    paymaster_close(&paymaster);
    log_close(world.journal);
    killed_keep();
    int64_t now_ms = *world_clock;
    killed_anywhere(confirmed_do, 24, &whole);
    *world_clock = now_ms;
    assert_int_equal(whole.done, 3);
    assert_int_equal(whole.funded, 305000);
    assert_int_equal(whole.deposit, 205000);
    assert_int_equal(whole.own_keys, 2); /* of the month before, and this one */
    assert_true(whole.refunded >= 95000 && whole.refunded == whole.refund_cents);
    assert_int_equal(whole.refund_leaf, whole.refund_seq);
    killed_forget();
    arena_close(&world.arena);
}

/* --- what is left of a campaign, where one alone may --- */

static enum result refund(void)
{
    enum result result = refunds_due(&paymaster);
    return result == OK ? commit_publish(&paymaster) : result;
}

static void refund_killed(size_t votes, struct came *whole)
{
    month_over(votes);
    paymaster_close(&paymaster);
    log_close(world.journal);
    killed_keep();
    killed_anywhere(refund, 12, whole);
    assert_true(whole->refunded > 0 && whole->refunded == whole->refund_cents);
    assert_int_equal(whole->refund_leaf, whole->refund_seq);
    killed_forget();
    arena_close(&world.arena);
}

static void killed_while_it_goes_back_ledger_and_vault_say_the_same(void **state UNUSED)
{
    struct came whole;
    refund_killed(5, &whole);
    assert_int_equal(whole.refunded - whole.house, 100000 - 5 * 500);
    refund_killed(0, &whole); /* nothing is hidden: a pad in the house's place */
    assert_int_equal(whole.house, 0);
    assert_int_equal(whole.refunded, 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_while_it_is_proposed_it_is_there_once),
        cmocka_unit_test(killed_while_it_is_done_it_is_done_once),
        cmocka_unit_test(killed_while_it_goes_back_ledger_and_vault_say_the_same),
    };
    world_clock_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
