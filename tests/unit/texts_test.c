/* What becomes of postings: who may change what, what stays, what goes for good, and that nothing
 * happens twice. */
#include "tests/unit/room.h"

static struct person admin, kestrel, larkspur, tamarack;
static int64_t question, answer;

static void setup(void)
{
    room_open();
    staff_make(&admin, "Switchboard", BOARD_ADMIN);
    person_make(&admin, &kestrel, "Kestrel");
    person_make(&admin, &larkspur, "Larkspur");
    person_make(&admin, &tamarack, "Tamarack");
    question = person_ask(&kestrel, "Fainting after a new drug");
    answer = person_answer(&larkspur, question, "Stop the drug.");
}

static void teardown(void)
{
    clerk_close(&room);
}

static struct board_posting_place_row posting_of(int64_t posting)
{
    struct board_posting_place_row row;
    assert_int_equal(board_posting_place(room.board, &room_arena, posting, &row), OK);
    return row;
}

static int64_t word_count(const char *word)
{
    struct board_search_count_between_row found;
    const struct text quoted = arena_format(&room_arena, "\"%s\"", word);
    assert_int_equal(
        board_search_count_between(room.board, &room_arena, quoted, 0, INT64_MAX, 9, &found), OK);
    return found.rows;
}

static int64_t revision_count(int64_t posting)
{
    struct board_revision_ids_row *rows;
    size_t count;
    assert_int_equal(board_revision_ids(room.board, &room_arena, posting, 0, 100, &rows, &count),
                     OK);
    return (int64_t)count;
}

static int64_t notices_of(const struct person *person, int64_t kind)
{
    struct board_notices_list_row *rows;
    struct db *db = NULL;
    size_t count;
    int64_t found = 0;
    assert_int_equal(db_open(&db, &board_store, conf_store("board"), ROLE_WEB_MEMBER, DB_READ, 0),
                     OK);
    assert_int_equal(board_notices_list(db, &room_arena, person->id, INT64_MAX, 100, &rows, &count),
                     OK);
    for (size_t i = 0; i < count; i++)
        found += rows[i].kind == kind;
    db_close(db);
    return found;
}

static enum result edit(const struct person *person, int64_t posting, const char *title,
                        const char *body, struct command *command)
{
    *command = (struct command){.kind = COMMAND_POSTING_EDIT};
    request_new(command);
    command->posting_edit =
        (struct command_posting_edit){posting, text_of(title), text_of(body), TEXT("Clearer.")};
    return room_do(person, command, NULL);
}

static void an_author_edits_and_the_first_wording_stays(void **state UNUSED)
{
    struct command command;
    setup();
    assert_int_equal(word_count("frobnicate"), 0);
    assert_int_equal(edit(&larkspur, answer, "", "Stop it, and frobnicate.", &command), OK);
    assert_true(text_is(posting_of(answer).body, "Stop it, and frobnicate."));
    assert_int_equal(word_count("frobnicate"), 1);
    assert_int_equal(revision_count(answer), 1);
    int64_t head = room.head;
    assert_int_equal(room_do(&larkspur, &command, NULL), OK); /* the same form again */
    assert_int_equal(room.head, head);
    assert_int_equal(edit(&kestrel, question, "Fainting after an old drug", "Yes.", &command), OK);
    assert_true(text_is(posting_of(question).title, "Fainting after an old drug"));
    assert_int_equal(word_count("new"), 0);
    assert_int_equal(board_index_check(room.board), OK);
    teardown();
}

static void nobody_edits_what_is_not_his_and_nothing_refused_changes_anything(void **state UNUSED)
{
    struct command command;
    setup();
    int64_t head = room.head;
    assert_int_equal(edit(&kestrel, answer, "", "Mine now.", &command), REFUSED);
    assert_int_equal(edit(&admin, answer, "", "Mine now.", &command), REFUSED);
    assert_int_equal(edit(&larkspur, answer, "", "Stop the drug.", &command), INVALID);
    assert_int_equal(edit(&larkspur, answer, "A title here", "Stop it.", &command), INVALID);
    assert_int_equal(edit(&kestrel, question, "Short", "Stop it.", &command), INVALID);
    assert_int_equal(edit(&larkspur, answer, "", "  ", &command), INVALID);
    assert_int_equal(edit(&larkspur, answer, "", "Call 618-555-0187, SSN 219-09-9999.", &command),
                     INVALID);
    assert_int_equal(edit(&larkspur, 1, "", "Stop it.", &command), NOT_FOUND);
    assert_int_equal(room.head, head);
    teardown();
}

