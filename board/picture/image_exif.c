/* The one thing in a camera's notes that is needed: how it was held. Everything else is left behind
 * with the file. */
#include "board/picture/image.h"

#include <string.h>

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, ENTRY = 12, ENTRIES_MAX = 64, MARKERS_MAX = 64 };

static unsigned number(const uint8_t *at, size_t size, bool big)
{
    unsigned value = 0;
    for (size_t i = 0; i < size; i++)
        value |= (unsigned)at[i] << 8 * (big ? size - 1 - i : i);
    return value;
}

/* A TIFF header and its first directory (EXIF 2.3, 4.5). */
static int tiff_orientation(struct bytes tiff)
{
    if (tiff.size < 8 || (memcmp(tiff.data, "II*\0", 4) != 0 && memcmp(tiff.data, "MM\0*", 4) != 0))
        return 1;
    const bool big = tiff.data[0] == 'M';
    const size_t start = number(tiff.data + 4, 4, big);
    if (start > tiff.size - 2 || start < 8)
        return 1;
    size_t entries = number(tiff.data + start, 2, big);
    entries = entries < ENTRIES_MAX ? entries : ENTRIES_MAX;
    for (size_t i = 0; i < entries && start + 2 + (i + 1) * ENTRY <= tiff.size; i++) {
        const uint8_t *entry = tiff.data + start + 2 + i * ENTRY;
        if (number(entry, 2, big) == TAG_ORIENTATION && number(entry + 2, 2, big) == TYPE_SHORT)
            return (int)number(entry + 8, 2, big);
    }
    return 1;
}

/* The APP1 segment of a JPEG, before its picture begins. */
static int jpeg_orientation(struct bytes file)
{
    size_t at = 2;
    for (int i = 0; i < MARKERS_MAX && at + 4 <= file.size && file.data[at] == 0xff; i++) {
        const uint8_t marker = file.data[at + 1];
        const size_t size = number(file.data + at + 2, 2, true);
        if (marker == 0xda || size < 2 || at + 2 + size > file.size)
            return 1;
        if (marker == 0xe1 && size >= 8 && memcmp(file.data + at + 4, "Exif\0\0", 6) == 0)
            return tiff_orientation(bytes_of(file.data + at + 10, size - 8));
        at += 2 + size;
    }
    return 1;
}

/* The EXIF chunk of a WebP. */
static int webp_orientation(struct bytes file)
{
    size_t at = 12;
    for (int i = 0; i < MARKERS_MAX && file.size - at >= 8; i++) {
        const size_t size = number(file.data + at + 4, 4, false);
        if (size > file.size - at - 8)
            return 1;
        if (memcmp(file.data + at, "EXIF", 4) == 0)
            return tiff_orientation(bytes_of(file.data + at + 8, size));
        at += 8 + size + (size & 1);
        if (at > file.size)
            return 1;
    }
    return 1;
}

int exif_orientation(struct bytes file, enum image_kind kind)
{
    if (kind == IMAGE_JPEG)
        return jpeg_orientation(file);
    return kind == IMAGE_WEBP ? webp_orientation(file) : 1;
}
