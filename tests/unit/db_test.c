/* core/db.c on a small store of its own. Statements stand here because the store does: programs'
 * SQL lies in schema/. */
#include "core/db.h"
#include "core/conf.h"
#include "tests/support/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#define CLERK (1u << ROLE_CLERK)
#define MEMBER (1u << ROLE_WEB_MEMBER)

enum { NOTE_ADD, NOTE_LIST, SECRET_GET, NOTE_FIND, SLOW, STATEMENTS };
static const struct statement statements[] = {
    {"note_add", "INSERT INTO note (id, body) VALUES (:id, :body)", CLERK, 0, 2},
    {"note_list", "SELECT id, body FROM note ORDER BY id", CLERK | MEMBER, 2, 0},
    {"secret_get", "SELECT body FROM secret", CLERK, 1, 0},
    {"note_find", "SELECT rowid FROM note_text WHERE note_text MATCH :words", MEMBER, 1, 1},
    {"slow", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
     MEMBER, 1, 0},
};
static const struct migration migrations[] = {
    {"test/001",
     "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;"
     "CREATE TABLE secret (body TEXT NOT NULL) STRICT;"
     "CREATE VIRTUAL TABLE note_text USING fts5(body, content='note', content_rowid='id');"
     "CREATE VIRTUAL TABLE note_word USING fts5vocab('note_text', 'row');"},
    {"test/002",
     "CREATE TABLE later (a INTEGER, b TEXT, PRIMARY KEY (b, a)) STRICT, WITHOUT ROWID;"},
};
static const struct store store = {"test", migrations, 2, statements, STATEMENTS};

/* SQLite's fsync comes through here: linked before the C library's. */
static bool disk_is_broken;
int fdatasync(int fd)
{
    if (disk_is_broken) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

static const char *fresh_path(void)
{
    (void)scratch_open();
    return conf_store("test");
}

static struct db *open_as(const char *path, enum role role, enum db_mode mode)
{
    struct db *db;
    assert_int_equal(db_open(&db, &store, path, role, mode, 0), OK);
    return db;
}

static enum result note_add(struct db *db, int64_t id, const char *body)
{
    struct db_statement *const st = db_statement(db, NOTE_ADD);
    db_bind_int(st, 1, id);
    db_bind_text(st, 2, text_of(body));
    const enum result result = db_step(st);
    db_reset(st);
    return result;
}

static int64_t note_count(struct db *db)
{
    int64_t count = 0;
    struct db_statement *const st = db_statement(db, NOTE_LIST);
    while (db_step(st) == ROW)
        count++;
    db_reset(st);
    return count;
}

static void what_is_committed_is_there_and_what_is_rolled_back_is_not(void **state)
{
    (void)state;
    struct db *db = open_as(fresh_path(), ROLE_CLERK, DB_LOG);
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(note_add(db, 1, "one"), OK);
    assert_int_equal(db_changes(db), 1);
    assert_int_equal(db_commit(db), OK);
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(note_add(db, 2, "two"), OK);
    db_rollback(db);
    assert_int_equal(note_count(db), 1);
    db_close(db);
}

static void a_constraint_is_a_conflict_and_leaves_the_transaction_standing(void **state)
{
    (void)state;
    struct db *db = open_as(fresh_path(), ROLE_CLERK, DB_LOG);
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(note_add(db, 1, "one"), OK);
    assert_int_equal(note_add(db, 1, "again"), CONFLICT);
    assert_int_equal(note_add(db, 2, NULL), CONFLICT);
    assert_int_equal(note_add(db, 3, "three"), OK);
    assert_int_equal(db_commit(db), OK);
    assert_int_equal(note_count(db), 2);
    db_close(db);
}

static void a_second_writer_is_told_busy_within_two_seconds(void **state)
{
    (void)state;
    const char *const path = fresh_path();
    struct db *first = open_as(path, ROLE_CLERK, DB_LOG);
    struct db *second = open_as(path, ROLE_CLERK, DB_LOG);
    assert_int_equal(db_begin(first), OK);
    assert_int_equal(db_begin(second), BUSY);
    assert_int_equal(db_commit(first), OK);
    assert_int_equal(db_begin(second), OK); /* control: it was the lock */
    db_rollback(second);
    db_close(first);
    db_close(second);
}

static void look_for_lock(void *self)
{
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x40000002, .l_len = 510};
    const int fd = open(self, O_RDWR | O_CLOEXEC); /* SQLite's range of shared locks */
    _exit(fd >= 0 && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type == F_RDLCK ? 0 : 1);
}