static void votes_before_an_edit_stand_and_are_counted(void **state UNUSED)
{
    struct command command;
    struct board_revisions_of_row *rows;
    struct db *db = NULL;
    size_t count;
    setup();
    assert_int_equal(person_vote(&kestrel, answer, STANCE_CORROBORATE, 1), OK);
    assert_int_equal(person_vote(&tamarack, answer, STANCE_DISPUTE, 0), OK);
    assert_int_equal(edit(&larkspur, answer, "", "Stop it.", &command), OK);
    assert_int_equal(db_open(&db, &board_store, conf_store("board"), ROLE_WEB_MEMBER, DB_READ, 0),
                     OK);
    assert_int_equal(board_revisions_of(db, &room_arena, answer, INT64_MAX, 10, &rows, &count), OK);
    db_close(db);
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].votes, 2);
    assert_int_equal(rows[1].votes, 0);
    assert_true(text_is(rows[1].body, "Stop the drug."));
    teardown();
}

/* Whether any text of the journal still has these words. */
static bool journal_has(const char *words)
{
    struct journal_entry *entries;
    size_t count;
    bool found = false;
    assert_int_equal(journal_read(room.journal, &room_arena, 0, 1000, &entries, &count), OK);
    for (size_t i = 0; i < count; i++)
        for (size_t part = 0; part < EVENT_TEXTS_MAX; part++)
            found = found || (entries[i].texts[part].data != NULL &&
                              memmem(entries[i].texts[part].data, entries[i].texts[part].size,
                                     words, strlen(words)) != NULL);
    return found;
}

static enum result blank(int64_t seq, int64_t part)
{
    struct command command = {.kind = COMMAND_TEXT_BLANK};
    request_new(&command);
    command.text_blank = (struct command_text_blank){seq, part};
    return room_do(NULL, &command, NULL);
}

static void blanking_a_posting_blanks_all_its_wordings(void **state UNUSED)
{
    struct command command;
    struct board_revision_place_row row;
    setup();
    assert_int_equal(edit(&larkspur, answer, "", "Frobnicate once.", &command), OK);
    assert_int_equal(edit(&larkspur, answer, "", "Frobnicate twice.", &command), OK);
    assert_true(journal_has("Frobnicate once"));
    assert_int_equal(blank(answer, 1), OK);
    assert_false(journal_has("Frobnicate"));
    assert_false(journal_has("Stop the drug"));
    assert_int_equal(posting_of(answer).body.size, 0);
    assert_int_equal(board_revision_place(room.board, &room_arena, answer, &row), OK);
    assert_int_equal(row.body.size, 0);
    assert_int_equal(word_count("frobnicate"), 0);
    assert_true(journal_has("seventies")); /* control: the question's own */
    teardown();
}

static void one_wording_can_be_blanked_alone(void **state UNUSED)
{
    struct command command;
    setup();
    assert_int_equal(edit(&larkspur, answer, "", "Frobnicate once.", &command), OK);
    int64_t bad = room.head;
    assert_int_equal(edit(&larkspur, answer, "", "All well.", &command), OK);
    assert_int_equal(blank(bad, 1), OK);
    assert_false(journal_has("Frobnicate"));
    assert_true(text_is(posting_of(answer).body, "All well."));
    assert_int_equal(blank(room.head, 1), NOT_FOUND); /* text_blanked has no text */
    assert_int_equal(blank(bad + 1, 1), OK);          /* the one that stands */
    assert_int_equal(posting_of(answer).body.size, 0);
    teardown();
}

