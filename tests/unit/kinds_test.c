/* What belongs to one kind of thread: a case's poll, an observation's facts, how something was
 * solved, ratings, a member's specialties; each in both folds, and the same again from the journal.
 */
#include "tests/unit/room.h"

#include "board/clerk/tools.h"
#include "schema/roster.h"

#include <stdlib.h>
#include <unistd.h>

static struct person admin, kestrel, larkspur, tamarack, wigeon;

static void setup(void)
{
    room_open();
    staff_make(&admin, "Switchboard", BOARD_ADMIN);
    person_make(&admin, &kestrel, "Kestrel");
    person_make(&admin, &larkspur, "Larkspur");
    person_make(&admin, &tamarack, "Tamarack");
    person_make(&admin, &wigeon, "Wigeon");
}

static void teardown(void)
{
    clerk_close(&room);
}

/* The board as pages read it. */
static struct db *page_board(void)
{
    static struct db *db;
    if (db != NULL)
        db_close(db);
    assert_int_equal(db_open(&db, &board_store, conf_store("board"), ROLE_WEB_MEMBER, DB_READ, 0),
                     OK);
    return db;
}

static struct command case_command(const char *options)
{
    struct command command = ask_command("Anticoagulate after one short run?");
    command.ask.kind = POSTING_CASE;
    command.ask.options = text_of(options);
    return command;
}

static int64_t asked(const struct person *person, struct command *command)
{
    struct text reply;
    assert_int_equal(room_do(person, command, &reply), OK);
    return created_id(reply);
}

static enum result choose(const struct person *person, int64_t question, int64_t choice)
{
    struct command command = {.kind = COMMAND_POLL_CHOOSE};
    request_new(&command);
    command.poll_choose = (struct command_poll_choose){question, choice};
    return room_do(person, &command, NULL);
}

static enum result rate(const struct person *person, int64_t question, int64_t importance,
                        int64_t relevance)
{
    struct command command = {.kind = COMMAND_QUESTION_RATE};
    request_new(&command);
    command.question_rate = (struct command_question_rate){question, importance, relevance};
    return room_do(person, &command, NULL);
}

static enum result solve(const struct person *person, struct command_solve fields)
{
    struct command command = {.kind = COMMAND_SOLVE, .solve = fields};
    request_new(&command);
    return room_do(person, &command, NULL);
}

static struct board_poll_options_row *options_of(int64_t question, size_t *count)
{
    struct board_poll_options_row *rows;
    assert_int_equal(board_poll_options(room.board, &room_arena, question, &rows, count), OK);
    return rows;
}

/* What the member himself can read of it, with his own key. */
static struct own_thread own_of(const struct person *person, int64_t question)
{
    struct board_own_get_row row;
    struct own_thread own = {0};
    struct bytes plain;
    uint8_t key[KEY_SIZE], tag[SESSION_TAG_SIZE];
    assert_int_equal(keyring_view_key(&room.keys, &room_arena, person->id, key), OK);
    session_thread_tag(tag, key, question);
    if (board_own_get(room.board, &room_arena, bytes_of(tag, sizeof(tag)), &row) != OK)
        return own;
    assert_int_equal(session_own_unbox(&room_arena, key, row.box, &plain), OK);
    assert_int_equal(session_thread_read(plain, &own), OK);
    return own;
}

static void a_case_keeps_its_options_in_order(void **state UNUSED)
{
    size_t count;
    setup();
    struct command command = case_command("  Start now \n\nWait for a second run\r\n");
    command.ask.options = TEXT("  Start now \n\nWait for a second run\n");
    int64_t question = asked(&kestrel, &command);
    struct board_poll_options_row *rows = options_of(question, &count);
    assert_int_equal(count, 2);
    assert_true(text_is(rows[0].words, "Start now"));
    assert_true(text_is(rows[1].words, "Wait for a second run"));
    teardown();
}

static void options_that_are_no_choice_are_refused(void **state UNUSED)
{
    static const char *const bad[] = {"Only one", "Same\nSame", "1\n2\n3\n4\n5\n6\n7",
                                      "Call 314-555-0134\nWait",
                                      ("a\x01"
                                       "b\nc")};
    setup();
    int64_t head = room.head;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct command command = case_command(bad[i]);
        struct text reply;
        assert_int_equal(room_do(&kestrel, &command, &reply), INVALID);
        assert_non_null(strstr(reply.data, "\"options\""));
    }
    struct command command = case_command("Yes\nNo");
    command.ask.kind = POSTING_QUESTION;
    assert_int_equal(room_do(&kestrel, &command, NULL), INVALID);
    assert_int_equal(room.head, head);
    command.ask.kind = POSTING_CASE; /* control */
    assert_int_equal(room_do(&kestrel, &command, NULL), OK);
    teardown();
}

