#pragma once
/* Ids of the latest transfers, in memory, with their leaves: what a book has not settled yet. They
 * are kept by their first byte, since those of one byte are settled together
 * (schema/book/190-id.sql). Nothing is lost with them: they stand in the book's transfers. Private
 * to ledger/. */
#include "core/result.h"
#include "ledger/log/table.h"

enum { RECENT_SLICES = 256 };

struct recent_id {
    uint8_t id[16];
    int64_t seq;
};
struct recent {
    struct recent_slice {
        struct table places; /* of an id in `ids` */
        struct recent_id *ids;
        size_t room;
    } slices[RECENT_SLICES];
};

/* NULL is none. */
void recent_close(struct recent *recent);
struct recent *recent_open(void);
/* False: it is there already. */
MUST_USE bool recent_add(struct recent *recent, const uint8_t id[16], int64_t seq);
/* The id's leaf, or -1. */
int64_t recent_find(const struct recent *recent, const uint8_t id[16]);
/* All that begin with `first`, in their order. They are found no more, and gone with
 * recent_forget, the next call. */
const struct recent_id *recent_take(struct recent *recent, uint8_t first, size_t *count);
void recent_forget(struct recent *recent, uint8_t first);
