/* A topic: what it is about, what is filed under it, and following it. */
#include "fcgi/page/page_doors.h"

#include "core/text.h"
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

const struct field fields_topic_describe[] = {
    {.name = "excerpt",
     .type = FIELD_TEXT,
     .low = 1,
     .high = 4 * COMMENT_CHARACTERS_MAX,
     .label = "What it is about"},
    {.name = "body",
     .type = FIELD_TEXT,
     .high = POSTING_SIZE_MAX,
     .optional = true,
     .label = "The longer text"},
    {.name = "preview", .type = FIELD_FLAG, .optional = true, .label = "Preview"},
    {.name = NULL},
};

/* NOT_FOUND: nobody has described it. */
static enum result about_load(struct request *r, struct view_topic_about *v)
{
    struct board_topic_about_get_row row;
    enum result result =
        board_topic_about_get(request_store(r, WEB_BOARD), r->arena, r->name, &row);
    if (result != OK)
        return result;
    v->excerpt = row.excerpt;
    v->body = text_kept_html(row.html);
    v->longer = row.body.size > 0;
    if (row.excerpt.size == 0 && row.body.size == 0)
        return OK; /* erased: then it is nobody's */
    v->source = row.source;
    v->url = row.url;
    v->licence = row.licence;
    return OK;
}

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
    v.about = (struct view_topic_about){.excerpt = TEXT(""),
                                        .source = TEXT(""),
                                        .url = TEXT(""),
                                        .licence = TEXT(""),
                                        .editable = r->reader.role == BOARD_ADMIN};
    result = about_load(r, &v.about);
    if (result != OK && result != NOT_FOUND)
        return result;
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

/* --- for admins: what it is about --- */

static enum result describe_show(struct request *r, struct reply *out, struct text excerpt,
                                 struct text body, bool preview)
{
    struct board_topic_used_row used;
    struct view_topic_describe v = {.head = page_head(r, r->name)};
    enum result result = board_topic_used(request_store(r, WEB_BOARD), r->arena, r->name, &used);
    if (result == OK && used.threads == 0)
        result = NOT_FOUND;
    if (result != OK)
        return result;
    v.name = r->name;
    v.excerpt = excerpt;
    v.body = body;
    v.form = guard_form(r, out, "/admin/topic/:name");
    v.request = guard_request_id(r);
    page_form_problems(r, "excerpt body", &v.problems, &v.problems_count);
    for (size_t i = 0; i < v.problems_count; i++) {
        v.bad_excerpt = v.bad_excerpt || text_is(v.problems[i].field, "excerpt");
        v.bad_body = v.bad_body || text_is(v.problems[i].field, "body");
    }
    v.has_preview = preview && text_markdown(r->arena, body, &v.preview) == OK;
    return reply_view(r, out, topic_describe, &v);
}

enum result page_topic_describe(struct request *r, struct reply *out)
{
    struct board_topic_about_get_row row = {.excerpt = TEXT(""), .body = TEXT("")};
    enum result result =
        board_topic_about_get(request_store(r, WEB_BOARD), r->arena, r->name, &row);
    if (result != OK && result != NOT_FOUND)
        return result;
    return describe_show(r, out, row.excerpt, row.body, false);
}

enum result page_topic_describe_again(struct request *r, struct reply *out)
{
    return describe_show(r, out, request_typed(r, "excerpt"), request_typed(r, "body"), false);
}

enum result page_topic_describe_post(struct request *r, struct reply *out)
{
    struct text excerpt = request_text(r, "excerpt"), body = request_text(r, "body");
    if (request_flag(r, "preview"))
        return describe_show(r, out, excerpt, body, true);
    struct command command = {.kind = COMMAND_TOPIC_DESCRIBE};
    struct reply_created created;
    command.topic_describe.topic = r->name;
    command.topic_describe.excerpt = excerpt;
    command.topic_describe.body = body;
    enum result result = page_command_created(r, &command, &created);
    return result == OK ? reply_redirect(r, out, "/t/%.*s", (int)r->name.size, r->name.data)
                        : result;
}
