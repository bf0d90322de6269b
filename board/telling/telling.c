#include "board/telling/telling.h"

#include "board/account/account.h"
#include "board/telling/percolate.h"
#include "schema/board.h"
#include "schema/desk.h"

#include <string.h>

/* What a member follows, and how he is told of it. */

enum { COUNTED_MOST = 2000 }; /* a word in more postings than that is as common as any other */

/* --- codes that stand in addresses --- */

static void code_pack(struct work *work, const char *what, int64_t number, int64_t kind,
                      uint8_t code[TELLING_CODE_SIZE])
{
    const struct bytes key = bytes_of(work->clerk->keys.door_key, KEY_SIZE);
    const struct bytes parts[] = {text_bytes(TEXT("telling")), text_bytes(text_of(what)),
                                  bytes_of(code, 9)};
    for (size_t i = 0; i < 8; i++)
        code[i] = (uint8_t)((uint64_t)number >> (8 * i));
    code[8] = (uint8_t)kind;
    seal_id(code + 9, &key, parts, 3);
}

struct text telling_code(struct work *work, const char *what, int64_t number, int64_t kind)
{
    uint8_t code[TELLING_CODE_SIZE];
    code_pack(work, what, number, kind, code);
    return base64url_text(work->arena, bytes_of(code, sizeof(code)));
}

enum result telling_code_read(struct work *work, const char *what, struct text code,
                              int64_t *number, int64_t *kind)
{
    uint8_t given[TELLING_CODE_SIZE], right[TELLING_CODE_SIZE];
    uint64_t value = 0;
    if (!base64url_read_into(given, sizeof(given), code))
        return NOT_FOUND;
    for (size_t i = 0; i < 8; i++)
        value |= (uint64_t)given[i] << (8 * i);
    code_pack(work, what, (int64_t)value, given[8], right);
    if (!seal_equal(given, right, sizeof(given)))
        return NOT_FOUND;
    *number = (int64_t)value;
    *kind = given[8];
    return OK;
}

/* --- saved searches --- */

/* How many postings have this term, no further than COUNTED_MOST. */
static enum result term_rows(struct work *work, const struct query_term *term, int64_t *rows)
{
    struct board_topic_get_row topic;
    struct board_term_rows_row row;
    struct db *board = work->clerk->board;
    enum result result;
    if (term->term.data[0] == '#') {
        result = board_topic_get(board, work->arena, term->word, &topic);
        *rows = result == OK ? topic.threads : 0;
        return result == NOT_FOUND ? OK : result;
    }
    result = board_term_rows(
        board, work->arena,
        arena_format(work->arena, "\"%.*s\"", (int)term->word.size, term->word.data), COUNTED_MOST,
        &row);
    *rows = result == OK ? row.rows : 0;
    return result;
}

/* The rarest; of equally rare ones the longest, then the first of the spec's order. */
static enum result anchor_choose(struct work *work, const struct query *query, struct text *anchor)
{
    int64_t least = 0;
    enum result result = OK;
    *anchor = NO_TEXT;
    for (size_t i = 0; i < query->count && result == OK; i++) {
        const struct text term = query->terms[i].term;
        int64_t rows = 0;
        result = term_rows(work, &query->terms[i], &rows);
        bool better =
            anchor->data == NULL || rows < least || (rows == least && term.size > anchor->size);
        if (better) {
            *anchor = term;
            least = rows;
        }
    }
    return result;
}

static enum result search_check(struct work *work, struct text words, struct query *query)
{
    struct guard_finding *findings;
    struct desk_member_by_name_row author;
    size_t count = 0;
    const char *fault = query_read(work->arena, words, query);
    if (fault != NULL)
        return problem(work, INVALID, "q", fault);
    if (guard_check(work->clerk->guard, work->arena, words, &findings, &count) > 0)
        return problem(work, INVALID, "q",
                       "This points to a patient, and is not kept. Search for it without the "
                       "numbers and names.");
    if (query->author.data == NULL)
        return OK;
    enum result result = desk_member_by_name(work->clerk->desk, work->arena,
                                             pseudonym_key(work->arena, query->author), &author);
    return result == NOT_FOUND
               ? problem(work, INVALID, "q", "There is no colleague with this pseudonym.")
               : result;
}

enum result search_save_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    struct text words = text_trim(work->command->search_save.words);
    struct event event = {.kind = EVENT_SEARCH_SAVED};
    struct event_search_saved *e = &event.search_saved;
    struct desk_saved_of_row *rows;
    struct query query;
    size_t count = 0;
    request_put(work, e->request);
    enum result result = search_check(work, words, &query);
    if (result == OK)
        result =
            desk_saved_of(clerk->desk, work->arena, work->actor.member, SAVED_MAX, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        if (!text_equal(rows[i].words, words))
            continue;
        reply_created(work, rows[i].id);
        return OK;
    }
    if (result == OK && count >= SAVED_MAX)
        return problem(work, TOO_MUCH, "q",
                       "You have fifty saved searches; end one of them first.");
    if (result == OK)
        result = anchor_choose(work, &query, &e->anchor);
    if (result != OK)
        return result;
    e->member = work->actor.member;
    result = clerk_record(clerk, &event, &words, 1);
    if (result == OK)
        reply_created(work, event.seq);
    return result;
}

enum result search_drop_run(struct work *work)
{
    struct desk_saved_get_row row;
    int64_t search = work->command->search_drop.search;
    struct event event = {.kind = EVENT_SEARCH_DROPPED};
    enum result result = desk_saved_get(work->clerk->desk, work->arena, search, &row);
    if (result == OK && row.member != work->actor.member)
        result = NOT_FOUND;
    if (result != OK)
        return result;
    event.search_dropped =
        (struct event_search_dropped){.member = work->actor.member, .search = search};
    result = clerk_record(work->clerk, &event, NULL, 0);
    if (result == OK)
        result = text_erase(work, search, 0); /* what nobody needs any more is not kept */
    if (result != OK)
        work->clerk->fatal = result;
    return result;
}

