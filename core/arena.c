#include "core/arena.h"

#include "core/trace.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif

#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(data, size) ((void)(data), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(data, size) ((void)(data), (void)(size))
#endif

enum { ALIGNMENT = 16 };

void arena_open(struct arena *arena, size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    assert(size > 0 && size <= SIZE_MAX - page);
    size = (size + page - 1) / page * page;
    void *block = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block == MAP_FAILED)
        trace_die("arena", "size=%zu error=%d", size, errno);
    *arena = (struct arena){.block = block, .size = size};
    ASAN_POISON_MEMORY_REGION(arena->block, arena->size);
}

void arena_close(struct arena *arena)
{
    if (arena->block != NULL) {
        ASAN_UNPOISON_MEMORY_REGION(arena->block, arena->size);
        int failed = munmap(arena->block, arena->size);
        assert(!failed);
    }
    *arena = (struct arena){0};
}

void *arena_take_raw(struct arena *arena, size_t size)
{
    assert(arena->block != NULL && arena->used <= arena->size);
    assert(size <= arena->size - arena->used);
    /* The block's size is whole pages and `used` stays aligned, so rounding up cannot leave the
     * block. */
    void *data = arena->block + arena->used;
    ASAN_UNPOISON_MEMORY_REGION(data, size);
    arena->used += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (arena->used > arena->peak)
        arena->peak = arena->used;
    return data;
}

void *arena_take(struct arena *arena, size_t size)
{
    /* What lies above the peak was never written and is zero as it was mapped. */
    size_t start = arena->used, dirty = arena->peak;
    void *data = arena_take_raw(arena, size);
    if (start < dirty)
        memset(data, 0, dirty - start < size ? dirty - start : size);
    return data;
}

void *arena_take_array(struct arena *arena, size_t count, size_t item_size)
{
    size_t size;
    bool overflows = __builtin_mul_overflow(count, item_size, &size);
    assert(!overflows);
    return arena_take(arena, size);
}

struct bytes arena_bytes(struct arena *arena, struct bytes bytes)
{
    if (bytes.data == NULL)
        return NO_BYTES;
    uint8_t *data = arena_take_raw(arena, bytes.size);
    memcpy(data, bytes.data, bytes.size);
    return (struct bytes){data, bytes.size};
}

struct text arena_text(struct arena *arena, struct text text)
{
    if (text.data == NULL)
        return NO_TEXT;
    char *data = arena_take_raw(arena, text.size + 1);
    memcpy(data, text.data, text.size);
    data[text.size] = 0;
    return (struct text){data, text.size};
}

struct text arena_format(struct arena *arena, const char *format, ...)
{
    /* Nearly every use is short: one pass through the stack, a second only for the long ones. */
    char small[256];
    va_list list;
    va_start(list, format);
    int needed = vsnprintf(small, sizeof(small), format, list);
    va_end(list);
    assert(needed >= 0);
    size_t size = (size_t)needed;
    if (size < sizeof(small))
        return arena_text(arena, (struct text){small, size});
    char *data = arena_take_raw(arena, size + 1);
    va_start(list, format);
    int written = vsnprintf(data, size + 1, format, list);
    va_end(list);
    assert(written == needed);
    return (struct text){data, size};
}

void arena_reset(struct arena *arena, size_t mark)
{
    assert(mark <= arena->used && mark % ALIGNMENT == 0);
    ASAN_POISON_MEMORY_REGION(arena->block + mark, arena->used - mark); /* above it all is */
    arena->used = mark;
}
