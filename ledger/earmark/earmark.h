#pragma once
/* An earmark: a hidden promise that a posting, the answers to it or the votes on it may earn. 512
 * bytes of plaintext with the sponsor's signature inside, committed to the ledger as C before any
 * act it pays, sealed to the paymaster, opened to its payees after its period's close and to
 * auditors after the embargo. All are of one size, dummies too.
 *
 * Plaintext, integers big-endian: 0 "EMK1" | 4 kind u8 (0 dummy) | 5 flags u8 0 | 6 zero2 | 8
 * campaign16 | 24 target16 (posting id in the last 8) | 40 amount u64 | 48 cap u64 | 56 payees_max
 * u32 | 60 currency3 exponent1 | 64 valid_from u64 | 72 valid_to u64 (Unix seconds) | 80 rule
 * SHA-256 32 | 112 SHA-256 of the selector text 32 | 144 sponsor's public key 32 | 176 signature 64
 * over the context and bytes 0..175 | 240 selector text, zero padded.
 *
 * The selector text says in words what the fields say, so that who opens one can read it. Chosen by
 * hand: "author of posting N", "answers to posting N", "votes on posting N". By a script of
 * scripts/select: "authors by HASH V...", "answers by HASH V...", "votes by HASH V...": the SHA-256
 * of the script and the values of its constants, in the order it declares them; target is 0. It is
 * signed and committed to through its hash, so neither can be chosen later.
 *
 * C = SHA-256("ldg/earmark/v1\n" || nonce32 || plaintext); sealed = crypto_box_seal(nonce ||
 * plaintext), 592 bytes. A sealed box does not say who made it: hence the signature, checked
 * against the key the campaign's sponsor has in the ledger. */
#include "core/arena.h"

enum {
    EARMARK_PLAIN_SIZE = 512,
    EARMARK_NONCE_SIZE = 32,
    EARMARK_OPENING_SIZE = EARMARK_NONCE_SIZE + EARMARK_PLAIN_SIZE,
    EARMARK_SEALED_SIZE = EARMARK_OPENING_SIZE + 48,
    EARMARK_SELECTOR_MAX = EARMARK_PLAIN_SIZE - 240,
    EARMARK_PAYEES_MAX = 100000,
    EARMARK_VALUES_MAX = 8,
};
enum earmark_kind { EARMARK_DUMMY = 0, EARMARK_POSTING = 1, EARMARK_ANSWER = 2, EARMARK_VOTE = 3 };

/* 2^53 - 1: exact in Lua, JavaScript and JSON. */
#define EARMARK_VALUE_MAX INT64_C(9007199254740991)

/* A selector script and the values its constants have in this earmark, 0..EARMARK_VALUE_MAX. */
struct earmark_by {
    bool script; /* false: chosen by hand, and the rest is empty */
    uint8_t sha256[32];
    int64_t values[EARMARK_VALUES_MAX];
    size_t value_count;
};
struct earmark {
    enum earmark_kind kind;
    uint8_t campaign[16];
    int64_t target; /* posting; 0 when chosen by a script */
    struct earmark_by by;
    int64_t amount; /* cents a payee at most */
    int64_t cap;    /* cents in all */
    int64_t payees_max;
    int64_t valid_from_s, valid_to_s; /* Unix seconds, both inclusive */
    uint8_t rule[32];                 /* SHA-256 of the Lua source */
    uint8_t sponsor_key[32];
};
/* What is out of range in it (a literal), or NULL. */
const char *earmark_fault(const struct earmark *earmark);
/* nonce || plaintext, signed. Asserts that the fields are in range: check before. */
void earmark_write(const struct earmark *earmark, const uint8_t nonce[EARMARK_NONCE_SIZE],
                   const uint8_t secret_key[64], uint8_t opening[EARMARK_OPENING_SIZE]);
/* The opening of the dummy at leaf `seq`: the nonce is keyed BLAKE2b of seq, so that nothing need
 * be kept to open it later. */
void earmark_dummy(const uint8_t id_key[32], uint64_t seq, uint8_t opening[EARMARK_OPENING_SIZE]);
/* Strict: any reserved byte set, value out of range or signature that does not hold is INVALID,
 * with *why (a literal). A dummy has no signature and nothing but zeros. */
MUST_USE enum result earmark_read(struct bytes opening, struct earmark *earmark, const char **why);
void earmark_commitment(const uint8_t opening[EARMARK_OPENING_SIZE], uint8_t commitment[32]);
