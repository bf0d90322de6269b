/* A physician asks to come in. What was typed comes back with every fault, the password excepted.
 */
#include "fcgi/page/page_doors.h"

#include "fcgi/guard.h"

const struct field fields_join[] = {
    {.name = "pseudonym",
     .type = FIELD_LINE,
     .low = PSEUDONYM_SIZE_MIN,
     .high = PSEUDONYM_SIZE_MAX,
     .label = "The pseudonym"},
    {.name = "password",
     .type = FIELD_SECRET,
     .low = PASSWORD_SIZE_MIN,
     .high = 200,
     .label = "The password"},
    {.name = "email", .type = FIELD_LINE, .low = 3, .high = 254, .label = "The e-mail address"},
    {.name = "first_name", .type = FIELD_LINE, .low = 1, .high = 60, .label = "The first name"},
    {.name = "last_name", .type = FIELD_LINE, .low = 1, .high = 80, .label = "The last name"},
    {.name = "npi", .type = FIELD_LINE, .low = 10, .high = 10, .label = "The NPI"},
    {.name = "licence", .type = FIELD_LINE, .low = 1, .high = 30, .label = "The licence number"},
    {.name = "state", .type = FIELD_LINE, .low = 2, .high = 2, .label = "The state of licence"},
    {.name = "specialty", .type = FIELD_LINE, .low = 2, .high = 60, .label = "The specialty"},
    {.name = "show_specialty", .type = FIELD_FLAG, .optional = true, .label = "Your choice"},
    {.name = NULL},
};

static enum result join_show(struct request *r, struct reply *out, struct view_join *v)
{
    v->head = page_head(r, TEXT("Join"));
    v->form = guard_form(r, out, "/join");
    v->request = guard_request_id(r);
    page_problems(r, &v->problems, &v->problems_count);
    return reply_view(r, out, join, v);
}

enum result page_join(struct request *r, struct reply *out)
{
    struct view_join v = {.show_specialty = true};
    if (r->reader.signed_in)
        return reply_redirect(r, out, "%s", page_home(r->reader.role, r->reader.level));
    v.pseudonym = v.email = v.first_name = v.last_name = TEXT("");
    v.npi = v.licence = v.state = v.specialty = TEXT("");
    return join_show(r, out, &v);
}

enum result page_join_again(struct request *r, struct reply *out)
{
    struct view_join v = {
        .pseudonym = request_typed(r, "pseudonym"),
        .email = request_typed(r, "email"),
        .first_name = request_typed(r, "first_name"),
        .last_name = request_typed(r, "last_name"),
        .npi = request_typed(r, "npi"),
        .licence = request_typed(r, "licence"),
        .state = request_typed(r, "state"),
        .specialty = request_typed(r, "specialty"),
        .show_specialty = request_typed(r, "show_specialty").size > 0,
        .again = true,
    };
    return join_show(r, out, &v);
}

/* Lists write states in capitals. */
static struct text capitals(struct arena *arena, struct text text)
{
    char *copy = arena_take(arena, text.size + 1);
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        copy[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return (struct text){copy, text.size};
}

static bool all_within(struct text text, char low, char high)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < low || text.data[i] > high)
            return false;
    return true;
}

/* What can be said without asking the clerk, who checks everything again. */
static enum result join_check(struct request *r, const struct command_join *join)
{
    const char *why = pseudonym_fault(join->pseudonym);
    if (why != NULL)
        request_fault_add(r, "pseudonym", "%s", why);
    if (!all_within(join->npi, '0', '9'))
        request_fault_add(r, "npi", "The NPI is ten digits and nothing else.");
    if (!all_within(join->state, 'A', 'Z'))
        request_fault_add(r, "state", "The state of licence is two letters, such as MO.");
    return r->fault_count > 0 ? INVALID : OK;
}

enum result page_join_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_JOIN};
    command.join = (struct command_join){
        .pseudonym = request_text(r, "pseudonym"),
        .password = request_text(r, "password"),
        .email = request_text(r, "email"),
        .first_name = request_text(r, "first_name"),
        .last_name = request_text(r, "last_name"),
        .npi = request_text(r, "npi"),
        .licence = request_text(r, "licence"),
        .state = capitals(r->arena, request_text(r, "state")),
        .specialty = request_text(r, "specialty"),
        .show_specialty = request_flag(r, "show_specialty"),
    };
    enum result result = join_check(r, &command.join);
    if (result == OK)
        result = page_program_done(r, "clerk", &command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/login?joined=1");
}
