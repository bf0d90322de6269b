/* Comments before the admins: flagged by their own number, hidden with a reason and brought back,
 * their text removed for good. */
#include "tests/unit/moderation_room.h"

static struct person admin, second, kestrel, larkspur, tamarack;
static int64_t question, answer, comment, other;

static int64_t comment_make(const struct person *person, int64_t posting, const char *words)
{
    struct command command = {.kind = COMMAND_COMMENT_ADD};
    request_new(&command);
    command.comment_add.posting = posting;
    command.comment_add.body = text_of(words);
    assert_int_equal(room_do(person, &command, NULL), OK);
    return room.head;
}

static void setup(void)
{
    room_open();
    staff_make(&admin, "Switchboard", BOARD_ADMIN);
    staff_make(&second, "Fennimore", BOARD_ADMIN);
    person_make(&admin, &kestrel, "Kestrel");
    person_make(&admin, &larkspur, "Larkspur");
    person_make(&admin, &tamarack, "Tamarack");
    question = person_ask(&kestrel, "Fainting after a new drug");
    answer = person_answer(&larkspur, question, "Stop the drug.");
    comment = comment_make(&tamarack, answer, "Buy quokkalike in my shop.");
    other = comment_make(&kestrel, answer, "Since when, wombatlike?");
}

static void teardown(void)
{
    clerk_close(&room);
}

static enum result flag(const struct person *person, int64_t id, int64_t reason, int64_t target)
{
    struct command command = {.kind = COMMAND_FLAG};
    request_new(&command);
    command.flag = (struct command_flag){id, reason, target, TEXT("")};
    return room_do(person, &command, NULL);
}

static enum result decide(const struct person *person, int64_t id, int64_t outcome)
{
    struct command command = {.kind = COMMAND_POSTING_DECIDE};
    request_new(&command);
    command.posting_decide = (struct command_posting_decide){
        id, outcome, outcome == OUTCOME_KEPT ? FLAG_NONE : FLAG_ADVERTISING, TEXT("A shop.")};
    return room_do(person, &command, NULL);
}

static enum result appeal(const struct person *person, int64_t id)
{
    struct command command = {.kind = COMMAND_APPEAL};
    request_new(&command);
    command.appeal = (struct command_appeal){id, TEXT("It is the only shop.")};
    return room_do(person, &command, NULL);
}

static enum result take_back(const struct person *person, int64_t id)
{
    struct command command = {.kind = COMMAND_COMMENT_REMOVE};
    request_new(&command);
    command.comment_remove.comment = id;
    return room_do(person, &command, NULL);
}

/* How many comments the thread shows. */
static size_t shown(void)
{
    struct board_comments_of_thread_row *rows;
    struct board_comments_of_row *same;
    size_t count, again;
    struct db *db = reader();
    assert_int_equal(board_comments_of_thread(db, &room_arena, question, 100, &rows, &count), OK);
    assert_int_equal(board_comments_of(db, &room_arena, answer, 100, &same, &again), OK);
    db_close(db);
    assert_int_equal(count, again);
    return count;
}

static size_t found(const char *words)
{
    struct db *db = reader();
    struct search *search = search_open(db);
    struct search_hit *hits;
    size_t count = 0;
    assert_int_equal(search_threads(search, &room_arena, text_of(words), 10, &hits, &count), OK);
    search_close(search);
    db_close(db);
    return count;
}

static struct board_comment_withheld_own_row own_of(const struct person *person, int64_t id,
                                                    enum result *result)
{
    struct board_comment_withheld_own_row row = {0};
    struct db *db = reader();
    *result = board_comment_withheld_own(db, &room_arena, id, person->id, &row);
    db_close(db);
    return row;
}

static int64_t version(void)
{
    struct board_thread_state_row row;
    struct db *db = reader();
    assert_int_equal(board_thread_state(db, &room_arena, question, &row), OK);
    db_close(db);
    return row.version;
}

static bool journal_has(int64_t seq)
{
    uint8_t salt[16];
    struct text body;
    return log_text_get(room.journal, &room_arena, seq, 0, &body, salt) == OK && body.data != NULL;
}

static void a_flagged_comment_waits_for_an_admin_and_nobody_flags_his_own(void **state UNUSED)
{
    setup();
    assert_int_equal(flag(&tamarack, comment, FLAG_ADVERTISING, 0), REFUSED);
    assert_int_equal(flag(&kestrel, comment, FLAG_DUPLICATE, question), INVALID);
    assert_int_equal(flag(&kestrel, comment + 1000, FLAG_ADVERTISING, 0), NOT_FOUND);
    assert_int_equal(queue_of(&admin).waiting, 0); /* the control */
    assert_int_equal(flag(&kestrel, comment, FLAG_ADVERTISING, 0), OK);
    struct reply_moderation_queue queue = queue_of(&admin);
    assert_int_equal(queue.waiting, 1);
    assert_int_equal(queue.items[0].posting, comment);
    assert_int_equal(queue.items[0].kind, POSTING_COMMENT);
    assert_int_equal(queue.items[0].question, question);
    assert_int_equal(queue.items[0].flags_count, 1);
    assert_int_equal(decide(&admin, comment, OUTCOME_KEPT), OK);
    assert_int_equal(queue_of(&admin).waiting, 0);
    assert_int_equal(shown(), 2);
    teardown();
}

