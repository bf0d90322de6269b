#include "core/compact.h"

#include "core/buf.h"

#include <assert.h>
#include <string.h>

struct compact compact_open(struct bytes text)
{
    const char *at = text.data == NULL ? "" : (const char *)text.data;
    return (struct compact){at, at + (text.data == NULL ? 0 : text.size)};
}

bool compact_done(const struct compact *in)
{
    return in->at == in->end;
}

bool compact_word(struct compact *in, const char *word, size_t size)
{
    if ((size_t)(in->end - in->at) < size || memcmp(in->at, word, size) != 0)
        return false;
    in->at += size;
    return true;
}

bool compact_int(struct compact *in, int64_t low, int64_t high, int64_t *out)
{
    enum { DIGITS_MAX = 18 }; /* fit into 64 bits whatever they are */
    const char *at = in->at;
    bool negative = at < in->end && *at == '-';
    at += negative;
    const char *const first = at;
    int64_t value = 0;
    for (; at < in->end && *at >= '0' && *at <= '9' && at - first < DIGITS_MAX; at++)
        value = value * 10 + (*at - '0');
    /* "-0", "007" and "1e3" have their own meaning, or none: not for us to say. */
    if (at == first || (*first == '0' && (negative || at - first > 1)) || at == in->end ||
        (*at != ',' && *at != '}'))
        return false;
    value = negative ? -value : value;
    if (value < low || value > high)
        return false;
    in->at = at;
    *out = value;
    return true;
}

bool compact_bool(struct compact *in, bool *out)
{
    *out = compact_word(in, "true", 4);
    return *out || compact_word(in, "false", 5);
}

/* A string between quotes without escapes; *ascii: it is plain ASCII. */
static bool quoted(struct compact *in, size_t size_max, struct text *out, bool *ascii)
{
    if (in->at == in->end || *in->at != '"')
        return false;
    const char *const first = in->at + 1;
    const char *at = first;
    uint8_t all = 0;
    for (; at < in->end && *at != '"'; at++) {
        if ((uint8_t)*at < 0x20 || *at == '\\')
            return false;
        all |= (uint8_t)*at;
    }
    if (at == in->end || (size_t)(at - first) > size_max)
        return false;
    in->at = at + 1;
    *out = (struct text){first, (size_t)(at - first)};
    *ascii = all < 0x80;
    return true;
}

bool compact_borrow(struct compact *in, size_t size_max, struct text *out)
{
    bool ascii = false;
    return quoted(in, size_max, out, &ascii) && (ascii || text_is_utf8(text_bytes(*out)));
}

bool compact_text(struct compact *in, struct arena *arena, size_t size_max, struct text *out)
{
    struct text borrowed;
    if (!compact_borrow(in, size_max, &borrowed))
        return false;
    *out = arena_text(arena, borrowed);
    return true;
}

bool compact_base64(struct compact *in, struct arena *arena, size_t size_max, struct bytes *out)
{
    struct text text;
    bool ascii = false;
    assert(size_max <= SIZE_MAX / 2);
    if (!quoted(in, (size_max + 2) / 3 * 4, &text, &ascii))
        return false;
    *out = base64_read(arena, text);
    return out->data != NULL && out->size <= size_max;
}

bool compact_hex(struct compact *in, uint8_t *out, size_t size)
{
    struct text text;
    bool ascii = false;
    return quoted(in, size * 2, &text, &ascii) && hex_read_into(out, size, text);
}
