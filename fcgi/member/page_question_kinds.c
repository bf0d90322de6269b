/* A question's poll, facts, rating and solution: what all readers see of them, and what is the
 * reader's own. His own row of the thread is read when the first slot asks for it, so that a page
 * without such places costs nothing more. */
#include "fcgi/member/page_kinds.h"

#include <inttypes.h>
#include <string.h>

#include "core/session.h"
#include "core/text.h"
#include "fcgi/guard.h"
#include "schema/board.h"
#include "schema/command.h"

enum { ANSWERS_OFFERED = 200, ANSWER_WORDS = 80 };

const struct field fields_poll[] = {
    {.name = "choice",
     .type = FIELD_INT,
     .low = 1,
     .high = POLL_OPTIONS_MAX,
     .optional = true,
     .label = "Your choice"},
    {.name = "show", .type = FIELD_FLAG, .optional = true, .label = "Show"},
    {.name = NULL},
};
const struct field fields_rate[] = {
    {.name = "relevance",
     .type = FIELD_INT,
     .low = 1,
     .high = RATING_MAX,
     .optional = true,
     .label = "Relevance"},
    {.name = "importance",
     .type = FIELD_INT,
     .low = 1,
     .high = RATING_MAX,
     .optional = true,
     .label = "Importance"},
    {.name = NULL},
};
const struct field fields_solved[] = {
    {.name = "solved", .type = FIELD_FLAG, .label = "Solved"},
    {.name = "how",
     .type = FIELD_TEXT,
     .high = SOLUTION_SIZE_MAX,
     .optional = true,
     .label = "How it was solved"},
    {.name = "answer",
     .type = FIELD_INT,
     .high = PAGE_BEFORE_ALL,
     .optional = true,
     .label = "The answer"},
    {.name = "study", .type = FIELD_FLAG, .optional = true, .label = "A case study"},
    {.name = "whole", .type = FIELD_FLAG, .optional = true, .label = "The whole form"},
    {.name = "general", .type = FIELD_FLAG, .optional = true, .label = "More general forms"},
    {.name = "change", .type = FIELD_LINE, .high = 40, .optional = true, .label = "One form"},
    {.name = "confirmed", .type = FIELD_FLAG, .optional = true, .label = "Your word"},
    {.name = NULL},
};

/* ---- what all readers see ---- */

static enum result observed_load(struct request *r, struct view_thread_kind *v)
{
    struct board_observation_get_row row;
    enum result result = board_observation_get(request_store(r, WEB_BOARD), r->arena, r->id, &row);
    v->observed = (struct view_observed){.setting = TEXT(""), .seen = TEXT(""), .months = TEXT("")};
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    v->is_observed = true;
    v->observed.setting = text_of(workplace_name(row.setting));
    if (row.seen > 0)
        v->observed.seen = text_of(patients_name(row.seen));
    v->observed.months = months_words(r->arena, row.from_month, row.to_month);
    return OK;
}

static enum result rating_load(struct request *r, struct view_thread_kind *v)
{
    struct board_rating_get_row row = {0};
    enum result result = board_rating_get(request_store(r, WEB_BOARD), r->arena, r->id, &row);
    v->rating = (struct view_rating){
        .relevance = page_mean(r->arena, row.relevance),
        .relevances = row.relevances,
        .importance = page_mean(r->arena, row.importance),
        .importances = row.importances,
    };
    return result == NOT_FOUND ? OK : result;
}

static enum result solution_load(struct request *r, struct view_thread_kind *v)
{
    struct board_solution_get_row row;
    enum result result = board_solution_get(request_store(r, WEB_BOARD), r->arena, r->id, &row);
    v->solution = (struct view_solution){.by = TEXT("")};
    v->solution.how.markup = TEXT("");
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    v->is_solved = row.html.size > 0 || row.answer > 0;
    v->solution.how = text_kept_html(row.html);
    v->solution.answer = row.answer;
    v->solution.by = row.pseudonym;
    return OK;
}

enum result page_kind_load(struct request *r, int64_t kind, bool solved, struct view_thread_kind *v)
{
    struct board_poll_shown_row *rows;
    size_t count = 0;
    enum result result = rating_load(r, v);
    v->rated = kind <= POSTING_OBSERVATION;
    v->solvable = kind <= POSTING_CASE;
    v->observed = (struct view_observed){.setting = TEXT(""), .seen = TEXT(""), .months = TEXT("")};
    v->solution = (struct view_solution){.how = {TEXT("")}, .by = TEXT("")};
    if (result == OK && kind == POSTING_OBSERVATION)
        result = observed_load(r, v);
    if (result == OK && solved)
        result = solution_load(r, v);
    if (result == OK && kind == POSTING_CASE)
        result = board_poll_shown(request_store(r, WEB_BOARD), r->arena, r->id, r->now_ms, &rows,
                                  &count);
    v->polled = count > 0;
    return result;
}

