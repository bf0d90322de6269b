#pragma once
/* Public lists in which the demo's physicians stand, in the formats the importer reads:
 * STATE/roster-missouri.tsv (a state board's list; the demo's other states stand in it too) and
 * STATE/roster-nppes.csv. */
#include "demo/community.h"

/* What the lists say of a licence's holder besides: what the quiz at the door asks. */
struct roster_facts {
    struct text school, zip, place;
    int year;
};
struct roster_facts roster_facts_of(struct arena *arena, struct text licence);
MUST_USE enum result roster_write(struct arena *arena, const struct community *community,
                                  const char *state);
