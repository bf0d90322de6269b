#include "core/log.h"
#include "core/conf.h"
#include "core/db.h"
#include "core/trace.h"
#include "schema/log.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A log opened for reading has the operator's role in a read-only store; only the two programs that
 * own a log may append to it. */
struct log {
    struct db *db;
    struct arena arena; /* of one head; rows of readers go into the caller's */
    bool reading;       /* opened for that alone */
    bool appending;     /* between begin and commit */
    bool blanked;       /* a text was, since the last checkpoint */
    int64_t head;       /* known while appending */
    int64_t first;      /* first position given in this transaction */
    uint8_t head_digest[32];
};

static enum role role_of(const char *name, enum log_mode mode)
{
    if (mode == LOG_READ)
        return ROLE_OPERATOR;
    return strcmp(name, "journal") == 0 ? ROLE_CLERK : ROLE_PAYMASTER;
}

enum result log_open(struct log **out, const char *name, enum log_mode mode, int wait_ms)
{
    assert(strcmp(name, "journal") == 0 || strcmp(name, "ledger") == 0);
    *out = NULL;
    struct db *db;
    const enum result result = db_open(&db, &log_store, conf_store(name), role_of(name, mode),
                                       mode == LOG_READ ? DB_READ : DB_LOG, wait_ms);
    if (result != OK)
        return result;
    struct log *const log = calloc(1, sizeof *log);
    assert(log != NULL);
    log->db = db;
    log->reading = mode == LOG_READ;
    arena_open(&log->arena, 64 * 1024);
    *out = log;
    return OK;
}

void log_close(struct log *log)
{
    if (log == NULL)
        return;
    db_close(log->db);
    arena_close(&log->arena);
    free(log);
}

static enum result head_read(struct log *log, int64_t *seq, uint8_t digest[32])
{
    struct log_entry_last_row row;
    arena_reset(&log->arena, 0);
    *seq = 0;
    memset(digest, 0, 32);
    const enum result result = log_entry_last(log->db, &log->arena, &row);
    if (result == NOT_FOUND)
        return OK; /* empty */
    if (result != OK)
        return result;
    if (row.digest.size != 32) {
        trace_fail("log", "seq=%lld has no digest", (long long)row.seq);
        return BROKEN;
    }
    *seq = row.seq;
    memcpy(digest, row.digest.data, 32);
    return OK;
}

enum result log_begin(struct log *log)
{
    assert(!log->appending);
    enum result result = db_begin(log->db);
    if (result != OK)
        return result;
    result = head_read(log, &log->head, log->head_digest);
    if (result != OK) {
        db_rollback(log->db);
        return result;
    }
    log->first = log->head + 1;
    log->appending = true;
    return OK;
}

enum result log_append(struct log *log, struct bytes body, const uint8_t digest[32], int64_t *seq)
{
    assert(log->appending);
    const enum result result = log_entry_add(log->db, log->head + 1, body, bytes_of(digest, 32));
    if (result != OK)
        return result;
    *seq = ++log->head;
    memcpy(log->head_digest, digest, 32);
    return OK;
}

enum result log_commit(struct log *log)
{
    assert(log->appending);
    log->appending = false;
    return db_commit(log->db);
}

void log_rollback(struct log *log)
{
    log->appending = false;
    db_rollback(log->db);
}

enum result log_head(struct log *log, int64_t *seq, uint8_t digest[32])
{
    if (!log->appending)
        return head_read(log, seq, digest);
    *seq = log->head;
    memcpy(digest, log->head_digest, 32);
    return OK;
}

enum result log_hold(struct log *log)
{
    return log->reading ? db_begin(log->db) : OK;
}

void log_release(struct log *log)
{
    if (log->reading)
        db_rollback(log->db);
}

enum result log_read(struct log *log, struct arena *arena, int64_t after, size_t most,
                     struct log_entry **entries, size_t *count)
{
    struct log_entry_after_row *rows;
    *entries = NULL;
    *count = 0;
    size_t found;
    const enum result result = log_entry_after(log->db, arena, after, (int64_t)most, &rows, &found);
    if (result != OK || found == 0)
        return result;
    struct log_entry *const list = arena_array(arena, struct log_entry, found);
    for (size_t i = 0; i < found; i++) {
        if (rows[i].seq != after + 1 + (int64_t)i || rows[i].digest.size != 32) {
            trace_fail("log", "seq=%lld is not where it should be", (long long)rows[i].seq);
            return BROKEN; /* positions are dense: a gap is a torn or doctored log */
        }
        list[i] = (struct log_entry){.seq = rows[i].seq, .body = rows[i].body};
        memcpy(list[i].digest, rows[i].digest.data, 32);
    }
    *entries = list;
    *count = found;
    return OK;
}

enum result log_text_put(struct log *log, int64_t seq, int64_t part, const uint8_t salt[16],
                         struct text body)
{
    assert(log->appending && seq >= log->first && seq <= log->head + 1);
    return log_entry_text_add(log->db, seq, part, bytes_of(salt, 16), body);
}

enum result log_text_get(struct log *log, struct arena *arena, int64_t seq, int64_t part,
                         struct text *body, uint8_t salt[16])
{
    struct log_entry_text_get_row row;
    *body = NO_TEXT;
    memset(salt, 0, 16);
    const enum result result = log_entry_text_get(log->db, arena, seq, part, &row);
    if (result != OK || row.body.data == NULL)
        return result;
    if (row.salt.size != 16)
        return BROKEN;
    memcpy(salt, row.salt.data, 16);
    *body = row.body;
    return OK;
}

enum result log_text_blank(struct log *log, int64_t seq, int64_t part)
{
    assert(log->appending);
    const enum result result = log_entry_text_blank(log->db, seq, part);
    if (result != OK)
        return result;
    log->blanked = true;
    return db_changes(log->db) == 1 ? OK : NOT_FOUND;
}

/* A blanked text must not live on in the WAL, so that is cut off then; otherwise it stays as long
 * as it is (core/db_file.c says why). */
void log_checkpoint(struct log *log)
{
    db_checkpoint(log->db, log->blanked);
    log->blanked = false;
}
