#include "ledger/payout/rail.h"

#include "core/bank.h"

const char *rail_name(int rail)
{
    static const char *const names[RAIL_COUNT] = {"none", "pain001", "nacha", "charity"};
    return rail >= 0 && rail < RAIL_COUNT ? names[rail] : names[RAIL_NONE];
}

static bool name_ok(struct text name)
{
    for (size_t i = 0; i < name.size; i++)
        if ((unsigned char)name.data[i] < ' ')
            return false;
    return text_trim(name).size > 0 && text_characters(name) <= RAIL_NAME_MAX;
}

const char *rail_payee_fault(enum rail rail, const struct rail_payee *payee)
{
    if (!name_ok(payee->name))
        return "a name of 1 to 70 characters is needed";
    bool domestic = payee->routing.size > 0 || payee->account.size > 0;
    if (domestic && !bank_routing_ok(payee->routing))
        return "the routing number's check digit is wrong";
    if (domestic && !bank_account_ok(payee->account))
        return "the account number must have 1 to 17 digits";
    if (rail == RAIL_NACHA)
        return domestic ? NULL : "this rail needs a routing and an account number";
    if (rail != RAIL_PAIN001)
        return "no file is made for this rail";
    if (domestic)
        return payee->iban.size == 0 ? NULL : "an IBAN or an account number, not both";
    if (!bank_iban_ok(payee->iban))
        return "the IBAN's check digits are wrong";
    return payee->bic.size == 0 || bank_bic_ok(payee->bic) ? NULL : "the BIC is malformed";
}
