#include "fcgi/openapi.h"

#include "fcgi/html.h"
#include "fcgi/pages.h"

/* One row a page that a token opens. A page without a row is described by its fields alone, and a
 * test says so. */
static const struct openapi_page pages[] = {
    {page_front, "Lists of threads: for you, new, rising, unanswered, solved.", &shape_view_front,
     SHOWS},
    {page_question, "A thread: what was asked, its answers, what members corroborate.",
     &shape_view_question, SHOWS},
    {page_ask, "What a new question may look like, and threads like it.", &shape_view_ask, SHOWS},
    {page_ask_post,
     "Post a question, a case or an observation. Patients' data are refused. With preview: what "
     "would be posted.",
     &shape_view_ask, MAKES},
    {page_similar, "Threads like a title that is being typed.", &shape_view_similar, SHOWS},
    {page_preview, "A text as it would look, and what in it may point to a patient.",
     &shape_view_preview, SHOWS},
    {page_answer_post, "Answer a thread. With preview: what would be posted.", &shape_view_question,
     MAKES},
    {page_vote_post,
     "Corroborate (1), dispute (2) or cannot say (3), with the patients seen: none (0), 1-5 (1), "
     "6-20 (2), more (3). The same again changes nothing.",
     NULL, SHOWS},
    {page_solved_post, "Mark a question of one's own as solved, or as open again.", NULL, SHOWS},
    {page_poll_post,
     "Choose an answer option of a case, or show what others chose without a choice.", NULL, SHOWS},
    {page_rate_post, "Rate a question's importance and relevance, 1 to 5.", NULL, SHOWS},
    {page_search, "Search everything that was posted.", &shape_view_search, SHOWS},
    {page_topic, "The threads of a topic.", &shape_view_topic_page, SHOWS},
    {page_follow_post, "Follow a topic, or no longer.", NULL, SHOWS},
    {page_member, "A colleague's pseudonym, standing and postings.", &shape_view_member, SHOWS},
    {page_why_posting, "Why a posting has its score.", &shape_view_why, SHOWS},
    {page_why_member, "Why a member has this standing.", &shape_view_why, SHOWS},
    {page_notices, "One's own notices.", &shape_view_notices, SHOWS},
    {page_seen_post, "Mark notices as seen.", NULL, SHOWS},
    {page_live, "How a thread's live round stands: open until when, and how many answers.",
     &shape_view_live, SHOWS},
    {page_flag, "What one may say of a posting to the admins, and what one has said.",
     &shape_view_flag, SHOWS},
    {page_moderation, "What the admins decided about postings, and why.", &shape_view_moderation,
     SHOWS},
    {page_duplicates, "Questions that were asked before, most often first.", &shape_view_duplicates,
     SHOWS},
    {page_history, "The versions of a posting, and what changed.", &shape_view_history, SHOWS},
    {page_summary_history, "The versions of a thread's summary.", &shape_view_history, SHOWS},
    {page_cited, "Where members cite a work.", &shape_view_cited, SHOWS},
    {page_image, "A picture of a posting.", NULL, SHOWS},
    {page_image_small, "The same, small.", NULL, SHOWS},
    {page_decisions, "Who was let in and who was not, by day and reason.", &shape_view_decisions,
     SHOWS},
    {page_telling, "What one follows, one's saved searches, and how they are mailed.",
     &shape_view_telling, SHOWS},
    {page_telling_post,
     "How often something is mailed: never (0), at once (1), daily (2), weekly (3). kind: a topic "
     "(1), a search (2), followed threads (3), answers (4), being asked (5), all mails (6), "
     "comments on "
     "own postings (7), thanks (8), marks (9).",
     NULL, SHOWS},
    {page_save_post, "Save a search, to be told of new postings with its words.", NULL, SHOWS},
    {page_drop_post, "Delete a saved search.", NULL, SHOWS},
    {page_thread_follow_post, "Follow a thread, or no longer.", NULL, SHOWS},
    {page_decline_post, "Decline to be asked for one's experience in a thread.", NULL, SHOWS},
    {page_show_post, "See what others voted in a thread before voting oneself.", NULL, SHOWS},
    {page_round_post, "Open a thread of one's own for a live discussion.", NULL, SHOWS},
    {page_round_close_post, "End one's live discussion before its time.", NULL, SHOWS},
    {page_choose_post, "Choose the answer that helped, or none.", NULL, SHOWS},
    {page_duplicate_post, "Say whether one's question was asked before.", NULL, SHOWS},
    {page_comment, "The comments on a posting.", &shape_view_comment_page, SHOWS},
    {page_comment_post, "Comment on a posting. With preview: what would be posted.",
     &shape_view_comment_page, MAKES},
    {page_comment_remove_post, "Take back a comment of one's own.", NULL, SHOWS},
    {page_thank_post, "Thank a posting's author.", NULL, SHOWS},
    {page_mark, "The marks a posting has.", &shape_view_mark_page, SHOWS},
    {page_mark_post, "Mark a posting as outdated (1) or dangerous (2), with a source.", NULL,
     SHOWS},
    {page_mark_withdraw_post, "Take back a mark of one's own.", NULL, SHOWS},
    {page_edit, "A posting of one's own, as it was written.", &shape_view_edit, SHOWS},
    {page_edit_post, "Change a posting of one's own. With preview: what would stand there.",
     &shape_view_edit, CHANGES},
    {page_summary, "A thread's summary as it was written, and what it may point to.",
     &shape_view_summary_edit, SHOWS},
    {page_summary_post, "Change a thread's summary. base: the version one has read.",
     &shape_view_summary_edit, CHANGES},
    {page_answer_draft, "A thread with one's draft of an answer.", &shape_view_question, SHOWS},
    {page_drafts, "One's drafts.", &shape_view_drafts, SHOWS},
    {page_draft_post,
     "Keep a draft. place: \"ask\", or \"answer-\" and the thread's number. What could point to a "
     "patient is left out.",
     &shape_view_draft_saved, SHOWS},
    {page_draft_remove_post, "Delete a draft.", NULL, SHOWS},
    {page_image_post,
     "Keep a picture, to be put into a text with the Markdown that is answered. Of a person's "
     "face, label or name there may be none: clean says so.",
     &shape_view_image_added, SHOWS},
    {page_flag_post, "Tell the admins what is wrong with a posting.", NULL, SHOWS},
    {page_flag_withdraw_post, "Take back what one has told.", NULL, SHOWS},
    {page_withheld, "A posting of one's own that an admin withheld, and why.", &shape_view_withheld,
     SHOWS},
    {page_appeal_post, "Object to what an admin decided on one's posting.", NULL, SHOWS},
    {page_about, "What anybody may know of the house.", &shape_view_about, SHOWS},
};

const struct openapi_page *openapi_page_find(page_function *page)
{
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        if (pages[i].page == page)
            return &pages[i];
    return NULL;
}
