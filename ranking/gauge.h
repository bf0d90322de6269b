#pragma once
/* What guardrails watch of the ranker's work, counted by the day of the events' own time: how far
 * votes depended on links, how many postings votes have judged, and how often an admin's audit of a
 * sample agrees with them. Whoever may stop payouts by it is elsewhere (ledger/reward/breaker.h);
 * ranking goes on whatever they say, and nothing here moves a score.
 *
 * Direction-blind: a vote's link is the one by votes of either sign, the only one that pay knows.
 * The sample is drawn by the posting's number alone, so that neither its author nor an admin
 * chooses what is audited. */
#include "ranking/score.h"

enum { GAUGE_DRAWN_ONE_IN = 50 };
enum gauge_outcome { GAUGE_WAITS, GAUGE_RIGHT, GAUGE_WRONG, GAUGE_CANNOT_SAY };

void gauge_close(struct gauge *gauge);
/* A posting settles now, its votes weighed; `probability` that it is right, by the rules (any
 * number when it has no votes). Counts answers and observations alone. O(its votes). */
void gauge_settled(struct ranking *ranking, int32_t posting, double probability);
/* An admin judged a posting. Counts once, and for those that were drawn; the first word stays. */
void gauge_audited(struct ranking *ranking, const struct event_posting_audited *audited);
/* Write what changed since it was written last; after a start, all there is. */
MUST_USE enum result gauge_write(struct ranking *ranking);
/* The verb `figures`: the latest days, a line each, as whoever watches them reads them:
 *   DAY SETTLED COVERED VOTES LINKED AUDITED AGREED
 * numbers separated by blanks, in order of days, LINKED a sum of shares. */
enum { GAUGE_DAYS_PRINTED = 400 };
MUST_USE enum result gauge_print(struct db *db, struct arena *arena);
