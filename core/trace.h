#pragma once
/* The operators' log: one line an event on standard error, `TIME LEVEL program what key=value ...`,
 * collected by the supervisor into state/log/PROGRAM.log (in production by journald). Never a
 * posting's text, a name, a token, an address or an amount. */
#include "core/bytes.h"
#include "core/result.h"

void trace_open(const char *program); /* string literal; also written into assertion messages */
const char *trace_program(void);
void trace_info(const char *what, const char *format, ...) PRINTF(2, 3);
void trace_warn(const char *what, const char *format, ...) PRINTF(2, 3);
void trace_fail(const char *what, const char *format, ...) PRINTF(2, 3);
/* trace_fail and exit(1): for a program that cannot start or must stop at once (EIO on fsync). */
NORETURN void trace_die(const char *what, const char *format, ...) PRINTF(2, 3);
