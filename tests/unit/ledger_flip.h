#pragma once
/* Bits of a store's file turned over: what the tests of changed bits share. A flip either is found
 * by what judges the store, or cannot be read at all, or changes nothing: every row reads as
 * before, and what is written next goes as before. Anything else is an exception, and there may be
 * none. Included by one test file each.
 *
 * FLIPS=1 turns every bit over, FLIPS=N one in N, from bit SEED on. With FLIPS=1 the bytes of which
 * SQLite's own bookkeeping says that they hold nothing are turned over a page and bit number at a
 * time, for each the same checks: who reads one of them sees it, and then all are turned over
 * singly.
 *
 * What changes nothing, and why:
 * - bytes that hold nothing: the gap in the middle of a page, freed cells, free pages, what a row
 *   leaves of its last page, and in a write-ahead log the copies of a commit's last page that fill
 * a sector;
 * - in the file's first hundred bytes: counters and versions that SQLite keeps for other programs;
 * - numbers nobody reads: the place for an INTEGER PRIMARY KEY in a row (SQLite takes the key
 *   itself), the root page of a trigger (it has none), and the numbers of sqlite_schema's rows as
 *   long as their order is the same. */
#include "tests/unit/ledger_world.h"

#include <sqlite3.h>

#include "core/db.h"
#include "schema/log.h"
#include "tests/support/disk.h"

#define SETTINGS                                                \
    "ledger.close_bucket = 16\nledger.fund_unit_cents = 1000\n" \
    "witness.name = society.example/witness\nwitness.port = 0\n"

static struct world world;
static struct paymaster paymaster;
static struct text campaign;

/* --- a small ledger: a campaign, a promise, holds that ended and one that did not --- */

static void transfer_make(uint8_t number, uint8_t flags, uint8_t pending)
{
    struct leaf_transfer transfer = {
        .amount = 100, .exponent = 2, .code = TRANSFER_PAYOUT, .currency = {'U', 'S', 'D'}};
    enum book_answer answer;
    uint64_t seq;
    transfer.id[0] = number;
    transfer.pending[0] = pending;
    account_bank(&paymaster.key, transfer.debit);
    account_member(&paymaster.key, 1, transfer.credit);
    transfer.timeout = flags == TRANSFER_PENDING ? 3600 : 0;
    assert_int_equal(writer_transfer(&paymaster.writer, flags, &transfer, &answer, &seq), OK);
    assert_int_equal(answer, BOOK_CREATED);
}

static UNUSED void transfers_make(void)
{
    uint8_t member[16];
    account_member(&paymaster.key, 1, member);
    struct leaf_account account = account_leaf(ACCOUNT_MEMBER, member);
    assert_int_equal(writer_begin(&paymaster.writer), OK);
    assert_int_equal(writer_account(&paymaster.writer, &account), OK);
    transfer_make(1, 0, 0);
    transfer_make(2, TRANSFER_PENDING, 0);
    transfer_make(3, TRANSFER_POST, 2);
    transfer_make(4, TRANSFER_PENDING, 0);
    transfer_make(5, TRANSFER_VOID, 4);
    transfer_make(6, TRANSFER_PENDING, 0);
    assert_int_equal(writer_commit(&paymaster.writer), OK);
}

/* `split`: all before the transfers has gone from the write-ahead logs into the files. */
static UNUSED void ledger_make(bool split)
{
    disk_close(); /* what an earlier test left */
    disk_open();
    world_open(&world, SETTINGS);
    assert_int_equal(paymaster_open(&paymaster), OK);
    int64_t question = world_posting(&world, world.members[0], 0);
    campaign = world_campaign(&world, &paymaster, 100000);
    assert_int_equal(world_earmark(&world, &paymaster, campaign, question, 3, 1000, 50000), OK);
    if (split) {
        paymaster_close(&paymaster);
        disk_put("ledger.db-wal", NULL, 0);
        disk_put("book.db-wal", NULL, 0);
        assert_int_equal(paymaster_open(&paymaster), OK);
    }
    transfers_make();
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    log_close(world.journal);
    world.journal = NULL;
}

/* --- what a store says --- */

