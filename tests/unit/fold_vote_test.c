/* What votes add to totals and to their voters' own rows is held back within a batch: nothing of it
 * may be lost, counted twice, or stay when the batch is undone. */
#include "tests/unit/room.h"

#include "core/step.h"
#include "tests/unit/lists.h"

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
    assert_int_equal(thread.version, room.head - 1); /* the answer's: votes touch no thread */
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

/* ---- what is shown of them ---- */

static int64_t *test_clock;

static struct board_totals_of_posting_row shown_of(int64_t posting, int64_t now_ms)
{
    struct board_totals_of_posting_row row = {0};
    assert_true(board_totals_of_posting(room.board, &room_arena, posting, now_ms, &row) != BROKEN);
    return row;
}

static int64_t shown_votes(int64_t posting)
{
    struct board_totals_of_posting_row row = shown_of(posting, *test_clock);
    return row.corroborate + row.dispute + row.cannot_say;
}

static void crowd_make(struct person *crowd, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char name[20];
        (void)snprintf(name, sizeof(name), "Colleague %c", (char)('A' + i));
        person_make(&admin, &crowd[i], name);
    }
}

static void totals_are_shown_from_the_third_voter_on_at_the_quarter_of_an_hour(void **state UNUSED)
{
    struct person crowd[7];
    setup();
    crowd_make(crowd, 7);
    *test_clock += STEP_MS - *test_clock % STEP_MS; /* a quarter begins */
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(person_vote(&crowd[i], answer, STANCE_CORROBORATE, 1), OK);
    *test_clock += 4 * STEP_MS;
    assert_int_equal(shown_votes(answer), 0); /* two are never shown, however long ago */
    assert_int_equal(person_vote(&crowd[2], answer, STANCE_DISPUTE, 2), OK);
    assert_int_equal(shown_votes(answer), 0);
    assert_int_equal(person_vote(&crowd[3], answer, STANCE_CORROBORATE, 0), OK);
    *test_clock += STEP_MS - 1;
    assert_int_equal(shown_votes(answer), 0);
    *test_clock += 1;
    assert_int_equal(shown_votes(answer), 4); /* the one that came meanwhile is with them */
    struct board_totals_of_posting_row row = shown_of(answer, *test_clock);
    assert_int_equal(row.corroborate, 3);
    assert_int_equal(row.dispute, 1);
    assert_int_equal(row.patients, 8);
    for (size_t i = 4; i < 6; i++) { /* two more begin no step, and do not disturb what is shown */
        assert_int_equal(person_vote(&crowd[i], answer, STANCE_DISPUTE, 0), OK);
        assert_int_equal(shown_votes(answer), 4);
    }
    *test_clock += 2 * STEP_MS;
    assert_int_equal(shown_votes(answer), 4);
    assert_int_equal(person_vote(&crowd[6], answer, STANCE_DISPUTE, 0), OK);
    *test_clock += STEP_MS;
    assert_int_equal(shown_votes(answer), 7);
    assert_int_equal(tally_of(answer).corroborate, 3); /* exact all the time (control) */
    teardown();
}

