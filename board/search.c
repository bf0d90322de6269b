#include "board/board.h"
#include "board/asked.h"
#include "board/rarity.h"
#include "board/score.h"
#include "board/snippet.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/trace.h"
#include "schema/board.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOOKED_AT = 100,   /* of the best, once more, title against question */
    QUERY_SIZE = 4096, /* of the FTS5 text, to begin with */
};
/* Postings a query may look at: the rarest words lead until they stand in so many. A share of all,
 * since a cap that stays the same keeps less and less of the best as the house grows. */
enum { ROWS_LEAST = 5000, ROWS_SHARE = 20, ALSO_SHARE = 5 };

/* What counts beside the words themselves. A search is answered by a text, so that a title which is
 * all asked for only helps; a question like the one being typed is one whose title is all in it. */
struct taste {
    double cover; /* a title that is wholly asked for: so many times its score more */
    double other; /* what a word of a title weighs that was not asked for, in ln(postings) */
    double name;  /* a name of the subject that was said in full: so many times its weight */
};
static const struct taste taste_search = {2, 0.6, 2}, taste_similar = {30, 0.9, 0};
static const double STOP_WEIGHT = 1; /* of a stop word in a title */

struct search {
    struct db *db;
    struct rarity rarity;
    uint64_t *lengths; /* score.h */
};

/* A word of the query with what is known of it. */
struct term {
    const struct asked_word *word;
    struct text quoted; /* as FTS5 reads it */
    int64_t rows;
    double weight;
};
struct plan {
    struct term terms[ASKED_WORDS_MAX];
    size_t count;   /* the rarest first */
    size_t leading; /* of them: one of these must be there */
    size_t also;    /* the next ones add to the score where they happen to be */
    size_t unwanted_count;
    struct term unwanted[ASKED_WORDS_MAX];
    struct term must[ASKED_WORDS_MAX]; /* phrases */
    size_t must_count;
};

/* The words of the query as titles are held against them. */
struct cover {
    struct text stems[ASKED_WORDS_MAX];
    double weights[ASKED_WORDS_MAX]; /* 0: as a word of its kind */
    size_t count;
    double other; /* a word that was not asked for */
};

struct search *search_open(struct db *board)
{
    struct search *search = calloc(1, sizeof(*search));
    if (search != NULL)
        search->lengths = calloc(SCORE_LENGTHS, sizeof(*search->lengths));
    if (search == NULL || search->lengths == NULL)
        trace_die("search_open", "reason=memory");
    search->db = search->rarity.db = board;
    return search;
}

void search_close(struct search *search)
{
    free(search->lengths);
    free(search);
}

/* --- the query --- */

/* A word as FTS5 sees it: always a quoted string, which can hold nothing but letters, digits and
 * blanks. */
static struct text word_quoted(struct arena *arena, const struct asked_word *word)
{
    return arena_format(arena, "\"%.*s\"%s", (int)word->text.size, word->text.data,
                        word->prefix ? " *" : "");
}

static int rarer(const void *a, const void *b)
{
    const struct term *x = a, *y = b;
    if (x->rows != y->rows)
        return x->rows < y->rows ? -1 : 1;
    return x->word < y->word ? -1 : x->word > y->word;
}

/* Counts every word, and sorts them into what must, may and must not be there. A stop word is a
 * word when there is no other. */
static enum result terms_count(struct search *search, struct arena *arena,
                               const struct asked *asked, struct plan *plan)
{
    enum result result = rarity_texts(&search->rarity, arena);
    bool telling = false;
    for (size_t i = 0; i < asked->count; i++)
        telling = telling || !(asked->words[i].stop || asked->words[i].unwanted);
    for (size_t i = 0; i < asked->count && result == OK; i++) {
        const struct asked_word *word = &asked->words[i];
        struct term term = {.word = word, .quoted = word_quoted(arena, word)};
        if (word->unwanted) {
            plan->unwanted[plan->unwanted_count++] = term;
            continue;
        }
        if (word->stop && telling)
            continue;
        result = rarity_rows(&search->rarity, arena, term.quoted, &term.rows);
        if (term.rows == 0 && !word->phrase)
            continue;
        term.weight = score_rarity(term.rows, search->rarity.texts) * score_said(word->times);
        if (word->phrase)
            plan->must[plan->must_count++] = term;
        else
            plan->terms[plan->count++] = term;
    }
    qsort(plan->terms, plan->count, sizeof(*plan->terms), rarer);
    return result;
}

/* The rarest words lead as long as they stand in no more postings than the cap; the others only
 * add to postings found by these, and of those the commonest are left out: reading where they stand
 * costs more than they tell. */
static void plan_make(struct search *search, struct plan *plan)
{
    const int64_t texts = search->rarity.texts, common = rarity_common(&search->rarity);
    int64_t cap = texts / ROWS_SHARE, also = texts / ALSO_SHARE, sum = 0;
    cap = cap < ROWS_LEAST ? ROWS_LEAST : cap;
    also = also < ROWS_LEAST ? ROWS_LEAST : also;
    for (size_t i = 0; i < plan->count; i++) {
        const int64_t rows = plan->terms[i].rows;
        const bool first = i == 0 && plan->must_count == 0;
        sum += rows;
        if (first || (plan->also == 0 && sum <= cap && rows <= common))
            plan->leading++;
        else if (sum <= cap + also && rows <= common)
            plan->also++;
        else
            break;
    }
}

