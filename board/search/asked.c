#include "board/search/asked.h"
#include "board/board.h"

#include "core/buf.h"
#include "core/clock.h"

#include <string.h>

/* A longer text is a letter: what stands in quotes there was said by somebody, and a dash is a
 * dash.
 */
enum { QUERY_WORDS_MAX = 15, STOP_SIZE_MAX = 9 }; /* the longest of the words below */

/* Words that say nothing about what is asked: the language's own, what letters are made of, and who
 * the patient is. Sorted. */
static const char *const stop_words[] = {
    "a",     "about",  "after",   "all",      "also",   "am",       "an",        "and",   "any",
    "are",   "as",     "at",      "be",       "been",   "being",    "best",      "boy",   "but",
    "by",    "can",    "could",   "d",        "dear",   "did",      "do",        "does",  "doing",
    "don",   "female", "for",     "from",     "get",    "girl",     "give",      "given", "good",
    "had",   "has",    "have",    "having",   "he",     "hello",    "help",      "her",   "here",
    "hi",    "him",    "his",     "how",      "i",      "if",       "im",        "in",    "into",
    "is",    "it",     "its",     "just",     "know",   "ll",       "m",         "male",  "man",
    "may",   "me",     "might",   "more",     "most",   "much",     "must",      "my",    "no",
    "not",   "of",     "off",     "old",      "on",     "only",     "or",        "other", "our",
    "out",   "over",   "patient", "patients", "please", "question", "questions", "re",    "s",
    "she",   "should", "so",      "some",     "such",   "t",        "than",      "thank", "thanks",
    "that",  "the",    "their",   "them",     "then",   "there",    "these",     "they",  "this",
    "those", "to",     "too",     "up",       "use",    "used",     "using",     "ve",    "very",
    "was",   "we",     "were",    "what",     "when",   "where",    "whether",   "which", "while",
    "who",   "why",    "will",    "with",     "woman",  "would",    "year",      "years", "you",
    "your",
};

/* Every word of a hundred titles is asked about for a search: most are told apart by their first
 * letter or by their length. */
