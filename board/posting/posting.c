#include "board/posting/posting.h"

#include "board/desk/moderation.h"
#include "board/desk/safety.h"
#include "board/telling/telling.h"

#include "core/clock.h"
#include "core/conf.h"
#include "schema/board.h"
#include "schema/desk.h"

static bool blank(struct text text)
{
    return text_trim(text).size == 0;
}

/* Texts hold no control characters but new lines and tabs. */
bool text_good(struct text text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

enum result guard_text(struct work *work, const char *field, struct text text)
{
    struct guard_finding *findings;
    size_t count = 0;
    if (guard_check(work->clerk->guard, work->arena, text, &findings, &count) == 0)
        return OK;
    for (size_t i = 0; i < count; i++) {
        if (findings[i].level == GUARD_BLOCK)
            return problem(work, INVALID, field, findings[i].message);
    }
    return BROKEN;
}

enum result posting_body_check(struct work *work, struct text body)
{
    if (blank(body))
        return problem(work, INVALID, "body", "The text is empty.");
    if ((int64_t)body.size > conf_int("posting.size_max"))
        return problem(
            work, TOO_MUCH, "body",
            arena_format(work->arena,
                         "The text has %zu bytes; the longest that can be taken has %lld.",
                         body.size, (long long)conf_int("posting.size_max"))
                .data);
    if (!text_good(body))
        return problem(work, INVALID, "body", "The text holds control characters.");
    enum result result = guard_text(work, "body", body);
    return result == OK ? images_check(work, "body", body) : result;
}

enum result posting_title_check(struct work *work, struct text title)
{
    if (text_trim(title).size < TITLE_SIZE_MIN)
        return problem(work, INVALID, "title", "A title has at least ten characters.");
    for (size_t i = 0; i < title.size; i++) {
        if ((unsigned char)title.data[i] < 0x20 || title.data[i] == 0x7f)
            return problem(work, INVALID, "title", "A title is one line.");
    }
    return guard_text(work, "title", title);
}

static enum result day_check(struct work *work)
{
    struct desk_postings_since_row row;
    enum result result = desk_postings_since(work->clerk->desk, work->arena, work->actor.member,
                                             work->clerk->now_ms - DAY_MS, &row);
    if (result == OK && row.postings >= conf_int("posting.per_day"))
        return TOO_OFTEN;
    return result;
}

enum result ask_run(struct work *work)
{
    const struct command_ask *c = &work->command->ask;
    struct event event = {.kind = EVENT_POSTING_ADDED};
    struct event_posting_added *e = &event.posting_added;
    struct text texts[] = {c->title, c->body, NO_TEXT};
    request_put(work, e->request);
    const char *fault = topics_read(work->arena, c->topics, &e->topics);
    if (fault != NULL)
        return problem(work, INVALID, "topics", fault);
    enum result result = guard_text(work, "topics", c->topics);
    if (result == OK)
        result = posting_title_check(work, c->title);
    if (result == OK)
        result = posting_body_check(work, c->body);
    if (result == OK)
        result = kind_check(work, e, &texts[2]);
    if (result == OK)
        result = day_check(work);
    if (result != OK)
        return result;
    e->kind = c->kind;
    e->member = work->actor.member;
    result = hold_decide(work, e);
    if (result == OK)
        result = clerk_record(work->clerk, &event, texts, sizeof(texts) / sizeof(*texts));
    if (result == OK && c->seek && !e->held)
        result = opinions_seek(work, event.seq, e->topics);
    if (result == OK)
        result = safety_look(work, event.seq, event.seq, texts, 2);
    if (result == OK)
        reply_created(work, event.seq);
    if (result == OK)
        draft_done(work, TEXT("ask"));
    return result;
}

enum result answer_run(struct work *work)
{
    const struct command_answer *c = &work->command->answer;
    struct event event = {.kind = EVENT_POSTING_ADDED};
    struct event_posting_added *e = &event.posting_added;
    const struct text texts[] = {NO_TEXT, c->body};
    struct desk_posting_get_row thread;
    request_put(work, e->request);
    enum result result = desk_posting_get(work->clerk->desk, work->arena, c->question, &thread);
    if (result == OK && thread.question != c->question)
        result = NOT_FOUND; /* an answer is no thread */
    if (result == OK)
        result = posting_body_check(work, c->body);
    if (result == OK)
        result = day_check(work);
    if (result != OK)
        return result;
    e->kind = POSTING_ANSWER;
    e->member = work->actor.member;
    e->question = c->question;
    e->topics = TEXT("");
    result = hold_decide(work, e);
    if (result == OK)
        result = clerk_record(work->clerk, &event, texts, 2);
    if (result == OK)
        result = safety_look(work, event.seq, c->question, texts, 2);
    if (result == OK)
        reply_created(work, event.seq);
    if (result == OK)
        draft_done(work, arena_format(work->arena, "answer-%lld", (long long)c->question));
    return result;
}

enum result text_blank_run(struct work *work)
{
    const struct command_text_blank *c = &work->command->text_blank;
    enum result result = posting_text_erase(work, c->seq, c->part, 0);
    if (result != OK && result != NOT_FOUND)
        work->clerk->fatal = result;
    return result;
}
