/* A sponsor's questions to members: his list, the form, and one of them. All of it comes from the
 * clerk, who tells how each stands and nothing of what became of it; this pool reads nothing that
 * members wrote. */
#include "fcgi/page/page_doors.h"

#include <inttypes.h>

#include "core/clock.h"
#include "core/text.h"
#include "fcgi/guard.h"
#include "fcgi/member/page_question_moderation.h"

enum { OPEN_TOPICS = 100 };

const struct field fields_sponsored[] = {
    {.name = "title",
     .type = FIELD_LINE,
     .low = TITLE_SIZE_MIN,
     .high = TITLE_SIZE_MAX,
     .label = "The title"},
    {.name = "body", .type = FIELD_TEXT, .low = 1, .high = POSTING_SIZE_MAX, .label = "The text"},
    {.name = "topics", .type = FIELD_LINE, .high = 200, .optional = true, .label = "Topics"},
    {.name = "preview", .type = FIELD_FLAG, .optional = true, .label = "Preview"},
    {.name = "general", .type = FIELD_FLAG, .optional = true, .label = "More general forms"},
    {.name = "change", .type = FIELD_LINE, .high = 40, .optional = true, .label = "One form"},
    {.name = "confirmed", .type = FIELD_FLAG, .optional = true, .label = "Your word"},
    {.name = NULL},
};
const struct field fields_sponsored_one[] = {
    {.name = "sent", .type = FIELD_FLAG, .optional = true, .label = "What was before"},
    {.name = NULL},
};

static struct text stands_words(int64_t state)
{
    static const char *const words[] = {"stands among members’ questions",
                                        "waits for the medical desk", "not shown to members",
                                        "sent back to be changed", "removed for good"};
    return text_of(state >= 0 && state <= HOLD_REMOVED ? words[state] : "");
}

static struct view_sponsored_row row_view(struct request *r,
                                          const struct record_sponsor_question *question)
{
    return (struct view_sponsored_row){
        .id = question->question,
        .title = question->title.size > 0 ? question->title : TEXT("A question, text removed"),
        .topics = question->topics,
        .at = clock_day(r->arena, question->at_ms),
        .state = question->state,
        .stands = stands_words(question->state),
        .decided = question->decided_ms > 0 ? clock_day(r->arena, question->decided_ms) : TEXT(""),
        .reason = question->reason > FLAG_NONE && question->state > HOLD_WAITS
                      ? text_of(flag_reason_words(question->reason))
                      : TEXT(""),
        .words = question->words,
    };
}

static enum result questions_load(struct request *r, struct view_sponsored_questions *v)
{
    struct json *root;
    struct reply_sponsor_questions reply = {0};
    struct command command = {.kind = COMMAND_SPONSOR_QUESTIONS};
    if (!page_may_ask(r))
        return r->why;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_sponsor_questions_read(root, r->arena, &reply) : BROKEN;
    json_close(root);
    if (result != OK)
        return result;
    v->name = reply.name;
    v->own = reply.own;
    v->own_most = reply.own_most;
    v->days = reply.days;
    v->share = arena_format(r->arena, "%" PRId64 ".%" PRId64, reply.share / 10, reply.share % 10);
    v->full = reply.full;
    v->rows = arena_array(r->arena, struct view_sponsored_row, reply.questions_count + 1);
    for (size_t i = 0; i < reply.questions_count; i++)
        v->rows[v->rows_count++] = row_view(r, &reply.questions[i]);
    v->open = arena_array(r->arena, struct view_topic, OPEN_TOPICS);
    for (struct text rest = reply.topics, name;
         v->open_count < OPEN_TOPICS && text_next(&rest, ' ', &name);)
        v->open[v->open_count++] = (struct view_topic){.name = name};
    return OK;
}

struct asked {
    struct text title, body, topics;
    bool preview;
};

