#include "fcgi/openapi.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "core/token.h"
#include "fcgi/guard.h"

enum { SHAPES_MOST = 256, NAME_MOST = 120, LINE_ROOM = 200 };

/* Shapes that something refers to; each is described once. */
struct shapes {
    const struct shape *list[SHAPES_MOST];
    size_t count;
};

static void shape_add(struct shapes *shapes, const struct shape *shape)
{
    for (size_t i = 0; i < shapes->count; i++)
        if (shapes->list[i] == shape)
            return;
    assert(shapes->count < SHAPES_MOST);
    shapes->list[shapes->count++] = shape;
    for (size_t i = 0; i < shape->count; i++)
        if (shape->fields[i].of)
            shape_add(shapes, shape->fields[i].of);
}

static void words(struct buf *out, const char *key, const char *text)
{
    if (*text == 0)
        return;
    buf_format(out, ",\"%s\":", key);
    buf_json_text(out, text_of(text));
}

/* --- what comes back: views --- */

static void shape_field_write(struct buf *out, const struct shape_field *field)
{
    switch (field->kind) {
    case SHAPE_INT:
        buf_format(out, "{\"type\":\"integer\"");
        if (field->ranged)
            buf_format(out, ",\"minimum\":%" PRId64 ",\"maximum\":%" PRId64, field->low,
                       field->high);
        break;
    case SHAPE_REAL:
        buf_format(out, "{\"type\":\"number\"");
        break;
    case SHAPE_BOOL:
        buf_format(out, "{\"type\":\"boolean\"");
        break;
    case SHAPE_TEXT:
        buf_format(out, "{\"type\":\"string\"");
        break;
    case SHAPE_HTML:
        buf_format(out, "{\"type\":\"string\",\"contentMediaType\":\"text/html\"");
        break;
    case SHAPE_BYTES:
        buf_format(out, "{\"type\":\"string\",\"contentEncoding\":\"base64\"");
        break;
    case SHAPE_HEX:
        buf_format(out, "{\"type\":\"string\",\"pattern\":\"^[0-9a-f]*$\"");
        break;
    case SHAPE_STRUCT:
        buf_format(out, "{\"$ref\":\"#/components/schemas/%s\"", field->of->name);
        break;
    case SHAPE_LIST:
        buf_format(out, "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/%s\"}",
                   field->of->name);
        if (field->most > 0)
            buf_format(out, ",\"maxItems\":%" PRId64, field->most);
        break;
    }
    words(out, "description", field->words);
    buf_char(out, '}');
}

static void shape_write(struct buf *out, const struct shape *shape)
{
    bool first = true;
    buf_format(out, "\"%s\":{\"type\":\"object\",\"additionalProperties\":false", shape->name);
    words(out, "description", shape->words);
    buf_format(out, ",\"properties\":{");
    for (size_t i = 0; i < shape->count; i++) {
        buf_format(out, "%s\"%s\":", i > 0 ? "," : "", shape->fields[i].name);
        shape_field_write(out, &shape->fields[i]);
    }
    buf_format(out, "},\"required\":[");
    for (size_t i = 0; i < shape->count; i++) {
        if (shape->fields[i].optional)
            continue;
        buf_format(out, "%s\"%s\"", first ? "" : ",", shape->fields[i].name);
        first = false;
    }
    buf_format(out, "]}");
}

/* --- what is sent: fields --- */

