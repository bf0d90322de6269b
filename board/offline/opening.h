#pragma once
/* A copy of identity.db opened with the offline key, on the machine that has it: who opens what,
 * and why, is written into the copy's record before anything can be read. Private to board/. */
#include "board/clerk/clerk.h"

struct opening {
    struct arena arena;
    struct db *db;
    uint8_t secret[KEY_SIZE], public_key[KEY_SIZE];
};
enum sealed { SEALED_IDENTITY, SEALED_PAYEE, SEALED_TAX_FORM };

/* The store and the key, once it is written down who opens whom and why; 0, or an exit status (said
 * why). opening_end either way. */
int opening_begin(struct opening *o, const char *store, const char *key, const char *whom,
                  const char *reason);
void opening_end(struct opening *o);
/* What is sealed of a member, in o->arena. NOT_FOUND: there is none; else as seal_open_box. */
MUST_USE enum result opening_get(struct opening *o, int64_t member, enum sealed what,
                                 struct bytes *plain);
/* Says what kept a tool from its work; 1. */
int opening_failed(const char *what, const char *path);
