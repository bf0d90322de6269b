/* What the events of the safety desk do to desk.db, and what an author is told of. As in the two
 * folds that call this: no clock, settings or chance. */
#include "board/fold/fold.h"

#include "board/board.h"
#include "schema/desk.h"

static enum result watch_set(struct db *db, const struct event *event)
{
    const struct event_watch_set *e = &event->watch_set;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_watch_put(db, event->seq, e->sponsor, e->product, e->names, e->study,
                                e->until_ms, e->has_back_ms ? e->back_ms : 0,
                                e->has_back_ms ? 0 : event->seq, event->at_ms));
    return result;
}

static enum result sighting_judged(struct db *db, const struct event *event)
{
    const struct event_sighting_judged *e = &event->sighting_judged;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_sighting_judge(db, e->sighting, e->outcome, e->patient, e->reaction,
                                     e->serious, event->at_ms));
    return result;
}

static enum result contact_asked(struct db *db, const struct event *event)
{
    const struct event_contact_asked *e = &event->contact_asked;
    enum result result = request_keep(db, e->request, event->seq);
    THEN(result, desk_sighting_contact_set(db, e->sighting, CONTACT_ASKED, event->at_ms));
    THEN(result, desk_mail_add(db, event->seq * NOTICES_PER_EVENT, e->member, NOTICE_CONTACT,
                               e->question, event->at_ms));
    return result;
}

enum result fold_desk_safety(struct db *db, const struct event *event, bool *known)
{
    enum result result = OK;
    *known = true;
    switch ((int)event->kind) {
    case EVENT_WATCH_SET:
        return watch_set(db, event);
    case EVENT_WATCH_ENDED:
        result = request_keep(db, event->watch_ended.request, event->seq);
        THEN(result, desk_watch_end_set(db, event->watch_ended.watch, event->at_ms));
        return result;
    case EVENT_WATCH_LOOKED:
        return desk_watch_looked_set(db, event->watch_looked.watch, event->watch_looked.upto);
    case EVENT_PRODUCT_NAMED:
        return desk_sighting_put(db, event->seq, event->product_named.watch,
                                 event->product_named.posting, event->product_named.question,
                                 event->product_named.member, event->at_ms);
    case EVENT_SIGHTING_JUDGED:
        return sighting_judged(db, event);
    case EVENT_CASES_SENT:
        result = request_keep(db, event->cases_sent.request, event->seq);
        THEN(result, desk_sightings_sent_set(db, event->cases_sent.watch, event->at_ms));
        return result;
    case EVENT_CONTACT_ASKED:
        return contact_asked(db, event);
    case EVENT_CONTACT_ANSWERED:
        return desk_sighting_contact_set(
            db, event->contact_answered.sighting,
            event->contact_answered.agreed ? CONTACT_AGREED : CONTACT_DECLINED, event->at_ms);
    default:
        *known = false;
        return OK;
    }
}

/* The board learns nothing of watches: only the author that he is asked. */
enum result fold_board_safety(struct db *db, const struct event *event, bool *known)
{
    *known = true;
    switch ((int)event->kind) {
    case EVENT_WATCH_SET:
    case EVENT_WATCH_ENDED:
    case EVENT_WATCH_LOOKED:
    case EVENT_PRODUCT_NAMED:
    case EVENT_SIGHTING_JUDGED:
    case EVENT_CASES_SENT:
    case EVENT_CONTACT_ANSWERED:
        return OK;
    case EVENT_CONTACT_ASKED:
        return fold_notify(db, event->seq * NOTICES_PER_EVENT, event->contact_asked.member,
                           NOTICE_CONTACT, 0, event->at_ms);
    default:
        *known = false;
        return OK;
    }
}
