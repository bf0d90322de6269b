#pragma once
/* What a compiled record looks like as JSON, as data: for descriptions of it. The record compiler
 * writes one `shape_view_NAME` for each view, and one for each record. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum shape_kind {
    SHAPE_INT,
    SHAPE_REAL,
    SHAPE_BOOL,
    SHAPE_TEXT,
    SHAPE_HTML,   /* a text of markup, safe as it is */
    SHAPE_BYTES,  /* a text of base64 */
    SHAPE_HEX,    /* a text of hex digits */
    SHAPE_STRUCT, /* of `of` */
    SHAPE_LIST    /* of at most `most` of `of`; 0: no limit */
};
struct shape;
struct shape_field {
    const char *name;
    enum shape_kind kind;
    const struct shape *of; /* NULL but for STRUCT and LIST */
    bool optional;
    bool ranged; /* INT: low..high */
    int64_t low, high;
    int64_t most;
    const char *words; /* its comment; "" */
};
struct shape {
    const char *name; /* of the view: "question" */
    const struct shape_field *fields;
    size_t count;
    const char *words;
};
