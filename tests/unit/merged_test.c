/* Who looked at how colleagues voted, and threads that are merged: what somebody has seen makes his
 * later votes informed, wherever the answers stand by then. */
#include "tests/unit/room.h"

static struct person admin, kestrel, larkspur, tamarack, above, below, neither;
static int64_t question, answer;

static void setup(void)
{
    room_open();
    staff_make(&admin, "Switchboard", BOARD_ADMIN);
    person_make(&admin, &kestrel, "Kestrel");
    person_make(&admin, &larkspur, "Larkspur");
    person_make(&admin, &tamarack, "Tamarack");
    person_make(&admin, &above, "Wigeon");
    person_make(&admin, &below, "Dunlin");
    person_make(&admin, &neither, "Plover");
    question = person_ask(&kestrel, "Fainting after a new drug");
    answer = person_answer(&larkspur, question, "Stop the zanzibarine.");
}

static void merge(int64_t repeats, bool merged)
{
    struct command link = {.kind = COMMAND_DUPLICATE_DECIDE};
    struct command command = {.kind = COMMAND_THREADS_MERGE};
    request_new(&link);
    link.duplicate_decide = (struct command_duplicate_decide){repeats, question, true};
    if (merged)
        assert_int_equal(room_do(&admin, &link, NULL), OK);
    request_new(&command);
    command.threads_merge = (struct command_threads_merge){repeats, question, merged};
    assert_int_equal(room_do(&admin, &command, NULL), OK);
}

static void look_at(const struct person *person, int64_t thread)
{
    struct command command = {.kind = COMMAND_TOTALS_SHOW};
    request_new(&command);
    command.totals_show.question = thread;
    assert_int_equal(room_do(person, &command, NULL), OK);
}

static bool vote_is_informed(const struct person *person, int64_t posting)
{
    struct desk_vote_place_row vote;
    assert_int_equal(desk_vote_place(room.desk, &room_arena, posting, person->id, &vote), OK);
    return vote.informed;
}

static bool votes_informed(const struct person *person, int64_t posting)
{
    assert_int_equal(person_vote(person, posting, STANCE_CORROBORATE, 1), OK);
    return vote_is_informed(person, posting);
}

static void who_looked_has_seen_what_a_merge_brings_there(void **state UNUSED)
{
    setup();
    int64_t again = person_ask(&tamarack, "Fainting once more after a drug");
    int64_t late = person_answer(&larkspur, again, "Still: stop it.");
    int64_t later = person_answer(&larkspur, again, "And never again.");
    look_at(&above, question);
    look_at(&below, again);
    assert_false(votes_informed(&above, later)); /* control: not yet on the page he opened */
    merge(again, true);
    assert_true(votes_informed(&above, late)); /* the page he opened shows it now */
    assert_true(votes_informed(&above, answer));
    assert_true(votes_informed(&below, late));    /* he saw it where it stood */
    assert_false(votes_informed(&below, answer)); /* control: what stood elsewhere he did not see */
    assert_false(votes_informed(&neither, late)); /* control: he looked at nothing */
    clerk_close(&room);
}

static void what_was_seen_stays_seen_when_they_come_apart(void **state UNUSED)
{
    setup();
    int64_t again = person_ask(&tamarack, "Fainting once more after a drug");
    int64_t late = person_answer(&larkspur, again, "Still: stop it.");
    merge(again, true);
    look_at(&above, question);
    assert_true(votes_informed(&above, late));
    assert_false(votes_informed(&neither, late));
    merge(again, false);
    assert_true(vote_is_informed(&above, late));
    assert_false(vote_is_informed(&neither, late)); /* control */
    room_again();
    assert_true(vote_is_informed(&above, late));
    clerk_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_looked_has_seen_what_a_merge_brings_there),
        cmocka_unit_test(what_was_seen_stays_seen_when_they_come_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
