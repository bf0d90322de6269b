#include "board/rarity.h"

#include "core/clock.h"
#include "schema/board.h"

enum {
    KEEP_US = 600 * 1000 * 1000,
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

/* Two words that meet in a slot take turns. None at all is not kept: the word may be in the next
 * posting, and that must be found. */
enum result rarity_rows(struct rarity *rarity, struct arena *arena, struct text word, int64_t *rows)
{
    const uint64_t hash = word_hash(word);
    const int64_t now_us = clock_steady_us();
    struct rarity_slot *slot = &rarity->slots[hash % RARITY_SLOTS];
    struct board_search_count_row row;
    if (slot->word != hash || now_us >= slot->until_us) {
        enum result result =
            board_search_count(rarity->db, arena, word, rarity_common(rarity) + 1, &row);
        if (result != OK)
            return result;
        *slot = (struct rarity_slot){hash, row.rows, row.rows > 0 ? now_us + KEEP_US : 0};
    }
    *rows = slot->rows;
    return OK;
}
