/* A sum over all rows of a store, kept with them: of what nothing can rebuild, it tells whether it
 * still is what was written. A store has one if it has a table `seal` (schema/vault/199-seal.sql).
 *
 * The sum is that of BLAKE2b-256(table, row) over every row, modulo 2^256, so that a change costs
 * two digests whatever the size of the store, and the order of changes does not matter. SQLite
 * reports each row before it changes. There is no key: the sum finds accidents (a disk's, an
 * editor's, a program's that goes by the statements), not who would write another sum beside. */
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include "core/db.h"
#include "core/db_inside.h"
#include "core/seal.h"
#include "core/trace.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMBS = 4, SQL_MAX = 512, TABLES_MAX = 100, NAME_MAX_SIZE = 64 };

struct sum {
    uint64_t limbs[LIMBS]; /* lowest first */
};
struct db_seal {
    struct sum written; /* in the last committed transaction */
    struct sum before;  /* the statement that is running */
    struct sum now;
    int64_t migrations;
    struct db *db;
    sqlite3_stmt *put;
};

/* --- sums --- */

static void sum_add(struct sum *sum, const uint8_t digest[DIGEST_SIZE], bool take_away)
{
    struct sum part;
    unsigned __int128 carry = take_away ? 1 : 0; /* minus is plus the complement and one */
    memcpy(part.limbs, digest, sizeof part.limbs);
    for (size_t i = 0; i < LIMBS; i++) {
        carry += sum->limbs[i];
        carry += take_away ? ~part.limbs[i] : part.limbs[i];
        sum->limbs[i] = (uint64_t)carry;
        carry >>= 64;
    }
}

/* A number is one and the same whether SQLite keeps 2.0 as itself or, to save room, as 2. */
static char value_type(sqlite3_value *value, int64_t *number, double *real)
{
    static const char types[] = {'?', 'i', 'r', 't', 'b', 'n'};
    const char type = types[sqlite3_value_type(value)];
    if (type == 'i')
        *number = sqlite3_value_int64(value);
    if (type != 'r')
        return type;
    *real = sqlite3_value_double(value);
    if (!(*real > -9e15 && *real < 9e15) || *real != (double)(int64_t)*real)
        return 'r';
    *number = (int64_t)*real;
    return 'i';
}

static void row_digest(const char *table, sqlite3_value *const *values, size_t count,
                       uint8_t digest[DIGEST_SIZE])
{
    struct bytes parts[1 + 2 * DB_COLUMNS_MAX];
    char types[DB_COLUMNS_MAX];
    int64_t numbers[DB_COLUMNS_MAX];
    double reals[DB_COLUMNS_MAX];
    assert(count <= DB_COLUMNS_MAX);
    parts[0] = bytes_of(table, strlen(table));
    for (size_t i = 0; i < count; i++) {
        types[i] = value_type(values[i], &numbers[i], &reals[i]);
        parts[1 + 2 * i] = bytes_of(&types[i], 1);
        struct bytes *const data = &parts[2 + 2 * i];
        *data = bytes_of("", 0);
        if (types[i] == 'i') {
            *data = bytes_of(&numbers[i], sizeof numbers[i]);
        } else if (types[i] == 'r') {
            *data = bytes_of(&reals[i], sizeof reals[i]);
        } else if (types[i] != 'n') {
            const void *const bytes = sqlite3_value_blob(values[i]);
            const int size = sqlite3_value_bytes(values[i]);
            *data = bytes_of(size == 0 ? "" : bytes, (size_t)size);
        }
    }
    seal_digest(digest, NULL, parts, 1 + 2 * count);
}

/* --- as rows change --- */

static bool is_summed(const char *table)
{
    return strcmp(table, "seal") != 0 && strcmp(table, "migration") != 0 &&
           strncmp(table, "sqlite_", 7) != 0;
}

