#include "core/follow.h"
#include "core/conf.h"
#include "tests/support/scratch.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* A fold of its own: counts what it saw. The cursor's table and statements are those of
 * schema/common. */
static const struct statement statements[] = {
    {"cursor_get", "SELECT seq FROM cursor WHERE log = :log", (1u << ROLE_COUNT) - 1, 1, 1},
    {"cursor_set",
     "INSERT INTO cursor (log, seq) VALUES (:log, :seq)"
     " ON CONFLICT (log) DO UPDATE SET seq = excluded.seq",
     (1u << ROLE_COUNT) - 1, 0, 2},
    {"seen_add", "INSERT INTO seen (seq) VALUES (:seq)", (1u << ROLE_COUNT) - 1, 0, 1},
    {"seen_count", "SELECT count(*) FROM seen", (1u << ROLE_COUNT) - 1, 1, 0},
};
static const struct migration migrations[] = {
    {"001", "CREATE TABLE cursor (log TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;"
            "CREATE TABLE seen (seq INTEGER PRIMARY KEY) STRICT;"}};
static const struct store store = {"fold", migrations, 1, statements, 4};

struct counter {
    struct db *db;
    int64_t fail_at;   /* apply answers INVALID there */
    int64_t die_at;    /* the process ends there, in the middle of the transaction */
    size_t arena_used; /* most that was in use when an entry came */
};

static struct arena arena;

static enum result apply(void *self, const struct journal_entry *entry, struct arena *from)
{
    struct counter *const counter = self;
    struct db_statement *const st = db_statement(counter->db, 2);
    db_bind_int(st, 1, entry->event.seq);
    enum result result = db_step(st); /* a second time would be a CONFLICT */
    db_reset(st);
    (void)arena_take(from, 10000);
    if (from->used > counter->arena_used)
        counter->arena_used = from->used;
    if (entry->event.seq == counter->die_at)
        _exit(9);
    return entry->event.seq == counter->fail_at ? INVALID : result;
}

static int64_t seen(struct db *db)
{
    struct db_statement *const st = db_statement(db, 3);
    assert_int_equal(db_step(st), ROW);
    const int64_t count = db_column_int(st, 0);
    db_reset(st);
    return count;
}

static struct log *journal_of(int64_t count)
{
    struct log *log;
    (void)scratch_open();
    if (arena.block == NULL)
        arena_open(&arena, 8 * 1024 * 1024);
    arena_reset(&arena, 0);
    assert_int_equal(log_open(&log, "journal", LOG_APPEND, 0), OK);
    assert_int_equal(log_begin(log), OK);
    for (int64_t i = 0; i < count; i++) {
        struct event event = {.kind = EVENT_TEXT_BLANKED, .text_blanked = {1, 0, 2}};
        assert_int_equal(journal_append(log, &arena, &event, NULL, 0), OK);
        arena_reset(&arena, 0);
    }
    assert_int_equal(log_commit(log), OK);
    return log;
}

static struct fold fold_open(struct counter *counter)
{
    *counter = (struct counter){.db = NULL};
    assert_int_equal(db_open(&counter->db, &store, conf_store("fold"), ROLE_RANKER, DB_FOLD, 0),
                     OK);
    return (struct fold){.name = "journal", .db = counter->db, .apply = apply, .self = counter};
}

static void expect_cursor(struct fold *fold, int64_t want)
{
    int64_t cursor;
    assert_int_equal(fold_cursor(fold, &cursor), OK);
    assert_int_equal(cursor, want);
}

static void a_step_takes_at_most_what_it_may_and_moves_the_cursor_with_the_effect(void **state)
{
    (void)state;
    struct log *const log = journal_of(100);
    struct counter counter;
    struct fold fold = fold_open(&counter);
    size_t done;
    assert_int_equal(fold_step(&fold, log, &arena, 40, &done), OK);
    assert_int_equal(done, 40);
    expect_cursor(&fold, 40);
    assert_int_equal(seen(counter.db), 40);
    assert_int_equal(fold_catch_up(&fold, log, &arena, NULL), OK);
    expect_cursor(&fold, 100);
    assert_int_equal(seen(counter.db), 100);
    assert_int_equal(fold_step(&fold, log, &arena, 40, &done), OK);
    assert_int_equal(done, 0);
    db_close(counter.db);
    log_close(log);
}

