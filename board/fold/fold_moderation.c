/* Moderation in both folds. A posting that is withheld goes out of every table that lists, counts
 * and finds, as if it had never been there, and comes back the same way. */
#include "board/fold/fold.h"

#include "board/board.h"
#include "core/clock.h"
#include "core/text.h"
#include "schema/board.h"
#include "schema/desk.h"

enum { SLICE = 100, EXCERPT_CHARACTERS = 200 };

static struct text or_empty(struct text text)
{
    return text.data == NULL ? TEXT("") : text;
}

/* ---- the board ---- */

static enum result notify(struct db *db, const struct event *event, int64_t number, int64_t member,
                          int64_t kind, int64_t question)
{
    enum result result = board_notice_add(db, event->seq * NOTICES_PER_EVENT + number, member, kind,
                                          question, event->at_ms);
    THEN(result, board_member_unread_more(db, member));
    return result;
}

static enum result written_add(struct db *db, int64_t member, int64_t kind, int64_t more)
{
    bool opens = kind <= POSTING_OBSERVATION;
    return member > 0 ? board_member_written_add(db, member, opens ? more : 0, opens ? 0 : more)
                      : OK;
}

static enum result posting_out(struct db *db, struct arena *arena, int64_t id)
{
    struct board_posting_place_row row;
    size_t mark = arena->used;
    enum result result = board_posting_place(db, arena, id, &row);
    THEN(result, board_posting_unindex(db, id));
    THEN(result, board_total_add(db, TEXT("texts"), -1));
    THEN(result, board_posting_withhold(db, id));
    THEN(result, board_posting_remove(db, id));
    THEN(result, written_add(db, row.member, row.kind, -1));
    arena_reset(arena, mark);
    return result;
}

static enum result posting_in(struct db *db, struct arena *arena, int64_t id)
{
    struct board_posting_place_row row;
    size_t mark = arena->used;
    enum result result = board_posting_release(db, id);
    THEN(result, board_withheld_remove(db, id));
    THEN(result, board_posting_place(db, arena, id, &row));
    THEN(result, board_posting_index(db, id));
    THEN(result, board_total_add(db, TEXT("texts"), 1));
    THEN(result, written_add(db, row.member, row.kind, 1));
    arena_reset(arena, mark);
    return result;
}

/* A thread's topics, and its place among all threads: counted (1) or no longer (-1). */
static enum result thread_count(struct db *db, struct arena *arena, int64_t question, int64_t more)
{
    struct board_thread_facts_row row;
    struct text topic;
    enum result result = board_thread_facts(db, arena, question, &row);
    bool counts = result == OK && row.kind <= POSTING_OBSERVATION;
    while (result == OK && text_next(&row.topics, ' ', &topic)) {
        if (topic.size == 0)
            continue;
        result = more > 0 ? board_thread_topic_add(db, topic, question)
                          : board_thread_topic_remove(db, topic, question);
        if (counts)
            THEN(result, more > 0 ? board_topic_more(db, topic) : board_topic_less(db, topic));
        THEN(result, board_topic_prune(db, topic));
    }
    if (counts)
        THEN(result, board_total_add(db, TEXT("threads"), more));
    return result;
}

/* A thread goes as a whole. Its row goes last: what is indexed of its postings is read with it. */
static enum result thread_out(struct db *db, const struct event *event, struct arena *arena,
                              int64_t question)
{
    struct board_thread_postings_row *rows;
    size_t count = SLICE;
    int64_t after = 0;
    enum result result = OK;
    while (result == OK && count == SLICE) {
        result = board_thread_postings(db, arena, question, after, SLICE, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++)
            result = posting_out(db, arena, after = rows[i].id);
    }
    THEN(result, thread_count(db, arena, question, -1));
    THEN(result, board_thread_withhold(db, question));
    THEN(result, board_thread_remove(db, question));
    THEN(result, board_threads_withheld(db, event->seq));
    return result;
}

