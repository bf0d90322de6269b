#include "board/board.h"
#include "board/search/cover.h"
#include "board/search/gather.h"
#include "board/search/rest.h"
#include "board/search/snippet.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/trace.h"
#include "schema/board.h"

#include <stdlib.h>
#include <string.h>

enum {
    GATHERED = 300,    /* the best by their rarer words, whose texts are read for the others */
    BLOCKS_EACH = 100, /* of sizes, that one search may wait for */
    LOOKED_AT = 100,   /* of the best, once more; what the facets count */
    ANSWERED_EITHER = 2,
    SOLVED_EITHER = 3,
};

/* A search is answered by a text, so that a title which is all asked for only helps; a question
 * like the one being typed is one whose title is all in it. A letter holds the little words of
 * every title, so that they say nothing in it. */
static const struct cover_taste taste_search = {2, 0.6, 1, 2}, taste_letter = {2, 0.6, 0, 2},
                                taste_similar = {100, 1.1, 1.5, 0};

struct search {
    struct db *db, *vocab;
    struct rarity rarity;
    struct sizes sizes;
    struct gather *gather;
};

struct search *search_open(struct db *board)
{
    struct search *search = calloc(1, sizeof(*search));
    if (search == NULL)
        trace_die("search_open", "reason=memory");
    search->db = search->rarity.db = board;
    search->gather = gather_open(board);
    search->rarity.postings = postings_open(board);
    sizes_open(&search->sizes, board);
    db_map(board, (int64_t)SEARCH_MAP_MIB << 20);
    return search;
}

void search_vocab_set(struct search *search, struct db *vocab)
{
    search->vocab = vocab;
}

void search_all_set(struct search *search)
{
    search->rarity.all = true;
    postings_exact(search->rarity.postings);
}

void search_close(struct search *search)
{
    if (search == NULL)
        return;
    gather_close(search->gather);
    postings_close(search->rarity.postings);
    sizes_close(&search->sizes);
    free(search);
}

/* --- filters --- */

struct filter {
    struct text topic, author;
    int64_t kind, solved, answered, since_ms;
    bool never; /* no thread is like this */
};

static void filter_read(struct arena *arena, const struct asked_filter *asked,
                        struct filter *filter)
{
    const struct text state = asked->state, kind = asked->kind;
    *filter = (struct filter){.topic = TEXT(""),
                              .author = TEXT(""),
                              .solved = SOLVED_EITHER,
                              .answered = ANSWERED_EITHER,
                              .since_ms = asked->since_ms};
    if (asked->author.data != NULL)
        filter->author = asked->author;
    if (asked->topic.data != NULL)
        filter->never = topics_read(arena, asked->topic, &filter->topic) != NULL;
    for (int64_t i = POSTING_QUESTION; i <= POSTING_REFERENCE && kind.data != NULL; i++) {
        if (i != POSTING_ANSWER && text_is(kind, posting_kind_name(i)))
            filter->kind = i;
    }
    if (text_is(state, "solved"))
        filter->solved = THREAD_SOLVED;
    else if (text_is(state, "study"))
        filter->solved = THREAD_STUDY;
    else if (text_is(state, "unsolved") || text_is(state, "open"))
        filter->solved = THREAD_UNSOLVED;
    else if (text_is(state, "unanswered"))
        filter->answered = 0;
    else if (text_is(state, "reference"))
        filter->kind = POSTING_REFERENCE;
    else
        filter->never = filter->never || state.data != NULL;
    filter->never = filter->never || (kind.data != NULL && filter->kind == 0);
}

/* No words, only filters: the newest. */
static enum result newest_find(struct search *search, struct arena *arena,
                               const struct filter *filter, struct score *score)
{
    struct board_search_filtered_row *rows;
    size_t count;
    enum result result = board_search_filtered(search->db, arena, filter->topic, filter->author,
                                               filter->kind, filter->solved, filter->answered,
                                               filter->since_ms, LOOKED_AT, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++)
        score->best[score->count++] = (struct score_entry){(double)(count - i), rows[i].id};
    return result;
}

/* The best of what FTS5 says matches: a query with phrases, unwanted words or filters. */
static enum result matches_find(struct search *search, struct arena *arena,
                                const struct asked *asked, const struct plan *plan,
                                const struct filter *filter, struct score *score)
{
    struct board_search_rank_row row;
    struct board_search_rank_filtered_row filtered;
    enum result result;
    const struct text query = plan_write(arena, plan, score);
    if (query.data == NULL)
        return OK;
    db_rank_set(search->db, score_row, score);
    if (asked->filtered)
        result = board_search_rank_filtered(search->db, arena, query, filter->topic, filter->author,
                                            filter->kind, filter->solved, filter->answered,
                                            filter->since_ms, &filtered);
    else
        result = board_search_rank(search->db, arena, query, &row);
    db_rank_set(search->db, NULL, NULL);
    score_sort(score->best, score->count);
    return result;
}

