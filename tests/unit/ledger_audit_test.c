/* The auditor against tampering: every byte of every row, dropped triggers, cut logs, forged heads,
 * changed tiles and books; and the signer against a forked tree. test-seconds: 300 */
#include "tests/unit/ledger_world.h"

#include "ledger/log/checkpoint.h"
#include "ledger/log/file.h"
#include "schema/book.h"
#include "schema/log.h"

#define SETTINGS "ledger.close_bucket = 16\nledger.fund_unit_cents = 1000\n"

static struct world world;

/* A small sound ledger whose ledger.db is one file (nothing left in its WAL). */
static void ledger_make(void)
{
    static struct paymaster paymaster;
    world_open(&world, SETTINGS);
    assert_int_equal(paymaster_open(&paymaster), OK);
    (void)world_campaign(&world, &paymaster, 100000);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    db_checkpoint(paymaster.book, true);
    paymaster_close(&paymaster);
    struct db *db;
    assert_int_equal(db_open(&db, &log_store, conf_store("ledger"), ROLE_PAYMASTER, DB_LOG, 0), OK);
    db_checkpoint(db, true);
    db_close(db);
}

static struct audit_report audit(void)
{
    struct audit_report report;
    assert_int_equal(audit_run(&report, NULL), OK);
    return report;
}

static void fails(int64_t leaf, const char *check)
{
    struct audit_report report = audit();
    assert_non_null(report.check);
    assert_string_equal(report.check, check);
    assert_int_equal(report.leaf, leaf);
}

static void script_run(const struct store *store, const char *name, const char *sql)
{
    struct db *db;
    assert_int_equal(db_open(&db, store, conf_store(name), ROLE_PAYMASTER, DB_LOG, 0), OK);
    assert_int_equal(db_run_script(db, sql), OK);
    db_checkpoint(db, true);
    db_close(db);
}

/* Change one byte of a file in place. */
static void byte_change(const char *path, long at)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    int c = fgetc(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_true(fputc(c ^ 1, file) != EOF);
    fclose(file);
}

static void every_changed_byte_of_every_row_is_named(void **state)
{
    (void)state;
    ledger_make();
    sound();
    struct log *log;
    struct log_entry *entries;
    struct bytes file;
    size_t count, tried = 0;
    assert_int_equal(log_open(&log, "ledger", LOG_READ, 0), OK);
    assert_int_equal(log_read(log, &world.arena, 0, 1000, &entries, &count), OK);
    log_close(log);
    assert_int_equal(file_read(&world.arena, conf_store("ledger"), 8 << 20, &file), OK);
    assert_true(count >= 10);
    /* As beside a running house: whoever opens a store first and closes it last makes and clears
     * its shared memory, two thousand times. */
    struct log *ledger, *journal;
    struct db *book;
    assert_int_equal(log_open(&ledger, "ledger", LOG_READ, 0), OK);
    assert_int_equal(log_open(&journal, "journal", LOG_READ, 0), OK);
    assert_int_equal(db_open(&book, &book_store, conf_store("book"), ROLE_PAYMASTER, DB_READ, 0),
                     OK);
    for (size_t i = 0; i < count; i++) {
        /* A row lies in the file as body, then digest. */
        const uint8_t *place =
            memmem(file.data, file.size, entries[i].body.data, entries[i].body.size);
        assert_non_null(place);
        size_t size = entries[i].body.size + 32;
        assert_memory_equal(place + entries[i].body.size, entries[i].digest, 32);
        for (size_t j = 0; j < size; j++) {
            byte_change(conf_store("ledger"), (long)(place - file.data) + (long)j);
            struct audit_report report = audit();
            assert_non_null(report.check);
            assert_int_equal(report.leaf, (int64_t)i);
            byte_change(conf_store("ledger"), (long)(place - file.data) + (long)j);
            tried++;
        }
    }
    log_close(ledger);
    log_close(journal);
    db_close(book);
    print_message("%zu changed bytes\n", tried);
    assert_true(tried > 1000);
    sound();
    world_close(&world);
}

static const char restore_triggers[] =
    "CREATE TRIGGER entry_fixed BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'x'); END;";

static void a_dropped_or_altered_trigger_is_named(void **state)
{
    (void)state;
    ledger_make();
    sound();
    script_run(&log_store, "ledger", "DROP TRIGGER entry_fixed");
    struct audit_report report = audit();
    assert_string_equal(report.check, "schema");
    assert_non_null(strstr(report.what, "entry_fixed"));
    script_run(&log_store, "ledger", restore_triggers);
    report = audit();
    assert_string_equal(report.check, "schema"); /* there again, but with other words */
    world_close(&world);
}

