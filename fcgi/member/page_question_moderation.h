#pragma once
/* What moderation adds to a question's page: threads that say the same, for all; answers that only
 * their author sees and what is said of his question, for the reader. Pages only. */
#include "fcgi/page/page_parts.h"
#include "schema/board.h"
#include "schema/rank.h"

/* For the kept page. */
MUST_USE enum result page_duplicates_load(struct request *r, struct view_question_duplicates *v);
/* For the slot `moderation`. Asks the store only where thread_state says that there is something.
 */
struct view_question_own page_question_own(struct request *r, struct reply *out, int64_t question,
                                           const struct board_thread_state_row *thread);
/* A thread that is not there: its author is led to what he still sees. NOT_FOUND for others. */
MUST_USE enum result page_question_gone(struct request *r, struct reply *out);
/* "It waits for a colleague's look." ... of enum hold_state. */
struct text page_hold_words(int64_t state);

/* Threads merged into this one; asks nothing where thread_state says that there are none. */
MUST_USE enum result page_merged_load(struct request *r,
                                      const struct board_thread_state_row *thread,
                                      struct board_merged_into_row **merged, size_t *count);
/* The version of the ranks of all of them together: the greatest, since they are places in the
 * journal. */
MUST_USE enum result page_merged_version(struct request *r,
                                         const struct board_merged_into_row *merged, size_t count,
                                         int64_t *version);
/* What is shown in thread r->id, first what opens it: its own answers and those of threads merged
 * into it, or none when it is merged into another itself. And their scores. */
MUST_USE enum result page_thread_rows(struct request *r, size_t most,
                                      struct board_postings_of_thread_row **rows, size_t *count);
MUST_USE enum result page_thread_scores(struct request *r, struct rank_posting_scores_row **scores,
                                        size_t *count);
