/* Batches: all or nothing, busy stores, a command that breaks, folds that are lost, several clerks
 * on one journal. */
#include "board/clerk/tools.h"
#include "tests/unit/room.h"

#include <fcntl.h>
#include <unistd.h>

static struct person admin, kestrel, larkspur, tamarack;

static void setup(void)
{
    room_open();
    staff_make(&admin, "Switchboard", BOARD_ADMIN);
    person_make(&admin, &kestrel, "Kestrel");
    person_make(&admin, &larkspur, "Larkspur");
    person_make(&admin, &tamarack, "Tamarack");
}

static void teardown(void)
{
    clerk_close(&room);
}

/* A little of everything that leaves a trace in a fold. */
static void live(void)
{
    struct command follow = {.kind = COMMAND_TOPIC_FOLLOW}, blank = {.kind = COMMAND_TEXT_BLANK};
    struct command seen = {.kind = COMMAND_NOTICES_SEEN}, solve = {.kind = COMMAND_SOLVE};
    int64_t question = person_ask(&kestrel, "Fainting after a new drug");
    int64_t answer = person_answer(&larkspur, question, "Stop the drug.");
    int64_t other = person_answer(&tamarack, question, "Halve the drug.");
    assert_int_equal(person_vote(&tamarack, answer, STANCE_CORROBORATE, 3), OK);
    assert_int_equal(person_vote(&kestrel, answer, STANCE_DISPUTE, 1), OK);
    assert_int_equal(person_vote(&kestrel, answer, STANCE_CORROBORATE, 2), OK);
    assert_int_equal(person_vote(&kestrel, other, STANCE_CANNOT_SAY, 0), OK);
    follow.topic_follow = (struct command_topic_follow){TEXT("syncope"), true};
    assert_int_equal(room_do(&kestrel, &follow, NULL), OK);
    follow.topic_follow.topic = TEXT("cardiology");
    assert_int_equal(room_do(&kestrel, &follow, NULL), OK);
    solve.solve = (struct command_solve){.question = question, .solved = true};
    assert_int_equal(room_do(&kestrel, &solve, NULL), OK);
    seen.notices_seen.upto = INT64_MAX;
    assert_int_equal(room_do(&larkspur, &seen, NULL), OK);
    blank.text_blank = (struct command_text_blank){other, 1};
    assert_int_equal(room_do(NULL, &blank, NULL), OK);
    assert_int_equal(person_simple(&tamarack, COMMAND_SIGN_OUT), OK);
}

static void digest_of(const char *name, const struct store *store, uint8_t digest[DIGEST_SIZE])
{
    struct db *db = NULL;
    int64_t rows = 0;
    assert_int_equal(db_open(&db, store, conf_store(name), ROLE_OPERATOR, DB_READ, 0), OK);
    assert_int_equal(db_content_digest(db, fold_skipped, digest, &rows), OK);
    assert_true(rows > 5);
    db_close(db);
}

static void rebuilding_each_fold_alone_gives_equal_content(void **state UNUSED)
{
    uint8_t board[DIGEST_SIZE], desk[DIGEST_SIZE], again[DIGEST_SIZE];
    setup();
    live();
    clerk_close(&room);
    digest_of("board", &board_store, board);
    digest_of("desk", &desk_store, desk);
    assert_int_equal(fold_rebuild(), 0);
    digest_of("board", &board_store, again);
    assert_memory_equal(board, again, DIGEST_SIZE);
    digest_of("desk", &desk_store, again);
    assert_memory_equal(desk, again, DIGEST_SIZE);
    room_begin(); /* and one of the two lost altogether comes back at the next start */
    clerk_close(&room);
    assert_int_equal(unlink(conf_store("board")), 0);
    (void)unlink(conf_path("board/board.db-wal"));
    (void)unlink(conf_path("board/board.db-shm"));
    room_begin();
    assert_int_equal(board_index_check(room.board), OK);
    clerk_close(&room);
    digest_of("board", &board_store, again);
    assert_memory_equal(board, again, DIGEST_SIZE);
}

