#include "ranking/verdict.h"

#include <unistd.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"
#include "schema/command.h"
#include "schema/rank.h"

enum { WAIT_MS = 2000, WORDS_MAX = 400, VERDICT_PASSED = 1 };
#define AGAIN_US INT64_C(5000000)

void verdict_open(struct verdict *verdict)
{
    *verdict = (struct verdict){.clerk = {.program = "clerk", .fd = -1, .wait_ms = WAIT_MS}};
}

void verdict_close(struct verdict *verdict)
{
    caller_close(&verdict->clerk);
}

static enum result tell(struct verdict *verdict, struct arena *arena,
                        const struct rank_trial_untold_row *row)
{
    struct command command = {.kind = COMMAND_RULE_TRIED, .token = TEXT(""), .form = TEXT("")};
    struct bytes reply = NO_BYTES;
    struct buf message;
    command.rule_tried = (struct command_rule_tried){.proposal = row->proposal,
                                                     .passed = row->verdict == VERDICT_PASSED,
                                                     .words = text_cut(row->why, WORDS_MAX)};
    seal_random(command.request, sizeof(command.request));
    buf_open(&message, arena, 1024);
    command_write(&message, &command);
    return caller_ask(&verdict->clerk, arena, buf_bytes(&message), &reply);
}

void verdict_tell(struct verdict *verdict, struct db *db, struct arena *arena)
{
    struct rank_trial_untold_row row;
    if (clock_steady_us() < verdict->again_us)
        return;
    enum result result = rank_trial_untold(db, arena, &row);
    if (result == NOT_FOUND)
        return;
    if (result == OK)
        result = tell(verdict, arena, &row);
    if (result == OK)
        result = rank_trial_told(db, row.proposal, row.verdict);
    if (result == REFUSED && !verdict->warned) {
        struct text user = conf_text("socket.ranker_user");
        trace_warn("verdict",
                   "the clerk refuses us: uid=%lld is not that of socket.ranker_user = %.*s",
                   (long long)getuid(), (int)user.size, user.data);
        verdict->warned = true;
    }
    verdict->again_us = result == OK ? 0 : clock_steady_us() + AGAIN_US;
}
