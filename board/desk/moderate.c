#include "board/desk/moderation.h"

#include "core/clock.h"
#include "core/conf.h"
#include "schema/board.h"
#include "schema/desk.h"

/* What members do about others' postings, and about what was decided on their own. */

enum result hold_decide(struct work *work, struct event_posting_added *added)
{
    struct desk_postings_shown_row row;
    int64_t first = conf_int("posting.hold_first");
    if (first == 0)
        return OK;
    enum result result =
        desk_postings_shown(work->clerk->desk, work->arena, work->actor.member, first, &row);
    added->has_held = result == OK && row.postings < first;
    added->held = added->has_held;
    return result;
}

static enum result words_check(struct work *work, struct text words)
{
    if (!text_good(words))
        return problem(work, INVALID, "words", "The text holds control characters.");
    return guard_text(work, "words", words);
}

static enum result comment_standing(struct work *work, int64_t id, struct standing *standing)
{
    struct board_comment_standing_row row;
    struct desk_hold_get_row hold = {0};
    enum result result = board_comment_standing(work->clerk->board, work->arena, id, &row);
    if (result == OK)
        result = desk_hold_get(work->clerk->desk, work->arena, id, &hold);
    else
        return result;
    *standing = (struct standing){.question = row.question,
                                  .member = row.member,
                                  .kind = POSTING_COMMENT,
                                  .state = hold.state,
                                  .by = hold.by,
                                  .appeal = hold.appeal,
                                  .withheld = row.withheld != 0 || row.away != 0,
                                  .gone = row.gone != 0};
    return result == NOT_FOUND ? OK : result;
}

enum result standing_find(struct work *work, int64_t id, struct standing *standing)
{
    struct desk_posting_standing_row row;
    enum result result = desk_posting_standing(work->clerk->desk, work->arena, id, &row);
    if (result == NOT_FOUND)
        return comment_standing(work, id, standing);
    if (result == OK)
        *standing = (struct standing){.question = row.question,
                                      .member = row.member,
                                      .kind = row.kind,
                                      .state = row.state,
                                      .by = row.by,
                                      .appeal = row.appeal,
                                      .withheld = row.withheld != 0};
    return result;
}

/* A posting or comment that others see. */
static enum result shown_find(struct work *work, int64_t posting, struct standing *row)
{
    enum result result = standing_find(work, posting, row);
    return result == OK && (row->withheld || row->gone) ? NOT_FOUND : result;
}

static enum result target_check(struct work *work, const struct standing *row)
{
    const struct command_flag *c = &work->command->flag;
    if (c->reason != FLAG_DUPLICATE)
        return c->target == 0 ? OK
                              : problem(work, INVALID, "target",
                                        "Only what was asked before names another question.");
    if (row->question != c->posting || row->kind > POSTING_OBSERVATION)
        return problem(work, INVALID, "target", "Only a question can have been asked before.");
    return duplicate_check(work, c->posting, c->target);
}

/* Said before: OK if it stands, CONFLICT if it was looked at, NOT_FOUND if it is new. */
static enum result flag_before(struct work *work)
{
    const struct command_flag *c = &work->command->flag;
    struct desk_flag_get_row row;
    struct desk_flags_since_row since;
    enum { OPEN = 0, DECIDED = 1 };
    enum result result = desk_flag_get(work->clerk->desk, work->arena, c->posting,
                                       work->actor.member, c->reason, &row);
    if (result == OK && row.state == OPEN)
        return OK;
    if (result == OK && row.state == DECIDED)
        return problem(work, CONFLICT, "reason",
                       "An admin has looked at this already, for the reason you give.");
    if (result != OK && result != NOT_FOUND)
        return result;
    result = desk_flags_since(work->clerk->desk, work->arena, work->actor.member,
                              work->clerk->now_ms - DAY_MS, &since);
    if (result == OK && since.flags >= conf_int("flag.per_day"))
        return TOO_OFTEN;
    return result == OK ? NOT_FOUND : result;
}

