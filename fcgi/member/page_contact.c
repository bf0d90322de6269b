/* The maker of a product would like to ask an author: what that means, and his yes or no. */
#include "fcgi/page/page_doors.h"

#include <inttypes.h>

#include "core/clock.h"
#include "fcgi/guard.h"

const struct field fields_contacts[] = {
    {.name = "done",
     .type = FIELD_INT,
     .low = 1,
     .high = 1,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};
const struct field fields_contact[] = {
    {.name = "agreed", .type = FIELD_INT, .low = 0, .high = 1, .label = "Your answer"},
    {.name = NULL},
};

static enum result contacts_show(struct request *r, struct reply *out, struct text notice)
{
    struct json *root;
    struct reply_contacts reply = {0};
    struct command command = {.kind = COMMAND_CONTACTS};
    struct view_contacts v = {.head = page_head(r, TEXT("Asked by a product’s maker")),
                              .notice = notice};
    if (!page_may_ask(r))
        return r->why;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result == OK)
        result = root != NULL ? reply_contacts_read(root, r->arena, &reply) : BROKEN;
    json_close(root);
    if (result != OK)
        return result;
    v.rows = arena_array(r->arena, struct view_contact_row, reply.contacts_count + 1);
    for (size_t i = 0; i < reply.contacts_count; i++) {
        const struct record_contact *c = &reply.contacts[i];
        v.rows[v.rows_count++] = (struct view_contact_row){
            .id = c->sighting,
            .question = c->question,
            .posting = c->posting,
            .product = c->product,
            .sponsor = c->sponsor,
            .state = c->state,
            .at = clock_day(r->arena, c->at_ms),
            .told = c->told,
            .over = c->over,
        };
    }
    v.form = guard_form(r, out, "/contact/:id");
    v.request = guard_request_id(r);
    page_form_problems(r, "", &v.problems, &v.problems_count);
    return reply_view(r, out, contacts, &v);
}

enum result page_contacts(struct request *r, struct reply *out)
{
    return contacts_show(r, out, request_given(r, "done") ? TEXT("Noted.") : TEXT(""));
}

enum result page_contacts_again(struct request *r, struct reply *out)
{
    return contacts_show(r, out, TEXT(""));
}

enum result page_contact_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_CONTACT_ANSWER};
    command.contact_answer.sighting = r->id;
    command.contact_answer.agreed = request_int(r, "agreed") == 1;
    const enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/contact?done=1") : result;
}
