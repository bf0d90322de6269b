/* What pages may read of scores moves in steps; and votes of those who could see the totals count
 * and teach less. */
#include "core/step.h"
#include "core/clock.h"
#include "core/conf.h"
#include "ranking/score.h"
#include "schema/rank.h"
#include "tests/support/past.h"
#include "tests/support/scratch.h"
#include <math.h>
#include <stdlib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;
static struct past past;
static struct db *db;
static struct log *journal;
static struct ranking ranking;
static struct fold fold;
static int64_t question, answer;

static void house_open(struct text script)
{
    struct text why;
    (void)scratch_open();
    memset(&past, 0, sizeof(past));
    past_open(&past, 7);
    assert_int_equal(db_open(&db, &rank_store, conf_store("rank"), ROLE_RANKER, DB_FOLD, 0), OK);
    assert_int_equal(log_open(&journal, "journal", LOG_READ, 0), OK);
    assert_int_equal(ranking_open(&ranking, db, journal, &arena, script, &why), OK);
    fold = (struct fold){.name = "journal", .db = db, .apply = ranking_apply, .self = &ranking};
    assert_int_equal(ranking_replay(&ranking, &arena, 0, NULL), OK);
    past_members(&past, 30);
    question = past_question(&past, past.members[0]);
    answer = past_answer(&past, question, past.members[1]);
    past.at_ms += STEP_MS - past.at_ms % STEP_MS; /* a quarter begins */
}

static void house_close(void)
{
    ranking_close(&ranking);
    log_close(journal);
    db_close(db);
    past_close(&past);
}

static void catch_up(void)
{
    for (size_t done = 1; done > 0;) {
        arena_reset(&arena, 0);
        assert_int_equal(fold_step(&fold, journal, &arena, 64, &done), OK);
    }
}

/* Time goes on, and something happens that has nothing to do with votes. */
static void pass(int64_t ms)
{
    struct event event = {.kind = EVENT_NOTICES_SEEN};
    event.notices_seen.member = past.members[0];
    past.at_ms += ms;
    (void)past_add(&past, event, NO_TEXT, NO_TEXT, 0);
    catch_up();
}

static void vote(size_t member, int64_t stance, bool informed)
{
    struct event event = {.kind = EVENT_VOTE_CAST};
    event.vote_cast = (struct event_vote_cast){.posting = answer,
                                               .question = question,
                                               .member = past.members[member],
                                               .author = past.members[1],
                                               .stance = stance,
                                               .has_informed = informed,
                                               .informed = informed};
    (void)past_add(&past, event, NO_TEXT, NO_TEXT, 0);
    catch_up();
}

static double shown(void)
{
    struct rank_posting_why_row row;
    assert_int_equal(rank_posting_why(db, &arena, answer, &row), OK);
    return row.score;
}

static double exact(void)
{
    struct rank_posting_exact_row row;
    assert_int_equal(rank_posting_exact(db, &arena, answer, &row), OK);
    return row.score;
}

static double member_shown(size_t member)
{
    struct rank_member_why_row row;
    assert_int_equal(rank_member_why(db, &arena, past.members[member], &row), OK);
    return row.score;
}

static void scores_are_shown_with_the_third_voter_at_the_quarter_of_an_hour(void **state UNUSED)
{
    house_open(policy_first_script());
    catch_up();
    struct rank_question_version_row version[2];
    assert_int_equal(rank_question_version(db, &arena, question, &version[0]), OK);
    vote(2, 1, false);
    vote(3, 1, false);
    pass(9 * STEP_MS);
    assert_true(shown() == 0 && member_shown(1) == 0);
    assert_true(exact() > 0.5); /* it did move (control) */
    vote(4, 1, false);
    vote(5, 2, false);
    pass(STEP_MS / 2);
    assert_true(shown() == 0);
    assert_int_equal(rank_question_version(db, &arena, question, &version[1]), OK);
    assert_int_equal(version[0].version, version[1].version);
    pass(STEP_MS / 2);
    assert_true(shown() == exact() && shown() > 0);
    assert_true(member_shown(1) > 0);
    assert_int_equal(rank_question_version(db, &arena, question, &version[1]), OK);
    assert_true(version[1].version > version[0].version);
    double before = shown();
    for (int64_t i = 0; i < 8; i++) { /* voting to and fro begins no step */
        vote(5, 1 + i % 2, false);
        vote(6, 2, false);
        pass(STEP_MS);
        assert_true(shown() == before);
    }
    house_close();
}

