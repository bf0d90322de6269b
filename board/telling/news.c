#include "board/telling/telling.h"

#include "schema/board.h"
#include "schema/desk.h"

#include <stdlib.h>

/* What is new to one member in what he follows. A short read a topic, search and thread: bounded by
 * how much one may follow, whatever was posted meanwhile. */

enum { OF_EACH = 50 }; /* newest of one topic or search */

enum result reader_find(struct work *work, int64_t member, struct desk_reader_get_row *reader)
{
    enum result result = desk_reader_get(work->clerk->desk, work->arena, member, reader);
    if (result != NOT_FOUND)
        return result;
    *reader = (struct desk_reader_get_row){.mailed = 1,
                                           .threads = HOW_DAILY,
                                           .answers = HOW_DAILY,
                                           .opinions = 1,
                                           .comments = HOW_DAILY,
                                           .thanks = HOW_DAILY,
                                           .marks = HOW_DAILY};
    return OK;
}

struct collected {
    struct news *list;
    size_t count, room;
};

static void news_add(struct collected *all, struct news item)
{
    if (all->count < all->room)
        all->list[all->count++] = item;
}

static enum result topics_collect(struct work *work, int64_t member, int64_t after, int64_t upto,
                                  int64_t how, struct collected *all)
{
    struct desk_topics_told_row *topics;
    size_t topic_count = 0;
    enum result result =
        desk_topics_told(work->clerk->desk, work->arena, member, &topics, &topic_count);
    for (size_t t = 0; t < topic_count && result == OK; t++) {
        struct board_topic_news_row *rows;
        size_t count = 0;
        if (how != HOW_ANY && topics[t].how != how)
            continue;
        result = board_topic_news(work->clerk->board, work->arena, topics[t].topic, after, upto,
                                  member, OF_EACH, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++)
            news_add(all, (struct news){TELL_TOPIC, rows[i].question, rows[i].question, 1,
                                        rows[i].question, topics[t].topic});
    }
    return result;
}

/* Nobody is told of what stood there before he asked, however it is worded since. */
static enum result search_collect(struct work *work, int64_t member, int64_t search,
                                  struct bytes key, struct text words, int64_t after, int64_t upto,
                                  struct collected *all)
{
    struct desk_saved_news_row *rows;
    size_t count = 0;
    enum result result = desk_saved_news(work->clerk->desk, work->arena, key, search, after, upto,
                                         member, OF_EACH, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++)
        news_add(all, (struct news){TELL_SEARCH, rows[i].question, rows[i].posting, 1, rows[i].seq,
                                    words});
    return result;
}

static enum result searches_collect(struct work *work, int64_t member, int64_t after, int64_t upto,
                                    int64_t how, struct collected *all)
{
    struct desk_saved_of_row *rows;
    size_t count = 0;
    enum result result =
        desk_saved_of(work->clerk->desk, work->arena, member, SAVED_MAX, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        if (how != HOW_ANY && rows[i].how != how)
            continue;
        result =
            search_collect(work, member, rows[i].id, rows[i].key, rows[i].words, after, upto, all);
    }
    return result;
}

static enum result threads_collect(struct work *work, int64_t member, int64_t after, int64_t upto,
                                   struct collected *all)
{
    struct desk_follows_of_row *rows;
    size_t count = 0;
    enum result result =
        desk_follows_of(work->clerk->desk, work->arena, member, FOLLOWS_MAX, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        struct board_thread_news_row thread;
        result = board_thread_news(work->clerk->board, work->arena, rows[i].question, after, upto,
                                   member, &thread);
        if (result == OK && thread.answers > 0)
            news_add(all, (struct news){TELL_THREADS, rows[i].question, thread.last, thread.answers,
                                        thread.last, TEXT("")});
    }
    return result;
}

int64_t own_how(const struct desk_reader_get_row *reader, int64_t notice)
{
    return notice == NOTICE_COMMENT  ? reader->comments
           : notice == NOTICE_THANKS ? reader->thanks
           : notice == NOTICE_MARK   ? reader->marks
           /* At once and daily, answers have a mail of their own (fold_telling.c). */
           : notice == NOTICE_ANSWER && reader->answers == HOW_WEEKLY ? HOW_WEEKLY
                                                                      : HOW_NEVER;
}

