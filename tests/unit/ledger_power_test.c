/* Power cuts, simulated: everything SQLite writes while transfers are made goes through a recorder;
 * afterwards the disk as it may have been at any moment is made from the record. What was not
 * synced is there, gone, or torn at a sector, by chance (the device promises nothing). SEED=N
 * repeats, CUTS=N lengthens. test-seconds: 120 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "ledger/account.h"
#include "ledger/audit_fold.h"
#include "ledger/file.h"
#include "ledger/writer.h"
#include "schema/book.h"
#include "tests/support/scratch.h"

enum { SECTOR = 512, FILES = 4, COMMITS = 60, FILE_MAX = 8 << 20 };

/* --- the record --- */

enum kind { WRITE, CUT_OFF, SYNC, ACKNOWLEDGED };
struct moment {
    enum kind kind;
    int file;
    int64_t at;
    size_t size;
    uint8_t *data;
};
static struct moment *moments;
static size_t moment_count, moment_room;
/* Where the stores are made: before, SQLite keeps a journal this record does not know, and nothing
 * is promised to anyone. No cut falls there. */
static size_t moment_made;
static bool recording;
static const char *const names[FILES] = {"ledger.db", "ledger.db-wal", "book.db", "book.db-wal"};

static void moment_add(enum kind kind, int file, int64_t at, const void *data, size_t size)
{
    if (!recording)
        return;
    if (moment_count == moment_room) {
        moment_room = moment_room * 2 + 1024;
        moments = realloc(moments, moment_room * sizeof *moments);
        assert_non_null(moments);
    }
    struct moment *moment = &moments[moment_count++];
    *moment = (struct moment){.kind = kind, .file = file, .at = at, .size = size};
    if (data != NULL) {
        moment->data = malloc(size + 1);
        memcpy(moment->data, data, size);
    }
}

/* --- the recorder, between SQLite and its own way to files --- */

struct shim {
    sqlite3_file base;
    int file; /* -1: of no interest */
    sqlite3_file *real;
};
static sqlite3_vfs *system_vfs;

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct shim *)file)->real;
}

static int shim_close(sqlite3_file *file)
{
    int code = real_of(file)->pMethods->xClose(real_of(file));
    free(real_of(file));
    return code;
}

static int shim_read(sqlite3_file *file, void *data, int size, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), data, size, at);
}

static int shim_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 at)
{
    moment_add(WRITE, ((struct shim *)file)->file, at, data, (size_t)size);
    return real_of(file)->pMethods->xWrite(real_of(file), data, size, at);
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    moment_add(CUT_OFF, ((struct shim *)file)->file, size, NULL, 0);
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int shim_sync(sqlite3_file *file, int flags)
{
    moment_add(SYNC, ((struct shim *)file)->file, 0, NULL, 0);
    return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int shim_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int shim_lock(sqlite3_file *file, int lock)
{
    return real_of(file)->pMethods->xLock(real_of(file), lock);
}

static int shim_unlock(sqlite3_file *file, int lock)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), lock);
}

static int shim_reserved(sqlite3_file *file, int *out)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int shim_control(sqlite3_file *file, int op, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}

static int shim_sector(sqlite3_file *file)
{
    (void)file;
    return SECTOR;
}

static int shim_promises(sqlite3_file *file)
{
    (void)file;
    return 0;
}

static int shim_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int shim_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void shim_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int shim_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

/* Version 2: no mapped reading, so that nothing goes round the recorder. */
static const sqlite3_io_methods shim_methods = {
    .iVersion = 2,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_reserved,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector,
    .xDeviceCharacteristics = shim_promises,
    .xShmMap = shim_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_barrier,
    .xShmUnmap = shim_unmap,
};

