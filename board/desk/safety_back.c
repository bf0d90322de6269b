#include "board/desk/safety.h"

#include "schema/board.h"
#include "schema/desk.h"

/* A watch that is to look at older postings finds them by the full-text index, a few at a time
 * while nobody asks anything. What the index gives (whole words, stemmed) is looked at as new
 * postings are, so that both find the same. How far it is stands in the journal: a stop repeats
 * nothing. */

enum { SLICE = 20, COMMENTS_MOST = 200 };

static void phrase_add(struct buf *query, struct text name)
{
    name = text_trim(name);
    if (name.size == 0)
        return;
    buf_format(query, "%s\"", query->size > 0 ? " OR " : "");
    for (size_t i = 0; i < name.size; i++)
        buf_format(query, name.data[i] == '"' ? "\"\"" : "%c", name.data[i]);
    buf_char(query, '"');
}

static struct text query_of(struct arena *arena, struct text product, struct text names)
{
    struct buf query;
    struct text name;
    buf_open(&query, arena, 256);
    phrase_add(&query, product);
    while (text_next(&names, ';', &name))
        phrase_add(&query, name);
    return buf_done(&query);
}

/* Whose words name it: the posting's author, or the first who did in a comment; 0: nobody's. */
static enum result namer_find(struct work *work, const struct desk_watch_behind_row *watch,
                              const struct board_named_between_row *row, int64_t *member)
{
    const struct text texts[] = {row->title, row->body};
    struct board_named_comments_row *comments;
    size_t count = 0;
    *member = safety_names(work, texts, 2, watch->product, watch->names) ? row->member : 0;
    if (*member != 0)
        return OK;
    enum result result = board_named_comments(work->clerk->board, work->arena, row->id, watch->id,
                                              COMMENTS_MOST, &comments, &count);
    for (size_t i = 0; result == OK && i < count && *member == 0; i++)
        if (safety_names(work, &comments[i].body, 1, watch->product, watch->names))
            *member = comments[i].member;
    return result;
}

static enum result older_look(struct work *work, const struct desk_watch_behind_row *watch,
                              const struct board_named_between_row *row)
{
    struct event event = {.kind = EVENT_PRODUCT_NAMED};
    struct desk_sighting_of_row before;
    int64_t member = 0;
    if (row->at_ms < watch->back_ms || row->kind > POSTING_ANSWER)
        return OK;
    enum result result = namer_find(work, watch, row, &member);
    if (result != OK || member == 0)
        return result;
    result = desk_sighting_of(work->clerk->desk, work->arena, watch->id, row->id, &before);
    if (result != NOT_FOUND)
        return result; /* a later wording or comment was seen already */
    event.product_named = (struct event_product_named){
        .watch = watch->id, .posting = row->id, .question = row->question, .member = member};
    return clerk_record(work->clerk, &event, NULL, 0);
}

enum result watches_look_run(struct work *work)
{
    struct event event = {.kind = EVENT_WATCH_LOOKED};
    struct reply_watches_looked reply = {.more = true};
    struct desk_watch_behind_row watch;
    struct board_named_between_row *rows;
    size_t count = 0;
    enum result result = desk_watch_behind(work->clerk->desk, work->arena, &watch);
    if (result == OK)
        result = board_named_between(work->clerk->board, work->arena,
                                     query_of(work->arena, watch.product, watch.names),
                                     watch.looked, watch.id, SLICE, &rows, &count);
    for (size_t i = 0; result == OK && i < count; i++)
        result = older_look(work, &watch, &rows[i]);
    if (result == OK) {
        event.watch_looked =
            (struct event_watch_looked){watch.id, count < SLICE ? watch.id : rows[count - 1].id};
        result = clerk_record(work->clerk, &event, NULL, 0);
    }
    if (result == NOT_FOUND) {
        reply.more = false;
        result = OK;
    }
    if (result == OK)
        reply_watches_looked_write(&work->reply, &reply);
    return result;
}
