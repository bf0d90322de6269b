/* The safety desk: what names a product, whatever stands around it; what is looked at anew; and
 * what the maker is told again when an author has spoken since. */
#include "board/desk/safety.h"
#include "tests/unit/telling_room.h"

static int64_t watch_set(const char *product, const char *names, const char *study,
                         enum result expected)
{
    struct command command = {.kind = COMMAND_WATCH_SET};
    request_new(&command);
    command.watch_set = (struct command_watch_set){.sponsor = TEXT("Halden Bio"),
                                                   .product = text_of(product),
                                                   .names = text_of(names),
                                                   .study = text_of(study),
                                                   .until_ms = *now + 90 * DAY_MS};
    assert_int_equal(room_do(&admin, &command, NULL), expected);
    return room.head;
}

static struct reply_safety_desk desk(int64_t watch)
{
    struct command command = {.kind = COMMAND_SAFETY_DESK};
    struct reply_safety_desk reply;
    struct json *json = NULL;
    struct text text;
    command.safety_desk.watch = watch;
    assert_int_equal(room_do(&admin, &command, &text), OK);
    assert_int_equal(json_read(text_bytes(text), &json), OK);
    assert_int_equal(reply_safety_desk_read(json, &room_arena, &reply), OK);
    json_close(json);
    return reply;
}

static void judge(int64_t sighting, enum sighting_outcome outcome)
{
    struct command command = {.kind = COMMAND_SIGHTING_JUDGE};
    request_new(&command);
    command.sighting_judge =
        (struct command_sighting_judge){sighting, outcome, TEXT("a woman"), TEXT("syncope"), true};
    assert_int_equal(room_do(&admin, &command, NULL), OK);
}

static enum result hand_on(int64_t watch)
{
    struct command command = {.kind = COMMAND_CASES_SEND};
    request_new(&command);
    command.cases_send.watch = watch;
    return room_do(&admin, &command, NULL);
}

static enum result end(int64_t watch)
{
    struct command command = {.kind = COMMAND_WATCH_END};
    request_new(&command);
    command.watch_end.watch = watch;
    return room_do(&admin, &command, NULL);
}

static enum result author_ask(int64_t sighting)
{
    struct command command = {.kind = COMMAND_CONTACT_ASK};
    request_new(&command);
    command.contact_ask.sighting = sighting;
    return room_do(&admin, &command, NULL);
}

static enum result author_says(const struct person *person, int64_t sighting, bool agreed)
{
    struct command command = {.kind = COMMAND_CONTACT_ANSWER};
    command.contact_answer = (struct command_contact_answer){sighting, agreed};
    return room_do(person, &command, NULL);
}

static void
a_name_is_found_whatever_its_case_its_accents_and_the_signs_around_it(void **state UNUSED)
{
    static const char *const named[] = {
        "Haldenex® made him dizzy.",
        "She stopped “Haldenex”, then it went.",
        "Rash—Haldenex—rash again.",
        "Haldenex’s label says so.",
        "HALDENEX™: hiccups",
        "**haldenex**(R)/placebo",
        "https://x.example/haldenex-trial",
        "hld 7 gave hiccups",
        "HLD‑7 too, with a hyphen that does not break",
        "ÖMEPRAZOL zürich: nausea",
        "Omeprazol Zurich: nausea",
        "alpha+beta \"forte\" fell",
    };
    static const char *const others[] = {"Haldenexine is another.", "HLD-77 is another.",
                                         "Omeprazol in Zurich", "Halden exit", "alpha, then beta"};
    setup();
    const int64_t thread = ask_about(&kestrel, "Which dose after a first event?", "syncope");
    const int64_t watch =
        watch_set("Haldenex", "HLD-7; Ömeprazol Zürich; Alpha+Beta \"Forte\"", "", OK);
    for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++) {
        const int64_t posting = person_answer(&larkspur, thread, named[i]);
        const struct reply_safety_desk found = desk(watch);
        assert_int_equal(found.sightings_count, i + 1);
        assert_int_equal(found.sightings[i].posting, posting);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        (void)person_answer(&larkspur, thread, others[i]);
    assert_int_equal(desk(watch).sightings_count, sizeof(named) / sizeof(*named));
    teardown();
}

static void a_name_has_three_letters_that_can_be_found(void **state UNUSED)
{
    setup();
    (void)watch_set("Ha", "", "", INVALID);
    (void)watch_set("+-+ ®", "", "", INVALID);
    (void)watch_set("Haldenex", "; ;ab", "", INVALID);
    (void)watch_set("B-12", "; ;", "", OK);
    teardown();
}

