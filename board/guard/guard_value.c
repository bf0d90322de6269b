#include "board/guard/guard_inside.h"

#include <ctype.h>
#include <string.h>

/* --- numbers inside a match --- */

enum { PARTS_MAX = 6 };
struct parts {
    int64_t value[PARTS_MAX];
    size_t size[PARTS_MAX]; /* digits of each */
    size_t count;
    int month;    /* named, 1 to 12; 0: none */
    char between; /* what stands behind the first number */
};

static const char *const month_names[] = {"January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December"};

/* A month named by its first three letters, 1 to 12; 0 if it is none. */
static int month_of(const char *word, size_t size)
{
    for (int month = 0; month < 12 && size >= 3; month++) {
        if (strncasecmp(month_names[month], word, 3) == 0)
            return month + 1;
    }
    return 0;
}

static struct parts parts_read(struct text match)
{
    struct parts p = {0};
    for (size_t i = 0; i < match.size;) {
        size_t start = i;
        if (guard_is_digit(match.data[i])) {
            int64_t value = 0;
            for (; i < match.size && guard_is_digit(match.data[i]); i++)
                value = value < 100000000 ? value * 10 + (match.data[i] - '0') : value;
            if (p.count == 0 && i < match.size)
                p.between = match.data[i];
            if (p.count < PARTS_MAX) {
                p.size[p.count] = i - start;
                p.value[p.count++] = value;
            }
        } else if (guard_is_letter(match.data[i])) {
            while (i < match.size && guard_is_letter(match.data[i]))
                i++;
            int month = month_of(match.data + start, i - start);
            p.month = p.month == 0 ? month : p.month;
        } else {
            i++;
        }
    }
    return p;
}

struct day {
    int64_t year, month, day; /* 0: not said */
};

/* Named months; year first; else the American order unless only the other can be meant. Dots are
 * European. */
static struct day day_of(struct text match)
{
    struct parts p = parts_read(match);
    struct day d = {0};
    if (p.month > 0) {
        d.month = p.month;
        bool year_first = p.count > 1 && p.size[0] == 4;
        d.day = p.count > 0 ? p.value[year_first ? 1 : 0] : 0;
        if (year_first)
            d.year = p.value[0];
        else if (p.count > 1)
            d.year = p.value[1];
        else if (p.count == 1 && p.size[0] == 4)
            d = (struct day){p.value[0], p.month, 0};
    } else if (p.count > 0 && p.size[0] == 8) { /* 20240314 */
        d = (struct day){p.value[0] / 10000, p.value[0] / 100 % 100, p.value[0] % 100};
    } else if (p.count > 2 && p.size[0] == 4) {
        d = (struct day){p.value[0], p.value[1], p.value[2]};
    } else if (p.count > 1) {
        bool day_first = p.value[0] > 12 || (p.between == '.' && p.value[1] <= 12);
        d.month = p.value[day_first ? 1 : 0];
        d.day = p.value[day_first ? 0 : 1];
        d.year = p.count > 2 ? p.value[2] : 0;
    }
    if (d.year > 0 && d.year < 100)
        d.year += d.year < 50 ? 2000 : 1900;
    return d;
}

static bool day_is(struct text match)
{
    struct day d = day_of(match);
    bool year = d.year == 0 || (d.year >= 1850 && d.year < 2150);
    return d.month >= 1 && d.month <= 12 && d.day <= 31 && year;
}

/* --- check digits --- */

static size_t digits_of(struct text match, char *digits, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < match.size && count < most; i++) {
        if (guard_is_digit(match.data[i]))
            digits[count++] = (char)(match.data[i] - '0');
    }
    return count;
}

/* ISO/IEC 7812-1, annex B. */
static unsigned luhn_sum(const char *digits, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned d = (unsigned char)digits[count - 1 - i];
        d = i % 2 == 1 ? 2 * d : d;
        sum += d > 9 ? d - 9 : d;
    }
    return sum;
}

static bool luhn(struct text match)
{
    char digits[24];
    size_t count = digits_of(match, digits, sizeof(digits));
    return count >= 12 && count <= 19 && luhn_sum(digits, count) % 10 == 0;
}

/* A national provider identifier's check digit is Luhn's over 80840 and the number. */
static bool npi(struct text match)
{
    char digits[24] = {8, 0, 8, 4, 0};
    return digits_of(match, digits + 5, sizeof(digits) - 5) == 10 && luhn_sum(digits, 15) % 10 == 0;
}

/* NHS number: weights 10 to 2, modulo 11. */
static bool nhs(struct text match)
{
    char digits[24];
    unsigned sum = 0;
    if (digits_of(match, digits, sizeof(digits)) != 10)
        return false;
    for (unsigned i = 0; i < 9; i++)
        sum += (10 - i) * (unsigned char)digits[i];
    return (11 - sum % 11) % 11 == (unsigned char)digits[9];
}

