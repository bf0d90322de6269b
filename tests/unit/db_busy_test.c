/* core/db.c where the disk does not do as it is told (tests/support/disk.h): what a reader may try
 * again in a moment is BUSY, at the door 503; what is wrong with the file is BROKEN, 500; a writer
 * that cannot know what reached the disk ends. */
#include "core/conf.h"
#include "core/db.h"
#include "tests/support/disk.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { NOTE_ADD, NOTE_LIST, STATEMENTS };
static const struct statement statements[] = {
    {"note_add", "INSERT INTO note (body) VALUES ('a note')", 1u << ROLE_CLERK, 0, 0},
    {"note_list", "SELECT body FROM note", 1u << ROLE_WEB_MEMBER | 1u << ROLE_CLERK, 1, 0},
};
static const struct migration migrations[] = {
    {"test/001", "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;"},
};
static const struct store store = {"test", migrations, 1, statements, STATEMENTS};
static const char *path;
static struct db *writer, *reader;

static enum result step(struct db *db, size_t which)
{
    struct db_statement *const st = db_statement(db, which);
    const enum result result = db_step(st);
    db_reset(st);
    return result;
}

/* As a page reads: in a transaction of its own. */
static enum result read_once(struct db *db)
{
    enum result result = db_begin(db);
    if (result == OK)
        result = step(db, NOTE_LIST);
    db_rollback(db);
    return result;
}

static struct db *open_as(enum role role, enum db_mode mode)
{
    struct db *db;
    assert_int_equal(db_open(&db, &store, path, role, mode, 0), OK);
    return db;
}

static int set_up(void **state)
{
    (void)state;
    (void)scratch_open();
    disk_open();
    path = conf_store("test");
    writer = open_as(ROLE_CLERK, DB_LOG);
    assert_int_equal(step(writer, NOTE_ADD), OK);
    reader = open_as(ROLE_WEB_MEMBER, DB_READ);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_close(reader);
    db_close(writer);
    disk_close();
    return 0;
}

static void a_reader_that_finds_no_quiet_moment_to_begin_in_is_told_busy(void **state)
{
    (void)state;
    disk_fail(DISK_SHARE, SQLITE_BUSY); /* SQLite tries a hundred times, then SQLITE_PROTOCOL */
    assert_int_equal(read_once(reader), BUSY);
    disk_fail(DISK_SHARE, SQLITE_OK);
    assert_int_equal(read_once(reader), ROW);
}

static void shared_memory_that_cannot_be_had_is_busy_and_no_fault_of_the_file(void **state)
{
    (void)state;
    static const int codes[] = {SQLITE_IOERR_SHMMAP, SQLITE_IOERR_SHMOPEN, SQLITE_IOERR_SHMSIZE,
                                SQLITE_IOERR_SHMLOCK, SQLITE_NOMEM};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        assert_int_equal(read_once(reader), ROW);
        disk_fail(DISK_SHARE, codes[i]);
        assert_int_equal(read_once(reader), BUSY);
        disk_fail(DISK_SHARE, SQLITE_OK);
        assert_int_equal(read_once(reader), ROW); /* once it can be had again */
        struct db *late;
        disk_fail(DISK_MAP, codes[i]);
        assert_int_equal(db_open(&late, &store, path, ROLE_WEB_MEMBER, DB_READ, 0), BUSY);
        disk_fail(DISK_MAP, SQLITE_OK);
    }
}

static void a_file_that_cannot_be_read_is_broken(void **state)
{
    (void)state;
    db_checkpoint(writer, true); /* from the log into the file */
    disk_fail(DISK_READ, SQLITE_IOERR_READ);
    assert_int_equal(read_once(reader), BROKEN);
    disk_fail(DISK_READ, SQLITE_OK);
    assert_int_equal(read_once(reader), ROW);
}

static void a_writer_without_its_shared_memory_ends(void **state)
{
    (void)state;
    int status;
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        disk_fail(DISK_SHARE, SQLITE_IOERR_SHMLOCK);
        _exit(step(writer, NOTE_ADD) == OK ? 0 : 2);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_reader_that_finds_no_quiet_moment_to_begin_in_is_told_busy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            shared_memory_that_cannot_be_had_is_busy_and_no_fault_of_the_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_cannot_be_read_is_broken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_writer_without_its_shared_memory_ends, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