static int shim_open(sqlite3_vfs *vfs, sqlite3_filename path, sqlite3_file *file, int flags,
                     int *out)
{
    (void)vfs;
    struct shim *shim = (struct shim *)file;
    const char *name = path == NULL ? "" : strrchr(path, '/');
    *shim = (struct shim){.file = -1, .real = calloc(1, (size_t)system_vfs->szOsFile)};
    for (int i = 0; name != NULL && i < FILES; i++)
        if (name[0] == '/' && strcmp(name + 1, names[i]) == 0)
            shim->file = i;
    int code = system_vfs->xOpen(system_vfs, path, shim->real, flags, out);
    if (shim->real->pMethods != NULL)
        shim->base.pMethods = &shim_methods;
    else
        free(shim->real);
    return code;
}

static sqlite3_vfs shim_vfs;

static void shim_start(void)
{
    system_vfs = sqlite3_vfs_find(NULL);
    shim_vfs = *system_vfs;
    shim_vfs.zName = "recorder";
    shim_vfs.szOsFile = sizeof(struct shim);
    shim_vfs.xOpen = shim_open;
    assert_int_equal(sqlite3_vfs_register(&shim_vfs, 1), SQLITE_OK);
}

/* --- what is recorded: transfers, one a commit or a few --- */

static struct leaf_transfer transfer_of(unsigned number, unsigned debit, unsigned credit)
{
    struct leaf_transfer transfer = {.amount = 1 + number % 7, .exponent = 2, .code = 2};
    transfer.id[0] = 1;
    transfer.id[14] = (uint8_t)(number >> 8);
    transfer.id[15] = (uint8_t)number;
    transfer.debit[0] = transfer.credit[0] = 9;
    transfer.debit[15] = (uint8_t)debit;
    transfer.credit[15] = (uint8_t)credit;
    memcpy(transfer.currency, "USD", 3);
    return transfer;
}

static void work_record(void)
{
    struct arena arena;
    struct log *log;
    struct db *book;
    struct writer writer;
    unsigned number = 1;
    arena_open(&arena, 1 << 20);
    recording = true;
    assert_int_equal(log_open(&log, "ledger", LOG_APPEND, 0), OK);
    assert_int_equal(db_open(&book, &book_store, conf_store("book"), ROLE_PAYMASTER, DB_FOLD, 0),
                     OK);
    assert_int_equal(writer_open(&writer, log, book, NULL, 600, &arena), OK);
    moment_made = moment_count;
    moment_add(ACKNOWLEDGED, 0, 0, NULL, 0);
    for (unsigned commit = 0; commit < COMMITS; commit++) {
        assert_int_equal(writer_begin(&writer), OK);
        for (uint8_t i = 0; commit == 0 && i < 5; i++) {
            struct leaf_transfer named = transfer_of(0, i, i);
            struct leaf_account account =
                account_leaf(i == 0 ? ACCOUNT_BANK : ACCOUNT_MEMBER, named.debit);
            assert_int_equal(writer_account(&writer, &account), OK);
        }
        for (unsigned i = 0; i <= commit % 4; i++, number++) {
            struct leaf_transfer transfer = transfer_of(number, 0, 1 + number % 4);
            enum book_answer answer;
            uint64_t seq;
            assert_int_equal(writer_transfer(&writer, 0, &transfer, &answer, &seq), OK);
            assert_int_equal(answer, BOOK_CREATED);
        }
        assert_int_equal(writer_commit(&writer), OK);
        moment_add(ACKNOWLEDGED, 0, (int64_t)writer_size(&writer), NULL, 0);
        if (commit % 25 == 24) {
            log_checkpoint(log);
            db_checkpoint(book, false);
        }
    }
    recording = false;
    db_close(book);
    log_close(log);
    arena_close(&arena);
}

/* --- a cut --- */

static uint64_t chance_state;

static uint64_t chance(uint64_t below)
{
    chance_state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = chance_state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % below;
}

static uint8_t *images[FILES];
static size_t sizes[FILES];