/* POSIX drops all locks of a process on a file when any handle of it is closed. */
static void opening_a_store_twice_does_not_drop_its_locks(void **state)
{
    (void)state;
    char path[600];
    (void)snprintf(path, sizeof path, "%s", fresh_path());
    struct db *first = open_as(path, ROLE_CLERK, DB_LOG);
    struct db *second = open_as(path, ROLE_CLERK, DB_LOG);
    assert_int_equal(scratch_child(look_for_lock, path), 0);
    const int fd = open(path, O_RDONLY | O_CLOEXEC); /* control */
    assert_int_equal(close(fd), 0);
    assert_int_equal(scratch_child(look_for_lock, path), 1);
    db_close(first);
    db_close(second);
}

static void a_full_disk_is_busy_and_nothing_of_the_transaction_stays(void **state)
{
    (void)state;
    static char page[3000];
    memset(page, 'x', sizeof page - 1);
    struct db *db = open_as(fresh_path(), ROLE_CLERK, DB_LOG);
    assert_int_equal(db_run_script(db, "PRAGMA max_page_count = 40"), OK);
    assert_int_equal(db_begin(db), OK);
    enum result result = OK;
    for (int64_t i = 1; i <= 200 && result == OK; i++)
        result = note_add(db, i, page);
    assert_int_equal(result, BUSY);
    assert_int_equal(db_commit(db), BUSY); /* not OK by halves */
    assert_int_equal(note_count(db), 0);
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(note_add(db, 1, "room again"), OK);
    assert_int_equal(db_commit(db), OK);
    db_close(db);
}

static void write_one(void *self)
{
    struct db *db;
    if (db_open(&db, &store, self, ROLE_CLERK, DB_LOG, 0) != OK || db_begin(db) != OK ||
        note_add(db, 1, "one") != OK)
        _exit(90);
    disk_is_broken = true;
    const enum result result = db_commit(db);
    _exit(result == OK ? 91 : 92);
}

static void write_soundly(void *self)
{
    struct db *db;
    disk_is_broken = false;
    if (db_open(&db, &store, self, ROLE_CLERK, DB_LOG, 0) != OK || db_begin(db) != OK ||
        note_add(db, 1, "one") != OK || db_commit(db) != OK)
        _exit(90);
}

static void a_failed_fsync_ends_the_writer_at_once(void **state)
{
    (void)state;
    char path[600];
    (void)snprintf(path, sizeof path, "%s", fresh_path());
    db_close(open_as(path, ROLE_CLERK, DB_LOG));
    assert_int_equal(scratch_child(write_one, path), 1);
    assert_int_equal(scratch_child(write_soundly, path), 0); /* control: the same on a sound disk */
}

static void a_reader_cannot_write_and_sees_one_snapshot_while_its_transaction_lasts(void **state)
{
    (void)state;
    const char *const path = fresh_path();
    struct db *writer = open_as(path, ROLE_CLERK, DB_FOLD);
    struct db *reader = open_as(path, ROLE_CLERK, DB_READ);
    assert_int_equal(note_add(reader, 9, "no"), BROKEN);
    assert_int_equal(db_begin(reader), OK);
    assert_int_equal(note_count(reader), 0);
    assert_int_equal(note_add(writer, 1, "one"), OK);
    assert_int_equal(note_count(reader), 0);
    db_rollback(reader);
    assert_int_equal(note_count(reader), 1);
    db_close(reader);
    db_close(writer);
}