static enum result thread_in(struct db *db, const struct event *event, struct arena *arena,
                             int64_t question)
{
    struct board_thread_withheld_row *rows;
    size_t count = SLICE;
    int64_t after = 0;
    enum result result = board_thread_release(db, question);
    THEN(result, board_withheld_thread_remove(db, question));
    while (result == OK && count == SLICE) {
        result = board_thread_withheld(db, arena, question, after, SLICE, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++)
            result = posting_in(db, arena, after = rows[i].id);
    }
    THEN(result, thread_count(db, arena, question, 1));
    THEN(result, board_thread_touch(db, question, event->seq));
    return result;
}

/* A comment goes out of its posting's words in the index, or comes back into them. */
static enum result comment_out(struct db *db, const struct event *event, struct arena *arena,
                               int64_t comment)
{
    struct board_comment_place_row row;
    enum result result = board_comment_place(db, arena, comment, &row);
    THEN(result, board_posting_unindex(db, row.posting));
    THEN(result, board_comment_withhold(db, comment));
    THEN(result, board_comment_drop(db, comment));
    THEN(result, board_posting_index(db, row.posting));
    THEN(result, board_thread_touch(db, row.question, event->seq));
    THEN(result, board_thread_noted(db, row.question));
    return result;
}

static enum result comment_in(struct db *db, const struct event *event, struct arena *arena,
                              int64_t comment)
{
    struct board_withheld_comment_place_row row;
    enum result result = board_withheld_comment_place(db, arena, comment, &row);
    THEN(result, board_posting_unindex(db, row.posting));
    THEN(result, board_comment_release(db, comment));
    THEN(result, board_withheld_comment_drop(db, comment));
    THEN(result, board_posting_index(db, row.posting));
    THEN(result, board_thread_touch(db, row.question, event->seq));
    return result;
}

static enum result withhold(struct db *db, const struct event *event, struct arena *arena,
                            int64_t posting, int64_t question)
{
    if (posting == question)
        return thread_out(db, event, arena, question);
    enum result result = posting_out(db, arena, posting);
    THEN(result, board_thread_answer_add(db, question, event->seq, -1));
    THEN(result, board_thread_noted(db, question));
    return result;
}

static enum result release(struct db *db, const struct event *event, struct arena *arena,
                           int64_t posting, int64_t question)
{
    if (posting == question)
        return thread_in(db, event, arena, question);
    enum result result = posting_in(db, arena, posting);
    THEN(result, board_thread_answer_add(db, question, event->seq, 1));
    return result;
}

enum result fold_board_held(struct db *db, const struct event *event, struct arena *arena)
{
    const struct event_posting_added *e = &event->posting_added;
    enum result result =
        withhold(db, event, arena, event->seq, e->question == 0 ? event->seq : e->question);
    THEN(result, board_hold_put(db, event->seq, HOLD_WAITS, FLAG_NONE, TEXT(""), event->at_ms, 0));
    return result;
}

/* An answer that waited is new to its thread's author only now. */
static enum result answer_tell(struct db *db, const struct event *event)
{
    const struct event_posting_decided *e = &event->posting_decided;
    struct board_posting_author_row thread;
    struct arena none = {0}; /* numbers only */
    if (e->posting == e->question)
        return OK;
    enum result result = board_posting_author(db, &none, e->question, &thread);
    if (result == OK && thread.member > 0 && thread.member != e->member)
        result = notify(db, event, 1, thread.member, NOTICE_ANSWER, e->question);
    return result;
}

static enum result log_add(struct db *db, const struct event *event, struct arena *arena,
                           int64_t kind, int64_t reason, int64_t outcome, bool appealed)
{
    return board_moderation_add(db, event->seq, event->at_ms - event->at_ms % DAY_MS,
                                clock_month(arena, event->at_ms), kind, reason, outcome,
                                appealed ? 1 : 0);
}

