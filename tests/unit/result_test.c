/* The words of outcomes, which travel over the command socket and must never change. */
#include "core/result.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void every_result_has_a_word_that_reads_back(void **state UNUSED)
{
    for (enum result result = OK; result <= BROKEN; result++)
        assert_int_equal(result_from_name(result_name(result)), result);
    assert_string_equal(result_name(NOT_FOUND), "not_found");
    assert_string_equal(result_name(TOO_OFTEN), "too_often");
}

static void an_unknown_word_is_broken(void **state UNUSED)
{
    static const char *const words[] = {"", "OK", "ok ", "okay", "not found"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        assert_int_equal(result_from_name(words[i]), BROKEN);
    assert_int_equal(result_from_name(NULL), BROKEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_result_has_a_word_that_reads_back),
        cmocka_unit_test(an_unknown_word_is_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
