/* What a row holds. */
#include "core/db_inside.h"

#include <assert.h>
#include <sqlite3.h>

bool db_column_null(struct db_statement *st, int column)
{
    return sqlite3_column_type(st->stmt, column) == SQLITE_NULL;
}

int64_t db_column_int(struct db_statement *st, int column)
{
    return sqlite3_column_int64(st->stmt, column);
}

double db_column_real(struct db_statement *st, int column)
{
    return sqlite3_column_double(st->stmt, column);
}

struct text db_column_text(struct db_statement *st, int column, struct arena *arena)
{
    if (db_column_null(st, column))
        return NO_TEXT;
    const char *const data = (const char *)sqlite3_column_text(st->stmt, column);
    assert(data != NULL);
    return arena_text(arena, (struct text){data, (size_t)sqlite3_column_bytes(st->stmt, column)});
}

struct bytes db_column_blob(struct db_statement *st, int column, struct arena *arena)
{
    if (db_column_null(st, column))
        return NO_BYTES;
    const void *const data = sqlite3_column_blob(st->stmt, column);
    const size_t size = (size_t)sqlite3_column_bytes(st->stmt, column);
    return arena_bytes(arena, bytes_of(size == 0 ? "" : data, size));
}

size_t db_raw_columns(const struct db_statement *st)
{
    return st->stmt == NULL ? 0 : (size_t)sqlite3_column_count(st->stmt);
}

struct bytes db_raw_value(struct db_statement *st, size_t column, char *type)
{
    static const char types[] = {'?', 'i', 'r', 't', 'b', 'n'};
    const int at = (int)column;
    *type = types[sqlite3_column_type(st->stmt, at)];
    if (*type == 'n')
        return bytes_of("", 0);
    const void *const data =
        *type == 'b' ? sqlite3_column_blob(st->stmt, at) : sqlite3_column_text(st->stmt, at);
    const int size = sqlite3_column_bytes(st->stmt, at);
    return bytes_of(size == 0 ? "" : data, (size_t)size);
}
