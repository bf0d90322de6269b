#include "board/desk/held.h"

#include <string.h>

#include "board/board.h"
#include "board/fold/fold.h"
#include "core/clock.h"
#include "core/text.h"
#include "schema/desk.h"

static bool is_past_month(struct work *work, struct text period)
{
    struct text now = clock_month(work->arena, work->clerk->now_ms);
    int64_t number = 0;
    if (period.size != now.size || period.data[4] != '-' ||
        !text_int((struct text){period.data, 4}, 1970, 9999, &number) ||
        !text_int((struct text){period.data + 5, 2}, 1, 12, &number))
        return false;
    return memcmp(period.data, now.data, now.size) < 0;
}

enum result held_object_run(struct work *work)
{
    const struct command_held_object *c = &work->command->held_object;
    struct event event = {.kind = EVENT_HELD_OBJECTED};
    struct event_held_objected *e = &event.held_objected;
    struct desk_held_objection_find_row there;
    request_put(work, e->request);
    if (!is_past_month(work, c->period))
        return problem(work, INVALID, "words", "There is no such month to object to.");
    if (text_trim(c->words).size == 0)
        return problem(work, INVALID, "words", "Say why these acts should have earned.");
    if (!text_good(c->words))
        return problem(work, INVALID, "words", "The text holds control characters.");
    enum result result = desk_held_objection_find(work->clerk->desk, work->arena,
                                                  work->actor.member, c->period, &there);
    if (result == OK)
        return problem(work, CONFLICT, "words",
                       "You have objected already; what two admins say is final.");
    if (result == NOT_FOUND)
        result = guard_text(work, "words", c->words);
    if (result != OK)
        return result;
    e->member = work->actor.member;
    e->period = c->period;
    return clerk_record(work->clerk, &event, &c->words, 1);
}

enum result fold_desk_held_objected(struct db *db, const struct journal_entry *entry)
{
    const struct event_held_objected *e = &entry->event.held_objected;
    enum result result = request_keep(db, e->request, entry->event.seq);
    THEN(result, desk_held_objection_add(db, e->member, e->period, entry->event.seq));
    if (entry->texts[0].size > 0)
        THEN(result, desk_said_add(db, entry->event.seq, e->member));
    return result;
}
