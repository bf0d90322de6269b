/* curbside-notary: what signs or cosigns tree heads and sees nothing else. `sign` is the log's own
 * signer under a user of its own; the other verbs are a witness for somebody else's log, and asking
 * such witnesses. */
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ledger/sign/cosigned.h"
#include "ledger/log/file.h"
#include "ledger/sign/http.h"
#include "ledger/sign/signer_desk.h"
#include "ledger/sign/witness.h"

enum { ARENA = 4 * 1024 * 1024, FOLLOW_S = 5 };

static volatile sig_atomic_t stopping;

static void stop(int number)
{
    (void)number;
    stopping = 1;
}

static void stop_watch(void)
{
    struct sigaction action = {.sa_handler = stop}; /* no SA_RESTART: accept returns */
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
}

/* --- the log's signer --- */

static int line_listen(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int size =
        snprintf(address.sun_path, sizeof address.sun_path, "%s", conf_path("run/signer.sock"));
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0 || size <= 0 || (size_t)size >= sizeof address.sun_path)
        return -1;
    (void)mkdir(conf_path("run"), 0770);
    (void)unlink(address.sun_path);
    mode_t mask = umask(0117); /* its group, which the paymaster is in, may connect */
    int failed = bind(fd, (const struct sockaddr *)&address, sizeof address);
    (void)umask(mask);
    return failed != 0 || listen(fd, 4) != 0 ? -1 : fd;
}

/* Our own user, and the one the settings name: the paymaster's. */
static bool peer_allowed(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    char name[64];
    struct text wanted = conf_text("signer.peer_user");
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return false;
    if (peer.uid == geteuid())
        return true;
    if (wanted.size == 0 || wanted.size >= sizeof name)
        return false;
    memcpy(name, wanted.data, wanted.size);
    name[wanted.size] = '\0';
    const struct passwd *user = getpwnam(name);
    return user != NULL && user->pw_uid == peer.uid;
}

static int sign(void)
{
    static struct signer_desk desk;
    (void)prctl(PR_SET_DUMPABLE, 0);
    stop_watch();
    enum result opened = signer_desk_open(&desk, conf_text("ledger.origin"));
    int fd = opened == OK ? line_listen() : -1;
    if (fd < 0) {
        trace_fail("start", "the signer cannot serve: %s", result_name(opened));
        return 1;
    }
    trace_info("start", "signer of size=%llu", (unsigned long long)desk.size);
    while (!stopping) {
        int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        if (peer < 0)
            continue;
        if (peer_allowed(peer))
            signer_desk_serve(&desk, peer, OK);
        else
            trace_warn("signer", "a caller of another user was sent away");
        close(peer);
    }
    return 0;
}

/* --- a witness --- */

static int request_handle(void *self, struct http_exchange *exchange)
{
    struct witness *witness = self;
    struct arena *arena = exchange->reply->arena;
    if (!text_is(exchange->path, "/add-checkpoint"))
        return 404;
    if (!text_is(exchange->method, "POST"))
        return 405;
    int status =
        witness_answer(witness, arena, exchange->body, clock_now_ms() / 1000, exchange->reply);
    if (status == 409)
        exchange->type = "text/x.tlog.size";
    trace_info("witness", "status=%d", status);
    return status;
}

static int serve(void)
{
    static struct witness witness;
    struct arena arena;
    int64_t port;
    int fd = -1;
    stop_watch();
    arena_open(&arena, ARENA);
    enum result result = witness_open(&witness);
    if (result == OK)
        result = http_listen(conf_int("witness.port"), &fd, &port);
    if (result == OK) {
        printf("listening on 127.0.0.1:%lld\n", (long long)port);
        fflush(stdout);
    } else {
        trace_fail("start", "the witness cannot serve: %s", result_name(result));
    }
    while (result == OK && !stopping) {
        arena_reset(&arena, 0);
        http_answer(fd, &arena, request_handle, &witness);
    }
    witness_close(&witness);
    arena_close(&arena);
    return result == OK ? 0 : 1;
}

static int key(void)
{
    static struct witness witness;
    struct buf out;
    if (witness_open(&witness) != OK)
        return 1;
    buf_open(&out, &witness.kept, 512);
    cosigner_write(&out, &witness.cosigner);
    printf("%.*s\n", (int)out.size, out.data);
    witness_close(&witness);
    return 0;
}

/* --- asking witnesses --- */

static int ask_once(struct arena *arena, bool quiet)
{
    static struct quorum policy;
    size_t count = 0;
    arena_reset(arena, 0);
    enum result result = cosigned_policy(arena, &policy);
    if (result == OK)
        result = cosigned_ask(arena, &policy, &count);
    if (!quiet || result != OK)
        fprintf(result == OK ? stdout : stderr, "%zu witnesses cosigned: %s\n", count,
                result == OK        ? "enough"
                : result == REFUSED ? "not enough"
                                    : result_name(result));
    return result == OK ? 0 : 1;
}

static int ask(void)
{
    struct arena arena;
    arena_open(&arena, ARENA);
    int status = ask_once(&arena, false);
    arena_close(&arena);
    return status;
}

/* Whenever there is another checkpoint, and again while not enough have cosigned. */
static int follow(void)
{
    struct arena arena;
    struct bytes note;
    uint8_t done[DIGEST_SIZE] = {0}, digest[DIGEST_SIZE];
    stop_watch();
    arena_open(&arena, ARENA);
    while (!stopping) {
        arena_reset(&arena, 0);
        if (file_read(&arena, conf_path("public/checkpoint"), CHECKPOINT_SIZE_MAX, &note) == OK) {
            seal_sha256(digest, note, NO_BYTES);
            if (memcmp(digest, done, sizeof digest) != 0 && ask_once(&arena, true) == 0)
                memcpy(done, digest, sizeof digest);
        }
        (void)sleep(FOLLOW_S);
    }
    arena_close(&arena);
    return 0;
}

static const struct {
    const char *name;
    const char *meaning;
    int (*run)(void);
} verbs[] = {
    {"sign", "sign this house's tree heads for its paymaster, until SIGTERM", sign},
    {"serve", "be a witness of the logs in STATE/logs: answer add-checkpoint on witness.port",
     serve},
    {"key", "print this witness's key, for the policies of those who rely on it", key},
    {"ask", "have the witnesses of STATE/witness.policy cosign the checkpoint", ask},
    {"follow", "ask them whenever there is a new checkpoint, until SIGTERM", follow},
};

static void help(FILE *out)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        fprintf(out, "%s\t%s\n", verbs[i].name, verbs[i].meaning);
}

int main(int count, char **words)
{
    const char *state = NULL;
    int at = 1;
    trace_open("notary");
    if (count > 2 && strcmp(words[1], "--state") == 0) {
        state = words[2];
        at = 3;
    }
    if (count - at == 1 && strcmp(words[at], "help") == 0) {
        help(stdout);
        return 0;
    }
    for (size_t i = 0; count - at == 1 && i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(words[at], verbs[i].name) != 0)
            continue;
        clock_open();
        seal_open();
        conf_open(state);
        return verbs[i].run();
    }
    fprintf(stderr, "usage: curbside-notary [--state DIR] VERB\n");
    help(stderr);
    return 2;
}
