#include "fcgi/pages.h"

#include "core/alive.h"

enum { MISSING_MAX = 32 };

/* For whoever watches the house: 200 "ok" when every program has given a sign of life lately, else
 * 503 and the names of those that have not, one a line. Needs no store, so it answers when they do
 * not. */
enum result page_health(struct request *r, struct reply *out)
{
    const char *missing[MISSING_MAX];
    size_t count = alive_missing(missing, MISSING_MAX);
    if (count > 0)
        reply_status(out, 503);
    if (r->wants_json) {
        struct buf *json = reply_json(out);
        buf_format(json, "{\"up\":%s,\"missing\":[", count == 0 ? "true" : "false");
        for (size_t i = 0; i < count; i++)
            buf_format(json, "%s\"%s\"", i > 0 ? "," : "", missing[i]);
        buf_format(json, "]}");
        return OK;
    }
    struct buf *text = reply_text(out);
    if (count == 0)
        buf_format(text, "ok\n");
    for (size_t i = 0; i < count; i++)
        buf_format(text, "not up: %s\n", missing[i]);
    return OK;
}