static enum result board_decided(struct db *db, const struct event *event, struct arena *arena)
{
    const struct event_posting_decided *e = &event->posting_decided;
    bool was_away = e->was != HOLD_NONE, away = e->outcome != OUTCOME_KEPT;
    enum result result = OK;
    bool comment = e->kind == POSTING_COMMENT;
    if (away && !was_away)
        result = comment ? comment_out(db, event, arena, e->posting)
                         : withhold(db, event, arena, e->posting, e->question);
    if (away)
        THEN(result, board_hold_put(db, e->posting, e->outcome, e->reason, or_empty(e->words),
                                    event->at_ms, e->appealed ? 2 : 0));
    if (!away && was_away) {
        THEN(result, board_hold_remove(db, e->posting));
        THEN(result, comment ? comment_in(db, event, arena, e->posting)
                             : release(db, event, arena, e->posting, e->question));
    }
    if (!away && e->was == HOLD_WAITS)
        THEN(result, answer_tell(db, event));
    THEN(result, log_add(db, event, arena, e->kind, e->reason, e->outcome, e->appealed));
    if ((away || was_away) && e->member > 0)
        THEN(result, notify(db, event, 0, e->member, NOTICE_MODERATED, e->question));
    return result;
}

static enum result board_flagged(struct db *db, const struct event *event)
{
    const struct event_posting_flagged *e = &event->posting_flagged;
    struct board_duplicate_get_row row;
    struct board_posting_author_row thread;
    struct arena none = {0}; /* numbers only */
    if (e->reason != FLAG_DUPLICATE)
        return OK;
    enum result result = board_duplicate_get(db, &none, e->posting, e->target, &row);
    if (result != NOT_FOUND)
        return result;
    result = board_duplicate_propose(db, e->posting, e->target, event->at_ms);
    THEN(result, board_thread_noted(db, e->posting));
    THEN(result, board_posting_author(db, &none, e->posting, &thread));
    if (result == OK && thread.member > 0)
        result = notify(db, event, 0, thread.member, NOTICE_DUPLICATE, e->posting);
    return result;
}

static enum result board_duplicate(struct db *db, const struct event *event, struct arena *arena)
{
    const struct event_duplicate_decided *e = &event->duplicate_decided;
    struct board_thread_facts_row row;
    enum result result =
        board_duplicate_set(db, e->question, e->target, e->linked ? 2 : 3, event->at_ms);
    THEN(result, board_thread_noted(db, e->question));
    THEN(result, board_thread_noted(db, e->target));
    THEN(result, board_thread_touch(db, e->question, event->seq));
    THEN(result, board_thread_touch(db, e->target, event->seq));
    THEN(result, board_thread_facts(db, arena, e->question, &row));
    THEN(result, log_add(db, event, arena, row.kind, FLAG_DUPLICATE,
                         e->linked ? OUTCOME_LINKED : OUTCOME_KEPT, false));
    return result;
}

static enum result board_merged(struct db *db, const struct event *event, struct arena *arena)
{
    const struct event_threads_merged *e = &event->threads_merged;
    struct board_thread_facts_row row;
    int64_t more = e->merged ? e->answers : -e->answers;
    enum result result = board_duplicate_merge(db, e->question, e->target, e->merged ? 1 : 0,
                                               e->merged ? e->answers : 0);
    THEN(result, board_thread_answers_add(db, e->target, event->seq, more));
    THEN(result, board_thread_touch(db, e->question, event->seq));
    THEN(result, board_thread_facts(db, arena, e->question, &row));
    THEN(result, log_add(db, event, arena, row.kind, FLAG_DUPLICATE,
                         e->merged ? OUTCOME_MERGED : OUTCOME_UNMERGED, false));
    return result;
}

