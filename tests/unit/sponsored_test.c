/* Questions that sponsors put to members: nobody here is their author, an admin looks first, a
 * sponsor learns how his stands and nothing else, and what physicians do is closed to him. */
#include "tests/unit/moderation_room.h"

static struct person admin, sponsor, rival, kestrel, larkspur;

static void describe(const char *topic)
{
    struct command command = {.kind = COMMAND_TOPIC_DESCRIBE};
    request_new(&command);
    command.topic_describe =
        (struct command_topic_describe){text_of(topic), TEXT("What it is about."), TEXT("")};
    assert_int_equal(room_do(&admin, &command, NULL), OK);
}

static void setup_with(const char *settings)
{
    room_conf = settings;
    room_open();
    staff_make(&admin, "Switchboard", BOARD_ADMIN);
    staff_make(&sponsor, "Halden", BOARD_SPONSOR);
    staff_make(&rival, "Ostrand", BOARD_SPONSOR);
    person_make(&admin, &kestrel, "Kestrel");
    person_make(&admin, &larkspur, "Larkspur");
    (void)person_ask(&kestrel, "Fainting after a new drug"); /* files under its topics */
    describe("cardiology");
}

static void setup(void)
{
    setup_with("second.physician = 0\nsecond.staff = 0\nposting.hold_first = 0\n"
               "sponsor.questions_share = 1000\n");
}

static enum result asks_about(const struct person *person, const char *title, const char *body,
                              const char *topics, struct text *reply)
{
    struct command command = {.kind = COMMAND_SPONSOR_ASK};
    request_new(&command);
    command.sponsor_ask =
        (struct command_sponsor_ask){text_of(title), text_of(body), text_of(topics)};
    return room_do(person, &command, reply);
}

static int64_t asked(const struct person *person, const char *title)
{
    struct text reply;
    assert_int_equal(asks_about(person, title, "What have you *seen*?", "cardiology", &reply), OK);
    return created_id(reply);
}

static enum result decide(int64_t question, int64_t outcome, int64_t reason, const char *words)
{
    struct command command = {.kind = COMMAND_POSTING_DECIDE};
    request_new(&command);
    command.posting_decide =
        (struct command_posting_decide){question, outcome, reason, text_of(words)};
    return room_do(&admin, &command, NULL);
}

static enum result own_of(const struct person *person, int64_t question,
                          struct reply_sponsor_question *own)
{
    struct command command = {.kind = COMMAND_SPONSOR_QUESTION};
    struct json *json = NULL;
    struct text reply;
    command.sponsor_question.question = question;
    enum result result = room_do(person, &command, &reply);
    if (result != OK)
        return result;
    assert_int_equal(json_read(text_bytes(reply), &json), OK);
    assert_int_equal(reply_sponsor_question_read(json, &room_arena, own), OK);
    json_close(json);
    return OK;
}

static bool members_see(int64_t question, struct board_posting_get_row *row)
{
    struct db *db = reader();
    enum result result = board_posting_get(db, &room_arena, question, row);
    db_close(db);
    return result == OK;
}

static void nobody_sees_it_before_an_admin_has_looked_and_it_has_no_author(void **state UNUSED)
{
    struct reply_sponsor_question own;
    struct board_posting_get_row row;
    setup();
    int64_t question = asked(&sponsor, "How often is it stopped early?");
    assert_false(members_see(question, &row));
    assert_int_equal(queue_of(&admin).items_count, 1);
    assert_int_equal(own_of(&sponsor, question, &own), OK);
    assert_int_equal(own.question.state, HOLD_WAITS);
    assert_int_equal(decide(question, OUTCOME_KEPT, FLAG_NONE, ""), OK);
    assert_true(members_see(question, &row));
    assert_int_equal(row.member, 0);
    assert_int_equal(row.kind, POSTING_QUESTION);
    assert_true(text_is(row.source, "House")); /* the organisation: what members read */
    assert_int_equal(own_of(&sponsor, question, &own), OK);
    assert_int_equal(own.question.state, HOLD_NONE);
    assert_true(own.question.decided_ms > 0);
    clerk_close(&room);
}

static void
its_sponsor_reads_why_it_was_sent_back_and_no_other_sponsor_that_it_is_there(void **state UNUSED)
{
    struct reply_sponsor_question own;
    setup();
    int64_t question = asked(&sponsor, "How often is it stopped early?");
    assert_int_equal(decide(question, OUTCOME_RETURNED, FLAG_ADVERTISING, "Leave the praise out."),
                     OK);
    assert_int_equal(own_of(&sponsor, question, &own), OK);
    assert_int_equal(own.question.state, HOLD_RETURNED);
    assert_int_equal(own.question.reason, FLAG_ADVERTISING);
    assert_true(text_is(own.question.words, "Leave the praise out."));
    assert_true(text_is(own.body, "What have you *seen*?"));
    assert_int_equal(own_of(&rival, question, &own), NOT_FOUND);
    assert_int_equal(own_of(&kestrel, question, &own), REFUSED);
    clerk_close(&room);
}

