#include "core/seal.h"

#include "core/conf.h"
#include "core/trace.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(BOX_EXTRA == crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES, "box");
_Static_assert(SEALED_EXTRA == crypto_box_SEALBYTES, "sealed box");
_Static_assert(KEY_SIZE == crypto_secretbox_KEYBYTES, "key");
_Static_assert(KEY_SIZE == crypto_box_PUBLICKEYBYTES, "public key");
_Static_assert(KEY_SIZE == crypto_box_SECRETKEYBYTES, "secret key");
_Static_assert(SIGNATURE_SIZE == crypto_sign_BYTES, "signature");
_Static_assert(PASSWORD_HASH_SIZE == crypto_pwhash_argon2id_STRBYTES, "password hash");
_Static_assert(DIGEST_SIZE == crypto_hash_sha256_BYTES, "digest");

/* The deterministic stream of tests: ChaCha20 under a key made of seed and program name, one nonce
 * a call. */
static struct {
    uint8_t key[KEY_SIZE];
    uint64_t calls;
    uint64_t forks;
} seeded;

static const char *seeded_name(void)
{
    return "curbside seed";
}

static void seeded_fill(void *const out, const size_t size)
{
    uint8_t nonce[crypto_stream_chacha20_NONCEBYTES] = {0};
    seeded.calls++;
    memcpy(nonce, &seeded.calls, sizeof(seeded.calls));
    crypto_stream_chacha20(out, size, nonce, seeded.key);
}

static uint32_t seeded_number(void)
{
    uint32_t number;
    seeded_fill(&number, sizeof(number));
    return number;
}

static void seeded_before_fork(void)
{
    seeded.forks++;
}

/* Workers of one master must not draw the same numbers: each goes on under a key of its own, by
 * order of birth. */
static void seeded_in_child(void)
{
    struct bytes key = bytes_of(seeded.key, sizeof(seeded.key));
    struct bytes part = bytes_of(&seeded.forks, sizeof(seeded.forks));
    uint8_t child[DIGEST_SIZE];
    seal_digest(child, &key, &part, 1);
    memcpy(seeded.key, child, sizeof(child));
    seeded.calls = seeded.forks = 0;
}

static void seeded_open(const char *seed)
{
    static randombytes_implementation implementation = {
        .implementation_name = seeded_name,
        .random = seeded_number,
        .buf = seeded_fill,
    };
    struct bytes parts[] = {text_bytes(text_of(seed)), text_bytes(text_of(trace_program()))};
    seal_digest(seeded.key, NULL, parts, 2);
    randombytes_set_implementation(&implementation);
    int failed = pthread_atfork(seeded_before_fork, NULL, seeded_in_child);
    assert(!failed);
    trace_warn("seal", "randomness is set by a test");
}

void seal_open(void)
{
    static bool open;
    if (open)
        return;
    open = true;
    /* Before sodium_init, which already draws from whatever implementation there is. */
    const char *seed = getenv("CURBSIDE_SEED");
    if (seed != NULL && *seed != 0)
        seeded_open(seed);
    if (sodium_init() < 0)
        trace_die("seal", "libsodium cannot start");
}

void seal_random(void *out, size_t size)
{
    seal_open();
    randombytes_buf(out, size);
}

uint64_t seal_random_below(uint64_t bound)
{
    assert(bound > 0);
    /* Draws under 2^64 mod bound would make small results likelier. */
    uint64_t number, least = (0 - bound) % bound;
    do {
        seal_random(&number, sizeof(number));
    } while (number < least);
    return number % bound;
}

enum { PART_SIZE = 8, FEW_BYTES = 128 };

static void size_put(uint8_t out[PART_SIZE], size_t size)
{
    for (size_t i = 0; i < PART_SIZE; i++)
        out[i] = (uint8_t)(size >> (8 * i));
}

/* A page needs a dozen digests of a few words each: hashed in one go they cost half. */
static bool digest_few(uint8_t *out, size_t out_size, const struct bytes *key,
                       const struct bytes *parts, size_t count)
{
    uint8_t all[FEW_BYTES];
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].size > FEW_BYTES || used + PART_SIZE + parts[i].size > FEW_BYTES)
            return false;
        size_put(all + used, parts[i].size);
        used += PART_SIZE;
        if (parts[i].size > 0)
            memcpy(all + used, parts[i].data, parts[i].size);
        used += parts[i].size;
    }
    crypto_generichash(out, out_size, all, used, key == NULL ? NULL : key->data,
                       key == NULL ? 0 : key->size);
    sodium_memzero(all, used);
    return true;
}

