/* At the door, for admins: who has applied, what the public lists say, and the decision. The names
 * come from the clerk with this one reply and are kept nowhere here. */
#include "fcgi/page/page_doors.h"

#include <inttypes.h>

#include "core/clock.h"
#include "fcgi/guard.h"

enum { FINDINGS_MAX = 10, DONE_IN = 1, DONE_AWAY = 2, DONE_PROPOSED = 3 };
#define REASON_MAX 400

const struct field fields_members[] = {
    {.name = "done",
     .type = FIELD_INT,
     .low = DONE_IN,
     .high = DONE_PROPOSED,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};
const struct field fields_decide[] = {
    {.name = "reason",
     .type = FIELD_LINE,
     .high = REASON_MAX,
     .optional = true,
     .label = "The reason"},
    {.name = "accepted",
     .type = FIELD_INT,
     .low = 0,
     .high = 1,
     .optional = true,
     .fallback = -1,
     .label = "The decision"},
    {.name = "preset",
     .type = FIELD_LINE,
     .high = 20,
     .optional = true,
     .label = "The kind of reason"},
    {.name = NULL},
};

static struct text advice_words(struct text advice)
{
    if (text_is(advice, "accept"))
        return TEXT("The lists agree: let in");
    return text_is(advice, "review") ? TEXT("Look closely before you decide")
                                     : TEXT("The lists disagree: turn away");
}

static const char *level_words(int64_t level)
{
    static const char *const words[] = {"quiz not passed", "quiz passed",
                                        "quiz passed, lists agree", "in"};
    return level >= 0 && level <= BOARD_LEVEL_OPEN ? words[level] : "";
}

static void evidence_fill(struct request *r, const struct record_application *application,
                          struct view_application *v)
{
    v->evidence = arena_array(r->arena, struct view_evidence_row, application->evidence_count + 1);
    for (size_t i = 0; i < application->evidence_count; i++) {
        const struct record_evidence *e = &application->evidence[i];
        v->evidence[v->evidence_count++] =
            (struct view_evidence_row){e->fact, e->said, e->nppes, e->board, e->leie, e->differs};
    }
}

static struct view_application application_view(struct request *r,
                                                const struct record_application *a)
{
    struct text rest = a->roster;
    struct text line;
    struct view_application v = {
        .member = a->member,
        .pseudonym = a->pseudonym,
        .name = a->name,
        .npi = a->npi,
        .licence = a->licence,
        .state = a->state,
        .specialty = a->specialty,
        .ago = clock_ago(r->arena, a->applied_ms, r->now_ms),
        .iso = clock_iso(r->arena, a->applied_ms),
        .advice = a->advice,
        .advice_words = advice_words(a->advice),
        .reason = r->why != OK && r->id == a->member ? request_typed(r, "reason") : TEXT(""),
        .problem = r->why != OK && r->id == a->member ? request_fault(r, "reason") : NO_TEXT,
        .level = a->level,
        .level_words = text_of(level_words(a->level)),
        .tries = a->tries,
        .vouches = a->vouches,
        .hard = a->hard,
        .proposed_by = arena_text(r->arena, a->proposed_by),
        .proposed_reason = a->proposed_reason,
        .own_proposal = a->own_proposal,
    };
    v.findings = arena_array(r->arena, struct view_problem, FINDINGS_MAX);
    while (v.findings_count < FINDINGS_MAX && text_next(&rest, '\n', &line))
        if (line.size > 0)
            v.findings[v.findings_count++] = (struct view_problem){TEXT(""), line};
    evidence_fill(r, a, &v);
    return v;
}

static void presets_fill(struct request *r, struct view_members *v)
{
    size_t count = 0;
    const struct decision_preset *presets = decision_presets(&count);
    v->presets = arena_array(r->arena, struct view_preset, count);
    for (size_t i = 0; i < count; i++)
        v->presets[v->presets_count++] =
            (struct view_preset){text_of(presets[i].name), text_of(presets[i].words),
                                 presets[i].accepted, (int64_t)i + 1};
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
    presets_fill(r, &v);
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
    return members_show(
        r, out,
        done == DONE_PROPOSED
            ? TEXT("Noted. The lists speak against it, so another admin must agree.")
        : done == DONE_IN   ? TEXT("Let in. The door is open for that member now.")
        : done == DONE_AWAY ? TEXT("Turned away. Nothing of that application is "
                                   "kept but the decision.")
                            : TEXT(""));
}

enum result page_members_again(struct request *r, struct reply *out)
{
    return members_show(r, out, TEXT(""));
}

/* One press decides with a reason made beforehand; the other two buttons need own words. */
static enum result decide_read(struct request *r, struct command_member_decide *c)
{
    const struct decision_preset *preset = decision_preset_find(request_text(r, "preset"));
    struct text own = request_text(r, "reason");
    c->member = r->id;
    c->reason = own;
    if (preset != NULL) {
        c->accepted = preset->accepted;
        c->preset = text_of(preset->name);
        if (own.size == 0)
            c->reason = text_of(preset->words);
        return OK;
    }
    if (own.size == 0)
        request_fault_add(r, "reason", "The reason is missing.");
    if (request_int(r, "accepted") < 0)
        request_fault_add(r, "accepted", "The decision is missing.");
    c->accepted = request_int(r, "accepted") == 1;
    return r->fault_count > 0 ? INVALID : OK;
}

enum result page_decide_post(struct request *r, struct reply *out)
{
    struct json *root;
    struct reply_decided decided = {.waits = false};
    struct command command = {.kind = COMMAND_MEMBER_DECIDE};
    enum result result = decide_read(r, &command.member_decide);
    if (result != OK)
        return result;
    result = page_program(r, "clerk", &command, &root);
    if (result == OK && root != NULL)
        result = reply_decided_read(root, r->arena, &decided);
    json_close(root);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/admin/members?done=%d",
                          decided.waits                    ? DONE_PROPOSED
                          : command.member_decide.accepted ? DONE_IN
                                                           : DONE_AWAY);
}
