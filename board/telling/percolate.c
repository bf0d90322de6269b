#include "board/telling/percolate.h"

#include "board/search/asked.h"
#include "board/board.h"
#include "board/telling/stem.h"
#include "core/buf.h"

#include <stdlib.h>
#include <string.h>

/* --- words --- */

static bool plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

/* Letters of the Latin-1 block (C3 80 to C3 BF in UTF-8) without their accents; '?' stays as it is.
 */
static const char latin_1[] = "aaaaaa?ceeeeiiii?nooooo?ouuuuy??"
                              "aaaaaa?ceeeeiiii?nooooo?ouuuuy?y";

/* `text` in lower case and without accents; never longer. */
static struct text fold(struct arena *arena, struct text text)
{
    char *out = arena_take_raw(arena, text.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        unsigned char next = i + 1 < text.size ? (unsigned char)text.data[i + 1] : 0;
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((unsigned char)c == 0xc3 && next >= 0x80 && next <= 0xbf &&
            latin_1[next - 0x80] != '?') {
            c = latin_1[next - 0x80];
            i++;
        }
        out[size++] = c;
    }
    out[size] = 0;
    return (struct text){out, size};
}

/* The next word of folded text; *at moves behind it. */
static bool word_next(struct text text, size_t *at, struct text *word)
{
    while (*at < text.size && !plain(text.data[*at]))
        ++*at;
    size_t start = *at;
    while (*at < text.size && plain(text.data[*at]))
        ++*at;
    *word = text_cut((struct text){text.data + start, *at - start}, TERM_SIZE_MAX);
    return *at > start;
}

static struct text stem_of(struct arena *arena, struct text word)
{
    char *out = arena_take_raw(arena, word.size + 1);
    memcpy(out, word.data, word.size);
    return (struct text){out, stem_cut(out, word.size)};
}

/* --- what is searched for --- */

struct items {
    struct text list[QUERY_TERMS_MAX * 2];
    size_t count;
    bool full;
};

static void item_add(struct arena *arena, struct items *items, char mark, struct text text)
{
    struct text item =
        arena_format(arena, "%c%.*s", mark, (int)text.size, text.data == NULL ? "" : text.data);
    for (size_t i = 0; i < items->count; i++)
        if (text_equal(items->list[i], item))
            return;
    if (items->count == QUERY_TERMS_MAX * 2)
        items->full = true;
    else
        items->list[items->count++] = item;
}

static void term_add(struct query *query, struct items *items, struct text term, struct text word)
{
    for (size_t i = 0; i < query->count; i++)
        if (text_equal(query->terms[i].term, term))
            return;
    if (query->count == QUERY_TERMS_MAX)
        items->full = true;
    else
        query->terms[query->count++] = (struct query_term){term, word};
}

/* Words that must stand one behind another, or a single one. */
static void words_add(struct arena *arena, struct query *query, struct items *items,
                      struct text words, bool wanted)
{
    struct buf phrase;
    struct text word;
    size_t at = 0, count = 0;
    buf_open(&phrase, arena, words.size + 8);
    while (word_next(words, &at, &word)) {
        struct text stem = stem_of(arena, word);
        if (wanted)
            term_add(query, items, stem, word);
        if (count++ > 0)
            buf_char(&phrase, '_');
        buf_add(&phrase, stem.data, stem.size);
    }
    if (count == 0)
        return;
    bool many = count > 1;
    item_add(arena, items, (char)(wanted ? (many ? '"' : '+') : (many ? '~' : '-')),
             buf_done(&phrase));
}

static bool kind_add(struct arena *arena, struct items *items, struct text name)
{
    for (int64_t kind = POSTING_QUESTION; kind <= POSTING_ANSWER; kind++) {
        if (!text_is(name, posting_kind_name(kind)))
            continue;
        item_add(arena, items, '=', arena_format(arena, "%lld", (long long)kind));
        return true;
    }
    return false;
}

