/* curbside-web: the web workers of one pool. `serve` is the master; it execs `work` for each
 * worker. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "board/board.h"
#include "core/alive.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/sandbox.h"
#include "core/seal.h"
#include "core/trace.h"
#include "fcgi/engine.h"
#include "fcgi/master.h"
#include "fcgi/openapi.h"

enum {
    BACKLOG = 4096, /* the kernel takes the smaller of this and net.core.somaxconn */
    BEAT_MS = 1000,
    STEP_MS = 1000,  /* longest silence of nginx within a request */
    WHOLE_MS = 3000, /* longest time for a whole request to arrive (nginx has it complete) */
    STALE_TICK_US = 1000 * 1000,
    STORES_WAIT_US = 3 * 1000 * 1000, /* less than the master gives a worker to be ready */
    STORES_STEP_US = 20 * 1000,
    ARGUMENTS = 8,
    MEMORY_MIB = 512, /* address space of a worker without its kept pages and what search maps */
    FILES = 64,
    DESCRIPTION_ROOM = 8 * 1024 * 1024,
};

static const char *const programs[POOL_COUNT] = {"web-login", "web-member", "web-sponsor",
                                                 "web-admin"};
static const char *const worker_settings[POOL_COUNT] = {"web.workers_login", "web.workers_member",
                                                        "web.workers_sponsor", "web.workers_admin"};

struct options {
    const char *state, *pool_name, *verb;
    enum pool pool;
};

static int usage(FILE *where)
{
    fprintf(where, "usage: curbside-web [--state DIR] [--pool login|member|sponsor|admin] VERB\n"
                   "verbs: serve routes openapi rebuild digest help\n");
    return 2;
}

static bool options_read(struct options *options, int argc, char **argv)
{
    *options = (struct options){.pool = POOL_COUNT};
    for (int i = 1; i < argc; i++) {
        bool has_value = i + 1 < argc;
        if (strcmp(argv[i], "--state") == 0 && has_value)
            options->state = argv[++i];
        else if (strcmp(argv[i], "--pool") == 0 && has_value)
            options->pool_name = argv[++i];
        else if (argv[i][0] != '-' && !options->verb)
            options->verb = argv[i];
        else
            return false;
    }
    for (size_t i = 0; options->pool_name && i < POOL_COUNT; i++)
        if (strcmp(pool_names[i], options->pool_name) == 0)
            options->pool = (enum pool)i;
    return options->verb && (!options->pool_name || options->pool != POOL_COUNT);
}

/* A socket file left by a dead master goes; one that answers stays, and we end. */
static int listen_open(enum pool pool)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = conf_path("run/%s.sock", programs[pool]);
    size_t size = strlen(path);
    if (size >= sizeof address.sun_path)
        trace_die("listen", "the path of the state folder is too long for a socket (%zu bytes)",
                  size);
    memcpy(address.sun_path, path, size + 1);
    const struct sockaddr *name = (const struct sockaddr *)&address;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, name, sizeof address) == 0)
        trace_die("listen", "another master serves this pool");
    if (fd >= 0)
        close(fd);
    unlink(path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    mode_t before = umask(0117); /* 0660: nginx's group; and then SO_PEERCRED asks who it is */
    bool good = fd >= 0 && bind(fd, name, sizeof address) == 0 && listen(fd, BACKLOG) == 0;
    umask(before);
    if (!good)
        trace_die("listen", "%s: errno=%d", programs[pool], errno);
    return fd;
}

/* systemd may hold the socket for us (sd_listen_fds(3)): LISTEN_PID and LISTEN_FDS, first
 * descriptor 3. */
static int listen_given(void)
{
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    int64_t number;
    if (!pid || !count || !text_int(text_of(pid), getpid(), getpid(), &number) ||
        !text_int(text_of(count), 1, 1, &number))
        return -1;
    if (fcntl(MASTER_LISTEN_FD, F_SETFL, O_NONBLOCK) != 0)
        trace_die("listen", "LISTEN_FDS without a socket");
    return MASTER_LISTEN_FD;
}

/* Reading the pool's own stores, accepting, asking the programs: nothing else, from here on. */
static void confine(const struct worker *worker)
{
    const char *folders[WEB_STORES];
    size_t count = worker_folders(worker, folders);
    const struct sandbox sandbox = {
        .kind = SANDBOX_WEB,
        .memory_mib = MEMORY_MIB + SEARCH_MAP_MIB + conf_int("web.kept_mib"),
        .files_max = FILES,
        .folders = folders,
        .folder_count = count,
    };
    sandbox_enter(&sandbox);
}

static int serve(const struct options *options, const char *self)
{
    char program[PATH_MAX];
    if (!realpath(self, program) || !strchr(self, '/'))
        memcpy(program, "/proc/self/exe", sizeof "/proc/self/exe");
    if (strcmp(program, "/proc/self/exe") == 0) {
        ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
        if (size <= 0)
            trace_die("serve", "cannot find my own program file");
        program[size] = 0;
    }
    const char *const argv[ARGUMENTS] = {
        program, "--state", conf_state(), "--pool", options->pool_name, "work", NULL};
    mkdir(conf_path("run"), 0750);
    int fd = listen_given();
    const struct master master = {
        .worker_argv = argv,
        .listen_fd = fd >= 0 ? fd : listen_open(options->pool),
        .workers = (int)conf_int(worker_settings[options->pool]),
        .drain_ms = (int)conf_int("web.request_seconds") * 1000,
    };
    trace_info("serve", "pool=%s workers=%d", options->pool_name, master.workers);
    int status = master_run(&master);
    if (fd < 0)
        unlink(conf_path("run/%s.sock", programs[options->pool]));
    return status;
}

