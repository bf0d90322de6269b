/* Notices: what happened that concerns the reader, a row a thread, newest first; and what is new in
 * what he follows, which is worked out when he looks. */
#include "fcgi/member/page_telling.h"

#include "core/clock.h"
#include "fcgi/guard.h"
#include "schema/board.h"

enum { NOTICES_READ = 300, NOTICES_SHOWN = 50, NOTICES_PER_EVENT = 64 };

const struct field fields_seen[] = {
    {.name = "upto", .type = FIELD_INT, .low = 0, .high = INT64_MAX, .label = "The last notice"},
    {.name = NULL},
};

static struct text notice_words(int64_t kind)
{
    switch (kind) {
    case NOTICE_ANSWER:
        return TEXT("New answer to your question");
    case NOTICE_SOLVED:
        return TEXT("A question you answered was marked as solved");
    case NOTICE_TOPIC:
        return TEXT("New in a topic you follow");
    case NOTICE_DECIDED:
        return TEXT("You are verified. Welcome.");
    case NOTICE_LEVEL:
        return TEXT("Your assurance level has changed");
    case NOTICE_VOUCH:
        return TEXT("Somebody asks you to vouch");
    case NOTICE_COMMENT:
        return TEXT("New comment on your posting");
    case NOTICE_THANKS:
        return TEXT("Colleagues thank you");
    case NOTICE_MARK:
        return TEXT("A colleague marked your posting: see why, and answer by an edit");
    case NOTICE_RULE:
        return TEXT("A ranking rule has changed");
    case NOTICE_OPINION:
        return TEXT("Your experience is sought");
    case NOTICE_CONTACT:
        return TEXT("The maker of a product would like to ask you: see, and decide");
    case NOTICE_MODERATED:
        return TEXT("An admin has looked at a posting of yours");
    case NOTICE_DUPLICATE:
        return TEXT("A colleague thinks that your question was asked before");
    default:
        return TEXT("Something concerns you");
    }
}

/* The row that a further notice joins; NULL: it stands for itself. */
static struct view_notice *thread_row(struct view_notices *v, int64_t question)
{
    for (size_t i = 0; i < v->notices_count && question > 0; i++)
        if (v->notices[i].question == question)
            return &v->notices[i];
    return NULL;
}

static void notice_add(struct request *r, struct view_notices *v,
                       const struct board_notices_list_row *row)
{
    struct view_notice *known = thread_row(v, row->question);
    bool seen = row->seen != 0;
    if (known != NULL) {
        known->count++;
        known->seen = known->seen && seen;
        known->sought = known->sought || row->kind == NOTICE_OPINION;
        return;
    }
    if (v->notices_count == NOTICES_SHOWN)
        return;
    v->notices[v->notices_count++] = (struct view_notice){
        .words = notice_words(row->kind),
        .question = row->question,
        .title = row->title,
        .ago = clock_ago(r->arena, row->at_ms, r->now_ms),
        .iso = clock_iso(r->arena, row->at_ms),
        .seen = seen,
        .link = row->kind == NOTICE_VOUCH     ? TEXT("/vouch")
                : row->kind == NOTICE_CONTACT ? TEXT("/contact")
                                              : TEXT(""),
        .count = 1,
        .sought = row->kind == NOTICE_OPINION,
    };
}

static struct text many_words(struct request *r, const struct view_notice *notice)
{
    if (text_equal(notice->words, notice_words(NOTICE_ANSWER)))
        return arena_format(r->arena, "%lld answers to your question", (long long)notice->count);
    return arena_format(r->arena, "%.*s, and %lld more", (int)notice->words.size,
                        notice->words.data, (long long)notice->count - 1);
}

static enum result notices_load(struct request *r, struct view_notices *v)
{
    struct board_notices_list_row *rows;
    size_t count;
    enum result result = board_notices_list(request_store(r, WEB_BOARD), r->arena, r->reader.member,
                                            INT64_MAX, NOTICES_READ, &rows, &count);
    if (result != OK)
        return result;
    v->notices = arena_array(r->arena, struct view_notice, NOTICES_SHOWN);
    if (count > 0 && rows[0].id > v->upto)
        v->upto = rows[0].id;
    for (size_t i = 0; i < count; i++)
        notice_add(r, v, &rows[i]);
    for (size_t i = 0; i < v->notices_count; i++) {
        struct view_notice *notice = &v->notices[i];
        if (notice->count > 1)
            notice->words = many_words(r, notice);
    }
    return OK;
}

static struct text news_words(struct request *r, const struct record_news *news)
{
    if (news->kind == PAGE_NEWS_TOPIC)
        return TEXT("New in a topic you follow");
    if (news->kind == PAGE_NEWS_SEARCH)
        return arena_format(r->arena, "New for your search “%.*s”", (int)news->label.size,
                            news->label.data);
    return news->count == 1 ? TEXT("A new answer in a thread you follow")
                            : arena_format(r->arena, "%lld new answers in a thread you follow",
                                           (long long)news->count);
}

static enum result news_load(struct request *r, struct view_notices *v)
{
    static const char *const kinds[] = {"", "topic", "search", "thread"};
    struct reply_following all;
    enum result result = page_following(r, &all);
    v->news = arena_array(r->arena, struct view_news, all.news_count + 1);
    for (size_t i = 0; i < all.news_count && result == OK; i++) {
        const struct record_news *one = &all.news[i];
        struct board_thread_get_row thread;
        result = board_thread_get(request_store(r, WEB_BOARD), r->arena, one->question, &thread);
        if (result == NOT_FOUND || (result == OK && thread.title.size == 0)) {
            result = OK; /* blanked since */
            continue;
        }
        v->news[v->news_count++] = (struct view_news){
            .kind = text_of(kinds[one->kind]),
            .question = one->question,
            .title = page_titled(r->arena, thread.kind, thread.member, thread.source, thread.title),
            .label = one->label,
            .topic = one->kind == PAGE_NEWS_TOPIC ? one->label : TEXT(""),
            .words = news_words(r, one),
            .count = one->count,
            .ago = clock_ago(r->arena, thread.last_ms, r->now_ms),
            .iso = clock_iso(r->arena, thread.last_ms),
        };
    }
    /* All up to where the clerk looked counts as seen, if the reader says so. */
    if (v->news_count > 0)
        v->upto = all.upto * NOTICES_PER_EVENT + NOTICES_PER_EVENT - 1;
    return result;
}

enum result page_notices(struct request *r, struct reply *out)
{
    struct view_notices v = {.head = page_head(r, TEXT("Notices"))};
    v.form = guard_form(r, out, "/notices/seen");
    v.decline_form = guard_form(r, out, "/q/:id/decline");
    /* First the clerk, then the store: what he looked at is in it then. Notices stand without him.
     */
    enum result result = news_load(r, &v);
    if (result == BUSY)
        v.news_count = 0;
    if (result == OK || result == BUSY)
        result = notices_load(r, &v);
    if (result != OK)
        return result;
    v.unread = r->reader.unread > 0;
    return reply_view(r, out, notices, &v);
}

enum result page_seen_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_NOTICES_SEEN};
    command.notices_seen.upto = request_int(r, "upto");
    enum result result = page_command(r, &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/notices");
}
