#include "ledger/audit/audit.h"

#include <assert.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/conf.h"
#include "core/db.h"
#include "core/journal.h"
#include "core/seal.h"
#include "ledger/audit/audit_fold.h"
#include "ledger/log/checkpoint.h"
#include "ledger/sign/cosigned.h"
#include "ledger/log/file.h"
#include "ledger/log/tile.h"
#include "ledger/log/tree.h"
#include "schema/book.h"
#include "schema/log.h"
#include "schema/vault.h"

enum {
    PAGE = 1000,
    OBJECTS_MOST = 100,
    OBJECTS_SIZE = 256 * 1024,
    ARENA = 16 * 1024 * 1024,
    ACCOUNTS_PAGE = 500
};

struct audit {
    struct audit_report *report;
    struct arena arena; /* of a page */
    struct arena kept;  /* of the whole run */
    struct log *log;
    struct log *journal; /* NULL: there is none here */
    uint64_t anchored;   /* place in it of the latest anchor */
    struct audit_fold fold;
    struct note_key key; /* from public/vkey */
    struct checkpoint checkpoint;
    struct checkpoint cosigned; /* size 0: nothing to compare */
    struct tree tree;
    uint8_t prev[32];
    uint64_t tick;
    uint8_t rows[TREE_ROWS_MAX][TILE_WIDTH]
                [TREE_HASH]; /* hashes of the tile being filled, row by row */
};

/* Note the first fault; the run stops with INVALID. */
static enum result PRINTF(4, 5)
    fault(struct audit *audit, int64_t leaf, const char *check, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(audit->report->what, sizeof audit->report->what, format, list);
    va_end(list);
    audit->report->leaf = leaf;
    audit->report->check = check;
    return INVALID;
}

/* --- schema --- */

static enum result objects_read(struct arena *arena, const char *path, enum role role,
                                enum db_mode mode, struct db_object **rows, size_t *count)
{
    struct db *db;
    enum result result = db_open(&db, &log_store, path, role, mode, 0);
    if (result == OK) {
        result = db_objects(db, arena, OBJECTS_MOST, rows, count);
        if (result == OK && mode == DB_READ)
            result = db_pages_check(db);
        db_close(db);
    }
    return result;
}

/* A fresh log, made and thrown away, says how it should look; once for all audits of a process. */
static enum result objects_wanted(struct db_object **rows, size_t *count)
{
    static struct arena kept;
    static struct db_object *made;
    static size_t made_count;
    *rows = made;
    *count = made_count;
    if (made)
        return OK;
    arena_open(&kept, OBJECTS_SIZE);
    char memory[] = "/dev/shm/curbside-audit.XXXXXX", disk[] = "/tmp/curbside-audit.XXXXXX",
         path[64];
    static const char *const ends[] = {"", "-wal", "-shm"};
    const char *folder = mkdtemp(memory); /* no fsync there */
    if (folder == NULL)
        folder = mkdtemp(disk);
    if (folder == NULL)
        return BUSY;
    snprintf(path, sizeof path, "%s/log.db", folder);
    enum result result = objects_read(&kept, path, ROLE_PAYMASTER, DB_LOG, rows, count);
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/log.db%s", folder, ends[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
    if (result == OK) {
        made = *rows;
        made_count = *count;
    } else {
        arena_close(&kept);
    }
    return result;
}

static enum result schema_check(struct audit *audit)
{
    struct db_object *want, *have;
    size_t want_count, have_count;
    enum result result = objects_wanted(&want, &want_count);
    if (result == OK)
        result = objects_read(&audit->kept, conf_store("ledger"), ROLE_OPERATOR, DB_READ, &have,
                              &have_count);
    if (result == BROKEN)
        return fault(audit, -1, "schema", "ledger.db is damaged");
    if (result != OK)
        return result;
    for (size_t i = 0, j = 0; i < want_count || j < have_count; i++, j++) {
        if (i < want_count && (j >= have_count || !text_equal(want[i].type, have[j].type) ||
                               !text_equal(want[i].name, have[j].name)))
            return fault(audit, -1, "schema", "%.*s %.*s is missing or has another beside it",
                         (int)want[i].type.size, want[i].type.data, (int)want[i].name.size,
                         want[i].name.data);
        if (i >= want_count || !text_equal(want[i].table, have[j].table) ||
            !text_equal(want[i].sql, have[j].sql))
            return fault(audit, -1, "schema", "%.*s %.*s is not as it was made",
                         (int)have[j].type.size, have[j].type.data, (int)have[j].name.size,
                         have[j].name.data);
    }
    return OK;
}

