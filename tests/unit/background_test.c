/* What a member may tell for reports: one of two things, drawn once, erased when it is taken back;
 * the same again from the journal. */
#include "tests/unit/room.h"

#include "board/account/background.h"

static const char *const names[] = {"Avocet", "Bittern",  "Cuckoo", "Dunlin",  "Egret",  "Fulmar",
                                    "Gannet", "Heron",    "Ibis",   "Jackdaw", "Knot",   "Linnet",
                                    "Merlin", "Nightjar", "Osprey", "Petrel",  "Quail",  "Redshank",
                                    "Swift",  "Tern",     "Vireo",  "Wren",    "Yaffle", "Zitting"};
enum { MEMBERS = sizeof(names) / sizeof(*names) };
static struct person admin, kestrel, members[MEMBERS];

static void setup(void)
{
    room_open();
    staff_make(&admin, "Switchboard", BOARD_ADMIN);
    person_make(&admin, &kestrel, "Kestrel");
}

static void teardown(void)
{
    clerk_close(&room);
}

static enum result tell(const struct person *person, int64_t part)
{
    struct command command = {.kind = COMMAND_BACKGROUND_TELL};
    request_new(&command);
    command.background_tell.part = part;
    return room_do(person, &command, NULL);
}

static struct desk_background_of_row stands(const struct person *person)
{
    struct desk_background_of_row row;
    assert_int_equal(desk_background_of(room.desk, &room_arena, person->id, &row), OK);
    return row;
}

/* What the journal still says of an event's text. */
static bool is_kept(int64_t seq)
{
    struct journal_entry *entries;
    size_t count;
    assert_int_equal(journal_read(room.journal, &room_arena, seq - 1, 1, &entries, &count), OK);
    assert_int_equal(entries[0].event.kind, EVENT_BACKGROUND_TOLD);
    return entries[0].texts[0].data != NULL;
}

static void what_is_changed_or_taken_back_is_gone_from_the_journal_too(void **state UNUSED)
{
    setup();
    assert_int_equal(tell(&kestrel, 2), OK);
    const struct desk_background_of_row first = stands(&kestrel);
    assert_int_equal(first.part, 2);
    assert_true(is_kept(first.seq));
    assert_int_equal(tell(&kestrel, 2), OK); /* the same once more is nothing */
    assert_int_equal(stands(&kestrel).seq, first.seq);
    assert_int_equal(tell(&kestrel, 3), OK);
    const struct desk_background_of_row second = stands(&kestrel);
    assert_int_equal(second.part, 3);
    assert_int_equal(second.asked, first.asked);
    assert_false(is_kept(first.seq));
    assert_true(is_kept(second.seq));
    assert_int_equal(tell(&kestrel, 0), OK);
    assert_false(is_kept(second.seq));
    assert_int_equal(stands(&kestrel).part, 0);
    assert_int_equal(stands(&kestrel).asked, first.asked); /* what was drawn stays drawn */
    assert_int_equal(tell(&kestrel, 1), OK);
    assert_int_equal(stands(&kestrel).asked, first.asked);
    teardown();
}

static void each_is_asked_one_thing_and_about_half_are_asked_each(void **state UNUSED)
{
    int regions = 0;
    setup();
    for (int i = 0; i < MEMBERS; i++) {
        person_make(&admin, &members[i], names[i]);
        assert_int_equal(tell(&members[i], 4), OK);
        const bool is_region = stands(&members[i]).asked == BACKGROUND_REGION;
        regions += is_region;
        /* "elsewhere" is a region, and no number of years */
        assert_int_equal(tell(&members[i], BACKGROUND_REGIONS), is_region ? OK : INVALID);
    }
    assert_true(regions > MEMBERS / 5 && regions < MEMBERS - MEMBERS / 5);
    teardown();
}

static void staff_are_not_asked(void **state UNUSED)
{
    struct command command = {.kind = COMMAND_BACKGROUND};
    setup();
    assert_int_equal(tell(&admin, 1), REFUSED);
    assert_int_equal(room_do(&admin, &command, NULL), REFUSED);
    assert_int_equal(room_do(&kestrel, &command, NULL), OK); /* control */
    teardown();
}

static void who_leaves_takes_it_along(void **state UNUSED)
{
    struct command command = {.kind = COMMAND_LEAVE};
    struct desk_background_of_row row;
    setup();
    assert_int_equal(tell(&kestrel, 1), OK);
    const int64_t seq = stands(&kestrel).seq;
    request_new(&command);
    command.leave = (struct command_leave){TEXT("password 123"), false};
    assert_int_equal(room_do(&kestrel, &command, NULL), OK);
    assert_false(is_kept(seq));
    assert_int_equal(desk_background_of(room.desk, &room_arena, kestrel.id, &row), NOT_FOUND);
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_changed_or_taken_back_is_gone_from_the_journal_too),
        cmocka_unit_test(each_is_asked_one_thing_and_about_half_are_asked_each),
        cmocka_unit_test(staff_are_not_asked),
        cmocka_unit_test(who_leaves_takes_it_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
