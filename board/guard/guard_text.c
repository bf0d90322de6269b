#include "board/guard/guard_inside.h"

#include <assert.h>
#include <string.h>

/* Latin letters with marks, U+00C0 to U+017F, without them ('x', ' ' and '/' where there is no
 * letter). */
static const char latin[] = "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty"
                            "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLl"
                            "NnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
_Static_assert(sizeof(latin) == 0x180 - 0xC0 + 1, "one letter for each");

/* Letters of other scripts that pass for Latin ones, or sound like them: U+0391 and U+0410 on. */
static const char greek[] = "ABGDEZHOIKLMNXOPP.STYFXPOIYaeniyabgdezhoiklmnxoppsstufxpo";
static const char cyrillic[] = "ABBGDEXZIIKLMHOPPCTYFXCCSSYYYEUAabbgdexziiklmhoppctyfxccssyyyeua";

/* First code points of ten digits each. */
static const uint32_t digit_zeros[] = {
    0x0660, 0x06F0, 0x07C0,  0x0966,  0x09E6,  0x0A66,  0x0AE6,  0x0B66,  0x0BE6,  0x0C66,  0x0CE6,
    0x0D66, 0x0E50, 0x0ED0,  0x0F20,  0x1040,  0x17E0,  0x1810,  0x19D0,  0x2080,  0xA8D0,  0xA900,
    0xAA50, 0xFF10, 0x104A0, 0x11066, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1FBF0,
};

/* What a code point is folded to; 0: dropped, as it cannot be seen. */
static char symbol_fold(uint32_t c)
{
    if (c == 0xAD || c == 0x34F || c == 0x61C || c == 0x180E || c == 0xFEFF ||
        (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
        (c >= 0x2060 && c <= 0x206F) || (c >= 0xFE00 && c <= 0xFE0F) ||
        (c >= 0x300 && c <= 0x36F) || (c >= 0xE0000 && c <= 0xE0FFF))
        return 0;
    if (c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
        c == 0x3000)
        return ' ';
    if (c == 0x2028 || c == 0x2029 || c == 0x85)
        return '\n';
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2043 || c == 0x2212 || c == 0xFE58 || c == 0xFE63 ||
        c == 0x30FC || c == 0x2E3A || c == 0x2E3B || c == 0x2053 || c == 0x223C)
        return '-';
    if (c == 0x2018 || c == 0x2019 || c == 0x201B || c == 0x2BC || c == 0x2032)
        return '\'';
    if (c == 0x201C || c == 0x201D || c == 0xAB || c == 0xBB || c == 0x201E)
        return '"';
    if (c == 0x2044 || c == 0x2215)
        return '/';
    if (c == 0xB7 || c == 0x2022 || c == 0x2024 || c == 0x2027 || c == 0x22C5 || c == 0x3002 ||
        c == 0x30FB)
        return '.';
    if (c == 0xFE6B)
        return '@';
    if (c == 0x2264 || c == 0x2265)
        return c == 0x2264 ? '<' : '>';
    return c < 0x2E80 ? ';' : (char)GUARD_LETTER;
}

static char script_fold(uint32_t c)
{
    if (c >= 0xC0 && c < 0x180)
        return latin[c - 0xC0];
    if (c == 0x401 || c == 0x451)
        return c == 0x401 ? 'E' : 'e';
    if (c >= 0x391 && c < 0x391 + sizeof(greek) - 1)
        return greek[c - 0x391];
    if (c >= 0x410 && c < 0x410 + sizeof(cyrillic) - 1)
        return cyrillic[c - 0x410];
    if (c >= 0x1EA0 && c <= 0x1EF9) { /* Vietnamese */
        const char low = c <= 0x1EB7   ? 'a'
                         : c <= 0x1EC7 ? 'e'
                         : c <= 0x1ECB ? 'i'
                         : c <= 0x1EE3 ? 'o'
                         : c <= 0x1EF1 ? 'u'
                                       : 'y';
        return c % 2 == 0 ? (char)(low - 32) : low;
    }
    if (c >= 0x1D400 && c < 0x1D6A4) /* mathematical alphabets, 26 large and 26 small each */
        return (char)((c - 0x1D400) % 52 < 26 ? 'A' + (c - 0x1D400) % 52
                                              : 'a' + (c - 0x1D400) % 52 - 26);
    if (c == 0x130 || c == 0x406)
        return 'I';
    return c == 0xB5 ? 'u' : 0; /* the micro sign */
}

static char fold(uint32_t c)
{
    if (c < 0x80)
        return (char)c;
    for (size_t i = 0; i < sizeof(digit_zeros) / sizeof(*digit_zeros); i++) {
        if (c >= digit_zeros[i] && c < digit_zeros[i] + 10)
            return (char)('0' + (c - digit_zeros[i]));
    }
    if (c >= 0x2460 && c <= 0x2468) /* a digit in a circle */
        return (char)('1' + (c - 0x2460));
    if (c == 0x24EA)
        return '0';
    if (c >= 0xFF01 && c <= 0xFF5E)
        return (char)(c - 0xFF01 + '!');
    char letter = script_fold(c);
    return letter != 0 ? letter : symbol_fold(c);
}

