#include "board/search/query.h"
#include "board/search/repair.h"

#include "core/buf.h"

#include <stdlib.h>
#include <string.h>

/* Postings a query may look at: the rarest words lead until they stand in so many. A share of all,
 * since a cap that stays the same keeps less and less of the best as the house grows; and a most,
 * so that a million postings do not make a reader wait. Where FTS5 has to merge words it looks at
 * fewer. */
enum {
    WALKED_LEAST = 40000,
    WALKED_MOST = 150000,
    WALKED_SHARE = 6,
    MERGED_LEAST = 5000,
    MERGED_MOST = 20000,
    MERGED_SHARE = 20,
};
enum { QUERY_SIZE = 4096 }; /* of the FTS5 text, to begin with */
enum { PART_SIZE_MIN = 3, COMPOUND_SIZE_MAX = 30 };
static const double MORE_WEIGHT = 0.5; /* of what was not said but means the same */

/* A word as FTS5 sees it: always a quoted string, which can hold nothing but letters, digits and
 * blanks. */
static struct text word_quoted(struct arena *arena, const struct asked_word *word)
{
    return arena_format(arena, "\"%.*s\"%s", (int)word->text.size, word->text.data,
                        word->prefix ? " *" : "");
}

static struct term term_of(struct arena *arena, const struct asked_word *word)
{
    const bool single = !word->prefix && memchr(word->text.data, ' ', word->text.size) == NULL;
    return (struct term){.stem = word->phrase ? word->text : asked_stem(word->text),
                         .quoted = word_quoted(arena, word),
                         .word = single ? word->text : NO_TEXT};
}

static int rarer(const void *a, const void *b)
{
    const struct term *x = a, *y = b;
    if (x->rows != y->rows)
        return x->rows < y->rows ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static enum result term_add(struct rarity *rarity, struct arena *arena, struct plan *plan,
                            struct term term, double factor)
{
    if (plan->count == PLAN_TERMS_MAX)
        return OK;
    enum result result = rarity_rows(rarity, arena, term.quoted, term.word, &term.rows);
    term.weight = score_rarity(term.rows, rarity->texts) * factor;
    term.order = plan->count;
    if (result == OK && term.rows > 0)
        plan->terms[plan->count++] = term;
    return result;
}

/* A word that is nowhere: perhaps it was meant to be another. */
static enum result term_repair(struct rarity *rarity, struct arena *arena, struct plan *plan,
                               const struct asked_word *word)
{
    struct text taken;
    if (plan->repair_count == PLAN_REPAIRS_MAX)
        return OK;
    enum result result =
        repair_word(rarity->db, rarity->postings, arena, word->text, plan->letter, &taken);
    if (result != OK || taken.data == NULL)
        return result;
    plan->repairs[plan->repair_count++] = (struct plan_repair){word->text, taken};
    const struct asked_word instead = {.text = taken};
    return term_add(rarity, arena, plan, term_of(arena, &instead), score_said(word->times));
}

/* A phrase must be there, unless it is nowhere: then its words are looked for. */
static enum result phrase_add(struct rarity *rarity, struct arena *arena, struct plan *plan,
                              const struct asked_word *phrase)
{
    struct term term = term_of(arena, phrase);
    enum result result = rarity_rows(rarity, arena, term.quoted, term.word, &term.rows);
    term.weight = score_rarity(term.rows, rarity->texts);
    if (result == OK && term.rows > 0) {
        plan->must[plan->must_count++] = term;
        return OK;
    }
    plan->loosened = true;
    struct text word;
    size_t at = 0;
    while (result == OK && asked_next(arena, phrase->text, &at, &word)) {
        const struct asked_word single = {.text = word};
        if (!asked_stop(word))
            result = term_add(rarity, arena, plan, term_of(arena, &single), 1);
    }
    return result;
}

static enum result word_take(struct rarity *rarity, struct arena *arena, bool repair,
                             struct plan *plan, const struct asked_word *word)
{
    const struct term term = term_of(arena, word);
    if (word->unwanted) {
        plan->unwanted[plan->unwanted_count++] = term;
        return OK;
    }
    if (word->phrase)
        return phrase_add(rarity, arena, plan, word);
    const size_t before = plan->count;
    enum result result = term_add(rarity, arena, plan, term, score_said(word->times));
    if (result == OK && repair && plan->count == before && !word->prefix)
        result = term_repair(rarity, arena, plan, word);
    return result;
}

static int64_t rows_most(const struct rarity *rarity, const struct plan *plan)
{
    const int64_t least = plan->merged ? MERGED_LEAST : WALKED_LEAST;
    const int64_t most = plan->merged ? MERGED_MOST : WALKED_MOST;
    const int64_t share = rarity->texts / (plan->merged ? MERGED_SHARE : WALKED_SHARE);
    if (rarity->all || (!plan->merged && postings_packed(rarity->postings)))
        return INT64_MAX;
    return share < least ? least : share > most ? most : share;
}

/* The rarest words lead as long as they stand in no more postings than the cap. Words of very many
 * postings are left out altogether, unless there is no other. */
static void plan_lead(const struct rarity *rarity, struct plan *plan)
{
    const int64_t most = rows_most(rarity, plan), common = rarity_common(rarity);
    int64_t sum = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const int64_t rows = plan->terms[i].rows;
        const bool first = i == 0 && plan->must_count == 0;
        if (!first && rows > common)
            break;
        plan->scored++;
        sum += rows;
        if (first || (plan->leading == i && sum <= most))
            plan->leading++;
    }
}

