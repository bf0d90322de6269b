/* test-seconds: 60
 * The analyst as a program: periods are closed once, reports never change, and what is wrong is
 * found. KILLS: how often it is killed (10). */
#include "core/buf.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/db.h"
#include "core/follow.h"
#include "core/seal.h"
#include "insight/body.h"
#include "schema/release.h"
#include "schema/signal.h"
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
    if (strcmp(verb, "serve") == 0 || strcmp(verb, "close") == 0)
        setenv("CURBSIDE_SEED", "insight", 1); /* the same noise in every run */
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

static struct text word(const char *format, int64_t a, int64_t b)
{
    return arena_format(&arena, format, (long long)a, (long long)b);
}

/* How many periods are closed. */
static size_t closed_count(void)
{
    struct release_reports_row *rows;
    size_t count;
    struct db *db = release_open(ROLE_WEB_SPONSOR, DB_READ);
    assert_int_equal(release_reports(db, &arena, INSIGHT_CLOSE, INT64_MAX, 5000, &rows, &count),
                     OK);
    db_close(db);
    return count;
}

static bool is_closed(const char *name)
{
    struct period period;
    struct release_report_of_row row;
    assert_true(period_read(text_of(name), &period));
    struct db *db = release_open(ROLE_WEB_SPONSOR, DB_READ);
    const enum result result =
        release_report_of(db, &arena, INSIGHT_CLOSE, period.kind, text_of(name), &row);
    db_close(db);
    return result == OK;
}

/* Serve until this period is closed, or 10 s. */
static bool serve_until(const char *name)
{
    pid_t child = start("serve", NULL, -1);
    bool reached = false;
    for (int i = 0; i < 6000 && !reached; i++) { /* years of weeks, on a slow disk */
        usleep(10000);
        reached = is_closed(name);
    }
    kill(child, SIGTERM);
    const int code = finish(child);
    assert_true(code == 0 || code == 128 + SIGTERM); /* the latter before it could listen */
    return reached;
}

static int64_t report_id(int64_t template, int64_t object, const char *period)
{
    struct release_report_of_row row;
    struct db *db = release_open(ROLE_WEB_SPONSOR, DB_READ);
    const enum result result =
        release_report_of(db, &arena, template, object, text_of(period), &row);
    db_close(db);
    return result == OK ? row.id : 0;
}

static struct insight_report report_of(int64_t template, int64_t object, const char *period)
{
    struct insight_report report;
    struct release_report_get_row row;
    const int64_t id = report_id(template, object, period);
    assert_true(id > 0);
    struct db *db = release_open(ROLE_WEB_SPONSOR, DB_READ);
    assert_int_equal(release_report_get(db, &arena, id, &row), OK);
    assert_int_equal(insight_read(&arena, row.body, &report), OK);
    db_close(db);
    return report;
}

/* January 2025: 40 corroborate and 20 dispute on one question, 5 vote on another. February: 58 of
 * them vote on the first again. */
static void past_make(void)
{
    past_members(&past, 64);
    first_question = past_question(&past, past.members[0]);
    (void)past_answer(&past, first_question, past.members[1]);
    int64_t second = past_question(&past, past.members[0]);
    (void)past_answer(&past, second, past.members[1]);
    for (size_t i = 2; i < 62; i++)
        (void)past_vote(&past, 0, past.members[i], i < 42 ? 1 : 2, 0);
    for (size_t i = 2; i < 7; i++)
        (void)past_vote(&past, 1, past.members[i], 1, 0);
    past.at_ms = clock_from_date(2025, 2, 3);
    for (size_t i = 4; i < 62; i++) /* all of them voted before */
        (void)past_vote(&past, 0, past.members[i], 2, 0);
    past.at_ms = clock_from_date(2025, 3, 1);
    (void)past_question(&past, past.members[0]);
}