static void digest_parts(uint8_t *out, size_t out_size, const struct bytes *key,
                         const struct bytes *parts, size_t count)
{
    crypto_generichash_state state;
    assert(key == NULL || (key->size >= crypto_generichash_KEYBYTES_MIN &&
                           key->size <= crypto_generichash_KEYBYTES_MAX));
    if (digest_few(out, out_size, key, parts, count))
        return;
    crypto_generichash_init(&state, key == NULL ? NULL : key->data, key == NULL ? 0 : key->size,
                            out_size);
    for (size_t i = 0; i < count; i++) {
        uint8_t size[PART_SIZE];
        size_put(size, parts[i].size);
        crypto_generichash_update(&state, size, sizeof(size));
        if (parts[i].size > 0)
            crypto_generichash_update(&state, parts[i].data, parts[i].size);
    }
    crypto_generichash_final(&state, out, out_size);
}

void seal_digest(uint8_t out[DIGEST_SIZE], const struct bytes *key_or_null,
                 const struct bytes *parts, size_t count)
{
    digest_parts(out, DIGEST_SIZE, key_or_null, parts, count);
}

void seal_id(uint8_t out[ID_SIZE], const struct bytes *key_or_null, const struct bytes *parts,
             size_t count)
{
    digest_parts(out, ID_SIZE, key_or_null, parts, count);
}

void seal_sha256(uint8_t out[DIGEST_SIZE], struct bytes a, struct bytes b)
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    if (a.size > 0)
        crypto_hash_sha256_update(&state, a.data, a.size);
    if (b.size > 0)
        crypto_hash_sha256_update(&state, b.data, b.size);
    crypto_hash_sha256_final(&state, out);
}

bool seal_equal(const void *a, const void *b, size_t size)
{
    return sodium_memcmp(a, b, size) == 0;
}

void seal_wipe(void *data, size_t size)
{
    sodium_memzero(data, size);
}

struct bytes seal_box(struct arena *arena, const uint8_t key[KEY_SIZE],
                      const uint8_t *nonce24_or_null, struct bytes plain)
{
    uint8_t *box = arena_take_raw(arena, plain.size + BOX_EXTRA);
    if (nonce24_or_null != NULL)
        memcpy(box, nonce24_or_null, crypto_secretbox_NONCEBYTES);
    else
        seal_random(box, crypto_secretbox_NONCEBYTES);
    const uint8_t nothing = 0;
    int failed =
        crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES,
                              plain.size > 0 ? plain.data : &nothing, plain.size, box, key);
    assert(!failed);
    return bytes_of(box, plain.size + BOX_EXTRA);
}

enum result seal_unbox(struct arena *arena, const uint8_t key[KEY_SIZE], struct bytes box,
                       struct bytes *plain)
{
    *plain = NO_BYTES;
    if (box.data == NULL || box.size < BOX_EXTRA)
        return INVALID;
    size_t size = box.size - BOX_EXTRA;
    uint8_t *data = arena_take_raw(arena, size + 1);
    if (crypto_secretbox_open_easy(data, box.data + crypto_secretbox_NONCEBYTES,
                                   size + crypto_secretbox_MACBYTES, box.data, key) != 0)
        return INVALID;
    data[size] = 0;
    *plain = bytes_of(data, size);
    return OK;
}

struct bytes seal_to(struct arena *arena, const uint8_t public_key[KEY_SIZE], struct bytes plain)
{
    seal_open();
    uint8_t *sealed = arena_take_raw(arena, plain.size + SEALED_EXTRA);
    const uint8_t nothing = 0;
    int failed =
        crypto_box_seal(sealed, plain.size > 0 ? plain.data : &nothing, plain.size, public_key);
    assert(!failed); /* only a public key of small order fails, and keys come from key files */
    return bytes_of(sealed, plain.size + SEALED_EXTRA);
}

enum result seal_open_box(struct arena *arena, const uint8_t public_key[KEY_SIZE],
                          const uint8_t secret_key[KEY_SIZE], struct bytes sealed,
                          struct bytes *plain)
{
    *plain = NO_BYTES;
    if (sealed.data == NULL || sealed.size < SEALED_EXTRA)
        return INVALID;
    size_t size = sealed.size - SEALED_EXTRA;
    uint8_t *data = arena_take_raw(arena, size + 1);
    if (crypto_box_seal_open(data, sealed.data, sealed.size, public_key, secret_key) != 0)
        return INVALID;
    data[size] = 0;
    *plain = bytes_of(data, size);
    return OK;
}

