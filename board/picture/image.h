#pragma once
/* A picture made anew from an uploaded file: decoded, turned as the camera held it, made smaller,
 * and encoded as JPEG. Nothing else of the file goes on: no place, camera, owner, thumbnail,
 * comment or colour profile. Runs in a confined child of its own (board/picture/imager.h), since
 * decoders are the likeliest thing in this house to be broken by what somebody sends; nothing here
 * opens a file, and all memory ends with the child.
 *
 * Decoders: libjpeg-turbo, libpng and libwebp by their interfaces from memory to memory; one file
 * each. No library with loaders, plug-ins or formats nobody asked for. */
#include "core/text.h"

enum {
    IMAGE_PIXELS_MAX = 50 * 1000 * 1000, /* of the file: a bomb is refused by its own word */
    IMAGE_FILE_SIDE_MAX = 16000,
    IMAGE_LARGE_SIZE_MAX = 900 * 1024, /* bytes of the JPEGs: a store's value is under 1 MB */
    IMAGE_SMALL_SIZE_MAX = 200 * 1024,
};

enum image_fault {
    IMAGE_GOOD,
    IMAGE_OTHER,   /* none of the three formats, by its first bytes */
    IMAGE_DAMAGED, /* or of a kind the decoders do not take */
    IMAGE_HUGE,
    IMAGE_MOVES,
    IMAGE_LONG, /* it took longer, or more memory, than a picture may */
};

/* Red, green, blue; rows without gaps. */
struct pixels {
    uint8_t *data;
    struct image_size size;
};
struct image_made {
    struct image_size file; /* as uploaded, before anything else; 0 when not known */
    struct image_size size;
    struct bytes large, small;
};

MUST_USE enum image_fault image_make(struct bytes file, struct image_made *made);
/* Which of the three it says it is, by its first bytes. */
enum image_kind { IMAGE_NONE, IMAGE_JPEG, IMAGE_PNG, IMAGE_WEBP };
enum image_kind image_kind_of(struct bytes file);
/* No larger than a picture may be? */
bool image_fits(struct image_size size);
/* Aborts the child when there is no memory: what it was given then counts as too large. */
void *image_take(size_t size);

/* One file each. Those that decode set *file as soon as they know it and refuse what does not fit
 * before any memory is taken for it. JPEGs much larger than needed come out smaller. */
enum image_fault jpeg_decode(struct bytes file, struct image_size *size, struct pixels *out);
enum image_fault png_decode(struct bytes file, struct image_size *size, struct pixels *out);
enum image_fault webp_decode(struct bytes file, struct image_size *size, struct pixels *out);
/* The best quality that fits in size_max; absent when none does. sharp: drawings and screens, whose
 * colours are not thinned out. */
struct bytes jpeg_encode(struct pixels pixels, bool sharp, size_t size_max);

/* image_shape.c */
struct pixels pixels_shrink(struct pixels in, int side_max);
/* orientation: 1 to 8 as in EXIF; anything else is 1. */
struct pixels pixels_turn(struct pixels in, int orientation);
/* image_exif.c: how the camera was held; 1 when the file does not say. */
int exif_orientation(struct bytes file, enum image_kind kind);