static void a_changed_fold_has_another_digest(void **state UNUSED)
{
    uint8_t before[DIGEST_SIZE], after[DIGEST_SIZE];
    struct db *db = NULL;
    setup();
    live();
    clerk_close(&room);
    digest_of("board", &board_store, before);
    assert_int_equal(db_open(&db, &board_store, conf_store("board"), ROLE_CLERK, DB_FOLD, 0), OK);
    assert_int_equal(db_run_script(db, "UPDATE tally SET corroborate = corroborate + 1"), OK);
    db_close(db);
    digest_of("board", &board_store, after);
    assert_memory_not_equal(before, after, DIGEST_SIZE);
}

static void while_the_journal_is_locked_everybody_is_told_busy(void **state UNUSED)
{
    struct log *other = NULL;
    setup();
    int64_t head = room.head;
    struct command command = ask_command("Fainting after a new drug");
    assert_int_equal(log_open(&other, "journal", LOG_APPEND, 0), OK);
    assert_int_equal(log_begin(other), OK);
    assert_int_equal(room_do(&kestrel, &command, NULL), BUSY);
    assert_int_equal(room.head, head);
    log_rollback(other);
    log_close(other);
    assert_int_equal(room_do(&kestrel, &command, NULL), OK);
    assert_int_equal(room.head, head + 1);
    teardown();
}

static void a_locked_fold_undoes_the_journal_too(void **state UNUSED)
{
    struct db *other = NULL;
    int64_t head = 0;
    uint8_t digest[DIGEST_SIZE];
    setup();
    int64_t before = room.head;
    struct command command = ask_command("Fainting after a new drug");
    assert_int_equal(db_open(&other, &desk_store, conf_store("desk"), ROLE_CLERK, DB_FOLD, 0), OK);
    assert_int_equal(db_begin(other), OK);
    assert_int_equal(room_do(&kestrel, &command, NULL), BUSY);
    assert_int_equal(log_head(room.journal, &head, digest), OK);
    assert_int_equal(head, before);
    db_rollback(other);
    db_close(other);
    assert_int_equal(room_do(&kestrel, &command, NULL), OK);
    teardown();
}

static struct job job_of(const struct person *person, struct command command)
{
    struct job job = {.readable = true};
    command.token = text_of(person->token_text);
    command.form = session_form(&room_arena, person->token, session_action(command.kind));
    job.command = command;
    return job;
}

static void commands_of_one_batch_see_each_other(void **state UNUSED)
{
    setup();
    int64_t question = person_ask(&kestrel, "Fainting after a new drug"), before = room.head;
    struct command vote = {.kind = COMMAND_VOTE};
    vote.vote = (struct command_vote){question, STANCE_CORROBORATE, 1};
    struct job jobs[] = {job_of(&larkspur, vote), job_of(&larkspur, vote), job_of(&tamarack, vote),
                         job_of(&kestrel, vote)};
    batch_run(&room, jobs, 4);
    assert_int_equal(jobs[0].result, OK);
    assert_int_equal(jobs[1].result, OK); /* the same vote: already so */
    assert_int_equal(jobs[2].result, OK);
    assert_int_equal(jobs[3].result, REFUSED);
    assert_int_equal(room.head, before + 2);
    teardown();
}

static void a_command_that_breaks_the_batch_stands_alone(void **state UNUSED)
{
    setup();
    int64_t question = person_ask(&kestrel, "Fainting after a new drug"), before = room.head;
    struct command vote = {.kind = COMMAND_VOTE}, ask = ask_command("Another question of mine");
    vote.vote = (struct command_vote){question, STANCE_CORROBORATE, 1};
    assert_int_equal(db_run_script(room.board, "DROP TABLE tally"), OK);
    struct job jobs[] = {job_of(&larkspur, vote), job_of(&larkspur, ask)};
    batch_run(&room, jobs, 2);
    assert_int_equal(jobs[0].result, BROKEN);
    assert_int_equal(jobs[1].result, OK);
    assert_int_equal(room.head, before + 1);
    teardown();
}