static void field_write(struct buf *out, const struct field *field)
{
    bool sized = field->type == FIELD_LINE || field->type == FIELD_TEXT;
    switch (field->type) {
    case FIELD_LINE:
    case FIELD_TEXT:
    case FIELD_SECRET:
        buf_format(out, "{\"type\":\"string\",\"maxLength\":%" PRId64, field->high);
        if (sized && !field->optional && field->low > 0)
            buf_format(out, ",\"minLength\":%" PRId64, field->low);
        break;
    case FIELD_INT:
        buf_format(out, "{\"type\":\"integer\",\"minimum\":%" PRId64 ",\"maximum\":%" PRId64,
                   field->low, field->high);
        break;
    case FIELD_FLAG:
        buf_format(out, "{\"type\":\"boolean\"");
        break;
    case FIELD_KEY:
        buf_format(out, "{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{%" PRId64 "}$\"",
                   field->high);
        break;
    case FIELD_LIST:
        buf_format(out, "{\"type\":\"array\",\"items\":{\"type\":\"string\"}");
        break;
    case FIELD_FILE:
        buf_format(out, "{\"type\":\"string\",\"contentMediaType\":\"application/octet-stream\"");
        break;
    case FIELD_MONTH:
        buf_format(out, "{\"type\":\"string\",\"pattern\":\"^[0-9]{4}-[0-9]{2}$\"");
        break;
    case FIELD_DATE:
        buf_format(out, "{\"type\":\"string\",\"format\":\"date\"");
        break;
    case FIELD_MONEY:
        buf_format(out, "{\"type\":\"string\",\"pattern\":\"^[$]?[0-9,]+([.][0-9]{1,2})?$\"");
        break;
    }
    words(out, "description", field->label ? field->label : "");
    buf_char(out, '}');
}

static bool field_needed(const struct field *field)
{
    return !field->optional && field->type != FIELD_FLAG;
}

static void body_schema_write(struct buf *out, const struct field *fields)
{
    bool first = true;
    buf_format(out, "{\"type\":\"object\",\"properties\":{");
    for (const struct field *field = fields; field && field->name; field++) {
        buf_format(out, "\"%s\":", field->name);
        field_write(out, field);
        buf_char(out, ',');
    }
    buf_format(out, "\"request\":{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{32}$\","
                    "\"description\":\"Your own random number for this act: sent again with the "
                    "same one it is done once\"}},\"required\":[");
    for (const struct field *field = fields; field && field->name; field++) {
        if (!field_needed(field))
            continue;
        buf_format(out, "%s\"%s\"", first ? "" : ",", field->name);
        first = false;
    }
    buf_format(out, "]}");
}

static bool has_file(const struct field *fields)
{
    bool has = false;
    for (const struct field *field = fields; field && field->name; field++)
        has = has || field->type == FIELD_FILE;
    return has;
}

/* A file comes in a form of parts and in no other. */
static void body_write(struct buf *out, const struct field *fields)
{
    static const char *const types[] = {"application/json", "application/x-www-form-urlencoded",
                                        "multipart/form-data"};
    size_t from = has_file(fields) ? 2 : 0, to = has_file(fields) ? 3 : 2;
    buf_format(out, ",\"requestBody\":{\"required\":true,\"content\":{");
    for (size_t i = from; i < to; i++) {
        buf_format(out, "%s\"%s\":{\"schema\":", i > from ? "," : "", types[i]);
        body_schema_write(out, fields);
        buf_char(out, '}');
    }
    buf_format(out, "}}");
}

/* --- a row --- */

/* "/q/:id/answer" as "/q/{id}/answer"; and, for a name of the operation, "q_id_answer". */
static struct text pattern_text(struct arena *arena, const char *pattern, bool braces)
{
    struct text rest = text_of(pattern + 1), part;
    struct buf out;
    buf_open(&out, arena, NAME_MOST);
    if (braces && rest.size == 0)
        buf_char(&out, '/');
    while (text_next(&rest, '/', &part)) {
        bool variable = part.size > 0 && part.data[0] == ':';
        size_t skip = variable ? 1 : 0;
        if (braces)
            buf_format(&out, "/%s", variable ? "{" : "");
        else
            buf_char(&out, '_');
        for (size_t i = skip; i < part.size; i++)
            buf_char(&out, !braces && part.data[i] == '.' ? '_' : part.data[i]);
        if (braces && variable)
            buf_char(&out, '}');
    }
    return buf_done(&out);
}