/* --- tiles, as the leaves go by --- */

static enum result tile_compare(struct audit *audit, int row, uint64_t number, size_t width)
{
    char name[TILE_PATH_MAX];
    struct bytes content;
    size_t mark = audit->kept.used;
    tile_path(name, row, number, width);
    enum result result =
        file_read(&audit->kept, conf_path("public/%s", name), TILE_WIDTH * TREE_HASH, &content);
    int64_t leaf = row == 0 ? (int64_t)(number * TILE_WIDTH) : -1;
    if (result != OK || content.size < width * TREE_HASH)
        return fault(audit, -1, "tile", "%s is missing or of another size", name);
    for (size_t i = 0; i < width; i++)
        if (memcmp(content.data + i * TREE_HASH, audit->rows[row][i], TREE_HASH) != 0)
            return fault(audit, leaf < 0 ? -1 : leaf + (int64_t)i, "tile",
                         "%s was published with another hash at %zu", name, i);
    arena_reset(&audit->kept, mark);
    return OK;
}

static enum result hash_keep(struct audit *audit, int row, uint64_t place, const uint8_t hash[32])
{
    memcpy(audit->rows[row][place % TILE_WIDTH], hash, 32);
    if (place % TILE_WIDTH != TILE_WIDTH - 1)
        return OK;
    return tile_compare(audit, row, place / TILE_WIDTH, TILE_WIDTH);
}

/* The tree as large as the checkpoint says: its root, and the tiles that are not full. */
static enum result checkpoint_check(struct audit *audit)
{
    uint8_t root[32];
    enum result result = OK;
    for (int row = 0; row < TREE_ROWS_MAX && result == OK; row++) {
        uint64_t entries = audit->checkpoint.size >> (8 * row);
        if (entries % TILE_WIDTH != 0)
            result = tile_compare(audit, row, entries / TILE_WIDTH, entries % TILE_WIDTH);
    }
    if (result != OK)
        return result;
    tree_root(&audit->tree, root);
    if (memcmp(root, audit->checkpoint.root, 32) != 0)
        return fault(audit, -1, "checkpoint", "its root is not that of the first %llu leaves",
                     (unsigned long long)audit->checkpoint.size);
    return OK;
}

/* --- leaves --- */

static enum result key_check(struct audit *audit, const struct leaf *leaf)
{
    uint8_t message[LEAF_KEY_MESSAGE_SIZE];
    int64_t seq = (int64_t)leaf->seq;
    if (leaf->seq == 0 && (leaf->kind != LEAF_KEY || leaf->key.type != KEY_LOG))
        return fault(audit, seq, "key", "the first leaf is not the log's key");
    if (leaf->kind != LEAF_KEY)
        return OK;
    if (leaf->seq == 0 && memcmp(leaf->key.public_key, audit->key.public_key, 32) != 0)
        return fault(audit, seq, "key", "it is not the key of public/vkey");
    leaf_key_message(message, leaf->key.type, leaf->key.public_key);
    if (!seal_verify(leaf->key.signature, audit->key.public_key, bytes_of(message, sizeof message)))
        return fault(audit, seq, "key", "the log's key did not sign it");
    return OK;
}