static void a_second_clerk_sees_what_the_first_appended(void **state UNUSED)
{
    struct log *journal = NULL;
    struct event event = {.kind = EVENT_TOPIC_FOLLOWED, .at_ms = 1};
    setup();
    /* Another machine's clerk, as far as this one can tell: the journal has grown, the folds have
     * not. */
    assert_int_equal(log_open(&journal, "journal", LOG_APPEND, 0), OK);
    assert_int_equal(log_begin(journal), OK);
    event.topic_followed = (struct event_topic_followed){kestrel.id, TEXT("syncope"), true};
    assert_int_equal(journal_append(journal, &room_arena, &event, NULL, 0), OK);
    assert_int_equal(log_commit(journal), OK);
    log_close(journal);
    struct command follow = {.kind = COMMAND_TOPIC_FOLLOW};
    follow.topic_follow = (struct command_topic_follow){TEXT("syncope"), true};
    assert_int_equal(room_do(&kestrel, &follow, NULL), OK); /* so already: no event of ours */
    assert_int_equal(room.head, event.seq);
    follow.topic_follow.topic = TEXT("cardiology");
    assert_int_equal(room_do(&kestrel, &follow, NULL), OK);
    assert_int_equal(room.head, event.seq + 1);
    teardown();
}

static enum result votes(const struct person *person, int64_t posting, int64_t stance)
{
    struct command command = {.kind = COMMAND_VOTE};
    command.vote = (struct command_vote){posting, stance, 1};
    struct job job = job_of(person, command);
    batch_run(&room, &job, 1);
    return job.result;
}

/* Another machine's clerk appends this. */
static void appended_elsewhere(struct event event)
{
    struct log *journal = NULL;
    assert_int_equal(log_open(&journal, "journal", LOG_APPEND, 0), OK);
    assert_int_equal(log_begin(journal), OK);
    event.at_ms = 1;
    assert_int_equal(journal_append(journal, &room_arena, &event, NULL, 0), OK);
    assert_int_equal(log_commit(journal), OK);
    log_close(journal);
}

static void what_a_session_may_do_ends_with_what_it_rests_on(void **state UNUSED)
{
    uint8_t digest[DIGEST_SIZE];
    setup();
    int64_t question = person_ask(&kestrel, "Fainting after a new drug");
    assert_int_equal(votes(&larkspur, question, STANCE_CORROBORATE), OK);
    assert_int_equal(votes(&tamarack, question, STANCE_CORROBORATE), OK);
    struct event lowered = {.kind = EVENT_MEMBER_LEVEL_SET};
    lowered.member_level_set = (struct event_member_level_set){
        .member = larkspur.id, .level = 1, .was = 3, .why = TEXT("lapsed")};
    appended_elsewhere(lowered);
    assert_int_equal(votes(&larkspur, question, STANCE_DISPUTE), REFUSED);
    assert_int_equal(votes(&tamarack, question, STANCE_DISPUTE), OK);
    struct event closed = {.kind = EVENT_SESSION_CLOSED};
    session_digest(digest, tamarack.token);
    memcpy(closed.session_closed.digest, digest, DIGEST_SIZE);
    appended_elsewhere(closed);
    assert_int_equal(votes(&tamarack, question, STANCE_CORROBORATE), STALE);
    teardown();
}

