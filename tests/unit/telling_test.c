/* What members follow and are told of: in the clerk, without a postman. */
#include "tests/unit/telling_room.h"

/* --- what is new --- */

static void a_new_thread_in_a_followed_topic_is_news_to_others_only(void **state UNUSED)
{
    setup();
    assert_int_equal(topic_follow(&larkspur, "syncope", true), OK);
    assert_int_equal(topic_follow(&kestrel, "syncope", true), OK);
    int64_t question = ask_about(&kestrel, "Fainting after a new drug", "syncope");
    (void)ask_about(&kestrel, "Something else entirely", "gout");
    struct reply_following all = following(&larkspur);
    assert_int_equal(all.news_count, 1);
    assert_int_equal(all.news[0].question, question);
    assert_int_equal(all.news[0].kind, TELL_TOPIC);
    assert_true(text_is(all.news[0].label, "syncope"));
    assert_int_equal(following(&kestrel).news_count, 0); /* his own */
    assert_int_equal(following(&tamarack).news_count, 0);
    seen(&larkspur, all.upto);
    assert_int_equal(following(&larkspur).news_count, 0);
    (void)ask_about(&kestrel, "Fainting once more today", "syncope");
    assert_int_equal(following(&larkspur).news_count, 1); /* control */
    teardown();
}

static void what_stood_there_before_somebody_followed_is_no_news(void **state UNUSED)
{
    setup();
    (void)ask_about(&kestrel, "Fainting after a new drug", "syncope");
    assert_int_equal(topic_follow(&larkspur, "syncope", true), OK);
    assert_int_equal(search_save(&larkspur, "fainting", NULL), OK);
    assert_int_equal(following(&larkspur).news_count, 0);
    teardown();
}

static void a_saved_search_finds_threads_and_answers_and_not_ones_own(void **state UNUSED)
{
    int64_t id = 0;
    setup();
    assert_int_equal(search_save(&larkspur, "torsades amiodarone", &id), OK);
    assert_int_equal(search_save(&kestrel, "amiodarone torsades", NULL), OK);
    int64_t question = ask_about(&kestrel, "Fainting after a new drug", "syncope");
    assert_int_equal(following(&larkspur).news_count, 0);
    int64_t answer = person_answer(&tamarack, question, "Torsades under amiodarone, I think.");
    struct reply_following all = following(&larkspur);
    assert_int_equal(all.searches_count, 1);
    assert_int_equal(all.news_count, 1);
    assert_int_equal(all.news[0].kind, TELL_SEARCH);
    assert_int_equal(all.news[0].posting, answer);
    assert_true(text_is(all.news[0].label, "torsades amiodarone"));
    (void)ask_about(&kestrel, "Amiodarone and torsades again", "syncope");
    assert_int_equal(following(&kestrel).news_count, 1); /* the answer, not what he asked */
    assert_int_equal(following(&larkspur).news_count, 2);
    assert_int_equal(search_drop(&kestrel, id), NOT_FOUND); /* another's */
    assert_int_equal(search_drop(&larkspur, id), OK);
    assert_int_equal(following(&larkspur).news_count, 0);
    assert_int_equal(following(&kestrel).news_count, 1);
    teardown();
}

static void fifty_searches_are_kept_and_the_same_one_once(void **state UNUSED)
{
    char words[40];
    int64_t first = 0, again = 0;
    setup();
    for (int i = 0; i < SAVED_MAX; i++) {
        (void)snprintf(words, sizeof(words), "word%d", i);
        assert_int_equal(search_save(&larkspur, words, i == 0 ? &first : NULL), OK);
    }
    assert_int_equal(search_save(&larkspur, "onemore", NULL), TOO_MUCH);
    assert_int_equal(search_save(&larkspur, "word0", &again), OK);
    assert_int_equal(first, again);
    assert_int_equal(search_drop(&larkspur, first), OK);
    assert_int_equal(search_save(&larkspur, "onemore", NULL), OK);
    teardown();
}

static void a_search_that_points_to_a_patient_is_not_kept(void **state UNUSED)
{
    setup();
    int64_t head = room.head;
    assert_int_equal(search_save(&larkspur, "SSN 078-05-1120", NULL), INVALID);
    assert_int_equal(search_save(&larkspur, "sepsis author:nobodyhere", NULL), INVALID);
    assert_int_equal(room.head, head);
    assert_int_equal(search_save(&larkspur, "sepsis author:kestrel", NULL), OK); /* control */
    teardown();
}

