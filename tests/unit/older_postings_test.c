/* A watch that looks back: older postings that name the product go to the safety desk as new ones
 * do, a few at a time, each once, whatever stops in between. */
#include "board/desk/safety.h"
#include "tests/unit/telling_room.h"

enum { THREADS = 50 };

static int64_t watch_set(const char *product, const char *names, int64_t back_ms,
                         enum result expected)
{
    struct command command = {.kind = COMMAND_WATCH_SET};
    request_new(&command);
    command.watch_set = (struct command_watch_set){.sponsor = TEXT("Halden Bio"),
                                                   .product = text_of(product),
                                                   .names = text_of(names),
                                                   .study = TEXT(""),
                                                   .until_ms = *now + 90 * DAY_MS,
                                                   .back_ms = back_ms};
    assert_int_equal(room_do(&admin, &command, NULL), expected);
    return room.head;
}

static bool look(void)
{
    struct command command = {.kind = COMMAND_WATCHES_LOOK};
    struct reply_watches_looked reply;
    struct json *json = NULL;
    struct text text;
    assert_int_equal(room_do(NULL, &command, &text), OK);
    assert_int_equal(json_read(text_bytes(text), &json), OK);
    assert_int_equal(reply_watches_looked_read(json, &room_arena, &reply), OK);
    json_close(json);
    return reply.more;
}

static struct reply_safety_desk desk(int64_t watch)
{
    struct command command = {.kind = COMMAND_SAFETY_DESK};
    struct reply_safety_desk reply;
    struct json *json = NULL;
    struct text text;
    command.safety_desk = (struct command_safety_desk){.watch = watch};
    assert_int_equal(room_do(&admin, &command, &text), OK);
    assert_int_equal(json_read(text_bytes(text), &json), OK);
    assert_int_equal(reply_safety_desk_read(json, &room_arena, &reply), OK);
    json_close(json);
    return reply;
}

static enum result watch_end(int64_t watch)
{
    struct command command = {.kind = COMMAND_WATCH_END};
    request_new(&command);
    command.watch_end.watch = watch;
    return room_do(&admin, &command, NULL);
}

static void
older_postings_that_name_the_product_are_found_from_the_day_that_was_said(void **state UNUSED)
{
    setup();
    (void)ask_about(&kestrel, "Haldenex long before", "syncope");
    days_pass(30);
    const int64_t since = *now;
    const int64_t title = ask_about(&kestrel, "Tremor under HALDENEX: who has seen it?", "tremor");
    const int64_t other = ask_about(&kestrel, "Tremor under Haldenexil, another thing", "tremor");
    const int64_t answer = person_answer(&larkspur, other, "With haldene 20 it went away.");
    const int64_t plain = ask_about(&larkspur, "Tremor of another cause", "tremor");
    assert_int_equal(comment(&tamarack, plain, "Ask whether he takes Haldenex."), OK);
    (void)ask_about(&kestrel, "A \"quoted\" thing OR haldenexes", "tremor");
    const int64_t watch = watch_set("Haldenex", "haldene 20; HX-7", since, OK);
    assert_int_equal(desk(watch).sightings_count, 0);
    while (look())
        continue;
    const struct reply_safety_desk found = desk(watch);
    assert_int_equal(found.sightings_count, 3);
    assert_int_equal(found.sightings[0].posting, title);
    assert_int_equal(found.sightings[0].member, kestrel.id);
    assert_int_equal(found.sightings[1].posting, answer);
    assert_int_equal(found.sightings[2].posting, plain);
    assert_int_equal(found.sightings[2].member, tamarack.id); /* whose words they are */
    assert_int_equal(found.sightings[0].at_ms, *now);         /* day zero: when it was found */
    assert_int_equal(found.watches[0].looked, 100);
    const int64_t none = watch_set("Haldenex", "", 0, OK); /* control: not asked to look back */
    assert_false(look());
    assert_int_equal(desk(none).sightings_count, 0);
    (void)watch_set("Haldenex", "", *now + 1, INVALID);
    teardown();
}

static void a_long_past_is_looked_at_in_slices_that_a_stop_does_not_repeat(void **state UNUSED)
{
    int slices = 0;
    setup();
    const int64_t thread = ask_about(&kestrel, "Syncope: collected", "syncope");
    for (int i = 0; i < THREADS; i++)
        (void)person_answer(&larkspur, thread, "Haldenex again.");
    const int64_t watch = watch_set("Haldenex", "", 1, OK);
    assert_int_equal(watch_end(watch), CONFLICT); /* not while it is looking */
    assert_true(look());
    assert_int_equal(desk(watch).watches[0].seen, 20);
    assert_true(desk(watch).watches[0].looked < 100);
    (void)person_answer(&larkspur, thread, "Haldenex meanwhile."); /* seen as it is written */
    room_again();
    for (; look(); slices++)
        assert_true(slices < 4);
    assert_int_equal(desk(watch).watches[0].seen, THREADS + 1);
    assert_int_equal(desk(watch).watches[0].looked, 100);
    const int64_t head = room.head;
    assert_false(look());
    assert_int_equal(room.head, head); /* nothing is left, and nothing is written */
    clerk_close(&room);
    assert_int_equal(unlink(conf_store("desk")), 0);
    room_begin();
    assert_int_equal(desk(watch).watches[0].seen, THREADS + 1);
    assert_false(look());
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(older_postings_that_name_the_product_are_found_from_the_day_that_was_said),
        cmocka_unit_test(a_long_past_is_looked_at_in_slices_that_a_stop_does_not_repeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
