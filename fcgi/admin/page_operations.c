/* What waits for a second admin: the words of each proposal, and the form that a passkey confirms.
 * The paymaster does what was confirmed when it reads so in the journal. */
#include "fcgi/page/page_confirm.h"

#include "core/clock.h"
#include "core/conf.h"
#include "fcgi/guard.h"

enum { OPERATION_WAITS = 1, OPERATION_DONE = 3, OPERATION_ASIDE = 7, OPERATION_LAST = 7 };

const struct field fields_operations[] = {
    {.name = "proposed", .type = FIELD_FLAG, .optional = true, .label = "What was before"},
    {.name = NULL},
};

static struct text state_words(int64_t state)
{
    static const struct text words[] = {TEXT("waits for another admin"),
                                        TEXT("confirmed"),
                                        TEXT("done"),
                                        TEXT("fell out: it had changed"),
                                        TEXT("withdrawn, or replaced"),
                                        TEXT("expired: nobody confirmed it"),
                                        TEXT("stepped aside")};
    return words[state >= OPERATION_WAITS && state <= OPERATION_LAST ? state - 1 : OPERATION_WAITS];
}

/* Why it could not be done, of the name of a result; "" where there is nothing to say. */
static struct text why_words(struct text why)
{
    static const struct {
        const char *result, *words;
    } all[] = {
        {"busy", "What it needs was in use each time."},
        {"unknown", "It began, and did not come to its end."},
        {"broken", "Something failed each time; the paymaster’s log says what."},
        {"stale", "Its figures had moved since it was read. Propose it again."},
        {"conflict", "Something stands against it now, such as payouts that are stopped."},
        {"not_found", "What it is about is not there any more."},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (text_is(why, all[i].result))
            return text_of(all[i].words);
    return why.size > 0 ? TEXT("It is not allowed as things stand now.") : TEXT("");
}

static struct text step_words(const struct record_operation_step *step)
{
    static const struct text words[] = {
        TEXT("proposed"), TEXT("confirmed"),         TEXT("done"),         TEXT("fell out"),
        TEXT("ended"),    TEXT("its term was over"), TEXT("stepped aside")};
    return words[step->state - 1];
}

static void steps_fill(struct request *r, const struct record_operation *from,
                       struct view_operation *to)
{
    static const struct text by[] = {TEXT(", by you"), TEXT(", by somebody else"), TEXT("")};
    bool aside = false;
    to->steps = arena_array(r->arena, struct view_operation_step, from->steps_count + 1);
    for (size_t i = 0; i < from->steps_count; i++) {
        const struct record_operation_step *step = &from->steps[i];
        bool again = aside && step->state == OPERATION_WAITS + 1;
        to->steps[to->steps_count++] =
            (struct view_operation_step){.at = clock_day(r->arena, step->at_ms),
                                         .words = again ? TEXT("tried again") : step_words(step),
                                         .by = by[step->by - 1]};
        aside = step->state == OPERATION_ASIDE;
    }
}

static void operations_fill(struct request *r, struct reply *out,
                            const struct reply_operations *all, struct view_operations *v)
{
    v->operations = arena_array(r->arena, struct view_operation, all->operations_count + 1);
    for (size_t i = 0; i < all->operations_count; i++) {
        const struct record_operation *from = &all->operations[i];
        struct view_operation *to = &v->operations[v->operations_count++];
        struct bytes digest = hex_read(r->arena, from->digest);
        *to = (struct view_operation){.number = from->number,
                                      .words = from->words,
                                      .state = state_words(from->state),
                                      .why = why_words(from->why),
                                      .by = from->own       ? TEXT("by you")
                                            : from->machine ? TEXT("at the machine")
                                                            : TEXT("by somebody else"),
                                      .at = clock_ago(r->arena, from->at_ms, r->now_ms),
                                      .expires = TEXT(""),
                                      .own = from->own};
        to->waits = from->state == OPERATION_WAITS;
        to->aside = from->state == OPERATION_ASIDE;
        to->done = from->state == OPERATION_DONE;
        to->may_end = to->waits || (to->aside && !from->begun);
        if (to->may_end)
            to->expires = clock_day(r->arena, from->expires_ms);
        v->waiting += to->waits;
        steps_fill(r, from, to);
        if (to->waits && !from->own && digest.data != NULL && digest.size == DIGEST_SIZE)
            page_confirm_elsewhere(r, out, from->name, from->number, digest.data,
                                   TEXT("/admin/operations"), &to->confirm);
    }
}

static enum result operations_show(struct request *r, struct reply *out, struct view_operations *v)
{
    struct command command = {.kind = COMMAND_OPERATIONS};
    struct reply_operations all = {0};
    struct json *root;
    v->head = page_head(r, TEXT("What takes two"));
    page_form_problems(r, "", &v->problems, &v->problems_count);
    enum result result = page_may_ask(r) ? page_program(r, "paymaster", &command, &root) : r->why;
    if (result != OK)
        return result;
    result = root != NULL ? reply_operations_read(root, r->arena, &all) : BROKEN;
    json_close(root);
    if (result != OK)
        return result;
    v->money = conf_int("money.two_admins") != 0;
    v->key = conf_int("key.two_admins") != 0;
    operations_fill(r, out, &all, v);
    v->withdraw_form = guard_form(r, out, "/admin/operation/:id/withdraw");
    v->retry_form = guard_form(r, out, "/admin/operation/:id/retry");
    v->request = guard_request_id(r);
    return reply_view(r, out, operations, v);
}

enum result page_operations(struct request *r, struct reply *out)
{
    struct view_operations v = {.notice = TEXT("")};
    if (request_flag(r, "proposed"))
        v.notice = TEXT("Proposed. Another admin confirms it here with a passkey.");
    return operations_show(r, out, &v);
}

enum result page_operations_again(struct request *r, struct reply *out)
{
    struct view_operations v = {.notice = TEXT("")};
    return operations_show(r, out, &v);
}

enum result page_withdraw_operation_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_OPERATION_WITHDRAW};
    command.operation_withdraw.number = r->id;
    enum result result = page_program_done(r, "paymaster", &command);
    return result == OK ? reply_redirect(r, out, "/admin/operations") : result;
}

enum result page_retry_operation_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_OPERATION_RETRY};
    command.operation_retry.number = r->id;
    enum result result = page_program_done(r, "paymaster", &command);
    return result == OK ? reply_redirect(r, out, "/admin/operations") : result;
}
