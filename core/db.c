#include "core/db.h"
#include "core/db_inside.h"
#include "core/clock.h"
#include "core/trace.h"

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    BUSY_MS = 1000, /* longest wait for a lock */
    READ_MS = 1000, /* longest query of the web: its snapshot keeps the WAL growing */
    PROGRESS_STEPS = 10000,
    RIGHTS_MAX = 2048,
    WAL_PAGES = 1000, /* go back to the WAL's begin after so many, if no reader is in the way */
};
enum own_statement { OWN_BEGIN, OWN_BEGIN_WRITE, OWN_COMMIT, OWN_ROLLBACK, OWN_VERSION, OWN_COUNT };
static const char *const own_sql[OWN_COUNT] = {"BEGIN", "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK",
                                               "PRAGMA data_version"};

/* How strict the authorizer is just now. OPEN: our own set-up. LEARN: it notes what the role's
 * statements touch. STRICT: only what was noted. STEP: a virtual table (FTS5) asks for its own
 * tables while a statement that named it runs. */
enum watch { WATCH_OPEN, WATCH_LEARN, WATCH_STRICT, WATCH_STEP };

struct db {
    sqlite3 *handle;
    const struct store *store;
    enum role role;
    enum db_mode mode;
    enum watch watch;
    size_t raw;          /* statements of db_raw at work */
    bool open;           /* a transaction of ours */
    bool no_wait;        /* do not wait for locks */
    enum result spoiled; /* a statement failed inside it: it cannot be committed */
    int64_t lock_until_us;
    int64_t read_until_us; /* for the queries of the web */
    struct db_statement *statements;
    sqlite3_stmt *own[OWN_COUNT];
    struct db_ranker *ranker;
    struct db_seal *seal; /* NULL: the store keeps no sum, or is only read */
    int64_t changes;      /* by the latest write statement */
    uint64_t *rights;     /* hashes of what the role's statements touch */
    size_t right_count;
};

/* --- the second line: what a role's statements never name, it cannot even prepare --- */

static bool right_known(const struct db *db, uint64_t hash)
{
    for (size_t i = 0; i < db->right_count; i++)
        if (db->rights[i] == hash)
            return true;
    return false;
}

/* What nobody does once the store is open, whatever their statements say. */
static bool is_forbidden(const struct db *db, int action, const char *a, const char *b)
{
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_TRANSACTION:
    case SQLITE_RECURSIVE:
        return false;
    case SQLITE_FUNCTION:
        return b != NULL && strcmp(b, "load_extension") == 0;
    case SQLITE_READ:
        return a != NULL && strncmp(a, "sqlite_", 7) == 0;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
        return db->mode == DB_READ || (a != NULL && strncmp(a, "sqlite_", 7) == 0);
    case SQLITE_PRAGMA:
        return a == NULL || strcmp(a, "data_version") != 0 || b != NULL;
    default:
        return true; /* ATTACH, DETACH, every CREATE, DROP, ALTER, REINDEX, ANALYZE */
    }
}

static int authorize(void *self, int action, const char *a, const char *b, const char *schema,
                     const char *trigger)
{
    (void)schema;
    (void)trigger;
    struct db *const db = self;
    if (db->watch == WATCH_OPEN || db->raw > 0)
        return SQLITE_OK;
    if (is_forbidden(db, action, a, b))
        return SQLITE_DENY;
    const bool rows = action == SQLITE_READ || action == SQLITE_INSERT || action == SQLITE_UPDATE ||
                      action == SQLITE_DELETE;
    if (!rows || db->watch == WATCH_STEP)
        return SQLITE_OK;
    const uint64_t hash = db_right_hash(action, a, b);
    if (right_known(db, hash))
        return SQLITE_OK;
    if (db->watch == WATCH_STRICT)
        return SQLITE_DENY;
    assert(db->right_count < RIGHTS_MAX);
    db->rights[db->right_count++] = hash;
    return SQLITE_OK;
}

static bool role_may(const struct db *db, const struct statement *statement)
{
    return (statement->roles & (UINT32_C(1) << db->role)) != 0;
}