/* The stores are made by programs that start beside us. Who asks meanwhile waits in the socket's
 * queue, as for any worker that starts, rather than being sent away. A worker that has to begin
 * without one gives no sign of life, so that the house is not said to be up; it ends when the store
 * is there, and the next one has it. */
static void open_whole(struct worker *worker, enum pool pool)
{
    int64_t until_us = clock_steady_us() + STORES_WAIT_US;
    worker_open(worker, pool);
    while (!worker_complete(worker) && clock_steady_us() < until_us)
        (void)usleep(STORES_STEP_US);
    if (worker_is_whole(worker))
        alive_open(programs[pool]);
    else
        trace_warn("store", "not all that this pool reads are there");
}

/* One worker: until SIGTERM, its number of requests, or a store that was made or rebuilt. */
static int work(const struct options *options)
{
    struct worker worker;
    struct listener listener;
    open_whole(&worker, options->pool);
    accept_open(&listener, MASTER_LISTEN_FD, conf_text("web.peer_users"), REQUEST_BODY_MAX, STEP_MS,
                WHOLE_MS);
    listener.large_path = ROUTE_UPLOAD;
    listener.large_max = REQUEST_UPLOAD_MAX;
    confine(&worker);
    int64_t most = conf_int("web.requests_per_worker");
    unsigned seconds = (unsigned)conf_int("web.request_seconds");
    int64_t look_us = 0;
    master_tell_ready();
    while (worker.served < most) {
        struct incoming in;
        arena_reset(&worker.arena, 0);
        enum accepted accepted = accept_next(&listener, &worker.arena, BEAT_MS, &in);
        if (accepted == ACCEPT_STOP)
            break;
        if (accepted == ACCEPT_REQUEST) {
            alarm(
                seconds); /* SIGALRM ends a worker that hangs; the master says so and replaces it */
            serve_one(&worker, &listener, &in);
            alarm(0);
        }
        alive_beat();
        int64_t now_us = clock_steady_us();
        if (now_us - look_us < STALE_TICK_US)
            continue;
        look_us = now_us;
        if (worker.untaken > 0)
            trace_info("answer", "untaken=%lld", (long long)worker.untaken);
        worker.untaken = 0;
        if (worker_is_stale(&worker))
            break;
    }
    worker_close(&worker);
    return 0;
}

/* method, pattern, pool, who, effect, rate class, form again, fields as name:type:low:high */
static int routes_print(void)
{
    static const char *const types[] = {
        [FIELD_LINE] = "line",   [FIELD_TEXT] = "text", [FIELD_SECRET] = "secret",
        [FIELD_INT] = "int",     [FIELD_FLAG] = "flag", [FIELD_KEY] = "key",
        [FIELD_MONTH] = "month", [FIELD_DATE] = "date", [FIELD_MONEY] = "money",
        [FIELD_FILE] = "file",   [FIELD_LIST] = "list",
    };
    for (size_t i = 0; i < route_count; i++) {
        const struct route *row = &route_table[i];
        printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\t", row->method == METHOD_POST ? "POST" : "GET",
               row->pattern, pool_names[row->pool], who_name(row->who),
               row->effect == WRITES ? "writes" : "reads", rate_name(row->rate),
               row->again ? "again" : "-");
        for (const struct field *field = row->fields; field && field->name; field++)
            printf("%s%s:%s:%lld:%lld%s", field == row->fields ? "" : ",", field->name,
                   types[field->type], (long long)field->low, (long long)field->high,
                   field->optional ? "?" : "");
        printf("\n");
    }
    return 0;
}

static int openapi_print(void)
{
    struct arena arena;
    struct buf out;
    arena_open(&arena, DESCRIPTION_ROOM);
    buf_open(&out, &arena, 64 * 1024);
    openapi_write(&out, &arena);
    bool good = fwrite(out.data, 1, out.size, stdout) == out.size && putchar('\n') == '\n';
    arena_close(&arena);
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct options options;
    if (!options_read(&options, argc, argv))
        return usage(stderr);
    if (strcmp(options.verb, "help") == 0) {
        printf(
            "serve\trun the web workers of one pool (--pool) until SIGTERM; SIGHUP replaces them\n"
            "openapi\tprint the description of what programs may ask (OpenAPI 3.1), as "
            "/openapi.json\n"
            "routes\tprint every route: method, path, pool, who, effect, rate, again, fields\n");
        return 0;
    }
    if (strcmp(options.verb, "routes") == 0)
        return routes_print();
    if (strcmp(options.verb, "openapi") == 0)
        return openapi_print();
    /* The web keeps nothing of its own. */
    if (strcmp(options.verb, "rebuild") == 0 || strcmp(options.verb, "digest") == 0)
        return 0;
    bool serves = strcmp(options.verb, "serve") == 0;
    if (options.pool == POOL_COUNT || (!serves && strcmp(options.verb, "work") != 0))
        return usage(stderr);
    trace_open(programs[options.pool]);
    conf_open(options.state);
    clock_open();
    if (serves)
        return serve(&options, argv[0]);
    seal_open();
    return work(&options);
}
