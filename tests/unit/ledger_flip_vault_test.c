/* Every single bit of what only the paymaster, its signer and a witness keep, turned over one at a
 * time: the vault and the statements after a closed month, the secret keys, the signer's memory and
 * the witness's (tests/unit/ledger_flip.h says how). test-seconds: 120 */
#include "tests/unit/ledger_flip.h"

#include "ledger/log/file.h"
#include "ledger/sign/signer_desk.h"
#include "ledger/sign/witness.h"
#include "schema/statement.h"
#include "schema/vault.h"

enum { QUERIES_MOST = 64, QUERY_SIZE = 120 };

/* --- a month that was closed: earmarks, payments, statements, a refused transfer --- */

static struct note_key log_key;
static uint64_t head_size; /* of the latest checkpoint */

/* Once for nearly all tests: each leaves everything as it found it. Whole, or as after the power
 * was cut. */
static void month_make(bool whole)
{
    static struct month month;
    struct vault_checkpoint_last_row last;
    world_open(&world, SETTINGS);
    assert_int_equal(paymaster_open(&paymaster), OK);
    month_begin(&world, &paymaster, &month, true);
    month_live(&world, &month);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    struct leaf_transfer refused = {
        .id = {77}, .amount = 1, .exponent = 2, .code = 2, .currency = {'U', 'S', 'D'}};
    enum book_answer answer;
    uint64_t seq;
    account_bank(&paymaster.key, refused.debit);
    assert_int_equal(writer_begin(&paymaster.writer), OK);
    assert_int_equal(writer_transfer(&paymaster.writer, 0, &refused, &answer, &seq), OK);
    assert_int_equal(answer, BOOK_NO_CREDIT);
    assert_int_equal(writer_commit(&paymaster.writer), OK);
    assert_int_equal(vault_checkpoint_last(paymaster.vault, &world.arena, &last), OK);
    head_size = (uint64_t)last.size;
    log_key = paymaster.signer.key;
    log_close(world.journal);
    world.journal = NULL;
    ledger_shut(whole);
}

