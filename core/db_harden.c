/* What no store's file may ask SQLite to do, and how much of anything it may ask for. */
#include "core/db_inside.h"

#include <sqlite3.h>

int db_harden(void *handle)
{
    static const int switches[][2] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},       {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},         {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},     {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
        {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0}, {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 1},
    };
    static const int limits[][2] = {
        {SQLITE_LIMIT_LENGTH, 1000000},         {SQLITE_LIMIT_SQL_LENGTH, 100000},
        {SQLITE_LIMIT_COLUMN, DB_COLUMNS_MAX},  {SQLITE_LIMIT_EXPR_DEPTH, 40},
        {SQLITE_LIMIT_COMPOUND_SELECT, 8},      {SQLITE_LIMIT_VDBE_OP, 25000},
        {SQLITE_LIMIT_FUNCTION_ARG, 8},         {SQLITE_LIMIT_ATTACHED, 0},
        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50}, {SQLITE_LIMIT_VARIABLE_NUMBER, 40},
        {SQLITE_LIMIT_TRIGGER_DEPTH, 10},       {SQLITE_LIMIT_WORKER_THREADS, 0},
    };
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        const int code = sqlite3_db_config(handle, switches[i][0], switches[i][1], NULL);
        if (code != SQLITE_OK)
            return code;
    }
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        (void)sqlite3_limit(handle, limits[i][0], limits[i][1]);
    return SQLITE_OK;
}
