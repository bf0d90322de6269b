/* A thread's summary, from what was typed to sentences with their sources (board.h says the form).
 */
#include "board/board.h"

#include <string.h>
#include <strings.h>

enum { POSTING_DIGITS_MAX = 15, WORDS_SHOWN = 80, SHORT_WORD = 3 };

struct parse {
    struct arena *arena;
    struct summary *summary;
    const char *fault;
};

static void fault_set(struct parse *parse, const char *what, struct text words)
{
    struct text shown = text_cut(words, WORDS_SHOWN);
    parse->fault = arena_format(parse->arena, "%s “%.*s%s”", what, (int)shown.size, shown.data,
                                shown.size < words.size ? "…" : "")
                       .data;
}

/* What stands in one pair of brackets. False: it is no source, but words. */
static bool source_read(struct arena *arena, struct text inside, struct summary_source *out)
{
    int64_t posting = 0;
    *out = (struct summary_source){0};
    inside = text_trim(inside);
    if (inside.size <= POSTING_DIGITS_MAX && text_int(inside, 1, INT64_MAX, &posting)) {
        out->posting = posting;
        return true;
    }
    return citation_read(arena, inside, &out->citation);
}

static bool source_same(const struct summary_source *a, const struct summary_source *b)
{
    return a->posting == b->posting &&
           (a->posting > 0 ||
            (a->citation.kind == b->citation.kind && text_equal(a->citation.key, b->citation.key)));
}

/* Its place in the summary's list, put there if it is new. */
static size_t source_place(struct parse *parse, const struct summary_source *source)
{
    struct summary *s = parse->summary;
    for (size_t i = 0; i < s->source_count; i++)
        if (source_same(&s->sources[i], source))
            return i;
    if (s->source_count == SUMMARY_SOURCES_MAX) {
        parse->fault = "There are more than sixty sources.";
        return 0;
    }
    s->sources[s->source_count] = *source;
    return s->source_count++;
}

/* "e.g.", "vs.", "approx.": a full stop that ends no sentence. */
static bool is_abbreviation(const char *data, size_t stop)
{
    static const char *const known[] = {"approx", "appr", "incl", "excl", "prof", "resp", "figs"};
    size_t start = stop;
    while (start > 0 && data[start - 1] != ' ' && data[start - 1] != '(')
        start--;
    size_t size = stop - start;
    if (size <= SHORT_WORD || memchr(data + start, '.', size) != NULL)
        return true;
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (strlen(known[i]) == size && strncasecmp(known[i], data + start, size) == 0)
            return true;
    return false;
}

/* The end of a first sentence inside of what was typed as one, 0: there is none. A sentence of its
 * own begins with a capital letter. */
static size_t inner_end(struct text words)
{
    for (size_t i = 1; i + 2 < words.size; i++) {
        char stop = words.data[i];
        bool capital = words.data[i + 2] >= 'A' && words.data[i + 2] <= 'Z';
        if ((stop != '.' && stop != '!' && stop != '?') || words.data[i + 1] != ' ' || !capital)
            continue;
        if (stop != '.' || !is_abbreviation(words.data, i))
            return i + 1;
    }
    return 0;
}

static const char unsourced[] = "Each sentence ends with its sources in brackets, as in [57] or "
                                "[PMID 31535829]. This one has none:";

static void sentence_end(struct parse *parse, struct summary_sentence *sentence, bool stop)
{
    struct summary *s = parse->summary;
    struct text words = text_trim(sentence->words);
    size_t inner = inner_end(words);
    if (words.size == 0)
        parse->fault = "There are sources without a sentence before them.";
    else if (inner > 0)
        fault_set(parse, unsourced, (struct text){words.data, inner});
    else if (s->sentence_count == SUMMARY_SENTENCES_MAX)
        parse->fault = "There are more than sixty sentences: a summary is short.";
    if (parse->fault != NULL)
        return;
    char last = words.data[words.size - 1];
    sentence->words = stop && last != '.'
                          ? arena_format(parse->arena, "%.*s.", (int)words.size, words.data)
                          : words;
    s->sentences[s->sentence_count++] = *sentence;
}

/* The bracket that opens at text[at] as a source of `sentence`; how many bytes it took, 0: words.
 */
static size_t bracket_take(struct parse *parse, struct text text, size_t at,
                           struct summary_sentence *sentence)
{
    struct summary_source source;
    const char *close = memchr(text.data + at, ']', text.size - at);
    if (text.data[at] != '[' || close == NULL)
        return 0;
    struct text inside = {text.data + at + 1, (size_t)(close - text.data) - at - 1};
    if (!source_read(parse->arena, inside, &source))
        return 0;
    size_t place = source_place(parse, &source), most = sizeof(sentence->sources) / sizeof(size_t);
    for (size_t i = 0; i < sentence->source_count; i++)
        if (sentence->sources[i] == place)
            return inside.size + 2;
    if (sentence->source_count == most)
        parse->fault = "A sentence has at most eight sources.";
    else
        sentence->sources[sentence->source_count++] = place;
    return inside.size + 2;
}

static void paragraph_read(struct parse *parse, struct text text)
{
    struct summary_sentence sentence = {.words = {text.data, 0}};
    size_t at = 0, start = 0;
    while (at < text.size && parse->fault == NULL) {
        size_t size = bracket_take(parse, text, at, &sentence);
        if (size == 0) {
            at++;
            continue;
        }
        sentence.words = (struct text){text.data + start, at - start};
        while (size > 0 && parse->fault == NULL) { /* the others of the same sentence */
            at += size;
            size_t next = at;
            while (next < text.size && (text.data[next] == ' ' || text.data[next] == ','))
                next++;
            size = next < text.size ? bracket_take(parse, text, next, &sentence) : 0;
            at = size > 0 ? next : at;
        }
        bool stop = at < text.size && text.data[at] == '.';
        at += stop;
        if (parse->fault == NULL)
            sentence_end(parse, &sentence, stop);
        start = at;
        sentence = (struct summary_sentence){.words = {text.data + at, 0}};
    }
    struct text rest = text_trim((struct text){text.data + start, text.size - start});
    if (parse->fault == NULL && rest.size > 0)
        fault_set(parse, unsourced, rest);
}

const char *summary_read(struct arena *arena, struct text body, struct summary *summary)
{
    struct parse parse = {.arena = arena, .summary = summary};
    struct text line;
    *summary = (struct summary){
        .sentences = arena_array(arena, struct summary_sentence, SUMMARY_SENTENCES_MAX),
        .sources = arena_array(arena, struct summary_source, SUMMARY_SOURCES_MAX),
    };
    if (body.size > SUMMARY_SIZE_MAX)
        return "A summary has at most 6,000 bytes.";
    while (parse.fault == NULL && text_next(&body, '\n', &line)) {
        size_t before = summary->sentence_count;
        paragraph_read(&parse, text_trim(line));
        if (summary->sentence_count > before)
            summary->sentences[summary->sentence_count - 1].ends_paragraph = true;
    }
    if (parse.fault == NULL && summary->sentence_count == 0)
        parse.fault = "The summary is empty.";
    return parse.fault;
}
