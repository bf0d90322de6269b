/* The ranker's fold: from a journal to rank.db. */
#include "ranking/score.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "core/step.h"
#include "schema/rank.h"
#include "tests/support/past.h"
#include "tests/support/scratch.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static struct arena arena;

struct house {
    struct past past;
    struct db *db;
    struct log *journal;
    struct ranking ranking;
    struct fold fold;
};

static void store_open(struct house *house, const char *path)
{
    struct text why;
    int64_t cursor = 0;
    assert_int_equal(db_open(&house->db, &rank_store, path, ROLE_RANKER, DB_FOLD, 0), OK);
    assert_int_equal(log_open(&house->journal, "journal", LOG_READ, 0), OK);
    assert_int_equal(ranking_open(&house->ranking, house->db, house->journal, &arena,
                                  policy_first_script(), &why),
                     OK);
    house->fold = (struct fold){
        .name = "journal", .db = house->db, .apply = ranking_apply, .self = &house->ranking};
    assert_int_equal(fold_cursor(&house->fold, &cursor), OK);
    assert_int_equal(ranking_replay(&house->ranking, &arena, cursor, NULL), OK);
}

static void store_close(struct house *house)
{
    ranking_close(&house->ranking);
    log_close(house->journal);
    db_close(house->db);
}

static void house_open(struct house *house, uint64_t seed)
{
    (void)scratch_open();
    memset(house, 0, sizeof(*house));
    past_open(&house->past, seed);
    store_open(house, conf_store("rank"));
}

static void house_close(struct house *house)
{
    store_close(house);
    past_close(&house->past);
}

/* Fold what is there, `batch` events at most in one transaction. */
static void catch_up(struct house *house, size_t batch)
{
    size_t done = 1;
    while (done > 0) {
        arena_reset(&arena, 0);
        assert_int_equal(fold_step(&house->fold, house->journal, &arena, batch, &done), OK);
    }
}

static void digest_of(struct house *house, uint8_t digest[32])
{
    int64_t rows = 0;
    assert_int_equal(
        db_content_digest(house->db, (const char *const[]){"cursor", NULL}, digest, &rows), OK);
    assert_true(rows > 0);
}

static struct text script_with(const char *what)
{
    struct text first = policy_first_script();
    return arena_format(&arena, "%.*s\n%s\n", (int)first.size, first.data, what);
}

static struct rank_posting_exact_row why_of(struct house *house, int64_t posting)
{
    struct rank_posting_exact_row row;
    assert_int_equal(rank_posting_exact(house->db, &arena, posting, &row), OK);
    return row;
}

static struct rank_member_exact_row why_of_member(struct house *house, int64_t member)
{
    struct rank_member_exact_row row;
    assert_int_equal(rank_member_exact(house->db, &arena, member, &row), OK);
    return row;
}

/* --- --- */

static void every_statement_fits_the_schema(void **state)
{
    (void)state;
    struct house house;
    const char *name = "";
    house_open(&house, 1);
    if (db_prepare_check(house.db, &name) != OK)
        fail_msg("%s", name);
    house_close(&house);
}

static void a_corroborated_answer_stands_above_a_disputed_one(void **state)
{
    (void)state;
    struct house house;
    house_open(&house, 2);
    past_members(&house.past, 8);
    int64_t question = past_question(&house.past, house.past.members[0]);
    int64_t good = past_answer(&house.past, question, house.past.members[1]);
    int64_t bad = past_answer(&house.past, question, house.past.members[2]);
    for (size_t i = 3; i < 8; i++) {
        (void)past_vote(&house.past, 0, house.past.members[i], 1, 2);
        (void)past_vote(&house.past, 1, house.past.members[i], i == 7 ? 3 : 2, 0);
    }
    catch_up(&house, 100);
    house.past.at_ms += STEP_MS;
    (void)past_question(&house.past, house.past.members[0]);
    catch_up(&house, 100); /* what pages read comes with the step */
    struct rank_posting_scores_row *rows;
    size_t count;
    assert_int_equal(rank_posting_scores(house.db, &arena, question, &rows, &count), OK);
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].posting, good);
    assert_int_equal(rows[1].posting, bad);
    assert_true(rows[0].score > 1 && rows[1].score < -1);
    assert_true(rows[0].probability > 0.9 && rows[1].probability < 0.1);
    struct rank_posting_exact_row why = why_of(&house, good);
    assert_non_null(
        strstr(why.reasons.data, ": corroborated by 5 colleagues independent of the author"));
    assert_int_equal(why.rule_seq, 0);
    assert_true(text_is(why.rule_name, RANKING_RULE_NAME));
    why = why_of(&house, bad);
    assert_non_null(strstr(why.reasons.data, ": disputed by 4 colleagues"));
    assert_non_null(strstr(why.reasons.data, "1 colleague could not say"));
    assert_true(why_of_member(&house, house.past.members[1]).score > 0);
    assert_true(why_of_member(&house, house.past.members[2]).score < 0);
    house_close(&house);
}

