/* The books: every refusal in its order, ids that are answered and not done twice, and the four
 * layers that keep the ledger append-only. */
#include "tests/unit/ledger_world.h"

#include "ledger/audit/audit_fold.h"
#include "schema/book.h"
#include "schema/log.h"

struct house {
    struct arena arena;
    struct log *log;
    struct db *book, *vault;
    struct writer writer;
};

static void house_open(struct house *house)
{
    *house = (struct house){0};
    (void)scratch_open();
    arena_open(&house->arena, 1 << 20);
    assert_int_equal(log_open(&house->log, "ledger", LOG_APPEND, 0), OK);
    assert_int_equal(
        db_open(&house->book, &book_store, conf_store("book"), ROLE_PAYMASTER, DB_FOLD, 0), OK);
    assert_int_equal(
        db_open(&house->vault, &vault_store, conf_store("vault"), ROLE_PAYMASTER, DB_VAULT, 0), OK);
    assert_int_equal(
        writer_open(&house->writer, house->log, house->book, house->vault, 600, &house->arena), OK);
}

static void house_close(struct house *house)
{
    book_close(&house->writer.book);
    db_close(house->vault);
    db_close(house->book);
    log_close(house->log);
    arena_close(&house->arena);
}

static void id_of(uint8_t id[16], unsigned number)
{
    memset(id, 0, 16);
    id[0] = 1;
    for (int i = 0; i < 4; i++)
        id[15 - i] = (uint8_t)(number >> (8 * i));
}

static struct leaf_transfer transfer_of(unsigned number, unsigned debit, unsigned credit,
                                        uint64_t amount)
{
    struct leaf_transfer transfer = {.amount = amount, .exponent = 2, .code = TRANSFER_REWARD};
    id_of(transfer.id, number);
    id_of(transfer.debit, debit);
    id_of(transfer.credit, credit);
    memcpy(transfer.currency, "USD", 3);
    return transfer;
}

static enum book_answer make(struct house *house, uint8_t flags,
                             const struct leaf_transfer *transfer)
{
    enum book_answer answer;
    uint64_t seq;
    assert_int_equal(writer_begin(&house->writer), OK);
    assert_int_equal(writer_transfer(&house->writer, flags, transfer, &answer, &seq), OK);
    assert_int_equal(writer_commit(&house->writer), OK);
    return answer;
}

/* Account 1 is a bank, 2 to 5 members; 6 is in another currency. */
static void accounts_make(struct house *house)
{
    assert_int_equal(writer_begin(&house->writer), OK);
    for (unsigned i = 1; i <= 6; i++) {
        uint8_t id[16];
        id_of(id, i);
        struct leaf_account account = account_leaf(i == 1 ? ACCOUNT_BANK : ACCOUNT_MEMBER, id);
        if (i == 6)
            memcpy(account.currency, "EUR", 3);
        assert_int_equal(writer_account(&house->writer, &account), OK);
        assert_int_equal(writer_account(&house->writer, &account), OK); /* once */
    }
    assert_int_equal(writer_commit(&house->writer), OK);
    assert_int_equal(writer_size(&house->writer), 6);
}