enum result fold_board_moderation(struct db *db, const struct event *event, struct arena *arena,
                                  bool *known)
{
    *known = true;
    switch ((int)event->kind) {
    case EVENT_POSTING_FLAGGED:
        return board_flagged(db, event);
    case EVENT_FLAG_WITHDRAWN:
        return event->flag_withdrawn.reason == FLAG_DUPLICATE && event->flag_withdrawn.last
                   ? board_duplicate_unpropose(db, event->flag_withdrawn.posting,
                                               event->flag_withdrawn.target)
                   : OK;
    case EVENT_POSTING_DECIDED:
        return board_decided(db, event, arena);
    case EVENT_APPEAL_MADE:
        return board_hold_appeal_set(db, event->appeal_made.posting, 1);
    case EVENT_POSTING_AUDITED:
        return OK; /* the ranker's business */
    case EVENT_DUPLICATE_DECIDED:
        return board_duplicate(db, event, arena);
    case EVENT_THREADS_MERGED:
        return board_merged(db, event, arena);
    }
    *known = false;
    return OK;
}

enum result fold_withheld_rewrite(struct db *db, struct arena *arena, int64_t posting,
                                  struct text title, struct text body)
{
    struct html html = {TEXT("")};
    enum result result = body.size > 0 ? text_markdown(arena, body, &html) : OK;
    struct text excerpt = body.size > 0 ? text_excerpt(arena, body, EXCERPT_CHARACTERS) : TEXT("");
    THEN(result,
         board_withheld_blank(db, posting, title, or_empty(excerpt), body, or_empty(html.markup)));
    THEN(result, fold_images(db, arena, posting, 1, body));
    return result;
}

enum result fold_withheld_blanked(struct db *db, const struct event *event, struct arena *arena)
{
    const struct event_text_blanked *e = &event->text_blanked;
    struct board_withheld_place_row row;
    struct board_withheld_comment_place_row comment;
    enum result result = board_withheld_place(db, arena, e->seq, &row);
    if (result == NOT_FOUND) {
        result = board_withheld_comment_place(db, arena, e->seq, &comment);
        return result == OK ? board_withheld_comment_blank(db, e->seq) : result;
    }
    THEN(result, fold_withheld_rewrite(db, arena, e->seq, e->part == 0 ? TEXT("") : row.title,
                                       e->part == 1 ? TEXT("") : row.body));
    return result;
}

/* ---- the desk ---- */

static enum result desk_out(struct db *db, int64_t posting, int64_t question)
{
    bool thread = posting == question;
    enum result result =
        thread ? desk_thread_withhold(db, question) : desk_posting_withhold(db, posting);
    THEN(result, thread ? desk_thread_remove(db, question) : desk_posting_remove(db, posting));
    return result;
}

static enum result desk_in(struct db *db, int64_t posting, int64_t question)
{
    bool thread = posting == question;
    enum result result =
        thread ? desk_thread_release(db, question) : desk_posting_release(db, posting);
    THEN(result,
         thread ? desk_withheld_thread_remove(db, question) : desk_withheld_remove(db, posting));
    return result;
}

enum result fold_desk_held(struct db *db, const struct event *event)
{
    int64_t question = event->posting_added.question;
    enum result result = desk_out(db, event->seq, question == 0 ? event->seq : question);
    THEN(result, desk_hold_put(db, event->seq, HOLD_WAITS, FLAG_NONE, 0, event->at_ms, 0));
    return result;
}

static enum result desk_answer_tell(struct db *db, const struct event *event)
{
    const struct event_posting_decided *e = &event->posting_decided;
    struct desk_posting_get_row thread;
    struct arena none = {0}; /* numbers only */
    if (e->posting == e->question)
        return OK;
    enum result result = desk_posting_get(db, &none, e->question, &thread);
    if (result == OK && thread.member > 0 && thread.member != e->member)
        result = fold_telling_answer(db, event->seq * NOTICES_PER_EVENT + 1, thread.member,
                                     e->question, event->at_ms);
    return result;
}

