#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/program.h"
#include "core/rule.h"
#include "core/seal.h"
#include "core/trace.h"
#include "ledger/earmark/envelope.h"
#include "ledger/log/file.h"
#include "ledger/ledger.h"
#include "ledger/earmark/select.h"
#include "ledger/desk/tools.h"

/* Earmarks without a browser: the same envelope, made where the operator of the page has no say. */

enum { ARENA = 4096 * 1024, FILE_MAX = 4096 };

static bool hex_take(struct arena *arena, struct text hex, uint8_t *out, size_t size)
{
    struct bytes bytes = hex_read(arena, hex);
    if (bytes.data == NULL || bytes.size != size)
        return false;
    memcpy(out, bytes.data, size);
    return true;
}

/* By the script that came with this program: its hash is the house's, or the paymaster says no. */
static bool match_take(struct arena *arena, struct text words, struct earmark_by *by)
{
    struct bytes content;
    struct text why = TEXT("the script cannot be read");
    char path[PATH_MAX];
    const char *folder = program_share("scripts");
    snprintf(path, sizeof path, "%s/select/match.lua", folder == NULL ? "" : folder);
    bool good = folder != NULL && file_read(arena, path, RULE_TEXT_MAX, &content) == OK &&
                select_values(arena, (struct text){(const char *)content.data, content.size}, words,
                              by, &why);
    if (!good)
        trace_fail("select", "%.*s", (int)why.size, why.data);
    return good;
}

bool ledger_wish_seal(struct arena *arena, const struct ledger_wish *wish, const uint8_t seed[32],
                      struct text *public_key, struct text *envelope)
{
    struct envelope_slot slot = {.until_s = wish->until_ms / 1000};
    uint8_t box[32], key[32], secret[64];
    struct buf hex;
    int64_t month_s = clock_month_next(wish->from_ms) / 1000 - 1;
    slot.terms = (struct earmark){.kind = (enum earmark_kind)wish->kind,
                                  .target = wish->target,
                                  .amount = wish->amount_cents,
                                  .cap = wish->cap_cents,
                                  .payees_max = wish->payees_max,
                                  .valid_from_s = wish->from_ms / 1000,
                                  .valid_to_s = slot.until_s < month_s ? slot.until_s : month_s};
    if (wish->match.size > 0 && !match_take(arena, wish->match, &slot.terms.by))
        return false;
    if (!hex_take(arena, wish->campaign, slot.terms.campaign, 16) ||
        !hex_take(arena, wish->box_key, box, 32) ||
        !hex_take(arena, wish->rule, slot.terms.rule, 32) || earmark_fault(&slot.terms) != NULL)
        return false;
    *envelope = envelope_seal(arena, box, seed, &slot, 1);
    seal_sign_keypair(key, secret, seed);
    seal_wipe(secret, sizeof secret);
    buf_open(&hex, arena, 80);
    buf_hex(&hex, bytes_of(key, 32));
    *public_key = buf_done(&hex);
    return true;
}

/* --- curbside ledger seal FILE --- */

struct order {
    struct ledger_wish wish;
    struct text key; /* path of the key file */
};

static bool line_take(struct order *order, struct text name, struct text value)
{
    static const char *const kinds[] = {"", "posting", "answers", "votes"};
    struct ledger_wish *wish = &order->wish;
    if (text_is(name, "kind")) {
        for (int i = 1; i <= 3; i++)
            if (text_is(value, kinds[i]))
                wish->kind = i;
        return wish->kind > 0;
    }
    if (text_is(name, "target"))
        return text_int(value, 1, INT64_MAX, &wish->target);
    if (text_is(name, "members"))
        return text_int(value, 1, EARMARK_PAYEES_MAX, &wish->payees_max);
    if (text_is(name, "each"))
        return ledger_money_read(value, &wish->amount_cents);
    if (text_is(name, "all"))
        return ledger_money_read(value, &wish->cap_cents);
    if (text_is(name, "days"))
        return text_int(value, 1, 3660, &wish->until_ms);
    struct text *words = text_is(name, "campaign") ? &wish->campaign
                         : text_is(name, "box")    ? &wish->box_key
                         : text_is(name, "rule")   ? &wish->rule
                         : text_is(name, "match")  ? &wish->match
                         : text_is(name, "key")    ? &order->key
                                                   : NULL;
    if (words != NULL)
        *words = value;
    return words != NULL;
}

/* The seed in a file of hex, 0600 when we make it. */
static enum result seed_load(struct arena *arena, struct text path, uint8_t seed[32])
{
    struct bytes content;
    char name[FILE_MAX];
    snprintf(name, sizeof name, "%.*s", (int)path.size, path.data);
    enum result result = file_read(arena, name, 256, &content);
    if (result == OK)
        return hex_take(arena, text_trim((struct text){(const char *)content.data, content.size}),
                        seed, 32)
                   ? OK
                   : INVALID;
    if (result != NOT_FOUND)
        return result;
    struct buf hex;
    seal_random(seed, 32);
    buf_open(&hex, arena, 80);
    buf_hex(&hex, bytes_of(seed, 32));
    buf_char(&hex, '\n');
    return file_write_private(name, buf_bytes(&hex));
}

int tool_seal(const char *path)
{
    struct arena arena;
    struct order order = {.wish = {.payees_max = 1}};
    struct bytes content;
    struct text line, name, public_key, envelope;
    uint8_t seed[32];
    bool good = true;
    arena_open(&arena, ARENA);
    enum result result = file_read(&arena, path, FILE_MAX, &content);
    struct text rest = {(const char *)content.data, result == OK ? content.size : 0};
    while (good && text_next(&rest, '\n', &line)) {
        line = text_trim(line);
        if (line.size == 0 || line.data[0] == '#')
            continue;
        good = text_next(&line, ' ', &name) && line_take(&order, name, text_trim(line));
        if (!good)
            fprintf(stderr, "not understood: %.*s\n", (int)name.size, name.data);
    }
    order.wish.from_ms = clock_now_ms();
    order.wish.until_ms = order.wish.from_ms + order.wish.until_ms * DAY_MS;
    if (result == OK && good && order.key.size > 0)
        result = seed_load(&arena, order.key, seed);
    good = good && result == OK && order.key.size > 0 &&
           ledger_wish_seal(&arena, &order.wish, seed, &public_key, &envelope);
    if (good)
        printf("%.*s\n%.*s\n", (int)public_key.size, public_key.data, (int)envelope.size,
               envelope.data);
    else
        fprintf(stderr, "a file with lines: key PATH, box, campaign, rule (as the campaign's page "
                        "tells them), kind posting|answers|votes, target N or match topic=NAME, "
                        "kind=1..6, specialty=NAME, first=N, days=N (any of these), each 80.00, "
                        "all 400.00, members N, days N\n");
    seal_wipe(seed, sizeof seed);
    arena_close(&arena);
    return good ? 0 : 1;
}