static void said(uint8_t sum[32], const void *data, int size)
{
    struct bytes parts[] = {bytes_of(sum, 32),
                            {data == NULL ? (const uint8_t *)"" : data, (size_t)size}};
    uint8_t next[32];
    seal_digest(next, NULL, parts, 2);
    memcpy(sum, next, 32);
}

/* The rows of one query, into the sum; false: SQLite cannot read them. */
static bool rows_sum(sqlite3 *db, const char *sql, uint8_t sum[32])
{
    sqlite3_stmt *stmt;
    int code;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        return false;
    while ((code = sqlite3_step(stmt)) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            const int type = sqlite3_column_type(stmt, i);
            said(sum, &type, sizeof type);
            said(sum, sqlite3_column_blob(stmt, i), sqlite3_column_bytes(stmt, i));
        }
    (void)sqlite3_finalize(stmt);
    return code == SQLITE_DONE;
}

static UNUSED bool store_sum(const char *name, const char *const *queries, uint8_t sum[32])
{
    sqlite3 *db;
    memset(sum, 0, 32);
    bool read = sqlite3_open_v2(conf_store(name), &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK;
    for (size_t i = 0; read && queries[i] != NULL; i++)
        read = rows_sum(db, queries[i], sum);
    (void)sqlite3_close(db);
    return read;
}

/* --- flips --- */

static UNUSED size_t stride(size_t sampled)
{
    const char *asked = getenv("FLIPS");
    return asked == NULL ? sampled : (size_t)atoll(asked);
}

static size_t first_bit(size_t step)
{
    const char *seed = getenv("SEED");
    return seed == NULL ? 0 : (size_t)strtoull(seed, NULL, 10) % step;
}

/* UNREADABLE: found by SQLite, when somebody reads those rows by that index: an error, never
 * another answer. */
enum fate { FOUND, UNREADABLE, NOTHING, EXCEPTION };
struct tally {
    size_t flips, found, unreadable, nothing, exceptions;
    size_t unused; /* of those that change nothing: in bytes that hold nothing */
    size_t header; /* ... in the file's first hundred bytes: counters of SQLite's, versions */
};

static void tally_print(const char *what, struct tally tally)
{
    print_message("%s: %zu flips, %zu found, %zu unreadable, %zu change nothing (%zu where "
                  "nothing is kept, %zu in the file's header), %zu exceptions\n",
                  what, tally.flips, tally.found, tally.unreadable, tally.nothing, tally.unused,
                  tally.header, tally.exceptions);
}

static void tally_add(struct tally *tally, enum fate fate)
{
    tally->flips++;
    tally->found += fate == FOUND;
    tally->unreadable += fate == UNREADABLE;
    tally->nothing += fate == NOTHING;
    tally->exceptions += fate == EXCEPTION;
}

/* One file of a store on the disk in memory. */
struct store_case {
    const char *file, *store;
    const char *const *queries;
    bool (*found)(void); /* whether those who judge it say that it is not as it was */
    bool (*append)(
        void); /* writes on, as its program would; false: that stops. NULL: nobody does */
};

static const char *const store_files[] = {"ledger.db",    "ledger.db-wal",   "book.db",
                                          "book.db-wal",  "vault.db",        "vault.db-wal",
                                          "statement.db", "statement.db-wal"};
enum {
    STORE_FILES = 8,
    FLIP_PAGE = 4096,
    FLIP_HEADER = 100,
    WAL_HEADER = 32,
    WAL_FRAME = 24 + FLIP_PAGE
};
struct kept {
    uint8_t *data;
    size_t size;
};

static void files_keep(struct kept kept[STORE_FILES])
{
    for (size_t i = 0; i < STORE_FILES; i++) {
        struct disk_bytes bytes = disk_get(store_files[i]);
        kept[i] = (struct kept){malloc(bytes.size + 1), bytes.size};
        assert_non_null(kept[i].data);
        if (bytes.size > 0)
            memcpy(kept[i].data, bytes.data, bytes.size);
    }
}

static void files_restore(const struct kept kept[STORE_FILES])
{
    for (size_t i = 0; i < STORE_FILES; i++)
        disk_put(store_files[i], kept[i].size == 0 ? NULL : kept[i].data, kept[i].size);
}

static void files_forget(struct kept kept[STORE_FILES])
{
    for (size_t i = 0; i < STORE_FILES; i++)
        free(kept[i].data);
}

struct sums {
    uint8_t now[32], later[32];
};

static void sums_take(const struct store_case *c, const struct kept *kept, struct sums *sums)
{
    assert_true(store_sum(c->store, c->queries, sums->now));
    if (c->append != NULL) {
        assert_true(c->append());
        assert_true(store_sum(c->store, c->queries, sums->later));
    }
    files_restore(kept);
}

struct flips {
    const struct store_case *c;
    struct kept kept[STORE_FILES];
    struct sums sums;
    bool *unused; /* for each byte of the file */
    size_t size;
    struct tally tally;
};

static void bits_flip(const struct flips *flips, const size_t *bits, size_t count)
{
    files_restore(flips->kept);
    for (size_t i = 0; i < count; i++)
        disk_flip(flips->c->file, bits[i]);
}

static enum fate bits_fate(const struct flips *flips, const size_t *bits, size_t count)
{
    const struct store_case *c = flips->c;
    uint8_t sum[32];
    bits_flip(flips, bits, count);
    if (c->found())
        return FOUND;
    bits_flip(flips, bits, count);
    if (!store_sum(c->store, c->queries, sum))
        return UNREADABLE;
    if (memcmp(sum, flips->sums.now, 32) != 0)
        return EXCEPTION;
    if (c->append == NULL)
        return NOTHING;
    bits_flip(flips, bits, count);
    /* Not taken: the writer stops, and says why. */
    if (!c->append() || !store_sum(c->store, c->queries, sum) ||
        memcmp(sum, flips->sums.later, 32) == 0)
        return NOTHING;
    return EXCEPTION;
}

static bool is_wal(const struct store_case *c)
{
    return strstr(c->file, "-wal") != NULL;
}

static void bit_try(struct flips *flips, size_t bit)
{
    enum fate fate = bits_fate(flips, &bit, 1);
    tally_add(&flips->tally, fate);
    flips->tally.unused += fate == NOTHING && flips->unused[bit / 8];
    flips->tally.header += fate == NOTHING && bit / 8 < FLIP_HEADER && !is_wal(flips->c);
    if (fate == EXCEPTION)
        print_message("%s: bit %zu of byte %zu (page %zu, offset %zu) is not found\n",
                      flips->c->file, bit % 8, bit / 8, bit / 8 / FLIP_PAGE + 1,
                      bit / 8 % FLIP_PAGE);
}

/* --- where nothing is kept --- */

static size_t big16(const uint8_t *at)
{
    return (size_t)at[0] << 8 | at[1];
}

static size_t big32(const uint8_t *at)
{
    return big16(at) << 16 | big16(at + 2);
}

/* Of a page of a tree: between the list of its cells and the first of them, and what was freed
 * since (but for the four bytes that link it). */
static void page_unused(const uint8_t *page, size_t number, bool *unused)
{
    const uint8_t *header = page + (number == 1 ? FLIP_HEADER : 0);
    size_t first = (size_t)(header - page) + (header[0] == 2 || header[0] == 5 ? 12 : 8) +
                   2 * big16(header + 3);
    for (size_t i = first; i < big16(header + 5); i++)
        unused[i] = true;
    for (size_t at = big16(header + 1); at != 0; at = big16(page + at))
        for (size_t i = at + 4; i < at + big16(page + at + 2); i++)
            unused[i] = true;
}

static void free_pages_unused(const uint8_t *data, bool *unused)
{
    for (size_t trunk = big32(data + 32); trunk != 0;) {
        const uint8_t *page = data + (trunk - 1) * FLIP_PAGE;
        size_t leaves = big32(page + 4);
        for (size_t i = 8 + 4 * leaves; i < FLIP_PAGE; i++)
            unused[(trunk - 1) * FLIP_PAGE + i] = true;
        for (size_t i = 0; i < leaves; i++)
            memset(unused + (big32(page + 8 + 4 * i) - 1) * FLIP_PAGE, true, FLIP_PAGE);
        trunk = big32(page);
    }
}

/* Frames that repeat the commit before them. */
static void copies_unused(const uint8_t *data, size_t size, bool *unused)
{
    for (size_t at = WAL_HEADER + WAL_FRAME; at + WAL_FRAME <= size; at += WAL_FRAME)
        if (big32(data + at + 4) != 0 && memcmp(data + at, data + at - WAL_FRAME, 8) == 0)
            memset(unused + at, true, WAL_FRAME);
}

static void unused_find(struct flips *flips)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    const uint8_t *data = disk_get(flips->c->file).data;
    flips->unused = calloc(flips->size, sizeof *flips->unused);
    assert_non_null(flips->unused);
    if (is_wal(flips->c)) {
        copies_unused(data, flips->size, flips->unused);
        return;
    }
    assert_int_equal(big16(data + 16), FLIP_PAGE);
    free_pages_unused(data, flips->unused);
    assert_int_equal(sqlite3_open(conf_store(flips->c->store), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT pageno, pagetype = 'overflow', unused FROM dbstat",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        size_t number = (size_t)sqlite3_column_int64(stmt, 0), at = (number - 1) * FLIP_PAGE;
        if (sqlite3_column_int(stmt, 1)) /* what the row's end has left of its last page */
            for (size_t i = (size_t)sqlite3_column_int64(stmt, 2); i > 0; i--)
                flips->unused[at + FLIP_PAGE - i] = true;
        else
            page_unused(data + at, number, flips->unused + at);
    }
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    files_restore(flips->kept);
}

/* Bit `k` of all unused bytes of one page. */
static void group_try(struct flips *flips, size_t page, size_t k)
{
    static size_t bits[FLIP_PAGE];
    size_t count = 0;
    for (size_t i = page * FLIP_PAGE; i < (page + 1) * FLIP_PAGE && i < flips->size; i++)
        if (flips->unused[i])
            bits[count++] = 8 * i + k;
    if (count > 0 && bits_fate(flips, bits, count) == NOTHING) {
        flips->tally.flips += count;
        flips->tally.nothing += count;
        flips->tally.unused += count;
        return;
    }
    for (size_t i = 0; i < count; i++)
        bit_try(flips, bits[i]);
}

static void all_try(struct flips *flips)
{
    for (size_t bit = 0; bit < flips->size * 8; bit++)
        if (!flips->unused[bit / 8])
            bit_try(flips, bit);
    for (size_t page = 0; page * FLIP_PAGE < flips->size; page++)
        for (size_t k = 0; k < 8; k++)
            group_try(flips, page, k);
    assert_int_equal(flips->tally.flips, flips->size * 8);
}

/* One in `step`, or all of them singly but for what nothing is kept in. */
static UNUSED struct tally store_flip(const struct store_case *c, size_t step)
{
    static struct flips flips;
    flips = (struct flips){.c = c, .size = disk_get(c->file).size};
    assert_true(flips.size > 0);
    files_keep(flips.kept);
    sums_take(c, flips.kept, &flips.sums);
    assert_false(c->found());
    files_restore(flips.kept);
    unused_find(&flips);
    if (step == 1)
        all_try(&flips);
    else
        for (size_t bit = first_bit(step); bit < flips.size * 8; bit += step)
            bit_try(&flips, bit);
    files_restore(flips.kept);
    files_forget(flips.kept);
    free(flips.unused);
    tally_print(c->file, flips.tally);
    return flips.tally;
}

/* Closed with nothing left in the write-ahead logs; or, not whole, with all that went through them,
 * as after the power was cut. */
static UNUSED void ledger_shut(bool whole)
{
    struct kept kept[STORE_FILES];
    struct db *db;
    files_keep(kept);
    if (whole) {
        db_checkpoint(paymaster.book, true);
        db_checkpoint(paymaster.vault, true);
        db_checkpoint(paymaster.statement, true);
    }
    paymaster_close(&paymaster);
    if (!whole)
        files_restore(kept);
    files_forget(kept);
    if (!whole)
        return;
    assert_int_equal(db_open(&db, &log_store, conf_store("ledger"), ROLE_PAYMASTER, DB_LOG, 0), OK);
    db_checkpoint(db, true);
    db_close(db);
}
