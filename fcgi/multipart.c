#include "fcgi/multipart.h"

#include <string.h>

enum { BOUNDARY_MAX = 70, HEADERS_MAX = 2048 };

/* The value behind NAME= in a header's parameters, quoted or not; absent when it is not there. */
static struct text parameter(struct text header, const char *name)
{
    struct text part;
    const size_t size = strlen(name);
    while (text_next(&header, ';', &part)) {
        part = text_trim(part);
        if (part.size <= size || strncasecmp(part.data, name, size) != 0 || part.data[size] != '=')
            continue;
        struct text value = {part.data + size + 1, part.size - size - 1};
        if (value.size >= 2 && value.data[0] == '"' && value.data[value.size - 1] == '"')
            return (struct text){value.data + 1, value.size - 2};
        return value;
    }
    return NO_TEXT;
}

bool multipart_open(struct multipart *form, struct text content_type, struct bytes body)
{
    struct text boundary = parameter(content_type, "boundary");
    if (boundary.size == 0 || boundary.size > BOUNDARY_MAX || body.data == NULL)
        return false;
    memcpy(form->mark, "\r\n--", 4);
    memcpy(form->mark + 4, boundary.data, boundary.size);
    form->mark_size = 4 + boundary.size;
    /* The first mark has no line before it. */
    if (body.size < form->mark_size || memcmp(body.data, form->mark + 2, form->mark_size - 2) != 0)
        return false;
    form->rest = (struct bytes){body.data + form->mark_size - 2, body.size - form->mark_size + 2};
    return true;
}

/* The line "Content-Disposition: form-data; name=..." among a part's headers. A file's own name is
 * not looked at: nobody needs it. */
static bool disposition_read(struct text headers, struct part *part)
{
    static const char wanted[] = "content-disposition:";
    struct text line;
    while (text_next(&headers, '\n', &line)) {
        if (line.size < sizeof wanted || strncasecmp(line.data, wanted, sizeof wanted - 1) != 0)
            continue;
        part->name = parameter(line, "name");
        part->file = parameter(line, "filename").data != NULL;
        return part->name.data != NULL;
    }
    return false;
}

bool multipart_next(struct multipart *form, struct part *part)
{
    const uint8_t *at = form->rest.data;
    const uint8_t *end = at + form->rest.size;
    /* Behind a mark: CR LF and another part, or -- and the end. */
    if (end - at < 2 || memcmp(at, "\r\n", 2) != 0)
        return false;
    const size_t left = (size_t)(end - at);
    const uint8_t *blank = memmem(at, left < HEADERS_MAX ? left : HEADERS_MAX, "\r\n\r\n", 4);
    if (blank == NULL)
        return false;
    const uint8_t *content = blank + 4;
    const uint8_t *mark = memmem(content, (size_t)(end - content), form->mark, form->mark_size);
    if (mark == NULL)
        return false;
    *part = (struct part){.value = {(const char *)content, (size_t)(mark - content)}};
    form->rest.data = mark + form->mark_size;
    form->rest.size = (size_t)(end - form->rest.data);
    return disposition_read((struct text){(const char *)at, (size_t)(blank - at)}, part);
}
