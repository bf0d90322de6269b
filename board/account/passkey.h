#pragma once
/* WebAuthn as the party that relies on it (W3C, level 2): what a browser sent of a new passkey, and
 * what a passkey signed. ES256 and EdDSA; attestation is not asked for. The only unit that names
 * libfido2. Pure: challenge, origin and counter are given by the caller. */
#include "core/arena.h"

enum passkey_algorithm { PASSKEY_ES256 = -7, PASSKEY_EDDSA = -8 }; /* COSE */
enum { PASSKEY_ID_MAX = 1023, PASSKEY_KEY_MAX = 64 };

struct passkey {
    enum passkey_algorithm algorithm;
    struct bytes id;  /* credential id */
    struct bytes key; /* ES256: x and y; EdDSA: 32 bytes */
    int64_t counter;
};
/* What must be in the client's data. */
struct passkey_want {
    struct bytes challenge;
    struct text origin; /* "https://curbside.example" */
    struct text host;   /* the id of the relying party: origin without scheme and port */
    bool verified;      /* the person must have shown himself to the device (PIN, finger, face) */
};

/* Origin and host of site.url, which may end with a slash or a path. */
struct passkey_want passkey_want(struct arena *arena, struct text site_url, struct bytes challenge);
/* A new passkey: client data (JSON) and authenticator data as the browser gave them. INVALID: not
 * what was asked for, or of a kind we cannot check. */
MUST_USE enum result passkey_read(struct arena *arena, const struct passkey_want *want,
                                  struct bytes client_data, struct bytes authenticator,
                                  struct passkey *passkey);
/* A signature of this passkey; *counter: what it counts now. REFUSED: it does not hold, or its
 * counter went back, as that of a copy does. */
MUST_USE enum result passkey_check(struct arena *arena, const struct passkey_want *want,
                                   const struct passkey *passkey, struct bytes client_data,
                                   struct bytes authenticator, struct bytes signature,
                                   int64_t *counter);
