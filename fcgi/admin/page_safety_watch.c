/* One watched product: its postings, its cases as a file, and its reconciliation. */
#include "fcgi/admin/page_safety.h"

#include <inttypes.h>
#include <string.h>

#include "core/clock.h"
#include "fcgi/guard.h"

enum { SIGHTINGS_A_PAGE = 50, WATCHES_A_PAGE = 60, DONE_SENT = 1, DONE_ENDED };

const struct field fields_watch[] = {
    {.name = "after",
     .type = FIELD_INT,
     .low = 1,
     .high = PAGE_BEFORE_ALL,
     .optional = true,
     .label = "The one before"},
    {.name = "done",
     .type = FIELD_INT,
     .low = DONE_SENT,
     .high = DONE_ENDED,
     .optional = true,
     .label = "What was before"},
    {.name = NULL},
};

static const struct record_watch *watch_of(const struct reply_safety_desk *reply, int64_t id)
{
    for (size_t i = 0; i < reply->watches_count; i++)
        if (reply->watches[i].id == id)
            return &reply->watches[i];
    return NULL;
}

static enum result watch_show(struct request *r, struct reply *out, int64_t after,
                              struct text notice)
{
    struct reply_safety_desk reply = {0};
    enum result result =
        page_safety_ask(r, (struct command_safety_desk){.watch = r->id, .after = after}, &reply);
    if (result != OK)
        return result;
    const struct record_watch *watch = watch_of(&reply, r->id);
    if (!watch)
        return NOT_FOUND;
    struct view_watch v = {
        .head = page_head(r, watch->product), .watch = page_watch_row(r, watch), .notice = notice};
    result = page_sightings(r, &reply, &v.sightings, &v.sightings_count);
    if (result != OK)
        return result;
    if (v.sightings_count == SIGHTINGS_A_PAGE)
        v.next = v.sightings[v.sightings_count - 1].id;
    v.judge_form = guard_form(r, out, "/admin/safety/case/:id");
    v.ask_form = guard_form(r, out, "/admin/safety/case/:id/ask");
    v.sent_form = guard_form(r, out, "/admin/safety/watch/:id/sent");
    v.end_form = guard_form(r, out, "/admin/safety/watch/:id/end");
    v.request = guard_request_id(r);
    page_form_problems(r, "", &v.problems, &v.problems_count);
    return reply_view(r, out, watch, &v);
}

enum result page_watch(struct request *r, struct reply *out)
{
    static const char *const notices[] = {"", "Noted: what stands in the file has been handed on.",
                                          "Reconciled. The watch is over; its record stays."};
    return watch_show(r, out, request_int(r, "after"), text_of(notices[request_int(r, "done")]));
}

enum result page_watch_again(struct request *r, struct reply *out)
{
    return watch_show(r, out, 0, TEXT(""));
}

static enum result done(struct request *r, struct reply *out, struct command *command, int what)
{
    const enum result result = page_program_done(r, "clerk", command);
    if (result != OK)
        return result;
    return reply_redirect(r, out, "/admin/safety/watch/%" PRId64 "?done=%d", r->id, what);
}

enum result page_cases_sent_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_CASES_SEND};
    command.cases_send.watch = r->id;
    return done(r, out, &command, DONE_SENT);
}

enum result page_watch_end_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_WATCH_END};
    command.watch_end.watch = r->id;
    return done(r, out, &command, DONE_ENDED);
}

/* --- those that are over --- */

const struct field fields_watches_ended[] = {
    PAGE_FIELD_BEFORE,
    {.name = NULL},
};

enum result page_watches_ended(struct request *r, struct reply *out)
{
    struct reply_safety_desk reply = {0};
    struct view_watches_ended v = {.head = page_head(r, TEXT("Reconciled watches"))};
    enum result result = page_safety_ask(
        r, (struct command_safety_desk){.before = request_int(r, "before")}, &reply);
    if (result != OK)
        return result;
    v.watches = arena_array(r->arena, struct view_watch_row, reply.watches_count + 1);
    for (size_t i = 0; i < reply.watches_count; i++)
        v.watches[v.watches_count++] = page_watch_row(r, &reply.watches[i]);
    if (v.watches_count == WATCHES_A_PAGE)
        v.next = v.watches[v.watches_count - 1].id;
    return reply_view(r, out, watches_ended, &v);
}