static void a_session_of_an_undone_batch_is_none(void **state UNUSED)
{
    struct person lost;
    setup();
    lost = larkspur;
    int64_t question = person_ask(&kestrel, "Fainting after a new drug");
    /* Signed in and at work within one batch, up to where the commit would have been. */
    int64_t head = room.head;
    assert_int_equal(batch_begin(&room), OK);
    static const struct hash_done good = {.good = 1, .hash = "not a real hash"};
    struct job in = {
        .operator_ = true, .readable = true, .hash = &good, .command = {.kind = COMMAND_SIGN_IN}};
    in.command.sign_in = (struct command_sign_in){TEXT("Larkspur"), TEXT("password 123"), NO_TEXT};
    command_run(&room, &in);
    assert_int_equal(in.result, OK);
    struct json *json = NULL;
    struct reply_signed_in reply;
    assert_int_equal(json_read(text_bytes(in.reply), &json), OK);
    assert_int_equal(reply_signed_in_read(json, &room_arena, &reply), OK);
    json_close(json);
    assert_true(session_token_read(reply.token, lost.token));
    memcpy(lost.token_text, reply.token.data, reply.token.size);
    struct command vote = {.kind = COMMAND_VOTE};
    vote.vote = (struct command_vote){question, STANCE_CORROBORATE, 1};
    struct job job = job_of(&lost, vote);
    command_run(&room, &job);
    assert_int_equal(job.result, OK);
    batch_undo(&room, head);
    assert_int_equal(votes(&lost, question, STANCE_CORROBORATE), STALE);
    assert_int_equal(votes(&larkspur, question, STANCE_CORROBORATE), OK);
    teardown();
}

static void rows_of_a_member_that_never_came_to_be_are_swept(void **state UNUSED)
{
    uint8_t key[KEY_SIZE] = {1};
    setup();
    assert_int_equal(keyring_key_put(&room.keys, &room_arena, 4000, key), OK);
    assert_int_equal(keyring_commit(&room.keys), OK); /* then the power went */
    room_again();
    assert_int_equal(keyring_member_key(&room.keys, &room_arena, 4000, key), NOT_FOUND);
    assert_int_equal(keyring_member_key(&room.keys, &room_arena, kestrel.id, key), OK);
    teardown();
}

static bool file_has(const char *path, const char *words)
{
    static char data[1 << 20];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? 0 : read(fd, data, sizeof(data));
    if (fd >= 0)
        (void)close(fd);
    return size > 0 && memmem(data, (size_t)size, words, strlen(words)) != NULL;
}

static void names_and_addresses_lie_nowhere_in_clear(void **state UNUSED)
{
    static const char *const stores[] = {"journal", "board", "desk", "identity"};
    static const char *const canaries[] = {"Canaryfirst", "Canarylast", "someone@example.org",
                                           "password 123", "not a real hash"};
    bool control = false;
    setup();
    live();
    clerk_close(&room);
    for (size_t i = 0; i < 4; i++) {
        const char *path = conf_store(stores[i]);
        for (size_t j = 0; j < 5; j++) {
            assert_false(file_has(path, canaries[j]));
            assert_false(file_has(conf_path("%s/%s.db-wal", stores[i], stores[i]), canaries[j]));
        }
        control = control || file_has(path, "Kestrel") ||
                  file_has(conf_path("%s/%s.db-wal", stores[i], stores[i]), "Kestrel");
    }
    assert_true(control); /* pseudonyms are there, so the search finds what is there */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rebuilding_each_fold_alone_gives_equal_content),
        cmocka_unit_test(a_changed_fold_has_another_digest),
        cmocka_unit_test(while_the_journal_is_locked_everybody_is_told_busy),
        cmocka_unit_test(a_locked_fold_undoes_the_journal_too),
        cmocka_unit_test(commands_of_one_batch_see_each_other),
        cmocka_unit_test(a_command_that_breaks_the_batch_stands_alone),
        cmocka_unit_test(a_second_clerk_sees_what_the_first_appended),
        cmocka_unit_test(what_a_session_may_do_ends_with_what_it_rests_on),
        cmocka_unit_test(a_session_of_an_undone_batch_is_none),
        cmocka_unit_test(rows_of_a_member_that_never_came_to_be_are_swept),
        cmocka_unit_test(names_and_addresses_lie_nowhere_in_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
