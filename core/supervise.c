#include "core/supervise.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/program.h"
#include "core/trace.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    CHILDREN_MAX = 16,
    TICK_MS = 50,
    READY_MS = 60 * 1000, /* a stage that takes longer no longer holds up the next */
    /* Up for this long: the next end starts the waiting afresh. What dies at its start is raised
     * ever more rarely; what was at work is back within a second however often it is killed. */
    SETTLED_MS = 1000,
    PAUSE_MS_MIN = 50, /* before a program is raised again; doubles while it keeps ending */
    PAUSE_MS_MAX = 10 * 1000,
    STOP_MS = 8 * 1000, /* then it is killed */
    LOG_SIZE_MAX = 16 * 1024 * 1024,
};

struct child {
    struct program program; /* binary NULL: nginx */
    pid_t pid;              /* 0: not running */
    int64_t started_ms, due_ms, pause_ms;
    bool told; /* that it is up */
};

struct house {
    struct child children[CHILDREN_MAX];
    size_t count;
    int stage;        /* the highest one that may run */
    int64_t stage_ms; /* since when */
    int64_t log_ms;   /* when the logs were last looked at */
    bool whole;       /* said that everything is up */
    char address[64]; /* said when everything is up; empty without nginx */
    sigset_t signals, before;
};

static int64_t now_ms(void)
{
    return clock_steady_us() / 1000;
}

/* --- one supervisor a state folder --- */

static int lock_open(void)
{
    (void)conf_folder("run");
    return open(conf_path("run/up.lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
}

bool supervise_lock(void)
{
    char text[32];
    const int fd = lock_open(); /* never closed: the lock lasts as long as we do */
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
        (void)fprintf(stderr, "curbside: %s is up already\n", conf_state());
        return false;
    }
    const int size = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    return ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)size, 0) == size;
}

int supervise_stop(void)
{
    char text[32] = "";
    int64_t pid;
    const int fd = lock_open();
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0) {
        (void)fprintf(stderr, "curbside: %s is not up\n", conf_state());
        return 1;
    }
    const ssize_t size = pread(fd, text, sizeof text, 0);
    const struct text trimmed = text_trim((struct text){text, size < 0 ? 0 : (size_t)size});
    if (!text_int(trimmed, 2, INT32_MAX, &pid) || kill((pid_t)pid, SIGTERM) != 0) {
        (void)fprintf(stderr, "curbside: the supervisor cannot be told to stop\n");
        return 1;
    }
    const int64_t until_ms = now_ms() + 6 * STOP_MS;
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (now_ms() > until_ms) {
            (void)fprintf(stderr, "curbside: process %ld does not stop\n", (long)pid);
            return 1;
        }
        (void)usleep(TICK_MS * 1000);
    }
    return 0;
}

/* --- nginx: its templates are filled in by the script that lies beside them --- */

