/* Notices: what happened that concerns the reader, newest first. */
#include "fcgi/page_parts.h"

#include "core/clock.h"
#include "fcgi/guard.h"
#include "schema/board.h"
#include "schema/command.h"

enum { NOTICES_SHOWN = 50 };

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
    case NOTICE_MODERATED:
        return TEXT("An admin has looked at a posting of yours");
    case NOTICE_DUPLICATE:
        return TEXT("A colleague thinks that your question was asked before");
    default:
        return TEXT("Something concerns you");
    }
}

enum result page_notices(struct request *r, struct reply *out)
{
    struct board_notices_list_row *rows;
    size_t count;
    enum result result = board_notices_list(request_store(r, WEB_BOARD), r->arena, r->reader.member,
                                            INT64_MAX, NOTICES_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    struct view_notices v = {.head = page_head(r, TEXT("Notices"))};
    v.form = guard_form(r, out, "/notices/seen");
    v.upto = count > 0 ? rows[0].id : 0;
    v.notices = arena_array(r->arena, struct view_notice, NOTICES_SHOWN);
    v.unread = r->reader.unread > 0;
    for (size_t i = 0; i < count; i++)
        v.notices[v.notices_count++] = (struct view_notice){
            .words = notice_words(rows[i].kind),
            .question = rows[i].question,
            .title = rows[i].title,
            .ago = clock_ago(r->arena, rows[i].at_ms, r->now_ms),
            .iso = clock_iso(r->arena, rows[i].at_ms),
            .seen = rows[i].seen != 0,
            .link = rows[i].kind == NOTICE_VOUCH ? TEXT("/vouch") : TEXT(""),
        };
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
