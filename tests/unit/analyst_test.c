/* test-seconds: 60
 * The analyst as a program: months are closed once, releases never change, and what is wrong is
 * found. */
#include "core/buf.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/db.h"
#include "core/follow.h"
#include "core/seal.h"
#include "insight/insight.h"
#include "schema/release.h"
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
static int64_t first_question;

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
    dup2(out_fd >= 0 ? out_fd : null_fd, STDERR_FILENO);
    execl(program, program, "--state", conf_state(), verb, argument, (char *)NULL);
    _exit(127);
}

static int finish(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static const char *ask(const char *verb, const char *argument, int *code)
{
    static char text[16384];
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

static struct db *release_open(enum role role, enum db_mode mode)
{
    struct db *db;
    assert_int_equal(db_open(&db, &release_store, conf_store("release"), role, mode, 5000), OK);
    return db;
}

static size_t releases_count(void)
{
    struct release_list_row *rows;
    size_t count;
    struct db *db = release_open(ROLE_WEB_SPONSOR, DB_READ);
    assert_int_equal(release_list(db, &arena, 100, &rows, &count), OK);
    db_close(db);
    return count;
}

/* Serve until there are `count` releases, or 10 s. */
static bool serve_until(size_t count)
{
    pid_t child = start("serve", NULL, -1);
    bool reached = false;
    for (int i = 0; i < 1000 && !reached; i++) {
        usleep(10000);
        reached = releases_count() >= count;
    }
    kill(child, SIGTERM);
    int code = finish(child);
    assert_true(code == 0 || code == 128 + SIGTERM); /* the latter before it could listen */
    return reached;
}

/* January 2025: 20 corroborate and 12 dispute on one question, 5 vote on another. February: 11 new
 * ones on the first. */
static void past_make(void)
{
    past_members(&past, 50);
    first_question = past_question(&past, past.members[0]);
    (void)past_answer(&past, first_question, past.members[1]);
    int64_t second = past_question(&past, past.members[0]);
    (void)past_answer(&past, second, past.members[1]);
    for (size_t i = 2; i < 34; i++)
        (void)past_vote(&past, 0, past.members[i], i < 22 ? 1 : 2, 0);
    for (size_t i = 2; i < 7; i++)
        (void)past_vote(&past, 1, past.members[i], 1, 0);
    past.at_ms = clock_from_date(2025, 2, 3);
    for (size_t i = 30; i < 45; i++) /* four of them voted before */
        (void)past_vote(&past, 0, past.members[i], 1, 0);
    past.at_ms = clock_from_date(2025, 3, 1);
    (void)past_question(&past, past.members[0]);
}

static void a_month_is_closed_by_the_first_event_behind_it(void **state)
{
    (void)state;
    assert_true(serve_until(2));
    assert_int_equal(releases_count(), 2);
    struct db *db = release_open(ROLE_WEB_SPONSOR, DB_READ);
    struct release_of_period_row id;
    struct release_get_row row;
    struct release_cells_row *cells;
    size_t count;
    assert_int_equal(release_of_period(db, &arena, TEXT(INSIGHT_TOTALS), TEXT("2025-01"), &id), OK);
    assert_int_equal(release_get(db, &arena, id.id, &row), OK);
    assert_int_equal(row.shown, 1);
    assert_int_equal(row.withheld, 1);
    assert_int_equal(row.k, INSIGHT_K);
    assert_int_equal(release_cells(db, &arena, id.id, 100, &cells, &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(cells[0].question, first_question);
    assert_true(text_is(cells[0].title, "A title"));
    assert_true(cells[0].counted == 32 && cells[0].corroborate == 20 && cells[0].dispute == 12);
    assert_int_equal(release_of_period(db, &arena, TEXT(INSIGHT_TOTALS), TEXT("2025-02"), &id), OK);
    assert_int_equal(release_cells(db, &arena, id.id, 100, &cells, &count), OK);
    assert_int_equal(cells[0].counted, 11); /* a vote counts once */
    db_close(db);
}

static void every_release_is_the_same_for_all_and_for_ever(void **state)
{
    (void)state;
    int code;
    char before[8192];
    snprintf(before, sizeof(before), "%s", ask("digest", NULL, &code));
    assert_int_equal(code, 0);
    assert_int_equal(strncmp(before, "release\t", 8), 0);
    for (size_t i = 2; i < 30; i++) /* votes change later: nothing in the past does */
        (void)past_vote(&past, 0, past.members[i], 2, 0);
    (void)serve_until(2);
    assert_string_equal(ask("digest", NULL, &code), before);
    assert_string_equal(ask("close", "2025-01", &code), "2025-01 was closed as release 1\n");
    assert_int_equal(code, 0);
    assert_string_equal(ask("digest", NULL, &code), before);
    assert_int_equal(finish(start("rebuild", NULL, -1)), 0);
    assert_string_equal(ask("digest", NULL, &code), before);
    assert_string_equal(ask("verify", NULL, &code), "2 releases are sound\n");
    assert_non_null(strstr(ask("show", "2025-01", &code),
                           "\"counted\":32,\"corroborate\":20,\"dispute\":12,\"cannot_say\":0"));
    assert_non_null(strstr(ask("list", NULL, &code), "2025-02"));
}

static void an_operator_closes_a_month_that_is_over(void **state)
{
    (void)state;
    int code;
    for (size_t i = 2; i < 14;
         i++) /* March, on the second question: 5 of these 12 voted on it in January */
        (void)past_vote(&past, 1, past.members[i], 1, 0);
    assert_non_null(strstr(ask("close", "2025-03", &code), "2025-03 is closed as release 3"));
    assert_int_equal(code, 0);
    assert_non_null(strstr(ask("show", "2025-03", &code), "\"questions\":[],\"withheld\":1}"));
    (void)ask("close", "2999-01", &code);
    assert_int_equal(code, 1);
    (void)ask("close", "2024-12", &code);
    assert_int_equal(code, 1);
    (void)ask("close", "2025-13", &code);
    assert_int_equal(code, 2);
    (void)ask("close", NULL, &code);
    assert_int_equal(code, 2);
    /* what comes late counts in the next month, not in the closed one */
    (void)past_vote(&past, 1, past.members[20], 1, 0);
    past.at_ms = clock_from_date(2025, 5, 2);
    (void)past_question(&past, past.members[0]);
    assert_true(serve_until(4));
    assert_string_equal(ask("verify", NULL, &code), "4 releases are sound\n");
}

static void kill_9_makes_no_release_twice(void **state)
{
    (void)state;
    int code;
    for (int round = 0; round < 10; round++) {
        past.at_ms = clock_from_date(2025, 6 + round % 6, 2) + (round / 6) * 366 * (int64_t)DAY_MS;
        past_live(&past, 40, 1);
        pid_t child = start("serve", NULL, -1);
        usleep((useconds_t)past_draw(&past, 30000));
        kill(child, SIGKILL);
        (void)finish(child);
    }
    assert_true(serve_until(13));
    assert_non_null(strstr(ask("verify", NULL, &code), "releases are sound"));
    assert_int_equal(code, 0);
}

static void no_statement_and_no_script_changes_a_release(void **state)
{
    (void)state;
    struct db *db = release_open(ROLE_ANALYST, DB_LOG);
    static const char *const attempts[] = {
        "UPDATE release SET shown = 9",
        "DELETE FROM release",
        "REPLACE INTO release SELECT * FROM release WHERE id = 1",
        ("INSERT OR REPLACE INTO release SELECT id, template, '1999-01', at_ms, journal_seq, k, "
         "shown, withheld, body, sha256 FROM release WHERE id = 1"),
        "UPDATE release_cell SET counted = 1",
        "DELETE FROM release_cell",
        "REPLACE INTO release_cell SELECT * FROM release_cell",
        "INSERT INTO release_cell VALUES (1, 77, 5, 20, 20, 0, 0)",
    };
    for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
        if (db_run_script(db, attempts[i]) == OK)
            fail_msg("worked: %s", attempts[i]);
    db_close(db);
}

static void a_release_forged_behind_the_triggers_is_found(void **state)
{
    (void)state;
    static const char forge[] = "UPDATE release SET body = CAST(replace(body, "
                                "'\"counted\":32', '\"counted\":33') AS BLOB) WHERE id = 1";
    static const char mend[] = "UPDATE release SET body = CAST(replace(body, "
                               "'\"counted\":33', '\"counted\":32') AS BLOB) WHERE id = 1";
    static const struct {
        const char *forgery, *repair, *why;
    } cases[] = {
        {"UPDATE release_cell SET corroborate = 21 WHERE release = 1",
         "UPDATE release_cell SET corroborate = 20 WHERE release = 1",
         "release 1: a figure differs"},
        {"UPDATE release SET shown = 2 WHERE id = 2", "UPDATE release SET shown = 1 WHERE id = 2",
         "release 2: the number of questions"},
        {forge, mend, "release 1: its digest"},
        {"UPDATE release SET period = '2024-09' WHERE id = 3",
         "UPDATE release SET period = '2025-03' WHERE id = 3", "release 3: period"},
    };
    int code;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct db *db = release_open(ROLE_ANALYST, DB_LOG);
        if (i == 0)
            assert_int_equal(db_run_script(db, "DROP TRIGGER release_fixed;"
                                               "DROP TRIGGER release_cell_fixed"),
                             OK);
        assert_int_equal(db_run_script(db, cases[i].forgery), OK);
        const char *said = ask("verify", NULL, &code);
        if (code != 1 || !strstr(said, cases[i].why))
            fail_msg("%s: %s", cases[i].forgery, said);
        assert_int_equal(db_run_script(db, cases[i].repair), OK);
        db_close(db);
    }
    (void)ask("verify", NULL, &code);
    assert_int_equal(code, 0);
}

/* Digest and figures forged together, and the chain with them: the journal still knows better. */
static void a_forgery_that_agrees_with_itself_differs_from_the_journal(void **state)
{
    (void)state;
    int code;
    struct db *db = release_open(ROLE_ANALYST, DB_LOG);
    struct release_last_row last;
    assert_int_equal(release_last(db, &arena, &last), OK);
    struct release_get_row row;
    assert_int_equal(release_get(db, &arena, last.id, &row), OK);
    struct text body =
        arena_text(&arena, (struct text){(const char *)row.body.data, row.body.size});
    char *place = strstr(body.data, "\"withheld\":");
    assert_non_null(place);
    place[11] = place[11] == '9' ? '8' : (char)(place[11] + 1);
    uint8_t sha256[32];
    seal_sha256(sha256, text_bytes(body), bytes_of("", 0));
    struct buf hex;
    buf_open(&hex, &arena, 65);
    buf_hex(&hex, bytes_of(sha256, 32));
    char script[512];
    snprintf(script, sizeof(script),
             "UPDATE release SET withheld = %lld, sha256 = x'%.64s', body = CAST('%.*s' AS BLOB) "
             "WHERE id = %lld",
             (long long)strtoll(place + 11, NULL, 10), hex.data, (int)body.size, body.data,
             (long long)last.id);
    assert_int_equal(db_run_script(db, script), OK);
    db_close(db);
    assert_non_null(strstr(ask("verify", NULL, &code), "the journal gives other figures"));
    assert_int_equal(code, 1);
}

int main(void)
{
    const char *build = getenv("BUILD");
    (void)scratch_open();
    arena_open(&arena, 64u << 20);
    snprintf(program, sizeof(program), "%s/bin/curbside-analyst", build ? build : "build");
    past_open(&past, 5);
    past_make();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_month_is_closed_by_the_first_event_behind_it),
        cmocka_unit_test(every_release_is_the_same_for_all_and_for_ever),
        cmocka_unit_test(an_operator_closes_a_month_that_is_over),
        cmocka_unit_test(kill_9_makes_no_release_twice),
        cmocka_unit_test(no_statement_and_no_script_changes_a_release),
        cmocka_unit_test(a_release_forged_behind_the_triggers_is_found),
        cmocka_unit_test(a_forgery_that_agrees_with_itself_differs_from_the_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
