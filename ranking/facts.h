#pragma once
/* What the ranker knows of a month's acts and a rule of pay may ask: the verb `facts UPTO START_MS
 * END_MS`, which the paymaster runs at a month's close as a child of its own. It replays the
 * journal up to place UPTO, or to the first event at or after END_MS, under the rule sets that
 * held, and prints of every posting and of every vote first cast from START_MS on. It is never told
 * which of them an earmark is on. The same arguments print the same bytes.
 *
 * One line each, numbers as %.17g, separated by blanks:
 *   p POSTING QUESTION ODDS SUPPORT TRUST STANDING   its votes' log-odds that it is right, its
 *                                                    corroborations by independence and trust of
 *                                                    their voters, the author's trust and standing
 *   v POSTING MEMBER APART TRUST WORTH               independence of the author by votes of either
 *                                                    sign, the voter's trust by such votes, what
 *                                                    his votes were worth when he cast it
 *   end POSTINGS VOTES                               all was printed
 * POSTING and QUESTION are the journal's numbers; QUESTION is the posting's own for one that opens
 * a thread.
 *
 * **No line of a vote holds its direction, or depends on it**: see links_of in ranking/weigh.h. */
#include "ranking/score.h"

/* INVALID: the first script does not load, or every rule set failed. */
MUST_USE enum result facts_print(struct log *journal, struct arena *arena, struct text first_script,
                                 int64_t upto, int64_t start_ms, int64_t end_ms);
