#pragma once
/* What others may know of insight: the words for what release.db holds. Sponsors' pages read it
 * through "schema/release.h" (list, get, cells), role web_sponsor; nobody but the analyst writes
 * it.
 *
 * What never happens: a release is changed, removed or made twice for one period; a figure with
 * fewer than INSIGHT_K members behind it leaves the house, nor one from which such a figure could
 * be worked out; a vote counts in two releases. */

/* Totals per question: members who voted in its thread for the first time in the period, by the
 * side of that first vote. */
#define INSIGHT_TOTALS "question_totals"

enum { INSIGHT_K = 11 };