static void a_repeated_id_is_answered_and_each_differing_field_is_named(void **state)
{
    (void)state;
    struct house house;
    house_open(&house);
    accounts_make(&house);
    struct leaf_transfer made = transfer_of(100, 1, 2, 500), other;
    assert_int_equal(make(&house, 0, &made), BOOK_CREATED);
    uint64_t size = writer_size(&house.writer);
    assert_int_equal(make(&house, 0, &made), BOOK_EXISTS);
    assert_int_equal(make(&house, TRANSFER_PENDING, &made), BOOK_EXISTS_OTHER_FLAGS);
    other = made;
    id_of(other.debit, 3);
    assert_int_equal(make(&house, 0, &other), BOOK_EXISTS_OTHER_DEBIT);
    other = made;
    id_of(other.credit, 3);
    assert_int_equal(make(&house, 0, &other), BOOK_EXISTS_OTHER_CREDIT);
    other = made;
    other.amount++;
    assert_int_equal(make(&house, 0, &other), BOOK_EXISTS_OTHER_AMOUNT);
    other = made;
    other.exponent = 0;
    assert_int_equal(make(&house, 0, &other), BOOK_EXISTS_OTHER_CURRENCY);
    other = made;
    other.code++;
    assert_int_equal(make(&house, 0, &other), BOOK_EXISTS_OTHER_CODE);
    other = made;
    other.ref[3] = 1;
    assert_int_equal(make(&house, 0, &other), BOOK_EXISTS_OTHER_REF);
    other = made;
    other.meta[3] = 1;
    assert_int_equal(make(&house, 0, &other), BOOK_EXISTS_OTHER_META);
    /* Pending id and timeout can differ only among holds and what resolves them. */
    struct leaf_transfer hold = transfer_of(101, 2, 3, 10);
    assert_int_equal(make(&house, TRANSFER_PENDING, &hold), BOOK_CREATED);
    other = hold;
    other.timeout = 9;
    assert_int_equal(make(&house, TRANSFER_PENDING, &other), BOOK_EXISTS_OTHER_TIMEOUT);
    struct leaf_transfer post = transfer_of(102, 2, 3, 10);
    memcpy(post.pending, hold.id, 16);
    assert_int_equal(make(&house, TRANSFER_POST, &post), BOOK_CREATED);
    other = post;
    other.pending[1] = 9;
    assert_int_equal(make(&house, TRANSFER_POST, &other), BOOK_EXISTS_OTHER_PENDING);
    assert_int_equal(writer_size(&house.writer), size + 2);
    house_close(&house);
}

static void refusals_come_in_their_order_and_a_failed_id_stays_failed(void **state)
{
    (void)state;
    struct house house;
    house_open(&house);
    accounts_make(&house);
    struct leaf_transfer t = transfer_of(200, 2, 3, 100);
    t.amount = 0;
    assert_int_equal(make(&house, 0, &t), BOOK_MALFORMED);
    t = transfer_of(200, 2, 2, 100);
    assert_int_equal(make(&house, 0, &t), BOOK_SAME_ACCOUNTS);
    t = transfer_of(201, 77, 78, 100);
    assert_int_equal(make(&house, 0, &t), BOOK_NO_DEBIT);
    t = transfer_of(202, 1, 78, 100);
    assert_int_equal(make(&house, 0, &t), BOOK_NO_CREDIT);
    t = transfer_of(203, 1, 6, 100);
    assert_int_equal(make(&house, 0, &t), BOOK_CURRENCIES_DIFFER);
    t = transfer_of(204, 2, 3, 100);
    assert_int_equal(make(&house, 0, &t), BOOK_EXCEEDS_CREDITS);
    struct leaf_transfer overdraw = t;
    t = transfer_of(205, 2, 1, 100);
    assert_int_equal(make(&house, 0, &t), BOOK_EXCEEDS_CREDITS);
    /* Money comes; what failed before stays failed, a new id goes through. */
    t = transfer_of(206, 1, 2, 1000);
    assert_int_equal(make(&house, 0, &t), BOOK_CREATED);
    assert_int_equal(make(&house, 0, &overdraw), BOOK_FAILED_BEFORE);
    id_of(overdraw.id, 207);
    assert_int_equal(make(&house, 0, &overdraw), BOOK_CREATED);
    /* A bank's credits may not exceed its debits. */
    t = transfer_of(208, 3, 1, 100);
    assert_int_equal(make(&house, 0, &t), BOOK_CREATED);
    house_close(&house);
}

/* A transfer that differs from `made` in every field it may, then in one less each time: the answer
 * names the first that is left. */
