#include "tests/support/disk.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { FILES = 32, NAME_SIZE = 48, LOCKS = 8, REGIONS = 8, SECTOR = 512 };

struct handle;
struct file {
    char name[NAME_SIZE];
    bool there;
    uint8_t *data;
    size_t size, room;
    int handles;
    /* Of the store's own locks: how many read, and who has taken more than that. */
    int readers;
    struct handle *owner;
    /* Of its shared memory: regions, and for each lock how many share it, or -1. */
    void *regions[REGIONS];
    int shared[LOCKS];
};
struct handle {
    sqlite3_file base;
    struct file *file;
    int level;
    bool persist; /* the write-ahead log stays when the last one closes */
    unsigned shares, owns;
};

static struct file files[FILES];
static sqlite3_vfs *system_vfs, disk_vfs;
static disk_watcher *watcher_now;
static bool less_sync;
static int failing[DISK_CALLS]; /* SQLite's code each such call ends with, 0: it works */

static struct file *file_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    size_t free_place = FILES;
    assert(strlen(name) < NAME_SIZE);
    for (size_t i = 0; i < FILES; i++) {
        if (strcmp(files[i].name, name) == 0)
            return &files[i];
        if (files[i].name[0] == '\0' && free_place == FILES)
            free_place = i;
    }
    assert(free_place < FILES);
    memcpy(files[free_place].name, name, strlen(name) + 1);
    return &files[free_place];
}

static void file_size(struct file *file, size_t size)
{
    if (size > file->room) {
        file->room = size * 2;
        file->data = realloc(file->data, file->room);
        assert(file->data != NULL);
    }
    if (size > file->size)
        memset(file->data + file->size, 0, size - file->size);
    file->size = size;
}

static void regions_forget(struct file *file)
{
    for (size_t i = 0; i < REGIONS; i++)
        free(file->regions[i]);
    memset(file->regions, 0, sizeof file->regions);
}

static void watched(enum disk_act act, const struct file *file, int64_t at, const void *data,
                    size_t size)
{
    if (watcher_now != NULL)
        watcher_now(act, file->name, at, data, size);
}

/* --- what SQLite asks of a file --- */

static struct handle *handle_of(sqlite3_file *file)
{
    return (struct handle *)file;
}

