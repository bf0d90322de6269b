#pragma once
/* Telling the clerk what a proposed rule's trial came to, and each day in the shadow that changes
 * it: so that a rule which failed cannot be approved by whatever way a command comes. A clerk that
 * is not there is asked again later, and no trial waits for it. */
#include "core/db.h"
#include "core/socket.h"

struct verdict {
    struct caller clerk;
    int64_t again_us; /* steady time before which nothing is told */
    bool warned;      /* that it refuses us */
};
void verdict_open(struct verdict *verdict);
/* Tell one that the clerk does not know, if there is any. Waits two seconds at most. */
void verdict_tell(struct verdict *verdict, struct db *db, struct arena *arena);
void verdict_close(struct verdict *verdict);
