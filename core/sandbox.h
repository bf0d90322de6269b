#pragma once
/* Confines the calling process for good, by what it is for: a list of the system calls it may make
 * (libseccomp; must succeed, or the program dies), no new privileges, limits of memory, CPU time
 * and files, no core dumps, and, where the kernel has it, Landlock (files only below the named
 * folders, reading only; no network). Everything the process needs open for writing must be open
 * before: afterwards it can neither start a process nor open a file for writing nor map executable
 * memory.
 *
 * A refused call fails with EPERM (opening for writing always with EACCES, because SQLite tries
 * that first and then reads); with the setting sandbox.kill it ends the process with SIGSYS
 * instead. */
#include "core/bytes.h"
#include "core/result.h"

enum sandbox_kind {
    SANDBOX_WEB,   /* a web worker: accepts, reads stores, asks programs over Unix sockets */
    SANDBOX_HASH,  /* a password child: reads and answers on what it inherited, opens nothing */
    SANDBOX_RULE,  /* a rule child: the same, and measures its time */
    SANDBOX_IMAGE, /* a picture's child: reads one file it was given, writes another, and ends */
    SANDBOX_COUNT
};

struct sandbox {
    enum sandbox_kind kind;
    int64_t memory_mib;         /* address space, maps included; 0: no limit */
    int64_t cpu_seconds;        /* CPU time until SIGXCPU ends it; 0: no limit */
    int64_t files_max;          /* open files; 0: no limit */
    const char *const *folders; /* existing folders it may read below; others are out of reach */
    size_t folder_count;
};

/* Asserts that conf is open. Call seal_open, clock_open and conf_open before. */
void sandbox_enter(const struct sandbox *sandbox);
const char *sandbox_name(enum sandbox_kind kind); /* "web" */
