#include "fcgi/gzip.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "core/trace.h"

enum {
    LEVEL = 6, /* a page is compressed once and sent many times */
    /* Searches as that level does, with chains cut short: a page of 200 answers in two thirds of
     * the time, 1 % larger. Good, lazy, nice and chain of deflateTune. */
    GOOD = 4,
    LAZY = 8,
    NICE = 128,
    CHAIN = 32,
    RAW_WINDOW = -15, /* raw DEFLATE, 32 KiB window */
    WINDOW_SIZE = 32768,
    MEMORY = 8,
    FLUSH_EXTRA = 16, /* bytes a flush adds, generously */
    STORED_MAX = 65535,
    STORED_HEAD = 5,
    MEMBER_HEAD = 10,
    MEMBER_END = 5 + 8, /* an empty last block, CRC and size */
};

struct gzip_press {
    z_stream stream;
};

struct gzip_press *gzip_press_open(void)
{
    struct gzip_press *press = calloc(1, sizeof *press);
    if (!press || deflateInit2(&press->stream, LEVEL, Z_DEFLATED, RAW_WINDOW, MEMORY,
                               Z_DEFAULT_STRATEGY) != Z_OK)
        trace_die("gzip", "deflateInit2");
    return press;
}

void gzip_press_close(struct gzip_press *press)
{
    deflateEnd(&press->stream);
    free(press);
}

size_t gzip_room(size_t plain_size)
{
    /* RFC 1951: incompressible bytes cost 5 per stored block; zlib's own bound is about 1/1000. */
    return plain_size + plain_size / 256 + FLUSH_EXTRA + 64;
}

static struct bytes window_of(struct bytes before)
{
    size_t size = before.size < WINDOW_SIZE ? before.size : WINDOW_SIZE;
    return size == 0 ? NO_BYTES : bytes_of(before.data + before.size - size, size);
}

size_t gzip_piece(struct gzip_press *press, struct bytes before, struct bytes plain, uint8_t *room)
{
    z_stream *stream = &press->stream;
    struct bytes window = window_of(before);
    if (plain.size == 0)
        return 0;
    int done = deflateReset(stream);
    if (done == Z_OK) /* a reset forgets it */
        done = deflateTune(stream, GOOD, LAZY, NICE, CHAIN);
    if (done == Z_OK && window.size > 0)
        done = deflateSetDictionary(stream, window.data, (uInt)window.size);
    assert(done == Z_OK);
    stream->next_in = (Bytef *)(uintptr_t)plain.data;
    stream->avail_in = (uInt)plain.size;
    stream->next_out = room;
    stream->avail_out = (uInt)gzip_room(plain.size);
    done = deflate(stream, Z_SYNC_FLUSH);
    assert(done == Z_OK && stream->avail_in == 0 && stream->avail_out > 0);
    return stream->total_out;
}

bool gzip_piece_gives(struct arena *arena, struct bytes piece, struct bytes before,
                      struct bytes plain)
{
    z_stream stream = {0};
    struct bytes window = window_of(before);
    uint8_t *given = arena_take(arena, plain.size + 1);
    if (inflateInit2(&stream, RAW_WINDOW) != Z_OK)
        trace_die("gzip", "inflateInit2");
    int done = Z_OK;
    if (window.size > 0)
        done = inflateSetDictionary(&stream, window.data, (uInt)window.size);
    assert(done == Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)piece.data;
    stream.avail_in = (uInt)piece.size;
    stream.next_out = given;
    stream.avail_out = (uInt)plain.size + 1;
    done = inflate(&stream, Z_SYNC_FLUSH);
    bool same = done == Z_OK && stream.avail_in == 0 && stream.total_out == plain.size &&
                memcmp(given, plain.data, plain.size) == 0;
    inflateEnd(&stream);
    return same;
}

struct gzip_sum gzip_sum_of(struct bytes plain)
{
    /* zlib reads an absent text as a question for its first value: the CRC of nothing. */
    return (struct gzip_sum){.crc = (uint32_t)crc32_z(0, plain.data, plain.data ? plain.size : 0),
                             .move = (uint32_t)crc32_combine_gen((z_off_t)plain.size)};
}

void gzip_join_open(struct gzip_join *join, struct buf *out)
{
    /* Magic, DEFLATE, no flags, no time (it would differ for nothing), no extra, unknown system. */
    static const uint8_t head[MEMBER_HEAD] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
    *join = (struct gzip_join){.out = out};
    buf_add(out, head, sizeof head);
}

void gzip_join_deflated(struct gzip_join *join, struct bytes piece)
{
    buf_add(join->out, piece.data, piece.size);
}

void gzip_join_count(struct gzip_join *join, struct bytes plain)
{
    if (plain.size == 0)
        return;
    join->crc = (uint32_t)crc32_z(join->crc, plain.data, plain.size);
    join->size += (uint32_t)plain.size;
}

void gzip_join_count_sum(struct gzip_join *join, struct gzip_sum sum, size_t size)
{
    join->crc = (uint32_t)crc32_combine_op(join->crc, sum.crc, sum.move);
    join->size += (uint32_t)size;
}

void gzip_join_stored(struct gzip_join *join, struct bytes plain)
{
    gzip_join_count(join, plain);
    while (plain.size > 0) {
        size_t part = plain.size < STORED_MAX ? plain.size : STORED_MAX;
        const uint8_t head[STORED_HEAD] = {0, (uint8_t)part, (uint8_t)(part >> 8), (uint8_t)~part,
                                           (uint8_t)(~part >> 8)};
        buf_add(join->out, head, sizeof head);
        buf_add(join->out, plain.data, part);
        plain.data += part;
        plain.size -= part;
    }
}

void gzip_join_done(struct gzip_join *join)
{
    uint8_t end[MEMBER_END] = {1, 0, 0, 0xff, 0xff};
    for (int i = 0; i < 4; i++) {
        end[5 + i] = (uint8_t)(join->crc >> (8 * i));
        end[9 + i] = (uint8_t)(join->size >> (8 * i));
    }
    buf_add(join->out, end, sizeof end);
}
