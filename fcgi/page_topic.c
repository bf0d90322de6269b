/* A topic: what is filed under it, and following it. */
#include "fcgi/page_parts.h"

#include "fcgi/guard.h"
#include "schema/board.h"
#include "schema/command.h"

const struct field fields_topic[] = {
    PAGE_FIELD_BEFORE,
    {.name = NULL},
};
const struct field fields_follow[] = {
    {.name = "follows", .type = FIELD_FLAG, .label = "Follow"},
    {.name = NULL},
};

enum result page_topic(struct request *r, struct reply *out)
{
    struct board_threads_of_topic_row *rows;
    struct board_topic_get_row topic = {0};
    struct text followed;
    size_t count;
    struct db *board = request_store(r, WEB_BOARD);
    enum result known = board_topic_get(board, r->arena, r->name, &topic);
    enum result result = known == NOT_FOUND ? OK : known;
    if (result == OK)
        result = page_followed(r, &followed);
    if (result == OK)
        result = board_threads_of_topic(board, r->arena, r->name, request_int(r, "before"),
                                        PAGE_ROWS + 1, &rows, &count);
    /* What only references are filed under is a topic too, though members have no thread in it. */
    if (result == OK && known == NOT_FOUND && count == 0)
        result = NOT_FOUND;
    if (result != OK)
        return result;
    struct view_topic_page v = {.head = page_head(r, r->name)};
    v.topic = (struct view_topic){r->name, topic.threads, page_follows(followed, r->name)};
    v.can_follow = r->reader.role == BOARD_PHYSICIAN && known == OK;
    v.form = v.can_follow ? guard_form(r, out, "/topic/:name/follow") : TEXT("");
    v.rows = arena_array(r->arena, struct view_thread_row, PAGE_ROWS);
    for (size_t i = 0; i < count && i < PAGE_ROWS; i++)
        v.rows[v.rows_count++] = page_thread_row(r, THREAD_FACTS(&rows[i]));
    v.next = count > PAGE_ROWS ? rows[PAGE_ROWS - 1].question : 0;
    return reply_view(r, out, topic_page, &v);
}

enum result page_follow_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_TOPIC_FOLLOW};
    command.topic_follow.topic = r->name;
    command.topic_follow.follows = request_flag(r, "follows");
    enum result result = page_command(r, &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/t/%.*s", (int)r->name.size, r->name.data);
}
