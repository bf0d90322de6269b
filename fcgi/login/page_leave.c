/* What is held on a member, to take along, and the way out. */
#include "fcgi/page/page_doors.h"

#include <inttypes.h>

#include "core/clock.h"
#include "fcgi/guard.h"
#include "schema/board.h"

enum {
    EXPORT_SIZE_MAX = 6 * 1024 * 1024, /* of one file; the next one goes on */
    EXPORT_MS_MAX = 5000,
    POSTINGS_SLICE = 50,
    NOTICES_MOST = 5000,
    SESSIONS_MOST = 100,
};

const struct field fields_export[] = {
    {.name = "after",
     .type = FIELD_INT,
     .low = 0,
     .high = PAGE_BEFORE_ALL,
     .optional = true,
     .label = "The place to go on from"},
    {.name = NULL},
};
const struct field fields_leave[] = {
    {.name = "password", .type = FIELD_SECRET, .low = 1, .high = 200, .label = "Your password"},
    {.name = "blank", .type = FIELD_FLAG, .optional = true, .label = "Your choice"},
    {.name = NULL},
};

/* --- the export: JSON as one reads it, times as ISO 8601 --- */

static void key_text(struct buf *out, const char *key, struct text value)
{
    buf_format(out, ",\n  \"%s\": ", key);
    buf_json_text(out, value);
}

static void time_text(struct request *r, struct buf *out, const char *key, int64_t at_ms)
{
    struct text iso = clock_iso(r->arena, at_ms);
    buf_format(out, ", \"%s\": \"%.*s\"", key, (int)iso.size, iso.data);
}

static enum result export_profile(struct request *r, struct buf *out)
{
    struct board_member_profile_row row;
    struct reply_account reply;
    enum result result = page_account_ask(r, &reply);
    if (result == OK)
        result =
            board_member_profile(request_store(r, WEB_BOARD), r->arena, r->reader.member, &row);
    if (result != OK)
        return result;
    struct text at = clock_iso(r->arena, r->now_ms), joined = clock_iso(r->arena, row.joined_ms);
    buf_format(out, "{\n  \"made\": \"%.*s\",\n  \"member\": %" PRId64, (int)at.size, at.data,
               r->reader.member);
    key_text(out, "pseudonym", row.pseudonym);
    key_text(out, "role", text_of(board_role_name(row.role)));
    buf_format(out, ",\n  \"assurance_level\": %" PRId64 ",\n  \"joined\": \"%.*s\"", row.level,
               (int)joined.size, joined.data);
    key_text(out, "organisation", row.organisation);
    key_text(out, "specialty", reply.specialty);
    buf_format(out, ",\n  \"specialty_shown\": %s", reply.shown ? "true" : "false");
    key_text(out, "email", reply.email);
    key_text(out, "password", TEXT("kept as a salted hash under your own key"));
    buf_format(out, ",\n  \"second_factors\": [");
    for (size_t i = 0; i < reply.factors_count; i++) {
        static const char *const kinds[] = {"", "authenticator app", "recovery codes", "passkey"};
        buf_format(out, "%s\n    {\"kind\": \"%s\", \"label\": ", i > 0 ? "," : "",
                   kinds[reply.factors[i].kind]);
        buf_json_text(out, reply.factors[i].label);
        time_text(r, out, "added", reply.factors[i].added_ms);
        buf_char(out, '}');
    }
    buf_format(out, "\n  ]");
    key_text(
        out, "identity",
        TEXT("Name, licence, NPI and state as you gave them are sealed to a key that is not on "
             "this server, or wait, sealed to the clerk, for the decision on your "
             "application. Ask the house in writing to have them opened for you."));
    key_text(out, "statements",
             TEXT("Your monthly statements and receipts, with proofs, are at /earnings; the "
                  "ledger itself is public and holds no names."));
    return OK;
}

static enum result export_sessions(struct request *r, struct buf *out)
{
    struct board_account_sessions_row *rows;
    size_t count;
    enum result result =
        board_account_sessions(request_store(r, WEB_BOARD), r->arena, r->reader.member, r->now_ms,
                               SESSIONS_MOST, &rows, &count);
    buf_format(out, ",\n  \"sessions\": [");
    for (size_t i = 0; i < count && result == OK; i++) {
        buf_format(out, "%s\n    {\"device\": ", i > 0 ? "," : "");
        buf_json_text(out, rows[i].device);
        time_text(r, out, "signed_in", rows[i].opened_ms);
        time_text(r, out, "last_seen", rows[i].seen_ms);
        buf_char(out, '}');
    }
    buf_format(out, "\n  ]");
    return result;
}

static enum result export_notices(struct request *r, struct buf *out)
{
    struct board_account_notices_row *rows;
    size_t count;
    enum result result = board_account_notices(request_store(r, WEB_BOARD), r->arena,
                                               r->reader.member, NOTICES_MOST, &rows, &count);
    buf_format(out, ",\n  \"notices\": [");
    for (size_t i = 0; i < count && result == OK; i++) {
        buf_format(out, "%s\n    {\"kind\": \"%s\", \"question\": %" PRId64 ", \"seen\": %s",
                   i > 0 ? "," : "", notice_kind_name(rows[i].kind), rows[i].question,
                   rows[i].seen ? "true" : "false");
        time_text(r, out, "at", rows[i].at_ms);
        buf_char(out, '}');
    }
    buf_format(out, "\n  ]");
    return result;
}

