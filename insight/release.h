#pragma once
/* Storing and checking reports: one chain, each thing once, the budget with it. */
#include "core/db.h"
#include "insight/body.h"

/* A period that is being closed, in one transaction that is open already. */
struct release {
    struct db *db;
    struct arena *arena;
    struct period period;
    struct text name;    /* of the period */
    int64_t journal_seq; /* covers the journal up to here */
    int64_t at_ms;
    int64_t first, id;  /* of this period's first report; of the latest one in the store */
    uint8_t sha256[32]; /* of the latest one */
    int64_t measured;   /* things the budget was spent on */
};

/* Looks up the latest report; `release` has the fields up to at_ms. */
MUST_USE enum result release_begin(struct release *release);
/* The head of the next report. */
struct body_head release_head(const struct release *release, int64_t template, int64_t object);
/* CONFLICT when there is one already. */
MUST_USE enum result release_add(struct release *release, const struct body_head *head,
                                 struct bytes body, int64_t shown, int64_t withheld);
MUST_USE enum result release_spend(struct release *release, int64_t template, int64_t object,
                                   int measure, int votes, int sixteenths);
/* The report that says the period is over. */
MUST_USE enum result release_end(struct release *release);

/* Every stored report: dense, chained, its bytes what its row says, the budget kept. INVALID and
 * *why for the first that is not. */
MUST_USE enum result release_verify(struct db *db, struct arena *arena, int64_t *count,
                                    struct text *why);
