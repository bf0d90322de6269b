#pragma once
/* A table in memory from numbers to numbers, for counting: open addressing, grows by doubling, keys
 * are never 0. What it holds is whatever the caller says (a count, a place in an array). Running
 * out of memory ends the process, which counts anew when it starts again. */
#include <stddef.h>
#include <stdint.h>

struct table {
    uint64_t *keys;
    int64_t *values;
    size_t room, count;
};

/* The value of a key, 0 when it was not there: then it is from now on. Valid until the next call.
 */
int64_t *table_at(struct table *table, uint64_t key);
/* NULL when it is not there. */
const int64_t *table_find(const struct table *table, uint64_t key);
void table_clear(struct table *table); /* empty, memory kept */
void table_close(struct table *table);

/* A key of its own for each pair of numbers from 1 to 2^32 - 1. */
uint64_t table_pair(int64_t a, int64_t b);
/* realloc that does not return NULL. */
void *table_grow(void *memory, size_t count, size_t item_size);
