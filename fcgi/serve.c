#include "fcgi/engine.h"

#include <assert.h>

#include "core/clock.h"
#include "core/conf.h"
#include "core/seal.h"
#include "core/trace.h"
#include "fcgi/guard.h"

/* One request, from what came to what goes: the order of the checks is the order of this file. */

static enum result rate_check(struct request *r, struct reply *out)
{
    static const char *const settings[RATE_COUNT] = {
        [RATE_READ] = "rate.read_per_minute",       [RATE_SEARCH] = "search.per_minute",
        [RATE_POST] = "rate.post_per_minute",       [RATE_VOTE] = "rate.vote_per_minute",
        [RATE_SIGN_IN] = "rate.sign_in_per_minute", [RATE_DRAFT] = "rate.draft_per_minute",
    };
    enum rate kind = r->route->rate;
    bool allowed = rates_take(r->worker->rates, (int)kind, r->reader.member, r->remote,
                              conf_int(settings[kind]), clock_steady_us(), &out->retry_after);
    return allowed ? OK : TOO_OFTEN;
}

/* Everything that must hold before a page runs. */
static enum result guards(struct request *r, struct reply *out)
{
    bool writes = r->method == METHOD_POST, by_token = route_by_token(r->route);
    bool program = r->bearer.data != NULL; /* no browser sends that by itself */
    enum result result = writes && !by_token && !program ? guard_origin(r) : OK;
    if (result == REFUSED)
        reply_words(out,
                    "This was sent from another site, or by a browser too old to say where from.");
    if (result != OK)
        return result;
    /* What asks for nobody needs no store, and answers when there is none. */
    bool needs_reader = r->route->who != WHO_ANYONE || r->route->fields || writes;
    if (needs_reader && !worker_is_whole(r->worker))
        return BUSY;
    if (r->worker->stores[WEB_BOARD])
        result = guard_reader(r);
    if (result != OK && needs_reader)
        return result;
    result = program && r->worker->stores[WEB_BOARD] ? guard_program(r, out) : OK;
    if (result == OK)
        result = guard_row(r);
    if (result == OK)
        result = rate_check(r, out);
    /* What was typed is decoded even when the form is refused, so that it can be shown again. */
    enum result fields = request_json(r);
    if (fields == OK)
        fields = request_fields(r, r->route->fields);
    if (result == OK && writes && !by_token && !program)
        result = guard_form_check(r);
    return result != OK ? result : fields;
}

/* Not signed in, and only looking: to the sign-in page and back. Waiting at the door: to the page
 * that says so. */
static bool sent_elsewhere(struct request *r, struct reply *out, enum result result)
{
    if (r->method != METHOD_GET || r->wants_json)
        return false;
    if (result == REFUSED && r->reader.second_missing)
        return reply_redirect(r, out, "/account?needed=1") == OK;
    bool waiting = r->reader.signed_in && r->reader.role == 1 && r->reader.level < 3;
    if (result == REFUSED && waiting)
        return reply_redirect(r, out, "/waiting") == OK;
    if (result != STALE || r->reader.signed_in)
        return false;
    /* The path has plain characters only (request_open); the query is left behind. */
    return reply_redirect(r, out, "/login?next=%.*s", (int)r->path.size, r->path.data) == OK;
}

/* A form that could not be taken is shown again by its own page, with status and words of what went
 * wrong. */
static bool shown_again(struct request *r, struct reply *out, enum result result)
{
    bool may = result == INVALID || result == STALE || result == TOO_MUCH || result == TOO_OFTEN ||
               result == CONFLICT || result == BUSY || result == UNKNOWN;
    bool whole = worker_is_whole(r->worker) && guard_row(r) == OK;
    if (!r->route || !r->route->again || !may || !whole || r->wants_json)
        return false;
    struct text words = out->words;
    int retry_after = out->retry_after;
    reply_open(out, r->arena);
    out->words = words;
    out->retry_after = retry_after;
    r->why = result;
    request_fresh(r);
    if (r->route->again(r, out) != OK)
        return false;
    out->status = result_status(result);
    return true;
}

static void failed(struct request *r, struct reply *out, enum result result, const char *allow)
{
    if (result == BROKEN)
        trace_fail("page", "%s broke", r->route ? r->route->pattern : "none");
    if (r->route && (sent_elsewhere(r, out, result) || shown_again(r, out, result)))
        return;
    out->fault_status = allow ? 405 : r->bearer.data && result == STALE ? 401 : 0;
    if (allow && !out->words.data)
        reply_words(out, "This address takes %s.", allow);
    reply_fault(r, out, result);
    if (r->bearer.data)
        guard_program_failed(r, out, result);
    if (allow)
        reply_header(out, "Allow", text_of(allow));
}

static void answer(struct request *r, struct reply *out, enum result opened)
{
    const char *allow = opened == INVALID ? "GET, HEAD, POST" : NULL;
    enum result result = opened;
    if (result == OK || result == TOO_MUCH) {
        enum result found = route_find(r->worker->pool, r, &r->route, &allow);
        result = found != OK ? found : result;
    }
    if (result == OK)
        result = guards(r, out);
    if (result == OK)
        result = r->route->page(r, out);
    assert(result != ROW);
    if (result != OK)
        failed(r, out, result, allow);
}

void serve_one(struct worker *worker, struct listener *listener, struct incoming *in)
{
    struct request *r = arena_new(&worker->arena, struct request);
    struct reply out;
    struct bytes head, body;
    enum result opened = request_open(r, worker, &worker->arena, in);
    reply_open(&out, r->arena);
    answer(r, &out, opened);
    reply_finish(r, &out, &head, &body);
    request_close(r);
    worker->served++;
    if (!accept_answer(listener, in, head, body))
        worker->untaken++; /* the client went away; said once in a while, not each time */
    guard_touch(r);
    guard_report_read(r);
    seal_wipe(&r->reader.token, sizeof r->reader.token);
    seal_wipe(&r->reader.view_key, sizeof r->reader.view_key);
}
