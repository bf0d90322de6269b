#pragma once
/* Kept pages: what of a page is the same for all its readers, rendered once per version and kept in
 * the worker as plain bytes and already compressed. Personal places (slots) are filled for each
 * reader and stand between the compressed pieces as stored, that is uncompressed, blocks: a secret
 * is never compressed together with other text, so its length tells nothing (BREACH).
 *
 * Only for what every reader who may open the page may see. The memory is bounded by setting
 * web.kept_mib; the least lately used goes first. */
#include "fcgi/reply.h"

struct kept_cache;
struct kept_page; /* lives until the next kept_put; use it within the request */

struct kept_key {
    const char *page; /* string literal: "question" */
    int64_t id;
    int64_t version;  /* of the thread; a newer one replaces an older one */
    int64_t version2; /* of the ranks */
    int64_t version3; /* of what changes with time alone */
};

struct kept_cache *kept_open(size_t bytes_max);
void kept_close(struct kept_cache *cache);
/* NULL when it is not there in exactly this version. */
const struct kept_page *kept_find(struct kept_cache *cache, struct kept_key key);
/* Keep what was rendered (with {% slot NAME id %} places) under this key. Always gives a page, even
 * when it is too large to be kept long. */
const struct kept_page *kept_put(struct kept_cache *cache, struct kept_key key,
                                 const struct buf *rendered);
struct kept_cache *request_kept(struct request *r);

/* Writes what belongs in one slot for this reader. `buf` is the only place to write to. */
typedef void kept_fill(struct request *r, struct reply *out, struct buf *buf, const char *slot,
                       int64_t id, void *self);
/* Answer with a kept page; `fill` is called once per slot, in order. Slots that every page has
 * (layout.html: "reader") go to route_hooks.fill without asking `fill`. */
MUST_USE enum result reply_kept(struct request *r, struct reply *out, const struct kept_page *page,
                                kept_fill *fill, void *self);

/* Engine's: the body, in one piece. gzip: RFC 1952 with pieces and stored slots joined; else plain
 * bytes. */
struct bytes kept_body(const struct reply *out, bool gzip);
size_t kept_memory(const struct kept_cache *cache);
