#include "board/account/hasher.h"

#include "core/conf.h"
#include "core/sandbox.h"
#include "core/trace.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child does with one ask. A check without a hash is done against one made at start, so that
 * unknown names cost the same. */
static void child_work(const struct hash_ask *ask, struct hash_done *done, const char *decoy,
                       unsigned memory_mib, unsigned passes)
{
    struct text password = {ask->password, HASH_PASSWORD_SIZE};
    memset(done, 0, sizeof(*done));
    if (!ask->check) {
        done->good = seal_password_hash(done->hash, password, memory_mib, passes) == OK;
        return;
    }
    bool known = ask->hash[0] != 0;
    bool same = seal_password_check(known ? ask->hash : decoy, password);
    done->good = known && same;
    if (done->good && ask->renew)
        done->good = seal_password_hash(done->hash, (struct text){ask->fresh, HASH_PASSWORD_SIZE},
                                        memory_mib, passes) == OK;
}

NORETURN static void child_main(int fd)
{
    unsigned memory_mib = (unsigned)conf_int("password.memory_mib");
    unsigned passes = (unsigned)conf_int("password.passes");
    char decoy[PASSWORD_HASH_SIZE];
    char nobody[HASH_PASSWORD_SIZE];
    struct hash_ask ask;
    struct hash_done done;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)signal(SIGTERM, SIG_IGN); /* the clerk ends us by closing the socket */
    (void)signal(SIGINT, SIG_IGN);
    if (dup2(fd, 3) != 3)
        _exit(1);
    (void)close_range(4, ~0U, 0);
    seal_random(nobody, sizeof(nobody));
    if (seal_password_hash(decoy, (struct text){nobody, sizeof(nobody)}, memory_mib, passes) != OK)
        _exit(1);
    (void)setpriority(PRIO_PROCESS, 0, (int)conf_int("password.niceness"));
    sandbox_enter(&(struct sandbox){.kind = SANDBOX_HASH});
    for (;;) {
        ssize_t size = recv(3, &ask, sizeof(ask), 0);
        if (size < 0 && errno == EINTR)
            continue;
        if (size != sizeof(ask))
            _exit(0);
        child_work(&ask, &done, decoy, memory_mib, passes);
        seal_wipe(&ask, sizeof(ask));
        if (send(3, &done, sizeof(done), MSG_NOSIGNAL) != sizeof(done))
            _exit(0);
    }
}

static void child_start(struct hash_child *child)
{
    int ends[2];
    child->fd = -1;
    child->slot = SIZE_MAX;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        trace_die("hash_child", "error=%s", strerror(errno));
    child->pid = fork();
    if (child->pid < 0)
        trace_die("hash_child", "error=%s", strerror(errno));
    if (child->pid == 0)
        child_main(ends[1]);
    (void)close(ends[1]);
    child->fd = ends[0];
}

void hasher_open(struct hasher *hasher)
{
    memset(hasher, 0, sizeof(*hasher));
    hasher->slot_count = (size_t)conf_int("password.queue") + HASH_CHILDREN;
    hasher->slots = calloc(hasher->slot_count, sizeof(*hasher->slots));
    if (hasher->slots == NULL)
        trace_die("hasher_open", "reason=memory");
    for (size_t i = 0; i < HASH_CHILDREN; i++)
        child_start(&hasher->children[i]);
}

static void slot_free(struct hash_slot *slot)
{
    seal_wipe(slot->body, slot->body_size);
    free(slot->body);
    seal_wipe(slot, sizeof(*slot));
}

void hasher_close(struct hasher *hasher)
{
    if (hasher->slots == NULL)
        return; /* never opened: no children either */
    for (size_t i = 0; i < HASH_CHILDREN; i++) {
        struct hash_child *child = &hasher->children[i];
        if (child->fd < 0)
            continue;
        (void)close(child->fd);
        (void)kill(child->pid, SIGKILL);
        (void)waitpid(child->pid, NULL, 0);
        child->fd = -1;
    }
    for (size_t i = 0; i < hasher->slot_count; i++) {
        if (hasher->slots[i].ticket > 0)
            slot_free(&hasher->slots[i]);
    }
    free(hasher->slots);
    hasher->slots = NULL;
    hasher->slot_count = 0;
}

void hasher_watch(struct hasher *hasher, struct server *server)
{
    hasher->server = server;
    for (size_t i = 0; i < HASH_CHILDREN; i++)
        server_watch(server, hasher->children[i].fd);
}