static void one_choice_a_member_and_a_new_one_replaces_it(void **state UNUSED)
{
    size_t count;
    setup();
    struct command command = case_command("Yes\nNo");
    int64_t question = asked(&kestrel, &command);
    assert_int_equal(choose(&larkspur, question, 1), OK);
    int64_t head = room.head;
    assert_int_equal(choose(&larkspur, question, 1), OK); /* the same is no event */
    assert_int_equal(room.head, head);
    assert_int_equal(choose(&larkspur, question, 2), OK);
    struct board_poll_options_row *rows = options_of(question, &count);
    assert_int_equal(rows[0].chosen, 0);
    assert_int_equal(rows[1].chosen, 1);
    assert_int_equal(rows[1].looked, 1); /* changed with the bars in sight */
    assert_int_equal(own_of(&larkspur, question).choice, 2);
    assert_int_equal(choose(&larkspur, question, 3), INVALID);
    assert_int_equal(choose(&kestrel, question, 1), REFUSED); /* his own options */
    assert_int_equal(choose(&larkspur, person_ask(&kestrel, "No poll in this one"), 1), NOT_FOUND);
    teardown();
}

static void who_looks_first_chooses_with_the_bars_in_sight(void **state UNUSED)
{
    size_t count;
    setup();
    struct command command = case_command("Yes\nNo");
    int64_t question = asked(&kestrel, &command);
    assert_int_equal(choose(&tamarack, question, 0), OK);
    assert_int_equal(own_of(&tamarack, question).looked, 1);
    assert_int_equal(own_of(&tamarack, question).choice, 0);
    int64_t head = room.head;
    assert_int_equal(choose(&tamarack, question, 0), OK);
    assert_int_equal(room.head, head);
    assert_int_equal(choose(&tamarack, question, 1), OK);
    assert_int_equal(choose(&larkspur, question, 1), OK); /* control: without looking */
    struct board_poll_options_row *rows = options_of(question, &count);
    assert_int_equal(rows[0].chosen, 2);
    assert_int_equal(rows[0].looked, 1);
    teardown();
}

static void an_observation_keeps_its_facts_and_no_day(void **state UNUSED)
{
    struct board_observation_get_row row;
    setup();
    struct command command = ask_command("Fewer falls after a change of doses");
    command.ask.kind = POSTING_OBSERVATION;
    command.ask.has_setting = command.ask.has_seen = true;
    command.ask.setting = SETTING_INTENSIVE;
    command.ask.seen = 2;
    command.ask.from_month = TEXT("2025-11");
    command.ask.to_month = TEXT("2025-12");
    int64_t question = asked(&kestrel, &command);
    assert_int_equal(board_observation_get(page_board(), &room_arena, question, &row), OK);
    assert_int_equal(row.setting, SETTING_INTENSIVE);
    assert_int_equal(row.seen, 2);
    assert_true(text_is(row.to_month, "2025-12"));
    static const char *const bad[] = {"2025-11-03", "2025-13", "12.2025", "2999-01", "2026-99"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        request_new(&command);
        command.ask.from_month = text_cut(text_of(bad[i]), 7);
        if (strlen(bad[i]) > 7)
            continue; /* does not even fit into the command */
        assert_int_equal(room_do(&kestrel, &command, NULL), INVALID);
    }
    command.ask.from_month = TEXT("2025-12");
    command.ask.to_month = TEXT("2025-11");
    assert_int_equal(room_do(&kestrel, &command, NULL), INVALID);
    command.ask.kind = POSTING_QUESTION;
    command.ask.to_month = TEXT("2025-12");
    assert_int_equal(room_do(&kestrel, &command, NULL), INVALID);
    teardown();
}

static void months_read_as_a_person_says_them(void **state UNUSED)
{
    struct arena arena;
    arena_open(&arena, 1 << 20);
    struct text march = TEXT("2025-03"), may = TEXT("2025-05"), none = TEXT("");
    assert_true(text_is(months_words(&arena, march, may), "March to May 2025"));
    assert_true(
        text_is(months_words(&arena, TEXT("2024-12"), march), "December 2024 to March 2025"));
    assert_true(text_is(months_words(&arena, march, march), "March 2025"));
    assert_true(text_is(months_words(&arena, march, none), "since March 2025"));
    assert_true(text_is(months_words(&arena, none, may), "until May 2025"));
    assert_true(text_is(months_words(&arena, none, none), ""));
    arena_close(&arena);
}