/* Bytes of all that the clerk tells a sponsor of his own questions. */
static struct text told(int64_t question)
{
    struct command list = {.kind = COMMAND_SPONSOR_QUESTIONS};
    struct command one = {.kind = COMMAND_SPONSOR_QUESTION};
    struct text all, single;
    one.sponsor_question.question = question;
    assert_int_equal(room_do(&sponsor, &list, &all), OK);
    assert_int_equal(room_do(&sponsor, &one, &single), OK);
    return arena_format(&room_arena, "%.*s %.*s", (int)all.size, all.data, (int)single.size,
                        single.data);
}

static void answers_and_votes_change_not_a_byte_of_what_its_sponsor_is_told(void **state UNUSED)
{
    setup();
    int64_t question = asked(&sponsor, "How often is it stopped early?");
    assert_int_equal(decide(question, OUTCOME_KEPT, FLAG_NONE, ""), OK);
    struct text before = told(question);
    int64_t answer = person_answer(&kestrel, question, "One in ten, within a month.");
    assert_int_equal(person_vote(&larkspur, answer, STANCE_CORROBORATE, 2), OK);
    assert_true(text_equal(told(question), before));
    /* Control: what he may know changes it. */
    assert_int_equal(decide(question, OUTCOME_HIDDEN, FLAG_OFF_TOPIC, ""), OK);
    assert_false(text_equal(told(question), before));
    clerk_close(&room);
}

static void a_sponsor_votes_answers_comments_and_reads_nothing(void **state UNUSED)
{
    setup();
    int64_t question = asked(&sponsor, "How often is it stopped early?");
    assert_int_equal(decide(question, OUTCOME_KEPT, FLAG_NONE, ""), OK);
    int64_t answer = person_answer(&kestrel, question, "One in ten.");
    int64_t head = room.head;
    static const enum command_kind physicians[] = {
        COMMAND_ASK,         COMMAND_ANSWER,       COMMAND_VOTE,         COMMAND_SOLVE,
        COMMAND_TOTALS_SHOW, COMMAND_FOLLOWING,    COMMAND_POSTING_EDIT, COMMAND_COMMENT_ADD,
        COMMAND_THANK,       COMMAND_CHOOSE,       COMMAND_MARK_SET,     COMMAND_SUMMARY_EDIT,
        COMMAND_ROUND_OPEN,  COMMAND_POLL_CHOOSE,  COMMAND_FLAG,         COMMAND_QUESTION_RATE,
        COMMAND_CONTACTS,    COMMAND_TOPIC_FOLLOW, COMMAND_FEED_MAKE,    COMMAND_DUPLICATE_ANSWER,
    };
    for (size_t i = 0; i < sizeof(physicians) / sizeof(*physicians); i++)
        assert_int_equal(person_simple(&sponsor, physicians[i]), REFUSED);
    assert_int_equal(person_vote(&sponsor, answer, STANCE_CORROBORATE, 1), REFUSED);
    assert_int_equal(person_simple(&sponsor, COMMAND_MODERATION_QUEUE), REFUSED);
    assert_int_equal(decide(question, OUTCOME_KEPT, FLAG_NONE, ""), CONFLICT); /* and once only */
    assert_int_equal(room.head, head);
    assert_int_equal(person_vote(&larkspur, answer, STANCE_CORROBORATE, 1), OK); /* control */
    assert_true(room.head > head);
    assert_int_equal(asks_about(&kestrel, "A question of my own?", "x", "cardiology", NULL),
                     REFUSED);
    assert_int_equal(asks_about(&admin, "A question of my own?", "x", "cardiology", NULL), REFUSED);
    clerk_close(&room);
}

static void only_topics_of_the_public_list_and_no_patient(void **state UNUSED)
{
    struct text reply;
    setup();
    assert_int_equal(asks_about(&sponsor, "How often is it stopped?", "x", "syncope", &reply),
                     INVALID); /* members have it, but nobody described it and few asked */
    assert_int_equal(asks_about(&sponsor, "How often is it stopped?", "x", "my-own", &reply),
                     INVALID);
    assert_int_equal(asks_about(&sponsor, "How often is it stopped?", "x", "", &reply), INVALID);
    assert_int_equal(asks_about(&sponsor, "How often is it stopped?", "Call 314-555-0142.",
                                "cardiology", &reply),
                     INVALID);
    describe("syncope");
    assert_int_equal(asks_about(&sponsor, "How often is it stopped?", "x", "syncope", &reply), OK);
    clerk_close(&room);
}

