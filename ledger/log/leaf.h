#pragma once
/* One entry of the ledger as canonical bytes, layout v1. The layout can never change: every tree
 * head ever signed stands on it. All integers big-endian, all fields of fixed width, everything
 * reserved is zero; the decoder refuses anything else, so that no two byte strings mean the same
 * entry. Nothing of a person is ever in a leaf: accounts are keyed digests.
 *
 * Header, 72 bytes: 0 "LDG1" | 4 kind | 5 flags | 6 length u16 | 8 seq u64 (from 0) | 16 tick u64
 * (Unix seconds, rounded down to the tick) | 24 prev: leaf hash of seq-1, zeros for 0 | 56 blind:
 * 16 random bytes, so that a public hash says nothing of its content.
 *
 * Kind, body from byte 72, whole size:
 * - 0 pad: random32; 104
 * - 1 account: id16 currency3 exponent1 code u32 flags u16 zero6; 104
 * - 2 transfer: id16 debit16 credit16 amount u64 currency3 exponent1 code u32 pending16 ref16
 *   meta32 timeout u32 zero4; 208
 * - 3 commitment: C32; 104
 * - 4 reveal: commitment's seq u64, transfer id16, zero8; 104
 * - 5 close: batch16 rail u16 count u32 zero2 total u64 SHA-256 of the instruction list32; 136
 * - 6 export: batch16 file's SHA-256 32 size u64; 128
 * - 7 ruleset: SHA-256 of the Lua source32, valid_from tick u64, two admin key ids8; 120
 * - 8 key: type u16 zero6 Ed25519 public key32 signature64; 176
 * - 9 anchor, the journal's head: place u64, digest32; 112
 *
 * Until when a reward is blinded (ledger/payout/unblind.h) stands in no field: it is 30 June, to
 * its end, of the year after the one its tick lies in.
 *
 * leaf hash = SHA-256(0x00 || leaf) (RFC 6962). */
#include "core/bytes.h"
#include "core/result.h"

enum leaf_kind {
    LEAF_PAD = 0,
    LEAF_ACCOUNT = 1,
    LEAF_TRANSFER = 2,
    LEAF_COMMITMENT = 3,
    LEAF_REVEAL = 4,
    LEAF_CLOSE = 5,
    LEAF_EXPORT = 6,
    LEAF_RULESET = 7,
    LEAF_KEY = 8,
    LEAF_ANCHOR = 9,
    LEAF_KIND_COUNT
};

enum { LEAF_HEADER_SIZE = 72, LEAF_SIZE_MAX = 208, LEAF_ID_SIZE = 16, LEAF_HASH_SIZE = 32 };

/* Largest amount: exact in every JSON reader. */
#define LEAF_AMOUNT_MAX ((uint64_t)9007199254740991)

/* Header flags; only transfers have any, and at most one. */
enum { TRANSFER_PENDING = 2, TRANSFER_POST = 4, TRANSFER_VOID = 8 };
/* Account flags: debits may not exceed credits, or the reverse; at most one. */
enum { ACCOUNT_DEBITS_BOUND = 1, ACCOUNT_CREDITS_BOUND = 2 };

struct leaf_account {
    uint8_t id[16];
    char currency[3]; /* ISO 4217, upper case */
    uint8_t exponent; /* decimal places of one unit: 2 for cents */
    uint32_t code;    /* enum account_code (ledger/log/account.h) */
    uint16_t flags;
};
struct leaf_transfer {
    uint8_t id[16];
    uint8_t debit[16];
    uint8_t credit[16];
    uint64_t amount; /* 1 .. LEAF_AMOUNT_MAX */
    char currency[3];
    uint8_t exponent;
    uint32_t code;       /* enum transfer_code (ledger/log/account.h) */
    uint8_t pending[16]; /* the hold a post or void resolves; else zeros */
    uint8_t ref[16];     /* campaign, or the corrected transfer; else zeros */
    uint8_t meta[32];    /* salted digest of erasable data kept elsewhere; else zeros */
    uint32_t timeout; /* seconds a hold is meant to last; only on pending ones, never acted on by a
                         clock */
};
struct leaf_reveal {
    uint64_t commitment; /* seq of the commitment leaf */
    uint8_t transfer[16];
};
struct leaf_close {
    uint8_t batch[16];
    uint16_t rail; /* 0: credited to members' accounts, nothing left the house */
    uint32_t count;
    uint64_t total;
    uint8_t instructions[32];
};
struct leaf_export {
    uint8_t batch[16];
    uint8_t sha256[32];
    uint64_t size;
};
struct leaf_ruleset {
    uint8_t sha256[32];
    uint64_t valid_from; /* tick, Unix seconds */
    uint8_t admins[8];   /* two key ids of 4 bytes; zeros for the rules a house starts with */
};
struct leaf_key {
    uint16_t type; /* enum key_type */
    uint8_t public_key[32];
    uint8_t signature[64]; /* by the log's key over leaf_key_message; the log's first key signs
                              itself */
};
/* What people did, up to here: who rewrites the journal must rewrite this leaf too. */
struct leaf_anchor {
    uint64_t place; /* of the journal's latest event; 0 with zeros: none yet */
    uint8_t digest[32];
};
enum key_type { KEY_LOG = 1, KEY_SPONSOR = 2, KEY_ADMIN = 3 };

struct leaf {
    enum leaf_kind kind;
    uint8_t flags;
    uint64_t seq;
    uint64_t tick;
    uint8_t prev[32];
    uint8_t blind[16];
    union {
        uint8_t pad[32];
        struct leaf_account account;
        struct leaf_transfer transfer;
        uint8_t commitment[32];
        struct leaf_reveal reveal;
        struct leaf_close close;
        struct leaf_export export;
        struct leaf_ruleset ruleset;
        struct leaf_key key;
        struct leaf_anchor anchor;
    };
};

/* "transfer"; "unknown" for a kind there is not. */
const char *leaf_kind_name(int kind);
/* Size of a kind's leaf in bytes; 0 for a kind there is not. */
size_t leaf_size(int kind);
/* Writes leaf_size(leaf->kind) bytes and returns how many. Asserts that leaf_decode would take
 * them: a wrong program must stop. */
size_t leaf_encode(const struct leaf *leaf, uint8_t out[LEAF_SIZE_MAX]);
/* INVALID and *why (a literal, may be NULL) for bytes that are not exactly one canonical leaf. */
MUST_USE enum result leaf_decode(struct bytes bytes, struct leaf *leaf, const char **why);
/* What makes a transfer meaningless whatever the books say (a literal); NULL when nothing does. */
const char *leaf_transfer_fault(uint8_t flags, const struct leaf_transfer *transfer);
/* SHA-256(0x00 || leaf). */
void leaf_hash(struct bytes leaf, uint8_t out[LEAF_HASH_SIZE]);
/* What a key event signs: "ldg/key/v1\n" || type u16 || public key. Returns its size, 45. */
enum { LEAF_KEY_MESSAGE_SIZE = 45 };
void leaf_key_message(uint8_t out[LEAF_KEY_MESSAGE_SIZE], uint16_t type,
                      const uint8_t public_key[32]);
