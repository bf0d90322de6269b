/* What votes add to totals and to their voters' own rows is held back within a batch: nothing of it
 * may be lost, counted twice, or stay when the batch is undone. */
#include "tests/unit/room.h"

enum { CROWD = 70 /* more than a remembered row holds */ };

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
    answer = person_answer(&kestrel, question, "Stop the drug.");
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

static struct job vote_job(const struct person *person, int64_t posting, int64_t stance)
{
    struct job job = {.readable = true, .command = {.kind = COMMAND_VOTE}};
    job.command.token = text_of(person->token_text);
    job.command.form = session_form(&room_arena, person->token, session_action(COMMAND_VOTE));
    job.command.vote = (struct command_vote){posting, stance, 2};
    return job;
}

/* How this member stands to `posting` by his own row of the thread; STANCE_NONE: not in it. */
static int64_t own_stance(const struct person *person, int64_t posting, size_t *count)
{
    struct board_own_get_row row;
    struct own_vote *votes;
    struct bytes plain;
    uint8_t key[KEY_SIZE], tag[SESSION_TAG_SIZE];
    assert_int_equal(keyring_view_key(&room.keys, &room_arena, person->id, key), OK);
    session_votes_tag(tag, key, question);
    *count = 0;
    if (board_own_get(room.board, &room_arena, bytes_of(tag, sizeof(tag)), &row) != OK)
        return STANCE_NONE;
    assert_int_equal(session_own_unbox(&room_arena, key, row.box, &plain), OK);
    assert_int_equal(session_votes_read(&room_arena, plain, &votes, count), OK);
    for (size_t i = 0; i < *count; i++)
        if (votes[i].posting == posting)
            return votes[i].stance;
    return STANCE_NONE;
}

static void votes_of_one_batch_are_all_counted_once(void **state UNUSED)
{
    size_t count;
    setup();
    struct job jobs[] = {vote_job(&larkspur, question, STANCE_CORROBORATE),
                         vote_job(&larkspur, answer, STANCE_CORROBORATE),
                         vote_job(&tamarack, answer, STANCE_CORROBORATE),
                         vote_job(&larkspur, answer, STANCE_DISPUTE)};
    batch_run(&room, jobs, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(jobs[i].result, OK);
    struct board_posting_get_row on_question = tally_of(question), on_answer = tally_of(answer);
    assert_int_equal(on_question.corroborate, 1);
    assert_int_equal(on_answer.corroborate, 1);
    assert_int_equal(on_answer.dispute, 1);
    assert_int_equal(on_answer.patients, 12);
    assert_int_equal(own_stance(&larkspur, answer, &count), STANCE_DISPUTE);
    assert_int_equal(count, 2);
    assert_int_equal(own_stance(&tamarack, answer, &count), STANCE_CORROBORATE);
    assert_int_equal(count, 1);
    teardown();
}

static void an_answer_between_votes_finds_them_counted(void **state UNUSED)
{
    setup();
    struct job jobs[3] = {vote_job(&larkspur, question, STANCE_CORROBORATE),
                          {.readable = true, .command = {.kind = COMMAND_ANSWER}},
                          vote_job(&tamarack, question, STANCE_CORROBORATE)};
    request_new(&jobs[1].command);
    jobs[1].command.token = text_of(larkspur.token_text);
    jobs[1].command.form =
        session_form(&room_arena, larkspur.token, session_action(COMMAND_ANSWER));
    jobs[1].command.answer = (struct command_answer){question, TEXT("Halve the drug.")};
    batch_run(&room, jobs, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(jobs[i].result, OK);
    assert_int_equal(tally_of(question).corroborate, 2);
    struct board_thread_get_row thread;
    struct db *db = NULL;
    assert_int_equal(db_open(&db, &board_store, conf_store("board"), ROLE_WEB_MEMBER, DB_READ, 0),
                     OK);
    assert_int_equal(board_thread_get(db, &room_arena, question, &thread), OK);
    db_close(db);
    assert_int_equal(thread.version, room.head);
    teardown();
}

static void an_undone_batch_leaves_nothing_to_be_counted_later(void **state UNUSED)
{
    size_t count;
    setup();
    struct job lost[] = {vote_job(&larkspur, answer, STANCE_CORROBORATE)};
    int64_t head = room.head;
    assert_int_equal(batch_begin(&room), OK); /* up to where the commit would have been */
    command_run(&room, &lost[0]);
    assert_int_equal(lost[0].result, OK);
    batch_undo(&room, head);
    struct job kept[] = {vote_job(&larkspur, question, STANCE_DISPUTE)};
    batch_run(&room, kept, 1);
    assert_int_equal(kept[0].result, OK);
    assert_int_equal(tally_of(answer).corroborate, 0);
    assert_int_equal(own_stance(&larkspur, answer, &count), STANCE_NONE);
    assert_int_equal(own_stance(&larkspur, question, &count), STANCE_DISPUTE);
    assert_int_equal(count, 1);
    teardown();
}

static void a_row_too_long_to_be_remembered_is_right_all_the_same(void **state UNUSED)
{
    size_t count;
    int64_t last = 0;
    setup();
    FILE *const file = fopen(conf_path("curbside.conf"), "a");
    assert_non_null(file);
    (void)fputs("vote.per_day = 1000\nposting.per_day = 1000\n", file);
    (void)fclose(file);
    conf_open(conf_state());
    for (int i = 0; i < CROWD; i++) {
        last = person_answer(&kestrel, question, "Another way to see it.");
        assert_int_equal(person_vote(&larkspur, last, 1 + i % 3, 1), OK);
    }
    assert_int_equal(own_stance(&larkspur, last, &count), 1 + (CROWD - 1) % 3);
    assert_int_equal(count, CROWD);
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(votes_of_one_batch_are_all_counted_once),
        cmocka_unit_test(an_answer_between_votes_finds_them_counted),
        cmocka_unit_test(an_undone_batch_leaves_nothing_to_be_counted_later),
        cmocka_unit_test(a_row_too_long_to_be_remembered_is_right_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
