#include "board/picture/imager.h"

#include "core/sandbox.h"
#include "core/trace.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    IMAGE_FILE_MAX = 5 * 1024 * 1024 + 1024, /* bytes of a file; the web refuses more, in words */
    CHILD_MEMORY_MIB = 768,
    CHILD_CPU_SECONDS = 4,
    CHILD_WRITES_MAX = 2 * 1024 * 1024,
    CHILD_NICENESS = 5, /* pages go first; somebody waits for this too */
};

/* What a child writes first; the JPEGs follow, large before small. */
struct image_head {
    uint32_t fault;
    int32_t file_width, file_height, width, height;
    uint32_t large_size, small_size;
};

/* --- the child --- */

static bool write_all(int fd, const void *data, size_t size)
{
    const uint8_t *at = data;
    while (size > 0) {
        ssize_t written = write(fd, at, size);
        if (written <= 0)
            return false;
        at += written;
        size -= (size_t)written;
    }
    return true;
}

static struct bytes file_read(int fd)
{
    uint8_t *data = image_take(IMAGE_FILE_MAX + 1);
    size_t size = 0;
    while (size <= IMAGE_FILE_MAX) {
        ssize_t got = pread(fd, data + size, IMAGE_FILE_MAX + 1 - size, (off_t)size);
        if (got <= 0)
            break;
        size += (size_t)got;
    }
    return size > IMAGE_FILE_MAX ? NO_BYTES : bytes_of(data, size);
}

void image_child(int file, int out)
{
    struct image_made made = {.large = NO_BYTES};
    struct bytes bytes = file_read(file);
    enum image_fault fault = bytes.size > 0 ? image_make(bytes, &made) : IMAGE_OTHER;
    const struct image_head head = {
        .fault = fault,
        .file_width = made.file.width,
        .file_height = made.file.height,
        .width = made.size.width,
        .height = made.size.height,
        .large_size = fault == IMAGE_GOOD ? (uint32_t)made.large.size : 0,
        .small_size = fault == IMAGE_GOOD ? (uint32_t)made.small.size : 0,
    };
    bool written = write_all(out, &head, sizeof head);
    if (written && fault == IMAGE_GOOD)
        written = write_all(out, made.large.data, made.large.size) &&
                  write_all(out, made.small.data, made.small.size);
    if (!written)
        _exit(1);
}

NORETURN static void child_main(int file, int out)
{
    const struct rlimit writes = {CHILD_WRITES_MAX, CHILD_WRITES_MAX};
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)setpriority(PRIO_PROCESS, 0, CHILD_NICENESS);
    /* The two are 4 and above here: 3 is the nursery's socket. */
    if (dup2(file, 3) != 3 || dup2(out, 4) != 4 || setrlimit(RLIMIT_FSIZE, &writes) != 0)
        _exit(1);
    (void)close_range(5, ~0U, 0);
    sandbox_enter(&(struct sandbox){
        .kind = SANDBOX_IMAGE, .memory_mib = CHILD_MEMORY_MIB, .cpu_seconds = CHILD_CPU_SECONDS});
    image_child(3, 4);
    _exit(0);
}

/* --- the nursery: knows descriptors, never what is in them --- */

enum { GONE = -1, NONE = -2, NOT_YET = -3 };

/* The descriptor that comes with one byte, or one of the three. */
static int descriptor_receive(int fd, int flags)
{
    char byte, room[CMSG_SPACE(sizeof(int))];
    struct iovec part = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    ssize_t size;
    do
        size = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | flags);
    while (size < 0 && errno == EINTR);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return NOT_YET;
    if (size != 1)
        return GONE;
    const struct cmsghdr *control = CMSG_FIRSTHDR(&message);
    if (control == NULL || control->cmsg_type != SCM_RIGHTS)
        return NONE;
    int passed;
    memcpy(&passed, CMSG_DATA(control), sizeof passed);
    return passed;
}

/* passed: -1 for none. */
static bool descriptor_send(int fd, int passed)
{
    char byte = 'p';
    char room[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (passed >= 0) {
        message.msg_control = room;
        message.msg_controllen = sizeof room;
        struct cmsghdr *control = CMSG_FIRSTHDR(&message);
        control->cmsg_level = SOL_SOCKET;
        control->cmsg_type = SCM_RIGHTS;
        control->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(control), &passed, sizeof passed);
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL) == 1;
}

static void nursery_one(int fd, int file)
{
    int status = -1;
    int out = memfd_create("picture", MFD_CLOEXEC);
    pid_t child = out < 0 ? -1 : fork();
    if (child == 0)
        child_main(file, out);
    (void)close(file);
    if (child > 0)
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
    bool made = child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!made && child > 0 && WIFSIGNALED(status))
        trace_warn("image_child", "signal=%d", WTERMSIG(status));
    if (!descriptor_send(fd, made ? out : -1))
        _exit(0);
    if (out >= 0)
        (void)close(out);
}

NORETURN static void nursery_main(int fd)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)signal(SIGTERM, SIG_IGN); /* the clerk ends us by closing the socket */
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGCHLD, SIG_DFL);
    if (dup2(fd, 3) != 3)
        _exit(1);
    (void)close_range(4, ~0U, 0);
    for (;;) {
        int file = descriptor_receive(3, 0);
        if (file == GONE)
            _exit(0);
        if (file >= 0)
            nursery_one(3, file);
        else if (!descriptor_send(3, -1))
            _exit(0);
    }
}

/* --- the clerk's side --- */

