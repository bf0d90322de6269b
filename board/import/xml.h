#pragma once
/* Rows of a table kept as XML, one a line: `<row Id="1" Title="..."/>`, as Stack Exchange writes
 * its dumps. Each line is read on its own: a broken one spoils none behind it, memory does not grow
 * with the file, and there is no place for entities of its own or from elsewhere. */
#include "core/arena.h"

enum { XML_ATTRIBUTES_MAX = 40 };
struct xml_attribute {
    struct text name, value;
};
struct xml_row {
    struct text name; /* of the element */
    struct xml_attribute attributes[XML_ATTRIBUTES_MAX];
    size_t count;
};
struct xml;

struct xml *xml_open(void);
void xml_close(struct xml *xml);
/* One line that is one empty element. NULL, or why it is none; *row lives in the arena. */
const char *xml_row_read(struct xml *xml, struct arena *arena, struct text line,
                         struct xml_row *row);
/* Absent when the row has no such attribute. */
struct text xml_get(const struct xml_row *row, const char *name);
/* A whole number; `fallback` when it is absent or is none. */
int64_t xml_int(const struct xml_row *row, const char *name, int64_t fallback);
