/* The memory SQLite works in. Debian's SQLite is built without lookaside, so each statement asks
 * for a dozen small pieces and gives them back: with malloc and SQLite's own accounting that was a
 * tenth of what a vote costs. Here a piece given back is kept for the next one of its size, and one
 * sum holds the limit that SQLite's accounting was for. No threads, so no locks. */
#include "core/db_inside.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* Under AddressSanitizer every piece comes from malloc, so that it sees who uses what was given
 * back. */
#if defined(__SANITIZE_ADDRESS__)
enum { KEPT = 0 };
#else
enum { KEPT = 1 };
#endif

enum {
    LIMIT = 96 * 1024 * 1024, /* of one process; beyond it a statement fails (BUSY) */
    FINE = 16,                /* sizes up to FINE_MAX in steps of this */
    FINE_MAX = 1024,
    COARSE = 512, /* and up to COARSE_MAX in steps of this: a page of the cache is 4.3 KiB */
    COARSE_MAX = 8192,
    CLASS_COUNT = FINE_MAX / FINE + (COARSE_MAX - FINE_MAX) / COARSE,
    CHUNK_SIZE = 64 * 1024,
};

/* Stands in front of every piece; SQLite asks for alignment to 8. */
struct piece {
    size_t size; /* behind this head */
};
struct kept {
    struct kept *next;
};
static struct {
    struct kept *kept[CLASS_COUNT];
    uint8_t *room; /* what is left of the latest chunk */
    size_t room_size;
    size_t used;
} memory;

static size_t class_of(size_t size)
{
    return size <= FINE_MAX ? (size - 1) / FINE : FINE_MAX / FINE + (size - FINE_MAX - 1) / COARSE;
}

static int round_up(int size)
{
    const int step = size <= FINE_MAX ? FINE : size <= COARSE_MAX ? COARSE : 8;
    return size <= 0 ? FINE : (size + step - 1) / step * step;
}

static struct piece *piece_of(void *data)
{
    return (struct piece *)data - 1;
}

/* A piece for good: of a chunk, or by itself when it is large. */
static struct piece *piece_make(size_t size)
{
    const size_t whole = sizeof(struct piece) + size;
    struct piece *piece = NULL;
    if (!KEPT || size > COARSE_MAX) {
        piece = malloc(whole);
    } else {
        if (memory.room_size < whole) { /* the rest of the old chunk is lost: at most a page's */
            uint8_t *const chunk = malloc(CHUNK_SIZE);
            if (chunk == NULL)
                return NULL;
            memory.room = chunk;
            memory.room_size = CHUNK_SIZE;
        }
        piece = (struct piece *)(void *)memory.room;
        memory.room += whole;
        memory.room_size -= whole;
    }
    if (piece != NULL)
        piece->size = size;
    return piece;
}

static void *memory_take(int wanted)
{
    const size_t size = (size_t)round_up(wanted);
    if (memory.used + size > LIMIT)
        return NULL;
    struct kept **const kept = KEPT && size <= COARSE_MAX ? &memory.kept[class_of(size)] : NULL;
    void *data;
    if (kept != NULL && *kept != NULL) {
        data = *kept;
        *kept = (*kept)->next;
    } else {
        struct piece *const piece = piece_make(size);
        if (piece == NULL)
            return NULL;
        data = piece + 1;
    }
    memory.used += size;
    return data;
}

static void memory_give(void *data)
{
    if (data == NULL)
        return;
    const size_t size = piece_of(data)->size;
    assert(memory.used >= size);
    memory.used -= size;
    if (!KEPT || size > COARSE_MAX) {
        free(piece_of(data));
        return;
    }
    struct kept *const kept = data;
    struct kept **const first = &memory.kept[class_of(size)];
    kept->next = *first;
    *first = kept;
}

static int memory_size(void *data)
{
    return data == NULL ? 0 : (int)piece_of(data)->size;
}

static void *memory_again(void *data, int wanted)
{
    const size_t had = (size_t)memory_size(data);
    if ((size_t)round_up(wanted) == had)
        return data;
    void *const other = memory_take(wanted);
    if (other == NULL)
        return NULL;
    memcpy(other, data, had < (size_t)wanted ? had : (size_t)wanted);
    memory_give(data);
    return other;
}

static int memory_open(void *self)
{
    (void)self;
    return SQLITE_OK;
}

static void memory_close(void *self)
{
    (void)self;
}

void db_memory_open(void)
{
    static const sqlite3_mem_methods methods = {
        .xMalloc = memory_take,
        .xFree = memory_give,
        .xRealloc = memory_again,
        .xSize = memory_size,
        .xRoundup = round_up,
        .xInit = memory_open,
        .xShutdown = memory_close,
    };
    /* Both are refused, harmlessly, once SQLite is at work: only the first store's call counts. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void)sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}

size_t db_memory_used(void)
{
    return memory.used;
}
