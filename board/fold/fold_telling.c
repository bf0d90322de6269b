#include "board/fold/fold.h"

#include "board/board.h"
#include "board/telling/percolate.h"
#include "board/telling/telling.h"
#include "core/session.h"
#include "schema/board.h"
#include "schema/desk.h"

/* What telling events do to board.db and desk.db. As in the two folds that call this: no clock,
 * settings or chance. */

/* --- board.db --- */

static enum result own_threads(struct fold_board *fold, const struct event *event,
                               struct arena *arena)
{
    const struct event_thread_followed *e = &event->thread_followed;
    uint8_t key[KEY_SIZE], tag[SESSION_TAG_SIZE];
    struct bytes plain;
    enum result result = keyring_view_key(fold->keys, arena, e->member, key);
    if (result == NOT_FOUND)
        return OK; /* who has left has no own rows */
    if (result != OK)
        return result;
    session_follows_tag(tag, key);
    result = fold_own_read(fold, arena, key, tag, &plain);
    if (result == OK)
        result = fold_own_write(fold, arena, key, tag, event->seq,
                                session_follows_put(arena, plain, e->question, e->follows));
    seal_wipe(key, sizeof(key));
    return result;
}

static enum result opinion_gone(struct db *db, const struct event *event)
{
    const struct event_opinion_declined *e = &event->opinion_declined;
    enum result result = board_opinion_remove(db, e->member, e->question);
    THEN(result, board_member_unread_count(db, e->member));
    return result;
}

enum result fold_board_telling(struct fold_board *fold, const struct event *event,
                               struct arena *arena, bool *known)
{
    *known = true;
    switch ((int)event->kind) {
    case EVENT_THREAD_FOLLOWED:
        return own_threads(fold, event, arena);
    case EVENT_OPINION_SOUGHT:
        return fold_notify(fold->db, event->seq * NOTICES_PER_EVENT, event->opinion_sought.member,
                           NOTICE_OPINION, event->opinion_sought.question, event->at_ms);
    case EVENT_OPINION_DECLINED:
        return opinion_gone(fold->db, event);
    case EVENT_SEARCH_SAVED:
    case EVENT_SEARCH_DROPPED:
    case EVENT_TELLING_SET:
    case EVENT_DIGEST_MADE:
    case EVENT_FEED_MADE:
    case EVENT_FEED_DROPPED:
        return OK; /* the desk's business */
    }
    *known = false;
    return OK;
}

/* --- desk.db --- */

/* The searches that a wording matches, and none of the posting's earlier ones did. */
static enum result hits_add(struct db *db, const struct journal_entry *entry, struct arena *arena,
                            int64_t posting, const struct posting_facts *facts)
{
    struct desk_queries_of_terms_row *rows;
    size_t count = 0;
    struct posting_terms *terms = posting_terms_read(arena, facts);
    enum result result =
        desk_queries_of_terms(db, arena, posting_terms_json(arena, terms), &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        if (!query_matches(terms, rows[i].spec))
            continue;
        result = desk_hit_add(db, rows[i].key, posting, entry->event.seq, entry->event.at_ms);
        THEN(result, desk_hits_trim(db, rows[i].key));
    }
    return result;
}

static struct posting_facts facts_of(const struct journal_entry *entry, struct text topics,
                                     int64_t kind, int64_t member)
{
    struct text title = entry->texts[0], body = entry->texts[1];
    return (struct posting_facts){.title = title.data == NULL ? TEXT("") : title,
                                  .body = body.data == NULL ? TEXT("") : body,
                                  .topics = topics,
                                  .kind = kind,
                                  .member = member};
}

enum result fold_telling_posting(struct db *db, const struct journal_entry *entry,
                                 struct arena *arena)
{
    const struct event *event = &entry->event;
    const struct event_posting_added *e = &event->posting_added;
    struct desk_thread_topics_get_row thread = {e->topics};
    if (e->kind > POSTING_ANSWER)
        return OK; /* references are no news */
    enum result result;
    if (e->question == 0)
        result = desk_thread_topics_add(db, event->seq, e->topics);
    else
        result = desk_thread_topics_get(db, arena, e->question, &thread);
    if (result == NOT_FOUND) /* an answer to a reference */
        result = OK;
    const struct posting_facts facts = facts_of(entry, thread.topics, e->kind, e->member);
    return result == OK ? hits_add(db, entry, arena, event->seq, &facts) : result;
}

