/* Two texts line by line, with a few lines around each change, or word by word: the longest common
 * subsequence. */
#include "fcgi/admin/page_rules.h"
#include "fcgi/member/page_texts.h"

#include <string.h>

enum { AROUND = 2, CELLS_MAX = 1000 * 1000, LINES_SHOWN = 4000, WORDS_MAX = 4000 };

struct lines {
    struct text *line;
    size_t count;
};

static struct lines lines_of(struct arena *arena, struct text text)
{
    struct lines lines = {0};
    size_t most = 1;
    for (size_t i = 0; i < text.size; i++)
        most += text.data[i] == '\n';
    lines.line = arena_array(arena, struct text, most);
    while (lines.count < most && text_next(&text, '\n', &lines.line[lines.count]))
        lines.count++;
    return lines;
}

struct edit {
    const char *kind;
    struct text line;
};

/* Length of the longest common subsequence of what follows (i, j), for all of them, from the end.
 */
static const uint16_t *common_lengths(struct arena *arena, const struct text *a, size_t n,
                                      const struct text *b, size_t m)
{
    uint16_t *table = arena_take_array(arena, (n + 1) * (m + 1), sizeof *table);
    for (size_t i = n; i-- > 0;) {
        for (size_t j = m; j-- > 0;) {
            uint16_t below = table[(i + 1) * (m + 1) + j];
            uint16_t right = table[i * (m + 1) + j + 1];
            uint16_t both = table[(i + 1) * (m + 1) + j + 1];
            uint16_t better = below > right ? below : right;
            table[i * (m + 1) + j] = text_equal(a[i], b[j]) ? (uint16_t)(both + 1) : better;
        }
    }
    return table;
}

/* The middle, where the two differ. Past the limit of work all of it counts as changed. */
static size_t edits_between(struct arena *arena, const struct text *a, size_t n,
                            const struct text *b, size_t m, struct edit *edits)
{
    size_t i = 0, j = 0, count = 0, mark = arena->used;
    bool small = (n + 1) * (m + 1) <= CELLS_MAX && n < UINT16_MAX && m < UINT16_MAX;
    const uint16_t *table = small ? common_lengths(arena, a, n, b, m) : NULL;
    while (i < n && j < m && table != NULL) {
        if (text_equal(a[i], b[j])) {
            edits[count++] = (struct edit){"same", a[i++]};
            j++;
        } else if (table[(i + 1) * (m + 1) + j] >= table[i * (m + 1) + j + 1]) {
            edits[count++] = (struct edit){"gone", a[i++]};
        } else {
            edits[count++] = (struct edit){"new", b[j++]};
        }
    }
    while (i < n)
        edits[count++] = (struct edit){"gone", a[i++]};
    while (j < m)
        edits[count++] = (struct edit){"new", b[j++]};
    arena_reset(arena, mark); /* the table */
    return count;
}

static bool near_change(const struct edit *edits, size_t count, size_t at)
{
    size_t from = at > AROUND ? at - AROUND : 0;
    for (size_t i = from; i < count && i <= at + AROUND; i++)
        if (strcmp(edits[i].kind, "same") != 0)
            return true;
    return false;
}

/* All of both, what they have in common once. *used: how many. */
static struct edit *edits_of(struct arena *arena, struct lines a, struct lines b, size_t *used)
{
    struct edit *edits = arena_array(arena, struct edit, a.count + b.count + 1);
    size_t head = 0, tail = 0, count = 0;
    while (head < a.count && head < b.count && text_equal(a.line[head], b.line[head])) {
        edits[count++] = (struct edit){"same", a.line[head]};
        head++;
    }
    while (tail < a.count - head && tail < b.count - head &&
           text_equal(a.line[a.count - 1 - tail], b.line[b.count - 1 - tail]))
        tail++;
    count += edits_between(arena, a.line + head, a.count - head - tail, b.line + head,
                           b.count - head - tail, edits + count);
    for (size_t i = a.count - tail; i < a.count; i++)
        edits[count++] = (struct edit){"same", a.line[i]};
    *used = count;
    return edits;
}

void page_diff(struct arena *arena, struct text before, struct text after,
               struct view_diff_line **lines, size_t *count)
{
    size_t used;
    const struct edit *edits =
        edits_of(arena, lines_of(arena, before), lines_of(arena, after), &used);
    *lines = arena_array(arena, struct view_diff_line, used + 1);
    *count = 0;
    bool skipped = false;
    for (size_t i = 0; i < used && *count < LINES_SHOWN; i++) {
        bool shown = near_change(edits, used, i);
        if (!shown && !skipped)
            (*lines)[(*count)++] = (struct view_diff_line){TEXT("skip"), TEXT("…")};
        skipped = !shown;
        if (shown)
            (*lines)[(*count)++] = (struct view_diff_line){text_of(edits[i].kind), edits[i].line};
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

/* Words and what stands between them, in turn; a text of very many words is one piece. */
static struct lines words_of(struct arena *arena, struct text text)
{
    struct lines words = {.line = arena_array(arena, struct text, WORDS_MAX)};
    size_t at = 0;
    while (at < text.size) {
        size_t start = at;
        bool blank = is_blank(text.data[at]);
        while (at < text.size && is_blank(text.data[at]) == blank)
            at++;
        if (words.count == WORDS_MAX) {
            words.line[0] = text;
            words.count = 1;
            return words;
        }
        words.line[words.count++] = (struct text){text.data + start, at - start};
    }
    return words;
}

void page_diff_words(struct arena *arena, struct text before, struct text after,
                     struct view_diff_word **words, size_t *count)
{
    size_t used;
    const struct edit *edits =
        edits_of(arena, words_of(arena, before), words_of(arena, after), &used);
    *words = arena_array(arena, struct view_diff_word, used + 1);
    *count = 0;
    for (size_t i = 0; i < used; i++) {
        struct view_diff_word *last = *count > 0 ? &(*words)[*count - 1] : NULL;
        /* Neighbours of one kind lie side by side in the text they come from. */
        if (last != NULL && text_is(last->kind, edits[i].kind) &&
            last->text.data + last->text.size == edits[i].line.data)
            last->text.size += edits[i].line.size;
        else
            (*words)[(*count)++] = (struct view_diff_word){text_of(edits[i].kind), edits[i].line};
    }
}
