/* Search: what is found, in which order, and that nothing typed can hurt it. */
#include "schema/vocab.h"
#include "tests/unit/room.h"

static struct db *db;
static struct search *search;
static struct person larkspur;
static int64_t question;

static void reference(int64_t number, const char *title, const char *body)
{
    struct command command = {.kind = COMMAND_REFERENCE_ADD};
    request_new(&command);
    command.reference_add =
        (struct command_reference_add){.key = arena_format(&room_arena, "k%lld", (long long)number),
                                       .title = text_of(title),
                                       .body = text_of(body),
                                       .topics = TEXT("neurology"),
                                       .source = TEXT("A source"),
                                       .url = TEXT(""),
                                       .licence = TEXT("CC BY 4.0")};
    assert_int_equal(room_do(NULL, &command, NULL), OK);
}

static int setup(void **state UNUSED)
{
    struct person admin, kestrel;
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
    question = person_ask(&kestrel, "Fainting on amiodarone and warfarin");
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

static struct search_answer *answer_of(const char *typed, bool exact)
{
    struct search_answer *answer = arena_new(&room_arena, struct search_answer);
    assert_int_equal(search_answer(search, &room_arena, text_of(typed), 20, exact, answer), OK);
    return answer;
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
    const struct search_answer *answer = answer_of("harms of bleeding", true);
    assert_int_equal(answer->count, 1);
    const char *snippet = arena_text(&room_arena, answer->hits[0].snippet).data;
    assert_non_null(strstr(snippet, "\002Bleeding\003"));
    assert_non_null(strstr(snippet, "\002harm\003"));
    assert_null(strchr(snippet, '*'));
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

static void random_bytes_are_always_answered(void **state UNUSED)
{
    static const char letters[] =
        "ab\"-:*()^{}+~\\'%; topic:since:warfarin INR\t\n.AZ09\xc3\xa9\xff";
    struct search_answer *answer = arena_new(&room_arena, struct search_answer);
    struct db *raw = NULL;
    uint64_t seed = 7;
    size_t refused = 0;
    assert_int_equal(db_open(&raw, &board_store, conf_store("board"), ROLE_WEB_MEMBER, DB_READ, 0),
                     OK);
    for (size_t round = 0; round < 3000; round++) {
        char typed[48];
        const size_t mark = room_arena.used, size = (seed >> 33) % sizeof(typed);
        for (size_t i = 0; i < size; i++) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            typed[i] = letters[(seed >> 33) % (sizeof(letters) - 1)];
        }
        const struct text text = {typed, size};
        assert_int_equal(search_answer(search, &room_arena, text, 20, false, answer), OK);
        struct board_search_rank_row row; /* control: FTS5 itself refuses most of these */
        refused += round < 50 && board_search_rank(raw, &room_arena, text, &row) != OK;
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        arena_reset(&room_arena, mark);
    }
    assert_true(refused > 10);
    db_close(raw);
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

static void a_phrase_must_stand_as_it_is_and_an_unwanted_word_must_not(void **state UNUSED)
{
    assert_int_equal(answer_of("\"raises the INR\"", false)->count, 1);
    assert_true(answer_of("warfarin INR", false)->count == 2); /* control: words apart */
    assert_int_equal(answer_of("warfarin -amiodarone", false)->count, 1);
    struct search_answer *loose = answer_of("\"warfarin raises\"", false);
    assert_true(loose->loosened && loose->count > 0);
}

static void filters_hold_back_what_is_not_so(void **state UNUSED)
{
    assert_int_equal(answer_of("warfarin kind:reference", false)->count, 1);
    assert_int_equal(answer_of("warfarin state:open", false)->count, 1);
    assert_int_equal(answer_of("warfarin author:larkspur", false)->count, 1);
    assert_int_equal(answer_of("warfarin author:nobody", false)->count, 0);
    assert_int_equal(answer_of("warfarin topic:neurology", false)->count, 1);
    assert_int_equal(answer_of("warfarin state:nonsense", false)->count, 0);
    assert_int_equal(answer_of("warfarin since:2200", false)->count, 0);
    assert_int_equal(answer_of("author:kestrel", false)->count, 1); /* no words: the newest */
    assert_int_equal(answer_of("warfarin", false)->count, 2);       /* control */
}

static void facets_count_the_threads_that_were_found(void **state UNUSED)
{
    struct search_answer *answer = answer_of("warfarin", false);
    assert_int_equal(answer->matches, 2);
    assert_int_equal(answer->kind_count, 2);
    assert_int_equal(answer->state_count, 1);
    assert_true(text_is(answer->states[0].name, "open") && answer->states[0].count == 1);
}

static void a_comment_is_found_and_shown_with_its_posting(void **state UNUSED)
{
    struct command command = {.kind = COMMAND_COMMENT_ADD};
    request_new(&command);
    command.comment_add =
        (struct command_comment_add){question, TEXT("Did *dronedarone* do the same?")};
    assert_int_equal(room_do(&larkspur, &command, NULL), OK);
    struct search_answer *answer = answer_of("dronedarone", true);
    assert_int_equal(answer->count, 1);
    assert_int_equal(answer->hits[0].question, question);
    assert_non_null(
        strstr(arena_text(&room_arena, answer->hits[0].snippet).data, "\002dronedarone\003"));
    assert_int_equal(answer_of("dronedarone state:study", true)->count, 0);
    assert_int_equal(answer_of("dronedarone state:open", true)->count, 1); /* control */
}

static void a_misspelt_word_is_looked_for_as_it_was_meant(void **state UNUSED)
{
    struct search_answer *answer = answer_of("Dosing of warfrin", false);
    assert_true(text_is(answer->repaired, "Dosing of warfarin"));
    assert_true(answer->count >= 1);
    assert_null(answer_of("Dosing of warfrin", true)->repaired.data);   /* as typed */
    assert_null(answer_of("Dosing of warfarin", false)->repaired.data); /* control */
    assert_null(answer_of("qzxwvk", false)->repaired.data);             /* nothing is near */
}

static void a_letter_is_misspelt_like_anything_else(void **state UNUSED)
{
    struct search_answer *answer =
        answer_of("My old neighbour came to me yesterday since his son had told him that he ought "
                  "to stop warfrin",
                  false);
    assert_true(answer->count >= 1);
    assert_true(text_is(answer->hits[0].title, "How is warfarin dosed?"));
    assert_null(answer->repaired.data); /* it is not shown again as a whole */
}

static void words_written_apart_are_found_where_they_are_written_together(void **state UNUSED)
{
    reference(102, "What causes ribcage pain?", "Often a bruise.");
    assert_int_equal(answer_of("rib cage", true)->count, 1);
    assert_int_equal(answer_of("rib or cage", true)->count, 0); /* control: not side by side */
    assert_int_equal(answer_of("cage rib", true)->count, 0);
}

static void references_are_found_by_the_names_their_source_gives(void **state UNUSED)
{
    struct command command = {.kind = COMMAND_REFERENCE_ADD};
    request_new(&command);
    command.reference_add =
        (struct command_reference_add){.key = TEXT("medquad:n"),
                                       .title = TEXT("What is Hodgkin disease?"),
                                       .body = TEXT("A cancer."),
                                       .topics = TEXT("cancer"),
                                       .source = TEXT("A source"),
                                       .url = TEXT(""),
                                       .licence = TEXT("CC BY 4.0"),
                                       .names = TEXT("Lymphogranulomatosis")};
    assert_int_equal(room_do(NULL, &command, NULL), OK);
    assert_int_equal(answer_of("lymphogranulomatosis", true)->count, 1);
}

static void medical_words_widen_a_query_and_the_reading_is_told(void **state UNUSED)
{
    struct db *vocab = NULL;
    assert_int_equal(db_open(&vocab, &vocab_store, conf_store("vocab"), ROLE_OPERATOR, DB_FOLD, 0),
                     OK);
    assert_int_equal(answer_of("coumadin", true)->count, 0); /* control: without */
    assert_int_equal(vocab_word_add(vocab, TEXT("coumadin"), 2, TEXT("warfarin"), 1), OK);
    assert_int_equal(vocab_word_add(vocab, TEXT("pm"), 1, TEXT("polymenorrhea"), 9), OK);
    assert_int_equal(vocab_word_add(vocab, TEXT("pm"), 1, TEXT("pacemaker"), 2), OK);
    search_vocab_set(search, vocab);
    assert_int_equal(answer_of("coumadin", true)->count, 2);
    struct search_answer *answer = answer_of("PM", true);
    assert_int_equal(answer->count, 1);
    assert_int_equal(answer->reading_count, 1);
    assert_true(text_is(answer->readings[0].meaning, "polymenorrhea"));
    assert_true(text_is(answer->readings[0].others[0], "pacemaker"));
    search_vocab_set(search, NULL);
    db_close(vocab);
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
        cmocka_unit_test(random_bytes_are_always_answered),
        cmocka_unit_test(a_very_long_question_is_cut_and_answered),
        cmocka_unit_test(a_phrase_must_stand_as_it_is_and_an_unwanted_word_must_not),
        cmocka_unit_test(filters_hold_back_what_is_not_so),
        cmocka_unit_test(facets_count_the_threads_that_were_found),
        cmocka_unit_test(a_comment_is_found_and_shown_with_its_posting),
        cmocka_unit_test(a_misspelt_word_is_looked_for_as_it_was_meant),
        cmocka_unit_test(a_letter_is_misspelt_like_anything_else),
        cmocka_unit_test(words_written_apart_are_found_where_they_are_written_together),
        cmocka_unit_test(references_are_found_by_the_names_their_source_gives),
        cmocka_unit_test(medical_words_widen_a_query_and_the_reading_is_told),
        cmocka_unit_test(topics_are_read_as_people_type_them),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
