/* Making pictures smaller and turning them. */
#include "board/picture/image.h"

#include <string.h>

enum { CHANNELS = 3, PART = 256, WHOLE = 65536 };

/* What each of `wanted` new values is made of: a stretch of the old ones, with a share for each (of
 * WHOLE), the first and the last of them in part. */
struct stretches {
    int *first, *count;
    uint32_t *shares; /* `most` for each */
    size_t most;
};

static struct stretches stretches_make(int old, int wanted)
{
    struct stretches s = {.first = image_take((size_t)wanted * sizeof(int)),
                          .count = image_take((size_t)wanted * sizeof(int)),
                          .most = (size_t)(old / wanted + 3)};
    s.shares = image_take((size_t)wanted * s.most * sizeof(uint32_t));
    for (int i = 0; i < wanted; i++) {
        const uint64_t from = (uint64_t)i * (uint64_t)old * PART / (uint64_t)wanted;
        const uint64_t to = (uint64_t)(i + 1) * (uint64_t)old * PART / (uint64_t)wanted;
        uint32_t *shares = s.shares + (size_t)i * s.most, left = WHOLE;
        s.first[i] = (int)(from / PART);
        s.count[i] = 0;
        for (uint64_t at = from; at < to;) {
            const uint64_t end = (at / PART + 1) * PART, next = end < to ? end : to;
            const uint32_t share =
                next == to ? left : (uint32_t)((next - at) * WHOLE / (to - from));
            shares[s.count[i]++] = share;
            left -= share;
            at = next;
        }
    }
    return s;
}

static void row_shrink(const uint8_t *in, uint8_t *out, int wanted, const struct stretches *s)
{
    for (int x = 0; x < wanted; x++) {
        const uint8_t *at = in + (size_t)s->first[x] * CHANNELS;
        const uint32_t *shares = s->shares + (size_t)x * s->most;
        uint32_t red = WHOLE / 2, green = WHOLE / 2, blue = WHOLE / 2;
        for (int i = 0; i < s->count[x]; i++, at += CHANNELS) {
            red += shares[i] * at[0];
            green += shares[i] * at[1];
            blue += shares[i] * at[2];
        }
        *out++ = (uint8_t)(red / WHOLE);
        *out++ = (uint8_t)(green / WHOLE);
        *out++ = (uint8_t)(blue / WHOLE);
    }
}

/* One new row from some old ones. sums: room for a row. */
static void rows_join(const uint8_t *in, size_t row, int count, const uint32_t *shares,
                      uint32_t *sums, uint8_t *out)
{
    for (size_t x = 0; x < row; x++)
        sums[x] = WHOLE / 2;
    for (int i = 0; i < count; i++, in += row)
        for (size_t x = 0; x < row; x++)
            sums[x] += shares[i] * in[x];
    for (size_t x = 0; x < row; x++)
        out[x] = (uint8_t)(sums[x] / WHOLE);
}

/* The same rounding as text_image_small, which says how much room markup leaves. */
static int side_shrink(int side, int longest, int most)
{
    int shrunk = (int)(((int64_t)side * most + longest / 2) / longest);
    return shrunk > 0 ? shrunk : 1;
}

struct pixels pixels_shrink(struct pixels in, int side_max)
{
    int longest = in.size.width > in.size.height ? in.size.width : in.size.height;
    if (longest <= side_max)
        return in;
    const size_t old_row = (size_t)in.size.width * CHANNELS;
    struct pixels out = {.size = {side_shrink(in.size.width, longest, side_max),
                                  side_shrink(in.size.height, longest, side_max)}};
    const size_t row = (size_t)out.size.width * CHANNELS;
    uint8_t *narrow = image_take(row * (size_t)in.size.height);
    uint32_t *sums = image_take(row * sizeof(uint32_t));
    out.data = image_take(row * (size_t)out.size.height);
    const struct stretches across = stretches_make(in.size.width, out.size.width);
    for (size_t y = 0; y < (size_t)in.size.height; y++)
        row_shrink(in.data + y * old_row, narrow + y * row, out.size.width, &across);
    const struct stretches down = stretches_make(in.size.height, out.size.height);
    for (size_t y = 0; y < (size_t)out.size.height; y++)
        rows_join(narrow + (size_t)down.first[y] * row, row, down.count[y],
                  down.shares + y * down.most, sums, out.data + y * row);
    return out;
}

/* EXIF 2.3, tag 0x0112: what of the file is the top and the left of the picture. Bits: 1 flip left
 * and right, 2 flip top and bottom, 4 swap the sides, in this order, from the picture back to the
 * file. */
struct pixels pixels_turn(struct pixels in, int orientation)
{
    enum { FLIP_X = 1, FLIP_Y = 2, SWAP = 4 };
    static const uint8_t turns[] = {0,
                                    0,
                                    FLIP_X,
                                    FLIP_X | FLIP_Y,
                                    FLIP_Y,
                                    SWAP,
                                    SWAP | FLIP_Y,
                                    SWAP | FLIP_X | FLIP_Y,
                                    SWAP | FLIP_X};
    unsigned turn = orientation >= 1 && orientation <= 8 ? turns[orientation] : 0;
    if (turn == 0)
        return in;
    struct pixels out = {.size = in.size};
    if (turn & SWAP)
        out.size = (struct image_size){in.size.height, in.size.width};
    const size_t width = (size_t)in.size.width, height = (size_t)in.size.height;
    const size_t wide = (size_t)out.size.width, high = (size_t)out.size.height;
    out.data = image_take(wide * high * CHANNELS);
    for (size_t y = 0; y < high; y++) {
        for (size_t x = 0; x < wide; x++) {
            size_t from_x = turn & SWAP ? y : x, from_y = turn & SWAP ? x : y;
            if (turn & FLIP_X)
                from_x = width - 1 - from_x;
            if (turn & FLIP_Y)
                from_y = height - 1 - from_y;
            memcpy(out.data + (y * wide + x) * CHANNELS,
                   in.data + (from_y * width + from_x) * CHANNELS, CHANNELS);
        }
    }
    return out;
}
