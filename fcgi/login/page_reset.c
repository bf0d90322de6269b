/* A lost password. Nothing here depends on whether there is such an account. */
#include "fcgi/page/page_doors.h"

#include "fcgi/guard.h"

const struct field fields_reset[] = {
    {.name = "name", .type = FIELD_LINE, .low = 1, .high = 40, .label = "The pseudonym"},
    {.name = NULL},
};
const struct field fields_reset_form[] = {
    {.name = "sent", .type = FIELD_FLAG, .optional = true, .label = "What was before"},
    {.name = NULL},
};
const struct field fields_reset_new[] = {
    {.name = "code", .type = FIELD_LINE, .low = 1, .high = 64, .label = "The code"},
    {.name = "password",
     .type = FIELD_SECRET,
     .low = PASSWORD_SIZE_MIN,
     .high = 200,
     .label = "The password"},
    {.name = NULL},
};

static enum result reset_show(struct request *r, struct reply *out, struct text name)
{
    struct view_reset v = {.head = page_head(r, TEXT("A new password")), .name = name};
    v.form = guard_form(r, out, "/reset");
    page_form_problems(r, "name", &v.problems, &v.problems_count);
    return reply_view(r, out, reset, &v);
}

enum result page_reset(struct request *r, struct reply *out)
{
    return reset_show(r, out, TEXT(""));
}

enum result page_reset_again(struct request *r, struct reply *out)
{
    return reset_show(r, out, request_typed(r, "name"));
}

enum result page_reset_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_RESET_ASK};
    command.reset_ask.name = request_text(r, "name");
    enum result result = page_program_done(r, "clerk", &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/reset/new?sent=1");
}

static enum result reset_new_show(struct request *r, struct reply *out, struct text code, bool sent)
{
    struct view_reset_new v = {
        .head = page_head(r, TEXT("Set a new password")), .code = code, .sent = sent};
    v.form = guard_form(r, out, "/reset/new");
    v.request = guard_request_id(r);
    page_form_problems(r, "code password", &v.problems, &v.problems_count);
    return reply_view(r, out, reset_new, &v);
}

enum result page_reset_new(struct request *r, struct reply *out)
{
    return reset_new_show(r, out, TEXT(""), request_flag(r, "sent"));
}

enum result page_reset_new_again(struct request *r, struct reply *out)
{
    return reset_new_show(r, out, request_typed(r, "code"), false);
}

enum result page_reset_new_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_RESET_DO};
    command.reset_do.code = request_text(r, "code");
    command.reset_do.password = request_text(r, "password");
    enum result result = page_program_done(r, "clerk", &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/login?reset=1");
}