/* ---- the reader's own ---- */

/* What is not to be had is shown as not said: the page stands without it. */
static void own_load(struct request *r, struct page_kind *me)
{
    const uint8_t *view_key;
    uint8_t tag[SESSION_TAG_SIZE];
    struct own_thread own;
    struct bytes plain;
    if (me->own_read || !me->physician || me->asker)
        return;
    me->own_read = true;
    if (request_view_key(r, &view_key) != OK)
        return;
    session_thread_tag(tag, view_key, me->question);
    if (page_own(r, view_key, tag, &plain) != OK || session_thread_read(plain, &own) != OK)
        return;
    me->choice = own.choice;
    me->looked = own.looked != 0;
    me->relevance = own.relevance;
    me->importance = own.importance;
}

static void poll_counts(struct request *r, const struct board_poll_shown_row *rows, size_t count,
                        struct view_poll *v)
{
    for (size_t i = 0; i < count; i++) {
        v->chosen += rows[i].chosen;
        v->looked += rows[i].looked;
    }
    for (size_t i = 0; i < v->options_count && v->bars; i++) {
        v->options[i].chosen = rows[i].chosen;
        v->options[i].looked = rows[i].looked;
        v->options[i].width =
            v->chosen > 0 ? (rows[i].chosen * 100 + v->chosen / 2) / v->chosen : 0;
    }
    if (!v->bars) /* not even how many: the last choice could be told from it */
        v->chosen = v->looked = 0;
    else if (v->chosen == 0)
        v->words =
            TEXT("No counts yet: they are shown from three choices on, with the next quarter "
                 "of an hour.");
    else if (v->looked > 0)
        v->words = arena_format(r->arena, "%lld chose, %lld of them after seeing the bars.",
                                (long long)v->chosen, (long long)v->looked);
    else
        v->words = arena_format(r->arena, "%lld chose, nobody after seeing the bars.",
                                (long long)v->chosen);
}

static struct view_poll poll_of(struct request *r, struct reply *out, struct page_kind *me)
{
    struct board_poll_shown_row *rows;
    size_t count = 0;
    struct view_poll v = {.question = me->question, .form = TEXT(""), .words = TEXT("")};
    if (me->kind != POSTING_CASE || board_poll_shown(request_store(r, WEB_BOARD), r->arena,
                                                     me->question, r->now_ms, &rows, &count) != OK)
        return v;
    own_load(r, me);
    v.asker = me->asker;
    v.can_choose = me->physician && !me->asker && count > 0;
    v.own = me->choice;
    /* An admin who only reads has no choice to spoil. */
    v.bars = me->asker || me->choice > 0 || me->looked || !me->physician;
    if (v.can_choose)
        v.form = guard_form(r, out, "/q/:id/poll");
    v.options = arena_array(r->arena, struct view_poll_option, POLL_OPTIONS_MAX);
    for (size_t i = 0; i < count && i < POLL_OPTIONS_MAX; i++)
        v.options[v.options_count++] = (struct view_poll_option){
            .place = rows[i].place, .words = rows[i].words, .own = rows[i].place == me->choice};
    poll_counts(r, rows, count, &v);
    return v;
}

bool page_has_rated(struct request *r, struct page_kind *me)
{
    own_load(r, me);
    return me->relevance > 0 || me->importance > 0;
}

struct view_own_rating page_own_rating(struct request *r, struct reply *out, struct page_kind *me)
{
    struct view_own_rating v = {.question = me->question, .form = TEXT("")};
    v.can_rate = me->physician && !me->asker && me->kind <= POSTING_OBSERVATION;
    if (!v.can_rate)
        return v;
    own_load(r, me);
    v.form = guard_form(r, out, "/q/:id/rate");
    v.relevance = me->relevance;
    v.importance = me->importance;
    return v;
}

bool page_solve_failed(const struct request *r)
{
    return r->fields == fields_solved;
}

static void answers_offer(struct request *r, int64_t chosen, struct view_solve_form *v)
{
    struct board_answers_brief_row *rows;
    size_t count = 0;
    if (board_answers_brief(request_store(r, WEB_BOARD), r->arena, v->question, ANSWERS_OFFERED,
                            &rows, &count) != OK)
        return; /* the form serves without */
    v->answers = arena_array(r->arena, struct view_answer_choice, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct text words = text_cut(rows[i].excerpt, ANSWER_WORDS);
        v->answers[v->answers_count++] = (struct view_answer_choice){
            .id = rows[i].id,
            .words = arena_format(r->arena, "%.*s: %.*s%s", (int)rows[i].pseudonym.size,
                                  rows[i].pseudonym.data, (int)words.size, words.data,
                                  words.size < rows[i].excerpt.size ? "…" : ""),
            .chosen = rows[i].id == chosen,
        };
    }
}

