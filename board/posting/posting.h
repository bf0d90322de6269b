#pragma once
/* What commands that bring texts have in common: the checks before, erasing after. Each check
 * answers with the field's name and words for a person. */
#include "board/clerk/clerk.h"

MUST_USE enum result posting_body_check(struct work *work, struct text body);
MUST_USE enum result posting_title_check(struct work *work, struct text title);
/* A short text (comment, note): there (if it must be), up to so many characters, and clean. */
MUST_USE enum result posting_short_check(struct work *work, const char *field, struct text text,
                                         size_t characters_max, bool needed);

/* Blank one text of the journal, and with a posting's text that of all its later wordings. `by`: 0
 * the operator. NOT_FOUND: there never was one. Blanked before: OK, nothing done. A failure must
 * undo the batch (clerk->fatal). */
MUST_USE enum result posting_text_erase(struct work *work, int64_t seq, int64_t part, int64_t by);
/* All comments and marks of the actor's, when he leaves and takes his texts along. */
MUST_USE enum result texts_own_erase(struct work *work);

enum result posting_edit_run(struct work *work); /* texts.c */
enum result comment_add_run(struct work *work);
enum result comment_remove_run(struct work *work);
enum result summary_edit_run(struct work *work);
enum result thank_run(struct work *work); /* marks.c */
enum result choose_run(struct work *work);
enum result mark_set_run(struct work *work);
enum result mark_withdraw_run(struct work *work);