static void bytes_put(int file, int64_t at, const uint8_t *data, size_t size)
{
    size_t end = (size_t)at + size;
    assert_true(end <= FILE_MAX);
    if (end > sizes[file]) {
        memset(images[file] + sizes[file], 0, end - sizes[file]);
        sizes[file] = end;
    }
    memcpy(images[file] + at, data, size);
}

/* What was not synced: there, gone, or only some of its sectors. */
static void unsynced_put(const struct moment *moment)
{
    uint64_t fate = chance(3);
    if (fate == 0)
        return;
    for (size_t done = 0; done < moment->size;) {
        size_t part = SECTOR - (size_t)(moment->at + (int64_t)done) % SECTOR;
        if (part > moment->size - done)
            part = moment->size - done;
        if (fate == 1 || chance(2) == 0)
            bytes_put(moment->file, moment->at + (int64_t)done, moment->data + done, part);
        done += part;
    }
}

/* Whether a later sync of the same file, before the cut, made it safe. lies: a disk whose
 * write-ahead log is never synced, which is what synchronous=NORMAL asks for. */
static bool *synced_mark(size_t cut, bool lies)
{
    bool safe[FILES] = {false};
    bool *marks = calloc(cut + 1, sizeof *marks);
    for (size_t i = cut; i > 0; i--) {
        const struct moment *moment = &moments[i - 1];
        if (moment->file < 0)
            continue;
        if (moment->kind == SYNC && !(lies && moment->file == 1))
            safe[moment->file] = true;
        marks[i - 1] = safe[moment->file];
    }
    return marks;
}

/* The disk after a cut before moment `cut`, into a state folder of its own; how many leaves had
 * been acknowledged by then. */
static uint64_t disk_make(size_t cut, bool lies)
{
    uint64_t acknowledged = 0;
    bool *marks = synced_mark(cut, lies);
    memset(sizes, 0, sizeof sizes);
    for (size_t i = 0; i < cut; i++) {
        const struct moment *moment = &moments[i];
        if (moment->kind == ACKNOWLEDGED)
            acknowledged = (uint64_t)moment->at;
        else if (moment->kind == WRITE && moment->file >= 0 && marks[i])
            bytes_put(moment->file, moment->at, moment->data, moment->size);
        else if (moment->kind == WRITE && moment->file >= 0)
            unsynced_put(moment);
        else if (moment->kind == CUT_OFF && moment->file >= 0 && (marks[i] || chance(2) == 0) &&
                 (size_t)moment->at < sizes[moment->file])
            sizes[moment->file] = (size_t)moment->at;
    }
    free(marks);
    for (int i = 0; i < FILES; i++) {
        char path[700];
        const char *store = i < 2 ? "ledger" : "book";
        snprintf(path, sizeof path, "%s%s", conf_store(store), i % 2 == 1 ? "-wal" : "");
        (void)unlink(path);
        FILE *file = sizes[i] > 0 ? fopen(path, "w") : NULL;
        if (file != NULL) {
            assert_int_equal(fwrite(images[i], 1, sizes[i], file), sizes[i]);
            fclose(file);
            (void)chmod(path, 0600);
        }
        snprintf(path, sizeof path, "%s-shm", conf_store(store));
        (void)unlink(path);
    }
    return acknowledged;
}

/* Leaves that are there and follow one another under the rules; INT64_MIN: they do not. */
static int64_t leaves_count(struct log *log, struct arena *arena)
{
    struct audit_fold fold = {0};
    struct log_entry *entries;
    uint8_t prev[32] = {0}, hash[32];
    size_t count;
    int64_t good = 0;
    arena_reset(arena, 0);
    if (log_read(log, arena, 0, 100000, &entries, &count) != OK)
        return INT64_MIN;
    for (size_t i = 0; i < count && good >= 0; i++) {
        struct leaf leaf;
        if (leaf_decode(entries[i].body, &leaf, NULL) != OK || leaf.seq != i ||
            memcmp(leaf.prev, prev, 32) != 0 || audit_fold_take(&fold, &leaf) != NULL) {
            good = INT64_MIN;
            break;
        }
        leaf_hash(entries[i].body, hash);
        good = memcmp(hash, entries[i].digest, 32) == 0 ? good + 1 : INT64_MIN;
        memcpy(prev, hash, 32);
    }
    if (good >= 0 && audit_fold_balance(&fold) != NULL)
        good = INT64_MIN;
    audit_fold_close(&fold);
    return good;
}

