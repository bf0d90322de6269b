/* Seals against published vectors, and against everything cut, changed or swapped. */
#include "core/seal.h"

#include "core/buf.h"
#include "core/conf.h"
#include "tests/support/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;

static int open_all(void **state UNUSED)
{
    scratch_open();
    arena_open(&arena, 16 << 20);
    return 0;
}

static const char *hex(const void *data, size_t size)
{
    struct buf buf;
    buf_open(&buf, &arena, 200);
    buf_hex(&buf, bytes_of(data, size));
    return arena_text(&arena, buf_done(&buf)).data;
}

static struct bytes unhex(const char *text)
{
    return hex_read(&arena, text_of(text));
}

static struct bytes words(const char *text)
{
    return text_bytes(text_of(text));
}

static void sha256_passes_the_vectors_of_fips_180(void **state UNUSED)
{
    uint8_t out[DIGEST_SIZE];
    seal_sha256(out, NO_BYTES, NO_BYTES);
    assert_string_equal(hex(out, 32),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    seal_sha256(out, words("abc"), NO_BYTES);
    assert_string_equal(hex(out, 32),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    seal_sha256(out, words("abcdbcdecdefdefgefghfghi"), words("ghijhijkijkljklmklmnlmnomnopnopq"));
    assert_string_equal(hex(out, 32),
                        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void signatures_pass_the_vectors_of_rfc_8032(void **state UNUSED)
{
    static const char *const vectors[][4] = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
         "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
         "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
        {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
         "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
         "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
    };
    for (size_t i = 0; i < 3; i++) {
        uint8_t public_key[32], secret_key[64], signature[SIGNATURE_SIZE];
        struct bytes message = unhex(vectors[i][2]);
        seal_sign_keypair(public_key, secret_key, unhex(vectors[i][0]).data);
        assert_string_equal(hex(public_key, 32), vectors[i][1]);
        seal_sign(signature, secret_key, message);
        assert_string_equal(hex(signature, 64), vectors[i][3]);
        assert_true(seal_verify(signature, public_key, message));
        assert_false(seal_verify(signature, public_key, words("other")));
        for (size_t bit = 0; bit < 512; bit += 37) {
            signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_false(seal_verify(signature, public_key, message));
            signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
}

static void digests_are_blake2b_of_length_prefixed_parts(void **state UNUSED)
{
    uint8_t out[DIGEST_SIZE], other[DIGEST_SIZE];
    seal_digest(out, NULL, NULL, 0);
    /* BLAKE2b-256 of nothing */
    assert_string_equal(hex(out, 32),
                        "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    struct bytes one[] = {words("ab"), words("c")}, two[] = {words("a"), words("bc")};
    seal_digest(out, NULL, one, 2);
    seal_digest(other, NULL, two, 2);
    assert_memory_not_equal(out, other, DIGEST_SIZE);
    struct bytes three[] = {words("ab"), words("c"), words("")};
    seal_digest(other, NULL, three, 3);
    assert_memory_not_equal(out, other, DIGEST_SIZE);
}

static void a_key_and_a_shorter_length_change_the_whole_digest(void **state UNUSED)
{
    uint8_t plain[DIGEST_SIZE], keyed[DIGEST_SIZE], id[ID_SIZE];
    struct bytes part = words("part"), key = words("0123456789abcdef");
    seal_digest(plain, NULL, &part, 1);
    seal_digest(keyed, &key, &part, 1);
    seal_id(id, NULL, &part, 1);
    assert_memory_not_equal(plain, keyed, DIGEST_SIZE);
    assert_memory_not_equal(plain, id, ID_SIZE);
}

static void use_a_short_key(void *unused UNUSED)
{
    uint8_t out[DIGEST_SIZE];
    struct bytes key = words("short");
    seal_digest(out, &key, NULL, 0);
}

static void a_key_too_short_stops_the_program(void **state UNUSED)
{
    assert_int_equal(scratch_child(use_a_short_key, NULL), 128 + SIGABRT);
}

static void boxes_open_only_whole_unchanged_and_with_their_key(void **state UNUSED)
{
    uint8_t key[KEY_SIZE] = {1}, wrong[KEY_SIZE] = {2}, nonce[24] = {9};
    struct bytes plain, box = seal_box(&arena, key, nonce, words("secret"));
    assert_int_equal(box.size, 6 + BOX_EXTRA);
    assert_memory_equal(box.data, nonce, 24);
    assert_int_equal(seal_unbox(&arena, key, box, &plain), OK);
    assert_int_equal(plain.size, 6);
    assert_memory_equal(plain.data, "secret", 6);
    assert_int_equal(seal_unbox(&arena, wrong, box, &plain), INVALID);
    assert_null(plain.data);
    for (size_t size = 0; size < box.size; size++)
        assert_int_equal(seal_unbox(&arena, key, bytes_of(box.data, size), &plain), INVALID);
    uint8_t *changed = arena_take(&arena, box.size);
    for (size_t bit = 0; bit < box.size * 8; bit++) {
        memcpy(changed, box.data, box.size);
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(seal_unbox(&arena, key, bytes_of(changed, box.size), &plain), INVALID);
    }
    assert_int_equal(seal_unbox(&arena, key, NO_BYTES, &plain), INVALID);
}

static void boxes_without_a_given_nonce_never_repeat(void **state UNUSED)
{
    uint8_t key[KEY_SIZE] = {1};
    struct bytes plain, a = seal_box(&arena, key, NULL, NO_BYTES),
                        b = seal_box(&arena, key, NULL, NO_BYTES);
    assert_memory_not_equal(a.data, b.data, 24);
    assert_int_equal(seal_unbox(&arena, key, a, &plain), OK);
    assert_int_equal(plain.size, 0);
    assert_non_null(plain.data);
}

static void sealed_boxes_open_for_the_holder_of_the_secret_key_alone(void **state UNUSED)
{
    uint8_t public_key[KEY_SIZE], secret_key[KEY_SIZE], other_public[KEY_SIZE], other[KEY_SIZE];
    struct bytes plain;
    seal_box_keypair(public_key, secret_key);
    seal_box_keypair(other_public, other);
    struct bytes sealed = seal_to(&arena, public_key, words("name"));
    assert_int_equal(sealed.size, 4 + SEALED_EXTRA);
    assert_int_equal(seal_open_box(&arena, public_key, secret_key, sealed, &plain), OK);
    assert_memory_equal(plain.data, "name", 4);
    assert_int_equal(seal_open_box(&arena, other_public, other, sealed, &plain), INVALID);
    for (size_t size = 0; size < sealed.size; size++)
        assert_int_equal(
            seal_open_box(&arena, public_key, secret_key, bytes_of(sealed.data, size), &plain),
            INVALID);
}

static void passwords_check_only_against_their_own_hash(void **state UNUSED)
{
    char hash[PASSWORD_HASH_SIZE], again[PASSWORD_HASH_SIZE];
    assert_int_equal(seal_password_hash(hash, TEXT("correct horse"), 8, 1), OK);
    assert_int_equal(seal_password_hash(again, TEXT("correct horse"), 8, 1), OK);
    assert_int_equal(strncmp(hash, "$argon2id$v=19$m=8192,t=1,p=1$", 30), 0);
    assert_string_not_equal(hash, again);
    assert_true(seal_password_check(hash, TEXT("correct horse")));
    assert_false(seal_password_check(hash, TEXT("correct horsf")));
    assert_false(seal_password_check(hash, TEXT("")));
    assert_false(seal_password_check("", TEXT("correct horse")));
    assert_false(seal_password_check("$argon2id$v=19$m=8192", TEXT("correct horse")));
}

static void key_files_are_made_once_and_read_back(void **state UNUSED)
{
    const uint8_t *first, *second;
    struct stat status;
    assert_int_equal(seal_key_load("clerk", "pepper", 32, false, &first), NOT_FOUND);
    assert_null(first);
    assert_int_equal(seal_key_load("clerk", "pepper", 32, true, &first), OK);
    assert_int_equal(seal_key_load("clerk", "pepper", 32, true, &second), OK);
    assert_memory_equal(first, second, 32);
    assert_int_equal(stat(conf_path("keys/clerk/pepper"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(seal_key_load("clerk", "other", 32, true, &second), OK);
    assert_memory_not_equal(first, second, 32);
}

static void key_files_of_another_size_or_open_to_others_are_refused(void **state UNUSED)
{
    const uint8_t *key;
    assert_int_equal(seal_key_load("clerk", "odd", 32, true, &key), OK);
    assert_int_equal(seal_key_load("clerk", "odd", 64, true, &key), BROKEN);
    assert_int_equal(seal_key_load("clerk", "odd", 31, true, &key), BROKEN);
    assert_int_equal(chmod(conf_path("keys/clerk/odd"), 0640), 0);
    assert_int_equal(seal_key_load("clerk", "odd", 32, true, &key), BROKEN);
    assert_null(key);
    assert_int_equal(symlink("odd", conf_path("keys/clerk/link")), 0);
    assert_int_equal(chmod(conf_path("keys/clerk/odd"), 0600), 0);
    assert_int_equal(seal_key_load("clerk", "link", 32, true, &key), BROKEN);
}

static void write_on_a_key(void *unused UNUSED)
{
    const uint8_t *key;
    if (seal_key_load("clerk", "guarded", 32, true, &key) == OK)
        ((uint8_t *)(uintptr_t)key)[0] = 1;
}

static void keys_in_memory_cannot_be_written(void **state UNUSED)
{
    assert_int_not_equal(scratch_child(write_on_a_key, NULL), 0);
}

static void random_numbers_below_a_bound_reach_every_value(void **state UNUSED)
{
    unsigned seen = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t number = seal_random_below(7);
        assert_true(number < 7);
        seen |= 1U << number;
    }
    assert_int_equal(seen, 127);
    assert_true(seal_random_below(1) == 0);
}

/* Draws with a seed in a program of its own: seal_open reads the variable only once. */
static void draw_seeded(const char *seed, char out[200])
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        setenv("CURBSIDE_SEED", seed, 1);
        execl("/proc/self/exe", "seal_test", "draw", (char *)NULL);
        _exit(9);
    }
    close(ends[1]);
    ssize_t size = 0, got;
    while ((got = read(ends[0], out + size, 199 - (size_t)size)) > 0)
        size += got;
    out[size] = 0;
    close(ends[0]);
}

static void a_seed_repeats_the_numbers_and_forked_children_differ(void **state UNUSED)
{
    char a[200], b[200], c[200];
    draw_seeded("1", a);
    draw_seeded("1", b);
    draw_seeded("2", c);
    assert_int_equal(strlen(a), 3 * 32);
    assert_string_equal(a, b);
    assert_string_not_equal(a, c);
    assert_memory_not_equal(a, a + 32, 32);
    assert_memory_not_equal(a + 32, a + 64, 32);
}

/* 16 bytes of two children and then of the parent, in hex. */
static int draw(void)
{
    arena_open(&arena, 1 << 20);
    seal_open();
    for (int i = 0; i < 3; i++) {
        uint8_t number[16];
        pid_t child = i < 2 ? fork() : 0;
        if (child == 0) {
            seal_random(number, sizeof(number));
            if (write(STDOUT_FILENO, hex(number, 16), 32) != 32 || i < 2)
                _exit(0);
        } else {
            waitpid(child, NULL, 0);
        }
    }
    return 0;
}

int main(int count, char **words_given)
{
    if (count == 2 && strcmp(words_given[1], "draw") == 0)
        return draw();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_passes_the_vectors_of_fips_180),
        cmocka_unit_test(signatures_pass_the_vectors_of_rfc_8032),
        cmocka_unit_test(digests_are_blake2b_of_length_prefixed_parts),
        cmocka_unit_test(a_key_and_a_shorter_length_change_the_whole_digest),
        cmocka_unit_test(a_key_too_short_stops_the_program),
        cmocka_unit_test(boxes_open_only_whole_unchanged_and_with_their_key),
        cmocka_unit_test(boxes_without_a_given_nonce_never_repeat),
        cmocka_unit_test(sealed_boxes_open_for_the_holder_of_the_secret_key_alone),
        cmocka_unit_test(passwords_check_only_against_their_own_hash),
        cmocka_unit_test(key_files_are_made_once_and_read_back),
        cmocka_unit_test(key_files_of_another_size_or_open_to_others_are_refused),
        cmocka_unit_test(keys_in_memory_cannot_be_written),
        cmocka_unit_test(random_numbers_below_a_bound_reach_every_value),
        cmocka_unit_test(a_seed_repeats_the_numbers_and_forked_children_differ),
    };
    return cmocka_run_group_tests(tests, open_all, NULL);
}
