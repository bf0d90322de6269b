/* What one reader gets of a kept page: its parts, plain or compressed, and his own bytes between
 * them. */
#include "fcgi/kept_page.h"

#include <assert.h>
#include <string.h>

/* On a page of so many bytes, runs that a reader cannot have are compressed for him: joined from
 * parts, a page of 200 answers is half as large again for whoever voted in ten places. That takes
 * about a millisecond for 40 KiB, so smaller pages, which lose little, are left. */
enum { PRESS_FROM = 64 * 1024 };

/* One reader's body on its way. */
struct body {
    struct kept_page *page;
    const struct reply *out;
    bool *usual; /* by slot: it holds what is usual for this reader */
    bool seen;   /* what is usual stands somewhere before */
    struct gzip_join join;
    /* The whole body as it is, and with masks in all slots; made when first needed. */
    struct bytes plain, masked;
    size_t *part_at; /* where each part begins in both */
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

/* NULL: nobody asks where parts begin. */
static struct bytes plain_body(const struct reply *out, size_t *part_at)
{
    struct buf body;
    buf_open(&body, out->arena, out->kept->plain_size + out->fills.size);
    for (size_t i = 0; i <= out->kept->slot_count; i++) {
        struct bytes part = part_of(out->kept, i);
        struct bytes fill = i > 0 ? fill_of(out, i - 1) : NO_BYTES;
        buf_add(&body, fill.data, fill.size);
        if (part_at != NULL)
            part_at[i] = body.size;
        buf_add(&body, part.data, part.size);
    }
    return buf_bytes(&body);
}

/* A mask: few bytes of it are found twice in it. */
static void mask_write(uint8_t *mask, size_t size)
{
    for (size_t i = 0; i < size; i++)
        mask[i] = (uint8_t)(MASK_LOW + (i % 2 == 0 ? i / 2 % 8 : i / 16 % 8));
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
    mask_write(mask, USUAL_MAX);
    for (unsigned i = 0; i < USUAL_MAX; i++)
        other[i] = (uint8_t)(7 * i + 1);
    say = run_say(body, run, mask, &before);
    struct bytes piece = kept_made(body->page, &run->made, before, say);
    say = run_say(body, run, other, &before);
    run->useless = !gzip_piece_gives(body->out->arena, piece, before, say);
}

/* False when this reader has other bytes in it, or right before it. */
static bool run_is_his(const struct body *body, const struct run *run)
{
    return run_is_usual(body, run) && (run->opens || run_is_usual(body, run - 1));
}

static bool run_join(struct body *body, struct run *run)
{
    if (!run_is_his(body, run))
        return false;
    if (!run->made.data)
        run_make(body, run);
    if (run->useless)
        return false;
    body->seen = true;
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

/* ---- for one reader ---- */

/* In the masked body a slot that holds what is usual is a mask, any other is bytes that are never
 * looked for: what is compressed over it cannot know more of a slot than its size. */
static void masked_make(struct body *body)
{
    const struct kept_page *page = body->page;
    uint8_t *masked;
    body->part_at = arena_array(body->out->arena, size_t, page->slot_count + 1);
    body->plain = plain_body(body->out, body->part_at);
    masked = arena_take(body->out->arena, body->plain.size);
    memcpy(masked, body->plain.data, body->plain.size);
    for (size_t i = 0; i < page->slot_count; i++) {
        struct bytes fill = fill_of(body->out, i);
        uint8_t *at = masked + body->part_at[i + 1] - fill.size;
        if (body->usual[i])
            mask_write(at, fill.size);
        else if (fill.size > 0)
            memset(at, NO_TEXT_BYTE, fill.size);
    }
    body->masked = bytes_of(masked, body->plain.size);
}

/* Parts from `i` on, with what is usual between them, as one piece that says what it should to this
 * reader; before it stands what the slot before holds, stored unless that is usual and known.
 * Returns the part behind it. */
static size_t piece_join(struct body *body, size_t i, size_t end)
{
    bool stored = !body->usual[i - 1] || !body->seen;
    struct bytes first = fill_of(body->out, i - 1);
    size_t to = i + 1, from = body->part_at[i] - (stored ? 0 : first.size);
    body->seen = body->seen || body->usual[i - 1];
    while (to < end && body->seen && body->usual[to - 1])
        to++;
    size_t size = body->part_at[to - 1] + body->page->parts[to - 1].size - from;
    struct bytes piece =
        kept_pressed(body->page, body->out->arena, bytes_of(body->masked.data, from),
                     bytes_of(body->masked.data + from, size));
    if (!gzip_piece_gives(body->out->arena, piece, bytes_of(body->plain.data, from),
                          bytes_of(body->plain.data + from, size))) {
        part_join(body, i);
        return i + 1;
    }
    for (size_t part = i; part < to; part++) {
        if (part == i && stored)
            gzip_join_stored(&body->join, first);
        else
            gzip_join_count(&body->join, fill_of(body->out, part - 1));
        if (part == i)
            gzip_join_deflated(&body->join, piece);
        gzip_join_count_sum(&body->join, body->page->parts[part].sum, body->page->parts[part].size);
    }
    return to;
}

/* A run that this reader cannot have, and those right behind it that he cannot have either: the
 * fewer pieces, the smaller. Returns the part behind them; that they begin with when the page is
 * too small for it. */
static size_t runs_press(struct body *body, const struct run *run, const struct run *end)
{
    size_t i = run->first, to = run->end;
    if (body->page->plain_size < PRESS_FROM)
        return i;
    if (body->masked.data == NULL)
        masked_make(body);
    while (++run < end && !run->opens && !run_is_his(body, run))
        to = run->end;
    while (i < to)
        i = piece_join(body, i, to);
    return i;
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
        size_t from = i;
        while (run < end && run->first < i)
            run++;
        if (run < end && run->first == i)
            i = run_join(&body, run) ? run->end : runs_press(&body, run, end);
        if (i == from)
            part_join(&body, i++);
    }
    gzip_join_done(&body.join);
    return buf_bytes(&buf);
}

struct bytes kept_body(const struct reply *out, bool gzip)
{
    return gzip ? packed_body(out) : plain_body(out, NULL);
}
