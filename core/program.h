#pragma once
/* The programs of the house as the front command and the supervisor see them: which there are, in
 * which order they come up, and how to call one. They lie beside the running executable; nothing is
 * searched in PATH but nginx. */
#include "core/buf.h"

#include <sys/types.h>

struct program {
    const char *name;   /* as in core/alive.h: names its .alive, .pid and .log too */
    const char *binary; /* "curbside-web" */
    const char *pool;   /* web pools only */
    int stage; /* those of a stage start together, once all of the stage before are alive */
};
extern const struct program programs[]; /* in order of stage; ends with name NULL */

/* The file beside the running executable; NULL if it is not there. Static storage, valid until the
 * next call. */
const char *program_path(const char *binary);
/* What is installed beside the programs ("nginx/configure"); NULL if it is not there. Static
 * storage. */
const char *program_share(const char *name);
/* Run BINARY --state STATE ARGUMENTS... (NULL-terminated) and wait. Its exit code; 127 if it could
 * not be run, 128 + the signal that ended it. With `out` its standard output is kept (at most 1
 * MiB) instead of shown. */
int program_call(const char *binary, const char *const *arguments, struct buf *out);
/* Where each program notes itself: STATE/run/NAME.pid, removed when it ends. 0 if it is not
 * running. */
pid_t program_pid(const char *name);
