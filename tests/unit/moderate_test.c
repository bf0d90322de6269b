/* Flags, what is withheld and comes back, the queue, objections, and questions asked before. */
#include "tests/unit/moderation_room.h"

static struct person admin, second, kestrel, larkspur, tamarack;
static int64_t question, answer;

static void setup(void)
{
    room_open();
    staff_make(&admin, "Switchboard", BOARD_ADMIN);
    staff_make(&second, "Fennimore", BOARD_ADMIN);
    person_make(&admin, &kestrel, "Kestrel");
    person_make(&admin, &larkspur, "Larkspur");
    person_make(&admin, &tamarack, "Tamarack");
    question = person_ask(&kestrel, "Fainting after a new drug");
    answer = person_answer(&larkspur, question, "Stop the zanzibarine.");
    assert_int_equal(person_vote(&tamarack, answer, STANCE_CORROBORATE, 2), OK);
}

static void teardown(void)
{
    clerk_close(&room);
}

/* ---- what people do ---- */

static enum result flag_with(const struct person *person, int64_t posting, int64_t reason,
                             int64_t target, const char *words, struct text *reply)
{
    struct command command = {.kind = COMMAND_FLAG};
    request_new(&command);
    command.flag = (struct command_flag){posting, reason, target, text_of(words)};
    return room_do(person, &command, reply);
}

static enum result flag(const struct person *person, int64_t posting, int64_t reason)
{
    return flag_with(person, posting, reason, 0, "", NULL);
}

static enum result flag_withdraw(const struct person *person, int64_t posting, int64_t reason)
{
    struct command command = {.kind = COMMAND_FLAG_WITHDRAW};
    request_new(&command);
    command.flag_withdraw = (struct command_flag_withdraw){posting, reason};
    return room_do(person, &command, NULL);
}

static enum result decide_with(const struct person *person, int64_t posting, int64_t outcome,
                               int64_t reason, const char *words)
{
    struct command command = {.kind = COMMAND_POSTING_DECIDE};
    request_new(&command);
    command.posting_decide =
        (struct command_posting_decide){posting, outcome, reason, text_of(words)};
    return room_do(person, &command, NULL);
}

static enum result decide(const struct person *person, int64_t posting, int64_t outcome)
{
    return decide_with(person, posting, outcome,
                       outcome == OUTCOME_KEPT ? FLAG_NONE : FLAG_ADVERTISING, "It names a shop.");
}

static enum result appeal(const struct person *person, int64_t posting)
{
    struct command command = {.kind = COMMAND_APPEAL};
    request_new(&command);
    command.appeal = (struct command_appeal){posting, TEXT("There is no other name for it.")};
    return room_do(person, &command, NULL);
}

static enum result link_decide(const struct person *person, int64_t repeats, int64_t target,
                               bool linked)
{
    struct command command = {.kind = COMMAND_DUPLICATE_DECIDE};
    request_new(&command);
    command.duplicate_decide = (struct command_duplicate_decide){repeats, target, linked};
    return room_do(person, &command, NULL);
}

static enum result link_answer(const struct person *person, int64_t repeats, int64_t target,
                               bool linked)
{
    struct command command = {.kind = COMMAND_DUPLICATE_ANSWER};
    request_new(&command);
    command.duplicate_answer = (struct command_duplicate_answer){repeats, target, linked};
    return room_do(person, &command, NULL);
}

static enum result merge(const struct person *person, int64_t repeats, int64_t target, bool merged)
{
    struct command command = {.kind = COMMAND_THREADS_MERGE};
    request_new(&command);
    command.threads_merge = (struct command_threads_merge){repeats, target, merged};
    return room_do(person, &command, NULL);
}

/* ---- what is seen ---- */

