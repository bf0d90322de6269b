/* What a reader follows, how it is mailed to him, and his private feeds: all asked of the clerk,
 * since nobody else may know it. */
#include "fcgi/member/page_telling.h"

#include "core/conf.h"
#include "fcgi/guard.h"

enum { DONE_SAVED = 1, DONE_CHANGED, DONE_DROPPED, DONE_FEED, DONE_FEED_DROPPED, DONE_LAST };

const struct field fields_none[] = {{.name = NULL}};
const struct field fields_telling[] = {
    {.name = "done",
     .type = FIELD_INT,
     .low = 1,
     .high = DONE_LAST,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};
const struct field fields_telling_set[] = {
    {.name = "kind", .type = FIELD_INT, .low = 1, .high = 9, .label = "What it is about"},
    {.name = "topic", .type = FIELD_LINE, .high = 40, .optional = true, .label = "The topic"},
    {.name = "search",
     .type = FIELD_INT,
     .low = 1,
     .high = PAGE_BEFORE_ALL,
     .optional = true,
     .label = "The search"},
    {.name = "how", .type = FIELD_INT, .low = 0, .high = 3, .label = "How often"},
    {.name = NULL},
};
const struct field fields_save[] = {
    {.name = "q", .type = FIELD_LINE, .low = 1, .high = 400, .label = "The search"},
    {.name = NULL},
};
const struct field fields_feed[] = {
    {.name = "kind", .type = FIELD_INT, .low = 1, .high = 3, .label = "What it is of"},
    {.name = "search",
     .type = FIELD_INT,
     .low = 1,
     .high = PAGE_BEFORE_ALL,
     .optional = true,
     .label = "The search"},
    {.name = NULL},
};

enum result page_following(struct request *r, struct reply_following *reply)
{
    struct json *root;
    struct command command = {.kind = COMMAND_FOLLOWING};
    *reply = (struct reply_following){0};
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_following_read(root, r->arena, reply) : BROKEN;
    json_close(root);
    return result;
}

static struct text feed_url(struct request *r, struct text code)
{
    struct text url = conf_text("site.url");
    return arena_format(r->arena, "%.*s/feed/%.*s", (int)url.size, url.data, (int)code.size,
                        code.data);
}

/* The feed of this kind, if there is one: its address and number. */
static void feed_find(struct request *r, const struct reply_following *all, int64_t kind,
                      int64_t search, struct text *url, int64_t *feed)
{
    *url = TEXT("");
    *feed = 0;
    for (size_t i = 0; i < all->feeds_count; i++) {
        if (all->feeds[i].kind != kind || all->feeds[i].search != search)
            continue;
        *url = feed_url(r, all->feeds[i].code);
        *feed = all->feeds[i].id;
    }
}

static void followed_fill(struct request *r, const struct reply_following *all,
                          struct view_telling *v)
{
    v->topics = arena_array(r->arena, struct view_followed, all->topics_count + 1);
    for (size_t i = 0; i < all->topics_count; i++)
        v->topics[v->topics_count++] = (struct view_followed){
            .label = all->topics[i].topic, .how = all->topics[i].how, .feed = TEXT("")};
    v->searches = arena_array(r->arena, struct view_followed, all->searches_count + 1);
    for (size_t i = 0; i < all->searches_count; i++) {
        const struct record_saved_search *one = &all->searches[i];
        struct view_followed *to = &v->searches[v->searches_count++];
        *to = (struct view_followed){.label = one->words, .how = one->how, .search = one->id};
        feed_find(r, all, PAGE_FEED_SEARCH, one->id, &to->feed, &to->feed_id);
    }
    feed_find(r, all, PAGE_FEED_TOPICS, 0, &v->topics_feed, &v->topics_feed_id);
    feed_find(r, all, PAGE_FEED_OWN, 0, &v->own_feed, &v->own_feed_id);
    v->threads = all->threads;
    v->threads_how = all->threads_how;
    v->mailed = all->mailed;
    v->answers = all->answers;
    v->opinions = all->opinions;
    v->comments = all->comments;
    v->thanks = all->thanks;
    v->marks = all->marks;
}

static enum result telling_show(struct request *r, struct reply *out, struct text notice,
                                struct text typed)
{
    struct reply_following all;
    struct view_telling v = {.head = page_head(r, TEXT("What you follow")), .notice = notice};
    if (!page_may_ask(r))
        return r->why;
    enum result result = page_following(r, &all);
    if (result != OK)
        return result;
    followed_fill(r, &all, &v);
    v.form = guard_form(r, out, "/notices/settings");
    v.save_form = guard_form(r, out, "/search/save");
    v.drop_form = guard_form(r, out, "/saved/:id/drop");
    v.feed_form = guard_form(r, out, "/feeds");
    v.feed_drop_form = guard_form(r, out, "/feeds/:id/drop");
    v.request = guard_request_id(r);
    v.q = typed;
    page_form_problems(r, "q", &v.problems, &v.problems_count);
    v.bad_q = page_field_bad(r, "q");
    return reply_view(r, out, telling, &v);
}

enum result page_telling(struct request *r, struct reply *out)
{
    static const char *const words[DONE_LAST] = {
        [DONE_SAVED] = "Saved. You are told of new postings with these words.",
        [DONE_CHANGED] = "Changed.",
        [DONE_DROPPED] = "You are not told of these any more.",
        [DONE_FEED] = "The feed’s address stands below.",
        [DONE_FEED_DROPPED] = "The feed has ended; its address opens nothing any more.",
    };
    int64_t done = request_int(r, "done");
    const char *notice = done > 0 && done < DONE_LAST ? words[done] : "";
    return telling_show(r, out, text_of(notice), TEXT(""));
}

enum result page_telling_again(struct request *r, struct reply *out)
{
    bool saving = r->fields == fields_save;
    return telling_show(r, out, TEXT(""), saving ? request_typed(r, "q") : TEXT(""));
}

static enum result done(struct request *r, struct reply *out, struct command *command, int what)
{
    enum result result = page_program_done(r, "clerk", command);
    return result == OK ? reply_redirect(r, out, "/notices/settings?done=%d", what) : result;
}

enum result page_telling_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_TELLING_SET};
    command.telling_set = (struct command_telling_set){.kind = request_int(r, "kind"),
                                                       .topic = request_text(r, "topic"),
                                                       .search = request_int(r, "search"),
                                                       .how = request_int(r, "how")};
    return done(r, out, &command, DONE_CHANGED);
}

enum result page_save_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_SEARCH_SAVE};
    command.search_save.words = request_text(r, "q");
    return done(r, out, &command, DONE_SAVED);
}

enum result page_drop_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_SEARCH_DROP};
    command.search_drop.search = r->id;
    return done(r, out, &command, DONE_DROPPED);
}

enum result page_feed_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_FEED_MAKE};
    command.feed_make = (struct command_feed_make){.kind = request_int(r, "kind"),
                                                   .search = request_int(r, "search")};
    return done(r, out, &command, DONE_FEED);
}

enum result page_feed_drop_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_FEED_DROP};
    command.feed_drop.feed = r->id;
    return done(r, out, &command, DONE_FEED_DROPPED);
}
