/* The safety desk: watched products, and postings that name one and wait for a judgement. */
#include "fcgi/admin/page_safety.h"

#include <inttypes.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/text.h"
#include "fcgi/guard.h"
#include "schema/board.h"

enum { PRODUCT_MAX = 60, NAMES_MAX = 300, WORDS_MAX = 80, PATIENT_MAX = 100, REACTION_MAX = 200 };
enum { DONE_WATCHED = 1, DONE_JUDGED, DONE_ASKED };
enum { SAID_MOST = 20 };

const struct field fields_safety[] = {
    {.name = "done",
     .type = FIELD_INT,
     .low = DONE_WATCHED,
     .high = DONE_ASKED,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};
const struct field fields_watch_set[] = {
    {.name = "product", .type = FIELD_LINE, .low = 1, .high = PRODUCT_MAX, .label = "Product"},
    {.name = "names",
     .type = FIELD_LINE,
     .high = NAMES_MAX,
     .optional = true,
     .label = "Its other names"},
    {.name = "sponsor", .type = FIELD_LINE, .low = 1, .high = WORDS_MAX, .label = "Sponsor"},
    {.name = "study", .type = FIELD_LINE, .high = WORDS_MAX, .optional = true, .label = "Study"},
    {.name = "until", .type = FIELD_DATE, .label = "Its end"},
    {.name = "back", .type = FIELD_DATE, .optional = true, .label = "The day it looks back to"},
    {.name = NULL},
};
const struct field fields_judge[] = {
    {.name = "outcome",
     .type = FIELD_INT,
     .low = SIGHTING_CASE,
     .high = SIGHTING_INCOMPLETE,
     .label = "What you found"},
    {.name = "patient",
     .type = FIELD_LINE,
     .high = PATIENT_MAX,
     .optional = true,
     .label = "Patient"},
    {.name = "reaction",
     .type = FIELD_LINE,
     .high = REACTION_MAX,
     .optional = true,
     .label = "Reaction"},
    {.name = "serious", .type = FIELD_FLAG, .optional = true, .label = "Serious"},
    {.name = NULL},
};

enum result page_safety_ask(struct request *r, struct command_safety_desk what,
                            struct reply_safety_desk *reply)
{
    struct json *root;
    struct command command = {.kind = COMMAND_SAFETY_DESK, .safety_desk = what};
    if (!page_may_ask(r))
        return r->why;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_safety_desk_read(root, r->arena, reply) : BROKEN;
    json_close(root);
    return result;
}

struct view_watch_row page_watch_row(struct request *r, const struct record_watch *watch)
{
    return (struct view_watch_row){
        .id = watch->id,
        .sponsor = watch->sponsor,
        .product = watch->product,
        .names = watch->names,
        .study = watch->study,
        .until = clock_day(r->arena, watch->until_ms),
        .ended = watch->ended_ms > 0 ? clock_day(r->arena, watch->ended_ms) : TEXT(""),
        .over = watch->until_ms <= r->now_ms,
        .seen = watch->seen,
        .waiting = watch->waiting,
        .cases = watch->cases,
        .unsent = watch->unsent,
        .looked = watch->looked,
    };
}

enum result page_sighting_author(struct request *r, int64_t member, struct text *author)
{
    struct board_member_profile_row row;
    enum result result = board_member_profile(request_store(r, WEB_BOARD), r->arena, member, &row);
    *author = result == OK ? row.pseudonym : TEXT("");
    return result == NOT_FOUND ? OK : result;
}

/* The posting as it stands now, wherever that is: a newcomer's first waits for a look, and may be
 * due here before it had one. */
static enum result text_fill(struct request *r, const struct record_sighting *s,
                             struct view_sighting *v)
{
    struct board_posting_get_row row;
    struct board_posting_excerpt_row thread;
    struct board_withheld_get_row away;
    struct db *board = request_store(r, WEB_BOARD);
    enum result result = board_posting_get(board, r->arena, s->posting, &row);
    v->title = TEXT("a posting that is not shown");
    if (result == OK)
        result = board_posting_excerpt(board, r->arena, s->posting, &thread);
    if (result == OK) {
        v->title = thread.thread_title;
        v->body = text_kept_html(row.html);
        v->commented = row.member != s->member;
        return OK;
    }
    if (result == NOT_FOUND)
        result = board_withheld_get(board, r->arena, s->posting, &away);
    v->gone = result == NOT_FOUND;
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    v->title = away.title.size > 0 ? away.title : away.thread_title;
    v->body = text_kept_html(away.html);
    v->commented = away.member != s->member;
    v->stands = TEXT("seen by its author and admins alone");
    return OK;
}

static enum result said_fill(struct request *r, const struct record_sighting *s,
                             struct view_sighting *v)
{
    struct board_said_there_row *rows;
    size_t count;
    enum result result = board_said_there(request_store(r, WEB_BOARD), r->arena, s->posting,
                                          s->member, SAID_MOST, &rows, &count);
    if (result != OK)
        return result;
    v->said = arena_array(r->arena, struct view_said, count + 1);
    for (size_t i = 0; i < count; i++)
        v->said[v->said_count++] = (struct view_said){.body = text_kept_html(rows[i].html),
                                                      .at = clock_day(r->arena, rows[i].at_ms)};
    return OK;
}

static void typed_fill(struct request *r, struct view_sighting *v)
{
    if (r->why == OK || r->id != v->id || r->fields != fields_judge)
        return;
    v->patient = request_typed(r, "patient");
    v->reaction = request_typed(r, "reaction");
    v->serious = text_is(request_typed(r, "serious"), "1");
    if (r->fault_count > 0)
        v->problem = r->faults[0].words;
}

/* Of the author's consent: "" while nobody asked for it. */
static const char *contact_words(const struct record_sighting *s)
{
    const bool told = s->told == CONTACT_AGREED;
    switch (s->contact) {
    case CONTACT_ASKED:
        return "its author is asked";
    case CONTACT_AGREED:
        return told ? "its author agreed, and the maker has the name" : "its author agreed";
    case CONTACT_DECLINED:
        return told ? "its author took back a yes; the maker had the name by then"
                    : "its author declined";
    default:
        return "";
    }
}

static bool is_over(const struct reply_safety_desk *reply, int64_t watch)
{
    for (size_t i = 0; i < reply->watches_count; i++)
        if (reply->watches[i].id == watch)
            return reply->watches[i].ended_ms > 0;
    return false;
}

enum result page_sightings(struct request *r, const struct reply_safety_desk *reply,
                           struct view_sighting **sightings, size_t *count)
{
    static const char *const found[] = {"", "a case", "no adverse event", "incomplete"};
    enum result result = OK;
    *sightings = arena_array(r->arena, struct view_sighting, reply->sightings_count + 1);
    for (*count = 0; *count < reply->sightings_count && result == OK; ++*count) {
        const struct record_sighting *s = &reply->sightings[*count];
        struct view_sighting *v = &(*sightings)[*count];
        const int64_t due_ms =
            business_due_ms(s->at_ms, conf_int("safety.days"), conf_int("safety.holidays") == 1);
        *v = (struct view_sighting){
            .id = s->id,
            .watch = s->watch,
            .product = s->product,
            .sponsor = s->sponsor,
            .study = s->study,
            .posting = s->posting,
            .question = s->question,
            .at = clock_day(r->arena, s->at_ms),
            .due = clock_day(r->arena, due_ms - 1),
            .late = due_ms <= r->now_ms,
            .outcome = s->outcome,
            .found = text_of(found[s->outcome]),
            .patient = s->patient,
            .reaction = s->reaction,
            .serious = s->serious,
            .sent = s->sent_ms > 0 ? clock_day(r->arena, s->sent_ms) : TEXT(""),
            .contact = s->contact,
            .contact_words = text_of(contact_words(s)),
            .told = s->told == CONTACT_AGREED,
            .over = is_over(reply, s->watch),
            .earlier = s->earlier,
            .stands = TEXT(""),
            .problem = TEXT(""),
        };
        typed_fill(r, v);
        result = text_fill(r, s, v);
        if (result == OK)
            result = said_fill(r, s, v);
        if (result == OK)
            result = page_sighting_author(r, s->member, &v->author);
    }
    return result;
}

static enum result safety_show(struct request *r, struct reply *out, struct text notice)
{
    const bool typed = r->fields == fields_watch_set;
    struct reply_safety_desk reply = {0};
    struct view_safety v = {
        .head = page_head(r, TEXT("Adverse events")),
        .days = conf_int("safety.days"),
        .holidays = conf_int("safety.holidays") == 1,
        .notice = notice,
        .product = typed ? request_typed(r, "product") : TEXT(""),
        .names = typed ? request_typed(r, "names") : TEXT(""),
        .sponsor = typed ? request_typed(r, "sponsor") : TEXT(""),
        .study = typed ? request_typed(r, "study") : TEXT(""),
        .until = typed ? request_typed(r, "until") : TEXT(""),
        .back = typed ? request_typed(r, "back") : TEXT(""),
    };
    enum result result = page_safety_ask(r, (struct command_safety_desk){0}, &reply);
    if (result == OK)
        result = page_sightings(r, &reply, &v.sightings, &v.sightings_count);
    if (result != OK)
        return result;
    v.watches = arena_array(r->arena, struct view_watch_row, reply.watches_count + 1);
    for (size_t i = 0; i < reply.watches_count; i++)
        v.watches[v.watches_count++] = page_watch_row(r, &reply.watches[i]);
    for (size_t i = 0; i < reply.watches_count; i++)
        v.waiting += reply.watches[i].waiting;
    v.form = guard_form(r, out, "/admin/safety/watch");
    v.judge_form = guard_form(r, out, "/admin/safety/case/:id");
    v.ask_form = guard_form(r, out, "/admin/safety/case/:id/ask");
    v.request = guard_request_id(r);
    page_form_problems(r, typed ? "product names sponsor until back" : "", &v.problems,
                       &v.problems_count);
    return reply_view(r, out, safety, &v);
}

enum result page_safety(struct request *r, struct reply *out)
{
    static const char *const notices[] = {
        "",
        "Watched from now on.",
        "Noted.",
        "Asked. What the author says stands here.",
    };
    return safety_show(r, out, text_of(notices[request_int(r, "done")]));
}

enum result page_safety_again(struct request *r, struct reply *out)
{
    return safety_show(r, out, TEXT(""));
}

static enum result done(struct request *r, struct reply *out, struct command *command, int what)
{
    const enum result result = page_program_done(r, "clerk", command);
    return result == OK ? reply_redirect(r, out, "/admin/safety?done=%d", what) : result;
}

enum result page_watch_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_WATCH_SET};
    command.watch_set.product = request_text(r, "product");
    command.watch_set.names = request_text(r, "names");
    command.watch_set.sponsor = request_text(r, "sponsor");
    command.watch_set.study = request_text(r, "study");
    command.watch_set.until_ms = request_int(r, "until");
    command.watch_set.back_ms = request_given(r, "back") ? request_int(r, "back") : 0;
    return done(r, out, &command, DONE_WATCHED);
}

enum result page_judge_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_SIGHTING_JUDGE};
    command.sighting_judge.sighting = r->id;
    command.sighting_judge.outcome = request_int(r, "outcome");
    command.sighting_judge.patient = request_text(r, "patient");
    command.sighting_judge.reaction = request_text(r, "reaction");
    command.sighting_judge.serious = request_flag(r, "serious");
    return done(r, out, &command, DONE_JUDGED);
}

enum result page_contact_ask_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_CONTACT_ASK};
    command.contact_ask.sighting = r->id;
    return done(r, out, &command, DONE_ASKED);
}
