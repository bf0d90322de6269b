/* How far two words are apart. What is done with it: search_test.c. */
#include "board/search/repair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define UNUSED __attribute__((unused))

static void letters_added_dropped_changed_and_swapped_count_one_each(void **state UNUSED)
{
    static const struct {
        const char *a, *b;
        size_t apart;
    } cases[] = {
        {"warfarin", "warfarin", 0},
        {"warfrin", "warfarin", 1},
        {"warfarrin", "warfarin", 1},
        {"warfaren", "warfarin", 1},
        {"warafrin", "warfarin", 1},
        {"wrafarni", "warfarin", 2},
        {"", "ab", 2},
        {"heparin", "warfarin", 3},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_int_equal(repair_distance(text_of(cases[i].a), text_of(cases[i].b), 2),
                         cases[i].apart);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_added_dropped_changed_and_swapped_count_one_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