static bool is_shown(int64_t posting)
{
    struct board_posting_get_row row;
    struct db *db = reader();
    enum result result = board_posting_get(db, &room_arena, posting, &row);
    db_close(db);
    assert_true(result == OK || result == NOT_FOUND);
    return result == OK;
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

static struct board_thread_get_row thread_of(int64_t id, enum result *result)
{
    struct board_thread_get_row row = {0};
    struct db *db = reader();
    *result = board_thread_get(db, &room_arena, id, &row);
    db_close(db);
    return row;
}

static int64_t total(const char *name)
{
    struct board_total_get_row row = {0};
    struct db *db = reader();
    enum result result = board_total_get(db, &room_arena, text_of(name), &row);
    db_close(db);
    return result == OK ? row.value : 0;
}

static struct board_member_profile_row profile_of(const struct person *person)
{
    struct board_member_profile_row row;
    struct db *db = reader();
    assert_int_equal(board_member_profile(db, &room_arena, person->id, &row), OK);
    db_close(db);
    return row;
}

static struct board_withheld_own_row own_of(const struct person *person, int64_t posting,
                                            enum result *result)
{
    struct board_withheld_own_row row = {0};
    struct db *db = reader();
    *result = board_withheld_own(db, &room_arena, posting, person->id, &row);
    db_close(db);
    return row;
}

static size_t notices(const struct person *person, int64_t kind)
{
    struct board_notices_list_row *rows;
    size_t count = 0, same = 0;
    struct db *db = reader();
    assert_int_equal(board_notices_list(db, &room_arena, person->id, INT64_MAX, 50, &rows, &count),
                     OK);
    for (size_t i = 0; i < count; i++)
        same += rows[i].kind == kind;
    db_close(db);
    return same;
}

/* ---- flags ---- */

static void a_flag_is_one_a_member_and_reason_and_can_be_taken_back(void **state UNUSED)
{
    setup();
    assert_int_equal(flag(&kestrel, answer, FLAG_RUDE), OK);
    int64_t head = room.head;
    assert_int_equal(flag(&kestrel, answer, FLAG_RUDE), OK); /* said already: no event */
    assert_int_equal(room.head, head);
    assert_int_equal(flag(&kestrel, answer, FLAG_OFF_TOPIC), OK);
    assert_int_equal(flag(&tamarack, answer, FLAG_RUDE), OK);
    struct reply_moderation_queue queue = queue_of(&admin);
    assert_int_equal(queue.waiting, 1);
    assert_int_equal(queue.items[0].flags_count, 3);
    assert_int_equal(flag_withdraw(&kestrel, answer, FLAG_RUDE), OK);
    assert_int_equal(flag_withdraw(&kestrel, answer, FLAG_OFF_TOPIC), OK);
    assert_int_equal(flag_withdraw(&kestrel, answer, FLAG_PATIENT), NOT_FOUND);
    assert_int_equal(queue_of(&admin).items[0].flags_count, 1);
    assert_int_equal(flag_withdraw(&tamarack, answer, FLAG_RUDE), OK);
    assert_int_equal(queue_of(&admin).waiting, 0);
    assert_int_equal(flag(&kestrel, answer, FLAG_RUDE), OK); /* said anew */
    assert_int_equal(queue_of(&admin).waiting, 1);
    teardown();
}

static void nobody_flags_what_is_his_or_what_is_not_there(void **state UNUSED)
{
    setup();
    int64_t head = room.head;
    assert_int_equal(flag(&larkspur, answer, FLAG_RUDE), REFUSED);
    assert_int_equal(flag(&kestrel, 999999, FLAG_RUDE), NOT_FOUND);
    assert_int_equal(flag(&admin, answer, FLAG_RUDE), REFUSED);
    assert_int_equal(flag(&kestrel, answer, FLAG_OTHER), INVALID); /* without words */
    assert_int_equal(flag_with(&kestrel, answer, FLAG_RUDE, question, "", NULL), INVALID);
    assert_int_equal(
        flag_with(&kestrel, answer, FLAG_RUDE, 0, "SSN 123-45-6789 stands there", NULL), INVALID);
    assert_int_equal(room.head, head);
    assert_int_equal(flag_with(&kestrel, answer, FLAG_OTHER, 0, "It is a riddle.", NULL), OK);
    teardown();
}

static void nothing_that_leaves_the_desk_says_who_flagged(void **state UNUSED)
{
    struct command command = {.kind = COMMAND_MODERATION_QUEUE};
    struct text reply;
    setup();
    assert_int_equal(flag_with(&tamarack, answer, FLAG_OTHER, 0, "Words of my own.", NULL), OK);
    assert_int_equal(room_do(&admin, &command, &reply), OK);
    assert_null(strstr(reply.data, "Tamarack"));
    assert_null(
        strstr(reply.data, arena_format(&room_arena, ":%lld,", (long long)tamarack.id).data));
    assert_non_null(strstr(reply.data, "Words of my own.")); /* control */
    teardown();
}

/* ---- hidden ---- */

static void a_hidden_answer_is_in_no_list_count_or_search(void **state UNUSED)
{
    enum result result;
    setup();
    assert_int_equal(found("zanzibarine"), 1); /* control */
    int64_t texts = total("texts");
    assert_int_equal(decide(&admin, answer, OUTCOME_HIDDEN), OK);
    assert_false(is_shown(answer));
    assert_int_equal(found("zanzibarine"), 0);
    struct board_thread_get_row thread = thread_of(question, &result);
    assert_int_equal(thread.answers, 0);
    assert_int_equal(total("texts"), texts - 1);
    assert_int_equal(profile_of(&larkspur).answers, 0);
    assert_int_equal(person_vote(&kestrel, answer, STANCE_DISPUTE, 0), NOT_FOUND);
    assert_int_equal(flag(&kestrel, answer, FLAG_RUDE), NOT_FOUND);
    assert_int_equal(decide(&second, answer, OUTCOME_KEPT), OK); /* and all is as it was */
    assert_true(is_shown(answer));
    assert_int_equal(found("zanzibarine"), 1);
    thread = thread_of(question, &result);
    assert_int_equal(thread.answers, 1);
    assert_int_equal(total("texts"), texts);
    assert_int_equal(profile_of(&larkspur).answers, 1);
    assert_int_equal(board_index_check(room.board), OK);
    teardown();
}

static void a_hidden_question_takes_its_thread_along_and_brings_it_back(void **state UNUSED)
{
    enum result result;
    struct board_topic_get_row topic;
    setup();
    int64_t other = person_answer(&tamarack, question, "Wait a week.");
    assert_int_equal(decide(&admin, other, OUTCOME_HIDDEN), OK);
    int64_t threads = total("threads");
    assert_int_equal(decide(&admin, question, OUTCOME_HIDDEN), OK);
    assert_false(is_shown(question));
    assert_false(is_shown(answer));
    assert_int_equal(found("zanzibarine fainting"), 0);
    assert_int_equal(thread_of(question, &result).answers, 0);
    assert_int_equal(result, NOT_FOUND);
    assert_int_equal(total("threads"), threads - 1);
    struct db *db = reader();
    assert_int_equal(board_topic_get(db, &room_arena, TEXT("syncope"), &topic), NOT_FOUND);
    db_close(db);
    assert_int_equal(decide(&admin, answer, OUTCOME_HIDDEN), CONFLICT); /* its thread is away */
    struct command more = {.kind = COMMAND_ANSWER};
    request_new(&more);
    more.answer = (struct command_answer){question, TEXT("Too late.")};
    assert_int_equal(room_do(&tamarack, &more, NULL), NOT_FOUND);
    assert_int_equal(decide(&second, question, OUTCOME_KEPT), OK);
    assert_true(is_shown(question));
    assert_true(is_shown(answer));
    assert_false(is_shown(other)); /* for reasons of its own */
    assert_int_equal(thread_of(question, &result).answers, 1);
    assert_int_equal(total("threads"), threads);
    assert_int_equal(board_index_check(room.board), OK);
    teardown();
}

static void its_author_alone_sees_what_is_hidden_and_why(void **state UNUSED)
{
    enum result result;
    setup();
    assert_int_equal(decide(&admin, answer, OUTCOME_HIDDEN), OK);
    struct board_withheld_own_row row = own_of(&larkspur, answer, &result);
    assert_int_equal(result, OK);
    assert_int_equal(row.state, HOLD_HIDDEN);
    assert_int_equal(row.reason, FLAG_ADVERTISING);
    assert_true(text_is(row.words, "It names a shop."));
    (void)own_of(&kestrel, answer, &result);
    assert_int_equal(result, NOT_FOUND);
    assert_int_equal(notices(&larkspur, NOTICE_MODERATED), 1);
    assert_int_equal(notices(&kestrel, NOTICE_MODERATED), 0);
    teardown();
}

static void a_removed_text_is_in_no_store_and_does_not_come_back(void **state UNUSED)
{
    enum result result;
    uint8_t salt[16];
    struct text body;
    setup();
    assert_int_equal(decide(&admin, answer, OUTCOME_REMOVED), OK);
    struct board_withheld_own_row row = own_of(&larkspur, answer, &result);
    assert_int_equal(row.state, HOLD_REMOVED);
    assert_int_equal(row.body.size, 0);
    assert_int_equal(row.html.size, 0);
    assert_int_equal(log_text_get(room.journal, &room_arena, answer, 1, &body, salt), OK);
    assert_null(body.data);
    assert_int_equal(decide(&second, answer, OUTCOME_KEPT), CONFLICT);
    assert_int_equal(appeal(&larkspur, answer), CONFLICT);
    teardown();
}

static bool journal_has(int64_t seq, int64_t part)
{
    uint8_t salt[16];
    struct text body;
    return log_text_get(room.journal, &room_arena, seq, part, &body, salt) == OK &&
           body.data != NULL;
}

static void leave(const struct person *person)
{
    struct command command = {.kind = COMMAND_LEAVE};
    request_new(&command);
    command.leave.password = TEXT("password 123");
    assert_int_equal(room_do(person, &command, NULL), OK);
}

static void words_to_admins_go_when_they_are_taken_back_or_their_writer_leaves(void **state UNUSED)
{
    setup();
    assert_int_equal(flag_with(&tamarack, answer, FLAG_OTHER, 0, "He told me at dinner.", NULL),
                     OK);
    int64_t said = room.head;
    assert_int_equal(flag_with(&tamarack, answer, FLAG_RUDE, 0, "Taken back soon.", NULL), OK);
    int64_t taken_back = room.head;
    assert_int_equal(flag_with(&kestrel, answer, FLAG_RUDE, 0, "This stays.", NULL), OK);
    int64_t stays = room.head;
    assert_true(journal_has(said, 0) && journal_has(taken_back, 0));
    assert_int_equal(flag_withdraw(&tamarack, answer, FLAG_RUDE), OK);
    assert_false(journal_has(taken_back, 0));
    assert_int_equal(decide(&admin, answer, OUTCOME_HIDDEN), OK); /* it goes decided or not */
    assert_int_equal(appeal(&larkspur, answer), OK);
    int64_t objected = room.head;
    assert_true(journal_has(said, 0) && journal_has(objected, 0));
    leave(&tamarack);
    leave(&larkspur);
    assert_false(journal_has(said, 0) || journal_has(objected, 0));
    assert_true(journal_has(stays, 0)); /* the control */
    assert_true(text_is(queue_of(&second).items[0].appeal, "(blanked)"));
    teardown();
}

static void a_decision_needs_its_reason_and_a_return_its_words(void **state UNUSED)
{
    setup();
    int64_t head = room.head;
    assert_int_equal(decide_with(&admin, answer, OUTCOME_HIDDEN, FLAG_NONE, ""), INVALID);
    assert_int_equal(decide_with(&admin, answer, OUTCOME_HIDDEN, FLAG_OTHER, ""), INVALID);
    assert_int_equal(decide_with(&admin, answer, OUTCOME_RETURNED, FLAG_RUDE, " "), INVALID);
    assert_int_equal(decide_with(&admin, answer, OUTCOME_KEPT, FLAG_NONE, ""), CONFLICT);
    assert_int_equal(decide(&kestrel, answer, OUTCOME_HIDDEN), REFUSED);
    assert_int_equal(room.head, head);
    assert_int_equal(flag(&kestrel, answer, FLAG_RUDE), OK);
    assert_int_equal(decide_with(&admin, answer, OUTCOME_KEPT, FLAG_RUDE, ""), OK);
    assert_int_equal(flag(&kestrel, answer, FLAG_RUDE), CONFLICT); /* looked at */
    assert_int_equal(notices(&larkspur, NOTICE_MODERATED), 0);     /* nothing happened to it */
    teardown();
}

static void an_objection_goes_to_another_admin_and_ends_there(void **state UNUSED)
{
    setup();
    assert_int_equal(appeal(&larkspur, answer), CONFLICT); /* nothing was decided */
    assert_int_equal(decide(&admin, answer, OUTCOME_HIDDEN), OK);
    assert_int_equal(appeal(&kestrel, answer), NOT_FOUND); /* not his */
    assert_int_equal(queue_of(&admin).waiting, 0);
    assert_int_equal(appeal(&larkspur, answer), OK);
    assert_true(queue_of(&admin).items[0].own);
    assert_false(queue_of(&second).items[0].own);
    assert_int_equal(decide(&admin, answer, OUTCOME_KEPT), CONFLICT);
    assert_int_equal(decide(&second, answer, OUTCOME_HIDDEN), OK); /* it stays so */
    assert_int_equal(appeal(&larkspur, answer), CONFLICT);
    assert_int_equal(queue_of(&second).waiting, 0);
    teardown();
}

/* ---- first postings ---- */

static void first_postings_wait_until_somebody_has_looked(void **state UNUSED)
{
    enum result result;
    setup();
    room_settings("second.physician = 0\nsecond.staff = 0\nposting.hold_first = 1\n");
    struct person wren;
    person_make(&admin, &wren, "Wren");
    size_t told = notices(&kestrel, NOTICE_ANSWER);
    int64_t first = person_answer(&wren, question, "A quokkalike dose.");
    assert_false(is_shown(first));
    assert_int_equal(found("quokkalike"), 0);
    assert_int_equal(own_of(&wren, first, &result).state, HOLD_WAITS);
    assert_int_equal(notices(&kestrel, NOTICE_ANSWER), told);
    int64_t another = person_ask(&wren, "What is a quokkalike dose?");
    assert_false(is_shown(another)); /* none of his is shown yet */
    assert_int_equal(queue_of(&admin).waiting, 2);
    assert_int_equal(decide_with(&admin, first, OUTCOME_KEPT, FLAG_NONE, ""), OK);
    assert_true(is_shown(first));
    assert_int_equal(found("quokkalike"), 1);
    assert_int_equal(notices(&kestrel, NOTICE_ANSWER), told + 1); /* new to her only now */
    assert_int_equal(notices(&wren, NOTICE_MODERATED), 1);
    assert_int_equal(decide(&admin, another, OUTCOME_RETURNED), OK);
    assert_int_equal(own_of(&wren, another, &result).state, HOLD_RETURNED);
    int64_t third = person_answer(&wren, question, "Half of it.");
    assert_true(is_shown(third)); /* known by now */
    int64_t old = person_answer(&larkspur, question, "Twice of it.");
    assert_true(is_shown(old)); /* control: a known member never waits */
    teardown();
}

static void the_log_says_what_was_decided_and_nothing_of_whom(void **state UNUSED)
{
    struct board_moderations_row *rows;
    struct board_moderation_months_row *months;
    size_t count = 0, month_count = 0;
    setup();
    assert_int_equal(flag(&kestrel, answer, FLAG_ADVERTISING), OK);
    assert_int_equal(decide(&admin, answer, OUTCOME_HIDDEN), OK);
    assert_int_equal(appeal(&larkspur, answer), OK);
    assert_int_equal(decide(&second, answer, OUTCOME_KEPT), OK);
    struct db *db = reader();
    assert_int_equal(board_moderations(db, &room_arena, INT64_MAX, 10, &rows, &count), OK);
    assert_int_equal(board_moderation_months(db, &room_arena, 10, &months, &month_count), OK);
    db_close(db);
    assert_int_equal(count, 2);
    assert_int_equal(rows[1].outcome, OUTCOME_HIDDEN);
    assert_int_equal(rows[1].reason, FLAG_ADVERTISING);
    assert_int_equal(rows[1].kind, POSTING_ANSWER);
    assert_int_equal(rows[1].day_ms % DAY_MS, 0);
    assert_int_equal(rows[0].appealed, 1);
    assert_int_equal(month_count, 1);
    assert_int_equal(months[0].hidden, 1);
    assert_int_equal(months[0].restored, 1);
    teardown();
}

/* ---- asked before ---- */

static void who_asked_says_whether_it_was_asked_before(void **state UNUSED)
{
    struct board_duplicate_of_row row;
    setup();
    int64_t again = person_ask(&tamarack, "Fainting once more after a drug");
    assert_int_equal(flag_with(&larkspur, again, FLAG_DUPLICATE, 999999, "", NULL), INVALID);
    assert_int_equal(flag_with(&larkspur, again, FLAG_DUPLICATE, again, "", NULL), INVALID);
    assert_int_equal(flag_with(&larkspur, answer, FLAG_DUPLICATE, again, "", NULL), REFUSED);
    assert_int_equal(link_answer(&tamarack, again, question, true), NOT_FOUND); /* nobody said so */
    assert_int_equal(flag_with(&larkspur, again, FLAG_DUPLICATE, question, "", NULL), OK);
    assert_int_equal(queue_of(&admin).waiting, 0); /* it stands in a list of its own */
    assert_int_equal(notices(&tamarack, NOTICE_DUPLICATE), 1);
    assert_int_equal(link_answer(&larkspur, again, question, true), REFUSED);
    assert_int_equal(link_answer(&tamarack, again, question, true), OK);
    struct db *db = reader();
    assert_int_equal(board_duplicate_of(db, &room_arena, again, &row), OK);
    db_close(db);
    assert_int_equal(row.target, question);
    assert_int_equal(link_answer(&tamarack, again, question, false), CONFLICT);
    assert_int_equal(link_decide(&admin, question, again, true), CONFLICT); /* never both ways */
    teardown();
}

static void a_refused_twin_is_not_proposed_again(void **state UNUSED)
{
    setup();
    int64_t again = person_ask(&tamarack, "Fainting once more after a drug");
    assert_int_equal(flag_with(&larkspur, again, FLAG_DUPLICATE, question, "", NULL), OK);
    assert_int_equal(link_answer(&tamarack, again, question, false), OK);
    assert_int_equal(flag_with(&kestrel, again, FLAG_DUPLICATE, question, "", NULL), CONFLICT);
    assert_int_equal(link_decide(&admin, again, question, true), OK); /* an admin may still */
    teardown();
}

static void a_proposal_that_everybody_took_back_is_gone(void **state UNUSED)
{
    struct board_duplicates_proposed_of_row *rows;
    size_t count = 0;
    setup();
    int64_t again = person_ask(&tamarack, "Fainting once more after a drug");
    assert_int_equal(flag_with(&larkspur, again, FLAG_DUPLICATE, question, "", NULL), OK);
    assert_int_equal(flag_with(&kestrel, again, FLAG_DUPLICATE, question, "", NULL), OK);
    assert_int_equal(flag_withdraw(&kestrel, again, FLAG_DUPLICATE), OK);
    struct db *db = reader();
    assert_int_equal(board_duplicates_proposed_of(db, &room_arena, again, 9, &rows, &count), OK);
    assert_int_equal(count, 1);
    db_close(db);
    assert_int_equal(flag_withdraw(&larkspur, again, FLAG_DUPLICATE), OK);
    db = reader();
    assert_int_equal(board_duplicates_proposed_of(db, &room_arena, again, 9, &rows, &count), OK);
    assert_int_equal(count, 0);
    db_close(db);
    teardown();
}

static void merged_threads_come_apart_as_they_were(void **state UNUSED)
{
    enum result result;
    struct board_posting_thread_row place;
    struct person wigeon;
    setup();
    person_make(&admin, &wigeon, "Wigeon");
    int64_t again = person_ask(&tamarack, "Fainting once more after a drug");
    int64_t late = person_answer(&larkspur, again, "Still: stop it.");
    assert_int_equal(merge(&admin, again, question, true), NOT_FOUND); /* not linked */
    assert_int_equal(link_decide(&admin, again, question, true), OK);
    assert_int_equal(merge(&kestrel, again, question, true), REFUSED);
    assert_int_equal(merge(&admin, again, question, true), OK);
    assert_int_equal(thread_of(question, &result).answers, 2);
    assert_int_equal(link_decide(&admin, again, question, false), CONFLICT);
    struct db *db = reader();
    assert_int_equal(board_posting_thread(db, &room_arena, late, &place), OK);
    assert_int_equal(place.question, question); /* where it is shown */
    db_close(db);
    assert_int_equal(person_vote(&kestrel, late, STANCE_CORROBORATE, 1), OK);
    assert_int_equal(person_vote(&wigeon, late, STANCE_CORROBORATE, 1), OK);
    assert_int_equal(merge(&admin, again, question, false), OK);
    assert_int_equal(thread_of(question, &result).answers, 1);
    assert_int_equal(thread_of(again, &result).answers, 1);
    struct desk_vote_place_row vote;
    assert_int_equal(desk_vote_place(room.desk, &room_arena, late, kestrel.id, &vote), OK);
    assert_int_equal(vote.question, again); /* the vote stayed with it */
    assert_int_equal(vote.stance, STANCE_CORROBORATE);
    assert_true(vote.informed); /* he asked where it was shown, and saw its total */
    assert_int_equal(desk_vote_place(room.desk, &room_arena, late, wigeon.id, &vote), OK);
    assert_false(vote.informed); /* control */
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flag_is_one_a_member_and_reason_and_can_be_taken_back),
        cmocka_unit_test(nobody_flags_what_is_his_or_what_is_not_there),
        cmocka_unit_test(nothing_that_leaves_the_desk_says_who_flagged),
        cmocka_unit_test(a_hidden_answer_is_in_no_list_count_or_search),
        cmocka_unit_test(a_hidden_question_takes_its_thread_along_and_brings_it_back),
        cmocka_unit_test(its_author_alone_sees_what_is_hidden_and_why),
        cmocka_unit_test(a_removed_text_is_in_no_store_and_does_not_come_back),
        cmocka_unit_test(words_to_admins_go_when_they_are_taken_back_or_their_writer_leaves),
        cmocka_unit_test(a_decision_needs_its_reason_and_a_return_its_words),
        cmocka_unit_test(an_objection_goes_to_another_admin_and_ends_there),
        cmocka_unit_test(first_postings_wait_until_somebody_has_looked),
        cmocka_unit_test(the_log_says_what_was_decided_and_nothing_of_whom),
        cmocka_unit_test(who_asked_says_whether_it_was_asked_before),
        cmocka_unit_test(a_refused_twin_is_not_proposed_again),
        cmocka_unit_test(a_proposal_that_everybody_took_back_is_gone),
        cmocka_unit_test(merged_threads_come_apart_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
