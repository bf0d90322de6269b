#pragma once
/* The clerk's two folds of the journal. Each reads only its own store and the event (fold_board
 * also the member's view key), so each can be replayed alone; each has its own cursor. Given the
 * same journal they make the same content, now or in ten years: no clock, no settings, no
 * randomness in here. The checks the clerk made stand before the event; here anything unexpected
 * is BROKEN. */
#include "board/door/keyring.h"
#include "core/follow.h"

struct fold_votes; /* what votes added and is not yet in the store (fold_vote.c) */
struct fold_board {
    struct db *db;
    struct keyring *keys;
    struct fold_votes *votes;
};
void fold_board_open(struct fold_board *fold, struct db *db, struct keyring *keys);
void fold_board_close(struct fold_board *fold);
/* settle and forget of struct fold; self is a struct fold_board. */
MUST_USE enum result fold_board_settle(void *self);
void fold_board_forget(void *self);
MUST_USE enum result fold_vote_cast(const struct fold_board *fold, const struct event *event,
                                    struct arena *arena);
MUST_USE enum result fold_totals_shown(const struct fold_board *fold, const struct event *event,
                                       struct arena *arena);
/* enum result apply(void *self, ...) of struct fold; self is a struct fold_board, or desk.db's
 * handle. */
MUST_USE enum result fold_board_apply(void *self, const struct journal_entry *entry,
                                      struct arena *arena);
MUST_USE enum result fold_desk_apply(void *self, const struct journal_entry *entry,
                                     struct arena *arena);

/* Events of personal tokens, for the two of accounts (fold_token.c). */
MUST_USE enum result fold_board_token(struct db *db, const struct event *event, bool *known);
MUST_USE enum result fold_desk_token(struct db *db, const struct event *event, bool *known);

/* The account events (fold_account.c), for the two above. *known: it was one. */
MUST_USE enum result fold_board_account(struct fold_board *fold, const struct event *event,
                                        struct arena *arena, bool *known);
MUST_USE enum result fold_desk_account(struct db *db, const struct event *event,
                                       struct arena *arena, bool *known);

/* The telling events (fold_telling.c), likewise; and what a posting, a followed topic, a farewell
 * mean for who is told of what. */
MUST_USE enum result fold_board_telling(struct fold_board *fold, const struct event *event,
                                        struct arena *arena, bool *known);
MUST_USE enum result fold_desk_telling(struct db *db, const struct journal_entry *entry,
                                       struct arena *arena, bool *known);
/* A new wording against the saved searches; a posting once for each. */
MUST_USE enum result fold_telling_edit(struct db *desk, const struct journal_entry *entry,
                                       struct arena *arena);
/* Somebody's thread was answered: a mail of its own, unless he is told of such once a week. */
MUST_USE enum result fold_telling_answer(struct db *desk, int64_t mail, int64_t asker,
                                         int64_t question, int64_t at_ms);
/* Something was said to a posting of this author's: he is among those who are told. */
MUST_USE enum result fold_telling_own(struct db *desk, const struct event *event, int64_t author,
                                      int64_t member);
MUST_USE enum result fold_telling_posting(struct db *desk, const struct journal_entry *entry,
                                          struct arena *arena);
MUST_USE enum result fold_telling_topic(struct db *desk, const struct event *event);
MUST_USE enum result fold_telling_left(struct db *desk, int64_t member, struct arena *arena);
/* What topics are about (fold_topic.c). NOT_FOUND: the blanked text is of no topic. */
MUST_USE enum result fold_board_topic(struct db *db, const struct journal_entry *entry,
                                      struct arena *arena, bool *known);
MUST_USE enum result fold_desk_topic(struct db *db, const struct event *event, bool *known);
MUST_USE enum result fold_topic_blanked(struct db *db, const struct event *event);
/* Live discussions (fold_round.c). */
MUST_USE enum result fold_board_round(struct db *db, const struct event *event, bool *known);
MUST_USE enum result fold_desk_round(struct db *db, const struct event *event, bool *known);
/* What belongs to one kind of thread (fold_kinds.c). *known: it was one of these events. */
MUST_USE enum result fold_board_kinds(struct fold_board *fold, const struct journal_entry *entry,
                                      struct arena *arena, bool *known);
MUST_USE enum result fold_desk_kinds(struct db *desk, const struct event *event, bool *known);
/* Beside a posting that was added: its options or facts. */
MUST_USE enum result fold_kind_added(struct db *board, const struct journal_entry *entry);
/* NOT_FOUND: the blanked text is none of these. */
MUST_USE enum result fold_kinds_blanked(struct db *board, const struct event *event,
                                        struct arena *arena);
/* A member's own rows, when he leaves. */
MUST_USE enum result fold_kinds_left(struct fold_board *fold, const uint8_t key[KEY_SIZE],
                                     struct arena *arena);
/* A notice, and the number of unread ones (fold_board.c). */
MUST_USE enum result fold_notify(struct db *board, int64_t id, int64_t member, int64_t kind,
                                 int64_t question, int64_t at_ms);
