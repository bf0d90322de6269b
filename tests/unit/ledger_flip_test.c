/* Every single bit of a small ledger turned over, one at a time: in the stores and their
 * write-ahead log, the published files, a receipt, a sealed promise and an envelope of promises. A
 * flip either is found by what judges that thing, or changes nothing: then every row reads as
 * before, and what is written next too. Anything else is an exception, named, and there may be
 * none. FLIPS=1 tries every bit, FLIPS=N one in N, from bit SEED on. test-seconds: 120 */
#include "tests/unit/ledger_world.h"

#include <sqlite3.h>

#include "core/db.h"
#include "ledger/file.h"
#include "ledger/receipt.h"
#include "schema/book.h"
#include "schema/log.h"
#include "tests/support/disk.h"

#define SETTINGS "ledger.close_bucket = 16\nledger.fund_unit_cents = 1000\n"

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

static void transfers_make(void)
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

static void ledger_make(void)
{
    disk_close(); /* what an earlier test left */
    disk_open();
    world_open(&world, SETTINGS);
    assert_int_equal(paymaster_open(&paymaster), OK);
    int64_t question = world_posting(&world, world.members[0], 0);
    campaign = world_campaign(&world, &paymaster, 100000);
    assert_int_equal(world_earmark(&world, &paymaster, campaign, question, 3, 1000, 50000), OK);
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
        for (int i = 0; i < sqlite3_column_count(stmt); i++)
            said(sum, sqlite3_column_blob(stmt, i), sqlite3_column_bytes(stmt, i));
    (void)sqlite3_finalize(stmt);
    return code == SQLITE_DONE;
}

/* Queries about every row of a store and, where a program finds rows by an index, by that too. */
static const char *const ledger_rows[] = {
    "SELECT type, name, tbl_name, quote(sql), typeof(sql) FROM sqlite_schema ORDER BY type, name",
    "SELECT quote(seq), quote(body), quote(digest) FROM entry ORDER BY seq",
    "SELECT count(*) FROM entry_text",
    "SELECT quote(name), quote(hash) FROM migration ORDER BY name", NULL};
static const char *const book_rows[] = {
    "SELECT type, name, tbl_name, quote(sql), typeof(sql) FROM sqlite_schema ORDER BY type, name",
    "SELECT quote(id), quote(seq), quote(code), quote(flags), quote(currency), quote(exponent),"
    " quote(debits_pending), quote(debits_posted), quote(credits_pending), quote(credits_posted)"
    " FROM account ORDER BY seq",
    "SELECT quote(seq), quote(id), quote(flags), quote(debit), quote(credit), quote(amount),"
    " quote(code), quote(pending), quote(ends) FROM transfer ORDER BY seq",
    "SELECT quote(one), quote(size), quote(tick), quote(prev), quote(peaks) FROM head",
    "SELECT quote(name), quote(hash) FROM migration ORDER BY name",
    "SELECT (SELECT b.seq FROM account b WHERE b.id = a.id) FROM account a ORDER BY +a.seq",
    "SELECT quote(id), quote(seq) FROM id_new ORDER BY id",
    "SELECT quote(id), quote(seq) FROM id_settled ORDER BY id",
    "SELECT (SELECT b.seq FROM id_new b WHERE b.id = a.id),"
    " (SELECT b.seq FROM transfer b WHERE b.pending = a.id) FROM transfer a ORDER BY +a.seq",
    "SELECT seq FROM transfer INDEXED BY transfer_ends WHERE ends > 0 ORDER BY ends, seq",
    NULL};

static bool store_sum(const char *name, const char *const *queries, uint8_t sum[32])
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

static size_t stride(size_t sampled)
{
    const char *asked = getenv("FLIPS");
    return asked == NULL ? sampled : (size_t)atoll(asked);
}

static size_t first_bit(size_t step)
{
    const char *seed = getenv("SEED");
    return seed == NULL ? 0 : (size_t)strtoull(seed, NULL, 10) % step;
}

struct tally {
    size_t flips, found, nothing, exceptions;
};

static void tally_print(const char *what, struct tally tally)
{
    print_message("%s: %zu flips, %zu found, %zu change nothing, %zu exceptions\n", what,
                  tally.flips, tally.found, tally.nothing, tally.exceptions);
}

/* One file of a store on the disk in memory. */
struct store_case {
    const char *file, *store;
    const char *const *queries;
    bool (*found)(void); /* whether those who judge it say that it is not as it was */
    bool append;         /* what is undiscovered must also take the next entry as before */
};

static const char *const store_files[] = {"ledger.db", "ledger.db-wal", "book.db", "book.db-wal"};
enum { STORE_FILES = 4 };
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