/* Every row of every table, what the tables are, and that the indexes say the same. */
static const char *const *queries_of(const char *store)
{
    static char text[QUERIES_MOST][QUERY_SIZE];
    static const char *queries[QUERIES_MOST + 1];
    static const char *const first[] = {"SELECT type, name, tbl_name, sql FROM sqlite_schema",
                                        "PRAGMA integrity_check"};
    sqlite3 *db;
    sqlite3_stmt *stmt;
    size_t count = 0;
    for (size_t i = 0; i < 2; i++)
        queries[count++] = first[i];
    assert_int_equal(sqlite3_open(conf_store(store), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type = 'table'",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        assert_true(count < QUERIES_MOST);
        snprintf(text[count], QUERY_SIZE, "SELECT * FROM \"%s\"",
                 (const char *)sqlite3_column_text(stmt, 0));
        queries[count] = text[count];
        count++;
    }
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    queries[count] = NULL;
    return queries;
}

/* What `ledger verify` asks of the vault, and the start of its writer. */
static bool vault_finds(void)
{
    struct db *db;
    enum result result = db_open(&db, &vault_store, conf_store("vault"), ROLE_OPERATOR, DB_READ, 0);
    if (result == OK)
        result = db_begin(db);
    if (result == OK)
        result = db_seal_check(db);
    if (db != NULL)
        db_rollback(db);
    db_close(db);
    if (result != OK)
        return true;
    result = db_open(&db, &vault_store, conf_store("vault"), ROLE_PAYMASTER, DB_VAULT, 0);
    db_close(db);
    return result != OK;
}

static bool vault_append(void)
{
    static const uint8_t id[16] = {1, 2, 3};
    struct db *db;
    enum result result =
        db_open(&db, &vault_store, conf_store("vault"), ROLE_PAYMASTER, DB_VAULT, 0);
    if (result == OK)
        result = vault_failed_add(db, bytes_of(id, 16), BOOK_OVERFLOWS);
    db_close(db);
    return result == OK;
}

static void no_flip_of_the_vault_goes_by(void **state)
{
    (void)state;
    const struct store_case vault = {"vault.db", "vault", queries_of("vault"), vault_finds,
                                     vault_append};
    struct tally tally = store_flip(&vault, stride(15991));
    assert_int_equal(tally.exceptions, 0);
    assert_true(tally.found > 0);
}

/* What verify would say of the vault without the sum over its rows. */
static bool pages_find(void)
{
    struct db *db;
    uint8_t digest[32];
    int64_t rows;
    enum result result =
        db_open(&db, &vault_store, conf_store("vault"), ROLE_PAYMASTER, DB_READ, 0);
    if (result == OK)
        result = db_content_digest(db, NULL, digest, &rows);
    db_close(db);
    return result != OK;
}

static void without_the_sum_flips_of_the_vault_go_by(void **state)
{
    (void)state;
    const struct store_case vault = {"vault.db", "vault", queries_of("vault"), pages_find, NULL};
    assert_true(store_flip(&vault, 6007).exceptions > 5);
}

static uint8_t statement_digest[32];

static enum result statement_digest_take(uint8_t digest[32])
{
    struct db *db;
    int64_t rows;
    enum result result =
        db_open(&db, &statement_store, conf_store("statement"), ROLE_PAYMASTER, DB_FOLD, 0);
    if (result == OK)
        result = db_content_digest(db, NULL, digest, &rows);
    db_close(db);
    return result;
}

/* `rebuild --check`. */
static bool statement_finds(void)
{
    uint8_t digest[32];
    return statement_digest_take(digest) != OK || memcmp(digest, statement_digest, 32) != 0;
}

static void no_flip_of_the_statements_goes_by(void **state)
{
    (void)state;
    assert_int_equal(statement_digest_take(statement_digest), OK);
    const struct store_case statement = {"statement.db", "statement", queries_of("statement"),
                                         statement_finds, NULL};
    struct tally tally = store_flip(&statement, stride(4001));
    assert_int_equal(tally.exceptions, 0);
    assert_true(tally.found > 0);
}

/* A changed frame ends the write-ahead log, and what came behind it is not there. Made anew, so it
 * is the last test. */
static void no_flip_of_the_statements_log_goes_by(void **state)
{
    (void)state;
    struct kept kept[STORE_FILES];
    world_close(&world);
    disk_close();
    disk_open();
    month_make(false);
    files_keep(kept);
    assert_int_equal(statement_digest_take(statement_digest), OK);
    const struct store_case log = {"statement.db-wal", "statement", queries_of("statement"),
                                   statement_finds, NULL};
    files_restore(kept);
    files_forget(kept);
    struct tally tally = store_flip(&log, stride(60013));
    assert_int_equal(tally.exceptions, 0);
    assert_true(tally.found > 0);
}

/* --- files --- */

struct file_case {
    const char *path; /* below the state folder */
    bool (*found)(void);
    bool (*same)(void); /* a flip that is not found means the same; NULL: none may */
    mode_t mode;
};

static void file_put(const char *path, struct bytes content, mode_t mode)
{
    int fd = open(conf_path("%s", path), O_WRONLY | O_TRUNC | O_CREAT, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content.data, content.size), (ssize_t)content.size);
    close(fd);
}

