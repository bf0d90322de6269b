/* For admins: what findings kept from earning in closed months, and members' objections to it. */
#include "fcgi/member/page_held.h"

#include <inttypes.h>

#include "core/clock.h"
#include "fcgi/guard.h"
#include "fcgi/page/page_doors.h"
#include "schema/command.h"

enum { PERIOD_SIZE = 7, REASON_MAX = 200, WAITS = 1, LEFT = 2, DONE_DECIDED = 1 };

const struct field fields_held_desk[] = {
    {.name = "done",
     .type = FIELD_INT,
     .low = DONE_DECIDED,
     .high = DONE_DECIDED,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};
const struct field fields_held_decide[] = {
    {.name = "member", .type = FIELD_INT, .low = 1, .high = PAGE_BEFORE_ALL, .label = "The member"},
    {.name = "period",
     .type = FIELD_LINE,
     .low = PERIOD_SIZE,
     .high = PERIOD_SIZE,
     .label = "The month"},
    {.name = "granted", .type = FIELD_INT, .low = 0, .high = 1, .label = "The decision"},
    {.name = "reason", .type = FIELD_LINE, .low = 1, .high = REASON_MAX, .label = "The reason"},
    {.name = NULL},
};

static double share(int64_t thousandths)
{
    return (double)thousandths / 1000;
}

static struct text objection_says(struct arena *arena, const struct record_objection *o)
{
    return arena_format(arena,
                        "Held back: votes %" PRId64 ", postings %" PRId64
                        ". Of them linked with the author %" PRId64
                        ", by a member whose votes go to few and come back %" PRId64
                        ", corroborated by linked ones alone %" PRId64 ".",
                        o->votes, o->postings, o->linked, o->trades, o->unsupported);
}

static struct text objection_figures(struct arena *arena, const struct record_objection *o)
{
    struct text trust = arena_format(arena, "In the mean: trust %.2f", share(o->trust));
    if (o->votes > 0)
        trust =
            arena_format(arena, "%s, independence of his votes %.2f", trust.data, share(o->apart));
    if (o->postings > 0)
        trust = arena_format(arena, "%s, independent support of his postings %.2f", trust.data,
                             share(o->support));
    return arena_format(arena, "%s.", trust.data);
}

static struct text objection_outcome(struct request *r, const struct record_objection *o)
{
    if (o->state == LEFT)
        return TEXT("Left as it was:");
    if (o->paid.size == 0)
        return TEXT("Granted; paid with the next close, as soon as the campaigns have enough that "
                    "is free:");
    return arena_format(r->arena,
                        "Granted, and settled with %s:", page_month(r->arena, o->paid).data);
}

static void objections_fill(struct request *r, const struct reply_held *held,
                            struct view_held_desk *v)
{
    int64_t member = 0;
    (void)text_int(request_typed(r, "member"), 1, PAGE_BEFORE_ALL, &member);
    v->objections = arena_array(r->arena, struct view_held_objection, held->objections_count + 1);
    for (size_t i = 0; i < held->objections_count; i++) {
        const struct record_objection *o = &held->objections[i];
        bool waits = o->state == WAITS;
        bool typed = r->why != OK && member == o->member &&
                     text_equal(request_typed(r, "period"), o->period);
        v->objections[v->objections_count++] = (struct view_held_objection){
            .member = o->member,
            .period = o->period,
            .month = page_month(r->arena, o->period),
            .at = clock_day(r->arena, o->at_ms),
            .words = o->words,
            .says = objection_says(r->arena, o),
            .figures = objection_figures(r->arena, o),
            .waits = waits,
            .outcome = waits ? TEXT("") : objection_outcome(r, o),
            .reason = typed ? request_typed(r, "reason") : o->reason,
            .problem = typed && r->fault_count > 0 ? r->faults[0].words : TEXT(""),
        };
    }
}

static enum result lists_fill(struct request *r, const struct reply_held *held,
                              struct view_held_desk *v)
{
    enum result result = OK;
    v->months = arena_array(r->arena, struct view_held_month, held->months_count + 1);
    for (size_t i = 0; i < held->months_count; i++) {
        const struct record_held_month *m = &held->months[i];
        v->months[v->months_count++] = (struct view_held_month){page_month(r->arena, m->period),
                                                                m->votes,
                                                                m->postings,
                                                                m->members,
                                                                m->linked,
                                                                m->trades,
                                                                m->unsupported};
    }
    v->postings = arena_array(r->arena, struct view_held_posting, held->postings_count + 1);
    for (size_t i = 0; i < held->postings_count && result == OK; i++) {
        const struct record_held_posting *p = &held->postings[i];
        struct view_held_posting *out = &v->postings[v->postings_count++];
        out->month = page_month(r->arena, p->period);
        out->posting = p->posting;
        out->why = page_held_why(r->arena, p->why, false);
        out->figures = arena_format(r->arena, "trust %.2f, independent support %.2f",
                                    share(p->trust), share(p->support));
        result = page_held_act(r, p->kind, p->posting, false, &out->what, &out->question);
    }
    return result;
}

static enum result desk_show(struct request *r, struct reply *out, struct text notice)
{
    struct json *root;
    struct reply_held held = {0};
    struct command command = {.kind = COMMAND_HELD};
    struct view_held_desk v = {.head = page_head(r, TEXT("Held back")), .notice = notice};
    if (!page_may_ask(r))
        return r->why;
    enum result result = page_program(r, "paymaster", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_held_read(root, r->arena, &held) : BROKEN;
    json_close(root);
    if (result == OK)
        result = lists_fill(r, &held, &v);
    if (result != OK)
        return result;
    objections_fill(r, &held, &v);
    v.form = guard_form(r, out, "/admin/held");
    v.request = guard_request_id(r);
    page_form_problems(r, "", &v.problems, &v.problems_count);
    return reply_view(r, out, held_desk, &v);
}

enum result page_held_desk(struct request *r, struct reply *out)
{
    return desk_show(r, out, request_int(r, "done") == DONE_DECIDED ? TEXT("Decided.") : TEXT(""));
}

enum result page_held_desk_again(struct request *r, struct reply *out)
{
    return desk_show(r, out, TEXT(""));
}

enum result page_held_decide_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_HELD_DECIDE};
    command.held_decide.member = request_int(r, "member");
    command.held_decide.period = request_text(r, "period");
    command.held_decide.granted = request_int(r, "granted") == 1;
    command.held_decide.why = request_text(r, "reason");
    enum result result = page_program_done(r, "paymaster", &command);
    return result == OK ? reply_redirect(r, out, "/admin/operations?proposed=1") : result;
}
