#include "board/search/rarity.h"

#include "core/clock.h"
#include "schema/board.h"

enum {
    KEEP_US = 600 * 1000 * 1000,
    COUNTED = 20000, /* exactly */
    PLACES = 10,     /* where it is looked how thick a commoner word stands */
    COUNTED_EACH = 128,
    COMMON_LEAST = 1500,
    COMMON_SHARE = 5, /* more than a fifth of all */
};

enum result rarity_texts(struct rarity *rarity, struct arena *arena)
{
    struct board_total_get_row row;
    struct board_search_newest_row newest;
    const int64_t now_us = clock_steady_us();
    rarity->version = db_version(rarity->db);
    if (rarity->postings != NULL && postings_ready(rarity->postings, arena, rarity->version) != OK)
        return BROKEN;
    if (now_us < rarity->texts_until_us)
        return OK;
    enum result result = board_total_get(rarity->db, arena, TEXT("texts"), &row);
    if (result == OK || result == NOT_FOUND) {
        if (board_search_newest(rarity->db, arena, &newest) == OK)
            rarity->newest = newest.id;
        rarity->texts = result == OK ? row.value : 0;
        rarity->texts_until_us = now_us + KEEP_US / 10;
        result = OK;
    }
    return result;
}

int64_t rarity_common(const struct rarity *rarity)
{
    const int64_t share = rarity->texts / COMMON_SHARE;
    return share < COMMON_LEAST ? COMMON_LEAST : share;
}

static uint64_t word_hash(struct text word)
{
    uint64_t hash = 14695981039346656037U; /* FNV-1a */
    for (size_t i = 0; i < word.size; i++)
        hash = (hash ^ (uint8_t)word.data[i]) * 1099511628211U;
    return hash | 1;
}

struct counting {
    int64_t rows, last;
};

static bool count_row(void *self, const struct db_match *match, int64_t posting)
{
    struct counting *counting = self;
    (void)match;
    counting->last = posting;
    return ++counting->rows < COUNTED;
}

/* A db_rank_row: walking counts several times as fast as SQL does. */
static void count_walk(void *self, const struct db_match *match, int64_t first)
{
    (void)first;
    (void)db_match_walk(match, 0, count_row, self);
}

/* How many more there are behind the ones that were counted. */
static enum result word_estimate(struct rarity *rarity, struct arena *arena, struct text word,
                                 int64_t last, int64_t *rows)
{
    const int64_t left = rarity->newest - last;
    enum result result = OK;
    double sum = 0;
    for (int64_t i = 0; i < PLACES && left >= PLACES && result == OK; i++) {
        struct board_search_count_between_row some;
        const int64_t low = last + left * i / PLACES + 1, high = last + left * (i + 1) / PLACES;
        result =
            board_search_count_between(rarity->db, arena, word, low, high, COUNTED_EACH, &some);
        if (result == OK && some.rows == COUNTED_EACH)
            sum += COUNTED_EACH * (double)(high - low + 1) / (double)(some.last - low + 1);
        else if (result == OK)
            sum += (double)some.rows;
    }
    *rows = (int64_t)sum;
    return result;
}

/* *rows: all, or an estimate. Postings that came in one load may be all of one kind (a publisher's
 * references), so one place alone would mislead. */
static enum result word_count(struct rarity *rarity, struct arena *arena, struct text quoted,
                              struct text word, int64_t *rows)
{
    struct counting counting = {0, 0};
    struct board_search_walk_row row;
    enum result result;
    int64_t more = 0;
    if (word.data != NULL && postings_readable(rarity->postings)) {
        result =
            postings_count(rarity->postings, arena, word, COUNTED, &counting.rows, &counting.last);
    } else {
        db_rank_set(rarity->db, count_walk, &counting);
        result = board_search_walk(rarity->db, arena, quoted, &row);
        db_rank_set(rarity->db, NULL, NULL);
    }
    if (result == NOT_FOUND)
        result = OK;
    if (result == OK && counting.rows >= COUNTED)
        result = word_estimate(rarity, arena, quoted, counting.last, &more);
    *rows = counting.rows + more > rarity->texts && rarity->texts > COUNTED ? rarity->texts
                                                                            : counting.rows + more;
    return result;
}

/* Two words that meet in a slot take turns. None at all is kept only until the store changes: the
 * word may be in the next posting, and that must be found. */
enum result rarity_rows(struct rarity *rarity, struct arena *arena, struct text quoted,
                        struct text word, int64_t *rows)
{
    const uint64_t hash = word_hash(quoted);
    const int64_t now_us = clock_steady_us();
    struct rarity_slot *slot = &rarity->slots[hash % RARITY_SLOTS];
    int64_t counted;
    if (slot->word != hash || now_us >= slot->until_us ||
        (slot->rows == 0 && slot->version != rarity->version)) {
        enum result result = word_count(rarity, arena, quoted, word, &counted);
        if (result != OK)
            return result;
        *slot = (struct rarity_slot){hash, counted, now_us + KEEP_US, rarity->version};
    }
    *rows = slot->rows;
    return OK;
}