/* Twice: virtual tables connect at the first naming, and do so through the schema. A statement that
 * fails here fails again, and loudly, when it is used. */
static void rights_learn(struct db *db)
{
    for (db->watch = WATCH_OPEN; db->watch <= WATCH_LEARN; db->watch++) {
        for (size_t i = 0; i < db->store->statement_count; i++) {
            const struct statement *const statement = &db->store->statements[i];
            sqlite3_stmt *stmt = NULL;
            if (role_may(db, statement))
                (void)sqlite3_prepare_v3(db->handle, statement->sql, -1, 0, &stmt, NULL);
            (void)sqlite3_finalize(stmt);
        }
    }
    assert(db->watch == WATCH_STRICT);
}

/* --- outcomes --- */

/* What a failure of SQLite means here. A writer that cannot know what reached the disk stops at
 * once: the log tells the truth at the next start, a retried fsync would not. */
static enum result outcome(struct db *db, int code, const char *what)
{
    const int primary = code & 0xff;
    const char *const mode = db->mode == DB_READ ? "read" : "write";
    if (primary == SQLITE_CONSTRAINT)
        return CONFLICT; /* the statement was undone, the transaction stands */
    const bool full =
        primary == SQLITE_FULL || (primary == SQLITE_IOERR && code != SQLITE_IOERR_FSYNC &&
                                   sqlite3_system_errno(db->handle) == ENOSPC);
    enum result result = BROKEN;
    if (full || db_is_passing(code, db->mode == DB_READ))
        result = BUSY;
    else if (primary == SQLITE_TOOBIG)
        result = TOO_MUCH;
    else if (primary == SQLITE_IOERR && db->mode != DB_READ)
        trace_die("store", "name=%s what=%s code=%d errno=%d", db->store->name, what, code,
                  sqlite3_system_errno(db->handle));
    if (result == BROKEN)
        trace_fail("store", "name=%s mode=%s what=%s code=%d %s", db->store->name, mode, what, code,
                   sqlite3_errmsg(db->handle));
    else if (full)
        trace_warn("store full", "name=%s what=%s", db->store->name, what);
    else if (result == BUSY && strcmp(what, "open") != 0) /* who opens tries again, often */
        trace_warn("store busy", "name=%s mode=%s what=%s code=%d errno=%d", db->store->name, mode,
                   what, code, sqlite3_system_errno(db->handle));
    if (db->open)
        db->spoiled = result;
    return result;
}

/* Waits 0.2 to 1 ms a time: SQLite's own handler starves writers. */
static int wait_for_lock(void *self, int tries)
{
    struct db *const db = self;
    const int64_t now_us = clock_steady_us();
    if (tries == 0)
        db->lock_until_us = now_us + (int64_t)BUSY_MS * 1000;
    if (db->no_wait || now_us >= db->lock_until_us)
        return 0;
    const struct timespec pause = {0, 200000 + (long)(now_us % 800) * 1000};
    (void)nanosleep(&pause, NULL);
    return 1;
}

static bool role_is_web(enum role role)
{
    return role >= ROLE_WEB_LOGIN && role <= ROLE_WEB_ADMIN;
}

static int stop_when_late(void *db)
{
    return clock_steady_us() > ((const struct db *)db)->read_until_us;
}

/* --- opening --- */

static int run_sql(struct db *db, const char *sql)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
}

static int harden(struct db *db)
{
    const int code = db_harden(db->handle);
    if (code != SQLITE_OK)
        return code;
    (void)sqlite3_busy_handler(db->handle, wait_for_lock, db);
    if (role_is_web(db->role) && db->mode == DB_READ)
        sqlite3_progress_handler(db->handle, PROGRESS_STEPS, stop_when_late, db);
    return run_sql(db, "PRAGMA cell_size_check = ON; PRAGMA recursive_triggers = ON; "
                       "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096");
}

