#pragma once
/* Tree heads as c2sp.org/tlog-checkpoint: a signed note (c2sp.org/signed-note) with one Ed25519
 * signature and no extension lines. Signing is the signer's alone (ledger/sign/signer.h); this file
 * makes the words and reads them back. Signatures of keys it does not know are ignored, as the
 * format demands: that is where witnesses' lines go. */
#include "core/buf.h"

enum { CHECKPOINT_ORIGIN_MAX = 100, CHECKPOINT_SIZE_MAX = 16 * 1024, NOTE_SIGNATURES_MAX = 100 };

/* An Ed25519 key that may sign notes. id = SHA-256(name || 0x0A || 0x01 || public key)[0..4]. */
struct note_key {
    struct text name;
    uint8_t id[4];
    uint8_t public_key[32];
};
struct checkpoint {
    struct text origin;
    uint64_t size;
    uint8_t root[32];
};

/* 1..CHECKPOINT_ORIGIN_MAX bytes without white space, control characters or '+'. */
bool checkpoint_origin_ok(struct text origin);
/* Borrows the name. */
void note_key_make(struct note_key *key, struct text name, const uint8_t public_key[32]);
/* "name+id+base64(0x01||key)", the form verifiers are given. */
void note_key_write(struct buf *out, const struct note_key *key);
MUST_USE enum result note_key_read(struct arena *arena, struct text vkey, struct note_key *key);

/* Keys of any type of signature: id = SHA-256(name || 0x0A || type || public key)[0..4]. */
void note_key_id(uint8_t id[4], struct text name, uint8_t type, const uint8_t public_key[32]);
void note_vkey_write(struct buf *out, struct text name, const uint8_t id[4], uint8_t type,
                     const uint8_t public_key[32]);
MUST_USE enum result note_vkey_read(struct arena *arena, struct text vkey, uint8_t type,
                                    struct text *name, uint8_t id[4], uint8_t public_key[32]);

/* The text that gets signed: "origin\nsize\nbase64(root)\n". */
void checkpoint_write(struct buf *out, const struct checkpoint *checkpoint);
/* The same, strictly read: no leading zeros, nothing after the root but extension lines, which are
 * ignored. */
MUST_USE enum result checkpoint_read(struct arena *arena, struct text text,
                                     struct checkpoint *checkpoint);

/* A note's text and, one after the other, its signature lines. The blob begins with the key's id
 * and has at least one byte more. OK, NOT_FOUND after the last line, INVALID when malformed. */
struct note_lines {
    struct text text; /* with its newline */
    struct text rest;
    size_t count;
};
MUST_USE enum result note_open(struct text note, struct note_lines *lines);
MUST_USE enum result note_next(struct arena *arena, struct note_lines *lines, struct text *name,
                               struct bytes *blob);
/* "— name base64(blob)\n". */
void note_line_write(struct buf *out, struct text name, struct bytes blob);

/* text || "\n" || "— name base64(id||signature)\n"; the text ends with a newline. */
void note_write(struct buf *out, struct text text, const struct note_key *key,
                const uint8_t signature[64]);
/* The text of a note that `key` signed (borrowed from it). INVALID when malformed, unsigned by the
 * key, or the signature is wrong. */
MUST_USE enum result note_read(struct arena *arena, struct text note, const struct note_key *key,
                               struct text *text);
/* note_read and checkpoint_read; the origin must be the key's name. */
MUST_USE enum result checkpoint_open(struct arena *arena, struct text note,
                                     const struct note_key *key, struct checkpoint *checkpoint);