static void each_mismatch_in_turn(struct house *house, uint8_t flags,
                                  const struct leaf_transfer *made)
{
    static const enum book_answer order[] = {
        BOOK_EXISTS_OTHER_FLAGS,
        BOOK_EXISTS_OTHER_PENDING,
        BOOK_EXISTS_OTHER_TIMEOUT,
        BOOK_EXISTS_OTHER_DEBIT,
        BOOK_EXISTS_OTHER_CREDIT,
        BOOK_EXISTS_OTHER_AMOUNT,
        BOOK_EXISTS_OTHER_CURRENCY,
        BOOK_EXISTS_OTHER_CODE,
        BOOK_EXISTS_OTHER_REF,
        BOOK_EXISTS_OTHER_META,
        BOOK_EXISTS,
    };
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        struct leaf_transfer other = *made;
        bool hold = flags == TRANSFER_PENDING;
        uint8_t said = i == 0 ? (hold ? 0 : TRANSFER_VOID) : flags;
        if ((hold && order[i] == BOOK_EXISTS_OTHER_PENDING) ||
            (!hold && order[i] == BOOK_EXISTS_OTHER_TIMEOUT))
            continue; /* that kind of transfer has no such field */
        if (i < 2 && !hold)
            id_of(other.pending, 998);
        if (i > 0 && i < 3 && hold)
            other.timeout++;
        if (i == 0)
            other.timeout = 0;
        if (i < 4)
            id_of(other.debit, 4);
        if (i < 5)
            id_of(other.credit, 5);
        other.amount += i < 6;
        if (i < 7)
            other.exponent = 0;
        other.code += i < 8;
        other.ref[0] ^= i < 9;
        other.meta[0] ^= i < 10;
        assert_int_equal(make(house, said, &other), order[i]);
    }
}

static struct leaf_transfer resolving(struct leaf_transfer transfer, unsigned hold)
{
    id_of(transfer.pending, hold);
    return transfer;
}

/* Every transfer here breaks the rule it is refused by and as many of the later ones as can be
 * broken together. */
