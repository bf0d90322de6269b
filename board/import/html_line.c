#include "board/import/html.h"

#include "core/buf.h"

#include <string.h>

/* Whether a line that begins so is more than a paragraph: a heading, a list, a quotation. */
static bool opens_block(struct text line, size_t *at)
{
    size_t i = 0;
    *at = 0;
    if (line.size > 0 && strchr("#>-+=~", line.data[0]) != NULL)
        return true;
    if (line.size > 2 && memcmp(line.data, "```", 3) == 0)
        return true;
    if (line.size > 1 && line.data[0] == '*' && line.data[1] == ' ')
        return true;
    while (i < line.size && line.data[i] >= '0' && line.data[i] <= '9')
        i++;
    *at = i;
    return i > 0 && i < line.size && (line.data[i] == '.' || line.data[i] == ')');
}

struct text line_markdown(struct arena *arena, struct text line)
{
    struct buf out;
    size_t block, code_end = 0;
    line = text_trim(line);
    bool opens = opens_block(line, &block);
    buf_open(&out, arena, line.size + 64);
    for (size_t i = 0; i < line.size; i++) {
        char c = line.data[i];
        if (c == '`' && i >= code_end) {
            const char *end = memchr(line.data + i + 1, '`', line.size - i - 1);
            code_end = end != NULL ? (size_t)(end - line.data) + 1 : code_end;
        }
        bool code = i < code_end,
             picture = c == '!' && i + 1 < line.size && line.data[i + 1] == '[';
        if ((opens && i == block) || (!code && (c == '<' || picture)))
            buf_char(&out, '\\');
        buf_char(&out, (unsigned char)c < 0x20 || c == 0x7f ? ' ' : c);
    }
    return buf_done(&out);
}