static void the_version_moves_when_another_handle_wrote_and_only_then(void **state)
{
    (void)state;
    const char *const path = fresh_path();
    struct db *writer = open_as(path, ROLE_CLERK, DB_FOLD);
    struct db *reader = open_as(path, ROLE_WEB_MEMBER, DB_READ);
    const int64_t before = db_version(reader);
    assert_int_equal(db_version(reader), before);
    assert_int_equal(note_add(writer, 1, "one"), OK);
    assert_int_not_equal(db_version(reader), before);
    db_close(reader);
    db_close(writer);
}

/* Whether any part of the store's file is mapped. */
static bool is_mapped(const char *path)
{
    char line[4096];
    bool found = false;
    FILE *const maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps) != NULL) {
        line[strcspn(line, "\n")] = 0;
        const size_t size = strlen(line), end = strlen(path);
        found = found || (size > end && strcmp(line + size - end, path) == 0);
    }
    (void)fclose(maps);
    return found;
}

static void a_store_that_is_mapped_reads_the_same_and_sees_what_is_written_since(void **state)
{
    (void)state;
    const char *const path = fresh_path();
    struct db *writer = open_as(path, ROLE_CLERK, DB_FOLD);
    assert_int_equal(note_add(writer, 1, "one"), OK);
    db_checkpoint(writer, true);
    struct db *reader = open_as(path, ROLE_WEB_MEMBER, DB_READ);
    assert_int_equal(note_count(reader), 1);
    assert_false(is_mapped(path)); /* the control */
    db_map(reader, 1 << 20);
    assert_int_equal(note_count(reader), 1);
    assert_true(is_mapped(path));
    assert_int_equal(note_add(writer, 2, "two"), OK);
    assert_int_equal(note_count(reader), 2);
    db_checkpoint(writer, true);
    assert_int_equal(note_count(reader), 2);
    db_close(reader);
    db_close(writer);
}

/* What code that got out of hand would try: SQL that no statement of the role holds. The table is
 * changed once the handle is open. */
static enum result tries(enum role role, enum db_mode mode, const char *sql)
{
    static struct statement wild[STATEMENTS + 1];
    memcpy(wild, statements, sizeof statements);
    wild[STATEMENTS] = (struct statement){"wild", "SELECT 1", (1u << ROLE_COUNT) - 1, 1, 0};
    const struct store wild_store = {"test", migrations, 2, wild, STATEMENTS + 1};
    struct db *db;
    assert_int_equal(db_open(&db, &wild_store, conf_store("test"), role, mode, 0), OK);
    wild[STATEMENTS].sql = sql;
    wild[STATEMENTS].columns = strncmp(sql, "SELECT", 6) == 0;
    struct db_statement *const st = db_statement(db, STATEMENTS);
    const enum result result = db_step(st);
    db_reset(st);
    db_close(db);
    return result == ROW ? OK : result;
}

static void a_role_cannot_even_prepare_what_its_statements_never_name(void **state)
{
    (void)state;
    struct db *const db = open_as(fresh_path(), ROLE_CLERK, DB_FOLD);
    assert_int_equal(tries(ROLE_CLERK, DB_FOLD, "SELECT count(body) FROM secret"),
                     OK); /* control */
    assert_int_equal(tries(ROLE_WEB_MEMBER, DB_READ, "SELECT max(body) FROM note"), OK);
    static const char *const forbidden[] = {
        "SELECT body FROM secret",
        "SELECT count(*) FROM secret",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM secret)",
        "SELECT id FROM note ORDER BY (SELECT body FROM secret)",
        "SELECT name FROM sqlite_schema",
        "SELECT name FROM pragma_table_list",
        "SELECT b FROM later",
        "INSERT INTO note (id, body) VALUES (7, 'x')",
        "DELETE FROM note",
        "ATTACH ':memory:' AS other",
        "PRAGMA journal_mode = DELETE",
        "CREATE TABLE extra (a)",
        "DROP TABLE note",
    };
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
        assert_int_equal(tries(ROLE_WEB_MEMBER, DB_READ, forbidden[i]), BROKEN);
    db_close(db);
}

