/* Money on its way out: held once, sent once, posted or voided as the bank says, whenever the
 * program is killed, its taxes too. KILLS=1 tries every system call. test-seconds: 240 */
#include "tests/unit/ledger_killed.h"

#include "ledger/log/file.h"
#include "ledger/payout/payout.h"
#include "ledger/close/reverse.h"
#include "ledger/payout/unblind.h"
#include "ledger/payout/withhold.h"
#include "schema/statement.h"

static struct world world;
static struct paymaster paymaster;
static const char *threshold = "payout.threshold_cents = 500\n";

static void world_payee(int64_t member, int64_t rail, const char *charity)
{
    struct event event = {.kind = EVENT_PAYEE_SET};
    event.payee_set.member = member;
    event.payee_set.rail = rail;
    event.payee_set.charity = text_of(charity);
    world_event(&world, event);
}

/* A closed month in which everybody who voted was credited. */
static void month_make(void)
{
    char settings[200];
    snprintf(settings, sizeof settings,
             "ledger.close_bucket = 64\nledger.fund_unit_cents = 1000\n%s", threshold);
    world_open(&world, settings);
    assert_int_equal(paymaster_open(&paymaster), OK);
    int64_t question = world_posting(&world, world.members[0], 0);
    struct text campaign = world_campaign(&world, &paymaster, 200000);
    assert_int_equal(world_earmark(&world, &paymaster, campaign, question, 3, 1234, 100000), OK);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    for (size_t i = 1; i < 9; i++)
        world_payee(world.members[i], RAIL_NACHA, "");
    for (size_t i = 1; i < 9; i++)
        world_vote(&world, question, world.members[0], world.members[i], 1 + (int64_t)i % 3);
    *world_clock = clock_month_next(WORLD_START) + 3600 * 1000;
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
}

/* And the hold-back over. */
static void month_payable(void)
{
    month_make();
    *world_clock += 14 * (int64_t)DAY_MS;
}

static struct statement_standing_row standing_of(size_t who)
{
    struct statement_standing_row row;
    int64_t released_ms = *world_clock - 14 * (int64_t)DAY_MS;
    assert_int_equal(statement_standing(paymaster.statement, &world.arena, world.members[who],
                                        released_ms, &row),
                     OK);
    return row;
}

struct sums {
    int64_t holds, held, withheld, remitted, unblinded, closes, exports, posted, voided, out;
};

/* What the ledger has of payouts. */
static struct sums sums_of(void)
{
    struct sums sums = {0};
    struct log *log;
    struct log_entry *entries;
    struct arena arena;
    size_t count;
    arena_open(&arena, 16 << 20);
    assert_int_equal(log_open(&log, "ledger", LOG_READ, 0), OK);
    assert_int_equal(log_read(log, &arena, 0, 10000, &entries, &count), OK);
    for (size_t i = 0; i < count; i++) {
        struct leaf leaf;
        assert_int_equal(leaf_decode(entries[i].body, &leaf, NULL), OK);
        sums.closes += leaf.kind == LEAF_CLOSE && leaf.close.rail != 0;
        sums.exports += leaf.kind == LEAF_EXPORT;
        if (leaf.kind == LEAF_TRANSFER && leaf.transfer.code == TRANSFER_WITHHELD)
            sums.withheld += (int64_t)leaf.transfer.amount;
        if (leaf.kind == LEAF_TRANSFER && leaf.transfer.code == TRANSFER_REMITTED)
            sums.remitted += (int64_t)leaf.transfer.amount;
        if (leaf.kind == LEAF_TRANSFER && leaf.transfer.code == TRANSFER_CONSENTED)
            sums.unblinded++;
        if (leaf.kind != LEAF_TRANSFER || leaf.transfer.code != TRANSFER_PAYOUT)
            continue;
        sums.holds += leaf.flags == TRANSFER_PENDING;
        sums.held += leaf.flags == TRANSFER_PENDING ? (int64_t)leaf.transfer.amount : 0;
        sums.posted += leaf.flags == TRANSFER_POST;
        sums.voided += leaf.flags == TRANSFER_VOID;
        sums.out += leaf.flags == 0 ? (int64_t)leaf.transfer.amount : 0;
    }
    log_close(log);
    arena_close(&arena);
    return sums;
}

