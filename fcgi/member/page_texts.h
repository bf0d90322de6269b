#pragma once
/* What the pages around a posting share: what became of it, word by word differences, the summary.
 */
#include "fcgi/page/page_parts.h"
#include "schema/board.h"

/* What changed between two texts, word by word; neighbours of one kind are one piece. `kind`:
 * "same", "gone" or "new". */
void page_diff_words(struct arena *arena, struct text before, struct text after,
                     struct view_diff_word **words, size_t *count);

/* Marks, sources, comments, thanks of a whole thread and of those merged into it, put into the
 * postings' views, and its summary: for the kept page, so nothing of it is the reader's own.
 * choice: its reader may be who asked, and choose an answer. */
MUST_USE enum result page_texts_load(struct request *r, struct view_question *v,
                                     const struct board_merged_into_row *merged,
                                     size_t merged_count, bool choice);
/* Fills the slot `texts`: the forms that buttons beside the postings belong to. */
void page_texts_own(struct request *r, struct reply *out, struct buf *buf, int64_t question,
                    bool physician, bool asker, int64_t kind);

struct citation;
/* A source as pages show it, with its title where the PubMed files know it. */
struct view_cite page_cite(struct request *r, struct citation citation, int64_t number);
/* One mark, alone. */
struct mark_facts {
    int64_t what, member, at_ms, source;
    struct text pseudonym, key, words;
};
struct view_mark page_mark_view(struct request *r, struct mark_facts facts);

/* A posting as the pages about it name it. */
struct page_posting {
    int64_t question, kind, member;
    struct text title, body; /* as written; title of the posting itself */
    struct text thread;      /* title of the thread */
    struct text author, excerpt;
};
/* NOT_FOUND: there is none r->id. */
MUST_USE enum result page_posting_find(struct request *r, int64_t id, struct page_posting *posting);

/* The summary's body as the page shows it; false when it cannot be read (erased, or a preview that
 * is not whole yet). */
bool page_summary_view(struct request *r, struct text body, struct view_summary_box *box);
