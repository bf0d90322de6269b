#pragma once
/* The steps in which totals of votes, and the ranks that follow from them, are shown: so that
 * nobody can watch a single vote come in. A step begins once so many members are new to a posting,
 * and is shown from the next multiple of this time on. Changed votes ride along and begin none, so
 * whoever votes to and fro learns nothing of the others. Not settings: folds read none. */
#include <stdint.h>

enum { STEP_VOTERS = 3, STEP_MS = 15 * 60 * 1000 };

static inline int64_t step_of(int64_t at_ms)
{
    return at_ms / STEP_MS;
}

static inline int64_t step_end_ms(int64_t at_ms)
{
    return (step_of(at_ms) + 1) * STEP_MS;
}
