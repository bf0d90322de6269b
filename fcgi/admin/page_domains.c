/* Institutions whose mail addresses prove that somebody belongs there. */
#include "fcgi/page/page_doors.h"

#include "core/clock.h"
#include "fcgi/guard.h"
#include "schema/board.h"

enum { DOMAINS_SHOWN = 500, DONE_LISTED = 1, DONE_TAKEN = 2 };

const struct field fields_domains_form[] = {
    {.name = "done",
     .type = FIELD_INT,
     .low = DONE_LISTED,
     .high = DONE_TAKEN,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};
const struct field fields_domains[] = {
    {.name = "domain", .type = FIELD_LINE, .low = 3, .high = 80, .label = "The domain"},
    {.name = "reason", .type = FIELD_LINE, .low = 1, .high = 400, .label = "The reason"},
    {.name = "listed", .type = FIELD_INT, .low = 0, .high = 1, .label = "The choice"},
    {.name = NULL},
};

static enum result domains_show(struct request *r, struct reply *out, struct text notice)
{
    struct board_domains_row *rows;
    size_t count = 0;
    struct view_domains v = {.head = page_head(r, TEXT("Institutions")), .notice = notice};
    enum result result =
        board_domains(request_store(r, WEB_BOARD), r->arena, DOMAINS_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    v.form = guard_form(r, out, "/admin/domains");
    v.request = guard_request_id(r);
    v.domain = request_typed(r, "domain");
    v.reason = request_typed(r, "reason");
    v.rows = arena_array(r->arena, struct view_domain, count + 1);
    for (size_t i = 0; i < count; i++)
        v.rows[v.rows_count++] =
            (struct view_domain){rows[i].name, rows[i].reason, clock_day(r->arena, rows[i].at_ms)};
    page_form_problems(r, "domain reason", &v.problems, &v.problems_count);
    return reply_view(r, out, domains, &v);
}

enum result page_domains(struct request *r, struct reply *out)
{
    int64_t done = request_int(r, "done");
    return domains_show(r, out,
                        done == DONE_LISTED  ? TEXT("Listed.")
                        : done == DONE_TAKEN ? TEXT("Taken off the list.")
                                             : TEXT(""));
}

enum result page_domains_again(struct request *r, struct reply *out)
{
    return domains_show(r, out, TEXT(""));
}

enum result page_domains_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_DOMAIN_SET};
    command.domain_set.domain = request_text(r, "domain");
    command.domain_set.reason = request_text(r, "reason");
    command.domain_set.listed = request_int(r, "listed") == 1;
    enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/admin/domains?done=%d",
                                         command.domain_set.listed ? DONE_LISTED : DONE_TAKEN)
                        : result;
}
