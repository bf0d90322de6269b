#include "board/telling/released.h"

#include "board/telling/telling.h"
#include "core/clock.h"
#include "core/conf.h"
#include "schema/board.h"
#include "schema/desk.h"

#include <inttypes.h>

/* Mails about new reports: what each is about and its permanent address, never a figure. A period's
 * reports come in one mail, when all of them are there. What was told is written down with the
 * mail, so nobody is told twice; how far has been looked is kept in memory only, and looking again
 * costs no event. */

enum { READERS_SLICE = 20, TITLES_MOST = 25, REPORTS_MOST = 1000 };

/* Whether anything that this member is mailed of in this way is new to him. */
static enum result is_news(struct work *work, int64_t member, int64_t how, int64_t upto, bool *news)
{
    struct desk_subscriptions_row *rows;
    size_t count = 0;
    enum result result =
        desk_subscriptions(work->clerk->desk, work->arena, member, REPORT_TEMPLATES, &rows, &count);
    *news = false;
    for (size_t i = 0; i < count && result == OK && !*news; i++) {
        struct board_released_between_row *found;
        size_t there = 0;
        if (rows[i].how != how || rows[i].told >= upto)
            continue;
        result = board_released_between(work->clerk->board, work->arena, rows[i].template,
                                        rows[i].told, upto, 1, &found, &there);
        *news = result == OK && there > 0;
    }
    return result;
}

static enum result readers_tell(struct work *work, int64_t how, int64_t upto, int64_t *told,
                                bool *more)
{
    struct reports_sweep *sweep = &work->clerk->reports_sweep;
    struct desk_subscribers_row *rows;
    size_t count = 0;
    *more = upto > *told;
    if (!*more)
        return OK;
    enum result result = desk_subscribers(work->clerk->desk, work->arena, how, upto, sweep->member,
                                          READERS_SLICE, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        struct event event = {.kind = EVENT_REPORTS_MAIL_MADE};
        bool news = false;
        sweep->member = rows[i].member;
        result = is_news(work, rows[i].member, how, upto, &news);
        event.reports_mail_made =
            (struct event_reports_mail_made){.member = rows[i].member, .how = how, .upto = upto};
        if (result == OK && news)
            result = clerk_record(work->clerk, &event, NULL, 0);
    }
    if (result == OK && count < READERS_SLICE) {
        *told = upto;
        sweep->member = 0;
    }
    return result;
}

enum result reports_slice(struct work *work, bool *more)
{
    struct reports_sweep *sweep = &work->clerk->reports_sweep;
    const struct reports_sweep before = *sweep;
    struct board_released_whole_row now, week;
    struct db *board = work->clerk->board;
    enum result result = board_released_whole(board, work->arena, INT64_MAX, &now);
    if (result == OK)
        result = board_released_whole(board, work->arena,
                                      mail_week_ms(mail_day_ms(work->clerk->now_ms)), &week);
    if (result == OK)
        result = readers_tell(work, HOW_ONCE, now.report, &sweep->once, more);
    if (result == OK && !*more)
        result = readers_tell(work, HOW_WEEKLY, week.report, &sweep->week, more);
    if (result != OK)
        *sweep = before;
    return result;
}

/* --- what the mail says --- */

static enum result title_find(struct work *work, int64_t template, int64_t question,
                              struct text *title)
{
    static const char *const titles[REPORT_TEMPLATES + 1] = {
        "", "", "", "Words in the week", "Words that rose", "Who the members are"};
    struct board_thread_title_row row;
    *title = text_of(titles[template]);
    if (template > REPORT_TREND)
        return OK;
    enum result result = board_thread_title(work->clerk->board, work->arena, question, &row);
    *title =
        result == OK && row.title.size > 0 ? row.title : TEXT("A question, text removed since");
    return result == NOT_FOUND ? OK : result;
}

static enum result reports_write(struct work *work, const struct desk_report_mail_of_row *part,
                                 struct buf *out, size_t *told)
{
    const struct text url = conf_text("site.url");
    struct board_released_between_row *rows;
    size_t count = 0;
    enum result result =
        board_released_between(work->clerk->board, work->arena, part->template, part->since,
                               part->upto, REPORTS_MOST, &rows, &count);
    for (size_t i = 0; i < count && result == OK; i++) {
        struct text title;
        if (++*told > TITLES_MOST)
            continue;
        result = title_find(work, part->template, rows[i].object, &title);
        buf_add(out, title.data, title.size);
        buf_format(out, "\n  %s%.*s\n  %.*s/sponsor/report/sha256/%.*s\n\n",
                   part->template == REPORT_TREND ? "month by month, up to " : "",
                   (int)rows[i].period.size, rows[i].period.data, (int)url.size, url.data,
                   (int)rows[i].key.size, rows[i].key.data);
    }
    return result;
}

enum result report_mail_write(struct work *work, const struct desk_mail_due_row *row,
                              struct record_mail *mail)
{
    const struct text site = conf_text("site.name"), url = conf_text("site.url");
    struct desk_report_mail_of_row *parts;
    struct buf out;
    size_t count = 0, told = 0;
    enum result result = desk_report_mail_of(work->clerk->desk, work->arena, row->id, row->member,
                                             REPORT_TEMPLATES, &parts, &count);
    buf_open(&out, work->arena, 4096);
    for (size_t i = 0; i < count && result == OK; i++)
        result = reports_write(work, &parts[i], &out, &told);
    if (result != OK || told == 0)
        return result == OK ? NOT_FOUND : result;
    if (told > TITLES_MOST)
        buf_format(&out, "and %zu more: %.*s/sponsor/reports\n\n", told - TITLES_MOST,
                   (int)url.size, url.data);
    mail->stop = mail_stop_link(work, row->member, TELL_REPORTS);
    buf_format(&out,
               "--\nHow often such mails come, and about which reports:\n%.*s/sponsor/feed"
               "\nTo end them all:\n%.*s\n",
               (int)url.size, url.data, (int)mail->stop.size, mail->stop.data);
    mail->subject = arena_format(work->arena, "%.*s: %zu new %s", (int)site.size, site.data, told,
                                 told == 1 ? "report" : "reports");
    mail->body = buf_done(&out);
    return OK;
}

enum result reports_stop(struct work *work, int64_t member, bool look)
{
    struct desk_subscriptions_row *rows;
    struct event event = {.kind = EVENT_REPORTS_MAIL_SET};
    size_t count = 0;
    bool on = false;
    enum result result =
        desk_subscriptions(work->clerk->desk, work->arena, member, REPORT_TEMPLATES, &rows, &count);
    for (size_t i = 0; result == OK && i < count; i++)
        on = on || rows[i].how != HOW_NEVER;
    event.reports_mail_set =
        (struct event_reports_mail_set){.member = member, .template = 0, .how = HOW_NEVER};
    return result == OK && on && !look ? clerk_record(work->clerk, &event, NULL, 0) : result;
}
