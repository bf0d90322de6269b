#include "board/posting.h"

#include "board/moderation.h"
#include "board/safety.h"
#include "board/telling.h"

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
    int64_t before = 0;
    enum result result = request_find(work, e->request, &before);
    if (result == OK)
        reply_created(work, before);
    if (result != NOT_FOUND)
        return result;
    const char *fault = topics_read(work->arena, c->topics, &e->topics);
    if (fault != NULL)
        return problem(work, INVALID, "topics", fault);
    result = guard_text(work, "topics", c->topics);
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
    int64_t before = 0;
    enum result result = request_find(work, e->request, &before);
    if (result == OK)
        reply_created(work, before);
    if (result != NOT_FOUND)
        return result;
    result = desk_posting_get(work->clerk->desk, work->arena, c->question, &thread);
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

/* --- references --- */

static const char *reference_fault(const struct command_reference_add *c)
{
    bool further = c->of.data != NULL;
    if (c->key.size == 0 || (!further && blank(c->title)) || blank(c->body))
        return "A reference has a key, a title and a text.";
    if (!text_good(c->body) || !text_good(c->title))
        return "The text holds control characters.";
    return NULL;
}

/* The source's key alone: the same key is the same reference. */
static enum result reference_find(struct work *work, struct text key, uint8_t id[ID_SIZE],
                                  int64_t *seq)
{
    const struct bytes parts[] = {text_bytes(TEXT("reference")), text_bytes(key)};
    struct desk_request_find_row row;
    seal_id(id, NULL, parts, 2);
    enum result result =
        desk_request_find(work->clerk->desk, work->arena, bytes_of(id, ID_SIZE), &row);
    *seq = result == OK ? row.seq : 0;
    return result;
}

static enum result reference_reply(struct work *work, int64_t id, bool fresh)
{
    const struct reply_reference_added reply = {.id = id, .fresh = fresh};
    reply_reference_added_write(&work->reply, &reply);
    return OK;
}

/* What the asker said there stands here as his word: it is shown and moves nothing. Once; a choice
 * that is there stays. */
static enum result reference_chosen(struct work *work, int64_t answer)
{
    struct event event = {.kind = EVENT_ANSWER_CHOSEN};
    struct desk_posting_get_row row;
    struct board_choice_get_row now;
    enum result result = desk_posting_get(work->clerk->desk, work->arena, answer, &row);
    if (result != OK)
        return result == NOT_FOUND ? OK : result; /* withheld since */
    result = board_choice_get(work->clerk->board, work->arena, row.question, &now);
    if (result != NOT_FOUND)
        return result;
    event.answer_chosen =
        (struct event_answer_chosen){.question = row.question, .posting = answer, .member = 0};
    return clerk_record(work->clerk, &event, NULL, 0);
}

/* References are the operator's: no guard (their sources publish telephone numbers of
 * institutions), no author, one posting each. */
enum result reference_add_run(struct work *work)
{
    const struct command_reference_add *c = &work->command->reference_add;
    struct event event = {.kind = EVENT_POSTING_ADDED};
    struct event_posting_added *e = &event.posting_added;
    bool further = c->of.data != NULL;
    const struct text texts[] = {further ? NO_TEXT : c->title, c->body};
    int64_t before = 0;
    uint8_t parent[ID_SIZE];
    const char *fault = reference_fault(c);
    if (fault != NULL)
        return problem(work, INVALID, "body", fault);
    if ((int64_t)c->body.size > conf_int("posting.size_max"))
        return problem(work, TOO_MUCH, "body", "The text is too long.");
    fault = topics_read(work->arena, c->topics, &e->topics);
    if (fault != NULL)
        return problem(work, INVALID, "topics", fault);
    enum result result = reference_find(work, c->key, e->request, &before);
    bool chosen = further && c->has_chosen && c->chosen;
    if (result == OK && chosen)
        result = reference_chosen(work, before);
    if (result == OK)
        return reference_reply(work, before, false);
    if (result == NOT_FOUND && further)
        result = reference_find(work, c->of, parent, &e->question);
    if (further && result == NOT_FOUND)
        return problem(work, NOT_FOUND, "of", "What it answers is not here.");
    if (result != OK && result != NOT_FOUND)
        return result;
    e->kind = further ? POSTING_FURTHER : POSTING_REFERENCE;
    e->source = c->source;
    e->url = c->url;
    e->licence = c->licence;
    e->key = c->key;
    e->names = c->names;
    result = clerk_record(work->clerk, &event, texts, 2);
    if (result == OK && chosen)
        result = reference_chosen(work, event.seq);
    return result == OK ? reference_reply(work, event.seq, true) : result;
}

enum result text_blank_run(struct work *work)
{
    const struct command_text_blank *c = &work->command->text_blank;
    enum result result = posting_text_erase(work, c->seq, c->part, 0);
    if (result != OK && result != NOT_FOUND)
        work->clerk->fatal = result;
    return result;
}
