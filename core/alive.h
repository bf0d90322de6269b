#pragma once
/* Who is up: each program touches STATE/run/PROGRAM.alive at most once a second from its main loop.
 * A program that hangs, is stopped or is dead is named by anyone who looks, without asking it. */
#include "core/arena.h"

extern const char *const
    alive_programs[]; /* every program that must be up, NULL-terminated: clerk, web-login, ... */
void alive_open(const char *program);
void alive_beat(void);
/* Fills `missing` with names of programs whose last beat is older than alive.seconds; returns how
 * many. */
size_t alive_missing(const char *missing[], size_t most);
/* Seconds of real time since STATE/run/FILE was last touched; -1 if it is not there. */
int64_t alive_age_s(const char *file);