/* As stored, or as typed when the form has come back. */
static struct view_solve_form solve_of(struct request *r, struct reply *out,
                                       const struct page_kind *me)
{
    struct view_solve_form v = {
        .question = me->question, .form = TEXT(""), .how = TEXT(""), .is_case = false};
    struct db *board = request_store(r, WEB_BOARD);
    struct board_thread_solved_row thread = {0};
    struct board_solution_get_row row = {.how = TEXT(""), .answer = 0};
    v.can_solve = me->physician && me->asker && me->kind <= POSTING_CASE;
    if (!v.can_solve || board_thread_solved(board, r->arena, me->question, &thread) != OK)
        return v;
    enum result stored = board_solution_get(board, r->arena, me->question, &row);
    v.form = guard_form(r, out, "/q/:id/solved");
    v.is_case = me->kind == POSTING_CASE;
    v.solved = thread.solved != THREAD_UNSOLVED;
    v.study = thread.solved == THREAD_STUDY;
    v.how = stored == OK ? row.how : TEXT("");
    int64_t answer = stored == OK ? row.answer : 0;
    if (page_solve_failed(r)) {
        struct page_checked checked = {0};
        v.how = request_typed(r, "how");
        if (page_wants_general(r))
            v.how = page_generalise(r, "how", v.how, request_typed(r, "change"));
        (void)text_int(request_typed(r, "answer"), 0, PAGE_BEFORE_ALL, &answer);
        v.study = request_typed(r, "study").size > 0;
        page_problems(r, &v.problems, &v.problems_count);
        page_check_more(r, "how", v.how, &checked);
        v.spans = checked.spans;
        v.spans_count = checked.count;
        v.general = checked.general;
        v.confirm = checked.asking > 0 && checked.blocked == 0;
        v.again = true;
    }
    answers_offer(r, answer, &v);
    return v;
}

bool page_kind_fill(struct request *r, struct reply *out, struct buf *buf, const char *slot,
                    struct page_kind *me)
{
    if (strcmp(slot, "poll") == 0) {
        struct view_poll v = poll_of(r, out, me);
        html_poll(buf, &v);
    } else if (strcmp(slot, "own_rating") == 0) {
        if (page_has_rated(r, me)) {
            struct view_own_rating v = page_own_rating(r, out, me);
            html_own_rating(buf, &v);
        }
    } else if (strcmp(slot, "solve") == 0) {
        struct view_solve_form v = solve_of(r, out, me);
        html_solve(buf, &v);
    } else {
        return false;
    }
    return true;
}

void page_kind_json(struct request *r, struct reply *out, struct page_kind *me,
                    struct view_question *v)
{
    v->poll = poll_of(r, out, me);
    v->own_rating = page_own_rating(r, out, me);
    v->solve = solve_of(r, out, me);
}

/* ---- what is done ---- */

enum result page_poll_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_POLL_CHOOSE};
    command.poll_choose.question = r->id;
    command.poll_choose.choice = request_flag(r, "show") ? 0 : request_int(r, "choice");
    if (!request_flag(r, "show") && !request_given(r, "choice")) {
        request_fault_add(r, "choice", "Choose one of the answers.");
        return INVALID;
    }
    enum result result = page_command(r, &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/q/%" PRId64 "#poll", r->id);
}

enum result page_rate_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_QUESTION_RATE};
    command.question_rate.question = r->id;
    command.question_rate.relevance = request_int(r, "relevance");
    command.question_rate.importance = request_int(r, "importance");
    enum result result = page_command(r, &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/q/%" PRId64 "#rate", r->id);
}

/* The whole form says what is empty too; a client that sends only `solved` leaves the rest. */
enum result page_solved_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_SOLVE};
    struct command_solve *solve = &command.solve;
    struct page_checked checked = {0};
    bool whole = request_flag(r, "whole");
    if (page_wants_general(r))
        return page_solved_again(r, out);
    solve->question = r->id;
    solve->solved = request_flag(r, "solved");
    solve->how = whole || request_given(r, "how") ? request_text(r, "how") : NO_TEXT;
    solve->has_answer = whole || request_given(r, "answer");
    solve->answer = request_int(r, "answer");
    solve->has_study = request_given(r, "study") || whole;
    solve->study = solve->solved && request_flag(r, "study");
    if (!solve->solved) {
        solve->how = NO_TEXT;
        solve->has_answer = solve->has_study = false;
    }
    page_check_more(r, "how", solve->how, &checked);
    enum result result = page_check_post_of(r, "how", &checked);
    if (result == OK)
        result = page_command(r, &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/q/%" PRId64, r->id);
}

enum result page_solved_again(struct request *r, struct reply *out)
{
    return page_question_with(r, out, TEXT(""), false);
}
