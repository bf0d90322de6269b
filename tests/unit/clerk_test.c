/* What the clerk does with commands: who may, what is refused, what a vote is, and that nothing
 * happens twice. */
#include "board/board.h"
#include "tests/unit/passkey.h"

static struct person admin, second, kestrel, larkspur, tamarack;

static void setup(void)
{
    room_open();
    staff_make(&admin, "Switchboard", BOARD_ADMIN);
    staff_make(&second, "Fennimore", BOARD_ADMIN);
    person_make(&admin, &kestrel, "Kestrel");
    person_make(&admin, &larkspur, "Larkspur");
    person_make(&admin, &tamarack, "Tamarack");
}

static void teardown(void)
{
    clerk_close(&room);
}

static struct board_posting_get_row tally_of(int64_t posting)
{
    struct board_posting_get_row row;
    struct db *db = NULL;
    assert_int_equal(db_open(&db, &board_store, conf_store("board"), ROLE_WEB_MEMBER, DB_READ, 0),
                     OK);
    assert_int_equal(board_posting_get(db, &room_arena, posting, &row), OK);
    db_close(db);
    return row;
}

static void a_question_and_its_answer_can_be_read_at_once(void **state UNUSED)
{
    setup();
    int64_t question = person_ask(&kestrel, "Fainting after a new drug");
    int64_t answer = person_answer(&larkspur, question, "Stop the drug.");
    struct board_posting_get_row row = tally_of(question);
    assert_true(text_is(row.title, "Fainting after a new drug"));
    assert_non_null(strstr(arena_text(&room_arena, row.html).data, "<strong>seventies</strong>"));
    assert_int_equal(tally_of(answer).question, question);
    teardown();
}

static void a_repeated_request_answers_the_same_and_adds_nothing(void **state UNUSED)
{
    setup();
    struct command command = ask_command("Fainting after a new drug");
    struct text first, again;
    assert_int_equal(room_do(&kestrel, &command, &first), OK);
    int64_t head = room.head;
    assert_int_equal(room_do(&kestrel, &command, &again), OK);
    assert_true(text_equal(first, again));
    assert_int_equal(room.head, head);
    room_again(); /* and across a restart, from another session */
    person_sign_in(&kestrel, "Kestrel");
    head = room.head;
    assert_int_equal(room_do(&kestrel, &command, &again), OK);
    assert_true(text_equal(first, again));
    assert_int_equal(room.head, head);
    teardown();
}

/* What a command that forgot request_put would record: it could never be found again. */
static void an_event_that_does_not_say_which_command_it_was_is_not_recorded(void **state UNUSED)
{
    setup();
    struct event event = {.kind = EVENT_DOMAIN_SET};
    event.domain_set.domain = TEXT("hospital.example");
    event.domain_set.by = admin.id;
    int64_t head = room.head;
    assert_int_equal(batch_begin(&room), OK);
    assert_int_equal(clerk_record(&room, &event, NULL, 0), BROKEN);
    batch_undo(&room, head);
    assert_int_equal(batch_begin(&room), OK);
    event.domain_set.request[0] = 1;
    assert_int_equal(clerk_record(&room, &event, NULL, 0), OK);
    assert_int_equal(batch_commit(&room), OK);
    teardown();
}

static void the_same_request_id_with_other_words_is_another_command(void **state UNUSED)
{
    setup();
    struct command command = ask_command("Fainting after a new drug");
    struct text first, other;
    assert_int_equal(room_do(&kestrel, &command, &first), OK);
    command.ask.title = TEXT("Fainting after an old drug");
    assert_int_equal(room_do(&kestrel, &command, &other), OK);
    assert_int_not_equal(created_id(first), created_id(other));
    command.ask.title = TEXT("Fainting after a new drug");
    assert_int_equal(room_do(&larkspur, &command, &other), OK); /* another person's is not his */
    assert_int_not_equal(created_id(first), created_id(other));
    teardown();
}

