#include "fcgi/master.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/trace.h"

enum {
    WORKERS_MAX = 32,
    SLOTS = 2 * WORKERS_MAX, /* while rolling there are some more than wanted */
    TICK_MS = 1000,
    READY_MS_MAX = 15000, /* a new worker that takes longer is given up */
    YOUNG_MS = 5000,      /* dying younger than this makes the next start wait */
    BACKOFF_MS = 100,
    BACKOFF_DOUBLINGS_MAX = 6,
};

enum state { FREE, STARTING, READY, STOPPING };
struct slot {
    enum state state;
    pid_t pid;
    int ready_fd;     /* becomes readable when the worker is ready */
    int64_t since_ms; /* start */
    int generation;
};
struct pool {
    const struct master *master;
    struct slot slots[SLOTS];
    int generation; /* moves with SIGHUP; workers of an older one are to be replaced */
    int deaths;     /* young ones in a row */
    int64_t start_at_ms;
    int signal_fd;
    bool stopping;
};

static int64_t now_ms(void)
{
    return clock_steady_us() / 1000;
}

/* In the child: descriptors in their places, everything else closed, then the worker. */
static void NORETURN worker_exec(const struct pool *pool, int ready_fd, pid_t parent)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGINT, SIG_IGN); /* Ctrl-C reaches the whole group; the master decides */
    signal(SIGHUP, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    /* Out of each other's way first: one may stand where the other has to go. */
    int listen_fd = fcntl(pool->master->listen_fd, F_DUPFD, 16);
    ready_fd = fcntl(ready_fd, F_DUPFD, 16);
    if (getppid() != parent || dup2(listen_fd, MASTER_LISTEN_FD) < 0 ||
        dup2(ready_fd, MASTER_READY_FD) < 0)
        _exit(1);
    close_range(MASTER_READY_FD + 1, ~0u, 0);
    execv(pool->master->worker_argv[0], (char *const *)(uintptr_t)pool->master->worker_argv);
    _exit(127);
}

static bool worker_start(struct pool *pool)
{
    struct slot *slot = pool->slots;
    while (slot < pool->slots + SLOTS && slot->state != FREE)
        slot++;
    int ready[2];
    if (slot == pool->slots + SLOTS || pipe2(ready, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        worker_exec(pool, ready[1], parent);
    close(ready[1]);
    if (pid < 0) {
        close(ready[0]);
        trace_warn("master", "fork errno=%d", errno);
        return false;
    }
    *slot = (struct slot){STARTING, pid, ready[0], now_ms(), pool->generation};
    return true;
}

static void slot_stop(struct slot *slot, int number)
{
    kill(slot->pid, number);
    slot->state = STOPPING;
}

static int slots_in(const struct pool *pool, enum state state)
{
    int count = 0;
    for (int i = 0; i < SLOTS; i++)
        count += pool->slots[i].state == state;
    return count;
}

/* Workers that have ended: count young deaths, so that a worker that cannot live does not spin. */
static void reap(struct pool *pool)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        struct slot *slot = pool->slots;
        while (slot < pool->slots + SLOTS && (slot->state == FREE || slot->pid != pid))
            slot++;
        if (slot == pool->slots + SLOTS)
            continue;
        bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (WIFSIGNALED(status))
            trace_fail("worker", "pid=%d killed by signal %d", (int)pid, WTERMSIG(status));
        else if (!clean)
            trace_fail("worker", "pid=%d exit=%d", (int)pid, WEXITSTATUS(status));
        bool young = now_ms() - slot->since_ms < YOUNG_MS && slot->state != STOPPING;
        bool bad = young && (!clean || slot->state == STARTING);
        pool->deaths = bad ? pool->deaths + 1 : 0;
        if (bad && pool->deaths > 1) {
            int doublings =
                pool->deaths < BACKOFF_DOUBLINGS_MAX ? pool->deaths : BACKOFF_DOUBLINGS_MAX;
            pool->start_at_ms = now_ms() + ((int64_t)BACKOFF_MS << doublings);
        }
        close(slot->ready_fd);
        slot->state = FREE;
    }
}

