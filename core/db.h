#pragma once
/* SQLite, and nothing of it outside core/db.c: opening with the high-security settings, roles and
 * their authorizer, compiled statements (schema/), transactions, migrations. A statement is
 * prepared at first use and kept. One process, one handle a store.
 *
 * Modes: DB_LOG and DB_VAULT write with synchronous=FULL; DB_FOLD with NORMAL (it can be replayed);
 * DB_READ opens read-only. All: WAL, foreign keys on, trusted_schema off, defensive,
 * cell_size_check, low limits, no ATTACH, no extension. As a second line a handle can only prepare
 * SQL that touches tables and columns which the statements of its role name; never sqlite_schema, a
 * PRAGMA or a CREATE. Locks are waited for at most a second; a query of the web runs at most a
 * second: both then say BUSY. An I/O error of a writer ends the process. Writers keep the WAL file
 * (persist), so that readers without write permission can open the store. */
#include "core/arena.h"

enum role {
    ROLE_CLERK,
    ROLE_WEB_LOGIN,
    ROLE_WEB_MEMBER,
    ROLE_WEB_SPONSOR,
    ROLE_WEB_ADMIN,
    ROLE_RANKER,
    ROLE_PAYMASTER,
    ROLE_ANALYST,
    ROLE_POSTMAN,
    ROLE_OPERATOR,
    ROLE_COUNT
};
enum db_mode { DB_READ, DB_FOLD, DB_LOG, DB_VAULT };

struct statement {
    const char *name; /* "posting_answers" */
    const char *sql;
    uint32_t roles;  /* bit (1 << enum role) */
    uint8_t columns; /* 0: no rows expected */
    uint8_t parameters;
};
struct migration {
    const char *name; /* "board/001-posting" */
    const char *sql;
};
struct store {
    const char *name; /* "board" */
    const struct migration *migrations;
    size_t migration_count;
    const struct statement *statements; /* the common ones first */
    size_t statement_count;
};

struct db;           /* opaque; a handle of one store for one role */
struct db_statement; /* opaque; a prepared statement */

/* Opens `path` for `role`. A writing mode runs missing migrations (each in a transaction, with its
 * hash kept; a changed past is BROKEN); DB_READ waits up to wait_ms for a writer to have created
 * it, else BUSY. */
MUST_USE enum result db_open(struct db **db, const struct store *store, const char *path,
                             enum role role, enum db_mode mode, int wait_ms);
void db_close(struct db *db);
/* Lets the first `size` bytes of the file be read where the kernel has them, by whoever reads much
 * of it: no call and no copy for each page, and one copy in memory for all processes. Counts as
 * address space (core/sandbox.h). For DB_READ alone: our own stray writes cannot reach the file; a
 * disk that fails under it ends the process. A mapped page is looked at anew each time, so its
 * cells are not checked then (no cell_size_check: a quarter of a search); its writer did. */
void db_map(struct db *db, int64_t size);

/* Transactions. db_begin in a writing mode is BEGIN IMMEDIATE; in DB_READ it pins one snapshot for
 * the request. A statement that failed inside (CONFLICT apart) makes db_commit roll back and say
 * why: nothing is committed by halves. db_commit maps SQLITE_FULL to BUSY after rolling back, and
 * an I/O error on fsync to trace_die (never retried). */
MUST_USE enum result db_begin(struct db *db);
MUST_USE enum result db_commit(struct db *db);
void db_rollback(struct db *db);   /* harmless when none is open */
int64_t db_changes(struct db *db); /* rows changed by the latest write statement */
/* Number that moves when another connection changed the file (PRAGMA data_version): cheap test for
 * caches. */
int64_t db_version(struct db *db);
/* Move WAL pages into the file if that disturbs nobody; `all` also truncates it. Called by writers
 * when idle or every N batches. */
void db_checkpoint(struct db *db, bool all);
/* Content digest of the schema and of every row of every table but sqlite's own and `cursor`-like
 * tables named in skip (NULL-terminated), in primary key order: two folds are equal when these are.
 * BROKEN when pages do not hold together or an index differs from its table. Used by `curbside
 * rebuild --check`. */
MUST_USE enum result db_content_digest(struct db *db, const char *const *skip, uint8_t digest[32],
                                       int64_t *rows);
/* Whether pages hold together, rows fit their tables, and every index says what its table does.
 * Reads the whole store. BROKEN, traced: something does not. */
