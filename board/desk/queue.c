#include "board/desk/moderation.h"

#include "schema/board.h"
#include "schema/desk.h"

/* The admins' queue, and what they decide. A decision holds at once; an objection to it goes to
 * another admin, whose word is final. */

enum { ITEMS_MOST = 30, FLAGS_MOST = 20, HOWS_SLICE = 100 };

static enum result item_flags(struct work *work, struct record_queue_item *item)
{
    struct desk_flags_told_row *rows;
    size_t count = 0;
    enum result result =
        desk_flags_told(work->clerk->desk, work->arena, item->posting, FLAGS_MOST, &rows, &count);
    if (result != OK)
        return result;
    item->flags = arena_array(work->arena, struct record_flag_told, count + 1);
    for (size_t i = 0; i < count; i++)
        item->flags[item->flags_count++] =
            (struct record_flag_told){rows[i].reason, rows[i].words, rows[i].at_ms};
    return OK;
}

static enum result item_fill(struct work *work, int64_t posting, int64_t since_ms,
                             struct record_queue_item *item)
{
    struct standing row;
    struct desk_hold_appeal_get_row appeal;
    enum result result = standing_find(work, posting, &row);
    if (result != OK)
        return result;
    *item = (struct record_queue_item){.posting = posting,
                                       .question = row.question,
                                       .kind = row.kind,
                                       .member = row.member,
                                       .since_ms = since_ms,
                                       .withheld = row.withheld,
                                       .state = row.state,
                                       .by = row.by,
                                       .own = row.by > 0 && row.by == work->actor.member,
                                       .appeal = TEXT("")};
    if (row.appeal == 1) {
        result = desk_hold_appeal_get(work->clerk->desk, work->arena, posting, &appeal);
        /* Words that were blanked still are an objection. */
        item->appeal = result == OK && appeal.words.size > 0 ? appeal.words : TEXT("(blanked)");
    }
    return result == OK ? item_flags(work, item) : result;
}

enum result moderation_count_run(struct work *work)
{
    struct desk_queue_count_row row;
    enum result result = desk_queue_count(work->clerk->desk, work->arena, &row);
    if (result == OK)
        reply_moderation_count_write(&work->reply,
                                     &(struct reply_moderation_count){.waiting = row.waiting});
    return result;
}

enum result moderation_queue_run(struct work *work)
{
    struct clerk *clerk = work->clerk;
    struct reply_moderation_queue reply = {0};
    struct desk_queue_row *rows;
    struct desk_queue_count_row waiting;
    size_t count = 0;
    int64_t asked = work->command->moderation_queue.posting;
    enum result result = desk_queue_count(clerk->desk, work->arena, &waiting);
    if (result == OK)
        result = desk_queue(clerk->desk, work->arena, ITEMS_MOST, &rows, &count);
    if (result != OK)
        return result;
    reply.waiting = waiting.waiting;
    reply.items = arena_array(work->arena, struct record_queue_item, ITEMS_MOST + 1);
    if (asked > 0) {
        result = item_fill(work, asked, 0, &reply.items[0]);
        reply.items_count = result == OK ? 1 : 0;
    }
    for (size_t i = 0; i < count && result == OK && reply.items_count < ITEMS_MOST; i++) {
        if (rows[i].posting == asked)
            continue;
        result =
            item_fill(work, rows[i].posting, rows[i].since_ms, &reply.items[reply.items_count]);
        if (result == OK)
            reply.items_count++;
    }
    if (result == OK)
        reply_moderation_queue_write(&work->reply, &reply);
    return result;
}

/* Whether this can be decided now, and by this admin. */
static enum result decide_may(struct work *work, const struct standing *row)
{
    const struct command_posting_decide *c = &work->command->posting_decide;
    struct desk_flags_told_row *flags;
    size_t count = 0;
    if (row->withheld && row->state == HOLD_NONE && c->outcome != OUTCOME_KEPT &&
        row->kind == POSTING_COMMENT)
        return problem(work, CONFLICT, "",
                       "What it stands under is withheld, and it with that: decide on that.");
    if (row->withheld && row->state == HOLD_NONE && row->kind != POSTING_COMMENT)
        return problem(work, CONFLICT, "",
                       "Its whole thread is withheld: decide on the question it answers.");
    if (row->state == HOLD_REMOVED)
        return problem(work, CONFLICT, "", "Its text is gone; there is nothing left to decide.");
    if (row->gone && c->outcome != OUTCOME_KEPT)
        return problem(work, CONFLICT, "",
                       "Its author has taken it back: keep it as it is, and it waits no more.");
    if (row->appeal == 1 && row->by == work->actor.member)
        return problem(work, CONFLICT, "",
                       "The objection is to your own decision: another admin looks at it.");
    if (row->appeal != 1 && c->outcome != OUTCOME_KEPT && row->state == c->outcome)
        return problem(work, CONFLICT, "", "It stands so already.");
    if (c->outcome != OUTCOME_KEPT || row->state != HOLD_NONE)
        return OK;
    enum result result =
        desk_flags_told(work->clerk->desk, work->arena, c->posting, 1, &flags, &count);
    if (result == OK && count == 0)
        return problem(work, CONFLICT, "", "Nothing waits here: somebody has decided before you.");
    return result;
}

