/* Reports told by the analyst: who is mailed of them, once, and what kinds of sponsors read what an
 * author's postings stood in. */
#include "board/telling/released.h"
#include "tests/unit/telling_room.h"

enum { WEEK_REPORT = 3, MEMBERS_REPORT = 5 };

static struct person halden, ostrand;
static int64_t question, told;

static void staff_mailed(struct person *person, const char *name)
{
    struct command command = {.kind = COMMAND_STAFF_ADD};
    request_new(&command);
    command.staff_add = (struct command_staff_add){.pseudonym = text_of(name),
                                                   .password = TEXT("password 123"),
                                                   .role = BOARD_SPONSOR,
                                                   .organisation = text_of(name),
                                                   .email = TEXT("reader@sponsor.example")};
    assert_int_equal(room_do(NULL, &command, NULL), OK);
    person_sign_in(person, name);
}

static void sponsors_setup(void)
{
    setup_with("5");
    told = 0;
    staff_mailed(&halden, "Halden");
    staff_mailed(&ostrand, "Ostrand");
    question = ask_about(&larkspur, "Fainting after a new drug", "syncope");
    (void)mails();
}

static void sponsors_days_pass(int64_t days)
{
    days_pass(days);
    person_sign_in(&halden, "Halden");
    person_sign_in(&ostrand, "Ostrand");
}

/* Of this week, or of its month. */
static struct record_released report_of(int64_t template, int64_t object)
{
    const int64_t from_ms =
        template <= REPORT_TREND && template > 0 ? clock_month_start(*now) : clock_week_start(*now);
    told++;
    return (struct record_released){.report = told,
                                    .template = template,
                                    .object = object,
                                    .period = TEXT("2026-03"),
                                    .from_ms = from_ms,
                                    .until_ms = template <= REPORT_TREND && template > 0
                                                    ? clock_month_next(*now)
                                                    : from_ms + 7 * DAY_MS,
                                    .key = arena_format(&room_arena, "%032lld", (long long)told)};
}

static enum result tell_as(const struct person *person, struct record_released *reports,
                           size_t count, int64_t *upto)
{
    struct command command = {.kind = COMMAND_REPORTS_RELEASED};
    struct reply_reports_released reply = {0};
    struct json *json = NULL;
    struct text text;
    command.reports_released = (struct command_reports_released){reports, count};
    const enum result result = room_do(person, &command, &text);
    if (result == OK) {
        assert_int_equal(json_read(text_bytes(text), &json), OK);
        assert_int_equal(reply_reports_released_read(json, &room_arena, &reply), OK);
        json_close(json);
        *upto = reply.upto;
    }
    return result;
}

/* A period with these reports and its end. */
static void tell(int64_t template, int64_t object)
{
    int64_t upto = 0;
    struct record_released reports[] = {report_of(template, object), report_of(0, 0)};
    assert_int_equal(tell_as(NULL, reports, 2, &upto), OK);
    assert_int_equal(upto, told);
}

static enum result choose(const struct person *person, int64_t template, int64_t how)
{
    struct command command = {.kind = COMMAND_REPORTS_MAIL};
    struct record_report_mail mail = {template, how};
    command.reports_mail = (struct command_reports_mail){&mail, 1};
    return room_do(person, &command, NULL);
}

static enum result look(const struct person *person, int64_t report)
{
    struct command command = {.kind = COMMAND_REPORT_READ};
    command.report_read.report = report;
    return room_do(person, &command, NULL);
}

static enum result kind_set(const struct person *person, int64_t member, int64_t kind)
{
    struct command command = {.kind = COMMAND_SPONSOR_KIND_SET};
    request_new(&command);
    command.sponsor_kind_set = (struct command_sponsor_kind_set){member, kind};
    return room_do(person, &command, NULL);
}

/* Everything folded anew is as it was. */
static void folds_again(void)
{
    clerk_close(&room);
    assert_int_equal(unlink(conf_store("board")), 0);
    assert_int_equal(unlink(conf_store("desk")), 0);
    room_begin();
}

