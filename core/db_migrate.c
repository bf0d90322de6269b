#include "core/db_inside.h"
#include "core/seal.h"
#include "core/trace.h"

#include <string.h>

static void migration_hash(const struct migration *migration, uint8_t hash[DIGEST_SIZE])
{
    const struct bytes parts[] = {bytes_of(migration->name, strlen(migration->name)),
                                  bytes_of(migration->sql, strlen(migration->sql))};
    seal_digest(hash, NULL, parts, 2);
}

/* The very first opening finds no table of migrations: that is NOT_FOUND, for each of them. */
static enum result table_there(struct db *db)
{
    struct db_statement *const st =
        db_raw(db, "SELECT 1 FROM sqlite_schema WHERE name = 'migration'");
    const enum result result = db_step(st);
    db_raw_close(st);
    return result == ROW ? OK : result == OK ? NOT_FOUND : result;
}

/* OK: has run. NOT_FOUND: has not. BROKEN: another text has run under its name. */
static enum result migration_state(struct db *db, const struct store *store,
                                   const struct migration *migration)
{
    enum result result = table_there(db);
    if (result != OK)
        return result;
    struct db_statement *const st = db_raw(db, "SELECT hash FROM migration WHERE name = ?1");
    db_bind_text(st, 1, text_of(migration->name));
    result = db_step(st);
    if (result == OK) {
        result = NOT_FOUND;
    } else if (result == ROW) {
        uint8_t hash[DIGEST_SIZE];
        char type;
        migration_hash(migration, hash);
        const struct bytes had = db_raw_value(st, 0, &type);
        const bool same = had.size == DIGEST_SIZE && memcmp(had.data, hash, DIGEST_SIZE) == 0;
        if (!same)
            trace_fail("store", "name=%s migration=%s was changed after it had run", store->name,
                       migration->name);
        result = same ? OK : BROKEN;
    }
    db_raw_close(st);
    return result;
}

static enum result migration_note(struct db *db, const struct migration *migration)
{
    uint8_t hash[DIGEST_SIZE];
    migration_hash(migration, hash);
    struct db_statement *const st =
        db_raw(db, "INSERT INTO migration (name, hash) VALUES (?1, ?2)");
    db_bind_text(st, 1, text_of(migration->name));
    db_bind_blob(st, 2, bytes_of(hash, sizeof hash));
    const enum result result = db_step(st);
    db_raw_close(st);
    return result;
}

/* Each in a transaction of its own, looked at again under the lock: two programs may open a new
 * store at once. */
static enum result migration_run(struct db *db, const struct store *store,
                                 const struct migration *migration)
{
    enum result result = db_begin(db);
    if (result != OK)
        return result;
    result = migration_state(db, store, migration);
    if (result == NOT_FOUND) {
        /* Tables of a filled store may be cleared in any order: only the end must hold. */
        result = db_run_script(db, "PRAGMA defer_foreign_keys = ON");
        if (result == OK)
            result = db_run_script(db, "CREATE TABLE IF NOT EXISTS migration "
                                       "(name TEXT PRIMARY KEY, hash BLOB NOT NULL) STRICT");
        if (result == OK)
            result = db_run_script(db, migration->sql);
        if (result == OK)
            result = migration_note(db, migration);
        if (result != OK)
            trace_fail("store", "name=%s migration=%s failed", store->name, migration->name);
    }
    if (result == OK)
        result = db_commit(db);
    else
        db_rollback(db);
    return result == CONFLICT ? BROKEN : result;
}

/* What a statement would need to undo itself may be as large as the tables it clears: that goes to
 * a nameless file for once, since memory has a limit (core/db_memory.c). */
static enum result migration_run_spilling(struct db *db, const struct store *store,
                                          const struct migration *migration)
{
    enum result result = db_run_script(db, "PRAGMA temp_store = FILE");
    if (result == OK)
        result = migration_run(db, store, migration);
    if (result == OK)
        result = db_run_script(db, "PRAGMA temp_store = MEMORY");
    return result;
}

/* A row this program has no migration for was written by a later version: its tables may mean
 * something else. */
static enum result count_check(struct db *db, const struct store *store)
{
    struct db_statement *const st = db_raw(db, "SELECT count(*) FROM migration");
    enum result result = db_step(st);
    const int64_t count = result == ROW ? db_column_int(st, 0) : 0;
    db_raw_close(st);
    if (result != ROW)
        return result;
    if (count <= (int64_t)store->migration_count)
        return OK;
    trace_fail("store", "name=%s was written by a later version", store->name);
    return BROKEN;
}

enum result db_migrate(struct db *db, bool run)
{
    const struct store *const store = db_raw_store(db);
    for (size_t i = 0; i < store->migration_count; i++) {
        enum result result = migration_state(db, store, &store->migrations[i]);
        if (result == NOT_FOUND)
            result = run ? migration_run_spilling(db, store, &store->migrations[i]) : BUSY;
        if (result != OK)
            return result;
    }
    return store->migration_count == 0 ? OK : count_check(db, store);
}

enum result db_prepare_check(struct db *db, const char **name)
{
    const struct store *const store = db_raw_store(db);
    *name = NULL;
    for (size_t i = 0; i < store->statement_count && *name == NULL; i++) {
        struct db_statement *const st = db_raw(db, store->statements[i].sql);
        if (!db_raw_fits(st, &store->statements[i]))
            *name = store->statements[i].name;
        db_raw_close(st);
    }
    return *name == NULL ? OK : BROKEN;
}