/* Own postings behind `after`, with their texts; *next: where the next file goes on, 0 at the end.
 */
static enum result export_postings(struct request *r, struct buf *out, int64_t after, int64_t *next)
{
    struct board_account_postings_row *rows;
    size_t count = POSTINGS_SLICE, written = 0;
    enum result result = OK;
    *next = 0;
    buf_format(out, ",\n  \"postings\": [");
    while (count == POSTINGS_SLICE && result == OK && *next == 0) {
        result = board_account_postings(request_store(r, WEB_BOARD), r->arena, r->reader.member,
                                        after, POSTINGS_SLICE, &rows, &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = rows[i].id;
            buf_format(out,
                       "%s\n    {\"id\": %" PRId64 ", \"question\": %" PRId64 ", \"kind\": \"%s\"",
                       written++ > 0 ? "," : "", rows[i].id, rows[i].question,
                       posting_kind_name(rows[i].kind));
            time_text(r, out, "at", rows[i].at_ms);
            buf_format(out, ", \"title\": ");
            buf_json_text(out, rows[i].title);
            buf_format(out, ", \"body\": ");
            buf_json_text(out, rows[i].body);
            buf_char(out, '}');
        }
        if (out->size > EXPORT_SIZE_MAX / 2)
            *next = after;
    }
    buf_format(out, "\n  ]");
    return result;
}

/* Own entries of the journal: votes, topics, sign-ins and whatever else was written down, with its
 * time. */
static enum result export_events(struct request *r, struct buf *out, int64_t after, int64_t *next)
{
    int64_t until_us = clock_steady_us() + EXPORT_MS_MAX * INT64_C(1000);
    bool first = true;
    *next = after;
    buf_format(out, ",\n  \"events\": [");
    do {
        struct command command = {.kind = COMMAND_ACCOUNT_EVENTS};
        struct reply_account_events reply;
        struct text line, rest;
        struct json *root;
        command.account_events.after = *next;
        enum result result = page_program(r, "clerk", &command, &root);
        if (result != OK)
            return result == UNKNOWN ? BUSY : result;
        result = root != NULL ? reply_account_events_read(root, r->arena, &reply) : BUSY;
        json_close(root);
        if (result != OK)
            return BUSY;
        rest = reply.events;
        while (text_next(&rest, '\n', &line) && line.size > 0) {
            buf_format(out, "%s\n    ", first ? "" : ",");
            buf_add(out, line.data, line.size);
            first = false;
        }
        *next = reply.after;
    } while (*next > 0 && out->size < EXPORT_SIZE_MAX && clock_steady_us() < until_us);
    buf_format(out, "\n  ]");
    return OK;
}

enum result page_export(struct request *r, struct reply *out)
{
    struct buf *file = reply_file(out, "application/json; charset=utf-8", TEXT("curbside.json"));
    int64_t after = request_int(r, "after"), postings = 0, events = 0;
    enum result result = export_profile(r, file);
    if (result == OK)
        result = export_sessions(r, file);
    if (result == OK)
        result = export_notices(r, file);
    if (result == OK)
        result = export_postings(r, file, after, &postings);
    if (result == OK)
        result = export_events(r, file, after, &events);
    int64_t next = postings > 0 && (events == 0 || postings < events) ? postings : events;
    if (next > 0)
        buf_format(file, ",\n  \"goes_on\": \"/account/export?after=%" PRId64 "\"", next);
    buf_format(file, "\n}\n");
    return result;
}

/* --- leaving --- */

static enum result leave_show(struct request *r, struct reply *out, bool blank)
{
    struct view_leave v = {.head = page_head(r, TEXT("Leave Curbside")), .blank = blank};
    struct board_member_profile_row row;
    enum result result =
        board_member_profile(request_store(r, WEB_BOARD), r->arena, r->reader.member, &row);
    if (result != OK)
        return result;
    v.form = guard_form(r, out, "/account/leave");
    v.request = guard_request_id(r);
    v.postings = row.postings + row.answers;
    page_form_problems(r, "password", &v.problems, &v.problems_count);
    return reply_view(r, out, leave, &v);
}

enum result page_leave(struct request *r, struct reply *out)
{
    if (r->reader.role != BOARD_PHYSICIAN)
        return reply_redirect(r, out, "/account"); /* an operator closes the staff's */
    return leave_show(r, out, false);
}

enum result page_leave_again(struct request *r, struct reply *out)
{
    return leave_show(r, out, request_typed(r, "blank").size > 0);
}

enum result page_leave_post(struct request *r, struct reply *out)
{
    struct command command = {.kind = COMMAND_LEAVE};
    command.leave.password = request_text(r, "password");
    command.leave.blank = request_flag(r, "blank");
    enum result result = page_program_done(r, "clerk", &command);
    if (result != OK)
        return result;
    reply_session(out, NO_TEXT);
    return reply_redirect(r, out, "/login?left=1");
}