bool asked_stop(struct text word)
{
    size_t low = 0, high = sizeof(stop_words) / sizeof(*stop_words);
    while (word.size <= STOP_SIZE_MAX && low < high) {
        const size_t middle = (low + high) / 2;
        int order = (uint8_t)word.data[0] - (uint8_t)stop_words[middle][0];
        if (order == 0)
            order = strcmp(word.data, stop_words[middle]);
        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool word_byte(char c)
{
    c = lower(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

bool asked_next(struct arena *arena, struct text text, size_t *at, struct text *word)
{
    while (*at < text.size && !word_byte(text.data[*at]))
        (*at)++;
    const size_t start = *at;
    while (*at < text.size && word_byte(text.data[*at]))
        (*at)++;
    char *data = arena_take_raw(arena, *at - start + 1);
    for (size_t i = start; i < *at; i++)
        data[i - start] = lower(text.data[i]);
    data[*at - start] = 0;
    *word = (struct text){data, *at - start};
    return word->size > 0;
}

struct text asked_stem(struct text word)
{
    static const struct {
        char text[5];
        size_t size;
    } endings[] = {{"ings", 4}, {"ies", 3}, {"ing", 3}, {"ed", 2},
                   {"es", 2},   {"s", 1},   {"e", 1},   {"y", 1}};
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
        const size_t size = endings[i].size;
        if (word.size >= 3 + size &&
            memcmp(word.data + word.size - size, endings[i].text, size) == 0)
            return (struct text){word.data, word.size - size};
    }
    return word;
}

static void word_add(struct asked *asked, struct asked_word word, size_t most)
{
    word.place = asked->seen++;
    for (size_t i = 0; i < asked->count; i++) {
        struct asked_word *known = &asked->words[i];
        if (text_equal(known->text, word.text) && known->phrase == word.phrase &&
            known->unwanted == word.unwanted) {
            known->times++;
            return;
        }
    }
    word.times = 1;
    word.stop = !word.phrase && asked_stop(word.text);
    if (asked->count == ASKED_WORDS_MAX || word.text.size > ASKED_WORD_SIZE_MAX ||
        (!word.stop && asked->telling == most))
        return;
    word.stem = asked_stem(word.text);
    asked->telling += !word.stop;
    asked->words[asked->count++] = word;
}

/* The words of what stood in quotes, with single blanks; one word alone is no phrase, but must be
 * there all the same. */
static void phrase_add(struct arena *arena, struct asked *asked, struct text inside, bool unwanted,
                       size_t most)
{
    char *data = arena_take(arena, inside.size + 1);
    size_t size = 0, at = 0;
    struct text word;
    while (asked_next(arena, inside, &at, &word)) {
        if (size > 0)
            data[size++] = ' ';
        memcpy(data + size, word.data, word.size);
        size += word.size;
    }
    if (size > 0)
        word_add(asked,
                 (struct asked_word){.text = {data, size}, .phrase = true, .unwanted = unwanted},
                 most);
}

/* since:2025, since:2025-03, since:2025-03-14 or since:30d */
static int64_t since_read(struct text value, int64_t today_ms)
{
    int64_t number[3] = {0, 1, 1};
    size_t count = 0;
    struct text part;
    if (value.size > 1 && lower(value.data[value.size - 1]) == 'd' &&
        text_int((struct text){value.data, value.size - 1}, 1, 36500, &number[0]))
        return today_ms > number[0] * DAY_MS ? today_ms - number[0] * DAY_MS : 1;
    while (text_next(&value, '-', &part)) {
        static const int64_t low[] = {1970, 1, 1}, high[] = {2200, 12, 31};
        if (count == 3 || !text_int(part, low[count], high[count], &number[count]))
            return 0;
        count++;
    }
    const int64_t at_ms = clock_from_date((int)number[0], (int)number[1], (int)number[2]);
    return count == 0 ? 0 : at_ms > 0 ? at_ms : 1;
}

/* Whether "name:value" is a filter, and if so, taken. What is none stays words. */
static bool filter_take(struct arena *arena, struct asked *asked, struct text name,
                        struct text value, int64_t today_ms)
{
    struct asked_filter *filter = &asked->filter;
    char *data = arena_take(arena, value.size + 1);
    for (size_t i = 0; i < value.size; i++)
        data[i] = lower(value.data[i]);
    const struct text low = {data, value.size};
    if (value.size == 0)
        return false;
    if (text_is(name, "topic"))
        filter->topic = low;
    else if (text_is(name, "author"))
        filter->author = low;
    else if (text_is(name, "state"))
        filter->state = low;
    else if (text_is(name, "kind"))
        filter->kind = low;
    else if (text_is(name, "since") && since_read(value, today_ms) > 0) {
        filter->since_ms = since_read(value, today_ms);
        filter->since = low;
    } else
        return false;
    asked->filtered = true;
    return true;
}

/* What stands from `at` to the closing quote, or to the next blank; *at moves behind it. */
static struct text value_read(struct text typed, size_t *at)
{
    const bool quoted = *at < typed.size && typed.data[*at] == '"';
    const size_t start = quoted ? *at + 1 : *at;
    size_t end = start;
    while (end < typed.size && (quoted ? typed.data[end] != '"' : (uint8_t)typed.data[end] > ' '))
        end++;
    *at = end < typed.size ? end + 1 : end;
    return (struct text){typed.data + start, end - start};
}

/* name:value at `at`, where a word begins. */
static bool filter_read(struct arena *arena, struct text typed, size_t *at, int64_t today_ms,
                        struct asked *asked)
{
    size_t end = *at;
    struct text name;
    while (end < typed.size && word_byte(typed.data[end]))
        end++;
    if (end == *at || end >= typed.size || typed.data[end] != ':')
        return false;
    if (!asked_next(arena, (struct text){typed.data, end}, &(size_t){*at}, &name))
        return false;
    size_t behind = end + 1;
    const struct text value = value_read(typed, &behind);
    if (!filter_take(arena, asked, name, value, today_ms))
        return false;
    *at = behind;
    return true;
}

static bool in_capitals(const char *word, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (word[i] >= 'a' && word[i] <= 'z')
            return false;
    }
    return true;
}

bool asked_ends_in_word(struct text text)
{
    return text.size > 0 && word_byte(text.data[text.size - 1]);
}

static size_t words_in(struct text typed)
{
    size_t words = 0;
    for (size_t i = 0; i < typed.size; i++)
        words += word_byte(typed.data[i]) && (i == 0 || !word_byte(typed.data[i - 1]));
    return words;
}

void asked_read(struct arena *arena, struct text typed, size_t most, bool plain, int64_t today_ms,
                struct asked *asked)
{
    struct text word;
    memset(asked, 0, sizeof(*asked));
    asked->letter = words_in(typed) > QUERY_WORDS_MAX;
    plain = plain || asked->letter;
    for (size_t at = 0; at < typed.size;) {
        const char c = typed.data[at];
        const bool begins = at == 0 || (uint8_t)typed.data[at - 1] <= ' ';
        const char next = at + 1 < typed.size ? typed.data[at + 1] : ' ';
        const bool unwanted = !plain && begins && c == '-' && (word_byte(next) || next == '"');
        if (unwanted)
            at++;
        if (!plain && typed.data[at] == '"') {
            phrase_add(arena, asked, value_read(typed, &at), unwanted, most);
        } else if (!plain && begins && filter_read(arena, typed, &at, today_ms, asked)) {
            continue;
        } else if (word_byte(typed.data[at])) {
            const size_t start = at;
            (void)asked_next(arena, typed, &at, &word);
            const bool prefix = !plain && at < typed.size && typed.data[at] == '*' &&
                                word.size >= ASKED_PREFIX_SIZE_MIN;
            word_add(asked,
                     (struct asked_word){.text = word,
                                         .unwanted = unwanted,
                                         .prefix = prefix,
                                         .capital = in_capitals(typed.data + start, word.size)},
                     most);
        } else {
            at++;
        }
    }
}

struct text search_refine(struct arena *arena, struct text query, const char *filter,
                          struct text value)
{
    struct buf out;
    buf_open(&out, arena, query.size + value.size + 32);
    for (size_t at = 0; at < query.size;) {
        struct asked read = {0};
        size_t end = at;
        const bool begins = at == 0 || (uint8_t)query.data[at - 1] <= ' ';
        if (begins && filter_read(arena, query, &end, clock_now_ms(), &read) &&
            text_starts((struct text){query.data + at, end - at}, filter) &&
            query.data[at + strlen(filter)] == ':')
            at = end;
        else
            buf_char(&out, query.data[at++]);
    }
    struct text rest = text_trim(buf_done(&out));
    if (value.size == 0)
        return rest;
    const char *quote = memchr(value.data, ' ', value.size) != NULL ? "\"" : "";
    return arena_format(arena, "%.*s%s%s:%s%.*s%s", (int)rest.size, rest.data,
                        rest.size > 0 ? " " : "", filter, quote, (int)value.size, value.data,
                        quote);
}

struct text search_filter(struct arena *arena, struct text query, const char *filter)
{
    struct asked *asked = arena_new(arena, struct asked);
    asked_read(arena, query, 0, false, clock_now_ms(), asked);
    const struct text values[] = {asked->filter.topic, asked->filter.author, asked->filter.state,
                                  asked->filter.kind, asked->filter.since};
    static const char *const names[] = {"topic", "author", "state", "kind", "since"};
    for (size_t i = 0; i < 5; i++) {
        if (strcmp(filter, names[i]) == 0)
            return values[i];
    }
    return NO_TEXT;
}
