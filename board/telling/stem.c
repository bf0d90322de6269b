#include "board/telling/stem.h"

#include <stdbool.h>
#include <string.h>

/* Porter's names are kept: a word is [C](VC)^m[V]; m is its measure; *v* a vowel in the stem, *d a
 * double consonant at the end, *o an end consonant-vowel-consonant, the last not w, x or y. */

static bool is_consonant(const char *word, size_t at)
{
    switch (word[at]) {
    case 'a':
    case 'e':
    case 'i':
    case 'o':
    case 'u':
        return false;
    case 'y':
        return at == 0 || !is_consonant(word, at - 1);
    default:
        return true;
    }
}

static size_t measure(const char *word, size_t size)
{
    size_t m = 0;
    for (size_t i = 1; i < size; i++)
        m += !is_consonant(word, i - 1) && is_consonant(word, i);
    return m;
}

static bool has_vowel(const char *word, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!is_consonant(word, i))
            return true;
    return false;
}

static bool ends_double(const char *word, size_t size)
{
    return size >= 2 && word[size - 1] == word[size - 2] && is_consonant(word, size - 1);
}

static bool ends_cvc(const char *word, size_t size)
{
    if (size < 3 || !is_consonant(word, size - 1) || is_consonant(word, size - 2) ||
        !is_consonant(word, size - 3))
        return false;
    char last = word[size - 1];
    return last != 'w' && last != 'x' && last != 'y';
}

static bool ends(const char *word, size_t size, const char *suffix, size_t *stem)
{
    size_t length = strlen(suffix);
    if (size <= length || memcmp(word + size - length, suffix, length) != 0)
        return false;
    *stem = size - length;
    return true;
}

struct change {
    const char *from, *to;
};

/* The first suffix that fits decides; it is changed when the stem before it has a measure above
 * `above`. */
static size_t change(char *word, size_t size, const struct change *list, size_t above)
{
    size_t stem = 0;
    for (; list->from != NULL; list++) {
        if (!ends(word, size, list->from, &stem))
            continue;
        if (measure(word, stem) <= above)
            return size;
        memcpy(word + stem, list->to, strlen(list->to));
        return stem + strlen(list->to);
    }
    return size;
}

static size_t step_1a(const char *word, size_t size)
{
    size_t stem = 0;
    if (ends(word, size, "sses", &stem) || ends(word, size, "ies", &stem))
        return size - 2;
    if (ends(word, size, "ss", &stem))
        return size;
    return ends(word, size, "s", &stem) ? stem : size;
}

static size_t step_1b(char *word, size_t size)
{
    size_t stem = 0;
    if (ends(word, size, "eed", &stem))
        return measure(word, stem) > 0 ? size - 1 : size;
    bool cut =
        (ends(word, size, "ed", &stem) || ends(word, size, "ing", &stem)) && has_vowel(word, stem);
    if (!cut)
        return size;
    size = stem;
    if (ends(word, size, "at", &stem) || ends(word, size, "bl", &stem) ||
        ends(word, size, "iz", &stem) || (measure(word, size) == 1 && ends_cvc(word, size))) {
        word[size] = 'e';
        return size + 1;
    }
    char last = word[size - 1];
    bool kept = last == 'l' || last == 's' || last == 'z';
    return ends_double(word, size) && !kept ? size - 1 : size;
}

static size_t step_1c(char *word, size_t size)
{
    if (size > 1 && word[size - 1] == 'y' && has_vowel(word, size - 1))
        word[size - 1] = 'i';
    return size;
}

static const struct change step_2[] = {
    {"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"},   {"anci", "ance"}, {"izer", "ize"},
    {"abli", "able"},   {"bli", "ble"},     {"alli", "al"},     {"entli", "ent"}, {"eli", "e"},
    {"ousli", "ous"},   {"ization", "ize"}, {"ation", "ate"},   {"ator", "ate"},  {"alism", "al"},
    {"iveness", "ive"}, {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"},  {"iviti", "ive"},
    {"biliti", "ble"},  {"logi", "log"},    {NULL, NULL},
};
static const struct change step_3[] = {
    {"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"},
    {"ical", "ic"},  {"ful", ""},   {"ness", ""},    {NULL, NULL},
};
static const struct change step_4[] = {
    {"ement", ""}, {"ance", ""}, {"ence", ""}, {"able", ""}, {"ible", ""},
    {"ment", ""},  {"ant", ""},  {"ent", ""},  {"ism", ""},  {"ate", ""},
    {"iti", ""},   {"ous", ""},  {"ive", ""},  {"ize", ""},  {"al", ""},
    {"er", ""},    {"ic", ""},   {"ou", ""},   {NULL, NULL},
};

static size_t step_4_cut(char *word, size_t size)
{
    size_t stem = 0;
    if (ends(word, size, "ion", &stem)) {
        bool fits = word[stem - 1] == 's' || word[stem - 1] == 't';
        return fits && measure(word, stem) > 1 ? stem : size;
    }
    return change(word, size, step_4, 1);
}

static size_t step_5(const char *word, size_t size)
{
    if (word[size - 1] == 'e') {
        size_t m = measure(word, size - 1);
        if (m > 1 || (m == 1 && !ends_cvc(word, size - 1)))
            size--;
    }
    bool two = word[size - 1] == 'l' && ends_double(word, size) && measure(word, size) > 1;
    return two ? size - 1 : size;
}

size_t stem_cut(char *word, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (word[i] < 'a' || word[i] > 'z')
            return size; /* numbers, mixed and foreign words stay whole */
    if (size < 3)
        return size;
    size = step_1a(word, size);
    size = step_1b(word, size);
    size = step_1c(word, size);
    size = change(word, size, step_2, 0);
    size = change(word, size, step_3, 0);
    size = step_4_cut(word, size);
    return step_5(word, size);
}