enum result fold_telling_edit(struct db *db, const struct journal_entry *entry, struct arena *arena)
{
    const struct event_posting_edited *e = &entry->event.posting_edited;
    struct desk_posting_standing_row posting;
    struct desk_thread_topics_get_row thread = {TEXT("")};
    enum result result = desk_posting_standing(db, arena, e->posting, &posting);
    THEN(result, desk_thread_topics_get(db, arena, e->question, &thread));
    if (result == NOT_FOUND)
        return OK; /* under a reference there are no topics to hold it against */
    const struct posting_facts facts = facts_of(entry, thread.topics, posting.kind, e->member);
    return result == OK ? hits_add(db, entry, arena, e->posting, &facts) : result;
}

enum result fold_telling_answer(struct db *db, int64_t mail, int64_t asker, int64_t question,
                                int64_t at_ms)
{
    struct desk_reader_get_row reader = {.answers = HOW_DAILY};
    struct arena none = {0}; /* numbers only */
    enum result result = desk_reader_get(db, &none, asker, &reader);
    if (result == NOT_FOUND)
        result = OK;
    if (result != OK || reader.answers == HOW_WEEKLY)
        return result; /* weekly, his notices say it */
    return desk_mail_add(db, mail, asker, NOTICE_ANSWER, question, at_ms);
}

enum result fold_telling_own(struct db *db, const struct event *event, int64_t author,
                             int64_t member)
{
    /* What is said now is the first of it that he is told. */
    return author > 0 && author != member ? desk_reader_add(db, author, event->seq - 1) : OK;
}

/* With its text blanked it has been dropped since, and left nothing. */
static enum result search_saved(struct db *db, const struct journal_entry *entry,
                                struct arena *arena)
{
    const struct event *event = &entry->event;
    const struct event_search_saved *e = &event->search_saved;
    struct desk_member_by_name_row author;
    struct query query;
    uint8_t key[ID_SIZE];
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_reader_add(db, e->member, event->seq));
    if (result != OK || entry->texts[0].data == NULL)
        return result;
    if (query_read(arena, entry->texts[0], &query) != NULL)
        return BROKEN;
    if (query.author.data != NULL) {
        result = desk_member_by_name(db, arena, pseudonym_key(arena, query.author), &author);
        if (result == OK)
            query_author(arena, &query, author.id);
    }
    const struct bytes parts[] = {text_bytes(e->anchor), text_bytes(query.spec)};
    seal_id(key, NULL, parts, 2);
    THEN(result, desk_query_add(db, e->anchor, bytes_of(key, ID_SIZE), query.spec));
    THEN(result,
         desk_saved_add(db, event->seq, e->member, bytes_of(key, ID_SIZE), entry->texts[0]));
    return result;
}

static enum result saved_forget(struct db *db, int64_t id, struct bytes key)
{
    enum result result = desk_saved_remove(db, id);
    THEN(result, desk_queries_sweep(db, key));
    THEN(result, desk_hits_sweep(db, key));
    THEN(result, desk_feeds_of_search_remove(db, id));
    return result;
}

static enum result search_dropped(struct db *db, const struct event *event, struct arena *arena)
{
    struct desk_saved_get_row row;
    enum result result = desk_saved_get(db, arena, event->search_dropped.search, &row);
    if (result == NOT_FOUND)
        return OK;
    THEN(result, saved_forget(db, event->search_dropped.search, row.key));
    return result;
}

static enum result thread_followed(struct db *db, const struct event *event)
{
    const struct event_thread_followed *e = &event->thread_followed;
    enum result result = desk_reader_add(db, e->member, event->seq);
    THEN(result, e->follows ? desk_follow_add(db, e->question, e->member)
                            : desk_follow_remove(db, e->question, e->member));
    return result;
}