static enum result comment(const struct person *person, int64_t posting, const char *body,
                           int64_t *id)
{
    struct command command = {.kind = COMMAND_COMMENT_ADD};
    struct text reply;
    request_new(&command);
    command.comment_add = (struct command_comment_add){posting, text_of(body)};
    enum result result = room_do(person, &command, &reply);
    if (result == OK && id != NULL)
        *id = created_id(reply);
    return result;
}

static enum result comment_remove(const struct person *person, int64_t id)
{
    struct command command = {.kind = COMMAND_COMMENT_REMOVE};
    command.comment_remove.comment = id;
    return room_do(person, &command, NULL);
}

static void a_comment_is_short_clean_and_tells_the_author(void **state UNUSED)
{
    char most[COMMENT_CHARACTERS_MAX + 2];
    setup();
    memset(most, 'x', sizeof(most));
    most[COMMENT_CHARACTERS_MAX + 1] = 0;
    int64_t head = room.head;
    assert_int_equal(comment(&kestrel, answer, most, NULL), TOO_MUCH);
    assert_int_equal(comment(&kestrel, answer, " ", NULL), INVALID);
    assert_int_equal(comment(&kestrel, answer, "SSN 219-09-9999", NULL), INVALID);
    assert_int_equal(comment(&kestrel, 1, "Which dose?", NULL), NOT_FOUND);
    assert_int_equal(comment(&admin, answer, "Which dose?", NULL), REFUSED);
    assert_int_equal(room.head, head);
    most[COMMENT_CHARACTERS_MAX] = 0;
    assert_int_equal(comment(&kestrel, answer, most, NULL), OK);
    assert_int_equal(notices_of(&larkspur, NOTICE_COMMENT), 1);
    assert_int_equal(comment(&larkspur, answer, "My own.", NULL), OK);
    assert_int_equal(notices_of(&larkspur, NOTICE_COMMENT), 1);
    teardown();
}

static void only_its_author_removes_a_comment_and_then_it_is_gone(void **state UNUSED)
{
    int64_t id = 0;
    struct board_comment_place_row row;
    setup();
    assert_int_equal(comment(&kestrel, answer, "A frobnicated remark.", &id), OK);
    assert_int_equal(comment_remove(&larkspur, id), REFUSED);
    assert_true(journal_has("frobnicated"));
    assert_int_equal(word_count("frobnicated"), 1);
    assert_int_equal(comment_remove(&kestrel, id), OK);
    assert_false(journal_has("frobnicated"));
    assert_int_equal(word_count("frobnicated"), 0);
    assert_int_equal(board_index_check(room.board), OK);
    assert_int_equal(board_comment_place(room.board, &room_arena, id, &row), OK);
    assert_true(row.gone);
    int64_t head = room.head;
    assert_int_equal(comment_remove(&kestrel, id), OK); /* again: nothing more */
    assert_int_equal(room.head, head);
    teardown();
}

static void comments_of_a_day_have_a_limit(void **state UNUSED)
{
    setup();
    room_settings("second.physician = 0\nsecond.staff = 0\ncomment.per_day = 1\n");
    assert_int_equal(comment(&kestrel, answer, "One.", NULL), OK);
    assert_int_equal(comment(&kestrel, answer, "Two.", NULL), TOO_OFTEN);
    assert_int_equal(comment(&tamarack, answer, "Another's.", NULL), OK);
    teardown();
}

static enum result thank(const struct person *person, int64_t posting)
{
    struct command command = {.kind = COMMAND_THANK};
    command.thank.posting = posting;
    return room_do(person, &command, NULL);
}

static void thanks_count_once_and_tell_once_a_day(void **state UNUSED)
{
    setup();
    int64_t second = person_answer(&larkspur, question, "And wait.");
    assert_int_equal(thank(&larkspur, answer), REFUSED);
    assert_int_equal(thank(&kestrel, answer), OK);
    int64_t head = room.head;
    assert_int_equal(thank(&kestrel, answer), OK);
    assert_int_equal(room.head, head);
    assert_int_equal(thank(&tamarack, answer), OK);
    assert_int_equal(thank(&tamarack, second), OK);
    assert_int_equal(notices_of(&larkspur, NOTICE_THANKS), 1);
    assert_int_equal(thank(&tamarack, question), OK);
    assert_int_equal(notices_of(&kestrel, NOTICE_THANKS), 1);
    teardown();
}

