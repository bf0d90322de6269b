#include "ledger/sign/cosign.h"

#include <assert.h>
#include <string.h>

#include "core/seal.h"

enum { KEY_TYPE = 0x04, TIME_SIZE = 8, BLOB_SIZE = 4 + TIME_SIZE + SIGNATURE_SIZE };

void cosigner_make(struct cosigner *cosigner, struct text name, const uint8_t public_key[32])
{
    note_key_id(cosigner->id, name, KEY_TYPE, public_key);
    cosigner->name = name;
    memcpy(cosigner->public_key, public_key, 32);
}

void cosigner_write(struct buf *out, const struct cosigner *cosigner)
{
    note_vkey_write(out, cosigner->name, cosigner->id, KEY_TYPE, cosigner->public_key);
}

enum result cosigner_read(struct arena *arena, struct text vkey, struct cosigner *cosigner)
{
    return note_vkey_read(arena, vkey, KEY_TYPE, &cosigner->name, cosigner->id,
                          cosigner->public_key);
}

static struct text message_of(struct arena *arena, int64_t time_s, struct text text)
{
    struct buf message;
    buf_open(&message, arena, text.size + 64);
    buf_format(&message, "cosignature/v1\ntime %lld\n", (long long)time_s);
    buf_add(&message, text.data, text.size);
    return buf_done(&message);
}

void cosignature_write(struct arena *arena, struct buf *out, const struct cosigner *cosigner,
                       const uint8_t secret_key[64], int64_t time_s, struct text text)
{
    uint8_t blob[BLOB_SIZE];
    assert(time_s > 0);
    memcpy(blob, cosigner->id, 4);
    for (int i = 0; i < TIME_SIZE; i++)
        blob[4 + i] = (uint8_t)((uint64_t)time_s >> (8 * (TIME_SIZE - 1 - i)));
    seal_sign(blob + 4 + TIME_SIZE, secret_key, text_bytes(message_of(arena, time_s, text)));
    note_line_write(out, cosigner->name, bytes_of(blob, sizeof blob));
}

enum result cosignature_find(struct arena *arena, struct text note, const struct cosigner *cosigner,
                             int64_t *time_s)
{
    struct note_lines lines;
    struct text name;
    struct bytes blob;
    enum result result = note_open(note, &lines);
    while (result == OK && (result = note_next(arena, &lines, &name, &blob)) == OK) {
        uint64_t time = 0;
        if (!text_equal(name, cosigner->name) || memcmp(blob.data, cosigner->id, 4) != 0)
            continue;
        if (blob.size != BLOB_SIZE)
            return INVALID;
        for (int i = 0; i < TIME_SIZE; i++)
            time = time << 8 | blob.data[4 + i];
        if (time == 0 || time > INT64_MAX)
            return INVALID;
        *time_s = (int64_t)time;
        return seal_verify(blob.data + 4 + TIME_SIZE, cosigner->public_key,
                           text_bytes(message_of(arena, *time_s, lines.text)))
                   ? OK
                   : INVALID;
    }
    return result;
}
