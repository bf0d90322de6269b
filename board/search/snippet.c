#include "board/search/snippet.h"

#include "core/buf.h"

#include <string.h>

enum { WINDOW = 180, BEFORE = 40, FOUND_MAX = 400, STEM_MIN = 3, WORDS_SEEN = 32 };

struct found {
    size_t at, size; /* of the word in the body */
    unsigned word;
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool word_byte(char c)
{
    c = lower(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* A word without a common ending: what is left must begin the word in the text. */
static struct text stem(struct text word)
{
    static const char *const endings[] = {"ings", "ies", "ing", "ed", "es", "s", "e", "y"};
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
        size_t size = strlen(endings[i]);
        if (word.size >= STEM_MIN + size &&
            memcmp(word.data + word.size - size, endings[i], size) == 0)
            return (struct text){word.data, word.size - size};
    }
    return word;
}

/* Is the word at body[at, at + size) this stem, with at most an ending behind it? */
static bool stem_is(struct text body, size_t at, size_t size, struct text stem_text)
{
    if (size < stem_text.size || size > stem_text.size + 4)
        return false;
    for (size_t i = 0; i < stem_text.size; i++) {
        if (lower(body.data[at + i]) != stem_text.data[i])
            return false;
    }
    return true;
}

static size_t words_find(struct text body, const struct text *stems, size_t count,
                         struct found *found)
{
    size_t found_count = 0;
    for (size_t at = 0; at < body.size && found_count < FOUND_MAX;) {
        size_t size = 0;
        while (at + size < body.size && word_byte(body.data[at + size]))
            size++;
        for (unsigned i = 0; i < count && size > 0; i++) {
            if (stem_is(body, at, size, stems[i])) {
                found[found_count++] = (struct found){at, size, i};
                break;
            }
        }
        at += size + 1;
    }
    return found_count;
}

/* Where the window with the most different words begins. */
static size_t window_best(const struct found *found, size_t count)
{
    size_t best = 0;
    int most = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t seen = 0;
        for (size_t j = i; j < count && found[j].at < found[i].at + WINDOW - BEFORE; j++)
            seen |= UINT32_C(1) << found[j].word;
        int words = __builtin_popcount(seen);
        if (words > most) {
            most = words;
            best = i;
        }
    }
    return found[best].at;
}

/* Plain words of body[start, end): Markdown's marks and runs of white space go, found words are
 * marked. */
static struct text window_write(struct arena *arena, struct text body, size_t start, size_t end,
                                const struct found *found, size_t count)
{
    struct buf out;
    size_t next = 0;
    bool gap = false;
    buf_open(&out, arena, WINDOW + 64);
    if (start > 0)
        buf_add(&out, "…", 3);
    for (size_t at = start; at < end;) {
        while (next < count && found[next].at < at)
            next++;
        bool mark = next < count && found[next].at == at && at + found[next].size <= end;
        char c = body.data[at];
        if (c == ' ' || c == '\n' || c == '\t' || strchr("\\*`#>_", c) != NULL) {
            gap = gap || c == ' ' || c == '\n' || c == '\t';
            at++;
            continue;
        }
        if (gap && out.size > 0)
            buf_char(&out, ' ');
        gap = false;
        size_t size = mark ? found[next].size : 1;
        if (mark)
            buf_char(&out, 2);
        buf_add(&out, body.data + at, size);
        if (mark)
            buf_char(&out, 3);
        at += size;
    }
    if (end < body.size)
        buf_add(&out, "…", 3);
    return buf_done(&out);
}

struct text snippet_make(struct arena *arena, struct text body, const struct text *words,
                         size_t word_count)
{
    struct text stems[WORDS_SEEN];
    struct found *found = arena_array(arena, struct found, FOUND_MAX);
    word_count = word_count > WORDS_SEEN ? WORDS_SEEN : word_count;
    for (size_t i = 0; i < word_count; i++)
        stems[i] = stem(words[i]);
    size_t count = words_find(body, stems, word_count, found);
    if (count == 0)
        return NO_TEXT;
    size_t start = window_best(found, count);
    size_t first = start;
    start = start > BEFORE ? start - BEFORE : 0;
    while (start > 0 && start < first && body.data[start - 1] != ' ' &&
           body.data[start - 1] != '\n')
        start++;
    size_t end = start + WINDOW < body.size ? start + WINDOW : body.size;
    while (end > first && end < body.size && body.data[end] != ' ' && body.data[end] != '\n')
        end--;
    if (end == first) /* one endless word: as much of it as fits, at a whole code point */
        end = start + text_cut((struct text){body.data + start, body.size - start}, WINDOW).size;
    return window_write(arena, body, start, end, found, count);
}
