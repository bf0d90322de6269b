/* What is left of a campaign goes back: all of it, once, and it tells no more than groups do. */
#include "tests/unit/ledger_world.h"

#include "core/operation.h"
#include "ledger/desk/proposal.h"
#include "ledger/earmark/refund.h"
#include "ledger/earmark/tranche.h"

static struct world world;
static struct paymaster paymaster;

enum { K = 11, KEPT_BACK = 12, AMOUNT = 1000, DEPOSIT = 2000000, TRIALS = 200000 };

/* --- what it tells --- */

static int64_t back_of(uint64_t number, int64_t payees, int64_t shown, int64_t most)
{
    uint8_t key[KEY_SIZE] = {7}, campaign[16] = {0};
    memcpy(campaign, &number, sizeof number);
    return refund_cents(&(struct refund){.key = key,
                                         .campaign = campaign,
                                         .kept_back = KEPT_BACK,
                                         .deposit = DEPOSIT,
                                         .shown = shown * AMOUNT,
                                         .escrow = DEPOSIT - payees * AMOUNT,
                                         .most = most});
}

/* How often each pair of what was shown and what came back is seen: an index below SEEN. */
enum { SHOWN_MOST = 8, STEPS = 128, SEEN = SHOWN_MOST * STEPS };

static size_t seen(uint64_t number, int64_t payees, int64_t most)
{
    uint8_t key[KEY_SIZE] = {7}, campaign[16] = {0};
    memcpy(campaign, &number, sizeof number);
    const int64_t shown =
        (int64_t)tranche_payees(&(struct tranche){key, campaign, K, KEPT_BACK, 0, (size_t)payees});
    const int64_t part = (DEPOSIT - back_of(number, payees, shown, most)) / AMOUNT - shown;
    assert_true(part >= 0 && part < STEPS && shown / K < SHOWN_MOST);
    return (size_t)(shown / K) * STEPS + (size_t)part;
}

/* The best guess of who knows all other payees, the deposit, every group and what came back. */
static double attack(int64_t others, int64_t most)
{
    static double without[SEEN], with[SEEN];
    double right = 0;
    memset(without, 0, sizeof without);
    memset(with, 0, sizeof with);
    for (uint64_t i = 0; i < TRIALS; i++) {
        without[seen(i, others, most)] += 1. / TRIALS;
        with[seen(i, others + 1, most)] += 1. / TRIALS;
    }
    for (size_t i = 0; i < SEEN; i++)
        right += .5 * (with[i] > without[i] ? with[i] : without[i]);
    print_message("# A6 %lld others known: %.4f\n", (long long)others, right);
    return right;
}

static void who_knows_all_other_payees_hardly_learns_from_what_comes_back(void **state UNUSED)
{
    static const int64_t others[] = {0, 1, 10, 11, 21, 32};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_true(attack(others[i], AMOUNT) <= .55);
}

static void control_what_is_unspent_to_the_cent_gives_the_eleventh_away(void **state UNUSED)
{
    assert_true(attack(10, 0) > .999); /* nothing laid out: no blur */
    assert_true(attack(10, AMOUNT / 52) > .6);
}

static void never_less_comes_back_than_is_left_nor_more_than_groups_leave_open(void **state UNUSED)
{
    for (uint64_t i = 0; i < 5000; i++) {
        const int64_t payees = (int64_t)(i % 60), shown = payees / K * K;
        const int64_t back = back_of(i, payees, shown, AMOUNT);
        assert_true(back >= DEPOSIT - payees * AMOUNT);
        assert_true(back <= DEPOSIT - shown * AMOUNT);
        assert_int_equal(back, back_of(i, payees, shown, AMOUNT));
        if (payees == shown)
            assert_int_equal(back, DEPOSIT - payees * AMOUNT);
    }
}

/* --- that it comes back --- */

