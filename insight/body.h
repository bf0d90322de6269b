#pragma once
/* A report's bytes: canonical JSON. Fixed order of fields, whole numbers, no spaces; each holds the
 * SHA-256 of the report before, so the last digest fixes them all. */
#include "core/buf.h"
#include "insight/insight.h"
#include "insight/measure.h"
#include "insight/period.h"

/* The first had neither regions nor years, and left weighting to its readers. */
#define BODY_SCHEMA "curbside-report/2"
#define BODY_SCHEMA_FIRST "curbside-report/1"

struct body_head {
    int64_t id, template, object;
    struct text period;
    int64_t journal_seq;
    uint8_t previous[32];
};

/* What a result is weighted to; NULL where it is not known. */
struct population;

/* T1. *shown and *withheld: figures by specialty (0 and 0 when it is not broken down). */
struct bytes body_result(struct arena *arena, const struct body_head *head,
                         const struct measured *measured, const struct population *population,
                         int64_t *shown, int64_t *withheld);
/* T2: months in order of time, each a released whole. */
struct bytes body_trend(struct arena *arena, const struct body_head *head,
                        const struct insight_figure *months, size_t count);
/* T3, T4. */
struct bytes body_volume(struct arena *arena, const struct body_head *head,
                         const struct insight_term *terms, size_t count, int64_t withheld);
struct bytes body_rising(struct arena *arena, const struct body_head *head,
                         const struct insight_term *terms, size_t count, int64_t of);
/* T5: members of each specialty, and those who told it by region and years, rounded. */
struct bytes body_members(struct arena *arena, const struct body_head *head,
                          const int64_t groups[GROUPS], const int64_t parts[MARGINS][PARTS]);
/* T0: how many things were measured and which reports that gave (first to last id). */
struct bytes body_close(struct arena *arena, const struct body_head *head, int64_t measured,
                        int64_t first, int64_t last);