static void a_changed_vote_counts_as_if_it_had_been_cast_so(void **state)
{
    (void)state;
    double scores[2], members[2];
    for (int i = 0; i < 2; i++) {
        struct house house;
        house_open(&house, 3);
        past_members(&house.past, 5);
        int64_t question = past_question(&house.past, house.past.members[0]);
        int64_t answer = past_answer(&house.past, question, house.past.members[1]);
        if (i == 0)
            (void)past_vote(&house.past, 0, house.past.members[2], 2, 3);
        (void)past_vote(&house.past, 0, house.past.members[2], 1, 1);
        catch_up(&house, 100);
        scores[i] = why_of(&house, answer).score;
        members[i] = why_of_member(&house, house.past.members[1]).score;
        assert_true(house.ranking.counters.site.votes == 1);
        house_close(&house);
    }
    assert_true(fabs(scores[0] - scores[1]) < 1e-12 && fabs(members[0] - members[1]) < 1e-12);
}

static void own_votes_and_unknown_postings_count_nothing(void **state)
{
    (void)state;
    struct house house;
    house_open(&house, 4);
    past_members(&house.past, 3);
    int64_t question = past_question(&house.past, house.past.members[0]);
    int64_t answer = past_answer(&house.past, question, house.past.members[1]);
    (void)past_vote(&house.past, 0, house.past.members[1], 1, 3);
    house.past.postings[0] = 999999;
    (void)past_vote(&house.past, 0, house.past.members[2], 1, 3);
    catch_up(&house, 100);
    assert_true(why_of(&house, answer).score == 0);
    assert_true(house.ranking.counters.site.votes == 0);
    house_close(&house);
}

static void a_ring_counts_less_than_strangers(void **state)
{
    (void)state;
    struct house house;
    house_open(&house, 5);
    past_members(&house.past, 12);
    const int64_t *m = house.past.members;
    int64_t last[2] = {0, 0};
    for (int round = 0; round < 8; round++) {
        int64_t question = past_question(&house.past, m[0]);
        for (size_t i = 1; i <= 2;
             i++) { /* 1 and 2 vote for each other always; for 3, others in turn */
            (void)past_answer(&house.past, question, m[i]);
            (void)past_vote(&house.past, house.past.posting_count - 1, m[3 - i], 1, 3);
        }
        last[0] = house.past.postings[house.past.posting_count - 1];
        last[1] = past_answer(&house.past, question, m[3]);
        (void)past_vote(&house.past, house.past.posting_count - 1, m[4 + round], 1, 0);
    }
    catch_up(&house, 100);
    assert_true(why_of(&house, last[0]).score < why_of(&house, last[1]).score - 0.3);
    assert_non_null(strstr(why_of(&house, last[0]).reasons.data, "closely linked with the author"));
    assert_true(why_of_member(&house, m[1]).score < why_of_member(&house, m[3]).score);
    house_close(&house);
}