/* One code point of valid UTF-8; its bytes in *size. */
static uint32_t character(const char *text, size_t *size)
{
    const unsigned char *at = (const unsigned char *)text;
    *size = at[0] < 0x80 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    if (*size == 1)
        return at[0];
    uint32_t c = at[0] & (0xFFu >> (*size + 1));
    for (size_t i = 1; i < *size; i++)
        c = c << 6 | (at[i] & 0x3Fu);
    return c;
}

/* What Markdown would show as one character though it is written as several: "&#51;" and "\-". */
static uint32_t written_character(struct text rest, size_t *size)
{
    const char *at = rest.data;
    uint32_t c = 0;
    if (at[0] == '\\' && rest.size > 1 && strchr("-.@()/+#:*_", at[1]) != NULL) {
        *size = 2;
        return (unsigned char)at[1];
    }
    if (at[0] != '&' || rest.size < 4 || at[1] != '#')
        return character(at, size);
    bool hex = (at[2] | 32) == 'x';
    size_t i = hex ? 3 : 2, first = i;
    for (; i < rest.size && i < first + 6 && at[i] != ';'; i++) {
        char d = at[i];
        bool good = guard_is_digit(d) || (hex && (d | 32) >= 'a' && (d | 32) <= 'f');
        if (!good)
            return character(at, size);
        c = c * (hex ? 16 : 10) + (uint32_t)(guard_is_digit(d) ? d - '0' : (d | 32) - 'a' + 10);
    }
    if (i == first || i == rest.size || at[i] != ';' || c < 0x20 || c > 0x10FFFF)
        return character(at, size);
    *size = i + 1;
    return c;
}

static bool digit_like(char c)
{
    return guard_is_digit(c) || c == 'O' || c == 'o' || c == 'I' || c == 'l' || c == '|';
}

/* "3l4-555-O134": in a word of digits and what looks like them, with at least as many digits and
 * three characters in all (two between dashes), the others become digits. "I48" and "O12" (ICD-10)
 * stay. */
static void digits_mend(struct guard_text *t)
{
    for (size_t i = 0; i < t->size;) {
        size_t start = i, digits = 0;
        bool alike = true;
        while (i < t->size &&
               (guard_is_letter(t->data[i]) || guard_is_digit(t->data[i]) || t->data[i] == '|')) {
            digits += guard_is_digit(t->data[i]);
            alike = alike && digit_like(t->data[i]);
            i++;
        }
        size_t size = i - start;
        bool icd = size == 3 && digits == 2 && !guard_is_digit(t->data[start]) &&
                   (i == t->size || t->data[i] != '-' || !digit_like(t->data[i + 1]));
        bool inside = size == 2 && start > 0 && t->data[start - 1] == '-' && t->data[i] == '-';
        if ((size > 2 || inside) && alike && digits < size && 2 * digits >= size && !icd) {
            for (size_t j = start; j < i; j++) {
                char c = t->data[j];
                if (!guard_is_digit(c))
                    t->data[j] = (c | 32) == 'o' ? '0' : '1';
            }
        }
        if (i == start)
            i++;
    }
}

/* From the end, so that each place knows how many digits the number's run still has. */
static void digits_count(struct guard_text *t)
{
    unsigned count = 0, between = 0;
    for (size_t i = t->size; i-- > 0;) {
        char c = t->data[i];
        between = guard_is_digit(c) ? 0 : between + 1;
        if (guard_is_digit(c))
            count += count < UINT16_MAX;
        else if (count > 0 && (between > 3 || strchr(" -.()/+", c) == NULL))
            count = 0;
        t->digits[i] = (uint16_t)count;
    }
}

struct guard_text guard_fold(struct arena *arena, struct text text)
{
    struct guard_text t = {0};
    size_t size = 0;
    text = text_cut(text, GUARD_TEXT_SIZE_MAX);
    t.data = arena_take_raw(arena, text.size + 1);
    t.start = arena_take_raw(arena, (text.size + 1) * sizeof(*t.start));
    t.stop = arena_take_raw(arena, (text.size + 1) * sizeof(*t.stop));
    t.digits = arena_take_raw(arena, (text.size + 1) * sizeof(*t.digits));
    for (size_t i = 0; i < text.size; i += size) {
        char plain = text.data[i];
        if ((unsigned char)plain < 0x80 && plain != '&' && plain != '\\' && plain != '*') {
            t.data[t.size] = plain;
            t.start[t.size] = (uint32_t)i;
            t.stop[t.size++] = (uint32_t)(i + 1);
            size = 1;
            continue;
        }
        struct text rest = {text.data + i, text.size - i};
        uint32_t c = written_character(rest, &size);
        bool stress = c == '*' && rest.size > 1 && rest.data[1] == '*'; /* bold inside a number */
        char folded = stress ? 0 : fold(c);
        size = stress ? 2 : size;
        if (folded == 0)
            continue;
        t.data[t.size] = folded;
        t.start[t.size] = (uint32_t)i;
        t.stop[t.size++] = (uint32_t)(i + size);
    }
    assert(t.size <= text.size);
    t.data[t.size] = 0;
    digits_mend(&t);
    digits_count(&t);
    return t;
}