static void a_writer_is_held_to_its_statements_too(void **state)
{
    (void)state;
    struct db *const db = open_as(fresh_path(), ROLE_CLERK, DB_FOLD);
    static const char *const forbidden[] = {
        "DELETE FROM note",
        "UPDATE note SET body = ''",
        "UPDATE secret SET body = ''",
        "DROP TABLE note",
        "ALTER TABLE note ADD COLUMN extra TEXT",
        "CREATE TRIGGER t AFTER INSERT ON note BEGIN SELECT 1; END",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_schema SET type = 'view'",
        "VACUUM",
    };
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++)
        assert_int_equal(tries(ROLE_CLERK, DB_FOLD, forbidden[i]), BROKEN);
    assert_int_equal(tries(ROLE_CLERK, DB_FOLD, "INSERT INTO note (id, body) VALUES (8, '')"), OK);
    db_close(db);
}

static void run_foreign_statement(void *self)
{
    struct db *const db = open_as(self, ROLE_WEB_MEMBER, DB_READ);
    _exit(db_step(db_statement(db, SECRET_GET)) == OK ? 90 : 91);
}

static void a_statement_of_another_role_stops_the_program(void **state)
{
    (void)state;
    char path[600];
    (void)snprintf(path, sizeof path, "%s", fresh_path());
    db_close(open_as(path, ROLE_CLERK, DB_FOLD));
    assert_int_equal(scratch_child(run_foreign_statement, path), 128 + 6); /* SIGABRT */
}

static void full_text_search_works_for_a_role_that_names_only_the_index(void **state)
{
    (void)state;
    const char *const path = fresh_path();
    struct db *writer = open_as(path, ROLE_CLERK, DB_FOLD);
    assert_int_equal(note_add(writer, 5, "chest pain"), OK);
    assert_int_equal(db_run_script(writer, "INSERT INTO note_text (note_text) VALUES ('rebuild')"),
                     OK);
    struct db *reader = open_as(path, ROLE_WEB_MEMBER, DB_READ);
    struct db_statement *const st = db_statement(reader, NOTE_FIND);
    db_bind_text(st, 1, text_of("pain"));
    assert_int_equal(db_step(st), ROW);
    assert_int_equal(db_column_int(st, 0), 5);
    db_reset(st);
    db_close(reader);
    db_close(writer);
}

static void a_query_of_the_web_that_does_not_end_is_stopped(void **state)
{
    (void)state;
    const char *const path = fresh_path();
    struct db *writer = open_as(path, ROLE_CLERK, DB_FOLD);
    struct db *reader = open_as(path, ROLE_WEB_MEMBER, DB_READ);
    struct db_statement *const st = db_statement(reader, SLOW);
    assert_int_equal(db_step(st), BUSY);
    db_reset(st);
    assert_int_equal(note_count(reader), 0); /* and the handle goes on */
    db_close(reader);
    db_close(writer);
}

static void a_reader_waits_for_the_writer_that_makes_the_store(void **state)
{
    (void)state;
    const char *const path = fresh_path();
    struct db *db;
    assert_int_equal(db_open(&db, &store, path, ROLE_CLERK, DB_READ, 50), BUSY);
    assert_null(db);
    struct db *writer = open_as(path, ROLE_CLERK, DB_FOLD);
    assert_int_equal(db_open(&db, &store, path, ROLE_CLERK, DB_READ, 50), OK);
    db_close(db);
    db_close(writer);
    assert_int_equal(db_open(&db, &store, path, ROLE_CLERK, DB_READ, 50), OK); /* the WAL stayed */
    db_close(db);
}

