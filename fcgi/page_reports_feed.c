/* A sponsor's own feed of reports: an address that needs no signing in and can be taken back. */
#include "fcgi/page_report.h"

#include "core/conf.h"
#include "fcgi/guard.h"
#include "fcgi/pages.h"

enum { FEED_REPORTS = 4, DONE_MADE = 1, DONE_ENDED };

const struct field fields_reports_feed_form[] = {
    {.name = "done",
     .type = FIELD_INT,
     .low = DONE_MADE,
     .high = DONE_ENDED,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};
const struct field fields_reports_feed[] = {
    {.name = "keep", .type = FIELD_INT, .low = 0, .high = 1, .label = "The choice"},
    {.name = NULL},
};

static enum result feed_show(struct request *r, struct reply *out, struct text notice)
{
    struct json *root;
    struct reply_reports_feed feed = {0};
    struct command command = {.kind = COMMAND_REPORTS_FEED};
    const struct text url = conf_text("site.url");
    struct view_reports_feed v = {.head = page_head(r, TEXT("New reports as a feed")),
                                  .notice = notice};
    if (!page_may_ask(r))
        return r->why;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_reports_feed_read(root, r->arena, &feed) : BROKEN;
    json_close(root);
    if (result != OK)
        return result;
    if (feed.feed > 0)
        v.address = arena_format(r->arena, "%.*s/sponsor/feed/%.*s", (int)url.size, url.data,
                                 (int)feed.code.size, feed.code.data);
    v.form = guard_form(r, out, "/sponsor/feed");
    v.request = guard_request_id(r);
    page_form_problems(r, "", &v.problems, &v.problems_count);
    return reply_view(r, out, reports_feed, &v);
}

enum result page_reports_feed(struct request *r, struct reply *out)
{
    static const char *const notices[] = {"", "The feed’s address stands below.",
                                          "The feed has ended."};
    return feed_show(r, out, text_of(notices[request_int(r, "done")]));
}

enum result page_reports_feed_again(struct request *r, struct reply *out)
{
    return feed_show(r, out, TEXT(""));
}

enum result page_reports_feed_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_REPORTS_FEED_SET};
    command.reports_feed_set.keep = request_int(r, "keep") == 1;
    const enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/sponsor/feed?done=%d",
                                         command.reports_feed_set.keep ? DONE_MADE : DONE_ENDED)
                        : result;
}

/* Whoever has the address. The clerk says whether it (still) opens; reports lie in a store it does
 * not read. */
enum result page_reports_feed_read(struct request *r, struct reply *out)
{
    struct json *root;
    struct reply_feed feed = {0};
    struct command command = {.kind = COMMAND_FEED_READ};
    command.feed_read.code = r->name;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_feed_read(root, r->arena, &feed) : BROKEN;
    json_close(root);
    if (result == OK && feed.kind != FEED_REPORTS)
        result = NOT_FOUND;
    return result == OK ? page_reports_atom(r, out) : result;
}
