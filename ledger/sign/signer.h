#pragma once
/* The signer alone holds the log's signing key: a program under a user of its own
 * (`curbside-notary serve`, STATE/run/signer.sock), or, where there is none, a forked child. It
 * signs a tree head only with
 * a proof that this tree begins with the one it signed last, which it writes down (fsync) before it
 * answers: whoever holds the paymaster can stop the ledger, but cannot show two histories. In the
 * same way it signs key events, under a message no note can look like.
 *
 * Its memory is STATE/keys/signer/: `log` (32-byte seed) and `signed` (the latest note). A key
 * without a memory is refused: such a signer would sign anything once. */
#include "ledger/log/checkpoint.h"
#include "ledger/log/leaf.h"
#include "ledger/log/tree.h"

struct signer {
    int fd;
    int pid;             /* of the child; 0: a program of its own */
    struct note_key key; /* the public half */
};

/* Reach the signer, or start the child; the paymaster's stores and keys must not be open yet.
 * `origin` must live as long as the signer. BROKEN: key and memory do not fit together. */
MUST_USE enum result signer_start(struct signer *signer, struct text origin);
/* The note for a tree head, written into `note`. REFUSED: not an extension of what was signed last.
 * `size` of what was signed last comes from signer_last. */
MUST_USE enum result signer_sign(struct signer *signer, uint64_t size, const uint8_t root[32],
                                 const struct tree_proof *proof, struct buf *note);
/* Size of the tree head signed last; 0 when none was. */
MUST_USE enum result signer_last(struct signer *signer, uint64_t *size);
/* Sign a key event of this type. */
MUST_USE enum result signer_key(struct signer *signer, uint16_t type, const uint8_t public_key[32],
                                uint8_t signature[64]);
/* Close the line; the child ends by itself. */
void signer_stop(struct signer *signer);
