#include "ledger/signer.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ledger/file.h"

/* One question and one answer at a time, both of fixed size, over a SOCK_SEQPACKET pair. */
enum question_kind { QUESTION_HEAD = 1, QUESTION_LAST, QUESTION_KEY };
struct question {
    enum question_kind kind;
    uint16_t key_type;
    uint64_t size;
    uint8_t hash[32]; /* root, or public key */
    struct tree_proof proof;
};
struct answer {
    enum result result;
    uint64_t size;
    uint8_t signature[64];
};

/* What the child knows. */
struct desk {
    int fd;
    struct arena arena;
    uint8_t secret_key[64];
    struct note_key key;
    uint64_t size; /* of the head signed last */
    uint8_t root[32];
};

static const char *memory_path(void)
{
    return conf_path("keys/signer/signed");
}

/* An empty memory stands for "has signed nothing yet" and is made together with the key. */
static enum result memory_load(struct desk *desk, bool fresh)
{
    struct bytes content;
    struct checkpoint checkpoint;
    enum result result = file_read(&desk->arena, memory_path(), CHECKPOINT_SIZE_MAX, &content);
    if (result == NOT_FOUND && fresh)
        return file_write(memory_path(), bytes_of("", 0));
    if (result == NOT_FOUND) {
        trace_fail("signer", "there is a key but no memory of what it signed");
        return BROKEN;
    }
    if (result != OK || content.size == 0)
        return result;
    struct text note = {(const char *)content.data, content.size};
    if (checkpoint_open(&desk->arena, note, &desk->key, &checkpoint) != OK) {
        trace_fail("signer", "its memory is not a note of its own key and origin");
        return BROKEN;
    }
    desk->size = checkpoint.size;
    memcpy(desk->root, checkpoint.root, 32);
    return OK;
}

static enum result desk_open(struct desk *desk, struct text origin)
{
    const uint8_t *seed;
    uint8_t public_key[32];
    bool fresh = access(conf_path("keys/signer/log"), F_OK) != 0;
    arena_open(&desk->arena, 256 * 1024);
    enum result result = seal_key_load("signer", "log", KEY_SIZE, true, &seed);
    if (result != OK)
        return result;
    seal_sign_keypair(public_key, desk->secret_key, seed);
    note_key_make(&desk->key, origin, public_key);
    return memory_load(desk, fresh);
}

/* Sign, remember, and only then answer. */
static enum result head_sign(struct desk *desk, const struct question *question,
                             struct answer *answer)
{
    struct checkpoint checkpoint = {desk->key.name, question->size, {0}};
    struct buf text, note;
    memcpy(checkpoint.root, question->hash, 32);
    if (question->proof.count > TREE_PROOF_MAX || question->size > INT64_MAX)
        return INVALID;
    if (desk->size > 0 &&
        !tree_consistency_holds(desk->size, question->size, desk->root, question->hash,
                                (const uint8_t(*)[TREE_HASH])question->proof.hashes,
                                question->proof.count)) {
        trace_fail("signer", "refused: size=%llu is no extension of size=%llu",
                   (unsigned long long)question->size, (unsigned long long)desk->size);
        return REFUSED;
    }
    buf_open(&text, &desk->arena, 256);
    buf_open(&note, &desk->arena, 512);
    checkpoint_write(&text, &checkpoint);
    seal_sign(answer->signature, desk->secret_key, buf_bytes(&text));
    note_write(&note, buf_done(&text), &desk->key, answer->signature);
    enum result result = file_write(memory_path(), buf_bytes(&note));
    if (result == OK) {
        desk->size = question->size;
        memcpy(desk->root, question->hash, 32);
    }
    return result;
}

static void answer_one(struct desk *desk, const struct question *question, struct answer *answer)
{
    uint8_t message[LEAF_KEY_MESSAGE_SIZE];
    arena_reset(&desk->arena, 0);
    answer->result = OK;
    answer->size = desk->size;
    switch (question->kind) {
    case QUESTION_HEAD:
        answer->result = head_sign(desk, question, answer);
        break;
    case QUESTION_LAST:
        break;
    case QUESTION_KEY:
        leaf_key_message(message, question->key_type, question->hash);
        seal_sign(answer->signature, desk->secret_key, bytes_of(message, sizeof message));
        break;
    default:
        answer->result = INVALID;
    }
}

/* The child's whole life. First it says whether it could start, and its public key in place of a
 * signature. */
static NORETURN void desk_run(int fd, struct text origin)
{
    static struct question question;
    struct desk desk = {.fd = fd};
    struct answer answer = {0};
    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)signal(SIGINT, SIG_IGN); /* it ends with its line, after the paymaster's last question */
    (void)signal(SIGTERM, SIG_IGN);
    answer.result = desk_open(&desk, origin);
    memcpy(answer.signature, desk.key.public_key, 32);
    if (send(fd, &answer, sizeof answer, MSG_NOSIGNAL) != (ssize_t)sizeof answer ||
        answer.result != OK)
        _exit(1);
    for (;;) {
        ssize_t got = recv(fd, &question, sizeof question, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got != (ssize_t)sizeof question)
            _exit(0);
        memset(&answer, 0, sizeof answer);
        answer_one(&desk, &question, &answer);
        if (send(fd, &answer, sizeof answer, MSG_NOSIGNAL) != (ssize_t)sizeof answer)
            _exit(0);
    }
}

static enum result answer_read(struct signer *signer, struct answer *answer)
{
    ssize_t got;
    do
        got = recv(signer->fd, answer, sizeof *answer, 0);
    while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof *answer ? answer->result : BROKEN;
}

static enum result ask(struct signer *signer, const struct question *question,
                       struct answer *answer)
{
    ssize_t sent;
    do
        sent = send(signer->fd, question, sizeof *question, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent != (ssize_t)sizeof *question) {
        trace_fail("signer", "gone, errno=%d", errno);
        return BROKEN;
    }
    return answer_read(signer, answer);
}

enum result signer_start(struct signer *signer, struct text origin)
{
    int pair[2];
    struct answer answer;
    if (!checkpoint_origin_ok(origin)) {
        trace_fail("signer", "ledger.origin is not a name a checkpoint may have");
        return INVALID;
    }
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
        desk_run(pair[1], origin);
    }
    close(pair[1]);
    *signer = (struct signer){.fd = pair[0], .pid = pid};
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
    struct question question = {.kind = QUESTION_HEAD, .size = size, .proof = *proof};
    struct checkpoint checkpoint = {signer->key.name, size, {0}};
    struct answer answer;
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
    struct question question = {.kind = QUESTION_LAST};
    struct answer answer;
    enum result result = ask(signer, &question, &answer);
    *size = answer.size;
    return result;
}

enum result signer_key(struct signer *signer, uint16_t type, const uint8_t public_key[32],
                       uint8_t signature[64])
{
    struct question question = {.kind = QUESTION_KEY, .key_type = type};
    struct answer answer;
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
