#include "core/db_inside.h"
#include "core/seal.h"
#include "core/trace.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* The content of a store whatever the order it was written in: every table by name, its rows by
 * primary key, every value with its type. Virtual tables are left out with what lies behind them
 * (an FTS5 index is laid out as its writes came), but for fts5vocab, which shows the words the
 * index really holds. */
static const char tables_sql[] =
    "SELECT l.name, (SELECT group_concat(name, ', ') FROM"
    " (SELECT '\"' || name || '\"' AS name FROM pragma_table_info(l.name) WHERE pk > 0 ORDER BY "
    "pk)),"
    " (SELECT group_concat(n, ', ') FROM (SELECT cid + 1 AS n FROM pragma_table_info(l.name)))"
    " FROM pragma_table_list AS l LEFT JOIN sqlite_schema AS s ON s.name = l.name"
    " WHERE l.schema = 'main' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND l.name <> "
    "'migration'"
    " AND (l.type = 'table' OR (l.type = 'virtual' AND s.sql LIKE '%fts5vocab%'))"
    " ORDER BY l.name";

/* What the store says its tables, indexes and triggers are. */
static const char schema_sql[] =
    "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name";

static bool is_skipped(struct text name, const char *const *skip)
{
    for (size_t i = 0; skip != NULL && skip[i] != NULL; i++)
        if (text_is(name, skip[i]))
            return true;
    return false;
}

/* digest = BLAKE2b(digest so far, then type and value of each column) */
static void row_digest(struct db_statement *st, uint8_t digest[DIGEST_SIZE])
{
    struct bytes parts[1 + 2 * DB_COLUMNS_MAX];
    char types[DB_COLUMNS_MAX];
    const size_t columns = db_raw_columns(st);
    assert(columns <= DB_COLUMNS_MAX);
    uint8_t before[DIGEST_SIZE];
    memcpy(before, digest, DIGEST_SIZE);
    parts[0] = bytes_of(before, DIGEST_SIZE);
    for (size_t i = 0; i < columns; i++) {
        parts[2 + 2 * i] = db_raw_value(st, i, &types[i]);
        parts[1 + 2 * i] = bytes_of(&types[i], 1);
    }
    seal_digest(digest, NULL, parts, 1 + 2 * columns);
}

static enum result query_digest(struct db *db, const char *sql, uint8_t digest[DIGEST_SIZE],
                                int64_t *rows)
{
    struct db_statement *const st = db_raw(db, sql);
    enum result result;
    while ((result = db_step(st)) == ROW) {
        row_digest(st, digest);
        (*rows)++;
    }
    db_raw_close(st);
    return result;
}

static enum result table_digest(struct db *db, struct text name, struct text order,
                                uint8_t digest[DIGEST_SIZE], int64_t *rows)
{
    char sql[4096];
    const int size = snprintf(sql, sizeof sql, "SELECT * FROM \"%.*s\" ORDER BY %.*s",
                              (int)name.size, name.data, (int)order.size, order.data);
    assert(size > 0 && (size_t)size < sizeof sql);
    uint8_t before[DIGEST_SIZE];
    memcpy(before, digest, DIGEST_SIZE);
    const struct bytes parts[] = {bytes_of(before, DIGEST_SIZE), text_bytes(name)};
    seal_digest(digest, NULL, parts, 2);
    return query_digest(db, sql, digest, rows);
}

/* Rows that an index has lost are lost to whoever looks there. */
enum result db_pages_check(struct db *db)
{
    char type;
    struct db_statement *const st = db_raw(db, "PRAGMA integrity_check(1)");
    enum result result = db_step(st);
    if (result == ROW) {
        const struct bytes said = db_raw_value(st, 0, &type);
        result = said.size == 2 && memcmp(said.data, "ok", 2) == 0 ? OK : BROKEN;
        if (result == BROKEN)
            trace_fail("digest", "store=%s %.*s", db_raw_store(db)->name, (int)said.size,
                       (const char *)said.data);
    }
    db_raw_close(st);
    return result;
}

enum result db_content_digest(struct db *db, const char *const *skip, uint8_t digest[DIGEST_SIZE],
                              int64_t *rows)
{
    struct arena arena;
    arena_open(&arena, 1024 * 1024);
    memset(digest, 0, DIGEST_SIZE);
    *rows = 0;
    enum result result = db_pages_check(db);
    int64_t objects = 0;
    if (result == OK)
        result = query_digest(db, schema_sql, digest, &objects);
    if (result != OK) {
        arena_close(&arena);
        return result;
    }
    struct db_statement *const tables = db_raw(db, tables_sql);
    while ((result = db_step(tables)) == ROW) {
        arena_reset(&arena, 0);
        const struct text name = db_column_text(tables, 0, &arena);
        const struct text key = db_column_text(tables, 1, &arena);
        const struct text all = db_column_text(tables, 2, &arena);
        if (is_skipped(name, skip))
            continue;
        result = table_digest(db, name, key.data == NULL ? all : key, digest, rows);
        if (result != OK)
            break;
    }
    db_raw_close(tables);
    arena_close(&arena);
    return result;
}