static void periods_are_closed_by_the_first_event_behind_them(void **state)
{
    (void)state;
    assert_true(serve_until("2025-02"));
    assert_true(is_closed("2025-01") && is_closed("2025-W01") && is_closed("2025-W08"));
    assert_false(is_closed("2025-W09") || is_closed("2025-03") || is_closed("2025-Q1"));
    const struct insight_report report = report_of(INSIGHT_RESULT, first_question, "2025-01");
    assert_true(llabs(report.whole.n - 60) < 25 && llabs(report.whole.sides[0] - 40) < 20);
    assert_false(report.has_groups);
    /* a vote counts once: those of February are in no report, nor is a question of five voters */
    assert_int_equal(report_id(INSIGHT_RESULT, first_question, "2025-02"), 0);
    assert_int_equal(report_id(INSIGHT_RESULT, past.questions[1], "2025-01"), 0);
    struct db *db = release_open(ROLE_WEB_SPONSOR, DB_READ);
    struct release_report_get_row row;
    assert_int_equal(
        release_report_get(db, &arena, report_id(INSIGHT_RESULT, first_question, "2025-01"), &row),
        OK);
    assert_true(text_is(row.title, "A title"));
    db_close(db);
}

static void every_report_is_the_same_for_all_and_for_ever(void **state)
{
    (void)state;
    int code;
    char before[8192];
    snprintf(before, sizeof(before), "%s", ask("digest", NULL, &code));
    assert_int_equal(code, 0);
    assert_int_equal(strncmp(before, "release\t", 8), 0);
    for (size_t i = 2; i < 30; i++) /* votes change later: nothing in the past does */
        (void)past_vote(&past, 0, past.members[i], 2, 0);
    (void)serve_until("2025-02");
    assert_string_equal(ask("digest", NULL, &code), before);
    assert_non_null(strstr(ask("close", "2025-01", &code), "2025-01 was closed as report "));
    assert_int_equal(code, 0);
    assert_string_equal(ask("digest", NULL, &code), before);
    assert_int_equal(finish(start("rebuild", NULL, -1)), 0);
    assert_string_equal(ask("digest", NULL, &code), before);
    assert_non_null(strstr(ask("verify", NULL, &code), "reports are sound"));
    assert_int_equal(code, 0);
    const int64_t id = report_id(INSIGHT_RESULT, first_question, "2025-01");
    assert_non_null(
        strstr(ask("show", word("%lld", id, 0).data, &code), "\"template\":\"question_result\""));
    assert_non_null(strstr(ask("list", NULL, &code), "\tquestion_result\t"));
}

static void an_operator_closes_what_is_over(void **state)
{
    (void)state;
    int code;
    assert_non_null(strstr(ask("close", "2025-Q1", &code), "2025-Q1 is closed as report "));
    assert_int_equal(code, 0);
    assert_true(is_closed("2025-03") && is_closed("2025-W13"));
    const struct insight_report members = report_of(INSIGHT_MEMBERS, 0, "2025-Q1");
    int64_t all = 0;
    for (size_t i = 0; i < members.figure_count; i++) {
        assert_int_equal(members.figures[i].n % 50, 0);
        all += members.figures[i].n;
    }
    assert_true(all == 50 || all == 100); /* 64 of "other" */
    static const struct {
        const char *period;
        int code;
    } cases[] = {{"2999-01", 1}, {"2024-12", 1}, {"2025-13", 2}, {NULL, 2}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        (void)ask("close", cases[i].period, &code);
        assert_int_equal(code, cases[i].code);
    }
    /* what comes late counts in the next month, not in the closed one */
    for (size_t i = 7; i < 62; i++)
        (void)past_vote(&past, 1, past.members[i], 1, 0);
    past.at_ms = clock_from_date(2025, 5, 2);
    (void)past_question(&past, past.members[0]);
    assert_true(serve_until("2025-04"));
    assert_int_equal(report_id(INSIGHT_RESULT, past.questions[1], "2025-03"), 0);
    assert_true(report_id(INSIGHT_RESULT, past.questions[1], "2025-04") > 0);
    (void)ask("verify", NULL, &code);
    assert_int_equal(code, 0);
}

static int64_t authors_of(const char *week, const char *term)
{
    const struct insight_report report = report_of(INSIGHT_VOLUME, 0, week);
    for (size_t i = 0; i < report.term_count; i++)
        if (text_is(report.terms[i].word, term))
            return report.terms[i].authors;
    return -1;
}

/* "title" stands in what past_question writes; nobody writes "zebra". A month ends in the middle of
 * the week and the analyst is started anew: what was written before still counts. */