static enum result choose(const struct person *person, int64_t posting)
{
    struct command command = {.kind = COMMAND_CHOOSE};
    command.choose = (struct command_choose){question, posting};
    return room_do(person, &command, NULL);
}

static void the_asker_alone_chooses_among_the_answers_to_the_question(void **state UNUSED)
{
    struct board_choice_get_row row;
    setup();
    int64_t other = person_ask(&tamarack, "Something else entirely");
    int64_t elsewhere = person_answer(&kestrel, other, "Elsewhere.");
    int64_t head = room.head;
    assert_int_equal(choose(&tamarack, answer), REFUSED);
    assert_int_equal(choose(&kestrel, elsewhere), NOT_FOUND);
    assert_int_equal(choose(&kestrel, question), NOT_FOUND);
    assert_int_equal(room.head, head);
    assert_int_equal(choose(&kestrel, answer), OK);
    assert_int_equal(choose(&kestrel, answer), OK);
    assert_int_equal(room.head, head + 1);
    assert_int_equal(board_choice_get(room.board, &room_arena, question, &row), OK);
    assert_int_equal(row.posting, answer);
    assert_int_equal(choose(&kestrel, 0), OK);
    assert_int_equal(board_choice_get(room.board, &room_arena, question, &row), NOT_FOUND);
    teardown();
}

static enum result mark(const struct person *person, int64_t what, const char *source,
                        const char *words)
{
    struct command command = {.kind = COMMAND_MARK_SET};
    request_new(&command);
    command.mark_set = (struct command_mark_set){answer, what, text_of(source), text_of(words)};
    return room_do(person, &command, NULL);
}

static void a_mark_needs_a_source_and_words_and_is_one_a_member(void **state UNUSED)
{
    struct command command = {.kind = COMMAND_MARK_WITHDRAW};
    struct board_mark_own_row row;
    setup();
    int64_t head = room.head;
    assert_int_equal(mark(&kestrel, MARK_DANGEROUS, "", "It harms."), INVALID);
    assert_int_equal(mark(&kestrel, MARK_DANGEROUS, "my old teacher", "It harms."), INVALID);
    assert_int_equal(mark(&kestrel, MARK_DANGEROUS, "PMID 77", ""), INVALID);
    assert_int_equal(mark(&larkspur, MARK_DANGEROUS, "PMID 77", "Mine."), CONFLICT);
    assert_int_equal(mark(&kestrel, MARK_OUTDATED, "https://example.org/?q=219-09-9999", "It is."),
                     INVALID);
    assert_int_equal(room.head, head);
    assert_int_equal(mark(&kestrel, MARK_DANGEROUS, "PMID 77", "It frobnicates."), OK);
    assert_int_equal(mark(&kestrel, MARK_DANGEROUS, "doi:10.1000/x", "It truly harms."), OK);
    assert_false(journal_has("frobnicates")); /* what was replaced is not kept */
    assert_int_equal(
        board_mark_own(room.board, &room_arena, answer, kestrel.id, MARK_DANGEROUS, &row), OK);
    assert_int_equal(row.source, CITATION_DOI);
    assert_int_equal(mark(&kestrel, MARK_OUTDATED, "PMID 78", "And it is old."), OK);
    assert_int_equal(notices_of(&larkspur, NOTICE_MARK), 3);
    command.mark_withdraw = (struct command_mark_withdraw){answer, MARK_DANGEROUS};
    assert_int_equal(room_do(&tamarack, &command, NULL), OK); /* has none: nothing happens */
    assert_int_equal(room_do(&kestrel, &command, NULL), OK);
    assert_int_equal(
        board_mark_own(room.board, &room_arena, answer, kestrel.id, MARK_DANGEROUS, &row),
        NOT_FOUND);
    assert_false(journal_has("truly harms"));
    assert_int_equal(
        board_mark_own(room.board, &room_arena, answer, kestrel.id, MARK_OUTDATED, &row), OK);
    teardown();
}

