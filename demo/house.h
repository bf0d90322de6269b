#pragma once
/* The house the demo is built in: STATE.building with quick password hashes and a clock of ours,
 * the programs running in it, and the move to STATE when all is done. An interrupted build leaves
 * only STATE.building, which the next one replaces. */
#include "core/arena.h"

#include <sys/types.h>

struct house {
    struct arena *arena;
    const char *state;  /* STATE.building */
    const char *target; /* STATE */
    const char *clock_path;
    volatile int64_t *clock_ms;
    pid_t up; /* `curbside up`, 0 when not running */
};

MUST_USE enum result house_open(struct house *house, struct arena *arena, const char *target,
                                int64_t start_ms);
MUST_USE enum result house_start(struct house *house);
MUST_USE enum result house_import_rosters(struct house *house);
/* Stop the programs; when `whole`, put the folder under its name. */
bool house_finish(struct house *house, bool whole);
