#pragma once
/* The medical desk's early signals, from true counts, in a store of their own that only admins'
 * pages open (signal.db): a fold of the journal by whole weeks, written behind the week's reports.
 * What it lacks is counted again when the analyst starts; what it has is never counted twice.
 *
 * Never here: a member, a vote, a text; and nothing here reaches a report. */
#include "core/db.h"
#include "insight/count.h"

/* One week, in a transaction of its own, with what rings in it (insight_watch). OK without a trace
 * when the store has it already. */
MUST_USE enum result signal_week(struct db *db, struct arena *arena, const struct taken *taken,
                                 const struct word *words, int64_t word_count, int64_t journal_seq);
/* The latest year's table of drug and event, and bursts over all weeks, unless they are as new as
 * the latest week. */
MUST_USE enum result signal_look_back(struct db *db, struct arena *arena);
/* The journal up to which all its weeks are there, and the last of the words they were counted
 * with; 0 and 0 when there is none. */
MUST_USE enum result signal_seq(struct db *db, struct arena *arena, int64_t *seq, int64_t *words);
