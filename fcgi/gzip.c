#include "fcgi/gzip.h"

#include <assert.h>
#include <string.h>
#include <zlib.h>

#include "core/trace.h"

enum {
    LEVEL = 6,        /* a page is compressed once and sent many times */
    RAW_WINDOW = -15, /* raw DEFLATE, 32 KiB window */
    MEMORY = 8,
    FLUSH_EXTRA = 16, /* bytes a full flush adds, generously */
    STORED_MAX = 65535,
    STORED_HEAD = 5,
    MEMBER_HEAD = 10,
    MEMBER_END = 5 + 8, /* an empty last block, CRC and size */
};

size_t gzip_room(size_t plain_size, size_t count)
{
    /* RFC 1951: incompressible bytes cost 5 per stored block; zlib's own bound is about 1/1000. */
    return plain_size + plain_size / 256 + count * FLUSH_EXTRA + 64;
}

size_t gzip_pieces(struct gzip_piece *pieces, const struct bytes *plain, size_t count,
                   uint8_t *room, size_t room_size)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, LEVEL, Z_DEFLATED, RAW_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        trace_die("gzip", "deflateInit2");
    stream.next_out = room;
    stream.avail_out = (uInt)room_size;
    for (size_t i = 0; i < count; i++) {
        size_t before = stream.total_out;
        pieces[i] = (struct gzip_piece){.offset = before, .plain_size = plain[i].size};
        pieces[i].crc = (uint32_t)crc32_z(0, plain[i].data, plain[i].data ? plain[i].size : 0);
        pieces[i].move = (uint32_t)crc32_combine_gen((z_off_t)plain[i].size);
        if (plain[i].size == 0)
            continue;
        stream.next_in = (Bytef *)(uintptr_t)plain[i].data;
        stream.avail_in = (uInt)plain[i].size;
        int done = deflate(&stream, Z_FULL_FLUSH);
        assert(done == Z_OK && stream.avail_in == 0 && stream.avail_out > 0);
        pieces[i].size = stream.total_out - before;
    }
    size_t used = stream.total_out;
    deflateEnd(&stream);
    return used;
}

size_t gzip_join_size_max(size_t deflated, size_t stored, size_t stored_count)
{
    return MEMBER_HEAD + deflated + stored + (stored_count + stored / STORED_MAX) * STORED_HEAD +
           MEMBER_END;
}

void gzip_join_open(struct gzip_join *join, struct buf *out)
{
    /* Magic, DEFLATE, no flags, no time (it would differ for nothing), no extra, unknown system. */
    static const uint8_t head[MEMBER_HEAD] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
    *join = (struct gzip_join){.out = out};
    buf_add(out, head, sizeof head);
}

void gzip_join_piece(struct gzip_join *join, const struct gzip_piece *piece, const uint8_t *room)
{
    buf_add(join->out, room + piece->offset, piece->size);
    join->crc = (uint32_t)crc32_combine_op(join->crc, piece->crc, piece->move);
    join->size += (uint32_t)piece->plain_size;
}

void gzip_join_stored(struct gzip_join *join, struct bytes plain)
{
    join->crc = (uint32_t)crc32_z(join->crc, plain.data, plain.size);
    join->size += (uint32_t)plain.size;
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
