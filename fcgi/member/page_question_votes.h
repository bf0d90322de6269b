#pragma once
/* What of colleagues' votes a reader may see. A physician sees the totals of a posting once he has
 * voted on it or it is his own, and the order by score once he has voted in the thread; all of it
 * when he asked, or chose to look without voting. Admins do not vote and see all. Everybody sees
 * totals as of their last step, never the exact ones (schema/board/040-steps.sql).
 *
 * Who sees nothing yet gets the same bytes whatever the votes are: answers in the order they came,
 * no bars, and no bands beside the names, since a newcomer's band follows from one posting. */
#include "core/session.h"
#include "fcgi/page/page_parts.h"
#include "schema/board.h"

/* The order of these is that of how much is seen. */
enum sight_kind {
    SIGHT_BLIND, /* nothing, but the totals of what is his own */
    SIGHT_VOTED, /* the order by score, and the totals of what he voted on */
    SIGHT_OPEN
};
struct sight {
    enum sight_kind kind;
    bool physician;     /* may vote and answer */
    bool asker, looked; /* why it is open; an admin is neither */
    int64_t question;
    const struct board_merged_into_row *merged; /* threads whose answers are shown here as well */
    size_t merged_count;
    struct own_vote *votes;
    size_t vote_count;
    struct board_postings_own_row *own; /* his postings in the thread */
    size_t own_count;
    struct board_totals_of_thread_row *totals;
    size_t total_count;
    bool has_totals; /* loaded: for the page in which slots need them, and for JSON */
};

/* Reads the reader's own rows of this thread and of those merged into it; totals too where slots
 * may need them. Having looked counts for the thread itself alone. */
MUST_USE enum result sight_load(struct request *r, int64_t question,
                                const struct board_merged_into_row *merged, size_t merged_count,
                                struct sight *sight);
MUST_USE enum result sight_totals_load(struct request *r, struct sight *sight);
bool sight_is_own(const struct sight *sight, int64_t posting);
/* Whether he may see this posting's totals. */
bool sight_of(const struct sight *sight, int64_t posting);
/* Totals of a posting for this reader: hidden ones hold zeros and say so. The totals must have been
 * loaded. */
struct view_evidence sight_evidence(struct arena *arena, const struct sight *sight,
                                    int64_t posting);
/* The same for one posting on a page of its own. */
MUST_USE enum result sight_evidence_of(struct request *r, const struct sight *sight,
                                       int64_t posting, struct view_evidence *v);
/* What fills the slots own_vote and totals_gate. vote_form: token for /p/:id/vote. */
struct view_own_vote sight_own_vote(struct request *r, const struct sight *sight, int64_t posting,
                                    struct text vote_form);
struct view_totals_gate sight_gate(struct request *r, struct reply *out, const struct sight *sight);
/* The quarter of an hour in which totals stand as they do now. */
int64_t sight_step(const struct request *r);
/* Whether sums over a member's postings are shown to this reader: they could tell of one posting.
 */
bool sight_member(const struct request *r, int64_t member);
