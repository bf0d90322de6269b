/* The figures of a closed month that a sponsor chooses a selector by: rounded, of the month alone,
 * and the same for whoever asks. */
#include "tests/unit/ledger_world.h"

#include "ledger/earmark/reach.h"

#define SETTINGS "ledger.close_bucket = 64\nledger.fund_unit_cents = 1000\nearmark.audience = 50\n"

enum { CARDIOLOGISTS = 104, NEUROLOGISTS = 49, ANSWERS = 23 };

static struct paymaster paymaster;
static struct world world;

static int64_t member_showing(const char *specialty)
{
    struct event event = {.kind = EVENT_SPECIALTIES_CHOSEN};
    event.specialties_chosen.member = world_member(&world);
    event.specialties_chosen.words = text_of(specialty);
    event.specialties_chosen.shown = true;
    world_event(&world, event);
    return event.specialties_chosen.member;
}

static int64_t posting_on(const char *topics, int64_t member, int64_t question)
{
    struct event event = {.kind = EVENT_POSTING_ADDED};
    struct event_posting_added *posting = &event.posting_added;
    posting->kind = question == 0 ? 1 : 4;
    posting->member = member;
    posting->question = question;
    posting->topics = text_of(topics);
    posting->source = posting->url = posting->licence = TEXT("");
    return world_event(&world, event);
}

static struct reply_earmark_terms terms_asked(void)
{
    struct command command = {.kind = COMMAND_EARMARK_TERMS};
    struct reply_earmark_terms terms = {0};
    struct json *json;
    assert_int_equal(world_ask(&world, &paymaster, &command, world.sponsor_token), OK);
    assert_int_equal(json_read(text_bytes(world.reply), &json), OK);
    assert_int_equal(reply_earmark_terms_read(json, &world.arena, &terms), OK);
    json_close(json);
    return terms;
}

static const struct record_reach_topic *topic_of(const struct reply_earmark_terms *terms,
                                                 const char *name)
{
    for (size_t i = 0; i < terms->topics_count; i++)
        if (text_is(terms->topics[i].name, name))
            return &terms->topics[i];
    return NULL;
}

/* A month of a community, and in the next one more answer than the figures would take to move. */
static void month(void)
{
    world_open(&world, SETTINGS);
    assert_int_equal(paymaster_open(&paymaster), OK);
    for (int i = 0; i < CARDIOLOGISTS; i++)
        (void)member_showing("Cardiology, Sleep Medicine");
    for (int i = 0; i < NEUROLOGISTS; i++)
        (void)member_showing("Neurology");
    int64_t heart = posting_on("heart dialysis", world.members[0], 0);
    int64_t rare = posting_on("rare", world.members[0], 0);
    for (int i = 0; i < ANSWERS; i++)
        (void)posting_on("", world.members[1 + i], heart);
    for (int i = 0; i < 9; i++)
        (void)posting_on("", world.members[1 + i], rare);
    *world_clock = clock_month_next(*world_clock) + HOUR_MS;
    for (int i = 0; i < ANSWERS; i++)
        (void)posting_on("", world.members[1 + i], heart);
}

static void
figures_come_with_a_close_are_rounded_down_and_name_nothing_that_few_have(void **state UNUSED)
{
    month();
    struct reply_earmark_terms terms = terms_asked();
    assert_int_equal(terms.month.size, 0);
    assert_int_equal(terms.topics_count + terms.specialties_count, 0);
    assert_int_equal(world_period(&world, &paymaster, "2026-03"), OK);
    world_awake(&world);
    terms = terms_asked();
    assert_true(text_is(terms.month, "2026-03"));
    /* 30 of the world, 104 and 49 more. */
    assert_int_equal(terms.active, 150);
    assert_int_equal(terms.specialties_count, 1);
    assert_true(text_is(terms.specialties[0].name, "Cardiology"));
    assert_int_equal(terms.specialties[0].members, 100);
    /* The month's answers alone; neither one question nor nine answers are told of. */
    assert_int_equal(terms.topics_count, 2);
    assert_null(topic_of(&terms, "rare"));
    const struct record_reach_topic *heart = topic_of(&terms, "heart");
    assert_non_null(heart);
    assert_int_equal(heart->answers, 20);
    assert_int_equal(heart->questions + heart->cases + heart->observations, 0);
    assert_int_equal(topic_of(&terms, "dialysis")->answers, 20);
    /* One member and seven answers more change nothing before the next close. */
    (void)member_showing("Neurology");
    assert_int_equal(terms_asked().active, 150);
    *world_clock = clock_month_next(*world_clock) + HOUR_MS;
    assert_int_equal(world_period(&world, &paymaster, "2026-04"), OK);
    world_awake(&world);
    terms = terms_asked();
    assert_true(text_is(terms.month, "2026-04"));
    assert_int_equal(terms.specialties_count, 2); /* control: the fiftieth is seen then */
    paymaster_close(&paymaster);
    world_close(&world);
}

static void the_form_is_told_each_constant_that_the_selector_declares(void **state UNUSED)
{
    static const char *const names[] = {"topic", "kind", "specialty", "first", "days"};
    world_open(&world, SETTINGS);
    assert_int_equal(paymaster_open(&paymaster), OK);
    struct reply_earmark_terms terms = terms_asked();
    assert_int_equal(terms.selectors_count, 1);
    assert_true(text_is(terms.selectors[0].name, SELECTOR_NAME));
    assert_int_equal(terms.selectors[0].sha256.size, 64);
    assert_int_equal(terms.selectors[0].values_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_true(text_is(terms.selectors[0].values[i].name, names[i]));
    assert_true(text_is(terms.selectors[0].values[1].unit, "kind"));
    assert_int_equal(terms.selectors[0].values[3].high, 1000);
    paymaster_close(&paymaster);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_come_with_a_close_are_rounded_down_and_name_nothing_that_few_have),
        cmocka_unit_test(the_form_is_told_each_constant_that_the_selector_declares),
    };
    world_clock_open();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
