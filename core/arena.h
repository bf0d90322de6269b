#pragma once
/* Memory of one request or one batch: taken from one block, given back all at once. There is no
 * free, so no leak and no use after free. Every input has a limit, so running out is a fault of the
 * program and stops it (assert), never an input's doing. */
#include "core/bytes.h"
#include "core/result.h"

struct arena {
    uint8_t *block;
    size_t size;
    size_t used;
    size_t peak; /* most that was ever used: shown by the status page, so that sizes stay honest */
};

/* Maps `size` bytes (rounded up to pages; untouched pages cost nothing). Exits the process if the
 * system refuses. */
void arena_open(struct arena *arena, size_t size);
void arena_close(struct arena *arena);
/* `size` zeroed bytes aligned to 16. Never NULL. */
void *arena_take(struct arena *arena, size_t size);
/* The same with whatever lay there before: for bytes that are overwritten at once. */
void *arena_take_raw(struct arena *arena, size_t size);
#define arena_new(arena, type) ((type *)arena_take((arena), sizeof(type)))
#define arena_array(arena, type, count) ((type *)arena_take_array((arena), (count), sizeof(type)))
void *arena_take_array(struct arena *arena, size_t count, size_t item_size);
/* Copies; absent stays absent. arena_text and arena_format also add a NUL behind the text, so that
 * .data may be handed to C interfaces. */
struct bytes arena_bytes(struct arena *arena, struct bytes bytes);
struct text arena_text(struct arena *arena, struct text text);
struct text arena_format(struct arena *arena, const char *format, ...) PRINTF(2, 3);
/* Give back all taken since `mark` (an earlier arena->used); 0 gives back everything. Under ASan
 * the rest is poisoned. */
void arena_reset(struct arena *arena, size_t mark);
