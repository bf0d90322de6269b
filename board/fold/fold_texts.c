/* What becomes of postings after they were written: other wordings, comments, sources, marks,
 * thanks, summaries. In both folds. */
#include "board/fold/fold.h"

#include "board/board.h"
#include "core/clock.h"
#include "core/text.h"
#include "schema/board.h"
#include "schema/desk.h"

enum { EXCERPT_CHARACTERS = 200, IMAGES_MOST = 64 };

static struct text or_empty(struct text text)
{
    return text.data == NULL ? TEXT("") : text;
}

enum result fold_citations(struct db *db, struct arena *arena, int64_t posting, int64_t question,
                           struct text body)
{
    struct citation *list;
    size_t count = citations_find(arena, body, &list);
    enum result result = OK;
    for (size_t i = 0; i < count && result == OK; i++)
        result =
            board_citation_add(db, posting, (int64_t)i + 1, question, list[i].kind, list[i].key);
    return result;
}

enum result fold_images(struct db *db, struct arena *arena, int64_t posting, int64_t part,
                        struct text body)
{
    struct text_image images[IMAGES_MOST];
    struct image_size size;
    size_t count = 0;
    const char *fault;
    enum result result = board_posting_images_remove(db, posting, part);
    if (body.size > 0)
        THEN(result, text_images(arena, body, IMAGES_MOST, images, &count, &fault));
    for (size_t i = 0; i < count && i < IMAGES_MOST && result == OK; i++)
        if (text_image_id(images[i].id, &size))
            result = board_posting_image_add(db, images[i].id, posting, part);
    return result;
}

enum result fold_posting_rewrite(struct db *db, struct arena *arena, int64_t posting,
                                 struct text title, struct text body)
{
    struct board_posting_place_row row;
    struct html html = {TEXT("")};
    enum result result = board_posting_place(db, arena, posting, &row);
    THEN(result, board_posting_unindex(db, posting));
    if (body.size > 0)
        THEN(result, text_markdown(arena, body, &html));
    struct text excerpt = body.size > 0 ? text_excerpt(arena, body, EXCERPT_CHARACTERS) : TEXT("");
    THEN(result,
         board_posting_rewrite(db, posting, title, or_empty(excerpt), body, or_empty(html.markup)));
    /* Empty ones too: a row each. */
    THEN(result, board_posting_index(db, posting));
    THEN(result, board_citations_remove(db, posting));
    THEN(result, fold_citations(db, arena, posting, row.question, body));
    THEN(result, fold_images(db, arena, posting, 1, body));
    return result;
}

static enum result posting_edited(struct db *db, const struct journal_entry *entry,
                                  struct arena *arena)
{
    const struct event *event = &entry->event;
    const struct event_posting_edited *e = &event->posting_edited;
    struct text title = or_empty(entry->texts[0]), body = or_empty(entry->texts[1]);
    enum result result = board_revision_first(db, e->posting);
    THEN(result,
         board_revision_add(db, event->seq, e->posting, event->at_ms, e->note, title, body));
    THEN(result, fold_posting_rewrite(db, arena, e->posting, title, body));
    THEN(result, board_thread_touch(db, e->question, event->seq));
    return result;
}

static enum result notify(struct db *db, const struct event *event, int64_t member, int64_t kind,
                          int64_t question)
{
    enum result result =
        board_notice_add(db, event->seq * NOTICES_PER_EVENT, member, kind, question, event->at_ms);
    THEN(result, board_member_unread_more(db, member));
    return result;
}

static enum result comment_added(struct db *db, const struct journal_entry *entry,
                                 struct arena *arena)
{
    const struct event *event = &entry->event;
    const struct event_comment_added *e = &event->comment_added;
    struct text body = or_empty(entry->texts[0]);
    struct html html = {TEXT("")};
    enum result result = body.size > 0 ? text_markdown(arena, body, &html) : OK;
    THEN(result, board_posting_unindex(db, e->posting));
    THEN(result, board_comment_add(db, event->seq, e->posting, e->question, e->member,
                                   e->has_said_ms ? e->said_ms : event->at_ms, or_empty(e->source),
                                   body, or_empty(html.markup)));
    THEN(result, board_posting_index(db, e->posting));
    THEN(result, board_thread_touch(db, e->question, event->seq));
    if (e->author > 0 && e->author != e->member)
        THEN(result, notify(db, event, e->author, NOTICE_COMMENT, e->question));
    return result;
}