/* --- threads --- */

enum result thread_follow_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    const struct command_thread_follow *c = &work->command->thread_follow;
    struct event event = {.kind = EVENT_THREAD_FOLLOWED};
    struct desk_posting_get_row thread;
    struct desk_follows_of_row *rows;
    size_t count = 0;
    bool follows = false;
    enum result result = desk_posting_get(clerk->desk, work->arena, c->question, &thread);
    if (result == OK && thread.question != c->question)
        result = NOT_FOUND;
    if (result == OK)
        result = desk_follows_of(clerk->desk, work->arena, work->actor.member, FOLLOWS_MAX, &rows,
                                 &count);
    if (result != OK)
        return result;
    for (size_t i = 0; i < count; i++)
        follows = follows || rows[i].question == c->question;
    if (follows == c->follows)
        return OK;
    if (c->follows && count >= FOLLOWS_MAX)
        return problem(work, TOO_MUCH, "", "You follow two hundred threads already.");
    event.thread_followed = (struct event_thread_followed){
        .member = work->actor.member, .question = c->question, .follows = c->follows};
    return clerk_record(clerk, &event, NULL, 0);
}

/* --- how it is mailed --- */

static enum result topic_followed_check(struct work *work, struct text topic)
{
    struct desk_interests_row *rows;
    size_t count = 0;
    enum result result =
        desk_interests(work->clerk->desk, work->arena, work->actor.member, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++)
        if (text_equal(rows[i].topic, topic))
            return OK;
    return result == OK ? NOT_FOUND : result;
}

enum result telling_set_run(struct work *work)
{
    const struct command_telling_set *c = &work->command->telling_set;
    struct event event = {.kind = EVENT_TELLING_SET};
    struct event_telling_set *e = &event.telling_set;
    struct desk_saved_get_row saved;
    enum result result = OK;
    *e = (struct event_telling_set){
        .member = work->actor.member, .kind = c->kind, .how = c->how, .topic = NO_TEXT};
    if (c->kind == TELL_TOPIC) {
        result = topic_followed_check(work, c->topic);
        e->topic = c->topic;
    }
    if (c->kind == TELL_SEARCH) {
        result = desk_saved_get(work->clerk->desk, work->arena, c->search, &saved);
        if (result == OK && saved.member != work->actor.member)
            result = NOT_FOUND;
        e->has_search = true;
        e->search = c->search;
    }
    return result == OK ? clerk_record(work->clerk, &event, NULL, 0) : result;
}

/* --- everything, for the pages --- */

static enum result topics_list(struct work *work, struct reply_following *reply)
{
    struct desk_topics_told_row *rows;
    size_t count = 0;
    enum result result =
        desk_topics_told(work->clerk->desk, work->arena, work->actor.member, &rows, &count);
    reply->topics = arena_array(work->arena, struct record_followed_topic, count + 1);
    for (size_t i = 0; i < count && i < TOPICS_FOLLOWED_MAX && result == OK; i++)
        reply->topics[reply->topics_count++] =
            (struct record_followed_topic){rows[i].topic, rows[i].how};
    return result;
}

static enum result searches_list(struct work *work, struct reply_following *reply)
{
    struct desk_saved_of_row *rows;
    size_t count = 0;
    enum result result =
        desk_saved_of(work->clerk->desk, work->arena, work->actor.member, SAVED_MAX, &rows, &count);
    reply->searches = arena_array(work->arena, struct record_saved_search, SAVED_MAX);
    for (size_t i = 0; i < count && result == OK; i++)
        reply->searches[reply->searches_count++] =
            (struct record_saved_search){rows[i].id, rows[i].words, rows[i].how};
    return result;
}

static enum result news_list(struct work *work, const struct desk_reader_get_row *reader,
                             struct reply_following *reply)
{
    int64_t after = reader->seen > reader->since ? reader->seen : reader->since;
    struct news *news;
    size_t count = 0;
    enum result result =
        news_collect(work, work->actor.member, after, reply->upto, HOW_ANY, &news, &count);
    reply->news = arena_array(work->arena, struct record_news, NEWS_MAX);
    for (size_t i = 0; i < count && result == OK; i++)
        reply->news[reply->news_count++] = (struct record_news){
            news[i].kind, news[i].question, news[i].posting, news[i].label, news[i].count};
    return result;
}

enum result following_run(struct work *work)
{
    struct reply_following reply = {.upto = work->clerk->head};
    struct desk_reader_get_row reader;
    struct desk_follows_of_row *threads;
    size_t thread_count = 0;
    struct db *desk = work->clerk->desk;
    enum result result = reader_find(work, work->actor.member, &reader);
    if (result == OK) {
        reply.mailed = reader.mailed != 0;
        reply.answers = reader.answers;
        reply.opinions = reader.opinions != 0;
        reply.threads_how = reader.threads;
        reply.comments = reader.comments;
        reply.thanks = reader.thanks;
        reply.marks = reader.marks;
        result = news_list(work, &reader, &reply);
    }
    if (result == OK)
        result = topics_list(work, &reply);
    if (result == OK)
        result = searches_list(work, &reply);
    if (result == OK)
        result = desk_follows_of(desk, work->arena, work->actor.member, FOLLOWS_MAX, &threads,
                                 &thread_count);
    reply.threads = (int64_t)thread_count;
    if (result == OK)
        result = feeds_list(work, &reply.feeds, &reply.feeds_count);
    if (result == OK)
        reply_following_write(&work->reply, &reply);
    return result;
}
