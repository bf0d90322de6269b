#include "board/search/sizes.h"

#include "core/trace.h"
#include "schema/board.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCKS_MAX = 256 * 1024, /* postings beyond 268 million count as of middling size */
    SIZE_COLUMNS = 4,        /* title, names, topics, body: the others are not looked at */
    CODES_EACH = 16,         /* for each doubling of a size */
};

void sizes_open(struct sizes *sizes, struct db *db)
{
    *sizes = (struct sizes){.db = db, .left = SIZE_MAX};
}

void sizes_allow(struct sizes *sizes, size_t blocks)
{
    sizes->left = blocks;
}

void sizes_close(struct sizes *sizes)
{
    for (size_t i = 0; i < sizes->count; i++)
        free(sizes->blocks[i]);
    free(sizes->blocks);
}

double sizes_words(uint8_t code)
{
    return code == 0 ? 0 : exp2((double)code / CODES_EACH) - 1;
}

static uint8_t words_code(uint64_t words)
{
    const double code = round(CODES_EACH * log2((double)words + 1));
    return code < 1 ? 1 : code > SIZES_CODES - 1 ? SIZES_CODES - 1 : (uint8_t)code;
}

/* `columns`: one varint each, in the order of the table's columns. No column has more words than a
 * text has bytes, so that none is of the long form. */
static struct size size_read(struct bytes columns)
{
    uint64_t values[SIZE_COLUMNS] = {0}, value = 0;
    size_t count = 0;
    for (size_t i = 0; i < columns.size && count < SIZE_COLUMNS; i++) {
        value = value << 7 | (columns.data[i] & 0x7f);
        if ((columns.data[i] & 0x80) != 0)
            continue;
        values[count++] = value;
        value = 0;
    }
    return (struct size){words_code(values[0]), words_code(values[SIZE_COLUMNS - 1])};
}

static void blocks_grow(struct sizes *sizes, size_t count)
{
    count += count / 4;
    struct size **blocks = realloc(sizes->blocks, count * sizeof(*blocks));
    if (blocks == NULL)
        trace_die("sizes_read", "reason=memory");
    memset(blocks + sizes->count, 0, (count - sizes->count) * sizeof(*blocks));
    sizes->blocks = blocks;
    sizes->count = count;
}

/* As it was packed; what came later stays unknown. */
static void block_packed(struct sizes *sizes, struct arena *arena, size_t block)
{
    struct board_packed_size_row row;
    const size_t mark = arena->used;
    if (block >= sizes->count)
        blocks_grow(sizes, block + 1);
    if (sizes->blocks[block] == NULL)
        sizes->blocks[block] = calloc(SIZES_BLOCK, sizeof(**sizes->blocks));
    if (sizes->blocks[block] == NULL)
        trace_die("sizes_read", "reason=memory");
    if (!sizes->fresh && board_packed_size(sizes->db, arena, (int64_t)block, &row) == OK &&
        row.sizes.size == SIZES_BLOCK * sizeof(**sizes->blocks))
        memcpy(sizes->blocks[block], row.sizes.data, row.sizes.size);
    arena_reset(arena, mark);
}

static void block_read(struct sizes *sizes, struct arena *arena, size_t block)
{
    struct board_search_sizes_row *rows;
    size_t count;
    const size_t mark = arena->used;
    const int64_t low = (int64_t)block * SIZES_BLOCK;
    if (board_search_sizes(sizes->db, arena, low, low + SIZES_BLOCK - 1, &rows, &count) == OK) {
        for (size_t i = 0; i < count; i++)
            sizes->blocks[block][rows[i].id - low] = size_read(rows[i].sizes);
    }
    arena_reset(arena, mark);
}

struct size sizes_read(struct sizes *sizes, struct arena *arena, int64_t posting)
{
    const size_t block = (size_t)posting / SIZES_BLOCK, at = (size_t)posting % SIZES_BLOCK;
    if (posting < 0 || block >= BLOCKS_MAX)
        return (struct size){0, 0};
    if (block >= sizes->count || sizes->blocks[block] == NULL)
        block_packed(sizes, arena, block);
    if (sizes->blocks[block][at].body == 0 && sizes->left > 0) {
        sizes->left--;
        block_read(sizes, arena, block);
    }
    return sizes->blocks[block][at];
}

enum result sizes_store(struct sizes *sizes, size_t most, size_t *block, bool *more)
{
    enum result result = OK;
    for (size_t i = 0; i < most && *block < sizes->count && result == OK; ++*block) {
        const struct size *const of = sizes->blocks[*block];
        if (of == NULL)
            continue;
        result = board_packed_size_set(sizes->db, (int64_t)*block,
                                       bytes_of(of, SIZES_BLOCK * sizeof(*of)));
        i++;
    }
    *more = *block < sizes->count;
    return result;
}
