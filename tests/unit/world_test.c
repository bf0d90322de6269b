/* Invented communities, and what rules make of them. */
#include "ranking/simulate.h"
#include "ranking/pay.h"
#include "ranking/world.h"
#include "core/seal.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;

static int open_all(void **state)
{
    (void)state;
    seal_open();
    arena_open(&arena, 64u << 20);
    return 0;
}

/* All its events in one number. */
static uint64_t told(const char *preset, uint64_t seed)
{
    struct world *world = world_open(preset, seed, 0, 0);
    uint64_t sum = 0;
    for (struct world_event event = world_next(world); event.kind != WORLD_END;
         event = world_next(world))
        sum = (sum ^ (uint64_t)(event.day * 1e6) ^ (uint64_t)event.voter << 40 ^
               (uint64_t)event.answer << 20 ^ (uint64_t)(event.value + 1)) *
              0x100000001b3u;
    world_close(world);
    return sum;
}

static void a_seed_tells_one_world_and_another_seed_another(void **state)
{
    (void)state;
    assert_true(told("small", 1) == told("small", 1));
    assert_true(told("small", 1) != told("small", 2));
    assert_null(world_open("no such", 1, 0, 0));
}

static void events_come_in_order_and_nobody_votes_on_his_own_or_before_he_is_in(void **state)
{
    (void)state;
    struct world *world = world_open("usual", 1, 0, 0);
    double day = 0;
    int32_t answers = 0, count;
    for (struct world_event event = world_next(world); event.kind != WORLD_END;
         event = world_next(world)) {
        assert_true(event.day >= day);
        day = event.day;
        if (event.kind == WORLD_ANSWER)
            assert_int_equal(event.answer, answers++);
        if (event.kind != WORLD_VOTE)
            continue;
        assert_true(event.answer < answers && (event.value == 1 || event.value == -1));
        assert_int_not_equal(world_answers(world, &count)[event.answer].author, event.voter);
        assert_true(world_members(world, &count)[event.voter].joined <= event.day);
    }
    assert_true(answers > 1000);
    world_close(world);
}

static void a_world_grows_to_the_size_asked_for(void **state)
{
    (void)state;
    struct world *world = world_open("usual", 1, 3000, 30000);
    int32_t votes = 0, members;
    while (world_next(world).kind != WORLD_END)
        ;
    int32_t answers;
    const struct world_answer *answer = world_answers(world, &answers);
    for (int32_t i = 0; i < answers; i++)
        votes += answer[i].ups + answer[i].downs;
    (void)world_members(world, &members);
    assert_int_equal(members, 3000);
    assert_true(votes > 29850 && votes <= 30000);
    world_close(world);
}

static int32_t crooked_acts(const char *preset)
{
    struct world *world = world_open(preset, 1, 0, 0);
    int32_t crooked = 0, count;
    for (struct world_event event = world_next(world); event.kind != WORLD_END;
         event = world_next(world))
        crooked += event.kind == WORLD_VOTE ? world_vote_crooked(world, event.answer, event.voter)
                                            : world_answers(world, &count)[event.answer].crooked;
    world_close(world);
    return crooked;
}

static void only_attacks_hold_crooked_acts(void **state)
{
    (void)state;
    size_t count;
    const struct world_preset *preset = world_presets(&count);
    assert_true(count >= 7);
    for (size_t i = 0; i < count; i++) {
        bool honest = strcmp(preset[i].name, "honest") == 0 || strcmp(preset[i].name, "small") == 0;
        int32_t crooked = crooked_acts(preset[i].name);
        if (honest ? crooked != 0 : crooked < 500)
            fail_msg("%s holds %d crooked acts", preset[i].name, (int)crooked);
    }
}

static bool stop_at_half(void *self, double share)
{
    *(double *)self = share;
    return share < 0.5;
}

static void rules_are_told_apart_from_points_and_may_be_stopped(void **state)
{
    (void)state;
    struct simulate_figures figures[SIMULATE_BY];
    struct text why, rules = policy_first_script(), pay = pay_first_script();
    assert_int_equal(simulate("small", 1, rules, pay, &arena, NULL, NULL, figures, &why), OK);
    const struct simulate_figures *by_rules = &figures[SIMULATE_RULES];
    assert_true(by_rules->rank_agreement > 0.5 && by_rules->answers_apart > 0.8);
    assert_true(by_rules->paid > 0.3 && by_rules->cover > 0.4 && by_rules->leak <= 0);
    assert_true(figures[SIMULATE_POINTS].rank_agreement < by_rules->rank_agreement - 0.2);
    double share = 0;
    assert_int_equal(simulate("small", 1, rules, pay, &arena, stop_at_half, &share, figures, &why),
                     BUSY);
    assert_true(share >= 0.5 && share < 0.6);
    assert_int_equal(simulate("no such", 1, rules, pay, &arena, NULL, NULL, figures, &why),
                     NOT_FOUND);
}

static void a_rule_that_fails_on_the_way_says_why(void **state)
{
    (void)state;
    struct simulate_figures figures[SIMULATE_BY];
    struct text why, rules = policy_first_script(), pay = pay_first_script();
    struct text loops =
        arena_format(&arena, "%.*s\nfunction settle(a, b, c, d, e, f, g) while true do end end\n",
                     (int)rules.size, rules.data);
    assert_int_equal(simulate("small", 1, loops, pay, &arena, NULL, NULL, figures, &why), INVALID);
    assert_non_null(strstr(why.data, "settle: "));
    struct text greedy =
        arena_format(&arena, "%.*s\nfunction pay_vote(a, b, c) return 2 end\nexamples = nil\n",
                     (int)pay.size, pay.data);
    assert_int_equal(simulate("small", 1, rules, greedy, &arena, NULL, NULL, figures, &why),
                     INVALID);
    assert_non_null(strstr(why.data, "outside of 0..1"));
    assert_int_equal(simulate("small", 1, TEXT("no rule"), pay, &arena, NULL, NULL, figures, &why),
                     INVALID);
    assert_true(why.size > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_tells_one_world_and_another_seed_another),
        cmocka_unit_test(events_come_in_order_and_nobody_votes_on_his_own_or_before_he_is_in),
        cmocka_unit_test(a_world_grows_to_the_size_asked_for),
        cmocka_unit_test(only_attacks_hold_crooked_acts),
        cmocka_unit_test(rules_are_told_apart_from_points_and_may_be_stopped),
        cmocka_unit_test(a_rule_that_fails_on_the_way_says_why),
    };
    return cmocka_run_group_tests(tests, open_all, NULL);
}
