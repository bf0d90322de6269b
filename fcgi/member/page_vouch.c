/* Vouching, for members who may: who asks, with what each lets be seen, and invitations. */
#include "fcgi/page/page_doors.h"

#include "core/clock.h"
#include "fcgi/guard.h"

enum { DONE_YES = 1, DONE_NO, DONE_INVITED, FACTS_MOST = 8 };

const struct field fields_vouch[] = {
    {.name = "done",
     .type = FIELD_INT,
     .low = DONE_YES,
     .high = DONE_INVITED,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};
const struct field fields_vouch_answer[] = {
    {.name = "vouched", .type = FIELD_INT, .low = 0, .high = 1, .label = "The answer"},
    {.name = NULL},
};

static void fact_add(struct view_vouch_ask *v, const char *name, struct text value)
{
    if (value.size > 0)
        v->facts[v->facts_count++] = (struct view_vouch_fact){text_of(name), value};
}

static struct view_vouch_ask ask_view(struct request *r, const struct record_vouch_ask *ask)
{
    struct view_vouch_ask v = {
        .ask = ask->ask,
        .ago = clock_ago(r->arena, ask->at_ms, r->now_ms),
        .iso = clock_iso(r->arena, ask->at_ms),
        .facts = arena_array(r->arena, struct view_vouch_fact, FACTS_MOST),
    };
    fact_add(&v, "Name", ask->name);
    fact_add(&v, "Specialty", ask->specialty);
    fact_add(&v, "State", ask->state);
    fact_add(&v, "Practice", ask->place);
    fact_add(&v, "Medical school", ask->school);
    fact_add(&v, "NPI", ask->npi);
    return v;
}

static void lists_fill(struct request *r, const struct reply_vouching *all, struct view_vouch *v)
{
    v->asks = arena_array(r->arena, struct view_vouch_ask, all->asks_count + 1);
    for (size_t i = 0; i < all->asks_count; i++)
        v->asks[v->asks_count++] = ask_view(r, &all->asks[i]);
    v->invitations = arena_array(r->arena, struct view_invitation, all->invitations_count + 1);
    for (size_t i = 0; i < all->invitations_count; i++)
        v->invitations[v->invitations_count++] = (struct view_invitation){
            all->invitations[i].code, clock_day(r->arena, all->invitations[i].at_ms)};
    v->given = arena_array(r->arena, struct view_vouched, all->given_count + 1);
    for (size_t i = 0; i < all->given_count; i++) {
        const struct record_vouched *one = &all->given[i];
        v->given[v->given_count++] = (struct view_vouched){
            one->pseudonym, one->level, clock_day(r->arena, one->at_ms), one->withdrawn};
    }
}

static enum result vouch_show(struct request *r, struct reply *out, struct text notice)
{
    struct json *root;
    struct reply_vouching all = {0};
    struct command command = {.kind = COMMAND_VOUCHING};
    struct view_vouch v = {.head = page_head(r, TEXT("Vouching")), .notice = notice};
    if (!page_may_ask(r))
        return r->why;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_vouching_read(root, r->arena, &all) : BROKEN;
    json_close(root);
    if (result != OK)
        return result;
    v.form = guard_form(r, out, "/vouch/:id");
    v.invite_form = guard_form(r, out, "/vouch/invite");
    v.request = guard_request_id(r);
    v.pioneer = all.pioneer;
    v.left = all.left;
    lists_fill(r, &all, &v);
    page_form_problems(r, "", &v.problems, &v.problems_count);
    return reply_view(r, out, vouch, &v);
}

enum result page_vouch(struct request *r, struct reply *out)
{
    int64_t done = request_int(r, "done");
    return vouch_show(r, out,
                      done == DONE_YES  ? TEXT("You have vouched.")
                      : done == DONE_NO ? TEXT("Noted. The applicant is not told who said so.")
                      : done == DONE_INVITED
                          ? TEXT("The invitation stands below. Pass it on in person.")
                          : TEXT(""));
}

enum result page_vouch_again(struct request *r, struct reply *out)
{
    return vouch_show(r, out, TEXT(""));
}

enum result page_invite_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_INVITE};
    enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/vouch?done=%d", DONE_INVITED) : result;
}

enum result page_vouch_answer_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_VOUCH_ANSWER};
    command.vouch_answer.ask = r->id;
    command.vouch_answer.vouched = request_int(r, "vouched") == 1;
    enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/vouch?done=%d",
                                         command.vouch_answer.vouched ? DONE_YES : DONE_NO)
                        : result;
}
