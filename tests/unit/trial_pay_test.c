/* Trials of rules of pay: the past paid by a proposed rule beside the one in force. */
#include "core/conf.h"
#include "ranking/simulate.h"
#include "ranking/trial.h"
#include "schema/rank.h"
#include "tests/support/past.h"
#include "tests/support/scratch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define VOTE "reward/vote"
#define PAYS(what) "P = {}\nfunction pay_vote(a, b, c, d, votes, f, days) return " what " end\n"

static struct arena arena;
static struct past past;
static struct log *journal;
static struct trial_result result;
static struct text why;

static enum result try_script(enum pay_kind kind, struct text script)
{
    return trial_pay_run(journal, &arena, policy_first_script(), kind, script, 0, NULL, &result,
                         &why);
}

static int64_t acts_of(enum trial_reason reason)
{
    return result.reasons[reason].acts;
}

static void the_rule_in_force_pays_as_much_as_itself(void **state)
{
    (void)state;
    for (enum pay_kind kind = PAY_POSTING; kind <= PAY_VOTE; kind++) {
        assert_int_equal(try_script(kind, pay_kind_first_script(kind)), OK);
        assert_true(acts_of(TRIAL_REASON_SAME) > 20);
        assert_int_equal(acts_of(TRIAL_REASON_NEWLY) + acts_of(TRIAL_REASON_MORE) +
                             acts_of(TRIAL_REASON_LESS) + acts_of(TRIAL_REASON_NO_LONGER),
                         0);
        assert_int_equal(result.paid.newly + result.paid.no_longer, 0);
        assert_int_equal(result.paid.author_before, result.paid.author_after);
        assert_int_equal(result.paid.vote_before, result.paid.vote_after);
        assert_true((kind == PAY_VOTE ? result.paid.vote_after : result.paid.author_after) > 0);
    }
}

static void another_rule_shows_who_is_newly_paid_and_no_longer_and_months_sum_up(void **state)
{
    (void)state;
    int64_t before = 0, after = 0;
    assert_int_equal(try_script(PAY_VOTE, TEXT(PAYS("0"))), OK);
    assert_true(result.paid.no_longer > 0 && acts_of(TRIAL_REASON_NO_LONGER) > 0);
    assert_int_equal(result.paid.newly + result.paid.vote_after, 0);
    assert_true(result.paid.vote_before > 0);
    assert_int_equal(try_script(PAY_VOTE, TEXT(PAYS("1"))), OK);
    assert_true(acts_of(TRIAL_REASON_MORE) > 0);
    assert_true(result.paid.vote_after > result.paid.vote_before);
    for (size_t i = 0; i < result.month_count; i++) {
        before += result.months[i].sum.before;
        after += result.months[i].sum.after;
        assert_true(i == 0 || result.months[i].start_ms > result.months[i - 1].start_ms);
    }
    assert_true(result.month_count >= 2);
    assert_int_equal(before, result.paid.vote_before);
    assert_int_equal(after, result.paid.vote_after);
}

static void linked_voters_earn_nothing_whatever_a_rule_says(void **state)
{
    (void)state;
    assert_int_equal(try_script(PAY_VOTE, TEXT(PAYS("1"))), OK);
    assert_true(acts_of(TRIAL_REASON_LINKED) > 0);
    assert_int_equal(result.reasons[TRIAL_REASON_LINKED].after, 0);
}

