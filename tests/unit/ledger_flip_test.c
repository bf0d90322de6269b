/* Every single bit of a small ledger turned over, one at a time: in the stores and their
 * write-ahead log, the published files, a receipt, a sealed promise and an envelope of promises. A
 * flip either is found by what judges that thing, or changes nothing: then every row reads as
 * before, and what is written next too. Anything else is an exception, named, and there may be
 * none. FLIPS=1 tries every bit, FLIPS=N one in N, from bit SEED on. test-seconds: 120 */
#include "tests/unit/ledger_flip.h"

#include "ledger/log/file.h"
#include "ledger/log/receipt.h"
#include "schema/book.h"

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
    "SELECT quote(id), quote(seq) FROM id_settled ORDER BY id",
    "SELECT (SELECT b.seq FROM id_settled b WHERE b.id = a.id),"
    " (SELECT b.seq FROM transfer b WHERE b.pending = a.id) FROM transfer a ORDER BY +a.seq",
    "SELECT seq FROM transfer INDEXED BY transfer_ends WHERE ends > 0 ORDER BY ends, seq",
    NULL};

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

static void no_flip_of_the_ledger_goes_by(void **state)
{
    (void)state;
    static const struct store_case whole = {"ledger.db", "ledger", ledger_rows, verify_finds,
                                            entry_append};
    static const struct store_case log = {"ledger.db-wal", "ledger", ledger_rows, verify_finds,
                                          entry_append};
    for (int split = 0; split < 2; split++) {
        ledger_make(split);
        ledger_shut(!split);
        struct tally tally = store_flip(split ? &log : &whole, stride(split ? 9973 : 397));
        assert_int_equal(tally.exceptions, 0);
        assert_true(tally.found > 0);
        world_close(&world);
    }
}

/* Whole, and as after the power was cut: there a changed frame ends the write-ahead log, and what
 * came behind it is not there. */
static void no_flip_of_the_book_goes_by(void **state)
{
    (void)state;
    static const struct store_case cases[] = {
        {"book.db", "book", book_rows, rebuild_finds, NULL},
        {"book.db-wal", "book", book_rows, rebuild_finds, NULL}};
    for (int cut = 0; cut < 2; cut++) {
        struct kept kept[STORE_FILES];
        ledger_make(false);
        ledger_shut(!cut);
        files_keep(kept);
        assert_int_equal(book_digest_take(book_digest), OK);
        files_restore(kept);
        files_forget(kept);
        struct tally tally = store_flip(&cases[cut], stride(cut ? 29989 : 397));
        assert_int_equal(tally.exceptions, 0);
        assert_true(tally.found > 0);
        world_close(&world);
    }
}

/* What SQLite itself finds. */
static bool sqlite_finds(void)
{
    sqlite3 *db;
    uint8_t sum[32], fine[32] = {0};
    const int type = SQLITE_TEXT;
    memset(sum, 0, 32);
    said(fine, &type, sizeof type);
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
    static const struct store_case whole = {"ledger.db", "ledger", ledger_rows, sqlite_finds, NULL};
    ledger_make(false);
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
    ledger_make(false);
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
    ledger_make(false);
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
    ledger_make(false);
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
    ledger_make(false);
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
