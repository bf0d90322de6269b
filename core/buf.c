#include "core/buf.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void buf_open(struct buf *buf, struct arena *arena, size_t room)
{
    room = (room + 63) & ~(size_t)63;
    *buf = (struct buf){.arena = arena, .room = room};
    buf->data = arena_take_raw(arena, room);
}

/* Make room for `more` bytes. A buffer that is the latest thing in its arena grows where it is. */
static void buf_grow(struct buf *buf, size_t more)
{
    size_t room = buf->room * 2 > buf->size + more ? buf->room * 2 : buf->size + more;
    room = (room + 63) & ~(size_t)63;
    assert(buf->arena != NULL && room > buf->room);
    struct arena *arena = buf->arena;
    if ((uint8_t *)buf->data + buf->room == arena->block + arena->used) {
        size_t left = arena->size - arena->used;
        /* Doubling is a wish, `more` is a need: take what the arena still has. */
        if (room - buf->room > left && buf->size + more <= buf->room + left)
            room = buf->room + left;
        arena_take_raw(arena, room - buf->room);
    } else {
        char *data = arena_take_raw(arena, room);
        memcpy(data, buf->data, buf->size);
        buf->data = data;
    }
    buf->room = room;
}

static inline char *buf_reserve(struct buf *buf, size_t more)
{
    if (more > buf->room - buf->size)
        buf_grow(buf, more);
    return buf->data + buf->size;
}

void buf_add(struct buf *buf, const void *data, size_t size)
{
    if (size == 0)
        return;
    memcpy(buf_reserve(buf, size), data, size);
    buf->size += size;
}

void buf_char(struct buf *buf, char c)
{
    *buf_reserve(buf, 1) = c;
    buf->size++;
}

void buf_format(struct buf *buf, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    size_t room = buf->room - buf->size;
    int needed = vsnprintf(buf->data + buf->size, room, format, list);
    va_end(list);
    assert(needed >= 0);
    if ((size_t)needed >= room) {
        char *at = buf_reserve(buf, (size_t)needed + 1);
        va_start(list, format);
        int written = vsnprintf(at, (size_t)needed + 1, format, list);
        va_end(list);
        assert(written == needed);
    }
    buf->size += (size_t)needed;
}

void buf_slot_add(struct buf *buf, const char *name, int64_t id)
{
    if (buf->slot_count == buf->slot_room) {
        size_t room = buf->slot_room == 0 ? 8 : buf->slot_room * 2;
        struct buf_slot *slots = arena_array(buf->arena, struct buf_slot, room);
        if (buf->slot_count > 0)
            memcpy(slots, buf->slots, buf->slot_count * sizeof(*slots));
        buf->slots = slots;
        buf->slot_room = room;
    }
    buf->slots[buf->slot_count++] = (struct buf_slot){name, id, buf->size};
}

struct text buf_done(const struct buf *buf)
{
    return (struct text){buf->data, buf->size};
}

struct bytes buf_bytes(const struct buf *buf)
{
    return (struct bytes){(const uint8_t *)buf->data, buf->size};
}

/* Which bytes a place cannot take as they are. */
enum place { PLACE_TEXT = 1, PLACE_ATTRIBUTE = 2, PLACE_JSON = 4, PLACE_URL_PART = 8 };

#define CONTROLS [0 ... 0x1f] = PLACE_JSON | PLACE_URL_PART, [0x7f ... 0xff] = PLACE_URL_PART

static const uint8_t special[256] = {
    CONTROLS,
    [' '] = PLACE_URL_PART,
    ['!'] = PLACE_URL_PART,
    ['"'] = PLACE_ATTRIBUTE | PLACE_JSON | PLACE_URL_PART,
    ['#' ... '%'] = PLACE_URL_PART,
    ['&'] = PLACE_TEXT | PLACE_ATTRIBUTE | PLACE_URL_PART,
    ['\''] = PLACE_ATTRIBUTE | PLACE_URL_PART,
    ['(' ... ','] = PLACE_URL_PART,
    ['/'] = PLACE_URL_PART,
    [':' ... ';'] = PLACE_URL_PART,
    ['<'] = PLACE_TEXT | PLACE_ATTRIBUTE | PLACE_URL_PART,
    ['='] = PLACE_URL_PART,
    ['>'] = PLACE_TEXT | PLACE_ATTRIBUTE | PLACE_URL_PART,
    ['?' ... '@'] = PLACE_URL_PART,
    ['['] = PLACE_URL_PART,
    ['\\'] = PLACE_JSON | PLACE_URL_PART,
    [']' ... '^'] = PLACE_URL_PART,
    ['`'] = PLACE_URL_PART,
    ['{' ... '}'] = PLACE_URL_PART,
};