/* The journal at an anchor's place must still be the one that was anchored. */
static enum result anchor_check(struct audit *audit, const struct leaf *leaf)
{
    static const uint8_t none[32];
    struct log_entry *entries;
    size_t count = 0, mark = audit->kept.used;
    int64_t seq = (int64_t)leaf->seq;
    if (leaf->kind != LEAF_ANCHOR)
        return OK;
    audit->report->anchors++;
    if (leaf->anchor.place < audit->anchored)
        return fault(audit, seq, "journal", "its anchors go back");
    audit->anchored = leaf->anchor.place;
    if (audit->journal == NULL)
        return OK;
    const uint8_t *have = none;
    if (leaf->anchor.place > 0) {
        enum result result = log_read(audit->journal, &audit->kept, (int64_t)leaf->anchor.place - 1,
                                      1, &entries, &count);
        if (result != OK || count == 0)
            return fault(audit, seq, "journal", "event %llu, which it holds, is missing",
                         (unsigned long long)leaf->anchor.place);
        have = entries[0].digest;
    }
    bool same = memcmp(have, leaf->anchor.digest, 32) == 0;
    arena_reset(&audit->kept, mark);
    return same ? OK
                : fault(audit, seq, "journal", "the journal up to event %llu was another",
                        (unsigned long long)leaf->anchor.place);
}

static enum result leaf_check(struct audit *audit, const struct log_entry *entry)
{
    struct tree_node nodes[TREE_ROWS_MAX];
    struct leaf leaf;
    const char *why = NULL;
    uint8_t hash[32];
    int64_t seq = (int64_t)audit->tree.size;
    if (entry->seq != seq + 1)
        return fault(audit, seq, "place", "the entry at %lld is missing", (long long)seq + 1);
    if (leaf_decode(entry->body, &leaf, &why) != OK)
        return fault(audit, seq, "leaf", "%s", why);
    leaf_hash(entry->body, hash);
    if (memcmp(hash, entry->digest, 32) != 0)
        return fault(audit, seq, "hash", "leaf and stored hash disagree");
    if (leaf.seq != (uint64_t)seq)
        return fault(audit, seq, "seq", "it says it is leaf %llu", (unsigned long long)leaf.seq);
    if (memcmp(leaf.prev, audit->prev, 32) != 0)
        return fault(audit, seq, "prev", "it does not follow leaf %lld as that is now",
                     (long long)seq - 1);
    if (leaf.tick < audit->tick)
        return fault(audit, seq, "tick", "time goes back");
    enum result result = key_check(audit, &leaf);
    if (result == OK)
        result = anchor_check(audit, &leaf);
    if (result != OK)
        return result;
    why = audit_fold_take(&audit->fold, &leaf);
    if (why != NULL)
        return fault(audit, seq, leaf_kind_name((int)leaf.kind), "%s", why);
    memcpy(audit->prev, hash, 32);
    audit->tick = leaf.tick;
    bool published = (uint64_t)seq < audit->checkpoint.size;
    if (published)
        result = hash_keep(audit, 0, (uint64_t)seq, hash);
    size_t count = tree_push(&audit->tree, hash, nodes);
    for (size_t i = 0; i < count && published && result == OK; i++)
        result = hash_keep(audit, nodes[i].row, nodes[i].place, nodes[i].hash);
    if (result == OK && audit->tree.size == audit->checkpoint.size)
        result = checkpoint_check(audit);
    if (result == OK && audit->tree.size == audit->cosigned.size) {
        tree_root(&audit->tree, hash);
        if (memcmp(hash, audit->cosigned.root, 32) != 0)
            result = fault(audit, -1, "witness", "they saw another tree of %llu leaves",
                           (unsigned long long)audit->cosigned.size);
    }
    return result;
}

static enum result leaves_check(struct audit *audit, void (*progress)(uint64_t, uint64_t))
{
    int64_t head;
    uint8_t digest[32];
    size_t most = PAGE;
    enum result result = log_head(audit->log, &head, digest);
    for (size_t count = 1; result == OK && count > 0;) {
        struct log_entry *entries;
        arena_reset(&audit->arena, 0);
        result =
            log_read(audit->log, &audit->arena, (int64_t)audit->tree.size, most, &entries, &count);
        if (result == BROKEN && most > 1) { /* one by one, to name the entry */
            most = count = 1;
            result = OK;
            continue;
        }
        if (result == BROKEN)
            return fault(audit, (int64_t)audit->tree.size, "place",
                         "it cannot be read, or another stands in its place");
        for (size_t i = 0; i < count && result == OK; i++)
            result = leaf_check(audit, &entries[i]);
        if (result == OK && progress != NULL)
            progress(audit->tree.size, (uint64_t)head);
    }
    if (result != OK)
        return result;
    if (audit->tree.size < audit->checkpoint.size)
        return fault(audit, (int64_t)audit->tree.size, "checkpoint",
                     "it covers %llu leaves, and only %llu are left",
                     (unsigned long long)audit->checkpoint.size,
                     (unsigned long long)audit->tree.size);
    if (audit->tree.size < audit->cosigned.size)
        return fault(audit, (int64_t)audit->tree.size, "witness",
                     "they saw %llu leaves, and only %llu are left",
                     (unsigned long long)audit->cosigned.size,
                     (unsigned long long)audit->tree.size);
    const char *why = audit_fold_balance(&audit->fold);
    return why == NULL ? OK : fault(audit, -1, "balance", "%s", why);
}

