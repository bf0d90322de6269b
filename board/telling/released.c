#include "board/telling/released.h"

#include "board/telling/telling.h"
#include "core/clock.h"
#include "schema/board.h"
#include "schema/desk.h"

/* --- the analyst tells --- */

/* The analyst keeps no note of what it has told: it asks, and goes on behind that. So a stop on
 * either side neither loses nor doubles a report. */
enum result reports_released_run(struct work *work)
{
    const struct command_reports_released *c = &work->command->reports_released;
    struct board_released_last_row last;
    enum result result = board_released_last(work->clerk->board, work->arena, &last);
    for (size_t i = 0; i < c->reports_count && result == OK; i++) {
        const struct record_released *row = &c->reports[i];
        struct event event = {.kind = EVENT_REPORT_RELEASED};
        if (row->report <= last.report)
            continue; /* told already */
        if (row->report != last.report + 1)
            return CONFLICT; /* their numbers are dense */
        event.report_released = (struct event_report_released){.report = row->report,
                                                               .template = row->template,
                                                               .object = row->object,
                                                               .period = row->period,
                                                               .from_ms = row->from_ms,
                                                               .until_ms = row->until_ms,
                                                               .key = row->key};
        result = clerk_record(work->clerk, &event, NULL, 0);
        last.report = row->report;
    }
    struct reply_reports_released reply = {.upto = last.report};
    if (result == OK)
        reply_reports_released_write(&work->reply, &reply);
    return result;
}

/* --- sponsors read --- */

enum result report_read_run(struct work *work)
{
    const int64_t report = work->command->report_read.report;
    const int64_t week_ms = clock_week_start(work->clerk->now_ms);
    struct db *board = work->clerk->board;
    struct board_released_get_row released;
    struct board_sponsor_kind_row sponsor;
    struct board_reading_find_row before;
    struct event event = {.kind = EVENT_REPORT_READ};
    enum result result = board_released_get(board, work->arena, report, &released);
    if (result == OK)
        result = board_sponsor_kind(board, work->arena, work->actor.member, &sponsor);
    if (result != OK)
        return result;
    result = board_reading_find(board, work->arena, report, sponsor.kind, week_ms, &before);
    if (result != NOT_FOUND)
        return result;
    event.report_read =
        (struct event_report_read){.report = report, .kind = sponsor.kind, .week_ms = week_ms};
    return clerk_record(work->clerk, &event, NULL, 0);
}

enum result sponsor_kind_set_run(struct work *work)
{
    const struct command_sponsor_kind_set *c = &work->command->sponsor_kind_set;
    struct event event = {.kind = EVENT_SPONSOR_KIND_SET};
    struct event_sponsor_kind_set *e = &event.sponsor_kind_set;
    struct board_sponsor_kind_row row;
    request_put(work, e->request);
    enum result result = board_sponsor_kind(work->clerk->board, work->arena, c->member, &row);
    if (result != OK || row.kind == c->kind)
        return result;
    e->member = c->member;
    e->by = work->actor.member;
    e->kind = c->kind;
    return clerk_record(work->clerk, &event, NULL, 0);
}

/* --- what somebody is mailed of --- */

enum result report_mails(struct work *work, struct record_report_mail **mails)
{
    struct desk_subscriptions_row *rows;
    size_t count = 0;
    enum result result = desk_subscriptions(work->clerk->desk, work->arena, work->actor.member,
                                            REPORT_TEMPLATES, &rows, &count);
    *mails = arena_array(work->arena, struct record_report_mail, REPORT_TEMPLATES);
    for (int i = 0; i < REPORT_TEMPLATES; i++)
        (*mails)[i] = (struct record_report_mail){i + 1, HOW_NEVER};
    for (size_t i = 0; result == OK && i < count; i++)
        (*mails)[rows[i].template - 1].how = rows[i].how;
    return result;
}

enum result reports_mail_run(struct work *work)
{
    const struct command_reports_mail *c = &work->command->reports_mail;
    struct record_report_mail *now;
    struct board_released_last_row last = {0};
    enum result result = report_mails(work, &now);
    if (result == OK)
        result = board_released_last(work->clerk->board, work->arena, &last);
    for (size_t i = 0; i < c->mails_count && result == OK; i++) {
        const struct record_report_mail *wanted = &c->mails[i];
        struct event event = {.kind = EVENT_REPORTS_MAIL_SET};
        if (wanted->how == HOW_DAILY)
            return problem(work, INVALID, "", "Mails come at once, once a week, or not at all.");
        if (wanted->how == now[wanted->template - 1].how)
            continue;
        event.reports_mail_set = (struct event_reports_mail_set){.member = work->actor.member,
                                                                 .template = wanted->template,
                                                                 .how = wanted->how,
                                                                 .after = last.report};
        result = clerk_record(work->clerk, &event, NULL, 0);
    }
    return result;
}
