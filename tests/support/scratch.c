#include "tests/support/scratch.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"

#include <assert.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char base[512];
static pid_t owner;

static int remove_one(const char *path, const struct stat *file, int type, struct FTW *place)
{
    (void)file;
    (void)type;
    (void)place;
    return remove(path);
}

static void remove_all(void)
{
    if (getpid() == owner) /* a child that ends leaves the folder to its parent */
        (void)nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_open(void)
{
    static int count;
    if (count == 0) {
        const char *const folder = getenv("TEST_TMP");
        const int size = snprintf(base, sizeof base, "%s/curbside-unit.XXXXXX",
                                  folder == NULL ? "/tmp" : folder);
        assert(size > 0 && (size_t)size < sizeof base && mkdtemp(base) != NULL);
        owner = getpid();
        (void)atexit(remove_all);
        /* For programs a test starts: what is confined cannot be looked through for leaks. */
        (void)setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
        trace_open("test");
        clock_open();
        seal_open();
    }
    char state[600];
    const int size = snprintf(state, sizeof state, "%s/%d", base, count++);
    assert(size > 0 && (size_t)size < sizeof state);
    conf_open(state);
    (void)conf_folder("run");
    return conf_state();
}

int scratch_child(void (*work)(void *self), void *self)
{
    (void)fflush(NULL);
    const pid_t pid = fork();
    assert(pid >= 0);
    if (pid == 0) {
        const int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
        (void)dup2(quiet, STDERR_FILENO);
        (void)dup2(quiet, STDOUT_FILENO);
        work(self);
        _exit(0);
    }
    int status;
    const pid_t ended = waitpid(pid, &status, 0);
    assert(ended == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
