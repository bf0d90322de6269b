#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/conf.h"
#include "core/json.h"
#include "core/seal.h"
#include "core/socket.h"
#include "ledger/ledger.h"
#include "ledger/payout/rail.h"
#include "ledger/desk/tools.h"
#include "schema/command.h"

/* What the operator asks of the paymaster that serves. What takes a second person is proposed by
 * these, and confirmed by an admin in the browser. */

enum { ARENA = 1024 * 1024, WAIT_MS = 600000 };

enum result tool_ask(struct arena *arena, struct command *command, struct bytes *reply,
                     bool *proposed)
{
    struct caller caller = {"paymaster", -1, WAIT_MS};
    struct buf message;
    struct json *json = NULL;
    struct reply_proposed waits;
    *proposed = false;
    buf_open(&message, arena, 1024);
    command->token = command->form = TEXT("");
    seal_random(command->request, sizeof command->request);
    command_write(&message, command);
    enum result result = caller_ask(&caller, arena, buf_bytes(&message), reply);
    caller_close(&caller);
    if (result != OK)
        fprintf(stderr, "the paymaster says: %s\n", result_name(result));
    if (result == OK && reply->size > 0 && json_read(*reply, &json) == OK)
        *proposed = reply_proposed_read(json, arena, &waits) == OK;
    json_close(json);
    if (*proposed)
        printf("proposed as operation %lld: an admin confirms it at /admin/operations\n",
               (long long)waits.operation);
    return result;
}

static int ask(struct command *command)
{
    struct arena arena;
    struct bytes reply;
    bool proposed;
    arena_open(&arena, ARENA);
    enum result result = tool_ask(&arena, command, &reply, &proposed);
    arena_close(&arena);
    return result == OK ? 0 : 1;
}

int tool_tick(void)
{
    struct command command = {.kind = COMMAND_LEDGER_TICK};
    return ask(&command);
}

int tool_close(const char *period)
{
    struct command command = {.kind = COMMAND_PERIOD_CLOSE,
                              .period_close = {.period = text_of(period)}};
    return ask(&command);
}

int tool_deposit(const char *campaign, const char *amount)
{
    struct command command = {.kind = COMMAND_CAMPAIGN_FUND,
                              .campaign_fund = {.campaign = text_of(campaign)}};
    if (!ledger_money_read(text_of(amount), &command.campaign_fund.amount_cents))
        return 2;
    return ask(&command);
}

int tool_reverse(const char *leaf, const char *why)
{
    struct command command = {.kind = COMMAND_REWARD_REVERSE,
                              .reward_reverse = {.why = text_of(why)}};
    if (!text_int(text_of(leaf), 0, INT64_MAX, &command.reward_reverse.leaf))
        return 2;
    return ask(&command);
}

int tool_pay(const char *rail)
{
    struct arena arena;
    struct bytes reply;
    struct reply_payout_batch made;
    struct json *json = NULL;
    bool proposed;
    struct command command = {.kind = COMMAND_PAYOUT_CLOSE};
    for (int i = RAIL_PAIN001; i < RAIL_COUNT; i++)
        if (strcmp(rail, rail_name(i)) == 0)
            command.payout_close.rail = i;
    if (command.payout_close.rail == 0)
        return 2;
    arena_open(&arena, ARENA);
    enum result result = tool_ask(&arena, &command, &reply, &proposed);
    if (result == OK && !proposed)
        result = json_read(reply, &json);
    if (result == OK && !proposed)
        result = reply_payout_batch_read(json, &arena, &made);
    if (result == OK && !proposed)
        printf("%s\n", conf_path("outbox/%.*s.list", (int)made.batch.size, made.batch.data));
    json_close(json);
    arena_close(&arena);
    return result == OK ? 0 : 1;
}