static struct text campaign_of_days(int64_t days)
{
    struct command open = {.kind = COMMAND_CAMPAIGN_OPEN}, fund = {.kind = COMMAND_CAMPAIGN_FUND};
    struct reply_opened opened;
    struct json *json;
    open.campaign_open = (struct command_campaign_open){TEXT("short"), TEXT("product"),
                                                        *world_clock,  *world_clock + days * DAY_MS,
                                                        100000,        TEXT("")};
    assert_int_equal(world_ask(&world, &paymaster, &open, world.sponsor_token), OK);
    assert_int_equal(json_read(text_bytes(world.reply), &json), OK);
    assert_int_equal(reply_opened_read(json, &world.arena, &opened), OK);
    json_close(json);
    fund.campaign_fund = (struct command_campaign_fund){opened.id, 100000};
    enum result result = world_ask(&world, &paymaster, &fund, world.admin_token);
    assert_int_equal(result, OK);
    return opened.id;
}

static int64_t escrow_of(struct text campaign)
{
    struct book_account account;
    uint8_t id[16], escrow[16];
    assert_true(campaign_id_read(&world.arena, campaign, id));
    account_escrow(&paymaster.key, id, escrow);
    arena_reset(&paymaster.book_arena, 0);
    assert_int_equal(book_account(&paymaster.writer.book, escrow, &account), OK);
    return account.credits_posted - account.debits_posted;
}

static struct record_campaign seen_by_sponsor(struct text campaign)
{
    struct command command = {.kind = COMMAND_CAMPAIGNS};
    struct reply_campaigns all;
    struct record_campaign found = {0};
    struct json *json;
    assert_int_equal(world_ask(&world, &paymaster, &command, world.sponsor_token), OK);
    assert_int_equal(json_read(text_bytes(world.reply), &json), OK);
    assert_int_equal(reply_campaigns_read(json, &world.arena, &all), OK);
    for (size_t i = 0; i < all.campaigns_count; i++)
        if (text_equal(all.campaigns[i].id, campaign))
            found = all.campaigns[i];
    json_close(json);
    return found;
}

/* A campaign of twenty days on which five votes earn, and its month closed. */
static struct text month_over(const char *settings)
{
    world_open(&world, settings);
    assert_int_equal(paymaster_open(&paymaster), OK);
    struct text campaign = campaign_of_days(25);
    int64_t question = world_posting(&world, world.members[0], 0);
    assert_int_equal(world_earmark(&world, &paymaster, campaign, question, 3, 1000, 50000), OK);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    for (size_t i = 1; i < 6; i++)
        world_vote(&world, question, world.members[0], world.members[i], 1);
    assert_int_equal(refunds_due(&paymaster), OK);
    *world_clock = clock_month_next(WORLD_START) + 3600 * 1000;
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    return campaign;
}

#define SETTINGS "ledger.close_bucket = 64\nledger.fund_unit_cents = 1000\n"

static void all_that_is_left_comes_back_after_the_embargo_and_once(void **state UNUSED)
{
    struct text campaign = month_over(SETTINGS);
    int64_t left = escrow_of(campaign);
    assert_true(left > 90000 && left < 100000);
    *world_clock += 89 * (int64_t)DAY_MS;
    assert_int_equal(refunds_due(&paymaster), OK);
    assert_int_equal(escrow_of(campaign), left); /* control: not within the embargo */
    *world_clock += 2 * (int64_t)DAY_MS;
    uint64_t size = size_of(&paymaster);
    assert_int_equal(refunds_due(&paymaster), OK);
    assert_int_equal(escrow_of(campaign), 0);
    assert_int_equal(size_of(&paymaster), size + 2);
    assert_int_equal(refunds_due(&paymaster), OK);
    assert_int_equal(size_of(&paymaster), size + 2);
    struct record_campaign seen_now = seen_by_sponsor(campaign);
    assert_int_equal(seen_now.refund_leaf, size + 1);
    assert_true(seen_now.refund_cents >= left && seen_now.refund_cents <= 100000);
    assert_int_equal(seen_now.escrow_cents, 100000 - seen_now.refund_cents);
    struct command late = {.kind = COMMAND_CAMPAIGN_FUND, .campaign_fund = {campaign, 1000}};
    assert_int_equal(world_ask(&world, &paymaster, &late, world.admin_token), CONFLICT);
    struct command again = {.kind = COMMAND_CAMPAIGN_REFUND, .campaign_refund = {campaign}};
    assert_int_equal(world_ask(&world, &paymaster, &again, world.admin_token), REFUSED);
    assert_int_equal(world_ask(&world, &paymaster, &again, NULL), OK);
    assert_int_equal(size_of(&paymaster), size + 2);
    assert_int_equal(commit_publish(&paymaster), OK);
    paymaster_close(&paymaster);
    world_close(&world);
    sound();
}

