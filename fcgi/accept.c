#include "fcgi/accept.h"

#include <assert.h>
#include <errno.h>
#include <fcgiapp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/trace.h"

/* FastCGI 1.0, section 8: what of it nginx speaks. Anything else is refused. */
enum {
    RECORD_VERSION = 1,
    RECORD_BEGIN = 1,
    RECORD_END = 3,
    RECORD_PARAMS = 4,
    RECORD_STDIN = 5,
    RECORD_STDOUT = 6,
    RECORD_HEAD = 8,            /* bytes of a record's header */
    RECORD_CONTENT_MAX = 65528, /* a multiple of 8, so that our records need no padding */
    ROLE_RESPONDER = 1,
    FLAG_KEEP = 1,
    INPUT_SIZE = 64 * 1024 + 256 + RECORD_HEAD, /* one whole record with its padding */
    ANSWER_PIECES = 64,                         /* records of one answer: 4 MiB */
};

struct record {
    uint8_t type;
    uint16_t id;
    const uint8_t *content;
    size_t size;
};

/* Bytes from one connection, looked at record by record. */
struct input {
    int fd;
    uint8_t *bytes; /* INPUT_SIZE */
    int64_t deadline_us;
    size_t start, end;
};
static volatile sig_atomic_t stop_came;

static void stop_handle(int number)
{
    (void)number;
    stop_came = 1;
}

static void user_add(struct listener *listener, unsigned user)
{
    if (listener->user_count < ACCEPT_USERS_MAX)
        listener->users[listener->user_count++] = user;
}

static void feed_open(struct listener *listener)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        trace_die("accept", "socketpair errno=%d", errno);
    FCGX_Request *library = listener->library;
    listener->feed = pair[0];
    library->ipcFd = pair[1];
}

/* Of all workers that wait, one is woken for a connection, not each: with ppoll four woke for every
 * one, three of them in vain, which cost more than many a page. */
static void epoll_open(struct listener *listener)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE};
    listener->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (listener->epoll < 0 || epoll_ctl(listener->epoll, EPOLL_CTL_ADD, listener->fd, &event) != 0)
        trace_die("accept", "epoll errno=%d", errno);
}