static void file_flip(const struct file_case *c, size_t step)
{
    struct tally tally = {0};
    struct bytes content;
    assert_int_equal(file_read(&world.arena, conf_path("%s", c->path), 1 << 16, &content), OK);
    assert_true(content.size > 0);
    assert_false(c->found());
    uint8_t *data = (uint8_t *)(uintptr_t)content.data;
    for (size_t bit = first_bit(step); bit < content.size * 8; bit += step) {
        size_t mark = world.arena.used;
        data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        file_put(c->path, content, c->mode);
        enum fate fate = c->found() ? FOUND : c->same != NULL && c->same() ? NOTHING : EXCEPTION;
        tally_add(&tally, fate);
        data[bit / 8] ^= (uint8_t)(1U << bit % 8);
        if (fate == EXCEPTION)
            print_message("%s: bit %zu of byte %zu is not found\n", c->path, bit % 8, bit / 8);
        arena_reset(&world.arena, mark);
    }
    file_put(c->path, content, c->mode);
    assert_false(c->found());
    tally_print(c->path, tally);
    assert_int_equal(tally.exceptions, 0);
    assert_true(tally.found > 0);
}

/* The paymaster's start, as far as its keys go. */
static bool keys_found(void)
{
    static struct paymaster other;
    other = (struct paymaster){.signer = {.fd = -1}};
    paymaster_arenas_open(&other);
    enum result result =
        db_open(&other.vault, &vault_store, conf_store("vault"), ROLE_PAYMASTER, DB_VAULT, 0);
    if (result == OK)
        result = paymaster_keys(&other, true);
    paymaster_close(&other);
    return result != OK;
}

static void no_flip_of_a_secret_key_goes_by(void **state)
{
    (void)state;
    const struct file_case cases[] = {{"keys/paymaster/id", keys_found, NULL, 0600},
                                      {"keys/paymaster/box", keys_found, NULL, 0600}};
    for (size_t i = 0; i < 2; i++)
        file_flip(&cases[i], stride(7));
    /* And none that is gone is made anew. */
    struct bytes key;
    assert_int_equal(file_read(&world.arena, conf_path("keys/paymaster/id"), KEY_SIZE, &key), OK);
    assert_int_equal(unlink(conf_path("keys/paymaster/id")), 0);
    assert_true(keys_found());
    file_put("keys/paymaster/id", key, 0600);
}

/* The signer's start. */
static bool signer_finds(void)
{
    struct signer_desk desk = {.lock = -1};
    enum result result = signer_desk_open(&desk, conf_text("ledger.origin"));
    if (desk.lock >= 0)
        close(desk.lock);
    arena_close(&desk.arena);
    return result != OK;
}

static void no_flip_of_what_the_signer_keeps_goes_by(void **state)
{
    (void)state;
    const struct file_case cases[] = {{"keys/signer/log", signer_finds, NULL, 0600},
                                      {"keys/signer/signed", signer_finds, NULL, 0644}};
    for (size_t i = 0; i < 2; i++)
        file_flip(&cases[i], stride(13));
}

/* --- a witness: what it saw, whose logs it watches, and its key --- */

static struct text witness_request;
static uint8_t witness_key[32];

/* Started anew and asked to cosign the same head once more: it does, under the key its logs' owners
 * know. */
static bool witness_finds(void)
{
    struct witness witness;
    struct buf body;
    size_t mark = world.arena.used;
    bool finds = witness_open(&witness) != OK;
    if (!finds) {
        buf_open(&body, &world.arena, 4096);
        finds = witness_answer(&witness, &world.arena, witness_request, *world_clock / 1000,
                               &body) != 200 ||
                memcmp(witness.cosigner.public_key, witness_key, 32) != 0;
    }
    witness_close(&witness);
    arena_reset(&world.arena, mark);
    return finds;
}

/* Whether the line still names the same key: hexadecimal digits may be capitals. */
static bool logs_same(void)
{
    struct bytes content;
    struct note_key have;
    struct text line, rest;
    if (file_read(&world.arena, conf_path("logs"), 1024, &content) != OK)
        return false;
    rest = (struct text){(const char *)content.data, content.size};
    return text_next(&rest, '\n', &line) && note_key_read(&world.arena, line, &have) == OK &&
           memcmp(have.public_key, log_key.public_key, 32) == 0 &&
           text_equal(have.name, log_key.name);
}