/* Ten members who answer in turn and all vote on everything: a small house, not a ring. */
static void in_a_small_house_everybody_meets_everybody_and_nobody_is_linked(void **state)
{
    (void)state;
    struct house house;
    house_open(&house, 15);
    past_members(&house.past, 10);
    const int64_t *m = house.past.members;
    for (size_t round = 0; round < 30; round++) {
        int64_t question = past_question(&house.past, m[round % 10]);
        (void)past_answer(&house.past, question, m[(round + 1) % 10]);
        for (size_t i = 2; i < 10; i++)
            if (past_draw(&house.past, 3) > 0)
                (void)past_vote(&house.past, round, m[(round + i) % 10], 1, 0);
        house.past.at_ms += DAY_MS;
    }
    catch_up(&house, 100);
    for (size_t i = 0; i < 10; i++) {
        int32_t member = counters_member_find(&house.ranking.counters, m[i]);
        assert_true(house.ranking.counters.members.at[member].trust > 0.9);
    }
    house_close(&house);
}

static void settlement_comes_with_the_first_event_after_its_days(void **state)
{
    (void)state;
    struct house house;
    house_open(&house, 6);
    past_members(&house.past, 6);
    int64_t at_ms = house.past.at_ms;
    int64_t question = past_question(&house.past, house.past.members[0]);
    int64_t answer = past_answer(&house.past, question, house.past.members[1]);
    for (size_t i = 2; i < 6; i++)
        (void)past_vote(&house.past, 0, house.past.members[i], 1, 1);
    house.past.at_ms = at_ms + 14 * DAY_MS - 60000;
    (void)past_question(&house.past, house.past.members[0]);
    catch_up(&house, 100);
    assert_false(why_of(&house, answer).settled);
    house.past.at_ms = at_ms + 14 * DAY_MS + 60000;
    int64_t later = past_question(&house.past, house.past.members[0]);
    catch_up(&house, 100);
    assert_true(why_of(&house, answer).settled);
    assert_int_equal(why_of(&house, answer).version, later);
    assert_true(house.ranking.counters.members
                    .at[counters_member_find(&house.ranking.counters, house.past.members[2])]
                    .settled_votes == 1);
    house_close(&house);
}

/* Content must not depend on how the events were cut into transactions, nor on stopping and
 * starting. */
static void two_replays_are_identical_whatever_the_batches(void **state)
{
    (void)state;
    struct house house;
    uint8_t digests[4][32];
    house_open(&house, 7);
    past_members(&house.past, 30);
    past_live(&house.past, 1500, 90);
    int64_t proposal =
        past_propose(&house.past, RANKING_RULE_NAME,
                     script_with("function posting_score(s, a, ...) return s + a, s, a, 0.5 end"));
    (void)past_approve(&house.past, proposal);
    past_live(&house.past, 500, 30);
    static const size_t batches[] = {2048, 1, 37, 300};
    for (int i = 0; i < 4; i++) {
        if (i > 0)
            store_open(&house, conf_path("rank/other%d.db", i));
        if (i == 3) { /* stopped in the middle */
            size_t done;
            for (int k = 0; k < 4; k++)
                assert_int_equal(fold_step(&house.fold, house.journal, &arena, 300, &done), OK);
            store_close(&house);
            store_open(&house, conf_path("rank/other%d.db", i));
        }
        catch_up(&house, batches[i]);
        digest_of(&house, digests[i]);
        store_close(&house);
    }
    for (int i = 1; i < 4; i++)
        assert_memory_equal(digests[0], digests[i], 32);
    past_close(&house.past);
}

static void control_one_vote_more_changes_the_digest(void **state)
{
    (void)state;
    uint8_t digests[2][32];
    for (int i = 0; i < 2; i++) {
        struct house house;
        house_open(&house, 8);
        past_members(&house.past, 10);
        past_live(&house.past, 100, 9);
        int64_t question = past_question(&house.past, house.past.members[0]);
        (void)past_answer(&house.past, question, house.past.members[1]);
        (void)past_vote(&house.past, house.past.posting_count - 1, house.past.members[2], i ? 1 : 2,
                        0);
        catch_up(&house, 64);
        digest_of(&house, digests[i]);
        house_close(&house);
    }
    assert_memory_not_equal(digests[0], digests[1], 32);
}

