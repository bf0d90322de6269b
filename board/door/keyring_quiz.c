#include "board/door/keyring.h"

#include "schema/identity.h"

#include <string.h>

void keyring_door_digest(const struct keyring *keys, const char *what, struct text a, struct text b,
                         uint8_t digest[DIGEST_SIZE])
{
    const struct bytes key = bytes_of(keys->door_key, KEY_SIZE);
    const struct bytes parts[] = {text_bytes(text_of(what)), text_bytes(a), text_bytes(b)};
    seal_digest(digest, &key, parts, 3);
}

enum result keyring_quiz_get(struct keyring *keys, struct arena *arena,
                             const uint8_t digest[DIGEST_SIZE], bool *known, struct bytes *plain)
{
    struct identity_quiz_get_row row;
    enum result result = identity_quiz_get(keys->db, arena, bytes_of(digest, DIGEST_SIZE), &row);
    if (result == OK && seal_unbox(arena, keys->box_key, row.box, plain) != OK)
        result = BROKEN;
    if (result == OK)
        *known = row.known != 0;
    return result;
}

enum result keyring_quiz_put(struct keyring *keys, struct arena *arena,
                             const uint8_t digest[DIGEST_SIZE], bool known, struct bytes plain)
{
    enum result result = keyring_write(keys);
    if (result != OK)
        return result;
    return identity_quiz_set(keys->db, bytes_of(digest, DIGEST_SIZE), known ? 1 : 0,
                             seal_box(arena, keys->box_key, NULL, plain));
}

enum result keyring_quiz_tries(struct keyring *keys, struct arena *arena,
                               const uint8_t digest[DIGEST_SIZE], int64_t since_ms, int64_t most,
                               int64_t *count, int64_t *first_ms)
{
    struct identity_quiz_tries_row *rows;
    size_t found = 0;
    enum result result = identity_quiz_tries(keys->db, arena, bytes_of(digest, DIGEST_SIZE),
                                             since_ms, most, &rows, &found);
    *count = result == OK ? (int64_t)found : 0;
    *first_ms = result == OK && found > 0 ? rows[found - 1].at_ms : 0;
    return result;
}

enum result keyring_quiz_tried(struct keyring *keys, const uint8_t digest[DIGEST_SIZE],
                               int64_t at_ms, int64_t since_ms)
{
    enum result result = keyring_write(keys);
    if (result == OK)
        result = identity_quiz_tries_prune(keys->db, since_ms);
    if (result == OK)
        result = identity_quiz_try_add(keys->db, bytes_of(digest, DIGEST_SIZE), at_ms);
    return result;
}
