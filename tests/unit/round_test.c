/* A thread opened for live discussion for a set time. */
#include "tests/unit/room.h"

#include "tests/unit/lists.h"

static struct person admin, ada, bea;
static int64_t *the_clock;
static int64_t question;

static void setup(void)
{
    the_clock = lists_clock(clock_from_date(2026, 3, 2));
    room_open();
    lists_conf("round.per_day = 2\n");
    staff_make(&admin, "Switchboard", BOARD_ADMIN);
    person_make(&admin, &ada, "Kestrel");
    person_make(&admin, &bea, "Larkspur");
    question = person_ask(&ada, "Which dose after dialysis?");
}

static void teardown(void)
{
    clerk_close(&room);
}

static enum result open_for(const struct person *person, int64_t on, int64_t minutes)
{
    struct command command = {.kind = COMMAND_ROUND_OPEN};
    request_new(&command);
    command.round_open = (struct command_round_open){on, minutes};
    return room_do(person, &command, NULL);
}

static enum result close_it(const struct person *person, int64_t on)
{
    struct command command = {.kind = COMMAND_ROUND_CLOSE};
    request_new(&command);
    command.round_close.question = on;
    return room_do(person, &command, NULL);
}

static struct board_thread_state_row state(void)
{
    struct board_thread_state_row row = {0};
    struct db *db = NULL;
    assert_int_equal(db_open(&db, &board_store, conf_store("board"), ROLE_WEB_MEMBER, DB_READ, 0),
                     OK);
    assert_int_equal(board_thread_state(db, &room_arena, question, &row), OK);
    db_close(db);
    return row;
}

static void its_author_opens_a_thread_for_a_set_time(void **state_ UNUSED)
{
    setup();
    assert_int_equal(state().live_until_ms, 0);
    assert_int_equal(open_for(&bea, question, 30), REFUSED);
    assert_int_equal(open_for(&ada, question, 30), OK);
    assert_int_equal(state().live_from_ms, *the_clock);
    assert_int_equal(state().live_until_ms, *the_clock + 30 * MINUTE_MS);
    assert_int_equal(open_for(&ada, question, 60), CONFLICT); /* one at a time */
    *the_clock += 31 * MINUTE_MS;
    person_sign_in(&ada, "Kestrel");
    person_sign_in(&bea, "Larkspur");
    person_answer(&bea, question, "Half of it, from day two.");
    assert_int_equal(state().live_until_ms, *the_clock - MINUTE_MS); /* over, and left as it was */
    assert_int_equal(open_for(&ada, question, 60), OK);
    *the_clock += 61 * MINUTE_MS;
    person_sign_in(&ada, "Kestrel");
    assert_int_equal(open_for(&ada, question, 60), TOO_OFTEN);
    *the_clock += DAY_MS;
    person_sign_in(&ada, "Kestrel");
    assert_int_equal(open_for(&ada, question, 60), OK);
    teardown();
}

static void it_can_be_ended_early_and_only_by_its_author(void **state_ UNUSED)
{
    setup();
    assert_int_equal(open_for(&ada, question, 120), OK);
    *the_clock += 10 * MINUTE_MS;
    assert_int_equal(close_it(&bea, question), REFUSED);
    assert_true(state().live_until_ms > *the_clock);
    assert_int_equal(close_it(&ada, question), OK);
    assert_int_equal(state().live_until_ms, *the_clock);
    int64_t head = room.head;
    assert_int_equal(close_it(&ada, question), OK); /* over already: nothing is written */
    assert_int_equal(room.head, head);
    teardown();
}

static void only_threads_of_members_are_opened(void **state_ UNUSED)
{
    setup();
    int64_t answer = person_answer(&bea, question, "Half of it, from day two.");
    assert_int_equal(open_for(&bea, answer, 30), NOT_FOUND);
    assert_int_equal(open_for(&bea, 999999, 30), NOT_FOUND);
    assert_int_equal(close_it(&bea, 999999), NOT_FOUND);
    teardown();
}

static void a_form_sent_twice_opens_it_once(void **state_ UNUSED)
{
    setup();
    struct command command = {.kind = COMMAND_ROUND_OPEN};
    request_new(&command);
    command.round_open = (struct command_round_open){question, 30};
    assert_int_equal(room_do(&ada, &command, NULL), OK);
    int64_t head = room.head;
    assert_int_equal(room_do(&ada, &command, NULL), OK);
    assert_int_equal(room.head, head);
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_author_opens_a_thread_for_a_set_time),
        cmocka_unit_test(it_can_be_ended_early_and_only_by_its_author),
        cmocka_unit_test(only_threads_of_members_are_opened),
        cmocka_unit_test(a_form_sent_twice_opens_it_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
