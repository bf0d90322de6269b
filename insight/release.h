#pragma once
/* Making and checking releases. A release's bytes are canonical JSON: fixed order of fields, whole
 * numbers, null for what is withheld, no spaces; they hold the SHA-256 of the release before, so
 * the last digest fixes them all. */
#include "core/db.h"
#include "insight/tally.h"

enum { PERIOD_SIZE = 7 };

/* First instant of the month "2026-03"; false for anything else. */
bool period_read(struct text period, int64_t *start_ms);

struct release_draft {
    struct text period;
    int64_t id;           /* 1 for the first */
    int64_t journal_seq;  /* covers the journal up to here */
    uint8_t previous[32]; /* digest of the release before; zeros for the first */
    const struct tally_row *rows;
    size_t row_count;
    int64_t shown, withheld; /* filled by release_body */
};

struct bytes release_body(struct arena *arena, struct release_draft *draft);
/* Write release and figures in one transaction that is open already. CONFLICT when the period has
 * one. */
MUST_USE enum result release_write(struct db *db, struct release_draft *draft, struct bytes body,
                                   int64_t at_ms, uint8_t sha256[32]);
/* Every stored release: dense, chained, bytes and digest and figures agree, k held. INVALID and
 * *why for the first that does not. */
MUST_USE enum result release_verify(struct db *db, struct arena *arena, int64_t *count,
                                    struct text *why);
