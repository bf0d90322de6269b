/* Where a member's rewards go: an account or a charity, and the tax form. What is typed here goes
 * to the clerk, who seals it at once; no page can show it again. */
#include "fcgi/page/page_doors.h"

#include "core/clock.h"
#include "core/conf.h"
#include "fcgi/guard.h"

enum { RAIL_IBAN = 1, FORM_GIVEN = 1, CHARITIES_MAX = 20, KEY_MAX = 40 };

const struct field fields_payout[] = {
    {.name = "payee", .type = FIELD_FLAG, .optional = true, .label = "What was before"},
    {.name = "tax", .type = FIELD_FLAG, .optional = true, .label = "What was before"},
    {.name = NULL},
};
#define OPTIONAL_LINE(name_, most, label_)                                                 \
    {                                                                                      \
        .name = name_, .type = FIELD_LINE, .high = most, .optional = true, .label = label_ \
    }
const struct field fields_payee[] = {
    OPTIONAL_LINE("charity", KEY_MAX, "The charity"),
    OPTIONAL_LINE("holder", 70, "The holder's name"),
    OPTIONAL_LINE("routing", 11, "The routing number"),
    OPTIONAL_LINE("account", 17, "The account number"),
    {.name = "savings", .type = FIELD_FLAG, .optional = true, .label = "The kind of account"},
    OPTIONAL_LINE("iban", 42, "The IBAN"),
    OPTIONAL_LINE("bic", 11, "The BIC"),
    {.name = "payee_password",
     .type = FIELD_SECRET,
     .low = 1,
     .high = 200,
     .label = "The password"},
    {.name = NULL},
};
const struct field fields_tax_form[] = {
    {.name = "tax_name", .type = FIELD_LINE, .low = 1, .high = 100, .label = "The name"},
    {.name = "kind", .type = FIELD_INT, .low = 1, .high = 3, .label = "The kind of number"},
    {.name = "tin", .type = FIELD_SECRET, .low = 9, .high = 11, .label = "The number"},
    {.name = "street", .type = FIELD_LINE, .low = 1, .high = 100, .label = "The street"},
    {.name = "place", .type = FIELD_LINE, .low = 1, .high = 100, .label = "The place"},
    {.name = "certified", .type = FIELD_FLAG, .optional = true, .label = "Your certification"},
    {.name = "tax_password", .type = FIELD_SECRET, .low = 1, .high = 200, .label = "The password"},
    {.name = NULL},
};

/* "key=Name; key=Name" of the settings. */
static void charities_load(struct request *r, struct text chosen, struct view_payee *v)
{
    struct text list = conf_text("payout.charities"), entry, key;
    v->charities = arena_array(r->arena, struct view_charity, CHARITIES_MAX);
    while (v->charities_count < CHARITIES_MAX && text_next(&list, ';', &entry)) {
        struct text rest = text_trim(entry);
        if (text_next(&rest, '=', &key) && rest.size > 0)
            v->charities[v->charities_count++] =
                (struct view_charity){.key = text_trim(key),
                                      .name = text_trim(rest),
                                      .chosen = text_equal(text_trim(key), chosen)};
    }
    for (size_t i = 0; i < v->charities_count; i++)
        v->given_away |= v->charities[i].chosen;
}

static struct text charity_name(const struct view_payee *v, struct text key)
{
    for (size_t i = 0; i < v->charities_count; i++)
        if (text_equal(v->charities[i].key, key))
            return v->charities[i].name;
    return key;
}

static enum result payee_ask(struct request *r, struct reply_payee *reply)
{
    struct command command = {.kind = COMMAND_PAYEE};
    struct json *root;
    enum result result = page_program(r, "clerk", &command, &root);
    if (result != OK)
        return result == UNKNOWN ? BUSY : result;
    result = root != NULL ? reply_payee_read(root, r->arena, reply) : BUSY;
    json_close(root);
    return result == OK ? OK : BUSY;
}

