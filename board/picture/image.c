#include "board/picture/image.h"

#include <stdlib.h>
#include <string.h>

enum image_kind image_kind_of(struct bytes file)
{
    static const uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    if (file.size >= 3 && memcmp(file.data, "\xff\xd8\xff", 3) == 0)
        return IMAGE_JPEG;
    if (file.size >= sizeof png && memcmp(file.data, png, sizeof png) == 0)
        return IMAGE_PNG;
    if (file.size >= 12 && memcmp(file.data, "RIFF", 4) == 0 &&
        memcmp(file.data + 8, "WEBP", 4) == 0)
        return IMAGE_WEBP;
    return IMAGE_NONE;
}

bool image_fits(struct image_size size)
{
    return size.width > 0 && size.height > 0 && size.width <= IMAGE_FILE_SIDE_MAX &&
           size.height <= IMAGE_FILE_SIDE_MAX &&
           (int64_t)size.width * size.height <= IMAGE_PIXELS_MAX;
}

void *image_take(size_t size)
{
    void *data = malloc(size);
    if (data == NULL)
        abort();
    return data;
}

static enum image_fault decode(struct bytes file, enum image_kind kind, struct image_size *size,
                               struct pixels *out)
{
    switch (kind) {
    case IMAGE_JPEG:
        return jpeg_decode(file, size, out);
    case IMAGE_PNG:
        return png_decode(file, size, out);
    case IMAGE_WEBP:
        return webp_decode(file, size, out);
    case IMAGE_NONE:
        break;
    }
    return IMAGE_OTHER;
}

enum image_fault image_make(struct bytes file, struct image_made *made)
{
    enum image_kind kind = image_kind_of(file);
    struct pixels pixels;
    *made = (struct image_made){.large = NO_BYTES};
    enum image_fault fault = decode(file, kind, &made->file, &pixels);
    if (fault != IMAGE_GOOD)
        return fault;
    pixels = pixels_shrink(pixels, IMAGE_SIDE_MAX);
    pixels = pixels_turn(pixels, exif_orientation(file, kind));
    made->size = pixels.size;
    made->large = jpeg_encode(pixels, kind != IMAGE_JPEG, IMAGE_LARGE_SIZE_MAX);
    struct image_size small = text_image_small(pixels.size);
    pixels = pixels_shrink(pixels, IMAGE_SMALL_SIDE_MAX);
    if (pixels.size.width != small.width || pixels.size.height != small.height)
        return IMAGE_DAMAGED; /* markup would leave the wrong room */
    made->small = jpeg_encode(pixels, kind != IMAGE_JPEG, IMAGE_SMALL_SIZE_MAX);
    return made->large.data != NULL && made->small.data != NULL ? IMAGE_GOOD : IMAGE_DAMAGED;
}
