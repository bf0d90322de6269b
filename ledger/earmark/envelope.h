#pragma once
/* What a sponsor's browser or command line sends: earmarks signed by a key that lives there, sealed
 * to the paymaster. The programs in between carry it and cannot open it; it has one size whatever
 * is in it.
 *
 * crypto_box_seal of 16 slots, each: until u64 big-endian (Unix seconds: the sponsor's own end; an
 * earmark itself ends with its month, and what is left goes on) || opening 544
 * (ledger/earmark/earmark.h). Slots nobody needs hold dummies with until 0. */
#include "ledger/earmark/earmark.h"

enum {
    ENVELOPE_SLOTS = 16,
    ENVELOPE_SLOT_SIZE = 8 + EARMARK_OPENING_SIZE,
    ENVELOPE_SEALED_SIZE = ENVELOPE_SLOTS * ENVELOPE_SLOT_SIZE + 48,
    ENVELOPE_TEXT_SIZE = ENVELOPE_SEALED_SIZE / 3 * 4, /* in base64: a multiple of three */
};

struct envelope_slot {
    struct earmark terms;
    int64_t until_s;
    uint8_t opening[EARMARK_OPENING_SIZE];
};

/* Sign and seal `count` of at most ENVELOPE_SLOTS earmarks; the text is base64. terms.sponsor_key
 * is filled in from the seed. Asserts that the terms are in range. */
struct text envelope_seal(struct arena *arena, const uint8_t box_public[32], const uint8_t seed[32],
                          struct envelope_slot *slots, size_t count);
/* Open one: the real earmarks in it, every one read strictly. INVALID and *why (a literal). */
MUST_USE enum result envelope_open(struct arena *arena, struct text sealed,
                                   const uint8_t box_public[32], const uint8_t box_secret[32],
                                   struct envelope_slot slots[ENVELOPE_SLOTS], size_t *count,
                                   const char **why);
