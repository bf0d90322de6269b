#include "ledger/earmark/earmark.h"

#include <assert.h>
#include <string.h>

#include "core/buf.h"
#include "core/seal.h"
#include "ledger/log/account.h"

enum { SIGNED_SIZE = 176, SIGNATURE_AT = 176, SELECTOR_AT = 240, SELECTOR_ROOM = 4096 };

static const char sign_context[] = "ldg/earmark/v1 sponsor\n";
static const char commit_context[] = "ldg/earmark/v1\n";

/* The text alone, for one who writes or reads it. */
static struct text selector_write(const struct earmark *earmark, struct buf *out)
{
    static const char *const by_hand[] = {"", "author of posting", "answers to posting",
                                          "votes on posting"};
    static const char *const by_script[] = {"", "authors by", "answers by", "votes by"};
    if (!earmark->by.script) {
        buf_format(out, "%s %lld", by_hand[earmark->kind], (long long)earmark->target);
        return buf_done(out);
    }
    buf_format(out, "%s ", by_script[earmark->kind]);
    buf_hex(out, bytes_of(earmark->by.sha256, 32));
    for (size_t i = 0; i < earmark->by.value_count; i++)
        buf_format(out, " %lld", (long long)earmark->by.values[i]);
    return buf_done(out);
}

/* Of what one of a script says: hash and values; whatever else is wrong with it shows when it is
 * written again. */
static bool selector_read(struct arena *arena, struct text selector, struct earmark_by *by)
{
    struct text word;
    *by = (struct earmark_by){.script = true};
    if (!text_next(&selector, ' ', &word) || !text_next(&selector, ' ', &word) ||
        !text_next(&selector, ' ', &word))
        return false;
    struct bytes hash = hex_read(arena, word);
    if (hash.data == NULL || hash.size != 32)
        return false;
    memcpy(by->sha256, hash.data, 32);
    while (text_next(&selector, ' ', &word))
        if (by->value_count == EARMARK_VALUES_MAX ||
            !text_int(word, 0, EARMARK_VALUE_MAX, &by->values[by->value_count++]))
            return false;
    return true;
}

static void number_put(uint8_t *at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
}

static uint64_t number_get(const uint8_t *at, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | at[i];
    return value;
}

/* The message a sponsor's key signs: context, then bytes 0..175. */
static struct bytes message_of(uint8_t out[sizeof sign_context + SIGNED_SIZE], const uint8_t *plain)
{
    size_t context = sizeof sign_context - 1;
    memcpy(out, sign_context, context);
    memcpy(out + context, plain, SIGNED_SIZE);
    return bytes_of(out, context + SIGNED_SIZE);
}

const char *earmark_fault(const struct earmark *earmark)
{
    if (earmark->kind < EARMARK_POSTING || earmark->kind > EARMARK_VOTE)
        return "kind";
    if (earmark->by.script ? earmark->target != 0 : earmark->target <= 0)
        return "target";
    if (earmark->by.value_count > (earmark->by.script ? EARMARK_VALUES_MAX : 0))
        return "selector";
    for (size_t i = 0; i < earmark->by.value_count; i++)
        if (earmark->by.values[i] < 0 || earmark->by.values[i] > EARMARK_VALUE_MAX)
            return "selector";
    if (earmark->amount < 1 || (uint64_t)earmark->amount > LEAF_AMOUNT_MAX)
        return "amount";
    if (earmark->cap < earmark->amount || (uint64_t)earmark->cap > LEAF_AMOUNT_MAX)
        return "cap";
    if (earmark->payees_max < 1 || earmark->payees_max > EARMARK_PAYEES_MAX)
        return "payees";
    if (earmark->valid_from_s < 0 || earmark->valid_to_s < earmark->valid_from_s)
        return "times";
    return NULL;
}

/* Everything but the signature. */
static void plain_write(const struct earmark *earmark, uint8_t *plain)
{
    struct arena arena;
    struct buf out;
    arena_open(&arena, SELECTOR_ROOM);
    buf_open(&out, &arena, EARMARK_SELECTOR_MAX);
    struct text selector = selector_write(earmark, &out);
    assert(selector.size <= EARMARK_SELECTOR_MAX);
    memset(plain, 0, EARMARK_PLAIN_SIZE);
    memcpy(plain, "EMK1", 4);
    plain[4] = (uint8_t)earmark->kind;
    memcpy(plain + 8, earmark->campaign, 16);
    number_put(plain + 32, (uint64_t)earmark->target, 8);
    number_put(plain + 40, (uint64_t)earmark->amount, 8);
    number_put(plain + 48, (uint64_t)earmark->cap, 8);
    number_put(plain + 56, (uint64_t)earmark->payees_max, 4);
    memcpy(plain + 60, LEDGER_CURRENCY, 3);
    plain[63] = LEDGER_EXPONENT;
    number_put(plain + 64, (uint64_t)earmark->valid_from_s, 8);
    number_put(plain + 72, (uint64_t)earmark->valid_to_s, 8);
    memcpy(plain + 80, earmark->rule, 32);
    seal_sha256(plain + 112, text_bytes(selector), NO_BYTES);
    memcpy(plain + 144, earmark->sponsor_key, 32);
    memcpy(plain + SELECTOR_AT, selector.data, selector.size);
    arena_close(&arena);
}

