#include "fcgi/qr.h"

#include "core/buf.h"

#include <qrencode.h>

struct text qr_path(struct arena *arena, struct text text, int64_t *size)
{
    struct buf out;
    *size = 0;
    if (text.size == 0 || text.size > QR_TEXT_MAX)
        return NO_TEXT;
    QRcode *code = QRcode_encodeString8bit(arena_text(arena, text).data, 0, QR_ECLEVEL_M);
    if (code == NULL)
        return NO_TEXT;
    buf_open(&out, arena, 8192);
    for (int y = 0; y < code->width; y++) {
        for (int x = 0; x < code->width; x++) {
            int from = x;
            while (x < code->width && (code->data[y * code->width + x] & 1) != 0)
                x++;
            if (x > from)
                buf_format(&out, "M%d %dh%dv1h-%dz", from + QR_BORDER, y + QR_BORDER, x - from,
                           x - from);
        }
    }
    *size = code->width + 2 * QR_BORDER;
    QRcode_free(code);
    return buf_done(&out);
}