MUST_USE enum result db_pages_check(struct db *db);
/* Whether every row of a store that nothing can rebuild is still the one that was written, its
 * indexes agree and its tables are as they were made: it keeps a sum over all (core/db_seal.c).
 * Reads the whole store; between db_begin and db_rollback beside a writer. BROKEN, traced: it is
 * not. NOT_FOUND: the store keeps none. In a store that does, a write that also gives rows
 * (RETURNING) stands between db_begin and db_commit. */
MUST_USE enum result db_seal_check(struct db *db);
/* What the file itself says its tables, indexes and triggers are, by type and name: a dropped
 * trigger is tampering. At most `most`; TOO_MUCH if there are more, BROKEN if it says so in other
 * types than SQLite writes. */
struct db_object {
    struct text type, name, table;
    struct text sql; /* data NULL for what SQLite makes by itself */
};
MUST_USE enum result db_objects(struct db *db, struct arena *arena, size_t most,
                                struct db_object **objects, size_t *count);
/* Prepare every statement of the store against its schema; the name of the first that fails in
 * *name. For tests. */
MUST_USE enum result db_prepare_check(struct db *db, const char **name);
/* Run SQL text from a migration or a test. Not for programs. */
MUST_USE enum result db_run_script(struct db *db, const char *sql);

/* Ranking what a full-text query (FTS5) matches, in C: SQL names the function `rank_row(TABLE)`,
 * and for every row it meets, the ranker set here is called with the row's id. A match lives only
 * for that call. Nothing is ranked while no ranker is set (NULL). */
struct db_match; /* opaque: the row at hand */
typedef void db_rank_row(void *self, const struct db_match *match, int64_t id);
void db_rank_set(struct db *db, db_rank_row *row, void *self);
/* How often the phrase stands in each of the first `columns` columns; false: nowhere. Cheap. */
bool db_match_counts(const struct db_match *match, size_t phrase, uint16_t *counts, size_t columns);
/* Goes through all rows that hold one phrase of the query, in the order of their ids, until `row`
 * says false; there the phrase is number 0. For a query of many words this costs a fraction of what
 * FTS5 takes to merge them. Only while a ranker is being called; false: the statement that called
 * it will fail. */
typedef bool db_walk_row(void *self, const struct db_match *match, int64_t id);
bool db_match_walk(const struct db_match *match, size_t phrase, db_walk_row *row, void *self);
/* A word as an index of ours keeps it (tokenize "porter unicode61 remove_diacritics 2"); false: it
 * is not one word, or longer than `room`. */
bool db_word_stem(struct db *db, struct text word, char *data, size_t room, size_t *size);
/* The words of a text as our indexes part them, in lower case and without accents ("Nexa®, 5-HT" is
 * " nexa 5 ht "): a blank before each and one behind the last, "" when it has none; not stemmed. In
 * `arena`, NUL-terminated. Whatever holds the words of a phrase holds them in a row. */
struct text db_words(struct db *db, struct arena *arena, struct text text);
double db_match_average(const struct db_match *match, size_t column); /* words in the mean; >= 1 */

/* What compiled statements are made of (schema/compile_statement.lua writes the callers; nobody
 * else calls these). */
/* Asserts that the role may run it; prepares at first use. Never NULL: if it could not be prepared
 * or a value not be bound, db_step says why. */
struct db_statement *db_statement(struct db *db, size_t index);
void db_bind_int(struct db_statement *st, int parameter, int64_t value);
void db_bind_real(struct db_statement *st, int parameter, double value);
void db_bind_text(struct db_statement *st, int parameter,
                  struct text value); /* absent binds NULL; borrowed until reset */
void db_bind_blob(struct db_statement *st, int parameter, struct bytes value);
void db_bind_null(struct db_statement *st, int parameter);
MUST_USE enum result db_step(struct db_statement *st); /* ROW, OK when done, CONFLICT on a
                                                          constraint, TOO_MUCH, BUSY, BROKEN */
void db_reset(struct db_statement *st);
bool db_column_null(struct db_statement *st, int column);
int64_t db_column_int(struct db_statement *st, int column);
double db_column_real(struct db_statement *st, int column);
struct text db_column_text(struct db_statement *st, int column, struct arena *arena);
struct bytes db_column_blob(struct db_statement *st, int column, struct arena *arena);
