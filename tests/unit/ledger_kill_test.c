/* The ledger's writer killed (SIGKILL) at random moments, again and again, on one ledger that keeps
 * growing: whatever was acknowledged is there, whatever is there holds together, and what the
 * killed one was about to write is written by the next, once. KILLS=N lengthens, SEED=N repeats the
 * moments. test-seconds: 150 */
#include "tests/unit/ledger_desk.h"

#include <assert.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* What writer and killer share. */
struct shared {
    _Atomic uint64_t acknowledged; /* the highest number whose commit returned */
    _Atomic uint64_t working;      /* how many writers came to write */
};
static struct shared *shared;
/* Writes until it is killed; `early`: tells before it is durable (the control). It sends the last
 * ten numbers again first, as somebody does who was not answered. */
static void work(uint64_t seed, bool early)
{
    struct arena arena;
    struct desk desk;
    arena_open(&arena, 1 << 20);
    /* The first who asks for an id has the newest ones read: so much longer as there are more. */
    static const uint8_t nobody[16];
    uint64_t seq;
    if (desk_open(&desk, &arena) != OK ||
        book_transfer(&desk.writer.book, nobody, &seq) != NOT_FOUND)
        _exit(3);
    chance_state = seed;
    uint64_t told = shared->acknowledged, number = told > 10 ? told - 10 : 1;
    shared->working++;
    for (;;) {
        uint64_t count = 1 + (chance(4) == 0 ? chance(30) : 0), last = number + count - 1;
        if (early && last > shared->acknowledged)
            shared->acknowledged = last;
        if (desk_make(&desk, number, count) != OK)
            _exit(4);
        if (last > shared->acknowledged)
            shared->acknowledged = last;
        number = last + 1;
        if (chance(40) == 0) {
            log_checkpoint(desk.log);
            db_checkpoint(desk.book, chance(2) == 0);
        }
    }
}

static void writer_kill(bool early)
{
    uint64_t before = shared->working, seed = chance(UINT64_MAX);
    /* Mostly while it writes; one in four at any moment, opening and recovery included. */
    bool any = chance(4) == 0;
    useconds_t later_us = (useconds_t)chance(any ? 4000 : 3000);
    pid_t pid = fork();
    int status;
    assert(pid >= 0);
    if (pid == 0)
        work(seed, early);
    for (int64_t until_us = clock_steady_us() + 5000000; !any && shared->working == before;) {
        assert(clock_steady_us() < until_us);
        (void)usleep(100);
    }
    (void)usleep(later_us);
    (void)kill(pid, SIGKILL);
    assert(waitpid(pid, &status, 0) == pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

struct tally {
    int64_t kills, lost, inconsistent, unacknowledged;
    uint64_t transfers;
};

/* As the next start finds it. */
static void ledger_judge(struct tally *tally, struct desk_leaves *leaves, struct arena arenas[2])
{
    struct desk desk;
    uint64_t told = shared->acknowledged;
    assert_int_equal(desk_open(&desk, &arenas[1]), OK);
    bool sound = desk_follow(desk.log, &arenas[0], leaves) && writer_begin(&desk.writer) == OK;
    if (sound)
        sound = desk_book_agrees(&desk, leaves);
    tally->inconsistent += !sound;
    tally->transfers = leaves->fold.transfer_ids.count;
    /* They are made in the order of their numbers, so as many as were told must be there, and the
     * last told must be one of them. */
    struct leaf_transfer last;
    uint8_t flags;
    last = desk_transfer(told, &flags);
    tally->lost += told > 0 && (tally->transfers < told ||
                                table_find(&leaves->fold.transfer_ids, last.id) == SIZE_MAX);
    tally->unacknowledged += tally->transfers > told;
    writer_rollback(&desk.writer);
    desk_close(&desk);
}

static struct tally kills_try(int64_t kills, bool early)
{
    struct tally tally = {0};
    struct desk_leaves leaves = {0};
    struct arena arenas[2];
    struct desk desk;
    (void)scratch_open();
    *shared = (struct shared){0};
    arena_open(&arenas[0], 4 << 20);
    arena_open(&arenas[1], 1 << 20);
    assert_int_equal(desk_open(&desk, &arenas[1]), OK);
    assert_int_equal(desk_accounts(&desk), OK);
    desk_close(&desk);
    while (tally.kills < kills && tally.inconsistent == 0) {
        writer_kill(early);
        tally.kills++;
        ledger_judge(&tally, &leaves, arenas);
        if (tally.kills % 1000 == 0)
            fprintf(stderr, "%lld kills: %lld lost, %lld inconsistent, %llu transfers\n",
                    (long long)tally.kills, (long long)tally.lost, (long long)tally.inconsistent,
                    (unsigned long long)tally.transfers);
        if (early)
            shared->acknowledged = tally.transfers; /* a loss is counted once */
    }
    audit_fold_close(&leaves.fold);
    arena_close(&arenas[0]);
    arena_close(&arenas[1]);
    print_message("%lld kills, %llu transfers: %lld times lost what was acknowledged, %lld "
                  "inconsistent, %lld times more was there than acknowledged\n",
                  (long long)tally.kills, (unsigned long long)tally.transfers,
                  (long long)tally.lost, (long long)tally.inconsistent,
                  (long long)tally.unacknowledged);
    return tally;
}

static void a_killed_writer_loses_nothing_acknowledged_and_leaves_a_sound_ledger(void **state)
{
    (void)state;
    const char *asked = getenv("KILLS");
    int64_t kills = asked == NULL ? 300 : atoll(asked);
    struct tally tally = kills_try(kills, false);
    assert_int_equal(tally.kills, kills);
    assert_int_equal(tally.lost, 0);
    assert_int_equal(tally.inconsistent, 0);
    /* The kills fall into commits: what the next one is asked again is then there already. */
    assert_true(tally.unacknowledged > 0);
    assert_true(tally.transfers > (uint64_t)kills);
}

static void an_answer_before_the_commit_would_be_lost(void **state)
{
    (void)state;
    assert_true(kills_try(60, true).lost > 10);
}

static int set_up(void **state)
{
    (void)state;
    const char *seed = getenv("SEED");
    (void)scratch_open();
    chance_state = seed == NULL ? 1 : strtoull(seed, NULL, 10);
    print_message("SEED=%llu\n", (unsigned long long)chance_state);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(shared != MAP_FAILED);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_writer_loses_nothing_acknowledged_and_leaves_a_sound_ledger),
        cmocka_unit_test(an_answer_before_the_commit_would_be_lost),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