/* A byte on its pipe: the worker takes requests. One of an older generation can go now. */
static void ready_read(struct pool *pool, struct slot *slot)
{
    char byte;
    if (slot->state != STARTING || read(slot->ready_fd, &byte, 1) != 1)
        return; /* the end of the pipe: it died; reap will see it */
    slot->state = READY;
    for (int i = 0; i < SLOTS; i++)
        if (pool->slots[i].state == READY && pool->slots[i].generation != pool->generation) {
            slot_stop(&pool->slots[i], SIGTERM);
            return;
        }
}

/* Bring the pool to what it should be: one start at a time while rolling, all at once when workers
 * are missing. */
static void balance(struct pool *pool)
{
    int starting = slots_in(pool, STARTING), ready = slots_in(pool, READY);
    int old = 0;
    for (int i = 0; i < SLOTS; i++) {
        struct slot *slot = &pool->slots[i];
        old += slot->state == READY && slot->generation != pool->generation;
        if (slot->state == STARTING && now_ms() - slot->since_ms > READY_MS_MAX) {
            trace_fail("worker", "pid=%d was not ready in time", (int)slot->pid);
            slot_stop(slot, SIGKILL);
        }
    }
    if (pool->stopping || now_ms() < pool->start_at_ms)
        return;
    int missing = pool->master->workers - ready - starting;
    if (missing <= 0 && old > 0 && starting == 0)
        missing = 1;
    while (missing-- > 0 && worker_start(pool))
        continue;
}

static void signals_read(struct pool *pool)
{
    struct signalfd_siginfo info;
    while (read(pool->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP) {
            trace_info("master", "replacing the workers");
            pool->generation++;
        }
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
            pool->stopping = true;
    }
}

static void wait_once(struct pool *pool, int wait_ms)
{
    struct pollfd fds[SLOTS + 1] = {{.fd = pool->signal_fd, .events = POLLIN}};
    for (int i = 0; i < SLOTS; i++)
        fds[i + 1] =
            (struct pollfd){.fd = pool->slots[i].state == STARTING ? pool->slots[i].ready_fd : -1,
                            .events = POLLIN};
    if (poll(fds, SLOTS + 1, wait_ms) <= 0)
        return;
    if (fds[0].revents)
        signals_read(pool);
    for (int i = 0; i < SLOTS; i++)
        if (fds[i + 1].revents & POLLIN)
            ready_read(pool, &pool->slots[i]);
}

/* SIGTERM to all; what has not ended in time is killed. */
static int drain(struct pool *pool)
{
    int64_t end_ms = now_ms() + pool->master->drain_ms;
    bool killed = false;
    for (int i = 0; i < SLOTS; i++)
        if (pool->slots[i].state == STARTING || pool->slots[i].state == READY)
            slot_stop(&pool->slots[i], SIGTERM);
    for (;;) {
        reap(pool);
        if (slots_in(pool, FREE) == SLOTS)
            return killed ? 1 : 0;
        if (now_ms() > end_ms && !killed) {
            killed = true;
            trace_fail("master", "workers did not end in time");
            for (int i = 0; i < SLOTS; i++)
                if (pool->slots[i].state == STOPPING)
                    kill(pool->slots[i].pid, SIGKILL);
        }
        wait_once(pool, TICK_MS / 10);
    }
}

int master_run(const struct master *master)
{
    assert(master->workers >= 1 && master->workers <= WORKERS_MAX);
    struct pool pool = {.master = master};
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGHUP);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    pool.signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (pool.signal_fd < 0)
        trace_die("master", "signalfd errno=%d", errno);
    while (!pool.stopping) {
        reap(&pool);
        balance(&pool);
        if (master->beat)
            master->beat();
        int64_t pause = pool.start_at_ms - now_ms();
        wait_once(&pool, pause > 0 && pause < TICK_MS ? (int)pause : TICK_MS);
    }
    int status = drain(&pool);
    close(pool.signal_fd);
    return status;
}

void master_tell_ready(void)
{
    if (write(MASTER_READY_FD, "r", 1) != 1)
        trace_warn("worker", "the master is gone");
    close(MASTER_READY_FD);
}