/* As at a start after the cut: the log opens, the book catches up, the next commit goes in. */
static int64_t disk_judge(struct arena *arena)
{
    static struct arena book_arena;
    struct log *log = NULL;
    struct db *book = NULL;
    struct writer writer;
    if (book_arena.block == NULL)
        arena_open(&book_arena, 1 << 20);
    int64_t leaves = INT64_MIN;
    struct leaf leaf = {.kind = LEAF_PAD};
    enum result result = log_open(&log, "ledger", LOG_APPEND, 0);
    if (result == OK)
        leaves = leaves_count(log, arena);
    if (result == OK)
        result = db_open(&book, &book_store, conf_store("book"), ROLE_PAYMASTER, DB_FOLD, 0);
    if (result == OK)
        result = writer_open(&writer, log, book, NULL, 600, &book_arena);
    if (result == OK)
        result = writer_begin(&writer);
    if (result == OK) {
        result = writer_add(&writer, &leaf);
        writer_rollback(&writer);
    }
    db_close(book);
    log_close(log);
    return result == OK ? leaves : INT64_MIN;
}

struct tally {
    int64_t lost, inconsistent, cuts;
};

static struct tally cuts_try(int64_t cuts, bool lies)
{
    struct tally tally = {.cuts = cuts};
    struct arena arena;
    arena_open(&arena, 16 << 20);
    for (int64_t i = 0; i < cuts; i++) {
        size_t cut = moment_made + (size_t)chance(moment_count - moment_made);
        uint64_t acknowledged = disk_make(cut, lies);
        int64_t leaves = disk_judge(&arena);
        tally.inconsistent += leaves < 0;
        tally.lost += leaves >= 0 && (uint64_t)leaves < acknowledged;
    }
    arena_close(&arena);
    print_message("%lld cuts: %lld lost what was acknowledged, %lld inconsistent\n",
                  (long long)tally.cuts, (long long)tally.lost, (long long)tally.inconsistent);
    return tally;
}

static void a_power_cut_loses_nothing_acknowledged_and_leaves_a_sound_ledger(void **state)
{
    (void)state;
    const char *cuts = getenv("CUTS");
    struct tally tally = cuts_try(cuts == NULL ? 400 : atoll(cuts), false);
    assert_int_equal(tally.lost, 0);
    assert_int_equal(tally.inconsistent, 0);
}

static void with_synchronous_normal_the_same_cuts_would_lose_it(void **state)
{
    (void)state;
    struct tally tally = cuts_try(60, true);
    assert_true(tally.lost > 10);
}

static int set_up(void **state)
{
    (void)state;
    const char *seed = getenv("SEED");
    (void)scratch_open();
    for (int i = 0; i < FILES; i++)
        images[i] = calloc(1, FILE_MAX);
    chance_state = seed == NULL ? (uint64_t)clock_steady_us() : strtoull(seed, NULL, 10);
    print_message("SEED=%llu\n", (unsigned long long)chance_state);
    shim_start();
    work_record();
    assert_int_equal(sqlite3_vfs_register(system_vfs, 1), SQLITE_OK);
    if (access("/dev/shm", W_OK) == 0)
        setenv("TEST_TMP", "/dev/shm", 1); /* what is judged need not be synced itself */
    (void)scratch_open();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_power_cut_loses_nothing_acknowledged_and_leaves_a_sound_ledger),
        cmocka_unit_test(with_synchronous_normal_the_same_cuts_would_lose_it),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
