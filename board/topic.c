#include "board/clerk.h"

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
