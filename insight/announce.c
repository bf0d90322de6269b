#include "insight/announce.h"

#include <assert.h>
#include <unistd.h>

#include "core/conf.h"
#include "core/json.h"
#include "core/seal.h"
#include "core/trace.h"
#include "insight/insight.h"
#include "insight/period.h"
#include "schema/command.h"
#include "schema/release.h"

enum { AT_ONCE = 50, WAIT_MS = 2000 };

void announce_open(struct announce *announce)
{
    *announce = (struct announce){.clerk = {.program = "clerk", .fd = -1, .wait_ms = WAIT_MS}};
}

/* These, and how far it knows by then. */
static enum result tell(struct announce *announce, struct arena *arena,
                        struct record_released *reports, size_t count)
{
    struct command command = {.kind = COMMAND_REPORTS_RELEASED,
                              .token = TEXT(""),
                              .form = TEXT(""),
                              .reports_released = {.reports = reports, .reports_count = count}};
    struct reply_reports_released reply;
    struct bytes bytes = NO_BYTES;
    struct json *json = NULL;
    struct buf message;
    seal_random(command.request, sizeof(command.request));
    buf_open(&message, arena, 1024);
    command_write(&message, &command);
    enum result result = caller_ask(&announce->clerk, arena, buf_bytes(&message), &bytes);
    if (result == OK)
        result = json_read(bytes, &json);
    if (result == OK)
        result = reply_reports_released_read(json, arena, &reply);
    json_close(json);
    announce->knows = result == OK;
    if (result == OK)
        announce->upto = reply.upto;
    return result;
}

static struct record_released record_of(struct arena *arena,
                                        const struct release_report_heads_row *row)
{
    enum { KEY_BYTES = 16 }; /* of its digest: fcgi/sponsor/page_report.c, page_report_by_digest */
    const bool is_question = row->template == INSIGHT_RESULT || row->template == INSIGHT_TREND;
    struct period period = {PERIOD_WEEK, 0};
    struct buf key;
    const bool is_good = period_read(row->period, &period);
    assert(is_good && row->sha256.size >= KEY_BYTES);
    buf_open(&key, arena, 2 * KEY_BYTES + 1);
    buf_hex(&key, bytes_of(row->sha256.data, KEY_BYTES));
    return (struct record_released){.report = row->id,
                                    .template = row->template,
                                    .object = is_question ? row->object : 0,
                                    .period = row->period,
                                    .from_ms = period.start_ms,
                                    .until_ms = period_end_ms(period),
                                    .key = buf_done(&key)};
}

void announce_run(struct announce *announce, struct db *db, struct arena *arena)
{
    struct record_released reports[AT_ONCE];
    enum result result = announce->knows ? OK : tell(announce, arena, NULL, 0);
    size_t count = 1;
    while (result == OK && count > 0) {
        struct release_report_heads_row *rows;
        const size_t mark = arena->used;
        result = release_report_heads(db, arena, announce->upto, AT_ONCE, &rows, &count);
        for (size_t i = 0; result == OK && i < count; i++)
            reports[i] = record_of(arena, &rows[i]);
        if (result == OK && count > 0)
            result = tell(announce, arena, reports, count);
        arena_reset(arena, mark);
    }
    if (result == REFUSED && !announce->warned) {
        struct text user = conf_text("socket.analyst_user");
        trace_warn("announce",
                   "the clerk refuses us: uid=%lld is not that of socket.analyst_user = %.*s",
                   (long long)getuid(), (int)user.size, user.data);
        announce->warned = true;
    }
}