static void how_it_was_solved_is_kept_and_told_once(void **state UNUSED)
{
    struct board_solution_get_row row;
    struct board_member_unread_row unread;
    struct board_thread_solved_row thread;
    setup();
    int64_t question = person_ask(&kestrel, "Fainting again");
    int64_t answer = person_answer(&larkspur, question, "Stop it.");
    struct command_solve fields = {.question = question, .solved = true};
    assert_int_equal(solve(&larkspur, fields), REFUSED);
    assert_int_equal(solve(&kestrel, fields), OK); /* how may follow later */
    fields.how = TEXT("Stopped it, **and** it ceased.");
    fields.has_answer = true;
    fields.answer = question;
    assert_int_equal(solve(&kestrel, fields), INVALID); /* no answer of it */
    fields.answer = answer;
    assert_int_equal(solve(&kestrel, fields), OK);
    int64_t head = room.head;
    assert_int_equal(solve(&kestrel, fields), OK);
    assert_int_equal(room.head, head); /* the same is no event */
    assert_int_equal(board_solution_get(room.board, &room_arena, question, &row), OK);
    assert_non_null(strstr(arena_text(&room_arena, row.html).data, "<strong>and</strong>"));
    assert_int_equal(row.answer, answer);
    assert_true(text_is(row.pseudonym, "Larkspur"));
    assert_int_equal(board_member_unread(room.board, &room_arena, larkspur.id, &unread), OK);
    assert_int_equal(unread.unread, 2); /* let in; solved, once */
    fields.how = TEXT("Call 314-555-0134.");
    assert_int_equal(solve(&kestrel, fields), INVALID);
    fields = (struct command_solve){
        .question = question, .solved = true, .has_study = true, .study = true};
    assert_int_equal(solve(&kestrel, fields), INVALID); /* a question is no case */
    fields = (struct command_solve){.question = question, .solved = false};
    assert_int_equal(solve(&kestrel, fields), OK);
    assert_int_equal(board_solution_get(room.board, &room_arena, question, &row), NOT_FOUND);
    assert_int_equal(board_thread_solved(room.board, &room_arena, question, &thread), OK);
    assert_int_equal(thread.solved, THREAD_UNSOLVED);
    teardown();
}

static void a_solved_case_becomes_a_case_study_and_keeps_its_how(void **state UNUSED)
{
    struct board_solution_get_row row;
    struct board_thread_solved_row thread;
    struct board_search_filtered_row *found;
    size_t count;
    setup();
    struct command command = case_command("Yes\nNo");
    int64_t question = asked(&kestrel, &command);
    struct command_solve fields = {
        .question = question, .solved = true, .how = TEXT("Waited; no second run.")};
    assert_int_equal(solve(&kestrel, fields), OK);
    fields = (struct command_solve){
        .question = question, .solved = true, .has_study = true, .study = true};
    assert_int_equal(solve(&kestrel, fields), OK);
    assert_int_equal(board_thread_solved(room.board, &room_arena, question, &thread), OK);
    assert_int_equal(thread.solved, THREAD_STUDY);
    assert_int_equal(board_solution_get(room.board, &room_arena, question, &row), OK);
    assert_true(text_is(row.how, "Waited; no second run."));
    for (int64_t solved = 0; solved <= 3; solved++) { /* not: solved, a case study, any */
        assert_int_equal(board_search_filtered(page_board(), &room_arena, TEXT(""), TEXT(""), 0,
                                               solved, 2, 0, 5, &found, &count),
                         OK);
        assert_int_equal(count, solved > 0);
    }
    const struct text stands = TEXT("\"waited\"");
    struct board_search_count_between_row words;
    assert_int_equal(
        board_search_count_between(page_board(), &room_arena, stands, 0, INT64_MAX, 9, &words), OK);
    assert_int_equal(words.rows, 1); /* how it was solved is searched */
    fields = (struct command_solve){.question = question, .solved = false};
    assert_int_equal(solve(&kestrel, fields), OK);
    assert_int_equal(
        board_search_count_between(page_board(), &room_arena, stands, 0, INT64_MAX, 9, &words), OK);
    assert_int_equal(words.rows, 0);
    assert_int_equal(board_index_check(room.board), OK);
    teardown();
}