/* state: and since: say nothing about what is yet to come: it is new, and nobody has solved it. */
static const char *filter_add(struct arena *arena, struct query *query, struct items *items,
                              const struct asked_filter *filter)
{
    if (filter->topic.size > 0) {
        if (!topic_valid(filter->topic))
            return "topic: is followed by the name of a topic.";
        item_add(arena, items, '#', filter->topic);
        term_add(query, items,
                 arena_format(arena, "#%.*s", (int)filter->topic.size, filter->topic.data),
                 filter->topic);
    }
    if (filter->kind.size > 0 && !kind_add(arena, items, filter->kind))
        return "kind: is one of question, case, observation and answer.";
    if (filter->author.size > 0)
        query->author = filter->author;
    return NULL;
}

static int items_order(const void *a, const void *b)
{
    const struct text *x = a, *y = b;
    size_t both = x->size < y->size ? x->size : y->size;
    int order = memcmp(x->data, y->data, both);
    return order != 0 ? order : x->size < y->size ? -1 : x->size > y->size;
}

static struct text spec_write(struct arena *arena, struct items *items)
{
    struct buf out;
    buf_open(&out, arena, QUERY_SIZE_MAX);
    qsort(items->list, items->count, sizeof(*items->list), items_order);
    for (size_t i = 0; i < items->count; i++) {
        if (i > 0)
            buf_char(&out, ' ');
        buf_add(&out, items->list[i].data, items->list[i].size);
    }
    return out.size > 0 ? buf_done(&out) : TEXT("");
}

const char *query_read(struct arena *arena, struct text typed, struct query *query)
{
    struct items items = {.count = 0};
    struct asked *asked = arena_new(arena, struct asked);
    *query = (struct query){.spec = TEXT(""), .author = NO_TEXT};
    if (typed.size > QUERY_SIZE_MAX)
        return "A search to be saved has at most 400 characters.";
    asked_read(arena, fold(arena, typed), ASKED_WORDS_MAX, false, 0, asked);
    for (size_t i = 0; i < asked->count; i++) {
        const struct asked_word *word = &asked->words[i];
        if (word->prefix)
            return "Only whole words can be saved, no beginnings with *.";
        if (!word->stop)
            words_add(arena, query, &items, word->text, !word->unwanted);
    }
    const char *fault = filter_add(arena, query, &items, &asked->filter);
    if (fault != NULL)
        return fault;
    if (items.full)
        return "A search to be saved has at most sixteen words.";
    if (query->count == 0)
        return "A search to be saved has a word or a topic that must be there.";
    query->spec = spec_write(arena, &items);
    return NULL;
}

void query_author(struct arena *arena, struct query *query, int64_t member)
{
    query->spec = arena_format(arena, "%.*s @%lld", (int)query->spec.size, query->spec.data,
                               (long long)member);
}

/* --- what a posting holds --- */

struct posting_terms {
    struct text *list; /* its words in order; absent between two texts */
    size_t count;
    uint32_t *slots; /* by hash: place + 1 of the first occurrence */
    size_t slot_mask;
    struct text topics;
    int64_t kind, member;
};

static uint64_t hash_of(struct text text)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < text.size; i++)
        hash = (hash ^ (uint8_t)text.data[i]) * 1099511628211u;
    return hash ^ hash >> 32;
}

static uint32_t *slot_of(const struct posting_terms *terms, struct text text)
{
    size_t at = (size_t)hash_of(text) & terms->slot_mask;
    while (terms->slots[at] != 0 && !text_equal(terms->list[terms->slots[at] - 1], text))
        at = (at + 1) & terms->slot_mask;
    return &terms->slots[at];
}

static void text_take(struct arena *arena, struct posting_terms *terms, struct text text)
{
    struct text folded = fold(arena, text), word;
    size_t at = 0;
    while (word_next(folded, &at, &word))
        terms->list[terms->count++] = stem_of(arena, word);
    terms->list[terms->count++] = NO_TEXT;
}