static void what_was_meant_before_a_crash_is_finished_to_the_same_cent(void **state UNUSED)
{
    struct vault_campaign_find_row row;
    uint8_t id[16];
    struct text campaign = month_over(SETTINGS "ledger.embargo_days = 0\n");
    int64_t left = escrow_of(campaign);
    assert_true(campaign_id_read(&world.arena, campaign, id));
    uint64_t size = size_of(&paymaster);
    assert_int_equal(
        vault_campaign_refund(paymaster.vault, bytes_of(id, 16), left + 500, 500, *world_clock),
        OK);
    paymaster_close(&paymaster);
    assert_int_equal(paymaster_open(&paymaster), OK);
    size = size_of(&paymaster);
    assert_int_equal(refunds_due(&paymaster), OK);
    assert_int_equal(escrow_of(campaign), 0);
    assert_int_equal(size_of(&paymaster), size + 2);
    assert_int_equal(vault_campaign_find(paymaster.vault, &world.arena, bytes_of(id, 16), &row),
                     OK);
    assert_int_equal(row.refund_cents, left + 500);
    assert_int_equal(row.refund_leaf, size + 1);
    assert_int_equal(commit_publish(&paymaster), OK);
    paymaster_close(&paymaster);
    world_close(&world);
    sound();
}

/* Where money takes two, the paymaster proposes it by itself, once, and an admin confirms. */
static void a_refund_is_proposed_by_the_machine_and_done_when_an_admin_confirms(void **state UNUSED)
{
    struct vault_operations_row *rows;
    size_t count;
    bool more;
    struct text campaign = month_over(SETTINGS "ledger.embargo_days = 0\n");
    char state_folder[600];
    snprintf(state_folder, sizeof state_folder, "%s", conf_path("."));
    FILE *file = fopen(conf_path("curbside.conf"), "w");
    assert_non_null(file);
    assert_true(fputs(SETTINGS "ledger.findings = 0\nsecond.staff = 0\nledger.embargo_days = 0\n",
                      file) >= 0);
    fclose(file);
    conf_open(state_folder); /* money.two_admins is 1 by itself */
    int64_t left = escrow_of(campaign);
    for (int i = 0; i < 3; i++)
        assert_int_equal(refunds_due(&paymaster), OK);
    assert_int_equal(escrow_of(campaign), left);
    assert_int_equal(vault_operations(paymaster.vault, &world.arena, 10, &rows, &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].proposed_by, 0);
    assert_true(text_starts(rows[0].words, "Return "));
    assert_int_equal(vault_operation_confirm(paymaster.vault, rows[0].number, rows[0].digest,
                                             world.admin, *world_clock),
                     OK);
    assert_int_equal(proposal_confirmed(&paymaster, &more), OK);
    assert_int_equal(escrow_of(campaign), 0);
    assert_int_equal(refunds_due(&paymaster), OK);
    assert_int_equal(vault_operations(paymaster.vault, &world.arena, 10, &rows, &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].state, 3);
    paymaster_close(&paymaster);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_knows_all_other_payees_hardly_learns_from_what_comes_back),
        cmocka_unit_test(control_what_is_unspent_to_the_cent_gives_the_eleventh_away),
        cmocka_unit_test(never_less_comes_back_than_is_left_nor_more_than_groups_leave_open),
        cmocka_unit_test(all_that_is_left_comes_back_after_the_embargo_and_once),
        cmocka_unit_test(a_refund_is_proposed_by_the_machine_and_done_when_an_admin_confirms),
        cmocka_unit_test(what_was_meant_before_a_crash_is_finished_to_the_same_cent),
    };
    world_clock_open();
    trace_open("test");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
