#include "ledger/sign/http.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/clock.h"

enum { HEAD_MAX = 8 * 1024, BACKLOG = 16, HOST_MAX = 255 };

static void patience_set(int fd, int64_t ms)
{
    struct timeval wait = {ms / 1000, ms % 1000 * 1000};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
}

enum result http_listen(int64_t port, int *fd, int64_t *bound)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    int yes = 1;
    *fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd < 0)
        return BUSY;
    (void)setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(*fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(*fd, BACKLOG) != 0 || getsockname(*fd, (struct sockaddr *)&address, &size) != 0) {
        close(*fd);
        return BUSY;
    }
    *bound = ntohs(address.sin_port);
    return OK;
}

/* A header's value, of lines that end with CR LF; false when it is not there. */
static bool header_find(struct text head, const char *name, struct text *value)
{
    struct text line, word;
    while (text_next(&head, '\n', &line)) {
        struct text rest = line;
        if (!text_next(&rest, ':', &word) || word.size != strlen(name) ||
            strncasecmp(word.data, name, word.size) != 0)
            continue;
        *value = text_trim(rest);
        return true;
    }
    return false;
}

/* Read until the head and as many bytes of body as it says are there. `whole` ends with the
 * connection when no size is given. */
static bool message_read(int fd, struct arena *arena, struct text *head, struct text *body)
{
    size_t room = HEAD_MAX + HTTP_BODY_MAX, got = 0, start = 0;
    char *data = arena_take(arena, room + 1);
    int64_t until_us = clock_steady_us() + (int64_t)HTTP_WAIT_MS * 1000, size = -1;
    while (clock_steady_us() < until_us) {
        if (start > 0 && size >= 0 && got - start >= (size_t)size)
            break;
        ssize_t n = got < room ? recv(fd, data + got, room - got, 0) : -1;
        if (n < 0)
            return false;
        if (n == 0)
            break;
        got += (size_t)n;
        char *end = start == 0 ? memmem(data, got, "\r\n\r\n", 4) : NULL;
        if (end == NULL)
            continue;
        struct text value;
        start = (size_t)(end - data) + 4;
        *head = (struct text){data, start};
        if (header_find(*head, "content-length", &value) &&
            !text_int(value, 0, HTTP_BODY_MAX, &size))
            return false;
    }
    if (start == 0 || (size >= 0 && got - start < (size_t)size))
        return false;
    *body = (struct text){data + start, size >= 0 ? (size_t)size : got - start};
    return true;
}

static bool send_all(int fd, struct text text)
{
    for (size_t done = 0; done < text.size;) {
        ssize_t n = send(fd, text.data + done, text.size - done, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static const char *reason_of(int status)
{
    return status == 200   ? "OK"
           : status == 404 ? "Not Found"
           : status == 409 ? "Conflict"
           : status == 403 ? "Forbidden"
           : status == 422 ? "Unprocessable Entity"
           : status == 400 ? "Bad Request"
           : status == 405 ? "Method Not Allowed"
                           : "Internal Server Error";
}

void http_answer(int fd, struct arena *arena, int (*handle)(void *self, struct http_exchange *),
                 void *self)
{
    struct text head, line;
    struct buf reply, whole;
    int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    if (peer < 0)
        return;
    patience_set(peer, HTTP_WAIT_MS);
    buf_open(&reply, arena, 1024);
    struct http_exchange exchange = {.reply = &reply, .type = "text/plain; charset=utf-8"};
    if (message_read(peer, arena, &head, &exchange.body) && text_next(&head, '\r', &line) &&
        text_next(&line, ' ', &exchange.method) && text_next(&line, ' ', &exchange.path)) {
        int status = handle(self, &exchange);
        buf_open(&whole, arena, 1024);
        buf_format(&whole,
                   "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                   "Connection: close\r\n\r\n",
                   status, reason_of(status), exchange.type, reply.size);
        buf_add(&whole, reply.data, reply.size);
        (void)send_all(peer, buf_done(&whole));
    }
    close(peer);
}

static int peer_connect(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    int fd = -1;
    if (getaddrinfo(host, port, &hints, &list) != 0)
        return -1;
    for (const struct addrinfo *one = list; one != NULL && fd < 0; one = one->ai_next) {
        fd = socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol);
        if (fd < 0)
            continue;
        patience_set(fd, HTTP_WAIT_MS);
        if (connect(fd, one->ai_addr, one->ai_addrlen) != 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(list);
    return fd;
}

/* host, port and path of a URL; the path begins with '/'. */
static bool url_split(struct text url, char host[HOST_MAX + 1], char port[8], struct text *path)
{
    static const char scheme[] = "http://";
    struct text rest = url, name;
    if (!text_starts(url, scheme))
        return false;
    rest = (struct text){url.data + sizeof scheme - 1, url.size - (sizeof scheme - 1)};
    const char *slash = memchr(rest.data, '/', rest.size);
    struct text place = {rest.data, slash == NULL ? rest.size : (size_t)(slash - rest.data)};
    *path =
        slash == NULL ? TEXT("/") : (struct text){slash, rest.size - (size_t)(slash - rest.data)};
    if (!text_next(&place, ':', &name) || name.size == 0 || name.size > HOST_MAX ||
        place.size > 5 || memchr(path->data, ' ', path->size) != NULL)
        return false;
    snprintf(host, HOST_MAX + 1, "%.*s", (int)name.size, name.data);
    if (place.size > 0)
        snprintf(port, 8, "%.*s", (int)place.size, place.data);
    else
        snprintf(port, 8, "80");
    return true;
}

enum result http_post(struct arena *arena, struct text url, struct text body, int *status,
                      struct text *reply)
{
    char host[HOST_MAX + 1], port[8];
    struct text path, head, word;
    struct buf request;
    int64_t number;
    if (!url_split(url, host, port, &path))
        return INVALID;
    int fd = peer_connect(host, port);
    if (fd < 0)
        return BUSY;
    buf_open(&request, arena, body.size + 512);
    buf_format(&request,
               "POST %.*s HTTP/1.1\r\nHost: %s\r\nContent-Length: %zu\r\n"
               "Content-Type: text/plain\r\nConnection: close\r\n\r\n",
               (int)path.size, path.data, host, body.size);
    buf_add(&request, body.data, body.size);
    bool whole = send_all(fd, buf_done(&request)) && message_read(fd, arena, &head, reply);
    close(fd);
    if (!whole || !text_next(&head, ' ', &word) || !text_starts(word, "HTTP/1.") ||
        !text_next(&head, ' ', &word) || !text_int(word, 100, 599, &number))
        return BUSY;
    *status = (int)number;
    return OK;
}
