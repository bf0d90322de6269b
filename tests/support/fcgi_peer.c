#include "tests/support/fcgi_peer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { PARAMS_MAX = 16 * 1024, RECORD_MAX = 32768, PATIENCE_S = 8 };

static size_t param_add(uint8_t *out, size_t at, const char *name, const char *value)
{
    if (!value)
        return at;
    size_t name_size = strlen(name), value_size = strlen(value);
    assert(at + name_size + value_size + 8 < PARAMS_MAX && name_size < 128);
    out[at++] = (uint8_t)name_size;
    out[at++] = (uint8_t)(0x80 | value_size >> 24);
    out[at++] = (uint8_t)(value_size >> 16);
    out[at++] = (uint8_t)(value_size >> 8);
    out[at++] = (uint8_t)value_size;
    memcpy(out + at, name, name_size);
    memcpy(out + at + name_size, value, value_size);
    return at + name_size + value_size;
}

static void record_send(int fd, int type, const void *content, size_t size)
{
    const uint8_t head[8] = {1, (uint8_t)type, 0, 1, (uint8_t)(size >> 8), (uint8_t)size, 0, 0};
    (void)send(fd, head, sizeof head, MSG_NOSIGNAL | MSG_MORE);
    if (size > 0)
        (void)send(fd, content, size, MSG_NOSIGNAL);
}

int peer_send(const char *socket_path, const struct peer_request *request)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    static uint8_t params[PARAMS_MAX];
    assert(strlen(socket_path) < sizeof address.sun_path);
    memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval patience = {PATIENCE_S, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    size_t size = 0;
    size = param_add(params, size, "REQUEST_METHOD", request->method ? request->method : "GET");
    size = param_add(params, size, "REQUEST_URI", request->uri);
    size = param_add(params, size, "REMOTE_ADDR", "127.0.0.1");
    if (request->body.data)
        size = param_add(params, size, "CONTENT_TYPE", "application/x-www-form-urlencoded");
    size = param_add(params, size, "HTTP_HOST", request->host);
    size = param_add(params, size, "HTTP_COOKIE", request->cookie);
    size = param_add(params, size, "HTTP_ORIGIN", request->origin);
    size = param_add(params, size, "HTTP_SEC_FETCH_SITE", request->fetch_site);
    size = param_add(params, size, "HTTP_ACCEPT", request->accept);
    size = param_add(params, size, "HTTP_ACCEPT_ENCODING", request->encoding);
    record_send(fd, 1, "\0\1\0\0\0\0\0", 8);
    record_send(fd, 4, params, size);
    record_send(fd, 4, NULL, 0);
    for (size_t at = 0; at < request->body.size; at += RECORD_MAX) {
        size_t left = request->body.size - at;
        record_send(fd, 5, request->body.data + at, left < RECORD_MAX ? left : RECORD_MAX);
    }
    record_send(fd, 5, NULL, 0);
    (void)send(fd, "", 0, MSG_NOSIGNAL); /* what MSG_MORE held back */
    return fd;
}

static bool read_all(int fd, void *out, size_t size)
{
    size_t at = 0;
    while (at < size) {
        ssize_t got = recv(fd, (uint8_t *)out + at, size - at, 0);
        if (got <= 0)
            return false;
        at += (size_t)got;
    }
    return true;
}

size_t peer_receive(int fd, char *out, size_t room)
{
    size_t size = 0;
    uint8_t head[8], rest[256];
    out[0] = 0;
    while (read_all(fd, head, sizeof head) && head[1] == 6) {
        size_t part = (size_t)head[4] << 8 | head[5];
        assert(size + part < room);
        if (!read_all(fd, out + size, part) || !read_all(fd, rest, head[6]))
            break;
        size += part;
        out[size] = 0;
    }
    close(fd);
    return size;
}

int peer_status(const char *answer)
{
    return strncmp(answer, "Status: ", 8) == 0 ? (int)strtol(answer + 8, NULL, 10) : 0;
}

const char *peer_header(const char *answer, const char *name)
{
    static char value[2048];
    const char *end = strstr(answer, "\r\n\r\n");
    size_t size = strlen(name);
    for (const char *line = answer; line && line < end; line = strstr(line, "\r\n")) {
        if (line != answer)
            line += 2;
        if (strncasecmp(line, name, size) == 0 && line[size] == ':') {
            size_t length = strcspn(line + size + 2, "\r\n");
            assert(length < sizeof value);
            memcpy(value, line + size + 2, length);
            value[length] = 0;
            return value;
        }
    }
    return NULL;
}

const char *peer_body(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");
    return end ? end + 4 : "";
}