static void answers_in_a_followed_thread_are_news_and_threads_can_be_left(void **state UNUSED)
{
    setup();
    int64_t question = ask_about(&kestrel, "Fainting after a new drug", "syncope");
    assert_int_equal(thread_follow(&larkspur, question, true), OK);
    int64_t head = room.head;
    assert_int_equal(thread_follow(&larkspur, question, true), OK); /* no second event */
    assert_int_equal(room.head, head);
    (void)person_answer(&tamarack, question, "Stop the drug.");
    (void)person_answer(&larkspur, question, "I would not.");
    int64_t last = person_answer(&tamarack, question, "Still: stop it.");
    struct reply_following all = following(&larkspur);
    assert_int_equal(all.threads, 1);
    assert_int_equal(all.news_count, 1);
    assert_int_equal(all.news[0].kind, TELL_THREADS);
    assert_int_equal(all.news[0].count, 2);
    assert_int_equal(all.news[0].posting, last);
    assert_int_equal(thread_follow(&larkspur, last, true), NOT_FOUND); /* an answer is no thread */
    assert_int_equal(thread_follow(&larkspur, question, false), OK);
    assert_int_equal(following(&larkspur).news_count, 0);
    teardown();
}

/* --- mails --- */

static void news_is_mailed_once_a_day_with_titles_and_a_way_to_end_it(void **state UNUSED)
{
    setup();
    assert_int_equal(topic_follow(&larkspur, "syncope", true), OK);
    (void)mails(); /* the applications' */
    (void)ask_about(&kestrel, "Fainting after a new drug", "syncope");
    (void)ask_about(&kestrel, "Fainting after an old drug", "syncope");
    assert_int_equal(mails().mails_count, 0);
    days_pass(1);
    struct reply_mails due = mails();
    assert_int_equal(due.mails_count, 1);
    struct text body = due.mails[0].body;
    assert_true(has(body, "Fainting after a new drug") && has(body, "Fainting after an old drug"));
    assert_false(has(body, "seventies") || has(body, "Kestrel") || has(body, "Larkspur"));
    assert_true(has(due.mails[0].stop, "/mail/stop/"));
    assert_int_equal(mails().mails_count, 0);
    days_pass(1);
    assert_int_equal(mails().mails_count, 0); /* nothing new */
    room_again();                             /* nor when the clerk begins anew */
    assert_int_equal(mails().mails_count, 0);
    teardown();
}

static void news_of_a_week_comes_on_monday_and_at_once_comes_at_once(void **state UNUSED)
{
    int64_t id = 0;
    setup();
    assert_int_equal(topic_follow(&larkspur, "syncope", true), OK);
    assert_int_equal(telling_set(&larkspur, TELL_TOPIC, "syncope", 0, HOW_WEEKLY), OK);
    assert_int_equal(search_save(&tamarack, "fainting", &id), OK);
    assert_int_equal(telling_set(&tamarack, TELL_SEARCH, "", id, HOW_ONCE), OK);
    assert_int_equal(telling_set(&larkspur, TELL_SEARCH, "", id, HOW_ONCE), NOT_FOUND);
    (void)mails();
    days_pass(2);
    (void)ask_about(&kestrel, "Fainting after a new drug", "syncope");
    struct reply_mails due = mails();
    assert_int_equal(due.mails_count, 1);
    assert_true(has(due.mails[0].body, "your search fainting"));
    assert_int_equal(mails().mails_count, 0);
    for (int day = 3; day < 7; day++) {
        days_pass(1);
        assert_int_equal(mails().mails_count, 0);
    }
    days_pass(1);
    due = mails();
    assert_int_equal(due.mails_count, 1);
    assert_true(has(due.mails[0].body, "topic syncope"));
    days_pass(1);
    assert_int_equal(mails().mails_count, 0);
    teardown();
}

