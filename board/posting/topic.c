/* Topics: following them, and what they are about. */
#include "board/posting/posting.h"

#include "schema/board.h"
#include "schema/desk.h"

enum result topic_follow_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_topic_follow *c = &work->command->topic_follow;
    struct event event = {.kind = EVENT_TOPIC_FOLLOWED};
    struct desk_interests_row *rows;
    size_t count = 0;
    bool follows = false;
    if (!topic_valid(c->topic))
        return problem(work, INVALID, "topic", "There can be no such topic.");
    enum result result =
        desk_interests(clerk->desk, work->arena, work->actor.member, &rows, &count);
    if (result != OK)
        return result;
    for (size_t i = 0; i < count; i++)
        follows = follows || text_equal(rows[i].topic, c->topic);
    if (follows == c->follows)
        return OK;
    if (c->follows && count >= TOPICS_FOLLOWED_MAX)
        return problem(work, TOO_MUCH, "topic", "You follow forty topics already.");
    event.topic_followed = (struct event_topic_followed){
        .member = work->actor.member, .topic = c->topic, .follows = c->follows};
    return clerk_record(clerk, &event, NULL, 0);
}

/* The words of a description that is replaced are not kept. */
static enum result about_erase(struct work *work, int64_t id)
{
    enum result result = OK;
    for (int64_t part = 0; part <= 1 && result == OK; part++) {
        result = posting_text_erase(work, id, part, work->actor.member);
        if (result == NOT_FOUND)
            result = OK; /* there is not always a long one */
    }
    if (result != OK)
        work->clerk->fatal = result;
    return result;
}

static enum result about_check(struct work *work, const struct command_topic_describe *c,
                               const struct board_topic_about_get_row *now)
{
    struct board_topic_used_row used;
    if (!topic_valid(c->topic))
        return problem(work, INVALID, "excerpt", "There can be no such topic.");
    enum result result = board_topic_used(work->clerk->board, work->arena, c->topic, &used);
    if (result == OK && used.threads == 0 && now->id == 0)
        result = NOT_FOUND; /* nothing was ever filed under it */
    if (result == OK)
        result = posting_short_check(work, "excerpt", c->excerpt, COMMENT_CHARACTERS_MAX, true);
    if (result == OK && text_trim(c->body).size > 0)
        result = posting_body_check(work, c->body);
    if (result == OK && text_equal(now->excerpt, c->excerpt) && text_equal(now->body, c->body))
        result = problem(work, INVALID, "excerpt", "Nothing was changed.");
    return result;
}

enum result topic_describe_run(struct work *work)
{
    const struct command_topic_describe *c = &work->command->topic_describe;
    struct event event = {.kind = EVENT_TOPIC_DESCRIBED};
    struct event_topic_described *e = &event.topic_described;
    const struct text texts[] = {c->excerpt, text_trim(c->body).size > 0 ? c->body : NO_TEXT};
    struct board_topic_about_get_row now = {.excerpt = TEXT(""), .body = TEXT("")};
    request_put(work, e->request);
    enum result result = board_topic_about_get(work->clerk->board, work->arena, c->topic, &now);
    if (result == OK || result == NOT_FOUND)
        result = about_check(work, c, &now);
    if (result == OK && now.id > 0)
        result = about_erase(work, now.id);
    if (result != OK)
        return result;
    e->topic = c->topic;
    e->by = work->actor.member;
    e->source = e->url = e->licence = TEXT("");
    result = clerk_record(work->clerk, &event, texts, 2);
    if (result == OK)
        reply_created(work, event.seq);
    return result;
}