static void a_new_report_is_mailed_once_to_who_asked_and_as_often_as_he_chose(void **state UNUSED)
{
    sponsors_setup();
    tell(REPORT_RESULT, question);
    assert_int_equal(choose(&halden, REPORT_RESULT, HOW_ONCE), OK);
    assert_int_equal(choose(&ostrand, REPORT_RESULT, HOW_WEEKLY), OK);
    assert_int_equal(choose(&ostrand, MEMBERS_REPORT, HOW_DAILY), INVALID);
    assert_int_equal(mails().mails_count, 0); /* what was there before he asked */
    sponsors_days_pass(1);
    tell(WEEK_REPORT, 0);
    assert_int_equal(mails().mails_count, 0); /* what nobody asked for */
    tell(REPORT_RESULT, question);
    struct reply_mails due = mails();
    assert_int_equal(due.mails_count, 1);
    assert_true(has(due.mails[0].body, "Fainting after a new drug\n  2026-03\n"));
    assert_true(has(due.mails[0].body, "/sponsor/report/sha256/00000000000000000000000000000005"));
    assert_true(has(due.mails[0].stop, "/mail/stop/"));
    assert_false(has(due.mails[0].body, "seventies") || has(due.mails[0].body, "Larkspur"));
    assert_int_equal(mails().mails_count, 0);
    folds_again(); /* nobody is told twice, whatever is forgotten in memory */
    assert_int_equal(mails().mails_count, 0);
    sponsors_days_pass(7);
    due = mails();
    assert_int_equal(due.mails_count, 1);
    assert_true(has(due.mails[0].subject, "1 new report"));
    room_again();
    assert_int_equal(mails().mails_count, 0);
    teardown();
}

static void the_reports_of_a_period_come_in_one_mail_when_all_are_there(void **state UNUSED)
{
    int64_t upto = 0;
    sponsors_setup();
    assert_int_equal(choose(&halden, REPORT_RESULT, HOW_ONCE), OK);
    struct record_released first = report_of(REPORT_RESULT, question);
    struct record_released second = report_of(REPORT_RESULT, question);
    struct record_released end = report_of(0, 0);
    assert_int_equal(tell_as(NULL, &first, 1, &upto), OK);
    assert_int_equal(mails().mails_count, 0);
    assert_int_equal(tell_as(NULL, &second, 1, &upto), OK);
    assert_int_equal(mails().mails_count, 0);
    assert_int_equal(tell_as(NULL, &end, 1, &upto), OK);
    struct reply_mails due = mails();
    assert_int_equal(due.mails_count, 1);
    assert_true(has(due.mails[0].subject, "2 new reports"));
    teardown();
}

static void the_analyst_is_heard_once_and_nobody_else(void **state UNUSED)
{
    int64_t upto = 0;
    sponsors_setup();
    struct record_released reports[] = {report_of(REPORT_RESULT, question), report_of(0, 0)};
    for (struct person *const *one = (struct person *[]){&admin, &halden, &kestrel, NULL}; *one;
         one++)
        assert_int_equal(tell_as(*one, reports, 2, &upto), REFUSED);
    assert_int_equal(tell_as(NULL, NULL, 0, &upto), OK);
    assert_int_equal(upto, 0);
    const int64_t head = room.head;
    assert_int_equal(tell_as(NULL, reports, 2, &upto), OK);
    assert_int_equal(room.head, head + 2);
    assert_int_equal(tell_as(NULL, reports, 2, &upto), OK); /* said again after a stop */
    assert_int_equal(room.head, head + 2);
    reports[1].report = upto + 2; /* one is left out */
    assert_int_equal(tell_as(NULL, &reports[1], 1, &upto), CONFLICT);
    assert_int_equal(room.head, head + 2);
    teardown();
}

static void one_click_ends_mails_about_reports_and_looking_ends_nothing(void **state UNUSED)
{
    sponsors_setup();
    assert_int_equal(choose(&halden, REPORT_RESULT, HOW_ONCE), OK);
    assert_int_equal(choose(&kestrel, REPORT_RESULT, HOW_ONCE), REFUSED);
    tell(REPORT_RESULT, question);
    struct text stop = mails().mails[0].stop;
    const char *const slash = memchr(stop.data, '/', stop.size) ? strrchr(stop.data, '/') : NULL;
    struct command command = {.kind = COMMAND_MAIL_STOP};
    command.mail_stop = (struct command_mail_stop){text_of(slash + 1), true};
    assert_int_equal(room_do(NULL, &command, NULL), OK);
    tell(REPORT_RESULT, question);
    assert_int_equal(mails().mails_count, 1);
    command.mail_stop.look = false;
    assert_int_equal(room_do(NULL, &command, NULL), OK);
    tell(REPORT_RESULT, question);
    assert_int_equal(mails().mails_count, 0);
    teardown();
}

