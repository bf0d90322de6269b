#include "board/roster/roster.h"

#include "core/seal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows lie packed one behind the other: line, content, then each value's size and bytes. Memory is
 * what an import may use in all (64 MiB) less the store's cache and the file's buffer. */
enum {
    PACKED_SIZE = 24 * 1024 * 1024,
    ENTRIES_MAX = 400 * 1000,
    REPEATS_SHOWN = 20,
};

struct entry {
    uint64_t prefix;
    size_t offset;
};
struct batch {
    uint8_t *packed;
    size_t size;
    struct entry *entries;
    size_t count;
};

struct batch *batch_new(void)
{
    struct batch *batch = calloc(1, sizeof(*batch));
    assert(batch != NULL);
    batch->packed = malloc(PACKED_SIZE);
    batch->entries = malloc(ENTRIES_MAX * sizeof(*batch->entries));
    assert(batch->packed != NULL && batch->entries != NULL);
    return batch;
}

void batch_free(struct batch *batch)
{
    if (batch == NULL)
        return;
    free(batch->packed);
    free(batch->entries);
    free(batch);
}

size_t batch_count(const struct batch *batch)
{
    return batch->count;
}

static void put(struct batch *batch, const void *data, size_t size)
{
    if (size > 0)
        memcpy(batch->packed + batch->size, data, size);
    batch->size += size;
}

bool batch_add(struct batch *batch, const struct item *item)
{
    uint8_t digest[DIGEST_SIZE], count = (uint8_t)item->count;
    size_t size = sizeof(item->line) + sizeof(item->content) + sizeof(count);
    for (size_t i = 0; i < item->count; i++)
        size += sizeof(uint16_t) + item->values[i].size;
    if (batch->count == ENTRIES_MAX || batch->size + size > PACKED_SIZE)
        return false;
    size_t start = batch->size;
    batch->entries[batch->count++] = (struct entry){item->prefix, start};
    put(batch, &item->line, sizeof(item->line));
    batch->size += sizeof(item->content); /* known once the values lie there */
    put(batch, &count, sizeof(count));
    size_t values = batch->size;
    for (size_t i = 0; i < item->count; i++) {
        assert(item->values[i].size <= ITEM_VALUE_SIZE);
        uint16_t length = (uint16_t)item->values[i].size;
        put(batch, &length, sizeof(length));
        put(batch, item->values[i].data, length);
    }
    const struct bytes all = bytes_of(batch->packed + values, batch->size - values);
    seal_digest(digest, NULL, &all, 1);
    memcpy(batch->packed + start + sizeof(item->line), digest, sizeof(item->content));
    return true;
}

static void item_unpack(const struct batch *batch, const struct entry *entry, struct item *item)
{
    const uint8_t *at = batch->packed + entry->offset;
    item->prefix = entry->prefix;
    memcpy(&item->line, at, sizeof(item->line));
    at += sizeof(item->line);
    memcpy(&item->content, at, sizeof(item->content));
    at += sizeof(item->content);
    item->count = *at++;
    for (size_t i = 0; i < item->count; i++) {
        uint16_t length;
        memcpy(&length, at, sizeof(length));
        at += sizeof(length);
        item->values[i] = (struct text){(const char *)at, length};
        at += length;
    }
}

/* qsort has no room for what it compares in: one import runs at a time. */
static const struct batch *sorted;
static size_t sorted_keys;

static int text_compare(struct text a, struct text b)
{
    int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* Equal keys in the order of the file. */
static int entry_compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->prefix != y->prefix)
        return x->prefix < y->prefix ? -1 : 1;
    if (sorted_keys > 0) {
        struct item m, n;
        item_unpack(sorted, x, &m);
        item_unpack(sorted, y, &n);
        for (size_t i = 0; i < sorted_keys; i++) {
            int order = text_compare(m.values[i], n.values[i]);
            if (order != 0)
                return order;
        }
    }
    return (x->offset > y->offset) - (x->offset < y->offset);
}

/* The file has this key once more: the first row stands. */
static void item_repeated(struct import *im, const struct item *item, bool same)
{
    if (!same && im->counts.repeated < REPEATS_SHOWN)
        fprintf(stderr, "line %lld: stands twice in this file, the first time otherwise\n",
                (long long)item->line);
    im->counts.repeated++;
}

static enum result item_add(struct import *im, const struct item *item, bool *added)
{
    enum result result = im->kind->add(im, item);
    *added = result == OK && db_changes(im->db) == 1;
    im->counts.added += *added;
    return result;
}

/* There is a row of this key, and it is not simply the same. */
static enum result item_replace(struct import *im, const struct item *item,
                                const struct version *now)
{
    if (now->seen == im->generation) {
        item_repeated(im, item, now->content == item->content && now->gone == 0);
        return OK;
    }
    im->counts.changed++;
    enum result result = im->kind->end(im, item, now->since);
    return result == OK ? im->kind->add(im, item) : result;
}

static enum result item_merge(struct import *im, const struct item *item)
{
    struct version now = {0};
    bool added = false;
    enum result result = OK;
    if (im->first) { /* nothing can be there but what this file repeats */
        result = item_add(im, item, &added);
        if (result != OK || added)
            return result;
    } else { /* most rows of most files */
        result = im->kind->same(im, item);
        bool same = result == OK && db_changes(im->db) == 1;
        im->counts.same += same;
        if (result != OK || same)
            return result;
    }
    result = im->kind->now(im, item, &now);
    if (result == NOT_FOUND)
        return item_add(im, item, &added);
    return result == OK ? item_replace(im, item, &now) : result;
}

enum result batch_merge(struct import *im)
{
    struct batch *batch = im->batch;
    struct item item;
    enum result result = OK;
    sorted = batch;
    sorted_keys = im->kind->keys;
    qsort(batch->entries, batch->count, sizeof(*batch->entries), entry_compare);
    for (size_t i = 0; i < batch->count && result == OK; i++) {
        item_unpack(batch, &batch->entries[i], &item);
        result = item_merge(im, &item);
    }
    batch->size = batch->count = 0;
    return result;
}

struct text value_of(struct text text)
{
    return text.data == NULL ? TEXT("") : text_cut(text, ITEM_VALUE_SIZE);
}

struct text place_text(struct place *place, size_t room, struct text text)
{
    assert(room < 2 && text.size <= ITEM_VALUE_SIZE);
    if (text.size > 0)
        memcpy(place->rooms[room], text.data, text.size);
    return (struct text){place->rooms[room], text.size};
}
