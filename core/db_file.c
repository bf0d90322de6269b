/* The files of a store: making them, and keeping room in the write-ahead log. */
#include "core/db.h"
#include "core/db_inside.h"
#include "core/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FRAME_SIZE = 4096 + 24, HEADER_SIZE = 32, PATH_SIZE = 4200 };

enum result db_file_make(const char *path, const char *store, bool may)
{
    /* Never opened by us once it is there: closing it would drop SQLite's locks. */
    if (access(path, F_OK) == 0)
        return OK;
    const int fd = may ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640) : -1;
    if (fd < 0 && may)
        trace_fail("store", "name=%s cannot be made: %s", store, strerror(errno));
    if (fd < 0)
        return errno == ENOENT || errno == ENOSPC ? BUSY : BROKEN;
    (void)close(fd);
    return OK;
}

/* Room for the write-ahead log of a store that must be durable before anyone is told. Writing
 * behind a file's end makes each fdatasync also write its new size, and on a file system with a
 * journal whatever that has under way. So the file is made long once, with zeros (no valid frame:
 * SQLite checks every frame's salt and checksum), and SQLite goes round in it. */
void db_wal_room(const char *path, int pages)
{
    static const char zeros[64 * 1024];
    char name[PATH_SIZE];
    struct stat stat;
    const int64_t room = HEADER_SIZE + (int64_t)FRAME_SIZE * pages;
    if (snprintf(name, sizeof name, "%s-wal", path) >= (int)sizeof name)
        return;
    /* SQLite keeps its locks on the other two files: closing this one drops none of them. */
    const int fd = open(name, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &stat) != 0)
        goto done;
    for (int64_t at = stat.st_size; at < room;) {
        const size_t size = (size_t)(room - at) < sizeof zeros ? (size_t)(room - at) : sizeof zeros;
        const ssize_t written = pwrite(fd, zeros, size, at);
        if (written <= 0) { /* a full disk: it goes on with the file as it is, only slower */
            trace_warn("wal_room", "error=%s", strerror(errno));
            goto done;
        }
        at += written;
    }
    if (stat.st_size < room && fdatasync(fd) != 0)
        trace_warn("wal_room", "error=%s", strerror(errno));
done:
    if (fd >= 0)
        (void)close(fd);
}

static void setting_run(struct db *db, const char *sql)
{
    struct db_statement *const st = db_raw(db, sql);
    while (db_step(st) == ROW)
        continue;
    db_raw_close(st);
}

void db_map(struct db *db, int64_t size)
{
    char sql[64];
    (void)snprintf(sql, sizeof sql, "PRAGMA mmap_size = %lld", (long long)size);
    setting_run(db, sql); /* what cannot be mapped is read as ever */
    setting_run(db, "PRAGMA cell_size_check = OFF");
}