static void what_was_judged_is_looked_at_anew_when_it_names_the_product_again(void **state UNUSED)
{
    setup();
    const int64_t watch = watch_set("Haldenex", "", "", OK);
    const int64_t thread = ask_about(&kestrel, "Haldenex: which dose?", "syncope");
    assert_int_equal(comment(&kestrel, thread, "Haldenex 20, I mean."), OK);
    assert_int_equal(desk(watch).sightings_count, 1); /* all of it waits as one */
    const int64_t first = desk(watch).sightings[0].id;
    judge(first, SIGHTING_NONE);
    assert_int_equal(comment(&kestrel, thread, "By now he is well."), OK);
    assert_int_equal(desk(watch).sightings_count, 1); /* the control: the product is not named */
    assert_int_equal(comment(&kestrel, thread, "Then he fainted. Haldenex is stopped."), OK);
    assert_int_equal(comment(&larkspur, thread, "My patient on Haldenex, too."), OK);
    const struct reply_safety_desk again = desk(watch);
    assert_int_equal(again.sightings_count, 3);
    assert_int_equal(again.sightings[1].member, kestrel.id);
    assert_int_equal(again.sightings[2].member, larkspur.id); /* another reporter, another case */
    assert_int_equal(again.sightings[1].earlier, 0);          /* what was judged was none */
    judge(again.sightings[1].id, SIGHTING_CASE);
    judge(again.sightings[2].id, SIGHTING_NONE);
    assert_int_equal(comment(&kestrel, thread, "Haldenex again, and he fainted again."), OK);
    assert_int_equal(desk(watch).sightings[3].earlier, again.sightings[1].id);
    teardown();
}

static void
a_yes_after_a_case_was_handed_on_makes_a_follow_up_and_so_does_taking_it_back(void **state UNUSED)
{
    setup();
    const int64_t watch = watch_set("Haldenex", "", "HB-2", OK);
    const int64_t thread = ask_about(&kestrel, "Syncope: collected", "syncope");
    (void)person_answer(&larkspur, thread, "Twice on Haldenex.");
    const int64_t sighting = desk(watch).sightings[0].id;
    judge(sighting, SIGHTING_CASE);
    assert_int_equal(desk(watch).watches[0].unsent, 1);
    assert_int_equal(hand_on(watch), OK);
    assert_int_equal(hand_on(watch), CONFLICT);
    assert_int_equal(author_ask(sighting), OK);
    assert_int_equal(author_says(&larkspur, sighting, false), OK);
    assert_int_equal(desk(watch).watches[0].unsent, 0); /* a no tells the maker nothing new */
    assert_int_equal(author_says(&kestrel, sighting, true), NOT_FOUND);
    assert_int_equal(author_says(&larkspur, sighting, true), OK);
    assert_int_equal(desk(watch).watches[0].unsent, 1);
    assert_int_equal(end(watch), CONFLICT);
    const int64_t sent_ms = desk(watch).sightings[0].sent_ms;
    days_pass(1);
    assert_int_equal(hand_on(watch), OK);
    assert_int_equal(desk(watch).sightings[0].told, CONTACT_AGREED);
    assert_int_equal(desk(watch).sightings[0].sent_ms, sent_ms); /* the first time */
    assert_int_equal(author_says(&larkspur, sighting, false), OK);
    assert_int_equal(desk(watch).watches[0].unsent, 1); /* the maker is told to use it no more */
    assert_int_equal(hand_on(watch), OK);
    clerk_close(&room);
    assert_int_equal(unlink(conf_store("desk")), 0);
    room_begin();
    assert_int_equal(desk(watch).sightings[0].told, CONTACT_DECLINED);
    assert_int_equal(end(watch), OK);
    assert_int_equal(author_says(&larkspur, sighting, true), CONFLICT);
    teardown();
}

static void each_study_has_its_own_cases_and_its_own_yes(void **state UNUSED)
{
    setup();
    const int64_t one = watch_set("Haldenex", "", "HB-2", OK),
                  two = watch_set("Haldenex", "", "HB-3", OK);
    const int64_t thread = ask_about(&kestrel, "Syncope: collected", "syncope");
    (void)person_answer(&larkspur, thread, "Twice on Haldenex.");
    const struct reply_safety_desk all = desk(0);
    assert_int_equal(all.sightings_count, 2);
    assert_true(text_is(all.sightings[0].study, "HB-2") && text_is(all.sightings[1].study, "HB-3"));
    const int64_t sighting = desk(one).sightings[0].id;
    judge(sighting, SIGHTING_CASE);
    assert_int_equal(author_ask(sighting), OK);
    assert_int_equal(author_says(&larkspur, sighting, true), OK);
    assert_int_equal(desk(two).sightings[0].contact, CONTACT_NONE);
    assert_int_equal(desk(two).watches_count, 1);
    judge(desk(two).sightings[0].id, SIGHTING_NONE);
    assert_int_equal(end(two), OK); /* nil */
    assert_int_equal(desk(0).watches_count, 1);
    assert_int_equal(desk(two).watches[0].cases, 0);
    assert_int_equal(end(one), CONFLICT);
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_found_whatever_its_case_its_accents_and_the_signs_around_it),
        cmocka_unit_test(a_name_has_three_letters_that_can_be_found),
        cmocka_unit_test(what_was_judged_is_looked_at_anew_when_it_names_the_product_again),
        cmocka_unit_test(
            a_yes_after_a_case_was_handed_on_makes_a_follow_up_and_so_does_taking_it_back),
        cmocka_unit_test(each_study_has_its_own_cases_and_its_own_yes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
