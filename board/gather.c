#include "board/gather.h"

#include "core/trace.h"
#include "schema/board.h"

#include <stdlib.h>

enum {
    SLOTS = 1024 * 1024, /* a power of two */
    ROWS_MAX = 640 * 1024,
};

struct gather {
    struct db *db;
    int64_t ids[SLOTS]; /* 0: free */
    float sums[SLOTS];
    uint32_t used[ROWS_MAX];
    size_t count;
};

/* One query at work. */
struct walking {
    struct gather *gather;
    struct score *score;
    double weight; /* of the word at hand */
    bool failed;
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

static bool word_row(void *self, const struct db_match *match, int64_t posting)
{
    const struct walking *walking = self;
    struct gather *gather = walking->gather;
    const struct score *score = walking->score;
    uint16_t times[SCORE_COLUMNS];
    size_t slot = slot_of(posting);
    while (gather->ids[slot] != posting && gather->ids[slot] != 0)
        slot = (slot + 1) % SLOTS;
    if (gather->ids[slot] == 0) {
        if (gather->count == ROWS_MAX)
            return true;
        gather->ids[slot] = posting;
        gather->used[gather->count++] = (uint32_t)slot;
    }
    (void)db_match_counts(match, 0, times, SCORE_COLUMNS);
    const struct size size = sizes_of(score->sizes, score->arena, posting);
    gather->sums[slot] += (float)score_part(score, size, walking->weight, times);
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
        const uint32_t slot = gather->used[i];
        score_keep(score, (struct score_entry){gather->sums[slot], gather->ids[slot]});
        gather->ids[slot] = 0;
        gather->sums[slot] = 0;
    }
    gather->count = 0;
    score_sort(score->best, score->count);
    return result == NOT_FOUND ? OK : result;
}
