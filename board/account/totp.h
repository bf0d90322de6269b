#pragma once
/* One-time codes of RFC 6238 (SHA-1, six digits, 30 seconds: what every authenticator takes), and
 * the secret's text (RFC 4648 base32). The only unit that names liboath. No state: the step of the
 * code used last is the caller's, and nothing at or before it is taken again. */
#include "core/arena.h"

enum { TOTP_SECRET_SIZE = 20, TOTP_STEP_S = 30, TOTP_DIGITS = 6 };

/* The step of `now_ms`. */
int64_t totp_step(int64_t now_ms);
/* The code of a step. */
struct text totp_code(struct arena *arena, struct bytes secret, int64_t step);
/* Whether `code` is that of the current step or of one beside it (clocks differ), and of none up to
 * `used`; *step says which. */
bool totp_check(struct arena *arena, struct bytes secret, struct text code, int64_t now_ms,
                int64_t used, int64_t *step);
struct text totp_secret_text(struct arena *arena, struct bytes secret);
