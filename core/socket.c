#include "core/socket.h"
#include "core/clock.h"
#include "core/conf.h"
#include "core/trace.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BUFFER_SIZE = 2 * SOCKET_MESSAGE_MAX, BACKLOG = 512, PEERS_MAX = 8 };

static bool address_make(struct sockaddr_un *address, const char *program)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    const size_t room = sizeof address->sun_path;
    const int size = snprintf(address->sun_path, room, "%s", conf_path("run/%s.sock", program));
    if (size > 0 && (size_t)size < room)
        return true;
    trace_fail("socket", "the state folder's path is too long for a socket");
    return false;
}

/* Messages are taken and given whole, so both buffers must hold the largest one. */
static int socket_make(void)
{
    const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int size = BUFFER_SIZE;
    if (fd >= 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    return fd;
}

static int descriptor_of(struct msghdr *message)
{
    int descriptor = -1;
    const struct cmsghdr *control = message->msg_controllen > 0 ? CMSG_FIRSTHDR(message) : NULL;
    if (control != NULL && control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_RIGHTS &&
        control->cmsg_len == CMSG_LEN(sizeof descriptor))
        memcpy(&descriptor, CMSG_DATA(control), sizeof descriptor);
    return descriptor;
}

/* The message that waits on fd, copied into the arena: its size, 0 at the end, -1 if there is none
 * yet, -2 on a failure or when it is over the limit. One buffer for all, since a program takes one
 * message at a time; it is wiped, for commands hold passwords. */
static ssize_t message_take(int fd, struct arena *arena, char **data, int *descriptor)
{
    static char buffer[SOCKET_MESSAGE_MAX];
    char room[CMSG_SPACE(sizeof(int))];
    struct iovec part = {buffer, sizeof buffer};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor != NULL) {
        message.msg_control = room;
        message.msg_controllen = sizeof room; /* for one; the kernel closes what is more */
    }
    ssize_t size;
    do
        size = recvmsg(fd, &message, MSG_TRUNC | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (size < 0 && errno == EINTR);
    if (size < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? -1 : -2;
    if (descriptor != NULL)
        *descriptor = descriptor_of(&message);
    if (size > SOCKET_MESSAGE_MAX) {
        if (descriptor != NULL && *descriptor >= 0)
            (void)close(*descriptor);
        return -2;
    }
    *data = arena_take(arena, (size_t)size);
    memcpy(*data, buffer, (size_t)size);
    explicit_bzero(buffer, (size_t)size);
    return size;
}

/* --- the caller's side --- */

void caller_close(struct caller *caller)
{
    if (caller->fd >= 0)
        (void)close(caller->fd);
    caller->fd = -1;
}

static bool caller_connect(struct caller *caller)
{
    struct sockaddr_un address;
    if (caller->fd >= 0)
        return true;
    if (!address_make(&address, caller->program))
        return false;
    caller->fd = socket_make();
    if (caller->fd < 0)
        return false;
    if (connect(caller->fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return true;
    caller_close(caller);
    return false;
}

static bool wait_until(int fd, short events, int64_t until_us)
{
    for (;;) {
        struct pollfd poll_fd = {.fd = fd, .events = events};
        const int64_t left_us = until_us - clock_steady_us();
        if (left_us <= 0)
            return false;
        const int ready = poll(&poll_fd, 1, (int)(left_us / 1000) + 1);
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

static ssize_t message_send(int fd, struct bytes message, int descriptor)
{
    char room[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec part = {(void *)(uintptr_t)message.data, message.size};
    struct msghdr whole = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor >= 0) {
        whole.msg_control = room;
        whole.msg_controllen = sizeof room;
        struct cmsghdr *control = CMSG_FIRSTHDR(&whole);
        control->cmsg_level = SOL_SOCKET;
        control->cmsg_type = SCM_RIGHTS;
        control->cmsg_len = CMSG_LEN(sizeof descriptor);
        memcpy(CMSG_DATA(control), &descriptor, sizeof descriptor);
    }
    return sendmsg(fd, &whole, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* true: handed over. false: nobody has got anything of it, so it may be sent again. */
static bool caller_send(struct caller *caller, struct bytes message, int descriptor,
                        int64_t until_us)
{
    for (int tries = 0; tries < 2; tries++) { /* the second: the program was restarted since */
        while (caller_connect(caller)) {
            const ssize_t sent = message_send(caller->fd, message, descriptor);
            if (sent == (ssize_t)message.size)
                return true;
            if (sent < 0 && errno == EINTR)
                continue;
            if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) &&
                wait_until(caller->fd, POLLOUT, until_us))
                continue;
            break;
        }
        caller_close(caller);
    }
    return false;
}

enum result caller_ask(struct caller *caller, struct arena *arena, struct bytes message,
                       struct bytes *reply)
{
    return caller_ask_with(caller, arena, message, -1, reply);
}

enum result caller_ask_with(struct caller *caller, struct arena *arena, struct bytes message,
                            int descriptor, struct bytes *reply)
{
    const int64_t until_us = clock_steady_us() + (int64_t)caller->wait_ms * 1000;
    *reply = bytes_of("", 0);
    if (message.size == 0 || message.size > SOCKET_MESSAGE_MAX)
        return TOO_MUCH;
    if (!caller_send(caller, message, descriptor, until_us))
        return BUSY;
    char *data = NULL;
    const ssize_t size = wait_until(caller->fd, POLLIN, until_us)
                             ? message_take(caller->fd, arena, &data, NULL)
                             : -1;
    if (size <= 0) {
        caller_close(caller); /* an answer that came late must not be taken for the next one */
        return UNKNOWN;
    }
    struct text rest = {data, (size_t)size}, word;
    if (!text_next(&rest, '\n', &word))
        return BROKEN;
    *reply = bytes_of(rest.data == NULL ? "" : rest.data, rest.size);
    return result_from_name(arena_text(arena, word).data);
}

/* --- the answering side --- */

struct server_client {
    int fd; /* -1: free, or gone while answers are owed */
    uint32_t uid;
    uint32_t owed; /* messages taken and not yet answered: the place is not given away before */
    bool ready;
    bool operator_;
};
enum { TAG_LISTEN = 0, TAG_WATCHED = 1, TAG_CLIENT = 2 };

static bool watch(struct server *server, int fd, uint64_t tag)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = tag};
    return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void server_forget(struct server *server)
{
    if (server->listen_fd >= 0)
        (void)close(server->listen_fd);
    if (server->epoll_fd >= 0)
        (void)close(server->epoll_fd);
    free(server->clients);
    *server = (struct server){.listen_fd = -1, .epoll_fd = -1};
}

enum result server_open(struct server *server, const char *program)
{
    struct sockaddr_un address;
    *server = (struct server){.listen_fd = -1, .epoll_fd = -1};
    if (!address_make(&address, program))
        return BROKEN;
    struct caller other = {.program = program, .fd = -1};
    if (caller_connect(&other)) {
        caller_close(&other);
        trace_fail("socket", "another %s answers on this state folder", program);
        return BUSY;
    }
    server->listen_fd = socket_make();
    server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    server->clients = calloc(SOCKET_CLIENTS_MAX, sizeof *server->clients);
    assert(server->clients != NULL);
    for (size_t i = 0; i < SOCKET_CLIENTS_MAX; i++)
        server->clients[i].fd = -1;
    if (server->listen_fd < 0 || server->epoll_fd < 0 ||
        (unlink(address.sun_path) != 0 && errno != ENOENT) ||
        bind(server->listen_fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        chmod(address.sun_path, 0660) != 0 || listen(server->listen_fd, BACKLOG) != 0 ||
        !watch(server, server->listen_fd, TAG_LISTEN)) {
        trace_fail("socket", "cannot listen: %s", strerror(errno));
        server_forget(server);
        return BROKEN;
    }
    return OK;
}

void server_watch(struct server *server, int fd)
{
    if (fd >= 0 && !watch(server, fd, TAG_WATCHED))
        trace_die("socket", "cannot watch: %s", strerror(errno));
}

static void client_drop(struct server *server, struct server_client *client)
{
    if (client->fd < 0)
        return;
    if (server->client_count == SOCKET_CLIENTS_MAX) /* newcomers had to wait */
        (void)watch(server, server->listen_fd, TAG_LISTEN);
    (void)close(client->fd);
    client->fd = -1;
    client->ready = false;
    server->client_count--;
}

bool socket_user_named(uint32_t uid, struct text names)
{
    struct text name;
    while (text_next(&names, ' ', &name)) {
        char user[64];
        if (name.size == 0 || name.size >= sizeof user)
            continue;
        memcpy(user, name.data, name.size);
        user[name.size] = 0;
        const struct passwd *const entry = getpwnam(user);
        if (entry != NULL && entry->pw_uid == uid)
            return true;
    }
    return false;
}

/* The house's own programs need no line in peer_users, which an older house's settings lack. */
static bool user_may_call(uint32_t uid)
{
    return socket_user_named(uid, conf_text("socket.peer_users")) ||
           socket_user_named(uid, conf_text("socket.analyst_user")) ||
           socket_user_named(uid, conf_text("socket.ranker_user")) ||
           socket_user_named(uid, conf_text("socket.paymaster_user"));
}

static struct server_client *client_place(struct server *server)
{
    for (size_t i = 0; i < SOCKET_CLIENTS_MAX; i++)
        if (server->clients[i].fd < 0 && server->clients[i].owed == 0)
            return &server->clients[i];
    return NULL;
}

static void client_add(struct server *server, int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    const int room = BUFFER_SIZE;
    struct server_client *const client = client_place(server);
    const bool known = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
    const bool own = known && (peer.uid == geteuid() || peer.uid == 0);
    if (client == NULL || !known || (!own && !user_may_call(peer.uid))) {
        if (client != NULL)
            trace_warn("socket",
                       "uid=%lld may not call and was turned away: it is none of those in "
                       "socket.peer_users, socket.analyst_user, socket.ranker_user, "
                       "socket.paymaster_user",
                       known ? (long long)peer.uid : -1);
        (void)close(fd);
        return;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    *client = (struct server_client){.fd = fd, .uid = peer.uid, .operator_ = own};
    if (!watch(server, fd, TAG_CLIENT + (uint64_t)(client - server->clients))) {
        (void)close(fd);
        client->fd = -1;
        return;
    }
    server->client_count++;
}

static void server_accept(struct server *server)
{
    while (server->client_count < SOCKET_CLIENTS_MAX) {
        const int fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return;
        client_add(server, fd);
    }
    /* Full: the rest waits in the backlog rather than waking us. client_drop listens again. */
    (void)epoll_ctl(server->epoll_fd, EPOLL_CTL_DEL, server->listen_fd, NULL);
}

static bool client_take(struct server *server, struct server_client *client, struct arena *arena,
                        struct server_message *message)
{
    char *data = NULL;
    int descriptor = -1;
    const ssize_t size = message_take(client->fd, arena, &data, &descriptor);
    client->ready = false;
    if (size == -1)
        return false;
    if (size <= 0) {
        client_drop(server, client);
        return false;
    }
    client->owed++;
    *message = (struct server_message){.client = client,
                                       .uid = client->uid,
                                       .operator_ = client->operator_,
                                       .body = bytes_of(data, (size_t)size),
                                       .descriptor = descriptor};
    return true;
}

size_t server_wait(struct server *server, struct arena *arena, int wait_ms,
                   struct server_message *messages, size_t most, bool *other)
{
    struct epoll_event events[SOCKET_CLIENTS_MAX + 16];
    const int ready =
        epoll_wait(server->epoll_fd, events, (int)(sizeof events / sizeof events[0]), wait_ms);
    bool newcomers = false;
    *other = false;
    for (int i = 0; i < ready; i++) {
        const uint64_t tag = events[i].data.u64;
        if (tag >= TAG_CLIENT)
            server->clients[tag - TAG_CLIENT].ready = true;
        newcomers = newcomers || tag == TAG_LISTEN;
        *other = *other || tag == TAG_WATCHED;
    }
    size_t count = 0;
    const size_t start = server->next;
    for (size_t i = 0; i < SOCKET_CLIENTS_MAX && count < most; i++) {
        const size_t at = (start + i) % SOCKET_CLIENTS_MAX;
        struct server_client *const client = &server->clients[at];
        if (!client->ready || client->fd < 0)
            continue;
        if (client_take(server, client, arena, &messages[count])) {
            count++;
            server->next = (at + 1) % SOCKET_CLIENTS_MAX; /* who comes after goes first next time */
        }
    }
    if (newcomers)
        server_accept(server);
    return count;
}

void server_answer(struct server *server, struct server_client *client, enum result result,
                   struct text json)
{
    assert(client->owed > 0);
    client->owed--;
    if (client->fd < 0)
        return; /* went away meanwhile */
    const char *const word = result_name(result);
    assert(strlen(word) + 1 + json.size <= SOCKET_MESSAGE_MAX);
    struct iovec parts[] = {{(char *)(uintptr_t)word, strlen(word)},
                            {(char *)(uintptr_t) "\n", 1},
                            {(char *)(uintptr_t)(json.size == 0 ? "" : json.data), json.size}};
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
    ssize_t sent;
    do
        sent = sendmsg(client->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        trace_warn("socket", "a caller that does not read its answers was dropped");
    client_drop(server, client);
}

void server_close(struct server *server)
{
    for (size_t i = 0; server->clients != NULL && i < SOCKET_CLIENTS_MAX; i++)
        if (server->clients[i].fd >= 0)
            (void)close(server->clients[i].fd);
    server_forget(server);
}
