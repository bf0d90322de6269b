#pragma once
/* Operations that take a second person: one hash for the exact thing that is to be done, made alike
 * by every program that has to do with it (who proposes, who shows, who signs, who does it).
 *
 * A passkey signs a challenge made of that hash and a nonce used once, so that a signature fits
 * one operation, and one asking for it. The journal keeps both with the signature
 * (operation_confirmed): who holds the passkey's public key can check it years later. */
#include "core/seal.h"

enum { OPERATION_PARTS_MAX = 8, OPERATION_NONCE_SIZE = 32 };

/* BLAKE2b-256 over name ("rule/approve"), the number it is about, and whatever else must not
 * differ between what was looked at and what is done: at most OPERATION_PARTS_MAX parts. */
void operation_digest(uint8_t digest[DIGEST_SIZE], const char *name, int64_t about,
                      const struct bytes *parts, size_t count);
/* What the passkey signs. */
void operation_challenge(uint8_t challenge[DIGEST_SIZE], const uint8_t nonce[OPERATION_NONCE_SIZE],
                         const uint8_t operation[DIGEST_SIZE]);