static void the_same_vote_again_is_no_event(void **state UNUSED)
{
    setup();
    int64_t answer = person_answer(&larkspur, person_ask(&kestrel, "Fainting again"), "Stop it.");
    assert_int_equal(person_vote(&tamarack, answer, STANCE_CORROBORATE, 2), OK);
    int64_t head = room.head;
    assert_int_equal(person_vote(&tamarack, answer, STANCE_CORROBORATE, 2), OK);
    assert_int_equal(room.head, head);
    assert_int_equal(person_vote(&tamarack, answer, STANCE_CORROBORATE, 1), OK); /* control */
    assert_int_equal(room.head, head + 1);
    teardown();
}

static void a_flipped_vote_replaces_what_it_was(void **state UNUSED)
{
    setup();
    int64_t question = person_ask(&kestrel, "Fainting again");
    int64_t answer = person_answer(&larkspur, question, "Stop it.");
    assert_int_equal(person_vote(&tamarack, answer, STANCE_CORROBORATE, 3), OK);
    assert_int_equal(person_vote(&kestrel, answer, STANCE_CORROBORATE, 1), OK);
    struct board_posting_get_row row = tally_of(answer);
    assert_int_equal(row.corroborate, 2);
    assert_int_equal(row.patients, 22);
    assert_int_equal(person_vote(&tamarack, answer, STANCE_DISPUTE, 2), OK);
    row = tally_of(answer);
    assert_int_equal(row.corroborate, 1);
    assert_int_equal(row.dispute, 1);
    assert_int_equal(row.patients, 7);
    assert_int_equal(person_vote(&tamarack, answer, STANCE_CANNOT_SAY, 2), OK);
    row = tally_of(answer);
    assert_int_equal(row.dispute, 0);
    assert_int_equal(row.cannot_say, 1);
    assert_int_equal(row.patients, 1);
    teardown();
}

static void nobody_votes_on_his_own_posting(void **state UNUSED)
{
    setup();
    int64_t question = person_ask(&kestrel, "Fainting again");
    int64_t head = room.head;
    assert_int_equal(person_vote(&kestrel, question, STANCE_CORROBORATE, 0), REFUSED);
    assert_int_equal(room.head, head);
    assert_int_equal(person_vote(&larkspur, question, STANCE_CORROBORATE, 0), OK); /* control */
    assert_int_equal(person_vote(&larkspur, 1, STANCE_CORROBORATE, 0), NOT_FOUND);
    teardown();
}

static int64_t reference_id(struct text reply, bool fresh)
{
    struct json *json = NULL;
    struct reply_reference_added added = {0};
    assert_int_equal(json_read(text_bytes(reply), &json), OK);
    assert_int_equal(reply_reference_added_read(json, &room_arena, &added), OK);
    json_close(json);
    assert_true(added.fresh == fresh);
    return added.id;
}

static void references_are_added_once_a_key_and_can_be_voted_on(void **state UNUSED)
{
    setup();
    struct command command = {.kind = COMMAND_REFERENCE_ADD};
    struct text first, again;
    command.reference_add =
        (struct command_reference_add){.key = TEXT("medquad:1"),
                                       .title = TEXT("What is syncope?"),
                                       .body = TEXT("A short loss of consciousness."),
                                       .topics = TEXT("neurology"),
                                       .source = TEXT("A source"),
                                       .url = TEXT("https://example.org/"),
                                       .licence = TEXT("CC BY 4.0")};
    request_new(&command);
    assert_int_equal(room_do(NULL, &command, &first), OK);
    request_new(&command);
    int64_t head = room.head;
    assert_int_equal(room_do(NULL, &command, &again), OK);
    int64_t id = reference_id(first, true);
    assert_int_equal(reference_id(again, false), id);
    assert_int_equal(room.head, head);
    assert_int_equal(person_vote(&kestrel, id, STANCE_CORROBORATE, 1), OK);
    assert_int_equal(room_do(&kestrel, &command, NULL), REFUSED); /* members add none */
    teardown();
}

