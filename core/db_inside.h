#pragma once
/* Inside of core/db*.c: SQL that is made here rather than in schema/ (the table of migrations, the
 * walk over all tables), and its memory. No other file but its test includes this. */
#include "core/db.h"

struct sqlite3_stmt; /* SQLite's own */
struct db_statement {
    struct db *db;
    struct sqlite3_stmt *stmt;
    enum result failure; /* why there is no stmt, or why a value could not be bound */
};

/* Any statement, past the authorizer. Never NULL; db_step says what was wrong with the SQL. */
struct db_statement *db_raw(struct db *db, const char *sql);
void db_raw_close(struct db_statement *st);
bool db_raw_fits(const struct db_statement *st, const struct statement *statement);
size_t db_raw_columns(const struct db_statement *st);
/* A value as text or bytes, borrowed until the next step; *type: i r t b n (NULL). */
struct bytes db_raw_value(struct db_statement *st, size_t column, char *type);

const struct store *db_raw_store(const struct db *db);
void *db_raw_handle(struct db *db); /* SQLite's own */
/* Between the two the authorizer lets everything pass. */
void db_raw_enter(struct db *db);
void db_raw_leave(struct db *db);

enum { DB_COLUMNS_MAX = 100 };
/* The high-security settings; SQLite's code. */
int db_harden(void *handle);

/* The sum over a store's rows, kept up with what is written (core/db_seal.c). *seal is NULL for a
 * store that keeps none. After a migration the sum is made anew. */
struct db_seal;
MUST_USE enum result db_seal_open(struct db *db, struct db_seal **seal);
void db_seal_close(struct db_seal *seal);
void db_seal_mark(struct db_seal *seal);           /* a statement begins to write */
void db_seal_back(struct db_seal *seal);           /* ... and was undone */
MUST_USE bool db_seal_write(struct db_seal *seal); /* before the commit; false: SQLite says why */
void db_seal_done(struct db_seal *seal);           /* after it */
void db_seal_drop(struct db_seal *seal);           /* after a rollback */

/* Run what has not been run yet (`run`), or say BUSY if something is missing. BROKEN: one that has
 * run was changed since, or the file is of a later version than this program. */
MUST_USE enum result db_migrate(struct db *db, bool run);

/* A number for one thing a statement does to a table or column. */
uint64_t db_right_hash(int action, const char *a, const char *b);

/* Every handle knows the function rank_row (core/db_rank.c), or no statement that names it could be
 * prepared. Gives SQLite's code; *ranker lives as long as the handle. */
struct db_ranker;
int db_rank_open(void *handle, struct db_ranker **ranker);
struct db_ranker *db_raw_ranker(struct db *db);

/* Whether what SQLite failed with (an extended code) may well succeed in a moment; for a handle
 * that only reads, also what its writer or the machine keeps from it just now. */
bool db_is_passing(int code, bool reads);

/* The file of a store that is not there yet, made for its mode (0640; -wal and -shm take it over)
 * if we `may`; else, or when the disk is full, BUSY. */
MUST_USE enum result db_file_make(const char *path, const char *store, bool may);
/* SQLite's memory, before the first store is opened; later calls do nothing (core/db_memory.c). */
void db_memory_open(void);
/* Bytes SQLite holds now: 0 once every store is closed. */
size_t db_memory_used(void);
/* Make the write-ahead log of the store at `path` long enough for `pages` pages (core/db_file.c).
 */
void db_wal_room(const char *path, int pages);
