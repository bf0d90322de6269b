/* Where a book finds a transfer by its id: new ids and settled ones (schema/book/190-id.sql). */
#include "tests/unit/ledger_desk.h"

#include <sqlite3.h>

/* After so many leaves the ids that begin with this byte are settled. */
enum { SETTLE_AT = 2048, OF_SLICE = 1 };

static struct arena arena;
static struct desk desk;

static int set_up(void **state)
{
    (void)state;
    (void)scratch_open();
    arena_open(&arena, 1 << 20);
    assert_int_equal(desk_open(&desk, &arena), OK);
    return desk_accounts(&desk) == OK ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    desk_close(&desk);
    arena_close(&arena);
    return 0;
}

/* Ids that are settled, as the store has them. */
static int settled_count(void)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open(conf_store("book"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM id_settled", -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int count = sqlite3_column_int(stmt, 0);
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    return count;
}

static void pad_to(uint64_t size)
{
    assert_int_equal(writer_begin(&desk.writer), OK);
    while (writer_size(&desk.writer) < size) {
        struct leaf leaf = {.kind = LEAF_PAD};
        assert_int_equal(writer_add(&desk.writer, &leaf), OK);
    }
    assert_int_equal(writer_commit(&desk.writer), OK);
}

static struct leaf_transfer transfer_of(uint8_t first, uint64_t number)
{
    struct leaf_transfer transfer = {.amount = 20, .exponent = 2, .code = 2};
    desk_id(transfer.id, 1, number);
    transfer.id[0] = first;
    desk_id(transfer.debit, 9, 0);
    desk_id(transfer.credit, 9, 1);
    memcpy(transfer.currency, "USD", 3);
    return transfer;
}

static enum book_answer make(uint8_t flags, const struct leaf_transfer *transfer)
{
    enum book_answer answer;
    uint64_t seq;
    assert_int_equal(writer_begin(&desk.writer), OK);
    assert_int_equal(writer_transfer(&desk.writer, flags, transfer, &answer, &seq), OK);
    assert_int_equal(writer_commit(&desk.writer), OK);
    return answer;
}

static void settled_use(bool again)
{
    struct leaf_transfer made = transfer_of(OF_SLICE, 1), hold = transfer_of(OF_SLICE, 2),
                         other = transfer_of(OF_SLICE + 1, 3), post = transfer_of(OF_SLICE, 4);
    assert_int_equal(make(0, &made), BOOK_CREATED);
    assert_int_equal(make(TRANSFER_PENDING, &hold), BOOK_CREATED);
    assert_int_equal(make(0, &other), BOOK_CREATED);
    pad_to(SETTLE_AT - 1);
    assert_int_equal(settled_count(), 0);
    pad_to(SETTLE_AT);
    assert_int_equal(settled_count(), 2);
    if (again) { /* from the store */
        desk_close(&desk);
        assert_int_equal(desk_open(&desk, &arena), OK);
    }
    assert_int_equal(make(0, &made), BOOK_EXISTS);
    assert_int_equal(make(0, &other), BOOK_EXISTS);
    memcpy(post.pending, hold.id, 16);
    assert_int_equal(make(TRANSFER_POST, &post), BOOK_CREATED);
}

static void an_id_that_was_settled_is_used_all_the_same(void **state)
{
    (void)state;
    settled_use(false);
}

static void so_it_is_after_another_start(void **state)
{
    (void)state;
    settled_use(true);
}

/* What was taken in a batch that was undone is not used. */
static void an_id_of_a_batch_that_was_undone_is_free(void **state)
{
    (void)state;
    struct leaf_transfer made = transfer_of(OF_SLICE, 1);
    enum book_answer answer;
    uint64_t seq;
    pad_to(SETTLE_AT - 2);
    for (int undone = 1; undone >= 0; undone--) {
        assert_int_equal(writer_begin(&desk.writer), OK);
        assert_int_equal(writer_transfer(&desk.writer, 0, &made, &answer, &seq), OK);
        assert_int_equal(answer, BOOK_CREATED);
        struct leaf leaf = {.kind = LEAF_PAD}; /* settles it */
        assert_int_equal(writer_add(&desk.writer, &leaf), OK);
        if (undone)
            writer_rollback(&desk.writer);
        else
            assert_int_equal(writer_commit(&desk.writer), OK);
    }
    assert_int_equal(settled_count(), 1);
    assert_int_equal(make(0, &made), BOOK_EXISTS);
}

/* Leaves whose writer did not look: the fold itself refuses an id's second use. */
static void second_use(uint64_t size)
{
    const char *why = NULL;
    struct leaf_transfer made = transfer_of(OF_SLICE, 1), other = transfer_of(OF_SLICE, 2);
    assert_int_equal(make(0, &made), BOOK_CREATED);
    pad_to(size);
    assert_int_equal(writer_begin(&desk.writer), OK);
    for (uint8_t again = 0; again < 2; again++) { /* the first is another id's (control) */
        struct leaf leaf = {.kind = LEAF_TRANSFER, .tick = desk.writer.tick};
        uint8_t hash[32] = {again};
        leaf.transfer = again ? made : other;
        leaf.seq = writer_size(&desk.writer);
        memcpy(leaf.prev, desk.writer.book.prev, 32);
        assert_int_equal(book_take(&desk.writer.book, &leaf, hash, &why), again ? INVALID : OK);
    }
    assert_string_equal(why, "the transfer's id was used before");
    writer_rollback(&desk.writer);
}

static void a_fold_takes_no_new_id_twice(void **state)
{
    (void)state;
    second_use(SETTLE_AT - 1);
    assert_int_equal(settled_count(), 0);
}

static void a_fold_takes_no_settled_id_twice(void **state)
{
    (void)state;
    second_use(SETTLE_AT);
    assert_int_equal(settled_count(), 1);
}

/* Whatever the batches were that leaves came in, ids lie in the same place. */
static void a_book_made_anew_has_its_ids_in_the_same_places(void **state)
{
    (void)state;
    struct db *fresh;
    struct book book;
    uint8_t a[32], b[32];
    int64_t rows;
    char path[600];
    for (uint64_t number = 1; number < 5000; number += 83)
        assert_int_equal(desk_make(&desk, number, 83), OK);
    assert_true(settled_count() > 0);
    snprintf(path, sizeof path, "%s.again", conf_store("book"));
    assert_int_equal(db_open(&fresh, &book_store, path, ROLE_PAYMASTER, DB_FOLD, 0), OK);
    assert_int_equal(book_open(&book, fresh, desk.log, NULL, &arena), OK);
    assert_int_equal(book_catch_up(&book, NULL), OK);
    assert_int_equal(db_content_digest(desk.book, NULL, a, &rows), OK);
    assert_int_equal(db_content_digest(fresh, NULL, b, &rows), OK);
    assert_memory_equal(a, b, 32);
    book_close(&book);
    db_close(fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_id_that_was_settled_is_used_all_the_same, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(so_it_is_after_another_start, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_id_of_a_batch_that_was_undone_is_free, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_fold_takes_no_new_id_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fold_takes_no_settled_id_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_book_made_anew_has_its_ids_in_the_same_places, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