static void row_changes(void *self, sqlite3 *handle, int change, const char *schema,
                        const char *table, sqlite3_int64 old_id, sqlite3_int64 new_id)
{
    (void)old_id;
    (void)new_id;
    struct db_seal *const seal = self;
    sqlite3_value *values[DB_COLUMNS_MAX];
    uint8_t digest[DIGEST_SIZE];
    const int count = sqlite3_preupdate_count(handle);
    assert(count > 0 && count <= DB_COLUMNS_MAX);
    if (strcmp(schema, "main") != 0 || !is_summed(table))
        return;
    for (int made = 0; made < 2; made++) {
        if (change == (made ? SQLITE_DELETE : SQLITE_INSERT))
            continue;
        for (int i = 0; i < count; i++) {
            const int code = made ? sqlite3_preupdate_new(handle, i, &values[i])
                                  : sqlite3_preupdate_old(handle, i, &values[i]);
            if (code != SQLITE_OK) /* no memory, or a page that cannot be read */
                trace_die("store", "table=%s a row cannot be summed code=%d", table, code);
        }
        row_digest(table, values, (size_t)count, digest);
        sum_add(&seal->now, digest, !made);
    }
}

void db_seal_mark(struct db_seal *seal)
{
    seal->before = seal->now;
}

void db_seal_back(struct db_seal *seal)
{
    seal->now = seal->before;
}

void db_seal_drop(struct db_seal *seal)
{
    seal->now = seal->written;
}

static bool seal_put(struct db_seal *seal)
{
    (void)sqlite3_bind_blob(seal->put, 1, seal->now.limbs, sizeof seal->now.limbs, SQLITE_STATIC);
    (void)sqlite3_bind_int64(seal->put, 2, seal->migrations);
    db_raw_enter(seal->db); /* no role's statement names the sum */
    const int code = sqlite3_step(seal->put);
    db_raw_leave(seal->db);
    (void)sqlite3_reset(seal->put);
    return code == SQLITE_DONE;
}

bool db_seal_write(struct db_seal *seal)
{
    return memcmp(&seal->now, &seal->written, sizeof seal->now) == 0 || seal_put(seal);
}

void db_seal_done(struct db_seal *seal)
{
    seal->written = seal->now;
}

/* --- over what is there --- */

/* Every row a query gives, as rows of `table`. */
static enum result rows_sum(sqlite3 *handle, const char *table, const char *sql, struct sum *sum)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3_value *values[DB_COLUMNS_MAX];
    uint8_t digest[DIGEST_SIZE];
    int code = sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL);
    const int count = code == SQLITE_OK ? sqlite3_column_count(stmt) : 0;
    while (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
        for (int i = 0; i < count && i < DB_COLUMNS_MAX; i++)
            values[i] = sqlite3_column_value(stmt, i);
        row_digest(table, values, (size_t)count, digest);
        sum_add(sum, digest, false);
        code = SQLITE_OK;
    }
    (void)sqlite3_finalize(stmt);
    return code == SQLITE_DONE ? OK : BROKEN;
}

struct tables {
    char names[TABLES_MAX][NAME_MAX_SIZE], last[TABLES_MAX][NAME_MAX_SIZE]; /* last column */
    size_t count;
};

static enum result tables_list(struct db *db, struct tables *tables)
{
    struct db_statement *const st =
        db_raw(db, "SELECT s.name, (SELECT name FROM pragma_table_info(s.name) ORDER BY cid DESC)"
                   " FROM sqlite_schema AS s WHERE s.type = 'table' ORDER BY s.name");
    enum result result;
    tables->count = 0;
    while ((result = db_step(st)) == ROW) {
        char type, *const into[] = {tables->names[tables->count], tables->last[tables->count]};
        for (size_t i = 0; i < 2; i++) {
            const struct bytes text = db_raw_value(st, i, &type);
            if (text.size >= NAME_MAX_SIZE || tables->count == TABLES_MAX - 1) {
                db_raw_close(st);
                return BROKEN;
            }
            memcpy(into[i], text.data, text.size);
            into[i][text.size] = '\0';
        }
        tables->count += is_summed(tables->names[tables->count]);
    }
    db_raw_close(st);
    return result;
}

/* The sum of what is there, and of what the file says its tables are. */
static enum result store_sum(struct db *db, const struct tables *tables, struct sum *sum)
{
    char sql[SQL_MAX];
    *sum = (struct sum){{0}};
    db_raw_enter(db);
    enum result result = rows_sum(db_raw_handle(db), "sqlite_schema",
                                  "SELECT type, name, tbl_name, sql FROM sqlite_schema", sum);
    for (size_t i = 0; i < tables->count && result == OK; i++) {
        (void)snprintf(sql, sizeof sql, "SELECT * FROM \"%s\"", tables->names[i]);
        result = rows_sum(db_raw_handle(db), tables->names[i], sql, sum);
    }
    db_raw_leave(db);
    return result;
}

