/* Sponsors' accounts and what kind of sponsor each is, as authors are told who read. */
#include "fcgi/page/page_doors.h"

#include "board/board.h"
#include "fcgi/guard.h"
#include "schema/board.h"

enum { SPONSORS_SHOWN = 200 };

const struct field fields_sponsors[] = {
    {.name = "done", .type = FIELD_FLAG, .optional = true, .label = "What was before"},
    {.name = NULL},
};
const struct field fields_sponsor_kind[] = {
    {.name = "kind",
     .type = FIELD_INT,
     .low = SPONSOR_COMPANY,
     .high = SPONSOR_KINDS - 1,
     .label = "The kind"},
    {.name = NULL},
};

static enum result sponsors_show(struct request *r, struct reply *out, struct text notice)
{
    struct board_sponsors_row *rows;
    size_t count = 0;
    struct view_sponsors v = {.head = page_head(r, TEXT("Sponsors")), .notice = notice};
    enum result result =
        board_sponsors(request_store(r, WEB_BOARD), r->arena, SPONSORS_SHOWN, &rows, &count);
    if (result != OK)
        return result;
    v.rows = arena_array(r->arena, struct view_sponsor_row, count + 1);
    for (size_t i = 0; i < count; i++)
        v.rows[v.rows_count++] = (struct view_sponsor_row){rows[i].id, rows[i].pseudonym,
                                                           rows[i].organisation, rows[i].kind};
    v.kinds = arena_array(r->arena, struct view_sponsor_kind, SPONSOR_KINDS);
    for (int64_t kind = SPONSOR_COMPANY; kind < SPONSOR_KINDS; kind++)
        v.kinds[v.kinds_count++] =
            (struct view_sponsor_kind){kind, text_of(sponsor_kind_name(kind))};
    v.form = guard_form(r, out, "/admin/sponsor/:id");
    v.request = guard_request_id(r);
    page_form_problems(r, "", &v.problems, &v.problems_count);
    return reply_view(r, out, sponsors, &v);
}

enum result page_sponsors(struct request *r, struct reply *out)
{
    return sponsors_show(r, out, request_given(r, "done") ? TEXT("Noted.") : TEXT(""));
}

enum result page_sponsors_again(struct request *r, struct reply *out)
{
    return sponsors_show(r, out, TEXT(""));
}

enum result page_sponsor_kind_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_SPONSOR_KIND_SET};
    command.sponsor_kind_set.member = r->id;
    command.sponsor_kind_set.kind = request_int(r, "kind");
    const enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/admin/sponsors?done=1") : result;
}
