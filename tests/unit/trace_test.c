/* The operators' log: one line an event, whatever is in it. */
#include "core/trace.h"

#include "tests/support/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char line[4096];

/* What one trace line looks like, read back through a pipe. */
static const char *traced(const char *what, const char *value)
{
    int pipe_ends[2], kept = dup(STDERR_FILENO);
    assert_int_equal(pipe2(pipe_ends, O_CLOEXEC), 0);
    dup2(pipe_ends[1], STDERR_FILENO);
    trace_warn(what, "value=%s", value);
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(pipe_ends[1]);
    ssize_t size = read(pipe_ends[0], line, sizeof(line) - 1);
    assert_true(size > 0);
    line[size] = 0;
    close(pipe_ends[0]);
    return line;
}

static void a_line_says_when_how_bad_who_and_what(void **state UNUSED)
{
    trace_open("clerk");
    const char *text = traced("batch", "12");
    assert_int_equal(text[4], '-');
    assert_int_equal(text[23], 'Z');
    assert_string_equal(text + 24, " warn clerk batch value=12\n");
    assert_string_equal(trace_program(), "clerk");
}

static void a_value_cannot_begin_a_line_of_its_own(void **state UNUSED)
{
    const char *text = traced("batch", "a\nfail b\r\x1b[2J\x7f");
    assert_non_null(strstr(text, "value=a?fail b??[2J?\n"));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static void a_long_value_is_cut_and_still_ends_the_line(void **state UNUSED)
{
    static char value[3000];
    memset(value, 'x', sizeof(value) - 1);
    const char *text = traced("batch", value);
    assert_true(strlen(text) <= 1024);
    assert_int_equal(text[strlen(text) - 1], '\n');
}

static void die(void *unused UNUSED)
{
    trace_die("disk", "error=%d", 5);
}

static void dying_exits_with_one(void **state UNUSED)
{
    assert_int_equal(scratch_child(die, NULL), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_when_how_bad_who_and_what),
        cmocka_unit_test(a_value_cannot_begin_a_line_of_its_own),
        cmocka_unit_test(a_long_value_is_cut_and_still_ends_the_line),
        cmocka_unit_test(dying_exits_with_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
