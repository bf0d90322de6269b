#include "core/trace.h"

#include "core/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_SIZE = 1024, NAME_SIZE = 64 };

static const char *program_name = "curbside";

void trace_open(const char *program)
{
    static char name[NAME_SIZE];
    program_name = program;
    /* What assert() prints in front of its message. */
    (void)snprintf(name, sizeof name, "%s", program);
    program_invocation_short_name = name;
}

const char *trace_program(void)
{
    return program_name;
}

/* One write a line, so that lines of several processes do not mix in one file. */
PRINTF(3, 0)
static void trace_line(const char *level, const char *what, const char *format, va_list list)
{
    char line[LINE_MAX_SIZE];
    struct clock_date at = clock_date(clock_now_ms());
    int size = snprintf(line, sizeof(line) - 1, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ %s %s %s ",
                        at.year, at.month, at.day, at.hour, at.minute, at.second, at.millisecond,
                        level, program_name, what);
    size_t used = size < 0 ? 0 : (size_t)size;
    if (used < sizeof(line) - 1) {
        size = vsnprintf(line + used, sizeof(line) - 1 - used, format, list);
        used += size < 0 ? 0 : (size_t)size;
    }
    if (used > sizeof(line) - 2)
        used = sizeof(line) - 2;
    /* Nothing that came from outside can begin a line of its own or move the cursor of whoever
     * reads the log. */
    for (size_t i = 0; i < used; i++) {
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            line[i] = '?';
    }
    line[used++] = '\n';
    int error = errno;
    ssize_t written = write(STDERR_FILENO, line, used);
    (void)written; /* a log that cannot be written must not stop the program */
    errno = error;
}

void trace_info(const char *what, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    trace_line("info", what, format, list);
    va_end(list);
}

void trace_warn(const char *what, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    trace_line("warn", what, format, list);
    va_end(list);
}

void trace_fail(const char *what, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    trace_line("fail", what, format, list);
    va_end(list);
}

void trace_die(const char *what, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    trace_line("fail", what, format, list);
    va_end(list);
    exit(1);
}
