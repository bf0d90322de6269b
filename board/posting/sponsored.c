#include "board/posting/sponsored.h"

#include "board/desk/moderation.h"
#include "board/posting/posting.h"
#include "core/clock.h"
#include "core/conf.h"
#include "schema/board.h"
#include "schema/desk.h"

enum {
    SHARE_WHOLE = 1000,
    THREADS_COUNTED = 100000,
    TOPIC_THREADS = 11, /* as nothing of fewer is told anywhere else */
    TOPICS_LISTED = 100
};

/* The actor's organisation, as members read it. */
static enum result name_find(struct work *work, struct text *name)
{
    struct board_sponsor_name_row row;
    enum result result =
        board_sponsor_name(work->clerk->board, work->arena, work->actor.member, &row);
    *name = result == OK ? row.name : TEXT("");
    return result == OK && name->size == 0 ? BROKEN : result;
}

/* --- how many may be asked --- */

struct room {
    int64_t own, own_most, days;
    struct text full; /* why there is none, for a person; "" there is */
};

/* Whether one more is within the share of all questions that may be sponsors'. No count of members'
 * questions leaves here: reports have that, with noise. */
static enum result share_has_room(struct work *work, int64_t every, int64_t since_ms, bool *has)
{
    struct board_threads_since_row threads;
    int64_t share = conf_int("sponsor.questions_share");
    int64_t need = ((every + 1) * (SHARE_WHOLE - share) + share - 1) / share;
    *has = every == 0 || need == 0; /* a small house may have one */
    if (*has || need > THREADS_COUNTED)
        return OK;
    enum result result =
        board_threads_since(work->clerk->board, work->arena, since_ms, need, &threads);
    *has = result == OK && threads.threads >= need;
    return result;
}

static enum result room_find(struct work *work, struct text name, struct room *room)
{
    struct desk_sponsored_since_row counts;
    bool has = false;
    *room = (struct room){.own_most = conf_int("sponsor.questions"),
                          .days = conf_int("sponsor.question_days"),
                          .full = TEXT("")};
    int64_t since_ms = work->clerk->now_ms - room->days * DAY_MS;
    enum result result =
        desk_sponsored_since(work->clerk->desk, work->arena, name, since_ms, &counts);
    if (result == OK)
        result = share_has_room(work, counts.every, since_ms, &has);
    if (result != OK)
        return result;
    room->own = counts.own;
    int64_t share = conf_int("sponsor.questions_share");
    if (room->own_most == 0)
        room->full = TEXT("Sponsors do not put questions to members here.");
    else if (room->own >= room->own_most)
        room->full = arena_format(
            work->arena,
            "At most %lld of your questions may wait or stand from the last %lld days, and "
            "there are that many.",
            (long long)room->own_most, (long long)room->days);
    else if (!has)
        room->full = arena_format(
            work->arena,
            "At most %lld.%lld%% of the questions here may be sponsors’, counted over %lld days, "
            "and that share is taken. One can be asked again when members have asked more, or "
            "older ones are out of those days.",
            (long long)(share / 10), (long long)(share % 10), (long long)room->days);
    return OK;
}

/* --- asking --- */

/* Only topics of the public list. Votes are counted for reports within bounds that hold for each
 * topic, so one of a sponsor's own making would be a way around them; and whether a rare one is
 * there would tell that somebody asked. */
static enum result topics_check(struct work *work, struct text topics)
{
    struct text rest = topics, topic;
    if (topics.size == 0)
        return problem(work, INVALID, "topics", "Name one to five topics of the list.");
    while (text_next(&rest, ' ', &topic)) {
        struct board_topic_open_row row;
        enum result result =
            board_topic_open(work->clerk->board, work->arena, topic, TOPIC_THREADS, &row);
        if (result != OK)
            return result;
        if (!row.is)
            return problem(work, INVALID, "topics",
                           arena_format(work->arena, "“%.*s” is not among the topics of the list.",
                                        (int)topic.size, topic.data)
                               .data);
    }
    return OK;
}

static enum result texts_check(struct work *work, struct text *topics)
{
    const struct command_sponsor_ask *c = &work->command->sponsor_ask;
    const char *fault = topics_read(work->arena, c->topics, topics);
    if (fault != NULL)
        return problem(work, INVALID, "topics", fault);
    enum result result = posting_title_check(work, c->title);
    if (result == OK)
        result = posting_body_check(work, c->body);
    return result == OK ? topics_check(work, *topics) : result;
}