void seal_box_keypair(uint8_t public_key[KEY_SIZE], uint8_t secret_key[KEY_SIZE])
{
    seal_open();
    crypto_box_keypair(public_key, secret_key);
}

void seal_box_public(uint8_t public_key[KEY_SIZE], const uint8_t secret_key[KEY_SIZE])
{
    seal_open();
    int failed = crypto_scalarmult_base(public_key, secret_key);
    assert(!failed);
}

void seal_sign_keypair(uint8_t public_key[32], uint8_t secret_key[64],
                       const uint8_t *seed32_or_null)
{
    seal_open();
    if (seed32_or_null != NULL)
        crypto_sign_seed_keypair(public_key, secret_key, seed32_or_null);
    else
        crypto_sign_keypair(public_key, secret_key);
}

void seal_sign(uint8_t signature[SIGNATURE_SIZE], const uint8_t secret_key[64],
               struct bytes message)
{
    const uint8_t nothing = 0;
    int failed = crypto_sign_detached(signature, NULL, message.size > 0 ? message.data : &nothing,
                                      message.size, secret_key);
    assert(!failed);
}

bool seal_verify(const uint8_t signature[SIGNATURE_SIZE], const uint8_t public_key[32],
                 struct bytes message)
{
    const uint8_t nothing = 0;
    return crypto_sign_verify_detached(signature, message.size > 0 ? message.data : &nothing,
                                       message.size, public_key) == 0;
}

enum result seal_password_hash(char out[PASSWORD_HASH_SIZE], struct text password,
                               unsigned memory_mib, unsigned passes)
{
    seal_open();
    assert(password.data != NULL && memory_mib > 0 && passes > 0);
    /* It fails only when the system has not that much memory now. */
    if (crypto_pwhash_argon2id_str(out, password.data, password.size, passes,
                                   (size_t)memory_mib << 20) != 0)
        return BUSY;
    return OK;
}

bool seal_password_check(const char *hash, struct text password)
{
    seal_open();
    assert(password.data != NULL);
    return crypto_pwhash_argon2id_str_verify(hash, password.data, password.size) == 0;
}

/* A new key appears under its name whole, durable, and only if nobody else was first. */
static enum result key_make(const char *folder, const char *name, const uint8_t *key, size_t size)
{
    char path[4096 + 128], temporary[sizeof(path) + 32];
    int length = snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert(length > 0 && (size_t)length < sizeof(path));
    snprintf(temporary, sizeof(temporary), "%s.%ld.new", path, (long)getpid());
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return BROKEN;
    bool written = write(fd, key, size) == (ssize_t)size && fsync(fd) == 0;
    close(fd);
    bool linked = written && (link(temporary, path) == 0 || errno == EEXIST);
    unlink(temporary);
    int folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool durable = folder_fd >= 0 && fsync(folder_fd) == 0;
    if (folder_fd >= 0)
        close(folder_fd);
    return linked && durable ? OK : BROKEN;
}

static enum result key_read(const char *path, uint8_t *key, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? NOT_FOUND : BROKEN;
    struct stat status;
    bool fits = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
                status.st_size == (off_t)size && (status.st_mode & 077) == 0;
    bool whole = fits && read(fd, key, size) == (ssize_t)size;
    close(fd);
    return whole ? OK : BROKEN;
}

enum result seal_key_load(const char *program, const char *name, size_t size, bool make,
                          const uint8_t **key)
{
    seal_open();
    assert(size > 0 && size <= 4096);
    *key = NULL;
    const char *path = conf_path("keys/%s/%s", program, name);
    uint8_t *secret = sodium_malloc(size);
    if (secret == NULL)
        trace_die("key", "name=%s no guarded memory, error=%d", name, errno);
    enum result result = key_read(path, secret, size);
    if (result == NOT_FOUND && make) {
        randombytes_buf(secret, size);
        result = key_make(conf_folder("keys/%s", program), name, secret, size);
        /* Read back what lies there now: another process may have been first. */
        if (result == OK)
            result = key_read(path, secret, size);
    }
    if (result != OK) {
        if (result == BROKEN)
            trace_fail("key", "program=%s name=%s missing, readable by others or of another size",
                       program, name);
        sodium_free(secret);
        return result;
    }
    sodium_mprotect_readonly(secret);
    *key = secret;
    return OK;
}