static void a_migration_changed_after_it_ran_is_refused(void **state)
{
    (void)state;
    const char *const path = fresh_path();
    struct migration other[3] = {
        migrations[0], migrations[1], {"test/003", "CREATE TABLE third (a INTEGER) STRICT;"}};
    const struct store longer = {"test", other, 3, statements, STATEMENTS};
    struct db *db;
    db_close(open_as(path, ROLE_CLERK, DB_FOLD));
    assert_int_equal(db_open(&db, &longer, path, ROLE_CLERK, DB_FOLD, 0),
                     OK); /* control: one more */
    db_close(db);
    assert_int_equal(db_open(&db, &store, path, ROLE_CLERK, DB_FOLD, 0),
                     BROKEN); /* a later version's */
    other[1].sql = "CREATE TABLE later (a INTEGER, b TEXT) STRICT;";
    assert_int_equal(db_open(&db, &longer, path, ROLE_CLERK, DB_FOLD, 0), BROKEN);
    assert_int_equal(db_open(&db, &longer, path, ROLE_CLERK, DB_READ, 0), BROKEN);
}

static void a_migration_that_fails_leaves_nothing_behind(void **state)
{
    (void)state;
    const char *const path = fresh_path();
    const struct migration bad[] = {
        migrations[0], {"test/002", "CREATE TABLE half (a INTEGER) STRICT; nonsense;"}};
    const struct store broken = {"test", bad, 2, statements, STATEMENTS};
    struct db *db;
    assert_int_equal(db_open(&db, &broken, path, ROLE_CLERK, DB_FOLD, 0), BROKEN);
    db = open_as(path, ROLE_CLERK, DB_FOLD);
    assert_int_equal(db_run_script(db, "CREATE TABLE half (a INTEGER) STRICT"), OK);
    db_close(db);
}

static void digest_of(const char *path, uint8_t digest[32], int64_t *rows)
{
    static const char *const skip[] = {"secret", NULL};
    struct db *const db = open_as(path, ROLE_CLERK, DB_READ);
    assert_int_equal(db_content_digest(db, skip, digest, rows), OK);
    db_close(db);
}

static void equal_content_has_an_equal_digest_whatever_the_order_it_came_in(void **state)
{
    (void)state;
    uint8_t a[32], b[32], c[32];
    int64_t rows;
    char paths[2][600];
    static const char *const scripts[2] = {
        "INSERT INTO later VALUES (1, 'x'), (2, 'a'); INSERT INTO note VALUES (1, 'one'), (2, "
        "'two')",
        "INSERT INTO note VALUES (2, 'two'), (1, 'one'); INSERT INTO secret VALUES ('left out');"
        "INSERT INTO later VALUES (2, 'a'), (1, 'x')"};
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "%s", fresh_path());
        struct db *const db = open_as(paths[i], ROLE_CLERK, DB_FOLD);
        assert_int_equal(db_run_script(db, scripts[i]), OK);
        db_close(db);
    }
    digest_of(paths[0], a, &rows);
    assert_int_equal(rows, 4);
    digest_of(paths[1], b, &rows);
    assert_memory_equal(a, b, 32);
    struct db *const db = open_as(paths[1], ROLE_CLERK, DB_FOLD); /* control: one letter */
    assert_int_equal(db_run_script(db, "UPDATE note SET body = 'twp' WHERE id = 2"), OK);
    db_close(db);
    digest_of(paths[1], c, &rows);
    assert_memory_not_equal(a, c, 32);
}

static void the_digest_sees_the_words_an_index_really_holds(void **state)
{
    (void)state;
    uint8_t a[32], b[32];
    int64_t rows;
    const char *const path = fresh_path();
    struct db *const db = open_as(path, ROLE_CLERK, DB_FOLD);
    assert_int_equal(note_add(db, 1, "pain"), OK);
    assert_int_equal(db_content_digest(db, NULL, a, &rows), OK);
    assert_int_equal(db_run_script(db, "INSERT INTO note_text (rowid, body) VALUES (1, 'pain')"),
                     OK);
    assert_int_equal(db_content_digest(db, NULL, b, &rows), OK);
    assert_memory_not_equal(a, b, 32);
    assert_int_equal(rows, 2);
    db_close(db);
}

