/* What the operator's importers bring in: references, comments on them, what a topic is about. They
 * are the operator's: no guard (their sources publish telephone numbers of institutions), no
 * author here, each thing once. */
#include "board/posting/posting.h"

#include "core/conf.h"
#include "schema/board.h"
#include "schema/desk.h"

static bool blank(struct text text)
{
    return text_trim(text).size == 0;
}

static const char *reference_fault(const struct command_reference_add *c)
{
    bool further = c->of.data != NULL;
    if (c->key.size == 0 || (!further && blank(c->title)) || blank(c->body))
        return "A reference has a key, a title and a text.";
    if (!text_good(c->body) || !text_good(c->title))
        return "The text holds control characters.";
    return NULL;
}

/* The source's key alone: the same key is the same reference, or the same comment. */
static enum result source_find(struct work *work, const char *what, struct text key,
                               uint8_t id[ID_SIZE], int64_t *seq)
{
    const struct bytes parts[] = {text_bytes(text_of(what)), text_bytes(key)};
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
    enum result result = source_find(work, "reference", c->key, e->request, &before);
    bool chosen = further && c->has_chosen && c->chosen;
    if (result == OK && chosen)
        result = reference_chosen(work, before);
    if (result == OK)
        return reference_reply(work, before, false);
    if (result == NOT_FOUND && further)
        result = source_find(work, "reference", c->of, parent, &e->question);
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

/* A comment moves nothing but its posting's page and index, as a member's does. */
enum result reference_comment_run(struct work *work)
{
    const struct command_reference_comment *c = &work->command->reference_comment;
    struct event event = {.kind = EVENT_COMMENT_ADDED};
    struct event_comment_added *e = &event.comment_added;
    struct desk_posting_get_row place;
    int64_t before = 0;
    uint8_t parent[ID_SIZE];
    if (c->key.size == 0 || blank(c->body) || !text_good(c->body))
        return problem(work, INVALID, "body", "A comment has a key and a text.");
    enum result result = source_find(work, "comment", c->key, e->request, &before);
    if (result == OK)
        return reference_reply(work, before, false);
    if (result == NOT_FOUND)
        result = source_find(work, "reference", c->of, parent, &e->posting);
    if (result == OK) /* NOT_FOUND also while it is withheld */
        result = desk_posting_get(work->clerk->desk, work->arena, e->posting, &place);
    if (result == NOT_FOUND)
        return problem(work, NOT_FOUND, "of", "What it is about is not here.");
    if (result != OK)
        return result;
    e->question = place.question;
    e->source = c->source;
    e->has_said_ms = c->said_ms > 0 && c->said_ms <= work->clerk->now_ms;
    e->said_ms = e->has_said_ms ? c->said_ms : 0;
    result = clerk_record(work->clerk, &event, &c->body, 1);
    return result == OK ? reference_reply(work, event.seq, true) : result;
}

/* The first description a topic gets stays, whoever wrote it: an admin's words, or what another
 * community said, are not for an import to replace. */
enum result reference_topic_run(struct work *work)
{
    const struct command_reference_topic *c = &work->command->reference_topic;
    struct event event = {.kind = EVENT_TOPIC_DESCRIBED};
    struct event_topic_described *e = &event.topic_described;
    const struct text texts[] = {c->excerpt, blank(c->body) ? NO_TEXT : c->body};
    struct board_topic_about_get_row now;
    if (!topic_valid(c->topic))
        return problem(work, INVALID, "topic", "There can be no such topic.");
    if (blank(c->excerpt) || !text_good(c->excerpt) || !text_good(c->body))
        return problem(work, INVALID, "excerpt", "A description has a text.");
    enum result result = board_topic_about_get(work->clerk->board, work->arena, c->topic, &now);
    if (result == OK)
        return reference_reply(work, now.id, false);
    if (result != NOT_FOUND)
        return result;
    /* One that was taken over and blanked since has a row as well; so this is the topic's first. */
    const struct bytes parts[] = {text_bytes(TEXT("topic")), text_bytes(c->topic)};
    seal_id(e->request, NULL, parts, 2);
    e->topic = c->topic;
    e->source = c->source;
    e->url = c->url;
    e->licence = c->licence;
    result = clerk_record(work->clerk, &event, texts, 2);
    return result == OK ? reference_reply(work, event.seq, true) : result;
}
