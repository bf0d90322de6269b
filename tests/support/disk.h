#pragma once
/* A disk in memory under SQLite: stores lie in buffers that a test may look at, keep and change,
 * and everything written, cut off or synced can be watched. One process, no threads. Files are
 * known by the last part of their path: one state folder at a time. Nothing survives disk_close. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whoever opens a store from here on opens it on this disk; empty at first. */
void disk_open(void);
/* Back to the system's files; every handle must be closed. */
void disk_close(void);

struct disk_bytes {
    const uint8_t *data;
    size_t size;
};
/* What "ledger.db-wal" holds; valid until somebody writes. Data NULL: there is no such file. */
struct disk_bytes disk_get(const char *name);
/* The file is to hold these bytes (NULL: be gone), as after a restart: what processes shared about
 * it is forgotten. No handle of it may be open. */
void disk_put(const char *name, const uint8_t *data, size_t size);
/* One bit of a file nobody has open turned over. `bit` counts from the lowest of byte 0. */
void disk_flip(const char *name, size_t bit);

enum disk_act { DISK_WRITE, DISK_CUT_OFF, DISK_SYNC };
/* Called before each act. `at`: where, or the new size; data only of a write. NULL: nobody looks.
 */
typedef void disk_watcher(enum disk_act act, const char *name, int64_t at, const uint8_t *data,
                          size_t size);
void disk_watch(disk_watcher *watcher);
/* From now on every such call fails with `code` (SQLITE_...), and those waits take no time; 0: it
 * works again. */
enum disk_call {
    DISK_READ,  /* of the store's own file, not of its log */
    DISK_MAP,   /* the shared memory */
    DISK_SHARE, /* a reader's place in it */
    DISK_CALLS
};
void disk_fail(enum disk_call call, int code);
/* Whether a store that asks for synchronous=FULL is to get NORMAL: for controls. */
void disk_less_sync(bool less);