static int set_writing(struct db *db)
{
    int on = 1;
    if (sqlite3_db_readonly(db->handle, "main") != 0)
        return SQLITE_READONLY; /* SQLite makes do with reading when it may not write */
    int code = run_sql(db, "PRAGMA journal_mode = WAL");
    if (code == SQLITE_OK)
        code = run_sql(db, db->mode == DB_FOLD ? "PRAGMA synchronous = NORMAL"
                                               : "PRAGMA synchronous = FULL");
    if (code == SQLITE_OK)
        code = sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
    if (code == SQLITE_OK)
        code = sqlite3_wal_autocheckpoint(db->handle, WAL_PAGES);
    return code == SQLITE_OK ? run_sql(db, "PRAGMA journal_size_limit = 67108864") : code;
}

static enum result prepare_own(struct db *db)
{
    for (size_t i = 0; i < OWN_COUNT; i++) {
        const int code = sqlite3_prepare_v3(db->handle, own_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                                            &db->own[i], NULL);
        if (code != SQLITE_OK)
            return outcome(db, code, "prepare");
    }
    return OK;
}

static enum result open_once(struct db *db, const char *path)
{
    const enum result there = db_file_make(path, db->store->name, db->mode != DB_READ);
    if (there != OK)
        return there;
    const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                      (db->mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
    (void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD); /* no threads: no mutexes */
    db_memory_open();
    int code = sqlite3_open_v2(path, &db->handle, flags, NULL);
    if (code == SQLITE_OK)
        code = harden(db);
    if (code == SQLITE_OK)
        code = db_rank_open(db->handle, &db->ranker);
    if (code == SQLITE_OK && db->mode != DB_READ)
        code = set_writing(db);
    if (code != SQLITE_OK)
        return outcome(db, code, "open");
    enum result result = prepare_own(db);
    if (result == OK)
        result = db_migrate(db, db->mode != DB_READ);
    if (result == OK && db->mode != DB_READ)
        result = db_seal_open(db, &db->seal);
    if (result == OK && (db->mode == DB_LOG || db->mode == DB_VAULT))
        db_wal_room(path, WAL_PAGES + WAL_PAGES / 4);
    return result;
}

static void close_handle(struct db *db)
{
    for (size_t i = 0; i < OWN_COUNT; i++)
        (void)sqlite3_finalize(db->own[i]);
    memset(db->own, 0, sizeof db->own); /* a next try opens afresh */
    for (size_t i = 0; i < db->store->statement_count; i++)
        (void)sqlite3_finalize(db->statements[i].stmt);
    db_seal_close(db->seal);
    db->seal = NULL;
    (void)sqlite3_close(db->handle);
    db->handle = NULL;
}

enum result db_open(struct db **out, const struct store *store, const char *path, enum role role,
                    enum db_mode mode, int wait_ms)
{
    assert(role < ROLE_COUNT);
    const int64_t until_us = clock_steady_us() + (int64_t)wait_ms * 1000;
    struct db *const db = calloc(1, sizeof *db);
    assert(db != NULL);
    *db = (struct db){.store = store, .role = role, .mode = mode, .watch = WATCH_OPEN};
    db->statements = calloc(store->statement_count + 1, sizeof *db->statements);
    db->rights = calloc(RIGHTS_MAX, sizeof *db->rights);
    assert(db->statements != NULL && db->rights != NULL);
    enum result result;
    while ((result = open_once(db, path)) == BUSY && clock_steady_us() < until_us) {
        close_handle(db);
        (void)usleep(20 * 1000);
    }
    if (result != OK) {
        db_close(db);
        *out = NULL;
        return result;
    }
    (void)sqlite3_set_authorizer(db->handle, authorize, db);
    rights_learn(db);
    *out = db;
    return OK;
}

void db_close(struct db *db)
{
    if (db == NULL)
        return;
    close_handle(db);
    free(db->statements);
    free(db->rights);
    free(db);
}

/* --- transactions --- */

/* FTS5 prepares statements of its own while one of ours runs, and writes what it gathered only at
 * the commit. */
static int step_watched(struct db *db, sqlite3_stmt *stmt)
{
    const enum watch before = db->watch;
    if (before == WATCH_STRICT)
        db->watch = WATCH_STEP;
    const int code = sqlite3_step(stmt);
    db->watch = before;
    return code;
}

/* From now on: SQLite counts a statement's steps over all its runs, so now and then even a BEGIN
 * is asked whether it is late. */
static void reading_starts(struct db *db)
{
    db->read_until_us = clock_steady_us() + (int64_t)READ_MS * 1000;
}

static int step_own(struct db *db, enum own_statement which)
{
    reading_starts(db);
    const int code = step_watched(db, db->own[which]);
    (void)sqlite3_reset(db->own[which]);
    return code;
}

enum result db_begin(struct db *db)
{
    assert(!db->open);
    const int code = step_own(db, db->mode == DB_READ ? OWN_BEGIN : OWN_BEGIN_WRITE);
    if (code != SQLITE_DONE)
        return outcome(db, code, "begin");
    db->open = true;
    db->spoiled = OK;
    return OK;
}

enum result db_commit(struct db *db)
{
    assert(db->open);
    enum result result = db->spoiled;
    if (result == OK && sqlite3_get_autocommit(db->handle))
        result = BROKEN; /* SQLite gave the transaction up without our hearing of it */
    if (result == OK && db->seal != NULL && !db_seal_write(db->seal))
        result = outcome(db, sqlite3_extended_errcode(db->handle), "seal");
    if (result == OK) {
        const int code = step_own(db, OWN_COMMIT);
        if (code != SQLITE_DONE)
            result = outcome(db, code, "commit");
    }
    if (result != OK)
        db_rollback(db);
    else if (db->seal != NULL)
        db_seal_done(db->seal);
    db->open = false;
    return result;
}

void db_rollback(struct db *db)
{
    if (!sqlite3_get_autocommit(db->handle))
        (void)step_own(db, OWN_ROLLBACK);
    if (db->seal != NULL)
        db_seal_drop(db->seal);
    db->open = false;
}

int64_t db_changes(struct db *db)
{
    return db->changes;
}

int64_t db_version(struct db *db)
{
    int64_t version = 0;
    if (sqlite3_step(db->own[OWN_VERSION]) == SQLITE_ROW)
        version = sqlite3_column_int64(db->own[OWN_VERSION], 0);
    (void)sqlite3_reset(db->own[OWN_VERSION]);
    return version;
}

void db_checkpoint(struct db *db, bool all)
{
    assert(db->mode != DB_READ && !db->open);
    db->no_wait = true; /* readers go first: what is left is taken the next time */
    const int code = sqlite3_wal_checkpoint_v2(
        db->handle, "main", all ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, NULL,
        NULL);
    if (all && db->mode != DB_FOLD)
        db_wal_room(sqlite3_db_filename(db->handle, "main"), WAL_PAGES + WAL_PAGES / 4);
    db->no_wait = false;
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY && (code & 0xff) != SQLITE_LOCKED)
        (void)outcome(db, code, "checkpoint");
}

