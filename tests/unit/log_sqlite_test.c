/* core/log.h on SQLite, and the traps of append-only tables, tried past our own door with the plain
 * SQLite interface. */
#include "core/conf.h"
#include "core/log.h"
#include "core/seal.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static const uint8_t some_digest[32] = {7};
static const uint8_t some_salt[16] = {9};

static struct log *fresh_log(const char *name)
{
    struct log *log;
    (void)scratch_open();
    assert_int_equal(log_open(&log, name, LOG_APPEND, 0), OK);
    return log;
}

static int64_t append_one(struct log *log, const char *body)
{
    int64_t seq;
    assert_int_equal(log_begin(log), OK);
    assert_int_equal(log_append(log, bytes_of(body, strlen(body)), some_digest, &seq), OK);
    assert_int_equal(log_commit(log), OK);
    return seq;
}

static void positions_are_dense_from_one_and_survive_a_rollback(void **state)
{
    (void)state;
    struct log *const log = fresh_log("journal");
    int64_t seq;
    uint8_t digest[32];
    assert_int_equal(log_head(log, &seq, digest), OK);
    assert_int_equal(seq, 0);
    assert_int_equal(append_one(log, "a"), 1);
    assert_int_equal(log_begin(log), OK);
    assert_int_equal(log_append(log, bytes_of("b", 1), some_digest, &seq), OK);
    assert_int_equal(log_head(log, &seq, digest), OK);
    assert_int_equal(seq, 2);
    log_rollback(log);
    assert_int_equal(log_head(log, &seq, digest), OK);
    assert_int_equal(seq, 1);
    assert_memory_equal(digest, some_digest, 32);
    assert_int_equal(append_one(log, "c"), 2);
    log_close(log);
}

static void a_reader_gets_what_lies_behind_its_cursor_in_order(void **state)
{
    (void)state;
    struct log *const log = fresh_log("ledger");
    struct log *reader;
    struct log_entry *entries;
    size_t count;
    struct arena arena;
    arena_open(&arena, 1024 * 1024);
    for (int i = 0; i < 5; i++)
        (void)append_one(log, "x");
    assert_int_equal(log_open(&reader, "ledger", LOG_READ, 0), OK);
    assert_int_equal(log_read(reader, &arena, 2, 2, &entries, &count), OK);
    assert_int_equal(count, 2);
    assert_int_equal(entries[0].seq, 3);
    assert_int_equal(entries[1].seq, 4);
    assert_int_equal(log_read(reader, &arena, 5, 2, &entries, &count), OK);
    assert_int_equal(count, 0);
    log_close(reader);
    log_close(log);
    arena_close(&arena);
}

static void only_one_at_a_time_may_append(void **state)
{
    (void)state;
    struct log *const log = fresh_log("journal");
    struct log *second;
    int64_t seq;
    assert_int_equal(log_open(&second, "journal", LOG_APPEND, 0), OK);
    assert_int_equal(log_begin(log), OK);
    assert_int_equal(log_begin(second), BUSY);
    assert_int_equal(log_append(log, bytes_of("a", 1), some_digest, &seq), OK);
    assert_int_equal(log_commit(log), OK);
    assert_int_equal(append_one(second, "b"), 2); /* and sees the true head */
    log_close(second);
    log_close(log);
}

static void a_blanked_text_is_gone_and_its_entry_stays(void **state)
{
    (void)state;
    struct log *const log = fresh_log("journal");
    struct arena arena;
    struct text text;
    uint8_t salt[16];
    int64_t seq;
    arena_open(&arena, 65536);
    assert_int_equal(log_begin(log), OK);
    assert_int_equal(log_append(log, bytes_of("a", 1), some_digest, &seq), OK);
    assert_int_equal(log_text_put(log, seq, 1, some_salt, TEXT("gone tomorrow")), OK);
    assert_int_equal(log_text_put(log, seq, 1, some_salt, TEXT("twice")), CONFLICT);
    assert_int_equal(log_commit(log), OK);
    assert_int_equal(log_text_get(log, &arena, seq, 1, &text, salt), OK);
    assert_true(text_is(text, "gone tomorrow"));
    assert_memory_equal(salt, some_salt, 16);
    assert_int_equal(log_text_get(log, &arena, seq, 0, &text, salt), NOT_FOUND);
    assert_int_equal(log_begin(log), OK);
    assert_int_equal(log_text_blank(log, seq, 1), OK);
    assert_int_equal(log_text_blank(log, seq, 2), NOT_FOUND);
    assert_int_equal(log_commit(log), OK);
    assert_int_equal(log_text_get(log, &arena, seq, 1, &text, salt), OK);
    assert_null(text.data);
    log_checkpoint(log);
    for (int i = 0; i < 2; i++) { /* neither the file nor the WAL holds it any more */
        static char bytes[1024 * 1024];
        FILE *const file = fopen(conf_path("journal/journal.db%s", i == 0 ? "" : "-wal"), "rb");
        assert_non_null(file);
        const size_t size = fread(bytes, 1, sizeof bytes, file);
        assert_int_equal(fclose(file), 0);
        assert_null(memmem(bytes, size, "gone tomorrow", 13));
    }
    log_close(log);
    arena_close(&arena);
}

