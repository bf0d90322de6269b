#include "core/journal.h"
#include "core/clock.h"
#include "core/conf.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;

static struct log *fresh_journal(void)
{
    struct log *log;
    (void)scratch_open();
    if (arena.block == NULL)
        arena_open(&arena, 8 * 1024 * 1024);
    arena_reset(&arena, 0);
    assert_int_equal(log_open(&log, "journal", LOG_APPEND, 0), OK);
    return log;
}

static void append_posting(struct log *log, const char *title, const char *body)
{
    struct event event = {.kind = EVENT_POSTING_ADDED, .at_ms = 1000};
    event.posting_added = (struct event_posting_added){.kind = 1,
                                                       .member = 3,
                                                       .topics = TEXT("cardiology"),
                                                       .source = TEXT(""),
                                                       .url = TEXT(""),
                                                       .licence = TEXT("")};
    const struct text texts[] = {text_of(title), text_of(body)};
    assert_int_equal(log_begin(log), OK);
    assert_int_equal(journal_append(log, &arena, &event, texts, 2), OK);
    assert_int_equal(log_commit(log), OK);
    assert_int_equal(event.posting_added.has_text0, title != NULL);
    assert_int_equal(event.posting_added.has_text1, body != NULL);
}

static void raw_exec(const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(conf_store("journal"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void an_event_comes_back_as_it_was_with_its_texts(void **state)
{
    (void)state;
    struct log *const log = fresh_journal();
    struct journal_entry *entries;
    size_t count;
    append_posting(log, "Title", "Body");
    append_posting(log, NULL, "Answer");
    assert_int_equal(journal_read(log, &arena, 0, 10, &entries, &count), OK);
    assert_int_equal(count, 2);
    assert_int_equal(entries[0].event.seq, 1);
    assert_int_equal(entries[0].event.kind, EVENT_POSTING_ADDED);
    assert_int_equal(entries[0].event.at_ms, 1000);
    assert_int_equal(entries[0].event.posting_added.member, 3);
    assert_true(text_is(entries[0].event.posting_added.topics, "cardiology"));
    assert_true(text_is(entries[0].texts[0], "Title"));
    assert_true(text_is(entries[0].texts[1], "Body"));
    assert_null(entries[1].texts[0].data);
    assert_true(text_is(entries[1].texts[1], "Answer"));
    log_close(log);
}

/* INVALID at `seq`, or OK when 0. */
static void expect_verify(struct log *log, int64_t seq)
{
    int64_t bad;
    const char *why;
    const enum result result = journal_verify(log, &arena, NULL, &bad, &why);
    assert_int_equal(result, seq == 0 ? OK : INVALID);
    assert_int_equal(bad, seq);
    assert_int_equal(why == NULL, seq == 0);
}

static struct log *three_postings(void)
{
    struct log *const log = fresh_journal();
    for (int i = 0; i < 3; i++)
        append_posting(log, "Title", "Body");
    expect_verify(log, 0); /* control of each test below */
    return log;
}

static void a_changed_body_breaks_the_chain_at_its_place(void **state)
{
    (void)state;
    struct log *const log = three_postings();
    raw_exec("DROP TRIGGER entry_fixed; UPDATE entry SET body ="
             " CAST(replace(CAST(body AS TEXT), '\"member\":3', '\"member\":4') AS BLOB)"
             " WHERE seq = 2");
    expect_verify(log, 2);
    log_close(log);
}

static void a_changed_text_is_found_though_the_chain_is_whole(void **state)
{
    (void)state;
    struct log *const log = three_postings();
    raw_exec("DROP TRIGGER entry_text_fixed; UPDATE entry_text SET body = 'B0dy' WHERE seq = 3"
             " AND part = 1");
    expect_verify(log, 3);
    log_close(log);
}

static void a_removed_text_is_found_and_a_blanked_one_is_fine(void **state)
{
    (void)state;
    struct log *const log = three_postings();
    struct journal_entry *entries;
    size_t count;
    assert_int_equal(log_begin(log), OK);
    assert_int_equal(log_text_blank(log, 2, 1), OK);
    assert_int_equal(log_commit(log), OK);
    expect_verify(log, 0);
    assert_int_equal(journal_read(log, &arena, 1, 1, &entries, &count), OK);
    assert_null(entries[0].texts[1].data);
    raw_exec("DROP TRIGGER entry_text_kept; DELETE FROM entry_text WHERE seq = 2 AND part = 1");
    expect_verify(log, 2);
    assert_int_equal(journal_read(log, &arena, 1, 1, &entries, &count), BROKEN);
    log_close(log);
}

static void a_body_that_is_no_event_is_broken(void **state)
{
    (void)state;
    struct log *const log = fresh_journal();
    struct journal_entry *entries;
    size_t count;
    int64_t seq;
    static const uint8_t digest[32];
    assert_int_equal(log_begin(log), OK);
    assert_int_equal(log_append(log, bytes_of("{}", 2), digest, &seq), OK);
    assert_int_equal(log_commit(log), OK);
    assert_int_equal(journal_read(log, &arena, 0, 1, &entries, &count), BROKEN);
    expect_verify(log, 1);
    log_close(log);
}

static void an_entry_of_a_rolled_back_batch_leaves_no_trace_in_the_chain(void **state)
{
    (void)state;
    struct log *const log = fresh_journal();
    append_posting(log, "Title", "Body");
    struct event event = {.kind = EVENT_TEXT_BLANKED, .text_blanked = {1, 0, 2}};
    assert_int_equal(log_begin(log), OK);
    assert_int_equal(journal_append(log, &arena, &event, NULL, 0), OK);
    log_rollback(log);
    append_posting(log, "Title", "Body");
    expect_verify(log, 0);
    log_close(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_comes_back_as_it_was_with_its_texts),
        cmocka_unit_test(a_changed_body_breaks_the_chain_at_its_place),
        cmocka_unit_test(a_changed_text_is_found_though_the_chain_is_whole),
        cmocka_unit_test(a_removed_text_is_found_and_a_blanked_one_is_fine),
        cmocka_unit_test(a_body_that_is_no_event_is_broken),
        cmocka_unit_test(an_entry_of_a_rolled_back_batch_leaves_no_trace_in_the_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