/* --- statements --- */

static void statement_prepare(struct db_statement *st, const char *sql, unsigned flags)
{
    const int code = sqlite3_prepare_v3(st->db->handle, sql, -1, flags, &st->stmt, NULL);
    st->failure = code == SQLITE_OK ? OK : outcome(st->db, code, "prepare");
}

struct db_statement *db_statement(struct db *db, size_t index)
{
    assert(index < db->store->statement_count);
    const struct statement *const statement = &db->store->statements[index];
    struct db_statement *const st = &db->statements[index];
    assert(role_may(db, statement));
    if (st->stmt == NULL) {
        st->db = db;
        statement_prepare(st, statement->sql, SQLITE_PREPARE_PERSISTENT);
        assert(st->stmt == NULL || db_raw_fits(st, statement));
    }
    assert(st->stmt == NULL || !sqlite3_stmt_busy(st->stmt));
    return st;
}

bool db_raw_fits(const struct db_statement *st, const struct statement *statement)
{
    return st->stmt != NULL && sqlite3_column_count(st->stmt) == statement->columns &&
           sqlite3_bind_parameter_count(st->stmt) == statement->parameters;
}

static void bound(struct db_statement *st, int code)
{
    assert((code & 0xff) != SQLITE_RANGE && (code & 0xff) != SQLITE_MISUSE);
    if (code != SQLITE_OK && st->failure == OK)
        st->failure = outcome(st->db, code, "bind");
}

