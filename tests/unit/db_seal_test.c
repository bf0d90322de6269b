/* The sum over a store's rows: true after every kind of write, and false after any change that went
 * past the program. */
#include "core/db.h"
#include "core/conf.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define ALL (1u << ROLE_PAYMASTER)

enum { ADD, PUT, SET, DROP, CLEAR, FILL, PART_ADD, LATER_PUT, STATEMENTS };
static const struct statement statements[] = {
    {"add", "INSERT INTO note (id, body, weight) VALUES (:id, 'first', 2.0)", ALL, 0, 1},
    {"put", "INSERT OR REPLACE INTO note (id, body) VALUES (:id, 'second')", ALL, 0, 1},
    {"set", "UPDATE note SET weight = weight + 0.5, id = id + 100 WHERE id = :id", ALL, 0, 1},
    {"drop", "DELETE FROM note WHERE id = :id", ALL, 0, 1},
    {"clear", "DELETE FROM note", ALL, 0, 0},
    {"fill", "INSERT INTO note (id, body) SELECT value, 'many' FROM json_each(:list)", ALL, 0, 1},
    {"part_add", "INSERT INTO part (note, name) VALUES (:id, 'a'), (:id, 'b')", ALL, 0, 1},
    {"later_put",
     "INSERT INTO later (name, count) VALUES ('n', :count) "
     "ON CONFLICT DO UPDATE SET count = excluded.count",
     ALL, 0, 1},
};
static const struct migration migrations[] = {
    {"test/001",
     "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT NOT NULL, weight REAL) STRICT;"
     "CREATE UNIQUE INDEX note_body ON note (id, body);"
     "CREATE TABLE part (note INTEGER NOT NULL REFERENCES note ON DELETE CASCADE, name TEXT, "
     "PRIMARY KEY (note, name)) STRICT, WITHOUT ROWID;"
     "CREATE TABLE later (name TEXT PRIMARY KEY, count INTEGER) STRICT, WITHOUT ROWID;"},
    {"test/002", "CREATE TABLE seal (one INTEGER PRIMARY KEY, sum BLOB NOT NULL, migrations "
                 "INTEGER NOT NULL) STRICT;"},
    {"test/003", "ALTER TABLE note ADD COLUMN place TEXT NOT NULL DEFAULT 'here'"},
};
static const struct store before = {"test", migrations, 1, statements, STATEMENTS};
static const struct store store = {"test", migrations, 2, statements, STATEMENTS};
static const struct store after = {"test", migrations, 3, statements, STATEMENTS};

static struct db *open_as(const struct store *which)
{
    struct db *db;
    assert_int_equal(db_open(&db, which, conf_store("test"), ROLE_PAYMASTER, DB_VAULT, 0), OK);
    return db;
}

static enum result run(struct db *db, size_t statement, int64_t id)
{
    struct db_statement *const st = db_statement(db, statement);
    if (statement == FILL)
        db_bind_text(st, 1, id == 0 ? TEXT("[11, 12, 13]") : TEXT("[21, 22, 11]"));
    else if (statement != CLEAR)
        db_bind_int(st, 1, id);
    const enum result result = db_step(st);
    db_reset(st);
    return result;
}

/* By the writer itself, and by who only reads. */
static enum result check(struct db *db, const struct store *which)
{
    struct db *reader;
    assert_int_equal(db_open(&reader, which, conf_store("test"), ROLE_PAYMASTER, DB_READ, 0), OK);
    const enum result result = db_seal_check(reader);
    assert_int_equal(db_seal_check(db), result);
    db_close(reader);
    return result;
}