static void answers_over_the_days_limit_come_together_the_next_day(void **state UNUSED)
{
    setup();
    (void)mails();
    days_pass(1);
    int64_t question = ask_about(&kestrel, "Fainting after a new drug", "syncope");
    for (int i = 0; i < 4; i++)
        (void)person_answer(&larkspur, question, "Stop the drug, I would say.");
    struct reply_mails due = mails();
    assert_int_equal(due.mails_count, 1);
    assert_true(has(due.mails[0].subject, "a new answer"));
    assert_int_equal(mails().mails_count, 0);
    days_pass(1);
    due = mails();
    assert_int_equal(due.mails_count, 1);
    assert_true(has(due.mails[0].body, "Fainting after a new drug"));
    days_pass(1);
    assert_int_equal(mails().mails_count, 0);
    teardown();
}

static struct text stop_code(struct text stop)
{
    size_t at = stop.size;
    while (stop.data[at - 1] != '/')
        at--;
    return (struct text){stop.data + at, stop.size - at};
}

static enum result mail_stop(struct text code, bool look)
{
    struct command command = {.kind = COMMAND_MAIL_STOP};
    command.mail_stop = (struct command_mail_stop){code, look};
    return room_do(NULL, &command, NULL);
}

static void a_mails_code_ends_mails_of_its_kind_and_a_changed_one_nothing(void **state UNUSED)
{
    setup_with("0");
    assert_int_equal(topic_follow(&larkspur, "syncope", true), OK);
    (void)mails();
    (void)ask_about(&kestrel, "Fainting after a new drug", "syncope");
    days_pass(1);
    struct reply_mails due = mails();
    assert_int_equal(due.mails_count, 1);
    struct text code = stop_code(due.mails[0].stop);
    char other[80];
    (void)snprintf(other, sizeof(other), "%.*s", (int)code.size, code.data);
    for (size_t i = 0; i < code.size; i++) {
        char was = other[i];
        other[i] = was == 'A' ? 'B' : 'A';
        int64_t head = room.head;
        enum result result = mail_stop((struct text){other, code.size}, false);
        assert_true(result == NOT_FOUND && room.head == head);
        other[i] = was;
    }
    int64_t head = room.head;
    assert_int_equal(mail_stop(code, true), OK);
    assert_int_equal(room.head, head); /* looking ends nothing */
    assert_int_equal(mail_stop(code, false), OK);
    assert_int_equal(mail_stop(code, false), OK);
    assert_int_equal(room.head, head + 1);
    assert_false(following(&larkspur).mailed);
    (void)ask_about(&kestrel, "Fainting after an old drug", "syncope");
    days_pass(1);
    assert_int_equal(mails().mails_count, 0);
    assert_int_equal(following(&larkspur).news_count, 2); /* on the page it stands all the same */
    teardown();
}

/* --- feeds --- */

static enum result feed_read(struct text code, struct reply_feed *feed)
{
    struct command command = {.kind = COMMAND_FEED_READ};
    struct json *json = NULL;
    struct text reply;
    command.feed_read.code = code;
    enum result result = room_do(NULL, &command, &reply);
    if (result != OK)
        return result;
    assert_int_equal(json_read(text_bytes(reply), &json), OK);
    assert_int_equal(reply_feed_read(json, &room_arena, feed), OK);
    json_close(json);
    return OK;
}