enum result flag_run(struct work *work)
{
    const struct command_flag *c = &work->command->flag;
    struct event event = {.kind = EVENT_POSTING_FLAGGED};
    struct event_posting_flagged *e = &event.posting_flagged;
    struct standing row;
    request_put(work, e->request);
    enum result result = shown_find(work, c->posting, &row);
    if (result != OK)
        return result;
    if (row.member == work->actor.member)
        return REFUSED; /* nobody flags what is his own */
    result = flag_before(work);
    if (result != NOT_FOUND)
        return result;
    if (c->reason == FLAG_OTHER && text_trim(c->words).size == 0)
        return problem(work, INVALID, "words", "Say in a sentence what is wrong with it.");
    result = target_check(work, &row);
    if (result == OK)
        result = words_check(work, c->words);
    if (result != OK)
        return result;
    e->posting = c->posting;
    e->question = row.question;
    e->member = work->actor.member;
    e->reason = c->reason;
    e->target = c->target;
    return clerk_record(work->clerk, &event, &c->words, text_trim(c->words).size > 0 ? 1 : 0);
}

enum result flag_withdraw_run(struct work *work)
{
    const struct command_flag_withdraw *c = &work->command->flag_withdraw;
    struct event event = {.kind = EVENT_FLAG_WITHDRAWN};
    struct event_flag_withdrawn *e = &event.flag_withdrawn;
    struct desk_flag_get_row row;
    struct desk_flags_same_row same = {0};
    int64_t me = work->actor.member;
    enum result result =
        desk_flag_get(work->clerk->desk, work->arena, c->posting, me, c->reason, &row);
    if (result != OK || row.state != 0)
        return result;
    if (c->reason == FLAG_DUPLICATE)
        result = desk_flags_same(work->clerk->desk, work->arena, c->posting, row.target, me, &same);
    if (result != OK)
        return result;
    *e = (struct event_flag_withdrawn){.posting = c->posting,
                                       .member = me,
                                       .reason = c->reason,
                                       .target = row.target,
                                       .last = same.flags == 0};
    result = clerk_record(work->clerk, &event, NULL, 0);
    if (result == OK)
        result = text_erase(work, row.id, 0);
    if (result != OK)
        work->clerk->fatal =
            result; /* taken back, and its words still there: must not come to be */
    return result;
}

enum result flags_own_run(struct work *work)
{
    struct reply_flags_own reply = {0};
    struct desk_flags_own_row *rows;
    struct standing row;
    size_t count = 0;
    int64_t posting = work->command->flags_own.posting;
    enum result result = shown_find(work, posting, &row);
    if (result == OK)
        result = desk_flags_own(work->clerk->desk, work->arena, posting, work->actor.member, &rows,
                                &count);
    if (result != OK)
        return result;
    reply.flags = arena_array(work->arena, struct record_own_flag, count + 1);
    for (size_t i = 0; i < count; i++)
        if (rows[i].state < 2) /* not taken back */
            reply.flags[reply.flags_count++] =
                (struct record_own_flag){rows[i].reason, rows[i].state == 0};
    reply_flags_own_write(&work->reply, &reply);
    return OK;
}

enum result appeal_run(struct work *work)
{
    const struct command_appeal *c = &work->command->appeal;
    struct event event = {.kind = EVENT_APPEAL_MADE};
    struct event_appeal_made *e = &event.appeal_made;
    struct standing row;
    request_put(work, e->request);
    enum result result = standing_find(work, c->posting, &row);
    if (result == OK && row.member != work->actor.member)
        return NOT_FOUND;
    if (result != OK)
        return result;
    if (row.state != HOLD_HIDDEN && row.state != HOLD_RETURNED)
        return problem(work, CONFLICT, "words", "There is no decision here to object to.");
    if (row.appeal != 0)
        return problem(work, CONFLICT, "words",
                       "You have objected already; what the second admin says is final.");
    if (text_trim(c->words).size == 0)
        return problem(work, INVALID, "words", "Say why the decision was wrong.");
    result = words_check(work, c->words);
    if (result != OK)
        return result;
    e->posting = c->posting;
    e->member = work->actor.member;
    return clerk_record(work->clerk, &event, &c->words, 1);
}
