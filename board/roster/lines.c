#include "board/clerk/tools.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { READ_SIZE = 256 * 1024 };

NORETURN static void lines_die(const char *path, const char *why)
{
    fprintf(stderr, "curbside-clerk: %s: %s\n", path, why);
    exit(1);
}

/* gzip reads the file from its standard input, so that the name never reaches its command line. */
static void gzip_start(struct lines *lines, const char *path)
{
    static char program[] = "gzip", option[] = "-dc";
    char *arguments[] = {program, option, NULL};
    posix_spawn_file_actions_t actions;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        lines_die(path, strerror(errno));
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, lines->fd, STDIN_FILENO);
    (void)posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    int error = posix_spawnp(&lines->child, program, &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        lines_die(path, "gzip cannot be started");
    (void)close(ends[1]);
    (void)close(lines->fd);
    lines->fd = ends[0];
}

void lines_open(struct lines *lines, const char *path)
{
    uint8_t magic[2] = {0};
    memset(lines, 0, sizeof(*lines));
    /* Opening /dev/stdin would fail where standard input is a socket. */
    lines->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (lines->fd < 0)
        lines_die(path, strerror(errno));
    lines->source = dup(lines->fd);
    lines->total = lseek(lines->fd, 0, SEEK_END);
    (void)lseek(lines->fd, 0, SEEK_SET);
    if (pread(lines->fd, magic, 2, 0) == 2 && magic[0] == 0x1f && magic[1] == 0x8b)
        gzip_start(lines, path);
    lines->room = LINE_SIZE_MAX + READ_SIZE;
    lines->data = malloc(lines->room);
    if (lines->data == NULL)
        lines_die(path, "no memory");
}

/* Move what is left to the front and read on. False at the end. */
static bool lines_fill(struct lines *lines)
{
    memmove(lines->data, lines->data + lines->at, lines->size - lines->at);
    lines->size -= lines->at;
    lines->at = 0;
    if (lines->ended || lines->size + READ_SIZE > lines->room)
        return false;
    ssize_t size = read(lines->fd, lines->data + lines->size, READ_SIZE);
    if (size <= 0) {
        lines->ended = true;
        lines->failed = size < 0;
        return false;
    }
    lines->size += (size_t)size;
    return true;
}

bool lines_next(struct lines *lines, struct text *line, bool *whole)
{
    size_t seen = 0;
    const char *end = NULL;
    *whole = true;
    for (;;) {
        size_t held = lines->size - lines->at;
        end = held > seen ? memchr(lines->data + lines->at + seen, '\n', held - seen) : NULL;
        seen = held;
        if (end != NULL || held > LINE_SIZE_MAX || !lines_fill(lines))
            break;
    }
    size_t held = lines->size - lines->at;
    if (held == 0)
        return false;
    size_t size = end != NULL ? (size_t)(end - lines->data) - lines->at : held;
    *line = (struct text){lines->data + lines->at, size};
    lines->at += size + (end != NULL ? 1 : 0);
    lines->number++;
    if (line->size > 0 && line->data[line->size - 1] == '\r')
        line->size--;
    if (end == NULL && !lines->ended) { /* too long: skip to its end */
        *whole = false;
        struct text rest = {lines->data, 0};
        int64_t number = lines->number;
        bool ignored = true;
        lines->at = lines->size = 0;
        if (lines_fill(lines))
            (void)lines_next(lines, &rest, &ignored);
        lines->number = number;
        *line = NO_TEXT;
    }
    return true;
}

bool lines_piece(struct lines *lines, struct bytes *piece)
{
    if (lines->size == lines->at && !lines_fill(lines))
        return false;
    *piece = bytes_of(lines->data + lines->at, lines->size - lines->at);
    lines->at = lines->size;
    return true;
}

struct text lines_peek(struct lines *lines)
{
    if (lines->size == lines->at)
        (void)lines_fill(lines);
    return (struct text){lines->data + lines->at, lines->size - lines->at};
}

double lines_share(const struct lines *lines)
{
    int64_t at = lseek(lines->source, 0, SEEK_CUR);
    return at < 0 || lines->total <= 0 ? 0 : (double)at / (double)lines->total;
}

bool lines_close(struct lines *lines)
{
    int status = 0;
    (void)close(lines->fd);
    (void)close(lines->source);
    free(lines->data);
    lines->data = NULL;
    if (lines->child != 0 && waitpid(lines->child, &status, 0) < 0)
        return false;
    return !lines->failed && (lines->child == 0 || status == 0);
}