static void a_batch_is_held_sent_and_settled_as_the_bank_says(void **state)
{
    (void)state;
    uint8_t batch[16], again[16], sha256[32] = {5}, other[32] = {6};
    struct vault_rail_items_row *items;
    size_t count;
    month_make();
    *world_clock += 14 * (int64_t)DAY_MS - 1;
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, batch), NOT_FOUND); /* held back */
    assert_int_equal(standing_of(1).held, standing_of(1).earned);
    *world_clock += 1;
    assert_int_equal(standing_of(1).held, 0);
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, batch), OK);
    struct sums sums = sums_of();
    assert_int_equal(sums.holds, 8);
    assert_int_equal(sums.closes, 1);
    /* What is held cannot be held again. */
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, again), NOT_FOUND);
    assert_int_equal(
        vault_rail_items(paymaster.vault, &world.arena, bytes_of(batch, 16), &items, &count), OK);
    assert_int_equal(count, 8);
    struct buf hex;
    buf_open(&hex, &world.arena, 40);
    buf_hex(&hex, items[0].transfer);
    struct rail_answer answer = {.id = buf_done(&hex), .paid = true, .reason = TEXT("")};
    assert_int_equal(payout_answer(&paymaster, &answer), INVALID); /* no bank can know of it yet */
    assert_int_equal(payout_export(&paymaster, batch, sha256, 950), OK);
    assert_int_equal(payout_export(&paymaster, batch, sha256, 950), OK);
    assert_int_equal(payout_export(&paymaster, batch, other, 950), CONFLICT);
    assert_int_equal(payout_answer(&paymaster, &answer), OK);
    assert_int_equal(payout_answer(&paymaster, &answer), OK);
    answer.paid = false;
    assert_int_equal(payout_answer(&paymaster, &answer), CONFLICT);
    /* The second comes back, named by as much of its id as a NACHA file has room for. */
    buf_open(&hex, &world.arena, 40);
    buf_hex(&hex, items[1].transfer);
    answer = (struct rail_answer){.id = {hex.data, 15}, .reason = TEXT("R03")};
    assert_int_equal(payout_answer(&paymaster, &answer), OK);
    answer.id = TEXT("000000000000000");
    assert_int_equal(payout_answer(&paymaster, &answer), NOT_FOUND);
    sums = sums_of();
    assert_int_equal(sums.exports, 1);
    assert_int_equal(sums.posted, 1);
    assert_int_equal(sums.voided, 1);
    assert_int_equal(sums.out, items[0].cents);
    /* Who has it back goes out with the next batch, and nobody else: by the rail he says then. */
    world_payee(items[1].member, RAIL_PAIN001, "charity");
    assert_int_equal(vault_follow(&paymaster), OK);
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, again), NOT_FOUND);
    assert_int_equal(payout_close(&paymaster, RAIL_PAIN001, again), OK);
    assert_int_equal(sums_of().holds, 9);
    struct buf list;
    buf_open(&list, &world.arena, 1024);
    assert_int_equal(payout_list(&paymaster, again, &list), OK);
    assert_non_null(strstr(buf_done(&list).data, " charity\n"));
    assert_int_equal(commit_publish(&paymaster), OK);
    paymaster_close(&paymaster);
    sound();
    world_close(&world);
}

/* --- what is given back, and what is taken back --- */

static void a_batch_without_a_file_is_given_back_and_its_file_comes_too_late(void **state)
{
    (void)state;
    uint8_t batch[16], later[16], sha256[32] = {5};
    month_payable();
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, batch), OK);
    assert_int_equal(statement_catch_up(&paymaster), OK);
    int64_t earned = standing_of(1).earned;
    assert_true(earned > 0);
    assert_int_equal(standing_of(1).sent, earned);
    *world_clock += 10 * (int64_t)DAY_MS - 700 * 1000;
    assert_int_equal(payout_expire(&paymaster), OK);
    assert_int_equal(standing_of(1).sent, earned); /* not yet */
    *world_clock += 700 * 1000;
    assert_int_equal(payout_expire(&paymaster), OK);
    assert_int_equal(standing_of(1).sent, 0);
    assert_int_equal(sums_of().holds, 8);
    assert_int_equal(payout_export(&paymaster, batch, sha256, 950), STALE);
    assert_int_equal(payout_expire(&paymaster), OK); /* once */
    /* All of it goes out again; what has a file never ends by itself. */
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, later), OK);
    assert_int_equal(sums_of().holds, 16);
    assert_int_equal(payout_export(&paymaster, later, sha256, 950), OK);
    *world_clock += 100 * (int64_t)DAY_MS;
    assert_int_equal(payout_expire(&paymaster), OK);
    assert_int_equal(statement_catch_up(&paymaster), OK);
    assert_int_equal(standing_of(1).sent, earned);
    assert_int_equal(commit_publish(&paymaster), OK);
    paymaster_close(&paymaster);
    sound();
    world_close(&world);
}

