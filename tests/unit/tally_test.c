/* What of all votes counts: once, in its month, and at most so many of a member's. */
#include "insight/tally.h"
#include "core/seal.h"
#include "tests/support/scratch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;
static const uint8_t key[TALLY_KEY_SIZE] = {7};

static int64_t counted(const struct tally_row *row, enum tier tier)
{
    int64_t sum = 0;
    for (int g = 0; row->counts && g < GROUPS; g++)
        for (int s = 0; s < SIDES; s++)
            sum += row->counts->of[tier][g][s];
    return sum;
}

static struct tally fresh(int questions, const char *topics)
{
    struct tally tally;
    tally_open(&tally, key);
    for (int64_t id = 1; id <= questions; id++)
        tally_question(&tally, id, 1000, text_of(topics));
    return tally;
}

static void a_member_counts_once_per_question_with_the_first_vote(void **state)
{
    (void)state;
    size_t count;
    struct tally tally = fresh(2, "cardiology");
    tally_member(&tally, 100, 9);
    tally_vote(&tally, 1, 100, 1);
    tally_vote(&tally, 1, 100, 2); /* changed, or on another answer of the thread */
    tally_vote(&tally, 1, 101, 3);
    tally_vote(&tally, 77, 101, 3); /* no question of a member's */
    struct tally_row *rows = tally_take(&tally, &arena, 0, &count);
    assert_int_equal(count, 2);
    assert_int_equal(counted(&rows[0], TIER_FIRST), 2);
    assert_int_equal(rows[0].counts->of[TIER_FIRST][9][SIDE_CORROBORATE], 1);
    assert_int_equal(rows[0].counts->of[TIER_FIRST][GROUP_OTHER][SIDE_CANNOT_SAY], 1);
    assert_null(rows[1].counts);   /* in the list all the same */
    tally_vote(&tally, 1, 100, 2); /* a later month */
    rows = tally_take(&tally, &arena, 0, &count);
    assert_null(rows[0].counts);
    tally_close(&tally);
}

static void a_withheld_question_counts_nowhere_until_it_is_back(void **state)
{
    (void)state;
    size_t count;
    struct tally tally = fresh(2, "cardiology");
    tally_vote(&tally, 1, 100, 1);
    tally_drop(&tally, 1, true);
    tally_drop(&tally, 9, true); /* none of ours */
    struct tally_row *rows = tally_take(&tally, &arena, 0, &count);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].question, 2);
    tally_drop(&tally, 1, false);
    tally_vote(&tally, 1, 101, 1);
    rows = tally_take(&tally, &arena, 0, &count);
    assert_int_equal(counted(&rows[0], TIER_FIRST), 1);
    tally_close(&tally);
}

static void a_question_older_than_the_list_reaches_is_not_in_it(void **state)
{
    (void)state;
    size_t count;
    struct tally tally = fresh(2, "cardiology");
    tally_vote(&tally, 1, 100, 1);
    (void)tally_take(&tally, &arena, 1001, &count);
    assert_int_equal(count, 0);
    tally_close(&tally);
}

/* 3 everywhere and 2 more in large questions, of 20 votes in one topic; in the next quarter again.
 */
static void at_most_five_votes_of_a_member_in_a_topic_and_quarter_count(void **state)
{
    (void)state;
    size_t count;
    struct tally tally = fresh(60, "cardiology");
    for (int quarter = 0; quarter < 2; quarter++) {
        int64_t first = 0, further = 0;
        for (int month = 0; month < 2; month++) {
            for (int64_t q = 1; q <= 10; q++)
                tally_vote(&tally, quarter * 30 + month * 10 + q, 100, 1);
            struct tally_row *rows = tally_take(&tally, &arena, 0, &count);
            for (size_t i = 0; i < count; i++) {
                first += counted(&rows[i], TIER_FIRST);
                further += counted(&rows[i], TIER_FURTHER);
            }
        }
        assert_int_equal(first, TALLY_CAP_FEW);
        assert_int_equal(further, TALLY_CAP - TALLY_CAP_FEW);
        tally_quarter(&tally);
    }
    tally_close(&tally);
}

static void a_question_in_two_topics_uses_up_both(void **state)
{
    (void)state;
    size_t count;
    int64_t all = 0;
    struct tally tally;
    tally_open(&tally, key);
    for (int64_t id = 1; id <= 20; id++)
        tally_question(&tally, id, 1000, id % 2 ? TEXT("heart drugs") : TEXT("drugs"));
    for (int64_t id = 1; id <= 20; id++)
        tally_vote(&tally, id, 100, 1);
    struct tally_row *rows = tally_take(&tally, &arena, 0, &count);
    for (size_t i = 0; i < count; i++)
        all += counted(&rows[i], TIER_FIRST) + counted(&rows[i], TIER_FURTHER);
    assert_int_equal(all, TALLY_CAP);
    tally_close(&tally);
}

