/* What is said to one's own postings, wordings that match a search later, and all specialties of
 * who is asked. */
#include "tests/unit/telling_room.h"

static void an_edit_that_newly_matches_a_search_is_news_once(void **state UNUSED)
{
    setup();
    int64_t before = ask_about(&kestrel, "Fainting long before", "syncope");
    int64_t early = person_answer(&kestrel, before, "It may be the heart.");
    assert_int_equal(search_save(&larkspur, "torsades", NULL), OK);
    int64_t answer = person_answer(&kestrel, before, "It is the heart.");
    assert_int_equal(following(&larkspur).news_count, 0);
    assert_int_equal(edit(&kestrel, answer, "It is torsades."), OK);
    assert_int_equal(following(&larkspur).news_count, 1);
    assert_int_equal(following(&larkspur).news[0].posting, answer);
    seen(&larkspur, following(&larkspur).upto);
    assert_int_equal(edit(&kestrel, answer, "It is surely torsades."), OK);
    assert_int_equal(edit(&kestrel, answer, "It is something else."), OK);
    assert_int_equal(edit(&kestrel, answer, "It is torsades after all."), OK);
    /* What stood there before he asked is no news, however it is worded. */
    assert_int_equal(edit(&kestrel, early, "It may be torsades."), OK);
    assert_int_equal(following(&larkspur).news_count, 0);
    (void)person_answer(&kestrel, before, "Torsades, I said."); /* control */
    assert_int_equal(following(&larkspur).news_count, 1);
    teardown();
}

static void an_edit_is_mailed_at_once_or_the_next_day_and_once(void **state UNUSED)
{
    int64_t id = 0;
    setup();
    int64_t question = ask_about(&larkspur, "Fainting after a new drug", "syncope");
    assert_int_equal(search_save(&admin, "torsades", NULL), REFUSED);
    assert_int_equal(search_save(&larkspur, "torsades", NULL), OK);
    assert_int_equal(search_save(&tamarack, "torsades", &id), OK);
    assert_int_equal(telling_set(&tamarack, TELL_SEARCH, "", id, HOW_ONCE), OK);
    assert_int_equal(telling_set(&larkspur, TELL_ANSWERS, "", 0, HOW_NEVER), OK);
    (void)mails();
    days_pass(1);
    int64_t answer = person_answer(&kestrel, question, "It is the heart.");
    assert_int_equal(mails().mails_count, 0);
    assert_int_equal(edit(&kestrel, answer, "It is torsades."), OK);
    struct reply_mails due = mails();
    assert_int_equal(due.mails_count, 1);
    assert_true(has(due.mails[0].body, "your search torsades"));
    days_pass(1);
    assert_int_equal(edit(&kestrel, answer, "It is torsades, seen again."), OK);
    due = mails(); /* the other's, of the day before */
    assert_int_equal(due.mails_count, 1);
    assert_true(has(due.mails[0].body, "your search torsades"));
    room_again();
    days_pass(1);
    assert_int_equal(mails().mails_count, 0);
    teardown();
}

static void a_comment_comes_in_the_mail_of_the_day_without_its_words(void **state UNUSED)
{
    setup();
    int64_t question = ask_about(&kestrel, "Fainting after a new drug", "syncope");
    (void)mails();
    days_pass(1);
    (void)mails();
    assert_int_equal(comment(&larkspur, question, "Quetzalcoatl would know."), OK);
    assert_int_equal(comment(&kestrel, question, "My own words are no news."), OK);
    assert_int_equal(mails().mails_count, 0);
    days_pass(1);
    struct reply_mails due = mails();
    assert_int_equal(due.mails_count, 1);
    struct text body = due.mails[0].body;
    assert_true(has(body, "Fainting after a new drug") && has(body, "a comment on your posting"));
    assert_false(has(body, "Quetzalcoatl") || has(body, "Larkspur") || has(body, "Kestrel"));
    assert_true(has(due.mails[0].stop, "/mail/stop/"));
    days_pass(1);
    assert_int_equal(mails().mails_count, 0);
    assert_int_equal(comment(&larkspur, question, "And once more."), OK);
    seen(&kestrel, room.head); /* who has looked needs no mail */
    days_pass(1);
    assert_int_equal(mails().mails_count, 0);
    teardown();
}

