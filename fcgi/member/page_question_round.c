/* The live discussion on a question's page, and what whoever watches it asks for.
 *
 * Watchers poll: this page costs a worker less than one of its question's, a worker serves one
 * request at a time and so could hold as many open streams as there are workers, and a phone that
 * slept goes on by itself. */
#include "fcgi/page/page_parts.h"

#include <inttypes.h>

#include "core/clock.h"
#include "fcgi/guard.h"
#include "schema/board.h"
#include "schema/command.h"

const struct field fields_round[] = {
    {.name = "minutes", .type = FIELD_INT, .low = 5, .high = 240, .label = "The time"},
    {.name = NULL},
};

struct text page_time_of_day(struct arena *arena, int64_t at_ms)
{
    struct clock_date date = clock_date(at_ms);
    return arena_format(arena, "%02d:%02d UTC", date.hour, date.minute);
}

/* "14 March 2026, 15:00 to 15:30 UTC" */
static struct text was_live(struct arena *arena, int64_t from_ms, int64_t until_ms)
{
    struct text day = clock_day(arena, from_ms), until = page_time_of_day(arena, until_ms);
    return arena_format(arena, "%.*s, %.5s to %.*s", (int)day.size, day.data,
                        page_time_of_day(arena, from_ms).data, (int)until.size, until.data);
}

struct view_round page_round(struct request *r, struct reply *out,
                             const struct board_thread_state_row *thread, bool asker)
{
    struct view_round v = {
        .question = r->id,
        .open = thread->live_until_ms > r->now_ms,
        .from = TEXT(""),
        .until = TEXT(""),
        .until_words = TEXT(""),
        .was = TEXT(""),
        .answers = thread->answers,
        .asker = asker && thread->kind <= POSTING_OBSERVATION,
        .form = TEXT(""),
        .close_form = TEXT(""),
        .request = TEXT(""),
    };
    if (thread->live_until_ms > 0) {
        v.from = clock_iso(r->arena, thread->live_from_ms);
        v.until = clock_iso(r->arena, thread->live_until_ms);
        v.until_words = page_time_of_day(r->arena, thread->live_until_ms);
        if (!v.open)
            v.was = was_live(r->arena, thread->live_from_ms, thread->live_until_ms);
    }
    if (v.asker && v.open) {
        v.close_form = guard_form(r, out, "/q/:id/round/close");
    } else if (v.asker) {
        v.form = guard_form(r, out, "/q/:id/round");
        v.request = guard_request_id(r);
    }
    return v;
}

enum result page_live(struct request *r, struct reply *out)
{
    struct board_thread_state_row thread;
    enum result result = board_thread_state(request_store(r, WEB_BOARD), r->arena, r->id, &thread);
    if (result != OK)
        return result;
    if (!r->wants_json)
        return page_question(r, out); /* a person who follows the address */
    struct view_live v = {
        .question = r->id,
        .open = thread.live_until_ms > r->now_ms,
        .until = thread.live_until_ms > 0 ? clock_iso(r->arena, thread.live_until_ms) : TEXT(""),
        .answers = thread.answers,
    };
    view_live_write(reply_json(out), &v);
    return OK;
}

enum result page_round_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_ROUND_OPEN};
    command.round_open.question = r->id;
    command.round_open.minutes = request_int(r, "minutes");
    enum result result = page_command(r, &command);
    return result == OK ? reply_redirect(r, out, "/q/%" PRId64, r->id) : result;
}

enum result page_round_close_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_ROUND_CLOSE};
    command.round_close.question = r->id;
    enum result result = page_command(r, &command);
    return result == OK ? reply_redirect(r, out, "/q/%" PRId64, r->id) : result;
}