/* --- the file --- */

static void cell(struct buf *file, struct text text)
{
    /* A spreadsheet takes a line that begins so for a formula. */
    const bool is_formula = text.size > 0 && strchr("=+-@\t", text.data[0]) != NULL;
    buf_format(file, is_formula ? "\"'" : "\"");
    for (size_t i = 0; i < text.size; i++)
        buf_format(file, text.data[i] == '"' ? "\"\"" : "%c", text.data[i]);
    buf_format(file, "\",");
}

static struct text case_id(struct arena *arena, int64_t sighting)
{
    return arena_format(arena, "US-CURBSIDE-%" PRId64, sighting);
}

static enum result case_write(struct request *r, struct buf *file, const struct record_watch *watch,
                              const struct record_sighting *s)
{
    struct text author = TEXT("");
    enum result result = OK;
    if (s->contact == CONTACT_AGREED)
        result = page_sighting_author(r, s->member, &author);
    if (result != OK)
        return result;
    const bool is_behind = (s->contact == CONTACT_AGREED) != (s->told == CONTACT_AGREED);
    cell(file, case_id(r->arena, s->id));
    cell(file, page_date(r->arena, s->at_ms));
    cell(file, TEXT("1")); /* C.1.3: spontaneous */
    cell(file, s->earlier > 0 ? case_id(r->arena, s->earlier) : TEXT(""));
    cell(file, author.size > 0 ? author : TEXT("withheld"));
    cell(file, TEXT("1")); /* C.2.r.4: physician */
    cell(file, s->patient);
    cell(file, s->reaction);
    cell(file, s->serious ? TEXT("true") : TEXT("false"));
    cell(file, watch->product);
    cell(file, watch->study);
    buf_format(file, "%s\r\n", s->sent_ms == 0 ? "new" : is_behind ? "follow-up" : "sent");
    return OK;
}

static enum result cases_write(struct request *r, struct buf *file)
{
    int64_t after = 0, cases = 0;
    struct reply_safety_desk reply = {.sightings_count = SIGHTINGS_A_PAGE};
    const struct record_watch *watch = NULL;
    while (reply.sightings_count == SIGHTINGS_A_PAGE) {
        enum result result = page_safety_ask(
            r, (struct command_safety_desk){.watch = r->id, .after = after}, &reply);
        watch = result == OK ? watch_of(&reply, r->id) : NULL;
        if (!watch)
            return result == OK ? NOT_FOUND : result;
        for (size_t i = 0; i < reply.sightings_count && result == OK; i++) {
            after = reply.sightings[i].id;
            if (reply.sightings[i].outcome != SIGHTING_CASE)
                continue;
            result = case_write(r, file, watch, &reply.sightings[i]);
            cases++;
        }
        if (result != OK)
            return result;
    }
    if (cases == 0 && watch->waiting > 0)
        buf_format(file, "\"no case so far: %" PRId64 " wait for a decision\"\r\n", watch->waiting);
    else if (cases == 0)
        buf_format(file, "\"nil: no case among %" PRId64 " postings that named the product\"\r\n",
                   watch->seen);
    return OK;
}

/* One line a case; the heads are data elements of ICH E2B(R3). C.2.r is the author's pseudonym when
 * he agreed, and nothing of him otherwise; no word of a posting. state: new; follow-up, when the
 * author has agreed, or taken that back, since it was handed on; sent. */
enum result page_watch_csv(struct request *r, struct reply *out)
{
    struct buf lines;
    buf_open(&lines, r->arena, 4096);
    const enum result result = cases_write(r, &lines);
    if (result != OK)
        return result;
    struct buf *file = reply_file(out, "text/csv; charset=utf-8",
                                  arena_format(r->arena, "cases-%" PRId64 ".csv", r->id));
    buf_format(file, "C.1.1 case id,C.1.4 first received,C.1.3 type of report,"
                     "C.1.10.r linked report,C.2.r reporter,"
                     "C.2.r.4 qualification,D.1 patient,E.i.1.1a reaction,E.i.3.2 serious,"
                     "G.k.2.2 product,C.5.2 study,state\r\n");
    buf_add(file, buf_done(&lines).data, lines.size);
    return OK;
}