/* What others said to his own postings and he has not looked at: his notices, for mails alone. */
static enum result own_collect(struct work *work, int64_t member,
                               const struct desk_reader_get_row *reader, int64_t after,
                               int64_t upto, int64_t how, struct collected *all)
{
    struct board_own_news_row *rows;
    size_t count = 0;
    enum result result = board_own_news(work->clerk->board, work->arena, member,
                                        after * NOTICES_PER_EVENT + NOTICES_PER_EVENT - 1,
                                        upto * NOTICES_PER_EVENT + NOTICES_PER_EVENT - 1,
                                        reader->answers == HOW_WEEKLY, OF_EACH, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        int64_t kind = rows[i].kind == NOTICE_ANSWER
                           ? TELL_ANSWERS
                           : rows[i].kind - NOTICE_COMMENT + TELL_COMMENTS;
        if (own_how(reader, rows[i].kind) == how)
            news_add(all, (struct news){kind, rows[i].question, rows[i].question, 1,
                                        rows[i].id / NOTICES_PER_EVENT, TEXT("")});
    }
    return result;
}

/* By thread; within one, what is closest to him first: his own postings, thread, search, topic. */
static int by_thread(const void *a, const void *b)
{
    const struct news *x = a, *y = b;
    if (x->question != y->question)
        return x->question < y->question ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind > y->kind ? -1 : 1;
    return x->seq > y->seq ? -1 : x->seq < y->seq;
}

static int newest_first(const void *a, const void *b)
{
    const struct news *x = a, *y = b;
    return x->seq > y->seq ? -1 : x->seq < y->seq;
}

/* A row a thread, newest first. */
static void threads_join(struct collected *all)
{
    size_t kept = 0;
    qsort(all->list, all->count, sizeof(*all->list), by_thread);
    for (size_t i = 0; i < all->count; i++) {
        struct news *last = kept > 0 ? &all->list[kept - 1] : NULL;
        if (last == NULL || last->question != all->list[i].question) {
            all->list[kept++] = all->list[i];
            continue;
        }
        if (last->kind == TELL_SEARCH && all->list[i].kind == TELL_SEARCH &&
            last->posting != all->list[i].posting && last->label.data == all->list[i].label.data)
            last->count++;
        if (all->list[i].posting > last->posting)
            last->posting = all->list[i].posting;
        if (all->list[i].seq > last->seq)
            last->seq = all->list[i].seq;
    }
    qsort(all->list, kept, sizeof(*all->list), newest_first);
    all->count = kept < NEWS_MAX ? kept : NEWS_MAX;
}

static void collected_open(struct work *work, struct collected *all)
{
    all->count = 0;
    all->room = (size_t)(TOPICS_FOLLOWED_MAX + SAVED_MAX + 1) * OF_EACH + FOLLOWS_MAX;
    all->list = arena_array(work->arena, struct news, all->room);
}

enum result news_collect(struct work *work, int64_t member, int64_t after, int64_t upto,
                         int64_t how, struct news **news, size_t *count)
{
    struct collected all;
    struct desk_reader_get_row reader;
    collected_open(work, &all);
    enum result result = topics_collect(work, member, after, upto, how, &all);
    if (result == OK)
        result = searches_collect(work, member, after, upto, how, &all);
    if (result == OK)
        result = reader_find(work, member, &reader);
    if (result == OK && (how == HOW_ANY || reader.threads == how))
        result = threads_collect(work, member, after, upto, &all);
    if (result == OK && how != HOW_ANY)
        result = own_collect(work, member, &reader, after, upto, how, &all);
    threads_join(&all);
    *news = all.list;
    *count = all.count;
    return result;
}

enum result news_topics(struct work *work, int64_t member, int64_t after, struct news **news,
                        size_t *count)
{
    struct collected all;
    collected_open(work, &all);
    enum result result = topics_collect(work, member, after, work->clerk->head, HOW_ANY, &all);
    threads_join(&all);
    *news = all.list;
    *count = all.count;
    return result;
}

enum result news_search(struct work *work, int64_t member, int64_t search, struct news **news,
                        size_t *count, struct text *words)
{
    struct collected all;
    struct desk_saved_get_row row;
    collected_open(work, &all);
    enum result result = desk_saved_get(work->clerk->desk, work->arena, search, &row);
    if (result == OK && row.member != member)
        result = NOT_FOUND;
    if (result == OK)
        result = search_collect(work, member, search, row.key, row.words, search, work->clerk->head,
                                &all);
    if (result != OK)
        return result;
    threads_join(&all);
    *words = row.words;
    *news = all.list;
    *count = all.count;
    return OK;
}
