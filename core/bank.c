#include "core/bank.h"

#include <string.h>

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

bool bank_iban_ok(struct text iban)
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

bool bank_routing_ok(struct text routing)
{
    static const unsigned weights[] = {3, 7, 1};
    unsigned sum = 0;
    if (routing.size != 9 || !all_digits(routing))
        return false;
    for (size_t i = 0; i < 9; i++)
        sum += weights[i % 3] * (unsigned)(routing.data[i] - '0');
    return sum > 0 && sum % 10 == 0;
}

bool bank_bic_ok(struct text bic)
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

bool bank_account_ok(struct text account)
{
    for (size_t i = 0; i < account.size; i++)
        if (!is_digit(account.data[i]) && account.data[i] != '-' &&
            !(account.data[i] >= 'A' && account.data[i] <= 'Z'))
            return false;
    return account.size > 0 && account.size <= 17;
}

bool bank_tin_ok(struct text number)
{
    bool differs = false;
    if (number.size != 9 || !all_digits(number))
        return false;
    for (size_t i = 1; i < 9; i++)
        differs = differs || number.data[i] != number.data[0];
    return differs && memcmp(number.data, "123456789", 9) != 0 && memcmp(number.data, "00", 2) != 0;
}