static void an_entry_that_cannot_be_applied_stops_the_fold_with_nothing_done(void **state)
{
    (void)state;
    struct log *const log = journal_of(50);
    struct counter counter;
    struct fold fold = fold_open(&counter);
    size_t done;
    counter.fail_at = 45;
    assert_int_equal(fold_step(&fold, log, &arena, 50, &done), INVALID);
    assert_int_equal(done, 0);
    expect_cursor(&fold, 0);
    assert_int_equal(seen(counter.db), 0);
    counter.fail_at = 0;
    assert_int_equal(fold_step(&fold, log, &arena, 50, &done), OK);
    assert_int_equal(seen(counter.db), 50);
    db_close(counter.db);
    log_close(log);
}

static void fold_and_die(void *self)
{
    struct log *log;
    struct counter counter;
    struct fold fold;
    size_t done;
    (void)self;
    if (log_open(&log, "journal", LOG_READ, 0) != OK)
        _exit(1);
    fold = fold_open(&counter);
    counter.die_at = 70;
    if (fold_step(&fold, log, &arena, 20, &done) != OK ||
        fold_catch_up(&fold, log, &arena, NULL) != OK)
        _exit(2);
}

static void a_crash_repeats_nothing_and_loses_nothing(void **state)
{
    (void)state;
    struct log *const log = journal_of(100);
    assert_int_equal(scratch_child(fold_and_die, NULL), 9);
    struct counter counter;
    struct fold fold = fold_open(&counter);
    expect_cursor(&fold, 20); /* what the first step had committed, no more */
    assert_int_equal(seen(counter.db), 20);
    assert_int_equal(fold_catch_up(&fold, log, &arena, NULL), OK);
    assert_int_equal(seen(counter.db), 100);
    db_close(counter.db);
    log_close(log);
}

static void memory_does_not_grow_with_the_backlog(void **state)
{
    (void)state;
    struct log *const log = journal_of(3000);
    struct counter counter;
    struct fold fold = fold_open(&counter);
    assert_int_equal(fold_catch_up(&fold, log, &arena, NULL), OK);
    assert_int_equal(arena.used, 0);
    assert_true(counter.arena_used < 200 * 1024); /* 3000 entries took 10,000 bytes each */
    db_close(counter.db);
    log_close(log);
}

static void a_poke_wakes_every_listener_and_never_blocks(void **state)
{
    (void)state;
    (void)scratch_open();
    const int one = wake_listen("ranker"), two = wake_listen("analyst");
    struct pollfd fds[] = {{one, POLLIN, 0}, {two, POLLIN, 0}};
    assert_true(one >= 0 && two >= 0);
    assert_int_equal(poll(fds, 2, 0), 0);
    for (int i = 0; i < 5000; i++) /* far more than a socket holds */
        wake_all();
    assert_int_equal(poll(fds, 2, 0), 2);
    wake_drain(one);
    assert_int_equal(poll(fds, 1, 0), 0);
    assert_int_equal(close(two), 0);
    wake_all(); /* a listener that is gone is no fault */
    assert_int_equal(poll(fds, 1, 0), 1);
    assert_int_equal(close(one), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_takes_at_most_what_it_may_and_moves_the_cursor_with_the_effect),
        cmocka_unit_test(an_entry_that_cannot_be_applied_stops_the_fold_with_nothing_done),
        cmocka_unit_test(a_crash_repeats_nothing_and_loses_nothing),
        cmocka_unit_test(memory_does_not_grow_with_the_backlog),
        cmocka_unit_test(a_poke_wakes_every_listener_and_never_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
