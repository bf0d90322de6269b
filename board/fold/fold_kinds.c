#include "board/fold/fold.h"

#include "board/board.h"
#include "core/clock.h"
#include "core/session.h"
#include "core/step.h"
#include "core/text.h"
#include "schema/board.h"
#include "schema/desk.h"

/* What belongs to one kind of thread, in both folds: a case's poll, an observation's facts, how
 * something was solved, ratings. As in the two folds that call this: no clock, settings or chance.
 */

enum { TEXT_OPTIONS = 2, OWN_ROWS_MOST = 1 << 24 };

static struct text or_empty(struct text text)
{
    return text.data == NULL ? TEXT("") : text;
}

/* --- board.db --- */

/* The words may be blanked already; the options stay, since choices name their places. */
static enum result options_added(struct db *db, const struct journal_entry *entry)
{
    struct text rest = or_empty(entry->texts[TEXT_OPTIONS]), line;
    enum result result = OK;
    for (int64_t place = 1; place <= entry->event.posting_added.options; place++) {
        if (!text_next(&rest, '\n', &line))
            line = TEXT("");
        THEN(result, board_poll_option_add(db, entry->event.seq, place, line));
    }
    return result;
}

enum result fold_kind_added(struct db *db, const struct journal_entry *entry)
{
    const struct event_posting_added *e = &entry->event.posting_added;
    bool observed =
        e->has_setting || e->has_seen || e->from_month.data != NULL || e->to_month.data != NULL;
    if (e->has_options)
        return options_added(db, entry);
    if (!observed)
        return OK;
    return board_observation_add(db, entry->event.seq, e->has_setting ? e->setting : 0,
                                 e->has_seen ? e->seen : 0, or_empty(e->from_month),
                                 or_empty(e->to_month));
}

enum result fold_kinds_blanked(struct db *db, const struct event *event, struct arena *arena)
{
    const struct event_text_blanked *e = &event->text_blanked;
    struct board_poll_options_row *options;
    struct board_solution_of_row row;
    size_t count = 0;
    enum result result = OK;
    if (e->part == TEXT_OPTIONS)
        result = board_poll_options(db, arena, e->seq, &options, &count);
    if (result != OK || count > 0)
        return result == OK ? board_poll_options_blank(db, e->seq) : result;
    result = e->part == 0 ? board_solution_of(db, arena, e->seq, &row) : NOT_FOUND;
    THEN(result, board_posting_unindex(db, row.question));
    THEN(result, board_solution_blank(db, e->seq));
    THEN(result, board_posting_index(db, row.question));
    THEN(result, board_posting_images_remove(db, row.question, 2));
    THEN(result, board_thread_touch(db, row.question, event->seq));
    return result;
}

/* Colleagues who answered are told once, when it becomes solved. */
static enum result answerers_tell(struct db *db, const struct event *event, struct arena *arena)
{
    const struct event_question_solved *e = &event->question_solved;
    struct board_answerers_row *rows;
    size_t count = 0, told = 0;
    enum result result = board_answerers(db, arena, e->question, NOTICES_PER_EVENT, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        if (rows[i].member == e->member || rows[i].member == 0)
            continue;
        result = fold_notify(db, event->seq * NOTICES_PER_EVENT + (int64_t)told++, rows[i].member,
                             NOTICE_SOLVED, e->question, event->at_ms);
    }
    return result;
}

static enum result solution_put(struct db *db, const struct journal_entry *entry,
                                struct arena *arena)
{
    const struct event_question_solved *e = &entry->event.question_solved;
    struct text how = or_empty(entry->texts[0]);
    struct html html = {TEXT("")};
    enum result result = OK;
    if (e->has_text0) {
        if (how.size > 0)
            result = text_markdown(arena, how, &html);
        THEN(result,
             board_solution_how_set(db, e->question, entry->event.seq, how, or_empty(html.markup)));
        THEN(result, fold_images(db, arena, e->question, 2, how));
    }
    if (e->has_answer)
        THEN(result, board_solution_answer_set(db, e->question, e->answer));
    return result;
}

