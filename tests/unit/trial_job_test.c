/* The ranker's end of a trial: a running one is cancelled when its proposal is withdrawn, says
 * nothing to the clerk, and the same script can be tried again. The program it starts is this test
 * itself, as the child that main() makes of it. */
#include "core/conf.h"
#include "core/follow.h"
#include "ranking/trial.h"
#include "schema/rank.h"
#include "tests/support/past.h"
#include "tests/support/scratch.h"
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

enum { DONE = 5, TRIAL_PASSED = 1, TRIAL_NOT_PASSED = 2, WAIT_MS = 20000 };

static struct arena arena;
static struct past past;
static struct log *journal;
static struct db *db;
static struct ranking ranking;
static struct fold fold;
static struct trial_job job;

static int setup(void **state UNUSED)
{
    struct text why;
    (void)scratch_open();
    arena_open(&arena, 64u << 20);
    past_open(&past, 5);
    assert_int_equal(db_open(&db, &rank_store, conf_store("rank"), ROLE_RANKER, DB_FOLD, 0), OK);
    assert_int_equal(log_open(&journal, "journal", LOG_READ, 0), OK);
    assert_int_equal(ranking_open(&ranking, db, journal, &arena, policy_first_script(), &why), OK);
    fold = (struct fold){.name = "journal", .db = db, .apply = ranking_apply, .self = &ranking};
    trial_job_open(&job);
    return 0;
}

static int teardown(void **state UNUSED)
{
    trial_job_close(&job);
    ranking_close(&ranking);
    log_close(journal);
    db_close(db);
    past_close(&past);
    arena_close(&arena);
    return 0;
}

static void follow(void)
{
    assert_int_equal(fold_catch_up(&fold, journal, &arena, NULL), OK);
}

static int64_t propose(void)
{
    int64_t proposal = past_propose(&past, RANKING_RULE_NAME, policy_first_script());
    follow();
    return proposal;
}

static void withdraw(int64_t proposal)
{
    struct event event = {.kind = EVENT_RULE_WITHDRAWN};
    event.rule_withdrawn.proposal = proposal;
    event.rule_withdrawn.by = 1;
    event.rule_withdrawn.reason = TEXT("a slip");
    (void)past_add(&past, event, NO_TEXT, NO_TEXT, 0);
    follow();
}

/* How its child behaves: "hang" or "end". */
static void start(const char *how)
{
    setenv("TRIAL_CHILD", how, 1);
    assert_int_equal(trial_job_start(&job, db, &arena), OK);
}

/* Take what the child says next, or its end. */
static void hear(void)
{
    struct pollfd wait = {.fd = job.fd, .events = POLLIN};
    assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
    assert_int_equal(trial_job_step(&job, db), OK);
}

static struct rank_trial_of_row trial_of(int64_t proposal)
{
    struct rank_trial_of_row row;
    assert_int_equal(rank_trial_of(db, &arena, proposal, &row), OK);
    return row;
}

static void a_withdrawn_rules_trial_is_killed_without_a_verdict(void **state UNUSED)
{
    struct rank_trial_untold_row untold;
    int64_t proposal = propose();
    start("hang");
    hear();
    pid_t child = job.child;
    assert_int_equal(job.proposal, proposal);
    assert_int_equal(trial_of(proposal).state, TRIAL_RUNNING);
    assert_int_equal(trial_of(proposal).done, DONE);
    trial_job_drop(&job, db, &arena); /* control: it is wanted, and goes on */
    assert_int_equal(job.proposal, proposal);
    assert_int_equal(kill(child, 0), 0);
    withdraw(proposal);
    trial_job_drop(&job, db, &arena);
    assert_int_equal(job.proposal, 0);
    assert_int_equal(kill(child, 0), -1);
    assert_int_equal(errno, ESRCH); /* reaped, too */
    assert_int_equal(trial_of(proposal).state, TRIAL_FAILED);
    assert_non_null(strstr(trial_of(proposal).why.data, "withdrawn"));
    assert_int_equal(rank_trial_untold(db, &arena, &untold), NOT_FOUND);
    start("hang");
    assert_int_equal(job.proposal, 0); /* nothing waits */
}

static void the_same_script_can_be_tried_again(void **state UNUSED)
{
    struct rank_trial_untold_row untold;
    int64_t first = propose();
    start("hang");
    hear();
    int64_t again = propose(); /* it waits for the one that runs */
    withdraw(first);
    trial_job_drop(&job, db, &arena);
    start("end");
    assert_int_equal(job.proposal, again);
    while (job.proposal)
        hear();
    assert_int_equal(trial_of(again).state, TRIAL_DONE);
    assert_int_equal(trial_of(first).state, TRIAL_FAILED);
    assert_int_equal(rank_trial_untold(db, &arena, &untold),
                     OK); /* control: of this one it tells */
    assert_int_equal(untold.proposal, again);
    assert_int_equal(untold.verdict, TRIAL_PASSED);
    assert_int_equal(rank_trial_told(db, again, TRIAL_PASSED), OK);
    assert_int_equal(rank_trial_untold(db, &arena, &untold), NOT_FOUND);
}

static void a_trial_that_dies_by_itself_is_told_of(void **state UNUSED)
{
    struct rank_trial_untold_row untold;
    int64_t proposal = propose();
    start("hang");
    hear();
    assert_int_equal(kill(job.child, SIGKILL), 0);
    while (job.proposal)
        hear();
    assert_int_equal(rank_trial_untold(db, &arena, &untold), OK);
    assert_int_equal(untold.proposal, proposal);
    assert_int_equal(untold.verdict, TRIAL_NOT_PASSED);
}

static int child(void)
{
    const char *how = getenv("TRIAL_CHILD");
    printf("progress %d %d\n", TRIAL_STEP_PAST, DONE);
    fflush(stdout);
    while (how && strcmp(how, "hang") == 0)
        pause();
    printf("result 1 0 1 0 0 1 0 0 0 0 1.0\n");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[3], "trial-run") == 0)
        return child();
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_withdrawn_rules_trial_is_killed_without_a_verdict),
        TEST(the_same_script_can_be_tried_again),
        TEST(a_trial_that_dies_by_itself_is_told_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
