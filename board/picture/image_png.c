/* PNG, by libpng's simplified interface. */
#include "board/picture/image.h"

#include <png.h>
#include <string.h>

enum image_fault png_decode(struct bytes file, struct image_size *size, struct pixels *out)
{
    static const png_color white = {255, 255, 255}; /* what shows through */
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_memory(&image, file.data, file.size))
        return IMAGE_DAMAGED;
    enum image_fault fault = IMAGE_HUGE;
    if (image.width > IMAGE_FILE_SIDE_MAX || image.height > IMAGE_FILE_SIDE_MAX) {
        *size =
            (struct image_size){(int)(image.width & 0x7fffffff), (int)(image.height & 0x7fffffff)};
        goto done;
    }
    *size = (struct image_size){(int)image.width, (int)image.height};
    if (!image_fits(*size))
        goto done;
    image.format = PNG_FORMAT_RGB;
    out->size = *size;
    out->data = image_take(PNG_IMAGE_SIZE(image));
    fault = png_image_finish_read(&image, &white, out->data, 0, NULL) ? IMAGE_GOOD : IMAGE_DAMAGED;
done:
    png_image_free(&image);
    return fault;
}