static void what_no_vote_moved_is_shown_at_once(void **state UNUSED)
{
    house_open(policy_first_script());
    int64_t second = past_answer(&past, question, past.members[2]);
    catch_up();
    struct rank_posting_scores_row *rows;
    size_t count;
    assert_int_equal(rank_posting_scores(db, &arena, question, &rows, &count), OK);
    assert_int_equal(count, 2);
    assert_int_equal(rows[1].posting, second);
    house_close();
}

/* How far one vote moves its posting. */
static double odds_of_one(struct text script, bool informed)
{
    house_open(script);
    vote(2, 1, informed);
    int32_t number = counters_posting_find(&ranking.counters, answer);
    double odds = ranking.counters.postings.at[number].odds;
    house_close();
    return odds;
}

/* The script as it was before there were informed votes. */
static struct text older_script(void)
{
    struct text first = policy_first_script();
    static char *copy;
    free(copy);
    copy = strndup(first.data, first.size); /* lives until the next one */
    char *line = copy == NULL ? NULL : strstr(copy, "  informed ");
    assert_non_null(line);
    memset(line, ' ', (size_t)(strchr(line, '\n') - line));
    return text_of(copy);
}

static void an_informed_vote_counts_half(void **state UNUSED)
{
    double blind = odds_of_one(policy_first_script(), false);
    double informed = odds_of_one(policy_first_script(), true);
    assert_true(blind > 0.2);
    assert_true(fabs(informed - blind / 2) < 1e-9);
    assert_true(fabs(odds_of_one(older_script(), true) - blind / 2) < 1e-9);
    assert_true(fabs(odds_of_one(older_script(), false) - blind) < 1e-9);
}

/* What settling taught about the voter of two. */
static double taught(bool informed)
{
    house_open(policy_first_script());
    vote(2, 1, informed);
    vote(3, 1, false);
    pass(15 * DAY_MS);
    int32_t number = counters_member_find(&ranking.counters, past.members[2]);
    const struct member_facts *member = &ranking.counters.members.at[number];
    double sum = member->good + member->bad;
    assert_int_equal(member->settled_votes, 1);
    house_close();
    return sum;
}

static void an_informed_vote_teaches_about_half_as_much_about_its_voter(void **state UNUSED)
{
    double blind = taught(false), informed = taught(true);
    assert_true(informed > 0.4 * blind && informed < 0.6 * blind);
}

static void reasons_say_how_many_votes_were_informed(void **state UNUSED)
{
    house_open(policy_first_script());
    for (size_t i = 2; i < 6; i++)
        vote(i, 1, i == 3);
    pass(STEP_MS);
    struct rank_posting_why_row row;
    assert_int_equal(rank_posting_why(db, &arena, answer, &row), OK);
    assert_non_null(strstr(row.reasons.data, "1 of these votes came after a look at the totals"));
    house_close();
}

int main(void)
{
    (void)scratch_open();
    arena_open(&arena, 64u << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_are_shown_with_the_third_voter_at_the_quarter_of_an_hour),
        cmocka_unit_test(what_no_vote_moved_is_shown_at_once),
        cmocka_unit_test(an_informed_vote_counts_half),
        cmocka_unit_test(an_informed_vote_teaches_about_half_as_much_about_its_voter),
        cmocka_unit_test(reasons_say_how_many_votes_were_informed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
