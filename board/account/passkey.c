#include "board/account/passkey.h"

#include "core/buf.h"
#include "core/json.h"
#include "core/seal.h"
#include "core/trace.h"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <string.h>

enum {
    FLAG_PRESENT = 1,
    FLAG_VERIFIED = 4,
    RP_HASH_SIZE = 32,
    FLAGS_AT = 32,
    AUTHENTICATOR_MIN = 37,
    CLIENT_TEXT_MAX = 400,
};

struct passkey_want passkey_want(struct arena *arena, struct text site_url, struct bytes challenge)
{
    struct passkey_want want = {.challenge = challenge};
    size_t start = 0, end, host_end;
    for (size_t i = 0; i + 2 < site_url.size && start == 0; i++) {
        if (memcmp(site_url.data + i, "://", 3) == 0)
            start = i + 3;
    }
    end = start;
    while (end < site_url.size && site_url.data[end] != '/')
        end++;
    host_end = start;
    while (host_end < end && site_url.data[host_end] != ':')
        host_end++;
    want.origin = arena_text(arena, (struct text){site_url.data, end});
    want.host = arena_text(arena, (struct text){site_url.data + start, host_end - start});
    return want;
}

/* The client data names the act, our challenge and our origin. */
static bool client_good(struct arena *arena, const struct passkey_want *want,
                        struct bytes client_data, const char *act)
{
    struct json *root = NULL;
    struct text type, challenge, origin;
    bool across = false;
    if (json_read(client_data, &root) != OK)
        return false;
    bool whole = json_is_object(root) &&
                 json_get_text(json_get(root, "type"), arena, CLIENT_TEXT_MAX, &type) &&
                 json_get_text(json_get(root, "challenge"), arena, CLIENT_TEXT_MAX, &challenge) &&
                 json_get_text(json_get(root, "origin"), arena, CLIENT_TEXT_MAX, &origin);
    if (whole && json_get(root, "crossOrigin") != NULL)
        whole = json_get_bool(json_get(root, "crossOrigin"), &across) && !across;
    json_close(root);
    if (!whole || !text_is(type, act) || !text_equal(origin, want->origin))
        return false;
    struct bytes given = base64url_read(arena, challenge);
    return given.data != NULL && given.size == want->challenge.size &&
           seal_equal(given.data, want->challenge.data, given.size);
}

static bool authenticator_good(const struct passkey_want *want, struct bytes authenticator)
{
    uint8_t host[RP_HASH_SIZE];
    if (authenticator.size < AUTHENTICATOR_MIN)
        return false;
    seal_sha256(host, text_bytes(want->host), NO_BYTES);
    uint8_t flags = authenticator.data[FLAGS_AT];
    return memcmp(host, authenticator.data, RP_HASH_SIZE) == 0 && (flags & FLAG_PRESENT) != 0 &&
           (!want->verified || (flags & FLAG_VERIFIED) != 0);
}

static enum result cred_read(struct arena *arena, int algorithm, struct bytes authenticator,
                             struct passkey *passkey)
{
    enum result result = INVALID;
    fido_init(0);
    fido_cred_t *cred = fido_cred_new();
    if (cred == NULL)
        trace_die("passkey", "reason=memory");
    if (fido_cred_set_type(cred, algorithm) != FIDO_OK ||
        fido_cred_set_authdata_raw(cred, authenticator.data, authenticator.size) != FIDO_OK)
        goto done;
    size_t key_size = fido_cred_pubkey_len(cred), id_size = fido_cred_id_len(cred);
    size_t key_want = algorithm == PASSKEY_ES256 ? 64 : 32;
    if (key_size != key_want || id_size == 0 || id_size > PASSKEY_ID_MAX)
        goto done;
    *passkey = (struct passkey){
        .algorithm = (enum passkey_algorithm)algorithm,
        .id = arena_bytes(arena, bytes_of(fido_cred_id_ptr(cred), id_size)),
        .key = arena_bytes(arena, bytes_of(fido_cred_pubkey_ptr(cred), key_size)),
        .counter = fido_cred_sigcount(cred),
    };
    result = OK;
done:
    fido_cred_free(&cred);
    return result;
}