static void terms_write(struct buf *out, const struct term *terms, size_t count,
                        const char *between)
{
    buf_char(out, '(');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_add(out, between, strlen(between));
        buf_add(out, terms[i].quoted.data, terms[i].quoted.size);
    }
    buf_char(out, ')');
}

/* must AND (leading) AND (leading OR also) NOT (unwanted). The leading words stand twice because a
 * word that need not be there can only be named beside one that must; the weights of the second
 * time are 0, except for the words that are new in it. Absent: nothing can match. */
static struct text query_write(struct arena *arena, const struct plan *plan, struct score *score)
{
    struct buf out;
    buf_open(&out, arena, QUERY_SIZE);
    if (plan->must_count + plan->leading == 0)
        return NO_TEXT;
    buf_char(&out, '(');
    if (plan->must_count > 0)
        terms_write(&out, plan->must, plan->must_count, " AND ");
    for (size_t i = 0; i < plan->must_count; i++)
        score->weights[score->phrases++] = plan->must[i].weight;
    /* Words beside a phrase only add to it: the phrase has said where to look. */
    if (plan->must_count > 0 && plan->leading > 0) {
        buf_add(&out, " AND (", 6);
        terms_write(&out, plan->must, 1, "");
        score->weights[score->phrases++] = 0;
        buf_add(&out, " OR ", 4);
        terms_write(&out, plan->terms, plan->leading + plan->also, " OR ");
        buf_char(&out, ')');
        for (size_t i = 0; i < plan->leading + plan->also; i++)
            score->weights[score->phrases++] = plan->terms[i].weight;
    } else if (plan->leading > 0) {
        terms_write(&out, plan->terms, plan->leading, " OR ");
        for (size_t i = 0; i < plan->leading; i++)
            score->weights[score->phrases++] = plan->terms[i].weight;
        if (plan->also > 0) {
            buf_add(&out, " AND ", 5);
            terms_write(&out, plan->terms, plan->leading + plan->also, " OR ");
            for (size_t i = 0; i < plan->leading + plan->also; i++)
                score->weights[score->phrases++] = i < plan->leading ? 0 : plan->terms[i].weight;
        }
    }
    buf_char(&out, ')');
    if (plan->unwanted_count > 0) {
        buf_add(&out, " NOT ", 5);
        terms_write(&out, plan->unwanted, plan->unwanted_count, " OR ");
        for (size_t i = 0; i < plan->unwanted_count; i++)
            score->weights[score->phrases++] = 0;
    }
    return buf_done(&out);
}

/* --- what was found --- */

/* How much of a title was asked for, by weight: all of a short title says more than a part of a
 * long one. A word of it that was not asked for weighs as one of middling rarity would, a stop word
 * little. */
static double title_cover(const struct cover *cover, struct arena *arena, struct text title,
                          double *stops)
{
    double all = 0, found = 0;
    struct text word;
    size_t at = 0;
    *stops = 0;
    while (asked_next(arena, title, &at, &word)) {
        const struct text stem = asked_stem(word);
        const bool stop = asked_stop(word);
        double weight = stop ? STOP_WEIGHT : cover->other;
        for (size_t i = 0; i < cover->count; i++) {
            if (!text_equal(cover->stems[i], stem))
                continue;
            if (cover->weights[i] > 0)
                weight = cover->weights[i];
            found += weight;
            *stops += stop ? weight : 0;
            break;
        }
        all += weight;
    }
    return all > 0 ? found / all : 0;
}

/* The weight of the weightiest name of which every word was said: who says the whole name of a
 * thing asks about that thing. */
static double name_said(const struct cover *cover, struct arena *arena, struct text names)
{
    double most = 0;
    struct text name;
    while (text_next(&names, ';', &name)) {
        double sum = 0;
        struct text word;
        size_t at = 0;
        bool all = true;
        while (all && asked_next(arena, name, &at, &word)) {
            const struct text stem = asked_stem(word);
            bool found = asked_stop(word);
            for (size_t i = 0; i < cover->count && !found; i++) {
                found = text_equal(cover->stems[i], stem);
                sum += found ? cover->weights[i] : 0;
            }
            all = found;
        }
        if (all && sum > most)
            most = sum;
    }
    return most;
}

static void cover_open(struct search *search, const struct asked *asked, const struct plan *plan,
                       const struct taste *taste, struct cover *cover)
{
    const int64_t texts = search->rarity.texts;
    cover->other = taste->other * log((double)texts + 2);
    for (size_t i = 0; i < plan->count; i++) {
        cover->stems[cover->count] = plan->terms[i].word->stem;
        cover->weights[cover->count++] = score_rarity(plan->terms[i].rows, texts);
    }
    for (size_t i = 0; i < asked->count; i++) {
        if (asked->words[i].stop && !asked->words[i].unwanted)
            cover->stems[cover->count++] = asked->words[i].stem;
    }
}