static void votes_of_a_day_have_a_limit(void **state UNUSED)
{
    setup();
    int64_t question = person_ask(&kestrel, "Fainting again");
    int64_t most = conf_int("vote.per_day");
    for (int64_t i = 0; i < most; i++)
        assert_int_equal(person_vote(&larkspur, question, 1 + i % 2, 0), OK);
    int64_t head = room.head;
    assert_int_equal(person_vote(&larkspur, question, STANCE_CANNOT_SAY, 0), TOO_OFTEN);
    assert_int_equal(room.head, head);
    assert_int_equal(person_vote(&tamarack, question, STANCE_CANNOT_SAY, 0), OK);
    teardown();
}

static void a_member_reads_his_own_votes_with_his_view_key_and_nobody_else_does(void **state UNUSED)
{
    struct board_own_get_row row;
    struct own_vote *votes;
    size_t count = 0;
    uint8_t key[KEY_SIZE], other[KEY_SIZE], tag[SESSION_TAG_SIZE];
    struct bytes plain;
    setup();
    int64_t question = person_ask(&kestrel, "Fainting again");
    int64_t answer = person_answer(&larkspur, question, "Stop it.");
    assert_int_equal(person_vote(&tamarack, question, STANCE_CORROBORATE, 1), OK);
    assert_int_equal(person_vote(&tamarack, answer, STANCE_DISPUTE, 2), OK);
    struct board_session_find_row session;
    uint8_t digest[DIGEST_SIZE];
    session_digest(digest, tamarack.token);
    assert_int_equal(
        board_session_find(room.board, &room_arena, bytes_of(digest, DIGEST_SIZE), &session), OK);
    assert_int_equal(session_view_unbox(&room_arena, tamarack.token, session.view_box, key), OK);
    session_votes_tag(tag, key, question);
    assert_int_equal(board_own_get(room.board, &room_arena, bytes_of(tag, sizeof(tag)), &row), OK);
    assert_int_equal(session_own_unbox(&room_arena, key, row.box, &plain), OK);
    assert_int_equal(session_votes_read(&room_arena, plain, &votes, &count), OK);
    assert_int_equal(count, 2);
    assert_int_equal(votes[1].posting, answer);
    assert_int_equal(votes[1].stance, STANCE_DISPUTE);
    assert_int_equal(keyring_view_key(&room.keys, &room_arena, kestrel.id, other), OK);
    assert_int_not_equal(session_own_unbox(&room_arena, other, row.box, &plain), OK);
    session_votes_tag(tag, other, question);
    assert_int_equal(board_own_get(room.board, &room_arena, bytes_of(tag, sizeof(tag)), &row),
                     NOT_FOUND);
    teardown();
}

static void every_command_is_refused_to_those_who_may_not(void **state UNUSED)
{
    struct person waiting, sponsor, nobody = {0};
    setup();
    person_apply(&waiting, "Newcomer");
    staff_make(&sponsor, "Halden", BOARD_SPONSOR);
    int64_t head = room.head;
    struct command command = ask_command("May I ask this here");
    assert_int_equal(room_do(&waiting, &command, NULL), REFUSED);
    assert_int_equal(room_do(&sponsor, &command, NULL), REFUSED);
    assert_int_equal(room_do(&admin, &command, NULL), REFUSED);
    assert_int_equal(room_do(&nobody, &command, NULL), STALE);
    assert_int_equal(person_decide(&kestrel, waiting.id, true), REFUSED);
    assert_int_equal(person_simple(&kestrel, COMMAND_APPLICATIONS), REFUSED);
    assert_int_equal(person_simple(&admin, COMMAND_STATUS), REFUSED);
    assert_int_equal(person_simple(&admin, COMMAND_MAIL_DUE), REFUSED);
    assert_int_equal(person_simple(&admin, COMMAND_PERIODS), REFUSED); /* the paymaster's */
    assert_int_equal(room.head, head);
    assert_int_equal(room_do(&kestrel, &command, NULL), OK); /* control */
    teardown();
}

