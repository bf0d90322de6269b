#pragma once
/* What one worker process holds for its whole life: handles, no more. Engine only; pages go through
 * request.h. */
#include "core/socket.h"
#include "fcgi/rate.h"
#include "fcgi/route.h"

struct worker {
    enum pool pool;
    struct db *stores[WEB_STORES]; /* NULL: this pool may not read it, or it is not there yet */
    uint64_t files[WEB_STORES];    /* inode of each open store */
    uint32_t store_mask;           /* bit (1 << enum web_store): may be read by this pool */
    struct caller clerk, paymaster, ranker;
    struct kept_cache *kept;
    struct rates *rates;
    struct arena arena;
    void *pages;             /* the pages' own handle: see request_handle */
    int64_t served, untaken; /* requests answered; answers nobody took */
};

/* Open the stores of the pool, callers, kept pages. Stores that are not there yet stay NULL. */
void worker_open(struct worker *worker, enum pool pool);
/* Open those that came since; before the worker is confined. Whether it is whole now. */
bool worker_complete(struct worker *worker);
/* A store that was missing is there now, or one was rebuilt (another file has its name): time for a
 * fresh worker. */
bool worker_is_stale(const struct worker *worker);
bool worker_is_whole(const struct worker *worker); /* every store of the pool is open */
void worker_close(struct worker *worker);
/* The existing folders this pool reads below, for the sandbox; returns how many. */
size_t worker_folders(const struct worker *worker, const char *folders[WEB_STORES]);
