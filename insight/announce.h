#pragma once
/* Telling the clerk what was released, so that it can mail those sponsors' people who asked for it
 * and authors can see what their postings went into. It is told what each report is about and its
 * permanent address, never a figure.
 *
 * No note is kept of what was told: the clerk says, and it is gone on from there. So a stop of
 * either side loses and doubles nothing; a clerk that is not there is asked again at the next
 * round, and no report waits for it. */
#include "core/db.h"
#include "core/socket.h"

struct announce {
    struct caller clerk;
    bool knows;   /* what the clerk has been told */
    int64_t upto; /* that: reports up to this one */
    bool warned;  /* that it refuses us */
};
void announce_open(struct announce *announce);
/* Everything that the clerk has not been told. */
void announce_run(struct announce *announce, struct db *db, struct arena *arena);