/* One more entry, as any writer's; false: it is not taken. */
static bool entry_append(void)
{
    static const uint8_t body[100], digest[32];
    struct log *log;
    int64_t seq;
    bool begun = log_open(&log, "ledger", LOG_APPEND, 0) == OK && log_begin(log) == OK;
    bool taken = begun && log_append(log, bytes_of(body, sizeof body), digest, &seq) == OK &&
                 log_commit(log) == OK;
    if (taken)
        log_checkpoint(log);
    else if (begun)
        log_rollback(log);
    log_close(log);
    return taken;
}

struct sums {
    uint8_t now[32], later[32];
};

static void sums_take(const struct store_case *c, const struct kept *kept, struct sums *sums)
{
    assert_true(store_sum(c->store, c->queries, sums->now));
    if (c->append) {
        assert_true(entry_append());
        assert_true(store_sum(c->store, c->queries, sums->later));
    }
    files_restore(kept);
}

/* Whether a flip that nobody found really changed nothing. */
static bool changed_nothing(const struct store_case *c, const struct kept *kept,
                            const struct sums *sums, size_t bit)
{
    uint8_t sum[32];
    files_restore(kept);
    disk_flip(c->file, bit);
    bool same = store_sum(c->store, c->queries, sum) && memcmp(sum, sums->now, 32) == 0;
    if (same && c->append) {
        files_restore(kept);
        disk_flip(c->file, bit);
        /* Not taken: the writer stops, and says why. */
        same = !entry_append() || !store_sum(c->store, c->queries, sum) ||
               memcmp(sum, sums->later, 32) == 0;
    }
    return same;
}

static struct tally store_flip(const struct store_case *c, size_t step)
{
    struct tally tally = {0};
    struct kept kept[STORE_FILES];
    struct sums sums;
    files_keep(kept);
    sums_take(c, kept, &sums);
    assert_false(c->found());
    files_restore(kept);
    size_t bits = disk_get(c->file).size * 8;
    assert_true(bits > 0);
    for (size_t bit = first_bit(step); bit < bits; bit += step) {
        files_restore(kept);
        disk_flip(c->file, bit);
        tally.flips++;
        if (c->found()) {
            tally.found++;
        } else if (changed_nothing(c, kept, &sums, bit)) {
            tally.nothing++;
        } else {
            tally.exceptions++;
            print_message("%s: bit %zu of byte %zu (page %zu, offset %zu) is not found\n", c->file,
                          bit % 8, bit / 8, bit / 8 / 4096 + 1, bit / 8 % 4096);
        }
    }
    files_restore(kept);
    files_forget(kept);
    tally_print(c->file, tally);
    return tally;
}

/* `ledger verify`, and the start of a writer. */
static bool verify_finds(void)
{
    struct audit_report report;
    struct log *log = NULL;
    if (audit_run(&report, NULL) != OK || report.check != NULL)
        return true;
    bool broken = log_open(&log, "ledger", LOG_APPEND, 0) != OK;
    log_close(log);
    return broken;
}

static uint8_t book_digest[32];

static enum result book_digest_take(uint8_t digest[32])
{
    struct db *db;
    int64_t rows;
    enum result result = db_open(&db, &book_store, conf_store("book"), ROLE_PAYMASTER, DB_FOLD, 0);
    if (result == OK)
        result = db_content_digest(db, NULL, digest, &rows);
    db_close(db);
    return result;
}

/* `rebuild --check`: the digest of what the leaves come to. */
static bool rebuild_finds(void)
{
    uint8_t digest[32];
    return book_digest_take(digest) != OK || memcmp(digest, book_digest, 32) != 0;
}

/* Closed with nothing left in the write-ahead logs; or, not whole, with all that went through them,
 * as after the power was cut. */
