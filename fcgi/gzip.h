#pragma once
/* Compressed pieces that can be joined: the only file that knows zlib. A piece is raw DEFLATE (RFC
 * 1951) that ends on a byte boundary, so pieces and stored (uncompressed) blocks may follow one
 * another in one gzip member (RFC 1952). A piece refers to no bytes but its own and those it was
 * told stand right before it. */
#include "core/buf.h"

struct gzip_press; /* what compresses, kept from piece to piece since setting it up is dear */
struct gzip_press *gzip_press_open(void);
void gzip_press_close(struct gzip_press *press);

/* Most bytes that a piece of `plain_size` bytes can need. */
size_t gzip_room(size_t plain_size);
/* Compress `plain` into `room`, of gzip_room bytes; returns the bytes used. `before` may be absent;
 * only its last 32 KiB count. */
size_t gzip_piece(struct gzip_press *press, struct bytes before, struct bytes plain, uint8_t *room);
/* Whether a piece gives exactly `plain` to a reader who has `before`. */
bool gzip_piece_gives(struct arena *arena, struct bytes piece, struct bytes before,
                      struct bytes plain);

/* The CRC-32 of bytes, and the operator that moves another CRC over as many. */
struct gzip_sum {
    uint32_t crc, move;
};
struct gzip_sum gzip_sum_of(struct bytes plain);

/* One gzip member, joined in order. What its bytes say and what they are counted as come apart: one
 * piece may stand for several counted parts. */
struct gzip_join {
    struct buf *out;
    uint32_t crc;
    uint32_t size; /* modulo 2^32, as the format has it */
};
void gzip_join_open(struct gzip_join *join, struct buf *out);
void gzip_join_deflated(struct gzip_join *join, struct bytes piece);
void gzip_join_stored(struct gzip_join *join, struct bytes plain);
void gzip_join_count(struct gzip_join *join, struct bytes plain);
void gzip_join_count_sum(struct gzip_join *join, struct gzip_sum sum, size_t size);
void gzip_join_done(struct gzip_join *join);