/* What becomes of rules (fold_rule.c). */
MUST_USE enum result fold_rule_apply(struct db *db, const struct journal_entry *entry,
                                     struct arena *arena);
/* The events of moderation (fold_moderation.c). *known: it was one. */
MUST_USE enum result fold_board_moderation(struct db *db, const struct event *event,
                                           struct arena *arena, bool *known);
MUST_USE enum result fold_desk_moderation(struct db *db, const struct journal_entry *entry,
                                          bool *known);
/* The events of the safety desk (fold_safety.c), likewise. */
MUST_USE enum result fold_board_safety(struct db *db, const struct event *event, bool *known);
MUST_USE enum result fold_desk_safety(struct db *db, const struct event *event, bool *known);
/* Events about reports (fold_released.c), likewise. */
MUST_USE enum result fold_board_released(struct db *db, const struct event *event, bool *known);
MUST_USE enum result fold_desk_released(struct db *db, const struct event *event, bool *known);
/* A posting that was just added is withheld until somebody has looked. */
MUST_USE enum result fold_board_held(struct db *db, const struct event *event, struct arena *arena);
MUST_USE enum result fold_desk_held(struct db *db, const struct event *event);
/* A text was blanked that may belong to a withheld posting (NOT_FOUND: it does not), to a flag or
 * to an appeal. */
MUST_USE enum result fold_withheld_rewrite(struct db *db, struct arena *arena, int64_t posting,
                                           struct text title, struct text body);
MUST_USE enum result fold_withheld_blanked(struct db *db, const struct event *event,
                                           struct arena *arena);
MUST_USE enum result fold_desk_words_blanked(struct db *db, int64_t seq);

/* A member's own row (fold_vote.c): opened with his view key, NO_BYTES when there is none; and put
 * back. */
MUST_USE enum result fold_own_read(const struct fold_board *fold, struct arena *arena,
                                   const uint8_t key[KEY_SIZE], const uint8_t *tag,
                                   struct bytes *plain);
MUST_USE enum result fold_own_write(const struct fold_board *fold, struct arena *arena,
                                    const uint8_t key[KEY_SIZE], const uint8_t *tag, int64_t seq,
                                    struct bytes plain);

/* Run the next effect only while all before went well. */
#define THEN(result, call)     \
    do {                       \
        if ((result) == OK)    \
            (result) = (call); \
    } while (0)

/* On the desk: this request has become this event, so that the same form makes no second one. */
MUST_USE enum result request_keep(struct db *desk, const uint8_t request[ID_SIZE], int64_t seq);

/* Notices and mails of one event: seq * NOTICES_PER_EVENT + number. */
enum {
    NOTICES_PER_EVENT = 64,
    MEMBER_WAITING = 1,
    MEMBER_IN = 2,
    MEMBER_REFUSED = 3,
    MEMBER_LEFT = 4
};
/* Kinds of mail that are no notices: question is the code's id. */
enum { MAIL_CODE = 100 };

/* fold_door.c: the events of the door on the desk; INVALID for any other event. */
MUST_USE enum result fold_door_apply(struct db *desk, const struct event *event);
/* What a change of level means there. */
MUST_USE enum result fold_door_level(struct db *desk, const struct event *event);

/* What becomes of postings (fold_texts.c), for the two above. *known: it was such an event. */
MUST_USE enum result fold_board_texts(struct db *db, const struct journal_entry *entry,
                                      struct arena *arena, bool *known);
MUST_USE enum result fold_desk_texts(struct db *db, const struct journal_entry *entry,
                                     struct arena *arena, bool *known);
/* A posting's texts as they now are: its page, the index and what it cites follow. */
MUST_USE enum result fold_posting_rewrite(struct db *db, struct arena *arena, int64_t posting,
                                          struct text title, struct text body);
/* What a new posting cites. */
/* Which pictures this text of a posting shows, in place of what it did. part: 1 the posting's own,
 * 2 how its question was solved. */
MUST_USE enum result fold_images(struct db *db, struct arena *arena, int64_t posting, int64_t part,
                                 struct text body);
MUST_USE enum result fold_citations(struct db *db, struct arena *arena, int64_t posting,
                                    int64_t question, struct text body);
/* text_blanked, first: of a posting's text all its wordings go, and what it cites. */
MUST_USE enum result fold_wordings_blanked(struct db *db, const struct event *event);
/* text_blanked of a later wording, a comment, a mark, a summary; of a posting. NOT_FOUND: it is
 * none. */
MUST_USE enum result fold_texts_blanked(struct db *db, const struct event *event,
                                        struct arena *arena);
MUST_USE enum result fold_posting_blanked(struct db *db, const struct event *event,
                                          struct arena *arena);

/* A pseudonym as look-alikes see it: "O'Neill_1" and "oneilll" collide. In the arena. */
struct text pseudonym_key(struct arena *arena, struct text pseudonym);
