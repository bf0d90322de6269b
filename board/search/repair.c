#include "board/search/repair.h"
#include "board/search/asked.h"

#include "schema/board.h"

#include <string.h>

enum {
    SIZE_MAX_REPAIRED = 40,
    SIZE_MIN_REPAIRED = 4,
    SIZE_TWO_APART = 7, /* from this size on two letters may be wrong */
    BEGINNING = 2,      /* bytes taken as typed: mistakes at a word's very start are rare */
    BEGINNING_FIRST = 4,
    TERMS_MOST = 20000,
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment (Damerau-Levenshtein without edits inside a swap), three rows. */
size_t repair_distance(struct text a, struct text b, size_t most)
{
    uint8_t rows[3][ASKED_WORD_SIZE_MAX + 1];
    if (a.size > ASKED_WORD_SIZE_MAX || b.size > ASKED_WORD_SIZE_MAX)
        return most + 1;
    for (size_t j = 0; j <= b.size; j++)
        rows[0][j] = (uint8_t)j;
    for (size_t i = 1; i <= a.size; i++) {
        uint8_t *now = rows[i % 3];
        const uint8_t *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
        size_t best = now[0] = (uint8_t)i;
        for (size_t j = 1; j <= b.size; j++) {
            const bool same = a.data[i - 1] == b.data[j - 1];
            size_t steps = least(before[j], now[j - 1]) + 1U;
            steps = least(steps, before[j - 1] + (same ? 0U : 1U));
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1])
                steps = least(steps, earlier[j - 2] + 1U);
            now[j] = (uint8_t)steps;
            best = least(best, steps);
        }
        if (best > most)
            return most + 1;
    }
    const size_t steps = rows[a.size % 3][b.size];
    return steps > most ? most + 1 : steps;
}

/* The index holds stems ("diabet"); a person is shown a word. The nearest word of a posting that
 * holds the stem. */
static enum result word_as_written(struct db *db, struct arena *arena, struct text term,
                                   struct text word, struct text *written)
{
    struct board_search_example_row row;
    size_t best = SIZE_TWO_APART;
    *written = term;
    enum result result = board_search_example(
        db, arena, arena_format(arena, "\"%.*s\"", (int)term.size, term.data), &row);
    if (result != OK)
        return result == NOT_FOUND ? OK : result;
    const struct text texts[] = {row.title, row.names, row.body, row.gist, row.comments};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct text found;
        size_t at = 0;
        while (asked_next(arena, texts[i], &at, &found)) {
            const size_t apart = repair_distance(found, word, SIZE_TWO_APART);
            if (apart < best && found.size > BEGINNING &&
                memcmp(found.data, term.data, BEGINNING) == 0) {
                best = apart;
                *written = found;
            }
        }
    }
    return OK;
}

/* Small letters only: a dose or a code is not misspelt. */
static bool may_be_misspelt(struct text word)
{
    for (size_t i = 0; i < word.size; i++) {
        if (word.data[i] < 'a' || word.data[i] > 'z')
            return false;
    }
    return word.size >= SIZE_MIN_REPAIRED && word.size <= SIZE_MAX_REPAIRED;
}

struct nearing {
    struct text word, stem;
    size_t most;
    char term[SIZE_MAX_REPAIRED * 2];
    size_t size, apart, common;
};

static void nearer(void *self, struct text term, size_t common)
{
    struct nearing *near = self;
    const size_t apart = least(repair_distance(asked_stem(term), near->stem, near->most),
                               repair_distance(term, near->word, near->most));
    const bool commoner = apart == near->apart && apart <= near->most && common > near->common;
    if ((apart < near->apart || commoner) && term.size < sizeof(near->term)) {
        memcpy(near->term, term.data, term.size);
        near->size = term.size;
        near->apart = apart;
        near->common = common;
    }
}

/* The nearest word of the index that begins with the first `size` bytes of this one. */
static enum result nearest_find(struct db *db, struct postings *postings, struct arena *arena,
                                struct text word, size_t size, struct text *nearest)
{
    const size_t most = word.size >= SIZE_TWO_APART ? 2 : 1;
    struct nearing near = {.word = word, .stem = asked_stem(word), .most = most, .apart = most + 1};
    const struct text begin = arena_text(arena, (struct text){word.data, size});
    enum result result;
    if (postings_readable(postings)) {
        result = postings_terms(postings, arena, begin, nearer, &near);
    } else {
        struct board_search_terms_row *rows;
        size_t count = 0;
        const struct text high = arena_format(arena, "%.*s{", (int)size, word.data); /* behind z */
        result = board_search_terms(db, arena, begin, high, TERMS_MOST, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++)
            nearer(&near, rows[i].term, (size_t)rows[i].rows);
    }
    *nearest =
        near.apart <= most ? arena_text(arena, (struct text){near.term, near.size}) : NO_TEXT;
    return result;
}

/* A longer beginning is tried first: fewer words begin so. */
enum result repair_word(struct db *db, struct postings *postings, struct arena *arena,
                        struct text word, bool quick, struct text *repaired)
{
    const size_t least_size = quick ? BEGINNING_FIRST : BEGINNING;
    struct text nearest = NO_TEXT;
    enum result result = OK;
    *repaired = NO_TEXT;
    if (!may_be_misspelt(word))
        return OK;
    for (size_t size = BEGINNING_FIRST; size >= least_size && result == OK && nearest.data == NULL;
         size--)
        result = nearest_find(db, postings, arena, word, size, &nearest);
    if (result == OK && nearest.data != NULL)
        result = word_as_written(db, arena, nearest, word, repaired);
    return result;
}
