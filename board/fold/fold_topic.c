/* What topics are about, in both folds. */
#include "board/fold/fold.h"

#include "core/text.h"
#include "schema/board.h"

static struct text or_empty(struct text text)
{
    return text.data == NULL ? TEXT("") : text;
}

enum result fold_board_topic(struct db *db, const struct journal_entry *entry, struct arena *arena,
                             bool *known)
{
    const struct event *event = &entry->event;
    const struct event_topic_described *e = &event->topic_described;
    struct text body = or_empty(entry->texts[1]);
    struct html html = {TEXT("")};
    *known = event->kind == EVENT_TOPIC_DESCRIBED;
    if (!*known)
        return OK;
    enum result result = body.size > 0 ? text_markdown(arena, body, &html) : OK;
    THEN(result, board_topic_about_put(db, e->topic, event->seq, e->by, event->at_ms,
                                       or_empty(e->source), or_empty(e->url), or_empty(e->licence),
                                       or_empty(entry->texts[0]), body, or_empty(html.markup)));
    return result;
}

enum result fold_desk_topic(struct db *db, const struct event *event, bool *known)
{
    *known = event->kind == EVENT_TOPIC_DESCRIBED;
    return *known ? request_keep(db, event->topic_described.request, event->seq) : OK;
}

enum result fold_topic_blanked(struct db *db, const struct event *event)
{
    const struct event_text_blanked *e = &event->text_blanked;
    enum result result = e->part == 0 ? board_topic_about_blank_excerpt(db, e->seq)
                                      : board_topic_about_blank_body(db, e->seq);
    return result == OK && db_changes(db) == 0 ? NOT_FOUND : result;
}