/* 49 CFR 565: values of letters, weights of places, the ninth is the check. */
static bool vin(struct text match)
{
    static const char values[] = "12345678012345070900"; /* A to T, without I, O, Q */
    static const char late[] = "234567890";              /* S to Z */
    static const unsigned char weights[] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    unsigned sum = 0, letters = 0;
    if (match.size != 17)
        return false;
    for (size_t i = 0; i < 17; i++) {
        char c = (char)toupper((unsigned char)match.data[i]);
        unsigned value = (unsigned)(c - '0');
        if (c >= 'S' && c <= 'Z')
            value = (unsigned)(late[c - 'S'] - '0');
        else if (c >= 'A' && c <= 'R')
            value = (unsigned)(values[c - 'A'] - '0');
        letters += !guard_is_digit(c);
        sum += value * weights[i];
    }
    char check = (char)toupper((unsigned char)match.data[8]);
    return letters > 0 && check == (sum % 11 == 10 ? 'X' : (char)('0' + sum % 11));
}

/* ISO 13616: the first four to the end, letters as 10 to 35, modulo 97. */
static bool iban(struct text match)
{
    char code[40];
    size_t size = 0;
    unsigned rest = 0;
    for (size_t i = 0; i < match.size && size < sizeof(code); i++) {
        if (isalnum((unsigned char)match.data[i]))
            code[size++] = (char)toupper((unsigned char)match.data[i]);
    }
    if (size < 15 || size > 34)
        return false;
    for (size_t i = 0; i < size; i++) {
        char c = code[(i + 4) % size];
        unsigned value = guard_is_digit(c) ? (unsigned)(c - '0') : (unsigned)(c - 'A' + 10);
        rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
    }
    return rest == 1;
}

/* Four numbers up to 255, one of them of two digits: "1.2.3.4" is a chapter. */
static bool ip(struct text match)
{
    struct parts p = parts_read(match);
    bool two = false;
    for (size_t i = 0; i < p.count; i++) {
        if (p.value[i] > 255 || p.size[i] > 3)
            return false;
        two = two || p.size[i] > 1;
    }
    return p.count == 4 && two;
}

/* From 90 on; in words the pattern has seen to it. */
static bool age(struct text match)
{
    struct parts p = parts_read(match);
    return p.count == 0 || (p.value[0] >= 90 && p.value[0] <= 125);
}

bool guard_value_holds(enum guard_check_kind check, struct text match)
{
    switch (check) {
    case CHECK_LUHN:
        return luhn(match);
    case CHECK_NPI:
        return npi(match);
    case CHECK_NHS:
        return nhs(match);
    case CHECK_VIN:
        return vin(match);
    case CHECK_IBAN:
        return iban(match);
    case CHECK_IP:
        return ip(match);
    case CHECK_DATE:
        return day_is(match);
    case CHECK_AGE:
        return age(match);
    case CHECK_NONE:
        break;
    }
    return true;
}

/* --- more general forms --- */

/* 45 CFR 164.514(b)(2)(i)(B): the first three digits may stay where more than 20,000 people live;
 * these are the areas with fewer, by the census of 2010. */
static struct text zip_instead(struct arena *arena, struct text match)
{
    static const char few[] =
        " 036 059 102 202 203 204 205 369 556 692 753 772 821 823 878 879 884 893 ";
    char digits[8], first[6] = " 000 ";
    size_t count = digits_of(match, digits, sizeof(digits));
    bool letters = false;
    for (size_t i = 0; i < match.size; i++)
        letters = letters || guard_is_letter(match.data[i]);
    if (letters || count < 5)
        return TEXT("[postcode]");
    for (size_t i = 0; i < 3; i++)
        first[i + 1] = (char)('0' + digits[i]);
    return strstr(few, first) != NULL ? TEXT("000") : arena_format(arena, "%.3s", first + 1);
}

struct text guard_value_instead(struct arena *arena, const char *instead, struct text match)
{
    if (instead == NULL)
        return NO_TEXT;
    if (instead[0] != '=')
        return arena_text(arena, text_of(instead));
    if (strcmp(instead, "=zip") == 0)
        return zip_instead(arena, match);
    struct day d = day_of(match);
    if (d.month < 1 || d.month > 12)
        return NO_TEXT;
    if (strcmp(instead, "=year") == 0)
        return d.year == 0 ? NO_TEXT : arena_format(arena, "%d", (int)d.year);
    if (d.year == 0)
        return arena_text(arena, text_of(month_names[d.month - 1]));
    return arena_format(arena, "%s %d", month_names[d.month - 1], (int)d.year);
}
