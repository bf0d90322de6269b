/* Search: what is found, in which order, and that nothing typed can hurt it. */
#include "tests/unit/room.h"

static struct db *db;
static struct search *search;

static void reference(int64_t number, const char *title, const char *body)
{
    struct command command = {.kind = COMMAND_REFERENCE_ADD};
    request_new(&command);
    command.reference_add =
        (struct command_reference_add){arena_format(&room_arena, "k%lld", (long long)number),
                                       text_of(title),
                                       text_of(body),
                                       TEXT("neurology"),
                                       TEXT("A source"),
                                       TEXT(""),
                                       TEXT("CC BY 4.0"),
                                       NO_TEXT};
    assert_int_equal(room_do(NULL, &command, NULL), OK);
}

static int setup(void **state UNUSED)
{
    struct person admin, kestrel, larkspur;
    room_open();
    staff_make(&admin, "Switchboard", BOARD_ADMIN);
    person_make(&admin, &kestrel, "Kestrel");
    person_make(&admin, &larkspur, "Larkspur");
    for (int64_t i = 0; i < 60; i++)
        reference(i, arena_format(&room_arena, "What is disease number %lld?", (long long)i).data,
                  "Symptoms vary. Treatment is with rest.");
    reference(100, "What is polymenorrhea?", "Cycles shorter than 21 days. See a gynaecologist.");
    reference(101, "How is warfarin dosed?",
              "Warfarin is dosed by INR.\n\nBleeding is the main harm of *warfarin*.");
    int64_t question = person_ask(&kestrel, "Fainting on amiodarone and warfarin");
    (void)person_answer(&larkspur, question, "Amiodarone raises the INR of warfarin.");
    assert_int_equal(db_open(&db, &board_store, conf_store("board"), ROLE_WEB_MEMBER, DB_READ, 0),
                     OK);
    search = search_open(db);
    return 0;
}

static int teardown(void **state UNUSED)
{
    search_close(search);
    db_close(db);
    clerk_close(&room);
    return 0;
}

static void a_whole_question_finds_what_its_rarest_words_name(void **state UNUSED)
{
    struct search_hit *hits;
    size_t count = 0;
    struct text words = TEXT("How should I treat the disease polymenorrhea in a young girl?");
    assert_int_equal(search_threads(search, &room_arena, words, 20, &hits, &count), OK);
    assert_true(count >= 1);
    assert_true(text_is(hits[0].title, "What is polymenorrhea?"));
    assert_int_equal(hits[0].kind, POSTING_REFERENCE);
}

static void a_thread_is_found_once_however_many_of_its_postings_match(void **state UNUSED)
{
    struct search_hit *hits;
    size_t count = 0, threads = 0;
    assert_int_equal(
        search_threads(search, &room_arena, TEXT("amiodarone warfarin INR"), 20, &hits, &count),
        OK);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++)
        threads += text_is(hits[i].title, "Fainting on amiodarone and warfarin");
    assert_int_equal(threads, 1);
}

static void snippets_mark_the_words_and_hold_no_markdown(void **state UNUSED)
{
    struct search_hit *hits;
    size_t count = 0;
    assert_int_equal(
        search_threads(search, &room_arena, TEXT("harms of bleeding"), 20, &hits, &count), OK);
    assert_int_equal(count, 1);
    assert_non_null(strstr(arena_text(&room_arena, hits[0].snippet).data, "\002Bleeding\003"));
    assert_non_null(strstr(arena_text(&room_arena, hits[0].snippet).data, "\002harm\003"));
    assert_null(strchr(arena_text(&room_arena, hits[0].snippet).data, '*'));
}

