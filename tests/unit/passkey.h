#pragma once
/* A passkey in software (EdDSA), made with libsodium and nothing of board/account/passkey.c, and a
 * person of tests/unit/room.h who adds it and confirms operations with it. */
#include "core/operation.h"
#include "tests/unit/room.h"

#define SITE "http://localhost"

struct device {
    uint8_t public_key[32], secret_key[64], id[16];
    uint32_t counter;
};

UNUSED static struct text device_text(struct bytes bytes)
{
    return base64url_text(&room_arena, bytes);
}

UNUSED static struct bytes device_client(const char *type, struct text challenge)
{
    return text_bytes(arena_format(
        &room_arena, "{\"type\":\"%s\",\"challenge\":\"%.*s\",\"origin\":\"" SITE "\"}", type,
        (int)challenge.size, challenge.data));
}

/* Flags: 1 present, 4 the person is known, 64 with a key. */
UNUSED static void device_authenticator(struct buf *out, const struct device *device, char flags)
{
    uint8_t host[32];
    seal_sha256(host, text_bytes(TEXT("localhost")), NO_BYTES);
    buf_open(out, &room_arena, 256);
    buf_add(out, host, sizeof(host));
    buf_char(out, flags);
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_char(out, (char)(device->counter >> shift & 255));
}

/* What `passkey_asked` answered. */
UNUSED static struct reply_passkey_asked device_asked(struct text reply)
{
    struct reply_passkey_asked asked;
    struct json *json = NULL;
    assert_int_equal(json_read(text_bytes(reply), &json), OK);
    assert_int_equal(reply_passkey_asked_read(json, &room_arena, &asked), OK);
    json_close(json);
    return asked;
}

UNUSED static void device_add(struct device *device, const struct person *person)
{
    struct command offer = {.kind = COMMAND_PASSKEY_OFFER}, add = {.kind = COMMAND_PASSKEY_ADD};
    struct text reply;
    struct buf out;
    memset(device, 0, sizeof(*device));
    seal_sign_keypair(device->public_key, device->secret_key, NULL);
    seal_random(device->id, sizeof(device->id));
    assert_int_equal(room_do(person, &offer, &reply), OK);
    struct reply_passkey_asked asked = device_asked(reply);
    device_authenticator(&out, device, 0x45);
    for (int i = 0; i < 17; i++) /* no model, and the id's size */
        buf_char(&out, 0);
    buf_char(&out, sizeof(device->id));
    buf_add(&out, device->id, sizeof(device->id));
    buf_add(&out, "\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20", 10); /* COSE */
    buf_add(&out, device->public_key, sizeof(device->public_key));
    request_new(&add);
    add.passkey_add = (struct command_passkey_add){
        .ticket = asked.ticket,
        .label = TEXT("key"),
        .client_data = device_text(device_client("webauthn.create", asked.challenge)),
        .authenticator = device_text(buf_bytes(&out)),
    };
    assert_int_equal(room_do(person, &add, NULL), OK);
}

/* What it signs of a challenge. */
UNUSED static struct record_proof device_proof(struct device *device,
                                               const struct reply_passkey_asked *asked, char flags)
{
    uint8_t hash[32], signature[SIGNATURE_SIZE];
    struct bytes client = device_client("webauthn.get", asked->challenge);
    struct buf out, all;
    device->counter++;
    device_authenticator(&out, device, flags);
    seal_sha256(hash, client, NO_BYTES);
    buf_open(&all, &room_arena, 256);
    buf_add(&all, out.data, out.size);
    buf_add(&all, hash, sizeof(hash));
    seal_sign(signature, device->secret_key, buf_bytes(&all));
    return (struct record_proof){
        .ticket = asked->ticket,
        .passkey = device_text(bytes_of(device->id, sizeof(device->id))),
        .client_data = device_text(client),
        .authenticator = device_text(buf_bytes(&out)),
        .signature = arena_text(&room_arena, device_text(bytes_of(signature, sizeof(signature)))),
    };
}

/* A person confirms an operation of this hash, as he should. */
UNUSED static struct record_proof person_confirms(const struct person *person,
                                                  struct device *device,
                                                  const uint8_t operation[DIGEST_SIZE])
{
    struct command ask = {.kind = COMMAND_CONFIRM_ASK};
    struct text reply;
    memcpy(ask.confirm_ask.operation, operation, DIGEST_SIZE);
    assert_int_equal(room_do(person, &ask, &reply), OK);
    struct reply_passkey_asked asked = device_asked(reply);
    return device_proof(device, &asked, 5);
}