static void of_two_reasons_the_earlier_in_the_order_is_answered(void **state)
{
    (void)state;
    struct house house;
    house_open(&house);
    accounts_make(&house);
    uint8_t fee[16];
    id_of(fee, 7);
    struct leaf_account account = account_leaf(ACCOUNT_FEE, fee);
    assert_int_equal(writer_begin(&house.writer), OK);
    assert_int_equal(writer_account(&house.writer, &account), OK);
    assert_int_equal(writer_commit(&house.writer), OK);
    struct leaf_transfer t = transfer_of(1, 1, 2, 1000);
    assert_int_equal(make(&house, 0, &t), BOOK_CREATED);
    struct leaf_transfer hold = transfer_of(2, 2, 3, 100);
    hold.timeout = 60;
    assert_int_equal(make(&house, TRANSFER_PENDING, &hold), BOOK_CREATED);
    struct leaf_transfer post = resolving(transfer_of(3, 2, 3, 100), 2);
    assert_int_equal(make(&house, TRANSFER_POST, &post), BOOK_CREATED);
    each_mismatch_in_turn(&house, TRANSFER_PENDING, &hold);
    each_mismatch_in_turn(&house, TRANSFER_POST, &post);
    t = transfer_of(10, 3, 1, 5000); /* refused for the state of the books: remembered */
    assert_int_equal(make(&house, 0, &t), BOOK_EXCEEDS_CREDITS);
    t = transfer_of(10, 77, 77, 1);
    assert_int_equal(make(&house, 0, &t), BOOK_FAILED_BEFORE);
    t.amount = 0;
    assert_int_equal(make(&house, 0, &t), BOOK_MALFORMED);
    t = transfer_of(11, 77, 77, 1);
    assert_int_equal(make(&house, 0, &t), BOOK_SAME_ACCOUNTS);
    t = transfer_of(12, 77, 78, 1);
    assert_int_equal(make(&house, 0, &t), BOOK_NO_DEBIT);
    t = transfer_of(13, 6, 78, 1);
    assert_int_equal(make(&house, 0, &t), BOOK_NO_CREDIT);
    t = resolving(transfer_of(14, 6, 3, 1), 999);
    assert_int_equal(make(&house, TRANSFER_POST, &t), BOOK_CURRENCIES_DIFFER);
    t = resolving(transfer_of(15, 3, 4, 1), 999);
    assert_int_equal(make(&house, TRANSFER_POST, &t), BOOK_NO_PENDING);
    t = resolving(transfer_of(16, 3, 4, 5000), 1);
    assert_int_equal(make(&house, TRANSFER_POST, &t), BOOK_NOT_PENDING);
    t = resolving(transfer_of(17, 3, 4, 5000), 2);
    assert_int_equal(make(&house, TRANSFER_POST, &t), BOOK_PENDING_DIFFERS);
    t = resolving(transfer_of(18, 2, 3, 5000), 2);
    assert_int_equal(make(&house, TRANSFER_POST, &t), BOOK_PENDING_TOO_SMALL);
    t = resolving(transfer_of(19, 2, 3, 100), 2);
    assert_int_equal(make(&house, TRANSFER_VOID, &t), BOOK_PENDING_POSTED);
    t = transfer_of(20, 4, 1, 5000);
    assert_int_equal(make(&house, 0, &t), BOOK_EXCEEDS_CREDITS);
    t = transfer_of(21, 7, 1, 5000);
    assert_int_equal(make(&house, 0, &t), BOOK_EXCEEDS_DEBITS);
    /* A total of 2^62: 511 of the largest amounts and what lies on the account fit, one more does
     * not. */
    assert_int_equal(writer_begin(&house.writer), OK);
    enum book_answer answer = BOOK_CREATED;
    uint64_t seq;
    for (unsigned i = 0; i < 511; i++) {
        t = transfer_of(1000 + i, 1, 2, LEAF_AMOUNT_MAX);
        assert_int_equal(writer_transfer(&house.writer, 0, &t, &answer, &seq), OK);
        assert_int_equal(answer, BOOK_CREATED);
    }
    assert_int_equal(writer_commit(&house.writer), OK);
    t = transfer_of(22, 5, 2, LEAF_AMOUNT_MAX); /* and account 5 has nothing */
    assert_int_equal(make(&house, 0, &t), BOOK_OVERFLOWS);
    house_close(&house);
}

static void a_hold_ends_by_an_entry_and_only_when_its_time_is_over(void **state)
{
    (void)state;
    static const uint8_t secret[KEY_SIZE] = {7};
    const struct account_key key = {secret};
    struct house house;
    struct book_account account;
    struct book_transfers_over_row *over;
    enum book_answer answer;
    size_t count;
    int64_t start_ms = *world_clock;
    uint8_t id[16];
    house_open(&house);
    accounts_make(&house);
    struct leaf_transfer t = transfer_of(1, 1, 2, 1000);
    assert_int_equal(make(&house, 0, &t), BOOK_CREATED);
    uint64_t seq = writer_size(&house.writer);
    t = transfer_of(2, 2, 3, 600);
    t.timeout = 3600;
    assert_int_equal(make(&house, TRANSFER_PENDING, &t), BOOK_CREATED);
    /* The ledger's own time decides, not that of who asks. */
    for (int later = 0; later < 2; later++) {
        int64_t now_s = (int64_t)house.writer.book.tick + (later ? 3600 : 3599);
        assert_int_equal(book_transfers_over(house.book, &house.arena, now_s, 0, 10, &over, &count),
                         OK);
        assert_int_equal(count, later);
    }
    assert_int_equal(writer_begin(&house.writer), OK);
    assert_int_equal(writer_expire(&house.writer, &key, seq, &answer), NOT_FOUND);
    assert_int_equal(writer_expire(&house.writer, &key, seq - 1, &answer), NOT_FOUND);
    writer_rollback(&house.writer);
    *world_clock += 2 * 3600 * 1000;
    assert_int_equal(writer_begin(&house.writer), OK);
    assert_int_equal(writer_expire(&house.writer, &key, seq, &answer), OK);
    assert_int_equal(answer, BOOK_CREATED);
    assert_int_equal(writer_expire(&house.writer, &key, seq, &answer), OK); /* once */
    assert_int_equal(answer, BOOK_EXISTS);
    assert_int_equal(writer_commit(&house.writer), OK);
    id_of(id, 2);
    assert_int_equal(book_account(&house.writer.book, id, &account), OK);
    assert_int_equal(account.debits_pending, 0);
    assert_int_equal(account.debits_posted, 0);
    assert_int_equal(book_transfers_over(house.book, &house.arena, INT64_MAX, 0, 10, &over, &count),
                     OK);
    assert_int_equal(count, 0);
    *world_clock = start_ms;
    house_close(&house);
}