static const char hex_digits[] = "0123456789abcdef";
static const char hex_capitals[] = "0123456789ABCDEF";

/* How many bytes from `at` on may stand in the place as they are. */
static inline size_t plain_run(struct text value, size_t at, uint8_t place)
{
    size_t end = at;
    while (end < value.size && !(special[(uint8_t)value.data[end]] & place))
        end++;
    return end - at;
}

static void add_entity(struct buf *buf, char c)
{
    switch (c) {
    case '&':
        buf_add(buf, "&amp;", 5);
        break;
    case '<':
        buf_add(buf, "&lt;", 4);
        break;
    case '>':
        buf_add(buf, "&gt;", 4);
        break;
    case '"':
        buf_add(buf, "&quot;", 6);
        break;
    default:
        assert(c == '\'');
        buf_add(buf, "&#39;", 5);
    }
}

static void add_json_escape(struct buf *buf, char c)
{
    static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (size_t i = 0; i + 1 < sizeof(short_forms); i += 2) {
        if (short_forms[i] == c) {
            buf_add(buf, (char[2]){'\\', short_forms[i + 1]}, 2);
            return;
        }
    }
    assert((uint8_t)c < 0x20);
    buf_add(buf, (char[6]){'\\', 'u', '0', '0', hex_digits[c >> 4], hex_digits[c & 15]}, 6);
}

static void add_escaped(struct buf *buf, struct text value, uint8_t place)
{
    size_t at = 0;
    while (at < value.size) {
        size_t run = plain_run(value, at, place);
        buf_add(buf, value.data + at, run);
        at += run;
        if (at == value.size)
            break;
        char c = value.data[at++];
        uint8_t byte = (uint8_t)c;
        if (place == PLACE_JSON)
            add_json_escape(buf, c);
        else if (place == PLACE_URL_PART)
            buf_add(buf, (char[3]){'%', hex_capitals[byte >> 4], hex_capitals[byte & 15]}, 3);
        else
            add_entity(buf, c);
    }
}

void buf_text_text(struct buf *buf, struct text value)
{
    add_escaped(buf, value, PLACE_TEXT);
}

void buf_text_chars(struct buf *buf, const char *value)
{
    add_escaped(buf, text_of(value), PLACE_TEXT);
}

void buf_text_html(struct buf *buf, struct html value)
{
    buf_add(buf, value.markup.data, value.markup.size);
}

void buf_attr_text(struct buf *buf, struct text value)
{
    add_escaped(buf, value, PLACE_ATTRIBUTE);
}

void buf_attr_chars(struct buf *buf, const char *value)
{
    add_escaped(buf, text_of(value), PLACE_ATTRIBUTE);
}

static bool is_slash(char c)
{
    return c == '/' || c == '\\';
}

/* Browsers drop tabs, line ends and leading controls before they look for the scheme and read a
 * backslash as a slash (WHATWG URL, section 4.4), so none of these may occur at all. */
bool buf_url_allowed(struct text value)
{
    static const char *const schemes[] = {"http", "https", "mailto"};
    for (size_t i = 0; i < value.size; i++) {
        uint8_t c = (uint8_t)value.data[i];
        if (c < 0x20 || c == 0x7f || c == '\\' || (c == ' ' && i == 0))
            return false;
    }
    if (value.size >= 2 && is_slash(value.data[0]) && is_slash(value.data[1]))
        return false;
    size_t end = 0;
    while (end < value.size && strchr(":/?#", value.data[end]) == NULL)
        end++;
    if (end == value.size || value.data[end] != ':')
        return true;
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (strlen(schemes[i]) == end && strncasecmp(schemes[i], value.data, end) == 0)
            return true;
    }
    return false;
}

