#include "board/fold/fold.h"

#include "board/board.h"
#include "core/clock.h"
#include "core/session.h"
#include "core/text.h"
#include "schema/board.h"

#include <string.h>

enum { EXCERPT_CHARACTERS = 200 };

static struct text or_empty(struct text text)
{
    return text.data == NULL ? TEXT("") : text;
}

enum result fold_notify(struct db *db, int64_t id, int64_t member, int64_t kind, int64_t question,
                        int64_t at_ms)
{
    enum result result = board_notice_add(db, id, member, kind, question, at_ms);
    THEN(result, board_member_unread_more(db, member));
    return result;
}

static enum result member_applied(struct db *db, const struct event *event)
{
    const struct event_member_applied *e = &event->member_applied;
    return board_member_add(db, event->seq, e->pseudonym,
                            e->show_specialty ? e->specialty : TEXT(""), BOARD_PHYSICIAN, 0,
                            TEXT(""), event->at_ms);
}

static enum result staff_added(struct db *db, const struct event *event)
{
    const struct event_staff_added *e = &event->staff_added;
    return board_member_add(db, event->seq, e->pseudonym, TEXT(""), e->role, BOARD_LEVEL_OPEN,
                            e->organisation, event->at_ms);
}

/* The log of decisions tells the day alone, and no name. */
static enum result decision_log(struct db *db, const struct event *event, const char *what,
                                struct text why, int64_t admins)
{
    return board_decision_add(db, event->seq, event->at_ms - event->at_ms % DAY_MS, text_of(what),
                              why, admins);
}

static enum result member_decided(struct db *db, const struct event *event)
{
    const struct event_member_decided *e = &event->member_decided;
    enum result result = board_member_level_set(db, e->member, e->level);
    if (e->accepted)
        THEN(result, board_total_add(db, TEXT("members"), 1));
    THEN(result,
         decision_log(db, event, e->accepted ? "let_in" : "turned_away",
                      e->preset.size > 0 ? e->preset : TEXT("other"), e->has_proposed_by ? 2 : 1));
    THEN(result, fold_notify(db, event->seq * NOTICES_PER_EVENT, e->member, NOTICE_DECIDED, 0,
                             event->at_ms));
    return result;
}

static enum result member_level_set(struct db *db, const struct event *event)
{
    const struct event_member_level_set *e = &event->member_level_set;
    int64_t more = (e->level >= BOARD_LEVEL_OPEN) - (e->was >= BOARD_LEVEL_OPEN);
    enum result result = board_member_level_set(db, e->member, e->level);
    if (more != 0)
        THEN(result, board_total_add(db, TEXT("members"), more));
    if (more != 0)
        THEN(result, decision_log(db, event, more > 0 ? "let_in" : "lowered", or_empty(e->why),
                                  e->by > 0 ? 2 : 0));
    THEN(result,
         fold_notify(db, event->seq * NOTICES_PER_EVENT, e->member, NOTICE_LEVEL, 0, event->at_ms));
    return result;
}

static enum result session_opened(struct db *db, const struct event *event)
{
    const struct event_session_opened *e = &event->session_opened;
    enum result result = board_session_prune(db, e->member, event->at_ms);
    THEN(result, board_session_add(db, bytes_of(e->digest, DIGEST_SIZE), e->member, e->role,
                                   event->at_ms, e->expires_ms, e->view_box));
    if (e->device.data != NULL)
        THEN(result, board_session_device_set(db, bytes_of(e->digest, DIGEST_SIZE), e->device));
    return result;
}

static enum result thread_opened(struct db *db, const struct event *event)
{
    const struct event_posting_added *e = &event->posting_added;
    struct text rest = e->topics, topic;
    bool asked_here = e->kind <= POSTING_OBSERVATION;
    enum result result = board_thread_add(db, event->seq, e->kind, event->at_ms, e->topics);
    while (result == OK && text_next(&rest, ' ', &topic)) {
        result = board_thread_topic_add(db, topic, event->seq);
        if (asked_here)
            THEN(result, board_topic_more(db, topic));
    }
    if (asked_here && e->member > 0)
        THEN(result, board_member_threads_more(db, e->member));
    if (asked_here)
        THEN(result, board_total_add(db, TEXT("threads"), 1));
    return result;
}

static enum result thread_answered(struct db *db, const struct event *event)
{
    const struct event_posting_added *e = &event->posting_added;
    struct board_posting_author_row thread;
    struct arena none = {0}; /* numbers only */
    enum result result = board_posting_author(db, &none, e->question, &thread);
    THEN(result, board_thread_answered(db, e->question, event->seq, event->at_ms));
    if (e->member > 0)
        THEN(result, board_member_answers_more(db, e->member));
    if (result == OK && !e->held && thread.member > 0 && thread.member != e->member)
        result = fold_notify(db, event->seq * NOTICES_PER_EVENT, thread.member, NOTICE_ANSWER,
                             e->question, event->at_ms);
    return result;
}