static enum result summarise(const struct person *person, int64_t base, const char *body,
                             int64_t *id)
{
    struct command command = {.kind = COMMAND_SUMMARY_EDIT};
    struct text reply;
    request_new(&command);
    command.summary_edit = (struct command_summary_edit){question, base, text_of(body), TEXT("")};
    enum result result = room_do(person, &command, &reply);
    if (result == OK && id != NULL)
        *id = created_id(reply);
    return result;
}

static void a_summary_of_a_stale_version_is_not_taken(void **state UNUSED)
{
    struct board_summary_get_row row;
    int64_t first = 0, second = 0;
    setup();
    const char *body = arena_format(&room_arena, "Stop the drug. [%lld]", (long long)answer).data;
    const char *more =
        arena_format(&room_arena, "Stop the drug at once. [%lld]", (long long)answer).data;
    assert_int_equal(summarise(&kestrel, 0, body, &first), OK);
    assert_int_equal(summarise(&larkspur, 0, more, NULL), CONFLICT);
    assert_int_equal(summarise(&larkspur, first, body, NULL), INVALID); /* nothing changed */
    assert_int_equal(summarise(&larkspur, first, more, &second), OK);
    assert_int_equal(summarise(&tamarack, first, body, NULL), CONFLICT);
    assert_int_equal(board_summary_get(room.board, &room_arena, question, &row), OK);
    assert_int_equal(row.id, second);
    assert_int_equal(row.versions, 2);
    assert_int_equal(row.member, larkspur.id);
    teardown();
}

static void what_a_thread_gained_is_found_and_goes_with_what_is_withheld(void **state UNUSED)
{
    struct command command = {.kind = COMMAND_POSTING_DECIDE};
    int64_t first = 0;
    setup();
    assert_int_equal(comment(&tamarack, answer, "With quinvolate too?", NULL), OK);
    const char *body =
        arena_format(&room_arena, "Zeldramine ends it. [%lld]", (long long)answer).data;
    const char *other =
        arena_format(&room_arena, "Xanthidone ends it. [%lld]", (long long)answer).data;
    assert_int_equal(summarise(&kestrel, 0, body, &first), OK);
    assert_int_equal(word_count("quinvolate"), 1);
    assert_int_equal(word_count("zeldramine"), 1);
    assert_int_equal(summarise(&larkspur, first, other, NULL), OK);
    assert_int_equal(word_count("zeldramine"), 0); /* only the one that stands */
    assert_int_equal(word_count("xanthidone"), 1);
    for (int64_t outcome = OUTCOME_HIDDEN; outcome >= OUTCOME_KEPT;
         outcome -= OUTCOME_HIDDEN - OUTCOME_KEPT) {
        request_new(&command);
        command.posting_decide = (struct command_posting_decide){
            question, outcome, outcome == OUTCOME_KEPT ? FLAG_NONE : FLAG_ADVERTISING, TEXT("")};
        assert_int_equal(room_do(&admin, &command, NULL), OK);
        const int64_t found = outcome == OUTCOME_KEPT;
        assert_int_equal(word_count("quinvolate"), found);
        assert_int_equal(word_count("xanthidone"), found);
        assert_int_equal(board_index_check(room.board), OK);
    }
    teardown();
}

static void a_summary_rests_on_postings_of_its_own_thread(void **state UNUSED)
{
    setup();
    int64_t other = person_ask(&tamarack, "Something else entirely");
    int64_t head = room.head;
    assert_int_equal(summarise(&kestrel, 0,
                               arena_format(&room_arena, "So it is. [%lld]", (long long)other).data,
                               NULL),
                     INVALID);
    assert_int_equal(summarise(&kestrel, 0, "So it is. [999999]", NULL), INVALID);
    assert_int_equal(summarise(&kestrel, 0, "So it is.", NULL), INVALID);
    assert_int_equal(summarise(&kestrel, 0, "SSN 219-09-9999. [PMID 77]", NULL), INVALID);
    assert_int_equal(summarise(&admin, 0, "So it is. [PMID 77]", NULL), REFUSED);
    assert_int_equal(room.head, head);
    assert_int_equal(summarise(&kestrel, 0, "So it is. [PMID 77]", NULL), OK);
    teardown();
}