static enum result question_solved(struct db *db, const struct journal_entry *entry,
                                   struct arena *arena)
{
    const struct event_question_solved *e = &entry->event.question_solved;
    struct board_thread_solved_row was;
    enum result result = board_thread_solved(db, arena, e->question, &was);
    if (result != OK)
        return result;
    bool study = e->has_study ? e->study : was.solved == THREAD_STUDY;
    int64_t solved = !e->solved ? THREAD_UNSOLVED : study ? THREAD_STUDY : THREAD_SOLVED;
    result = board_thread_solved_set(db, e->question, entry->event.seq, solved);
    THEN(result, board_posting_unindex(db, e->question));
    THEN(result,
         e->solved ? solution_put(db, entry, arena) : board_solution_remove(db, e->question));
    THEN(result, board_posting_index(db, e->question));
    if (!e->solved)
        THEN(result, board_posting_images_remove(db, e->question, 2));
    if (e->solved && was.solved == THREAD_UNSOLVED)
        THEN(result, answerers_tell(db, &entry->event, arena));
    return result;
}

/* The member's own row of a thread, opened; one whose key is gone has none (*there false). */
struct own_row {
    uint8_t key[KEY_SIZE], tag[SESSION_TAG_SIZE];
    struct own_thread own;
    bool there;
};

static enum result own_open(struct fold_board *fold, struct arena *arena, int64_t member,
                            int64_t question, struct own_row *row)
{
    struct bytes plain;
    *row = (struct own_row){.there = false};
    enum result result = keyring_view_key(fold->keys, arena, member, row->key);
    if (result == NOT_FOUND)
        return OK;
    if (result != OK)
        return result;
    row->there = true;
    session_thread_tag(row->tag, row->key, question);
    result = fold_own_read(fold, arena, row->key, row->tag, &plain);
    if (result != OK)
        return result;
    return session_thread_read(plain, &row->own) == OK ? OK : BROKEN;
}

static enum result own_close(struct fold_board *fold, struct arena *arena, int64_t seq,
                             struct own_row *row)
{
    enum result result = OK;
    if (row->there)
        result = fold_own_write(fold, arena, row->key, row->tag, seq,
                                session_thread_bytes(arena, row->own));
    seal_wipe(row, sizeof(*row));
    return result;
}

/* Before a choice is counted: what was due until then is shown, and a step may begin. */
static enum result poll_step(struct fold_board *fold, const struct event *event)
{
    const struct event_poll_chosen *e = &event->poll_chosen;
    int64_t at_ms = event->at_ms;
    enum result result = board_poll_shown_move(fold->db, e->question, at_ms);
    THEN(result, board_poll_step_more(fold->db, e->question, e->was == 0, STEP_VOTERS, at_ms,
                                      step_end_ms(at_ms)));
    return result;
}

static enum result poll_chosen(struct fold_board *fold, const struct event *event,
                               struct arena *arena)
{
    const struct event_poll_chosen *e = &event->poll_chosen;
    struct own_row row;
    enum result result = OK;
    if (e->choice > 0)
        result = poll_step(fold, event);
    if (e->was > 0)
        THEN(result, board_poll_option_more(fold->db, e->question, e->was, -1, -e->was_looked));
    if (e->choice > 0)
        THEN(result, board_poll_option_more(fold->db, e->question, e->choice, 1, e->looked));
    THEN(result, own_open(fold, arena, e->member, e->question, &row));
    if (result != OK)
        return result;
    row.own.choice = (uint8_t)e->choice;
    row.own.looked = e->looked;
    return own_close(fold, arena, event->seq, &row);
}