enum result sponsor_ask_run(struct work *work)
{
    const struct command_sponsor_ask *c = &work->command->sponsor_ask;
    struct event event = {.kind = EVENT_POSTING_ADDED};
    struct event_posting_added *e = &event.posting_added;
    const struct text texts[] = {c->title, c->body};
    struct text name;
    struct room room;
    request_put(work, e->request);
    enum result result = name_find(work, &name);
    if (result == OK)
        result = texts_check(work, &e->topics);
    if (result == OK)
        result = room_find(work, name, &room);
    if (result == OK && room.full.size > 0)
        result = problem(work, CONFLICT, "", arena_text(work->arena, room.full).data);
    if (result != OK)
        return result;
    e->kind = POSTING_QUESTION;
    e->member = 0;
    e->source = name;
    e->has_sponsor = true;
    e->sponsor = work->actor.member;
    e->has_held = e->held = true;
    result = clerk_record(work->clerk, &event, texts, sizeof(texts) / sizeof(*texts));
    if (result == OK)
        reply_created(work, event.seq);
    return result;
}

/* --- what he may know of his own --- */

static enum result question_fill(struct work *work, int64_t question,
                                 struct record_sponsor_question *out, struct text *body)
{
    struct desk_sponsored_get_row row;
    struct board_sponsored_text_row text;
    enum result result = desk_sponsored_get(work->clerk->desk, work->arena, question, &row);
    if (result == OK && row.sponsor != work->actor.member)
        return NOT_FOUND;
    if (result == OK)
        result = board_sponsored_text(work->clerk->board, work->arena, question, &text);
    if (result != OK)
        return result;
    *out = (struct record_sponsor_question){.question = question,
                                            .title = text.title,
                                            .topics = text.topics,
                                            .at_ms = row.at_ms,
                                            .state = row.state,
                                            .decided_ms = row.decided_ms,
                                            .reason = row.reason,
                                            .words = text.words};
    *body = text.body;
    return OK;
}

static enum result topics_list(struct work *work, struct text *topics)
{
    struct board_topics_open_row *rows;
    struct buf out;
    size_t count = 0;
    enum result result = board_topics_open(work->clerk->board, work->arena, TOPIC_THREADS,
                                           TOPICS_LISTED, &rows, &count);
    buf_open(&out, work->arena, 1024);
    for (size_t i = 0; i < count && result == OK; i++) {
        buf_add(&out, i > 0 ? " " : "", i > 0);
        buf_add(&out, rows[i].name.data, rows[i].name.size);
    }
    *topics = buf_done(&out);
    return result;
}

enum result sponsor_questions_run(struct work *work)
{
    struct reply_sponsor_questions reply = {.share = conf_int("sponsor.questions_share")};
    struct desk_sponsored_of_row *rows;
    struct text body;
    struct room room;
    size_t count = 0;
    enum result result = name_find(work, &reply.name);
    if (result == OK)
        result = room_find(work, reply.name, &room);
    if (result == OK)
        result = desk_sponsored_of(work->clerk->desk, work->arena, work->actor.member,
                                   SPONSORED_LISTED, &rows, &count);
    if (result != OK)
        return result;
    result = topics_list(work, &reply.topics);
    reply.own = room.own;
    reply.own_most = room.own_most;
    reply.days = room.days;
    reply.full = room.full;
    reply.questions = arena_array(work->arena, struct record_sponsor_question, count + 1);
    for (size_t i = 0; i < count && result == OK; i++)
        result =
            question_fill(work, rows[i].question, &reply.questions[reply.questions_count++], &body);
    if (result == OK)
        reply_sponsor_questions_write(&work->reply, &reply);
    return result;
}

enum result sponsor_question_run(struct work *work)
{
    struct reply_sponsor_question reply = {0};
    enum result result =
        question_fill(work, work->command->sponsor_question.question, &reply.question, &reply.body);
    if (result == OK)
        result = name_find(work, &reply.name);
    if (result == OK)
        reply_sponsor_question_write(&work->reply, &reply);
    return result;
}

enum result sponsored_is(struct work *work, int64_t question, bool *is)
{
    struct desk_sponsored_by_row row;
    enum result result = desk_sponsored_by(work->clerk->desk, work->arena, question, &row);
    *is = result == OK;
    return result == NOT_FOUND ? OK : result;
}