void imager_open(struct imager *imager)
{
    int ends[2];
    memset(imager, 0, sizeof *imager);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        trace_die("imager", "error=%s", strerror(errno));
    imager->pid = fork();
    if (imager->pid < 0)
        trace_die("imager", "error=%s", strerror(errno));
    if (imager->pid == 0)
        nursery_main(ends[1]);
    (void)close(ends[1]);
    imager->fd = ends[0];
}

static void slot_free(struct image_slot *slot)
{
    if (slot->file >= 0)
        (void)close(slot->file);
    free(slot->body);
    *slot = (struct image_slot){.file = -1};
}

void imager_close(struct imager *imager)
{
    if (imager->pid <= 0)
        return; /* never opened */
    (void)close(imager->fd);
    (void)kill(imager->pid, SIGKILL);
    (void)waitpid(imager->pid, NULL, 0);
    for (size_t i = 0; i < IMAGER_SLOTS; i++)
        if (imager->slots[i].ticket > 0)
            slot_free(&imager->slots[i]);
    imager->pid = 0;
}

void imager_watch(struct imager *imager, struct server *server)
{
    server_watch(server, imager->fd);
}

static struct image_slot *slot_next(struct imager *imager, bool working)
{
    struct image_slot *first = NULL;
    for (size_t i = 0; i < IMAGER_SLOTS; i++) {
        struct image_slot *slot = &imager->slots[i];
        if (slot->ticket > 0 && slot->working == working &&
            (first == NULL || slot->ticket < first->ticket))
            first = slot;
    }
    return first;
}

/* The next file to the nursery, if it is idle. A new nursery would have to be forked from here,
 * with all that lies in this memory: so without it the program ends and is raised again. */
static void nursery_feed(struct imager *imager)
{
    struct image_slot *slot = slot_next(imager, false);
    if (slot == NULL || slot_next(imager, true) != NULL)
        return;
    if (!descriptor_send(imager->fd, slot->file))
        trace_die("imager", "the nursery is gone");
    (void)close(slot->file);
    slot->file = -1;
    slot->working = true;
}

bool imager_put(struct imager *imager, struct server_client *client, bool operator_,
                struct bytes body, int file)
{
    struct image_slot *slot = imager->slots;
    while (slot < imager->slots + IMAGER_SLOTS && slot->ticket > 0)
        slot++;
    if (slot == imager->slots + IMAGER_SLOTS || imager->pid <= 0) {
        (void)close(file);
        return false;
    }
    *slot = (struct image_slot){.ticket = ++imager->ticket,
                                .file = file,
                                .client = client,
                                .operator_ = operator_,
                                .body = malloc(body.size + 1),
                                .body_size = body.size};
    if (slot->body == NULL)
        trace_die("imager_put", "reason=memory");
    memcpy(slot->body, body.data, body.size);
    nursery_feed(imager);
    return true;
}

static struct bytes part_read(struct arena *arena, int fd, size_t at, size_t size)
{
    uint8_t *data = arena_take(arena, size);
    for (size_t got = 0; got < size;) {
        ssize_t some = pread(fd, data + got, size - got, (off_t)(at + got));
        if (some <= 0)
            return NO_BYTES;
        got += (size_t)some;
    }
    return bytes_of(data, size);
}

/* A child may have been taken over by what it read: nothing it says is used beyond these limits. */
struct image_done image_result_read(struct arena *arena, int out)
{
    struct image_done done = {.fault = IMAGE_LONG};
    struct image_made *made = &done.made;
    struct image_head head;
    if (pread(out, &head, sizeof head, 0) != sizeof head || head.fault > IMAGE_LONG)
        return done;
    done.fault = head.fault;
    made->file = (struct image_size){head.file_width, head.file_height};
    made->size = (struct image_size){head.width, head.height};
    if (done.fault != IMAGE_GOOD)
        return done;
    bool good = head.width > 0 && head.width <= IMAGE_SIDE_MAX && head.height > 0 &&
                head.height <= IMAGE_SIDE_MAX && head.large_size > 0 &&
                head.large_size <= IMAGE_LARGE_SIZE_MAX && head.small_size > 0 &&
                head.small_size <= IMAGE_SMALL_SIZE_MAX;
    if (good) {
        made->large = part_read(arena, out, sizeof head, head.large_size);
        made->small = part_read(arena, out, sizeof head + head.large_size, head.small_size);
        good = made->large.data != NULL && made->small.data != NULL &&
               image_kind_of(made->large) == IMAGE_JPEG && image_kind_of(made->small) == IMAGE_JPEG;
    }
    if (!good)
        done.fault = IMAGE_LONG;
    return done;
}

bool imager_take(struct imager *imager, struct arena *arena, struct server_client **client,
                 bool *operator_, struct bytes *body, const struct image_done **done)
{
    struct image_slot *slot = imager->pid > 0 ? slot_next(imager, true) : NULL;
    if (slot == NULL)
        return false;
    int out = descriptor_receive(imager->fd, MSG_DONTWAIT);
    if (out == NOT_YET)
        return false;
    if (out == GONE)
        trace_die("imager", "the nursery is gone");
    struct image_done *copy = arena_new(arena, struct image_done);
    copy->fault = IMAGE_LONG;
    if (out >= 0) {
        *copy = image_result_read(arena, out);
        (void)close(out);
    }
    *client = slot->client;
    *operator_ = slot->operator_;
    *body = arena_bytes(arena, bytes_of(slot->body, slot->body_size));
    *done = copy;
    slot_free(slot);
    nursery_feed(imager);
    return true;
}
