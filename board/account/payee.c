#include "board/account/payee.h"

#include "board/account/account.h"
#include "core/bank.h"
#include "core/conf.h"
#include "schema/desk.h"

#include <string.h>

enum { RAIL_NOWHERE = 0, RAIL_IBAN = 1, RAIL_US = 2, FORM_GIVEN = 1, FORM_REFUSED = 2 };

/* As banks write them: without blanks and dots, letters large. */
static struct text number_of(struct work *work, struct text typed)
{
    struct buf out;
    buf_open(&out, work->arena, typed.size + 1);
    for (size_t i = 0; i < typed.size; i++) {
        char c = typed.data[i];
        if (c != ' ' && c != '-' && c != '.')
            buf_char(&out, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
    return buf_done(&out);
}

/* Whether the operator pays a charity of this key. */
static bool charity_known(struct text key)
{
    struct text list = conf_text("payout.charities"), entry, name;
    while (text_next(&list, ';', &entry)) {
        struct text rest = text_trim(entry);
        if (text_next(&rest, '=', &name) && text_equal(text_trim(name), key))
            return true;
    }
    return false;
}

struct payee_typed {
    struct text name, iban, bic, routing, account, charity;
    int64_t rail;
};

static struct payee_typed payee_typed(struct work *work)
{
    const struct command_payee_set *c = &work->command->payee_set;
    struct payee_typed typed = {.name = text_trim(c->name),
                                .iban = number_of(work, c->iban),
                                .bic = number_of(work, c->bic),
                                .routing = number_of(work, c->routing),
                                .account = number_of(work, c->account),
                                .charity = text_trim(c->charity)};
    bool domestic = typed.routing.size > 0 || typed.account.size > 0;
    typed.rail = typed.charity.size > 0 ? conf_int("payout.charity_rail")
                 : domestic             ? RAIL_US
                 : typed.iban.size > 0  ? RAIL_IBAN
                                        : RAIL_NOWHERE;
    return typed;
}

static enum result payee_check(struct work *work, const struct payee_typed *typed)
{
    if (typed->charity.size > 0)
        return charity_known(typed->charity)
                   ? OK
                   : problem(work, INVALID, "charity",
                             "This charity is not on the list (any more).");
    if (typed->rail == RAIL_NOWHERE)
        return OK;
    if (typed->name.size == 0)
        return problem(work, INVALID, "holder", "The bank wants the holder's name.");
    if (typed->rail == RAIL_US && typed->iban.size > 0)
        return problem(work, INVALID, "iban", "Either an IBAN or a US account, not both.");
    if (typed->rail == RAIL_US && !bank_routing_ok(typed->routing))
        return problem(work, INVALID, "routing",
                       "This is no routing number: its nine digits do not check.");
    if (typed->rail == RAIL_US && !bank_account_ok(typed->account))
        return problem(work, INVALID, "account", "An account number has 1 to 17 digits.");
    if (typed->rail == RAIL_IBAN && !bank_iban_ok(typed->iban))
        return problem(work, INVALID, "iban", "This is no IBAN: its check digits are wrong.");
    if (typed->bic.size > 0 && !bank_bic_ok(typed->bic))
        return problem(work, INVALID, "bic", "A BIC has 8 or 11 letters and digits.");
    return OK;
}

enum result payee_set_hash(struct work *work, struct hash_ask *ask)
{
    struct payee_typed typed = payee_typed(work);
    enum result result = payee_check(work, &typed);
    return result == OK ? own_password_hash(work, work->command->payee_set.password, ask) : result;
}

/* As the payees' file has it, but for the member's number: by tabs. */
static struct bytes payee_line(struct work *work, const struct payee_typed *typed)
{
    struct buf line;
    buf_open(&line, work->arena, 256);
    const struct text fields[] = {typed->name,
                                  typed->rail == RAIL_US ? typed->routing : typed->iban,
                                  typed->rail == RAIL_US ? typed->account : typed->bic};
    for (size_t i = 0; i < 3; i++) {
        buf_add(&line, fields[i].data, fields[i].size);
        buf_char(&line, '\t');
    }
    if (typed->rail == RAIL_US && work->command->payee_set.savings)
        buf_format(&line, "savings");
    return buf_bytes(&line);
}

enum result payee_set_run(struct work *work)
{
    struct event event = {.kind = EVENT_PAYEE_SET};
    struct event_payee_set *e = &event.payee_set;
    struct payee_typed typed = payee_typed(work);
    request_put(work, e->request);
    enum result result = own_password_good(work, "payee_password");
    if (result == OK)
        result = payee_check(work, &typed);
    if (result != OK)
        return result;
    e->member = work->actor.member;
    e->rail = typed.rail;
    e->charity = typed.charity;
    bool own = typed.rail != RAIL_NOWHERE && typed.charity.size == 0;
    result = keyring_payee_put(&work->clerk->keys, work->arena, e->member,
                               own ? payee_line(work, &typed) : NO_BYTES);
    return result == OK ? clerk_record(work->clerk, &event, NULL, 0) : result;
}

/* --- tax forms --- */

enum result tax_form_give_hash(struct work *work, struct hash_ask *ask)
{
    const struct command_tax_form_give *c = &work->command->tax_form_give;
    if (text_trim(c->name).size == 0)
        return problem(work, INVALID, "tax_name", "The name as on your tax return is needed.");
    if (!bank_tin_ok(number_of(work, c->number)))
        return problem(work, INVALID, "tin", "A taxpayer's number has nine digits.");
    if (text_trim(c->street).size == 0 || text_trim(c->place).size == 0)
        return problem(work, INVALID, "place", "The form needs an address.");
    if (!c->certified)
        return problem(work, INVALID, "certified", "The form holds only if you certify it.");
    return own_password_hash(work, c->password, ask);
}

enum result tax_form_give_run(struct work *work)
{
    static const char *const kinds[] = {"", "SSN", "EIN", "ITIN"};
    const struct command_tax_form_give *c = &work->command->tax_form_give;
    struct event event = {.kind = EVENT_TAX_FORM_SET};
    struct event_tax_form_set *e = &event.tax_form_set;
    struct buf line;
    request_put(work, e->request);
    enum result result = own_password_good(work, "tax_password");
    if (result != OK)
        return result;
    buf_open(&line, work->arena, 512);
    const struct text fields[] = {text_of(kinds[c->kind]), number_of(work, c->number),
                                  text_trim(c->name), text_trim(c->street), text_trim(c->place)};
    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
        if (i > 0)
            buf_char(&line, '\t');
        buf_add(&line, fields[i].data, fields[i].size);
    }
    e->member = work->actor.member;
    e->form = FORM_GIVEN;
    result = keyring_tax_form_put(&work->clerk->keys, work->arena, e->member, buf_bytes(&line));
    return result == OK ? clerk_record(work->clerk, &event, NULL, 0) : result;
}

enum result tax_form_refuse_run(struct work *work)
{
    const struct command_tax_form_refuse *c = &work->command->tax_form_refuse;
    struct event event = {.kind = EVENT_TAX_FORM_SET};
    struct event_tax_form_set *e = &event.tax_form_set;
    struct desk_payee_get_row row;
    request_put(work, e->request);
    enum result result = desk_payee_get(work->clerk->desk, work->arena, c->member, &row);
    if (result == NOT_FOUND || (result == OK && row.form == 0))
        return problem(work, NOT_FOUND, "member", "This member has given no form.");
    e->member = c->member;
    e->form = c->refused ? FORM_REFUSED : FORM_GIVEN;
    return result == OK ? clerk_record(work->clerk, &event, NULL, 0) : result;
}

/* --- asking --- */

enum result payout_ask_run(struct work *work)
{
    struct event event = {.kind = EVENT_PAYOUT_ASKED};
    struct event_payout_asked *e = &event.payout_asked;
    struct desk_payee_get_row row;
    request_put(work, e->request);
    enum result result = desk_payee_get(work->clerk->desk, work->arena, work->actor.member, &row);
    if (result == NOT_FOUND || (result == OK && row.rail == RAIL_NOWHERE))
        return problem(work, CONFLICT, "", "Say first where your money is to go.");
    if (result != OK)
        return result;
    e->member = work->actor.member;
    return clerk_record(work->clerk, &event, NULL, 0);
}

enum result payee_run(struct work *work)
{
    struct desk_payee_get_row row = {.charity = TEXT("")};
    enum result result = desk_payee_get(work->clerk->desk, work->arena, work->actor.member, &row);
    if (result != OK && result != NOT_FOUND)
        return result;
    if (result == NOT_FOUND)
        row = (struct desk_payee_get_row){.charity = TEXT("")};
    const struct reply_payee reply = {.rail = row.rail,
                                      .charity = row.charity,
                                      .set_ms = row.set_ms,
                                      .form = row.form,
                                      .form_ms = row.form_ms,
                                      .asked_ms = row.asked_ms};
    reply_payee_write(&work->reply, &reply);
    return OK;
}

enum result fold_desk_payee(struct db *db, const struct event *event, bool *known)
{
    enum result result = OK;
    *known = true;
    switch ((int)event->kind) {
    case EVENT_PAYEE_SET:
        result = request_keep(db, event->payee_set.request, event->seq);
        THEN(result, desk_payee_set(db, event->payee_set.member, event->payee_set.rail,
                                    event->payee_set.charity, event->at_ms));
        THEN(result, desk_mail_put(db, event->seq * NOTICES_PER_EVENT, event->payee_set.member,
                                   MAIL_PAYEE_SET, 0, event->at_ms, 0));
        return result;
    case EVENT_TAX_FORM_SET:
        result = request_keep(db, event->tax_form_set.request, event->seq);
        THEN(result, desk_payee_form(db, event->tax_form_set.member, event->tax_form_set.form,
                                     event->at_ms));
        return result;
    case EVENT_PAYOUT_ASKED:
        result = request_keep(db, event->payout_asked.request, event->seq);
        THEN(result, desk_payee_asked(db, event->payout_asked.member, event->at_ms));
        return result;
    default:
        *known = false;
        return OK;
    }
}