static void parameters_write(struct buf *out, const struct route *route)
{
    static const struct {
        const char *sign, *schema;
    } parts[] = {
        {":id", "{\"type\":\"integer\",\"minimum\":1}"},
        {":name", "{\"type\":\"string\",\"pattern\":\"^[a-z0-9-]{1,40}$\"}"},
        {":key", "{\"type\":\"string\",\"pattern\":\"^[0-9a-f]{32}$\"}"},
    };
    bool first = true;
    buf_format(out, ",\"parameters\":[");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!strstr(route->pattern, parts[i].sign))
            continue;
        buf_format(out, "{\"name\":\"%s\",\"in\":\"path\",\"required\":true,\"schema\":%s}",
                   parts[i].sign + 1, parts[i].schema);
        first = false;
    }
    for (const struct field *field = route->fields;
         route->method == METHOD_GET && field && field->name; field++) {
        buf_format(out, "%s{\"name\":\"%s\",\"in\":\"query\",\"required\":%s,\"schema\":",
                   first ? "" : ",", field->name, field_needed(field) ? "true" : "false");
        field_write(out, field);
        buf_char(out, '}');
        first = false;
    }
    buf_char(out, ']');
}

static void answer_write(struct buf *out, const char *status, const char *said, const char *schema)
{
    buf_format(out,
               "%s\"%s\":{\"description\":\"%s\",\"content\":{\"application/json\":{\"schema\":"
               "{\"$ref\":\"#/components/schemas/%s\"}}}}",
               out->data[out->size - 1] == '{' ? "" : ",", status, said, schema);
}

/* Two things under one status: what was asked for, or a preview of it. */
static void either_write(struct buf *out, const char *schema)
{
    buf_format(out,
               "\"200\":{\"description\":\"Done: where it shows. Or, with preview, the page\","
               "\"content\":{\"application/json\":{\"schema\":{\"anyOf\":[{\"$ref\":"
               "\"#/components/schemas/done\"},{\"$ref\":\"#/components/schemas/%s\"}]}}}}",
               schema);
}

static void answers_write(struct buf *out, const struct route *route,
                          const struct openapi_page *page)
{
    static const char *const refusals[] = {"401", "403", "404", "409", "413",
                                           "422", "429", "500", "503"};
    buf_format(out, ",\"responses\":{");
    if (page && page->does == MAKES)
        answer_write(out, "201", "Done: what came to be, and where it is", "made");
    if (page && page->does == CHANGES)
        either_write(out, page->shape->name);
    else if (page && page->shape)
        answer_write(out, "200", "What the page shows", page->shape->name);
    else if (route->method == METHOD_POST)
        answer_write(out, "200", "Done: where it shows", "done");
    else if (page)
        buf_format(out, "\"200\":{\"description\":\"A picture\",\"content\":{\"image/*\":{}}}");
    else
        answer_write(out, "200", "What the page shows", "page");
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        buf_format(out, ",\"%s\":{\"$ref\":\"#/components/responses/problem\"}", refusals[i]);
    buf_char(out, '}');
}

static void security_write(struct buf *out, const struct route *route)
{
    int64_t scopes = route_scopes(route);
    bool first = true;
    buf_format(out, ",\"security\":[");
    for (size_t i = 0; i < SCOPES; i++) {
        if (!(scopes >> i & 1))
            continue;
        buf_format(out, "%s{\"token\":[\"%s\"]}", first ? "" : ",", token_scope_name(i));
        first = false;
    }
    buf_char(out, ']');
}

static void row_write(struct buf *out, struct arena *arena, const struct route *route)
{
    const struct openapi_page *page = openapi_page_find(route->page);
    const char *method = route->method == METHOD_POST ? "post" : "get";
    struct text name = pattern_text(arena, route->pattern, false);
    buf_format(out, "\"%s\":{\"operationId\":\"%s%.*s\"", method, method, (int)name.size,
               name.data);
    words(out, "summary", page ? page->words : "");
    security_write(out, route);
    parameters_write(out, route);
    if (route->method == METHOD_POST)
        body_write(out, route->fields);
    answers_write(out, route, page);
    buf_char(out, '}');
}

