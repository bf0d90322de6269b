#include "ledger/sign/signer_desk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ledger/log/file.h"
#include "ledger/log/leaf.h"

enum { LOCK_TRIES = 100, LOCK_WAIT_US = 20 * 1000 };

static const char *memory_path(void)
{
    return conf_path("keys/signer/signed");
}

/* An empty memory stands for "has signed nothing yet" and is made together with the key. */
static enum result memory_load(struct signer_desk *desk, bool fresh)
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

/* The lock goes with the process, however that ends. The signer of a paymaster that was killed ends
 * a moment after it: so this waits a little. */
static enum result desk_lock(struct signer_desk *desk)
{
    desk->lock = open(conf_path("keys/signer/log"), O_RDONLY | O_CLOEXEC);
    for (int i = 0; i < LOCK_TRIES && desk->lock >= 0; i++) {
        if (flock(desk->lock, LOCK_EX | LOCK_NB) == 0)
            return OK;
        (void)usleep(LOCK_WAIT_US);
    }
    trace_fail("signer", "another signer holds this key");
    return BUSY;
}

enum result signer_desk_open(struct signer_desk *desk, struct text origin)
{
    const uint8_t *seed;
    uint8_t public_key[32];
    bool fresh = access(conf_path("keys/signer/log"), F_OK) != 0;
    arena_open(&desk->arena, 256 * 1024);
    enum result result = seal_key_load("signer", "log", KEY_SIZE, true, &seed);
    if (result == OK)
        result = desk_lock(desk);
    if (result != OK)
        return result;
    seal_sign_keypair(public_key, desk->secret_key, seed);
    note_key_make(&desk->key, origin, public_key);
    return memory_load(desk, fresh);
}

/* Sign, remember, and only then answer. */
static enum result head_sign(struct signer_desk *desk, const struct signer_question *question,
                             struct signer_answer *answer)
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

static void answer_one(struct signer_desk *desk, const struct signer_question *question,
                       struct signer_answer *answer)
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

void signer_desk_serve(struct signer_desk *desk, int fd, enum result opened)
{
    static struct signer_question question;
    struct signer_answer answer = {.result = opened};
    if (opened == OK)
        memcpy(answer.signature, desk->key.public_key, 32);
    if (send(fd, &answer, sizeof answer, MSG_NOSIGNAL) != (ssize_t)sizeof answer || opened != OK)
        return;
    for (;;) {
        ssize_t got = recv(fd, &question, sizeof question, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got != (ssize_t)sizeof question)
            return;
        memset(&answer, 0, sizeof answer);
        answer_one(desk, &question, &answer);
        if (send(fd, &answer, sizeof answer, MSG_NOSIGNAL) != (ssize_t)sizeof answer)
            return;
    }
}
