/* test-seconds: 60
 * The ranker as a program: follows, stops, rebuilds, and runs trials in a child. */
#include "core/clock.h"
#include "core/conf.h"
#include "core/follow.h"
#include "ranking/policy.h"
#include "schema/rank.h"
#include "tests/support/past.h"
#include "tests/support/scratch.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static struct arena arena;
static struct past past;
static char program[512];

static pid_t start(const char *verb, const char *argument, int out_fd)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves nothing behind */
    int null_fd = open("/dev/null", O_WRONLY);
    dup2(out_fd >= 0 ? out_fd : null_fd, STDOUT_FILENO);
    dup2(null_fd, STDERR_FILENO);
    execl(program, program, "--state", conf_state(), verb, argument, (char *)NULL);
    _exit(127);
}

static int finish(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* What a verb prints; its code in *code. */
static const char *ask(const char *verb, const char *argument, int *code)
{
    static char text[4096];
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    pid_t child = start(verb, argument, ends[1]);
    close(ends[1]);
    size_t size = 0;
    ssize_t got;
    while ((got = read(ends[0], text + size, sizeof(text) - 1 - size)) > 0)
        size += (size_t)got;
    close(ends[0]);
    text[size] = 0;
    *code = finish(child);
    return text;
}

static struct db *rank_read(void)
{
    struct db *db;
    assert_int_equal(db_open(&db, &rank_store, conf_store("rank"), ROLE_WEB_ADMIN, DB_READ, 5000),
                     OK);
    return db;
}

/* Up to 20 s until the ranker has this event. */
static bool cursor_reaches(int64_t seq)
{
    for (int i = 0; i < 2000; i++) {
        struct db *db = rank_read();
        struct fold fold = {.name = "journal", .db = db};
        int64_t cursor = 0;
        enum result result = fold_cursor(&fold, &cursor);
        db_close(db);
        if (result == OK && cursor >= seq)
            return true;
        usleep(10000);
    }
    return false;
}

static bool trial_ends(int64_t proposal, struct rank_trial_of_row *row)
{
    struct db *db = rank_read();
    bool ended = false;
    for (int i = 0; i < 2000 && !ended; i++) {
        ended = rank_trial_of(db, &arena, proposal, row) == OK && row->state >= TRIAL_DONE;
        if (!ended)
            usleep(10000);
    }
    db_close(db);
    return ended;
}

static struct text script_with(const char *what)
{
    struct text first = policy_first_script();
    return arena_format(&arena, "%.*s\n%s\n", (int)first.size, first.data, what);
}

static void it_follows_the_journal_and_stops_when_told(void **state)
{
    (void)state;
    pid_t child = start("serve", NULL, -1);
    int64_t question = past_question(&past, past.members[0]);
    int64_t answer = past_answer(&past, question, past.members[1]);
    wake_all();
    assert_true(cursor_reaches(answer));
    int64_t worst_us = 0;
    for (size_t i = 2; i < 30; i++) { /* each vote is scored soon after it is there */
        int64_t seq = past_vote(&past, past.posting_count - 1, past.members[i], 1, 0);
        int64_t start_us = clock_steady_us();
        wake_all();
        assert_true(cursor_reaches(seq));
        int64_t took_us = clock_steady_us() - start_us;
        worst_us = took_us > worst_us ? took_us : worst_us;
    }
    print_message("worst delay of a scored vote: %.1f ms\n", (double)worst_us / 1000);
    assert_true(worst_us < 500000);
    kill(child, SIGTERM);
    assert_int_equal(finish(child), 0);
}

static void a_proposal_is_tried_in_a_child_and_its_result_is_stored(void **state)
{
    (void)state;
    pid_t child = start("serve", NULL, -1);
    int64_t good = past_propose(
        &past, RANKING_RULE_NAME,
        script_with("local old = vote function vote(sign, ...) local a, b, c = old(sign, ...) "
                    "return a, b, sign > 0 and c / 5 or c / 3 end examples = nil"));
    int64_t bad =
        past_propose(&past, RANKING_RULE_NAME,
                     script_with("function link(...) while true do end end examples = nil"));
    wake_all();
    struct rank_trial_of_row row;
    assert_true(trial_ends(good, &row));
    assert_int_equal(row.state, TRIAL_DONE);
    assert_int_equal(row.done, row.total);
    assert_true(row.members >= 30 && row.members_up > 0 && row.agreement > 0);
    struct rank_trial_moves_row *moves;
    size_t count;
    struct db *db = rank_read();
    assert_int_equal(rank_trial_moves(db, &arena, good, &moves, &count), OK);
    assert_true(count > 20 && moves[0].kind == 1 && moves[0].place == 1);
    db_close(db);
    assert_true(trial_ends(bad, &row));
    assert_int_equal(row.state, TRIAL_FAILED);
    /* On a slow machine its time is over first. */
    assert_true(strstr(row.why.data, "takes too many steps") != NULL ||
                strstr(row.why.data, "takes too much time") != NULL);
    kill(child, SIGTERM);
    assert_int_equal(finish(child), 0);
}

static void kill_9_at_any_moment_and_a_rebuild_give_the_same_content(void **state)
{
    (void)state;
    int code;
    pid_t child = start("serve", NULL, -1);
    for (int round = 0; round < 8; round++) {
        past_live(&past, 60, 3);
        wake_all();
        usleep((useconds_t)past_draw(&past, 40000));
        kill(child, SIGKILL);
        assert_int_equal(finish(child), 128 + SIGKILL);
        child = start("serve", NULL, -1);
    }
    int64_t last = past_question(&past, past.members[0]);
    wake_all();
    assert_true(cursor_reaches(last));
    kill(child, SIGTERM);
    assert_int_equal(finish(child), 0);
    char before[256];
    snprintf(before, sizeof(before), "%s", ask("digest", NULL, &code));
    assert_int_equal(code, 0);
    assert_int_equal(strncmp(before, "rank\t", 5), 0);
    assert_int_equal(finish(start("rebuild", NULL, -1)), 0);
    assert_string_equal(ask("digest", NULL, &code), before);
    assert_int_equal(unlink(conf_store("rank")), 0); /* from nothing, too */
    assert_int_equal(finish(start("rebuild", NULL, -1)), 0);
    assert_string_equal(ask("digest", NULL, &code), before);
    struct db *db = rank_read();
    struct rank_rule_sets_row *sets;
    size_t count;
    assert_int_equal(rank_rule_sets(db, &arena, 10, &sets, &count), OK);
    assert_int_equal(count, 1);
    db_close(db);
}

static void operators_can_ask_why_and_check_scripts(void **state)
{
    (void)state;
    int code;
    char id[24];
    snprintf(id, sizeof(id), "%lld", (long long)past.postings[past.posting_count - 1]);
    assert_non_null(strstr(ask("why", id, &code), "posting "));
    assert_int_equal(code, 0);
    snprintf(id, sizeof(id), "%lld", (long long)past.members[1]);
    assert_non_null(strstr(ask("why", id, &code), "parts"));
    (void)ask("why", "123456789", &code);
    assert_int_equal(code, 1);
    assert_non_null(strstr(ask("lint", "scripts/rank/policy.lua", &code), "sound"));
    assert_int_equal(code, 0);
    (void)ask("lint", "Makefile", &code);
    assert_int_equal(code, 1);
    assert_non_null(strstr(ask("trial", "scripts/rank/policy.lua", &code), "agreement 1.0000"));
    (void)ask("why", "x", &code);
    assert_int_equal(code, 2);
    (void)ask("dance", NULL, &code);
    assert_int_equal(code, 2);
}

int main(void)
{
    const char *build = getenv("BUILD");
    (void)scratch_open();
    arena_open(&arena, 16u << 20);
    /* What a rule makes of invented communities takes seconds: browser/rule_test.mjs has it. */
    FILE *conf = fopen(conf_path("curbside.conf"), "we");
    if (!conf || fputs("rule.worlds =\n", conf) < 0 || fclose(conf) != 0)
        return 1;
    conf_open(arena_text(&arena, text_of(conf_state())).data);
    snprintf(program, sizeof(program), "%s/bin/curbside-ranker", build ? build : "build");
    past_open(&past, 99);
    past_members(&past, 40);
    past_live(&past, 400, 40);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_follows_the_journal_and_stops_when_told),
        cmocka_unit_test(a_proposal_is_tried_in_a_child_and_its_result_is_stored),
        cmocka_unit_test(kill_9_at_any_moment_and_a_rebuild_give_the_same_content),
        cmocka_unit_test(operators_can_ask_why_and_check_scripts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
