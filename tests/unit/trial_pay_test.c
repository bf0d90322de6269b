/* Trials of rules of pay: the past paid by a proposed rule beside the one in force. */
#include "ranking/trial.h"
#include "tests/support/past.h"
#include "tests/support/scratch.h"
#include <setjmp.h>
#include <stdarg.h>
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
        cmocka_unit_test(what_holds_is_what_was_approved_last_or_rolled_back_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