static enum result decide_check(struct work *work, int64_t kind)
{
    const struct command_posting_decide *c = &work->command->posting_decide;
    bool silent = text_trim(c->words).size == 0;
    if (c->outcome == OUTCOME_RETURNED && kind == POSTING_COMMENT)
        return problem(work, INVALID, "",
                       "A comment is not sent anew: hide it, with words to its author.");
    if (c->outcome != OUTCOME_KEPT && c->reason == FLAG_NONE)
        return problem(work, INVALID, "reason", "Choose the reason; its author is told.");
    if (c->outcome != OUTCOME_KEPT && c->reason == FLAG_OTHER && silent)
        return problem(work, INVALID, "words", "Say the reason in a sentence.");
    if (c->outcome == OUTCOME_RETURNED && silent)
        return problem(work, INVALID, "words", "Say what its author should change.");
    if (!text_good(c->words))
        return problem(work, INVALID, "words", "The text holds control characters.");
    return guard_text(work, "words", c->words);
}

/* All that was ever said of how this question was solved; an answer has none. */
static enum result hows_remove(struct work *work, int64_t question)
{
    struct board_solution_get_row now;
    struct desk_hows_in_row *rows;
    int64_t after = 0;
    enum result result = board_solution_get(work->clerk->board, work->arena, question, &now);
    if (result == OK && now.seq > 0) /* said before the desk kept of which question */
        result = text_erase(work, now.seq, 0);
    if (result == NOT_FOUND)
        result = OK;
    for (size_t count = HOWS_SLICE; count == HOWS_SLICE && result == OK;) {
        result = desk_hows_in(work->clerk->desk, work->arena, question, after, HOWS_SLICE, &rows,
                              &count);
        for (size_t i = 0; i < count && result == OK; i++) {
            after = rows[i].seq;
            result = text_erase(work, after, 0);
        }
    }
    return result;
}

static enum result texts_remove(struct work *work, int64_t posting, bool comment)
{
    enum { PARTS = 3 }; /* title, text, options of a poll; a comment has one part */
    enum result result = OK;
    for (int64_t part = 0; part < (comment ? 1 : PARTS) && result == OK; part++)
        result = text_erase(work, posting, part);
    if (result == OK && !comment)
        result = hows_remove(work, posting);
    if (result != OK)
        work->clerk->fatal = result; /* decided, and still there: must not come to be */
    return result;
}

enum result posting_decide_run(struct work *work)
{
    const struct command_posting_decide *c = &work->command->posting_decide;
    struct event event = {.kind = EVENT_POSTING_DECIDED};
    struct event_posting_decided *e = &event.posting_decided;
    struct standing row;
    request_put(work, e->request);
    enum result result = standing_find(work, c->posting, &row);
    if (result == OK)
        result = decide_may(work, &row);
    if (result == OK)
        result = decide_check(work, row.kind);
    if (result != OK)
        return result;
    e->posting = c->posting;
    e->question = row.question;
    e->kind = row.kind;
    e->member = row.member;
    e->by = work->actor.member;
    e->outcome = c->outcome;
    e->was = row.state;
    e->reason = c->reason;
    e->words = c->words;
    e->appealed = row.appeal == 1;
    result = clerk_record(work->clerk, &event, NULL, 0);
    if (result == OK && c->outcome == OUTCOME_REMOVED)
        result = texts_remove(work, c->posting, row.kind == POSTING_COMMENT);
    return result;
}

/* Whether it was drawn the ranker knows, and counts no other. */
enum result posting_audit_run(struct work *work)
{
    const struct command_posting_audit *c = &work->command->posting_audit;
    struct event event = {.kind = EVENT_POSTING_AUDITED};
    struct event_posting_audited *e = &event.posting_audited;
    struct desk_posting_standing_row row;
    request_put(work, e->request);
    enum result result = desk_posting_standing(work->clerk->desk, work->arena, c->posting, &row);
    if (result != OK)
        return result;
    e->posting = c->posting;
    e->question = row.question;
    e->by = work->actor.member;
    e->outcome = c->outcome;
    return clerk_record(work->clerk, &event, NULL, 0);
}
