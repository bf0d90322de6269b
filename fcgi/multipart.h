#pragma once
/* multipart/form-data (RFC 7578): what browsers send where a form has a file. Reads in place, one
 * part at a time; anything out of form ends it, and what is missing then is missing. Engine only.
 */
#include "core/bytes.h"

struct multipart {
    struct bytes rest;
    char mark[76]; /* CR LF - - boundary */
    size_t mark_size;
};
struct part {
    struct text name;
    struct text value; /* of a file: its bytes, which are no text */
    bool file;
};

/* False when the type names no sound boundary, or the body does not begin with it. */
bool multipart_open(struct multipart *form, struct text content_type, struct bytes body);
bool multipart_next(struct multipart *form, struct part *part);