/* The best postings by their words. */
static enum result best_find(struct search *search, struct arena *arena, const struct asked *asked,
                             const struct plan *plan, struct score *score)
{
    struct filter filter;
    struct rest *rest = arena_new(arena, struct rest);
    enum result result;
    filter_read(arena, &asked->filter, &filter);
    if (filter.never)
        return OK;
    if (asked->filtered && asked->count == 0)
        return newest_find(search, arena, &filter, score);
    if (plan->leading == plan->scored) /* no text need be read for other words */
        score->most = LOOKED_AT;
    if (plan->merged)
        result = matches_find(search, arena, asked, plan, &filter, score);
    else
        result = gather_best(search->gather, arena, plan, search->rarity.postings, score);
    rest_open(rest, plan);
    if (result == OK)
        result = rest_add(rest, search->db, arena, score);
    if (score->count > LOOKED_AT)
        score->count = LOOKED_AT;
    return result;
}

/* --- a second look --- */

static void facet_count(struct search_facet *facets, size_t *count, struct text name)
{
    for (size_t i = 0; i < *count; i++) {
        if (text_equal(facets[i].name, name)) {
            facets[i].count++;
            return;
        }
    }
    if (*count < SEARCH_FACETS_MAX)
        facets[(*count)++] = (struct search_facet){name, 1};
}

static int facet_order(const void *a, const void *b)
{
    const struct search_facet *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return strcmp(x->name.data, y->name.data);
}

static void facets_add(const struct board_search_facet_row *thread, struct search_answer *answer)
{
    struct text rest = thread->topics, topic;
    while (text_next(&rest, ' ', &topic)) {
        if (topic.size > 0)
            facet_count(answer->topics, &answer->topic_count, topic);
    }
    facet_count(answer->kinds, &answer->kind_count, text_of(posting_kind_name(thread->kind)));
    if (thread->solved == THREAD_STUDY) /* it is solved as well, as the filters have it */
        facet_count(answer->states, &answer->state_count, TEXT("study"));
    if (thread->kind <= POSTING_CASE)
        facet_count(answer->states, &answer->state_count,
                    thread->solved        ? TEXT("solved")
                    : thread->answers > 0 ? TEXT("open")
                                          : TEXT("unanswered"));
}

static void facets_sort(struct search_answer *answer)
{
    qsort(answer->topics, answer->topic_count, sizeof(*answer->topics), facet_order);
    qsort(answer->kinds, answer->kind_count, sizeof(*answer->kinds), facet_order);
    qsort(answer->states, answer->state_count, sizeof(*answer->states), facet_order);
}

/* The threads of the best postings, each once, in the order of a second look. */
static enum result threads_weigh(struct search *search, struct arena *arena,
                                 const struct cover *cover, bool facets, struct score *score,
                                 struct search_answer *answer)
{
    int64_t threads[SCORE_BEST_MAX];
    size_t kept = 0;
    enum result result = OK;
    for (size_t i = 0; i < score->count && result == OK; i++) {
        struct score_entry entry = score->best[i];
        struct board_search_title_row row;
        struct board_search_facet_row thread;
        bool known = false;
        result = board_search_title(search->db, arena, entry.posting, &row);
        for (size_t j = 0; j < kept && !known; j++)
            known = threads[j] == row.question;
        if (result != OK || known)
            continue;
        const size_t mark = arena->used;
        if (cover->count > 0)
            entry.score = cover_score(cover, arena, entry.score, row.title, row.names);
        arena_reset(arena, mark);
        if (facets)
            result = board_search_facet(search->db, arena, row.question, &thread);
        if (facets && result == OK)
            facets_add(&thread, answer);
        threads[kept] = row.question;
        score->best[kept++] = entry;
    }
    score->count = kept;
    score_sort(score->best, kept);
    facets_sort(answer);
    return result;
}

/* --- what was found --- */

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
                                   .at_ms = r.at_ms};
    return result;
}

static enum result snippet_fill(struct search *search, struct arena *arena,
                                const struct asked *asked, struct search_hit *hit)
{
    struct board_posting_source_row row;
    struct board_search_gained_row gained;
    struct text list[ASKED_WORDS_MAX];
    size_t count = 0;
    enum result result = board_posting_source(search->db, arena, hit->posting, &row);
    for (size_t i = 0; i < asked->count; i++) {
        const struct asked_word *word = &asked->words[i];
        struct text single;
        size_t at = 0;
        while (!word->stop && !word->unwanted && count < ASKED_WORDS_MAX &&
               asked_next(arena, word->text, &at, &single))
            list[count++] = single;
    }
    if (result == OK)
        hit->snippet = snippet_make(arena, row.body, list, count);
    if (result == OK && hit->snippet.data == NULL)
        result = board_search_gained(search->db, arena, hit->posting, &gained);
    if (result == OK && hit->snippet.data == NULL)
        hit->snippet = snippet_make(arena, gained.gist, list, count);
    if (result == OK && hit->snippet.data == NULL)
        hit->snippet = snippet_make(arena, gained.comments, list, count);
    return result;
}

