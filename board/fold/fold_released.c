/* What events about reports do to board.db and desk.db. As in the two folds that call this: no
 * clock, settings or chance. */
#include "board/fold/fold.h"

#include "board/telling/released.h"
#include "schema/board.h"
#include "schema/desk.h"

enum result fold_board_released(struct db *db, const struct event *event, bool *known)
{
    const struct event_report_released *e = &event->report_released;
    *known = true;
    switch ((int)event->kind) {
    case EVENT_REPORT_RELEASED:
        return board_released_add(db, e->report, e->template, e->object, e->period, e->from_ms,
                                  e->until_ms, e->key, event->at_ms);
    case EVENT_REPORT_READ:
        return board_reading_add(db, event->report_read.report, event->report_read.kind,
                                 event->report_read.week_ms);
    case EVENT_SPONSOR_KIND_SET:
        return board_sponsor_kind_set(db, event->sponsor_kind_set.member,
                                      event->sponsor_kind_set.kind);
    case EVENT_REPORTS_MAIL_SET:
    case EVENT_REPORTS_MAIL_MADE:
        return OK; /* the desk's business */
    }
    *known = false;
    return OK;
}

static enum result mail_set(struct db *db, const struct event *event)
{
    const struct event_reports_mail_set *e = &event->reports_mail_set;
    if (e->template == 0)
        return desk_subscriptions_end(db, e->member);
    return desk_subscription_put(db, e->member, e->template, e->how, e->after);
}

static enum result mail_made(struct db *db, const struct event *event)
{
    const struct event_reports_mail_made *e = &event->reports_mail_made;
    const int64_t mail = event->seq * NOTICES_PER_EVENT;
    enum result result = desk_mail_add(db, mail, e->member, MAIL_REPORTS, 0, event->at_ms);
    THEN(result, desk_report_mail_add(db, mail, e->member, e->how, e->upto));
    THEN(result, desk_subscriptions_told(db, e->member, e->how, e->upto));
    return result;
}

enum result fold_desk_released(struct db *db, const struct event *event, bool *known)
{
    *known = true;
    switch ((int)event->kind) {
    case EVENT_REPORTS_MAIL_SET:
        return mail_set(db, event);
    case EVENT_REPORTS_MAIL_MADE:
        return mail_made(db, event);
    case EVENT_SPONSOR_KIND_SET:
        return request_keep(db, event->sponsor_kind_set.request, event->seq);
    case EVENT_REPORT_RELEASED:
    case EVENT_REPORT_READ:
        return OK; /* for members to look at */
    }
    *known = false;
    return OK;
}