static void solved_by(const struct person *person, int64_t thread, const char *how)
{
    struct command command = {.kind = COMMAND_SOLVE};
    request_new(&command);
    command.solve = (struct command_solve){.question = thread, .solved = true, .how = text_of(how)};
    assert_int_equal(room_do(person, &command, NULL), OK);
}

static enum result removed(int64_t posting)
{
    struct command command = {.kind = COMMAND_POSTING_DECIDE};
    request_new(&command);
    command.posting_decide = (struct command_posting_decide){posting, OUTCOME_REMOVED,
                                                             FLAG_ADVERTISING, TEXT("A shop.")};
    return room_do(&admin, &command, NULL);
}

static void
removing_a_question_takes_its_poll_and_all_that_was_said_of_how_it_was_solved(void **state UNUSED)
{
    struct command command = ask_command("Which of the two drugs first");
    struct board_solution_get_row solution;
    struct board_poll_options_row *options;
    size_t count = 0;
    setup();
    command.ask.kind = POSTING_CASE;
    command.ask.options = TEXT("The old one\nThe quagmirol");
    assert_int_equal(room_do(&kestrel, &command, NULL), OK);
    int64_t polled = room.head;
    solved_by(&kestrel, polled, "By the wrong guess.");
    solved_by(&kestrel, polled, "By waiting.");
    assert_true(journal_has("wrong guess") && journal_has("By waiting") &&
                journal_has("quagmirol"));
    assert_int_equal(removed(polled), OK);
    assert_false(journal_has("wrong guess") || journal_has("By waiting"));
    assert_false(journal_has("quagmirol") || journal_has("Which of the two drugs"));
    assert_int_equal(board_solution_get(room.board, &room_arena, polled, &solution), OK);
    assert_int_equal(solution.how.size + solution.html.size, 0);
    assert_int_equal(board_poll_options(room.board, &room_arena, polled, &options, &count), OK);
    assert_int_equal(count, 2);
    assert_int_equal(options[0].words.size + options[1].words.size, 0);
    /* The control: another question keeps its own. */
    solved_by(&kestrel, question, "It went by itself.");
    assert_int_equal(removed(answer), OK);
    assert_true(journal_has("went by itself") && journal_has("Fainting after"));
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_author_edits_and_the_first_wording_stays),
        cmocka_unit_test(nobody_edits_what_is_not_his_and_nothing_refused_changes_anything),
        cmocka_unit_test(votes_before_an_edit_stand_and_are_counted),
        cmocka_unit_test(blanking_a_posting_blanks_all_its_wordings),
        cmocka_unit_test(one_wording_can_be_blanked_alone),
        cmocka_unit_test(a_comment_is_short_clean_and_tells_the_author),
        cmocka_unit_test(only_its_author_removes_a_comment_and_then_it_is_gone),
        cmocka_unit_test(comments_of_a_day_have_a_limit),
        cmocka_unit_test(thanks_count_once_and_tell_once_a_day),
        cmocka_unit_test(the_asker_alone_chooses_among_the_answers_to_the_question),
        cmocka_unit_test(a_mark_needs_a_source_and_words_and_is_one_a_member),
        cmocka_unit_test(a_summary_of_a_stale_version_is_not_taken),
        cmocka_unit_test(what_a_thread_gained_is_found_and_goes_with_what_is_withheld),
        cmocka_unit_test(a_summary_rests_on_postings_of_its_own_thread),
        cmocka_unit_test(
            removing_a_question_takes_its_poll_and_all_that_was_said_of_how_it_was_solved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
