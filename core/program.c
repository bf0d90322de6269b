#include "core/program.h"
#include "core/conf.h"
#include "core/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 64, OUTPUT_MAX = 1024 * 1024 };

/* The clerk makes the stores the others follow; the web reads what all of them make. */
const struct program programs[] = {
    {"clerk", "curbside-clerk", NULL, 0},        {"paymaster", "curbside-paymaster", NULL, 1},
    {"ranker", "curbside-ranker", NULL, 1},      {"analyst", "curbside-analyst", NULL, 1},
    {"postman", "curbside-postman", NULL, 1},    {"web-login", "curbside-web", "login", 2},
    {"web-member", "curbside-web", "member", 2}, {"web-sponsor", "curbside-web", "sponsor", 2},
    {"web-admin", "curbside-web", "admin", 2},   {NULL, NULL, NULL, 0},
};

/* The folder of the running executable. */
static const char *own_folder(void)
{
    static char folder[PATH_MAX];
    const ssize_t size = readlink("/proc/self/exe", folder, sizeof folder - 1);
    if (size <= 0)
        trace_die("start", "own path cannot be read");
    folder[size] = 0;
    *strrchr(folder, '/') = 0;
    return folder;
}

const char *program_path(const char *binary)
{
    static char path[PATH_MAX];
    const int size = snprintf(path, sizeof path, "%s/%s", own_folder(), binary);
    return size > 0 && (size_t)size < sizeof path && access(path, X_OK) == 0 ? path : NULL;
}

/* Installed: PREFIX/lib/curbside beside PREFIX/share/curbside. Built: ROOT/build/bin; or elsewhere,
 * and started in ROOT. */
const char *program_share(const char *name)
{
    static char path[PATH_MAX], whole[PATH_MAX];
    static const char *const ways[] = {"/../../share/curbside/", "/../../"};
    const char *const own = own_folder();
    for (size_t i = 0; i < 3; i++) {
        const int size =
            snprintf(path, sizeof path, "%s%s%s", i < 2 ? own : "./", i < 2 ? ways[i] : "", name);
        if (size > 0 && (size_t)size < sizeof path && realpath(path, whole) != NULL)
            return whole;
    }
    return NULL;
}

static void read_all(int fd, struct buf *out)
{
    char part[4096];
    ssize_t size;
    while ((size = read(fd, part, sizeof part)) != 0) {
        if (size < 0 && errno != EINTR)
            return;
        if (size > 0 && out->size + (size_t)size <= OUTPUT_MAX)
            buf_add(out, part, (size_t)size);
    }
}

int program_call(const char *binary, const char *const *arguments, struct buf *out)
{
    const char *list[ARGUMENTS_MAX + 4] = {program_path(binary), "--state", conf_state()};
    size_t count = 3;
    int ends[2] = {-1, -1}, status = 0;
    for (size_t i = 0; arguments[i] != NULL && count < ARGUMENTS_MAX; i++)
        list[count++] = arguments[i];
    if (list[0] == NULL || (out != NULL && pipe2(ends, O_CLOEXEC) != 0))
        return 127;
    (void)fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) {
        if (out != NULL)
            (void)dup2(ends[1], STDOUT_FILENO);
        (void)execv(list[0], (char *const *)(uintptr_t)list);
        _exit(127);
    }
    if (out != NULL) {
        (void)close(ends[1]);
        read_all(ends[0], out);
        (void)close(ends[0]);
    }
    if (pid < 0)
        return 127;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return 127;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

pid_t program_pid(const char *name)
{
    char text[32];
    int64_t pid = 0;
    const int fd = open(conf_path("run/%s.pid", name), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    const ssize_t size = read(fd, text, sizeof text);
    (void)close(fd);
    const struct text trimmed = text_trim((struct text){text, size < 0 ? 0 : (size_t)size});
    if (!text_int(trimmed, 1, INT_MAX, &pid) || (kill((pid_t)pid, 0) != 0 && errno != EPERM))
        return 0;
    return (pid_t)pid;
}
