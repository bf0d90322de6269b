#include "ledger/earmark/envelope.h"

#include <assert.h>
#include <string.h>

#include "core/buf.h"
#include "core/seal.h"

struct text envelope_seal(struct arena *arena, const uint8_t box_public[32], const uint8_t seed[32],
                          struct envelope_slot *slots, size_t count)
{
    static uint8_t plain[ENVELOPE_SLOTS * ENVELOPE_SLOT_SIZE];
    uint8_t public_key[32], secret_key[64], nonce[EARMARK_NONCE_SIZE];
    struct buf out;
    assert(count <= ENVELOPE_SLOTS);
    seal_sign_keypair(public_key, secret_key, seed);
    memset(plain, 0, sizeof plain);
    for (size_t i = 0; i < ENVELOPE_SLOTS; i++) {
        uint8_t *at = plain + i * ENVELOPE_SLOT_SIZE;
        seal_random(nonce, sizeof nonce);
        if (i >= count) {
            memcpy(at + 8, nonce, sizeof nonce);
            memcpy(at + 8 + sizeof nonce, "EMK1", 4);
            continue;
        }
        memcpy(slots[i].terms.sponsor_key, public_key, 32);
        for (int j = 0; j < 8; j++)
            at[j] = (uint8_t)((uint64_t)slots[i].until_s >> (8 * (7 - j)));
        earmark_write(&slots[i].terms, nonce, secret_key, at + 8);
    }
    struct bytes sealed = seal_to(arena, box_public, bytes_of(plain, sizeof plain));
    seal_wipe(plain, sizeof plain);
    seal_wipe(secret_key, sizeof secret_key);
    buf_open(&out, arena, ENVELOPE_TEXT_SIZE + 1);
    buf_base64(&out, sealed);
    assert(out.size == ENVELOPE_TEXT_SIZE);
    return buf_done(&out);
}

enum result envelope_open(struct arena *arena, struct text sealed, const uint8_t box_public[32],
                          const uint8_t box_secret[32], struct envelope_slot slots[ENVELOPE_SLOTS],
                          size_t *count, const char **why)
{
    struct bytes plain, box = base64_read(arena, text_trim(sealed));
    *count = 0;
    *why = "It is not a sealed envelope, or not a whole one.";
    if (box.data == NULL || box.size != ENVELOPE_SEALED_SIZE)
        return INVALID;
    *why = "It was not sealed for this house.";
    if (seal_open_box(arena, box_public, box_secret, box, &plain) != OK ||
        plain.size != (size_t)ENVELOPE_SLOTS * ENVELOPE_SLOT_SIZE)
        return INVALID;
    for (size_t i = 0; i < ENVELOPE_SLOTS; i++) {
        const uint8_t *at = plain.data + i * ENVELOPE_SLOT_SIZE;
        struct envelope_slot *slot = &slots[*count];
        const char *fault;
        uint64_t until = 0;
        *why = "One of the earmarks in it is malformed or not signed by its key.";
        if (earmark_read(bytes_of(at + 8, EARMARK_OPENING_SIZE), &slot->terms, &fault) != OK)
            return INVALID;
        for (int j = 0; j < 8; j++)
            until = until << 8 | at[j];
        if ((slot->terms.kind == EARMARK_DUMMY) != (until == 0) || until > INT64_MAX / 2000)
            return INVALID;
        if (slot->terms.kind == EARMARK_DUMMY)
            continue;
        slot->until_s = (int64_t)until;
        memcpy(slot->opening, at + 8, EARMARK_OPENING_SIZE);
        ++*count;
    }
    *why = *count > 0 ? NULL : "There is no earmark in it.";
    return *count > 0 ? OK : INVALID;
}
