/* Load for the benchmarks, from one process: each client has at most one request under way and
 * cycles through its own lines. load appends FILE SECONDS           bare loop: append 200 bytes,
 * fdatasync; one at a time load http PORT SECONDS FILE         lines: CLIENT <tab> METHOD <tab>
 * PATH <tab> COOKIE <tab> BODY load commands SOCKET SECONDS FILE   lines: CLIENT <tab> JSON SECONDS
 * 0: every line once. Prints `done per_s p50_ms p99_ms max_ms fairness errors`; the first error's
 * answer goes to standard error. */
#include "core/arena.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS_MAX = 256, SAMPLES_MAX = 4000000, ANSWER_MAX = 512 * 1024, LINES_MAX = 200000 };

struct client {
    int fd;
    size_t first, count, next; /* its lines */
    double begun;
    size_t done;
    size_t received, expected; /* of an HTTP answer; expected 0: head not whole yet */
    char *answer;
};

static struct {
    struct client clients[CLIENTS_MAX];
    size_t client_count;
    char *lines[LINES_MAX];
    int owner[LINES_MAX];
    size_t line_count;
    float *samples; /* ms */
    size_t sample_count, errors;
    bool http;
    const char *target;
    double until;
    int epoll;
} load;

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int sample_order(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

static void die(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int bare_appends(const char *file, double seconds)
{
    char record[200];
    memset(record, 'x', sizeof(record));
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        die(file);
    double begun = now_s(), now = begun;
    size_t done = 0;
    for (; now - begun < seconds; now = now_s(), done++)
        if (write(fd, record, sizeof(record)) != sizeof(record) || fdatasync(fd) != 0)
            die(file);
    close(fd);
    unlink(file);
    printf("%zu %.1f 0 0 0 1 0\n", done, (double)done / (now - begun));
    return 0;
}

static void lines_read(const char *file)
{
    FILE *in = fopen(file, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    if (!in)
        die(file);
    while ((size = getline(&line, &room, in)) > 0 && load.line_count < LINES_MAX) {
        if (line[size - 1] == '\n')
            line[size - 1] = 0;
        char *rest = strchr(line, '\t');
        long owner = strtol(line, NULL, 10);
        if (!rest || owner < 0 || owner >= CLIENTS_MAX)
            continue;
        load.lines[load.line_count] = strdup(rest + 1);
        load.owner[load.line_count++] = (int)owner;
        if ((size_t)owner >= load.client_count)
            load.client_count = (size_t)owner + 1;
    }
    free(line);
    fclose(in);
    /* Lines of one client stand together in the file. */
    for (size_t i = load.line_count; i-- > 0;) {
        load.clients[load.owner[i]].first = i;
        load.clients[load.owner[i]].count++;
    }
}

static void client_connect(struct client *client)
{
    if (load.http) {
        int one = 1;
        struct sockaddr_in to = {.sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)strtol(load.target, NULL, 10)),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        if (connect(client->fd, (struct sockaddr *)&to, sizeof(to)) != 0)
            die("connect");
    } else {
        struct sockaddr_un to = {.sun_family = AF_UNIX};
        snprintf(to.sun_path, sizeof(to.sun_path), "%s", load.target);
        client->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        if (connect(client->fd, (struct sockaddr *)&to, sizeof(to)) != 0)
            die(load.target);
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    epoll_ctl(load.epoll, EPOLL_CTL_ADD, client->fd, &event);
}

static void client_send(struct client *client)
{
    static char text[64 * 1024];
    const char *line = load.lines[client->first + client->next];
    size_t size;
    client->next = (client->next + 1) % client->count;
    if (load.http) {
        char copy[16 * 1024];
        snprintf(copy, sizeof(copy), "%s", line);
        char *at = copy;
        const char *method = strsep(&at, "\t"), *path = strsep(&at, "\t"),
                   *cookie = strsep(&at, "\t"), *body = at ? at : "";
        size = (size_t)snprintf(
            text, sizeof(text),
            "%s %s HTTP/1.1\r\nHost: localhost:%s\r\nCookie: %s\r\nSec-Fetch-Site: same-origin\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
            method, path, load.target, cookie ? cookie : "", strlen(body), body);
    } else {
        size = (size_t)snprintf(text, sizeof(text), "%s", line);
    }
    client->received = client->expected = 0;
    client->begun = now_s();
    if (send(client->fd, text, size, MSG_NOSIGNAL) != (ssize_t)size)
        die("send");
}

/* True when an HTTP answer is whole; *good: its status is below 400. */
static bool http_whole(struct client *client, bool *good)
{
    client->answer[client->received] = 0;
    if (client->expected == 0) {
        char *end = strstr(client->answer, "\r\n\r\n");
        if (!end)
            return false;
        char *length = strcasestr(client->answer, "\r\ncontent-length:");
        client->expected = (size_t)(end + 4 - client->answer);
        if (length && length < end)
            client->expected += (size_t)strtol(length + 17, NULL, 10);
    }
    *good = client->answer[9] == '2' || client->answer[9] == '3';
    if (client->received < client->expected)
        return false;
    if (strstr(client->answer, "\r\nConnection: close\r\n")) { /* nginx has had enough of it */
        close(client->fd);
        client_connect(client);
    }
    return true;
}

static bool client_receive(struct client *client, bool *whole)
{
    bool good = false;
    ssize_t size =
        recv(client->fd, client->answer + client->received, ANSWER_MAX - 1 - client->received, 0);
    if (size <= 0) {
        close(client->fd);
        client_connect(client);
        *whole = true;
        return false;
    }
    client->received += (size_t)size;
    if (load.http) {
        *whole = http_whole(client, &good);
        return good || !*whole;
    }
    client->answer[client->received] = 0;
    *whole = true;
    return strncmp(client->answer, "ok", 2) == 0;
}

static void run(size_t open_clients)
{
    struct epoll_event events[CLIENTS_MAX];
    while (open_clients > 0) {
        int count = epoll_wait(load.epoll, events, CLIENTS_MAX, 20000);
        if (count <= 0)
            die("no answer for 20 s");
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            bool whole = false, good = client_receive(client, &whole);
            if (!whole)
                continue;
            double now = now_s();
            if (!good && load.errors++ == 0)
                fprintf(stderr, "load: %.300s\n", client->answer);
            if (load.sample_count < SAMPLES_MAX)
                load.samples[load.sample_count++] = (float)((now - client->begun) * 1000);
            client->done++;
            if (load.until == 0 ? client->done == client->count : now >= load.until)
                open_clients--;
            else
                client_send(client);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "appends") == 0)
        return bare_appends(argv[2], strtod(argv[3], NULL));
    if (argc != 5 || (strcmp(argv[1], "http") != 0 && strcmp(argv[1], "commands") != 0)) {
        fputs("usage: load appends FILE SECONDS | http PORT SECONDS FILE | commands SOCKET SECONDS "
              "FILE\n",
              stderr);
        return 2;
    }
    load.http = strcmp(argv[1], "http") == 0;
    load.target = argv[2];
    load.samples = calloc(SAMPLES_MAX, sizeof(float));
    lines_read(argv[4]);
    load.epoll = epoll_create1(EPOLL_CLOEXEC);
    double begun = now_s(), seconds = strtod(argv[3], NULL);
    load.until = seconds > 0 ? begun + seconds : 0;
    size_t open_clients = 0;
    for (size_t i = 0; i < load.client_count; i++) {
        struct client *client = &load.clients[i];
        if (client->count == 0)
            continue;
        client->answer = malloc(ANSWER_MAX);
        client_connect(client);
        client_send(client);
        open_clients++;
    }
    run(open_clients);
    double took = now_s() - begun;
    size_t done = 0, least = SIZE_MAX, most = 0;
    for (size_t i = 0; i < load.client_count; i++) {
        size_t n = load.clients[i].done;
        done += n;
        least = n < least ? n : least;
        most = n > most ? n : most;
    }
    qsort(load.samples, load.sample_count, sizeof(float), sample_order);
    size_t n = load.sample_count;
    printf("%zu %.1f %.3f %.3f %.3f %.3f %zu\n", done, (double)done / took, load.samples[n / 2],
           load.samples[n * 99 / 100], load.samples[n - 1], most ? (double)least / (double)most : 0,
           load.errors);
    return 0;
}