static void holds_are_resolved_once_in_whole_or_in_part(void **state)
{
    (void)state;
    struct house house;
    struct book_account account;
    uint8_t id[16];
    house_open(&house);
    accounts_make(&house);
    struct leaf_transfer t = transfer_of(1, 1, 2, 1000);
    assert_int_equal(make(&house, 0, &t), BOOK_CREATED);
    struct leaf_transfer hold = transfer_of(2, 2, 3, 600);
    assert_int_equal(make(&house, TRANSFER_PENDING, &hold), BOOK_CREATED);
    t = transfer_of(3, 2, 3, 500); /* the hold counts */
    assert_int_equal(make(&house, 0, &t), BOOK_EXCEEDS_CREDITS);
    struct leaf_transfer post = transfer_of(4, 2, 3, 601);
    memcpy(post.pending, hold.id, 16);
    assert_int_equal(make(&house, TRANSFER_POST, &post), BOOK_PENDING_TOO_SMALL);
    post = transfer_of(5, 2, 4, 100);
    memcpy(post.pending, hold.id, 16);
    assert_int_equal(make(&house, TRANSFER_POST, &post), BOOK_PENDING_DIFFERS);
    post = transfer_of(6, 2, 3, 400);
    memcpy(post.pending, hold.id, 16);
    assert_int_equal(make(&house, TRANSFER_POST, &post), BOOK_CREATED);
    struct leaf_transfer again = transfer_of(7, 2, 3, 600);
    memcpy(again.pending, hold.id, 16);
    assert_int_equal(make(&house, TRANSFER_VOID, &again), BOOK_PENDING_POSTED);
    id_of(again.id, 8);
    memcpy(again.pending, post.id, 16);
    assert_int_equal(make(&house, TRANSFER_VOID, &again), BOOK_NOT_PENDING);
    id_of(again.id, 9);
    id_of(again.pending, 999);
    assert_int_equal(make(&house, TRANSFER_VOID, &again), BOOK_NO_PENDING);
    struct leaf_transfer second = transfer_of(10, 2, 3, 600);
    assert_int_equal(make(&house, TRANSFER_PENDING, &second), BOOK_CREATED);
    again = transfer_of(11, 2, 3, 600);
    memcpy(again.pending, second.id, 16);
    assert_int_equal(make(&house, TRANSFER_VOID, &again), BOOK_CREATED);
    id_of(again.id, 12);
    assert_int_equal(make(&house, TRANSFER_VOID, &again), BOOK_PENDING_VOIDED);
    id_of(id, 2);
    assert_int_equal(book_account(&house.writer.book, id, &account), OK);
    assert_int_equal(account.debits_pending, 0);
    assert_int_equal(account.debits_posted, 400);
    assert_int_equal(account.credits_posted, 1000);
    house_close(&house);
}

/* Every leaf of the log through the auditor's fold. */
static void leaves_fold(struct log *log, struct arena *arena, struct audit_fold *fold)
{
    struct log_entry *entries;
    size_t count;
    int64_t after = 0;
    do {
        arena_reset(arena, 0);
        assert_int_equal(log_read(log, arena, after, 10000, &entries, &count), OK);
        for (size_t i = 0; i < count; i++) {
            struct leaf leaf;
            assert_int_equal(leaf_decode(entries[i].body, &leaf, NULL), OK);
            assert_null(audit_fold_take(fold, &leaf));
        }
        after += (int64_t)count;
    } while (count > 0);
}