void db_bind_int(struct db_statement *st, int parameter, int64_t value)
{
    if (st->stmt != NULL)
        bound(st, sqlite3_bind_int64(st->stmt, parameter, value));
}

void db_bind_real(struct db_statement *st, int parameter, double value)
{
    if (st->stmt != NULL)
        bound(st, sqlite3_bind_double(st->stmt, parameter, value));
}

void db_bind_text(struct db_statement *st, int parameter, struct text value)
{
    if (st->stmt != NULL)
        bound(st, sqlite3_bind_text64(st->stmt, parameter, value.data, value.size, SQLITE_STATIC,
                                      SQLITE_UTF8));
}

void db_bind_blob(struct db_statement *st, int parameter, struct bytes value)
{
    if (st->stmt != NULL)
        bound(st, sqlite3_bind_blob64(st->stmt, parameter, value.data, value.size, SQLITE_STATIC));
}

void db_bind_null(struct db_statement *st, int parameter)
{
    if (st->stmt != NULL)
        bound(st, sqlite3_bind_null(st->stmt, parameter));
}

/* A write, whose rows SQLite has changed when the first step returns. What is undone of it leaves
 * the sum as well. */
static enum result step_write(struct db_statement *st)
{
    struct db *const db = st->db;
    if (db->seal != NULL)
        db_seal_mark(db->seal);
    const int code = step_watched(db, st->stmt);
    if (code == SQLITE_ROW || code == SQLITE_DONE) {
        db->changes = sqlite3_changes64(db->handle);
        return code == SQLITE_ROW ? ROW : OK;
    }
    if (db->seal != NULL)
        db_seal_back(db->seal);
    return outcome(db, code, "step");
}

/* Outside a transaction: the write and the sum in one of their own. */
static enum result step_alone(struct db_statement *st)
{
    struct db *const db = st->db;
    enum result result = db_begin(db);
    if (result != OK)
        return result;
    result = step_write(st);
    assert(result != ROW); /* db_seal_check's comment */
    if (result == OK)
        return db_commit(db);
    db_rollback(db);
    return result;
}

enum result db_step(struct db_statement *st)
{
    assert(st != NULL);
    if (st->failure != OK)
        return st->failure;
    struct db *const db = st->db;
    const bool fresh = !sqlite3_stmt_busy(st->stmt);
    if (!db->open && fresh)
        reading_starts(db);
    if (fresh && !sqlite3_stmt_readonly(st->stmt))
        return db->seal != NULL && !db->open ? step_alone(st) : step_write(st);
    const int code = step_watched(db, st->stmt);
    if (code == SQLITE_ROW)
        return ROW;
    return code == SQLITE_DONE ? OK : outcome(db, code, "step");
}

void db_reset(struct db_statement *st)
{
    if (st->stmt == NULL)
        return;
    (void)sqlite3_reset(st->stmt); /* repeats the failure db_step has told */
    (void)sqlite3_clear_bindings(st->stmt);
    st->failure = OK;
}

/* --- for the other parts, core/db_*.c --- */

struct db_statement *db_raw(struct db *db, const char *sql)
{
    struct db_statement *const st = calloc(1, sizeof *st);
    assert(st != NULL);
    st->db = db;
    db->raw++;
    statement_prepare(st, sql, 0);
    return st;
}

void db_raw_close(struct db_statement *st)
{
    (void)sqlite3_finalize(st->stmt);
    st->db->raw--;
    free(st);
}

const struct store *db_raw_store(const struct db *db)
{
    return db->store;
}

void *db_raw_handle(struct db *db)
{
    return db->handle;
}

void db_raw_enter(struct db *db)
{
    db->raw++;
}

void db_raw_leave(struct db *db)
{
    db->raw--;
}

struct db_ranker *db_raw_ranker(struct db *db)
{
    return db->ranker;
}

enum result db_run_script(struct db *db, const char *sql)
{
    db->raw++;
    const int code = run_sql(db, sql);
    db->raw--;
    return code == SQLITE_OK ? OK : outcome(db, code, "script");
}