static void ratings_are_shown_from_three_on_and_one_a_member(void **state UNUSED)
{
    struct board_rating_get_row row;
    setup();
    int64_t question = person_ask(&kestrel, "Fainting again");
    assert_int_equal(rate(&larkspur, question, 5, 2), OK);
    assert_int_equal(rate(&larkspur, question, 0, 4), OK); /* importance stays */
    int64_t head = room.head;
    assert_int_equal(rate(&larkspur, question, 5, 4), OK);
    assert_int_equal(room.head, head);
    assert_int_equal(rate(&tamarack, question, 0, 5), OK);
    assert_int_equal(board_rating_get(page_board(), &room_arena, question, &row), OK);
    assert_int_equal(row.relevances, 2);
    assert_int_equal(row.relevance, 0); /* two are too few */
    assert_int_equal(rate(&wigeon, question, 0, 4), OK);
    assert_int_equal(board_rating_get(page_board(), &room_arena, question, &row), OK);
    assert_int_equal(row.relevances, 3);
    assert_int_equal(row.relevance, 433);
    assert_int_equal(row.importances, 1);
    assert_int_equal(row.importance, 0);
    assert_int_equal(own_of(&larkspur, question).importance, 5);
    assert_int_equal(own_of(&larkspur, question).relevance, 4);
    assert_int_equal(rate(&kestrel, question, 5, 5), REFUSED); /* his own */
    assert_int_equal(rate(&wigeon, question, 0, 0), OK);       /* nothing said, nothing changed */
    assert_int_equal(rate(&larkspur, person_answer(&wigeon, question, "Hm."), 1, 1), NOT_FOUND);
    teardown();
}

static void choices_and_ratings_count_towards_the_day(void **state UNUSED)
{
    setup();
    clerk_close(&room);
    room_settings(
        "second.physician = 0\nsecond.staff = 0\nposting.hold_first = 0\nvote.per_day = 2\n");
    room_begin();
    struct command command = case_command("Yes\nNo");
    int64_t question = asked(&kestrel, &command);
    assert_int_equal(choose(&larkspur, question, 1), OK);
    assert_int_equal(rate(&larkspur, question, 1, 0), OK);
    assert_int_equal(choose(&larkspur, question, 2), TOO_OFTEN);
    assert_int_equal(rate(&larkspur, question, 2, 0), TOO_OFTEN);
    assert_int_equal(choose(&tamarack, question, 2), OK); /* control: another member's day */
    teardown();
}

static void a_blanked_option_keeps_its_choices(void **state UNUSED)
{
    struct command blank = {.kind = COMMAND_TEXT_BLANK};
    size_t count;
    setup();
    struct command command = case_command("Yes\nNo");
    int64_t question = asked(&kestrel, &command);
    assert_int_equal(choose(&larkspur, question, 2), OK);
    blank.text_blank = (struct command_text_blank){.seq = question, .part = 2};
    assert_int_equal(room_do(NULL, &blank, NULL), OK);
    struct board_poll_options_row *rows = options_of(question, &count);
    assert_int_equal(count, 2);
    assert_true(text_is(rows[1].words, ""));
    assert_int_equal(rows[1].chosen, 1);
    teardown();
}

static enum result specialties(const struct person *person, const char *words)
{
    struct command command = {.kind = COMMAND_SPECIALTIES_CHOOSE};
    request_new(&command);
    command.specialties_choose = (struct command_specialties_choose){text_of(words), true};
    return room_do(person, &command, NULL);
}

static struct text shown_of(const struct person *person)
{
    struct board_member_profile_row row;
    assert_int_equal(board_member_profile(page_board(), &room_arena, person->id, &row), OK);
    return row.specialty;
}

static void specialties_are_own_words_until_a_list_is_loaded(void **state UNUSED)
{
    setup();
    assert_int_equal(specialties(&kestrel, "cardiology\n\nsports medicine\ncardiology"), OK);
    assert_true(text_is(shown_of(&kestrel), "cardiology, sports medicine"));
    assert_int_equal(specialties(&kestrel, "a\nb\nc\nd\ne\nf"), INVALID);
    assert_int_equal(specialties(&kestrel, "\n\n"), INVALID);
    assert_int_equal(specialties(&admin, "cardiology"), REFUSED);
    teardown();
}