enum result passkey_read(struct arena *arena, const struct passkey_want *want,
                         struct bytes client_data, struct bytes authenticator,
                         struct passkey *passkey)
{
    if (!client_good(arena, want, client_data, "webauthn.create") ||
        !authenticator_good(want, authenticator))
        return INVALID;
    enum result result = cred_read(arena, PASSKEY_ES256, authenticator, passkey);
    return result == OK ? OK : cred_read(arena, PASSKEY_EDDSA, authenticator, passkey);
}

/* libfido2 hashes nothing but what it is given: client data's SHA-256 is ours. */
static int assert_verify(fido_assert_t *assertion, const struct passkey *passkey)
{
    int outcome = FIDO_ERR_INVALID_ARGUMENT;
    if (passkey->algorithm == PASSKEY_ES256) {
        es256_pk_t *key = es256_pk_new();
        if (key != NULL && es256_pk_from_ptr(key, passkey->key.data, passkey->key.size) == FIDO_OK)
            outcome = fido_assert_verify(assertion, 0, COSE_ES256, key);
        es256_pk_free(&key);
    } else {
        eddsa_pk_t *key = eddsa_pk_new();
        if (key != NULL && eddsa_pk_from_ptr(key, passkey->key.data, passkey->key.size) == FIDO_OK)
            outcome = fido_assert_verify(assertion, 0, COSE_EDDSA, key);
        eddsa_pk_free(&key);
    }
    return outcome;
}

static enum result signature_check(const struct passkey_want *want, const struct passkey *passkey,
                                   struct bytes client_data, struct bytes authenticator,
                                   struct bytes signature, int64_t *counter)
{
    uint8_t hash[32];
    enum result result = REFUSED;
    fido_init(0);
    fido_assert_t *assertion = fido_assert_new();
    *counter = 0;
    if (assertion == NULL)
        trace_die("passkey", "reason=memory");
    seal_sha256(hash, client_data, NO_BYTES);
    if (fido_assert_set_clientdata_hash(assertion, hash, sizeof(hash)) == FIDO_OK &&
        fido_assert_set_rp(assertion, want->host.data) == FIDO_OK &&
        fido_assert_set_count(assertion, 1) == FIDO_OK &&
        fido_assert_set_authdata_raw(assertion, 0, authenticator.data, authenticator.size) ==
            FIDO_OK &&
        fido_assert_set_sig(assertion, 0, signature.data, signature.size) == FIDO_OK &&
        fido_assert_set_up(assertion, FIDO_OPT_TRUE) == FIDO_OK &&
        fido_assert_set_uv(assertion, want->verified ? FIDO_OPT_TRUE : FIDO_OPT_OMIT) == FIDO_OK &&
        assert_verify(assertion, passkey) == FIDO_OK) {
        *counter = fido_assert_sigcount(assertion, 0);
        result = OK;
    }
    fido_assert_free(&assertion);
    return result;
}

enum result passkey_check(struct arena *arena, const struct passkey_want *want,
                          const struct passkey *passkey, struct bytes client_data,
                          struct bytes authenticator, struct bytes signature, int64_t *counter)
{
    if (signature.size == 0 || !client_good(arena, want, client_data, "webauthn.get") ||
        !authenticator_good(want, authenticator))
        return REFUSED;
    enum result result =
        signature_check(want, passkey, client_data, authenticator, signature, counter);
    /* Zero on both sides: it does not count (most synced ones do not). */
    bool counts = *counter > 0 || passkey->counter > 0;
    if (result == OK && counts && *counter <= passkey->counter)
        return REFUSED;
    return result;
}