static void every_kind_of_write_keeps_the_sum(void **state)
{
    (void)state;
    static const size_t steps[][2] = {{ADD, 1},       {ADD, 2},      {PUT, 2},      {PUT, 3},
                                      {SET, 1},       {PART_ADD, 2}, {PART_ADD, 3}, {LATER_PUT, 4},
                                      {LATER_PUT, 5}, {DROP, 2},     {FILL, 0},     {DROP, 77},
                                      {CLEAR, 0},     {ADD, 1}};
    const size_t count = sizeof steps / sizeof steps[0];
    for (int grouped = 0; grouped < 3; grouped++) { /* alone, in one transaction, in one undone */
        (void)scratch_open();
        struct db *db = open_as(&store);
        assert_int_equal(check(db, &store), OK);
        if (grouped)
            assert_int_equal(db_begin(db), OK);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(run(db, steps[i][0], (int64_t)steps[i][1]), OK);
            if (steps[i][0] == CLEAR)
                assert_int_equal(db_changes(db), 5); /* what the statement did, not the sum's */
            if (!grouped)
                assert_int_equal(check(db, &store), OK);
        }
        if (grouped == 1)
            assert_int_equal(db_commit(db), OK);
        if (grouped == 2)
            db_rollback(db);
        assert_int_equal(check(db, &store), OK);
        db_close(db);
        db = open_as(&store);
        assert_int_equal(run(db, ADD, 900), OK);
        assert_int_equal(check(db, &store), OK);
        db_close(db);
    }
}

static void what_a_statement_undid_half_way_is_not_summed(void **state)
{
    (void)state;
    for (int grouped = 0; grouped < 2; grouped++) {
        (void)scratch_open();
        struct db *db = open_as(&store);
        assert_int_equal(run(db, FILL, 0), OK);
        if (grouped)
            assert_int_equal(db_begin(db), OK);
        assert_int_equal(run(db, FILL, 1), CONFLICT); /* at its third row */
        assert_int_equal(run(db, PART_ADD, 555), CONFLICT);
        assert_int_equal(run(db, ADD, 4), OK);
        if (grouped)
            assert_int_equal(db_commit(db), OK);
        assert_int_equal(check(db, &store), OK);
        db_close(db);
    }
}

static void what_went_past_the_program_is_noticed(void **state)
{
    (void)state;
    static const char *const acts[] = {
        "UPDATE note SET body = 'First' WHERE id = 1",
        "UPDATE note SET weight = 2.5 WHERE id = 1",
        "UPDATE note SET weight = NULL WHERE id = 1",
        "DELETE FROM note WHERE id = 1",
        "INSERT INTO note (id, body) VALUES (9, '')",
        "UPDATE part SET name = 'c' WHERE name = 'b'",
        "UPDATE seal SET sum = zeroblob(32)",
        "UPDATE seal SET migrations = 7",
        "DELETE FROM seal",
        "DROP TABLE later",
        "CREATE TRIGGER quiet AFTER INSERT ON note BEGIN DELETE FROM part; END",
        "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'note_body'",
        "", /* (control) */
    };
    const size_t count = sizeof acts / sizeof acts[0];
    for (size_t i = 0; i < count; i++) {
        sqlite3 *handle;
        (void)scratch_open();
        struct db *db = open_as(&store);
        assert_int_equal(run(db, ADD, 1), OK);
        assert_int_equal(run(db, PART_ADD, 1), OK);
        db_close(db);
        assert_int_equal(sqlite3_open(conf_store("test"), &handle), SQLITE_OK);
        assert_int_equal(sqlite3_exec(handle, acts[i], NULL, NULL, NULL), SQLITE_OK);
        (void)sqlite3_close(handle);
        assert_int_equal(db_open(&db, &store, conf_store("test"), ROLE_PAYMASTER, DB_READ, 0), OK);
        assert_true((db_seal_check(db) == OK) == (i == count - 1));
        db_close(db);
    }
}

static void a_store_of_before_is_summed_when_it_is_first_opened(void **state)
{
    (void)state;
    (void)scratch_open();
    struct db *db = open_as(&before);
    assert_int_equal(run(db, ADD, 1), OK);
    assert_int_equal(run(db, ADD, 2), OK);
    assert_int_equal(db_seal_check(db), NOT_FOUND);
    db_close(db);
    db = open_as(&store);
    assert_int_equal(check(db, &store), OK);
    db_close(db);
    /* A column more: SQLite does not write the rows again by itself. */
    db = open_as(&after);
    assert_int_equal(check(db, &after), OK);
    assert_int_equal(run(db, SET, 1), OK);
    assert_int_equal(run(db, DROP, 2), OK);
    assert_int_equal(check(db, &after), OK);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_write_keeps_the_sum),
        cmocka_unit_test(what_a_statement_undid_half_way_is_not_summed),
        cmocka_unit_test(what_went_past_the_program_is_noticed),
        cmocka_unit_test(a_store_of_before_is_summed_when_it_is_first_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