static void words_of_the_public_list_are_counted_by_the_week(void **state)
{
    (void)state;
    int code;
    const char *path = arena_format(&arena, "%s/words.txt", conf_state()).data;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("# the list\ntitle\nzebra\na body\n", file); /* beside those the house starts with */
    fclose(file);
    assert_non_null(strstr(ask("vocabulary", path, &code), "3 words"));
    assert_int_equal(code, 0);
    struct db *db = release_open(ROLE_ANALYST, DB_LOG); /* as if it had been loaded in time */
    assert_int_equal(db_run_script(db, "UPDATE term SET added_ms = 1"), OK);
    db_close(db);
    past.at_ms = clock_from_date(2025, 5, 26);
    for (size_t i = 0; i < 40; i++)
        (void)past_question(&past, past.members[i]);
    past.at_ms = clock_from_date(2025, 6, 1) + 1; /* a Sunday */
    (void)past_question(&past, past.members[0]);
    assert_true(serve_until("2025-05"));
    assert_false(is_closed("2025-W22"));
    past.at_ms = clock_from_date(2025, 6, 2) + 1;
    (void)past_question(&past, past.members[0]);
    assert_true(serve_until("2025-W22"));
    assert_true(llabs(authors_of("2025-W22", "title") - 40) < 15);
    assert_true(llabs(authors_of("2025-W22", "a body") - 40) < 15);
    assert_int_equal(authors_of("2025-W22", "zebra"), -1);
    file = fopen(path, "w");
    fputs("fine\nNot Fine\n", file);
    fclose(file);
    assert_non_null(strstr(ask("vocabulary", path, &code), "words.txt: line 2: "));
    assert_int_equal(code, 1);
}

/* Held first and then let stand. Its words are no member's: "zebra" stands in nothing else. */
static int64_t sponsors_question(void)
{
    struct event event = {.kind = EVENT_POSTING_ADDED};
    struct event decided = {.kind = EVENT_POSTING_DECIDED};
    event.posting_added = (struct event_posting_added){.kind = 1,
                                                       .topics = TEXT("nephrology"),
                                                       .source = TEXT("Halden Bio"),
                                                       .url = TEXT(""),
                                                       .licence = TEXT(""),
                                                       .has_held = true,
                                                       .held = true,
                                                       .has_sponsor = true,
                                                       .sponsor = 1};
    int64_t question =
        past_add(&past, event, TEXT("How often, of all zebras?"), TEXT("A zebra"), 1000);
    decided.posting_decided = (struct event_posting_decided){.posting = question,
                                                             .question = question,
                                                             .kind = 1,
                                                             .by = 1,
                                                             .outcome = 1,
                                                             .was = 1,
                                                             .words = TEXT("")};
    (void)past_add(&past, decided, NO_TEXT, NO_TEXT, 1000);
    return question;
}

static void a_sponsors_question_is_measured_as_any_other_and_says_whose_it_is(void **state)
{
    (void)state;
    struct release_report_get_row row;
    past.at_ms = clock_from_date(2025, 6, 3);
    int64_t question = sponsors_question();
    size_t answer = past.posting_count;
    (void)past_answer(&past, question, past.members[1]);
    for (size_t i = 2; i < 62; i++)
        (void)past_vote(&past, answer, past.members[i], i < 42 ? 1 : 2, 0);
    past.at_ms = clock_from_date(2025, 7, 1);
    (void)past_question(&past, past.members[0]);
    assert_true(serve_until("2025-06"));
    const struct insight_report report = report_of(INSIGHT_RESULT, question, "2025-06");
    assert_true(llabs(report.whole.n - 60) < 25);
    struct db *db = release_open(ROLE_WEB_SPONSOR, DB_READ);
    assert_int_equal(
        release_report_get(db, &arena, report_id(INSIGHT_RESULT, question, "2025-06"), &row), OK);
    assert_true(text_is(row.title, "How often, of all zebras?"));
    assert_true(text_is(row.sponsor, "Halden Bio"));
    assert_int_equal(
        release_report_get(db, &arena, report_id(INSIGHT_RESULT, first_question, "2025-01"), &row),
        OK);
    assert_true(text_is(row.sponsor, "")); /* control: a member's */
    db_close(db);
    assert_int_equal(authors_of("2025-W23", "zebra"), -1);
}

static int kills(void)
{
    int64_t count;
    return text_int(text_of(getenv("KILLS")), 1, 100000, &count) ? (int)count : 10;
}

