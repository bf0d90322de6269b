#pragma once
/* A growing hash table from 16-byte keys to the index of an array its owner keeps: what a scan of a
 * log counts by. Private to ledger/. */
#include "core/bytes.h"

struct table_slot {
    uint8_t key[16];
    uint32_t index; /* plus one; 0: free */
};
struct table {
    struct table_slot *slots;
    size_t room; /* a power of two */
    size_t count;
};

void table_close(struct table *table);
/* The key's index; a key not seen before gets the next free number, 0, 1, 2 ... (*fresh, may be
 * NULL, says so). */
size_t table_put(struct table *table, const uint8_t key[16], bool *fresh);
/* The key's index, or SIZE_MAX. */
size_t table_find(const struct table *table, const uint8_t key[16]);
/* Two numbers as a key. */
void table_key(uint8_t key[16], int64_t a, int64_t b);
/* That owner's array (NULL: none yet) with room for `need` items of `size` bytes, at least doubled
 * where it grows; what is new of it is zero. free() ends it; it never fails (the process ends). */
void *table_room(void *array, size_t *room, size_t need, size_t size);