static int disk_read(sqlite3_file *self, void *data, int size, sqlite3_int64 at)
{
    const struct file *file = handle_of(self)->file;
    if (failing[DISK_READ] != SQLITE_OK && strstr(file->name, "-wal") == NULL)
        return failing[DISK_READ];
    size_t left = (size_t)at < file->size ? file->size - (size_t)at : 0, want = (size_t)size;
    size_t got = left < want ? left : want;
    if (got > 0)
        memcpy(data, file->data + at, got);
    memset((uint8_t *)data + got, 0, want - got);
    return got == want ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int disk_write(sqlite3_file *self, const void *data, int size, sqlite3_int64 at)
{
    struct file *file = handle_of(self)->file;
    size_t end = (size_t)at + (size_t)size;
    watched(DISK_WRITE, file, at, data, (size_t)size);
    if (end > file->size)
        file_size(file, end);
    memcpy(file->data + at, data, (size_t)size);
    return SQLITE_OK;
}

static int disk_cut_off(sqlite3_file *self, sqlite3_int64 size)
{
    struct file *file = handle_of(self)->file;
    watched(DISK_CUT_OFF, file, size, NULL, 0);
    if ((size_t)size < file->size)
        file_size(file, (size_t)size);
    return SQLITE_OK;
}

static int disk_sync(sqlite3_file *self, int flags)
{
    (void)flags;
    watched(DISK_SYNC, handle_of(self)->file, 0, NULL, 0);
    return SQLITE_OK;
}

static int disk_size(sqlite3_file *self, sqlite3_int64 *size)
{
    *size = (sqlite3_int64)handle_of(self)->file->size;
    return SQLITE_OK;
}

static int disk_lock(sqlite3_file *self, int level)
{
    struct handle *handle = handle_of(self);
    struct file *file = handle->file;
    bool others = file->owner != NULL && file->owner != handle;
    if (level <= handle->level)
        return SQLITE_OK;
    if (level == SQLITE_LOCK_SHARED) {
        if (others && file->owner->level >= SQLITE_LOCK_PENDING)
            return SQLITE_BUSY;
        file->readers++;
    } else {
        if (others)
            return SQLITE_BUSY;
        file->owner = handle;
        if (level == SQLITE_LOCK_EXCLUSIVE && file->readers > 1) {
            handle->level = SQLITE_LOCK_PENDING;
            return SQLITE_BUSY;
        }
    }
    handle->level = level;
    return SQLITE_OK;
}

static int disk_unlock(sqlite3_file *self, int level)
{
    struct handle *handle = handle_of(self);
    if (handle->file->owner == handle)
        handle->file->owner = NULL;
    if (level == SQLITE_LOCK_NONE && handle->level > SQLITE_LOCK_NONE)
        handle->file->readers--;
    handle->level = level;
    return SQLITE_OK;
}

static int disk_reserved(sqlite3_file *self, int *out)
{
    *out = handle_of(self)->file->owner != NULL;
    return SQLITE_OK;
}

static int disk_control(sqlite3_file *self, int op, void *argument)
{
    struct handle *handle = handle_of(self);
    if (op == SQLITE_FCNTL_PERSIST_WAL) {
        int *on = argument;
        if (*on < 0)
            *on = handle->persist;
        else
            handle->persist = *on != 0;
        return SQLITE_OK;
    }
    char **words = argument; /* of a PRAGMA: its answer, its name, its value (SQLite's own copy) */
    if (op == SQLITE_FCNTL_PRAGMA && less_sync && strcmp(words[1], "synchronous") == 0 &&
        words[2] != NULL && strcmp(words[2], "FULL") == 0)
        memcpy(words[2], "1", 2); /* NORMAL */
    return SQLITE_NOTFOUND;
}

static int disk_sector(sqlite3_file *self)
{
    (void)self;
    return SECTOR;
}

static int disk_promises(sqlite3_file *self)
{
    (void)self;
    return 0; /* nothing: a write may be torn */
}

static int disk_map(sqlite3_file *self, int region, int size, int extend, void volatile **out)
{
    struct file *file = handle_of(self)->file;
    assert(region < REGIONS);
    if (failing[DISK_MAP] != SQLITE_OK)
        return failing[DISK_MAP];
    if (file->regions[region] == NULL && extend) {
        file->regions[region] = calloc(1, (size_t)size);
        assert(file->regions[region] != NULL);
    }
    *out = file->regions[region];
    return SQLITE_OK;
}

static int disk_share(sqlite3_file *self, int first, int count, int flags)
{
    struct handle *handle = handle_of(self);
    int *shared = handle->file->shared;
    unsigned mask = ((1U << count) - 1) << first;
    bool exclusive = flags & SQLITE_SHM_EXCLUSIVE;
    if (flags & SQLITE_SHM_UNLOCK) {
        for (int i = first; i < first + count; i++) {
            if (handle->owns >> i & 1)
                shared[i] = 0;
            else if (handle->shares >> i & 1)
                shared[i]--;
        }
        handle->owns &= ~mask;
        handle->shares &= ~mask;
        return SQLITE_OK;
    }
    if (failing[DISK_SHARE] != SQLITE_OK && !exclusive)
        return failing[DISK_SHARE];
    for (int i = first; i < first + count; i++)
        if (shared[i] < 0 || (exclusive && shared[i] > 0))
            return SQLITE_BUSY;
    for (int i = first; i < first + count; i++)
        shared[i] = exclusive ? -1 : shared[i] + 1;
    *(exclusive ? &handle->owns : &handle->shares) |= mask;
    return SQLITE_OK;
}

static void disk_barrier(sqlite3_file *self)
{
    (void)self;
}

static int disk_unmap(sqlite3_file *self, int remove)
{
    if (remove)
        regions_forget(handle_of(self)->file);
    return SQLITE_OK;
}

static int disk_shut(sqlite3_file *self)
{
    (void)disk_unlock(self, SQLITE_LOCK_NONE);
    handle_of(self)->file->handles--;
    return SQLITE_OK;
}

/* Version 2: no mapped reading, so that nothing goes round the watcher. */
static const sqlite3_io_methods disk_methods = {
    .iVersion = 2,
    .xClose = disk_shut,
    .xRead = disk_read,
    .xWrite = disk_write,
    .xTruncate = disk_cut_off,
    .xSync = disk_sync,
    .xFileSize = disk_size,
    .xLock = disk_lock,
    .xUnlock = disk_unlock,
    .xCheckReservedLock = disk_reserved,
    .xFileControl = disk_control,
    .xSectorSize = disk_sector,
    .xDeviceCharacteristics = disk_promises,
    .xShmMap = disk_map,
    .xShmLock = disk_share,
    .xShmBarrier = disk_barrier,
    .xShmUnmap = disk_unmap,
};

static int disk_enter(sqlite3_vfs *vfs, sqlite3_filename path, sqlite3_file *self, int flags,
                      int *out)
{
    (void)vfs;
    if (path == NULL) /* a temporary one */
        return system_vfs->xOpen(system_vfs, path, self, flags, out);
    struct handle *handle = handle_of(self);
    *handle = (struct handle){.base = {&disk_methods}, .file = file_of(path)};
    handle->file->there = true;
    handle->file->handles++;
    if (out != NULL)
        *out = flags;
    return SQLITE_OK;
}

static int disk_remove(sqlite3_vfs *vfs, const char *path, int sync)
{
    (void)vfs;
    (void)sync;
    struct file *file = file_of(path);
    watched(DISK_CUT_OFF, file, 0, NULL, 0);
    file->size = 0;
    file->there = false;
    return SQLITE_OK;
}

static int disk_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
    (void)vfs;
    const struct file *file = file_of(path);
    *out = file->there && (flags != SQLITE_ACCESS_EXISTS || file->size > 0);
    return SQLITE_OK;
}

