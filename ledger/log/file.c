#include "ledger/log/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/trace.h"

/* Make every missing folder above the last '/'. */
static bool folders_make(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int failed = mkdir(path, 0755);
        *slash = '/';
        if (failed != 0 && errno != EEXIST)
            return false;
    }
    return true;
}

static bool folder_sync(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash == NULL)
        return true;
    *slash = '\0';
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *slash = '/';
    if (fd < 0)
        return false;
    bool synced = fsync(fd) == 0;
    close(fd);
    return synced;
}

static bool write_all(int fd, struct bytes content)
{
    for (size_t done = 0; done < content.size;) {
        ssize_t n = write(fd, content.data + done, content.size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static enum result write_as(const char *path, struct bytes content, mode_t mode)
{
    char final[PATH_MAX], fresh[PATH_MAX];
    int size = snprintf(final, sizeof final, "%s", path);
    if (size <= 0 || size >= PATH_MAX - 8)
        return INVALID;
    snprintf(fresh, sizeof fresh, "%.*s.new", PATH_MAX - 8, final);
    bool written = false;
    int fd = folders_make(final)
                 ? open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
                 : -1;
    if (fd >= 0) {
        written = write_all(fd, content) && fsync(fd) == 0;
        written = close(fd) == 0 && written;
        written = written && rename(fresh, final) == 0 && folder_sync(final);
    }
    if (!written)
        trace_fail("file_write", "errno=%d", errno);
    return written ? OK : BUSY;
}

enum result file_write(const char *path, struct bytes content)
{
    return write_as(path, content, 0644);
}

enum result file_write_private(const char *path, struct bytes content)
{
    return write_as(path, content, 0600);
}

enum result file_read(struct arena *arena, const char *path, size_t size_max, struct bytes *content)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? NOT_FOUND : BUSY;
    struct stat stat;
    enum result result = BUSY;
    if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode))
        goto done;
    result = TOO_MUCH;
    if (stat.st_size < 0 || (size_t)stat.st_size > size_max)
        goto done;
    size_t size = (size_t)stat.st_size;
    uint8_t *data = arena_take(arena, size + 1);
    size_t got = 0;
    for (ssize_t n = 1; got < size && n > 0; got += n > 0 ? (size_t)n : 0)
        n = read(fd, data + got, size - got);
    *content = bytes_of(data, got);
    result = got == size ? OK : BUSY;
done:
    close(fd);
    return result;
}
