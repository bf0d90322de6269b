#include "board/board.h"
#include "board/snippet.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/trace.h"
#include "schema/board.h"

#include <stdlib.h>
#include <string.h>

enum {
    WORDS_MAX = 64,
    WORD_SIZE_MAX = 64,
    PREFIX_SIZE_MIN = 3,
    COUNT_SLOTS = 4096,
    COUNT_KEEP_US = 600 * 1000 * 1000,
    ROWS_LEAST = 1500, /* postings scored in any case, however small the corpus */
    ROWS_SHARE = 8,    /* else an eighth of all */
    COMMON_SHARE = 5,  /* a word in more than a fifth of all says nothing */
    CANDIDATES = 4, /* postings looked at for each thread wanted: several may stand in one thread */
};

/* How many postings a word stands in, kept for ten minutes. Two words that meet in a slot take
 * turns. None at all is not kept: the word may be in the next posting, and that must be found. */
struct count_slot {
    uint64_t word;
    int64_t rows;
    int64_t until_us;
};
struct search {
    struct db *db;
    int64_t texts; /* indexed postings */
    int64_t texts_until_us;
    struct count_slot slots[COUNT_SLOTS];
};

struct word {
    struct text text;
    bool prefix; /* also the beginning of longer words */
    int64_t rows;
};
struct words {
    struct word list[WORDS_MAX];
    size_t count;
};

struct search *search_open(struct db *board)
{
    struct search *search = calloc(1, sizeof(*search));
    if (search == NULL)
        trace_die("search_open", "reason=memory");
    search->db = board;
    return search;
}

void search_close(struct search *search)
{
    free(search);
}

/* Words that say nothing about what is asked. Sorted, for bsearch. */
static const char *const stop_words[] = {
    "a",     "about",   "after",  "all",    "also",  "am",   "an",   "and",   "any",     "are",
    "as",    "at",      "be",     "been",   "being", "best", "but",  "by",    "can",     "could",
    "did",   "do",      "does",   "doing",  "for",   "from", "get",  "give",  "given",   "good",
    "had",   "has",     "have",   "having", "he",    "her",  "here", "him",   "his",     "how",
    "i",     "if",      "in",     "into",   "is",    "it",   "its",  "just",  "know",    "may",
    "me",    "might",   "more",   "most",   "much",  "must", "my",   "no",    "not",     "of",
    "off",   "on",      "only",   "or",     "other", "our",  "out",  "over",  "patient", "patients",
    "s",     "she",     "should", "so",     "some",  "such", "t",    "than",  "that",    "the",
    "their", "them",    "then",   "there",  "these", "they", "this", "those", "to",      "too",
    "up",    "use",     "used",   "using",  "very",  "was",  "we",   "were",  "what",    "when",
    "where", "whether", "which",  "while",  "who",   "why",  "will", "with",  "would",   "you",
    "your",
};

static int stop_compare(const void *word, const void *entry)
{
    return strcmp(word, *(const char *const *)entry);
}

static bool word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static void word_add(struct words *words, struct text text, size_t most)
{
    bool stop = bsearch(text.data, stop_words, sizeof(stop_words) / sizeof(*stop_words),
                        sizeof(*stop_words), stop_compare) != NULL;
    if (stop || words->count == most)
        return;
    for (size_t i = 0; i < words->count; i++) {
        if (text_equal(words->list[i].text, text))
            return;
    }
    words->list[words->count++] = (struct word){.text = text};
}

/* The words of what was typed, lower case (FTS5 folds the rest), stop words and doubles left out.
 */
static void words_read(struct arena *arena, struct text typed, struct words *words)
{
    size_t most = (size_t)conf_int("search.words_most"), start = 0, size = 0;
    typed = text_cut(typed, SEARCH_QUERY_SIZE_MAX);
    char *lower = arena_take(arena, typed.size + 1);
    words->count = 0;
    most = most > WORDS_MAX ? WORDS_MAX : most;
    for (size_t i = 0; i <= typed.size; i++) {
        char c = i < typed.size ? typed.data[i] : ' ';
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (word_byte(c)) {
            lower[start + size++] = c;
            continue;
        }
        if (size > 0 && size <= WORD_SIZE_MAX) {
            lower[start + size] = 0;
            word_add(words, (struct text){lower + start, size}, most);
            start += size + 1;
        }
        size = 0;
    }
}

/* A word as FTS5 sees it: always a quoted string, which can hold nothing but letters and digits. */
static void word_write(struct buf *buf, const struct word *word)
{
    buf_char(buf, '"');
    buf_add(buf, word->text.data, word->text.size);
    buf_char(buf, '"');
    if (word->prefix)
        buf_add(buf, " *", 2);
}

static uint64_t word_hash(const struct word *word)
{
    uint64_t hash = word->prefix ? 1099511628211U : 14695981039346656037U; /* FNV-1a */
    for (size_t i = 0; i < word->text.size; i++)
        hash = (hash ^ (uint8_t)word->text.data[i]) * 1099511628211U;
    return hash | 1;
}

static enum result texts_count(struct search *search, struct arena *arena, int64_t now_us)
{
    struct board_total_get_row row;
    if (now_us < search->texts_until_us)
        return OK;
    enum result result = board_total_get(search->db, arena, TEXT("texts"), &row);
    if (result == OK || result == NOT_FOUND) {
        search->texts = result == OK ? row.value : 0;
        search->texts_until_us = now_us + COUNT_KEEP_US / 10;
        result = OK;
    }
    return result;
}

static int64_t common_rows(const struct search *search)
{
    int64_t share = search->texts / COMMON_SHARE;
    return share < ROWS_LEAST ? ROWS_LEAST : share;
}

