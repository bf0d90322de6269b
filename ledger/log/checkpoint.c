#include "ledger/log/checkpoint.h"

#include <assert.h>
#include <string.h>

#include "core/seal.h"

enum { KEY_TYPE = 0x01 }; /* Ed25519 */

/* What stands before each signature: an em dash and a space. */
#define SIGNATURE_MARK "\xe2\x80\x94 "

bool checkpoint_origin_ok(struct text origin)
{
    if (origin.size < 1 || origin.size > CHECKPOINT_ORIGIN_MAX)
        return false;
    for (size_t i = 0; i < origin.size; i++)
        if ((unsigned char)origin.data[i] <= ' ' || origin.data[i] == '+' || origin.data[i] == 0x7f)
            return false;
    return text_is_utf8(text_bytes(origin));
}

void note_key_id(uint8_t id[4], struct text name, uint8_t type, const uint8_t public_key[32])
{
    assert(checkpoint_origin_ok(name));
    uint8_t tail[2 + 32] = {0x0a, type};
    uint8_t digest[DIGEST_SIZE];
    memcpy(tail + 2, public_key, 32);
    seal_sha256(digest, text_bytes(name), bytes_of(tail, sizeof tail));
    memcpy(id, digest, 4);
}

void note_key_make(struct note_key *key, struct text name, const uint8_t public_key[32])
{
    note_key_id(key->id, name, KEY_TYPE, public_key);
    key->name = name;
    memcpy(key->public_key, public_key, 32);
}

void note_vkey_write(struct buf *out, struct text name, const uint8_t id[4], uint8_t type,
                     const uint8_t public_key[32])
{
    uint8_t typed[33] = {type};
    memcpy(typed + 1, public_key, 32);
    buf_add(out, name.data, name.size);
    buf_char(out, '+');
    buf_hex(out, bytes_of(id, 4));
    buf_char(out, '+');
    buf_base64(out, bytes_of(typed, sizeof typed));
}

void note_key_write(struct buf *out, const struct note_key *key)
{
    note_vkey_write(out, key->name, key->id, KEY_TYPE, key->public_key);
}

enum result note_vkey_read(struct arena *arena, struct text vkey, uint8_t type, struct text *name,
                           uint8_t id[4], uint8_t public_key[32])
{
    struct text rest = text_trim(vkey), id_text;
    if (!text_next(&rest, '+', name) || !text_next(&rest, '+', &id_text) ||
        !checkpoint_origin_ok(*name))
        return INVALID;
    struct bytes typed = base64_read(arena, rest);
    struct bytes id_bytes = hex_read(arena, id_text);
    if (typed.data == NULL || typed.size != 33 || typed.data[0] != type)
        return INVALID;
    memcpy(public_key, typed.data + 1, 32);
    note_key_id(id, *name, type, public_key);
    if (id_bytes.data == NULL || id_bytes.size != 4 || memcmp(id_bytes.data, id, 4) != 0)
        return INVALID;
    return OK;
}

enum result note_key_read(struct arena *arena, struct text vkey, struct note_key *key)
{
    return note_vkey_read(arena, vkey, KEY_TYPE, &key->name, key->id, key->public_key);
}

void checkpoint_write(struct buf *out, const struct checkpoint *checkpoint)
{
    assert(checkpoint_origin_ok(checkpoint->origin));
    assert(checkpoint->size <= INT64_MAX);
    buf_add(out, checkpoint->origin.data, checkpoint->origin.size);
    buf_char(out, '\n');
    buf_int(out, (int64_t)checkpoint->size);
    buf_char(out, '\n');
    buf_base64(out, bytes_of(checkpoint->root, 32));
    buf_char(out, '\n');
}

/* One line with its newline taken off; false when there is no further whole line. */
static bool line_next(struct text *rest, struct text *line)
{
    const char *end = rest->size == 0 ? NULL : memchr(rest->data, '\n', rest->size);
    if (end == NULL)
        return false;
    size_t size = (size_t)(end - rest->data);
    *line = (struct text){rest->data, size};
    *rest = (struct text){end + 1, rest->size - size - 1};
    return true;
}