/* Rewrite leaf `index` with a fitting digest, as one who knows the format would. */
static void leaf_rewrite(int64_t index)
{
    struct log *log;
    struct log_entry *entries;
    size_t count;
    uint8_t bytes[LEAF_SIZE_MAX], hash[32];
    struct buf sql;
    assert_int_equal(log_open(&log, "ledger", LOG_READ, 0), OK);
    assert_int_equal(log_read(log, &world.arena, index, 1, &entries, &count), OK);
    log_close(log);
    assert_int_equal(count, 1);
    memcpy(bytes, entries[0].body.data, entries[0].body.size);
    bytes[60] ^= 1; /* of the blinding: still a fine leaf */
    leaf_hash(bytes_of(bytes, entries[0].body.size), hash);
    buf_open(&sql, &world.arena, 4096);
    /* The trigger goes and comes back with its own words. */
    buf_format(&sql, "DROP TRIGGER entry_fixed; UPDATE entry SET body = x'");
    buf_hex(&sql, bytes_of(bytes, entries[0].body.size));
    buf_format(&sql, "', digest = x'");
    buf_hex(&sql, bytes_of(hash, 32));
    buf_format(&sql, "' WHERE seq = %lld;\n", (long long)index + 1);
    const char *made = strstr(log_store.migrations[log_store.migration_count - 1].sql,
                              "CREATE TRIGGER entry_fixed");
    assert_non_null(made);
    const char *end = strstr(made, "END;");
    buf_add(&sql, made, (size_t)(end - made) + 4);
    buf_char(&sql, '\0');
    script_run(&log_store, "ledger", sql.data);
}

static void a_leaf_rewritten_with_a_fitting_hash_is_named(void **state)
{
    (void)state;
    ledger_make();
    sound();
    /* The published tile holds the hash it had. */
    leaf_rewrite(3);
    struct audit_report report = audit();
    assert_non_null(report.check);
    assert_true(report.leaf == 3 || report.leaf == 4);
    world_close(&world);
    ledger_make();
    report = audit();
    leaf_rewrite((int64_t)report.leaves - 1); /* the last one: nothing follows it */
    int64_t last = (int64_t)report.leaves - 1;
    fails(last, "tile");
    world_close(&world);
}

static void a_ledger_cut_short_is_named(void **state)
{
    (void)state;
    ledger_make();
    struct audit_report report = audit();
    struct buf sql;
    buf_open(&sql, &world.arena, 1024);
    const char *made = strstr(log_store.migrations[log_store.migration_count - 1].sql,
                              "CREATE TRIGGER entry_kept");
    const char *end = strstr(made, "END;");
    buf_format(&sql, "DROP TRIGGER entry_kept; DELETE FROM entry WHERE seq = %lld; ",
               (long long)report.leaves);
    buf_add(&sql, made, (size_t)(end - made) + 4);
    buf_char(&sql, '\0');
    script_run(&log_store, "ledger", sql.data);
    fails((int64_t)report.leaves - 1, "checkpoint");
    world_close(&world);
}

static void a_forged_checkpoint_a_changed_tile_and_a_changed_book_are_named(void **state)
{
    (void)state;
    ledger_make();
    sound();
    byte_change(conf_path("public/checkpoint"), 30);
    fails(-1, "checkpoint");
    byte_change(conf_path("public/checkpoint"), 30);
    char tile[600];
    struct audit_report report = audit();
    assert_null(report.check);
    snprintf(tile, sizeof tile, "%s",
             conf_path("public/tile/0/000.p/%llu", (unsigned long long)report.checkpoint_size));
    byte_change(tile, 5 * 32 + 1);
    fails(5, "tile");
    byte_change(tile, 5 * 32 + 1);
    sound();
    script_run(&book_store, "book",
               "UPDATE account SET credits_posted = credits_posted + 1 WHERE credits_posted > 0");
    report = audit();
    assert_string_equal(report.check, "book");
    world_close(&world);
}

/* The journal after an anchored event was changed, with all digests from there on made to fit. */
static void journal_rewrite(int64_t from, bool fitting)
{
    struct log *log;
    struct log_entry *entries;
    struct buf sql;
    size_t count;
    uint8_t previous[32] = {0};
    assert_int_equal(log_open(&log, "journal", LOG_READ, 0), OK);
    assert_int_equal(log_read(log, &world.arena, 0, 1000, &entries, &count), OK);
    log_close(log);
    const char *made = strstr(log_store.migrations[log_store.migration_count - 1].sql,
                              "CREATE TRIGGER entry_fixed");
    assert_non_null(made);
    buf_open(&sql, &world.arena, 65536);
    buf_format(&sql, "DROP TRIGGER entry_fixed;");
    for (size_t i = 0; i < count; i++) {
        struct bytes body = entries[i].body;
        uint8_t *changed = arena_take(&world.arena, body.size);
        memcpy(changed, body.data, body.size);
        uint8_t *name = memmem(changed, body.size, "member\"", 7);
        if (entries[i].seq == from && name != NULL)
            name[9] = name[9] == '1' ? '2' : '1';
        struct bytes parts[] = {bytes_of(previous, 32), bytes_of(changed, body.size)};
        seal_digest(previous, NULL, parts, 2);
        if (entries[i].seq < from)
            continue;
        buf_format(&sql, "UPDATE entry SET body = x'");
        buf_hex(&sql, bytes_of(changed, body.size));
        if (fitting) {
            buf_format(&sql, "', digest = x'");
            buf_hex(&sql, bytes_of(previous, 32));
        }
        buf_format(&sql, "' WHERE seq = %lld;", (long long)entries[i].seq);
    }
    buf_add(&sql, made, (size_t)(strstr(made, "END;") - made) + 4);
    buf_char(&sql, '\0');
    script_run(&log_store, "journal", sql.data);
}

