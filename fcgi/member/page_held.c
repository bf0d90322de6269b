/* A member's acts that could not earn in a month: which, why, and the objection to it. */
#include "fcgi/member/page_held.h"

#include <inttypes.h>

#include "core/clock.h"
#include "fcgi/guard.h"
#include "fcgi/page/page_doors.h"
#include "schema/board.h"
#include "schema/statement.h"

enum {
    ACTS_SHOWN = 100,
    MONTHS_SHOWN = 120,
    PERIOD_SIZE = 7,
    OBJECTION_MAX = 2000,
    DONE_OBJECTED = 1
};
enum { KIND_VOTE = 3, WHY_LINKED = 1, WHY_TRADES = 2, WHY_UNSUPPORTED = 4 };
enum { OBJECTION_WAITS = 1, OBJECTION_LEFT = 2, OBJECTION_GRANTED = 3 };

#define FIELD_PERIOD                                                               \
    .name = "period", .type = FIELD_LINE, .low = PERIOD_SIZE, .high = PERIOD_SIZE, \
    .label = "The month"

const struct field fields_held[] = {
    {FIELD_PERIOD, .optional = true},
    {.name = "done",
     .type = FIELD_INT,
     .low = DONE_OBJECTED,
     .high = DONE_OBJECTED,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};
const struct field fields_held_object[] = {
    {FIELD_PERIOD},
    {.name = "words",
     .type = FIELD_TEXT,
     .low = 1,
     .high = OBJECTION_MAX,
     .label = "Your objection"},
    {.name = NULL},
};

enum result page_held_act(struct request *r, int64_t kind, int64_t posting, bool own,
                          struct text *what, int64_t *question)
{
    static const char *const mine[] = {"", "Your posting", "Your answer", "Your vote"};
    static const char *const anybodys[] = {"", "Posting", "Answer", "Vote"};
    const char *word = (own ? mine : anybodys)[kind >= 1 && kind <= KIND_VOTE ? kind : 0];
    struct board_posting_excerpt_row row;
    enum result result =
        board_posting_excerpt(request_store(r, WEB_BOARD), r->arena, posting, &row);
    *question = 0;
    if (result == NOT_FOUND) {
        *what = arena_format(r->arena, "%s: no longer shown", word);
        return OK;
    }
    if (result != OK)
        return result;
    *question = row.question;
    *what =
        arena_format(r->arena, "%s: %.*s", word, (int)row.thread_title.size, row.thread_title.data);
    return OK;
}

struct text page_held_why(struct arena *arena, int64_t why, bool vote)
{
    /* What the figures say, and not what anybody had in mind: in a small house votes go back and
     * forth without any arrangement. */
    const char *linked = (why & WHY_LINKED) != 0
                             ? "Voter and author vote on each other’s postings more often than "
                               "chance would have it. "
                             : "";
    const char *trades = (why & WHY_TRADES) == 0 ? ""
                         : vote ? "The voter’s votes go to few, and come back from them. "
                                : "The author’s votes go to few, and come back from them. ";
    const char *alone = (why & WHY_UNSUPPORTED) != 0
                            ? "No colleague who is independent and known long enough corroborates "
                              "it. "
                            : "";
    return text_trim(arena_format(arena, "%s%s%s", linked, trades, alone));
}

static enum result acts_load(struct request *r, struct view_held *v)
{
    struct db *store = request_store(r, WEB_STATEMENT);
    struct statement_held_of_row *rows;
    struct statement_held_count_row all;
    size_t count = 0;
    enum result result = statement_held_count(store, r->arena, r->reader.member, v->period, &all);
    if (result == OK)
        result = statement_held_of(store, r->arena, r->reader.member, v->period, ACTS_SHOWN, &rows,
                                   &count);
    if (result != OK)
        return result;
    v->acts = arena_array(r->arena, struct view_held_act, count + 1);
    for (size_t i = 0; i < count && result == OK; i++) {
        struct view_held_act *act = &v->acts[v->acts_count++];
        act->posting = rows[i].posting;
        act->why = page_held_why(r->arena, rows[i].why, rows[i].kind == KIND_VOTE);
        result = page_held_act(r, rows[i].kind, rows[i].posting, true, &act->what, &act->question);
    }
    v->more = all.acts - (int64_t)count;
    return result;
}

static enum result objection_load(struct request *r, struct view_held *v)
{
    struct statement_objection_of_row row;
    enum result result = statement_objection_of(request_store(r, WEB_STATEMENT), r->arena,
                                                r->reader.member, v->period, &row);
    if (result == NOT_FOUND) {
        v->can_object = true;
        return OK;
    }
    if (result != OK)
        return result;
    struct text on = clock_day(r->arena, row.at_ms);
    v->said = row.why;
    if (row.state == OBJECTION_WAITS)
        v->objection = TEXT("You have objected; two admins look at it.");
    else if (row.state == OBJECTION_LEFT)
        v->objection = arena_format(r->arena, "You objected; on %.*s two admins left it as it was.",
                                    (int)on.size, on.data);
    else if (row.paid.size == 0)
        v->objection =
            arena_format(r->arena,
                         "You objected, and on %.*s two admins granted it: what these acts would "
                         "have earned comes with the next close.",
                         (int)on.size, on.data);
    else
        v->objection = arena_format(
            r->arena,
            "You objected, and two admins granted it: what these acts would have earned, if "
            "anything, stands in your statement of %s.",
            page_month(r->arena, row.paid).data);
    return OK;
}

static enum result held_show(struct request *r, struct reply *out, struct text period,
                             struct text notice)
{
    struct view_held v = {.head = page_head(r, TEXT("Held back")),
                          .notice = notice,
                          .period = period,
                          .month = page_month(r->arena, period),
                          .objection = TEXT(""),
                          .said = TEXT(""),
                          .form = TEXT(""),
                          .request = guard_request_id(r),
                          .words = request_typed(r, "words")};
    enum result result = acts_load(r, &v);
    if (result == OK)
        result = objection_load(r, &v);
    if (result != OK)
        return result;
    v.can_object &= notice.size == 0; /* what he has just sent is not read here yet */
    if (v.can_object)
        v.form = guard_form(r, out, "/earnings/object");
    page_form_problems(r, "words", &v.problems, &v.problems_count);
    return reply_view(r, out, held, &v);
}

static struct text objection_words(struct request *r, int64_t state, struct text paid)
{
    if (state == OBJECTION_WAITS)
        return TEXT("You have objected; two admins look at it.");
    if (state == OBJECTION_LEFT)
        return TEXT("You objected; two admins left it as it was.");
    if (state != OBJECTION_GRANTED)
        return TEXT("");
    return paid.size == 0 ? TEXT("You objected, and two admins granted it.")
                          : arena_format(r->arena, "Granted, and settled with %s.",
                                         page_month(r->arena, paid).data);
}

/* Without a month: which there are. */
static enum result months_show(struct request *r, struct reply *out)
{
    struct view_held_list v = {.head = page_head(r, TEXT("Held back"))};
    struct statement_held_months_row *rows;
    size_t count;
    enum result result = statement_held_months(request_store(r, WEB_STATEMENT), r->arena,
                                               r->reader.member, MONTHS_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    v.months = arena_array(r->arena, struct view_held_line, count + 1);
    for (size_t i = 0; i < count; i++)
        v.months[v.months_count++] = (struct view_held_line){
            .period = rows[i].period,
            .month = page_month(r->arena, rows[i].period),
            .acts = rows[i].acts,
            .objection = objection_words(r, rows[i].state, rows[i].paid),
        };
    return reply_view(r, out, held_list, &v);
}

enum result page_held(struct request *r, struct reply *out)
{
    if (request_text(r, "period").size == 0)
        return months_show(r, out);
    return held_show(r, out, request_text(r, "period"),
                     request_int(r, "done") == DONE_OBJECTED ? TEXT("Sent. Two admins look at it.")
                                                             : TEXT(""));
}

enum result page_held_again(struct request *r, struct reply *out)
{
    return held_show(r, out, request_typed(r, "period"), TEXT(""));
}

enum result page_held_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_HELD_OBJECT};
    struct text period = request_text(r, "period");
    command.held_object.period = period;
    command.held_object.words = request_text(r, "words");
    enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/earnings/held?period=%.*s&done=%d",
                                         (int)period.size, period.data, DONE_OBJECTED)
                        : result;
}
