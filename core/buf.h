#pragma once
/* Growing bytes in an arena: every page, JSON text and message is built whole in one of these, then
 * sent. The escape is chosen by the place (text, attribute, URL) and by the type of the value;
 * markup goes in raw only as `struct html`, which core/text.c alone can make. The arena must
 * outlive the buffer; nothing needs closing. */
#include "core/arena.h"

struct html {
    struct text markup; /* safe to stand in a page as it is */
};

/* A personal place inside a page that is otherwise the same for all readers: bytes before `offset`
 * come first, then whatever belongs to (name, id) for this reader. See fcgi/kept.h. */
struct buf_slot {
    const char *name; /* string literal */
    int64_t id;
    size_t offset;
};

struct buf {
    struct arena *arena;
    char *data;
    size_t size;
    size_t room;
    struct buf_slot *slots;
    size_t slot_count;
    size_t slot_room;
};

void buf_open(struct buf *buf, struct arena *arena, size_t room); /* room: first size, in bytes */
void buf_add(struct buf *buf, const void *data, size_t size);
void buf_char(struct buf *buf, char c);
/* Numbers and fixed words only: escapes nothing. */
void buf_format(struct buf *buf, const char *format, ...) PRINTF(2, 3);
void buf_slot_add(struct buf *buf, const char *name, int64_t id);
/* Borrow; valid until the arena is reset or the buf grows. */
struct text buf_done(const struct buf *buf);
struct bytes buf_bytes(const struct buf *buf);
#define buf_literal(buf, literal, length) buf_add((buf), (literal), (length))

/* Writers by place. Text: & < > ; attribute: & < > " ' ; URL (value starts the attribute): only
 * http:, https:, mailto: or a relative reference not starting with "//" go through (no controls, no
 * backslash), anything else becomes "#"; URL part: percent-encodes all but unreserved. */
void buf_text_text(struct buf *buf, struct text value);
void buf_text_chars(struct buf *buf, const char *value);
void buf_text_html(struct buf *buf, struct html value);
void buf_attr_text(struct buf *buf, struct text value);
void buf_attr_chars(struct buf *buf, const char *value);
bool buf_url_allowed(struct text value); /* whether it would go through */
void buf_url_text(struct buf *buf, struct text value);
void buf_url_chars(struct buf *buf, const char *value);
void buf_url_part_text(struct buf *buf, struct text value);
void buf_url_part_chars(struct buf *buf, const char *value);
void buf_int(struct buf *buf, int64_t value);
void buf_size(struct buf *buf, size_t value);
/* A form that reads back equal: up to 15 digits if those do, else 17; finite only. */
void buf_real(struct buf *buf, double value);

/* clang-format off */
#define BUF_NUMBERS                                                                                \
    int: buf_int, long: buf_int, long long: buf_int, size_t: buf_size, double: buf_real
#define buf_text(buf, value)                                                                       \
    _Generic((value), struct text: buf_text_text, const char *: buf_text_chars,                    \
             char *: buf_text_chars, struct html: buf_text_html, BUF_NUMBERS)((buf), (value))
#define buf_attr(buf, value)                                                                       \
    _Generic((value), struct text: buf_attr_text, const char *: buf_attr_chars,                    \
             char *: buf_attr_chars, BUF_NUMBERS)((buf), (value))
#define buf_url(buf, value)                                                                        \
    _Generic((value), struct text: buf_url_text, const char *: buf_url_chars,                      \
             char *: buf_url_chars, BUF_NUMBERS)((buf), (value))
#define buf_url_part(buf, value)                                                                   \
    _Generic((value), struct text: buf_url_part_text, const char *: buf_url_part_chars,            \
             char *: buf_url_part_chars, BUF_NUMBERS)((buf), (value))
/* clang-format on */

/* JSON text. Strings come out quoted and escaped (RFC 8259), numbers as they are. */
void buf_json_text(struct buf *buf, struct text value); /* absent: null */
void buf_json_real(struct buf *buf, double value);
void buf_json_bool(struct buf *buf, bool value);
void buf_hex(struct buf *buf, struct bytes value);
void buf_base64(struct buf *buf, struct bytes value);    /* RFC 4648 section 4, padded */
void buf_base64url(struct buf *buf, struct bytes value); /* RFC 4648 section 5, not padded */
/* The same without a buffer: BASE64URL_SIZE(size) characters, or as a text of its own. */
#define BASE64URL_SIZE(size) (((size)*8 + 5) / 6)
void base64url_write(char *out, struct bytes value);
struct text base64url_text(struct arena *arena, struct bytes value);
/* Readers of the same; NULL data on a malformed input. One text for the same bytes. */
bool hex_read_into(uint8_t *out, size_t size, struct text hex); /* exactly `size` bytes */
struct bytes hex_read(struct arena *arena, struct text hex);
struct bytes base64_read(struct arena *arena, struct text base64);
bool base64url_read_into(uint8_t *out, size_t size, struct text text); /* exactly `size` bytes */
struct bytes base64url_read(struct arena *arena, struct text text);