static struct text witness_asks(uint64_t old)
{
    struct buf request;
    struct bytes note;
    assert_int_equal(file_read(&world.arena, conf_path("public/checkpoint"), 1 << 16, &note), OK);
    buf_open(&request, &world.arena, 4096);
    buf_format(&request, "old %llu\n\n", (unsigned long long)old);
    buf_add(&request, (const char *)note.data, note.size);
    return buf_done(&request);
}

static void no_flip_of_what_a_witness_keeps_goes_by(void **state)
{
    (void)state;
    struct buf vkey, body;
    struct witness witness;
    char seen[128];
    buf_open(&vkey, &world.arena, 256);
    note_key_write(&vkey, &log_key);
    buf_char(&vkey, '\n');
    assert_int_equal(file_write(conf_path("logs"), buf_bytes(&vkey)), OK);
    assert_int_equal(witness_open(&witness), OK);
    memcpy(witness_key, witness.cosigner.public_key, 32);
    buf_open(&body, &world.arena, 4096);
    assert_int_equal(
        witness_answer(&witness, &world.arena, witness_asks(0), *world_clock / 1000, &body), 200);
    witness_close(&witness);
    witness_request = witness_asks(head_size);
    struct buf name;
    uint8_t digest[DIGEST_SIZE];
    seal_sha256(digest, text_bytes(log_key.name), bytes_of(log_key.public_key, 32));
    buf_open(&name, &world.arena, 80);
    buf_hex(&name, bytes_of(digest, sizeof digest));
    snprintf(seen, sizeof seen, "seen/%.*s", (int)name.size, name.data);
    const struct file_case cases[] = {{seen, witness_finds, NULL, 0644},
                                      {"logs", witness_finds, logs_same, 0644},
                                      {"keys/witness/seed", witness_finds, NULL, 0600}};
    for (size_t i = 0; i < 3; i++)
        file_flip(&cases[i], stride(13));
}

/* --- that all of it can turn red --- */

static const size_t read_byte = 3000;
static uint8_t read_before;

/* Somebody who reads one byte of those that hold nothing. */
static bool one_byte_finds(void)
{
    return disk_get("vault.db").data[read_byte] != read_before;
}

static void a_byte_that_is_read_after_all_is_found_among_the_unused(void **state)
{
    (void)state;
    static const char *const none[] = {NULL};
    static const struct store_case c = {"vault.db", "vault", none, one_byte_finds, NULL};
    static struct flips flips;
    flips = (struct flips){.c = &c, .size = FLIP_PAGE};
    read_before = disk_get("vault.db").data[read_byte];
    files_keep(flips.kept);
    flips.unused = calloc(disk_get("vault.db").size, sizeof *flips.unused);
    assert_non_null(flips.unused);
    memset(flips.unused + read_byte - 8, true, 16);
    for (size_t k = 0; k < 8; k++)
        group_try(&flips, 0, k);
    assert_int_equal(flips.tally.flips, 16 * 8);
    assert_int_equal(flips.tally.found, 8);
    files_restore(flips.kept);
    files_forget(flips.kept);
    free(flips.unused);
}

static int set_up(void **state)
{
    (void)state;
    world_clock_open();
    disk_open();
    month_make(true);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_close(&world);
    disk_close();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_flip_of_the_vault_goes_by),
        cmocka_unit_test(without_the_sum_flips_of_the_vault_go_by),
        cmocka_unit_test(no_flip_of_the_statements_goes_by),
        cmocka_unit_test(no_flip_of_a_secret_key_goes_by),
        cmocka_unit_test(no_flip_of_what_the_signer_keeps_goes_by),
        cmocka_unit_test(no_flip_of_what_a_witness_keeps_goes_by),
        cmocka_unit_test(a_byte_that_is_read_after_all_is_found_among_the_unused),
        cmocka_unit_test(no_flip_of_the_statements_log_goes_by),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
