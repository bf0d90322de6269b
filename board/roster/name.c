#include "board/roster/name.h"

#include "core/buf.h"

#include <string.h>

bool npi_valid(struct text npi)
{
    if (npi.size != 10)
        return false;
    int sum = 24; /* the Luhn sum of the prefix 80840 (45 CFR 162.406; ISO/IEC 7812 card form) */
    for (size_t i = 0; i < 10; i++) {
        if (npi.data[i] < '0' || npi.data[i] > '9')
            return false;
        int digit = npi.data[i] - '0';
        if (i % 2 == 0) {
            digit *= 2;
            digit = digit > 9 ? digit - 9 : digit;
        }
        sum += digit;
    }
    return sum % 10 == 0;
}

/* Latin letters beyond ASCII and the two ways people write them: "Müller" is found as Muller and as
 * Mueller. */
struct letter {
    const char *utf8;
    const char *narrow;
    const char *wide;
};
static const struct letter letters[] = {
    {"ä", "a", "ae"}, {"à", "a", "a"},  {"á", "a", "a"},  {"â", "a", "a"},   {"ã", "a", "a"},
    {"å", "a", "aa"}, {"ā", "a", "a"},  {"ă", "a", "a"},  {"ą", "a", "a"},   {"æ", "a", "ae"},
    {"ç", "c", "c"},  {"ć", "c", "c"},  {"č", "c", "c"},  {"ď", "d", "d"},   {"đ", "d", "dj"},
    {"ð", "d", "d"},  {"è", "e", "e"},  {"é", "e", "e"},  {"ê", "e", "e"},   {"ë", "e", "e"},
    {"ē", "e", "e"},  {"ė", "e", "e"},  {"ę", "e", "e"},  {"ě", "e", "e"},   {"ğ", "g", "g"},
    {"ì", "i", "i"},  {"í", "i", "i"},  {"î", "i", "i"},  {"ï", "i", "i"},   {"ī", "i", "i"},
    {"ı", "i", "i"},  {"ł", "l", "l"},  {"ľ", "l", "l"},  {"ñ", "n", "n"},   {"ń", "n", "n"},
    {"ň", "n", "n"},  {"ò", "o", "o"},  {"ó", "o", "o"},  {"ô", "o", "o"},   {"õ", "o", "o"},
    {"ö", "o", "oe"}, {"ő", "o", "o"},  {"ø", "o", "oe"}, {"œ", "o", "oe"},  {"ř", "r", "r"},
    {"ś", "s", "s"},  {"š", "s", "s"},  {"ş", "s", "s"},  {"ș", "s", "s"},   {"ß", "ss", "ss"},
    {"ť", "t", "t"},  {"ț", "t", "t"},  {"ţ", "t", "t"},  {"þ", "th", "th"}, {"ù", "u", "u"},
    {"ú", "u", "u"},  {"û", "u", "u"},  {"ü", "u", "ue"}, {"ū", "u", "u"},   {"ů", "u", "u"},
    {"ű", "u", "u"},  {"ý", "y", "y"},  {"ÿ", "y", "y"},  {"ź", "z", "z"},   {"ż", "z", "z"},
    {"ž", "z", "z"},  {"Ä", "a", "ae"}, {"À", "a", "a"},  {"Á", "a", "a"},   {"Â", "a", "a"},
    {"Ã", "a", "a"},  {"Å", "a", "aa"}, {"Ā", "a", "a"},  {"Ă", "a", "a"},   {"Ą", "a", "a"},
    {"Æ", "a", "ae"}, {"Ç", "c", "c"},  {"Ć", "c", "c"},  {"Č", "c", "c"},   {"Ď", "d", "d"},
    {"Đ", "d", "dj"}, {"Ð", "d", "d"},  {"È", "e", "e"},  {"É", "e", "e"},   {"Ê", "e", "e"},
    {"Ë", "e", "e"},  {"Ē", "e", "e"},  {"Ė", "e", "e"},  {"Ę", "e", "e"},   {"Ě", "e", "e"},
    {"Ğ", "g", "g"},  {"Ì", "i", "i"},  {"Í", "i", "i"},  {"Î", "i", "i"},   {"Ï", "i", "i"},
    {"Ī", "i", "i"},  {"İ", "i", "i"},  {"Ł", "l", "l"},  {"Ľ", "l", "l"},   {"Ñ", "n", "n"},
    {"Ń", "n", "n"},  {"Ň", "n", "n"},  {"Ò", "o", "o"},  {"Ó", "o", "o"},   {"Ô", "o", "o"},
    {"Õ", "o", "o"},  {"Ö", "o", "oe"}, {"Ő", "o", "o"},  {"Ø", "o", "oe"},  {"Œ", "o", "oe"},
    {"Ř", "r", "r"},  {"Ś", "s", "s"},  {"Š", "s", "s"},  {"Ş", "s", "s"},   {"Ș", "s", "s"},
    {"Ť", "t", "t"},  {"Ț", "t", "t"},  {"Ţ", "t", "t"},  {"Þ", "th", "th"}, {"Ù", "u", "u"},
    {"Ú", "u", "u"},  {"Û", "u", "u"},  {"Ü", "u", "ue"}, {"Ū", "u", "u"},   {"Ů", "u", "u"},
    {"Ű", "u", "u"},  {"Ý", "y", "y"},  {"Ź", "z", "z"},  {"Ż", "z", "z"},   {"Ž", "z", "z"},
    {"ơ", "o", "o"},  {"Ơ", "o", "o"},  {"ư", "u", "u"},  {"Ư", "u", "u"},   {"ẞ", "ss", "ss"},
};