/* Noise is drawn in the transaction that stores it: whatever was half done is done anew, once. */
static void kill_9_makes_no_report_twice_and_spends_nothing_twice(void **state)
{
    (void)state;
    int code, year = 2025, month = 6;
    for (int round = 0; round < kills(); round++) {
        month = month % 12 + 1;
        year += month == 1;
        past.at_ms = clock_from_date(year, month, 2);
        past_live(&past, 40, 1);
        pid_t child = start("serve", NULL, -1);
        usleep((useconds_t)past_draw(&past, 30000));
        kill(child, SIGKILL);
        (void)finish(child);
    }
    const struct period last =
        period_before(period_of(PERIOD_MONTH, clock_from_date(year, month, 2)));
    assert_true(serve_until(period_name(&arena, last).data));
    assert_non_null(strstr(ask("verify", NULL, &code), "reports are sound"));
    assert_int_equal(code, 0);
    print_message("# %d kills, %zu periods closed\n", kills(), closed_count());
}

static void desk_digest(uint8_t digest[32])
{
    struct db *db;
    int64_t rows;
    assert_int_equal(db_open(&db, &signal_store, conf_store("signal"), ROLE_ANALYST, DB_FOLD, 5000),
                     OK);
    assert_int_equal(db_content_digest(db, (const char *const[]){NULL}, digest, &rows), OK);
    assert_true(rows > 100);
    db_close(db);
}

/* Weeks in which the analyst was killed among them. */
static void the_desks_weeks_are_counted_once_and_again_when_they_are_lost(void **state)
{
    (void)state;
    int code;
    uint8_t before[32], after[32];
    (void)ask("close", "2025-01", &code); /* catches up */
    assert_int_equal(code, 0);
    desk_digest(before);
    struct db *db;
    struct signal_word_weeks_row *rows;
    size_t count;
    assert_int_equal(
        db_open(&db, &signal_store, conf_store("signal"), ROLE_WEB_ADMIN, DB_READ, 5000), OK);
    /* "title", the first word after those the house starts with: 40 authors in 2025-W22 */
    struct signal_word_get_row word = {.kind = 0};
    int64_t id = 1;
    while (signal_word_get(db, &arena, id, &word) == OK && !text_is(word.word, "title"))
        id++;
    assert_int_equal(signal_word_weeks(db, &arena, id, 2890, 2891, 9, &rows, &count), OK);
    assert_true(count == 1 && rows[0].authors == 40);
    db_close(db);
    (void)ask("rebuild", NULL, &code);
    assert_int_equal(code, 0);
    desk_digest(after);
    assert_memory_equal(before, after, 32);
    assert_int_equal(db_open(&db, &signal_store, conf_store("signal"), ROLE_ANALYST, DB_FOLD, 0),
                     OK);
    assert_int_equal(db_run_script(db, "UPDATE word_week SET authors = authors + 1"), OK);
    db_close(db);
    desk_digest(after); /* the control */
    assert_memory_not_equal(before, after, 32);
    (void)ask("rebuild", NULL, &code);
}

static void no_statement_and_no_script_changes_a_report_or_the_budget(void **state)
{
    (void)state;
    struct db *db = release_open(ROLE_ANALYST, DB_LOG);
    static const char *const attempts[] = {
        "UPDATE report SET shown = 9",
        "DELETE FROM report",
        "REPLACE INTO report SELECT * FROM report WHERE id = 1",
        ("INSERT OR REPLACE INTO report SELECT id, template, object, '1999-01', at_ms, "
         "journal_seq, "
         "shown, withheld, body, sha256 FROM report WHERE id = 1"),
        ("INSERT INTO report SELECT max(id) + 1, template, object, period, at_ms, journal_seq, "
         "shown, withheld, body, randomblob(32) FROM report"),
        "UPDATE spent SET sixteenths = 1",
        "DELETE FROM spent",
        "REPLACE INTO spent SELECT * FROM spent",
        ("INSERT INTO spent SELECT template, object, period, 4, 1, 16 FROM spent "
         "WHERE votes & 1 LIMIT 1"),
        ("INSERT INTO spent VALUES (1, 999999, '2025-01', 1, 2, 16), "
         "(1, 999999, '2025-01', 2, 3, 1)"),
        "INSERT INTO spent VALUES (1, 999999, '2025-01', 1, 1, 17)",
    };
    for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
        if (db_run_script(db, attempts[i]) == OK)
            fail_msg("worked: %s", attempts[i]);
    db_close(db);
}

