/* A period's close killed at random moments: whatever was reached, the next start goes on, and
 * everybody is paid once. test-seconds: 300 */
#include "tests/unit/ledger_world.h"

#include "ledger/close/plan.h"

static void child_close(void)
{
    static struct paymaster paymaster;
    bool closed;
    if (paymaster_open(&paymaster) != OK)
        _exit(3);
    if (vault_follow(&paymaster) != OK || close_start(&paymaster, TEXT("2026-03"), &closed) != OK)
        _exit(4);
    if (!closed && close_run(&paymaster, INT64_MAX, &closed) != OK)
        _exit(5);
    paymaster_close(&paymaster);
    _exit(0);
}

/* Start the close in a child and kill it at a random moment; true when it had come to its end. */
static bool close_killed(int64_t most_us)
{
    fflush(NULL);
    pid_t pid = fork();
    assert(pid >= 0);
    if (pid == 0)
        child_close();
    if (most_us > 0) {
        usleep((useconds_t)seal_random_below((uint64_t)most_us));
        kill(pid, SIGKILL);
    }
    int status;
    assert(waitpid(pid, &status, 0) == pid);
    if (WIFEXITED(status))
        assert_int_equal(WEXITSTATUS(status), 0);
    return WIFEXITED(status);
}

static void a_close_killed_at_random_moments_pays_once(void **state)
{
    (void)state;
    static struct paymaster paymaster;
    enum { ROUNDS = 6 };
    int kills = 0;
    /* What a close takes undisturbed: the first round's; less, once a kill came too late. */
    int64_t whole_us = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct world world;
        struct month month;
        world_open(&world, "ledger.close_bucket = 8192\nledger.fund_unit_cents = 1000\n");
        assert_int_equal(paymaster_open(&paymaster), OK);
        month_begin(&world, &paymaster, &month, true);
        month_live(&world, &month);
        uint64_t first = size_of(&paymaster);
        paymaster_close(&paymaster);
        log_close(world.journal);
        for (int tries = 0; round > 0 && tries < 12; tries++) {
            if (close_killed(whole_us)) {
                whole_us = whole_us * 3 / 4;
                break;
            }
            kills++;
        }
        int64_t start_us = clock_steady_us();
        (void)close_killed(0);
        if (round == 0)
            whole_us = clock_steady_us() - start_us;
        sound();
        assert_int_equal(log_open(&world.journal, "journal", LOG_APPEND, 1000), OK);
        assert_int_equal(paymaster_open(&paymaster), OK);
        /* One batch, whole; the escrow lost exactly what the statements say. */
        assert_int_equal(size_of(&paymaster), first + 8192);
        struct vault_period_find_row period;
        assert_int_equal(vault_period_find(paymaster.vault, &world.arena, TEXT("2026-03"), &period),
                         OK);
        struct bytes id = hex_read(&world.arena, month.campaign);
        struct book_account account;
        uint8_t escrow[16];
        account_escrow(&paymaster.key, id.data, escrow);
        arena_reset(&paymaster.book_arena, 0);
        assert_int_equal(book_account(&paymaster.writer.book, escrow, &account), OK);
        assert_int_equal(account.debits_posted, period.cents);
        assert_true(period.cents > 0);
        /* Control: an id that is not the derived one does pay again, and the sum shows it. */
        if (round == 0) {
            struct plan plan;
            enum book_answer answer;
            uint64_t seq;
            assert_int_equal(plan_open(&paymaster, &plan, TEXT("2026-03")), OK);
            struct leaf_transfer transfer = plan_transfer(&paymaster, &plan.payouts[0]);
            assert_int_equal(writer_begin(&paymaster.writer), OK);
            assert_int_equal(writer_transfer(&paymaster.writer, 0, &transfer, &answer, &seq), OK);
            assert_int_equal(answer, BOOK_EXISTS);
            transfer.id[0] ^= 1;
            assert_int_equal(writer_transfer(&paymaster.writer, 0, &transfer, &answer, &seq), OK);
            assert_int_equal(answer, BOOK_CREATED);
            assert_int_equal(book_account(&paymaster.writer.book, escrow, &account), OK);
            assert_int_not_equal(account.debits_posted, period.cents);
            writer_rollback(&paymaster.writer);
            plan_close(&plan);
        }
        paymaster_close(&paymaster);
        world_close(&world);
    }
    print_message("%d kills\n", kills);
    assert_true(kills >= ROUNDS);
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
        cmocka_unit_test(a_close_killed_at_random_moments_pays_once),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