static void a_form_of_another_action_or_session_is_stale(void **state UNUSED)
{
    setup();
    struct command command = ask_command("May I ask this here");
    struct job job = {.readable = true};
    int64_t head = room.head;
    command.token = text_of(kestrel.token_text);
    const struct text forms[] = {TEXT(""), session_form(&room_arena, kestrel.token, "/logout"),
                                 session_form(&room_arena, larkspur.token, "/ask")};
    for (size_t i = 0; i < 3; i++) {
        command.form = forms[i];
        job.command = command;
        batch_run(&room, &job, 1);
        assert_int_equal(job.result, STALE);
    }
    assert_int_equal(room.head, head);
    command.form = session_form(&room_arena, kestrel.token, "/ask"); /* control */
    job.command = command;
    batch_run(&room, &job, 1);
    assert_int_equal(job.result, OK);
    teardown();
}

static void a_session_ends_by_signing_out(void **state UNUSED)
{
    setup();
    assert_int_equal(person_simple(&kestrel, COMMAND_SIGN_OUT), OK);
    assert_int_equal(person_simple(&kestrel, COMMAND_SESSION_TOUCH), STALE);
    assert_int_equal(person_simple(&larkspur, COMMAND_SESSION_TOUCH), OK);
    teardown();
}

static void patient_data_is_not_taken(void **state UNUSED)
{
    setup();
    struct command command = ask_command("Call me about this patient");
    struct text reply;
    int64_t head = room.head;
    command.ask.body = TEXT("Her number is 314-555-0134.");
    assert_int_equal(room_do(&kestrel, &command, &reply), INVALID);
    assert_non_null(strstr(reply.data, "telephone"));
    assert_int_equal(room.head, head);
    command.ask.body = TEXT("Seen on 2026-03-14."); /* a warning does not stop it */
    assert_int_equal(room_do(&kestrel, &command, &reply), OK);
    teardown();
}

static void only_the_asker_solves_and_answerers_are_told(void **state UNUSED)
{
    struct command command = {.kind = COMMAND_SOLVE};
    struct board_member_unread_row unread;
    setup();
    int64_t question = person_ask(&kestrel, "Fainting again");
    (void)person_answer(&larkspur, question, "Stop it.");
    assert_int_equal(board_member_unread(room.board, &room_arena, kestrel.id, &unread), OK);
    assert_int_equal(unread.unread, 2); /* let in; answered */
    command.solve = (struct command_solve){.question = question, .solved = true};
    assert_int_equal(room_do(&larkspur, &command, NULL), REFUSED);
    assert_int_equal(room_do(&kestrel, &command, NULL), OK);
    assert_int_equal(board_member_unread(room.board, &room_arena, larkspur.id, &unread), OK);
    assert_int_equal(unread.unread, 2); /* let in; solved */
    struct command seen = {.kind = COMMAND_NOTICES_SEEN};
    seen.notices_seen.upto = INT64_MAX;
    assert_int_equal(room_do(&larkspur, &seen, NULL), OK);
    assert_int_equal(board_member_unread(room.board, &room_arena, larkspur.id, &unread), OK);
    assert_int_equal(unread.unread, 0);
    teardown();
}

static void a_rule_needs_a_second_admin(void **state UNUSED)
{
    struct command propose = {.kind = COMMAND_RULE_PROPOSE},
                   approve = {.kind = COMMAND_RULE_APPROVE};
    uint8_t operation[DIGEST_SIZE];
    struct device key;
    struct text reply;
    room_conf = "second.physician = 0\nsecond.staff = 0\nconfirm.passkey_hours = "
                "0\nposting.hold_first = 0\n"
                "site.url = http://localhost\n";
    setup();
    device_add(&key, &second);
    request_new(&propose);
    propose.rule_propose =
        (struct command_rule_propose){TEXT("score"), TEXT("P = {}"), TEXT("weights")};
    assert_int_equal(room_do(&admin, &propose, &reply), OK);
    approve.rule_approve.proposal = created_id(reply);
    request_new(&approve);
    assert_int_equal(room_do(&admin, &approve, NULL), REFUSED);
    assert_int_equal(room_do(&kestrel, &approve, NULL), REFUSED);
    assert_int_equal(room_do(&second, &approve, NULL), STALE); /* and his passkey */
    rule_operation(operation, RULE_APPROVE, approve.rule_approve.proposal, TEXT("score"),
                   TEXT("P = {}"));
    approve.rule_approve.proof = person_confirms(&second, &key, operation);
    assert_int_equal(room_do(&second, &approve, NULL), OK);
    assert_int_equal(room_do(&second, &approve, NULL), OK); /* the same form again */
    request_new(&approve);
    assert_int_equal(room_do(&second, &approve, NULL), CONFLICT);
    teardown();
}

