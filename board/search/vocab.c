#include "board/search/vocab.h"

#include "core/buf.h"
#include "schema/vocab.h"

#include <string.h>

enum {
    WORDS_OF_NAME = 4, /* names of more words are not looked for in a query */
    MEANINGS_MOST = 12,
    BRANDS_TAKEN = 2,
    SYNONYMS_TAKEN = 3,
    SHORT_SIZE = 3, /* an abbreviation of up to so many letters may be typed in lower case */
    SHORT_SIZE_MAX = 7,
    ASKED_LOOKED_AT = 40,
};

static bool more_has(const struct vocab_more *more, struct text name)
{
    for (size_t i = 0; i < more->count; i++) {
        if (text_equal(more->names[i], name))
            return true;
    }
    return false;
}

static void more_add(struct vocab_more *more, struct text name)
{
    if (more->count < VOCAB_MORE_MAX && !more_has(more, name))
        more->names[more->count++] = name;
}

static bool may_be_short(const struct asked_word *word)
{
    return word->text.size >= 2 && word->text.size <= SHORT_SIZE_MAX &&
           (word->capital || word->text.size <= SHORT_SIZE);
}

/* Abbreviations stand first in the rows, the likeliest first among them. */
static void reading_add(struct vocab_more *more, struct text word,
                        const struct vocab_meanings_row *rows, size_t count)
{
    struct vocab_reading *reading = &more->readings[more->reading_count];
    if (more->reading_count == VOCAB_READINGS_MAX)
        return;
    *reading = (struct vocab_reading){.word = word, .meaning = rows[0].meaning};
    for (size_t i = 1;
         i < count && rows[i].kind == VOCAB_ABBREVIATION && reading->other_count < VOCAB_OTHERS_MAX;
         i++)
        reading->others[reading->other_count++] = rows[i].meaning;
    more->reading_count++;
    more_add(more, reading->meaning);
}

static enum result name_look_up(struct db *vocab, struct arena *arena, struct text name,
                                const struct asked_word *single, struct vocab_more *more)
{
    struct vocab_meanings_row *rows;
    size_t count, taken[VOCAB_SYNONYM + 1] = {0};
    static const size_t most[] = {0, 0, BRANDS_TAKEN, SYNONYMS_TAKEN};
    enum result result = vocab_meanings(vocab, arena, name, MEANINGS_MOST, &rows, &count);
    if (result != OK)
        return result;
    if (count > 0 && single != NULL && rows[0].kind == VOCAB_ABBREVIATION && may_be_short(single))
        reading_add(more, single->text, rows, count);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].kind != VOCAB_ABBREVIATION && taken[rows[i].kind]++ < most[rows[i].kind])
            more_add(more, rows[i].meaning);
    }
    return OK;
}

/* Every run of up to four words that stand beside one another, the longest first. */
enum result vocab_widen(struct db *vocab, struct arena *arena, const struct asked *asked,
                        struct vocab_more *more)
{
    struct vocab_words_any_row any = {0};
    memset(more, 0, sizeof(*more));
    if (vocab == NULL)
        return OK;
    enum result result = vocab_words_any(vocab, arena, &any);
    if (result != OK || any.there == 0)
        return result;
    for (size_t i = 0; i < asked->count && i < ASKED_LOOKED_AT && result == OK; i++) {
        struct buf name;
        buf_open(&name, arena, 128);
        for (size_t j = i; j < asked->count && j < i + WORDS_OF_NAME && result == OK; j++) {
            const struct asked_word *word = &asked->words[j];
            if (word->unwanted || word->phrase || word->place != asked->words[i].place + (j - i))
                break;
            if (j > i)
                buf_char(&name, ' ');
            buf_add(&name, word->text.data, word->text.size);
            if (j == i && word->stop)
                continue;
            result = name_look_up(vocab, arena, buf_done(&name), j == i ? word : NULL, more);
        }
    }
    return result;
}