static void who_asks_is_paid_below_the_threshold_once_and_who_said_no_place_never(void **state)
{
    (void)state;
    uint8_t batch[16];
    struct event asked = {.kind = EVENT_PAYOUT_ASKED};
    struct vault_rail_items_row *items;
    size_t count;
    const char *usual = threshold;
    threshold = "payout.threshold_cents = 10000000\n";
    month_payable();
    threshold = usual;
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, batch), NOT_FOUND);
    asked.payout_asked.member = world.members[3];
    world_event(&world, asked);
    asked.payout_asked.member = world.members[4];
    world_event(&world, asked);
    world_payee(world.members[4], RAIL_NONE, ""); /* asked, and then took the account away */
    assert_int_equal(vault_follow(&paymaster), OK);
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, batch), OK);
    assert_int_equal(
        vault_rail_items(paymaster.vault, &world.arena, bytes_of(batch, 16), &items, &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(items[0].member, world.members[3]);
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, batch), NOT_FOUND);
    paymaster_close(&paymaster);
    world_close(&world);
}

static void a_reward_is_taken_back_by_an_entry_its_member_can_read(void **state)
{
    (void)state;
    uint8_t batch[16];
    struct statement_payments_row *payments;
    struct statement_reversal_of_row back;
    size_t count;
    month_make();
    assert_int_equal(statement_payments(paymaster.statement, &world.arena, world.members[1],
                                        TEXT("2026-03"), 0, 10, &payments, &count),
                     OK);
    assert_int_equal(count, 1);
    int64_t id = payments[0].id;
    assert_int_equal(reward_reverse(&paymaster, id, TEXT("  ")), INVALID);
    assert_int_equal(reward_reverse(&paymaster, 1, TEXT("no reward")), NOT_FOUND);
    assert_int_equal(reward_reverse(&paymaster, id, TEXT("Counted twice")), OK);
    assert_int_equal(reward_reverse(&paymaster, id, TEXT("Counted twice")), OK);
    assert_int_equal(reward_reverse(&paymaster, id, TEXT("Something else")), CONFLICT);
    assert_int_equal(standing_of(1).earned, 0);
    assert_int_equal(
        statement_reversal_of(paymaster.statement, &world.arena, world.members[1], id, &back), OK);
    assert_true(text_is(back.why, "Counted twice"));
    assert_int_equal(
        statement_reversal_of(paymaster.statement, &world.arena, world.members[2], id, &back),
        NOT_FOUND);
    /* It does not go out; what is on its way cannot be taken back. */
    *world_clock += 14 * (int64_t)DAY_MS;
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, batch), OK);
    assert_int_equal(sums_of().holds, 7);
    assert_int_equal(statement_payments(paymaster.statement, &world.arena, world.members[2],
                                        TEXT("2026-03"), 0, 10, &payments, &count),
                     OK);
    assert_int_equal(reward_reverse(&paymaster, payments[0].id, TEXT("Too late")), CONFLICT);
    assert_int_equal(commit_publish(&paymaster), OK);
    paymaster_close(&paymaster);
    sound();
    world_close(&world);
}

/* --- killed between closing a batch and noting its file --- */

static int64_t reward_leaf;

/* One is carried out, what was withheld of it goes to the tax office, and its maker knows of it. */
static enum result payout_after(const uint8_t batch[16])
{
    struct vault_rail_items_row *items;
    size_t count;
    struct buf hex;
    enum result result =
        vault_rail_items(paymaster.vault, &paymaster.arena, bytes_of(batch, 16), &items, &count);
    buf_open(&hex, &paymaster.arena, 40);
    if (result == OK)
        buf_hex(&hex, items[0].transfer);
    if (result == OK)
        result = payout_answer(&paymaster, &(struct rail_answer){buf_done(&hex), true, TEXT("")});
    if (result == OK)
        result = withhold_remit(&paymaster, items[0].withheld, TEXT("EFT 1"));
    return result == OK ? unblind(&paymaster, reward_leaf, UNBLIND_CONSENT) : result;
}