void earmark_write(const struct earmark *earmark, const uint8_t nonce[EARMARK_NONCE_SIZE],
                   const uint8_t secret_key[64], uint8_t opening[EARMARK_OPENING_SIZE])
{
    uint8_t message[sizeof sign_context + SIGNED_SIZE];
    uint8_t *plain = opening + EARMARK_NONCE_SIZE;
    assert(earmark_fault(earmark) == NULL);
    memcpy(opening, nonce, EARMARK_NONCE_SIZE);
    plain_write(earmark, plain);
    seal_sign(plain + SIGNATURE_AT, secret_key, message_of(message, plain));
}

void earmark_dummy(const uint8_t id_key[32], uint64_t seq, uint8_t opening[EARMARK_OPENING_SIZE])
{
    uint8_t number[8];
    struct bytes key = bytes_of(id_key, KEY_SIZE);
    number_put(number, seq, 8);
    struct bytes parts[] = {text_bytes(TEXT("dummy")), bytes_of(number, 8)};
    memset(opening, 0, EARMARK_OPENING_SIZE);
    seal_digest(opening, &key, parts, 2);
    memcpy(opening + EARMARK_NONCE_SIZE, "EMK1", 4);
}

static bool is_zero(const uint8_t *data, size_t size)
{
    uint8_t any = 0;
    for (size_t i = 0; i < size; i++)
        any |= data[i];
    return any == 0;
}

/* The selector of a plaintext whose target is 0. */
static bool script_read(const uint8_t *plain, struct earmark_by *by)
{
    struct arena arena;
    const char *at = (const char *)plain + SELECTOR_AT;
    arena_open(&arena, SELECTOR_ROOM);
    bool good = selector_read(&arena, (struct text){at, strnlen(at, EARMARK_SELECTOR_MAX)}, by);
    arena_close(&arena);
    return good;
}

enum result earmark_read(struct bytes opening, struct earmark *earmark, const char **why)
{
    uint8_t again[EARMARK_PLAIN_SIZE], message[sizeof sign_context + SIGNED_SIZE];
    *why = "size";
    if (opening.size != EARMARK_OPENING_SIZE)
        return INVALID;
    const uint8_t *plain = opening.data + EARMARK_NONCE_SIZE;
    *why = "not an earmark of layout v1";
    if (memcmp(plain, "EMK1", 4) != 0)
        return INVALID;
    *earmark = (struct earmark){.kind = (enum earmark_kind)plain[4]};
    *why = "a dummy that is not empty";
    if (earmark->kind == EARMARK_DUMMY)
        return is_zero(plain + 4, EARMARK_PLAIN_SIZE - 4) ? OK : INVALID;
    memcpy(earmark->campaign, plain + 8, 16);
    earmark->target = (int64_t)number_get(plain + 32, 8);
    earmark->amount = (int64_t)number_get(plain + 40, 8);
    earmark->cap = (int64_t)number_get(plain + 48, 8);
    earmark->payees_max = (int64_t)number_get(plain + 56, 4);
    earmark->valid_from_s = (int64_t)number_get(plain + 64, 8);
    earmark->valid_to_s = (int64_t)number_get(plain + 72, 8);
    memcpy(earmark->rule, plain + 80, 32);
    memcpy(earmark->sponsor_key, plain + 144, 32);
    *why = "selector";
    if (earmark->target == 0 && !script_read(plain, &earmark->by))
        return INVALID;
    *why = earmark_fault(earmark);
    if (*why != NULL)
        return INVALID;
    /* Written again it must be the same bytes: nothing hides in reserved places. */
    plain_write(earmark, again);
    memcpy(again + SIGNATURE_AT, plain + SIGNATURE_AT, SIGNATURE_SIZE);
    *why = "not canonical";
    if (memcmp(again, plain, EARMARK_PLAIN_SIZE) != 0)
        return INVALID;
    *why = "the signature is not the sponsor's";
    if (!seal_verify(plain + SIGNATURE_AT, earmark->sponsor_key, message_of(message, plain)))
        return INVALID;
    *why = NULL;
    return OK;
}

void earmark_commitment(const uint8_t opening[EARMARK_OPENING_SIZE], uint8_t commitment[32])
{
    seal_sha256(commitment, bytes_of(commit_context, sizeof commit_context - 1),
                bytes_of(opening, EARMARK_OPENING_SIZE));
}
