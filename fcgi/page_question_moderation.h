#pragma once
/* What moderation adds to a question's page: threads that say the same, for all; answers that only
 * their author sees and what is said of his question, for the reader. Pages only. */
#include "fcgi/page_parts.h"
#include "schema/board.h"

/* For the kept page. *merged: the thread's own answers are shown elsewhere. */
MUST_USE enum result page_duplicates_load(struct request *r, struct view_question_duplicates *v);
/* For the slot `moderation`. Asks the store only where thread_state says that there is something.
 */
struct view_question_own page_question_own(struct request *r, struct reply *out, int64_t question,
                                           const struct board_thread_state_row *thread);
/* A thread that is not there: its author is led to what he still sees. NOT_FOUND for others. */
MUST_USE enum result page_question_gone(struct request *r, struct reply *out);
/* "It waits for a colleague's look." ... of enum hold_state. */
struct text page_hold_words(int64_t state);
