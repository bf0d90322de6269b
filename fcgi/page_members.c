/* At the door, for admins: who has applied, what the public lists say, and the decision. The names
 * come from the clerk with this one reply and are kept nowhere here. */
#include "fcgi/page_doors.h"

#include <inttypes.h>

#include "core/clock.h"
#include "fcgi/guard.h"

enum { FINDINGS_MAX = 10, DONE_IN = 1, DONE_AWAY = 2 };
#define REASON_MAX 400

const struct field fields_members[] = {
    {.name = "done",
     .type = FIELD_INT,
     .low = DONE_IN,
     .high = DONE_AWAY,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};
const struct field fields_decide[] = {
    {.name = "reason", .type = FIELD_LINE, .low = 1, .high = REASON_MAX, .label = "The reason"},
    {.name = "accepted", .type = FIELD_INT, .low = 0, .high = 1, .label = "The decision"},
    {.name = NULL},
};

static struct text advice_words(struct text advice)
{
    if (text_is(advice, "accept"))
        return TEXT("The lists agree: let in");
    return text_is(advice, "review") ? TEXT("Look closely before you decide")
                                     : TEXT("The lists disagree: turn away");
}

static struct view_application application_view(struct request *r,
                                                const struct record_application *application)
{
    struct text rest = application->roster;
    struct text line;
    struct view_application v = {
        .member = application->member,
        .pseudonym = application->pseudonym,
        .name = application->name,
        .npi = application->npi,
        .licence = application->licence,
        .state = application->state,
        .specialty = application->specialty,
        .ago = clock_ago(r->arena, application->applied_ms, r->now_ms),
        .iso = clock_iso(r->arena, application->applied_ms),
        .advice = application->advice,
        .advice_words = advice_words(application->advice),
        .reason =
            r->why != OK && r->id == application->member ? request_typed(r, "reason") : TEXT(""),
    };
    v.findings = arena_array(r->arena, struct view_problem, FINDINGS_MAX);
    while (v.findings_count < FINDINGS_MAX && text_next(&rest, '\n', &line))
        if (line.size > 0)
            v.findings[v.findings_count++] = (struct view_problem){TEXT(""), line};
    return v;
}

static enum result members_show(struct request *r, struct reply *out, struct text notice)
{
    struct json *root;
    struct reply_applications all = {0};
    struct command command = {.kind = COMMAND_APPLICATIONS};
    struct view_members v = {.head = page_head(r, TEXT("At the door")), .notice = notice};
    if (!page_may_ask(r))
        return r->why;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_applications_read(root, r->arena, &all) : BROKEN;
    json_close(root);
    if (result != OK)
        return result;
    v.form = guard_form(r, out, "/admin/member/:id");
    v.request = guard_request_id(r);
    v.waiting = all.waiting;
    v.applications = arena_array(r->arena, struct view_application, all.applications_count + 1);
    for (size_t i = 0; i < all.applications_count; i++)
        v.applications[v.applications_count++] = application_view(r, &all.applications[i]);
    page_form_problems(r, "reason", &v.problems, &v.problems_count);
    for (size_t i = 0; i < v.problems_count; i++) /* each applicant has a field of that name */
        if (v.problems[i].field.size > 0)
            v.problems[i].field = arena_format(r->arena, "reason-%" PRId64, r->id);
    return reply_view(r, out, members, &v);
}

enum result page_admin(struct request *r, struct reply *out)
{
    return reply_redirect(r, out, "/admin/members");
}

enum result page_members(struct request *r, struct reply *out)
{
    int64_t done = request_int(r, "done");
    return members_show(r, out,
                        done == DONE_IN     ? TEXT("Let in. The door is open for that member now.")
                        : done == DONE_AWAY ? TEXT("Turned away. Nothing of that application is "
                                                   "kept but the decision.")
                                            : TEXT(""));
}

enum result page_members_again(struct request *r, struct reply *out)
{
    return members_show(r, out, TEXT(""));
}

enum result page_decide_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_MEMBER_DECIDE};
    command.member_decide.member = r->id;
    command.member_decide.accepted = request_int(r, "accepted") == 1;
    command.member_decide.reason = request_text(r, "reason");
    enum result result = page_program_done(r, "clerk", &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/admin/members?done=%d",
                          command.member_decide.accepted ? DONE_IN : DONE_AWAY);
}
