#pragma once
/* Reading JSON (jansson behind it), for compiled records. Writing is core/buf.h's. Limits: depth
 * 32, the size the caller passes in. */
#include "core/arena.h"

struct json; /* opaque */

/* The tree lives until json_close. INVALID with a place and reason in json_error(). Duplicate keys
 * are refused. */
MUST_USE enum result json_read(struct bytes text, struct json **root);
void json_close(struct json *root); /* NULL is harmless */
const char *json_error(void);       /* of the latest failure in this process; static storage */
void json_fault(const char *record, const char *field, const char *why); /* sets json_error */

/* NULL when absent or null. */
const struct json *json_get(const struct json *object, const char *key);
size_t json_members(const struct json *object);
/* First key not among known, else NULL. */
const char *json_unknown(const struct json *object, const char *const *known, size_t count);
/* The members one by one: *at is NULL before the first; a value that is null is given as NULL.
 * False behind the last. */
bool json_next(const struct json *object, void **at, const char **key, const struct json **value);
size_t json_count(const struct json *array);
const struct json *json_at(const struct json *array, size_t index);
bool json_is_array(const struct json *json);
bool json_is_object(const struct json *json);
/* Typed leaves: false when absent or of another type or out of limits. Text is copied into the
 * arena. */
bool json_get_text(const struct json *value, struct arena *arena, size_t size_max,
                   struct text *out);
bool json_get_int(const struct json *value, int64_t low, int64_t high, int64_t *out);
bool json_get_real(const struct json *value, double *out);
bool json_get_bool(const struct json *value, bool *out);
bool json_get_base64(const struct json *value, struct arena *arena, size_t size_max,
                     struct bytes *out);
bool json_get_hex(const struct json *value, uint8_t *out, size_t size);
