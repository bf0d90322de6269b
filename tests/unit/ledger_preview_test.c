/* What a close would do is what it does, and asking for it leaves nothing behind. */
#include "tests/unit/ledger_world.h"

#include "core/db.h"
#include "ledger/close/preview.h"
#include "schema/book.h"

static struct world world;
static struct paymaster paymaster;
static struct month month;

static enum result preview(enum command_kind kind, struct reply_period_preview *found)
{
    struct command command = {.kind = kind};
    struct json *json = NULL;
    enum result result = world_ask(&world, &paymaster, &command, world.admin_token);
    if (result == OK) {
        assert_int_equal(json_read(text_bytes(world.reply), &json), OK);
        assert_int_equal(reply_period_preview_read(json, &world.arena, found), OK);
        json_close(json);
    }
    return result;
}

/* Everything that could tell: the ledger's size, the vault's and the book's content. The cursor of
 * the journal moves with the sessions the test itself keeps awake. */
static void trace_of(uint8_t trace[32])
{
    struct vault_earmarks_due_row *due;
    struct vault_periods_row *periods;
    struct buf all;
    size_t count;
    int64_t rows;
    uint8_t digest[32];
    buf_open(&all, &world.arena, 4096);
    assert_int_equal(vault_periods(paymaster.vault, &world.arena, 10, &periods, &count), OK);
    buf_format(&all, "%zu periods, %llu leaves", count, (unsigned long long)size_of(&paymaster));
    assert_int_equal(
        vault_earmarks_due(paymaster.vault, &world.arena, INT64_MAX, 0, 100, &due, &count), OK);
    buf_format(&all, ", %zu earmarks", count);
    assert_int_equal(db_content_digest(paymaster.book, NULL, digest, &rows), OK);
    buf_add(&all, digest, 32);
    assert_int_equal(db_content_digest(paymaster.statement, NULL, digest, &rows), OK);
    buf_add(&all, digest, 32);
    seal_sha256(trace, buf_bytes(&all), NO_BYTES);
}

static void a_preview_tells_what_the_close_then_does_and_writes_nothing(void **state UNUSED)
{
    struct reply_period_preview found = {0}, again = {0};
    struct vault_period_find_row row;
    struct vault_earmarks_due_row *due;
    uint8_t before[32], after[32];
    size_t carried;
    world_open(&world, "ledger.close_bucket = 64\nledger.fund_unit_cents = 1000\n");
    assert_int_equal(paymaster_open(&paymaster), OK);
    month_begin(&world, &paymaster, &month, true);
    assert_int_equal(preview(COMMAND_PERIOD_PREVIEW_START, &found), NOT_FOUND); /* not over yet */
    month_live(&world, &month);
    assert_int_equal(preview(COMMAND_PERIOD_PREVIEW, &found), OK);
    assert_int_equal(found.state, 0); /* nobody asked for one */
    trace_of(before);
    assert_int_equal(preview(COMMAND_PERIOD_PREVIEW_START, &found), OK);
    assert_int_equal(found.state, 2);
    assert_true(text_is(found.period, "2026-03"));
    trace_of(after);
    assert_memory_equal(before, after, 32);
    assert_int_equal(preview(COMMAND_PERIOD_PREVIEW, &again), OK);
    assert_int_equal(again.cents, found.cents);
    assert_int_equal(found.earmarks, 3);
    int64_t cents = 0;
    for (size_t i = 0; i < found.groups_count; i++) {
        cents += found.groups[i].cents;
        assert_true(found.groups[i].kind == 0 || found.groups[i].payees >= 11);
    }
    assert_int_equal(cents, found.cents);
    assert_true(found.groups[found.groups_count - 1].kind == 0); /* few earned by a posting */
    uint64_t size = size_of(&paymaster);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    assert_int_equal(vault_period_find(paymaster.vault, &world.arena, TEXT("2026-03"), &row), OK);
    assert_int_equal(row.payees, found.payouts);
    assert_int_equal(row.cents, found.cents);
    assert_true(found.cents > 0);
    assert_int_equal(size_of(&paymaster) - size, found.leaves);
    *world_clock += 601 * 1000;
    assert_int_equal(commit_tick(&paymaster), OK);
    assert_int_equal(
        vault_earmarks_due(paymaster.vault, &world.arena, INT64_MAX, 0, 100, &due, &carried), OK);
    assert_int_equal(carried, found.carried);
    trace_of(after);
    assert_memory_not_equal(before, after, 32); /* control: a close is seen */
    assert_int_equal(preview(COMMAND_PERIOD_PREVIEW, &found), OK);
    assert_int_equal(found.state, 0); /* the close ended it */
    paymaster_close(&paymaster);
    world_close(&world);
}

static void a_preview_goes_on_in_slices_and_tells_how_far_it_is(void **state UNUSED)
{
    struct reply_period_preview found = {0};
    struct command start = {.kind = COMMAND_PERIOD_PREVIEW_START};
    int64_t steps = 0;
    world_open(&world, "ledger.close_bucket = 64\nledger.fund_unit_cents = 1000\n");
    assert_int_equal(paymaster_open(&paymaster), OK);
    month_begin(&world, &paymaster, &month, true);
    month_live(&world, &month);
    for (int i = 0; i < 1000; i++)
        world_posting(&world, world.members[0], 0);
    assert_int_equal(world_ask(&world, &paymaster, &start, world.sponsor_token), REFUSED);
    assert_int_equal(preview(COMMAND_PERIOD_PREVIEW_START, &found), OK);
    assert_int_equal(found.done, found.events);
    preview_drop(&paymaster);
    assert_false(preview_runs(&paymaster));
    /* Without waiting: as when it takes longer than two seconds. */
    struct text name;
    int64_t start_ms;
    assert_int_equal(close_due(&paymaster, &world.arena, &name, &start_ms), OK);
    struct evaluation evaluation;
    assert_int_equal(evaluation_begin(&paymaster, &evaluation, start_ms, clock_month_next(start_ms),
                                      found.events),
                     OK);
    for (bool done = false; !done; steps++) {
        assert_int_equal(evaluation_step(&paymaster, &evaluation, &done), OK);
        assert_true(evaluation.cursor > 0 && evaluation.cursor <= found.events);
    }
    assert_true(steps > 3);
    evaluation_close(&evaluation);
    paymaster_close(&paymaster);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_preview_tells_what_the_close_then_does_and_writes_nothing),
        cmocka_unit_test(a_preview_goes_on_in_slices_and_tells_how_far_it_is),
    };
    world_clock_open();
    trace_open("test");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