static void a_report_forged_behind_the_triggers_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *forgery, *repair, *why;
    } cases[] = {
        {"UPDATE report SET body = CAST(replace(body, 'journal_seq', 'journal_sek') AS BLOB) "
         "WHERE id = 3",
         "UPDATE report SET body = CAST(replace(body, 'journal_sek', 'journal_seq') AS BLOB) "
         "WHERE id = 3",
         "report 3: its digest"},
        {"UPDATE report SET object = 77 WHERE id = 2", "UPDATE report SET object = 1 WHERE id = 2",
         "report 2: number, template"},
        {"UPDATE report SET shown = shown + 1 WHERE template = 1",
         "UPDATE report SET shown = shown - 1 WHERE template = 1", "what it shows and withholds"},
        {"INSERT INTO spent VALUES (1, 999999, '2025-01', 1, 1, 16), "
         "(1, 999999, '2025-01', 2, 1, 1)",
         "DELETE FROM spent WHERE object = 999999", "1 budgets are overspent"},
        {"INSERT INTO spent VALUES (1, 999999, '2025-01', 1, 1, 16)",
         "DELETE FROM spent WHERE object = 999999", "2025-01: the journal gives other questions"},
    };
    int code;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct db *db = release_open(ROLE_ANALYST, DB_LOG);
        if (i == 0)
            assert_int_equal(db_run_script(db, "DROP TRIGGER report_fixed;"
                                               "DROP TRIGGER spent_within;"
                                               "DROP TRIGGER spent_kept"),
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

/* A store made anew, its digests and chain all right, with a figure no noise explains. */
static void a_forgery_that_agrees_with_itself_differs_from_the_journal(void **state)
{
    (void)state;
    int code;
    uint8_t previous[32] = {0};
    struct release_report_after_row *rows;
    size_t count;
    struct db *db = release_open(ROLE_ANALYST, DB_LOG);
    assert_int_equal(release_report_after(db, &arena, 0, 5000, &rows, &count), OK);
    assert_int_equal(db_run_script(db, "DROP TRIGGER report_kept; DELETE FROM report"), OK);
    for (size_t i = 0; i < count; i++) {
        uint8_t sha256[32];
        struct buf body;
        struct text rest = {(const char *)rows[i].body.data, rows[i].body.size};
        const char *n = rows[i].template == INSIGHT_RESULT ? strstr(rest.data, "\"n\":") : NULL;
        const char *at = strstr(rest.data, "\"previous\":\"");
        assert_non_null(at);
        buf_open(&body, &arena, rest.size + 16);
        buf_add(&body, rest.data, (size_t)(at + 12 - rest.data));
        buf_hex(&body, bytes_of(previous, 32));
        at += 12 + 64;
        if (n) {
            buf_add(&body, at, (size_t)(n + 4 - at));
            buf_char(&body, '9'); /* 60 becomes 960 */
            at = n + 4;
        }
        buf_add(&body, at, rest.size - (size_t)(at - rest.data));
        seal_sha256(sha256, buf_bytes(&body), bytes_of("", 0));
        assert_int_equal(release_report_add(db, rows[i].id, rows[i].template, rows[i].object,
                                            rows[i].period, 1, rows[i].journal_seq, rows[i].shown,
                                            rows[i].withheld, buf_bytes(&body),
                                            bytes_of(sha256, 32)),
                         OK);
        memcpy(previous, sha256, 32);
    }
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
        cmocka_unit_test(periods_are_closed_by_the_first_event_behind_them),
        cmocka_unit_test(every_report_is_the_same_for_all_and_for_ever),
        cmocka_unit_test(an_operator_closes_what_is_over),
        cmocka_unit_test(words_of_the_public_list_are_counted_by_the_week),
        cmocka_unit_test(a_sponsors_question_is_measured_as_any_other_and_says_whose_it_is),
        cmocka_unit_test(kill_9_makes_no_report_twice_and_spends_nothing_twice),
        cmocka_unit_test(the_desks_weeks_are_counted_once_and_again_when_they_are_lost),
        cmocka_unit_test(no_statement_and_no_script_changes_a_report_or_the_budget),
        cmocka_unit_test(a_report_forged_behind_the_triggers_is_found),
        cmocka_unit_test(a_forgery_that_agrees_with_itself_differs_from_the_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
