#pragma once
/* A run of bytes somebody else owns. `struct text` is the same with a promise: valid UTF-8, no NUL
 * inside. data == NULL means "absent" (SQL NULL, missing field); data != NULL with size 0 means
 * "empty". */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    const uint8_t *data;
    size_t size;
};

struct text {
    const char *data;
    size_t size;
};

#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})
#define NO_TEXT ((struct text){NULL, 0})
#define NO_BYTES ((struct bytes){NULL, 0})

struct text text_of(const char *c_string); /* NULL gives NO_TEXT; borrows */
struct bytes bytes_of(const void *data, size_t size);
struct bytes text_bytes(struct text text);
bool text_is(struct text text, const char *c_string);
bool text_equal(struct text a, struct text b); /* absent equals only absent */
bool text_starts(struct text text, const char *prefix);
struct text text_trim(struct text text); /* ASCII white space at both ends; borrows */
/* Cut the next part up to `separator` off the front of *rest; false when nothing is left. Parts
 * between two separators may be empty; one behind the last separator is not given. */
bool text_next(struct text *rest, char separator, struct text *part);
/* Whole decimal number in [low, high]; false (and *out untouched) for anything else, signs other
 * than '-' included. */
bool text_int(struct text text, int64_t low, int64_t high, int64_t *out);
/* Finite decimal number of at most 47 bytes, nothing around it; false (and *out untouched) for
 * anything else. */
bool text_real(struct text text, double *out);
/* Such numbers with one blank between them: how many, or -1 when there are more than `most` or
 * something else is among them. */
int text_reals(struct text line, double *numbers, int most);
bool text_is_utf8(struct bytes bytes);    /* strict: no overlong forms, no surrogates, no NUL */
size_t text_characters(struct text text); /* code points */
/* The longest prefix of at most `size_max` bytes that does not cut a code point. */
struct text text_cut(struct text text, size_t size_max);
