#pragma once
/* Telling people, inside of the clerk: what members follow (telling.c), what of it is new to one of
 * them (news.c), mails of news (digest.c), private feeds (feed.c) and whose experience is sought
 * (opinion.c). Who follows what is private: it lies on the desk and in the member's own boxes.
 *
 * Nothing here is worked out for each follower when something is posted. A posting costs its terms
 * and the distinct searches it matches; what is new to a member is looked up when he looks, or when
 * his mail is due, a few members at a time. */
#include "board/clerk/clerk.h"

enum {
    SAVED_MAX = 50,    /* searches of one member */
    FOLLOWS_MAX = 200, /* threads; the own row that names them is opened for each question page */
    FEEDS_MAX = 60,
    NEWS_MAX = 100,
    FEED_ENTRIES_MAX = 50,
    TELLING_CODE_SIZE = 8 + 1 + ID_SIZE,

    MAIL_DIGEST = 80, /* a kind of mail: question is nothing */

    HOW_NEVER = 0,
    HOW_ONCE = 1,
    HOW_DAILY = 2,
    HOW_WEEKLY = 3,
    HOW_ANY = 4,

    TELL_TOPIC = 1,
    TELL_SEARCH = 2,
    TELL_THREADS = 3,
    TELL_ANSWERS = 4,
    TELL_OPINIONS = 5,
    TELL_ALL = 6,
    TELL_COMMENTS = 7, /* what others say to one's own postings */
    TELL_THANKS = 8,
    TELL_MARKS = 9,
    TELL_REPORTS = 10, /* of one click only: mails about reports (board/telling/released.h) */

    FEED_TOPICS = 1,
    FEED_SEARCH = 2,
    FEED_OWN = 3,
    FEED_REPORTS = 4, /* a sponsor's */
};

/* --- telling.c --- */
enum result search_save_run(struct work *work);
enum result search_drop_run(struct work *work);
enum result thread_follow_run(struct work *work);
enum result telling_set_run(struct work *work);
enum result following_run(struct work *work);
/* A code that says a number and a kind and cannot be made up, as text of the arena; `what` keeps
 * its uses apart. */
struct text telling_code(struct work *work, const char *what, int64_t number, int64_t kind);
MUST_USE enum result telling_code_read(struct work *work, const char *what, struct text code,
                                       int64_t *number, int64_t *kind);

/* --- news.c --- */
struct desk_reader_get_row;
/* How a member is told; as it is for everybody when he has said and followed nothing yet. */
MUST_USE enum result reader_find(struct work *work, int64_t member,
                                 struct desk_reader_get_row *reader);
/* How news of this kind of notice about own postings are mailed; HOW_NEVER for any other kind. */
int64_t own_how(const struct desk_reader_get_row *reader, int64_t notice);
struct news {
    int64_t kind; /* TELL_TOPIC to TELL_ANSWERS; TELL_COMMENTS to TELL_MARKS */
    int64_t question, posting, count;
    int64_t seq;       /* where it happened: the posting, or the edit that brought it here */
    struct text label; /* the topic, the search's words, or "" */
};
/* What others posted in what a member follows behind `after` and up to `upto`, mailed in this way
 * (HOW_ANY: whatever is said about mail); newest first, a row a thread. At most NEWS_MAX. */
MUST_USE enum result news_collect(struct work *work, int64_t member, int64_t after, int64_t upto,
                                  int64_t how, struct news **news, size_t *count);
/* Only of followed topics, or only of this saved search: for feeds. */
MUST_USE enum result news_topics(struct work *work, int64_t member, int64_t after,
                                 struct news **news, size_t *count);
MUST_USE enum result news_search(struct work *work, int64_t member, int64_t search,
                                 struct news **news, size_t *count, struct text *words);

/* --- digest.c --- */
/* When the mails' day began: members get smtp.per_day mails from then on. */
int64_t mail_day_ms(int64_t now_ms);
int64_t mail_week_ms(int64_t day_ms); /* Monday's */
/* Where one click ends a member's mails of this kind. */
struct text mail_stop_link(struct work *work, int64_t member, int64_t kind);
enum result digests_due_run(struct work *work);
enum result mail_stop_run(struct work *work);
struct desk_mail_due_row;
/* NOT_FOUND: there is nothing (any more) to tell. */
MUST_USE enum result digest_write(struct work *work, const struct desk_mail_due_row *row,
                                  struct record_mail *mail);
/* Whether this mail is of those he asked to get at once, whatever the day's limit. */
MUST_USE enum result notice_at_once(struct work *work, const struct desk_mail_due_row *row,
                                    bool *at_once);
/* Whether the member wants mails of this kind of notice; their address to end them with one click
 * goes into mail->stop. NOT_FOUND: he does not. */
MUST_USE enum result notice_wanted(struct work *work, int64_t member, int64_t kind,
                                   struct record_mail *mail);

/* --- feed.c --- */
enum result feed_make_run(struct work *work);
enum result feed_drop_run(struct work *work);
enum result feed_read_run(struct work *work);
enum result reports_feed_run(struct work *work);
enum result reports_feed_set_run(struct work *work);
MUST_USE enum result feeds_list(struct work *work, struct record_feed **feeds, size_t *count);

/* --- opinion.c --- */
enum result opinion_decline_run(struct work *work);
/* Ask colleagues whose history and specialty fit a thread that was just opened. */
MUST_USE enum result opinions_seek(struct work *work, int64_t question, struct text topics);
