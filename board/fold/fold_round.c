#include "board/fold/fold.h"

#include "schema/board.h"
#include "schema/desk.h"

enum result fold_board_round(struct db *db, const struct event *event, bool *known)
{
    const struct event_round_opened *opened = &event->round_opened;
    *known = true;
    if (event->kind == EVENT_ROUND_OPENED)
        return board_thread_live_set(db, opened->question, event->at_ms, opened->until_ms,
                                     event->seq);
    if (event->kind == EVENT_ROUND_CLOSED)
        return board_thread_live_end(db, event->round_closed.question, event->at_ms, event->seq);
    *known = false;
    return OK;
}

enum result fold_desk_round(struct db *db, const struct event *event, bool *known)
{
    const struct event_round_opened *opened = &event->round_opened;
    *known = true;
    if (event->kind == EVENT_ROUND_OPENED) {
        enum result result = request_keep(db, opened->request, event->seq);
        THEN(result, desk_round_add(db, event->seq, opened->question, opened->member, event->at_ms,
                                    opened->until_ms));
        return result;
    }
    if (event->kind == EVENT_ROUND_CLOSED)
        return desk_round_end(db, event->round_closed.question, event->at_ms);
    *known = false;
    return OK;
}
