#include "ledger/rail.h"

#include <string.h>

const char *rail_name(int rail)
{
    static const char *const names[RAIL_COUNT] = {"none", "pain001", "nacha", "charity"};
    return rail >= 0 && rail < RAIL_COUNT ? names[rail] : names[RAIL_NONE];
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool all_digits(struct text text)
{
    for (size_t i = 0; i < text.size; i++)
        if (!is_digit(text.data[i]))
            return false;
    return text.size > 0;
}

/* Lengths of the countries whose IBANs are met most (SWIFT's registry); another country's must be
 * between the shortest and the longest there is. */
static bool iban_length_ok(struct text iban)
{
    static const struct {
        char country[3];
        uint8_t size;
    } lengths[] = {{"AT", 20}, {"BE", 16}, {"CH", 21}, {"CZ", 24}, {"DE", 22},
                   {"DK", 18}, {"ES", 24}, {"FI", 18}, {"FR", 27}, {"GB", 22},
                   {"IE", 22}, {"IL", 23}, {"IT", 27}, {"LU", 20}, {"NL", 18},
                   {"NO", 15}, {"PL", 28}, {"PT", 25}, {"SE", 24}};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        if (memcmp(iban.data, lengths[i].country, 2) == 0)
            return iban.size == lengths[i].size;
    return iban.size >= 15 && iban.size <= 34;
}

bool rail_iban_ok(struct text iban)
{
    unsigned remainder = 0;
    if (iban.size < 15 || !iban_length_ok(iban) || !is_digit(iban.data[2]) ||
        !is_digit(iban.data[3]))
        return false;
    /* The first four characters go to the end; letters count 10 to 35. */
    for (size_t i = 0; i < iban.size; i++) {
        char c = iban.data[(i + 4) % iban.size];
        bool letter = c >= 'A' && c <= 'Z';
        if (!letter && !is_digit(c))
            return false;
        if ((i + 4) % iban.size < 2 && !letter)
            return false;
        unsigned value = letter ? (unsigned)(c - 'A') + 10 : (unsigned)(c - '0');
        remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
    }
    return remainder == 1;
}

bool rail_routing_ok(struct text routing)
{
    static const unsigned weights[] = {3, 7, 1};
    unsigned sum = 0;
    if (routing.size != 9 || !all_digits(routing))
        return false;
    for (size_t i = 0; i < 9; i++)
        sum += weights[i % 3] * (unsigned)(routing.data[i] - '0');
    return sum > 0 && sum % 10 == 0;
}

/* Letters and digits in the sizes SWIFT allows. */
static bool bic_ok(struct text bic)
{
    if (bic.size != 8 && bic.size != 11)
        return false;
    for (size_t i = 0; i < bic.size; i++) {
        bool letter = bic.data[i] >= 'A' && bic.data[i] <= 'Z';
        if (!letter && (i < 6 || !is_digit(bic.data[i])))
            return false;
    }
    return true;
}

static bool account_ok(struct text account)
{
    for (size_t i = 0; i < account.size; i++)
        if (!is_digit(account.data[i]) && account.data[i] != '-' &&
            !(account.data[i] >= 'A' && account.data[i] <= 'Z'))
            return false;
    return account.size > 0 && account.size <= 17;
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
    if (domestic && !rail_routing_ok(payee->routing))
        return "the routing number's check digit is wrong";
    if (domestic && !account_ok(payee->account))
        return "the account number must have 1 to 17 digits";
    if (rail == RAIL_NACHA)
        return domestic ? NULL : "this rail needs a routing and an account number";
    if (rail != RAIL_PAIN001)
        return "no file is made for this rail";
    if (domestic)
        return payee->iban.size == 0 ? NULL : "an IBAN or an account number, not both";
    if (!rail_iban_ok(payee->iban))
        return "the IBAN's check digits are wrong";
    return payee->bic.size == 0 || bic_ok(payee->bic) ? NULL : "the BIC is malformed";
}