/* Somebody is told of thanks once a day, however many say it. */
static enum result thanks_given(struct db *db, const struct event *event)
{
    const struct event_thanks_given *e = &event->thanks_given;
    enum result result = board_thank_more(db, e->posting, e->question);
    THEN(result, board_thanked_on(db, e->author, event->at_ms / DAY_MS));
    if (result == OK && db_changes(db) > 0)
        result = notify(db, event, e->author, NOTICE_THANKS, e->question);
    THEN(result, board_thread_touch(db, e->question, event->seq));
    return result;
}

static enum result answer_chosen(struct db *db, const struct event *event)
{
    const struct event_answer_chosen *e = &event->answer_chosen;
    enum result result = e->posting > 0 ? board_choice_set(db, e->question, e->posting)
                                        : board_choice_remove(db, e->question);
    THEN(result, board_thread_touch(db, e->question, event->seq));
    return result;
}

static enum result mark_set(struct db *db, const struct journal_entry *entry)
{
    const struct event *event = &entry->event;
    const struct event_mark_set *e = &event->mark_set;
    enum result result = board_mark_add(db, event->seq, e->posting, e->question, e->member, e->what,
                                        event->at_ms, e->source, e->key, or_empty(entry->texts[0]));
    THEN(result, board_thread_touch(db, e->question, event->seq));
    if (e->author > 0 && e->author != e->member)
        THEN(result, notify(db, event, e->author, NOTICE_MARK, e->question));
    return result;
}

static enum result summary_edited(struct db *db, const struct journal_entry *entry)
{
    const struct event *event = &entry->event;
    const struct event_summary_edited *e = &event->summary_edited;
    enum result result = board_posting_unindex(db, e->question);
    THEN(result, board_summary_add(db, event->seq, e->question, e->member, event->at_ms, e->note,
                                   or_empty(entry->texts[0])));
    THEN(result, board_posting_index(db, e->question));
    THEN(result, board_thread_touch(db, e->question, event->seq));
    return result;
}

/* --- texts that are blanked --- */

/* One wording goes; if it is the one that stands, the posting shows nothing in its place. */
static enum result revision_blanked(struct db *db, const struct event *event, struct arena *arena,
                                    const struct board_revision_place_row *row)
{
    const struct event_text_blanked *e = &event->text_blanked;
    struct text title = e->part == 0 ? TEXT("") : row->title;
    struct text body = e->part == 1 ? TEXT("") : row->body;
    struct board_revision_latest_row latest;
    struct arena none = {0}; /* numbers only */
    enum result result = board_revision_blank(db, e->seq, title, body);
    THEN(result, board_revision_latest(db, &none, row->posting, &latest));
    if (result == OK && latest.id == e->seq) {
        result = fold_posting_rewrite(db, arena, row->posting, title, body);
        if (result == NOT_FOUND) { /* withheld just now */
            result = fold_withheld_rewrite(db, arena, row->posting, title, body);
            THEN(result, board_citations_remove(db, row->posting));
            THEN(result, fold_citations(db, arena, row->posting, row->question, body));
        }
    }
    THEN(result, board_thread_touch(db, row->question, event->seq));
    return result;
}

static enum result comment_blanked(struct db *db, const struct event *event,
                                   const struct board_comment_place_row *row)
{
    enum result result = board_posting_unindex(db, row->posting);
    THEN(result, board_comment_blank(db, event->text_blanked.seq));
    THEN(result, board_posting_index(db, row->posting));
    THEN(result, board_thread_touch(db, row->question, event->seq));
    return result;
}

static enum result mark_blanked(struct db *db, const struct event *event, int64_t question)
{
    enum result result = board_mark_drop(db, event->text_blanked.seq);
    THEN(result, board_thread_touch(db, question, event->seq));
    return result;
}

static enum result summary_blanked(struct db *db, const struct event *event, int64_t question)
{
    enum result result = board_posting_unindex(db, question);
    THEN(result, board_summary_blank(db, event->text_blanked.seq));
    THEN(result, board_posting_index(db, question));
    THEN(result, board_thread_touch(db, question, event->seq));
    return result;
}

