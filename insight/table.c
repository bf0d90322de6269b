#include "insight/table.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 1024 };

static void *taken(void *memory)
{
    assert(memory);
    return memory;
}

static size_t place_of(const uint64_t *keys, size_t room, uint64_t key)
{
    /* Both halves of a pair reach the low bits, or the pairs of one half would stand in a row. */
    uint64_t hash = key * 0x9e3779b97f4a7c15u;
    hash = (hash ^ hash >> 32) * 0x9e3779b97f4a7c15u;
    size_t place = (size_t)(hash >> 32) & (room - 1);
    while (keys[place] && keys[place] != key)
        place = (place + 1) & (room - 1);
    return place;
}

static void grow(struct table *table)
{
    struct table next = {.room = table->room ? table->room * 2 : FIRST_ROOM};
    next.keys = taken(calloc(next.room, sizeof(*next.keys)));
    next.values = taken(calloc(next.room, sizeof(*next.values)));
    next.count = table->count;
    for (size_t i = 0; i < table->room; i++) {
        if (!table->keys[i])
            continue;
        const size_t place = place_of(next.keys, next.room, table->keys[i]);
        next.keys[place] = table->keys[i];
        next.values[place] = table->values[i];
    }
    table_close(table);
    *table = next;
}

int64_t *table_at(struct table *table, uint64_t key)
{
    assert(key != 0);
    if (2 * (table->count + 1) > table->room)
        grow(table);
    const size_t place = place_of(table->keys, table->room, key);
    if (!table->keys[place]) {
        table->keys[place] = key;
        table->count++;
    }
    return &table->values[place];
}

const int64_t *table_find(const struct table *table, uint64_t key)
{
    if (table->room == 0)
        return NULL;
    const size_t place = place_of(table->keys, table->room, key);
    return table->keys[place] ? &table->values[place] : NULL;
}

void table_clear(struct table *table)
{
    if (table->room > 0) {
        memset(table->keys, 0, table->room * sizeof(*table->keys));
        memset(table->values, 0, table->room * sizeof(*table->values));
    }
    table->count = 0;
}

void table_close(struct table *table)
{
    free(table->keys);
    free(table->values);
    *table = (struct table){.room = 0};
}

uint64_t table_pair(int64_t a, int64_t b)
{
    assert(a > 0 && b > 0 && a < INT64_C(1) << 32 && b < INT64_C(1) << 32);
    return (uint64_t)a << 32 | (uint64_t)b;
}

void *table_grow(void *memory, size_t count, size_t item_size)
{
    return taken(realloc(memory, count * item_size));
}