static void a_feed_opens_to_whoever_has_its_address_until_it_is_ended(void **state UNUSED)
{
    struct reply_feed feed;
    setup();
    assert_int_equal(topic_follow(&larkspur, "syncope", true), OK);
    int64_t question = ask_about(&kestrel, "Fainting after a new drug", "syncope");
    struct command make = {.kind = COMMAND_FEED_MAKE};
    make.feed_make = (struct command_feed_make){FEED_TOPICS, 0};
    assert_int_equal(room_do(&larkspur, &make, NULL), OK);
    assert_int_equal(room_do(&larkspur, &make, NULL), OK);
    struct reply_following all = following(&larkspur);
    assert_int_equal(all.feeds_count, 1);
    assert_int_equal(feed_read(all.feeds[0].code, &feed), OK);
    assert_int_equal(feed.entries_count, 1);
    assert_int_equal(feed.entries[0].question, question);
    assert_int_equal(feed_read(TEXT("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), &feed), NOT_FOUND);
    struct command drop = {.kind = COMMAND_FEED_DROP};
    drop.feed_drop.feed = all.feeds[0].id;
    assert_int_equal(room_do(&kestrel, &drop, NULL), NOT_FOUND); /* another's */
    assert_int_equal(feed_read(all.feeds[0].code, &feed), OK);
    assert_int_equal(room_do(&larkspur, &drop, NULL), OK);
    assert_int_equal(feed_read(all.feeds[0].code, &feed), NOT_FOUND);
    teardown();
}

/* --- opinions --- */

static void who_answered_under_a_topic_is_asked_within_a_budget_and_may_decline(void **state UNUSED)
{
    setup_with("0");
    int64_t first = ask_about(&kestrel, "Fainting after a new drug", "syncope");
    (void)person_answer(&larkspur, first, "Stop the drug.");
    (void)mails();
    int64_t was = unread(&larkspur);
    int64_t question = seek(&kestrel, "Fainting, and nobody knows why", "syncope");
    assert_int_equal(unread(&larkspur), was + 1);
    assert_int_equal(unread(&tamarack), unread(&admin) + 1); /* only that he was let in */
    struct reply_mails due = mails();
    assert_int_equal(due.mails_count, 1);
    assert_true(has(due.mails[0].subject, "your experience is sought"));
    assert_false(has(due.mails[0].body, "Fainting"));
    struct command decline = {.kind = COMMAND_OPINION_DECLINE};
    decline.opinion_decline.question = question;
    assert_int_equal(room_do(&tamarack, &decline, NULL), NOT_FOUND);
    assert_int_equal(room_do(&larkspur, &decline, NULL), OK);
    assert_int_equal(room_do(&larkspur, &decline, NULL), OK);
    assert_int_equal(unread(&larkspur), was);
    (void)seek(&kestrel, "Fainting, the second time", "syncope");
    (void)seek(&kestrel, "Fainting, the third time", "syncope");
    assert_int_equal(unread(&larkspur), was + 1); /* two in a week are the budget */
    days_pass(8);
    assert_int_equal(telling_set(&larkspur, TELL_OPINIONS, "", 0, HOW_NEVER), OK);
    (void)seek(&kestrel, "Fainting, a week later on", "syncope");
    assert_int_equal(unread(&larkspur), was + 1); /* not when he does not want it */
    assert_int_equal(telling_set(&larkspur, TELL_OPINIONS, "", 0, HOW_DAILY), OK);
    (void)seek(&kestrel, "Fainting, still that week", "syncope");
    assert_int_equal(unread(&larkspur), was + 2); /* control */
    teardown();
}

static void a_specialty_is_asked_and_the_asker_is_not(void **state UNUSED)
{
    setup_with("0");
    int64_t was[] = {unread(&kestrel), unread(&larkspur), unread(&tamarack)};
    (void)seek(&kestrel, "A murmur nobody can place",
               "cardiology"); /* all three are cardiologists */
    assert_int_equal(unread(&kestrel), was[0]);
    assert_int_equal(unread(&larkspur), was[1] + 1);
    assert_int_equal(unread(&tamarack), was[2] + 1);
    (void)ask_about(&kestrel, "A murmur, but asked of nobody", "cardiology");
    assert_int_equal(unread(&larkspur), was[1] + 1); /* control: only when the asker wants it */
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_thread_in_a_followed_topic_is_news_to_others_only),
        cmocka_unit_test(what_stood_there_before_somebody_followed_is_no_news),
        cmocka_unit_test(a_saved_search_finds_threads_and_answers_and_not_ones_own),
        cmocka_unit_test(fifty_searches_are_kept_and_the_same_one_once),
        cmocka_unit_test(a_search_that_points_to_a_patient_is_not_kept),
        cmocka_unit_test(answers_in_a_followed_thread_are_news_and_threads_can_be_left),
        cmocka_unit_test(news_is_mailed_once_a_day_with_titles_and_a_way_to_end_it),
        cmocka_unit_test(news_of_a_week_comes_on_monday_and_at_once_comes_at_once),
        cmocka_unit_test(answers_over_the_days_limit_come_together_the_next_day),
        cmocka_unit_test(a_mails_code_ends_mails_of_its_kind_and_a_changed_one_nothing),
        cmocka_unit_test(a_feed_opens_to_whoever_has_its_address_until_it_is_ended),
        cmocka_unit_test(who_answered_under_a_topic_is_asked_within_a_budget_and_may_decline),
        cmocka_unit_test(a_specialty_is_asked_and_the_asker_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