static void the_last_word_of_a_title_being_typed_is_a_beginning(void **state UNUSED)
{
    struct search_hit *hits;
    size_t count = 0;
    assert_int_equal(search_similar(search, &room_arena, TEXT("Any polymen"), 5, &hits, &count),
                     OK);
    assert_int_equal(count, 1);
    assert_int_equal(search_similar(search, &room_arena, TEXT("Any polymen "), 5, &hits, &count),
                     OK); /* control: a finished word */
    assert_int_equal(count, 0);
    assert_int_equal(search_threads(search, &room_arena, TEXT("Any polymen"), 5, &hits, &count),
                     OK);
    assert_int_equal(count, 0);
}

static void nothing_typed_is_a_query_language(void **state UNUSED)
{
    static const char *const typed[] = {
        "",
        " ",
        "\"",
        "\"\"\"",
        "NEAR(a b)",
        "warfarin AND",
        "OR OR OR",
        "NOT",
        "*",
        "a*",
        "^b",
        "title: warfarin",
        "{title body}: x",
        "(((",
        ")",
        "- warfarin",
        "+",
        "a\"b\"c\" OR 1",
        "';DROP TABLE posting;--",
        "%s%n",
        "\\",
        "warfarin\nINR\t",
        "é ü 漢字 \xf0\x9f\x98\x80",
        "the of and",
        "\"warfarin",
        "AND OR NOT NEAR",
        "rank",
        "posting_text",
    };
    struct search_hit *hits;
    size_t count = 0;
    for (size_t i = 0; i < sizeof(typed) / sizeof(*typed); i++) {
        assert_int_equal(search_threads(search, &room_arena, text_of(typed[i]), 20, &hits, &count),
                         OK);
        assert_int_equal(search_similar(search, &room_arena, text_of(typed[i]), 5, &hits, &count),
                         OK);
    }
    assert_int_equal(search_threads(search, &room_arena, TEXT("\"warfarin"), 20, &hits, &count),
                     OK);
    assert_int_equal(count, 2); /* control: the word itself is searched for */
}

static void a_very_long_question_is_cut_and_answered(void **state UNUSED)
{
    static char typed[64 * 1024];
    struct search_hit *hits;
    size_t count = 0;
    for (size_t i = 0; i < sizeof(typed); i++)
        typed[i] = i % 7 == 6 ? ' ' : (char)('a' + (i * 31 + i / 7) % 26);
    memcpy(typed, "warfarin ", 9);
    assert_int_equal(
        search_threads(search, &room_arena, (struct text){typed, sizeof(typed)}, 20, &hits, &count),
        OK);
    assert_int_equal(count, 2);
}

static void topics_are_read_as_people_type_them(void **state UNUSED)
{
    static const char *const cases[][2] = {
        {"Atrial fibrillation, Syncope", "atrial-fibrillation syncope"},
        {"cardiology syncope cardiology", "cardiology syncope"},
        {"COVID-19", "covid-19"},
        {"", ""},
        {" , ,", ""},
    };
    struct text topics;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        assert_null(topics_read(&room_arena, text_of(cases[i][0]), &topics));
        assert_true(text_is(topics, cases[i][1]));
    }
    assert_non_null(topics_read(&room_arena, TEXT("one two three four five six"), &topics));
    assert_non_null(topics_read(&room_arena, TEXT("1st, x"), &topics));
    assert_null(pseudonym_fault(TEXT("Halden_Row")));
    assert_non_null(pseudonym_fault(TEXT("ab")));
    assert_non_null(pseudonym_fault(TEXT("9lives")));
    assert_non_null(pseudonym_fault(TEXT("Kestrel ")));
    assert_non_null(pseudonym_fault(TEXT("Kest<b>")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_question_finds_what_its_rarest_words_name),
        cmocka_unit_test(a_thread_is_found_once_however_many_of_its_postings_match),
        cmocka_unit_test(snippets_mark_the_words_and_hold_no_markdown),
        cmocka_unit_test(the_last_word_of_a_title_being_typed_is_a_beginning),
        cmocka_unit_test(nothing_typed_is_a_query_language),
        cmocka_unit_test(a_very_long_question_is_cut_and_answered),
        cmocka_unit_test(topics_are_read_as_people_type_them),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