static enum result question_rated(struct fold_board *fold, const struct event *event,
                                  struct arena *arena)
{
    const struct event_question_rated *e = &event->question_rated;
    struct own_row row;
    enum result result = board_rating_more(
        fold->db, e->question, (e->importance > 0) - (e->was_importance > 0),
        e->importance - e->was_importance, (e->relevance > 0) - (e->was_relevance > 0),
        e->relevance - e->was_relevance);
    THEN(result, board_rating_mean(fold->db, e->question, RATINGS_SHOWN_FROM));
    THEN(result, board_thread_touch(fold->db, e->question, event->seq));
    THEN(result, own_open(fold, arena, e->member, e->question, &row));
    if (result != OK)
        return result;
    row.own.importance = (uint8_t)e->importance;
    row.own.relevance = (uint8_t)e->relevance;
    return own_close(fold, arena, event->seq, &row);
}

enum result fold_board_kinds(struct fold_board *fold, const struct journal_entry *entry,
                             struct arena *arena, bool *known)
{
    const struct event *event = &entry->event;
    *known = true;
    switch ((int)event->kind) {
    case EVENT_QUESTION_SOLVED:
        return question_solved(fold->db, entry, arena);
    case EVENT_POLL_CHOSEN:
        return poll_chosen(fold, event, arena);
    case EVENT_QUESTION_RATED:
        return question_rated(fold, event, arena);
    case EVENT_SPECIALTIES_CHOSEN:
        return board_member_specialty_set(
            fold->db, event->specialties_chosen.member,
            event->specialties_chosen.shown ? event->specialties_chosen.words : TEXT(""));
    }
    *known = false;
    return OK;
}

enum result fold_kinds_left(struct fold_board *fold, const uint8_t key[KEY_SIZE],
                            struct arena *arena)
{
    struct board_threads_own_rows_row *rows;
    uint8_t tag[SESSION_TAG_SIZE];
    size_t count = 0;
    enum result result = board_threads_own_rows(fold->db, arena, 0, OWN_ROWS_MOST, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        session_thread_tag(tag, key, rows[i].question);
        result = board_own_remove(fold->db, bytes_of(tag, sizeof(tag)));
    }
    return result;
}

/* --- desk.db --- */

static enum result desk_solved(struct db *db, const struct event *event)
{
    const struct event_question_solved *e = &event->question_solved;
    struct desk_posting_get_row was;
    struct arena none = {0}; /* numbers only */
    enum result result = desk_posting_get(db, &none, e->question, &was);
    if (result != OK)
        return result;
    bool study = e->has_study ? e->study : was.solved == THREAD_STUDY;
    result = desk_posting_solved_set(db, e->question,
                                     !e->solved ? THREAD_UNSOLVED
                                     : study    ? THREAD_STUDY
                                                : THREAD_SOLVED);
    if (e->has_text0)
        THEN(result, desk_how_add(db, event->seq, e->member, e->question));
    return result;
}

enum result fold_desk_kinds(struct db *db, const struct event *event, bool *known)
{
    const struct event_poll_chosen *chosen = &event->poll_chosen;
    const struct event_question_rated *rated = &event->question_rated;
    enum result result;
    *known = true;
    switch ((int)event->kind) {
    case EVENT_QUESTION_SOLVED:
        return desk_solved(db, event);
    case EVENT_POLL_CHOSEN:
        result = desk_choice_set(db, chosen->question, chosen->member, chosen->choice,
                                 chosen->looked, event->at_ms);
        THEN(result, desk_member_voted(db, chosen->member, event->at_ms / DAY_MS, false));
        return result;
    case EVENT_QUESTION_RATED:
        result = desk_rating_set(db, rated->question, rated->member, rated->importance,
                                 rated->relevance, event->at_ms);
        THEN(result, desk_member_voted(db, rated->member, event->at_ms / DAY_MS, false));
        return result;
    case EVENT_SPECIALTIES_CHOSEN:
        result = request_keep(db, event->specialties_chosen.request, event->seq);
        THEN(result, desk_member_specialties_set(
                         db, event->specialties_chosen.member, event->specialties_chosen.codes,
                         event->specialties_chosen.words, event->specialties_chosen.shown));
        return result;
    }
    *known = false;
    return OK;
}
