#include "ledger/ledger.h"

#include <stdio.h>

#include "core/buf.h"
#include "core/clock.h"
#include "ledger/log/account.h"
#include "ledger/earmark/earmark.h"

struct text ledger_money(struct arena *arena, int64_t cents)
{
    char digits[32], out[48];
    uint64_t whole = cents < 0 ? (uint64_t)0 - (uint64_t)cents : (uint64_t)cents;
    int size = snprintf(digits, sizeof digits, "%llu", (unsigned long long)(whole / 100));
    size_t at = 0;
    if (cents < 0)
        out[at++] = '-';
    for (int i = 0; i < size; i++) {
        out[at++] = digits[i];
        if ((size - i - 1) % 3 == 0 && i + 1 < size)
            out[at++] = ',';
    }
    return arena_format(arena, "%.*s.%02u %s", (int)at, out, (unsigned)(whole % 100),
                        LEDGER_CURRENCY);
}

bool ledger_money_read(struct text text, int64_t *cents)
{
    enum { UNITS_MAX = 1000000000 };
    struct text whole, rest = text;
    int64_t units, part = 0;
    if (!text_next(&rest, '.', &whole) || !text_int(whole, 0, UNITS_MAX, &units))
        return false;
    if (rest.size > 0 && (rest.size != 2 || !text_int(rest, 0, 99, &part)))
        return false;
    *cents = units * 100 + part;
    return true;
}

int64_t ledger_blind_until_ms(int64_t at_ms)
{
    return clock_from_date(clock_date(at_ms).year + 1, 7, 1);
}

const char *ledger_part_name(int64_t kind)
{
    switch (kind) {
    case EARMARK_POSTING:
        return "posting";
    case EARMARK_ANSWER:
        return "answer to";
    default:
        return "vote on";
    }
}

/* The first bytes of an id, in hex: enough to tell accounts apart on one page. */
static struct text short_id(struct arena *arena, const uint8_t *id)
{
    struct buf hex;
    buf_open(&hex, arena, 16);
    buf_hex(&hex, bytes_of(id, 4));
    return buf_done(&hex);
}

static struct text transfer_summary(struct arena *arena, const struct leaf *leaf)
{
    const struct leaf_transfer *transfer = &leaf->transfer;
    const char *phase = leaf->flags == TRANSFER_PENDING ? "hold of "
                        : leaf->flags == TRANSFER_POST  ? "post of "
                        : leaf->flags == TRANSFER_VOID  ? "void of "
                                                        : "";
    struct text money = ledger_money(arena, (int64_t)transfer->amount);
    struct text from = short_id(arena, transfer->debit), to = short_id(arena, transfer->credit);
    return arena_format(arena, "%s%s %.*s from %.*s to %.*s", phase,
                        transfer_code_name(transfer->code), (int)money.size, money.data,
                        (int)from.size, from.data, (int)to.size, to.data);
}

struct text ledger_leaf_summary(struct arena *arena, const struct leaf *leaf)
{
    struct text id;
    switch (leaf->kind) {
    case LEAF_ACCOUNT:
        id = short_id(arena, leaf->account.id);
        return arena_format(arena, "%s account %.*s", account_code_name(leaf->account.code),
                            (int)id.size, id.data);
    case LEAF_TRANSFER:
        return transfer_summary(arena, leaf);
    case LEAF_COMMITMENT:
        return TEXT("a commitment, real or dummy");
    case LEAF_REVEAL:
        return arena_format(arena, "commitment at %llu was paid",
                            (unsigned long long)leaf->reveal.commitment);
    case LEAF_CLOSE:
        return arena_format(arena, "close of a period: %u payouts", leaf->close.count);
    case LEAF_EXPORT:
        return arena_format(arena, "file of %llu bytes", (unsigned long long)leaf->export.size);
    case LEAF_RULESET:
        id = short_id(arena, leaf->ruleset.sha256);
        return arena_format(arena, "reward rule %.*s", (int)id.size, id.data);
    case LEAF_ANCHOR:
        return arena_format(arena, "the journal as it was after event %llu",
                            (unsigned long long)leaf->anchor.place);
    case LEAF_KEY:
        return leaf->key.type == KEY_LOG ? TEXT("the log's key") : TEXT("a sponsor's key");
    default:
        return TEXT("padding");
    }
}
