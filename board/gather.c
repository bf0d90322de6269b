#include "board/gather.h"

#include "core/trace.h"
#include "schema/board.h"

#include <stdlib.h>

enum {
    SLOTS = 1024 * 1024, /* a power of two */
    ROWS_MAX = 640 * 1024,
    ROWS_TOGETHER = 64,
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

struct row {
    int64_t posting;
    uint16_t times[SCORE_COLUMNS];
};
/* One query at work. */
struct walking {
    struct gather *gather;
    struct score *score;
    double weight; /* of the word at hand */
    bool failed;
    struct row rows[ROWS_TOGETHER];
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

/* Adds what the rows at hand say. They wait for one another so that their places in the table,
 * which are far apart, are fetched from memory at the same time. */
static void rows_add(struct walking *walking)
{
    struct gather *gather = walking->gather;
    const struct score *score = walking->score;
    for (size_t i = 0; i < walking->count; i++) {
        const struct row *row = &walking->rows[i];
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
    walking->count = 0;
}

static bool word_row(void *self, const struct db_match *match, int64_t posting)
{
    struct walking *walking = self;
    struct row *row = &walking->rows[walking->count++];
    row->posting = posting;
    (void)db_match_counts(match, 0, row->times, SCORE_COLUMNS);
    if (walking->count == ROWS_TOGETHER)
        rows_add(walking);
    return true;
}

/* A db_rank_row, called once: all else is walked from here. */
static void query_walk(void *self, const struct db_match *match, int64_t first)
{
    struct walking *walking = self;
    (void)first;
    score_ready(walking->score, match);
    for (size_t i = 0; i < walking->score->phrases && !walking->failed; i++) {
        walking->weight = walking->score->weights[i];
        walking->failed = !db_match_walk(match, i, word_row, walking);
        rows_add(walking);
    }
}

enum result gather_best(struct gather *gather, struct arena *arena, const struct plan *plan,
                        struct score *score)
{
    struct board_search_walk_row row;
    struct walking walking = {.gather = gather, .score = score};
    const struct text query = plan_write(arena, plan, score);
    if (query.data == NULL)
        return OK;
    db_rank_set(gather->db, query_walk, &walking);
    enum result result = board_search_walk(gather->db, arena, query, &row);
    db_rank_set(gather->db, NULL, NULL);
    for (size_t i = 0; i < gather->count; i++) {
        struct slot *slot = &gather->slots[gather->used[i]];
        score_keep(score, (struct score_entry){slot->sum, slot->posting});
        *slot = (struct slot){0};
    }
    gather->count = 0;
    score_sort(score->best, score->count);
    return result == NOT_FOUND ? OK : result;
}
