/* Paying out, for admins: what the next batch would hold, and how batches stand with the bank. */
#include "fcgi/page/page_doors.h"

#include "core/clock.h"
#include "core/conf.h"
#include "fcgi/guard.h"

enum { BATCH_SENT = 3, BATCH_LAST = 4 };

const struct field fields_propose[] = {
    {.name = "rail", .type = FIELD_INT, .low = 1, .high = 2, .label = "The way"},
    {.name = NULL},
};

static struct text rail_words(int64_t rail)
{
    return rail == 1 ? TEXT("SEPA and abroad (pain.001)") : TEXT("US accounts (NACHA)");
}

static struct text batch_words(int64_t state)
{
    static const struct text words[] = {TEXT("being held"), TEXT("held: make its file"),
                                        TEXT("with the bank"), TEXT("given back: no file in time")};
    return words[state >= 1 && state <= BATCH_LAST ? state - 1 : BATCH_LAST - 1];
}

static void batches_fill(struct request *r, const struct reply_payouts *all, struct view_payouts *v)
{
    v->dues = arena_array(r->arena, struct view_payout_due, all->dues_count + 1);
    for (size_t i = 0; i < all->dues_count; i++)
        v->dues[v->dues_count++] = (struct view_payout_due){
            .rail = all->dues[i].rail,
            .words = rail_words(all->dues[i].rail),
            .payees = page_number(r->arena, all->dues[i].payees),
            .amount = page_money(r->arena, all->dues[i].cents),
            .withheld =
                all->dues[i].withheld > 0 ? page_money(r->arena, all->dues[i].withheld) : TEXT(""),
            .any = all->dues[i].payees > 0};
    v->batches = arena_array(r->arena, struct view_payout_batch, all->batches_count + 1);
    for (size_t i = 0; i < all->batches_count; i++) {
        const struct record_payout_batch *from = &all->batches[i];
        v->batches[v->batches_count++] = (struct view_payout_batch){
            .id = text_cut(from->id, 8),
            .rail = rail_words(from->rail),
            .at = clock_day(r->arena, from->at_ms),
            .words = from->paid + from->back == from->payees && from->state == BATCH_SENT
                         ? TEXT("settled")
                         : batch_words(from->state),
            .payees = page_number(r->arena, from->payees),
            .amount = page_money(r->arena, from->cents),
            .paid = page_number(r->arena, from->paid),
            .back = page_number(r->arena, from->back),
            .open = page_number(r->arena, from->payees - from->paid - from->back),
        };
    }
}

static enum result payouts_show(struct request *r, struct reply *out, struct view_payouts *v)
{
    struct command command = {.kind = COMMAND_PAYOUTS};
    struct reply_payouts all = {0};
    struct json *root;
    page_form_problems(r, "", &v->problems, &v->problems_count);
    enum result result = page_may_ask(r) ? page_program(r, "paymaster", &command, &root) : r->why;
    if (result != OK)
        return result;
    result = root != NULL ? reply_payouts_read(root, r->arena, &all) : BROKEN;
    json_close(root);
    if (result != OK)
        return result;
    v->unplaced = all.unplaced;
    v->unplaced_amount = page_money(r->arena, all.unplaced_cents);
    v->two = conf_int("payout.two_admins") != 0;
    v->hold_days = conf_int("payout.hold_days");
    batches_fill(r, &all, v);
    v->form = guard_form(r, out, "/admin/payouts");
    v->request = guard_request_id(r);
    return reply_view(r, out, payouts, v);
}

enum result page_payouts(struct request *r, struct reply *out)
{
    struct view_payouts v = {.head = page_head(r, TEXT("Payouts"))};
    return payouts_show(r, out, &v);
}

enum result page_propose_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_PAYOUT_CLOSE};
    command.payout_close.rail = request_int(r, "rail");
    enum result result = page_program_done(r, "paymaster", &command);
    if (result == NOT_FOUND) {
        request_fault_add(r, "", "Nobody is due this way right now.");
        return INVALID;
    }
    return result == OK ? reply_redirect(r, out, "/admin/operations?proposed=1") : result;
}
