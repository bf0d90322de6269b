#include "core/follow.h"
#include "core/conf.h"
#include "core/trace.h"
#include "schema/common.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Entries held in memory at once (each up to its texts' limit of 64 KiB), and folded in one
 * transaction when catching up. */
enum { SLICE = 32, CATCH_UP = 2048, FOLLOWER_NICENESS = 10 };

static enum result cursor_read(struct fold *fold, struct arena *arena, int64_t *cursor)
{
    struct common_cursor_get_row row;
    const enum result result = common_cursor_get(fold->db, arena, text_of(fold->name), &row);
    *cursor = result == OK ? row.seq : 0;
    return result == NOT_FOUND ? OK : result;
}

enum result fold_cursor(struct fold *fold, int64_t *cursor)
{
    struct arena arena;
    arena_open(&arena, 4096);
    const enum result result = cursor_read(fold, &arena, cursor);
    arena_close(&arena);
    return result;
}

/* Apply one slice; memory of each entry is given back before the next one is applied. */
static enum result slice_apply(struct fold *fold, struct arena *arena,
                               const struct journal_entry *entries, size_t count, int64_t *cursor)
{
    const size_t mark = arena->used;
    for (size_t i = 0; i < count; i++) {
        const enum result result = fold->apply(fold->self, &entries[i], arena);
        arena_reset(arena, mark);
        if (result != OK) {
            trace_fail("fold", "name=%s seq=%lld kind=%s result=%s", fold->name,
                       (long long)entries[i].event.seq, event_kind_name(entries[i].event.kind),
                       result_name(result));
            return result;
        }
        *cursor = entries[i].event.seq;
    }
    return OK;
}

static enum result fold_in(struct fold *fold, struct log *journal, struct arena *arena, size_t most,
                           size_t *done, int64_t cursor)
{
    const size_t mark = arena->used;
    const int64_t start = cursor;
    enum result result = OK;
    while (*done < most && result == OK) {
        struct journal_entry *entries;
        size_t count;
        const size_t slice = most - *done < SLICE ? most - *done : SLICE;
        result = journal_read(journal, arena, cursor, slice, &entries, &count);
        if (result != OK || count == 0)
            break;
        result = slice_apply(fold, arena, entries, count, &cursor);
        *done += count;
        arena_reset(arena, mark);
    }
    if (result == OK && fold->settle != NULL)
        result = fold->settle(fold->self);
    if (result == OK && cursor != start)
        result = common_cursor_set(fold->db, text_of(fold->name), cursor);
    return result;
}

enum result fold_step(struct fold *fold, struct log *journal, struct arena *arena, size_t most,
                      size_t *done)
{
    const size_t mark = arena->used;
    int64_t cursor, head;
    uint8_t digest[32];
    *done = 0;
    enum result result = cursor_read(fold, arena, &cursor);
    arena_reset(arena, mark);
    if (result == OK)
        result = log_head(journal, &head, digest);
    if (result != OK || head <= cursor)
        return result; /* nothing new: not even a transaction */
    result = db_begin(fold->db);
    if (result != OK)
        return result;
    result = fold_in(fold, journal, arena, most, done, cursor);
    if (result == OK)
        result = db_commit(fold->db);
    else
        db_rollback(fold->db);
    arena_reset(arena, mark);
    if (result != OK) {
        *done = 0;
        if (fold->forget != NULL)
            fold->forget(fold->self);
    }
    return result;
}

enum result fold_catch_up(struct fold *fold, struct log *journal, struct arena *arena,
                          void (*progress)(int64_t cursor))
{
    for (;;) {
        size_t done;
        int64_t cursor;
        enum result result = fold_step(fold, journal, arena, CATCH_UP, &done);
        if (result != OK || done == 0)
            return result;
        if (progress == NULL)
            continue;
        result = fold_cursor(fold, &cursor);
        if (result != OK)
            return result;
        progress(cursor);
    }
}

/* --- waking --- */

static bool wake_address(const char *path, struct sockaddr_un *address)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    const int size = snprintf(address->sun_path, sizeof address->sun_path, "%s", path);
    return size > 0 && (size_t)size < sizeof address->sun_path;
}

int wake_listen(const char *program)
{
    struct sockaddr_un address;
    (void)setpriority(PRIO_PROCESS, 0, FOLLOWER_NICENESS);
    const char *const path = conf_path("run/wake.%s", program);
    if (!wake_address(path, &address)) {
        trace_fail("wake", "the state folder's path is too long for a socket");
        return -1;
    }
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || (unlink(path) != 0 && errno != ENOENT) ||
        bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(path, 0660) != 0) {
        trace_fail("wake", "cannot listen: %s", strerror(errno));
        if (fd >= 0)
            (void)close(fd);
        return -1;
    }
    return fd;
}

void wake_drain(int fd)
{
    char byte;
    while (recv(fd, &byte, sizeof byte, MSG_DONTWAIT) >= 0)
        continue;
}

/* A listener that is gone or has pokes enough waiting is passed over: it looks once a second
 * anyway. */
void wake_all(void)
{
    static int fd = -1;
    if (fd < 0)
        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    DIR *const folder = opendir(conf_path("run"));
    if (fd < 0 || folder == NULL) {
        if (folder != NULL)
            (void)closedir(folder);
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        struct sockaddr_un address;
        if (strncmp(entry->d_name, "wake.", 5) != 0 ||
            !wake_address(conf_path("run/%s", entry->d_name), &address))
            continue;
        (void)sendto(fd, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&address,
                     sizeof address);
    }
    (void)closedir(folder);
}
