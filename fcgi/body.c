/* A body of JSON made the form it stands for, before anything looks at it: fields, limits, hidden
 * fields and faults are then those of a form. One object of plain values: texts, whole numbers,
 * true and false; null is as good as absent; a list of texts is one text with commas. */
#include "core/json.h"
#include "fcgi/engine.h"

enum { VALUE_SIZE_MAX = REQUEST_BODY_MAX };

static bool words_read(struct request *r, const struct json *list, struct buf *words)
{
    for (size_t i = 0; i < json_count(list); i++) {
        struct text word;
        if (!json_get_text(json_at(list, i), r->arena, VALUE_SIZE_MAX, &word))
            return false;
        if (i > 0)
            buf_char(words, ',');
        buf_add(words, word.data, word.size);
    }
    return true;
}

static bool value_read(struct request *r, const struct json *value, struct text *out)
{
    int64_t number;
    bool yes;
    struct buf words;
    if (json_get_text(value, r->arena, VALUE_SIZE_MAX, out))
        return true;
    if (json_get_int(value, INT64_MIN, INT64_MAX, &number)) {
        *out = arena_format(r->arena, "%lld", (long long)number);
        return true;
    }
    if (json_get_bool(value, &yes)) {
        *out = yes ? TEXT("1") : TEXT("0");
        return true;
    }
    if (!json_is_array(value))
        return false;
    buf_open(&words, r->arena, 64);
    *out = words_read(r, value, &words) ? buf_done(&words) : NO_TEXT;
    return out->data != NULL;
}

static enum result object_read(struct request *r, const struct json *root, struct buf *form)
{
    const char *key;
    const struct json *value;
    for (void *at = NULL; json_next(root, &at, &key, &value);) {
        struct text text;
        if (value == NULL)
            continue;
        if (!value_read(r, value, &text)) {
            request_fault_add(r, "",
                              "The body may hold texts, whole numbers, true and false, and "
                              "lists of texts; one member is something else.");
            return INVALID;
        }
        if (form->size > 0)
            buf_char(form, '&');
        buf_url_part(form, key);
        buf_char(form, '=');
        buf_url_part(form, text);
    }
    return OK;
}

enum result request_json(struct request *r)
{
    struct json *root;
    struct buf form;
    if (r->method != METHOD_POST || !text_starts(r->content_type, "application/json"))
        return OK;
    r->content_type = TEXT("application/x-www-form-urlencoded");
    buf_open(&form, r->arena, r->body.size + 64);
    enum result result = json_read(r->body.data ? r->body : NO_BYTES, &root);
    r->body = NO_BYTES;
    if (result == OK && !json_is_object(root)) {
        json_fault("body", "", "is no object");
        result = INVALID;
    }
    if (result != OK)
        request_fault_add(r, "", "The body is not one JSON object: %s.", json_error());
    else
        result = object_read(r, root, &form);
    if (result == OK)
        r->body = buf_bytes(&form);
    json_close(root);
    return result;
}