static void a_rule_that_errs_late_loops_or_gives_too_much_names_its_event(void **state)
{
    (void)state;
    static const struct {
        const char *script, *words;
    } bad[] = {
        {"P = {}\nfunction pay_vote(a, b, c, d, votes, f, days)\n"
         "if votes > 12 then error('too seasoned') end return 1 end",
         "too seasoned"},
        {"P = {}\nfunction pay_vote(a, b, c, d, votes, f, days)\n"
         "while votes > 12 do end return 1 end",
         "too many steps"},
        {PAYS("votes > 12 and 1.5 or 1"), "outside of 0..1"},
        {PAYS("votes > 12 and 0/0 or 1"), "finite"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_int_equal(try_script(PAY_VOTE, text_of(bad[i].script)), INVALID);
        assert_true(text_starts(why, "at event "));
        if (!strstr(why.data, bad[i].words))
            fail_msg("not \"%s\": %s", bad[i].words, why.data);
    }
    assert_int_equal(try_script(PAY_VOTE, TEXT("P = {}")), INVALID);
    assert_int_equal(try_script(PAY_VOTE, TEXT(PAYS("votes > 12 and 1 or 1"))), OK); /* control */
}

static void a_rule_by_findings_is_given_what_settled_lua_was_measured_by(void **state)
{
    (void)state;
    assert_int_equal(
        try_script(PAY_VOTE, TEXT("P = {}\nfunction pay_vote(apart, trusted, worth)\n"
                                  "if apart < 0.5 or trusted < 0.5 then error('linked') end\n"
                                  "return apart * trusted end")),
        OK);
    assert_true(result.paid.vote_after > 0);
    assert_int_equal(
        try_script(PAY_ANSWER, TEXT("P = {}\nfunction pay_author(odds, support, trust, standing)\n"
                                    "return support > 1 and 1 or 0 end")),
        OK);
    assert_true(result.paid.author_after > 0);
}

static void the_limit_of_a_day_is_the_rules_own(void **state)
{
    (void)state;
    assert_int_equal(try_script(PAY_VOTE, TEXT(PAYS("1"))), OK);
    int64_t all = result.paid.vote_after;
    assert_int_equal(
        try_script(
            PAY_VOTE,
            TEXT("P = { day_most = { 1, 1, 9, \"votes\", \"a day\" } }\nfunction pay_vote(a, b, "
                 "c, d, votes, f, days) return 1 end")),
        OK);
    assert_true(result.paid.vote_after > 0 && result.paid.vote_after < all);
}

static void what_holds_is_what_was_approved_last_or_rolled_back_to(void **state)
{
    (void)state;
    struct event back = {.kind = EVENT_RULE_ROLLED_BACK};
    int64_t generous = past_propose(&past, VOTE, TEXT(PAYS("1")));
    assert_int_equal(try_script(PAY_VOTE, TEXT(PAYS("1"))), OK);
    assert_true(acts_of(TRIAL_REASON_MORE) > 0); /* proposed only */
    (void)past_approve(&past, generous);
    assert_int_equal(try_script(PAY_VOTE, TEXT(PAYS("1"))), OK);
    assert_int_equal(acts_of(TRIAL_REASON_MORE) + acts_of(TRIAL_REASON_NEWLY), 0);
    back.rule_rolled_back.name = TEXT("reward/answer"); /* of another kind */
    back.rule_rolled_back.reason = TEXT("");
    (void)past_add(&past, back, NO_TEXT, NO_TEXT, 1000);
    assert_int_equal(try_script(PAY_VOTE, TEXT(PAYS("1"))), OK);
    assert_int_equal(acts_of(TRIAL_REASON_MORE), 0);
    back.rule_rolled_back.name = TEXT(VOTE);
    (void)past_add(&past, back, NO_TEXT, NO_TEXT, 1000);
    assert_int_equal(try_script(PAY_VOTE, TEXT(PAYS("1"))), OK);
    assert_true(acts_of(TRIAL_REASON_MORE) > 0);
}

static void each_guardrail_refuses_in_its_own_words_and_chance_does_not(void **state)
{
    (void)state;
    const struct simulate_figures live = {.rank_agreement = 0.7,
                                          .answers_apart = 0.9,
                                          .bad_on_top = 0.1,
                                          .paid = 0.5,
                                          .leak = 0.05,
                                          .ring_leak = 0.01,
                                          .cover = 0.6,
                                          .cheat_answer = 0.3,
                                          .cheat_vote = 0.65};
    const struct {
        size_t at;
        double refused, passed;
        const char *words;
    } cases[] = {
#define OF(figure) offsetof(struct simulate_figures, figure)
        {OF(leak), 0.08, 0.06, "crooked acts"},
        {OF(ring_leak), 0.03, 0.015, "those who trade votes"},
        {OF(paid), 0.61, 0.59, "would be paid out"},
        {OF(cover), 0.54, 0.56, "deserve would be paid"},
        {OF(bad_on_top), 0.13, 0.11, "a bad answer first"},
        {OF(answers_apart), 0.88, 0.895, "above a bad one"},
        {OF(rank_agreement), 0.67, 0.69, "ranked by skill"},
        {OF(cheat_answer), 0.41, 0.39, "a cheat's answer would earn 41.0 %"},
        {OF(cheat_vote), 0.71, 0.69, "more than 70 % makes cheating pay"},
#undef OF
    };
    assert_int_equal(trial_guard_words(&arena, "usual", &live, &live).size, 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct simulate_figures proposed = live;
        memcpy((char *)&proposed + cases[i].at, &cases[i].passed, sizeof(double));
        assert_int_equal(trial_guard_words(&arena, "usual", &proposed, &live).size, 0);
        memcpy((char *)&proposed + cases[i].at, &cases[i].refused, sizeof(double));
        struct text words = trial_guard_words(&arena, "usual", &proposed, &live);
        if (!memmem(words.data, words.size, cases[i].words, strlen(cases[i].words)))
            fail_msg("not \"%s\": %.*s", cases[i].words, (int)words.size, words.data);
    }
    struct simulate_figures bad = live; /* where the rule in force is no better, it is no reason */
    bad.cheat_vote = 0.9;
    assert_int_equal(trial_guard_words(&arena, "usual", &bad, &bad).size, 0);
}

/* A house from before rules of pay were tried: what waits there is tried too. */
static void a_proposal_that_waits_since_before_is_tried_and_a_decided_one_is_not(void **state)
{
    (void)state;
    static struct ranking ranking;
    struct rank_trial_of_row row;
    struct db *db;
    struct text none;
    int64_t head;
    uint8_t digest[32];
    int64_t waits = past_propose(&past, VOTE, TEXT(PAYS("1")));
    int64_t decided = past_propose(&past, VOTE, TEXT(PAYS("0.5")));
    (void)past_approve(&past, decided);
    assert_int_equal(log_head(journal, &head, digest), OK);
    assert_int_equal(db_open(&db, &rank_store, conf_store("rank"), ROLE_RANKER, DB_FOLD, 2000), OK);
    assert_int_equal(ranking_open(&ranking, db, journal, &arena, policy_first_script(), &none), OK);
    assert_int_equal(ranking_replay(&ranking, &arena, head, NULL), OK);
    assert_int_equal(rank_trial_of(db, &arena, waits, &row), NOT_FOUND); /* as it was left */
    assert_int_equal(sets_waiting_try(&ranking, &arena), OK);
    assert_int_equal(rank_trial_of(db, &arena, waits, &row), OK);
    assert_int_equal(row.state, 1);
    assert_int_equal(rank_trial_of(db, &arena, decided, &row), NOT_FOUND);
    assert_int_equal(sets_waiting_try(&ranking, &arena), OK); /* a second start adds nothing */
    ranking_close(&ranking);
    db_close(db);
}

/* Two who corroborate all that the other writes. */
static void pair_live(size_t a, size_t b)
{
    for (size_t i = 0; i < 24; i++) {
        int64_t question = past.questions[i % past.question_count];
        size_t author = i % 2 == 0 ? a : b, voter = i % 2 == 0 ? b : a;
        (void)past_answer(&past, question, past.members[author]);
        (void)past_vote(&past, past.posting_count - 1, past.members[voter], 1, 1);
    }
}

int main(void)
{
    (void)scratch_open();
    arena_open(&arena, 64u << 20);
    past_open(&past, 77);
    past_members(&past, 30);
    past_live(&past, 1000, 60);
    pair_live(0, 1);
    past_live(&past, 500, 40);
    if (log_open(&journal, "journal", LOG_READ, 0) != OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rule_in_force_pays_as_much_as_itself),
        cmocka_unit_test(another_rule_shows_who_is_newly_paid_and_no_longer_and_months_sum_up),
        cmocka_unit_test(linked_voters_earn_nothing_whatever_a_rule_says),
        cmocka_unit_test(a_rule_that_errs_late_loops_or_gives_too_much_names_its_event),
        cmocka_unit_test(a_rule_by_findings_is_given_what_settled_lua_was_measured_by),
        cmocka_unit_test(the_limit_of_a_day_is_the_rules_own),
        cmocka_unit_test(each_guardrail_refuses_in_its_own_words_and_chance_does_not),
        cmocka_unit_test(what_holds_is_what_was_approved_last_or_rolled_back_to),
        cmocka_unit_test(a_proposal_that_waits_since_before_is_tried_and_a_decided_one_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
