#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/operation.h"
#include "core/trace.h"
#include "ledger/desk/paymaster.h"
#include "ledger/desk/tools.h"

/* Proposals where no worker stands between: who confirms one may have it read to him from here, and
 * whoever looks afterwards sees what a passkey signed. */

enum { SAID_MOST = 60 };

static const char *state_name(int64_t state)
{
    static const char *const names[] = {"waits",     "confirmed", "done",         "fell out",
                                        "withdrawn", "expired",   "stepped aside"};
    return state >= 1 && state <= 7 ? names[state - 1] : "unknown";
}

static void member_print(const char *what, int64_t member)
{
    if (member > 0)
        printf(", %s by member %lld", what, (long long)member);
}

/* False: its hash is another than that of its command and words. */
static bool operation_print(struct arena *arena, const struct vault_operations_said_row *row)
{
    const struct bytes parts[] = {text_bytes(row->command), text_bytes(row->words)};
    const struct text day = clock_day(arena, row->at_ms), until = clock_day(arena, row->expires_ms);
    const char *name = arena_format(arena, "%.*s", (int)row->name.size, row->name.data).data;
    uint8_t digest[DIGEST_SIZE];
    operation_digest(digest, name, row->number, parts, 2);
    const bool same =
        row->digest.size == DIGEST_SIZE && memcmp(digest, row->digest.data, DIGEST_SIZE) == 0;
    printf("%lld\t%s, %s", (long long)row->number, name, state_name(row->state));
    if (row->proposed_by == 0)
        printf(", proposed at the machine");
    member_print("proposed", row->proposed_by);
    member_print("confirmed", row->confirmed_by);
    printf(", of %.*s, until %.*s\n\t%.*s\n\t", (int)day.size, day.data, (int)until.size,
           until.data, (int)row->words.size, row->words.data);
    for (size_t i = 0; i < sizeof digest; i++)
        printf("%02x", digest[i]);
    printf(same ? "\n" : " IS NOT THE HASH THAT IS KEPT\n");
    return same;
}

int tool_operations(void)
{
    static struct paymaster paymaster;
    struct vault_operations_said_row *rows;
    size_t count = 0;
    bool same = true;
    enum result result = paymaster_open_reading(&paymaster, true);
    if (result == OK)
        result = vault_operations_said(paymaster.vault, &paymaster.arena, SAID_MOST, &rows, &count);
    for (size_t i = 0; result == OK && i < count; i++)
        same = operation_print(&paymaster.arena, &rows[i]) && same;
    if (result != OK)
        trace_fail("operations", "result=%s", result_name(result));
    paymaster_close(&paymaster);
    return result == OK && same ? 0 : 1;
}