/* What anyone may read is told where it is a page that somebody described: others are no pages, but
 * feeds and files. */
static bool is_told(const struct route *route)
{
    bool open = route->pool == POOL_MEMBER && route->who == WHO_ANYONE &&
                route->method == METHOD_GET && openapi_page_find(route->page);
    return open || route_scopes(route) != 0;
}

/* Both methods of a pattern stand under it; the first row that has it brings the other along. */
static void paths_write(struct buf *out, struct arena *arena)
{
    bool first = true;
    buf_format(out, "\"paths\":{");
    for (size_t i = 0; i < route_count; i++) {
        bool begun = false, had = false;
        for (size_t j = 0; j < i; j++)
            had = had || (is_told(&route_table[j]) &&
                          strcmp(route_table[j].pattern, route_table[i].pattern) == 0);
        for (size_t j = i; j < route_count && !had; j++) {
            const struct route *route = &route_table[j];
            if (!is_told(route) || strcmp(route->pattern, route_table[i].pattern) != 0)
                continue;
            struct text path = pattern_text(arena, route->pattern, true);
            if (begun)
                buf_char(out, ',');
            else
                buf_format(out, "%s\"%.*s\":{", first ? "" : ",", (int)path.size, path.data);
            begun = true;
            first = false;
            row_write(out, arena, route);
        }
        if (begun)
            buf_char(out, '}');
    }
    buf_char(out, '}');
}

static void components_write(struct buf *out)
{
    struct shapes shapes = {.count = 0};
    for (size_t i = 0; i < route_count; i++) {
        const struct openapi_page *page = openapi_page_find(route_table[i].page);
        if (is_told(&route_table[i]) && page && page->shape)
            shape_add(&shapes, page->shape);
    }
    buf_format(
        out,
        "\"components\":{\"securitySchemes\":{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\","
        "\"description\":\"A personal token, made under Your account. Scopes are named where one "
        "is needed; any one of those listed will do\"}},"
        "\"responses\":{\"problem\":{\"description\":\"Why it was not done\",\"content\":"
        "{\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/"
        "refusal\"}}}}},\"schemas\":{"
        "\"refusal\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
        "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
        "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},"
        "\"error\":{\"type\":\"string\"},\"problems\":{\"type\":\"array\",\"items\":"
        "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"field\":"
        "{\"type\":\"string\"},\"words\":{\"type\":\"string\"}},\"required\":[\"field\","
        "\"words\"]}}},\"required\":[\"type\",\"title\",\"status\",\"detail\",\"error\","
        "\"problems\"]},"
        "\"page\":{\"type\":\"object\",\"description\":\"Not described yet\"},"
        "\"done\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
        "\"location\":{\"type\":\"string\"}},\"required\":[\"location\"]},"
        "\"made\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
        "\"id\":{\"type\":\"integer\"},\"location\":{\"type\":\"string\"}},"
        "\"required\":[\"id\",\"location\"]}");
    for (size_t i = 0; i < shapes.count; i++) {
        buf_char(out, ',');
        shape_write(out, shapes.list[i]);
    }
    buf_format(out, "}}");
}

void openapi_write(struct buf *out, struct arena *arena)
{
    buf_format(out, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Curbside\",\"version\":\"1\","
                    "\"summary\":\"Questions and answers among physicians\",\"description\":"
                    "\"Every page is an interface: ask for application/json. See "
                    "/about/api.\"},\"servers\":[{\"url\":\"/\"}],");
    paths_write(out, arena);
    buf_char(out, ',');
    components_write(out);
    buf_char(out, '}');
}

enum result page_openapi(struct request *r, struct reply *out)
{
    openapi_write(reply_json(out), r->arena);
    return OK;
}
