#pragma once
/* Kept pages: what of a page is the same for all its readers, rendered once per version and kept in
 * the worker as plain bytes and already compressed. Personal places (slots) are filled for each
 * reader and stand between the compressed pieces as stored, that is uncompressed, blocks: a secret
 * is never compressed together with other text, so its length tells nothing (BREACH).
 *
 * A place that repeats, and holds for most readers the same bytes each time (the form token beside
 * every answer), costs next to nothing: the parts around it are compressed as one run, over a mask
 * that stands where those bytes will be. The compressor sees the mask alone; a reader's browser
 * copies what was stored at the run's first place. For a reader who has other bytes in one place of
 * a run, that run and the next are joined from their parts; on a long page, where that would cost
 * half of its size again, they are compressed anew for him, over masks of all his slots.
 *
 * What is the reader's own inside other markup (a form's token) is a mark in what is rendered and a
 * slot in what is kept: the markup of a form is then the same for all, and compressed with the
 * rest.
 *
 * Each piece is compressed when the first reader needs it.
 *
 * Only for what every reader who may open the page may see. The memory is bounded by setting
 * web.kept_mib; the least lately used goes first. */
#include "fcgi/reply.h"

struct kept_cache;
struct kept_page; /* lives until the next kept_put; use it within the request */

/* What most readers have in all slots of this name: the same `size` bytes, up to 128. Nothing there
 * usually: NULL. */
struct kept_usual {
    const char *slot;
    size_t size;
};

struct kept_key {
    const char *page; /* string literal: "question" */
    int64_t id;
    int64_t version;  /* of the thread; a newer one replaces an older one */
    int64_t version2; /* of the ranks */
    int64_t version3; /* of what changes with time alone */
    unsigned variant; /* 0 .. 255: versions kept beside each other, by kind of reader */
};

struct kept_cache *kept_open(size_t bytes_max);
void kept_close(struct kept_cache *cache);
/* NULL when it is not there in exactly this version. */
struct kept_page *kept_find(struct kept_cache *cache, struct kept_key key);
/* Keep what was rendered (with {% slot NAME id %} places) under this key. Always gives a page, even
 * when it is too large to be kept long. */
struct kept_page *kept_put(struct kept_cache *cache, struct kept_key key,
                           const struct buf *rendered, struct kept_usual usual);
struct kept_cache *request_kept(struct request *r);

/* While a page is rendered to be kept, guard_form and guard_request_id give marks: no reader's
 * token can come into what others are sent. reply_kept fills the slots of both by itself. */
void kept_render(struct request *r, bool begins);
/* The text that stands for slot (name, id) until kept_put. It goes through every escape as it is.
 */
struct text kept_mark(struct arena *arena, const char *name, int64_t id);

/* Writes what belongs in one slot for this reader. `buf` is the only place to write to. */
typedef void kept_fill(struct request *r, struct reply *out, struct buf *buf, const char *slot,
                       int64_t id, void *self);
/* Answer with a kept page; `fill` is called once per slot, in order. Slots that every page may have
 * (marks; layout.html: "reader", by route_hooks.fill) are filled without asking `fill`. */
MUST_USE enum result reply_kept(struct request *r, struct reply *out, struct kept_page *page,
                                kept_fill *fill, void *self);

/* Engine's: the body, in one piece. gzip: RFC 1952 with pieces and stored slots joined; else plain
 * bytes. */
struct bytes kept_body(const struct reply *out, bool gzip);
size_t kept_memory(const struct kept_cache *cache);
