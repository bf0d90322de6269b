#include "ledger/log/recent.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct recent *recent_open(void)
{
    struct recent *recent = calloc(1, sizeof *recent);
    assert(recent != NULL);
    return recent;
}

void recent_close(struct recent *recent)
{
    for (size_t i = 0; recent != NULL && i < RECENT_SLICES; i++)
        recent_forget(recent, (uint8_t)i);
    free(recent);
}

bool recent_add(struct recent *recent, const uint8_t id[16], int64_t seq)
{
    struct recent_slice *slice = &recent->slices[id[0]];
    bool fresh;
    size_t place = table_put(&slice->places, id, &fresh);
    if (!fresh)
        return false;
    if (place == slice->room) {
        slice->room = slice->room == 0 ? 16 : slice->room * 2;
        slice->ids = reallocarray(slice->ids, slice->room, sizeof *slice->ids);
        assert(slice->ids != NULL);
    }
    memcpy(slice->ids[place].id, id, 16);
    slice->ids[place].seq = seq;
    return true;
}

int64_t recent_find(const struct recent *recent, const uint8_t id[16])
{
    const struct recent_slice *slice = &recent->slices[id[0]];
    size_t place = table_find(&slice->places, id);
    return place == SIZE_MAX ? -1 : slice->ids[place].seq;
}

static int by_id(const void *a, const void *b)
{
    return memcmp(((const struct recent_id *)a)->id, ((const struct recent_id *)b)->id, 16);
}

const struct recent_id *recent_take(struct recent *recent, uint8_t first, size_t *count)
{
    struct recent_slice *slice = &recent->slices[first];
    *count = slice->places.count;
    if (*count == 0)
        return NULL;
    table_close(&slice->places); /* it knows them by the places they had */
    qsort(slice->ids, *count, sizeof *slice->ids, by_id);
    return slice->ids;
}

void recent_forget(struct recent *recent, uint8_t first)
{
    struct recent_slice *slice = &recent->slices[first];
    table_close(&slice->places);
    free(slice->ids);
    *slice = (struct recent_slice){0};
}