static void so_many_in_so_many_days_and_no_more(void **state UNUSED)
{
    struct text reply;
    setup_with("second.physician = 0\nsecond.staff = 0\nposting.hold_first = 0\n"
               "sponsor.questions_share = 500\nsponsor.questions = 2\nsponsor.question_days = 9\n");
    for (int i = 0; i < 3; i++)
        (void)person_ask(&larkspur, "What do you do in practice?");
    int64_t first = asked(&sponsor, "How often is it stopped early?");
    (void)asked(&sponsor, "And how often begun again?");
    assert_int_equal(asks_about(&sponsor, "A third one, surely?", "x", "cardiology", &reply),
                     CONFLICT);
    assert_non_null(strstr(reply.data, "At most 2 of your questions"));
    /* One that is sent back makes room. Both sponsors' people are of one house here, so that it is
     * shared. */
    assert_int_equal(decide(first, OUTCOME_RETURNED, FLAG_OTHER, "Say what for."), OK);
    (void)asked(&rival, "And how often begun again by others?");
    assert_int_equal(asks_about(&sponsor, "A fourth, then?", "x", "cardiology", &reply), CONFLICT);
    clerk_close(&room);
}

static void sponsors_have_their_share_of_all_questions(void **state UNUSED)
{
    struct text reply;
    setup_with("second.physician = 0\nsecond.staff = 0\nposting.hold_first = 0\n"
               "sponsor.questions_share = 500\nsponsor.questions = 50\n");
    (void)asked(&sponsor, "How often is it stopped early?"); /* one may always be */
    assert_int_equal(asks_about(&sponsor, "And how often begun again?", "x", "cardiology", &reply),
                     CONFLICT);
    assert_non_null(strstr(reply.data, "50.0%"));
    (void)person_ask(&larkspur,
                     "What do you do in practice?"); /* two by members, two by sponsors */
    (void)asked(&sponsor, "And how often begun again?");
    assert_int_equal(asks_about(&sponsor, "A third one, surely?", "x", "cardiology", &reply),
                     CONFLICT);
    clerk_close(&room);
}

static enum result merge(int64_t question, int64_t target)
{
    struct command link = {.kind = COMMAND_DUPLICATE_DECIDE};
    struct command command = {.kind = COMMAND_THREADS_MERGE};
    request_new(&link);
    link.duplicate_decide = (struct command_duplicate_decide){question, target, true};
    assert_int_equal(room_do(&admin, &link, NULL), OK);
    request_new(&command);
    command.threads_merge = (struct command_threads_merge){question, target, true};
    return room_do(&admin, &command, NULL);
}

static void every_answer_to_it_stands_under_its_label(void **state UNUSED)
{
    setup();
    int64_t first = person_ask(&kestrel, "Is it stopped early, as a rule?");
    int64_t question = asked(&sponsor, "How often is it stopped early?");
    int64_t again = person_ask(&larkspur, "Stopped early: how often?");
    assert_int_equal(decide(question, OUTCOME_KEPT, FLAG_NONE, ""), OK);
    assert_int_equal(merge(question, first), CONFLICT);
    assert_int_equal(merge(again, question), CONFLICT);
    int64_t twin = person_ask(&kestrel, "Stopped early, once more?"); /* control */
    int64_t last = person_ask(&larkspur, "Stopped early, and again?");
    assert_int_equal(merge(last, twin), OK);
    clerk_close(&room);
}

static void titles_alone_say_that_a_sponsor_asks(void **state UNUSED)
{
    struct board_thread_title_row row;
    setup();
    int64_t question = asked(&sponsor, "How often is it stopped early?");
    assert_int_equal(decide(question, OUTCOME_KEPT, FLAG_NONE, ""), OK);
    assert_int_equal(board_thread_title(room.board, &room_arena, question, &row), OK);
    assert_true(text_is(row.title, "Sponsored question · House: How often is it stopped early?"));
    int64_t other = person_ask(&kestrel, "Is it stopped early, as a rule?");
    assert_int_equal(board_thread_title(room.board, &room_arena, other, &row), OK);
    assert_true(text_is(row.title, "Is it stopped early, as a rule?")); /* control */
    clerk_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_sees_it_before_an_admin_has_looked_and_it_has_no_author),
        cmocka_unit_test(
            its_sponsor_reads_why_it_was_sent_back_and_no_other_sponsor_that_it_is_there),
        cmocka_unit_test(answers_and_votes_change_not_a_byte_of_what_its_sponsor_is_told),
        cmocka_unit_test(a_sponsor_votes_answers_comments_and_reads_nothing),
        cmocka_unit_test(only_topics_of_the_public_list_and_no_patient),
        cmocka_unit_test(so_many_in_so_many_days_and_no_more),
        cmocka_unit_test(sponsors_have_their_share_of_all_questions),
        cmocka_unit_test(every_answer_to_it_stands_under_its_label),
        cmocka_unit_test(titles_alone_say_that_a_sponsor_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