void accept_open(struct listener *listener, int fd, struct text users, size_t body_max, int step_ms,
                 int whole_ms)
{
    *listener =
        (struct listener){.fd = fd, .body_max = body_max, .step_ms = step_ms, .whole_ms = whole_ms};
    user_add(listener, (unsigned)geteuid());
    struct text name;
    while (text_next(&users, ' ', &name)) {
        char word[64];
        int64_t number;
        if (name.size == 0 || name.size >= sizeof word)
            continue;
        memcpy(word, name.data, name.size);
        word[name.size] = 0;
        const struct passwd *user = getpwnam(word);
        if (text_int(name, 0, UINT32_MAX - 1, &number))
            user_add(listener, (unsigned)number);
        else if (user)
            user_add(listener, (unsigned)user->pw_uid);
        else
            trace_warn("accept", "peer user number %zu of web.peer_users is not known here",
                       listener->user_count);
    }
    listener->library = calloc(1, sizeof(FCGX_Request));
    listener->input = malloc(INPUT_SIZE);
    listener->params = malloc(ACCEPT_PARAMS_MAX);
    if (!listener->library || !listener->input || !listener->params || FCGX_Init() != 0 ||
        FCGX_InitRequest(listener->library, -1, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
        trace_die("accept", "FCGX_InitRequest");
    feed_open(listener);
    epoll_open(listener);
    /* After FCGX_Init, which has handlers of its own. */
    struct sigaction stop = {.sa_handler = stop_handle};
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    if (sigaction(SIGTERM, &stop, NULL) != 0 || sigprocmask(SIG_BLOCK, &blocked, NULL) != 0)
        trace_die("accept", "signals errno=%d", errno);
}

void accept_close(struct listener *listener)
{
    FCGX_Request *library = listener->library;
    FCGX_Free(library, 0);
    close(library->ipcFd);
    close(listener->feed);
    close(listener->epoll);
    close(listener->fd);
    free(library);
    free(listener->input);
    free(listener->params);
    *listener = (struct listener){.fd = -1, .feed = -1, .epoll = -1};
}

static bool stop_is_pending(void)
{
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGTERM) == 1;
}

static bool peer_may(const struct listener *listener, int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return false;
    for (size_t i = 0; i < listener->user_count; i++)
        if (listener->users[i] == (unsigned)peer.uid)
            return true;
    trace_warn("accept", "refused a peer of user %u", (unsigned)peer.uid);
    return false;
}

/* At least `size` bytes from input->start on. False at the end, at an error and when time is up. */
static bool input_need(struct input *input, size_t size)
{
    assert(size <= INPUT_SIZE);
    if (input->start + size > INPUT_SIZE) {
        memmove(input->bytes, input->bytes + input->start, input->end - input->start);
        input->end -= input->start;
        input->start = 0;
    }
    while (input->end - input->start < size) {
        ssize_t got = recv(input->fd, input->bytes + input->end, INPUT_SIZE - input->end, 0);
        if (got <= 0)
            return false;
        input->end += (size_t)got;
        /* Each piece may take step_ms; this ends a peer that sends a byte now and then. */
        if (clock_steady_us() > input->deadline_us)
            return false;
    }
    return true;
}

static bool record_next(struct input *input, struct record *record)
{
    if (!input_need(input, RECORD_HEAD))
        return false;
    const uint8_t *head = input->bytes + input->start;
    if (head[0] != RECORD_VERSION)
        return false;
    size_t size = (size_t)head[4] << 8 | head[5];
    size_t padding = head[6];
    if (!input_need(input, RECORD_HEAD + size + padding))
        return false;
    head = input->bytes + input->start; /* input_need may have moved it */
    record->type = head[1];
    record->id = (uint16_t)(head[2] << 8 | head[3]);
    record->content = head + RECORD_HEAD;
    record->size = size;
    input->start += RECORD_HEAD + size + padding;
    return true;
}

static bool begin_read(struct input *input, uint16_t *id)
{
    struct record record;
    if (!record_next(input, &record) || record.type != RECORD_BEGIN || record.size != 8 ||
        record.id == 0)
        return false;
    *id = record.id;
    return record.content[0] == 0 && record.content[1] == ROLE_RESPONDER;
}

/* One length of the name-value encoding (section 3.4): 1 byte, or 4 with the top bit set. */
static bool length_read(const uint8_t **at, const uint8_t *end, size_t *length)
{
    if (*at == end)
        return false;
    if (**at < 0x80) {
        *length = *(*at)++;
        return true;
    }
    if (end - *at < 4)
        return false;
    const uint8_t *b = *at;
    *length = (size_t)(b[0] & 0x7f) << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
    *at += 4;
    return true;
}

/* Every name and value must lie wholly inside what came, and names must be names. */
static bool params_are_sound(const uint8_t *at, size_t size)
{
    const uint8_t *end = at + size;
    while (at < end) {
        size_t name, value;
        if (!length_read(&at, end, &name) || !length_read(&at, end, &value))
            return false;
        size_t left = (size_t)(end - at);
        if (name == 0 || name > left || value > left - name)
            return false;
        for (size_t i = 0; i < name; i++)
            if (at[i] <= ' ' || at[i] == '=' || at[i] >= 0x7f)
                return false;
        if (memchr(at + name, 0, value))
            return false;
        at += name + value;
    }
    return true;
}

static bool params_read(struct input *input, uint16_t id, uint8_t *params, size_t *size)
{
    *size = 0;
    for (;;) {
        struct record record;
        if (!record_next(input, &record) || record.type != RECORD_PARAMS || record.id != id)
            return false;
        if (record.size == 0)
            return params_are_sound(params, *size);
        if (record.size > ACCEPT_PARAMS_MAX - *size)
            return false;
        memcpy(params + *size, record.content, record.size);
        *size += record.size;
    }
}

/* One parameter of those that were found sound; absent when it is not there. */
static struct text params_find(const uint8_t *at, size_t size, const char *wanted)
{
    const uint8_t *end = at + size;
    size_t name, value;
    while (at < end && length_read(&at, end, &name) && length_read(&at, end, &value)) {
        if (text_is((struct text){(const char *)at, name}, wanted))
            return (struct text){(const char *)at + name, value};
        at += name + value;
    }
    return NO_TEXT;
}

/* How much of a body is kept. Asked before the body is read, since most paths take little. */
static size_t body_most(const struct listener *listener, size_t params_size)
{
    struct text path = params_find(listener->params, params_size, "REQUEST_URI");
    bool large = listener->large_path != NULL && text_is(path, listener->large_path);
    return large ? listener->large_max : listener->body_max;
}

static bool body_read(struct input *input, const struct listener *listener, size_t params_size,
                      struct arena *arena, struct incoming *in)
{
    struct buf body = {0};
    size_t came = 0;
    const size_t most = body_most(listener, params_size);
    int64_t announced = 0;
    /* Room for all of it at once: a body that grows would leave copies of itself behind. */
    (void)text_int(params_find(listener->params, params_size, "CONTENT_LENGTH"), 0, (int64_t)most,
                   &announced);
    for (;;) {
        struct record record;
        if (!record_next(input, &record) || record.type != RECORD_STDIN || record.id != in->id)
            return false;
        if (record.size == 0)
            break;
        came += record.size;
        if (came > most + ACCEPT_BODY_DRAIN_MAX)
            return false;
        if (!body.arena)
            buf_open(&body, arena,
                     (size_t)announced > record.size ? (size_t)announced : record.size);
        size_t fits = most - body.size;
        buf_add(&body, record.content, record.size < fits ? record.size : fits);
    }
    in->body = buf_bytes(&body);
    in->body_over = came > body.size;
    return true;
}

static void head_write(uint8_t *head, int type, uint16_t id, size_t size)
{
    assert(size <= UINT16_MAX);
    const uint8_t bytes[RECORD_HEAD] = {RECORD_VERSION,
                                        (uint8_t)type,
                                        (uint8_t)(id >> 8),
                                        (uint8_t)id,
                                        (uint8_t)(size >> 8),
                                        (uint8_t)size,
                                        0,
                                        0};
    memcpy(head, bytes, sizeof bytes);
}

/* Let libfcgi decode what was checked. It reads exactly one BEGIN, one PARAMS and the empty PARAMS
 * that ends them, all of our own encoding, from the pair; it never sees the connection. */
static bool library_decode(struct listener *listener, size_t size, struct incoming *in)
{
    uint8_t begin[2 * RECORD_HEAD] = {0}, some[RECORD_HEAD], none[RECORD_HEAD];
    head_write(begin, RECORD_BEGIN, 1, 8);
    begin[RECORD_HEAD + 1] = ROLE_RESPONDER;
    begin[RECORD_HEAD + 2] = FLAG_KEEP;
    head_write(some, RECORD_PARAMS, 1, size);
    head_write(none, RECORD_PARAMS, 1, 0);
    struct iovec parts[4] = {{begin, sizeof begin},
                             {some, size > 0 ? sizeof some : 0},
                             {listener->params, size},
                             {none, sizeof none}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 4};
    ssize_t whole = (ssize_t)(sizeof begin + parts[1].iov_len + size + sizeof none);
    FCGX_Request *library = listener->library;
    int left = 0;
    library->keepConnection = 1; /* else Accept_r's own Finish_r would close the pair */
    bool good = sendmsg(listener->feed, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == whole &&
                FCGX_Accept_r(library) == 0 && library->ipcFd >= 0 &&
                ioctl(library->ipcFd, FIONREAD, &left) == 0 && left == 0;
    if (good) {
        in->params = library->envp;
        return true;
    }
    trace_fail("accept", "libfcgi refused a checked request");
    FCGX_Free(library, 0);
    if (library->ipcFd >= 0)
        close(library->ipcFd);
    close(listener->feed);
    feed_open(listener);
    return false;
}

static bool request_receive(struct listener *listener, struct arena *arena, struct incoming *in)
{
    struct input input = {.fd = in->fd,
                          .bytes = listener->input,
                          .deadline_us = clock_steady_us() + (int64_t)listener->whole_ms * 1000};
    size_t size;
    return begin_read(&input, &in->id) && params_read(&input, in->id, listener->params, &size) &&
           body_read(&input, listener, size, arena, in) && library_decode(listener, size, in);
}

enum accepted accept_next(struct listener *listener, struct arena *arena, int wait_ms,
                          struct incoming *in)
{
    sigset_t open;
    sigprocmask(SIG_BLOCK, NULL, &open);
    sigdelset(&open, SIGTERM);
    struct epoll_event event;
    if (stop_came || stop_is_pending())
        return ACCEPT_STOP;
    int ready = epoll_pwait(listener->epoll, &event, 1, wait_ms, &open);
    if (ready < 0)
        return stop_came ? ACCEPT_STOP : ACCEPT_NOTHING;
    if (ready == 0)
        return ACCEPT_NOTHING;
    *in = (struct incoming){.fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC)};
    if (in->fd < 0) { /* another worker was faster */
        listener->missed++;
        return ACCEPT_NOTHING;
    }
    const struct timeval step = {listener->step_ms / 1000, listener->step_ms % 1000 * 1000};
    if (!peer_may(listener, in->fd) ||
        setsockopt(in->fd, SOL_SOCKET, SO_RCVTIMEO, &step, sizeof step) != 0 ||
        setsockopt(in->fd, SOL_SOCKET, SO_SNDTIMEO, &step, sizeof step) != 0 ||
        !request_receive(listener, arena, in)) {
        listener->refused++;
        close(in->fd);
        in->fd = -1;
        return ACCEPT_NOTHING;
    }
    return ACCEPT_REQUEST;
}

struct text accept_param(const struct incoming *in, const char *name)
{
    return text_of(FCGX_GetParam(name, in->params));
}

void accept_drop(struct listener *listener, struct incoming *in)
{
    FCGX_Free(listener->library, 0);
    in->params = NULL;
    close(in->fd);
    in->fd = -1;
}

/* All of `parts`, however many calls that takes. */
static bool send_all(int fd, struct iovec *parts, size_t count)
{
    while (count > 0) {
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
        ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        size_t left = (size_t)sent;
        while (count > 0 && left >= parts->iov_len) {
            left -= parts->iov_len;
            parts++;
            count--;
        }
        if (count > 0) {
            parts->iov_base = (uint8_t *)parts->iov_base + left;
            parts->iov_len -= left;
        }
    }
    return true;
}

bool accept_answer(struct listener *listener, struct incoming *in, struct bytes head,
                   struct bytes body)
{
    assert(head.size > 0 && head.size <= RECORD_CONTENT_MAX);
    assert(body.size / RECORD_CONTENT_MAX + 1 < ANSWER_PIECES);
    uint8_t heads[ANSWER_PIECES + 1][RECORD_HEAD];
    struct iovec parts[2 * ANSWER_PIECES + 3];
    size_t count = 0, records = 0;
    size_t first = RECORD_CONTENT_MAX - head.size;
    size_t part = body.size < first ? body.size : first;
    head_write(heads[records], RECORD_STDOUT, in->id, head.size + part);
    parts[count++] = (struct iovec){heads[records++], RECORD_HEAD};
    parts[count++] = (struct iovec){(void *)(uintptr_t)head.data, head.size};
    size_t at = 0;
    for (;;) {
        if (part > 0)
            parts[count++] = (struct iovec){(void *)(uintptr_t)(body.data + at), part};
        at += part;
        if (at == body.size)
            break;
        part = body.size - at < RECORD_CONTENT_MAX ? body.size - at : RECORD_CONTENT_MAX;
        head_write(heads[records], RECORD_STDOUT, in->id, part);
        parts[count++] = (struct iovec){heads[records++], RECORD_HEAD};
    }
    /* The empty STDOUT that ends it, and END_REQUEST with status 0. */
    uint8_t end[3 * RECORD_HEAD] = {0};
    head_write(end, RECORD_STDOUT, in->id, 0);
    head_write(end + RECORD_HEAD, RECORD_END, in->id, 8);
    parts[count++] = (struct iovec){end, sizeof end};
    bool sent = send_all(in->fd, parts, count);
    accept_drop(listener, in);
    return sent;
}