/* A child is gone: its command waits again, a new child takes its place. */
static void child_again(struct hasher *hasher, struct hash_child *child)
{
    trace_warn("hash_child", "pid=%d gone, started again", child->pid);
    (void)close(child->fd);
    (void)kill(child->pid, SIGKILL);
    (void)waitpid(child->pid, NULL, 0);
    if (child->slot != SIZE_MAX)
        hasher->slots[child->slot].working = false;
    child_start(child);
    if (hasher->server != NULL)
        server_watch(hasher->server, child->fd);
}

static void child_feed(struct hasher *hasher, struct hash_child *child)
{
    size_t first = SIZE_MAX;
    if (child->slot != SIZE_MAX)
        return;
    for (size_t i = 0; i < hasher->slot_count; i++) {
        const struct hash_slot *slot = &hasher->slots[i];
        bool waits = slot->ticket > 0 && !slot->working && !slot->finished;
        if (waits && (first == SIZE_MAX || slot->ticket < hasher->slots[first].ticket))
            first = i;
    }
    if (first == SIZE_MAX)
        return;
    struct hash_slot *slot = &hasher->slots[first];
    if (send(child->fd, &slot->ask, sizeof(slot->ask), MSG_NOSIGNAL | MSG_DONTWAIT) !=
        sizeof(slot->ask)) {
        child_again(hasher, child);
        return; /* fed at the next turn */
    }
    slot->working = true;
    child->slot = first;
}

bool hasher_put(struct hasher *hasher, struct server_client *client, bool operator_,
                struct bytes body, const struct hash_ask *ask)
{
    size_t at = 0;
    while (at < hasher->slot_count && hasher->slots[at].ticket > 0)
        at++;
    if (at == hasher->slot_count)
        return false;
    struct hash_slot *slot = &hasher->slots[at];
    *slot = (struct hash_slot){.ticket = ++hasher->ticket,
                               .client = client,
                               .operator_ = operator_,
                               .body = malloc(body.size + 1),
                               .body_size = body.size,
                               .ask = *ask};
    if (slot->body == NULL)
        trace_die("hasher_put", "reason=memory");
    memcpy(slot->body, body.data, body.size);
    for (size_t i = 0; i < HASH_CHILDREN; i++)
        child_feed(hasher, &hasher->children[i]);
    return true;
}

void hasher_turn(struct hasher *hasher)
{
    for (size_t i = 0; i < HASH_CHILDREN; i++) {
        struct hash_child *child = &hasher->children[i];
        struct hash_done done;
        ssize_t size = recv(child->fd, &done, sizeof(done), MSG_DONTWAIT);
        if (size == sizeof(done) && child->slot != SIZE_MAX) {
            hasher->slots[child->slot].done = done;
            hasher->slots[child->slot].finished = true;
            hasher->slots[child->slot].working = false;
            child->slot = SIZE_MAX;
        } else if (size >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
            child_again(hasher, child);
        }
        child_feed(hasher, child);
    }
}

bool hasher_take(struct hasher *hasher, struct arena *arena, struct server_client **client,
                 bool *operator_, struct bytes *body, const struct hash_done **done)
{
    size_t first = SIZE_MAX;
    for (size_t i = 0; i < hasher->slot_count; i++) {
        const struct hash_slot *slot = &hasher->slots[i];
        if (slot->ticket > 0 && slot->finished &&
            (first == SIZE_MAX || slot->ticket < hasher->slots[first].ticket))
            first = i;
    }
    if (first == SIZE_MAX)
        return false;
    struct hash_slot *slot = &hasher->slots[first];
    struct hash_done *copy = arena_new(arena, struct hash_done);
    *copy = slot->done;
    *client = slot->client;
    *operator_ = slot->operator_;
    *body = arena_bytes(arena, bytes_of(slot->body, slot->body_size));
    *done = copy;
    slot_free(slot);
    return true;
}

static void password_mix(char out[HASH_PASSWORD_SIZE], const uint8_t pepper[KEY_SIZE],
                         struct text password)
{
    static const char digits[] = "0123456789abcdef";
    const struct bytes key = bytes_of(pepper, KEY_SIZE);
    const struct bytes parts[] = {text_bytes(TEXT("password")), text_bytes(password)};
    uint8_t digest[DIGEST_SIZE];
    seal_digest(digest, &key, parts, 2);
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    seal_wipe(digest, sizeof(digest));
}

void hash_ask_password(struct hash_ask *ask, const uint8_t pepper[KEY_SIZE], struct text password)
{
    password_mix(ask->password, pepper, password);
}

void hash_ask_fresh(struct hash_ask *ask, const uint8_t pepper[KEY_SIZE], struct text password)
{
    ask->renew = 1;
    password_mix(ask->fresh, pepper, password);
}
