#pragma once
/* A kept page from within: for kept.c, which keeps them, and kept_join.c, which joins what one
 * reader gets. Part i stands behind slot i-1. */
#include "fcgi/gzip.h"
#include "fcgi/kept.h"

/* MASK_LOW and above: bytes that are in no UTF-8, to stand where a reader's own will be. MARK:
 * before and behind a mark; none is left in what is kept. NO_TEXT_BYTE is in no UTF-8 and in no
 * mask. */
enum { SLOT_NAME_SIZE = 24, USUAL_MAX = 128, MASK_LOW = 0xf8, MARK = 0xff, NO_TEXT_BYTE = 0xc0 };

struct slot {
    char name[SLOT_NAME_SIZE];
    int64_t id;
    bool usual; /* of the name that most readers have the same bytes in */
};

/* A compressed piece; absent until somebody needs it. */
struct made {
    uint8_t *data;
    size_t size;
};

struct part {
    size_t at, size; /* in the plain bytes */
    struct gzip_sum sum;
    struct made alone; /* refers to nothing before it */
    struct made after; /* refers to the part before it, across as many bytes as are usual */
};

/* Neighbouring parts with usual slots before each, compressed in one piece. */
struct run {
    size_t first, end; /* parts */
    bool opens;        /* no run stands right before it */
    bool useless;      /* its piece does not give what it should */
    struct made made;
};

/* One malloc: this, slots, parts, runs and the plain bytes; each piece is one more. */
struct kept_page {
    struct kept_cache *cache;
    struct kept_key key;
    struct kept_page *newer, *older; /* by last use */
    struct kept_page *chain;         /* same bucket */
    size_t memory;
    size_t slot_count; /* parts: one more */
    size_t run_count;
    size_t usual_size;
    struct slot *slots;
    struct part *parts;
    struct run *runs;
    uint8_t *plain;
    size_t plain_size;
};

/* Compress and keep: `plain`, with `before` right before it. */
struct bytes kept_made(struct kept_page *page, struct made *made, struct bytes before,
                       struct bytes plain);
/* The same for one reader alone, in the arena: nothing is kept. */
struct bytes kept_pressed(struct kept_page *page, struct arena *arena, struct bytes before,
                          struct bytes plain);
