#include "board/gather.h"

#include "core/trace.h"
#include "schema/board.h"

#include <stdlib.h>

enum {
    SLOTS = 1024 * 1024, /* a power of two */
    ROWS_MAX = 640 * 1024,
    ROWS_TOGETHER = 64,
    AHEAD = 16, /* places fetched from memory before they are looked at */
};

struct slot {
    int64_t posting; /* 0: free */
    double sum;
};
struct gather {
    struct db *db;
    struct slot slots[SLOTS];
    uint32_t used[ROWS_MAX];
    size_t count;
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
    struct gather *gather = calloc(1, sizeof(*gather)); /* pages that stay untouched cost nothing */
    if (gather == NULL)
        trace_die("gather_open", "reason=memory");
    gather->db = db;
    return gather;
}

void gather_close(struct gather *gather)
{
    free(gather);
}

/* Postings come in the order of their ids, so that neighbours share a cache line; ids a whole table
 * apart move up by a stride. */
static size_t slot_of(int64_t posting)
{
    const uint64_t id = (uint64_t)posting;
    return (size_t)((id + (id / SLOTS) * 40503) % SLOTS);
}

/* Rows come many at a time so that their places in the table, which are far apart, are on their way
 * from memory together. */
static bool rows_add(void *self, const struct posting_row *rows, size_t count)
{
    const struct walking *walking = self;
    struct gather *gather = walking->gather;
    const struct score *score = walking->score;
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(&gather->slots[slot_of(rows[i].posting)], 1);
    for (size_t i = 0; i < count; i++) {
        const struct posting_row *row = &rows[i];
        const struct size size = sizes_of(score->sizes, score->arena, row->posting);
        size_t at = slot_of(row->posting);
        while (gather->slots[at].posting != row->posting && gather->slots[at].posting != 0)
            at = (at + 1) % SLOTS;
        struct slot *slot = &gather->slots[at];
        if (slot->posting == 0) {
            if (gather->count == ROWS_MAX)
                continue;
            slot->posting = row->posting;
            gather->used[gather->count++] = (uint32_t)at;
        }
        slot->sum += score_part(score, size, walking->weight, row->times);
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
            result = postings_walk(postings, arena, term->word, rows_add, &walking);
        else
            result = term_walk(&walking, arena, term->quoted);
    }
    for (size_t i = 0; i < gather->count; i++) {
        struct slot *slot = &gather->slots[gather->used[i]];
        if (i + AHEAD < gather->count)
            __builtin_prefetch(&gather->slots[gather->used[i + AHEAD]], 1);
        if (score->count < score->most || slot->sum >= score->best[0].score)
            score_keep(score, (struct score_entry){slot->sum, slot->posting});
        *slot = (struct slot){0};
    }
    gather->count = 0;
    score_sort(score->best, score->count);
    return result;
}
