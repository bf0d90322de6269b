#include "board/clerk/tools.h"

#include "core/conf.h"
#include "core/session.h"
#include "schema/board.h"
#include "schema/desk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* FTS5's own tables depend on when it merged what, and the packed lists on that; the index is
 * compared with the texts instead (fold_check). */
const char *const fold_skipped[] = {"cursor",
                                    "posting_text",
                                    "posting_term",
                                    "posting_text_data",
                                    "posting_text_idx",
                                    "posting_text_docsize",
                                    "posting_text_config",
                                    "packed_piece",
                                    "packed_list",
                                    "packed_size",
                                    NULL};

static void progress_show(int64_t cursor)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\rjournal position %lld", (long long)cursor);
}

struct rebuilt {
    const char *name;
    const struct store *store;
    enum result (*apply)(void *self, const struct journal_entry *entry, struct arena *arena);
};
static const struct rebuilt folds[] = {
    {"board", &board_store, fold_board_apply},
    {"desk", &desk_store, fold_desk_apply},
};

static enum result rebuild_into(const struct rebuilt *r, const char *path, struct log *journal,
                                struct keyring *keys, struct arena *arena)
{
    struct db *db = NULL;
    enum result result = db_open(&db, r->store, path, ROLE_CLERK, DB_FOLD, 0);
    if (result != OK)
        return result;
    struct fold_board board;
    fold_board_open(&board, db, keys);
    struct fold fold = {.name = "journal", .db = db, .apply = r->apply, .self = db};
    if (r->apply == fold_board_apply) {
        fold.self = &board;
        fold.settle = fold_board_settle;
        fold.forget = fold_board_forget;
    }
    result = fold_catch_up(&fold, journal, arena, progress_show);
    fold_board_close(&board);
    db_checkpoint(db, true);
    db_close(db);
    return result;
}

/* Put the fresh file in place of the old one. The old write-ahead log is emptied first: it must
 * never be read with the new file. */
static bool rebuild_swap(const struct rebuilt *r, const char *fresh)
{
    static const char *const behind[] = {"-wal", "-shm"};
    const char *path = conf_store(r->name);
    struct db *db = NULL;
    if (access(path, F_OK) == 0) {
        if (db_open(&db, r->store, path, ROLE_CLERK, DB_FOLD, 0) == OK) {
            db_checkpoint(db, true);
            db_close(db);
        }
        for (size_t i = 0; i < 2; i++) {
            if (unlink(conf_path("%s/%s.db%s", r->name, r->name, behind[i])) != 0 &&
                errno != ENOENT)
                return false;
        }
    }
    for (size_t i = 0; i < 2; i++)
        (void)unlink(conf_path("%s/%s.fresh.db%s", r->name, r->name, behind[i]));
    return rename(fresh, path) == 0;
}

int fold_rebuild(void)
{
    struct caller caller = {.program = "clerk", .fd = -1, .wait_ms = 1000};
    struct command status = {.kind = COMMAND_STATUS};
    struct arena arena;
    struct keyring keys;
    struct log *journal = NULL;
    struct bytes reply;
    struct buf buf;
    int status_code = 0;
    arena_open(&arena, 256 * 1024 * 1024);
    buf_open(&buf, &arena, 256);
    command_write(&buf, &status);
    if (caller_ask(&caller, &arena, buf_bytes(&buf), &reply) != BUSY) {
        fprintf(stderr, "curbside-clerk: a clerk is serving this state; stop it first\n");
        return 1;
    }
    if (log_open(&journal, "journal", LOG_READ, 0) != OK || keyring_open(&keys) != OK) {
        fprintf(stderr, "curbside-clerk: the journal or identity.db cannot be opened\n");
        return 1;
    }
    for (size_t i = 0; i < sizeof(folds) / sizeof(*folds) && status_code == 0; i++) {
        const char *fresh = conf_path("%s/%s.fresh.db", folds[i].name, folds[i].name);
        (void)conf_store(folds[i].name); /* makes the folder */
        (void)unlink(fresh);
        enum result result = rebuild_into(&folds[i], fresh, journal, &keys, &arena);
        if (result != OK || !rebuild_swap(&folds[i], fresh)) {
            fprintf(stderr, "curbside-clerk: rebuilding %s failed: %s\n", folds[i].name,
                    result_name(result));
            status_code = 1;
        }
    }
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\n");
    log_close(journal);
    keyring_close(&keys);
    arena_close(&arena);
    return status_code;
}

int fold_digest(void)
{
    for (size_t i = 0; i < sizeof(folds) / sizeof(*folds); i++) {
        struct db *db = NULL;
        uint8_t digest[DIGEST_SIZE];
        int64_t rows = 0;
        enum result result =
            db_open(&db, folds[i].store, conf_store(folds[i].name), ROLE_OPERATOR, DB_READ, 0);
        if (result == OK)
            result = db_content_digest(db, fold_skipped, digest, &rows);
        if (db != NULL)
            db_close(db);
        if (result != OK) {
            fprintf(stderr, "curbside-clerk: %s cannot be read: %s\n", folds[i].name,
                    result_name(result));
            return 1;
        }
        printf("%s\t%lld\t", folds[i].name, (long long)rows);
        for (size_t j = 0; j < DIGEST_SIZE; j++)
            printf("%02x", digest[j]);
        printf("\n");
    }
    return 0;
}

int fold_check(void)
{
    struct db *db = NULL;
    enum result result = db_open(&db, &board_store, conf_store("board"), ROLE_OPERATOR, DB_FOLD, 0);
    if (result == OK)
        result = board_index_check(db);
    if (db != NULL)
        db_close(db);
    printf("index %s\n", result == OK ? "agrees with the texts" : result_name(result));
    return result == OK ? 0 : 1;
}