enum result fold_texts_blanked(struct db *db, const struct event *event, struct arena *arena)
{
    int64_t seq = event->text_blanked.seq;
    struct board_revision_place_row revision;
    struct board_comment_place_row comment;
    struct board_mark_place_row mark;
    struct board_summary_place_row summary;
    enum result result = board_revision_place(db, arena, seq, &revision);
    if (result == OK && revision.posting != seq)
        return revision_blanked(db, event, arena, &revision);
    if (result == OK)
        return NOT_FOUND; /* a posting's first wording: the posting's business */
    if (result == NOT_FOUND)
        result = board_comment_place(db, arena, seq, &comment);
    if (result == OK)
        return comment_blanked(db, event, &comment);
    if (result == NOT_FOUND)
        result = board_mark_place(db, arena, seq, &mark);
    if (result == OK)
        return mark_blanked(db, event, mark.question);
    if (result == NOT_FOUND)
        result = board_summary_place(db, arena, seq, &summary);
    if (result == OK)
        return summary_blanked(db, event, summary.question);
    return result;
}

enum result fold_wordings_blanked(struct db *db, const struct event *event)
{
    const struct event_text_blanked *e = &event->text_blanked;
    if (e->part == 0)
        return board_revisions_blank_title(db, e->seq);
    if (e->part != 1)
        return OK;
    enum result result = board_revisions_blank_body(db, e->seq);
    THEN(result, board_citations_remove(db, e->seq));
    return result;
}

enum result fold_posting_blanked(struct db *db, const struct event *event, struct arena *arena)
{
    const struct event_text_blanked *e = &event->text_blanked;
    struct board_posting_place_row row;
    enum result result = board_posting_place(db, arena, e->seq, &row);
    THEN(result, fold_posting_rewrite(db, arena, e->seq, e->part == 0 ? TEXT("") : row.title,
                                      e->part == 1 ? TEXT("") : row.body));
    THEN(result, board_thread_touch(db, row.question, event->seq));
    return result;
}

/* --- the two folds --- */

enum result fold_board_texts(struct db *db, const struct journal_entry *entry, struct arena *arena,
                             bool *known)
{
    const struct event *event = &entry->event;
    *known = true;
    switch ((int)event->kind) {
    case EVENT_POSTING_EDITED:
        return posting_edited(db, entry, arena);
    case EVENT_COMMENT_ADDED:
        return comment_added(db, entry, arena);
    case EVENT_THANKS_GIVEN:
        return thanks_given(db, event);
    case EVENT_ANSWER_CHOSEN:
        return answer_chosen(db, event);
    case EVENT_MARK_SET:
        return mark_set(db, entry);
    case EVENT_SUMMARY_EDITED:
        return summary_edited(db, entry);
    default:
        *known = false;
        return OK;
    }
}

enum result fold_desk_texts(struct db *db, const struct journal_entry *entry, struct arena *arena,
                            bool *known)
{
    const struct event *event = &entry->event;
    const struct event_comment_added *comment = &event->comment_added;
    const struct event_thanks_given *thanks = &event->thanks_given;
    const struct event_mark_set *mark = &event->mark_set;
    enum result result;
    *known = true;
    switch ((int)event->kind) {
    case EVENT_POSTING_EDITED:
        result = request_keep(db, event->posting_edited.request, event->seq);
        THEN(result, fold_telling_edit(db, entry, arena));
        return result;
    case EVENT_COMMENT_ADDED:
        result = request_keep(db, comment->request, event->seq);
        THEN(result, fold_telling_own(db, event, comment->author, comment->member));
        return result;
    case EVENT_MARK_SET:
        result = request_keep(db, mark->request, event->seq);
        THEN(result, fold_telling_own(db, event, mark->author, mark->member));
        return result;
    case EVENT_SUMMARY_EDITED:
        return request_keep(db, event->summary_edited.request, event->seq);
    case EVENT_THANKS_GIVEN:
        result = desk_thank_add(db, thanks->posting, thanks->member);
        THEN(result, fold_telling_own(db, event, thanks->author, thanks->member));
        return result;
    case EVENT_ANSWER_CHOSEN:
        return OK; /* the board's business */
    default:
        *known = false;
        return OK;
    }
}