/* --- what stands beside the leaves --- */

/* What enough witnesses have seen, where there is a policy to judge them by. */
static enum result cosigned_load(struct audit *audit)
{
    static struct quorum policy;
    struct bytes content;
    enum result result = cosigned_policy(&audit->kept, &policy);
    if (result == OK)
        result =
            file_read(&audit->kept, conf_path("public/cosigned"), CHECKPOINT_SIZE_MAX, &content);
    if (result == NOT_FOUND)
        return OK;
    struct text note = {(const char *)content.data, result == OK ? content.size : 0};
    if (result != OK || checkpoint_open(&audit->kept, note, &audit->key, &audit->cosigned) != OK)
        return fault(audit, -1, "witness", "public/cosigned is not signed by the log's key");
    if (!quorum_holds(&audit->kept, &policy, note, NULL))
        return fault(audit, -1, "witness", "fewer cosigned than witness.policy wants");
    audit->report->cosigned = audit->cosigned.size;
    return OK;
}

static enum result checkpoint_load(struct audit *audit)
{
    struct bytes vkey, note;
    enum result result = file_read(&audit->kept, conf_path("public/vkey"), 1024, &vkey);
    if (result != OK ||
        note_key_read(&audit->kept, (struct text){(const char *)vkey.data, vkey.size},
                      &audit->key) != OK)
        return fault(audit, -1, "key", "public/vkey is missing or no key");
    result = file_read(&audit->kept, conf_path("public/checkpoint"), CHECKPOINT_SIZE_MAX, &note);
    if (result != OK)
        return fault(audit, -1, "checkpoint", "public/checkpoint is missing");
    if (checkpoint_open(&audit->kept, (struct text){(const char *)note.data, note.size},
                        &audit->key, &audit->checkpoint) != OK)
        return fault(audit, -1, "checkpoint", "the log's key did not sign it");
    audit->report->checkpoint_size = audit->checkpoint.size;
    return cosigned_load(audit);
}

static bool account_same(const struct audit_account *mine,
                         const struct book_accounts_after_row *row)
{
    return row->seq == mine->seq && row->code == mine->code && row->flags == mine->flags &&
           row->exponent == mine->exponent && row->currency.size == 3 &&
           memcmp(row->currency.data, mine->currency, 3) == 0 &&
           row->debits_pending == mine->sums[0] && row->debits_posted == mine->sums[1] &&
           row->credits_pending == mine->sums[2] && row->credits_posted == mine->sums[3];
}

