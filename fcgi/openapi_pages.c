#include "fcgi/openapi.h"

#include "fcgi/html.h"
#include "fcgi/pages.h"

/* One row a page that a token opens. A page without a row is described by its fields alone, and a
 * test says so. */
static const struct openapi_page pages[] = {
    {page_front, "Lists of threads: for you, new, rising, unanswered, solved.", &shape_view_front,
     false},
    {page_question, "A thread: what was asked, its answers, what members corroborate.",
     &shape_view_question, false},
    {page_ask, "What a new question may look like, and threads like it.", &shape_view_ask, false},
    {page_ask_post,
     "Post a question, a case or an observation. Patients' data are refused. With preview: what "
     "would be posted.",
     &shape_view_ask, true},
    {page_similar, "Threads like a title that is being typed.", &shape_view_similar, false},
    {page_preview, "A text as it would look, and what in it may point to a patient.",
     &shape_view_preview, false},
    {page_answer_post, "Answer a thread. With preview: what would be posted.", &shape_view_question,
     true},
    {page_vote_post,
     "Corroborate (1), dispute (2) or cannot say (3), with the patients seen: none (0), 1-5 (1), "
     "6-20 (2), more (3). The same again changes nothing.",
     NULL, false},
    {page_solved_post, "Mark a question of one's own as solved, or as open again.", NULL, false},
    {page_poll_post,
     "Choose an answer option of a case, or show what others chose without a choice.", NULL, false},
    {page_rate_post, "Rate a question's importance and relevance, 1 to 5.", NULL, false},
    {page_search, "Search everything that was posted.", &shape_view_search, false},
    {page_topic, "The threads of a topic.", &shape_view_topic_page, false},
    {page_follow_post, "Follow a topic, or no longer.", NULL, false},
    {page_member, "A colleague's pseudonym, standing and postings.", &shape_view_member, false},
    {page_why_posting, "Why a posting has its score.", &shape_view_why, false},
    {page_why_member, "Why a member has this standing.", &shape_view_why, false},
    {page_notices, "One's own notices.", &shape_view_notices, false},
    {page_seen_post, "Mark notices as seen.", NULL, false},
    {page_live, "How a thread's live round stands: open until when, and how many answers.",
     &shape_view_live, false},
    {page_flag, "What one may say of a posting to the admins, and what one has said.",
     &shape_view_flag, false},
    {page_moderation, "What the admins decided about postings, and why.", &shape_view_moderation,
     false},
    {page_duplicates, "Questions that were asked before, most often first.", &shape_view_duplicates,
     false},
    {page_history, "The versions of a posting, and what changed.", &shape_view_history, false},
    {page_summary_history, "The versions of a thread's summary.", &shape_view_history, false},
    {page_cited, "Where members cite a work.", &shape_view_cited, false},
    {page_image, "A picture of a posting.", NULL, false},
    {page_image_small, "The same, small.", NULL, false},
    {page_decisions, "Who was let in and who was not, by day and reason.", &shape_view_decisions,
     false},
    {page_about, "What anybody may know of the house.", &shape_view_about, false},
};

const struct openapi_page *openapi_page_find(page_function *page)
{
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        if (pages[i].page == page)
            return &pages[i];
    return NULL;
}