static void ledger_shut(bool whole)
{
    struct kept kept[STORE_FILES];
    struct db *db;
    files_keep(kept);
    if (whole)
        db_checkpoint(paymaster.book, true);
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

static void no_flip_of_the_ledger_goes_by(void **state)
{
    (void)state;
    static const struct store_case whole = {"ledger.db", "ledger", ledger_rows, verify_finds, true};
    static const struct store_case log = {"ledger.db-wal", "ledger", ledger_rows, verify_finds,
                                          true};
    for (int split = 0; split < 2; split++) {
        ledger_make();
        ledger_shut(!split);
        struct tally tally = store_flip(split ? &log : &whole, stride(split ? 9973 : 397));
        assert_int_equal(tally.exceptions, 0);
        assert_true(tally.found > 0);
        world_close(&world);
    }
}

static void no_flip_of_the_book_goes_by(void **state)
{
    (void)state;
    static const struct store_case book = {"book.db", "book", book_rows, rebuild_finds, false};
    ledger_make();
    ledger_shut(true);
    assert_int_equal(book_digest_take(book_digest), OK);
    struct tally tally = store_flip(&book, stride(397));
    assert_int_equal(tally.exceptions, 0);
    assert_true(tally.found > 0);
    world_close(&world);
}

/* What SQLite itself finds. */
static bool sqlite_finds(void)
{
    sqlite3 *db;
    uint8_t sum[32], fine[32] = {0};
    memset(sum, 0, 32);
    said(fine, "ok", 2);
    bool broken =
        sqlite3_open_v2(conf_store("ledger"), &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        !rows_sum(db, "PRAGMA integrity_check", sum) || memcmp(sum, fine, 32) != 0;
    (void)sqlite3_close(db);
    return broken;
}

static void a_check_of_the_pages_alone_misses_flips(void **state)
{
    (void)state;
    static const struct store_case whole = {"ledger.db", "ledger", ledger_rows, sqlite_finds,
                                            false};
    ledger_make();
    ledger_shut(true);
    assert_true(store_flip(&whole, 997).exceptions > 10);
    world_close(&world);
}

/* --- what is published and handed out --- */

/* Whether public/vkey still names this very key. */
static bool key_same(const struct note_key *key)
{
    size_t mark = world.arena.used;
    struct bytes content;
    struct note_key have;
    bool same = file_read(&world.arena, conf_path("public/vkey"), 1024, &content) == OK &&
                note_key_read(&world.arena, (struct text){(const char *)content.data, content.size},
                              &have) == OK &&
                text_equal(have.name, key->name) && memcmp(have.id, key->id, sizeof have.id) == 0 &&
                memcmp(have.public_key, key->public_key, 32) == 0;
    arena_reset(&world.arena, mark);
    return same;
}

static void no_flip_of_a_published_file_goes_by(void **state)
{
    (void)state;
    ledger_make();
    struct audit_report report;
    ledger_shut(true);
    assert_int_equal(audit_run(&report, NULL), OK);
    assert_null(report.check);
    char tile[64];
    snprintf(tile, sizeof tile, "public/tile/0/000.p/%llu",
             (unsigned long long)report.checkpoint_size);
    const char *const files[] = {"public/checkpoint", "public/vkey", tile};
    for (size_t i = 0; i < 3; i++) {
        struct tally tally = {0};
        struct bytes content;
        const char *path = conf_path("%s", files[i]);
        size_t step = stride(i == 2 ? 37 : 7);
        assert_int_equal(file_read(&world.arena, path, 1 << 20, &content), OK);
        uint8_t *data = (uint8_t *)(uintptr_t)content.data;
        for (size_t bit = first_bit(step); bit < content.size * 8; bit += step, tally.flips++) {
            path = conf_path("%s", files[i]);
            data[bit / 8] ^= (uint8_t)(1U << bit % 8);
            assert_int_equal(file_write(path, content), OK);
            data[bit / 8] ^= (uint8_t)(1U << bit % 8);
            if (verify_finds()) {
                tally.found++;
                continue;
            }
            if (i == 1 && key_same(&paymaster.signer.key)) { /* a hex digit in capitals */
                tally.nothing++;
                continue;
            }
            tally.exceptions++;
            print_message("%s: bit %zu of byte %zu is not found\n", files[i], bit % 8, bit / 8);
        }
        assert_int_equal(file_write(conf_path("%s", files[i]), content), OK);
        tally_print(files[i], tally);
        assert_int_equal(tally.exceptions, 0);
    }
    assert_false(verify_finds());
    world_close(&world);
}

static bool receipt_holds(struct text receipt, const struct note_key *key)
{
    size_t mark = world.arena.used;
    struct checkpoint checkpoint;
    struct bytes leaf;
    uint64_t index;
    const char *why;
    bool holds = receipt_check(&world.arena, receipt, key, &leaf, &index, &checkpoint, &why) == OK;
    arena_reset(&world.arena, mark);
    return holds;
}

static void no_flip_of_a_receipt_goes_by(void **state)
{
    (void)state;
    ledger_make();
    struct tree_source source = book_source(&paymaster.writer.book);
    struct vault_checkpoint_last_row last;
    struct tree_proof proof;
    struct bytes leaf;
    struct buf out;
    struct tally tally = {0};
    const uint64_t index = 5;
    assert_int_equal(vault_checkpoint_last(paymaster.vault, &world.arena, &last), OK);
    assert_int_equal(tree_inclusion(&source, index, (uint64_t)last.size, &proof), OK);
    assert_int_equal(book_leaf(&paymaster.writer.book, &world.arena, index, &leaf), OK);
    buf_open(&out, &world.arena, 8192);
    receipt_write(&out, leaf, index, &proof, last.note);
    struct text receipt = buf_done(&out);
    struct note_key key = paymaster.signer.key;
    assert_true(receipt.size < 4096);
    assert_true(receipt_holds(receipt, &key));
    char *data = (char *)(uintptr_t)receipt.data;
    for (size_t bit = 0; bit < receipt.size * 8; bit++, tally.flips++) {
        data[bit / 8] ^= (char)(1U << bit % 8);
        if (!receipt_holds(receipt, &key)) {
            tally.found++;
        } else {
            tally.exceptions++;
            print_message("receipt: bit %zu of byte %zu is not found\n", bit % 8, bit / 8);
        }
        data[bit / 8] ^= (char)(1U << bit % 8);
    }
    tally_print("receipt", tally);
    assert_int_equal(tally.exceptions, 0);
    paymaster_close(&paymaster);
    world_close(&world);
}

static bool promise_opens(struct bytes sealed, struct bytes commitment)
{
    size_t mark = world.arena.used;
    struct bytes opening;
    struct earmark terms;
    const char *why;
    bool opens =
        earmark_open(&paymaster, &world.arena, sealed, commitment, &opening, &terms, &why) == OK;
    arena_reset(&world.arena, mark);
    return opens;
}

static void no_flip_of_a_sealed_promise_goes_by(void **state)
{
    (void)state;
    ledger_make();
    struct vault_earmark_at_leaf_row row;
    struct bytes bytes;
    struct leaf leaf;
    struct tally tally = {0};
    enum result result = NOT_FOUND;
    for (uint64_t seq = 0; result == NOT_FOUND && seq < size_of(&paymaster); seq++) {
        assert_int_equal(book_leaf(&paymaster.writer.book, &world.arena, seq, &bytes), OK);
        assert_int_equal(leaf_decode(bytes, &leaf, NULL), OK);
        result = vault_earmark_at_leaf(paymaster.vault, &world.arena, (int64_t)seq, &row);
    }
    assert_int_equal(result, OK);
    struct bytes commitment = bytes_of(leaf.commitment, 32);
    assert_true(promise_opens(row.sealed, commitment));
    for (int which = 0; which < 2; which++) {
        struct bytes part = which == 0 ? row.sealed : commitment;
        uint8_t *data = (uint8_t *)(uintptr_t)part.data;
        for (size_t bit = 0; bit < part.size * 8; bit++, tally.flips++) {
            data[bit / 8] ^= (uint8_t)(1U << bit % 8);
            bool opens = promise_opens(row.sealed, commitment);
            data[bit / 8] ^= (uint8_t)(1U << bit % 8);
            tally.found += !opens;
            tally.exceptions += opens;
        }
    }
    tally_print("sealed promise and its commitment", tally);
    assert_int_equal(tally.exceptions, 0);
    paymaster_close(&paymaster);
    world_close(&world);
}

static void no_flip_of_an_envelope_goes_by(void **state)
{
    (void)state;
    ledger_make();
    struct envelope_slot slot = world_slot(&paymaster, campaign, 40, 3, 1000, 50000);
    static struct envelope_slot slots[ENVELOPE_SLOTS];
    struct text sealed = envelope_seal(&world.arena, paymaster.box_public, world_seed, &slot, 1);
    struct tally tally = {0};
    size_t count, step = stride(31);
    const char *why;
    char *data = (char *)(uintptr_t)sealed.data;
    assert_int_equal(envelope_open(&world.arena, sealed, paymaster.box_public, paymaster.box_secret,
                                   slots, &count, &why),
                     OK);
    for (size_t bit = 0; bit < sealed.size * 8; bit += step, tally.flips++) {
        size_t mark = world.arena.used;
        data[bit / 8] ^= (char)(1U << bit % 8);
        bool opens = envelope_open(&world.arena, sealed, paymaster.box_public, paymaster.box_secret,
                                   slots, &count, &why) == OK;
        data[bit / 8] ^= (char)(1U << bit % 8);
        arena_reset(&world.arena, mark);
        tally.found += !opens;
        tally.exceptions += opens;
        if (opens)
            print_message("envelope: bit %zu of byte %zu is not found\n", bit % 8, bit / 8);
    }
    tally_print("envelope", tally);
    assert_int_equal(tally.exceptions, 0);
    paymaster_close(&paymaster);
    world_close(&world);
}

static int set_up(void **state)
{
    (void)state;
    world_clock_open();
    disk_open();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    disk_close();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_flip_of_the_ledger_goes_by),
        cmocka_unit_test(no_flip_of_the_book_goes_by),
        cmocka_unit_test(a_check_of_the_pages_alone_misses_flips),
        cmocka_unit_test(no_flip_of_a_published_file_goes_by),
        cmocka_unit_test(no_flip_of_a_receipt_goes_by),
        cmocka_unit_test(no_flip_of_a_sealed_promise_goes_by),
        cmocka_unit_test(no_flip_of_an_envelope_goes_by),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