static void a_hidden_comment_is_on_no_page_and_in_no_search_until_it_comes_back(void **state UNUSED)
{
    enum result result;
    setup();
    assert_int_equal(shown(), 2);
    assert_int_equal(found("quokkalike"), 1);
    int64_t before = version();
    assert_int_equal(decide(&kestrel, comment, OUTCOME_HIDDEN), REFUSED);
    assert_int_equal(decide(&admin, comment, OUTCOME_RETURNED), INVALID);
    assert_int_equal(shown(), 2);
    assert_int_equal(decide(&admin, comment, OUTCOME_HIDDEN), OK);
    assert_int_equal(shown(), 1);
    assert_int_equal(found("quokkalike"), 0);
    assert_int_equal(found("wombatlike"), 1); /* the control: the other comment stays */
    assert_true(version() > before);          /* kept pages are made anew */
    assert_int_equal(flag(&kestrel, comment, FLAG_RUDE, 0), NOT_FOUND);
    assert_int_equal(take_back(&tamarack, comment), NOT_FOUND);
    assert_int_equal(own_of(&tamarack, comment, &result).reason, FLAG_ADVERTISING);
    assert_int_equal(result, OK);
    (void)own_of(&kestrel, comment, &result);
    assert_int_equal(result, NOT_FOUND);
    assert_int_equal(appeal(&kestrel, comment), NOT_FOUND);
    assert_int_equal(appeal(&tamarack, comment), OK);
    assert_int_equal(decide(&admin, comment, OUTCOME_KEPT), CONFLICT); /* his own decision */
    assert_int_equal(decide(&second, comment, OUTCOME_KEPT), OK);
    assert_int_equal(shown(), 2);
    assert_int_equal(found("quokkalike"), 1);
    teardown();
}

static void a_removed_comment_is_in_no_store(void **state UNUSED)
{
    enum result result;
    setup();
    assert_true(journal_has(comment));
    assert_int_equal(decide(&admin, comment, OUTCOME_REMOVED), OK);
    assert_false(journal_has(comment));
    assert_true(journal_has(other)); /* the control */
    assert_int_equal(shown(), 1);
    assert_int_equal(own_of(&tamarack, comment, &result).html.size, 0);
    assert_int_equal(result, OK);
    assert_int_equal(decide(&second, comment, OUTCOME_KEPT), CONFLICT);
    assert_int_equal(appeal(&tamarack, comment), CONFLICT);
    teardown();
}

static void what_its_author_took_back_only_leaves_the_queue(void **state UNUSED)
{
    setup();
    assert_int_equal(flag(&kestrel, comment, FLAG_ADVERTISING, 0), OK);
    assert_int_equal(take_back(&tamarack, comment), OK);
    assert_int_equal(flag(&larkspur, comment, FLAG_ADVERTISING, 0), NOT_FOUND);
    assert_int_equal(queue_of(&admin).items_count, 1);
    assert_int_equal(decide(&admin, comment, OUTCOME_HIDDEN), CONFLICT);
    assert_int_equal(decide(&admin, comment, OUTCOME_KEPT), OK);
    assert_int_equal(queue_of(&admin).waiting, 0);
    teardown();
}

static void a_comment_below_what_is_hidden_waits_for_that(void **state UNUSED)
{
    setup();
    assert_int_equal(flag(&kestrel, comment, FLAG_ADVERTISING, 0), OK);
    assert_int_equal(decide(&admin, answer, OUTCOME_HIDDEN), OK);
    assert_int_equal(flag(&larkspur, comment, FLAG_ADVERTISING, 0), NOT_FOUND);
    assert_int_equal(decide(&admin, comment, OUTCOME_HIDDEN), CONFLICT);
    assert_int_equal(decide(&admin, answer, OUTCOME_KEPT), OK);
    assert_int_equal(decide(&admin, comment, OUTCOME_HIDDEN), OK); /* the control */
    assert_int_equal(decide(&admin, answer, OUTCOME_HIDDEN), OK);
    assert_int_equal(decide(&second, comment, OUTCOME_KEPT), OK);
    assert_int_equal(decide(&second, answer, OUTCOME_KEPT), OK);
    assert_int_equal(shown(), 2);
    assert_int_equal(found("quokkalike"), 1);
    teardown();
}

static void who_leaves_takes_a_hidden_comment_along(void **state UNUSED)
{
    setup();
    assert_int_equal(decide(&admin, comment, OUTCOME_HIDDEN), OK);
    assert_true(journal_has(comment));
    struct command command = {.kind = COMMAND_LEAVE};
    request_new(&command);
    command.leave.password = TEXT("password 123");
    command.leave.blank = true;
    assert_int_equal(room_do(&tamarack, &command, NULL), OK);
    assert_false(journal_has(comment));
    assert_true(journal_has(other)); /* the control */
    teardown();
}

static void the_log_has_comments_too(void **state UNUSED)
{
    struct board_moderations_row *rows;
    size_t count = 0;
    setup();
    assert_int_equal(decide(&admin, comment, OUTCOME_HIDDEN), OK);
    struct db *db = reader();
    assert_int_equal(board_moderations(db, &room_arena, INT64_MAX, 10, &rows, &count), OK);
    db_close(db);
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].kind, POSTING_COMMENT);
    assert_int_equal(rows[0].outcome, OUTCOME_HIDDEN);
    assert_string_equal(posting_kind_name(rows[0].kind), "comment");
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flagged_comment_waits_for_an_admin_and_nobody_flags_his_own),
        cmocka_unit_test(a_hidden_comment_is_on_no_page_and_in_no_search_until_it_comes_back),
        cmocka_unit_test(a_removed_comment_is_in_no_store),
        cmocka_unit_test(what_its_author_took_back_only_leaves_the_queue),
        cmocka_unit_test(a_comment_below_what_is_hidden_waits_for_that),
        cmocka_unit_test(who_leaves_takes_a_hidden_comment_along),
        cmocka_unit_test(the_log_has_comments_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