enum result checkpoint_read(struct arena *arena, struct text text, struct checkpoint *checkpoint)
{
    struct text rest = text, origin, size, root;
    int64_t number;
    if (!line_next(&rest, &origin) || !line_next(&rest, &size) || !line_next(&rest, &root))
        return INVALID;
    if (origin.size == 0 || !text_int(size, 0, INT64_MAX, &number))
        return INVALID;
    if (size.data[0] == '-' || (size.size > 1 && size.data[0] == '0'))
        return INVALID;
    struct bytes hash = base64_read(arena, root);
    if (hash.data == NULL || hash.size != 32)
        return INVALID;
    for (struct text line; rest.size > 0;)
        if (!line_next(&rest, &line) || line.size == 0)
            return INVALID;
    checkpoint->origin = origin;
    checkpoint->size = (uint64_t)number;
    memcpy(checkpoint->root, hash.data, 32);
    return OK;
}

void note_line_write(struct buf *out, struct text name, struct bytes blob)
{
    buf_add(out, SIGNATURE_MARK, strlen(SIGNATURE_MARK));
    buf_add(out, name.data, name.size);
    buf_char(out, ' ');
    buf_base64(out, blob);
    buf_char(out, '\n');
}

void note_write(struct buf *out, struct text text, const struct note_key *key,
                const uint8_t signature[64])
{
    assert(text.size > 0 && text.data[text.size - 1] == '\n');
    uint8_t signed_id[4 + SIGNATURE_SIZE];
    memcpy(signed_id, key->id, 4);
    memcpy(signed_id + 4, signature, SIGNATURE_SIZE);
    buf_add(out, text.data, text.size);
    buf_char(out, '\n');
    note_line_write(out, key->name, bytes_of(signed_id, sizeof signed_id));
}

/* The text ends at the last blank line; what follows are signatures. */
static bool note_split(struct text note, struct text *text, struct text *signatures)
{
    if (note.size > CHECKPOINT_SIZE_MAX || !text_is_utf8(text_bytes(note)))
        return false;
    for (size_t i = 0; i < note.size; i++)
        if ((unsigned char)note.data[i] < ' ' && note.data[i] != '\n')
            return false;
    for (size_t i = note.size; i >= 2; i--)
        if (note.data[i - 1] == '\n' && note.data[i - 2] == '\n') {
            *text = (struct text){note.data, i - 1};
            *signatures = (struct text){note.data + i, note.size - i};
            return text->size > 1;
        }
    return false;
}

enum result note_open(struct text note, struct note_lines *lines)
{
    lines->count = 0;
    return note_split(note, &lines->text, &lines->rest) ? OK : INVALID;
}

enum result note_next(struct arena *arena, struct note_lines *lines, struct text *name,
                      struct bytes *blob)
{
    struct text line;
    if (lines->rest.size == 0)
        return NOT_FOUND;
    if (lines->count++ == NOTE_SIGNATURES_MAX || !line_next(&lines->rest, &line) ||
        !text_starts(line, SIGNATURE_MARK))
        return INVALID;
    line.data += strlen(SIGNATURE_MARK);
    line.size -= strlen(SIGNATURE_MARK);
    if (!text_next(&line, ' ', name) || !checkpoint_origin_ok(*name))
        return INVALID;
    *blob = base64_read(arena, line);
    return blob->data == NULL || blob->size < 5 ? INVALID : OK;
}

enum result note_read(struct arena *arena, struct text note, const struct note_key *key,
                      struct text *text)
{
    struct note_lines lines;
    struct text name;
    struct bytes blob;
    bool found = false;
    enum result result = note_open(note, &lines);
    while (result == OK && (result = note_next(arena, &lines, &name, &blob)) == OK) {
        if (!text_equal(name, key->name) || memcmp(blob.data, key->id, 4) != 0)
            continue;
        if (blob.size != 4 + SIGNATURE_SIZE || found ||
            !seal_verify(blob.data + 4, key->public_key, text_bytes(lines.text)))
            return INVALID;
        found = true;
    }
    *text = lines.text;
    return result == NOT_FOUND && found ? OK : INVALID;
}

enum result checkpoint_open(struct arena *arena, struct text note, const struct note_key *key,
                            struct checkpoint *checkpoint)
{
    struct text text;
    enum result result = note_read(arena, note, key, &text);
    if (result == OK)
        result = checkpoint_read(arena, text, checkpoint);
    if (result == OK && !text_equal(checkpoint->origin, key->name))
        result = INVALID;
    return result;
}
