#include "core/json.h"

#include "core/buf.h"
#include "core/seal.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* jansson's own macros of these names */
#undef json_is_array
#undef json_is_object

enum { DEPTH_MAX = 32, ERROR_SIZE = 256 };

static char error_text[ERROR_SIZE];

static json_t *inside(const struct json *json)
{
    return (json_t *)(uintptr_t)json;
}

static struct json *outside(const json_t *json)
{
    return (struct json *)(uintptr_t)json;
}

static bool is_type(const struct json *json, json_type type)
{
    return json != NULL && json_typeof(inside(json)) == type;
}

/* jansson recurses up to 2048 levels; counting brackets outside strings keeps deeper texts away
 * from it. */
static bool depth_fits(struct bytes text)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (c == '"') {
            quoted = !quoted;
        } else if (quoted) {
            i += c == '\\';
        } else if (c == '{' || c == '[') {
            if (++depth > DEPTH_MAX)
                return false;
        } else if (c == '}' || c == ']') {
            depth -= depth > 0;
        }
    }
    return true;
}

/* jansson hashes keys with a seed that it would take from /dev/urandom, which a sandboxed process
 * cannot open. */
static void seed_once(void)
{
    static bool seeded;
    if (seeded)
        return;
    seeded = true;
    json_object_seed((size_t)1 + (size_t)seal_random_below(UINT32_MAX));
}

enum result json_read(struct bytes text, struct json **root)
{
    *root = NULL;
    seed_once();
    if (text.data == NULL || !depth_fits(text)) {
        snprintf(error_text, sizeof(error_text), "%s",
                 text.data == NULL ? "no text" : "nested deeper than 32 levels");
        return INVALID;
    }
    json_error_t error;
    json_t *json = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL) {
        /* What jansson quotes from the text may be private and must not reach a log. */
        char *near = strstr(error.text, " near ");
        if (near != NULL)
            *near = 0;
        bool quotes = strchr(error.text, '\'') != NULL || strchr(error.text, '"') != NULL;
        snprintf(error_text, sizeof(error_text), "line %d, column %d: %s", error.line, error.column,
                 quotes ? "not well-formed" : error.text);
        return INVALID;
    }
    *root = outside(json);
    return OK;
}

void json_close(struct json *root)
{
    json_decref(inside(root));
}

const char *json_error(void)
{
    return error_text;
}

void json_fault(const char *record, const char *field, const char *why)
{
    snprintf(error_text, sizeof(error_text), "%s.%s: %s", record, field, why);
}

const struct json *json_get(const struct json *object, const char *key)
{
    json_t *value = json_object_get(inside(object), key);
    return json_is_null(value) ? NULL : outside(value);
}

size_t json_members(const struct json *object)
{
    return json_object_size(inside(object));
}

const char *json_unknown(const struct json *object, const char *const *known, size_t count)
{
    json_t *json = inside(object);
    for (void *at = json_object_iter(json); at != NULL; at = json_object_iter_next(json, at)) {
        const char *key = json_object_iter_key(at);
        size_t i = 0;
        while (i < count && strcmp(known[i], key) != 0)
            i++;
        if (i == count)
            return key;
    }
    return NULL;
}

bool json_next(const struct json *object, void **at, const char **key, const struct json **value)
{
    json_t *json = inside(object);
    *at = *at == NULL ? json_object_iter(json) : json_object_iter_next(json, *at);
    if (*at == NULL)
        return false;
    json_t *got = json_object_iter_value(*at);
    *key = json_object_iter_key(*at);
    *value = json_is_null(got) ? NULL : outside(got);
    return true;
}

size_t json_count(const struct json *array)
{
    return json_array_size(inside(array));
}

const struct json *json_at(const struct json *array, size_t index)
{
    return outside(json_array_get(inside(array), index));
}

bool json_is_array(const struct json *json)
{
    return is_type(json, JSON_ARRAY);
}

bool json_is_object(const struct json *json)
{
    return is_type(json, JSON_OBJECT);
}

/* A string is valid UTF-8 without NUL, or jansson would have refused the text. */
static bool get_string(const struct json *value, size_t size_max, struct text *out)
{
    if (!is_type(value, JSON_STRING) || json_string_length(inside(value)) > size_max)
        return false;
    *out = (struct text){json_string_value(inside(value)), json_string_length(inside(value))};
    return true;
}

bool json_get_text(const struct json *value, struct arena *arena, size_t size_max, struct text *out)
{
    struct text string;
    if (!get_string(value, size_max, &string))
        return false;
    *out = arena_text(arena, string);
    return true;
}

bool json_get_int(const struct json *value, int64_t low, int64_t high, int64_t *out)
{
    if (!is_type(value, JSON_INTEGER))
        return false;
    int64_t number = json_integer_value(inside(value));
    if (number < low || number > high)
        return false;
    *out = number;
    return true;
}

bool json_get_real(const struct json *value, double *out)
{
    if (!is_type(value, JSON_REAL) && !is_type(value, JSON_INTEGER))
        return false;
    *out = json_number_value(inside(value));
    return true;
}

bool json_get_bool(const struct json *value, bool *out)
{
    if (!is_type(value, JSON_TRUE) && !is_type(value, JSON_FALSE))
        return false;
    *out = is_type(value, JSON_TRUE);
    return true;
}

bool json_get_base64(const struct json *value, struct arena *arena, size_t size_max,
                     struct bytes *out)
{
    struct text string;
    assert(size_max <= SIZE_MAX / 2);
    if (!get_string(value, (size_max + 2) / 3 * 4, &string))
        return false;
    struct bytes bytes = base64_read(arena, string);
    if (bytes.data == NULL || bytes.size > size_max)
        return false;
    *out = bytes;
    return true;
}

bool json_get_hex(const struct json *value, uint8_t *out, size_t size)
{
    struct text string;
    return get_string(value, size * 2, &string) && hex_read_into(out, size, string);
}