static void look_alike_pseudonyms_collide(void **state UNUSED)
{
    setup();
    static const char *const taken[] = {"KESTREL", "kestre1", "Kest_rel", "K.estrel"};
    for (size_t i = 0; i < 4; i++) {
        struct command command = join_command(taken[i], 500 + (int64_t)i);
        assert_int_equal(room_do(NULL, &command, NULL), CONFLICT);
    }
    struct command command = join_command("Kestrels", 600); /* control */
    assert_int_equal(room_do(NULL, &command, NULL), OK);
    teardown();
}

static void one_person_gets_one_membership_and_an_applicant_is_told_nothing(void **state UNUSED)
{
    struct person twin;
    setup();
    struct command command = join_command("Twin", 700), again = join_command("Twinned", 700);
    assert_int_equal(room_do(NULL, &command, NULL), OK);
    assert_int_equal(room_do(NULL, &again, NULL), OK); /* taken like any other */
    person_sign_in(&twin, "Twin");
    assert_int_equal(person_decide(&admin, twin.id, true), OK);
    person_sign_in(&twin, "Twinned");
    assert_int_equal(person_decide(&admin, twin.id, true), CONFLICT);
    assert_int_equal(person_decide(&admin, twin.id, false), OK);
    teardown();
}

static void a_blanked_text_is_gone_from_page_index_and_journal(void **state UNUSED)
{
    struct command command = {.kind = COMMAND_TEXT_BLANK};
    struct board_search_count_between_row found;
    setup();
    int64_t question = person_ask(&kestrel, "Fainting again");
    assert_int_equal(board_search_count_between(room.board, &room_arena, TEXT("\"seventies\""), 0,
                                                INT64_MAX, 9, &found),
                     OK);
    assert_int_equal(found.rows, 1);
    command.text_blank = (struct command_text_blank){question, 1};
    assert_int_equal(room_do(NULL, &command, NULL), OK);
    assert_int_equal(board_search_count_between(room.board, &room_arena, TEXT("\"seventies\""), 0,
                                                INT64_MAX, 9, &found),
                     OK);
    assert_int_equal(found.rows, 0);
    assert_int_equal(tally_of(question).html.size, 0);
    assert_int_equal(room_do(&kestrel, &command, NULL), REFUSED);
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_and_its_answer_can_be_read_at_once),
        cmocka_unit_test(a_repeated_request_answers_the_same_and_adds_nothing),
        cmocka_unit_test(an_event_that_does_not_say_which_command_it_was_is_not_recorded),
        cmocka_unit_test(the_same_request_id_with_other_words_is_another_command),
        cmocka_unit_test(the_same_vote_again_is_no_event),
        cmocka_unit_test(a_flipped_vote_replaces_what_it_was),
        cmocka_unit_test(nobody_votes_on_his_own_posting),
        cmocka_unit_test(references_are_added_once_a_key_and_can_be_voted_on),
        cmocka_unit_test(votes_of_a_day_have_a_limit),
        cmocka_unit_test(a_member_reads_his_own_votes_with_his_view_key_and_nobody_else_does),
        cmocka_unit_test(every_command_is_refused_to_those_who_may_not),
        cmocka_unit_test(a_form_of_another_action_or_session_is_stale),
        cmocka_unit_test(a_session_ends_by_signing_out),
        cmocka_unit_test(patient_data_is_not_taken),
        cmocka_unit_test(only_the_asker_solves_and_answerers_are_told),
        cmocka_unit_test(a_rule_needs_a_second_admin),
        cmocka_unit_test(look_alike_pseudonyms_collide),
        cmocka_unit_test(one_person_gets_one_membership_and_an_applicant_is_told_nothing),
        cmocka_unit_test(a_blanked_text_is_gone_from_page_index_and_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