static void every_statement_fits_its_schema_and_one_that_does_not_is_named(void **state)
{
    (void)state;
    const char *name;
    const char *const path = fresh_path();
    struct db *db = open_as(path, ROLE_CLERK, DB_FOLD);
    assert_int_equal(db_prepare_check(db, &name), OK);
    db_close(db);
    struct statement bad[] = {statements[0], {"wrong", "SELECT nothing FROM note", CLERK, 1, 0}};
    const struct store wrong = {"test", migrations, 2, bad, 2};
    assert_int_equal(db_open(&db, &wrong, path, ROLE_CLERK, DB_FOLD, 0), OK);
    assert_int_equal(db_prepare_check(db, &name), BROKEN);
    assert_string_equal(name, "wrong");
    db_close(db);
}

static void a_value_over_the_limit_is_too_much(void **state)
{
    (void)state;
    static char long_body[1000001];
    memset(long_body, 'x', sizeof long_body - 1);
    struct db *const db = open_as(fresh_path(), ROLE_CLERK, DB_FOLD);
    assert_int_equal(note_add(db, 1, long_body), TOO_MUCH);
    long_body[900000] = 0;
    assert_int_equal(note_add(db, 1, long_body), OK);
    db_close(db);
}

static void stores_are_not_readable_by_others(void **state)
{
    (void)state;
    const char *const path = fresh_path();
    struct stat file;
    struct db *const db = open_as(path, ROLE_CLERK, DB_LOG);
    assert_int_equal(note_add(db, 1, "x"), OK);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 07, 0);
    char wal[700];
    (void)snprintf(wal, sizeof wal, "%s-wal", path);
    assert_int_equal(stat(wal, &file), 0);
    assert_int_equal(file.st_mode & 07, 0);
    db_close(db);
    assert_int_equal(stat(wal, &file), 0); /* kept: readers without a right to write need it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_committed_is_there_and_what_is_rolled_back_is_not),
        cmocka_unit_test(a_constraint_is_a_conflict_and_leaves_the_transaction_standing),
        cmocka_unit_test(a_second_writer_is_told_busy_within_two_seconds),
        cmocka_unit_test(opening_a_store_twice_does_not_drop_its_locks),
        cmocka_unit_test(a_full_disk_is_busy_and_nothing_of_the_transaction_stays),
        cmocka_unit_test(a_failed_fsync_ends_the_writer_at_once),
        cmocka_unit_test(a_reader_cannot_write_and_sees_one_snapshot_while_its_transaction_lasts),
        cmocka_unit_test(the_version_moves_when_another_handle_wrote_and_only_then),
        cmocka_unit_test(a_store_that_is_mapped_reads_the_same_and_sees_what_is_written_since),
        cmocka_unit_test(a_role_cannot_even_prepare_what_its_statements_never_name),
        cmocka_unit_test(a_writer_is_held_to_its_statements_too),
        cmocka_unit_test(a_statement_of_another_role_stops_the_program),
        cmocka_unit_test(full_text_search_works_for_a_role_that_names_only_the_index),
        cmocka_unit_test(a_query_of_the_web_that_does_not_end_is_stopped),
        cmocka_unit_test(a_reader_waits_for_the_writer_that_makes_the_store),
        cmocka_unit_test(a_migration_changed_after_it_ran_is_refused),
        cmocka_unit_test(a_migration_that_fails_leaves_nothing_behind),
        cmocka_unit_test(equal_content_has_an_equal_digest_whatever_the_order_it_came_in),
        cmocka_unit_test(the_digest_sees_the_words_an_index_really_holds),
        cmocka_unit_test(every_statement_fits_its_schema_and_one_that_does_not_is_named),
        cmocka_unit_test(a_value_over_the_limit_is_too_much),
        cmocka_unit_test(stores_are_not_readable_by_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
