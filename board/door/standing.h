#pragma once
/* Whether what a member stands on still holds, by the newest lists. The recheck proposes by it, the
 * clerk decides by it: the same words in both. Pure reading of roster.db. */
#include "core/db.h"

enum standing {
    STANDING_UNKNOWN, /* the lists do not have it: nothing follows */
    STANDING_GOOD,
    STANDING_LAPSED,      /* expired, not renewed, suspended, revoked, not listed any more */
    STANDING_DEACTIVATED, /* the NPI */
    STANDING_EXCLUDED,    /* by the exclusion list, under this NPI */
};
/* The word of member_level_set: "lapsed", "deactivated", "excluded"; NULL for the others. */
const char *standing_why(enum standing standing);

MUST_USE enum result standing_of_npi(struct db *roster, struct arena *arena, struct text npi,
                                     enum standing *standing);
/* A licence counts as lapsed once a list made after its last day still has that day, or
 * roster.grace_days after that day without a newer list. Any licence in order of a physician under
 * this number is enough. */
MUST_USE enum result standing_of_licence(struct db *roster, struct arena *arena, struct text state,
                                         struct text key, int64_t now_ms, enum standing *standing);