static enum result house_open(void)
{
    return paymaster_open(&paymaster);
}

/* Close, make the file, note it: as the operator does, from whatever was reached before. */
static enum result payout_all(void)
{
    uint8_t batch[16], sha256[32];
    struct vault_rail_batch_last_row last;
    struct buf list;
    enum result result = payout_close(&paymaster, RAIL_NACHA, batch);
    if (result == NOT_FOUND &&
        vault_rail_batch_last(paymaster.vault, &paymaster.arena, &last) == OK) {
        memcpy(batch, last.id.data, 16);
        result = OK;
    }
    buf_open(&list, &paymaster.arena, 4096);
    if (result == OK)
        result = payout_list(&paymaster, batch, &list);
    seal_sha256(sha256, buf_bytes(&list), NO_BYTES);
    if (result == OK)
        result = file_write_private(conf_path("outbox/file"), buf_bytes(&list));
    if (result == OK)
        result = payout_export(&paymaster, batch, sha256, list.size);
    if (result == OK)
        result = payout_after(batch);
    return result;
}

static void killed_at_any_system_call_it_is_paid_once_and_has_one_file(void **state)
{
    (void)state;
    struct sums whole, now;
    struct bytes file, same;
    month_payable();
    struct statement_payments_row *payments;
    size_t count;
    assert_int_equal(statement_payments(paymaster.statement, &world.arena, world.members[1],
                                        TEXT("2026-03"), 0, 10, &payments, &count),
                     OK);
    reward_leaf = payments[0].id;
    /* From each a part is withheld: it is held as often as the rest, once. */
    assert_int_equal(file_write(conf_path("tax/years.txt"),
                                text_bytes(TEXT("nec.threshold_cents 2020 - 1\n"
                                                "withhold.basis_points 2020 - 2400\n"))),
                     OK);
    paymaster_close(&paymaster);
    log_close(world.journal);
    killed_keep();
    long calls = killed_run(house_open, payout_all, 0), step = killed_step(calls, 24), kills = 0;
    whole = sums_of();
    assert_int_equal(whole.holds, 8);
    assert_int_equal(whole.closes, 1);
    assert_int_equal(whole.exports, 1);
    assert_int_equal(whole.held, 8 * 469);
    assert_int_equal(whole.withheld, 8 * 148 + 148); /* held, and one posted */
    assert_int_equal(whole.remitted, 148);
    assert_int_equal(whole.unblinded, 1);
    assert_int_equal(file_read(&world.arena, conf_path("outbox/file"), 1 << 20, &file), OK);
    for (long at = 1; at <= calls; at += step) {
        killed_restore();
        kills += killed_run(house_open, payout_all, at) < 0;
        (void)killed_run(house_open, payout_all, 0);
        now = sums_of();
        assert_memory_equal(&now, &whole, sizeof whole);
        assert_int_equal(file_read(&world.arena, conf_path("outbox/file"), 1 << 20, &same), OK);
        assert_int_equal(same.size, file.size);
        assert_memory_equal(same.data, file.data, file.size);
    }
    print_message("%ld of %ld system calls\n", kills, calls);
    assert_true(kills > 10);
    /* Control: ids that were not derived would be held a second time. */
    assert_int_equal(paymaster_open(&paymaster), OK);
    uint8_t batch[16];
    assert_int_equal(payout_close(&paymaster, RAIL_NACHA, batch), NOT_FOUND);
    paymaster_close(&paymaster);
    killed_forget();
    arena_close(&world.arena);
}

static int set_up(void **state)
{
    (void)state;
    world_clock_open();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_is_held_sent_and_settled_as_the_bank_says),
        cmocka_unit_test(a_batch_without_a_file_is_given_back_and_its_file_comes_too_late),
        cmocka_unit_test(who_asks_is_paid_below_the_threshold_once_and_who_said_no_place_never),
        cmocka_unit_test(a_reward_is_taken_back_by_an_entry_its_member_can_read),
        cmocka_unit_test(killed_at_any_system_call_it_is_paid_once_and_has_one_file),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
