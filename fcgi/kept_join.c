/* What one reader gets of a kept page: its parts, plain or compressed, and his own bytes between
 * them. */
#include "fcgi/kept_page.h"

#include <assert.h>
#include <string.h>

/* One reader's body on its way. */
struct body {
    struct kept_page *page;
    const struct reply *out;
    bool *usual; /* by slot: it holds what is usual for this reader */
    struct gzip_join join;
};

static struct bytes fill_of(const struct reply *out, size_t slot)
{
    size_t from = slot == 0 ? 0 : out->fill_ends[slot - 1];
    return bytes_of(out->fills.data + from, out->fill_ends[slot] - from);
}

static struct bytes part_of(const struct kept_page *page, size_t part)
{
    return bytes_of(page->plain + page->parts[part].at, page->parts[part].size);
}

static struct bytes plain_body(const struct reply *out)
{
    struct buf body;
    buf_open(&body, out->arena, out->kept->plain_size + out->fills.size);
    for (size_t i = 0; i <= out->kept->slot_count; i++) {
        struct bytes part = part_of(out->kept, i);
        struct bytes fill = i > 0 ? fill_of(out, i - 1) : NO_BYTES;
        buf_add(&body, fill.data, fill.size);
        buf_add(&body, part.data, part.size);
    }
    return buf_bytes(&body);
}

/* Usual is what the first usual slot of its size holds; all others must be equal to it. */
static void usual_find(struct body *body)
{
    const struct kept_page *page = body->page;
    struct bytes first = NO_BYTES;
    body->usual = arena_array(body->out->arena, bool, page->slot_count + 1);
    for (size_t i = 0; i < page->slot_count; i++) {
        struct bytes fill = fill_of(body->out, i);
        if (!page->slots[i].usual || fill.size != page->usual_size)
            continue;
        if (first.size == 0)
            first = fill;
        body->usual[i] = memcmp(first.data, fill.data, fill.size) == 0;
    }
}

/* ---- parts one by one ---- */

/* The part before this one, and what the slot between them holds. */
static struct bytes before_part(const struct body *body, size_t part, const uint8_t *usual)
{
    struct bytes last = part_of(body->page, part - 1);
    struct buf before;
    buf_open(&before, body->out->arena, last.size + body->page->usual_size);
    buf_add(&before, last.data, last.size);
    buf_add(&before, usual, body->page->usual_size);
    return buf_bytes(&before);
}

static void after_make(struct body *body, size_t i, struct part *part)
{
    uint8_t mask[USUAL_MAX];
    memset(mask, MASK_LOW, sizeof mask); /* only the number of these bytes counts */
    (void)kept_made(body->page, &part->after, before_part(body, i, mask), part_of(body->page, i));
}

static void part_join(struct body *body, size_t i)
{
    struct part *part = &body->page->parts[i];
    const struct made *made = &part->alone;
    if (i > 0)
        gzip_join_stored(&body->join, fill_of(body->out, i - 1));
    if (i > 0 && body->usual[i - 1])
        made = &part->after;
    if (!made->data && made == &part->after)
        after_make(body, i, part);
    else if (!made->data)
        (void)kept_made(body->page, &part->alone, NO_BYTES, part_of(body->page, i));
    gzip_join_deflated(&body->join, bytes_of(made->data, made->size));
    gzip_join_count_sum(&body->join, part->sum, part->size);
}

/* ---- runs ---- */

static bool run_is_usual(const struct body *body, const struct run *run)
{
    for (size_t i = run->first; i < run->end; i++)
        if (!body->usual[i - 1])
            return false;
    return true;
}

/* The run's plain bytes with `usual` in its slots. */
static struct bytes run_bytes(const struct body *body, const struct run *run, const uint8_t *usual)
{
    const struct part *last = &body->page->parts[run->end - 1];
    size_t plain = last->at + last->size - body->page->parts[run->first].at;
    struct buf bytes;
    buf_open(&bytes, body->out->arena, plain + (run->end - run->first) * body->page->usual_size);
    for (size_t i = run->first; i < run->end; i++) {
        struct bytes part = part_of(body->page, i);
        buf_add(&bytes, usual, body->page->usual_size);
        buf_add(&bytes, part.data, part.size);
    }
    return buf_bytes(&bytes);
}

/* What the piece of a run says, and what stands before it. The first slot of the first run is
 * stored, so that it is before the piece; and the part before that too, since zlib finds nothing
 * that begins with the first byte of a window. */
static struct bytes run_say(const struct body *body, const struct run *run, const uint8_t *usual,
                            struct bytes *before)
{
    struct bytes bytes = run_bytes(body, run, usual);
    size_t size = body->page->usual_size;
    *before = run->opens ? before_part(body, run->first, usual) : run_bytes(body, run - 1, usual);
    return run->opens ? bytes_of(bytes.data + size, bytes.size - size) : bytes;
}

/* Compress a run over a mask, in which no few bytes are found twice, so that whoever copies them
 * copies them from their own place. That this came out is not taken on trust: another usual text,
 * all of whose bytes differ, must come out too. */
static void run_make(struct body *body, struct run *run)
{
    uint8_t mask[USUAL_MAX], other[USUAL_MAX];
    struct bytes before, say;
    for (unsigned i = 0; i < USUAL_MAX; i++) {
        mask[i] = (uint8_t)(MASK_LOW + (i % 2 == 0 ? i / 2 % 8 : i / 16 % 8));
        other[i] = (uint8_t)(7 * i + 1);
    }
    say = run_say(body, run, mask, &before);
    struct bytes piece = kept_made(body->page, &run->made, before, say);
    say = run_say(body, run, other, &before);
    run->useless = !gzip_piece_gives(body->out->arena, piece, before, say);
}

/* False when this reader has other bytes in it, or right before it. */
static bool run_join(struct body *body, struct run *run)
{
    if (!run_is_usual(body, run) || (!run->opens && !run_is_usual(body, run - 1)))
        return false;
    if (!run->made.data)
        run_make(body, run);
    if (run->useless)
        return false;
    for (size_t i = run->first; i < run->end; i++) {
        if (i == run->first && run->opens)
            gzip_join_stored(&body->join, fill_of(body->out, i - 1));
        else
            gzip_join_count(&body->join, fill_of(body->out, i - 1));
        if (i == run->first)
            gzip_join_deflated(&body->join, bytes_of(run->made.data, run->made.size));
        gzip_join_count_sum(&body->join, body->page->parts[i].sum, body->page->parts[i].size);
    }
    return true;
}

static struct bytes packed_body(const struct reply *out)
{
    struct body body = {.page = out->kept, .out = out};
    struct run *run = body.page->runs, *end = run + body.page->run_count;
    struct buf buf;
    buf_open(&buf, out->arena, body.page->plain_size / 4 + out->fills.size + 4096);
    gzip_join_open(&body.join, &buf);
    usual_find(&body);
    for (size_t i = 0; i <= body.page->slot_count;) {
        while (run < end && run->first < i)
            run++;
        if (run < end && run->first == i && run_join(&body, run))
            i = run->end;
        else
            part_join(&body, i++);
    }
    gzip_join_done(&body.join);
    return buf_bytes(&buf);
}

struct bytes kept_body(const struct reply *out, bool gzip)
{
    return gzip ? packed_body(out) : plain_body(out);
}
