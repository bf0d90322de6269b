#include "board/search/gather.h"

#include "core/trace.h"
#include "schema/board.h"

#include <stdlib.h>

enum { ROWS_TOGETHER = 64 };

struct gather {
    struct db *db;
    struct sums sums;
};

/* One query at work. */
struct walking {
    struct gather *gather;
    struct score *score;
    double weight; /* of the word at hand */
    bool failed;
    struct posting_row rows[ROWS_TOGETHER]; /* what FTS5 shows one by one */
    size_t count;
};

struct gather *gather_open(struct db *db)
{
    struct gather *gather = calloc(1, sizeof(*gather));
    if (gather == NULL)
        trace_die("gather_open", "reason=memory");
    gather->db = db;
    sums_open(&gather->sums);
    return gather;
}

void gather_close(struct gather *gather)
{
    sums_close(&gather->sums);
    free(gather);
}

static bool rows_add(void *self, const struct posting_row *rows, size_t count)
{
    const struct walking *walking = self;
    const struct score *score = walking->score;
    for (size_t i = 0; i < count; i++) {
        const struct posting_row *row = &rows[i];
        const struct size size = sizes_of(score->sizes, score->arena, row->posting);
        const double part = score_part(score, size, walking->weight, row->times);
        sums_add(&walking->gather->sums, row->posting, (float)part);
    }
    return true;
}

static bool word_row(void *self, const struct db_match *match, int64_t posting)
{
    struct walking *walking = self;
    struct posting_row *row = &walking->rows[walking->count++];
    row->posting = posting;
    (void)db_match_counts(match, 0, row->times, SCORE_COLUMNS);
    if (walking->count == ROWS_TOGETHER) {
        (void)rows_add(walking, walking->rows, walking->count);
        walking->count = 0;
    }
    return true;
}

/* A db_rank_row, called once: all else is walked from here. */
static void query_walk(void *self, const struct db_match *match, int64_t first)
{
    struct walking *walking = self;
    (void)first;
    if (!walking->score->ready)
        score_ready(walking->score, db_match_average(match, SCORE_TITLE),
                    db_match_average(match, SCORE_BODY));
    walking->failed = !db_match_walk(match, 0, word_row, walking);
    (void)rows_add(walking, walking->rows, walking->count);
    walking->count = 0;
}

/* A phrase, a beginning of words, or an index we do not read ourselves. */
static enum result term_walk(struct walking *walking, struct arena *arena, struct text query)
{
    struct board_search_walk_row row;
    struct db *db = walking->gather->db;
    db_rank_set(db, query_walk, walking);
    const enum result result = board_search_walk(db, arena, query, &row);
    db_rank_set(db, NULL, NULL);
    return result;
}

static enum result lengths_ready(struct postings *postings, struct arena *arena,
                                 struct score *score)
{
    double title, body;
    enum result result = postings_average(postings, arena, SCORE_TITLE, &title);
    if (result == OK)
        result = postings_average(postings, arena, SCORE_BODY, &body);
    if (result == OK)
        score_ready(score, title, body);
    return result;
}

enum result gather_best(struct gather *gather, struct arena *arena, const struct plan *plan,
                        struct postings *postings, struct score *score)
{
    struct walking walking = {.gather = gather, .score = score};
    const bool readable = postings_readable(postings);
    enum result result = readable ? lengths_ready(postings, arena, score) : OK;
    for (size_t i = 0; i < plan->leading && result == OK; i++) {
        const struct term *term = &plan->terms[i];
        walking.weight = term->weight;
        if (readable && term->word.data != NULL)
            result = postings_sum(postings, arena, term->word, term->weight, &gather->sums,
                                  rows_add, &walking);
        else
            result = term_walk(&walking, arena, term->quoted);
    }
    sums_best(&gather->sums, score);
    return result;
}