/* As his page reads them. */
static struct board_readings_of_row *readings(const struct person *person, size_t count)
{
    struct board_readings_of_row *rows;
    struct db *db = NULL;
    size_t found = 0;
    assert_int_equal(db_open(&db, &board_store, conf_store("board"), ROLE_WEB_MEMBER, DB_READ, 0),
                     OK);
    assert_int_equal(
        board_readings_of(db, &room_arena, person->id, clock_week_start(*now), 100, &rows, &found),
        OK);
    db_close(db);
    assert_int_equal(found, count);
    return rows;
}

static void an_author_sees_what_kinds_of_sponsors_read_and_never_which(void **state UNUSED)
{
    sponsors_setup();
    tell(REPORT_RESULT, question);
    tell(WEEK_REPORT, 0);
    assert_int_equal(kind_set(&admin, halden.id, SPONSOR_COMPANY), OK);
    assert_int_equal(kind_set(&admin, ostrand.id, SPONSOR_INVESTOR), OK);
    assert_int_equal(kind_set(&admin, kestrel.id, SPONSOR_INVESTOR), NOT_FOUND);
    assert_int_equal(kind_set(&halden, halden.id, SPONSOR_GOVERNMENT), REFUSED);
    assert_int_equal(look(&kestrel, 1), REFUSED);
    const int64_t head = room.head;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(look(&halden, 1), OK);
        assert_int_equal(look(&ostrand, 3), OK);
    }
    assert_int_equal(room.head, head + 2); /* once a report, kind and week */
    (void)readings(&larkspur, 0);          /* not while the week lasts: nobody is watched reading */
    sponsors_days_pass(7);
    assert_int_equal(look(&ostrand, 1), OK);
    assert_int_equal(look(&ostrand, 999), NOT_FOUND);
    sponsors_days_pass(7);
    struct board_readings_of_row *rows = readings(&larkspur, 3);
    assert_int_equal(rows[0].report, 1);
    assert_int_equal(rows[0].kinds, 1 << SPONSOR_INVESTOR);
    assert_int_equal(rows[1].report, 3);
    assert_int_equal(rows[1].kinds, 1 << SPONSOR_INVESTOR);
    assert_int_equal(rows[2].kinds, 1 << SPONSOR_COMPANY);
    assert_true(text_is(rows[2].title, "Fainting after a new drug"));
    (void)readings(&kestrel, 0); /* who posted nothing there */
    (void)person_answer(&kestrel, question, "It is the heart.");
    (void)readings(&kestrel, 2); /* the question's month is not over; its week of words was */
    folds_again();
    (void)readings(&larkspur, 3);
    (void)readings(&kestrel, 2);
    teardown();
}

static void what_the_journal_keeps_of_a_reading_names_no_sponsor(void **state UNUSED)
{
    struct journal_entry *entries;
    size_t count = 0;
    sponsors_setup();
    tell(REPORT_RESULT, question);
    assert_int_equal(look(&halden, 1), OK);
    assert_int_equal(journal_read(room.journal, &room_arena, room.head - 1, 1, &entries, &count),
                     OK);
    assert_int_equal(entries[0].event.kind, EVENT_REPORT_READ);
    /* The same bytes, whoever of that kind it was. */
    const struct event_report_read read = entries[0].event.report_read;
    sponsors_days_pass(7);
    assert_int_equal(look(&ostrand, 1), OK);
    assert_int_equal(journal_read(room.journal, &room_arena, room.head - 1, 1, &entries, &count),
                     OK);
    assert_int_equal(count, 1);
    assert_int_equal(entries[0].event.report_read.report, read.report);
    assert_int_equal(entries[0].event.report_read.kind, read.kind);
    assert_int_equal(entries[0].event.report_read.week_ms, read.week_ms + 7 * DAY_MS);
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_report_is_mailed_once_to_who_asked_and_as_often_as_he_chose),
        cmocka_unit_test(the_reports_of_a_period_come_in_one_mail_when_all_are_there),
        cmocka_unit_test(the_analyst_is_heard_once_and_nobody_else),
        cmocka_unit_test(one_click_ends_mails_about_reports_and_looking_ends_nothing),
        cmocka_unit_test(an_author_sees_what_kinds_of_sponsors_read_and_never_which),
        cmocka_unit_test(what_the_journal_keeps_of_a_reading_names_no_sponsor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