/* --- T1: what SQLite lets through if a trigger is missing --- */

static int raw_exec(const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(conf_store("journal"), &db), SQLITE_OK);
    const int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return code;
}

static int64_t raw_number(const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_open(conf_store("journal"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    const int64_t number = sqlite3_column_int64(st, 0);
    assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return number;
}

#define ROW_2 "(2, x'00', zeroblob(32))"
static const char *const tampering[] = {
    "UPDATE entry SET body = x'00' WHERE seq = 2",
    "DELETE FROM entry WHERE seq = 2",
    "DELETE FROM entry",
    "INSERT INTO entry VALUES " ROW_2,
    "REPLACE INTO entry VALUES " ROW_2,
    "INSERT OR REPLACE INTO entry VALUES " ROW_2,
    "INSERT INTO entry VALUES " ROW_2 " ON CONFLICT (seq) DO UPDATE SET body = x'00'",
    "INSERT INTO entry VALUES (9, x'00', zeroblob(32))",
    "INSERT INTO entry VALUES (0, x'00', zeroblob(32))",
    "INSERT INTO entry VALUES (-1, x'00', zeroblob(32))",
    "INSERT INTO entry (body, digest) VALUES (x'00', zeroblob(32))",
    "UPDATE OR REPLACE entry SET seq = 2 WHERE seq = 3",
    "DELETE FROM entry_text",
    "UPDATE entry_text SET body = 'other'",
    "UPDATE entry_text SET seq = 3, body = NULL, salt = NULL",
    "REPLACE INTO entry_text VALUES (2, 0, zeroblob(16), 'other')",
    "INSERT INTO entry_text VALUES (2, 0, zeroblob(16), 'other') ON CONFLICT DO UPDATE SET body = "
    "'o'",
};

static void fill(struct log *log)
{
    int64_t seq;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(log_begin(log), OK);
        assert_int_equal(log_append(log, bytes_of("abc", 3), some_digest, &seq), OK);
        assert_int_equal(log_text_put(log, seq, 0, some_salt, TEXT("text")), OK);
        assert_int_equal(log_commit(log), OK);
    }
}

static const char unchanged[] =
    "SELECT (SELECT count(*) FROM entry WHERE body = CAST('abc' AS BLOB)) = 3"
    " AND (SELECT count(*) FROM entry_text WHERE body = 'text') = 3"
    " AND (SELECT count(*) FROM entry) = 3 AND (SELECT count(*) FROM entry_text) = 3";

static void nothing_written_can_be_changed_removed_or_replaced(void **state)
{
    (void)state;
    struct log *const log = fresh_log("journal");
    fill(log);
    for (size_t i = 0; i < sizeof tampering / sizeof tampering[0]; i++) {
        const int code = raw_exec(tampering[i]);
        if (code != SQLITE_CONSTRAINT)
            print_error("went through: %s\n", tampering[i]);
        assert_int_equal(code, SQLITE_CONSTRAINT);
        assert_int_equal(raw_number(unchanged), 1);
    }
    assert_int_equal(append_one(log, "d"), 4); /* control: appending goes on */
    log_close(log);
}

static void without_the_dense_trigger_replace_overwrites_an_entry(void **state)
{
    (void)state;
    struct log *const log = fresh_log("journal");
    fill(log);
    assert_int_equal(raw_exec("DROP TRIGGER entry_dense"), SQLITE_OK);
    assert_int_equal(raw_exec("REPLACE INTO entry VALUES " ROW_2), SQLITE_OK);
    assert_int_equal(raw_number(unchanged), 0);
    log_close(log);
}

static void without_the_once_trigger_replace_overwrites_a_text(void **state)
{
    (void)state;
    struct log *const log = fresh_log("journal");
    fill(log);
    assert_int_equal(raw_exec("DROP TRIGGER entry_text_once"), SQLITE_OK);
    assert_int_equal(raw_exec("REPLACE INTO entry_text VALUES (2, 0, zeroblob(16), 'other')"),
                     SQLITE_OK);
    assert_int_equal(raw_number(unchanged), 0);
    log_close(log);
}

static void a_gap_in_the_log_is_broken_not_skipped(void **state)
{
    (void)state;
    struct log *const log = fresh_log("journal");
    struct log_entry *entries;
    size_t count;
    struct arena arena;
    arena_open(&arena, 65536);
    fill(log);
    assert_int_equal(log_read(log, &arena, 0, 9, &entries, &count), OK);
    assert_int_equal(raw_exec("DROP TRIGGER entry_kept; DELETE FROM entry WHERE seq = 2"),
                     SQLITE_OK);
    assert_int_equal(log_read(log, &arena, 0, 9, &entries, &count), BROKEN);
    log_close(log);
    arena_close(&arena);
}

/* --- kill -9 --- */

/* Appends for ever and tells the pipe each position only once commit has said OK. */
static void append_until_killed(int tell)
{
    struct log *log;
    if (log_open(&log, "journal", LOG_APPEND, 5000) != OK)
        _exit(1);
    for (;;) {
        int64_t seq;
        if (log_begin(log) != OK || log_append(log, bytes_of("k", 1), some_digest, &seq) != OK ||
            log_append(log, bytes_of("l", 1), some_digest, &seq) != OK || log_commit(log) != OK ||
            write(tell, &seq, sizeof seq) != sizeof seq)
            _exit(1);
    }
}

static void what_was_acknowledged_is_there_after_kill_9(void **state)
{
    (void)state;
    struct log *log = fresh_log("journal");
    int64_t acknowledged = 0, seen = 0;
    log_close(log);
    for (int round = 0; round < 20; round++) {
        int ends[2], status;
        assert_int_equal(pipe(ends), 0);
        const pid_t pid = fork();
        if (pid == 0)
            append_until_killed(ends[1]);
        assert_int_equal(close(ends[1]), 0);
        /* However slow the disk: it is killed at work. */
        int64_t seq;
        assert_int_equal(read(ends[0], &seq, sizeof seq), sizeof seq);
        acknowledged = seq;
        uint64_t wait_us;
        seal_random(&wait_us, sizeof wait_us);
        (void)usleep((useconds_t)(wait_us % 40000));
        assert_int_equal(kill(pid, SIGKILL), 0);
        while (read(ends[0], &seq, sizeof seq) == sizeof seq)
            acknowledged = seq;
        assert_int_equal(close(ends[0]), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(WTERMSIG(status), SIGKILL);
        uint8_t digest[32];
        assert_int_equal(log_open(&log, "journal", LOG_APPEND, 0), OK);
        assert_int_equal(log_head(log, &seen, digest), OK);
        log_close(log);
        assert_true(seen >= acknowledged);
        assert_int_equal(seen % 2, 0); /* a transaction is there whole or not at all */
    }
    assert_true(acknowledged > 20);
    assert_int_equal(raw_number("SELECT count(*) = max(seq) FROM entry"), 1);
}

static void tell_too_early(void *self)
{
    struct log *log;
    int64_t seq;
    const int *const ends = self;
    if (log_open(&log, "journal", LOG_APPEND, 0) != OK || log_begin(log) != OK ||
        log_append(log, bytes_of("k", 1), some_digest, &seq) != OK ||
        write(ends[1], &seq, sizeof seq) != sizeof seq)
        _exit(1);
    (void)kill(getpid(), SIGKILL);
}

/* Control of the test above: a writer that tells before the commit is caught. */
static void what_was_told_before_its_commit_is_lost_by_kill_9(void **state)
{
    (void)state;
    struct log *log = fresh_log("journal");
    int64_t told = 0, seen;
    uint8_t digest[32];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(scratch_child(tell_too_early, ends), 128 + SIGKILL);
    assert_int_equal(read(ends[0], &told, sizeof told), sizeof told);
    assert_int_equal(log_head(log, &seen, digest), OK);
    assert_true(seen < told);
    log_close(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(positions_are_dense_from_one_and_survive_a_rollback),
        cmocka_unit_test(a_reader_gets_what_lies_behind_its_cursor_in_order),
        cmocka_unit_test(only_one_at_a_time_may_append),
        cmocka_unit_test(a_blanked_text_is_gone_and_its_entry_stays),
        cmocka_unit_test(nothing_written_can_be_changed_removed_or_replaced),
        cmocka_unit_test(without_the_dense_trigger_replace_overwrites_an_entry),
        cmocka_unit_test(without_the_once_trigger_replace_overwrites_a_text),
        cmocka_unit_test(a_gap_in_the_log_is_broken_not_skipped),
        cmocka_unit_test(what_was_acknowledged_is_there_after_kill_9),
        cmocka_unit_test(what_was_told_before_its_commit_is_lost_by_kill_9),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
