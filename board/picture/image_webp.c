/* WebP, by libwebp's decoder. */
#include "board/picture/image.h"

#include <webp/decode.h>

enum { OPAQUE = 255 };

/* On white, as a page is. */
static uint8_t over_white(uint8_t colour, unsigned opacity)
{
    return (uint8_t)((colour * opacity + OPAQUE * (OPAQUE - opacity) + OPAQUE / 2) / OPAQUE);
}

enum image_fault webp_decode(struct bytes file, struct image_size *size, struct pixels *out)
{
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(file.data, file.size, &features) != VP8_STATUS_OK)
        return IMAGE_DAMAGED;
    *size = (struct image_size){features.width, features.height};
    if (features.has_animation)
        return IMAGE_MOVES;
    if (!image_fits(*size))
        return IMAGE_HUGE;
    uint8_t *all = WebPDecodeRGBA(file.data, file.size, &size->width, &size->height);
    if (all == NULL)
        return IMAGE_DAMAGED;
    const size_t count = (size_t)size->width * (size_t)size->height;
    out->size = *size;
    out->data = image_take(count * 3);
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < 3; c++)
            out->data[i * 3 + c] = over_white(all[i * 4 + c], all[i * 4 + 3]);
    WebPFree(all);
    return IMAGE_GOOD;
}
