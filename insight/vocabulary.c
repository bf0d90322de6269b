#include "insight/vocabulary.h"
#include "core/clock.h"
#include "insight/count.h"
#include "insight/insight.h"
#include "insight/term.h"
#include "schema/release.h"
#include <stdio.h>

enum { FILE_MAX = 1024 * 1024 };

/* scripts/insight/words.txt. */
__asm__(".pushsection .rodata\n"
        ".global vocabulary_first, vocabulary_first_end\n"
        "vocabulary_first:\n"
        ".incbin \"scripts/insight/words.txt\"\n"
        "vocabulary_first_end:\n"
        ".byte 0\n"
        ".popsection\n");
extern const char vocabulary_first[];
extern const char vocabulary_first_end[];

/* What stands behind the tab, which is cut off. */
static bool kind_split(struct text *word, enum word_kind *kind)
{
    struct text rest = *word;
    (void)text_next(&rest, '\t', word);
    rest = text_trim(rest);
    *word = text_trim(*word);
    *kind = text_is(rest, "drug") ? WORD_DRUG : text_is(rest, "event") ? WORD_EVENT : WORD_OTHER;
    return *kind != WORD_OTHER || rest.size == 0;
}

/* only_kinds: nothing is added, the words that stand there already get their kind. */
static enum result words_add(struct db *db, struct arena *arena, struct text list, bool only_kinds,
                             int64_t *words, struct text *why)
{
    static const uint8_t no_key[TERM_KEY_SIZE];
    struct text line;
    struct terms check;
    enum result result = OK;
    int64_t number = 0;
    terms_open(&check, no_key);
    *words = 0;
    while (result == OK && text_next(&list, '\n', &line)) {
        struct text word = text_trim(line);
        enum word_kind kind;
        number++;
        if (word.size == 0 || *word.data == '#')
            continue;
        const bool is_known = kind_split(&word, &kind);
        result = ++*words > INSIGHT_TERMS_MAX ? TOO_MUCH : terms_add(&check, *words, word);
        if (result == OK && !is_known)
            result = INVALID;
        if (result != OK)
            *why =
                arena_format(arena, "line %lld: %s", (long long)number,
                             result == TOO_MUCH ? "the list is too long"
                                                : "a word is one or two words in lower case, then "
                                                  "perhaps a tab and drug or event");
        else if (only_kinds)
            result = release_term_kind(db, word, kind);
        else
            result = release_term_add(db, word, clock_now_ms(), kind);
    }
    terms_close(&check);
    return result;
}

static enum result list_take(struct db *db, struct arena *arena, struct text list, bool only_kinds,
                             int64_t *words, struct text *why)
{
    *why = NO_TEXT;
    enum result result = db_begin(db);
    if (result != OK)
        return result;
    result = words_add(db, arena, list, only_kinds, words, why);
    if (result == OK)
        result = db_commit(db);
    if (result != OK)
        db_rollback(db);
    return result;
}

enum result vocabulary_add(struct db *db, struct arena *arena, struct text list, int64_t *words,
                           struct text *why)
{
    return list_take(db, arena, list, false, words, why);
}

enum result vocabulary_begin(struct db *db, struct arena *arena)
{
    struct release_terms_row *rows;
    struct release_term_kinds_row kinds;
    struct text why;
    size_t count;
    int64_t words;
    enum result result = release_terms(db, arena, 0, 1, &rows, &count);
    if (result == OK)
        result = release_term_kinds(db, arena, &kinds);
    if (result != OK || kinds.count > 0)
        return result;
    const struct text list = {vocabulary_first, (size_t)(vocabulary_first_end - vocabulary_first)};
    return list_take(db, arena, list, count > 0, &words, &why);
}

bool vocabulary_file(struct arena *arena, const char *path, struct text *list)
{
    char *data = arena_take_raw(arena, FILE_MAX);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    *list = (struct text){data, fread(data, 1, FILE_MAX, file)};
    const bool is_whole = feof(file) && !ferror(file);
    fclose(file);
    return is_whole;
}
