#include "insight/tally.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 1024 };

void tally_open(struct tally *tally)
{
    *tally = (struct tally){.rows = NULL};
}

void tally_close(struct tally *tally)
{
    free(tally->rows);
    free(tally->seen);
    free(tally->row_keys);
    free(tally->row_places);
    tally_open(tally);
}

/* A number of its own for every pair below 2^32 each, which ids of one journal are; never 0. */
static uint64_t pair_key(int64_t member, int64_t question)
{
    assert(member > 0 && question > 0 && member < INT64_C(1) << 32 && question < INT64_C(1) << 32);
    return (uint64_t)member << 32 | (uint64_t)question;
}

static size_t key_place(const uint64_t *keys, size_t room, uint64_t key)
{
    size_t place = (size_t)((key * 0x9e3779b97f4a7c15u) >> 20) & (room - 1);
    while (keys[place] && keys[place] != key)
        place = (place + 1) & (room - 1);
    return place;
}

static void *taken(void *memory)
{
    assert(memory); /* the process ends, and counts anew when it starts again */
    return memory;
}

/* True when the pair was not there yet. */
static bool seen_add(struct tally *tally, uint64_t key)
{
    if (2 * (tally->seen_count + 1) > tally->seen_room) {
        size_t room = tally->seen_room ? tally->seen_room * 2 : FIRST_ROOM;
        uint64_t *seen = taken(calloc(room, sizeof(*seen)));
        for (size_t i = 0; i < tally->seen_room; i++)
            if (tally->seen[i])
                seen[key_place(seen, room, tally->seen[i])] = tally->seen[i];
        free(tally->seen);
        tally->seen = seen;
        tally->seen_room = room;
    }
    size_t place = key_place(tally->seen, tally->seen_room, key);
    if (tally->seen[place])
        return false;
    tally->seen[place] = key;
    tally->seen_count++;
    return true;
}

static void map_grow(struct tally *tally)
{
    size_t room = tally->map_room ? tally->map_room * 2 : FIRST_ROOM;
    free(tally->row_keys);
    free(tally->row_places);
    tally->row_keys = taken(calloc(room, sizeof(*tally->row_keys)));
    tally->row_places = taken(calloc(room, sizeof(*tally->row_places)));
    tally->map_room = room;
    for (size_t i = 0; i < tally->row_count; i++) {
        size_t place = key_place(tally->row_keys, room, (uint64_t)tally->rows[i].question);
        tally->row_keys[place] = (uint64_t)tally->rows[i].question;
        tally->row_places[place] = i;
    }
}

static struct tally_row *row_of(struct tally *tally, int64_t question)
{
    if (2 * (tally->row_count + 1) > tally->map_room)
        map_grow(tally);
    size_t place = key_place(tally->row_keys, tally->map_room, (uint64_t)question);
    if (tally->row_keys[place])
        return &tally->rows[tally->row_places[place]];
    if (tally->row_count == tally->row_room) {
        tally->row_room = tally->row_room ? tally->row_room * 2 : FIRST_ROOM;
        tally->rows = taken(realloc(tally->rows, tally->row_room * sizeof(*tally->rows)));
    }
    tally->row_keys[place] = (uint64_t)question;
    tally->row_places[place] = tally->row_count;
    struct tally_row *row = &tally->rows[tally->row_count++];
    *row = (struct tally_row){.question = question};
    return row;
}

void tally_vote(struct tally *tally, int64_t question, int64_t member, int64_t stance)
{
    assert(stance >= 1 && stance <= TALLY_SIDES);
    if (!seen_add(tally, pair_key(member, question)))
        return;
    struct tally_row *row = row_of(tally, question);
    row->counted++;
    row->sides[stance - 1]++;
}

void tally_drop(struct tally *tally, int64_t question)
{
    for (size_t i = 0; i < tally->row_count; i++)
        if (tally->rows[i].question == question)
            tally->rows[i] = (struct tally_row){.question = question};
}

static int by_counted(const void *a, const void *b)
{
    const struct tally_row *x = a, *y = b;
    if (x->counted != y->counted)
        return x->counted > y->counted ? -1 : 1;
    return x->question < y->question ? -1 : x->question > y->question;
}

struct tally_row *tally_take(struct tally *tally, struct arena *arena, size_t *count)
{
    *count = tally->row_count;
    struct tally_row *rows = arena_array(arena, struct tally_row, tally->row_count + 1);
    if (tally->row_count > 0)
        memcpy(rows, tally->rows, tally->row_count * sizeof(*rows));
    qsort(rows, tally->row_count, sizeof(*rows), by_counted);
    while (*count > 0 && rows[*count - 1].counted == 0) /* dropped */
        (*count)--;
    tally->row_count = 0;
    if (tally->row_keys)
        memset(tally->row_keys, 0, tally->map_room * sizeof(*tally->row_keys));
    return rows;
}

bool tally_row_shown(const struct tally_row *row, int64_t k, bool shown[TALLY_SIDES])
{
    int64_t withheld = 0;
    int count = 0;
    for (int i = 0; i < TALLY_SIDES; i++) {
        shown[i] = row->sides[i] == 0 || row->sides[i] >= k;
        withheld += shown[i] ? 0 : row->sides[i];
        count += !shown[i];
    }
    while (count > 0 && count < TALLY_SIDES && (count < 2 || withheld < k)) {
        int smallest = -1;
        for (int i = 0; i < TALLY_SIDES; i++)
            if (shown[i] && (smallest < 0 || row->sides[i] < row->sides[smallest]))
                smallest = i;
        shown[smallest] = false;
        withheld += row->sides[smallest];
        count++;
    }
    if (row->counted >= k)
        return true;
    memset(shown, 0, TALLY_SIDES * sizeof(*shown));
    return false;
}
