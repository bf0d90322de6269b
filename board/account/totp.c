#include "board/account/totp.h"

#include "core/buf.h"
#include "core/seal.h"
#include "core/trace.h"

#include <liboath/oath.h>
#include <stdlib.h>
#include <string.h>

int64_t totp_step(int64_t now_ms)
{
    return now_ms / 1000 / TOTP_STEP_S;
}

struct text totp_code(struct arena *arena, struct bytes secret, int64_t step)
{
    char digits[TOTP_DIGITS + 1];
    if (oath_hotp_generate((const char *)secret.data, secret.size, (uint64_t)step, TOTP_DIGITS,
                           false, OATH_HOTP_DYNAMIC_TRUNCATION, digits) != OATH_OK)
        trace_die("totp", "reason=liboath");
    return arena_text(arena, text_of(digits));
}

bool totp_check(struct arena *arena, struct bytes secret, struct text code, int64_t now_ms,
                int64_t used, int64_t *step)
{
    int64_t now = totp_step(now_ms);
    bool good = false;
    if (code.size != TOTP_DIGITS)
        return false;
    for (int64_t at = now - 1; at <= now + 1; at++) { /* all three, whichever fits */
        struct text want = totp_code(arena, secret, at);
        if (seal_equal(want.data, code.data, TOTP_DIGITS) && at > used && !good) {
            *step = at;
            good = true;
        }
    }
    return good;
}

struct text totp_secret_text(struct arena *arena, struct bytes secret)
{
    char *out = NULL;
    size_t size = 0;
    if (oath_base32_encode((const char *)secret.data, secret.size, &out, &size) != OATH_OK)
        trace_die("totp", "reason=memory");
    while (size > 0 && out[size - 1] == '=')
        size--;
    struct text text = arena_text(arena, (struct text){out, size});
    seal_wipe(out, size);
    free(out);
    return text;
}
