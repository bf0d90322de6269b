/* Being told of new reports: by mail, or by a sponsor's own feed, an address that needs no signing
 * in and can be taken back. */
#include "fcgi/sponsor/page_report.h"

#include "core/conf.h"
#include "fcgi/guard.h"
#include "fcgi/pages.h"

enum { FEED_REPORTS = 4, DONE_MADE = 1, DONE_ENDED, DONE_MAILS };

/* What somebody may be mailed of; each is a field of the form. */
static const struct {
    int64_t template;
    const char *field, *name;
} mails[] = {{INSIGHT_RESULT, "results", "Questions: each month’s results"},
             {INSIGHT_TREND, "trends", "Trends: questions with several months"},
             {INSIGHT_RISING, "rising", "Rising: words that rose in the week"},
             {INSIGHT_VOLUME, "words", "Words: how many wrote each in the week"},
             {INSIGHT_MEMBERS, "members", "Members: who they are, by the quarter"}};
enum { MAILS = sizeof(mails) / sizeof(*mails) };

const struct field fields_reports_feed_form[] = {
    {.name = "done",
     .type = FIELD_INT,
     .low = DONE_MADE,
     .high = DONE_MAILS,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};
const struct field fields_reports_feed[] = {
    {.name = "keep", .type = FIELD_INT, .low = 0, .high = 1, .label = "The choice"},
    {.name = NULL},
};

#define MAIL(what, words)                                                    \
    {                                                                        \
        .name = what, .type = FIELD_INT, .low = 0, .high = 3, .label = words \
    }
const struct field fields_reports_mail[] = {
    MAIL("results", "The choice for questions"),      MAIL("trends", "The choice for trends"),
    MAIL("rising", "The choice for words that rose"), MAIL("words", "The choice for words"),
    MAIL("members", "The choice for members"),        {.name = NULL},
};

static void mails_fill(struct request *r, const struct reply_reports_feed *reply,
                       struct view_reports_feed *v)
{
    v->mails = arena_array(r->arena, struct view_report_mail, MAILS);
    for (size_t i = 0; i < MAILS; i++) {
        struct view_report_mail *mail = &v->mails[v->mails_count++];
        *mail = (struct view_report_mail){text_of(mails[i].field), text_of(mails[i].name), 0};
        for (size_t k = 0; k < reply->mails_count; k++)
            if (reply->mails[k].template == mails[i].template)
                mail->how = reply->mails[k].how;
    }
}

static enum result feed_show(struct request *r, struct reply *out, struct text notice)
{
    struct json *root;
    struct reply_reports_feed feed = {0};
    struct command command = {.kind = COMMAND_REPORTS_FEED};
    const struct text url = conf_text("site.url");
    struct view_reports_feed v = {.head = page_head(r, TEXT("New reports by mail or feed")),
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
    mails_fill(r, &feed, &v);
    v.form = guard_form(r, out, "/sponsor/feed");
    v.mail_form = guard_form(r, out, "/sponsor/mail");
    v.request = guard_request_id(r);
    page_form_problems(r, "results trends rising words members", &v.problems, &v.problems_count);
    return reply_view(r, out, reports_feed, &v);
}

enum result page_reports_feed(struct request *r, struct reply *out)
{
    static const char *const notices[] = {"", "The feed’s address stands below.",
                                          "The feed has ended.", "Your choice is kept."};
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

enum result page_reports_mail_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_REPORTS_MAIL};
    struct command_reports_mail *c = &command.reports_mail;
    c->mails = arena_array(r->arena, struct record_report_mail, MAILS);
    for (size_t i = 0; i < MAILS; i++)
        c->mails[c->mails_count++] =
            (struct record_report_mail){mails[i].template, request_int(r, mails[i].field)};
    const enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/sponsor/feed?done=%d", DONE_MAILS) : result;
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