void buf_url_text(struct buf *buf, struct text value)
{
    if (!buf_url_allowed(value)) {
        buf_char(buf, '#');
        return;
    }
    struct text part;
    /* A blank inside a quoted address is harmless, but not part of any address. */
    for (bool first = true; text_next(&value, ' ', &part); first = false) {
        if (!first)
            buf_add(buf, "%20", 3);
        add_escaped(buf, part, PLACE_ATTRIBUTE);
    }
}

void buf_url_chars(struct buf *buf, const char *value)
{
    buf_url_text(buf, text_of(value));
}

void buf_url_part_text(struct buf *buf, struct text value)
{
    add_escaped(buf, value, PLACE_URL_PART);
}

void buf_url_part_chars(struct buf *buf, const char *value)
{
    add_escaped(buf, text_of(value), PLACE_URL_PART);
}

static void add_unsigned(struct buf *buf, uint64_t value, bool negative)
{
    char digits[20 + 1];
    size_t at = sizeof(digits);
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    if (negative)
        digits[--at] = '-';
    buf_add(buf, digits + at, sizeof(digits) - at);
}

void buf_int(struct buf *buf, int64_t value)
{
    add_unsigned(buf, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0);
}

void buf_size(struct buf *buf, size_t value)
{
    add_unsigned(buf, value, false);
}

void buf_real(struct buf *buf, double value)
{
    assert(isfinite(value));
    if (fabs(value) < 1e15 && value == (double)(int64_t)value) {
        buf_int(buf, (int64_t)value);
        return;
    }
    /* Whatever has 15 digits or fewer comes out as it went in (DBL_DIG), except below the normal
     * range; with 17 everything does. Trying 16 in between would cost as much again. */
    char text[40];
    int size = 0;
    for (int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG; digits <= DBL_DECIMAL_DIG;
         digits += digits < DBL_DIG ? 1 : DBL_DECIMAL_DIG - DBL_DIG) {
        size = snprintf(text, sizeof(text), "%.*g", digits, value);
        if (digits == DBL_DECIMAL_DIG || strtod(text, NULL) == value)
            break;
    }
    buf_add(buf, text, (size_t)size);
}

void buf_json_text(struct buf *buf, struct text value)
{
    if (value.data == NULL) {
        buf_add(buf, "null", 4);
        return;
    }
    buf_char(buf, '"');
    add_escaped(buf, value, PLACE_JSON);
    buf_char(buf, '"');
}

void buf_json_real(struct buf *buf, double value)
{
    buf_real(buf, value);
}

void buf_json_bool(struct buf *buf, bool value)
{
    buf_add(buf, value ? "true" : "false", value ? 4 : 5);
}