/* --- rule sets --- */

static void an_approved_rule_scores_the_very_next_event_and_nothing_before(void **state)
{
    (void)state;
    struct house house;
    house_open(&house, 9);
    past_members(&house.past, 12);
    int64_t question = past_question(&house.past, house.past.members[0]);
    int64_t first = past_answer(&house.past, question, house.past.members[1]);
    int64_t second = past_answer(&house.past, question, house.past.members[2]);
    (void)past_vote(&house.past, 0, house.past.members[3], 1, 0);
    (void)past_vote(&house.past, 1, house.past.members[4], 1, 0);
    int64_t proposal = past_propose(
        &house.past, RANKING_RULE_NAME,
        script_with(
            "function posting_score(s, a, ...) return s + 100, s, 100, 0.5 end examples = nil"));
    (void)past_vote(&house.past, 0, house.past.members[5], 1, 0); /* proposed is not approved */
    int64_t approved = past_approve(&house.past, proposal);
    catch_up(&house, 1000); /* all in one transaction */
    double kept = why_of(&house, second).score;
    assert_true(why_of(&house, first).score < 10 && kept < 10);
    assert_int_equal(why_of(&house, first).rule_seq, 0);
    (void)past_vote(&house.past, 0, house.past.members[6], 1, 0);
    catch_up(&house, 1000);
    struct rank_posting_exact_row why = why_of(&house, first);
    assert_true(why.score > 100);
    assert_int_equal(why.rule_seq, approved);
    assert_int_equal(why.rule_proposal, proposal);
    assert_true(why_of(&house, second).score == kept); /* never made again by a newer rule */
    assert_int_equal(why_of(&house, second).rule_seq, 0);
    struct rank_rule_sets_row *sets;
    size_t count;
    assert_int_equal(rank_rule_sets(house.db, &arena, 10, &sets, &count), OK);
    assert_int_equal(count, 2);
    assert_int_equal(sets[0].state, RULE_SET_HOLDS);
    assert_int_equal(sets[1].state, RULE_SET_SUPERSEDED);
    assert_int_equal(sets[1].ended_seq, approved);
    assert_memory_equal(sets[0].hash.data, why.rule_hash.data, 32);
    house_close(&house);
}

static void a_script_that_does_not_load_keeps_the_old_one_and_says_why(void **state)
{
    (void)state;
    struct house house;
    house_open(&house, 10);
    past_members(&house.past, 4);
    int64_t approved = past_approve(
        &house.past, past_propose(&house.past, RANKING_RULE_NAME, TEXT("function link(\n")));
    int64_t other = past_propose(&house.past, "roster/xx", TEXT("not ours"));
    (void)past_approve(&house.past, other);
    catch_up(&house, 100);
    struct rank_rule_sets_row *sets;
    size_t count;
    assert_int_equal(rank_rule_sets(house.db, &arena, 10, &sets, &count), OK);
    assert_int_equal(count, 2);
    assert_int_equal(sets[0].active_seq, approved);
    assert_int_equal(sets[0].state, RULE_SET_REFUSED);
    assert_true(text_starts(sets[0].why, "line 2:"));
    assert_int_equal(sets[1].state, RULE_SET_HOLDS);
    struct rank_trial_of_row trial;
    assert_int_equal(rank_trial_of(house.db, &arena, other, &trial), NOT_FOUND);
    house_close(&house);
}