/* A sponsor's question has no author; the account that asked it is told that it was decided on. */
static enum result desk_sponsor_tell(struct db *db, const struct event *event)
{
    const struct event_posting_decided *e = &event->posting_decided;
    struct desk_sponsored_by_row row;
    struct arena none = {0}; /* numbers only */
    if (e->member > 0 || e->posting != e->question)
        return OK;
    enum result result = desk_sponsored_by(db, &none, e->question, &row);
    if (result == OK)
        result = desk_mail_add(db, event->seq * NOTICES_PER_EVENT, row.sponsor, NOTICE_SPONSORED,
                               e->question, event->at_ms);
    return result == NOT_FOUND ? OK : result;
}

static enum result desk_decided(struct db *db, const struct event *event)
{
    const struct event_posting_decided *e = &event->posting_decided;
    bool was_away = e->was != HOLD_NONE, away = e->outcome != OUTCOME_KEPT;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_hold_put(db, e->posting, away ? e->outcome : HOLD_NONE, e->reason, e->by,
                               event->at_ms, e->appealed ? 2 : 0));
    if (away && !was_away && e->kind != POSTING_COMMENT) /* the desk has no comments */
        THEN(result, desk_out(db, e->posting, e->question));
    if (!away && was_away && e->kind != POSTING_COMMENT)
        THEN(result, desk_in(db, e->posting, e->question));
    THEN(result, desk_flags_decide(db, e->posting));
    if (!away && e->was == HOLD_WAITS)
        THEN(result, desk_answer_tell(db, event));
    if ((away || was_away) && e->member > 0)
        THEN(result, desk_mail_add(db, event->seq * NOTICES_PER_EVENT, e->member, NOTICE_MODERATED,
                                   e->question, event->at_ms));
    if (away || was_away)
        THEN(result, desk_sponsor_tell(db, event));
    return result;
}

static enum result desk_flagged(struct db *db, const struct journal_entry *entry)
{
    const struct event *event = &entry->event;
    const struct event_posting_flagged *e = &event->posting_flagged;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_flag_put(db, event->seq, e->posting, e->member, e->reason, e->target,
                               or_empty(entry->texts[0]), event->at_ms));
    if (entry->texts[0].size > 0)
        THEN(result, desk_said_add(db, event->seq, e->member));
    return result;
}

static enum result desk_appeal(struct db *db, const struct journal_entry *entry)
{
    const struct event *event = &entry->event;
    const struct event_appeal_made *e = &event->appeal_made;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result,
         desk_hold_appealed(db, e->posting, event->seq, event->at_ms, or_empty(entry->texts[0])));
    if (entry->texts[0].size > 0)
        THEN(result, desk_said_add(db, event->seq, e->member));
    return result;
}

static enum result desk_duplicate(struct db *db, const struct event *event)
{
    const struct event_duplicate_decided *e = &event->duplicate_decided;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_flags_duplicate_decide(db, e->question, e->target));
    return result;
}

enum result fold_desk_moderation(struct db *db, const struct journal_entry *entry, bool *known)
{
    const struct event *event = &entry->event;
    *known = true;
    switch ((int)event->kind) {
    case EVENT_POSTING_FLAGGED:
        return desk_flagged(db, entry);
    case EVENT_FLAG_WITHDRAWN:
        return desk_flag_withdraw(db, event->flag_withdrawn.posting, event->flag_withdrawn.member,
                                  event->flag_withdrawn.reason);
    case EVENT_POSTING_DECIDED:
        return desk_decided(db, event);
    case EVENT_APPEAL_MADE:
        return desk_appeal(db, entry);
    case EVENT_DUPLICATE_DECIDED:
        return desk_duplicate(db, event);
    case EVENT_THREADS_MERGED:
        return request_keep(db, event->threads_merged.request, event->seq);
    case EVENT_POSTING_AUDITED:
        return request_keep(db, event->posting_audited.request, event->seq);
    }
    *known = false;
    return OK;
}

enum result fold_desk_words_blanked(struct db *db, int64_t seq)
{
    enum result result = desk_flag_words_blank(db, seq);
    THEN(result, desk_hold_appeal_blank(db, seq));
    THEN(result, desk_said_remove(db, seq));
    THEN(result, desk_background_blank(db, seq));
    return result;
}
