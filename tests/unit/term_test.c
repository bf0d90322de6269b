/* Words of the public list in what authors wrote. */
#include "insight/term.h"
#include "tests/support/scratch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct terms terms;
static int64_t counts[20], all[20];

static void begin(const char *const *words)
{
    terms_open(&terms, (const uint8_t[TERM_KEY_SIZE]){3});
    for (int64_t id = 1; words[id - 1]; id++)
        assert_int_equal(terms_add(&terms, id, text_of(words[id - 1])), OK);
    memset(counts, 0, sizeof(counts));
    memset(all, 0, sizeof(all));
}

static void authors_are_counted_once_a_word_whatever_they_write(void **state)
{
    (void)state;
    begin((const char *const[]){"metformin", "atrial fibrillation", "covid-19", NULL});
    terms_read(&terms, 5, TEXT("Metformin, METFORMIN and metformin again. Metforminoid."));
    terms_read(&terms, 5, TEXT("metformin"));
    terms_read(&terms, 6, TEXT("Atrial\nfibrillation (metformin)"));
    terms_read(&terms, 7, TEXT("atrial. Fibrillation; COVID-19"));
    terms_take(&terms, counts, all, 19);
    assert_int_equal(counts[1], 2);
    assert_int_equal(counts[2], 1); /* not over a full stop */
    assert_int_equal(counts[3], 1);
    memset(counts, 0, sizeof(counts));
    terms_take(&terms, counts, all, 19); /* the next week begins empty */
    assert_int_equal(counts[1], 0);
    terms_close(&terms);
}

static void at_most_four_words_of_an_author_count_in_a_week(void **state)
{
    (void)state;
    begin((const char *const[]){"a1", "a2", "a3", "a4", "a5", "a6", "a7", NULL});
    terms_read(&terms, 5, TEXT("a1 a2 a3 a4 a5 a6 a7"));
    terms_read(&terms, 6, TEXT("a1 a2"));
    terms_take(&terms, counts, all, 19);
    int64_t sum = 0, sum_all = 0;
    for (int i = 0; i < 20; i++) {
        sum += counts[i];
        sum_all += all[i];
    }
    assert_int_equal(sum, TERM_CAP + 2);
    assert_int_equal(sum_all, 9);
    terms_close(&terms);
}

static void what_is_no_word_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",   "Metformin", "one two three", "-a", "a-",
                                      " a", "a  b",      "a_b",           "a.b"};
    begin((const char *const[]){NULL});
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (terms_add(&terms, 1, text_of(bad[i])) == OK)
            fail_msg("%s", bad[i]);
    char text[5000];
    memset(text, 'x', sizeof(text)); /* one endless word, and bytes of every kind */
    for (size_t i = 0; i < 4000; i += 7)
        text[i] = (char)i;
    terms_read(&terms, 5, (struct text){text, sizeof(text)});
    terms_close(&terms);
}

int main(void)
{
    (void)scratch_open();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(authors_are_counted_once_a_word_whatever_they_write),
        cmocka_unit_test(at_most_four_words_of_an_author_count_in_a_week),
        cmocka_unit_test(what_is_no_word_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