/* Accounts and sums of the book; it may lag behind the log for a moment, and then is not judged. */
static enum result book_compare(struct audit *audit, struct db *book)
{
    struct book_head_get_row head;
    size_t seen = 0;
    int64_t after = -1, log_size;
    uint8_t digest[32];
    enum result result = book_head_get(book, &audit->arena, &head);
    if (result == NOT_FOUND || (result == OK && (uint64_t)head.size < audit->tree.size))
        return OK;
    /* More leaves than were read: they were appended meanwhile, or the book is of another ledger.
     */
    if (result == OK && (uint64_t)head.size > audit->tree.size) {
        result = log_head(audit->log, &log_size, digest);
        return result != OK || log_size >= head.size
                   ? result
                   : fault(audit, -1, "book", "it has %lld leaves", (long long)head.size);
    }
    for (size_t count = ACCOUNTS_PAGE; result == OK && count == ACCOUNTS_PAGE;) {
        struct book_accounts_after_row *rows;
        arena_reset(&audit->arena, 0);
        result = book_accounts_after(book, &audit->arena, after, ACCOUNTS_PAGE, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++, seen++) {
            after = rows[i].seq;
            size_t index = rows[i].id.size == 16
                               ? table_find(&audit->fold.account_ids, rows[i].id.data)
                               : SIZE_MAX;
            if (index == SIZE_MAX || !account_same(&audit->fold.accounts[index], &rows[i]))
                return fault(audit, rows[i].seq, "book", "the account made there has other sums");
        }
    }
    if (result == OK && seen != audit->fold.account_ids.count)
        return fault(audit, -1, "book", "it has %zu accounts, not %zu", seen,
                     audit->fold.account_ids.count);
    return result;
}

static enum result book_check_all(struct audit *audit)
{
    struct db *book;
    enum result result = db_open(&book, &book_store, conf_store("book"), ROLE_OPERATOR, DB_READ, 0);
    if (result == BUSY)
        return OK; /* deleted: it is made again at the next start */
    if (result != OK)
        return result;
    arena_reset(&audit->arena, 0);
    result = db_begin(book);
    if (result == OK)
        result = book_compare(audit, book);
    db_rollback(book);
    db_close(book);
    return result;
}

/* What no log can give again: whether it is as it was written. Who may not read it is no auditor of
 * it. */
static enum result vault_check(struct audit *audit)
{
    struct db *vault;
    if (access(conf_store("vault"), R_OK) != 0)
        return OK;
    enum result result =
        db_open(&vault, &vault_store, conf_store("vault"), ROLE_OPERATOR, DB_READ, 0);
    if (result == BUSY)
        return OK; /* of an earlier version: it is summed at the next start */
    if (result == OK)
        result = db_begin(vault);
    if (result == OK)
        result = db_seal_check(vault);
    if (vault != NULL)
        db_rollback(vault);
    db_close(vault);
    audit->report->vault_checked = true;
    return result == OK ? OK : fault(audit, -1, "vault", "its rows are not those written");
}

/* The chain of what people did, as far as it is here. */
static enum result journal_check(struct audit *audit)
{
    int64_t bad = 0;
    const char *why = NULL;
    if (audit->journal == NULL)
        return OK;
    audit->report->anchors_checked = true;
    arena_reset(&audit->arena, 0);
    enum result result = journal_verify(audit->journal, &audit->arena, NULL, &bad, &why);
    return result != INVALID ? result
                             : fault(audit, -1, "journal", "event %lld: %s", (long long)bad, why);
}

enum result audit_run(struct audit_report *report, void (*progress)(uint64_t done, uint64_t all))
{
    struct audit *audit = calloc(1, sizeof *audit);
    assert(audit != NULL);
    *report = (struct audit_report){.leaf = -1};
    audit->report = report;
    arena_open(&audit->arena, ARENA);
    arena_open(&audit->kept, ARENA);
    enum result result = schema_check(audit);
    if (result == OK)
        result = checkpoint_load(audit);
    if (result == OK)
        result = log_open(&audit->log, "ledger", LOG_READ, 0);
    if (result == OK && access(conf_store("journal"), R_OK) == 0)
        result = log_open(&audit->journal, "journal", LOG_READ, 0);
    if (result == OK)
        result = leaves_check(audit, progress);
    if (result == OK)
        result = book_check_all(audit);
    if (result == OK)
        result = vault_check(audit);
    if (result == OK)
        result = journal_check(audit);
    report->leaves = audit->tree.size;
    report->accounts = audit->fold.account_ids.count;
    report->transfers = audit->fold.transfer_ids.count;
    if (result != OK && report->check == NULL)
        (void)fault(audit, -1, "file", "a store cannot be read: %s", result_name(result));
    else
        result = OK;
    log_close(audit->log);
    log_close(audit->journal);
    audit_fold_close(&audit->fold);
    arena_close(&audit->arena);
    arena_close(&audit->kept);
    free(audit);
    return result;
}