static const struct letter *letter_at(struct text text, size_t at)
{
    for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++) {
        size_t size = strlen(letters[i].utf8);
        if (text.size - at >= size && memcmp(text.data + at, letters[i].utf8, size) == 0)
            return &letters[i];
    }
    return NULL;
}

/* Endings and titles that lists put in or leave out. Compared as whole folded words. */
static bool word_is_suffix(const char *word, size_t size)
{
    static const char *const suffixes[] = {"jr", "sr", "ii", "iii", "iv", "md", "do", "phd", "dr"};
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
        if (strlen(suffixes[i]) == size && memcmp(word, suffixes[i], size) == 0)
            return true;
    }
    return false;
}

/* A word ends at `out->size`, having begun at `start`: drop it if it is a suffix behind a name. */
static size_t word_end(struct buf *out, size_t start)
{
    if (start > 0 && word_is_suffix(out->data + start, out->size - start))
        out->size = start;
    return out->size;
}

static size_t character_size(struct text name, size_t at)
{
    size_t size = 1;
    while (at + size < name.size && ((unsigned char)name.data[at + size] & 0xC0) == 0x80)
        size++;
    return size;
}

/* Vietnamese and other letters of U+1EA0 to U+1EF9 stand in order of their base. */
static char base_letter(uint32_t code)
{
    static const struct {
        uint32_t last;
        char base;
    } ranges[] = {{0x1EB7, 'a'}, {0x1EC7, 'e'}, {0x1ECB, 'i'},
                  {0x1EE3, 'o'}, {0x1EF1, 'u'}, {0x1EF9, 'y'}};
    for (size_t i = 0; code >= 0x1EA0 && i < sizeof(ranges) / sizeof(*ranges); i++) {
        if (code <= ranges[i].last)
            return ranges[i].base;
    }
    return 0;
}

/* One character beyond ASCII. What is no letter of the table stays as it is, so that two names in
 * another script never become the same. */
static void letter_fold(struct buf *out, struct text letter, bool wide)
{
    const struct letter *known = letter_at(letter, 0);
    uint32_t code = 0;
    for (size_t i = 0; i < letter.size; i++)
        code = i == 0 ? (unsigned char)letter.data[0] & (0xFFu >> (letter.size + 1))
                      : code << 6 | ((unsigned char)letter.data[i] & 0x3F);
    bool mark = code >= 0x0300 && code <= 0x036F;   /* accents written apart */
    bool stroke = code >= 0x2010 && code <= 0x2019; /* hyphens and apostrophes */
    char base = base_letter(code);
    if (known != NULL)
        buf_add(out, wide ? known->wide : known->narrow,
                strlen(wide ? known->wide : known->narrow));
    else if (base != 0)
        buf_char(out, base);
    else if (!mark && !stroke)
        buf_add(out, letter.data, letter.size);
}

/* Only letters and digits, lower case, joined. Hyphens join two words of one name; blanks end a
 * word. */
static struct text name_fold(struct arena *arena, struct text name, bool wide)
{
    struct buf out;
    size_t start = 0;
    buf_open(&out, arena, name.size * 2 + 1);
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            buf_char(&out, c);
        } else if (c == ' ' || c == ',') {
            start = word_end(&out, start);
        } else if ((unsigned char)c >= 0x80) {
            size_t size = character_size(name, i);
            letter_fold(&out, (struct text){name.data + i, size}, wide);
            i += size - 1;
        }
    }
    word_end(&out, start);
    return buf_done(&out);
}

bool names_match(struct arena *arena, struct text a, struct text b)
{
    for (int way = 0; way < 4; way++) {
        struct text x = name_fold(arena, a, way & 1), y = name_fold(arena, b, way & 2);
        if (x.size > 0 && text_equal(x, y))
            return true;
    }
    return false;
}

struct text name_key(struct arena *arena, struct text first, struct text last, bool wide)
{
    struct text rest = text_trim(first), word = TEXT("");
    (void)text_next(&rest, ' ', &word);
    struct text a = name_fold(arena, last, wide), b = name_fold(arena, word, wide);
    return arena_format(arena, "%.*s %.*s", (int)a.size, a.data, (int)b.size, b.data);
}

size_t licence_key_write(char *out, struct text number)
{
    size_t size = 0;
    for (size_t i = 0; i < number.size; i++) {
        char c = number.data[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        bool kept = (c >= 'A' && c <= 'Z') || (c >= '1' && c <= '9') || (c == '0' && size > 0);
        if (kept)
            out[size++] = c;
    }
    return size;
}

struct text licence_key(struct arena *arena, struct text number)
{
    char *out = arena_take(arena, number.size + 1);
    return (struct text){out, licence_key_write(out, number)};
}
