#include "ledger/log/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_COUNT_MAX = 1 << 30, ROOM_FIRST = 256 };

void table_close(struct table *table)
{
    free(table->slots);
    *table = (struct table){0};
}

static size_t slot_first(const struct table *table, const uint8_t key[16])
{
    uint64_t a, b;
    memcpy(&a, key, 8);
    memcpy(&b, key + 8, 8);
    a = (a ^ (b + 0x9e3779b97f4a7c15u)) * 0xbf58476d1ce4e5b9u;
    a ^= a >> 29;
    a = (a + b) * 0x94d049bb133111ebu;
    return (size_t)(a ^ a >> 32) & (table->room - 1);
}

static struct table_slot *slot_of(const struct table *table, const uint8_t key[16])
{
    for (size_t i = slot_first(table, key);; i = (i + 1) & (table->room - 1)) {
        struct table_slot *slot = &table->slots[i];
        if (slot->index == 0 || memcmp(slot->key, key, 16) == 0)
            return slot;
    }
}

static void table_grow(struct table *table)
{
    struct table old = *table;
    table->room = old.room == 0 ? 64 : old.room * 2;
    table->slots = calloc(table->room, sizeof *table->slots);
    assert(table->slots !=
           NULL); /* the memory of a batch program; its unit says how much it may have */
    for (size_t i = 0; i < old.room; i++)
        if (old.slots[i].index != 0)
            *slot_of(table, old.slots[i].key) = old.slots[i];
    free(old.slots);
}

size_t table_put(struct table *table, const uint8_t key[16], bool *fresh)
{
    if (table->count * 4 >= table->room * 3)
        table_grow(table);
    struct table_slot *slot = slot_of(table, key);
    if (fresh != NULL)
        *fresh = slot->index == 0;
    if (slot->index == 0) {
        assert(table->count < TABLE_COUNT_MAX);
        memcpy(slot->key, key, 16);
        slot->index = (uint32_t)++table->count;
    }
    return slot->index - 1;
}

size_t table_find(const struct table *table, const uint8_t key[16])
{
    if (table->room == 0)
        return SIZE_MAX;
    const struct table_slot *slot = slot_of(table, key);
    return slot->index == 0 ? SIZE_MAX : slot->index - 1;
}

void table_key(uint8_t key[16], int64_t a, int64_t b)
{
    memcpy(key, &a, 8);
    memcpy(key + 8, &b, 8);
}

void *table_room(void *array, size_t *room, size_t need, size_t size)
{
    if (need <= *room)
        return array;
    size_t more = *room == 0 ? ROOM_FIRST : *room;
    while (more < need)
        more *= 2;
    array = reallocarray(array, more, size);
    assert(array != NULL);
    memset((char *)array + *room * size, 0, (more - *room) * size);
    *room = more;
    return array;
}
