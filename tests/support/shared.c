#include "tests/support/shared.h"
#include <assert.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILE_MAX = 64 * 1024 * 1024 };
extern char **environ;

static struct text whole(struct arena *arena, int fd)
{
    char *data = arena_take_raw(arena, FILE_MAX);
    size_t size = 0;
    ssize_t got;
    while ((got = read(fd, data + size, FILE_MAX - size)) > 0)
        size += (size_t)got;
    assert(got == 0 && size < FILE_MAX);
    return (struct text){data, size};
}

static struct text unpacked(struct arena *arena, const char *program, const char *path)
{
    int ends[2], status;
    pid_t child;
    posix_spawn_file_actions_t actions;
    char *const arguments[] = {(char *)program, "-dc", (char *)path, NULL};
    assert(pipe2(ends, O_CLOEXEC) == 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    assert(posix_spawnp(&child, program, &actions, NULL, arguments, environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    const struct text text = whole(arena, ends[0]);
    close(ends[0]);
    assert(waitpid(child, &status, 0) == child && status == 0);
    return text;
}

struct text shared_text(struct arena *arena, const char *path)
{
    const char *shared = getenv("SHARED"), *end = strrchr(path, '.');
    if (shared == NULL || *shared == 0)
        return NO_TEXT;
    const char *full = arena_format(arena, "%s/%s", shared, path).data;
    const int fd = open(full, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NO_TEXT;
    const bool is_gzip = end && strcmp(end, ".gz") == 0, is_xz = end && strcmp(end, ".xz") == 0;
    const struct text text =
        is_gzip || is_xz ? unpacked(arena, is_gzip ? "gzip" : "xz", full) : whole(arena, fd);
    close(fd);
    return text;
}

struct text shared_field(struct text line, char separator, size_t column)
{
    struct text field = NO_TEXT;
    for (size_t i = 0; i <= column; i++)
        if (!text_next(&line, separator, &field))
            return NO_TEXT;
    return text_trim(field);
}

struct text csv_field(struct text line, size_t column)
{
    size_t at = 0, from = 0;
    for (;; column--) {
        const bool is_quoted = at < line.size && line.data[at] == '"';
        from = at;
        if (is_quoted)
            for (at++; at < line.size && line.data[at] != '"'; at++)
                ;
        while (at < line.size && line.data[at] != ',')
            at++;
        if (column == 0)
            return text_trim(
                (struct text){line.data + from + is_quoted, at - from - 2 * (size_t)is_quoted});
        if (at == line.size)
            return NO_TEXT;
        at++;
    }
}

double shared_real(struct text field)
{
    char word[64];
    if (field.size == 0 || field.size >= sizeof(word) || text_is(field, "NA") ||
        text_is(field, "nan"))
        return NAN;
    memcpy(word, field.data, field.size);
    word[field.size] = 0;
    return strtod(word, NULL);
}