static void voting_to_and_fro_begins_no_step(void **state UNUSED)
{
    struct person crowd[3];
    setup();
    crowd_make(crowd, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(person_vote(&crowd[i], answer, STANCE_CORROBORATE, 0), OK);
    *test_clock += STEP_MS;
    assert_int_equal(shown_votes(answer), 3);
    assert_int_equal(person_vote(&larkspur, answer, STANCE_DISPUTE, 0), OK); /* whom they watch */
    for (int64_t i = 0; i < 6; i++) {
        assert_int_equal(person_vote(&crowd[0], answer, 1 + (i + 1) % 2, 0), OK);
        *test_clock += STEP_MS;
        struct board_totals_of_posting_row row = shown_of(answer, *test_clock);
        assert_int_equal(row.corroborate, 3);
        assert_int_equal(row.dispute, 0);
    }
    teardown();
}

/* What is shown of both postings, before and after the quarter of an hour. */
static char *shown_now(void)
{
    struct buf out;
    buf_open(&out, &room_arena, 256);
    for (int64_t posting = question; posting <= answer; posting++)
        for (int64_t later = 0; later < 2; later++) {
            struct board_totals_of_posting_row row =
                shown_of(posting, *test_clock + later * STEP_MS);
            buf_format(&out, "%d %d %d %d;", (int)row.corroborate, (int)row.dispute,
                       (int)row.cannot_say, (int)row.patients);
        }
    return strdup(buf_done(&out).data);
}

static void votes_held_together_make_the_same_steps_as_one_by_one(void **state UNUSED)
{
    enum { ROUNDS = 6, VOTERS = 6 };
    char *found[2][ROUNDS];
    for (int together = 0; together < 2; together++) {
        struct person crowd[VOTERS];
        setup();
        crowd_make(crowd, VOTERS);
        *test_clock += STEP_MS - *test_clock % STEP_MS;
        for (size_t round = 0; round < ROUNDS; round++) {
            struct job jobs[VOTERS];
            size_t count = 0;
            for (size_t i = 0; i < VOTERS; i++)
                if (i <= round * 2) /* three, five, six of them; then they change their minds */
                    jobs[count++] = vote_job(&crowd[i], round % 3 == 2 ? question : answer,
                                             1 + (int64_t)(i + round) % 3);
            for (size_t i = 0; i < count; i += together ? count : 1)
                batch_run(&room, &jobs[i], together ? count : 1);
            found[together][round] = shown_now();
            *test_clock += STEP_MS / 2;
        }
        teardown();
    }
    for (size_t round = 0; round < ROUNDS; round++)
        assert_string_equal(found[0][round], found[1][round]);
    assert_string_not_equal(found[0][0], found[0][ROUNDS - 1]); /* something moved (control) */
    for (size_t i = 0; i < 2 * (size_t)ROUNDS; i++)
        free(found[i / ROUNDS][i % ROUNDS]);
}

/* ---- votes of a day ---- */

static int64_t today_of(const struct person *person)
{
    struct command command = {.kind = COMMAND_VOTES_TODAY};
    struct reply_votes_today reply = {.votes = -1};
    struct text told = NO_TEXT;
    struct json *json;
    assert_int_equal(room_do(person, &command, &told), OK);
    assert_int_equal(json_read(text_bytes(told), &json), OK);
    assert_int_equal(reply_votes_today_read(json, &room_arena, &reply), OK);
    json_close(json);
    return reply.votes;
}

static void
of_a_day_the_first_vote_on_each_posting_is_counted_and_no_change_of_it(void **state UNUSED)
{
    setup();
    int64_t second = person_answer(&kestrel, question, "Or halve it.");
    assert_int_equal(today_of(&larkspur), 0);
    assert_int_equal(person_vote(&larkspur, question, STANCE_CORROBORATE, 0), OK);
    assert_int_equal(person_vote(&larkspur, answer, STANCE_CANNOT_SAY, 0), OK);
    assert_int_equal(today_of(&larkspur), 2);
    assert_int_equal(person_vote(&larkspur, answer, STANCE_DISPUTE, 3), OK);
    assert_int_equal(today_of(&larkspur), 2);
    assert_int_equal(today_of(&tamarack), 0); /* nobody else's */
    *test_clock += DAY_MS;
    person_sign_in(&larkspur, "Larkspur");
    assert_int_equal(today_of(&larkspur), 0);
    assert_int_equal(person_vote(&larkspur, answer, STANCE_CORROBORATE, 3),
                     OK); /* a change alone */
    assert_int_equal(today_of(&larkspur), 0);
    assert_int_equal(person_vote(&larkspur, second, STANCE_CORROBORATE, 3), OK);
    assert_int_equal(today_of(&larkspur), 1);
    teardown();
}

/* ---- blind and informed ---- */

static struct event_vote_cast last_vote(void)
{
    struct journal_entry *entries;
    size_t count = 0;
    assert_int_equal(journal_read(room.journal, &room_arena, room.head - 1, 1, &entries, &count),
                     OK);
    assert_int_equal(count, 1);
    assert_int_equal(entries[0].event.kind, EVENT_VOTE_CAST);
    return entries[0].event.vote_cast;
}

static bool vote_is_informed(const struct person *person, int64_t posting, int64_t stance,
                             int64_t patients)
{
    int64_t head = room.head;
    assert_int_equal(person_vote(person, posting, stance, patients), OK);
    assert_int_equal(room.head, head + 1);
    struct event_vote_cast vote = last_vote();
    assert_true(vote.has_informed == vote.informed); /* absent when it is not */
    return vote.informed;
}

static enum result person_look(const struct person *person, int64_t thread)
{
    struct command command = {.kind = COMMAND_TOTALS_SHOW};
    request_new(&command);
    command.totals_show.question = thread;
    return room_do(person, &command, NULL);
}

static void
a_vote_cast_without_a_look_is_blind_and_so_is_its_correction_of_patients(void **state UNUSED)
{
    setup();
    assert_false(vote_is_informed(&larkspur, answer, STANCE_DISPUTE, 1));
    assert_false(vote_is_informed(&larkspur, answer, STANCE_DISPUTE, 2));
    assert_true(vote_is_informed(&larkspur, answer, STANCE_CORROBORATE, 2)); /* sees totals now */
    assert_true(vote_is_informed(&larkspur, answer, STANCE_CORROBORATE, 3)); /* and stays so */
    teardown();
}

static void whoever_asked_or_looked_votes_informed_in_that_thread_alone(void **state UNUSED)
{
    setup();
    int64_t other = person_ask(&tamarack, "Another question altogether");
    int64_t reply = person_answer(&kestrel, other, "Something else.");
    int64_t second = person_answer(&tamarack, question, "Halve it.");
    assert_true(vote_is_informed(&kestrel, second, STANCE_CORROBORATE, 0)); /* he asked */
    assert_int_equal(person_look(&larkspur, question), OK);
    assert_true(vote_is_informed(&larkspur, answer, STANCE_CORROBORATE, 0));
    assert_true(vote_is_informed(&larkspur, second, STANCE_CANNOT_SAY, 0));
    assert_false(vote_is_informed(&larkspur, reply, STANCE_CORROBORATE, 0));
    teardown();
}

static void looking_is_one_event_however_often_and_private_as_votes_are(void **state UNUSED)
{
    size_t count;
    setup();
    int64_t head = room.head;
    assert_int_equal(person_look(&larkspur, question), OK);
    assert_int_equal(person_look(&larkspur, question), OK);
    assert_int_equal(room.head, head + 1);
    assert_int_equal(person_look(&kestrel, question), OK); /* he asked: nothing to open */
    assert_int_equal(room.head, head + 1);
    assert_int_equal(person_look(&larkspur, answer), NOT_FOUND);
    assert_int_equal(person_look(&larkspur, 999999), NOT_FOUND);
    assert_int_equal(person_look(&admin, question), REFUSED);
    assert_int_equal(own_stance(&larkspur, OWN_VOTE_LOOKED, &count), STANCE_NONE);
    assert_int_equal(count, 1); /* the mark, in his own row */
    assert_int_equal(person_vote(&larkspur, answer, STANCE_DISPUTE, 0), OK);
    assert_int_equal(own_stance(&larkspur, answer, &count), STANCE_DISPUTE);
    assert_int_equal(count, 2);
    (void)own_stance(&tamarack, answer, &count);
    assert_int_equal(count, 0);
    teardown();
}

/* ---- a poll's counts move as totals do ---- */

static enum result choose(const struct person *person, int64_t poll, int64_t choice)
{
    struct command command = {.kind = COMMAND_POLL_CHOOSE};
    request_new(&command);
    command.poll_choose = (struct command_poll_choose){poll, choice};
    return room_do(person, &command, NULL);
}

/* As pages show it `steps` quarters of an hour from now. */
static int64_t shown_choices(int64_t poll, int64_t place, int64_t steps)
{
    struct board_poll_shown_row *rows;
    size_t count;
    assert_int_equal(board_poll_shown(room.board, &room_arena, poll, *test_clock + steps * STEP_MS,
                                      &rows, &count),
                     OK);
    assert_int_equal(count, 2);
    return rows[place - 1].chosen;
}

static void no_single_choice_in_a_poll_can_be_watched(void **state UNUSED)
{
    struct person crowd[3];
    struct text reply;
    setup();
    crowd_make(crowd, 3);
    struct command command = ask_command("Anticoagulate after one short run?");
    command.ask.kind = POSTING_CASE;
    command.ask.options = TEXT("Yes\nNo");
    assert_int_equal(room_do(&kestrel, &command, &reply), OK);
    int64_t poll = created_id(reply);
    assert_int_equal(choose(&crowd[0], poll, 1), OK);
    for (int64_t i = 0; i < 5; i++) /* one who chooses to and fro begins no step */
        assert_int_equal(choose(&crowd[1], poll, 1 + i % 2), OK);
    assert_int_equal(shown_choices(poll, 1, 2), 0);
    assert_int_equal(choose(&crowd[2], poll, 2), OK);
    assert_int_equal(shown_choices(poll, 1, 0), 0); /* not before the quarter is over */
    assert_int_equal(shown_choices(poll, 1, 1), 2);
    assert_int_equal(shown_choices(poll, 2, 1), 1);
    *test_clock += STEP_MS;
    assert_int_equal(choose(&crowd[0], poll, 2), OK); /* nor is one change seen by itself */
    assert_int_equal(shown_choices(poll, 1, 2), 2);
    struct board_poll_options_row *exact;
    size_t count;
    assert_int_equal(board_poll_options(room.board, &room_arena, poll, &exact, &count), OK);
    assert_int_equal(exact[0].chosen, 1); /* control: the exact one moved */
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(votes_of_one_batch_are_all_counted_once),
        cmocka_unit_test(an_answer_between_votes_finds_them_counted),
        cmocka_unit_test(an_undone_batch_leaves_nothing_to_be_counted_later),
        cmocka_unit_test(a_row_too_long_to_be_remembered_is_right_all_the_same),
        cmocka_unit_test(totals_are_shown_from_the_third_voter_on_at_the_quarter_of_an_hour),
        cmocka_unit_test(voting_to_and_fro_begins_no_step),
        cmocka_unit_test(votes_held_together_make_the_same_steps_as_one_by_one),
        cmocka_unit_test(of_a_day_the_first_vote_on_each_posting_is_counted_and_no_change_of_it),
        cmocka_unit_test(a_vote_cast_without_a_look_is_blind_and_so_is_its_correction_of_patients),
        cmocka_unit_test(whoever_asked_or_looked_votes_informed_in_that_thread_alone),
        cmocka_unit_test(looking_is_one_event_however_often_and_private_as_votes_are),
        cmocka_unit_test(no_single_choice_in_a_poll_can_be_watched),
    };
    test_clock = lists_clock(clock_from_date(2026, 3, 2));
    room_conf = "second.physician = 0\nsecond.staff = 0\nposting.hold_first = 0\n"
                "session.idle_minutes = 1440\n";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
