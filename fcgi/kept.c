#include "fcgi/kept.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/trace.h"
#include "fcgi/guard.h"
#include "fcgi/kept_page.h"
#include "fcgi/route.h"
#include "fcgi/worker.h"

/* A run's piece may refer to the run before, so one much longer than deflate's window gains little,
 * and costs more where a reader has other bytes in it. */
enum { BUCKETS = 1024, RUN_SIZE = 32 * 1024 };

struct kept_cache {
    size_t bytes_max, bytes;
    struct kept_page *newest, *oldest;
    struct kept_page *buckets[BUCKETS];
    struct gzip_press *press;
};

struct kept_cache *kept_open(size_t bytes_max)
{
    struct kept_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        trace_die("kept", "no memory");
    cache->bytes_max = bytes_max;
    cache->press = gzip_press_open();
    return cache;
}

static struct kept_page **bucket_of(struct kept_cache *cache, const struct kept_key *key)
{
    uint64_t mix =
        (uint64_t)key->id * 0x9e3779b97f4a7c15u + (uint8_t)key->page[0] + 256 * key->variant;
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

static void page_free(struct kept_page *page)
{
    for (size_t i = 0; i <= page->slot_count; i++) {
        free(page->parts[i].alone.data);
        free(page->parts[i].after.data);
    }
    for (size_t i = 0; i < page->run_count; i++)
        free(page->runs[i].made.data);
    free(page);
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
    page_free(page);
}

void kept_close(struct kept_cache *cache)
{
    while (cache->newest)
        page_forget(cache, cache->newest);
    gzip_press_close(cache->press);
    free(cache);
}

/* In whatever version. */
static struct kept_page *page_find(struct kept_cache *cache, const struct kept_key *key)
{
    struct kept_page *page = *bucket_of(cache, key);
    while (page && (page->key.id != key->id || page->key.variant != key->variant ||
                    strcmp(page->key.page, key->page) != 0))
        page = page->chain;
    return page;
}

struct kept_page *kept_find(struct kept_cache *cache, struct kept_key key)
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

/* The least lately used go, but never the one in use. */
static void room_make(struct kept_cache *cache, const struct kept_page *page)
{
    while (cache->bytes > cache->bytes_max && cache->oldest != page)
        page_forget(cache, cache->oldest);
}

struct bytes kept_made(struct kept_page *page, struct made *made, struct bytes before,
                       struct bytes plain)
{
    if (plain.size == 0 || made->data)
        return bytes_of(made->data, made->size);
    uint8_t *room = malloc(gzip_room(plain.size));
    if (!room)
        trace_die("kept", "no memory");
    made->size = gzip_piece(page->cache->press, before, plain, room);
    made->data = realloc(room, made->size);
    if (!made->data)
        trace_die("kept", "no memory");
    page->memory += made->size;
    page->cache->bytes += made->size;
    room_make(page->cache, page);
    return bytes_of(made->data, made->size);
}

struct bytes kept_pressed(struct kept_page *page, struct arena *arena, struct bytes before,
                          struct bytes plain)
{
    uint8_t *room = arena_take(arena, gzip_room(plain.size));
    return bytes_of(room, gzip_piece(page->cache->press, before, plain, room));
}

/* ---- marks ---- */

void kept_render(struct request *r, bool begins)
{
    assert(r->keeps != begins);
    r->keeps = begins;
}

/* Between two bytes that are in no UTF-8, so that no text can pretend to be one. */
struct text kept_mark(struct arena *arena, const char *name, int64_t id)
{
    return arena_format(arena, "\xff%s:%" PRId64 "\xff", name, id);
}

static const char *mark_name(struct text inside, int64_t *id)
{
    static const char *const names[] = {"form", "request"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t size = strlen(names[i]);
        if (inside.size > size + 1 && memcmp(inside.data, names[i], size) == 0 &&
            text_int((struct text){inside.data + size + 1, inside.size - size - 1}, 0, INT64_MAX,
                     id))
            return names[i];
    }
    return NULL;
}

/* A slot in what was rendered: `skip` bytes of it, a mark, are not kept. */
struct place {
    const char *name; /* string literal */
    int64_t id;
    size_t at, skip;
};

static struct place mark_read(const struct buf *rendered, const char *mark)
{
    size_t at = (size_t)(mark - rendered->data);
    struct place place = {.at = at};
    const char *end = memchr(mark + 1, MARK, rendered->size - at - 1);
    if (end) {
        place.name = mark_name((struct text){mark + 1, (size_t)(end - mark) - 1}, &place.id);
        place.skip = (size_t)(end - mark) + 1;
    }
    assert(place.name); /* what is in no UTF-8 comes from kept_mark alone */
    return place;
}

/* Slots and marks, in order. */
static struct place *places_find(const struct buf *rendered, size_t *count)
{
    const char *from = rendered->data, *end = rendered->data + rendered->size, *mark;
    size_t room = rendered->slot_count, slot = 0;
    for (const char *at = from; at < end && (at = memchr(at, MARK, (size_t)(end - at))); at++)
        room++; /* two for each mark */
    struct place *places = arena_array(rendered->arena, struct place, room + 1);
    *count = 0;
    do {
        mark = from < end ? memchr(from, MARK, (size_t)(end - from)) : NULL;
        for (; slot < rendered->slot_count; slot++) {
            const struct buf_slot *one = &rendered->slots[slot];
            if (mark && rendered->data + one->offset > mark)
                break;
            places[(*count)++] = (struct place){one->name, one->id, one->offset, 0};
        }
        if (mark) {
            places[*count] = mark_read(rendered, mark);
            from = mark + places[(*count)++].skip;
        }
    } while (mark);
    return places;
}

/* ---- keeping ---- */

static void part_lay(struct kept_page *page, size_t i, const char *from, size_t size)
{
    memcpy(page->plain + page->plain_size, from, size);
    page->parts[i] = (struct part){
        .at = page->plain_size,
        .size = size,
        .sum = gzip_sum_of(bytes_of(page->plain + page->plain_size, size)),
    };
    page->plain_size += size;
}

static void parts_lay(struct kept_page *page, const struct buf *rendered,
                      const struct place *places, struct kept_usual usual)
{
    size_t at = 0;
    uint8_t highest = 0;
    for (size_t i = 0; i < page->slot_count; i++) {
        size_t name = strlen(places[i].name);
        assert(at <= places[i].at && places[i].at <= rendered->size && name < SLOT_NAME_SIZE);
        part_lay(page, i, rendered->data + at, places[i].at - at);
        page->slots[i] = (struct slot){.id = places[i].id};
        memcpy(page->slots[i].name, places[i].name, name);
        at = places[i].at + places[i].skip;
    }
    part_lay(page, page->slot_count, rendered->data + at, rendered->size - at);
    if (!usual.slot)
        return;
    /* The mask's bytes are in no UTF-8; were they in the page, a part could be taken from them. */
    for (size_t i = 0; i < page->plain_size; i++)
        highest = page->plain[i] > highest ? page->plain[i] : highest;
    for (size_t i = 0; i < page->slot_count; i++)
        page->slots[i].usual = highest < MASK_LOW && strcmp(page->slots[i].name, usual.slot) == 0;
}

static void runs_lay(struct kept_page *page)
{
    struct run *run = NULL;
    size_t size = 0;
    for (size_t i = 1; i <= page->slot_count; i++) {
        if (!page->slots[i - 1].usual) {
            run = NULL;
            continue;
        }
        if (!run || size >= RUN_SIZE) {
            bool opens = !run;
            run = &page->runs[page->run_count++];
            *run = (struct run){.first = i, .opens = opens};
            size = 0;
        }
        run->end = i + 1;
        size += page->usual_size + page->parts[i].size;
    }
}

/* Lay out one page in one block. */
static struct kept_page *page_make(struct kept_cache *cache, const struct buf *rendered,
                                   struct kept_usual usual)
{
    size_t slots;
    const struct place *places = places_find(rendered, &slots);
    size_t memory = sizeof(struct kept_page) + slots * sizeof(struct slot) +
                    (slots + 1) * sizeof(struct part) + slots * sizeof(struct run) + rendered->size;
    struct kept_page *page = malloc(memory);
    if (!page)
        trace_die("kept", "no memory");
    assert(usual.size <= USUAL_MAX);
    *page = (struct kept_page){
        .cache = cache, .memory = memory, .slot_count = slots, .usual_size = usual.size};
    page->parts = (struct part *)(page + 1);
    page->runs = (struct run *)(page->parts + slots + 1);
    page->slots = (struct slot *)(page->runs + slots);
    page->plain = (uint8_t *)(page->slots + slots);
    parts_lay(page, rendered, places, usual);
    runs_lay(page);
    return page;
}

struct kept_page *kept_put(struct kept_cache *cache, struct kept_key key,
                           const struct buf *rendered, struct kept_usual usual)
{
    struct kept_page *old = page_find(cache, &key);
    if (old)
        page_forget(cache, old);
    struct kept_page *page = page_make(cache, rendered, usual);
    page->key = key;
    cache->bytes += page->memory;
    page_link(cache, page);
    struct kept_page **bucket = bucket_of(cache, &key);
    page->chain = *bucket;
    *bucket = page;
    room_make(cache, page);
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

static bool mark_fill(struct request *r, struct reply *out, const struct slot *slot)
{
    if (strcmp(slot->name, "form") == 0)
        buf_attr(&out->fills, guard_form(r, out, route_table[slot->id].pattern));
    else if (strcmp(slot->name, "request") == 0)
        buf_attr(&out->fills, guard_request_id(r));
    else
        return false;
    return true;
}

enum result reply_kept(struct request *r, struct reply *out, struct kept_page *page,
                       kept_fill *fill, void *self)
{
    assert(out->kind == REPLY_NONE);
    out->kind = REPLY_KEPT;
    out->kept = page;
    buf_open(&out->fills, out->arena, 4096);
    out->fill_ends = arena_array(out->arena, size_t, page->slot_count + 1);
    for (size_t i = 0; i < page->slot_count; i++) {
        const struct slot *slot = &page->slots[i];
        bool done =
            mark_fill(r, out, slot) ||
            (route_hooks.fill && route_hooks.fill(r, out, &out->fills, slot->name, slot->id));
        if (!done) {
            assert(fill);
            fill(r, out, &out->fills, slot->name, slot->id, self);
        }
        out->fill_ends[i] = out->fills.size;
    }
    return OK;
}
