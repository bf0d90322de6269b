#pragma once
/* A community's public tables through the house's own fold and rules: the bridge to simulators and
 * to data from elsewhere. In DIR, tab-separated with one line of headings, in order of time (days
 * as decimal numbers):
 *   answers.tsv   answer (0, 1, 2 ...), question, author, specialty, day, product (0 none)
 *   votes.tsv     day, voter, answer, value (1 or -1)
 *   earmarks.tsv  answer, pot of the author, pot of the voters (may be missing)
 * Out, with a checkpoint every seven days:
 *   snapshots.tsv (day member score), answer_scores.tsv (answer score),
 *   payouts.tsv (answer member role amount), role a author, v voter.
 * Specialties become the threads' topics, products topics that begin with "product-". Every line
 * goes through ranking_apply as an event. The same tables give the same bytes. */
#include "core/arena.h"

/* Shows progress on a terminal. Says what is wrong on stderr; 0, or 1 on any error. */
int replay_folder(const char *folder, struct text rules, struct text pay_rules);