static struct asked typed_of(const struct request *r)
{
    return (struct asked){.title = request_typed(r, "title"),
                          .body = request_typed(r, "body"),
                          .topics = request_typed(r, "topics")};
}

static enum result asked_show(struct request *r, struct reply *out, struct asked asked)
{
    struct page_checked checked;
    struct view_sponsored_questions v = {.head = page_head(r, TEXT("Questions to members"))};
    enum result result = questions_load(r, &v);
    if (result != OK)
        return result;
    page_check(r, asked.title, asked.body, &checked);
    v.form = guard_form(r, out, "/sponsor/questions");
    v.request = guard_request_id(r);
    v.title = asked.title;
    v.body = asked.body;
    v.topics = asked.topics;
    v.spans = checked.spans;
    v.spans_count = checked.count;
    v.general = checked.general;
    v.confirm = checked.asking > 0 && checked.blocked == 0;
    page_form_problems(r, "title body topics", &v.problems, &v.problems_count);
    v.bad_title = page_field_bad(r, "title");
    v.bad_body = page_field_bad(r, "body");
    v.bad_topics = page_field_bad(r, "topics");
    if (asked.preview && asked.body.size > 0)
        v.has_preview = text_markdown(r->arena, asked.body, &v.preview) == OK;
    return reply_view(r, out, sponsored_questions, &v);
}

enum result page_sponsored(struct request *r, struct reply *out)
{
    return asked_show(r, out, (struct asked){TEXT(""), TEXT(""), TEXT(""), false});
}

enum result page_sponsored_again(struct request *r, struct reply *out)
{
    return asked_show(r, out, typed_of(r));
}

enum result page_sponsored_post(struct request *r, struct reply *out)
{
    struct page_checked checked;
    struct asked asked = typed_of(r);
    struct command command = {.kind = COMMAND_SPONSOR_ASK};
    if (page_wants_general(r)) {
        struct text change = request_text(r, "change");
        asked.title = page_generalise(r, "title", asked.title, change);
        asked.body = page_generalise(r, "body", asked.body, change);
    }
    if (page_wants_general(r) || request_flag(r, "preview")) {
        asked.preview = true;
        return asked_show(r, out, asked);
    }
    command.sponsor_ask.title = request_text(r, "title");
    command.sponsor_ask.body = request_text(r, "body");
    const char *why = topics_read(r->arena, request_text(r, "topics"), &command.sponsor_ask.topics);
    if (why != NULL)
        request_fault_add(r, "topics", "%s", why);
    page_check(r, command.sponsor_ask.title, command.sponsor_ask.body, &checked);
    if (page_check_post(r, &checked) != OK || why != NULL)
        return INVALID;
    struct reply_created created;
    enum result result = page_command_created(r, &command, &created);
    return result == OK ? reply_redirect(r, out, "/sponsor/question/%" PRId64 "?sent=1", created.id)
                        : result;
}

enum result page_sponsored_one(struct request *r, struct reply *out)
{
    struct json *root;
    struct reply_sponsor_question reply = {0};
    struct command command = {.kind = COMMAND_SPONSOR_QUESTION};
    struct view_sponsored_question v = {0};
    command.sponsor_question.question = r->id;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_sponsor_question_read(root, r->arena, &reply) : BROKEN;
    json_close(root);
    if (result == OK)
        result = text_markdown(r->arena, reply.body, &v.body);
    if (result != OK)
        return result;
    v.row = row_view(r, &reply.question);
    v.head = page_head(r, v.row.title);
    v.name = reply.name;
    v.text = reply.body;
    v.again = reply.question.state == HOLD_RETURNED;
    v.form = guard_form(r, out, "/sponsor/questions");
    v.request = guard_request_id(r);
    v.notice = request_flag(r, "sent")
                   ? TEXT("It went to the medical desk. What is decided stands here, with the "
                          "reason; a mail tells you.")
                   : TEXT("");
    return reply_view(r, out, sponsored_question, &v);
}