/* The auditor's own fold must agree with the book after any mixture of what is made and refused. */
static void random_books_agree_with_an_independent_fold_and_a_rebuilt_one(void **state)
{
    (void)state;
    struct house house;
    house_open(&house);
    accounts_make(&house);
    struct leaf_transfer t = transfer_of(9999, 1, 2, 100000);
    assert_int_equal(make(&house, 0, &t), BOOK_CREATED);
    int answers[BOOK_ANSWER_COUNT] = {0};
    const unsigned ids = 1500; /* so many that half of them are used twice */
    for (unsigned batch = 0; batch < 40; batch++) {
        assert_int_equal(writer_begin(&house.writer), OK);
        for (unsigned i = 0; i < 50; i++) {
            static const uint8_t flags[] = {0, 0, TRANSFER_PENDING, TRANSFER_POST, TRANSFER_VOID};
            uint8_t flag = flags[seal_random_below(5)];
            enum book_answer answer;
            uint64_t seq;
            t = transfer_of((unsigned)seal_random_below(ids), 1 + (unsigned)seal_random_below(5),
                            1 + (unsigned)seal_random_below(5), 1 + seal_random_below(900));
            if (flag == TRANSFER_POST || flag == TRANSFER_VOID)
                id_of(t.pending, (unsigned)seal_random_below(ids));
            assert_int_equal(writer_transfer(&house.writer, flag, &t, &answer, &seq), OK);
            answers[answer]++;
        }
        assert_int_equal(writer_commit(&house.writer), OK);
    }
    assert_true(answers[BOOK_CREATED] > 100);
    struct audit_fold fold = {0};
    struct arena arena;
    arena_open(&arena, 32 << 20);
    leaves_fold(house.log, &arena, &fold);
    assert_null(audit_fold_balance(&fold));
    for (size_t i = 0; i < fold.account_ids.count; i++) {
        struct book_account account;
        assert_int_equal(book_account(&house.writer.book, fold.accounts[i].id, &account), OK);
        assert_int_equal(account.debits_pending, fold.accounts[i].sums[0]);
        assert_int_equal(account.debits_posted, fold.accounts[i].sums[1]);
        assert_int_equal(account.credits_pending, fold.accounts[i].sums[2]);
        assert_int_equal(account.credits_posted, fold.accounts[i].sums[3]);
    }
    /* Folded anew: the same content. */
    struct db *fresh;
    struct book book;
    uint8_t a[32], b[32];
    int64_t rows;
    char path[600];
    snprintf(path, sizeof path, "%s.again", conf_store("book"));
    assert_int_equal(db_open(&fresh, &book_store, path, ROLE_PAYMASTER, DB_FOLD, 0), OK);
    assert_int_equal(book_open(&book, fresh, house.log, NULL, &arena), OK);
    assert_int_equal(book_catch_up(&book, NULL), OK);
    assert_int_equal(db_content_digest(house.book, NULL, a, &rows), OK);
    assert_int_equal(db_content_digest(fresh, NULL, b, &rows), OK);
    assert_memory_equal(a, b, 32);
    book_close(&book);
    db_close(fresh);
    audit_fold_close(&fold);
    arena_close(&arena);
    house_close(&house);
}