static void a_rule_that_fails_later_is_put_aside_at_its_place(void **state)
{
    (void)state;
    struct house house;
    house_open(&house, 11);
    past_members(&house.past, 8);
    int64_t question = past_question(&house.past, house.past.members[0]);
    int64_t answer = past_answer(&house.past, question, house.past.members[1]);
    int64_t approved = past_approve(
        &house.past,
        past_propose(&house.past, RANKING_RULE_NAME,
                     script_with("function posting_score(s, a, ...) if s > 1 then while "
                                 "true do end end return s, s, 0, 0.5 end")));
    (void)past_vote(&house.past, 0, house.past.members[2], 1, 0);
    catch_up(&house, 100);
    assert_int_equal(why_of(&house, answer).rule_seq, approved);
    (void)past_vote(&house.past, 0, house.past.members[3], 1, 0);
    int64_t fatal = past_vote(&house.past, 0, house.past.members[4], 1, 0);
    (void)past_vote(&house.past, 0, house.past.members[5], 1, 0);
    catch_up(&house, 100);
    struct rank_posting_exact_row why = why_of(&house, answer);
    assert_int_equal(why.rule_seq, 0);
    assert_true(why.score > 1.5);
    struct rank_rule_sets_row *sets;
    size_t count;
    assert_int_equal(rank_rule_sets(house.db, &arena, 10, &sets, &count), OK);
    assert_int_equal(sets[0].state, RULE_SET_PUT_ASIDE);
    assert_true(sets[0].ended_seq <= fatal);
    assert_non_null(strstr(sets[0].why.data, "posting_score: "));
    assert_non_null(strstr(sets[0].why.data, "takes too many steps"));
    assert_int_equal(sets[1].state, RULE_SET_HOLDS);
    assert_int_equal(sets[1].ended_seq, 0);
    uint8_t digests[2][32];
    digest_of(&house, digests[0]);
    store_close(&house);
    store_open(&house, conf_path("rank/again.db"));
    catch_up(&house, 3);
    digest_of(&house, digests[1]);
    assert_memory_equal(digests[0], digests[1], 32);
    house_close(&house);
}

/* --- what pages read --- */

static void the_version_of_a_question_moves_with_every_change_shown(void **state)
{
    (void)state;
    struct house house;
    house_open(&house, 12);
    past_members(&house.past, 20);
    const int64_t *m = house.past.members;
    int64_t question = past_question(&house.past, m[0]);
    int64_t answer = past_answer(&house.past, question, m[1]);
    (void)past_vote(&house.past, 0, m[2], 1, 0);
    catch_up(&house, 100);
    struct rank_question_version_row row;
    assert_int_equal(rank_question_version(house.db, &arena, question, &row), OK);
    assert_int_equal(row.version, answer); /* a single vote is not shown */
    /* votes elsewhere give the author a band, which stands in the first thread too */
    int64_t other = past_question(&house.past, m[0]);
    (void)past_answer(&house.past, other, m[1]);
    int64_t last = 0;
    for (size_t i = 3; i < 12; i++)
        last = past_vote(&house.past, 1, m[i], 1, 0);
    house.past.at_ms += STEP_MS;
    int64_t later = past_question(&house.past, m[0]);
    catch_up(&house, 100);
    assert_true(why_of_member(&house, m[1]).band > 0);
    assert_int_equal(rank_question_version(house.db, &arena, question, &row), OK);
    assert_true(row.version > last && row.version <= later);
    house_close(&house);
}

static void rising_pages_follow_each_other_without_gaps(void **state)
{
    (void)state;
    struct house house;
    house_open(&house, 13);
    past_members(&house.past, 20);
    past_live(&house.past, 800, 60);
    catch_up(&house, 500);
    struct rank_rising_first_row *first;
    size_t count, seen;
    assert_int_equal(rank_rising_first(house.db, &arena, 1000, &first, &count), OK);
    assert_int_equal(count, house.past.question_count);
    for (seen = 5; seen < count;) {
        struct rank_rising_below_row *rows;
        size_t more;
        assert_int_equal(
            rank_rising_below(house.db, &arena, first[seen - 1].question, 5, &rows, &more), OK);
        for (size_t i = 0; i < more; i++)
            assert_int_equal(rows[i].question, first[seen++].question);
        if (more == 0)
            break;
    }
    assert_int_equal(seen, count);
    house_close(&house);
}

/* No value of any row may hold a voter: the only members named are authors and those who are
 * ranked. */
static void decided(struct house *house, int64_t posting, int64_t question, int64_t outcome,
                    int64_t was)
{
    struct event event = {.kind = EVENT_POSTING_DECIDED};
    event.posting_decided = (struct event_posting_decided){.posting = posting,
                                                           .question = question,
                                                           .kind = 4,
                                                           .outcome = outcome,
                                                           .was = was,
                                                           .words = TEXT("")};
    (void)past_add(&house->past, event, NO_TEXT, NO_TEXT, 1000);
    catch_up(house, 100);
}

