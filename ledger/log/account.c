#include "ledger/log/account.h"

#include <string.h>

#include "core/seal.h"

const char *account_code_name(uint32_t code)
{
    static const char *const names[] = {"other", "bank",       "escrow",   "member",  "transit",
                                        "fee",   "adjustment", "withheld", "blinded", "named"};
    return code < sizeof names / sizeof names[0] ? names[code] : names[0];
}

const char *transfer_code_name(uint32_t code)
{
    static const char *const names[] = {
        "other",       "deposit",    "reward",     "refund",  "payout",    "correction", "expired",
        "withholding", "remittance", "disclosure", "consent", "discovery", "house"};
    return code < sizeof names / sizeof names[0] ? names[code] : names[0];
}

uint16_t account_code_flags(uint32_t code)
{
    switch (code) {
    case ACCOUNT_BANK:
        return ACCOUNT_CREDITS_BOUND;
    case ACCOUNT_ESCROW:
    case ACCOUNT_MEMBER:
    case ACCOUNT_TRANSIT:
    case ACCOUNT_WITHHELD:
        return ACCOUNT_DEBITS_BOUND;
    default:
        return 0;
    }
}

/* Numbers go into ids as 8 bytes little-endian; parts are length-prefixed by seal_id. */
struct number {
    uint8_t bytes[8];
};

static struct number number_of(int64_t value)
{
    struct number number;
    for (size_t i = 0; i < 8; i++)
        number.bytes[i] = (uint8_t)((uint64_t)value >> (8 * i));
    return number;
}

static void derive(const struct account_key *key, uint8_t id[16], const struct bytes *parts,
                   size_t count)
{
    struct bytes id_key = bytes_of(key->id_key, KEY_SIZE);
    seal_id(id, &id_key, parts, count);
}

void account_bank(const struct account_key *key, uint8_t id[16])
{
    struct bytes parts[] = {text_bytes(TEXT("account bank"))};
    derive(key, id, parts, 1);
}

void account_escrow(const struct account_key *key, const uint8_t campaign[16], uint8_t id[16])
{
    struct bytes parts[] = {text_bytes(TEXT("account escrow")), bytes_of(campaign, 16)};
    derive(key, id, parts, 2);
}

void account_member(const struct account_key *key, int64_t member, uint8_t id[16])
{
    struct number number = number_of(member);
    struct bytes parts[] = {text_bytes(TEXT("account member")), bytes_of(number.bytes, 8)};
    derive(key, id, parts, 2);
}

void account_request_id(const struct account_key *key, const char *what, int64_t member,
                        const uint8_t request[16], uint8_t id[16])
{
    struct number number = number_of(member);
    struct bytes parts[] = {text_bytes(TEXT("request")), text_bytes(text_of(what)),
                            bytes_of(number.bytes, 8), bytes_of(request, 16)};
    derive(key, id, parts, 4);
}

void account_reward_id(const struct account_key *key, struct text period,
                       const uint8_t campaign[16], int64_t member, int64_t attempt, uint8_t id[16])
{
    struct number who = number_of(member), again = number_of(attempt);
    struct bytes parts[] = {text_bytes(TEXT("reward")), text_bytes(period), bytes_of(campaign, 16),
                            bytes_of(who.bytes, 8), bytes_of(again.bytes, 8)};
    derive(key, id, parts, 5);
}

void account_expiry_id(const struct account_key *key, const uint8_t hold[16], uint8_t id[16])
{
    struct bytes parts[] = {text_bytes(TEXT("expiry")), bytes_of(hold, 16)};
    derive(key, id, parts, 2);
}

void account_batch_id(const struct account_key *key, struct text period, uint8_t id[16])
{
    struct bytes parts[] = {text_bytes(TEXT("batch")), text_bytes(period)};
    derive(key, id, parts, 2);
}

void account_transit(const struct account_key *key, int64_t rail, uint8_t id[16])
{
    struct number number = number_of(rail);
    struct bytes parts[] = {text_bytes(TEXT("account transit")), bytes_of(number.bytes, 8)};
    derive(key, id, parts, 2);
}

void account_payout_id(const struct account_key *key, const char *what, const uint8_t of[16],
                       int64_t number_, uint8_t id[16])
{
    struct number number = number_of(number_);
    struct bytes parts[] = {text_bytes(TEXT("payout")), text_bytes(text_of(what)), bytes_of(of, 16),
                            bytes_of(number.bytes, 8)};
    derive(key, id, parts, 4);
}

void account_single(const struct account_key *key, uint32_t code, uint8_t id[16])
{
    struct bytes parts[] = {text_bytes(TEXT("account")),
                            text_bytes(text_of(account_code_name(code)))};
    derive(key, id, parts, 2);
}

void account_unblind_id(const struct account_key *key, const uint8_t reward[16], uint8_t id[16])
{
    struct bytes parts[] = {text_bytes(TEXT("unblind")), bytes_of(reward, 16)};
    derive(key, id, parts, 2);
}

void account_remittance_id(const struct account_key *key, struct text reference, uint8_t id[16])
{
    struct bytes parts[] = {text_bytes(TEXT("remittance")), text_bytes(reference)};
    derive(key, id, parts, 2);
}

void account_admin_id(const struct account_key *key, int64_t member, uint8_t id[4])
{
    uint8_t whole[16];
    struct number number = number_of(member);
    struct bytes parts[] = {text_bytes(TEXT("admin")), bytes_of(number.bytes, 8)};
    derive(key, whole, parts, 2);
    memcpy(id, whole, 4);
}

struct leaf_account account_leaf(uint32_t code, const uint8_t id[16])
{
    struct leaf_account account = {
        .exponent = LEDGER_EXPONENT, .code = code, .flags = account_code_flags(code)};
    memcpy(account.id, id, 16);
    memcpy(account.currency, LEDGER_CURRENCY, 3);
    return account;
}