static void a_book_that_lags_catches_up_and_a_rolled_back_batch_leaves_no_trace(void **state)
{
    (void)state;
    struct house house;
    house_open(&house);
    accounts_make(&house);
    assert_int_equal(writer_begin(&house.writer), OK);
    struct leaf leaf = {.kind = LEAF_PAD};
    assert_int_equal(writer_add(&house.writer, &leaf), OK);
    writer_rollback(&house.writer);
    assert_int_equal(writer_size(&house.writer), 6);
    /* A crash between the two commits: the log has the leaf, the book does not. */
    assert_int_equal(writer_begin(&house.writer), OK);
    assert_int_equal(writer_add(&house.writer, &leaf), OK);
    assert_int_equal(log_commit(house.log), OK);
    db_rollback(house.book);
    book_close(&house.writer.book);
    assert_int_equal(
        writer_open(&house.writer, house.log, house.book, house.vault, 600, &house.arena), OK);
    assert_int_equal(writer_size(&house.writer), 6);
    assert_int_equal(writer_begin(&house.writer), OK);
    assert_int_equal(writer_size(&house.writer), 7);
    writer_rollback(&house.writer);
    house_close(&house);
}

/* --- append-only --- */

static enum result try_sql(const char *sql, bool without_triggers)
{
    struct db *db;
    assert_int_equal(db_open(&db, &log_store, conf_store("ledger"), ROLE_PAYMASTER, DB_LOG, 0), OK);
    if (without_triggers)
        assert_int_equal(db_run_script(db, "DROP TRIGGER entry_fixed; DROP TRIGGER entry_kept;"
                                           "DROP TRIGGER entry_dense;"),
                         OK);
    enum result result = db_run_script(db, sql);
    db_close(db);
    return result;
}

static void the_stores_triggers_refuse_change_removal_replacement_and_gaps(void **state)
{
    (void)state;
    static const char *const attacks[] = {
        "UPDATE entry SET body = x'00' WHERE seq = 1",
        "DELETE FROM entry WHERE seq = 1",
        "INSERT OR REPLACE INTO entry (seq, body, digest) VALUES (1, x'00', zeroblob(32))",
        "REPLACE INTO entry (seq, body, digest) VALUES (2, x'00', zeroblob(32))",
        "INSERT INTO entry (seq, body, digest) VALUES (9, x'00', zeroblob(32))",
        "UPDATE OR REPLACE entry SET seq = 1 WHERE seq = 2",
    };
    for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++) {
        struct house house;
        house_open(&house);
        accounts_make(&house);
        house_close(&house);
        assert_int_not_equal(try_sql(attacks[i], false), OK);
        assert_int_equal(try_sql(attacks[i], true), OK); /* control: only the triggers stop it */
    }
}

static void statements_outside_the_schema_are_not_even_prepared(void **state)
{
    (void)state;
    struct house house;
    house_open(&house);
    /* The second layer: what a program may run is a closed list, and nothing on it changes or
     * removes an entry. */
    for (size_t i = 0; i < log_statement_count; i++) {
        const struct statement *statement = &log_statements[i];
        assert_null(strstr(statement->sql, "DELETE FROM entry"));
        assert_null(strstr(statement->sql, "UPDATE entry "));
        assert_null(strstr(statement->sql, "REPLACE"));
    }
    /* The third: the file and its folder are nobody else's. */
    struct stat file;
    assert_int_equal(stat(conf_store("ledger"), &file), 0);
    assert_int_equal(file.st_mode & 0007, 0);
    house_close(&house);
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
        cmocka_unit_test(a_repeated_id_is_answered_and_each_differing_field_is_named),
        cmocka_unit_test(refusals_come_in_their_order_and_a_failed_id_stays_failed),
        cmocka_unit_test(of_two_reasons_the_earlier_in_the_order_is_answered),
        cmocka_unit_test(a_hold_ends_by_an_entry_and_only_when_its_time_is_over),
        cmocka_unit_test(holds_are_resolved_once_in_whole_or_in_part),
        cmocka_unit_test(random_books_agree_with_an_independent_fold_and_a_rebuilt_one),
        cmocka_unit_test(a_book_that_lags_catches_up_and_a_rolled_back_batch_leaves_no_trace),
        cmocka_unit_test(the_stores_triggers_refuse_change_removal_replacement_and_gaps),
        cmocka_unit_test(statements_outside_the_schema_are_not_even_prepared),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