void buf_hex(struct buf *buf, struct bytes value)
{
    char *at = buf_reserve(buf, value.size * 2);
    for (size_t i = 0; i < value.size; i++) {
        *at++ = hex_digits[value.data[i] >> 4];
        *at++ = hex_digits[value.data[i] & 15];
    }
    buf->size += value.size * 2;
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void buf_base64(struct buf *buf, struct bytes value)
{
    size_t size = (value.size + 2) / 3 * 4;
    char *at = buf_reserve(buf, size);
    for (size_t i = 0; i < value.size; i += 3) {
        size_t left = value.size - i;
        uint32_t group = (uint32_t)value.data[i] << 16;
        group |= left > 1 ? (uint32_t)value.data[i + 1] << 8 : 0;
        group |= left > 2 ? (uint32_t)value.data[i + 2] : 0;
        *at++ = base64_digits[group >> 18];
        *at++ = base64_digits[group >> 12 & 63];
        *at++ = left > 1 ? base64_digits[group >> 6 & 63] : '=';
        *at++ = left > 2 ? base64_digits[group & 63] : '=';
    }
    buf->size += size;
}

/* A digit's value and 1; 0: it is none. A table, since every event's digests are read here. */
static const uint8_t hex_values[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

bool hex_read_into(uint8_t *out, size_t size, struct text hex)
{
    if (hex.data == NULL || hex.size % 2 != 0 || hex.size / 2 != size)
        return false;
    for (size_t i = 0; i < size; i++) {
        const uint8_t high = hex_values[(uint8_t)hex.data[2 * i]];
        const uint8_t low = hex_values[(uint8_t)hex.data[2 * i + 1]];
        if (high == 0 || low == 0)
            return false;
        out[i] = (uint8_t)((high - 1) << 4 | (low - 1));
    }
    return true;
}

struct bytes hex_read(struct arena *arena, struct text hex)
{
    uint8_t *data = arena_take_raw(arena, hex.size / 2);
    return hex_read_into(data, hex.size / 2, hex) ? bytes_of(data, hex.size / 2) : NO_BYTES;
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* One form for one value: white space, missing padding and set bits behind the end are all refused.
 */
struct bytes base64_read(struct arena *arena, struct text base64)
{
    if (base64.data == NULL || base64.size % 4 != 0)
        return NO_BYTES;
    size_t padding = 0;
    while (padding < 2 && padding < base64.size && base64.data[base64.size - 1 - padding] == '=')
        padding++;
    uint8_t *data = arena_take_raw(arena, base64.size / 4 * 3);
    size_t size = 0;
    uint32_t group = 0;
    for (size_t i = 0; i < base64.size - padding; i++) {
        int value = base64_value(base64.data[i]);
        if (value < 0)
            return NO_BYTES;
        group = group << 6 | (uint32_t)value;
        if (i % 4 == 3) {
            data[size++] = (uint8_t)(group >> 16);
            data[size++] = (uint8_t)(group >> 8);
            data[size++] = (uint8_t)group;
            group = 0;
        }
    }
    if (padding == 1) {
        if (group & 3)
            return NO_BYTES;
        data[size++] = (uint8_t)(group >> 10);
        data[size++] = (uint8_t)(group >> 2);
    } else if (padding == 2) {
        if (group & 15)
            return NO_BYTES;
        data[size++] = (uint8_t)(group >> 4);
    }
    return (struct bytes){data, size};
}

static const char base64url_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void base64url_write(char *out, struct bytes value)
{
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < value.size; i++) {
        bits = bits << 8 | value.data[i];
        for (held += 8; held >= 6;) {
            held -= 6;
            *out++ = base64url_digits[bits >> held & 63];
        }
    }
    if (held > 0)
        *out = base64url_digits[bits << (6 - held) & 63];
}

void buf_base64url(struct buf *buf, struct bytes value)
{
    base64url_write(buf_reserve(buf, BASE64URL_SIZE(value.size)), value);
    buf->size += BASE64URL_SIZE(value.size);
}

struct text base64url_text(struct arena *arena, struct bytes value)
{
    char *text = arena_take(arena, BASE64URL_SIZE(value.size) + 1);
    base64url_write(text, value);
    return (struct text){text, BASE64URL_SIZE(value.size)};
}

/* One digit's value; 64 for anything else. */
static unsigned base64url_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (unsigned)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (unsigned)(c - 'a') + 26;
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0') + 52;
    return c == '-' ? 62 : c == '_' ? 63 : 64;
}

bool base64url_read_into(uint8_t *out, size_t size, struct text text)
{
    uint32_t bits = 0;
    unsigned held = 0;
    if (text.data == NULL || text.size != BASE64URL_SIZE(size))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        unsigned value = base64url_value(text.data[i]);
        if (value == 64)
            return false;
        bits = bits << 6 | value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            *out++ = (uint8_t)(bits >> held);
        }
    }
    return (bits & ((1U << held) - 1)) == 0; /* one text for the same bytes */
}

struct bytes base64url_read(struct arena *arena, struct text text)
{
    size_t size = text.size / 4 * 3 + text.size % 4 * 3 / 4;
    uint8_t *data = arena_take_raw(arena, size + 1);
    return base64url_read_into(data, size, text) ? bytes_of(data, size) : NO_BYTES;
}
