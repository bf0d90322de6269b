#pragma once
/* Questions that sponsors put to members, inside of the clerk. Such a question has nobody here as
 * its author: it is a posting of member 0 whose `source` is the sponsor's public name, so nothing
 * that follows the journal can rank, pay or tell anybody for it. An admin looks at each before
 * members see it (the hold of moderation.h).
 *
 * What a sponsor is told of his question is how it stands and why. Never here, for a sponsor:
 * answers, votes, readers, how many of any of these there are, or who decided. Figures come in
 * released reports alone, the same for all (insight/). */
#include "board/clerk/clerk.h"

enum { SPONSORED_LISTED = 50 };

enum result sponsor_ask_run(struct work *work);
enum result sponsor_questions_run(struct work *work);
/* NOT_FOUND for another sponsor's, as for none. */
enum result sponsor_question_run(struct work *work);

/* Whether a thread is a sponsor's question. */
MUST_USE enum result sponsored_is(struct work *work, int64_t question, bool *is);