static enum result telling_set(struct db *db, const struct event *event)
{
    const struct event_telling_set *e = &event->telling_set;
    enum result result = desk_reader_add(db, e->member, event->seq);
    /* What is told at once, is told of what comes from now on. */
    if ((e->kind <= TELL_THREADS || e->kind >= TELL_COMMENTS) && e->how == HOW_ONCE)
        THEN(result, desk_reader_told(db, e->member, HOW_ONCE, event->seq, event->at_ms));
    if (result != OK)
        return result;
    switch (e->kind) {
    case TELL_TOPIC:
        return desk_topic_mail_set(db, e->topic, e->member, e->how);
    case TELL_SEARCH:
        return desk_saved_how_set(db, e->search, e->how);
    case TELL_THREADS:
        return desk_reader_threads_set(db, e->member, e->how);
    case TELL_ANSWERS:
        return desk_reader_answers_set(db, e->member, e->how);
    case TELL_OPINIONS:
        return desk_reader_opinions_set(db, e->member, e->how);
    case TELL_COMMENTS:
    case TELL_THANKS:
    case TELL_MARKS:
        return desk_reader_own_set(db, e->member, e->kind, e->how);
    case TELL_ALL:
        return desk_reader_mailed_set(db, e->member, e->how > 0 ? 1 : 0);
    default:
        return BROKEN;
    }
}

static enum result digest_made(struct db *db, const struct event *event)
{
    const struct event_digest_made *e = &event->digest_made;
    int64_t mail = event->seq * NOTICES_PER_EVENT;
    enum result result = desk_reader_told(db, e->member, e->how, e->upto, event->at_ms);
    THEN(result, desk_mail_add(db, mail, e->member, MAIL_DIGEST, 0, event->at_ms));
    THEN(result, desk_digest_add(db, mail, e->member, e->how, e->since, e->upto,
                                 e->answers.data == NULL ? TEXT("") : e->answers));
    return result;
}

static enum result opinion_sought(struct db *db, const struct event *event)
{
    const struct event_opinion_sought *e = &event->opinion_sought;
    enum result result = desk_opinion_add(db, e->question, e->member, event->at_ms);
    THEN(result, desk_mail_add(db, event->seq * NOTICES_PER_EVENT, e->member, NOTICE_OPINION,
                               e->question, event->at_ms));
    return result;
}

enum result fold_telling_topic(struct db *db, const struct event *event)
{
    const struct event_topic_followed *e = &event->topic_followed;
    enum result result = desk_reader_add(db, e->member, event->seq);
    if (!e->follows)
        THEN(result, desk_topic_mail_remove(db, e->topic, e->member));
    return result;
}

enum result fold_telling_left(struct db *db, int64_t member, struct arena *arena)
{
    struct desk_saved_of_row *rows;
    size_t count = 0;
    enum result result = desk_saved_of(db, arena, member, SAVED_MAX, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++)
        result = saved_forget(db, rows[i].id, rows[i].key);
    THEN(result, desk_topic_mails_remove(db, member));
    THEN(result, desk_follows_remove(db, member));
    THEN(result, desk_feeds_remove(db, member));
    THEN(result, desk_digests_remove(db, member));
    THEN(result, desk_subscriptions_remove(db, member));
    THEN(result, desk_report_mails_remove(db, member));
    THEN(result, desk_opinions_remove(db, member));
    THEN(result, desk_reader_remove(db, member));
    return result;
}

enum result fold_desk_telling(struct db *db, const struct journal_entry *entry, struct arena *arena,
                              bool *known)
{
    const struct event *event = &entry->event;
    *known = true;
    switch ((int)event->kind) {
    case EVENT_SEARCH_SAVED:
        return search_saved(db, entry, arena);
    case EVENT_SEARCH_DROPPED:
        return search_dropped(db, event, arena);
    case EVENT_THREAD_FOLLOWED:
        return thread_followed(db, event);
    case EVENT_TELLING_SET:
        return telling_set(db, event);
    case EVENT_DIGEST_MADE:
        return digest_made(db, event);
    case EVENT_FEED_MADE:
        return desk_feed_add(db, event->seq, event->feed_made.member, event->feed_made.kind,
                             event->feed_made.search, event->at_ms);
    case EVENT_FEED_DROPPED:
        return desk_feed_remove(db, event->feed_dropped.feed);
    case EVENT_OPINION_SOUGHT:
        return opinion_sought(db, event);
    case EVENT_OPINION_DECLINED:
        return desk_opinion_declined_set(db, event->opinion_declined.question,
                                         event->opinion_declined.member);
    }
    *known = false;
    return OK;
}
