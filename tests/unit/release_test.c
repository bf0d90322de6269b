/* Whether results are measured by region and years follows from what was released of the members
 * before, never from how many told. */
#include "insight/close.h"
#include "core/conf.h"
#include "insight/insight.h"
#include "schema/release.h"
#include "tests/support/scratch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { QUESTION = 7, VOTERS = 900 };
static struct arena arena;
static struct close closer;

static struct db *store_open(void)
{
    struct db *db;
    (void)scratch_open();
    assert_int_equal(db_open(&db, &release_store, conf_store("release"), ROLE_ANALYST, DB_LOG, 0),
                     OK);
    return db;
}

static void period_close(struct db *db, const char *name, struct taken taken)
{
    struct release release = {.db = db, .arena = &arena, .journal_seq = 1, .at_ms = 1};
    assert_true(period_read(text_of(name), &release.period));
    taken.period = release.period;
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(close_period(&closer, &release, &taken, NULL, 0), OK);
    assert_int_equal(db_commit(db), OK);
}

/* All of the voters told: what is measured does not follow from that. */
static void month_close(struct db *db, const char *name)
{
    static struct counts counts;
    struct tally_row row = {QUESTION, &counts};
    memset(&counts, 0, sizeof(counts));
    for (int i = 0; i < VOTERS; i++) {
        counts.of[TIER_FIRST][i % 3][i % 2]++;
        counts.parts[i % MARGINS][i / 2 % PARTS][i / 8 % 2]++;
    }
    period_close(db, name, (struct taken){.rows = &row, .row_count = 1});
}

static void quarter_close(struct db *db, const char *name, int64_t told)
{
    struct taken taken = {.members = {{VOTERS}, {{0}}}};
    for (int k = 0; k < MARGINS; k++)
        for (int i = 0; i < PARTS; i++)
            taken.members.parts[k][i] = told;
    period_close(db, name, taken);
}

static bool has_parts(struct db *db, const char *month)
{
    struct release_report_of_row row;
    struct insight_report report;
    assert_int_equal(release_report_of(db, &arena, INSIGHT_RESULT, QUESTION, text_of(month), &row),
                     OK);
    assert_int_equal(insight_read(&arena, row.body, &report), OK);
    assert_true(report.is_large);
    return report.has_parts;
}

static void regions_and_years_wait_until_enough_members_told_as_released(void **state)
{
    (void)state;
    struct db *db = store_open();
    int64_t count;
    struct text why;
    month_close(db, "2026-01");
    assert_false(has_parts(db, "2026-01")); /* nothing was released of the members yet */
    quarter_close(db, "2026-Q1", 10);
    month_close(db, "2026-04");
    assert_false(has_parts(db, "2026-04"));
    quarter_close(db, "2026-Q2", 200); /* control */
    month_close(db, "2026-07");
    assert_true(has_parts(db, "2026-07"));
    assert_int_equal(release_verify(db, &arena, &count, &why), OK); /* no budget is overspent */
    db_close(db);
}

static void a_vote_in_both_tables_would_be_over_its_budget(void **state)
{
    (void)state;
    struct db *db = store_open();
    struct release release = {.db = db, .arena = &arena, .name = TEXT("2026-01")};
    static const struct spending good[] = {{MEASURE_WHOLE, VOTES_FIRST, 4},
                                           {MEASURE_FURTHER, VOTES_FURTHER, 4},
                                           {MEASURE_GROUPS, VOTES_FIRST | VOTES_FURTHER, 6},
                                           {MEASURE_REGIONS, VOTES_REGION, 4}};
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        assert_int_equal(release_spend(&release, INSIGHT_RESULT, QUESTION, good[i].measure,
                                       good[i].votes, good[i].sixteenths),
                         OK);
    assert_int_not_equal(release_spend(&release, INSIGHT_RESULT, QUESTION, MEASURE_YEARS,
                                       VOTES_REGION | VOTES_YEARS, 4),
                         OK);
    assert_int_equal(
        release_spend(&release, INSIGHT_RESULT, QUESTION, MEASURE_YEARS, VOTES_YEARS, 4), OK);
    db_close(db);
}

int main(void)
{
    (void)scratch_open();
    arena_open(&arena, 16u << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regions_and_years_wait_until_enough_members_told_as_released),
        cmocka_unit_test(a_vote_in_both_tables_would_be_over_its_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
