#pragma once
/* The signer's own side: the key, what it signed last, and the answers. Runs in a child of the
 * paymaster, or in a program and under a user of its own (ledger/notary.c). Private to ledger/.
 *
 * One question and one answer at a time, both of fixed size, over a SOCK_SEQPACKET line. */
#include "ledger/log/checkpoint.h"
#include "ledger/log/tree.h"

enum signer_question_kind { QUESTION_HEAD = 1, QUESTION_LAST, QUESTION_KEY };
struct signer_question {
    enum signer_question_kind kind;
    uint16_t key_type;
    uint64_t size;
    uint8_t hash[32]; /* root, or public key */
    struct tree_proof proof;
};
/* The first one on a line comes unasked: whether the signer works, and its public key in place of a
 * signature. */
struct signer_answer {
    enum result result;
    uint64_t size;
    uint8_t signature[64];
};

struct signer_desk {
    struct arena arena;
    uint8_t secret_key[64];
    struct note_key key;
    uint64_t size; /* of the head signed last */
    uint8_t root[32];
    int lock; /* held as long as it lives: two signers with one memory could sign two histories */
};
/* BROKEN: key and memory do not fit together. BUSY: another signer holds them. */
MUST_USE enum result signer_desk_open(struct signer_desk *desk, struct text origin);
/* Greets and answers on this line until the other side closes it. `opened`: how opening went. */
void signer_desk_serve(struct signer_desk *desk, int fd, enum result opened);