struct posting_terms *posting_terms_read(struct arena *arena, const struct posting_facts *facts)
{
    struct posting_terms *terms = arena_new(arena, struct posting_terms);
    size_t room = facts->title.size + facts->body.size + facts->topics.size + 8, slots = 64;
    *terms = (struct posting_terms){
        .topics = facts->topics, .kind = facts->kind, .member = facts->member};
    terms->list = arena_array(arena, struct text, room / 2 + 4);
    text_take(arena, terms, facts->title);
    text_take(arena, terms, facts->topics);
    text_take(arena, terms, facts->body);
    while (slots < terms->count * 2)
        slots *= 2;
    terms->slots = arena_array(arena, uint32_t, slots);
    terms->slot_mask = slots - 1;
    for (size_t i = 0; i < terms->count; i++) {
        uint32_t *slot = terms->list[i].data != NULL ? slot_of(terms, terms->list[i]) : NULL;
        if (slot != NULL && *slot == 0)
            *slot = (uint32_t)i + 1;
    }
    return terms;
}

struct text posting_terms_json(struct arena *arena, const struct posting_terms *terms)
{
    struct buf out;
    struct text rest = terms->topics, topic;
    buf_open(&out, arena, 4096);
    buf_char(&out, '[');
    for (size_t i = 0; i < terms->count; i++) {
        if (terms->list[i].data == NULL || *slot_of(terms, terms->list[i]) != i + 1)
            continue;
        buf_json_text(&out, terms->list[i]);
        buf_char(&out, ',');
    }
    while (text_next(&rest, ' ', &topic))
        buf_format(&out, "\"#%.*s\",", (int)topic.size, topic.data);
    buf_literal(&out, "\"\"]", 3); /* what is no term ends the list */
    return buf_done(&out);
}

static bool has_word(const struct posting_terms *terms, struct text word)
{
    return *slot_of(terms, word) != 0;
}

/* Words joined by '_', one behind another. */
static bool has_phrase(const struct posting_terms *terms, struct text phrase)
{
    struct text rest = phrase, word;
    if (!text_next(&rest, '_', &word) || !has_word(terms, word))
        return false;
    for (size_t i = *slot_of(terms, word) - 1; i < terms->count; i++) {
        struct text more = phrase;
        size_t at = i;
        bool same = true;
        while (same && text_next(&more, '_', &word)) {
            same = at < terms->count && terms->list[at].data != NULL &&
                   text_equal(terms->list[at], word);
            at++;
        }
        if (same)
            return true;
    }
    return false;
}

static bool has_topic(const struct posting_terms *terms, struct text topic)
{
    struct text rest = terms->topics, name;
    while (text_next(&rest, ' ', &name))
        if (text_equal(name, topic))
            return true;
    return false;
}

static bool number_is(struct text text, int64_t number)
{
    int64_t value = 0;
    return text_int(text, 0, INT64_MAX, &value) && value == number;
}

static bool item_holds(const struct posting_terms *terms, char mark, struct text rest)
{
    switch (mark) {
    case '+':
        return has_word(terms, rest);
    case '"':
        return has_phrase(terms, rest);
    case '-':
        return !has_word(terms, rest);
    case '~':
        return !has_phrase(terms, rest);
    case '#':
        return has_topic(terms, rest);
    case '=':
        return number_is(rest, terms->kind);
    case '@':
        return number_is(rest, terms->member);
    default:
        return false;
    }
}

bool query_matches(const struct posting_terms *terms, struct text spec)
{
    struct text item;
    bool any = false;
    while (text_next(&spec, ' ', &item)) {
        any = true;
        if (item.size < 2 ||
            !item_holds(terms, item.data[0], (struct text){item.data + 1, item.size - 1}))
            return false;
    }
    return any;
}
