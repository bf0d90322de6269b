/* Trials: the past under a proposed rule beside the past as it was. */
#include "ranking/trial.h"
#include "tests/support/past.h"
#include "tests/support/scratch.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;
static struct past past;
static struct log *journal;
static struct trial_result result;
static struct text why;

static struct text script_with(const char *what)
{
    struct text first = policy_first_script();
    return arena_format(&arena, "%.*s\n%s\n", (int)first.size, first.data, what);
}

static enum result try_script(struct text script, int64_t before)
{
    return trial_run(journal, &arena, policy_first_script(), script, before, NULL, &result, &why);
}

static void the_same_rules_move_nobody(void **state)
{
    (void)state;
    assert_int_equal(try_script(policy_first_script(), 0), OK);
    assert_true(result.members >= 30 && result.postings > 100 && result.questions > 10);
    assert_int_equal(result.members_up + result.members_down + result.bands_up + result.bands_down,
                     0);
    assert_int_equal(result.postings_changed + result.questions_reordered, 0);
    assert_int_equal(result.members_moved_count + result.postings_moved_count, 0);
    assert_true(result.agreement == 1);
}

static void other_rules_show_who_would_move(void **state)
{
    (void)state;
    assert_int_equal(
        try_script(
            script_with("local old = vote function vote(sign, ...) local a, b, c = old(sign, ...) "
                        "return a, b, sign > 0 and c / 5 or c / 3 end examples = nil"),
            0),
        OK);
    assert_true(result.members_up > 0 && result.members_down > 0);
    assert_true(result.postings_changed > 0 && result.questions_reordered > 0);
    assert_true(result.agreement > 0 && result.agreement < 1);
    assert_int_equal(result.members_moved_count, TRIAL_MOVES_MAX);
    for (size_t i = 1; i < result.members_moved_count; i++) {
        const struct trial_move *a = &result.members_moved[i - 1], *b = &result.members_moved[i];
        assert_true(fabs(a->after - a->before) >= fabs(b->after - b->before));
    }
    for (size_t i = 0; i < result.postings_moved_count; i++)
        assert_true(result.postings_moved[i].question > 0);
}

static void turned_over_scores_turn_the_order_over(void **state)
{
    (void)state;
    struct text script = script_with("function member_score(w, s, ...) local x = -s / (w + 8) "
                                     "return x, x, 0, 0 end examples = nil");
    assert_int_equal(try_script(script, 0), OK);
    assert_true(result.agreement < -0.5);
}

static void a_trial_is_the_same_every_time(void **state)
{
    (void)state;
    static struct trial_result first;
    struct text script = script_with("function trust(n, s) return 1.0 end examples = nil");
    assert_int_equal(try_script(script, 0), OK);
    first = result;
    assert_int_equal(try_script(script, 0), OK);
    assert_memory_equal(&first, &result, sizeof(first));
}

static void a_trial_stops_before_the_event_it_is_asked_for(void **state)
{
    (void)state;
    assert_int_equal(try_script(policy_first_script(), 100), OK);
    assert_int_equal(result.events, 99);
}

static void a_script_that_fails_on_the_way_names_the_event(void **state)
{
    (void)state;
    assert_int_equal(
        try_script(script_with("function posting_score(s, a, ...) if s > 2 then error('too "
                               "sure') end return s, s, 0, 0.5 end"),
                   0),
        INVALID);
    assert_true(text_starts(why, "at event "));
    assert_non_null(strstr(why.data, "too sure"));
    assert_int_equal(try_script(TEXT("P = {}"), 0), INVALID);
    assert_true(text_starts(why, "there is no function"));
    assert_int_equal(try_script(NO_TEXT, 0), INVALID);
}

static void what_was_approved_on_the_way_belongs_to_the_past_as_it_was(void **state)
{
    (void)state;
    struct text script =
        script_with("local old = vote function vote(sign, ...) local a, b, c = old(sign, ...) "
                    "return a, b, sign > 0 and c / 5 or c / 3 end examples = nil");
    int64_t proposal = past_propose(&past, RANKING_RULE_NAME, script);
    (void)past_approve(&past, proposal);
    past_live(&past, 300, 20);
    assert_int_equal(try_script(script, 0), OK);
    assert_true(result.agreement < 1); /* the members' past differs up to the approval */
    int64_t moved = result.postings_changed;
    assert_int_equal(try_script(policy_first_script(), 0), OK);
    assert_true(result.postings_changed > 0 && result.postings_changed != moved);
}

int main(void)
{
    (void)scratch_open();
    arena_open(&arena, 64u << 20);
    past_open(&past, 77);
    past_members(&past, 30);
    past_live(&past, 1500, 90);
    if (log_open(&journal, "journal", LOG_READ, 0) != OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_rules_move_nobody),
        cmocka_unit_test(other_rules_show_who_would_move),
        cmocka_unit_test(turned_over_scores_turn_the_order_over),
        cmocka_unit_test(a_trial_is_the_same_every_time),
        cmocka_unit_test(a_trial_stops_before_the_event_it_is_asked_for),
        cmocka_unit_test(a_script_that_fails_on_the_way_names_the_event),
        cmocka_unit_test(what_was_approved_on_the_way_belongs_to_the_past_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
