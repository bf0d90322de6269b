#include "core/operation.h"

#include <assert.h>
#include <string.h>

void operation_digest(uint8_t digest[DIGEST_SIZE], const char *name, int64_t about,
                      const struct bytes *parts, size_t count)
{
    struct bytes all[OPERATION_PARTS_MAX + 3];
    uint8_t number[8];
    assert(count <= OPERATION_PARTS_MAX);
    for (size_t i = 0; i < sizeof(number); i++)
        number[i] = (uint8_t)((uint64_t)about >> (8 * i));
    all[0] = text_bytes(TEXT("operation"));
    all[1] = text_bytes(text_of(name));
    all[2] = bytes_of(number, sizeof(number));
    for (size_t i = 0; i < count; i++)
        all[3 + i] = parts[i];
    seal_digest(digest, NULL, all, count + 3);
}

void operation_challenge(uint8_t challenge[DIGEST_SIZE], const uint8_t nonce[OPERATION_NONCE_SIZE],
                         const uint8_t operation[DIGEST_SIZE])
{
    const struct bytes parts[] = {text_bytes(TEXT("challenge")),
                                  bytes_of(nonce, OPERATION_NONCE_SIZE),
                                  bytes_of(operation, DIGEST_SIZE)};
    seal_digest(challenge, NULL, parts, sizeof(parts) / sizeof(*parts));
}