static enum result posting_added(struct db *db, const struct journal_entry *entry,
                                 struct arena *arena)
{
    const struct event *event = &entry->event;
    const struct event_posting_added *e = &event->posting_added;
    bool opens = e->question == 0;
    struct text title = or_empty(entry->texts[0]), body = or_empty(entry->texts[1]);
    struct html html = {TEXT("")};
    enum result result = body.size > 0 ? text_markdown(arena, body, &html) : OK;
    struct text excerpt = body.size > 0 ? text_excerpt(arena, body, EXCERPT_CHARACTERS) : TEXT("");
    THEN(result,
         board_posting_add(db, event->seq, e->kind, opens ? event->seq : e->question, e->member,
                           event->at_ms, title, or_empty(excerpt), or_empty(e->source),
                           or_empty(e->url), or_empty(e->licence), body, or_empty(html.markup)));
    if (e->key.size > 0 || e->names.size > 0)
        THEN(result,
             board_posting_source_add(db, event->seq, or_empty(e->key), or_empty(e->names)));
    THEN(result, board_total_add(db, TEXT("texts"), 1));
    THEN(result, fold_citations(db, arena, event->seq, opens ? event->seq : e->question, body));
    THEN(result, fold_images(db, arena, event->seq, 1, body));
    THEN(result, opens ? thread_opened(db, event) : thread_answered(db, event));
    THEN(result, board_posting_index(db, event->seq));
    THEN(result, fold_kind_added(db, entry));
    if (e->held)
        THEN(result, fold_board_held(db, event, arena));
    return result;
}

/* `topics` (sorted, space separated) with `topic` put in or taken out. */
static struct bytes topics_put(struct arena *arena, struct bytes topics, struct text topic,
                               bool follows)
{
    struct text rest = {(const char *)topics.data, topics.size}, part;
    struct buf out;
    bool placed = !follows;
    buf_open(&out, arena, topics.size + topic.size + 2);
    while (text_next(&rest, ' ', &part)) {
        if (text_equal(part, topic))
            continue;
        size_t both = part.size < topic.size ? part.size : topic.size;
        int order = memcmp(topic.data, part.data, both);
        if (!placed && (order < 0 || (order == 0 && topic.size < part.size))) {
            buf_add(&out, topic.data, topic.size);
            buf_char(&out, ' ');
            placed = true;
        }
        buf_add(&out, part.data, part.size);
        buf_char(&out, ' ');
    }
    if (!placed) {
        buf_add(&out, topic.data, topic.size);
        buf_char(&out, ' ');
    }
    return bytes_of(out.data, out.size > 0 ? out.size - 1 : 0);
}

static enum result topic_followed(struct fold_board *fold, const struct event *event,
                                  struct arena *arena)
{
    const struct event_topic_followed *e = &event->topic_followed;
    uint8_t key[KEY_SIZE], tag[SESSION_TAG_SIZE];
    struct bytes plain;
    enum result result = keyring_view_key(fold->keys, arena, e->member, key);
    if (result == NOT_FOUND)
        return OK;
    if (result != OK)
        return result;
    session_topics_tag(tag, key);
    result = fold_own_read(fold, arena, key, tag, &plain);
    if (result == OK)
        result = fold_own_write(fold, arena, key, tag, event->seq,
                                topics_put(arena, plain, e->topic, e->follows));
    seal_wipe(key, sizeof(key));
    return result;
}

static enum result notices_seen(struct db *db, const struct event *event)
{
    const struct event_notices_seen *e = &event->notices_seen;
    enum result result = board_notices_seen_set(db, e->member, e->upto);
    THEN(result, board_member_unread_count(db, e->member));
    return result;
}

static enum result text_blanked(struct db *db, const struct event *event, struct arena *arena)
{
    const struct event_text_blanked *e = &event->text_blanked;
    enum result result = fold_wordings_blanked(db, event);
    THEN(result, fold_kinds_blanked(db, event, arena));
    if (result == NOT_FOUND)
        result = fold_withheld_blanked(db, event, arena);
    if (result == NOT_FOUND)
        result = fold_texts_blanked(db, event, arena);
    if (result == NOT_FOUND)
        result = fold_topic_blanked(db, event);
    if (result == NOT_FOUND)
        result = fold_posting_blanked(db, event, arena);
    return result == NOT_FOUND ? board_rule_script_blank(db, e->seq) : result;
}

