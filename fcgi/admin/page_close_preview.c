/* What closing the month that has ended would do, for admins. The paymaster works it out and keeps
 * it in memory; this page asks. */
#include "fcgi/page/page_doors.h"

#include "core/clock.h"
#include "core/conf.h"
#include "fcgi/guard.h"

enum { PREVIEW_RUNNING = 1, PREVIEW_READY, PREVIEW_FAILED };

static struct text group_words(int64_t kind)
{
    static const struct text words[] = {TEXT("everything of fewer payees"), TEXT("postings"),
                                        TEXT("answers"), TEXT("votes, whichever way")};
    return words[kind];
}

static void found_fill(struct request *r, const struct reply_period_preview *found,
                       struct view_close_preview *v)
{
    v->month = page_month(r->arena, found->period);
    v->running = found->state == PREVIEW_RUNNING;
    v->ready = found->state == PREVIEW_READY;
    v->state = found->state == PREVIEW_FAILED
                   ? TEXT("It could not be worked out: neither would the close go through. The "
                          "paymaster's log says why.")
                   : TEXT("");
    v->progress =
        arena_format(r->arena, "%s of %s events looked at", page_number(r->arena, found->done).data,
                     page_number(r->arena, found->events).data);
    v->at = clock_iso(r->arena, found->at_ms);
    v->earmarks = page_number(r->arena, found->earmarks);
    v->payees = page_number(r->arena, found->payees);
    v->payouts = page_number(r->arena, found->payouts);
    v->amount = page_money(r->arena, found->cents);
    v->leaves = page_number(r->arena, found->leaves);
    v->carried = page_number(r->arena, found->carried);
    v->carried_amount = page_money(r->arena, found->carried_cents);
    v->corrections = found->corrections;
    v->corrections_amount = page_money(r->arena, found->corrections_cents);
    v->groups = arena_array(r->arena, struct view_close_group, found->groups_count + 1);
    for (size_t i = 0; i < found->groups_count; i++)
        v->groups[v->groups_count++] = (struct view_close_group){
            .words = group_words(found->groups[i].kind),
            .campaign = found->groups[i].campaign,
            .payees = page_number(r->arena, found->groups[i].payees),
            .amount = page_money(r->arena, found->groups[i].cents),
        };
}

enum result page_close_preview(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_PERIOD_PREVIEW};
    struct reply_period_preview found = {0};
    struct view_close_preview v = {.head = page_head(r, TEXT("Preview of a close"))};
    struct json *root;
    page_form_problems(r, "", &v.problems, &v.problems_count);
    enum result result = page_may_ask(r) ? page_program(r, "paymaster", &command, &root) : r->why;
    if (result != OK)
        return result;
    result = root != NULL ? reply_period_preview_read(root, r->arena, &found) : BROKEN;
    json_close(root);
    if (result != OK)
        return result;
    v.k = conf_int("ledger.k");
    found_fill(r, &found, &v);
    v.form = guard_form(r, out, "/admin/preview");
    v.request = guard_request_id(r);
    return reply_view(r, out, close_preview, &v);
}

enum result page_close_preview_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_PERIOD_PREVIEW_START};
    enum result result = page_program_done(r, "paymaster", &command);
    if (result == NOT_FOUND) {
        request_fault_add(r, "",
                          "No month waits to be closed: a preview is of one that has ended.");
        return INVALID;
    }
    return result == OK ? reply_redirect(r, out, "/admin/preview") : result;
}