static bool nginx_configure(long port)
{
    char number[24];
    int status;
    const char *const script = program_share("nginx/configure");
    if (script == NULL) {
        (void)fprintf(stderr, "curbside: nginx/configure is not there\n");
        return false;
    }
    (void)snprintf(number, sizeof number, "%ld", port);
    (void)fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) {
        (void)execl(script, script, "--state", conf_state(), "--port", number, NULL);
        _exit(127);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* --- children --- */

static int log_open_file(const char *name)
{
    return open(conf_path("log/%s.log", name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

NORETURN static void child_run(const struct house *house, const struct program *program)
{
    const char *list[8] = {NULL};
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* nobody stays behind without a supervisor */
    (void)sigprocmask(SIG_SETMASK, &house->before, NULL);
    const int in = open("/dev/null", O_RDONLY | O_CLOEXEC), out = log_open_file(program->name);
    if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
        _exit(126);
    if (program->binary == NULL) {
        (void)execlp("nginx", "nginx", "-p", conf_path("nginx"), "-c",
                     conf_path("nginx/nginx.conf"), "-e", "stderr", NULL);
        _exit(127);
    }
    size_t count = 0;
    list[count++] = program_path(program->binary);
    list[count++] = "--state";
    list[count++] = conf_state();
    if (program->pool != NULL) {
        list[count++] = "--pool";
        list[count++] = program->pool;
    }
    list[count] = "serve";
    if (list[0] != NULL)
        (void)execv(list[0], (char *const *)(uintptr_t)list);
    _exit(127);
}

static void pid_note(const char *name, pid_t pid)
{
    char text[32];
    const int fd =
        open(conf_path("run/%s.pid", name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    const int size = snprintf(text, sizeof text, "%ld\n", (long)pid);
    if (fd < 0 || write(fd, text, (size_t)size) != size)
        trace_warn("up", "the process of %s could not be noted", name);
    if (fd >= 0)
        (void)close(fd);
}

static void child_start(struct house *house, struct child *child)
{
    const char *const name = child->program.name;
    (void)unlink(conf_path("run/%s.alive", name)); /* made again by the program itself */
    (void)fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0)
        child_run(house, &child->program);
    if (pid < 0) {
        trace_fail("up", "%s cannot be started: %s", name, strerror(errno));
        child->due_ms = now_ms() + PAUSE_MS_MAX;
        return;
    }
    (void)setpgid(pid, pid);
    child->pid = pid;
    child->started_ms = now_ms();
    child->told = false;
    pid_note(name, pid);
}

/* Nothing of its group may outlive it: a worker that went on would serve beside its successor. */
static void child_ended(struct child *child, int status)
{
    const char *const name = child->program.name;
    const int64_t now = now_ms();
    (void)kill(-child->pid, SIGKILL);
    (void)unlink(conf_path("run/%s.pid", name));
    if (now - child->started_ms > SETTLED_MS || child->pause_ms == 0)
        child->pause_ms = PAUSE_MS_MIN;
    else if (child->pause_ms < PAUSE_MS_MAX)
        child->pause_ms *= 2;
    child->due_ms = now + child->pause_ms;
    child->pid = 0;
    (void)printf("%-12s ended (%s %d); see %s\n", name, WIFSIGNALED(status) ? "signal" : "code",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
                 conf_path("log/%s.log", name));
    (void)fflush(stdout);
}

static void reap(struct house *house, bool stopping)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (size_t i = 0; i < house->count; i++) {
            struct child *const child = &house->children[i];
            if (child->pid != pid)
                continue;
            if (!stopping) {
                child_ended(child, status);
                continue;
            }
            (void)kill(-pid, SIGKILL);
            (void)unlink(conf_path("run/%s.pid", child->program.name));
            child->pid = 0;
        }
    }
}

static bool child_is_ready(const struct child *child)
{
    if (child->pid == 0)
        return false;
    if (child->program.binary == NULL)
        return now_ms() - child->started_ms > 2 * TICK_MS;
    return access(conf_path("run/%s.alive", child->program.name), F_OK) == 0;
}

/* Start what is due; a stage begins once the one before it is up. False while there is something to
 * wait for. */
static bool raise_due(struct house *house)
{
    bool ready = true, more = false;
    for (size_t i = 0; i < house->count; i++) {
        struct child *const child = &house->children[i];
        if (child->program.stage > house->stage) {
            more = true;
            continue;
        }
        if (child->pid == 0 && now_ms() >= child->due_ms)
            child_start(house, child);
        if (!child_is_ready(child)) {
            ready = false;
        } else if (!child->told) {
            child->told = true;
            (void)printf("%-12s up after %lld ms\n", child->program.name,
                         (long long)(now_ms() - child->started_ms));
            (void)fflush(stdout);
        }
    }
    if (more && (ready || now_ms() - house->stage_ms > READY_MS)) {
        house->stage++;
        house->stage_ms = now_ms();
    } else if (!more && ready && !house->whole) {
        house->whole = true;
        (void)printf("everything is up%s\n", house->address);
        (void)fflush(stdout);
    }
    return ready && !more;
}

/* A log over its limit moves to NAME.log.1; its writer goes on in place, since it appends. */
static void logs_trim(struct house *house)
{
    static char part[64 * 1024];
    if (now_ms() - house->log_ms < 60 * 1000)
        return;
    house->log_ms = now_ms();
    for (size_t i = 0; i < house->count; i++) {
        const char *const name = house->children[i].program.name;
        const char *const path = conf_path("log/%s.log", name);
        struct stat file;
        if (stat(path, &file) != 0 || file.st_size < LOG_SIZE_MAX)
            continue;
        const int from = open(path, O_RDWR | O_CLOEXEC);
        const int to =
            open(conf_path("log/%s.log.1", name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
        ssize_t size = 0;
        while (from >= 0 && to >= 0 && (size = read(from, part, sizeof part)) > 0)
            if (write(to, part, (size_t)size) != size)
                break;
        if (from < 0 || ftruncate(from, 0) != 0)
            trace_warn("up", "the log of %s could not be trimmed", name);
        if (from >= 0)
            (void)close(from);
        if (to >= 0)
            (void)close(to);
    }
}

static void roll(struct house *house)
{
    for (size_t i = 0; i < house->count; i++) {
        const struct child *const child = &house->children[i];
        if (child->pid != 0 && (child->program.pool != NULL || child->program.binary == NULL))
            (void)kill(child->pid, SIGHUP);
    }
}

static void stop_stage(struct house *house, int stage)
{
    const int64_t until_ms = now_ms() + STOP_MS;
    for (bool killed = false, any = true, told = false; any;) {
        any = false;
        reap(house, true);
        for (size_t i = 0; i < house->count; i++) {
            const struct child *const child = &house->children[i];
            if (child->pid == 0 || child->program.stage != stage)
                continue;
            any = true;
            if (!told)
                (void)kill(child->pid, SIGTERM);
            else if (!killed && now_ms() > until_ms)
                (void)kill(-child->pid, SIGKILL);
        }
        told = true;
        killed = now_ms() > until_ms;
        if (any)
            (void)usleep(10 * 1000);
    }
}

static void house_fill(struct house *house, bool with_nginx)
{
    int stage = 0;
    for (size_t i = 0; programs[i].name != NULL; i++) {
        assert(house->count < CHILDREN_MAX - 1);
        stage = programs[i].stage;
        if (program_path(programs[i].binary) == NULL)
            (void)fprintf(stderr, "curbside: %s is not there\n", programs[i].binary);
        else
            house->children[house->count++].program = programs[i];
    }
    if (with_nginx)
        house->children[house->count++].program =
            (struct program){.name = "nginx", .stage = stage + 1};
}

static long port_wanted(void)
{
    int64_t port;
    const char *const given = getenv("PORT");
    if (given != NULL && text_int(text_of(given), 1, 65535, &port))
        return (long)port;
    return (long)conf_int("http.port");
}

int supervise_up(bool with_nginx)
{
    static struct house house;
    if (!supervise_lock())
        return 1;
    (void)conf_folder("log");
    (void)conf_folder("public/tile");
    const long port = port_wanted();
    if (with_nginx)
        (void)snprintf(house.address, sizeof house.address, ": http://localhost:%ld", port);
    if (with_nginx && !nginx_configure(port))
        return 1;
    house_fill(&house, with_nginx);
    if (house.count == 0)
        return 1;
    (void)sigemptyset(&house.signals);
    (void)sigaddset(&house.signals, SIGTERM);
    (void)sigaddset(&house.signals, SIGINT);
    (void)sigaddset(&house.signals, SIGHUP);
    (void)sigaddset(&house.signals, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &house.signals, &house.before);
    house.stage_ms = house.log_ms = now_ms();
    for (;;) {
        reap(&house, false);
        const bool settled = raise_due(&house);
        logs_trim(&house);
        const struct timespec tick = {settled ? 1 : 0, settled ? 0 : TICK_MS * 1000000L};
        const int signal = sigtimedwait(&house.signals, NULL, &tick);
        if (signal == SIGHUP)
            roll(&house);
        if (signal == SIGTERM || signal == SIGINT)
            break;
    }
    (void)printf("stopping\n");
    (void)fflush(stdout);
    for (int stage = house.children[house.count - 1].program.stage; stage >= 0; stage--)
        stop_stage(&house, stage);
    return 0;
}