static enum result domain_set(struct db *db, const struct event *event)
{
    const struct event_domain_set *e = &event->domain_set;
    return e->listed ? board_domain_put(db, e->domain, or_empty(e->reason), event->at_ms)
                     : board_domain_remove(db, e->domain);
}

/* That somebody asks is told; who, only the clerk knows. */
static enum result vouch_asked(struct db *db, const struct event *event)
{
    const struct event_vouch_asked *e = &event->vouch_asked;
    return e->voucher > 0 ? fold_notify(db, event->seq * NOTICES_PER_EVENT, e->voucher,
                                        NOTICE_VOUCH, 0, event->at_ms)
                          : OK;
}

/* The events of one room each, which folds them in a file of its own. */
static enum result rooms_apply(struct fold_board *fold, const struct journal_entry *entry,
                               struct arena *arena)
{
    const struct event *event = &entry->event;
    bool known = false;
    enum result result = fold_board_telling(fold, event, arena, &known);
    if (!known)
        result = fold_board_account(fold, event, arena, &known);
    if (!known)
        result = fold_board_texts(fold->db, entry, arena, &known);
    if (!known)
        result = fold_board_topic(fold->db, entry, arena, &known);
    if (!known)
        result = fold_board_round(fold->db, event, &known);
    if (!known)
        result = fold_board_kinds(fold, entry, arena, &known);
    if (!known)
        result = fold_board_moderation(fold->db, event, arena, &known);
    if (!known)
        result = fold_board_safety(fold->db, event, &known);
    if (!known)
        result = fold_board_released(fold->db, event, &known);
    return known ? result : BROKEN; /* an event of a kind this program does not know */
}

enum result fold_board_apply(void *self, const struct journal_entry *entry, struct arena *arena)
{
    struct fold_board *fold = self;
    const struct event *event = &entry->event;
    struct db *db = fold->db;
    if (event->kind == EVENT_VOTE_CAST)
        return fold_vote_cast(fold, event, arena);
    enum result result = fold_board_settle(fold); /* what this event builds on */
    if (result != OK)
        return result;
    switch (event->kind) {
    case EVENT_MEMBER_APPLIED:
        return member_applied(db, event);
    case EVENT_STAFF_ADDED:
        return staff_added(db, event);
    case EVENT_MEMBER_DECIDED:
        return member_decided(db, event);
    case EVENT_MEMBER_LEVEL_SET:
        return member_level_set(db, event);
    case EVENT_SESSION_OPENED:
        return session_opened(db, event);
    case EVENT_SESSION_SEEN:
        return board_session_seen_set(db, bytes_of(event->session_seen.digest, DIGEST_SIZE),
                                      event->at_ms);
    case EVENT_SESSION_CLOSED:
        return board_session_remove(db, bytes_of(event->session_closed.digest, DIGEST_SIZE));
    case EVENT_POSTING_ADDED:
        return posting_added(db, entry, arena);
    case EVENT_VOTE_CAST:
        break; /* done above */
    case EVENT_TOTALS_SHOWN:
        return fold_totals_shown(fold, event, arena);
    case EVENT_TOPIC_FOLLOWED:
        return topic_followed(fold, event, arena);
    case EVENT_NOTICES_SEEN:
        return notices_seen(db, event);
    case EVENT_MAIL_SENT:
    case EVENT_RULE_TRIED:
        return OK; /* the desk's business */
    case EVENT_RULE_PROPOSED:
    case EVENT_RULE_SHADOWED:
    case EVENT_RULE_APPROVED:
    case EVENT_RULE_WITHDRAWN:
    case EVENT_RULE_ROLLED_BACK:
        return fold_rule_apply(db, entry, arena);
    case EVENT_TEXT_BLANKED:
        return text_blanked(db, event, arena);
    case EVENT_DOMAIN_SET:
        return domain_set(db, event);
    case EVENT_VOUCH_ASKED:
        return vouch_asked(db, event);
    case EVENT_DECISION_PROPOSED:
    case EVENT_CODE_ASKED:
    case EVENT_CODE_SENT:
    case EVENT_CODE_MISSED:
    case EVENT_CODE_USED:
    case EVENT_PIONEER_SET:
    case EVENT_INVITATION_MADE:
    case EVENT_VOUCH_ANSWERED:
    case EVENT_BRANCH_PROPOSED:
    case EVENT_BRANCH_WITHDRAWN:
    case EVENT_OPERATION_CONFIRMED:
    case EVENT_BACKGROUND_TOLD:
        return OK; /* the desk's business */
    default:
        break;
    }
    return rooms_apply(fold, entry, arena);
}
