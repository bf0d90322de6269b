#include "core/result.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static const char *const names[] = {
    [OK] = "ok",
    [ROW] = "row",
    [NOT_FOUND] = "not_found",
    [REFUSED] = "refused",
    [INVALID] = "invalid",
    [STALE] = "stale",
    [CONFLICT] = "conflict",
    [TOO_MUCH] = "too_much",
    [TOO_OFTEN] = "too_often",
    [BUSY] = "busy",
    [UNKNOWN] = "unknown",
    [BROKEN] = "broken",
};

enum { RESULT_COUNT = sizeof(names) / sizeof(names[0]) };

const char *result_name(enum result result)
{
    assert((size_t)result < RESULT_COUNT);
    return names[result];
}

enum result result_from_name(const char *name)
{
    for (size_t i = 0; name != NULL && i < RESULT_COUNT; i++) {
        if (strcmp(names[i], name) == 0)
            return (enum result)i;
    }
    return BROKEN;
}
