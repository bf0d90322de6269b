#include "fcgi/kept.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/trace.h"
#include "fcgi/gzip.h"
#include "fcgi/route.h"
#include "fcgi/worker.h"

enum { BUCKETS = 1024, NAME_MAX_SIZE = 24 };

struct slot {
    char name[NAME_MAX_SIZE];
    int64_t id;
};

/* One malloc: this, then slots, pieces, the plain bytes and the deflated bytes. */
struct kept_page {
    struct kept_key key;
    struct kept_page *newer, *older; /* by last use */
    struct kept_page *chain;         /* same bucket */
    size_t memory;
    size_t slot_count; /* pieces: one more */
    struct slot *slots;
    struct gzip_piece *pieces;
    uint8_t *plain;
    uint8_t *deflated;
    size_t plain_size, deflated_size;
};

struct kept_cache {
    size_t bytes_max, bytes;
    struct kept_page *newest, *oldest;
    struct kept_page *buckets[BUCKETS];
};

struct kept_cache *kept_open(size_t bytes_max)
{
    struct kept_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        trace_die("kept", "no memory");
    cache->bytes_max = bytes_max;
    return cache;
}

static struct kept_page **bucket_of(struct kept_cache *cache, const struct kept_key *key)
{
    uint64_t mix = (uint64_t)key->id * 0x9e3779b97f4a7c15u + (uint8_t)key->page[0];
    return &cache->buckets[(mix >> 40) % BUCKETS];
}

static void page_unlink(struct kept_cache *cache, struct kept_page *page)
{
    *(page->newer ? &page->newer->older : &cache->newest) = page->older;
    *(page->older ? &page->older->newer : &cache->oldest) = page->newer;
    page->newer = page->older = NULL;
}

static void page_link(struct kept_cache *cache, struct kept_page *page)
{
    page->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = page;
    cache->newest = page;
}

static void page_forget(struct kept_cache *cache, struct kept_page *page)
{
    struct kept_page **at = bucket_of(cache, &page->key);
    while (*at != page)
        at = &(*at)->chain;
    *at = page->chain;
    page_unlink(cache, page);
    assert(cache->bytes >= page->memory);
    cache->bytes -= page->memory;
    free(page);
}

void kept_close(struct kept_cache *cache)
{
    while (cache->newest)
        page_forget(cache, cache->newest);
    free(cache);
}

/* In whatever version. */
static struct kept_page *page_find(struct kept_cache *cache, const struct kept_key *key)
{
    struct kept_page *page = *bucket_of(cache, key);
    while (page && (page->key.id != key->id || strcmp(page->key.page, key->page) != 0))
        page = page->chain;
    return page;
}

const struct kept_page *kept_find(struct kept_cache *cache, struct kept_key key)
{
    struct kept_page *page = page_find(cache, &key);
    if (!page || page->key.version != key.version || page->key.version2 != key.version2 ||
        page->key.version3 != key.version3)
        return NULL;
    if (cache->newest != page) {
        page_unlink(cache, page);
        page_link(cache, page);
    }
    return page;
}