static void what_is_withheld_ranks_nothing_and_comes_back_as_it_was(void **state)
{
    (void)state;
    struct house house;
    struct rank_posting_why_row row;
    enum { KEPT = 1, HIDDEN = 2 };
    house_open(&house, 29);
    past_members(&house.past, 6);
    int64_t author = house.past.members[1];
    int64_t question = past_question(&house.past, house.past.members[0]);
    int64_t answer = past_answer(&house.past, question, author);
    for (size_t i = 2; i < 6; i++)
        (void)past_vote(&house.past, 0, house.past.members[i], 1, 2);
    catch_up(&house, 100);
    double score = why_of(&house, answer).score, member = why_of_member(&house, author).score;
    assert_true(score > 0 && member > 0); /* control */
    decided(&house, answer, question, HIDDEN, 0);
    assert_int_equal(rank_posting_why(house.db, &arena, answer, &row), NOT_FOUND);
    assert_true(why_of_member(&house, author).score < member);
    assert_true(house.ranking.counters.site.votes == 4); /* who voted has voted */
    decided(&house, answer, question, KEPT, HIDDEN);
    assert_true(fabs(why_of(&house, answer).score - score) < 1e-9);
    assert_true(fabs(why_of_member(&house, author).score - member) < 1e-9);
    decided(&house, question, question, HIDDEN, 0); /* a thread goes as a whole */
    assert_int_equal(rank_posting_why(house.db, &arena, answer, &row), NOT_FOUND);
    decided(&house, question, question, KEPT, HIDDEN);
    assert_true(fabs(why_of(&house, answer).score - score) < 1e-9);
    house_close(&house);
}

static void reasons_and_facts_name_no_member(void **state)
{
    (void)state;
    struct house house;
    house_open(&house, 14);
    past_members(&house.past, 3);
    house.past.members[house.past.member_count++] = 987654321; /* a voter whose id stands out */
    int64_t question = past_question(&house.past, house.past.members[0]);
    int64_t answer = past_answer(&house.past, question, house.past.members[1]);
    (void)past_vote(&house.past, 0, 987654321, 1, 3);
    catch_up(&house, 100);
    assert_null(strstr(why_of(&house, answer).reasons.data, "987654321"));
    assert_null(strstr(why_of(&house, answer).facts.data, "987654321"));
    assert_null(strstr(why_of_member(&house, house.past.members[1]).facts.data, "987654321"));
    house_close(&house);
}

int main(void)
{
    (void)scratch_open();
    arena_open(&arena, 64u << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_statement_fits_the_schema),
        cmocka_unit_test(a_corroborated_answer_stands_above_a_disputed_one),
        cmocka_unit_test(a_changed_vote_counts_as_if_it_had_been_cast_so),
        cmocka_unit_test(own_votes_and_unknown_postings_count_nothing),
        cmocka_unit_test(a_ring_counts_less_than_strangers),
        cmocka_unit_test(in_a_small_house_everybody_meets_everybody_and_nobody_is_linked),
        cmocka_unit_test(settlement_comes_with_the_first_event_after_its_days),
        cmocka_unit_test(two_replays_are_identical_whatever_the_batches),
        cmocka_unit_test(control_one_vote_more_changes_the_digest),
        cmocka_unit_test(an_approved_rule_scores_the_very_next_event_and_nothing_before),
        cmocka_unit_test(a_script_that_does_not_load_keeps_the_old_one_and_says_why),
        cmocka_unit_test(a_rule_that_fails_later_is_put_aside_at_its_place),
        cmocka_unit_test(the_version_of_a_question_moves_with_every_change_shown),
        cmocka_unit_test(rising_pages_follow_each_other_without_gaps),
        cmocka_unit_test(what_is_withheld_ranks_nothing_and_comes_back_as_it_was),
        cmocka_unit_test(reasons_and_facts_name_no_member),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
