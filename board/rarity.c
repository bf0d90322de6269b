#include "board/rarity.h"

#include "core/clock.h"
#include "schema/board.h"

enum {
    KEEP_US = 600 * 1000 * 1000,
    COUNTED = 5000, /* from the newest back; twice as many from the oldest on */
    COMMON_LEAST = 1500,
    COMMON_SHARE = 5, /* more than a fifth of all */
};

enum result rarity_texts(struct rarity *rarity, struct arena *arena)
{
    struct board_total_get_row row;
    const int64_t now_us = clock_steady_us();
    if (now_us < rarity->texts_until_us)
        return OK;
    enum result result = board_total_get(rarity->db, arena, TEXT("texts"), &row);
    if (result == OK || result == NOT_FOUND) {
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

/* *rows: all, or an estimate from both ends. Postings that came in one load may be all of one kind
 * (a publisher's references), so one end alone would mislead. */
static enum result word_count(struct rarity *rarity, struct arena *arena, struct text word,
                              int64_t *rows)
{
    struct board_search_count_row old;
    struct board_search_count_back_row new;
    enum result result = board_search_count(rarity->db, arena, word, COUNTED * 2, &old);
    *rows = old.rows;
    if (result != OK || old.rows < COUNTED * 2)
        return result;
    result = board_search_count_back(rarity->db, arena, word, COUNTED, &new);
    if (result != OK || new.last <= old.last)
        return result;
    const double first = COUNTED * 2.0 / (double)old.last;
    const double last = COUNTED / (double)(new.newest - new.last + 1);
    const double all = (first * 2 + last) / 3 * (double)new.newest;
    *rows = all > (double)rarity->texts ? rarity->texts : (int64_t)all;
    if (*rows < COUNTED * 3)
        *rows = COUNTED * 3;
    return OK;
}

/* Two words that meet in a slot take turns. None at all is not kept: the word may be in the next
 * posting, and that must be found. */
enum result rarity_rows(struct rarity *rarity, struct arena *arena, struct text word, int64_t *rows)
{
    const uint64_t hash = word_hash(word);
    const int64_t now_us = clock_steady_us();
    struct rarity_slot *slot = &rarity->slots[hash % RARITY_SLOTS];
    int64_t counted;
    if (slot->word != hash || now_us >= slot->until_us) {
        enum result result = word_count(rarity, arena, word, &counted);
        if (result != OK)
            return result;
        *slot = (struct rarity_slot){hash, counted, counted > 0 ? now_us + KEEP_US : 0};
    }
    *rows = slot->rows;
    return OK;
}
