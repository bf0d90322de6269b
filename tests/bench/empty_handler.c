/* The measure for page_ratio: the house's own accept path and nothing behind it. Answers every
 * request with the same bytes. empty_handler SOCKET BYTES WORKERS Runs until SIGTERM. No store, no
 * session, no route: what is left is nginx, FastCGI and the kernel. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/trace.h"
#include "fcgi/accept.h"

enum { WORKERS_MAX = 16, BACKLOG = 4096, BODY_MAX = 256 * 1024, ARENA_SIZE = 4 * 1024 * 1024 };

static int work(int fd, size_t size)
{
    struct listener listener;
    struct arena arena;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    arena_open(&arena, ARENA_SIZE);
    uint8_t *body = malloc(size + 1);
    if (!body)
        return 1;
    memset(body, 'x', size);
    char head[128];
    int head_size = snprintf(head, sizeof head,
                             "Status: 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
                             "Content-Length: %zu\r\n\r\n",
                             size);
    accept_open(&listener, fd, TEXT("www-data"), BODY_MAX, 1000, 3000);
    for (;;) {
        struct incoming in;
        arena_reset(&arena, 0);
        enum accepted accepted = accept_next(&listener, &arena, 1000, &in);
        if (accepted == ACCEPT_STOP)
            break;
        if (accepted == ACCEPT_REQUEST)
            (void)accept_answer(&listener, &in, bytes_of(head, (size_t)head_size),
                                bytes_of(body, size));
    }
    free(body);
    return 0;
}

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int64_t size, workers;
    if (argc != 4 || strlen(argv[1]) >= sizeof address.sun_path ||
        !text_int(text_of(argv[2]), 0, 1024 * 1024, &size) ||
        !text_int(text_of(argv[3]), 1, WORKERS_MAX, &workers)) {
        fprintf(stderr, "usage: empty_handler SOCKET BYTES WORKERS\n");
        return 2;
    }
    trace_open("empty_handler");
    memcpy(address.sun_path, argv[1], strlen(argv[1]) + 1);
    unlink(argv[1]);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(argv[1], 0666) != 0 || listen(fd, BACKLOG) != 0)
        trace_die("listen", "errno=%d", errno);
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    pid_t pids[WORKERS_MAX];
    for (int64_t i = 0; i < workers; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            return work(fd, (size_t)size);
    }
    int number;
    sigprocmask(SIG_BLOCK, &stop, NULL);
    sigwait(&stop, &number);
    for (int64_t i = 0; i < workers; i++)
        kill(pids[i], SIGTERM);
    while (wait(NULL) > 0)
        continue;
    unlink(argv[1]);
    return 0;
}