/* The same votes the other way round: the same ones count. */
static void which_votes_count_does_not_depend_on_how_they_were_cast(void **state)
{
    (void)state;
    size_t count;
    uint64_t chosen[2] = {0, 0};
    for (int way = 0; way < 2; way++) {
        struct tally tally = fresh(40, "cardiology");
        for (int64_t q = 1; q <= 40; q++)
            tally_vote(&tally, q, 100, way ? 1 : 2);
        struct tally_row *rows = tally_take(&tally, &arena, 0, &count);
        for (size_t i = 0; i < count; i++)
            chosen[way] |= rows[i].counts ? (uint64_t)1 << i : 0;
        tally_close(&tally);
    }
    assert_true(chosen[0] == chosen[1] && chosen[0] != 0);
    struct tally other; /* and another key chooses others */
    tally_open(&other, (const uint8_t[TALLY_KEY_SIZE]){9});
    uint64_t others = 0;
    for (int64_t q = 1; q <= 40; q++)
        tally_question(&other, q, 1000, TEXT("cardiology"));
    for (int64_t q = 1; q <= 40; q++)
        tally_vote(&other, q, 100, 1);
    struct tally_row *rows = tally_take(&other, &arena, 0, &count);
    for (size_t i = 0; i < count; i++)
        others |= rows[i].counts ? (uint64_t)1 << i : 0;
    assert_true(others != chosen[0]);
    tally_close(&other);
}

static void a_specialty_is_known_by_its_code_or_by_its_words(void **state)
{
    (void)state;
    static const struct {
        const char *codes, *words, *group;
    } cases[] = {
        {"207RC0000X", "", "Cardiology"},
        {"207R00000X", "", "Internal medicine"},
        {"207RG0300X 207RC0000X", "", "Internal medicine"}, /* the first counts */
        {"2084N0400X", "", "Neurology"},
        {"2084P0800X", "", "Psychiatry"},
        {"193200000X", "", "Other specialties"},
        {"", "Interventional cardiology", "Cardiology"},
        {"", "Pediatric cardiology", "Pediatrics"},
        {"", "ENT", "Otolaryngology"},
        {"", "Hospital medicine", "Internal medicine"},
        {"", "Orthopaedics", "Orthopedic surgery"},
        {"", "Parenting", "Other specialties"},
        {"", "", "Other specialties"},
    };
    int64_t all = 0;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const int group = group_of(text_of(cases[i].codes), text_of(cases[i].words));
        if (strcmp(group_name(group), cases[i].group) != 0)
            fail_msg("%s %s: %s", cases[i].codes, cases[i].words, group_name(group));
    }
    for (int g = 0; g < GROUPS; g++)
        all += group_physicians(g);
    assert_int_equal(all, 843085);
}

static void votes_stand_in_the_region_that_holds_when_the_month_is_over(void **state)
{
    (void)state;
    size_t count;
    struct tally tally = fresh(1, "cardiology");
    tally_told(&tally, 100, MARGIN_REGION, 2);
    tally_told(&tally, 101, MARGIN_YEARS, 0);
    tally_told(&tally, 102, MARGIN_REGION, 1);
    for (int64_t member = 100; member < 104; member++)
        tally_vote(&tally, 1, member, 1);
    tally_told(&tally, 100, MARGIN_REGION, 3);  /* moved */
    tally_told(&tally, 102, MARGIN_REGION, -1); /* taken back */
    const struct tally_row *rows = tally_take(&tally, &arena, 0, &count);
    int sum = 0;
    for (int m = 0; m < MARGINS; m++)
        for (int i = 0; i < PARTS; i++)
            sum += rows[0].counts->parts[m][i][SIDE_CORROBORATE];
    assert_int_equal(sum, 2); /* 103 told nothing */
    assert_int_equal(rows[0].counts->parts[MARGIN_REGION][3][SIDE_CORROBORATE], 1);
    assert_int_equal(rows[0].counts->parts[MARGIN_YEARS][0][SIDE_CORROBORATE], 1);
    assert_int_equal(counted(&rows[0], TIER_FIRST), 4); /* all of them stay in the whole */
    tally_close(&tally);
}

int main(void)
{
    (void)scratch_open();
    arena_open(&arena, 64u << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_counts_once_per_question_with_the_first_vote),
        cmocka_unit_test(a_withheld_question_counts_nowhere_until_it_is_back),
        cmocka_unit_test(a_question_older_than_the_list_reaches_is_not_in_it),
        cmocka_unit_test(at_most_five_votes_of_a_member_in_a_topic_and_quarter_count),
        cmocka_unit_test(a_question_in_two_topics_uses_up_both),
        cmocka_unit_test(which_votes_count_does_not_depend_on_how_they_were_cast),
        cmocka_unit_test(a_specialty_is_known_by_its_code_or_by_its_words),
        cmocka_unit_test(votes_stand_in_the_region_that_holds_when_the_month_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
