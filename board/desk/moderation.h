#pragma once
/* Moderation, inside of the clerk: flags, postings that are withheld and come back, the admins'
 * queue, threads that repeat another. What is withheld leaves the tables that everything else
 * reads, on the desk and on the board (fold_moderation.c), so that no page, list, search or command
 * has to remember to leave it out. Never here: who flagged, in anything that leaves the desk. */
#include "board/clerk/clerk.h"

/* How a posting or a comment stands, wherever it lies. */
struct standing {
    int64_t question, member, kind; /* enum posting_kind; POSTING_COMMENT for a comment */
    int64_t state, by, appeal;      /* as the desk's table hold has them; 0 without a row there */
    bool withheld;                  /* others do not see it, be it for its own sake or not */
    bool gone;                      /* a comment whose author has taken it back */
};

/* --- moderate.c --- */
/* NOT_FOUND: no posting and no comment has this number. */
MUST_USE enum result standing_find(struct work *work, int64_t id, struct standing *standing);
enum result flag_run(struct work *work);
enum result flag_withdraw_run(struct work *work);
enum result flags_own_run(struct work *work);
enum result appeal_run(struct work *work);
/* Whether an admin looks at a new posting first; by the settings, so it goes into the event. */
MUST_USE enum result hold_decide(struct work *work, struct event_posting_added *added);

/* --- queue.c --- */
enum result moderation_count_run(struct work *work);
enum result moderation_queue_run(struct work *work);
enum result posting_decide_run(struct work *work);
enum result posting_audit_run(struct work *work);

/* --- duplicate.c --- */
enum result duplicate_answer_run(struct work *work);
enum result duplicate_decide_run(struct work *work);
enum result threads_merge_run(struct work *work);
/* Words and field when `question` cannot be said to repeat `target`; OK when it can. */
MUST_USE enum result duplicate_check(struct work *work, int64_t question, int64_t target);

/* --- leave.c --- */
/* Blanks one part of a posting's texts for good, if it is there. */
MUST_USE enum result text_erase(struct work *work, int64_t seq, int64_t part);