static enum result payee_show(struct request *r, struct reply *out, struct view_payee *v)
{
    struct reply_payee reply;
    v->head = page_head(r, TEXT("Where your money goes"));
    page_form_problems(r,
                       "charity holder routing account iban bic payee_password tax_name kind tin "
                       "street place certified tax_password",
                       &v->problems, &v->problems_count);
    enum result result = page_may_ask(r) ? payee_ask(r, &reply) : r->why;
    if (result != OK)
        return result;
    charities_load(r, r->fields == fields_payee ? request_typed(r, "charity") : reply.charity, v);
    struct text since = clock_day(r->arena, reply.set_ms);
    struct text name = charity_name(v, reply.charity);
    v->to = reply.rail == 0 ? TEXT("")
            : reply.charity.size > 0
                ? arena_format(r->arena, "to %.*s, instead of to you, since %.*s", (int)name.size,
                               name.data, (int)since.size, since.data)
                : arena_format(r->arena, "to the %s you gave on %.*s",
                               reply.rail == RAIL_IBAN ? "IBAN" : "US account", (int)since.size,
                               since.data);
    v->has_form = reply.form == FORM_GIVEN;
    struct text given = clock_day(r->arena, reply.form_ms);
    v->form_words = reply.form == 0 ? TEXT("There is none yet.")
                    : v->has_form
                        ? arena_format(r->arena, "Given on %.*s.", (int)given.size, given.data)
                        : TEXT("The tax office did not accept yours: name and number do not go "
                               "together. Please give it again.");
    v->payee_form = guard_form(r, out, "/account/payout");
    v->tax_form = guard_form(r, out, "/account/tax");
    v->request = guard_request_id(r);
    return reply_view(r, out, payee, v);
}

static struct view_payee nothing_typed(void)
{
    const struct text none = TEXT("");
    return (struct view_payee){.notice = none,
                               .holder = none,
                               .iban = none,
                               .bic = none,
                               .routing = none,
                               .account = none,
                               .tax_name = none,
                               .street = none,
                               .place = none};
}

enum result page_payee(struct request *r, struct reply *out)
{
    struct view_payee v = nothing_typed();
    if (request_flag(r, "payee"))
        v.notice = TEXT("Kept, and sealed: nobody at this house can read it.");
    else if (request_flag(r, "tax"))
        v.notice = TEXT("Your tax form is kept, and sealed.");
    return payee_show(r, out, &v);
}

enum result page_payee_again(struct request *r, struct reply *out)
{
    struct view_payee v = nothing_typed();
    if (r->fields == fields_payee) {
        v.holder = request_typed(r, "holder");
        v.iban = request_typed(r, "iban");
        v.bic = request_typed(r, "bic");
        v.routing = request_typed(r, "routing");
        v.account = request_typed(r, "account");
        v.savings = request_typed(r, "savings").size > 0;
    } else {
        v.tax_name = request_typed(r, "tax_name");
        v.street = request_typed(r, "street");
        v.place = request_typed(r, "place");
    }
    return payee_show(r, out, &v);
}

enum result page_payee_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_PAYEE_SET};
    struct command_payee_set *c = &command.payee_set;
    c->charity = request_text(r, "charity");
    c->name = request_text(r, "holder");
    c->routing = request_text(r, "routing");
    c->account = request_text(r, "account");
    c->savings = request_flag(r, "savings");
    c->iban = request_text(r, "iban");
    c->bic = request_text(r, "bic");
    c->password = request_text(r, "payee_password");
    enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/account/payout?payee=1") : result;
}

enum result page_tax_form_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_TAX_FORM_GIVE};
    struct command_tax_form_give *c = &command.tax_form_give;
    c->name = request_text(r, "tax_name");
    c->kind = request_int(r, "kind");
    c->number = request_text(r, "tin");
    c->street = request_text(r, "street");
    c->place = request_text(r, "place");
    c->certified = request_flag(r, "certified");
    c->password = request_text(r, "tax_password");
    enum result result = page_program_done(r, "clerk", &command);
    return result == OK ? reply_redirect(r, out, "/account/payout?tax=1") : result;
}