static void each_kind_comes_as_its_author_chose(void **state UNUSED)
{
    struct command thank = {.kind = COMMAND_THANK};
    setup();
    int64_t question = ask_about(&kestrel, "Fainting after a new drug", "syncope");
    int64_t answer = person_answer(&larkspur, question, "It is the heart.");
    assert_int_equal(telling_set(&kestrel, TELL_COMMENTS, "", 0, HOW_ONCE), OK);
    assert_int_equal(telling_set(&larkspur, TELL_COMMENTS, "", 0, HOW_NEVER), OK);
    assert_int_equal(telling_set(&larkspur, TELL_THANKS, "", 0, HOW_WEEKLY), OK);
    (void)mails();
    days_pass(1);
    (void)mails();
    assert_int_equal(comment(&tamarack, question, "In which dose?"), OK);
    assert_int_equal(comment(&tamarack, answer, "In which dose?"), OK);
    thank.thank.posting = answer;
    assert_int_equal(room_do(&tamarack, &thank, NULL), OK);
    struct reply_mails due = mails();
    assert_int_equal(due.mails_count, 1); /* at once, to who chose so */
    assert_true(has(due.mails[0].body, "a comment on your posting"));
    assert_int_equal(mails().mails_count, 0);
    for (int day = 2; day < 7; day++) {
        days_pass(1);
        assert_int_equal(mails().mails_count, 0);
    }
    days_pass(1);
    due = mails();
    assert_int_equal(due.mails_count, 1); /* Monday's */
    assert_true(has(due.mails[0].body, "thanks for your posting"));
    assert_false(has(due.mails[0].body, "comment"));
    teardown();
}

/* Two answers on one day, as their asker chose to be told. How many mails came at once, on the next
 * day, and on Monday. */
static void answered_twice(int64_t how, size_t at_once, size_t next_day, size_t on_monday)
{
    setup();
    int64_t question = ask_about(&kestrel, "Fainting after a new drug", "syncope");
    if (how != HOW_ANY)
        assert_int_equal(telling_set(&kestrel, TELL_ANSWERS, "", 0, how), OK);
    (void)mails();
    days_pass(1);
    (void)mails();
    (void)person_answer(&larkspur, question, "It is the heart.");
    (void)person_answer(&tamarack, question, "It is the drug.");
    assert_int_equal(mails().mails_count, at_once);
    room_again();
    days_pass(1);
    assert_int_equal(mails().mails_count, next_day);
    size_t later = 0;
    for (int day = 3; day <= 8; day++) {
        days_pass(1);
        struct reply_mails due = mails();
        later += due.mails_count;
        if (due.mails_count > 0)
            assert_true(has(due.mails[0].body, "answered: your thread"));
    }
    assert_int_equal(later, on_monday);
    teardown();
}

static void answers_in_own_threads_come_as_their_asker_chose(void **state UNUSED)
{
    answered_twice(HOW_ANY, 1, 1, 0); /* as it is for everybody: one mail a day */
    answered_twice(HOW_DAILY, 1, 1, 0);
    answered_twice(HOW_ONCE, 2, 0, 0);
    answered_twice(HOW_WEEKLY, 0, 0, 1);
    answered_twice(HOW_NEVER, 0, 0, 0);
}

static void every_specialty_of_a_member_counts_when_somebody_is_asked(void **state UNUSED)
{
    setup_with("0");
    assert_int_equal(specialties_choose(&larkspur, "sports medicine\nnephrology"), OK);
    assert_int_equal(specialties_choose(&tamarack, "paediatric nephrology"), OK);
    int64_t was[] = {unread(&larkspur), unread(&tamarack)};
    (void)seek(&kestrel, "Protein nobody can explain", "nephrology");
    assert_int_equal(unread(&larkspur), was[0] + 1);
    assert_int_equal(unread(&tamarack),
                     was[1]); /* control: a part of a name is not the specialty */
    (void)seek(&kestrel, "A knee nobody can explain", "sports-medicine");
    assert_int_equal(unread(&larkspur), was[0] + 2);
    teardown();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edit_that_newly_matches_a_search_is_news_once),
        cmocka_unit_test(an_edit_is_mailed_at_once_or_the_next_day_and_once),
        cmocka_unit_test(a_comment_comes_in_the_mail_of_the_day_without_its_words),
        cmocka_unit_test(each_kind_comes_as_its_author_chose),
        cmocka_unit_test(answers_in_own_threads_come_as_their_asker_chose),
        cmocka_unit_test(every_specialty_of_a_member_counts_when_somebody_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