static bool may_be_part(const struct asked_word *word)
{
    return !word->stop && !word->phrase && !word->unwanted && !word->prefix &&
           word->text.size >= PART_SIZE_MIN && (uint8_t)word->text.data[0] > '9';
}

/* Words are written together here and apart there (rib cage, breast feeding, post traumatic): two
 * that stand side by side are also looked for as one, where texts know it. */
static enum result compounds_add(struct rarity *rarity, struct arena *arena,
                                 const struct asked *asked, struct plan *plan)
{
    enum result result = OK;
    for (size_t i = 1; i < asked->count && result == OK; i++) {
        const struct asked_word *first = &asked->words[i - 1], *second = &asked->words[i];
        const size_t size = first->text.size + second->text.size;
        if (second->place != first->place + 1 || size > COMPOUND_SIZE_MAX || !may_be_part(first) ||
            !may_be_part(second))
            continue;
        const struct asked_word both = {
            .text = arena_format(arena, "%.*s%.*s", (int)first->text.size, first->text.data,
                                 (int)second->text.size, second->text.data)};
        result = term_add(rarity, arena, plan, term_of(arena, &both), MORE_WEIGHT);
    }
    return result;
}

/* Stop words are words when there is no other. */
enum result plan_make(struct rarity *rarity, struct arena *arena, const struct asked *asked,
                      const struct vocab_more *more, bool repair, struct plan *plan)
{
    enum result result = rarity_texts(rarity, arena);
    bool telling = false;
    plan->letter = asked->letter;
    for (size_t i = 0; i < asked->count; i++)
        telling = telling || !(asked->words[i].stop || asked->words[i].unwanted);
    for (size_t i = 0; i < asked->count && result == OK; i++) {
        if (!asked->words[i].stop || asked->words[i].unwanted || !telling)
            result = word_take(rarity, arena, repair, plan, &asked->words[i]);
    }
    for (size_t i = 0; i < more->count && result == OK; i++) {
        const struct asked_word word = {.text = more->names[i]};
        result = term_add(rarity, arena, plan, term_of(arena, &word), MORE_WEIGHT);
    }
    if (result == OK)
        result = compounds_add(rarity, arena, asked, plan);
    plan->merged = asked->filtered || plan->must_count + plan->unwanted_count > 0;
    qsort(plan->terms, plan->count, sizeof(*plan->terms), rarer);
    plan_lead(rarity, plan);
    return result;
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

static void phrases_weigh(struct score *score, const struct term *terms, size_t count)
{
    for (size_t i = 0; i < count; i++)
        score->weights[score->phrases++] = terms[i].weight;
}

/* must AND (must OR leading) NOT (unwanted), or without phrases only the leading words. Beside a
 * phrase words only add: the phrase has said where to look. A word that need not be there can only
 * be named beside one that must, which then stands there twice and weighs nothing the second time.
 */
struct text plan_write(struct arena *arena, const struct plan *plan, struct score *score)
{
    struct buf out;
    buf_open(&out, arena, QUERY_SIZE);
    if (plan->must_count + plan->leading == 0)
        return NO_TEXT;
    buf_char(&out, '(');
    if (plan->must_count > 0) {
        terms_write(&out, plan->must, plan->must_count, " AND ");
        phrases_weigh(score, plan->must, plan->must_count);
    }
    if (plan->must_count > 0 && plan->leading > 0) {
        buf_add(&out, " AND (", 6);
        terms_write(&out, plan->must, 1, "");
        score->weights[score->phrases++] = 0;
        buf_add(&out, " OR ", 4);
    }
    if (plan->leading > 0) {
        terms_write(&out, plan->terms, plan->leading, " OR ");
        phrases_weigh(score, plan->terms, plan->leading);
    }
    if (plan->must_count > 0 && plan->leading > 0)
        buf_char(&out, ')');
    buf_char(&out, ')');
    if (plan->unwanted_count > 0) {
        buf_add(&out, " NOT ", 5);
        terms_write(&out, plan->unwanted, plan->unwanted_count, " OR ");
        for (size_t i = 0; i < plan->unwanted_count; i++)
            score->weights[score->phrases++] = 0;
    }
    return buf_done(&out);
}