/* The row of the table `seal`. NOT_FOUND: there is no such table, or no row. */
static enum result seal_read(struct db *db, struct sum *sum, int64_t *migrations)
{
    struct db_statement *st =
        db_raw(db, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'seal'");
    enum result result = db_step(st);
    db_raw_close(st);
    if (result != ROW)
        return result == OK ? NOT_FOUND : result;
    char type;
    st = db_raw(db, "SELECT sum, migrations FROM seal WHERE one = 1");
    result = db_step(st);
    if (result == ROW) {
        const struct bytes value = db_raw_value(st, 0, &type);
        *migrations = db_column_int(st, 1);
        result = type == 'b' && value.size == sizeof sum->limbs ? OK : BROKEN;
        if (result == OK)
            memcpy(sum->limbs, value.data, value.size);
    } else if (result == OK) {
        *migrations = 0;
        *sum = (struct sum){{0}};
    }
    db_raw_close(st);
    return result;
}

/* Rows of before a column was added to their table are written whole: SQLite reports what they were
 * without it. */
static enum result rows_complete(struct db *db, const struct tables *tables)
{
    char sql[SQL_MAX];
    enum result result = OK;
    for (size_t i = 0; i < tables->count && result == OK; i++) {
        (void)snprintf(sql, sizeof sql, "UPDATE \"%s\" SET \"%s\" = \"%s\"", tables->names[i],
                       tables->last[i], tables->last[i]);
        result = db_run_script(db, sql);
    }
    return result;
}

/* After a migration the sum is made anew. */
static enum result seal_make(struct db *db, struct db_seal *seal)
{
    static struct tables tables;
    enum result result = db_begin(db);
    if (result != OK)
        return result;
    result = tables_list(db, &tables);
    if (result == OK)
        result = rows_complete(db, &tables);
    if (result == OK)
        result = store_sum(db, &tables, &seal->now);
    if (result == OK && !seal_put(seal))
        result = BUSY;
    if (result == OK)
        result = db_commit(db);
    else
        db_rollback(db);
    return result;
}

enum result db_seal_open(struct db *db, struct db_seal **out)
{
    struct sum sum;
    int64_t migrations;
    sqlite3 *const handle = db_raw_handle(db);
    *out = NULL;
    enum result result = seal_read(db, &sum, &migrations);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    struct db_seal *const seal = calloc(1, sizeof *seal);
    assert(seal != NULL);
    *seal = (struct db_seal){.written = sum,
                             .now = sum,
                             .migrations = (int64_t)db_raw_store(db)->migration_count,
                             .db = db};
    static const char put[] = "INSERT INTO seal (one, sum, migrations) VALUES (1, ?1, ?2) "
                              "ON CONFLICT (one) DO UPDATE "
                              "SET sum = excluded.sum, migrations = excluded.migrations";
    if (sqlite3_prepare_v3(handle, put, -1, SQLITE_PREPARE_PERSISTENT, &seal->put, NULL) !=
        SQLITE_OK)
        result = BROKEN;
    if (result == OK && migrations != seal->migrations)
        result = seal_make(db, seal);
    if (result != OK) {
        db_seal_close(seal);
        return result;
    }
    seal->written = seal->now;
    (void)sqlite3_preupdate_hook(handle, row_changes, seal);
    *out = seal;
    return OK;
}

void db_seal_close(struct db_seal *seal)
{
    if (seal == NULL)
        return;
    (void)sqlite3_finalize(seal->put);
    free(seal);
}

enum result db_seal_check(struct db *db)
{
    static struct tables tables;
    struct sum have, want;
    int64_t migrations;
    enum result result = db_pages_check(db);
    if (result == OK)
        result = seal_read(db, &want, &migrations);
    if (result == OK)
        result = tables_list(db, &tables);
    if (result == OK)
        result = store_sum(db, &tables, &have);
    if (result == OK && (migrations != (int64_t)db_raw_store(db)->migration_count ||
                         memcmp(&have, &want, sizeof have) != 0)) {
        trace_fail("store", "name=%s its rows are not those that were written",
                   db_raw_store(db)->name);
        result = BROKEN;
    }
    return result;
}
