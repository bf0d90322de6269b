#include "core/bytes.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct text text_of(const char *c_string)
{
    return c_string == NULL ? NO_TEXT : (struct text){c_string, strlen(c_string)};
}

struct bytes bytes_of(const void *data, size_t size)
{
    return (struct bytes){data, size};
}

struct bytes text_bytes(struct text text)
{
    return (struct bytes){(const uint8_t *)text.data, text.size};
}

bool text_is(struct text text, const char *c_string)
{
    return text_equal(text, text_of(c_string));
}

/* Absent equals only absent: a missing field is never the same as an empty one. */
bool text_equal(struct text a, struct text b)
{
    if (a.data == NULL || b.data == NULL)
        return a.data == b.data;
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

bool text_starts(struct text text, const char *prefix)
{
    size_t size = strlen(prefix);
    return text.data != NULL && text.size >= size && memcmp(text.data, prefix, size) == 0;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct text text_trim(struct text text)
{
    while (text.size > 0 && is_space(text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && is_space(text.data[text.size - 1]))
        text.size--;
    return text;
}

bool text_next(struct text *rest, char separator, struct text *part)
{
    if (rest->data == NULL)
        return false;
    const char *end = rest->size == 0 ? NULL : memchr(rest->data, separator, rest->size);
    if (end == NULL) {
        /* The last part; an empty one behind a final separator is none. */
        *part = *rest;
        *rest = NO_TEXT;
        return part->size > 0;
    }
    size_t size = (size_t)(end - rest->data);
    *part = (struct text){rest->data, size};
    *rest = (struct text){end + 1, rest->size - size - 1};
    return true;
}

bool text_int(struct text text, int64_t low, int64_t high, int64_t *out)
{
    assert(low <= high);
    size_t at = text.size > 0 && text.data[0] == '-' ? 1 : 0;
    bool negative = at == 1;
    if (text.data == NULL || text.size == at || text.size - at > 19)
        return false;
    /* Counted downwards, because the negative side reaches one further than the positive. */
    int64_t value = 0;
    for (; at < text.size; at++) {
        char c = text.data[at];
        if (c < '0' || c > '9' || __builtin_mul_overflow(value, (int64_t)10, &value) ||
            __builtin_sub_overflow(value, (int64_t)(c - '0'), &value))
            return false;
    }
    if (!negative && __builtin_sub_overflow((int64_t)0, value, &value))
        return false;
    if (value < low || value > high)
        return false;
    *out = value;
    return true;
}

bool text_real(struct text text, double *out)
{
    enum { REAL_SIZE = 48 };
    char copy[REAL_SIZE] = "", *end = copy;
    if (text.data == NULL || text.size == 0 || text.size >= REAL_SIZE)
        return false;
    memcpy(copy, text.data, text.size);
    if (strspn(copy, "+-.0123456789eE") != text.size) /* strtod takes blanks and hexadecimal too */
        return false;
    double value = strtod(copy, &end);
    if (*end != 0 || !isfinite(value))
        return false;
    *out = value;
    return true;
}

int text_reals(struct text line, double *numbers, int most)
{
    struct text word;
    int count = 0;
    while (text_next(&line, ' ', &word))
        if (count == most || !text_real(word, &numbers[count++]))
            return -1;
    return count;
}

/* Size of the well-formed sequence of two to four bytes at `s` (Unicode 15, table 3-7), or 0. */
static size_t utf8_sequence(const uint8_t *s, size_t size)
{
    uint8_t first = s[0];
    size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || size < length)
        return 0;
    /* The second byte's range keeps out overlong forms, surrogates and what lies above U+10FFFF. */
    uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    }
    return length;
}

bool text_is_utf8(struct bytes bytes)
{
    const uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
    const uint8_t *s = bytes.data;
    size_t at = 0;
    while (at < bytes.size) {
        /* Eight bytes at once while they are all plain ASCII and none is NUL. */
        uint64_t word;
        if (bytes.size - at >= sizeof(word)) {
            memcpy(&word, s + at, sizeof(word));
            if (((word | (word - ones)) & highs) == 0) {
                at += sizeof(word);
                continue;
            }
        }
        if (s[at] == 0)
            return false;
        size_t length = s[at] < 0x80 ? 1 : utf8_sequence(s + at, bytes.size - at);
        if (length == 0)
            return false;
        at += length;
    }
    return true;
}

static bool is_continuation(char c)
{
    return ((uint8_t)c & 0xc0) == 0x80;
}

size_t text_characters(struct text text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++)
        count += !is_continuation(text.data[i]);
    return count;
}

struct text text_cut(struct text text, size_t size_max)
{
    if (text.size <= size_max)
        return text;
    while (size_max > 0 && is_continuation(text.data[size_max]))
        size_max--;
    return (struct text){text.data, size_max};
}