/* The threads of the best postings, each once, in their order. */
static enum result threads_weigh(struct search *search, struct arena *arena,
                                 const struct asked *asked, const struct plan *plan,
                                 const struct taste *taste, struct score *score)
{
    struct cover *cover = arena_new(arena, struct cover);
    int64_t threads[SCORE_BEST_MAX];
    size_t kept = 0;
    enum result result = OK;
    cover_open(search, asked, plan, taste, cover);
    for (size_t i = 0; i < score->count && result == OK; i++) {
        struct score_entry entry = score->best[i];
        struct board_search_title_row row;
        const size_t mark = arena->used;
        bool known = false;
        result = board_search_title(search->db, arena, entry.posting, &row);
        for (size_t j = 0; j < kept && !known; j++)
            known = threads[j] == row.question;
        if (result == OK && !known) {
            double stops;
            const double share = title_cover(cover, arena, row.title, &stops);
            entry.score = (entry.score + stops) * (1 + taste->cover * share) +
                          taste->name * name_said(cover, arena, row.names);
            threads[kept] = row.question;
            score->best[kept++] = entry;
        }
        arena_reset(arena, mark);
    }
    score->count = kept;
    score_sort(score->best, kept);
    return result;
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
                                const struct asked *asked, struct search_hit *hit)
{
    struct board_posting_source_row row;
    struct text list[ASKED_WORDS_MAX];
    size_t count = 0;
    enum result result = board_posting_source(search->db, arena, hit->posting, &row);
    for (size_t i = 0; i < asked->count; i++) {
        if (!asked->words[i].stop && !asked->words[i].unwanted)
            list[count++] = asked->words[i].text;
    }
    if (result == OK)
        hit->snippet = snippet_make(arena, row.body, list, count);
    return result;
}

/* The best postings by their words: FTS5 goes through the matches, score.c keeps the best. */
static enum result best_find(struct search *search, struct arena *arena, const struct plan *plan,
                             struct score *score)
{
    struct board_search_rank_row row;
    const struct text query = query_write(arena, plan, score);
    if (query.data == NULL)
        return OK;
    db_rank_set(search->db, score_row, score);
    enum result result = board_search_rank(search->db, arena, query, &row);
    db_rank_set(search->db, NULL, NULL);
    score_sort(score->best, score->count);
    return result;
}

static enum result hits_find(struct search *search, struct arena *arena, const struct asked *asked,
                             const struct taste *taste, size_t most, bool snippets,
                             struct search_hit **hits, size_t *count)
{
    struct plan *plan = arena_new(arena, struct plan);
    struct score *score = arena_new(arena, struct score);
    most = most > SEARCH_HITS_MAX ? SEARCH_HITS_MAX : most;
    score->lengths = search->lengths;
    score->most = LOOKED_AT;
    *hits = arena_array(arena, struct search_hit, most + 1);
    *count = 0;
    enum result result = terms_count(search, arena, asked, plan);
    if (result != OK)
        return result;
    plan_make(search, plan);
    result = best_find(search, arena, plan, score);
    if (result == OK)
        result = threads_weigh(search, arena, asked, plan, taste, score);
    for (size_t i = 0; i < score->count && result == OK && *count < most; i++) {
        struct search_hit *hit = &(*hits)[*count];
        result = hit_fill(search, arena, score->best[i].posting, score->best[i].score, hit);
        if (result == OK && snippets)
            result = snippet_fill(search, arena, asked, hit);
        (*count)++;
    }
    return result;
}

enum result search_threads(struct search *search, struct arena *arena, struct text words,
                           size_t most, struct search_hit **hits, size_t *count)
{
    struct asked *asked = arena_new(arena, struct asked);
    asked_read(arena, text_cut(words, SEARCH_QUERY_SIZE_MAX), (size_t)conf_int("search.words_most"),
               false, clock_now_ms(), asked);
    return hits_find(search, arena, asked, &taste_search, most, true, hits, count);
}

enum result search_similar(struct search *search, struct arena *arena, struct text title,
                           size_t most, struct search_hit **hits, size_t *count)
{
    struct asked *asked = arena_new(arena, struct asked);
    title = text_cut(title, SEARCH_QUERY_SIZE_MAX);
    asked_read(arena, title, (size_t)conf_int("search.words_most"), true, 0, asked);
    struct asked_word *last = asked->count > 0 ? &asked->words[asked->count - 1] : NULL;
    const char end = title.size > 0 ? title.data[title.size - 1] : ' ';
    const bool typing = (end >= 'a' && end <= 'z') || (end >= 'A' && end <= 'Z') ||
                        (end >= '0' && end <= '9') || (uint8_t)end >= 0x80;
    if (last != NULL && typing && last->text.size >= ASKED_PREFIX_SIZE_MIN)
        last->prefix = true;
    return hits_find(search, arena, asked, &taste_similar, most, false, hits, count);
}
