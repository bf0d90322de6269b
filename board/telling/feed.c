#include "board/telling/released.h"
#include "board/telling/telling.h"

#include "schema/board.h"
#include "schema/desk.h"

/* Private Atom feeds: whoever has the address reads it, so it holds titles and links only, can be
 * taken back, and opens nothing to one who has lost his place. The address is never kept: it
 * follows from the feed's id under a key of the clerk's. */

enum result feed_make_run(struct work *work)
{
    const struct command_feed_make *c = &work->command->feed_make;
    struct desk_feeds_of_row *rows;
    struct desk_saved_get_row saved;
    struct event event = {.kind = EVENT_FEED_MADE};
    size_t count = 0;
    int64_t search = c->kind == FEED_SEARCH ? c->search : 0;
    enum result result =
        desk_feeds_of(work->clerk->desk, work->arena, work->actor.member, FEEDS_MAX, &rows, &count);
    if (result == OK && c->kind == FEED_SEARCH) {
        result = desk_saved_get(work->clerk->desk, work->arena, search, &saved);
        if (result == OK && saved.member != work->actor.member)
            result = NOT_FOUND;
    }
    for (size_t i = 0; i < count && result == OK; i++) {
        if (rows[i].kind == c->kind && rows[i].search == search)
            return OK; /* there is one */
    }
    if (result == OK && count >= FEEDS_MAX)
        return problem(work, TOO_MUCH, "", "You have sixty feeds; end one of them first.");
    event.feed_made =
        (struct event_feed_made){.member = work->actor.member, .kind = c->kind, .search = search};
    return result == OK ? clerk_record(work->clerk, &event, NULL, 0) : result;
}

enum result feed_drop_run(struct work *work)
{
    struct desk_feed_get_row row;
    struct event event = {.kind = EVENT_FEED_DROPPED};
    int64_t feed = work->command->feed_drop.feed;
    enum result result = desk_feed_get(work->clerk->desk, work->arena, feed, &row);
    if (result == OK && row.member != work->actor.member)
        result = NOT_FOUND;
    event.feed_dropped = (struct event_feed_dropped){.member = work->actor.member, .feed = feed};
    return result == OK ? clerk_record(work->clerk, &event, NULL, 0) : result;
}

enum result feeds_list(struct work *work, struct record_feed **feeds, size_t *count)
{
    struct desk_feeds_of_row *rows;
    size_t found = 0;
    enum result result =
        desk_feeds_of(work->clerk->desk, work->arena, work->actor.member, FEEDS_MAX, &rows, &found);
    *feeds = arena_array(work->arena, struct record_feed, FEEDS_MAX);
    *count = 0;
    if (work->actor.program > 0)
        return result; /* an address is a key that would outlive the program's token */
    for (size_t i = 0; i < found && result == OK; i++)
        (*feeds)[(*count)++] =
            (struct record_feed){rows[i].id, rows[i].kind, rows[i].search,
                                 telling_code(work, "feed", rows[i].id, rows[i].kind)};
    return result;
}

/* --- a sponsor's: of reports --- */

static enum result reports_feed_find(struct work *work, int64_t *feed)
{
    struct desk_feeds_of_row *rows;
    size_t count = 0;
    enum result result =
        desk_feeds_of(work->clerk->desk, work->arena, work->actor.member, FEEDS_MAX, &rows, &count);
    *feed = result == OK && count > 0 ? rows[0].id : 0;
    return result;
}

enum result reports_feed_run(struct work *work)
{
    struct reply_reports_feed reply = {.code = TEXT("")};
    enum result result = reports_feed_find(work, &reply.feed);
    if (result == OK && reply.feed > 0)
        reply.code = telling_code(work, "feed", reply.feed, FEED_REPORTS);
    reply.mails_count = REPORT_TEMPLATES;
    if (result == OK)
        result = report_mails(work, &reply.mails);
    if (result == OK)
        reply_reports_feed_write(&work->reply, &reply);
    return result;
}

enum result reports_feed_set_run(struct work *work)
{
    struct event event = {.kind = EVENT_FEED_MADE};
    const bool keep = work->command->reports_feed_set.keep;
    int64_t feed;
    enum result result = reports_feed_find(work, &feed);
    if (result != OK || keep == (feed > 0))
        return result;
    if (keep)
        event.feed_made =
            (struct event_feed_made){.member = work->actor.member, .kind = FEED_REPORTS};
    else
        event = (struct event){.kind = EVENT_FEED_DROPPED,
                               .feed_dropped = {.member = work->actor.member, .feed = feed}};
    return clerk_record(work->clerk, &event, NULL, 0);
}

static enum result own_threads(struct work *work, int64_t member, struct reply_feed *reply)
{
    struct desk_threads_own_row *rows;
    size_t count = 0;
    enum result result =
        desk_threads_own(work->clerk->desk, work->arena, member, FEED_ENTRIES_MAX, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        struct board_thread_news_row thread;
        result = board_thread_news(work->clerk->board, work->arena, rows[i].question, 0,
                                   work->clerk->head, member, &thread);
        if (result == OK)
            reply->entries[reply->entries_count++] = (struct record_feed_entry){
                rows[i].question, thread.last > 0 ? thread.last : rows[i].question};
    }
    return result;
}

static enum result news_entries(struct work *work, const struct desk_feed_get_row *feed,
                                struct reply_feed *reply)
{
    struct news *news;
    size_t count = 0;
    enum result result =
        feed->kind == FEED_TOPICS
            ? news_topics(work, feed->member, 0, &news, &count)
            : news_search(work, feed->member, feed->search, &news, &count, &reply->words);
    for (size_t i = 0; i < count && i < FEED_ENTRIES_MAX && result == OK; i++)
        reply->entries[reply->entries_count++] =
            (struct record_feed_entry){news[i].question, news[i].posting};
    return result;
}

enum result feed_read_run(struct work *work)
{
    struct reply_feed reply = {.words = TEXT("")};
    struct desk_member_get_row member;
    struct desk_feed_get_row feed;
    int64_t id = 0;
    enum result result =
        telling_code_read(work, "feed", work->command->feed_read.code, &id, &reply.kind);
    if (result == OK)
        result = desk_feed_get(work->clerk->desk, work->arena, id, &feed);
    if (result == OK)
        result = desk_member_get(work->clerk->desk, work->arena, feed.member, &member);
    const bool is_sponsors = reply.kind == FEED_REPORTS;
    if (result == OK &&
        (member.state != MEMBER_IN || feed.kind != reply.kind ||
         (is_sponsors ? member.role != BOARD_SPONSOR : member.level < BOARD_LEVEL_OPEN)))
        result = NOT_FOUND;
    if (result != OK)
        return result;
    reply.id = id;
    reply.made_ms = feed.at_ms;
    reply.entries = arena_array(work->arena, struct record_feed_entry, FEED_ENTRIES_MAX);
    if (feed.kind == FEED_OWN)
        result = own_threads(work, feed.member, &reply);
    else if (!is_sponsors) /* reports lie where the clerk does not read */
        result = news_entries(work, &feed, &reply);
    if (result == OK)
        reply_feed_write(&work->reply, &reply);
    return result;
}