static const char *list_write(const char *content)
{
    const char *path = conf_path("list.csv");
    FILE *const file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

#define PHYSICIANS "Allopathic & Osteopathic Physicians"

static void a_loaded_list_decides_what_can_be_chosen(void **state UNUSED)
{
    struct desk_member_specialties_row row;
    setup();
    const char *path =
        list_write("Specialization,Code,Grouping,Classification,Definition\n"
                   "Nephrology,207RN0300X," PHYSICIANS ",Internal Medicine,\"Kidneys, mostly\"\n"
                   ",207R00000X," PHYSICIANS ",Internal Medicine,\n"
                   "Addiction Medicine,207QA0401X," PHYSICIANS ",Family Medicine,\n"
                   "Addiction Medicine,207RA0401X," PHYSICIANS ",Internal Medicine,\n"
                   "Massage,225700000X,Other Service Providers,Massage Therapist,\n");
    assert_int_equal(specialties_load(path), 0);
    assert_int_equal(specialties(&kestrel, "cardiology"), INVALID);
    assert_int_equal(specialties(&kestrel, "Massage"), INVALID);            /* no physician's */
    assert_int_equal(specialties(&kestrel, "Addiction Medicine"), INVALID); /* of which? */
    assert_int_equal(specialties(&kestrel, "nephrology\nAddiction Medicine (Internal Medicine)"),
                     OK);
    assert_true(text_is(shown_of(&kestrel), "Nephrology, Addiction Medicine (Internal Medicine)"));
    assert_int_equal(desk_member_specialties(room.desk, &room_arena, kestrel.id, &row), OK);
    assert_true(text_is(row.codes, "207RN0300X 207RA0401X"));
    teardown();
}

static void the_real_list_is_taken_in(void **state UNUSED)
{
    const char *shared = getenv("SHARED");
    if (shared == NULL || shared[0] == 0)
        skip();
    setup();
    struct text path =
        arena_format(&room_arena, "%s/data/registry/nucc_taxonomy_251_min.tsv", shared);
    assert_int_equal(specialties_load(path.data), 0);
    assert_int_equal(specialties(&kestrel,
                                 "cardiovascular disease\nUrogynecology and Reconstructive "
                                 "Pelvic Surgery (Obstetrics & Gynecology)"),
                     OK);
    assert_int_equal(specialties(&kestrel, "Acupuncturist"), INVALID);
    teardown();
}

static void a_broken_list_changes_nothing(void **state UNUSED)
{
    setup();
    assert_int_equal(specialties_load(list_write("Code,Classification\nA1,Surgery\n")), 0);
    static const char *const bad[] = {"",
                                      "Words,Classification\nA,B\n",
                                      "Code,Classification\nA1,Surgery\nA1,Surgery\n",
                                      "Code,Classification\n,Surgery\n",
                                      "Code,Classification\nA1,Sur\xffgery\n",
                                      "Code,Classification\nA1\n",
                                      "Code,Classification\n"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_equal(specialties_load(list_write(bad[i])), 1);
    assert_int_equal(specialties(&kestrel, "Surgery"), OK);
    assert_int_equal(specialties(&kestrel, "Medicine"), INVALID);
    teardown();
}

static void hiding_specialties_keeps_them(void **state UNUSED)
{
    struct command command = {.kind = COMMAND_SPECIALTY_SHOW};
    setup();
    assert_int_equal(specialties(&kestrel, "cardiology\nsports medicine"), OK);
    request_new(&command);
    command.specialty_show.shown = false;
    assert_int_equal(room_do(&kestrel, &command, NULL), OK);
    assert_true(text_is(shown_of(&kestrel), ""));
    request_new(&command);
    command.specialty_show.shown = true;
    assert_int_equal(room_do(&kestrel, &command, NULL), OK);
    assert_true(text_is(shown_of(&kestrel), "cardiology, sports medicine"));
    teardown();
}

/* Both stores as they are, without what differs between two folds of the same journal. */
static void digests(uint8_t out[2][DIGEST_SIZE])
{
    int64_t rows;
    assert_int_equal(db_content_digest(room.board, fold_skipped, out[0], &rows), OK);
    assert_int_equal(db_content_digest(room.desk, fold_skipped, out[1], &rows), OK);
}

static void folded_again_all_of_it_is_the_same(void **state UNUSED)
{
    uint8_t before[2][DIGEST_SIZE], after[2][DIGEST_SIZE];
    struct command blank = {.kind = COMMAND_TEXT_BLANK};
    setup();
    struct command command = case_command("Yes\nNo");
    int64_t question = asked(&kestrel, &command);
    assert_int_equal(choose(&larkspur, question, 2), OK);
    assert_int_equal(choose(&larkspur, question, 1), OK);
    assert_int_equal(choose(&wigeon, question, 0), OK);
    assert_int_equal(rate(&larkspur, question, 5, 2), OK);
    assert_int_equal(solve(&kestrel, (struct command_solve){.question = question,
                                                            .solved = true,
                                                            .how = TEXT("Waited."),
                                                            .has_study = true,
                                                            .study = true}),
                     OK);
    assert_int_equal(specialties(&kestrel, "cardiology"), OK);
    blank.text_blank = (struct command_text_blank){.seq = question, .part = 2};
    assert_int_equal(room_do(NULL, &blank, NULL), OK);
    blank.text_blank = (struct command_text_blank){.seq = room.head - 2, .part = 0};
    assert_int_equal(room_do(NULL, &blank, NULL), OK); /* how it was solved */
    struct board_solution_get_row row;
    assert_int_equal(board_solution_get(room.board, &room_arena, question, &row), OK);
    assert_true(text_is(row.how, ""));
    digests(before);
    clerk_close(&room);
    static const char *const folds[] = {"board", "desk"};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(unlink(conf_store(folds[i])), 0);
    room_begin();
    digests(after);
    assert_memory_equal(before, after, sizeof(before));
    assert_int_equal(rate(&larkspur, question, 5, 3), OK); /* control: the digests see it */
    digests(after);
    assert_memory_not_equal(before[0], after[0], DIGEST_SIZE);
    assert_memory_not_equal(before[1], after[1], DIGEST_SIZE);
    teardown();
}

static void who_leaves_takes_own_rows_along_and_may_blank_what_he_wrote(void **state UNUSED)
{
    struct command command = {.kind = COMMAND_LEAVE};
    struct board_solution_get_row row;
    uint8_t key[KEY_SIZE], tag[SESSION_TAG_SIZE];
    struct board_own_get_row own;
    size_t count;
    setup();
    struct command ask = case_command("Yes\nNo");
    int64_t question = asked(&kestrel, &ask), other;
    ask = case_command("This\nThat");
    other = asked(&larkspur, &ask);
    assert_int_equal(choose(&kestrel, other, 1), OK);
    assert_int_equal(
        solve(&kestrel,
              (struct command_solve){.question = question, .solved = true, .how = TEXT("Waited.")}),
        OK);
    assert_int_equal(keyring_view_key(&room.keys, &room_arena, kestrel.id, key), OK);
    session_thread_tag(tag, key, other);
    assert_int_equal(board_own_get(room.board, &room_arena, bytes_of(tag, sizeof(tag)), &own), OK);
    request_new(&command);
    command.leave = (struct command_leave){TEXT("password 123"), true};
    assert_int_equal(room_do(&kestrel, &command, NULL), OK);
    assert_int_equal(board_own_get(room.board, &room_arena, bytes_of(tag, sizeof(tag)), &own),
                     NOT_FOUND);
    assert_int_equal(board_solution_get(room.board, &room_arena, question, &row), OK);
    assert_true(text_is(row.how, ""));
    assert_true(text_is(options_of(question, &count)[0].words, ""));
    assert_int_equal(options_of(other, &count)[0].chosen, 1); /* his choice stays counted */
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_keeps_its_options_in_order),
        cmocka_unit_test(options_that_are_no_choice_are_refused),
        cmocka_unit_test(one_choice_a_member_and_a_new_one_replaces_it),
        cmocka_unit_test(who_looks_first_chooses_with_the_bars_in_sight),
        cmocka_unit_test(an_observation_keeps_its_facts_and_no_day),
        cmocka_unit_test(months_read_as_a_person_says_them),
        cmocka_unit_test(how_it_was_solved_is_kept_and_told_once),
        cmocka_unit_test(a_solved_case_becomes_a_case_study_and_keeps_its_how),
        cmocka_unit_test(ratings_are_shown_from_three_on_and_one_a_member),
        cmocka_unit_test(choices_and_ratings_count_towards_the_day),
        cmocka_unit_test(a_blanked_option_keeps_its_choices),
        cmocka_unit_test(specialties_are_own_words_until_a_list_is_loaded),
        cmocka_unit_test(a_loaded_list_decides_what_can_be_chosen),
        cmocka_unit_test(the_real_list_is_taken_in),
        cmocka_unit_test(a_broken_list_changes_nothing),
        cmocka_unit_test(hiding_specialties_keeps_them),
        cmocka_unit_test(folded_again_all_of_it_is_the_same),
        cmocka_unit_test(who_leaves_takes_own_rows_along_and_may_blank_what_he_wrote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
