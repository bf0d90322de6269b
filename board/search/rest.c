#include "board/search/rest.h"

#include "schema/board.h"

#include <string.h>

enum { BITS = 64 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool word_byte(char c)
{
    c = lower(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static size_t beginning(char first, char second)
{
    return (size_t)(uint8_t)lower(first) << 8 | (uint8_t)lower(second);
}

void rest_open(struct rest *rest, const struct plan *plan)
{
    memset(rest, 0, sizeof(*rest));
    rest->terms = plan->terms + plan->leading;
    rest->count = plan->scored - plan->leading;
    for (size_t i = 0; i < rest->count; i++) {
        const struct text stem = rest->terms[i].stem;
        const size_t at = stem.size < 2 ? 0 : beginning(stem.data[0], stem.data[1]);
        rest->begins[at / BITS] |= UINT64_C(1) << at % BITS;
    }
}

/* Most words of a text begin like none that is looked for, and are stepped over. */
static void words_count(const struct rest *rest, struct text text, size_t column,
                        uint16_t (*times)[SCORE_COLUMNS])
{
    char copy[ASKED_WORD_SIZE_MAX];
    for (size_t at = 0; at < text.size;) {
        const size_t start = at;
        while (at < text.size && word_byte(text.data[at]))
            at++;
        const size_t size = at - start;
        at += size == 0;
        if (size < 2 || size > sizeof(copy))
            continue;
        const size_t begins = beginning(text.data[start], text.data[start + 1]);
        if ((rest->begins[begins / BITS] >> begins % BITS & 1) == 0)
            continue;
        for (size_t i = 0; i < size; i++)
            copy[i] = lower(text.data[start + i]);
        const struct text stem = asked_stem((struct text){copy, size});
        for (size_t i = 0; i < rest->count; i++)
            times[i][column] += text_equal(rest->terms[i].stem, stem);
    }
}

enum result rest_add(const struct rest *rest, struct db *db, struct arena *arena,
                     struct score *score)
{
    enum result result = OK;
    for (size_t i = 0; i < score->count && rest->count > 0 && result == OK; i++) {
        struct board_search_words_row row;
        uint16_t times[PLAN_TERMS_MAX][SCORE_COLUMNS] = {{0}};
        const size_t mark = arena->used;
        struct score_entry *entry = &score->best[i];
        const struct size size = sizes_of(score->sizes, score->arena, entry->posting);
        result = board_search_words(db, arena, entry->posting, &row);
        if (result != OK)
            break;
        words_count(rest, row.title, SCORE_TITLE, times);
        words_count(rest, row.names, SCORE_NAMES, times);
        words_count(rest, row.topics, SCORE_TOPICS, times);
        words_count(rest, row.body, SCORE_BODY, times);
        for (size_t j = 0; j < rest->count; j++)
            entry->score += score_part(score, size, rest->terms[j].weight, times[j]);
        arena_reset(arena, mark);
    }
    score_sort(score->best, score->count);
    return result;
}