/* Lay out one page in one block; the deflated part is as large as it could get at most. */
static struct kept_page *page_make(const struct buf *rendered)
{
    size_t slots = rendered->slot_count;
    size_t room = gzip_room(rendered->size, slots + 1);
    size_t memory = sizeof(struct kept_page) + slots * sizeof(struct slot) +
                    (slots + 1) * sizeof(struct gzip_piece) + rendered->size + room;
    struct kept_page *page = malloc(memory);
    struct bytes *parts = calloc(slots + 1, sizeof *parts);
    if (!page || !parts)
        trace_die("kept", "no memory");
    *page = (struct kept_page){.slot_count = slots, .plain_size = rendered->size};
    page->pieces = (struct gzip_piece *)(page + 1);
    page->slots = (struct slot *)(page->pieces + slots + 1);
    page->plain = (uint8_t *)(page->slots + slots);
    page->deflated = page->plain + rendered->size;
    memcpy(page->plain, rendered->data, rendered->size);
    size_t at = 0;
    for (size_t i = 0; i <= slots; i++) {
        size_t end = i < slots ? rendered->slots[i].offset : rendered->size;
        assert(at <= end && end <= rendered->size);
        parts[i] = bytes_of(page->plain + at, end - at);
        at = end;
        if (i == slots)
            break;
        size_t name = strlen(rendered->slots[i].name);
        assert(name < NAME_MAX_SIZE);
        memset(page->slots[i].name, 0, NAME_MAX_SIZE);
        memcpy(page->slots[i].name, rendered->slots[i].name, name);
        page->slots[i].id = rendered->slots[i].id;
    }
    page->deflated_size = gzip_pieces(page->pieces, parts, slots + 1, page->deflated, room);
    free(parts);
    page->memory = memory - room + page->deflated_size;
    /* Shrinking may move the block: find the parts again from its start. */
    struct kept_page *whole = realloc(page, page->memory);
    if (whole) {
        whole->pieces = (struct gzip_piece *)(whole + 1);
        whole->slots = (struct slot *)(whole->pieces + slots + 1);
        whole->plain = (uint8_t *)(whole->slots + slots);
        whole->deflated = whole->plain + whole->plain_size;
    }
    return whole ? whole : page;
}

const struct kept_page *kept_put(struct kept_cache *cache, struct kept_key key,
                                 const struct buf *rendered)
{
    struct kept_page *old = page_find(cache, &key);
    if (old)
        page_forget(cache, old);
    struct kept_page *page = page_make(rendered);
    page->key = key;
    cache->bytes += page->memory;
    page_link(cache, page);
    struct kept_page **bucket = bucket_of(cache, &key);
    page->chain = *bucket;
    *bucket = page;
    while (cache->bytes > cache->bytes_max && cache->oldest != page)
        page_forget(cache, cache->oldest);
    return page;
}

size_t kept_memory(const struct kept_cache *cache)
{
    return cache->bytes;
}

struct kept_cache *request_kept(struct request *r)
{
    return r->worker->kept;
}

enum result reply_kept(struct request *r, struct reply *out, const struct kept_page *page,
                       kept_fill *fill, void *self)
{
    assert(out->kind == REPLY_NONE);
    out->kind = REPLY_KEPT;
    out->kept = page;
    buf_open(&out->fills, out->arena, 4096);
    out->fill_ends = arena_array(out->arena, size_t, page->slot_count + 1);
    for (size_t i = 0; i < page->slot_count; i++) {
        const struct slot *slot = &page->slots[i];
        if (!route_hooks.fill || !route_hooks.fill(r, out, &out->fills, slot->name, slot->id)) {
            assert(fill);
            fill(r, out, &out->fills, slot->name, slot->id, self);
        }
        out->fill_ends[i] = out->fills.size;
    }
    return OK;
}

struct bytes kept_body(const struct reply *out, bool gzip)
{
    const struct kept_page *page = out->kept;
    size_t fills = out->fills.size;
    size_t room = gzip ? gzip_join_size_max(page->deflated_size, fills, page->slot_count)
                       : page->plain_size + fills;
    struct buf body;
    struct gzip_join join;
    buf_open(&body, out->arena, room);
    if (gzip)
        gzip_join_open(&join, &body);
    size_t at = 0, filled = 0;
    for (size_t i = 0; i <= page->slot_count; i++) {
        const struct gzip_piece *piece = &page->pieces[i];
        if (gzip)
            gzip_join_piece(&join, piece, page->deflated);
        else
            buf_add(&body, page->plain + at, piece->plain_size);
        at += piece->plain_size;
        if (i == page->slot_count)
            break;
        struct bytes fill = bytes_of(out->fills.data + filled, out->fill_ends[i] - filled);
        filled = out->fill_ends[i];
        if (gzip)
            gzip_join_stored(&join, fill);
        else
            buf_add(&body, fill.data, fill.size);
    }
    if (gzip)
        gzip_join_done(&join);
    return buf_bytes(&body);
}
