#pragma once
/* What nearly every unit test needs: a state folder of its own, opened units, and a child whose end
 * can be looked at. */
#include "core/arena.h"

/* Opens trace, clock, seals and settings on a fresh state folder; each call makes another one. They
 * are removed at exit. */
const char *scratch_open(void);
/* Runs `work` in a child whose messages are not shown; its exit code, or 128 + the signal that
 * ended it. */
int scratch_child(void (*work)(void *self), void *self);
