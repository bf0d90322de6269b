#include "insight/term.h"
#include "core/seal.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

void terms_open(struct terms *terms, const uint8_t key[TERM_KEY_SIZE])
{
    *terms = (struct terms){.mentions = NULL};
    memcpy(terms->key, key, TERM_KEY_SIZE);
}

void terms_close(struct terms *terms)
{
    free(terms->mentions);
    table_close(&terms->known);
    table_close(&terms->seen);
    *terms = (struct terms){.mentions = NULL};
}

/* A letter, a digit, or a byte of a letter beyond ASCII. */
static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* FNV-1a, for words that anybody may know. */
static uint64_t word_key(const char *data, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)data[i]) * 0x100000001b3u;
    return hash ? hash : 1;
}

enum result terms_add(struct terms *terms, int64_t id, struct text word)
{
    size_t blanks = 0;
    assert(id > 0);
    if (word.size == 0 || word.size > TERM_SIZE_MAX)
        return INVALID;
    for (size_t i = 0; i < word.size; i++) {
        const char c = word.data[i];
        const bool is_inner = i > 0 && i + 1 < word.size;
        blanks += c == ' ';
        if ((!is_letter(c) && !(is_inner && (c == ' ' || c == '-'))) || c != lower(c))
            return INVALID;
    }
    if (blanks > 1)
        return INVALID;
    *table_at(&terms->known, word_key(word.data, word.size)) = id;
    return OK;
}

static void here_add(struct terms *terms, int64_t id)
{
    for (size_t i = 0; i < terms->here_count; i++)
        if (terms->here[i] == id)
            return;
    if (terms->here_count < TERM_HERE_MAX)
        terms->here[terms->here_count++] = id;
}

static void mention(struct terms *terms, int64_t author, const char *word, size_t size)
{
    const int64_t *id = table_find(&terms->known, word_key(word, size));
    if (!id)
        return;
    here_add(terms, *id);
    int64_t *seen = table_at(&terms->seen, table_pair(author, *id));
    if (*seen)
        return;
    *seen = 1;
    if (terms->mention_count == terms->mention_room) {
        terms->mention_room = terms->mention_room ? terms->mention_room * 2 : 1024;
        terms->mentions =
            table_grow(terms->mentions, terms->mention_room, sizeof(*terms->mentions));
    }
    uint8_t digest[ID_SIZE];
    const struct bytes key = bytes_of(terms->key, TERM_KEY_SIZE);
    const struct bytes parts[] = {bytes_of(&author, sizeof(author)), bytes_of(id, sizeof(*id))};
    seal_id(digest, &key, parts, 2);
    struct term_mention *added = &terms->mentions[terms->mention_count++];
    *added = (struct term_mention){.author = author, .term = *id};
    memcpy(&added->order, digest, sizeof(added->order));
}

void terms_read(struct terms *terms, int64_t author, struct text text)
{
    char both[2 * TERM_SIZE_MAX + 2]; /* the word before, a blank, this word */
    size_t before = 0, at = 0;
    while (at < text.size) {
        size_t size = 0;
        char word[TERM_SIZE_MAX + 1];
        while (at < text.size && !is_letter(text.data[at])) {
            if (text.data[at] != ' ' && text.data[at] != '\n')
                before = 0; /* two words do not reach over a stop */
            at++;
        }
        for (; at < text.size &&
               (is_letter(text.data[at]) ||
                (text.data[at] == '-' && at + 1 < text.size && is_letter(text.data[at + 1])));
             at++)
            if (size <= TERM_SIZE_MAX)
                word[size++] = lower(text.data[at]);
        if (size == 0 || size > TERM_SIZE_MAX) {
            before = 0;
            continue;
        }
        mention(terms, author, word, size);
        if (before > 0) {
            both[before] = ' ';
            memcpy(both + before + 1, word, size);
            mention(terms, author, both, before + 1 + size);
        }
        memcpy(both, word, size);
        before = size;
    }
}

static int by_author(const void *a, const void *b)
{
    const struct term_mention *x = a, *y = b;
    if (x->author != y->author)
        return x->author < y->author ? -1 : 1;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return (x->term > y->term) - (x->term < y->term);
}

void terms_take(struct terms *terms, int64_t *counts, int64_t *all, int64_t most)
{
    int64_t used = 0;
    if (terms->mention_count > 0)
        qsort(terms->mentions, terms->mention_count, sizeof(*terms->mentions), by_author);
    for (size_t i = 0; i < terms->mention_count; i++) {
        const struct term_mention *m = &terms->mentions[i];
        used = i > 0 && m->author == terms->mentions[i - 1].author ? used + 1 : 0;
        if (m->term > most)
            continue;
        all[m->term]++;
        counts[m->term] += used < TERM_CAP;
    }
    terms->mention_count = 0;
    table_clear(&terms->seen);
}
