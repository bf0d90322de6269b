#include "ledger/sign/signer.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ledger/sign/signer_desk.h"

/* The child's whole life. */
static NORETURN void child_run(int fd, struct text origin)
{
    static struct signer_desk desk;
    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)signal(SIGINT, SIG_IGN); /* it ends with its line, after the paymaster's last question */
    (void)signal(SIGTERM, SIG_IGN);
    enum result opened = signer_desk_open(&desk, origin);
    signer_desk_serve(&desk, fd, opened);
    _exit(opened == OK ? 0 : 1);
}

static enum result answer_read(struct signer *signer, struct signer_answer *answer)
{
    ssize_t got;
    do
        got = recv(signer->fd, answer, sizeof *answer, 0);
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof *answer ? answer->result : BROKEN;
}

static bool exchange(struct signer *signer, const struct signer_question *question,
                     struct signer_answer *answer)
{
    ssize_t sent, got = -1;
    do
        sent = send(signer->fd, question, sizeof *question, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent == (ssize_t)sizeof *question)
        do
            got = recv(signer->fd, answer, sizeof *answer, 0);
        while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof *answer;
}

/* The line to a signer that is a program of its own; -1 when there is none. */
static int line_open(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int size =
        snprintf(address.sun_path, sizeof address.sun_path, "%s", conf_path("run/signer.sock"));
    if (size <= 0 || (size_t)size >= sizeof address.sun_path)
        return -1;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* A signer of its own may have been started again meanwhile: once more, if it has the same key.
 * What it signed before it signs again. */
static bool line_renew(struct signer *signer)
{
    struct signer_answer answer;
    if (signer->pid > 0)
        return false;
    close(signer->fd);
    signer->fd = line_open();
    return signer->fd >= 0 && answer_read(signer, &answer) == OK &&
           memcmp(answer.signature, signer->key.public_key, 32) == 0;
}

static enum result ask(struct signer *signer, const struct signer_question *question,
                       struct signer_answer *answer)
{
    if (exchange(signer, question, answer) ||
        (line_renew(signer) && exchange(signer, question, answer)))
        return answer->result;
    trace_fail("signer", "gone, errno=%d", errno);
    return BROKEN;
}

static enum result child_start(struct signer *signer, struct text origin)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return BROKEN;
    int pid = fork();
    if (pid < 0) {
        close(pair[0]);
        close(pair[1]);
        return BUSY;
    }
    if (pid == 0) {
        close(pair[0]);
        child_run(pair[1], origin);
    }
    close(pair[1]);
    signer->fd = pair[0];
    signer->pid = pid;
    return OK;
}

enum result signer_start(struct signer *signer, struct text origin)
{
    struct signer_answer answer;
    if (!checkpoint_origin_ok(origin)) {
        trace_fail("signer", "ledger.origin is not a name a checkpoint may have");
        return INVALID;
    }
    *signer = (struct signer){.fd = line_open()};
    if (signer->fd < 0) {
        enum result started = child_start(signer, origin);
        if (started != OK)
            return started;
    }
    enum result result = answer_read(signer, &answer);
    if (result == OK)
        note_key_make(&signer->key, origin, answer.signature);
    else
        signer_stop(signer);
    return result;
}

enum result signer_sign(struct signer *signer, uint64_t size, const uint8_t root[32],
                        const struct tree_proof *proof, struct buf *note)
{
    struct signer_question question = {.kind = QUESTION_HEAD, .size = size, .proof = *proof};
    struct checkpoint checkpoint = {signer->key.name, size, {0}};
    struct signer_answer answer;
    struct buf text;
    memcpy(question.hash, root, 32);
    memcpy(checkpoint.root, root, 32);
    enum result result = ask(signer, &question, &answer);
    if (result != OK)
        return result;
    buf_open(&text, note->arena, 256);
    checkpoint_write(&text, &checkpoint);
    /* Both sides check at the boundary: what comes back must be a signature over what was asked. */
    assert(seal_verify(answer.signature, signer->key.public_key, buf_bytes(&text)));
    note_write(note, buf_done(&text), &signer->key, answer.signature);
    return OK;
}

enum result signer_last(struct signer *signer, uint64_t *size)
{
    struct signer_question question = {.kind = QUESTION_LAST};
    struct signer_answer answer;
    enum result result = ask(signer, &question, &answer);
    *size = answer.size;
    return result;
}

enum result signer_key(struct signer *signer, uint16_t type, const uint8_t public_key[32],
                       uint8_t signature[64])
{
    struct signer_question question = {.kind = QUESTION_KEY, .key_type = type};
    struct signer_answer answer;
    memcpy(question.hash, public_key, 32);
    enum result result = ask(signer, &question, &answer);
    if (result == OK)
        memcpy(signature, answer.signature, 64);
    return result;
}

void signer_stop(struct signer *signer)
{
    if (signer->fd >= 0)
        close(signer->fd);
    if (signer->pid > 0)
        (void)waitpid(signer->pid, NULL, 0);
    signer->fd = -1;
    signer->pid = 0;
}