/* Its clients' waits for one another, which nobody here would end. */
static int disk_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

/* --- what a test asks --- */

void disk_open(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD); /* as core/db.c would, were it first */
    system_vfs = sqlite3_vfs_find(NULL);
    disk_vfs = *system_vfs;
    disk_vfs.zName = "disk";
    if (disk_vfs.szOsFile < (int)sizeof(struct handle))
        disk_vfs.szOsFile = sizeof(struct handle);
    disk_vfs.xOpen = disk_enter;
    disk_vfs.xDelete = disk_remove;
    disk_vfs.xAccess = disk_access;
    disk_vfs.xSleep = disk_sleep;
    int code = sqlite3_vfs_register(&disk_vfs, 1);
    assert(code == SQLITE_OK);
}

void disk_close(void)
{
    for (size_t i = 0; i < FILES; i++) {
        assert(files[i].handles == 0);
        regions_forget(&files[i]);
        free(files[i].data);
        files[i] = (struct file){0};
    }
    watcher_now = NULL;
    less_sync = false;
    memset(failing, 0, sizeof failing);
    (void)sqlite3_vfs_unregister(&disk_vfs);
    (void)sqlite3_vfs_register(system_vfs, 1);
}

struct disk_bytes disk_get(const char *name)
{
    const struct file *file = file_of(name);
    return (struct disk_bytes){file->there ? file->data : NULL, file->there ? file->size : 0};
}

void disk_put(const char *name, const uint8_t *data, size_t size)
{
    struct file *file = file_of(name);
    assert(file->handles == 0);
    regions_forget(file);
    file->size = 0;
    file->there = data != NULL;
    if (data == NULL)
        return;
    file_size(file, size);
    if (size > 0)
        memcpy(file->data, data, size);
}

void disk_flip(const char *name, size_t bit)
{
    struct file *file = file_of(name);
    assert(file->handles == 0 && bit / 8 < file->size);
    regions_forget(file);
    file->data[bit / 8] ^= (uint8_t)(1U << bit % 8);
}

void disk_watch(disk_watcher *watcher)
{
    watcher_now = watcher;
}

void disk_less_sync(bool less)
{
    less_sync = less;
}

void disk_fail(enum disk_call call, int code)
{
    assert(call < DISK_CALLS);
    failing[call] = code;
}
