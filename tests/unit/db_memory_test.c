/* SQLite's memory (core/db_memory.c): what is given back is used again, and nobody gets more than
 * the limit. */
#include "core/conf.h"
#include "core/db_inside.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { KEEP, HOLD_ALL, STATEMENTS, BODY_SIZE = 400 * 1000 };
static const struct statement statements[] = {
    {"keep", "INSERT INTO note (id, body) VALUES (:id, zeroblob(:size))", 1u << ROLE_CLERK, 0, 2},
    /* Sorting holds every body in memory before it gives the first row. */
    {"hold_all", "SELECT body FROM note WHERE id <= :upto ORDER BY body, id", 1u << ROLE_CLERK, 1,
     1},
};
static const struct migration migrations[] = {
    {"test/001", "CREATE TABLE note (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;"},
};
static const struct store store = {"test", migrations, 1, statements, STATEMENTS};

static struct db *open_one(void)
{
    struct db *db;
    assert_int_equal(db_open(&db, &store, conf_store("test"), ROLE_CLERK, DB_FOLD, 0), OK);
    return db;
}

static void keep(struct db *db, int64_t id, int64_t size)
{
    struct db_statement *st = db_statement(db, KEEP);
    db_bind_int(st, 1, id);
    db_bind_int(st, 2, size);
    assert_int_equal(db_step(st), OK);
    db_reset(st);
}

/* The first row of bodies sorted. */
static enum result hold(struct db *db, int64_t upto)
{
    struct db_statement *st = db_statement(db, HOLD_ALL);
    db_bind_int(st, 1, upto);
    enum result result = db_step(st);
    db_reset(st);
    return result;
}

static void what_a_store_took_is_given_back_when_it_closes(void **state UNUSED)
{
    scratch_open();
    db_close(open_one());
    size_t before = db_memory_used();
    for (int round = 0; round < 20; round++) {
        struct db *db = open_one();
        assert_true(db_memory_used() > before + 10000);
        keep(db, round + 1, 5000);
        db_close(db);
        assert_int_equal(db_memory_used(), before);
    }
}

static void
a_statement_that_wants_more_than_the_limit_fails_and_the_store_goes_on(void **state UNUSED)
{
    scratch_open();
    struct db *db = open_one();
    for (int64_t id = 1; id <= 400; id++)
        keep(db, id, BODY_SIZE);
    size_t before = db_memory_used();
    assert_int_equal(hold(db, 20), ROW); /* the control: within the limit it runs */
    assert_int_equal(hold(db, 400), BUSY);
    assert_true(db_memory_used() < before + 30 * 1024 * 1024);
    assert_int_equal(hold(db, 20), ROW);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_store_took_is_given_back_when_it_closes),
        cmocka_unit_test(a_statement_that_wants_more_than_the_limit_fails_and_the_store_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