/* What was typed with each repaired word in its place. */
static struct text query_repaired(struct arena *arena, struct text typed, const struct plan *plan)
{
    struct buf out;
    size_t copied = 0, at = 0;
    struct text word;
    buf_open(&out, arena, typed.size + 64);
    while (asked_next(arena, typed, &at, &word)) {
        for (size_t i = 0; i < plan->repair_count; i++) {
            if (!text_equal(plan->repairs[i].typed, word))
                continue;
            buf_add(&out, typed.data + copied, at - word.size - copied);
            buf_add(&out, plan->repairs[i].taken.data, plan->repairs[i].taken.size);
            copied = at;
        }
    }
    buf_add(&out, typed.data + copied, typed.size - copied);
    return buf_done(&out);
}

static void readings_tell(const struct vocab_more *more, struct search_answer *answer)
{
    for (size_t i = 0; i < more->reading_count; i++) {
        const struct vocab_reading *reading = &more->readings[i];
        struct search_reading *told = &answer->readings[answer->reading_count++];
        *told = (struct search_reading){.word = reading->word, .meaning = reading->meaning};
        for (size_t j = 0; j < reading->other_count; j++)
            told->others[told->other_count++] = reading->others[j];
    }
}

struct ask {
    const struct asked *asked;
    const struct cover_taste *taste;
    size_t most;
    bool page; /* with what a page shows beside titles: snippets and facets */
    bool repair;
};

static enum result hits_find(struct search *search, struct arena *arena, struct text typed,
                             const struct ask *ask, struct search_answer *answer)
{
    struct plan *plan = arena_new(arena, struct plan);
    struct score *score = arena_new(arena, struct score);
    struct cover *cover = arena_new(arena, struct cover);
    struct vocab_more *more = arena_new(arena, struct vocab_more);
    const size_t most = ask->most > SEARCH_HITS_MAX ? SEARCH_HITS_MAX : ask->most;
    score->sizes = &search->sizes;
    sizes_allow(&search->sizes, BLOCKS_EACH);
    score->arena = arena;
    score->most = GATHERED;
    answer->hits = arena_array(arena, struct search_hit, most + 1);
    enum result result = vocab_widen(search->vocab, arena, ask->asked, more);
    if (result == OK)
        result = plan_make(&search->rarity, arena, ask->asked, more, ask->repair, plan);
    if (result == OK)
        result = best_find(search, arena, ask->asked, plan, score);
    if (result != OK)
        return result;
    cover_open(cover, ask->taste, ask->asked, plan, search->rarity.texts);
    result = threads_weigh(search, arena, cover, ask->page, score, answer);
    answer->matches = score->count;
    for (size_t i = 0; i < score->count && result == OK && answer->count < most; i++) {
        struct search_hit *hit = &answer->hits[answer->count++];
        result = hit_fill(search, arena, score->best[i].posting, score->best[i].score, hit);
        if (result == OK && ask->page)
            result = snippet_fill(search, arena, ask->asked, hit);
    }
    readings_tell(more, answer);
    answer->loosened = plan->loosened;
    if (plan->repair_count > 0 && !plan->letter) /* a letter is not shown again for a word's sake */
        answer->repaired = query_repaired(arena, typed, plan);
    return result;
}

static enum result words_answer(struct search *search, struct arena *arena, struct text words,
                                struct ask *ask, struct search_answer *answer)
{
    struct asked *asked = arena_new(arena, struct asked);
    memset(answer, 0, sizeof(*answer));
    words = text_cut(words, SEARCH_QUERY_SIZE_MAX);
    asked_read(arena, words, (size_t)conf_int("search.words_most"), false, clock_now_ms(), asked);
    ask->asked = asked;
    ask->taste = asked->letter ? &taste_letter : &taste_search;
    return hits_find(search, arena, words, ask, answer);
}

enum result search_answer(struct search *search, struct arena *arena, struct text words,
                          size_t most, bool exact, struct search_answer *answer)
{
    struct ask ask = {.most = most, .page = true, .repair = !exact};
    return words_answer(search, arena, words, &ask, answer);
}

enum result search_threads(struct search *search, struct arena *arena, struct text words,
                           size_t most, struct search_hit **hits, size_t *count)
{
    struct search_answer *answer = arena_new(arena, struct search_answer);
    struct ask ask = {.most = most, .repair = true};
    enum result result = words_answer(search, arena, words, &ask, answer);
    *hits = answer->hits;
    *count = answer->count;
    return result;
}

enum result search_similar(struct search *search, struct arena *arena, struct text title,
                           size_t most, struct search_hit **hits, size_t *count)
{
    struct asked *asked = arena_new(arena, struct asked);
    struct search_answer *answer = arena_new(arena, struct search_answer);
    title = text_cut(title, SEARCH_QUERY_SIZE_MAX);
    asked_read(arena, title, (size_t)conf_int("search.words_most"), true, 0, asked);
    struct asked_word *last = asked->count > 0 ? &asked->words[asked->count - 1] : NULL;
    const bool typing = last != NULL && asked_ends_in_word(title);
    if (typing && last->text.size >= ASKED_PREFIX_SIZE_MIN)
        last->prefix = true;
    enum result result = hits_find(
        search, arena, title,
        &(struct ask){.asked = asked, .taste = &taste_similar, .most = most, .repair = true},
        answer);
    *hits = answer->hits;
    *count = answer->count;
    return result;
}