static void a_journal_that_was_rewritten_is_named_by_the_tick_that_anchored_it(void **state)
{
    (void)state;
    static struct paymaster paymaster;
    for (int fitting = 0; fitting < 2; fitting++) {
        ledger_make();
        int64_t question = world_posting(&world, world.members[0], 0);
        world_vote(&world, question, world.members[0], world.members[1], 1);
        int64_t vote = question + 1;
        *world_clock += 601 * 1000;
        assert_int_equal(paymaster_open(&paymaster), OK);
        int64_t leaf = (int64_t)size_of(&paymaster);
        assert_int_equal(commit_tick(&paymaster), OK);
        db_checkpoint(paymaster.book, true);
        paymaster_close(&paymaster);
        sound();
        log_close(world.journal);
        journal_rewrite(vote, fitting);
        if (fitting)
            fails(leaf, "journal"); /* its own chain is whole: only the ledger tells */
        else
            fails(-1, "journal");
        assert_int_equal(log_open(&world.journal, "journal", LOG_APPEND, 1000), OK);
        world_close(&world);
    }
}

static void the_signer_signs_no_tree_that_forgets_what_it_signed(void **state)
{
    (void)state;
    static struct signer signer;
    struct arena arena;
    struct buf note;
    struct tree tree = {0}, fork = {0};
    struct tree_proof proof = {.count = 0};
    uint8_t root[32], hash[32] = {1};
    uint64_t size;
    (void)scratch_open();
    arena_open(&arena, 1 << 20);
    buf_open(&note, &arena, 1024);
    assert_int_equal(signer_start(&signer, TEXT("example.org/ledger")), OK);
    tree_push(&tree, hash, NULL);
    tree_push(&fork, hash, NULL);
    hash[1] = 1;
    tree_push(&tree, hash, NULL);
    tree_root(&tree, root);
    assert_int_equal(signer_sign(&signer, 2, root, &proof, &note), OK);
    assert_int_equal(signer_sign(&signer, 2, root, &proof, &note), OK); /* the same again is fine */
    /* Another tree of the same size; a smaller one; a larger one that does not begin with it. */
    hash[1] = 2;
    tree_push(&fork, hash, NULL);
    tree_root(&fork, root);
    assert_int_equal(signer_sign(&signer, 2, root, &proof, &note), REFUSED);
    assert_int_equal(signer_sign(&signer, 1, root, &proof, &note), REFUSED);
    tree_push(&fork, hash, NULL);
    tree_root(&fork, root);
    proof.count = 1;
    memcpy(proof.hashes[0], hash, 32);
    assert_int_equal(signer_sign(&signer, 3, root, &proof, &note), REFUSED);
    signer_stop(&signer);
    /* It remembers over a restart, and does not start without its memory. */
    assert_int_equal(signer_start(&signer, TEXT("example.org/ledger")), OK);
    assert_int_equal(signer_last(&signer, &size), OK);
    assert_int_equal(size, 2);
    assert_int_equal(signer_sign(&signer, 3, root, &proof, &note), REFUSED);
    /* Control: the true extension is signed. */
    tree_push(&tree, hash, NULL);
    tree_root(&tree, root);
    assert_int_equal(signer_sign(&signer, 3, root, &proof, &note), OK);
    signer_stop(&signer);
    assert_int_equal(unlink(conf_path("keys/signer/signed")), 0);
    assert_int_equal(signer_start(&signer, TEXT("example.org/ledger")), BROKEN);
    arena_close(&arena);
}

static int set_up(void **state)
{
    (void)state;
    world_clock_open();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_changed_byte_of_every_row_is_named),
        cmocka_unit_test(a_dropped_or_altered_trigger_is_named),
        cmocka_unit_test(a_leaf_rewritten_with_a_fitting_hash_is_named),
        cmocka_unit_test(a_ledger_cut_short_is_named),
        cmocka_unit_test(a_forged_checkpoint_a_changed_tile_and_a_changed_book_are_named),
        cmocka_unit_test(a_journal_that_was_rewritten_is_named_by_the_tick_that_anchored_it),
        cmocka_unit_test(the_signer_signs_no_tree_that_forgets_what_it_signed),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
