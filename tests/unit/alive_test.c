#include "core/alive.h"
#include "core/conf.h"
#include "tests/support/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

static bool misses(const char *program)
{
    const char *missing[32];
    const size_t count = alive_missing(missing, 32);
    for (size_t i = 0; i < count; i++)
        if (strcmp(missing[i], program) == 0)
            return true;
    return false;
}

static void a_program_that_never_came_up_is_missing(void **state)
{
    (void)state;
    const char *missing[32];
    size_t all = 0;
    (void)scratch_open();
    while (alive_programs[all] != NULL)
        all++;
    assert_int_equal(alive_missing(missing, 32), all);
    assert_int_equal(alive_missing(missing, 2), 2); /* never more than there is room for */
    alive_open("clerk");
    assert_false(misses("clerk"));
    assert_int_equal(alive_missing(missing, 32), all - 1);
}

static void a_program_that_has_gone_silent_is_missing_until_it_beats_again(void **state)
{
    (void)state;
    (void)scratch_open();
    alive_open("ranker");
    const struct timespec old[2] = {{time(NULL) - 60, 0}, {time(NULL) - 60, 0}};
    assert_int_equal(utimensat(AT_FDCWD, conf_path("run/ranker.alive"), old, 0), 0);
    assert_true(misses("ranker"));
    alive_beat(); /* at most one a second reaches the disk */
    assert_true(misses("ranker"));
    (void)usleep(1100 * 1000);
    alive_beat();
    assert_false(misses("ranker"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_that_never_came_up_is_missing),
        cmocka_unit_test(a_program_that_has_gone_silent_is_missing_until_it_beats_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
