/* JPEG, by libjpeg-turbo's own interface (turbojpeg). */
#include "board/picture/image.h"

#include <turbojpeg.h>

/* The smallest of the library's scales that still leaves `longest` pixels on the longer side: a
 * photograph of fifty million pixels is never unfolded whole. */
static struct image_size size_scaled(struct image_size file)
{
    int count = 0;
    struct image_size best = file;
    const tjscalingfactor *factors = tjGetScalingFactors(&count);
    for (int i = 0; i < count; i++) {
        struct image_size size = {TJSCALED(file.width, factors[i]),
                                  TJSCALED(file.height, factors[i])};
        int longest = size.width > size.height ? size.width : size.height;
        if (longest >= IMAGE_SIDE_MAX && size.width <= best.width && size.height <= best.height)
            best = size;
    }
    return best;
}

enum image_fault jpeg_decode(struct bytes file, struct image_size *size, struct pixels *out)
{
    int subsampling, colours;
    tjhandle handle = tjInitDecompress();
    if (handle == NULL)
        return IMAGE_LONG;
    enum image_fault fault = IMAGE_DAMAGED;
    if (tjDecompressHeader3(handle, file.data, file.size, &size->width, &size->height, &subsampling,
                            &colours) != 0 ||
        size->width < 1 || size->height < 1)
        goto done;
    if (!image_fits(*size)) {
        fault = IMAGE_HUGE;
        goto done;
    }
    out->size = size_scaled(*size);
    out->data = image_take((size_t)out->size.width * (size_t)out->size.height * 3);
    int failed = tjDecompress2(handle, file.data, file.size, out->data, out->size.width, 0,
                               out->size.height, TJPF_RGB, TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS);
    /* A warning is a file a little out of order, as some cameras write them. */
    if (failed == 0 || tjGetErrorCode(handle) == TJERR_WARNING)
        fault = IMAGE_GOOD;
done:
    (void)tjDestroy(handle);
    return fault;
}

struct bytes jpeg_encode(struct pixels pixels, bool sharp, size_t size_max)
{
    static const int qualities[] = {86, 78, 66, 50, 34, 18};
    for (size_t i = 0; i < sizeof qualities / sizeof qualities[0]; i++) {
        unsigned char *data = NULL;
        unsigned long size = 0;
        tjhandle handle = tjInitCompress();
        int failed = handle == NULL ||
                     tjCompress2(handle, pixels.data, pixels.size.width, 0, pixels.size.height,
                                 TJPF_RGB, &data, &size, sharp ? TJSAMP_444 : TJSAMP_420,
                                 qualities[i], TJFLAG_ACCURATEDCT) != 0;
        if (handle != NULL)
            (void)tjDestroy(handle);
        if (!failed && size <= size_max)
            return bytes_of(data, size); /* the child's end frees it */
        tjFree(data);
        if (failed)
            break;
    }
    return NO_BYTES;
}
