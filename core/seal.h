#pragma once
/* Everything that is secret, signed, hashed or random; the only file that includes libsodium.
 * Secrets lie in guarded memory (sodium_malloc) and are wiped. Randomness comes from here alone; if
 * the variable CURBSIDE_SEED is set (tests only; said loudly at start), it is a deterministic
 * stream per program name and order of forked children; a program started again repeats it. */
#include "core/arena.h"

enum {
    DIGEST_SIZE = 32,
    ID_SIZE = 16,
    TOKEN_SIZE = 32,
    KEY_SIZE = 32,
    BOX_EXTRA = 24 + 16, /* nonce and tag of seal_box */
    SEALED_EXTRA = 48,   /* of seal_to */
    SIGNATURE_SIZE = 64,
    PASSWORD_HASH_SIZE = 128,
};

void seal_open(void); /* at start, before the sandbox; again does nothing */
void seal_random(void *out, size_t size);
uint64_t seal_random_below(uint64_t bound); /* uniform in [0, bound) */

/* BLAKE2b-256 / keyed (16 to 64 bytes); parts are length-prefixed (u64 little-endian) so that
 * joining them is injective. */
void seal_digest(uint8_t out[DIGEST_SIZE], const struct bytes *key_or_null,
                 const struct bytes *parts, size_t count);
/* The same cut to 16 bytes by BLAKE2b's own length parameter: for ids. */
void seal_id(uint8_t out[ID_SIZE], const struct bytes *key_or_null, const struct bytes *parts,
             size_t count);
/* Of a then b, no prefixes: RFC 6962. */
void seal_sha256(uint8_t out[DIGEST_SIZE], struct bytes a, struct bytes b);
bool seal_equal(const void *a, const void *b, size_t size); /* constant time */
void seal_wipe(void *data, size_t size);

/* XSalsa20-Poly1305. A nonce may be given (24 bytes, never used twice with the key) where the
 * result must be repeatable; else NULL. */
struct bytes seal_box(struct arena *, const uint8_t key[KEY_SIZE], const uint8_t *nonce24_or_null,
                      struct bytes plain);
MUST_USE enum result seal_unbox(struct arena *, const uint8_t key[KEY_SIZE], struct bytes box,
                                struct bytes *plain);
/* Sealed boxes (crypto_box_seal): anyone may make one, only the holder of the secret key opens it.
 * They do not say who made them. */
struct bytes seal_to(struct arena *, const uint8_t public_key[KEY_SIZE], struct bytes plain);
MUST_USE enum result seal_open_box(struct arena *, const uint8_t public_key[KEY_SIZE],
                                   const uint8_t secret_key[KEY_SIZE], struct bytes sealed,
                                   struct bytes *plain);
void seal_box_keypair(uint8_t public_key[KEY_SIZE], uint8_t secret_key[KEY_SIZE]);
/* The public half of a secret key: any 32 random bytes are one. */
void seal_box_public(uint8_t public_key[KEY_SIZE], const uint8_t secret_key[KEY_SIZE]);

/* Ed25519 (RFC 8032). secret_key is seed||public (64 bytes). */
void seal_sign_keypair(uint8_t public_key[32], uint8_t secret_key[64],
                       const uint8_t *seed32_or_null);
void seal_sign(uint8_t signature[SIGNATURE_SIZE], const uint8_t secret_key[64],
               struct bytes message);
bool seal_verify(const uint8_t signature[SIGNATURE_SIZE], const uint8_t public_key[32],
                 struct bytes message);

/* Argon2id at (memory MiB, passes) of the settings; the result is a NUL-terminated string of at
 * most PASSWORD_HASH_SIZE. Takes about 60-200 ms and the memory: only the clerk's hash children
 * call these. The pepper is mixed in by the caller. */
MUST_USE enum result seal_password_hash(char out[PASSWORD_HASH_SIZE], struct text password,
                                        unsigned memory_mib, unsigned passes);
bool seal_password_check(const char *hash, struct text password);

/* Key files: STATE/keys/PROGRAM/NAME, 0600, made at first use when `make` is true. Guarded memory,
 * never freed. NOT_FOUND without `make`; BROKEN when it has another size, may be read by others or
 * cannot be made. */
MUST_USE enum result seal_key_load(const char *program, const char *name, size_t size, bool make,
                                   const uint8_t **key);