/* Rows of one word, never counting further than what makes it common. */
static enum result word_count(struct search *search, struct arena *arena, struct word *word,
                              int64_t now_us)
{
    uint64_t hash = word_hash(word);
    struct count_slot *slot = &search->slots[hash % COUNT_SLOTS];
    struct board_search_count_row row;
    struct buf query;
    if (slot->word != hash || now_us >= slot->until_us) {
        buf_open(&query, arena, WORD_SIZE_MAX + 8);
        word_write(&query, word);
        enum result result =
            board_search_count(search->db, arena, buf_done(&query), common_rows(search) + 1, &row);
        if (result != OK)
            return result;
        *slot = (struct count_slot){hash, row.rows, row.rows > 0 ? now_us + COUNT_KEEP_US : 0};
    }
    word->rows = slot->rows;
    return OK;
}

static int rarer(const void *a, const void *b)
{
    const struct word *x = a, *y = b;
    return x->rows < y->rows ? -1 : x->rows > y->rows;
}

/* The query: rarest words first, up to the cap; common ones only when there is nothing else.
 * Absent: nothing can match. */
static enum result query_make(struct search *search, struct arena *arena, struct words *words,
                              struct text *query)
{
    int64_t now_us = clock_steady_us(), sum = 0;
    struct buf out;
    size_t taken = 0;
    enum result result = texts_count(search, arena, now_us);
    for (size_t i = 0; i < words->count && result == OK; i++)
        result = word_count(search, arena, &words->list[i], now_us);
    *query = NO_TEXT;
    if (result != OK)
        return result;
    int64_t cap = search->texts / ROWS_SHARE;
    cap = cap < ROWS_LEAST ? ROWS_LEAST : cap;
    qsort(words->list, words->count, sizeof(*words->list), rarer);
    buf_open(&out, arena, 512);
    for (size_t i = 0; i < words->count; i++) {
        const struct word *word = &words->list[i];
        if (word->rows == 0)
            continue;
        if (taken > 0 && (sum + word->rows > cap || word->rows > common_rows(search)))
            break;
        if (taken++ > 0)
            buf_add(&out, " OR ", 4);
        word_write(&out, word);
        sum += word->rows;
    }
    if (taken > 0)
        *query = buf_done(&out);
    return OK;
}

static bool thread_known(const struct search_hit *hits, size_t count, int64_t question)
{
    for (size_t i = 0; i < count; i++) {
        if (hits[i].question == question)
            return true;
    }
    return false;
}

static enum result hit_fill(struct search *search, struct arena *arena, int64_t posting,
                            double score, struct search_hit *hit)
{
    struct board_search_row_row r;
    enum result result = board_search_row(search->db, arena, posting, &r);
    if (result == OK)
        *hit = (struct search_hit){.question = r.question,
                                   .posting = posting,
                                   .kind = r.kind,
                                   .score = score,
                                   .member = r.member,
                                   .pseudonym = r.pseudonym,
                                   .title = r.title,
                                   .excerpt = r.excerpt,
                                   .source = r.source,
                                   .topics = r.topics,
                                   .solved = r.solved,
                                   .answers = r.answers,
                                   .corroborations = r.corroborations,
                                   .patients = r.patients,
                                   .at_ms = r.at_ms};
    return result;
}

static enum result snippet_fill(struct search *search, struct arena *arena,
                                const struct words *words, struct search_hit *hit)
{
    struct board_posting_source_row row;
    struct text list[WORDS_MAX];
    enum result result = board_posting_source(search->db, arena, hit->posting, &row);
    for (size_t i = 0; i < words->count; i++)
        list[i] = words->list[i].text;
    if (result == OK)
        hit->snippet = snippet_make(arena, row.body, list, words->count);
    return result;
}

static enum result hits_find(struct search *search, struct arena *arena, struct words *words,
                             size_t most, bool snippets, struct search_hit **hits, size_t *count)
{
    struct board_search_hits_row *rows = NULL;
    struct text query;
    size_t row_count = 0;
    most = most > SEARCH_HITS_MAX ? SEARCH_HITS_MAX : most;
    *hits = arena_array(arena, struct search_hit, most + 1);
    *count = 0;
    enum result result = query_make(search, arena, words, &query);
    if (result == OK && query.data != NULL)
        result = board_search_hits(search->db, arena, query, (int64_t)(most * CANDIDATES), &rows,
                                   &row_count);
    for (size_t i = 0; i < row_count && result == OK && *count < most; i++) {
        struct search_hit *hit = &(*hits)[*count];
        result = hit_fill(search, arena, rows[i].id, -rows[i].score, hit);
        if (result != OK || thread_known(*hits, *count, hit->question))
            continue;
        if (snippets)
            result = snippet_fill(search, arena, words, hit);
        (*count)++;
    }
    return result;
}

enum result search_threads(struct search *search, struct arena *arena, struct text words,
                           size_t most, struct search_hit **hits, size_t *count)
{
    struct words *read = arena_new(arena, struct words);
    words_read(arena, words, read);
    return hits_find(search, arena, read, most, true, hits, count);
}

enum result search_similar(struct search *search, struct arena *arena, struct text title,
                           size_t most, struct search_hit **hits, size_t *count)
{
    struct words *read = arena_new(arena, struct words);
    words_read(arena, title, read);
    char last = title.size > 0 ? title.data[title.size - 1] : ' ';
    bool typing = word_byte((char)(last >= 'A' && last <= 'Z' ? last + 32 : last));
    if (typing && read->count > 0 && read->list[read->count - 1].text.size >= PREFIX_SIZE_MIN)
        read->list[read->count - 1].prefix = true;
    return hits_find(search, arena, read, most, false, hits, count);
}
