#pragma once
/* Compressed pieces that can be joined: the only file that knows zlib. A piece is raw DEFLATE (RFC
 * 1951) ended on a byte boundary by a full flush, so pieces and stored (uncompressed) blocks may
 * follow one another in one gzip member (RFC 1952). No piece refers to bytes before it. */
#include "core/buf.h"

struct gzip_piece {
    size_t offset, size; /* where its deflated bytes lie in the room given to gzip_pieces */
    size_t plain_size;
    uint32_t crc;  /* CRC-32 of the plain bytes */
    uint32_t move; /* operator that moves a CRC over plain_size bytes (zlib) */
};
/* Most room that `count` pieces of `plain_size` bytes together can need. */
size_t gzip_room(size_t plain_size, size_t count);
/* Compress plain[0], plain[1] ... into `room`, filling pieces; returns the bytes used. Empty pieces
 * take none. */
size_t gzip_pieces(struct gzip_piece *pieces, const struct bytes *plain, size_t count,
                   uint8_t *room, size_t room_size);

/* One gzip member, joined in order. */
struct gzip_join {
    struct buf *out;
    uint32_t crc;
    uint32_t size; /* modulo 2^32, as the format has it */
};
void gzip_join_open(struct gzip_join *join, struct buf *out);
void gzip_join_piece(struct gzip_join *join, const struct gzip_piece *piece, const uint8_t *room);
void gzip_join_stored(struct gzip_join *join, struct bytes plain);
void gzip_join_done(struct gzip_join *join);
size_t gzip_join_size_max(size_t deflated, size_t stored,
                          size_t stored_count); /* room to give the buf */
